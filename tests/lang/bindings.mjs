// let, const, shadowing, TDZ, closures per iteration
const out = (...a) => console.log(a.map(String).join(' '));
const tryit = f => { try { return f(); } catch (e) { return e.name + ': ' + e.message; } };

let x = 1;
{ let x = 2; out('inner', x); { let x = 3; out('inner2', x); } out('inner', x); }
out('outer', x);
function shadow(a) { let r = a; { const a = r + 1; r = a; { let a = 10; r += a; } } return r + a; }
out('shadow', shadow(1));
out('tdz read', tryit(() => { const r = y; let y = 1; return r; }));
out('tdz write', tryit(() => { z = 2; let z = 1; return z; }));
out('tdz typeof', tryit(() => { const t = typeof q; let q; return t; }));
out('tdz closure', tryit(() => { const f = () => v; const r = f(); let v = 1; return r; }));
out('tdz later ok', tryit(() => { const f = () => v; let v = 1; return f(); }));
out('tdz function', tryit(() => { function g() { return w; } const r = g(); const w = 5; return r; }));
out('tdz compound', tryit(() => { c += 1; let c = 1; return c; }));
out('tdz update', tryit(() => { c++; let c = 1; return c; }));
out('tdz own init', tryit(() => { let c = c + 1; return c; }));
out('tdz switch', tryit(() => { switch (1) { case 0: let s = 1; case 1: return s; } }));
out('tdz class', tryit(() => { new K(); class K {} }));
out('const write', tryit(() => { const k = 1; k = 2; return k; }));
out('const compound', tryit(() => { const k = 1; k += 2; return k; }));
out('const update', tryit(() => { const k = 1; k++; return k; }));
out('const write order', tryit(() => { const k = 1; let n = 0; try { k = (n = 5); } catch (e) { return n + e.name; } }));
out('const logical', tryit(() => { const k = 1; k ||= 2; return k; }), tryit(() => { const k = 1; k &&= 2; return k; }));
out('const for', tryit(() => { for (const i = 0; i < 2; i++) {} return 1; }));
out('const destructuring', tryit(() => { const k = 1; [k] = [2]; return k; }));

let fs = [];
for (let i = 0; i < 3; i++) fs.push(() => i);
out('for let', fs.map(f => f()));
fs = [];
for (let i = 0; i < 3; i++) { fs.push(() => i); i += 0.5; }
out('for let assigned', fs.map(f => f()));
fs = [];
for (let i = 0, n = 4; i < n; i++, n--) { fs.push(() => i + ':' + n); }
out('for let two', fs.map(f => f()));
fs = [];
for (let i = 0; fs.push(() => i), i < 3; i++) ;
out('closure in test', fs.map(f => f()));
fs = [];
for (let i = 0; i < 3; fs.push(() => i), i++) ;
out('closure in update', fs.map(f => f()));
fs = [];
for (let i = 0; i < 4; i++) { if (i === 1) continue; if (i === 3) break; fs.push(() => i); }
out('continue break', fs.map(f => f()));
fs = [];
outer: for (let i = 0; i < 3; i++) { for (let j = 0; j < 3; j++) { if (j === 1) continue outer; fs.push(() => i * 10 + j); } }
out('labelled', fs.map(f => f()));
fs = [];
outer2: for (let i = 0; i < 3; i++) { for (let j = 0; j < 3; j++) { i += 0; if (i === 1) break outer2; fs.push(() => i * 10 + j); } }
out('labelled break', fs.map(f => f()));
fs = [];
let n = 0;
while (n < 3) { let k = n * 2; const m = k + 1; fs.push(() => k + ',' + m); n++; }
out('while', fs.map(f => f()).join(' '));
n = 0; fs = [];
do { const k = n; fs.push(() => k); } while (++n < 3);
out('do', fs.map(f => f()));
fs = [];
for (const k in { a: 1, b: 2 }) fs.push(() => k);
out('for in', fs.map(f => f()));
fs = [];
for (const k of ['p', 'q']) fs.push(() => k);
out('for of', fs.map(f => f()));
fs = [];
for (const [k, v] of [['p', 1], ['q', 2]]) fs.push(() => k + v);
out('for of pattern', fs.map(f => f()));
fs = [];
for (let { a, b = 5 } of [{ a: 1 }, { a: 2, b: 3 }]) { a++; fs.push(() => a * b); }
out('for of object pattern', fs.map(f => f()));
fs = [];
for (let i = 0; i < 2; i++) { switch (i) { case 0: let t = 'zero'; fs.push(() => t); break; default: let u = 'other'; fs.push(() => u); } }
out('switch in loop', fs.map(f => f()));
fs = [];
for (let i = 0; i < 2; i++) { function h() { return i; } fs.push(h); }
out('function in loop', fs.map(f => f()));
fs = [];
for (let i = 0; i < 2; i++) { class C { get() { return i; } } fs.push(() => new C().get()); }
out('class in loop', fs.map(f => f()));
fs = [];
for (let i = 0; i < 2; i++) { try { throw i; } catch (e) { fs.push(() => e); } }
out('catch in loop', fs.map(f => f()));
let seen = [];
for (let i = 0; i < 3; i++) { let v; seen.push(v); v = i; }
out('let without init', seen);
function ret() { for (let i = 0; i < 5; i++) { const f = () => i; if (i === 3) return f() + 'r'; } }
out('return from env', ret());
function thr() { try { for (let i = 0; i < 5; i++) { const f = () => i; if (f() === 2) throw new Error('at ' + i); } } catch (e) { return e.message; } }
out('throw from env', thr());
function fin() { const l = []; for (let i = 0; i < 3; i++) { try { l.push(() => i); if (i === 1) continue; } finally { l.push(() => 'f' + i); } } return l.map(f => f()).join(); }
out('finally in env', fin());
function thisArgs() { const l = []; for (let i = 0; i < 2; i++) { l.push(() => i, this.q, arguments[0]); } return l.map(v => typeof v === 'function' ? v() : v).join(); }
out('this in env', thisArgs.call({ q: 'Q' }, 'A'));
var v1 = 1; var v1; out('var again', v1);
function hoist() { return typeof inner + typeof late; function inner() {} var late = 1; }
out('hoist', hoist());
function blockfn() { { const r = g(); function g() { return 'g'; } return r; } }
out('block function before', blockfn());
function blockfn2() { let r; { function g() { return 'g1'; } r = g(); } { function g() { return 'g2'; } r += g(); } return r; }
out('block functions', blockfn2());
function sw(v) { switch (v) { case 1: return f(); case 2: function f() { return 'sf'; } } }
out('switch function', sw(1));
function ncatch() { let e = 'o'; try { throw 1; } catch (e) { let f = e + 1; e = f; } return e; }
out('catch shadow', ncatch());
function catchPat() { try { throw { code: 7, m: [1, 2] }; } catch ({ code, m: [, second] }) { return code + second; } }
out('catch pattern', catchPat());
function vshadow() { var x = 'v'; { let x = 'l'; { var y2 = x; } } return x + y2; }
out('var in let', vshadow());
function params(a, b) { { let a = 5; b += a; } return a + b; }
out('param shadow', params(1, 2));
let get = 1, set = 2, async = 3, of = 4; const kw = { get, set, async, of };
out('keyword names', kw.get, kw.set, kw.async, kw.of);
const $ = 1, $t = 2, $T = 3, $1 = 4; out('dollar', $, $t, $T, $1);
label: { out('in block'); break label; }
out(((a, b = a, c = () => b) => { b = 3; return c(); })(1));
function nested() { const a = []; for (let i = 0; i < 2; i++) for (let j = 0; j < 2; j++) a.push(() => `${i}${j}`); return a.map(f => f()).join(); }
out('nested loops', nested());
function genEnv() { const r = []; for (let i = 0; i < 3; i++) { const g = () => i++; g(); r.push(i); } return r.join(); }
out('closure writes loop var', genEnv());
function longLoop() { let s = 0; for (let i = 0; i < 100000; i++) { const f = () => i; s += f(); } return s; }
out('many iterations', longLoop());
