/*
 * Fuzz the RegExp engine: the first byte is the flags, then the pattern up to
 * a NUL, then the subject. Whatever matches, the positions must lie within
 * the subject and in order.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "tests/fuzz/warm.h"
#include "worker/builtins/builtins.h"
#include "worker/builtins/re.h"
#include "worker/engine/engine.h"
#include "worker/engine/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CPU_NS 100000000ULL

struct input {
	unsigned int flags;
	const char *pattern, *subject;
	size_t pattern_len, subject_len;
};

static struct engine *engine;

static void
check(const uint32_t *caps, uint32_t ngroups, size_t len)
{
	uint32_t i, a, b;

	for (i = 0; i < ngroups; i++) {
		a = caps[2 * i];
		b = caps[2 * i + 1];
		if ((a == RE_NONE) != (b == RE_NONE) ||
		    (a != RE_NONE && (a > b || b > len)))
			abort();
	}
	if (caps[0] == RE_NONE)
		abort();
}

static int
match(duk_context *ctx, void *arg)
{
	const struct input *in = arg;
	const struct re_program *p;
	const uint32_t *caps;
	const char *s;
	struct re_tree t;
	size_t len, start = 0;
	int i;

	str_push_utf8(ctx, in->pattern, in->pattern_len);
	str_push_utf8(ctx, in->subject, in->subject_len);
	s = duk_get_lstring(ctx, 0, &len);
	re_parse(ctx, s, len, in->flags, &t);
	re_compile(ctx, &t);
	p = duk_require_buffer(ctx, -1, NULL);
	s = duk_get_lstring(ctx, 1, &len);
	for (i = 0; i < 4 && start <= len; i++) {
		caps =
		    re_run(ctx, p, s, len, start, (in->flags & RE_STICKY) != 0);
		if (caps == NULL)
			break;
		check(caps, p->ngroups, len);
		if (caps[1] <= start)
			break;
		start = caps[1];
	}
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct engine_options options;
	struct input in;
	const uint8_t *nul;
	int r;

	if (engine == NULL) {
		memset(&options, 0, sizeof options);
		options.limits.heap_max = (size_t)64 << 20;
		if (engine_new(&options, &engine) != 0 ||
		    builtins_install(engine) != 0 ||
		    engine_cpu_timer_start(engine) != 0)
			abort();
		engine_cpu_limit_set(engine, CPU_NS);
	}
	if (size < 2 || size > 4096)
		return 0;
	in.flags = data[0];
	if ((in.flags & RE_UNICODE) != 0)
		in.flags &= ~(unsigned int)RE_UNICODE_SETS;
	nul = memchr(data + 1, 0, size - 1);
	in.pattern = (const char *)data + 1;
	in.pattern_len =
	    (size_t)((nul != NULL ? nul : data + size) - (data + 1));
	in.subject = nul != NULL ? (const char *)nul + 1 : "";
	in.subject_len = nul != NULL ? size - 2 - in.pattern_len : 0;
	r = engine_run(engine, match, &in, NULL);
	if (warm_is_over(r == ERR_TIMEOUT || r == ERR_NOMEM)) {
		engine_free(&engine);
		warm_end();
	}
	return 0;
}
