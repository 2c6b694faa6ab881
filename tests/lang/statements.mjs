const out = (...a) => console.log(a.map(String).join(' '));
// a break through finally out of a labelled try
function a(list) { e: try { for (const x of list) if (x === 1) break e; t: for (const y of list) { if (y === 3) break t; } return 'end'; } catch (q) { throw q; } return 'left'; }
out(a([1]), a([2, 3]));
function b() { e: try { try { for (;;) break e; } finally { out('finally'); } } catch (q) { throw q; } return 'left'; }
out(b());
// a Proxy as prototype
const seen = [];
const proxy = new Proxy({ t: 1 }, { get(t, k, r) { seen.push(String(k), r === heir); return k === 'm' ? () => 5 : t[k]; }, has(t, k) { seen.push('has ' + k); return k in t; } });
const heir = { __proto__: proxy, own: 1 };
out(heir.own, heir.m(), heir.t, heir.none, 't' in heir, 'own' in heir, 'q' in heir, seen.join());
// traps see strings
const keys = [];
const list = new Proxy([1, 2], { set(t, k, v) { keys.push(typeof k, k); return Reflect.set(t, k, v); }, deleteProperty(t, k) { keys.push(typeof k); return delete t[k]; } });
list[0] = 3; list.splice(0, 1); delete list[0]; out(keys.join());
// numbers and BigInts through ++ of all kinds of targets
class N { #x = 5n; static s = 3; y = 1n; t() { return [this.#x++, ++this.#x, this.#x--, this.#x, this.y++, this.y]; } }
class P { get v() { return this._v; } set v(x) { this._v = x; } }
class Q extends P { t() { super.v = '4'; return [super.v++, ++super.v, super['v']--, super.v]; } }
out(new N().t(), new Q().t(), JSON.stringify({ 1n: 2, 0x1_0n: 3 }), 2n ** 70n, typeof 0n, 0n ? 1 : 2);
