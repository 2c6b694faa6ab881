/*
 * Scripts that must be stopped: each gets 200 ms of CPU time, measured as the
 * CPU time of the process, and 64 MB. Afterwards the engine must still work.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/util.h"
#include "worker/builtins/builtins.h"
#include "worker/engine/engine.h"

#define MS UINT64_C(1000000)
#define LIMIT_MS 200
/* One memset or memcpy of what the cap allows may come on top. */
#define SLACK_MS 150
#define HEAP_MAX ((size_t)64 << 20)

#ifdef EIDER_SANITIZE
#define SLOWER 20
#else
#define SLOWER 1
#endif

struct row {
	const char *name, *script;
	bool must_stop; /* by the CPU limit, in any case */
};

/* clang-format off */
static const struct row rows[] = {
	{"empty loop", "for(;;){}", true},
	{"catastrophic regexp", "new RegExp('(a+)+$').test('a'.repeat(40) + 'b')", true},
	{"try and catch in a loop", "while(true) try { while(1){} } catch(e) {}", true},
	{"finally and continue", "while(true) try { while(1); } finally { continue; }", true},
	{"recursion that catches", "function f(){ try { f(); } catch(e) { f(); } } f();", false},
	{"indexOf of a huge array-like", "Array.prototype.indexOf.call({length:4e9}, 1)", true},
	{"doubling a string", "var s='x'; while(s.length<1e8) s+=s;", false},
	{"sort with a random comparator", "var a=[];for(var i=0;i<300000;i++)a.push(i);a.sort(()=>Math.random()-.5).join()", false},
	{"stringify of a huge array", "JSON.stringify(new Array(3e7))", false},
	{"join of a huge array", "new Array(1e9).join('abc')", false},
	{"repeat", "'x'.repeat(1e9)", false},
	{"proxy that recurses", "new Proxy({}, {get: (t,k,r) => r[k]}).x", false},
	{"toString that loops", "'' + {toString(){ for(;;); }}", true},
	{"callback that loops", "[1,2,3].forEach(() => { for(;;); })", true},
	{"replace that grows", "'a'.repeat(2**24).replace(new RegExp('a','g'), 'bb')", false},
	{"JSON.parse of a malformed array", "JSON.parse('['+'1,'.repeat(1500000))", false},
	{"huge typed array", "new Uint8Array(2e9)", false},
	{"loop in an async function", "(async()=>{ await 0; for(;;); })()", true},
	{"loop in a generator", "[...(function*(){ for(;;); })()]", true},
	{"endless generator", "[...(function*(){ for(;;) yield 1; })()]", false},
	{"large source", "new Function('a+'.repeat(1e6) + 'a')", false},
	{"exponential regexp", "new RegExp('(x+x+)+y').exec('x'.repeat(39))", true},
	{"default sort", "var a=[];for(var i=0;i<50000;i++)a.push(Math.random());for(;;)a.slice().sort()", true},
	{"appending to a string", "var s='';for(let i=0;;i++) s += 'abcdef'", false},
	{"object that grows", "var o={};for(let i=0;;i++) o['k'+i] = i", false},
	{"concat of many", "for(;;)Array.prototype.concat.apply([], new Array(60000))", true},
	{"decodeURIComponent", "for(;;)decodeURIComponent('%41'.repeat(1e6))", true},
	{"Date.parse", "for(;;)Date.parse('1'.repeat(1e6))", true},
	{"fill", "for(;;)new Array(2e6).fill(0)", false},
	{"endless microtasks", "(async function f(){ for(;;) await 0 })()", true},
	{"then that returns a thenable", "(function f(){ return Promise.resolve().then(() => ({then(r){ r(f()) }})) })()", false},
	{"thenable that is itself", "var t={then(r){r(t)}};Promise.resolve(t)", true},
	{"promises without end", "(function f(){Promise.resolve().then(f).then(f)})()", false},
	{"getter that loops", "({get x(){for(;;);}}).x", true},
	{"finally that loops", "try{throw 1}finally{for(;;);}", true},
	{"class with a looping static block", "class A{static{for(;;);}}", true},
	{"nested eval of arrays", "(()=>{for(let a=[];;)a=[a]})()", false},
	{"bound functions", "let f=()=>1;for(;;)f=f.bind(null)", false},
	{"Map that grows", "const m=new Map;for(let i=0;;i++)m.set(i,{})", false},
	{"Symbol descriptions", "for(;;)Symbol('x'.repeat(1e5))", true},
	{"sort whose comparator throws away", "for(;;)try{[3,2,1].sort(()=>{throw 1})}catch{}", true},
	{"split", "for(;;)'a,'.repeat(1e5).split(',')", true},
	{"stack of errors", "for(;;)new Error('x').stack", true},
	{"labels", "a:for(;;){for(;;)continue a}", true},
	{"async generators", "(async()=>{for await(const x of (async function*(){for(;;)yield 1})());})()", true},
	{"Array.from of a length", "Array.from({length:1e9})", false},
	{"unhandled rejections", "for(;;)Promise.reject(1)", false},
	{"normalize", "for(;;)'\\u00e9'.repeat(1e5).normalize('NFD')", true},
	{"product of large BigInts", "var x=3n**300000n;for(;;)x*x", true},
	{"text of a large BigInt", "(2n**60000000n).toString()", true},
	{"BigInt of a long text", "BigInt('9'.repeat(5e6))", true},
	{"quotient of large BigInts", "(1n<<60000000n)/(3n**10000000n)", true},
	{"toUpperCase", "for(;;)'a'.repeat(1e6).toUpperCase()", true},
};
/* clang-format on */

static void
test_row(void **state)
{
	const struct row *r = *state;
	struct engine_options o = {
	    .limits = {.heap_max = HEAP_MAX}, .allow_eval = true};
	struct engine_error err;
	struct engine *e;
	uint64_t used;
	const char *ok = "if ([1, 2].map(x => x * 2).join() !== '2,4') throw 1";
	int rc;

	assert_int_equal(engine_new(&o, &e), 0);
	assert_int_equal(builtins_install(e), 0);
	assert_int_equal(engine_cpu_timer_start(e), 0);
	engine_cpu_limit_set(e, LIMIT_MS * MS);
	rc = engine_eval_script(e, "t.js", r->script, strlen(r->script), &err);
	used = engine_cpu_used_ns(e) / MS;
	print_message("%s: %d, %d ms, %s\n", r->name, rc, (int)used,
	    err.message != NULL ? err.message : "-");
	if (r->must_stop) {
		assert_int_equal(rc, ERR_TIMEOUT);
		assert_int_equal(err.kind, ENGINE_ERROR_CPU);
	}
	engine_error_clear(&err);
	assert_in_range(used, 0, (LIMIT_MS + SLACK_MS) * SLOWER);
	rc = engine_eval_script(e, "t.js", ok, strlen(ok), &err);
	if (rc != 0)
		fail_msg("afterwards: %s", err.message);
	engine_free(&e);
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
	return cmocka_run_group_tests_name("runaways", tests, NULL, NULL);
}
