/*
 * eider-js: runs files in the bare engine, for development and conformance
 * tests.
 *
 *	eider-js [--script FILE | --strict FILE | --module FILE | --lower
 *FILE]...
 *
 * With LANG_SLOW in the environment there are no fast paths, in lowered text
 * and in the helpers that it calls.
 *
 * --strict is a script that starts with "use strict". Files run in order in one
 *realm that has `print`, a small `console` and test262's host object `$262`. An
 *uncaught error is printed as "Name: message" with its stack, and the exit code
 *is 1.
 *
 * Runs in: a developer's shell, without a sandbox.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "worker/builtins/builtins.h"
#include "worker/engine/engine.h"
#include "worker/engine/load.h"
#include "worker/engine/module.h"
#include "worker/engine/str.h"

#define FILE_MAX ((size_t)256 << 20)
#define HEAP_MAX ((size_t)1 << 30)

static int uncaught;

static void
put_text(duk_context *ctx, FILE *f)
{
	duk_idx_t i, n = duk_get_top(ctx);
	struct buf b;

	for (i = 0; i < n; i++) {
		duk_safe_to_string(ctx, i);
		buf_init(&b);
		str_get_utf8(ctx, i, &b);
		if (i > 0)
			fputc(' ', f);
		fwrite(buf_peek(&b), 1, buf_len(&b), f);
		buf_clear(&b);
	}
	fputc('\n', f);
	fflush(f);
}

static duk_ret_t
js_print(duk_context *ctx)
{
	put_text(ctx, stdout);
	return 0;
}

static duk_ret_t
js_error(duk_context *ctx)
{
	put_text(ctx, stderr);
	return 0;
}

static duk_ret_t
js_eval_script(duk_context *ctx)
{
	const char *s;
	size_t len;

	s = str_to_utf8(ctx, 0, &len);
	load_run_script(ctx, "evalScript", s, len);
	return 1;
}

static duk_ret_t
js_gc(duk_context *ctx)
{
	duk_gc(ctx, 0);
	return 0;
}

static duk_ret_t
js_unsupported(duk_context *ctx)
{
	return duk_error(ctx, DUK_ERR_ERROR,
	    "this host hook of $262 is not supported");
}

static duk_ret_t
js_detach(duk_context *ctx)
{
	buffer_detach(ctx, 0);
	return 0;
}

static void
def(duk_context *ctx, const char *name, duk_c_function fn, int nargs)
{
	engine_push_function(ctx, fn, nargs, nargs < 0 ? 0 : nargs, name);
	duk_put_prop_string(ctx, -2, name);
}

static int
install(duk_context *ctx, void *arg)
{
	(void)arg;
	duk_push_global_object(ctx);
	def(ctx, "print", js_print, DUK_VARARGS);
	duk_push_object(ctx);
	def(ctx, "log", js_print, DUK_VARARGS);
	def(ctx, "info", js_print, DUK_VARARGS);
	def(ctx, "warn", js_error, DUK_VARARGS);
	def(ctx, "error", js_error, DUK_VARARGS);
	duk_put_prop_literal(ctx, -2, "console");
	duk_push_object(ctx);
	duk_dup(ctx, -2);
	duk_put_prop_literal(ctx, -2, "global");
	def(ctx, "evalScript", js_eval_script, 1);
	def(ctx, "gc", js_gc, 0);
	def(ctx, "createRealm", js_unsupported, 0);
	def(ctx, "detachArrayBuffer", js_detach, 1);
	duk_put_prop_literal(ctx, -2, "$262");
	return 0;
}

static void
print_error(const struct engine_error *err)
{
	if (err->stack != NULL && strstr(err->stack, err->message) != NULL) {
		/* the stack of a syntax error starts with its position */
		if (strncmp(err->stack, err->message, strlen(err->message)) !=
		    0)
			fprintf(stderr, "%s\n", err->message);
		fprintf(stderr, "%s\n", err->stack);
		return;
	}
	fprintf(stderr, "%s\n", err->message);
	if (err->stack != NULL)
		fprintf(stderr, "%s\n", err->stack);
}

static void
on_unhandled(void *arg, duk_context *ctx)
{
	struct engine_error err;

	(void)arg;
	engine_error_from(ctx, -1, &err);
	fprintf(stderr, "unhandled rejection: ");
	print_error(&err);
	engine_error_clear(&err);
}

static void
on_uncaught(void *arg, const struct engine_error *err)
{
	(void)arg;
	print_error(err);
	uncaught = 1;
}

static int
read_file(void *arg, const char *name, char **bytes_out, size_t *len_out)
{
	FILE *f = fopen(name, "rb");
	size_t len = 0, size = 65536, n;
	char *p;

	(void)arg;
	if (f == NULL)
		return ERR_NOENT;
	p = xmalloc(size);
	while ((n = fread(p + len, 1, size - len, f)) > 0) {
		len += n;
		if (len == size && size < FILE_MAX)
			p = xreallocarray(p, size *= 2, 1);
	}
	n = (size_t)ferror(f);
	fclose(f);
	if (n != 0 || len > FILE_MAX) {
		free(p);
		return ERR_NOENT;
	}
	*bytes_out = p;
	*len_out = len;
	return 0;
}

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

struct lower {
	const char *name;
	char *bytes;
	size_t len;
};

static int
lower(duk_context *ctx, void *arg)
{
	struct lower *l = arg;
	struct lang_options o = {.kind = LANG_MODULE, .name = l->name};
	size_t n;
	char *text;

	if (ends_with(l->name, ".cjs") || ends_with(l->name, ".cts"))
		o.kind = LANG_COMMONJS;
	else if (ends_with(l->name, ".js"))
		o.kind = LANG_SCRIPT;
	o.typescript = ends_with(l->name, "ts") || ends_with(l->name, ".tsx");
	o.jsx = ends_with(l->name, "sx");
	o.slow = getenv("LANG_SLOW") != NULL;
	text = load_lowered(ctx, l->bytes, l->len, &o, &n);
	fwrite(text, 1, n, stdout);
	fputc('\n', stdout);
	free(text);
	return 0;
}

/* The same text as strict code, on the same lines. */
static void
make_strict(char **bytes, size_t *len)
{
	static const char directive[] = "\"use strict\";";
	size_t n = sizeof directive - 1;

	*bytes = xreallocarray(*bytes, *len + n, 1);
	memmove(*bytes + n, *bytes, *len);
	memcpy(*bytes, directive, n);
	*len += n;
}

static int
run_file(struct engine *e, const char *how, const char *name)
{
	struct engine_error err = {0};
	char *bytes = NULL;
	size_t len = 0;
	int r;

	if (strcmp(how, "--module") == 0) {
		/* names of modules do not lead above their root */
		char *path =
		    strncmp(name, "..", 2) == 0 ? realpath(name, NULL) : NULL;

		r = module_start(e, path != NULL ? path : name, &err);
		free(path);
	} else {
		if (read_file(NULL, name, &bytes, &len) != 0) {
			fprintf(stderr, "eider-js: cannot read %s: %s\n", name,
			    strerror(errno));
			return 1;
		}
		if (strcmp(how, "--strict") == 0)
			make_strict(&bytes, &len);
		if (strcmp(how, "--lower") != 0) {
			r = engine_eval_script(e, name, bytes, len, &err);
		} else {
			struct lower l = {name, bytes, len};

			r = engine_run(e, lower, &l, &err);
		}
	}
	if (r == 0 && strcmp(how, "--module") == 0 &&
	    module_state(e, &err) == MODULE_FAILED)
		r = ERR_SCRIPT;
	if (r != 0)
		print_error(&err);
	engine_error_clear(&err);
	free(bytes);
	return r != 0;
}

int
main(int argc, char **argv)
{
	struct engine_options o = {
	    .limits = {.heap_max = HEAP_MAX},
	    .hooks = {.on_unhandled_rejection = on_unhandled,
		.on_uncaught = on_uncaught},
	    .allow_eval = true,
	    .slow = getenv("LANG_SLOW") != NULL,
	};
	struct engine *e;
	int i, r = 0;

	log_init(LOG_SINK_TEXT, 2, LOG_INFO);
	if (argc < 3 || argc % 2 == 0) {
		fprintf(stderr,
		    "usage: eider-js [--script FILE | --strict FILE | "
		    "--module FILE | --lower FILE]...\n");
		return 2;
	}
	if (engine_new(&o, &e) != 0 || builtins_install(e) != 0 ||
	    engine_run(e, install, NULL, NULL) != 0) {
		fprintf(stderr, "eider-js: cannot set up the engine\n");
		return 2;
	}
	module_set_reader(e, read_file, NULL);
	for (i = 1; i + 1 < argc && r == 0; i += 2) {
		if (strcmp(argv[i], "--script") != 0 &&
		    strcmp(argv[i], "--strict") != 0 &&
		    strcmp(argv[i], "--module") != 0 &&
		    strcmp(argv[i], "--lower") != 0) {
			fprintf(stderr, "eider-js: unknown option %s\n",
			    argv[i]);
			r = 2;
			break;
		}
		r = run_file(e, argv[i], argv[i + 1]);
	}
	engine_free(&e);
	return r != 0 ? r : uncaught;
}
