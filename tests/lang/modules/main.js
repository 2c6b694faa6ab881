import def, { a, b as bb, inc, count, obj } from './m1.js';
import * as ns from './m1.js';
import { x as cyc1, getY, fnHoisted } from './cyc1.js';
import { re1, default as reDef, nsRe, star1, star2 } from './re.js';
import * as all from './re.js';
import data from './data.json' with { type: 'json' };
import './side.js';
const out = (...a) => console.log(a.map(String).join(' '));
out(def(), a, bb, count, inc(), count, ns.count, obj.k);
try { count = 5; } catch (e) { out(e.name); }
try { ns.count = 5; } catch (e) { out(e.name); }
out(Object.keys(ns).join(), ns[Symbol.toStringTag], 'a' in ns, ns.nope, Object.isExtensible(ns), typeof ns.default);
out(cyc1, getY(), fnHoisted());
out(re1, reDef(), nsRe.a, star1, star2, Object.keys(all).join());
out(JSON.stringify(data), globalThis.sideRan, typeof import.meta, typeof import.meta.url);
const dyn = await import('./m1.js'); out(dyn === ns, dyn.count, dyn.inc(), count);
try { await import('./nope.js'); } catch (e) { out('no module', e instanceof Error); }
try { await import('./throws.js'); } catch (e) { out('threw', e.message); }
try { await import('./bad.js'); } catch (e) { out(e.name); }
const { tla } = await import('./tla.js'); out(tla);
export let late = 1; export const fn = () => late++; fn(); out(late);
export { late as renamed, fn as default }; export * from './m1.js'; export class K { static s = 1; } export function hoist() { return K; } out(hoist().s);
const me = await import('./main.js'); out(Object.keys(me).join(), me.late, me.renamed); late = 10; out(me.late, me.renamed); late += 5; [late] = [20]; out(me.late); for (late of [30]); out(me.renamed); late++; out(me.late, late--, me.late);
out(this === undefined, (() => this)() === undefined, typeof require);
