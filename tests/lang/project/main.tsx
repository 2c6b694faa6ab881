import { twice } from '@lib/util';
import exact from 'exact';
import { twice as again } from 'lib/util';
import { Defined } from './strict/index.ts';
const out = (...a: unknown[]) => console.log(a.map(String).join(' '));
out(twice(2), exact, again(3));
out(JSON.stringify(<div id="x">text</div>));
// fields are assigned: setters are called, declarations vanish
class Base { set x(v: number) { out('setter', v); } }
class Assigned extends Base { x = 1; y?: string; z: number = 3; static s = 'static'; constructor(public p: number) { super(); } }
out(Object.keys(new Assigned(5)).join(), Assigned.s, Object.keys(new Defined()).join());
// TypeScript's own decorators
const log: string[] = [];
const dec = (name: string) => (log.push('eval ' + name), (target: any, key?: string, d?: any) => { log.push(`${name}:${typeof target}:${key}:${typeof d === 'number' ? d : typeof d}`); });
const replace = (f: any) => (t: any, k: string, d: PropertyDescriptor) => ({ ...d, value: f });
@dec('class') @((C: any) => class extends C { more = 1; })
class D {
	@dec('field') f = 1;
	@dec('static') static s() {}
	@replace(() => 'replaced') m(@dec('param') a?: number, @dec('other') b: string = 'b') { return 'm'; }
	@dec('getter') get g() { return 1; }
	constructor(@dec('ctor') x?: number) {}
	static self() { return new D(); }
}
out(log.join(' '));
out(new D().m(), (new D() as any).more, (D.self() as any).more);
