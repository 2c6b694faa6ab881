const out = (...a) => console.log(a.map(String).join(' '));
const tryit = f => { try { return f(); } catch (e) { return e && e.name ? e.name + ': ' + e.message : 'thrown ' + e; } };
const show = r => r.value + '/' + r.done;
function* g1() { const x = yield 1; out('got', x); const y = yield x + 1; return x + y; }
let it = g1(); out(show(it.next('ignored')), show(it.next(10)), show(it.next(5)), show(it.next()));
function* g2() { try { yield 1; yield 2; } finally { out('cleanup'); } }
it = g2(); it.next(); out(show(it.return(7)), show(it.next()));
it = g2(); out(show(it.return(8)), show(it.next()));
it = g2(); it.next(); out(tryit(() => it.throw(new Error('x'))), show(it.next()));
function* g3() { try { yield 1; } catch (e) { yield 'caught ' + e; } return 'end'; }
it = g3(); it.next(); out(show(it.throw('boo')), show(it.next()));
it = g3(); it.next(); out(show(it.return('r')));
function* g4() { try { yield 1; } finally { yield 'in finally'; } }
it = g4(); it.next(); out(show(it.return('r')), show(it.next()), show(it.next()));
function* g5() { try { yield 1; } finally { return 'override'; } }
it = g5(); it.next(); out(show(it.return('r')));
function* inner() { const r = yield 'i1'; out('inner got', r); try { yield 'i2'; } finally { out('inner fin'); } return 'iret'; }
function* outer() { const r = yield* inner(); out('outer got', r); yield 'o'; }
it = outer(); out(show(it.next()), show(it.next('A')), show(it.next()), show(it.next()), show(it.next()));
it = outer(); it.next(); it.next(); out(show(it.return('early')));
it = outer(); it.next(); out(tryit(() => it.throw(new RangeError('t'))));
function* star() { yield* [1, 2]; yield* 'ab'; yield* new Set([3]); return 4; } out([...star()].join());
const fib = function* () { let [a, b] = [0, 1]; for (;;) { yield a; [a, b] = [b, a + b]; } };
const take = function* (n, src) { let i = 0; for (const v of src) { if (i++ >= n) return; yield v; } };
out([...take(10, fib())].join());
function* params(a, b = a * 2, ...c) { yield a; yield b; yield c.length; } out([...params(1)].join(), [...params(1, 5, 6, 7)].join());
function* badParams(a = (() => { throw new Error('param'); })()) { yield 1; } out(tryit(() => badParams()));
const o = { *g() { yield this.v; }, v: 'tv', *[Symbol.iterator]() { yield* [1, 2, 3]; } }; out([...o.g()].join(), [...o].join(), Math.max(...o));
out(Object.prototype.toString.call(g1()), typeof g1.prototype, tryit(() => new g1()).slice(0, 9), g1() instanceof g1, g1()[Symbol.iterator]() instanceof g1);
function* reenter() { tryit2(); yield 1; } let re; function tryit2() { out(tryit(() => re.next())); } re = reenter(); re.next();
function* loops() { for (let i = 0; i < 3; i++) { const f = () => i; yield f; } } out([...loops()].map(f => f()).join());
function* nested() { for (const x of [1, 2]) { for (const y of inner2(x)) yield y; } } function* inner2(x) { yield x * 10; yield x * 10 + 1; } out([...nested()].join());
function* closeTest() { try { yield 1; yield 2; yield 3; } finally { out('closed'); } }
for (const v of closeTest()) { out(v); if (v === 2) break; }
(() => { for (const v of closeTest()) { if (v === 1) return; } })();
lab: for (const a of closeTest()) { for (const b of closeTest()) { if (b === 1) continue lab; } }
try { for (const v of closeTest()) { throw new Error('body'); } } catch (e) { out(e.message); }
const [x1] = closeTest(); out(x1);
function* retInLoop() { for (const v of closeTest()) { yield v; } } it = retInLoop(); it.next(); out(show(it.return('R')));
function* catchAll() { while (true) { try { yield 1; } catch (e) { out('c', e); } } } it = catchAll(); it.next(); it.throw('E1'); out(show(it.return('stop')));
function* args() { yield arguments.length; yield* arguments; } out([...args(7, 8)].join());
function* sw(x) { switch (x) { case 1: yield 'one'; case 2: yield 'two'; break; default: yield 'def'; } } out([...sw(1)].join(), [...sw(2)].join(), [...sw(3)].join());
function* exprs() { const a = [yield 1, yield 2]; const b = { p: yield 3, [yield 4]: 5 }; return JSON.stringify([a, b]) + `${yield 5}` + ((yield 6) ? 'T' : 'F') + f3(yield 7, yield 8); } function f3(a, b) { return a + b; }
it = exprs(); let r = it.next(), n = 0; while (!r.done) r = it.next('v' + n++); out(r.value);
class It { constructor(n) { this.n = n; } *[Symbol.iterator]() { for (let i = 0; i < this.n; i++) yield i; } static *range(a, b) { while (a < b) yield a++; } } out([...new It(3)].join(), [...It.range(2, 5)].join());
const ent = Object.entries({ a: 1, b: 2 }); function* mapIt(f, s) { for (const v of s) yield f(v); } out([...mapIt(([k, v]) => k + v, ent)].join());
function* delegRet() { const v = yield* { [Symbol.iterator]() { return { next() { return { done: true, value: 'fin' }; } }; } }; yield v; } out([...delegRet()].join());
const manual = { i: 0, next() { return { done: this.i >= 2, value: this.i++ }; }, return() { out('manual return'); return {}; }, [Symbol.iterator]() { return this; } }; function* dm() { yield* manual; } it = dm(); it.next(); out(show(it.return('q')));
out(tryit(() => { for (const x of { [Symbol.iterator]() { return { next() { return 1; } }; } }); }));
out(tryit(() => { for (const x of 5); }), tryit(() => { for (const x of null); }).slice(0, 9), tryit(() => { const [a] = {}; }).slice(0, 9));
let cnt = 0; const arr = [1, 2]; for (const v of arr) { if (cnt++ < 2) arr.push(v * 10); } out(arr.join());
for (const v of [, 1]) out('hole', v);
const GF = Object.getPrototypeOf(function* () {}); out(GF[Symbol.toStringTag], Object.getPrototypeOf(GF.prototype) === Object.getPrototypeOf(Object.getPrototypeOf(g1())).constructor || 'x');
function* tdz() { yield typeof (() => lv)(); let lv = 1; } out(tryit(() => tdz().next()));
const genArrow = { *m() { const f = () => this.z; yield f(); }, z: 'z!' }; out([...genArrow.m()].join());
function* deep(n) { if (n > 0) { yield n; yield* deep(n - 1); } } out([...deep(20)].length);
out([...(function* () { yield; })()].length, [...(function* () { const a = yield, b = yield; })()].length);
let log = ''; const lg = s => { log += s; return { [Symbol.iterator]() { let k = 0; return { next: () => ({ done: k++ > 0, value: s }), return() { log += '!' + s; return {}; } }; } }; }; for (const a of lg('A')) for (const b of lg('B')) { log += a + b; break; } out(log);
function* finOrder() { try { return 'a'; } finally { log += 'F'; } } log = ''; out(show(finOrder().next()), log);
log = ''; (() => { for (const a of lg('A')) { try { return; } finally { log += 'f'; } } })(); out(log);
