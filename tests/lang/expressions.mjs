const out = (...a) => console.log(a.map(String).join(' '));
const tryit = f => { try { return f(); } catch (e) { return e.name; } };
const n = null, u = undefined, o = { a: { b: { c: 5 }, f() { return this.b.c; }, g: () => 'g', n: null }, arr: [1, [2]], k: 'a', z: 0, e: '' };
out(o?.a?.b?.c, n?.a, u?.a.b.c.d, o.x?.y.z, o.a?.f(), o.a.f?.(), o.a?.['b']?.c, n?.[0], n?.(), o.x?.(), o.a.n?.x(), o?.arr?.[1]?.[0]);
out(tryit(() => o.x.y?.z), tryit(() => o.a.z?.().q), tryit(() => o.z()), (o?.a).b.c, (o?.a.f)());
let side = 0; n?.[side++]; n?.a(side++); out(side); o?.[(side++, 'a')]; out(side);
out(delete o?.q, delete n?.q, delete o?.arr[0], o.arr[0], (() => { const d = { p: 1 }; return delete d?.p && !('p' in d); })());
out(n ?? 'd', u ?? 'd', 0 ?? 'd', '' ?? 'd', false ?? 'd', n ?? u ?? 'last', (n || 0) ?? 5, n?.x ?? 'def', (o.a.n ?? o.a.b).c);
let a = null, b = 0, c = 1, d; a ??= 'A'; b ||= 'B'; c &&= 'C'; d ??= a; out(a, b, c, d); a ??= 'no'; b ||= 'no'; let f0 = 0; f0 &&= 'no'; out(a, b, f0);
const t = { x: null, y: 0, z: 1, get g() { side += 10; return this._g; }, set g(v) { side += 100; this._g = v; } }; t.x ??= 1; t.y ||= 2; t.z &&= 3; t['w'] ??= 4; out(t.x, t.y, t.z, t.w); side = 0; t.g ??= 'G'; out(side, t.g); side = 0; t.g ??= 'H'; out(side); side = 0; const key = () => (side++, 'kk'); t[key()] ||= 9; t[key()] ??= 10; out(side, t.kk);
out(2 ** 10, 2 ** 3 ** 2, (-2) ** 2, 2 ** -1); let p = 2; p **= 3; out(p); o.z = 3; o.z **= 2; out(o.z);
out(`a${1}b${'c'}d`, `${1}${2}`, `\n`.length, `line1
line2`.split('\n').length, `\u{1F600}`.length, `${{ toString: () => 'ts', valueOf: () => 'vo' }}`, `${[1, 2]}`, `a${`b${`c`}`}`, ``, `$`, `\${x}`, `\``, `\\`, `\x41\u0042`);
out(tryit(() => `${Symbol()}`), `${null} ${undefined} ${true}`, typeof `${1}`, `x` + 1 + `y`);
const tag = (s, ...v) => s.raw.join('|') + '#' + s.join('|') + '#' + v.join(); out(tag`a${1}b\n${2}c`, tag``, tag`\unicode and ${5}`.slice(0, 12));
const ids = []; const idt = s => { ids.push(s); return s; }; for (let i = 0; i < 2; i++) idt`same`; idt`same`; out(ids[0] === ids[1], ids[0] === ids[2], Object.isFrozen(ids[0]), Object.isFrozen(ids[0].raw), Array.isArray(ids[0]));
const ot = { v: 'this', t(s) { return this.v + s[0]; }, get t2() { return s => 'g' + s[0]; } }; out(ot.t`x`, ot['t']`y`, ot.t2`z`, (() => s => s[0])()`w`);
out(String.raw`\n${1}\t`, ((s) => s[0] === undefined)`\xg`);
out(1_000_000, 0xff_ff, 0b1010_1010, 0o17, 1_0.5_0, .5e1_0, 0B11, 0O7, 0XaB);
out(typeof undeclared, typeof null, typeof (() => {}), typeof class {}, typeof Symbol(), void 0);
out((1, 2, 3), ((side = 5), side), [1, 2, 3].at?.(-1));
let i = 5; out(i++ + ++i, i-- - --i, -i, +'5', ~5, !0, !!'x');
out(1 < 2 === true, 'a' in { a: 1 }, [] instanceof Array, 5 & 3 | 4 ^ 1, 1 << 3 >> 1 >>> 1, 7 % 3);
out(i > 3 ? i > 4 ? 'big' : 'mid' : 'small', i ? 1 : 0, (() => i === 1 ? 'a' : i === 2 ? 'b' : i === 3 ? 'c' : i === 5 ? 'e' : 'z')());
const sp = { ...o.a, x: 1, ...[7, 8] }; out(Object.keys(sp).join());
out([...'ab', ...[1, 2], ...new Map([[1, 2]])].join(';'), Math.max(...[1, 2], ...[3]), [...[...[...'x']]].length);
const re = /a(b+)c/gi; out(re.test('xABBC'), 'abbc'.replace(/b/g, 'X'), /\//.test('/'), 'a1b2'.replace(/\d/g, m => `<${m}>`), [.../x/[Symbol.replace]('axa', 'y')].join(''), (() => { const r = []; for (let k = 0; k < 2; k++) r.push(/x/g); return r[0] !== r[1]; })());
out('\u2028'.length, ' '.length, 'a\
b', '\0'.length, '\x41', '\u{41}', "it's", 'say "hi"');
out(((a, b) => a + b).call(null, 1, 2), (function () { return [].slice.call(arguments).length; })(1, 2, 3));
switch (3) { case 1: out('one'); case 3: out('three'); case 4: out('four'); break; default: out('def'); }
switch ('x') { default: out('default first'); case 'y': out('fall'); }
lbl: for (const x of [1, 2, 3]) { for (const y of [1, 2]) { if (y === 2) continue lbl; if (x === 3) break lbl; out(x, y); } }
var fnv = function () { return this === undefined; }; out(fnv(), (0, fnv)(), (0, o.a.g)());
out([1, 2, 3].map(x => x * 2).filter(x => x > 2).reduce((s, x) => s + x, 0), [[1, [2]], [3]].flat?.(Infinity).join(), Object.entries({ a: 1 }).map(([k, v]) => k + v)[0]);
const getset = { _v: 1, get v() { return this._v; }, set v(x) { this._v = x; } }; getset.v += 5; getset.v++; out(getset.v, getset.v--, --getset.v);
let x1 = 1; x1 += x1++ + ++x1; out(x1); let x2 = 5; x2 = x2++ + x2; out(x2);
const { a: { b: { c: deep } } } = o; out(deep); out((({ length }) => length)('four'), (([x, ...y]) => y.length)([1, 2, 3]));
const longStr = 'a' + 'b' + 'c' + 1 + 2 + 'd' + (1 + 2) + `e` + 'f' + null + undefined + [] + {}; out(longStr);
out(!function () { return false; }(), +function () { return 5; }(), new function () { this.q = 1; }().q);
if (n) out('no'); else if (u) out('no'); else if (o) out('yes'); else out('no');
for (var vi = 0, vj = 10; vi < vj; vi++, vj--); out(vi, vj); for (; ;) { break; } let w = 0; while (true) { if (w++ > 3) break; } do w--; while (w > 0); out(w);
out((() => { for (const k in { a: 1, b: 2 }) if (k === 'b') return k; })(), (() => { try { return 1; } finally { side = 77; } })(), side);
out((x => { switch (typeof x) { case 'number': { const r = x * 2; return r; } case 'string': { const r = x + '!'; return r; } } })(4), (x => ({ a: x })).call(0, 1).a);
debugger; ; ; { } out('empty statements');
const cm = /* c1 */ 1 /* c2
multi */ + 2 // end
  + 3; out(cm); out(((/* none */) => 'cm')(), (a /* x */, b // y
) => a, 1);
const obj2 = { 'a-b': 1, 2: 'two', [`c${1}`]: 3, async: 1, get: 2, await: 3, async *ag() {}, async am() {}, get gg() { return 1; }, set gg(v) {} }; out(Object.keys(obj2).join());
var und; out(und?.x, und ?? (und = 4), und); out([,].length, [1, , 3].length, [, , 1][2]); out(new Date(0).getTime(), new Array(3).length, new Object().constructor === Object, new (Array)(2).length);
out(((a) => (b) => (c) => a + b + c)(1)(2)(3), (() => () => () => 'n')()()()); out([3, 1, 2].sort((a, b) => a - b).join(), [..."héllo"].length, 'ab'.repeat?.(2)); out(JSON.stringify({ u: undefined, d: [undefined, () => {}] }));
x3: { x4: { if (i) break x3; } out('never'); } out(isNaN(NaN), 0.1 + 0.2, 1e21, 1 / 3, -0 === 0, [NaN].includes?.(NaN)); out(0 || null || 'or', 1 && 2 && 'and', (0 || 1) && 'mix', !(1 && 0)); out(parseInt('12px'), Number('0x1f'), ('b' + 'a' + +'a' + 'a').toLowerCase()); out(o.a.b.c === 5 && o.k == 'a' && o.z != 8 && o.e !== 0); out(typeof typeof 1, - -1, + +1, !(!1)); out([..."ab"].entries().next().value.join());
