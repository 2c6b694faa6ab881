/*
 * yield*: $ys and $ays, in JavaScript, for they suspend the caller's
 * coroutine. Written in what Duktape takes as it is.
 *
 * Runs in: zygote and workers.
 * Owns:    nothing.
 */
#include "config.h"

#include "worker/engine/coroutine.h"
#include "worker/engine/generator.h"
#include "worker/engine/inner.h"

/* yield: suspends with a result object; rv: see generator_return_value() */
static const char sync_text[] =
    "(function(RET,yield_,rv,call,sym,TE){return function(x){"
    "var f=x[sym],it,next,m=0,v,r,t;"
    "if(typeof f!=='function')throw new TE('value is not iterable');"
    "it=call(f,x);"
    "if(it===null||typeof it!=='object'&&typeof it!=='function')"
    "throw new TE('Result of the Symbol.iterator method is not an object');"
    "next=it.next;"
    "for(;;){"
    "if(m===0)r=call(next,it,v);"
    "else if(m===1){t=it['throw'];"
    "if(t===void 0||t===null){t=it['return'];"
    "if(t!==void 0&&t!==null){r=call(t,it);"
    "if(r===null||typeof r!=='object'&&typeof r!=='function')"
    "throw new TE('Iterator result '+String(r)+' is not an object');}"
    "throw new TE(\"The iterator does not provide a 'throw' method\");}"
    "r=call(t,it,v)}"
    "else{t=it['return'];"
    "if(t===void 0||t===null){rv(v);throw RET}"
    "r=call(t,it,v)}"
    "if(r===null||typeof r!=='object'&&typeof r!=='function')"
    "throw new TE('Iterator result '+String(r)+' is not an object');"
    "if(r.done){if(m!==2)return r.value;rv(r.value);throw RET}"
    "try{v=yield_(r);m=0}catch(e){"
    "if(e===RET){m=2;v=rv()}else{m=1;v=e}}"
    "}}})";

/* The same with every result awaited; wrap: async-from-sync iterator. */
static const char async_text[] =
    "(function(RET,yield_,rv,call,sym,TE,asym,await_,P){"
    "function isobj(o){return o!==null&&(typeof o==='object'||"
    "typeof o==='function')}"
    "function settle(r,it,close){"
    "if(!isobj(r))throw new TE('Iterator result '+String(r)+"
    "' is not an object');"
    "var d=!!r.done,p;"
    "try{p=P.resolve(r.value)}catch(e){"
    "if(close&&!d){try{var f=it['return'];if(f!=null)call(f,it)}catch(x){}}"
    "throw e}"
    "return p.then(function(v){return{value:v,done:d}},function(e){"
    "if(close&&!d){try{var f=it['return'];if(f!=null)call(f,it)}catch(x){}}"
    "throw e})}"
    "function wrap(it,next){"
    "function go(f){try{return f()}catch(e){return P.reject(e)}}"
    "return{next:function(v){return go(function(){"
    "return settle(call(next,it,v),it,true)})},"
    "'return':function(v){return go(function(){var f=it['return'];"
    "if(f==null)return P.resolve({value:v,done:true});"
    "return settle(call(f,it,v),it,false)})},"
    "'throw':function(v){return go(function(){var f=it['throw'];"
    "if(f==null){f=it['return'];if(f!=null){var r=call(f,it);"
    "if(!isobj(r))throw new TE('Iterator result is not an object')}"
    "throw new TE(\"The iterator does not provide a 'throw' method\")}"
    "return settle(call(f,it,v),it,true)})}}}"
    "return function(x){"
    "var f=x[asym],it,next,m=0,v,r,t;"
    "if(f!==void 0&&f!==null){it=call(f,x);"
    "if(!isobj(it))throw new TE('Result of the Symbol.asyncIterator method "
    "is not an object');next=it.next}"
    "else{f=x[sym];"
    "if(typeof f!=='function')throw new TE('value is not async iterable');"
    "it=call(f,x);"
    "if(!isobj(it))throw new TE('Result of the Symbol.iterator method is not "
    "an object');it=wrap(it,it.next);next=it.next}"
    "for(;;){"
    "if(m===0)r=await_(call(next,it,v));"
    "else if(m===1){t=it['throw'];"
    "if(t===void 0||t===null){t=it['return'];"
    "if(t!==void 0&&t!==null){r=await_(call(t,it));"
    "if(!isobj(r))throw new TE('Iterator result '+String(r)+"
    "' is not an object');}"
    "throw new TE(\"The iterator does not provide a 'throw' method\");}"
    "r=await_(call(t,it,v))}"
    "else{t=it['return'];"
    "if(t===void 0||t===null){rv(await_(v));throw RET}"
    "r=await_(call(t,it,v))}"
    "if(!isobj(r))"
    "throw new TE('Iterator result '+String(r)+' is not an object');"
    "if(r.done){if(m!==2)return r.value;rv(r.value);throw RET}"
    "try{v=yield_(r.value);m=0}catch(e){"
    "if(e===RET){m=2;v=rv()}else{m=1;v=e}}"
    "}}})";

static duk_ret_t
call_with(duk_context *ctx)
{
	duk_call_method(ctx, duk_get_top(ctx) - 2);
	return 1;
}

void
generator_push_delegate(duk_context *ctx, bool async)
{
	struct engine *e = engine_from(ctx);

	duk_push_string(ctx, async ? async_text : sync_text);
	duk_push_literal(ctx, "");
	inner_compile(ctx, DUK_COMPILE_EVAL, NULL, NULL);
	duk_call(ctx, 0);
	engine_push_ref(e, ctx, REF_RET);
	duk_push_c_function(ctx, generator_yield_raw, 1);
	duk_push_c_function(ctx, generator_return_value, DUK_VARARGS);
	duk_push_c_function(ctx, call_with, DUK_VARARGS);
	duk_push_literal(ctx, DUK_WELLKNOWN_SYMBOL("Symbol.iterator"));
	duk_get_global_literal(ctx, "TypeError");
	if (async) {
		duk_push_literal(ctx,
		    DUK_WELLKNOWN_SYMBOL("Symbol.asyncIterator"));
		duk_push_c_function(ctx, rt_await, 1);
		engine_push_ref(e, ctx, REF_PROMISE);
	}
	duk_call(ctx, async ? 9 : 6);
}
