const out = (...a) => console.log(a.map(String).join(' '));
const log = [];
const note = (text) => (value, c) => { log.push(`${text}:${c.kind}:${String(c.name)}:${c.static}:${c.private}:${typeof value}`); };
const evaluated = (text) => (log.push('eval ' + text), note(text));
// order of evaluation and application
@evaluated('C')
class C {
  @evaluated('m') m() { return 'm'; }
  @evaluated('k') static [(log.push('key'), 'sm')]() { return 'sm'; }
  @evaluated('f') f = 1;
  @evaluated('g') get g() { return 'g'; }
  @evaluated('s') set s(v) { this.v = v; }
  @evaluated('a') accessor a = 2;
  @evaluated('sf') static sf = 3;
  @evaluated('p') #p = 4;
  @evaluated('pm') #pm() { return this.#p; }
  t() { return this.#pm(); }
}
for (const line of log.splice(0)) out(line);
const c = new C(); c.s = 9; out(c.m(), C.sm(), c.f, c.g, c.v, c.a, C.sf, c.t(), (c.a = 7, c.a), Object.keys(c));
// replacing
const twice = (f) => function (...a) { return f.apply(this, a) + f.apply(this, a); };
const add = (n) => (_, c) => function (v) { return v + n; };
const logged = ({ get, set }, { name }) => ({ get() { log.push('get ' + name); return get.call(this); }, set(v) { log.push('set ' + name); set.call(this, v); }, init(v) { return v * 10; } });
class R {
  @twice m() { return 'x' + this.f; }
  @twice static s() { return 's'; }
  @add(1) @add(2) f = 10;
  @twice get g() { return 'g'; }
  @logged accessor a = 4;
  @logged static accessor b = 5;
  @twice #h() { return 'h'; }
  h() { return this.#h(); }
  @add('!') #q = 'q';
  q() { return this.#q; }
}
const r = new R(); out(r.m(), R.s(), r.f, r.g, r.a, (r.a = 1, r.a), R.b, r.h(), r.q(), log.splice(0).join());
// classes: replaced, inner name, initialisers
const seal = (K, c) => { c.addInitializer(function () { log.push('init ' + this.name); }); return class Sealed extends K { extra = 1; }; };
@seal class S { static made = 'made'; static self() { return S.name; } x = S.name; }
out(S.name, new S().x, new S().extra, S.self(), log.splice(0).join());
// initialisers of methods run before fields; bound methods
const bound = (f, c) => { c.addInitializer(function () { this[c.name] = f.bind(this); log.push('bound'); }); };
class B { y = (log.push('field'), 5); @bound m() { return this.y; } }
const m = new B().m; out(m(), log.splice(0).join());
// access, member expressions keep their object
const lib = { n: 0, dec(v, c) { lib.n++; log.push(this === lib, Object.keys(c.access).join('|')); lib.access = c.access; } };
class A { @lib.dec #x = 5; @lib.dec static m() {} }
out(lib.n, log.splice(0).join());
class A2 { @lib.dec #x = 5; read() { return this.#x; } }
const a2 = new A2(); out(lib.access.get(a2), (lib.access.set(a2, 6), a2.read()), lib.access.has(a2), lib.access.has({}));
// errors
const caught = (f) => { try { return f(); } catch (e) { return e.name; } };
out(caught(() => { class X { @(() => 5) m() {} } }), caught(() => { class X { @(5) m() {} } }), caught(() => { let add; class X { @((v, c) => { add = c.addInitializer; }) m() {} } add(() => {}); }));
// expressions, exports, accessors without decorators
const E = @note('expr') class { static accessor z = 1; accessor ['c' + 1] = 2; accessor #w = 3; w() { return ++this.#w; } };
out(E.z, new E().c1, new E().w(), log.splice(0).join());
export default @note('default') class {}
export @note('named') class N {}
out(log.splice(0).join());
for (const n of [1, 2]) { @note('loop' + n) class L { @note('m') m() { return n; } } out(new L().m()); }
out(log.length);
