const log=[]; const r=(n,f)=>({[Symbol.dispose](){log.push('d'+n); if(f) throw new Error(n)}, n});
const ar=(n,f)=>({async [Symbol.asyncDispose](){await 0; log.push('ad'+n); if(f) throw new Error(n)}, n});
{ using a=r(1), b=r(2); log.push(a.n+b.n); }
function f(){ using x=r('f'); return x.n+'!' }
log.push(f());
try { using a=r('e1',1); using b=r('e2',1); throw new Error('body') } catch(e){ let s=''; for(;e;e=e.suppressed) s+=(e.error?e.error.message:e.message)+'>'; log.push(s) }
const fs=[];
for (using x of [r('l1'),r('l2'),null]) { fs.push(()=>x&&x.n); if(x&&x.n=='l2') continue; }
log.push(fs.map(f=>f()).join());
for (using x=r('h'), i=null; fs.length<5; ) fs.push(1);
async function g(){ await using a=ar('A'); await using n=null; using b=r('B'); log.push('in'); return 'R' }
log.push(await g());
async function h(){ for await (await using x of [ar('p'),ar('q',1)]) log.push(x.n) }
try { await h() } catch(e){ log.push(e.message) }
function* gen(){ using x=r('gen'); yield 1; yield 2 }
for (const v of gen()) { log.push(v); break }
class C { static { using z=r('static'); log.push('sb') } }
try { using z=5 } catch(e){ log.push(e.name) }
try { { y; using y=null } } catch(e){ log.push(e.name) }
try { using y=null; y=4 } catch(e){ log.push(e.name) }
await using top = ar('top');
using top2 = r('top2');
export const q=1; export function qq(){ return top }
for (const line of log) console.log(line);
