const out = (...a) => console.log(a.map(String).join(' '));
const tryit = f => { try { return f(); } catch (e) { return e.name + ': ' + e.message; } };
class A { constructor(x) { this.x = x; } get dbl() { return this.x * 2; } set dbl(v) { this.x = v / 2; } m() { return 'A.m' + this.x; } static s() { return 'A.s'; } static get sg() { return 'sg'; } ['c' + 1]() { return 'c1'; } static ['d' + 1]() { return 'd1'; } }
const a = new A(3); out(a.x, a.dbl, a.m(), A.s(), A.sg, a.c1(), A.d1()); a.dbl = 10; out(a.x);
class B extends A { constructor(x, y) { super(x); this.y = y; } m() { return super.m() + 'B.m' + this.y; } get dbl() { return super.dbl + 1; } static s() { return super.s() + 'B.s'; } }
const b = new B(1, 2); out(b.x, b.y, b.m(), b.dbl, B.s(), b instanceof A, b instanceof B, Object.getPrototypeOf(B) === A);
class C extends B {} const c = new C(4, 5); out(c.x, c.y, c.m(), C.s(), c.constructor === C);
out(A.name, B.name, C.name, A.length, B.length, C.length, typeof A);
out(Object.getOwnPropertyNames(A.prototype).join(), Object.keys(a).join(), Object.getOwnPropertyNames(A).sort().join());
out(tryit(() => A()), tryit(() => A.call({})));
out(tryit(() => { class D extends A { constructor() {} } new D(); }));
out(tryit(() => { class D extends A { constructor() { this.x = 1; super(); } } new D(); }));
out(tryit(() => { class D extends A { constructor() { super(); super(); } } new D(); }));
out(tryit(() => { class D extends A { constructor() { super(); return 1; } } new D(); }));
out(tryit(() => { class D extends A { constructor() { return { z: 9 }; } } return new D().z; }));
out(tryit(() => { class D extends 5 {} }), tryit(() => { class D extends null {} return Object.getPrototypeOf(D.prototype); }));
out(tryit(() => { class D extends undefined {} }).slice(0, 9));
class F { a = 1; b = this.a + 1; 'c d' = 3; ['e' + 1] = 4; f; g = () => this.a; static h = 5; static i = F.h + this.h; static { this.j = this.i * 2; } }
const f = new F(); out(f.a, f.b, f['c d'], f.e1, f.f, f.g.call(null), F.h, F.i, F.j, Object.keys(f).join());
class G extends F { k = this.a + 10; a = 7; constructor() { super(); this.l = this.k + this.a; } }
const g = new G(); out(g.k, g.a, g.l, g.g(), Object.keys(g).join());
class P { #x = 1; #y; static #count = 0; constructor(y) { this.#y = y; P.#count++; } get x() { return this.#x; } set x(v) { this.#x = v; } sum() { return this.#x + this.#y; } #priv(z) { return this.#x * z; } callPriv(z) { return this.#priv(z); } get #acc() { return 'acc' + this.#x; } set #acc(v) { this.#x = v; } useAcc() { this.#acc = 50; return this.#acc; } static count() { return P.#count; } static #sm() { return 'sm'; } static callSm() { return this.#sm(); } has(o) { return #x in o; } inc() { this.#x++; ++this.#x; this.#x += 5; return this.#x--; } logical() { this.#y ??= 'd'; this.#y ||= 'e'; return this.#y; } opt(o) { return o?.#x; } hasM(o) { return #priv in o; } destr() { [this.#x, this.#y] = [8, 9]; ({ x: this.#x } = { x: 80 }); return this.#x + this.#y; } fn() { return this.#priv; } }
const p = new P(5); out(p.x, p.sum(), p.callPriv(3), p.useAcc(), P.count(), P.callSm(), p.has(p), p.has({}), p.hasM(p)); p.x = 2; out(p.inc(), p.x, p.opt(null), p.opt(p), p.destr());
out(new P(null).logical(), new P(0).logical(), p.fn().call(p, 2));
out(tryit(() => P.prototype.sum.call({})), tryit(() => { P.prototype.inc.call({}); }), tryit(() => p.has(1)));
out(tryit(() => { class Q extends P {} return Q.callSm(); }).slice(0, 9), Object.keys(p).length, JSON.stringify(p));
class RO { #m() {} set() { this.#m = 1; } get #g() { return 1; } setg() { this.#g = 2; } set #s(v) {} gets() { return this.#s; } }
out(tryit(() => new RO().set()), tryit(() => new RO().setg()), tryit(() => new RO().gets()));
class Chain { #n = 0; add(v) { this.#n += v; return this; } get n() { return this.#n; } } out(new Chain().add(1).add(2).n);
class E1 extends Error { constructor(m, code) { super(m); this.name = 'E1'; this.code = code; } get info() { return this.code; } }
const e = new E1('bad', 5); out(e instanceof E1, e instanceof Error, e.message, e.code, e.info, String(e), Object.prototype.toString.call(e));
class Arr extends Array { last() { return this[this.length - 1]; } } const ar = new Arr(); ar.push(1, 2, 3); out(ar.length, ar.last(), ar instanceof Arr, Array.isArray(ar));
class M2 extends Map { constructor(it) { super(it); } getOr(k, d) { return this.has(k) ? this.get(k) : d; } } out(new M2([['a', 1]]).getOr('a'), new M2().getOr('b', 2));
class Pr extends Promise { static get [Symbol.species]() { return Promise; } } out(new Pr(() => {}) instanceof Pr);
class NT { constructor() { this.nt = new.target.name; } } class NT2 extends NT {} out(new NT().nt, new NT2().nt, Reflect.construct(NT, [], NT2).nt);
function Old(x) { this.old = x; this.nt = new.target === undefined ? 'undef' : new.target.name; } Old.prototype.om = function () { return 'om' + this.old; };
class New extends Old { constructor() { super('o'); } om() { return super.om() + '!'; } } out(new New().om(), new New().nt);
const anon = class { static who() { return this.name; } }; out(anon.who(), (class Named { static w() { return Named.name; } }).w());
const obj = { cls: class { m() { return 1; } }, ['comp' + 1]: class {} }; out(obj.cls.name, obj.comp1.name);
class S1 { static name = 'custom'; static length = 9; } out(S1.name, S1.length);
class Gen { *[Symbol.iterator]() { yield 1; yield 2; } async am() { return 'am'; } static *sg() { yield 's'; } async *ag() { yield 'x'; } } out([...new Gen()].join(), [...Gen.sg()].join()); new Gen().am().then(v => out('async method', v));
const base = { hi() { return 'base hi ' + this.n; }, get v() { return 'bv' + this.n; } }; const derived = { __proto__: base, n: 5, hi() { return super.hi() + '!'; }, get v() { return super.v + '?'; }, arrow() { return (() => super.hi())(); }, async as() { return super.hi(); }, set() { super.zz = 3; return this.zz; } }; out(derived.hi(), derived.v, derived.arrow(), derived.set(), 'zz' in base); derived.as().then(v => out(v));
class SP extends A { t() { return [super['m'](), super.dbl, (() => super.m())()].join(); } up() { super.x2 = 5; super.cnt = (super.cnt || 0) + 1; return this.x2 + ',' + this.cnt; } spread(...z) { return super.m(...z); } } out(new SP(1).t(), new SP(1).up(), new SP(2).spread(1, 2));
class Arrow extends A { constructor() { const f = () => super(9); f(); this.z = (() => this.x)(); } } out(new Arrow().z);
class Cond extends A { constructor(k) { if (k) { super(1); } else { super(2); } this.k = k; } } out(new Cond(true).x, new Cond(false).x);
class TryS extends A { constructor() { try { super(3); } finally { out('fin'); } } } out(new TryS().x);
class Def extends A { constructor(x = 5, { y = 6 } = {}, ...r) { super(x); this.all = [x, y, r.length].join(); } } out(new Def().all, new Def(1, { y: 2 }, 3).all);
let evalOrder = []; const k = n => { evalOrder.push(n); return n; }; class Order { [k('a')]() {} static [k('b')] = k('c'); [k('d')] = 1; static [k('e')]() {} static { k('f'); } } out(evalOrder);
class Counter { static #instances = new Set(); static create() { const c = new this(); Counter.#instances.add(c); return c; } static get size() { return Counter.#instances.size; } } Counter.create(); Counter.create(); out(Counter.size);
const mixin = Base => class extends Base { mixed() { return 'mixed' + this.x; } }; class Mixed extends mixin(A) {} out(new Mixed(3).mixed(), Object.getPrototypeOf(Mixed).name);
out(Object.getOwnPropertyDescriptor(A, 'prototype').writable, Object.getOwnPropertyDescriptor(A.prototype, 'm').enumerable, A.prototype.constructor === A);
out(tryit(() => { A.prototype.m.call(null); }).slice(0, 9), tryit(() => new a.m()).slice(0, 9));
const cs = []; for (let i = 0; i < 3; i++) { cs.push(class { static id = i; #p = i * 10; get p() { return this.#p; } static self() { return this.id; } }); } out(cs.map(c => c.self() + ':' + new c().p)); out(tryit(() => Object.getOwnPropertyDescriptor(cs[0].prototype, 'p').get.call(new cs[1]())).slice(0, 9));
class Static { static a = 1; static b = () => this.a; static c = [1, 2].map(v => v + this.a); static #d = 4; static d = Static.#d; } out(Static.b(), Static.c, Static.d);
class Shadow { constructor(Shadow) { this.s = Shadow; } static who() { return Shadow.name; } } out(new Shadow(5).s, Shadow.who());
let Re = class Inner { static f() { return Inner === Re; } }; out(Re.f());
out(tryit(() => { class X { static f() { X = 1; } } X.f(); }));
class Fr { constructor() { return Object.freeze(this); } } class Fr2 extends Fr { #z = 1; z() { return this.#z; } } out(new Fr2().z());
class Tag { get [Symbol.toStringTag]() { return 'TT'; } [Symbol.toPrimitive](h) { return h === 'number' ? 42 : 'prim'; } } out(Object.prototype.toString.call(new Tag()), +new Tag(), `${new Tag()}`);
class Acc { static get x() { return this._x ?? 'none'; } static set x(v) { this._x = v; } } Acc.x = 3; out(Acc.x);
class Fld { fn = function () { return this; }; ar = () => this; nested = { a: [() => this.q] }; q = 'q'; } const fl = new Fld(); out(fl.fn() === fl, fl.ar.call(1) === fl, fl.nested.a[0](), fl.fn.name, fl.ar.name);
class Abstract { constructor() { if (new.target === Abstract) throw new TypeError('abstract'); } } class Concrete extends Abstract {} out(tryit(() => new Abstract()), new Concrete() instanceof Abstract);
out(class { static toString() { return 'own'; } } + '', (class { }).name === '');
const inst = new (class { constructor() { this.v = 1; } })(); out(inst.v); const getCls = () => A; out(new (getCls())(7).x, new obj.cls().m());
var symk = Symbol('k'); class SymC { [symk]() { return 'sym'; } static [Symbol.hasInstance](v) { return v === 1; } } out(new SymC()[symk](), 1 instanceof SymC, 2 instanceof SymC);
class Semi { a = 1; ; b = 2; ; m() {}; } out(Object.keys(new Semi()));
class Kw { get = 1; set = 2; static = 3; async = 4; static async = 5; static static = 6; get get2() { return 1; } await() { return 'aw'; } } const kw = new Kw(); out(kw.get, kw.set, kw.static, kw.async, Kw.async, Kw.static, kw.await());
class NoSemi { a
b = 2
'c'
['d'] = 4
static e
static f = 6
} out(Object.keys(new NoSemi()), Object.keys(NoSemi));
