// Queues: shift, also where it has to look at prototypes and holes.
const q = []; let sum = 0;
for (let i = 0; i < 50000; i++) q.push(i);
while (q.length > 25000) sum += q.shift();
for (let i = 0; i < 50000; i++) { q.push(i); sum += q.shift(); }
console.log(sum, q.length, q[0], q[24999], q.at(-1));
while (q.length) sum += q.shift();
console.log(sum, q.length, q.shift(), q.length);
q.push(1, 2, 3); q.shift(); q.unshift(9, 8); q.splice(1, 1); console.log(q.join(), q.length);
const h = [1, , 3, , 5]; h.shift(); console.log(JSON.stringify(h), 0 in h, h.length);
h.shift(); console.log(JSON.stringify(h), h.indexOf(5));
Array.prototype[2] = 'proto'; const p = [1, , , 4]; p.shift(); console.log(JSON.stringify(p), Object.keys(p).join());
delete Array.prototype[2];
class Q extends Array { get first() { return this[0]; } }
const c = Q.from([1, 2, 3]); c.shift(); c.push(7); console.log(c.first, c.length, c instanceof Q, c.join());
const n = [1, 2, 3]; n.name = 'x'; n.shift(); console.log(n.name, n.join(), Object.keys(n).join());
const f = Object.freeze([1]); try { f.shift(); } catch (e) { console.log(e.name); }
const l = [1, 2]; Object.defineProperty(l, 'length', {writable: false}); try { l.shift(); } catch (e) { console.log(e.name, l.length); }
const s = [3, 1, 2, 0]; s.shift(); s.sort(); s.length = 5; s[9] = 1; console.log(JSON.stringify(s));
const big = []; for (let i = 0; i < 5000; i++) big.push({i}); for (let i = 0; i < 4990; i++) big.shift(); console.log(big.map((o) => o.i).join(), big.reverse().length);
const a = Array.from({length: 2000}, (_, i) => i); for (let i = 0; i < 1500; i++) a.shift(); a[600] = 'far'; a.length = 100; console.log(a.length, a[0], a[99], a.concat([1]).length, a.slice(0, 3).join(), [...a].length, Math.max(...a));
const sparse = [1, 2, 3]; sparse.shift(); sparse[100000] = 1; console.log(sparse.length, sparse[1]); sparse.shift(); console.log(sparse.length, sparse[0]);
