const out = (...a) => console.log(a.map(String).join(' '));
const tryit = f => { try { return f(); } catch (e) { return e.name + ': ' + e.message; } };
// arrows
out((() => 1)(), (x => x + 1)(1), ((x, y) => ({ x, y }))(1, 2).y, (() => { return 5; })());
const o = { v: 1, m() { return (() => this.v)(); }, n() { return (() => (() => this.v + arguments[0])())(); } };
out(o.m(), o.n(4));
out(tryit(() => new (() => {})()).slice(0, 9));
out((() => {}).hasOwnProperty('prototype'), (function () {}).hasOwnProperty('prototype'));
function nt() { return new.target === nt; }
out(nt() , new nt() instanceof nt);
function Nt() { this.t = new.target; this.f = () => new.target; }
out(new Nt().t === Nt, new Nt().f() === Nt);
// names
const f1 = function () {}, f2 = () => {}, f3 = class {}, f4 = function named() {}, f5 = async () => {}, f6 = function* () {};
out(f1.name, f2.name, f3.name, f4.name, f5.name, f6.name);
const on = { a() {}, b: () => {}, get c() { return 1; }, ['d' + 1]: () => {}, 'e f': function () {}, 1: () => {}, async g() {}, *h() {}, async *i() {}, [Symbol.iterator]: () => {}, [Symbol('desc')]() {} };
out(on.a.name, on.b.name, Object.getOwnPropertyDescriptor(on, 'c').get.name, on.d1.name, on['e f'].name, on[1].name, on.g.name, on.h.name, on.i.name, on[Symbol.iterator].name);
out(on[Object.getOwnPropertySymbols(on)[1]].name);
let n1; n1 = () => {}; out(n1.name);
let { n2 = () => {} } = {}; out(n2.name);
let [n3 = function () {}] = []; out(n3.name);
let n4 = null; n4 ??= () => {}; out(n4.name);
out((function (p = () => {}) { return p.name; })());
// length
out(((a, b) => {}).length, ((a, b = 1, c) => {}).length, ((...r) => {}).length, ((a, ...r) => {}).length, (({ a }, [b]) => {}).length, (function (a, b, c) {}).length, (async (a, b) => {}).length, (function* (a) {}).length);
// defaults
function d1(a, b = a + 1, c = () => a + b) { return [a, b, c()].join(); }
out(d1(1), d1(1, 5), d1(1, undefined), d1(1, null));
function d2(a = 1, { b = 2, c: { d = 3 } = {} } = {}, [e = 4, ...f] = []) { return [a, b, d, e, f.length].join(); }
out(d2(), d2(0, { b: 0, c: { d: 0 } }, [0, 1, 2]));
function d3(x, f = () => x) { var x = 5; return f() + ',' + x; }
out(d3(1));
function d4(x, f = () => x) { x = 5; return f(); }
out(d4(1));
function d5(a, b = a) { var b; return b; }
out(d5(3));
out(tryit(() => (function (a = b, b) { return a; })(1, 2)));
out((function (a = 1) { return arguments.length + ',' + arguments[0]; })(), (function (a = 1) { a = 9; return arguments[0]; })(2));
let calls = []; function ord(a = calls.push('a'), b = calls.push('b')) {} ord(); ord(1); out(calls);
// rest and spread
function r1(...a) { return a.length + ':' + a.join(); }
out(r1(), r1(1), r1(1, 2, 3), Array.isArray((function (...a) { return a; })()));
function r2(a, b, ...c) { return c.join('-'); }
out(r2(1, 2), r2(1, 2, 3, 4));
out(((...[a, b]) => a + b)(1, 2), ((...{ length }) => length)(1, 2, 3));
out(r1(...[1, 2], 3, ...'ab', ...new Set([5])), r1(...[]), Math.max(...[1, 5, 3]));
out([...'héy', ...[1, , 2]].length, [0, ...[1], 2, ...[3, 4]].join());
const ctx = { k: 2, mul(...a) { return a.map(x => x * this.k).join(); } };
out(ctx.mul(...[1, 2]), ctx['mul'](...[3]));
out(new Date(...[2020, 0, 15]).getFullYear(), new (class { constructor(...a) { this.l = a.length; } })(...[1, 2, 3]).l);
let order = []; const tag = (k, v) => { order.push(k); return v; };
r1(tag(1, 0), ...tag(2, [1]), tag(3, 0), ...tag(4, [])); out(order);
const q = [1, 2, 3]; out([...q, q.pop(), ...q].join());
out(tryit(() => r1(...5)).slice(0, 9), tryit(() => [...undefined]).slice(0, 9));
// arguments
function args() { return [...arguments].join('+'); }
out(args(1, 2, 3), (function () { return Array.from(arguments).length; })(1, 2), (function () { let s = 0; for (const a of arguments) s += a; return s; })(1, 2, 3));
function argArrow() { return (() => arguments.length)(9); }
out(argArrow(1, 2, 3));
out((function () { return Math.max.apply(Math, arguments); })(3, 9, 2), (function () { return Array.prototype.slice.call(arguments, 1).join(); })(1, 2, 3));
out((function (a) { arguments[0] = 5; return a; })(1), (function (a) { a = 5; return arguments[0]; })(1));
// toString
out((function foo(a, b) { return a + b; }).toString());
out(((a, b) => a ** b).toString());
out(({ m(x) { return x; } }).m.toString());
out((async function af() { await 1; }).toString());
out((class K { x = 1; m() {} }).toString());
// trailing commas
function tc(a, b,) { return a + b; } out(tc(1, 2,), Math.max(1, 2,), new Array(3,).length);
// getters, setters, computed
const key = 'kk'; let store = 0;
const obj = { get [key]() { return store; }, set [key](v) { store = v * 2; }, ['m' + 1](x) { return x; }, [`t${1}`]: 5, 'quoted-x': 1, 0x10: 'hex', 1e3: 'exp' };
obj.kk = 4; out(obj.kk, obj.m1(3), obj.t1, obj[16], obj[1000], Object.keys(obj).join());
// IIFE, recursion, closures
const fact = n => n < 2 ? 1 : n * fact(n - 1); out(fact(10));
out((function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); })(15));
const counter = (() => { let c = 0; return { inc: () => ++c, get value() { return c; } }; })(); counter.inc(); counter.inc(); out(counter.value);
const compose = (...fns) => x => fns.reduceRight((v, f) => f(v), x); out(compose(x => x + 1, x => x * 2)(5));
out(typeof hoisted, hoisted()); function hoisted() { return 'h'; }
out((() => { try { return 'a'; } finally { out('fin'); } })());
var self = function me(n) { return n ? me(n - 1) + 1 : 0; }; out(self(4));
out(tryit(() => { (function me() { me = 1; })(); return 'no'; }));
out(((a) => { { let a = 2; } return a; })(1));
const curried = a => b => c => a + b + c; out(curried(1)(2)(3));
out((function () { return typeof this; })(), (function () { return typeof this; }).call(5));
out([1, 2, 3].map((x) => ({ x })).map(({ x }) => x).join());
const gx = { async: 1, await: 2, get: 3, set: 4, static: 5, of: 6, let: 7, yield: 8, new: 9, typeof: 10 }; out(Object.values(gx).join(), gx.new, gx.typeof);
const { new: nw, typeof: ty } = gx; out(nw, ty);
const sh = { get() { return 'g'; }, set() { return 's'; }, async() { return 'a'; }, await() { return 'w'; }, static() { return 't'; }, if() { return 'i'; } }; out(sh.get(), sh.set(), sh.async(), sh.await(), sh.static(), sh.if());
const homes = []; for (let i = 0; i < 2; i++) homes.push({ __proto__: { v: i }, m() { return super.v + this.k; }, k: i * 10 }); out(homes.map(h => h.m()));
const numKeys = { 0.0000001: 'a', 1e21: 'b', 1.50: 'c', 0x1F: 'd', 123456789012345680000: 'e', 0.000001: 'f', get 1e-8() { return 'g'; } }; out(Object.keys(numKeys).join(), Object.getOwnPropertyDescriptor(numKeys, '1e-8').get.name);
out(tryit(() => ({ m() { return delete super.x; } }).m()));
