/*
 * The engine from C: promises, coroutines, classes' helpers, limits. Scripts
 * here are what lang would make of modern ones.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/util.h"
#include "worker/engine/engine.h"
#include "worker/engine/promise.h"
#include "worker/engine/str.h"

/* The script sets `out`; microtasks run; then out is compared. */
struct row {
	const char *name, *script, *want;
};

/* clang-format off */
static const struct row rows[] = {
	{"promise: then runs later", "out='a';Promise.resolve('c').then(function(v){out+=v});out+='b'", "abc"},
	{"promise: executor throws -> rejected", "new Promise(function(){throw 1}).catch(function(e){out='e'+e})", "e1"},
	{"promise: resolve twice -> first wins", "new Promise(function(r,j){r(1);r(2);j(3)}).then(function(v){out=''+v})", "1"},
	{"promise: thenable is followed", "Promise.resolve({then:function(r){r(7)}}).then(function(v){out=''+v})", "7"},
	{"promise: thenable throws after resolve -> ignored", "Promise.resolve({then:function(r){r(7);throw 8}}).then(function(v){out=''+v},function(e){out='e'+e})", "7"},
	{"promise: thenable throws -> rejected", "Promise.resolve({then:function(r){throw 8}}).then(function(v){out=''+v},function(e){out='e'+e})", "e8"},
	{"promise: self resolution -> TypeError", "var r,p=new Promise(function(a){r=a});r(p);p.catch(function(e){out=e.name})", "TypeError"},
	{"promise: finally passes value", "Promise.resolve(1).finally(function(){return 2}).then(function(v){out=''+v})", "1"},
	{"promise: finally throws", "Promise.resolve(1).finally(function(){throw 3}).catch(function(v){out=''+v})", "3"},
	{"promise: order of reactions", "out='';var p=Promise.resolve();p.then(function(){out+=1});p.then(function(){out+=2}).then(function(){out+=4});p.then(function(){out+=3})", "1234"},
	{"promise: withResolvers", "var w=Promise.withResolvers();w.promise.then(function(v){out=''+v});w.resolve(5)", "5"},
	{"promise: not callable without new", "try{Promise(function(){})}catch(e){out=e.message}", "Promise constructor cannot be invoked without 'new'"},
	{"promise: name and length", "out=Promise.name+Promise.length+Promise.prototype.then.name+Promise.prototype.then.length+Object.keys(Promise).length", "Promise1then20"},
	{"promise: tag", "out=Object.prototype.toString.call(Promise.resolve())", "[object Promise]"},
	{"promise: then on a non-promise -> TypeError", "try{Promise.prototype.then.call({})}catch(e){out=e.name}", "TypeError"},
	{"promise: try", "Promise.try(function(a){return a+1},1).then(function(v){out=''+v})", "2"},
	{"await: value", "$eider_af(function(){var x=$eider_await(1);out='v'+x})()", "v1"},
	{"await: order", "out='';$eider_af(function(){out+=1;$eider_await(0);out+=3})();out+=2", "123"},
	{"await: rejection is thrown", "$eider_af(function(){try{$eider_await(Promise.reject(4))}catch(e){out='c'+e}})()", "c4"},
	{"await: in loops and finally", "out='';$eider_af(function(){for(var i=0;i<3;i++){try{if(i===1)continue;out+=$eider_await(i)}finally{out+='f'}}})()", "0ff2f"},
	{"async: result", "$eider_af(function(a){return a*2})(21).then(function(v){out=''+v})", "42"},
	{"async: throw rejects", "$eider_af(function(){throw new Error('x')})().catch(function(e){out=e.message})", "x"},
	{"async: this and arguments", "var o={f:$eider_af(function(a,b){$eider_await();return this===o&&arguments.length===2&&a+b})};o.f(1,2).then(function(v){out=''+v})", "3"},
	{"async: nested", "var g=$eider_af(function(x){$eider_await();return x+1}),f=$eider_af(function(){var s=0;for(var i=0;i<5;i++)s=$eider_await(g(s));return s});f().then(function(v){out=''+v})", "5"},
	{"async: no constructor, no prototype", "var f=$eider_af(function q(a,b){});try{new f}catch(e){out=e.name}out+=('prototype' in f)+f.name+f.length+Object.prototype.toString.call(f)", "TypeErrorfalseq2[object AsyncFunction]"},
	{"async: interleaving", "out='';var f=$eider_af(function(n){for(var i=0;i<3;i++){out+=n+i+' ';$eider_await()}});f('a');f('b')", "a0 b0 a1 b1 a2 b2 "},
	{"await outside a coroutine -> TypeError", "try{(function(){$eider_await(1)})()}catch(e){out=e.name}", "TypeError"},
	{"generator: values", "out='';var g=$eider_gf(function(n){for(var i=0;i<n;i++)$eider_yield(i);return 'r'},false)(3),r;while(!(r=g.next()).done)out+=r.value;out+=r.value", "012r"},
	{"generator: next passes values", "out='';var g=$eider_gf(function(){var x=$eider_yield(1);out+=x;x=$eider_yield(2);out+=x},false)();g.next('a');g.next('b');g.next('c')", "bc"},
	{"generator: return runs finally", "out='';var g=$eider_gf(function(){try{$eider_yield(1)}finally{out+='f'}},false)();g.next();var r=g.return(9);out+=r.value+''+r.done", "f9true"},
	{"generator: return overridden by yield in finally", "var g=$eider_gf(function(){try{$eider_yield(1)}finally{$eider_yield(2)}},false)();g.next();out=g.return(9).value+'';var r=g.next();out+=r.value+''+r.done", "29true"},
	{"generator: throw", "var g=$eider_gf(function(){try{$eider_yield(1)}catch(e){if(e===$eider_RET)throw e;$eider_yield('c'+e)}},false)();g.next();out=g.throw(5).value", "c5"},
	{"generator: throw before start", "var g=$eider_gf(function(){out='ran'},false)();out='';try{g.throw(1)}catch(e){out+='t'+e}out+=g.next().done", "t1true"},
	{"generator: running twice -> TypeError", "var g=$eider_gf(function(){try{g.next()}catch(e){out=e.message}},false)();g.next()", "Generator is already running"},
	{"generator: eager start", "out='';var f=$eider_gf(function(a){if(a)throw a;out+='p';$eider_start();out+='b'},true);var g=f();out+='|';g.next();try{f(1)}catch(e){out+=e}", "p|b1"},
	{"generator: prototype", "var f=$eider_gf(function(){},false);out=(f() instanceof f)+''+Object.prototype.toString.call(f())+('constructor' in Object.getOwnPropertyDescriptor(f,'prototype').value)", "true[object Generator]true"},
	{"generator: iterates itself", "var g=$eider_gf(function(){},false)();out=''+(g[Symbol.iterator]()===g)", "true"},
	{"generator: yield*", "out='';var a=$eider_gf(function(){var x=$eider_yield(1);out+=x;$eider_yield(2);return 'r'},false),b=$eider_gf(function(){var x=$eider_ys(a());out+=x},false),g=b(),r;out+=g.next().value;var v=g.next('x').value;out+=v;v=g.next().done;out+=v", "1x2rtrue"},
	{"generator: yield* and return", "out='';var a=$eider_gf(function(){try{$eider_yield(1)}finally{out+='f'}},false),b=$eider_gf(function(){try{$eider_ys(a())}finally{out+='g'}},false),g=b();g.next();var r=g.return(3);out+=r.value+''+r.done", "fg3true"},
	{"async generator: values", "out='';var g=$eider_agf(function(){for(var i=0;i<3;i++)$eider_ay(i)},false)();$eider_af(function(){var r;while(!(r=$eider_await(g.next())).done)out+=r.value})()", "012"},
	{"async generator: requests are queued", "out='';var g=$eider_agf(function(){$eider_await();$eider_ay(1);$eider_ay(Promise.resolve(2))},false)();[0,1,2].forEach(function(i){g.next().then(function(r){out+=r.value+''+r.done+' '})})", "1false 2false undefinedtrue "},
	{"async generator: return awaits", "out='';var g=$eider_agf(function(){try{$eider_ay(1)}finally{out+='f'}},false)();g.next();g.return(Promise.resolve(5)).then(function(r){out+=r.value+''+r.done})", "f5true"},
	{"async generator: return before start", "out='';var g=$eider_agf(function(){out+='ran'},false)();g.return(1).then(function(r){out+=r.value+''+r.done;return g.next()}).then(function(r){out+=r.done})", "1truetrue"},
	{"async generator: throw rejects", "var g=$eider_agf(function(){$eider_ay(1);throw 'x'},false)();g.next();g.next().catch(function(e){out='e'+e;return g.next()}).then(function(r){out+=r.done})", "extrue"},
	{"class: base", "var C=$eider_cls($eider_T,[4,0,function C(){var $nt=$eider_NT(new.target,'C');this.a=$nt===C},1,'m',function(){return 'm'+this.a},9,'s',function(){return 's'}]);out=new C().m()+C.s()+Object.keys(C.prototype).length", "mtrues0"},
	{"class: call without new -> TypeError", "var C=$eider_cls($eider_T,[4,0,function C(){$eider_NT(new.target,'C')}]);try{C()}catch(e){out=e.message}", "Class constructor C cannot be invoked without 'new'"},
	{"class: derived", "var A=$eider_cls($eider_T,[4,0,function A(x){this.nt=$eider_NT(new.target,'A');this.x=x},1,'m',function(){return 'A'}]);var B=$eider_cls(A,[4,0,function B(x){var $nt=$eider_NT(new.target,'B'),$this=$eider_T;$this=$eider_sup(B,$nt,x+1);return $eider_rd(void 0,$this)},1,'m',function(){return 'B'+$eider_call($eider_sg(B.prototype,'m',this),this)}]);var b=new B(1);out=b.x+b.m()+(b.nt===B)+(b instanceof B)+(b instanceof A)", "2BAtruetruetrue"},
	{"class: extends Array", "var L=$eider_cls(Array,[4,0,function L(){var $nt=$eider_NT(new.target,'L'),$this;$this=$eider_supa(L,$nt,arguments);return $eider_rd(void 0,$this)},1,'last',function(){return this[this.length-1]}]);var l=new L();l.push(1,2);out=l.last()+''+l.length+Array.isArray(l)+(l instanceof L)", "22truetrue"},
	{"class: extends Error", "var E=$eider_cls(Error,[4,0,function E(m){var $nt=$eider_NT(new.target,'E'),$this;$this=$eider_sup(E,$nt,m);return $eider_rd(void 0,$this)}]);var e=new E('hi');out=e.message+(e instanceof E)+(e instanceof Error)", "hitruetrue"},
	{"class: extends Promise", "var P=$eider_cls(Promise,[4,0,function P(){var $nt=$eider_NT(new.target,'P'),$this;$this=$eider_supa(P,$nt,arguments);return $eider_rd(void 0,$this)}]);var p=P.resolve(3),q=p.then(function(v){out+=v});out=(p instanceof P)+''+(q instanceof P)", "truetrue3"},
	{"class: extends null or 1", "var C=$eider_cls(null,[4,0,function C(){}]);out=''+Object.getPrototypeOf(C.prototype);try{$eider_cls(1,[4,0,function C(){}])}catch(e){out+=e.name}", "nullTypeError"},
	{"class: accessors", "var C=$eider_cls($eider_T,[4,0,function C(){},2,'x',function(){return this.y},3,'x',function(v){this.y=v*2}]);var c=new C();c.x=4;out=''+c.x", "8"},
	{"class: Reflect.construct with newTarget", "var A=$eider_cls($eider_T,[4,0,function A(){this.n=$eider_NT(new.target,'A')}]);function B(){}var o=Reflect.construct(A,[],B);out=(o.n===B)+''+(o instanceof B)", "truetrue"},
	{"super: setter through receiver", "var A={set x(v){this.z=v}},b={__proto__:A};Object.setPrototypeOf(b,A);var t={};$eider_ss(b,'x',t,5);out=t.z+'';$eider_ss(b,'q',t,6);out+=t.q", "56"},
	{"private: get, set, has", "var n=$eider_pn('#x'),o={};$eider_pd(o,n,1);$eider_ps(o,n,2);out=$eider_pg(o,n)+''+$eider_ph(o,n)+$eider_ph({},n)+Object.keys(o).length+Object.getOwnPropertyNames(o).length", "2truefalse00"},
	{"private: inherited is not own", "var n=$eider_pn('#x'),o={};$eider_pd(o,n,1);try{$eider_pg(Object.create(o),n)}catch(e){out=e.message}", "Cannot read private member #x from an object whose class did not declare it"},
	{"private: twice -> TypeError", "var n=$eider_pn('#x'),o={};$eider_pd(o,n,1);try{$eider_pd(o,n,1)}catch(e){out=e.message}", "Cannot initialize #x twice on the same object"},
	{"private: frozen object", "var n=$eider_pn('#x'),o=Object.freeze({});$eider_pd(o,n,1);out=''+$eider_pg(o,n)", "1"},
	{"using: errors are chained", "out='';var l=$eider_ds();try{$eider_du(l,1)}catch(e){out+=e.name}$eider_du(l,null,false);$eider_de(l,new Error('a'));$eider_de(l,new Error('b'));try{$eider_dd(l)}catch(e){out+=e.error.message+e.suppressed.message}", "TypeErrorba"},
	{"await using: null awaits once", "var l=$eider_ds();$eider_du(l,null,true);var a=$eider_dx(l),b=$eider_dx(l);out=a.done+''+a.value+b.done", "falseundefinedtrue"},
	{"names: symbol key", "var f=function(){};$eider_nm(f,Symbol('d'),'get');out=f.name", "get [d]"},
	{"names: empty symbol", "var f=function(){};$eider_nm(f,Symbol());out='['+f.name+']'", "[]"},
	{"internals are hidden", "out=typeof Duktape+typeof CBOR+typeof Buffer+typeof Uint8Array.allocPlain", "undefinedundefinedundefinedundefined"},
	{"strict functions have no own caller", "out=Object.getOwnPropertyNames(function(){'use strict'}).sort().join()", "length,prototype"},
	{"stack: plain frames", "function f(){throw new Error('m')}try{f()}catch(e){out=e.stack.split('\\n')[1]}", "    at f (test.js:1)"},
	{"stack overflow is a RangeError", "function f(){f()}try{f()}catch(e){out=e.name+e.message}", "RangeErrorMaximum call stack size exceeded"},
};
/* clang-format on */

static int
run_row(duk_context *ctx, void *arg)
{
	const struct row *r = arg;

	duk_push_string(ctx, r->script);
	duk_push_literal(ctx, "test.js");
	duk_compile(ctx, 0);
	duk_call(ctx, 0);
	return 0;
}

static int
get_out(duk_context *ctx, void *arg)
{
	struct buf *b = arg;

	duk_get_global_literal(ctx, "out");
	duk_to_string(ctx, -1);
	str_get_utf8(ctx, -1, b);
	buf_put_u8(b, 0);
	return 0;
}

static void
test_row(void **state)
{
	struct row r = *(const struct row *)*state;
	struct engine_error err;
	struct engine *e;
	struct buf b;

	buf_init(&b);
	assert_int_equal(engine_new(NULL, &e), 0);
	if (engine_run(e, run_row, &r, &err) != 0)
		fail_msg("%s: %s", err.message,
		    err.stack != NULL ? err.stack : "");
	assert_int_equal(engine_run(e, get_out, &b, NULL), 0);
	assert_string_equal((const char *)buf_peek(&b), r.want);
	buf_clear(&b);
	engine_free(&e);
	assert_null(e);
}

int
main(void)
{
	struct CMUnitTest tests[NELEMS(rows)];
	size_t i;

	for (i = 0; i < NELEMS(rows); i++)
		tests[i] = (struct CMUnitTest){.name = rows[i].name,
		    .test_func = test_row,
		    .initial_state = (void *)(uintptr_t)&rows[i]};
	return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
