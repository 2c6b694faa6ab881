console.log(eval("1;if(false){}"), eval("2; do { 3; if(true) break; } while(0)"), eval("try{39}finally{42}"), eval("do{try{39}finally{42;break}}while(0)"), eval("var x=1"), eval("'use strict'; var x=1"), eval("L: for(var i=0;i<3;i++){ i; if(i==1) continue L; }"));
function f(){ return eval("new.target") } console.log(f(), new f() !== undefined);
class A { #p=4; #m(){return 'm'} get #g(){return 'g'} t(){ return eval("this.#p + this.#m() + this.#g + (#p in this)") } u(){ return (()=>eval("(()=>this.#p)()+super.toString.name"))() } v=eval("this.#p+1") }
console.log(new A().t(), new A().u(), new A().v);
eval("let q=5; const c=6; function ff(){ return q+c } console.log(ff(), typeof ff)"); console.log(typeof q, typeof ff);
{ let x='blk'; (function(){ var x=1; { let x=2; console.log(eval("x"), eval("x=9"), x) } })() }
function g(){ let z=1; try { eval("var z=2") } catch(e){ return e.name+e.message } } console.log(g());
function h(a, b=eval("a+1")){ return b } console.log(h(3));
var o={ __proto__:{k(){return 'K'}}, m(){ return eval("super.k()") } }; console.log(o.m());
const ar=()=>eval("arguments.length"); console.log((function(){ return (()=>eval("arguments[0]"))() })('arg'));
console.log((0,eval)("let zz=1; zz+1"), typeof zz, Object.keys(globalThis).filter(k=>k.includes('eider')).length);
console.log(eval("({a:1})").a, eval("function fn(){}; 7"), String(eval("[a1,b1]=[1,2]")), eval(""), eval("x=5"));
for (let i of [1,2]) eval("var fs=(globalThis.fs||[]); globalThis.fs=fs; fs.push(()=>i)"); console.log(String(fs.map(f=>f())));
