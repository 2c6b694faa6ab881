// Growing strings: the same as if each had been copied.
let s = '', parts = [];
for (let i = 0; i < 3000; i++) { const t = 'p' + i + (i % 7 ? '' : '\u00e9\ud83d\ude00'); s += t; parts.push(t); }
console.log(s === parts.join(''), s.length);
const base = 'x'.repeat(2000);
let a = base + 'a', b = a + 'b', c = a + 'c', d = b + 'd', e = b + 'e', f = a + 'b';
console.log(b === f, b.slice(-2), c.slice(-2), d.slice(-3), e.slice(-3), a.length, d.length);
let u = base + '1'; const olds = [];
for (let i = 0; i < 50; i++) { olds.push(u); u += i; }
console.log(olds.every((o, i) => u.startsWith(o) && o.length === olds[i].length), olds[10].endsWith('9'), olds[10].length, encodeURIComponent(olds[3]).length, JSON.stringify(olds[4]).length, new Map([[olds[5], 1]]).get(olds[5].slice(0)));
let dbl = base + 'z'; dbl += dbl; dbl += dbl; console.log(dbl.length, dbl === (base + 'z').repeat(4));
let h = base + 'h'; h += '\ud83d'; h += '\ude00'; console.log(h.length, h.codePointAt(2001).toString(16));
const o = {}; let k = base + 'k'; for (let i = 0; i < 5; i++) { k += i; o[k] = i; } console.log(Object.values(o).join(), Object.keys(o).map((x) => x.length).join());
let x1 = base + 'q', x2 = base + 'r'; for (let i = 0; i < 100; i++) { x1 += i; x2 += i; } console.log(x1.slice(1, 5) === x2.slice(1, 5), x1.length, x2.length, x1 < x2, Number(olds[2]), parseFloat('1' + olds[2]));
let n = '1'.repeat(1500); n += '2'; const n1 = n; n += '3'; console.log(isFinite(+n1), n1.length, +('0.' + n1).slice(0, 10));
