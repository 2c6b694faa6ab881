/*
 * Scripts of ours, compiled when Eider is built: lowered text as Duktape
 * bytecode. Bytecode is not checked when it is loaded, so it never comes from
 * anywhere else.
 *
 *	offset  bytes
 *	0       4      "EJS1"
 *	4       2      number of helpers, little-endian
 *	6       2 * n  their ids (lang/helpers.def)
 *	...            bytecode of a function without parameters that returns
 *	               function(H...){return function(exports,require,module,
 *	               __filename,__dirname,$m){...}}
 *
 * Runs in: zygote; the tool eider-embed.
 * Owns:    nothing.
 */
#include "config.h"

#include "worker/engine/embed.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "base/xmalloc.h"
#include "worker/engine/helpers_priv.h"
#include "worker/engine/load.h"

#define HEAD 6
static const char magic[4] = {'E', 'J', 'S', '1'};

struct job {
	const char *name, *src;
	size_t len;
	uint8_t *code;
	size_t code_len;
};

static int
compile(duk_context *ctx, void *arg)
{
	struct job *j = arg;
	struct lang_options o = {.kind = LANG_COMMONJS, .name = j->name};
	const uint16_t *ids;
	size_t n, i;
	const uint8_t *p;
	duk_size_t len;
	uint8_t *q;

	load_program(ctx, j->src, j->len, &o, &ids, &n);
	/* [ ids program ] */
	duk_dump_function(ctx);
	p = duk_get_buffer(ctx, -1, &len);
	j->code_len = HEAD + 2 * n + len;
	q = j->code = xmalloc(j->code_len);
	memcpy(q, magic, sizeof magic);
	q[4] = (uint8_t)n;
	q[5] = (uint8_t)(n >> 8);
	for (i = 0; i < n; i++) {
		q[HEAD + 2 * i] = (uint8_t)ids[i];
		q[HEAD + 2 * i + 1] = (uint8_t)(ids[i] >> 8);
	}
	memcpy(q + HEAD + 2 * n, p, len);
	return 0;
}

int
embed_compile(struct engine *e, const char *name, const char *src, size_t len,
    uint8_t **code_out, size_t *code_len_out, struct engine_error *err_out)
{
	static const char head[] = "module.exports=";
	struct job j = {.name = name, .len = len + sizeof head - 1};
	char *text = xmalloc(j.len);
	int r;

	memcpy(text, head, sizeof head - 1);
	memcpy(text + sizeof head - 1, src, len);
	j.src = text;
	r = engine_run(e, compile, &j, err_out);
	free(text);
	if (r != 0)
		return r;
	*code_out = j.code;
	*code_len_out = j.code_len;
	return 0;
}

void
engine_push_embedded(duk_context *ctx, const void *code, size_t len)
{
	const uint8_t *p = code;
	unsigned int i, n;

	ASSERT(len > HEAD && memcmp(p, magic, sizeof magic) == 0);
	n = p[4] | (unsigned int)p[5] << 8;
	ASSERT(len > HEAD + 2 * (size_t)n);
	duk_require_stack(ctx, (duk_idx_t)n + 16);
	duk_push_object(ctx); /* module */
	memcpy(duk_push_fixed_buffer(ctx, len - HEAD - 2 * (size_t)n),
	    p + HEAD + 2 * (size_t)n, len - HEAD - 2 * (size_t)n);
	duk_load_function(ctx);
	duk_call(ctx, 0);
	for (i = 0; i < n; i++)
		helpers_push(ctx,
		    p[HEAD + 2 * i] | (unsigned int)p[HEAD + 2 * i + 1] << 8);
	duk_call(ctx, (duk_idx_t)n);
	/* [ module factory ] */
	duk_push_undefined(ctx);
	duk_push_undefined(ctx);
	duk_dup(ctx, -4);
	duk_call(ctx, 3);
	duk_pop(ctx);
	duk_get_prop_literal(ctx, -1, "exports");
	duk_remove(ctx, -2);
}
