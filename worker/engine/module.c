/*
 * The bundle: names, sources, built-in modules, and what a specifier means.
 *
 * Runs in: workers; built-in modules are named in the zygote.
 * Owns:    the table of modules and copies of their sources.
 * Never:   opens a file; a reader given by a tool may.
 */
#include "config.h"

#include "worker/engine/module.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "worker/engine/coroutine.h"
#include "worker/engine/inner.h"
#include "worker/engine/module_priv.h"
#include "worker/engine/promise.h"
#include "worker/engine/rt.h"
#include "worker/engine/str.h"
#include "worker/engine/tsconfig.h"

#define NAME_MAX_BYTES 4096

static struct module *add(struct engine *e, const char *name,
    enum module_kind kind);

void
modules_setup(struct engine *e, duk_context *ctx)
{
	e->modules = xcalloc(1, sizeof *e->modules);
	duk_push_bare_array(ctx);
	engine_set_ref(e, ctx, REF_MODULES);
}

void
module_forget_tables(struct module *m)
{
	uint32_t i;

	for (i = 0; i < m->nexports; i++) {
		free(m->exports[i].exported);
		free(m->exports[i].local);
		free(m->exports[i].imported);
	}
	for (i = 0; i < m->nimports; i++)
		free(m->imports[i].imported);
	free(m->exports);
	free(m->imports);
	free(m->deps);
	m->exports = NULL;
	m->imports = NULL;
	m->deps = NULL;
	m->nexports = m->nimports = m->ndeps = 0;
}

static void
free_module(struct module *m)
{
	size_t i;

	lang_unit_free(&m->unit);
	module_forget_tables(m);
	for (i = 0; i < m->nnamed; i++)
		free(m->named[i]);
	free(m->named);
	free(m->parents);
	free(m->bytes);
	free(m->name);
	free(m);
}

void
modules_free(struct engine *e)
{
	uint32_t i;

	if (e->modules == NULL)
		return;
	for (i = 0; i < e->modules->n; i++)
		free_module(e->modules->list[i]);
	tsconfig_free_all(e->modules);
	free(e->modules->list);
	free(e->modules);
	e->modules = NULL;
}

struct module *
modules_find(struct engine *e, const char *name)
{
	uint32_t i;

	for (i = 0; i < e->modules->n; i++)
		if (strcmp(e->modules->list[i]->name, name) == 0)
			return e->modules->list[i];
	return NULL;
}

static struct module *
add(struct engine *e, const char *name, enum module_kind kind)
{
	struct modules *ms = e->modules;
	struct module *m;

	if (ms->n == MODULES_MAX)
		return NULL;
	if (ms->n == ms->size) {
		ms->size = ms->size * 2 + 16;
		ms->list = xreallocarray(ms->list, ms->size, sizeof *ms->list);
	}
	m = xcalloc(1, sizeof *m);
	m->index = ms->n;
	m->name = xstrdup(name);
	m->kind = kind;
	ms->list[ms->n++] = m;
	return m;
}

int
module_add(struct engine *e, const struct module_source *source)
{
	struct module *m;
	size_t i;

	if (modules_find(e, source->name) != NULL)
		return ERR_STATE;
	m = add(e, source->name, source->kind);
	if (m == NULL)
		return ERR_LIMIT;
	m->bytes = xmemdup(source->bytes, source->len);
	m->len = source->len;
	m->nnamed = source->nnamed_exports;
	m->named = xcalloc(m->nnamed, sizeof *m->named);
	for (i = 0; i < m->nnamed; i++)
		m->named[i] = xstrdup(source->named_exports[i]);
	return 0;
}

void
module_add_builtin(struct engine *e, const char *specifier, duk_c_function make)
{
	struct module *m = modules_find(e, specifier);

	if (m == NULL)
		m = add(e, specifier, MODULE_JSON);
	ASSERT(m != NULL);
	m->make = make;
}

void
module_set_reader(struct engine *e, module_read_fn *read, void *arg)
{
	e->modules->read = read;
	e->modules->read_arg = arg;
}

void
module_slot_push(duk_context *ctx, const struct module *m,
    enum module_slot slot)
{
	engine_push_ref(engine_from(ctx), ctx, REF_MODULES);
	duk_get_prop_index(ctx, -1, m->index);
	duk_remove(ctx, -2);
	if (duk_is_undefined(ctx, -1))
		return;
	duk_get_prop_index(ctx, -1, (duk_uarridx_t)slot);
	duk_remove(ctx, -2);
}

void
module_slot_pop(duk_context *ctx, const struct module *m, enum module_slot slot)
{
	engine_push_ref(engine_from(ctx), ctx, REF_MODULES);
	duk_get_prop_index(ctx, -1, m->index);
	if (duk_is_undefined(ctx, -1)) {
		duk_pop(ctx);
		duk_push_bare_array(ctx);
		duk_dup_top(ctx);
		duk_put_prop_index(ctx, -3, m->index);
	}
	duk_remove(ctx, -2);
	duk_swap_top(ctx, -2);
	duk_put_prop_index(ctx, -2, (duk_uarridx_t)slot);
	duk_pop(ctx);
}

/* Names. */

char *
module_join(const char *importer, const char *specifier)
{
	const char *slash = strrchr(importer, '/'), *p = specifier;
	size_t base = 0, n = 0;
	char *out;

	if (*p != '/' && slash != NULL)
		base = (size_t)(slash - importer) + 1;
	if (base + strlen(p) > NAME_MAX_BYTES)
		return NULL;
	out = xmalloc(base + strlen(p) + 2);
	memcpy(out, importer, base);
	n = base;
	/* an importer outside a bundle may be absolute */
	if (*p == '/' && importer[0] == '/')
		out[n++] = '/';
	while (*p != '\0') {
		size_t len = strcspn(p, "/");

		if (len == 2 && memcmp(p, "..", 2) == 0) {
			if (n > 0)
				n--;
			while (n > 0 && out[n - 1] != '/')
				n--;
		} else if (len > 0 && !(len == 1 && *p == '.')) {
			memcpy(out + n, p, len);
			n += len;
			if (p[len] == '/')
				out[n++] = '/';
		}
		p += len;
		if (*p == '/')
			p++;
	}
	out[n] = '\0';
	return out;
}

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static bool
name_has_types(const char *name)
{
	return ends_with(name, ".ts") || ends_with(name, ".mts") ||
	       ends_with(name, ".cts") || ends_with(name, ".tsx");
}

static bool
name_has_jsx(const char *name)
{
	return ends_with(name, ".jsx") || ends_with(name, ".tsx");
}

void
module_syntax(duk_context *ctx, const struct module *m, struct lang_options *o)
{
	o->slow = engine_from(ctx)->slow;
	o->typescript = name_has_types(m->name);
	o->jsx = name_has_jsx(m->name);
	if (o->typescript || o->jsx)
		o->tsconfig = tsconfig_lang(tsconfig_for(ctx, m->name));
}

/* Ask the tool's reader for a name that was not added. */
static struct module *
read_module(struct engine *e, const char *name, const char *type)
{
	enum module_kind kind = MODULE_ESM;
	struct module *m;
	char *bytes;
	size_t len;

	if (e->modules->read == NULL ||
	    e->modules->read(e->modules->read_arg, name, &bytes, &len) != 0)
		return NULL;
	if (type != NULL && strcmp(type, "text") == 0)
		kind = MODULE_TEXT;
	else if (type != NULL && strcmp(type, "bytes") == 0)
		kind = MODULE_DATA;
	else if (ends_with(name, ".json"))
		kind = MODULE_JSON;
	else if (ends_with(name, ".cjs") || ends_with(name, ".cts"))
		kind = MODULE_COMMONJS;
	else if (ends_with(name, ".txt"))
		kind = MODULE_TEXT;
	m = add(e, name, kind);
	if (m == NULL) {
		free(bytes);
		return NULL;
	}
	m->bytes = bytes;
	m->len = len;
	return m;
}

static struct module *
lookup(struct engine *e, const char *name, const char *type)
{
	struct module *m = modules_find(e, name);

	return m != NULL ? m : read_module(e, name, type);
}

struct module *
modules_lookup(struct engine *e, const char *name)
{
	return lookup(e, name, "text");
}

/* What an import may leave out, in the order of conf/script.c. */
static const char *const endings[] = {
    ".js", ".mjs", ".ts", ".mts", ".jsx", ".tsx", ".cjs", ".cts", ".json"};

/* NAME with each ending, LAST (of an index) between them. */
static struct module *
lookup_endings(struct engine *e, const char *name, const char *last,
    const char *type)
{
	struct module *m = NULL;
	size_t i;

	for (i = 0; m == NULL && i < NELEMS(endings); i++) {
		char *s = xasprintf("%s%s%s", name, last, endings[i]);

		m = lookup(e, s, type);
		free(s);
	}
	return m;
}

/*
 * Try the name, then what Node, TypeScript and bundlers would try as well: an
 * ending, ./a.ts for ./a.js, an index. A tool that reads files gets from
 * import what it asks for, as the standard has it.
 */
static struct module *
lookup_all(struct engine *e, const char *name, const char *type,
    bool is_require)
{
	struct module *m = lookup(e, name, type);
	char *s;

	if (m != NULL || (e->modules->read != NULL && !is_require))
		return m;
	m = lookup_endings(e, name, "", type);
	if (m == NULL && ends_with(name, ".js")) {
		s = xasprintf("%.*sts", (int)(strlen(name) - 2), name);
		m = lookup(e, s, type);
		free(s);
	}
	return m != NULL ? m : lookup_endings(e, name, "/index", type);
}

/* What tsconfig.json makes of SPEC in the file BASE. */
static struct module *
lookup_paths(duk_context *ctx, const char *base, const char *spec,
    const char *type)
{
	struct engine *e = engine_from(ctx);
	const struct tsconfig *c;
	struct module *m = NULL;
	char *name;
	size_t i;

	if (!name_has_types(base) && !name_has_jsx(base))
		return NULL;
	c = tsconfig_for(ctx, base);
	for (i = 0;
	     m == NULL && (name = tsconfig_candidate(c, spec, i)) != NULL;
	     i++) {
		/* a tool reads files by their exact names: guess as well */
		m = lookup_all(e, name, type, true);
		free(name);
	}
	return m;
}

/* The type attribute asks for something that M is not. */
static bool
type_differs(const struct module *m, const char *type)
{
	if (type == NULL || m->make != NULL)
		return false;
	if (strcmp(type, "json") == 0)
		return m->kind != MODULE_JSON;
	if (strcmp(type, "text") == 0)
		return m->kind != MODULE_TEXT;
	if (strcmp(type, "bytes") == 0)
		return m->kind != MODULE_DATA;
	return true;
}

struct module *
module_resolve(duk_context *ctx, struct module *importer, const char *type,
    const char *where, bool is_require)
{
	return module_resolve_from(ctx, importer != NULL ? importer->name : "",
	    type, where, is_require);
}

struct module *
module_resolve_from(duk_context *ctx, const char *base, const char *type,
    const char *where, bool is_require)
{
	struct engine *e = engine_from(ctx);
	const char *text;
	struct module *m;
	size_t len;
	char *name, *spec;

	str_to_well_formed(ctx, -1);
	duk_dup_top(ctx);
	text = str_to_utf8(ctx, -1, &len);
	spec = xmemdup(text, len);
	duk_pop(ctx);
	m = modules_find(e, spec);
	if (m != NULL && m->make == NULL &&
	    (spec[0] == '.' || strchr(base, '/') != NULL))
		m = NULL; /* relative names come first */
	if (m == NULL && spec[0] == '/')
		m = lookup_all(e, spec, type, is_require);
	if (m == NULL && strlen(spec) == len) {
		name = module_join(base, spec);
		if (name != NULL)
			m = lookup_all(e, name, type, is_require);
		free(name);
	}
	if (m == NULL && spec[0] != '.')
		m = modules_find(e, spec);
	if (m == NULL && strlen(spec) == len)
		m = lookup_paths(ctx, base, spec, type);
	if (m == NULL && spec[0] != '.' && strchr(spec, ':') == NULL) {
		name = xasprintf("node:%s", spec);
		m = modules_find(e, name);
		free(name);
	}
	if (m == NULL && spec[0] != '.' && is_require)
		m = lookup_all(e, spec, type, true);
	free(spec);
	if (m == NULL) {
		const char *s = duk_get_string(ctx, -1);

		if (where != NULL)
			(void)duk_error(ctx, DUK_ERR_ERROR,
			    "No such module \"%s\".\n  imported from \"%s\"", s,
			    where);
		(void)duk_error(ctx, DUK_ERR_ERROR, "No such module \"%s\".",
		    s);
	} else if (type_differs(m, type)) {
		(void)duk_type_error(ctx,
		    "Module \"%s\" is not of type \"%s\"%s%s", m->name, type,
		    where != NULL ? ", imported from " : "",
		    where != NULL ? where : "");
	}
	duk_pop(ctx);
	return m;
}

/* The main module. */

struct start {
	struct engine *e;
	const char *name;
};

static int
start(duk_context *ctx, void *arg)
{
	struct start *s = arg;
	struct module *m;

	str_push_utf8(ctx, s->name, strlen(s->name));
	m = module_resolve(ctx, NULL, NULL, NULL, false);
	s->e->modules->main = m;
	module_link(ctx, m);
	module_evaluate(ctx, m);
	promise_mark_handled(ctx, -1);
	if (promise_state(ctx, -1) == PROMISE_REJECTED) {
		promise_push_result(ctx, -1);
		return duk_throw(ctx);
	}
	return 0;
}

int
module_start(struct engine *e, const char *name, struct engine_error *err_out)
{
	struct start s = {.e = e, .name = name};

	return engine_run(e, start, &s, err_out);
}

struct state {
	enum module_state state;
	struct engine_error *err;
};

static int
get_state(duk_context *ctx, void *arg)
{
	struct state *s = arg;
	struct module *m = engine_from(ctx)->modules->main;

	if (m == NULL)
		return 0;
	module_slot_push(ctx, m, SLOT_PROMISE);
	if (!promise_is(ctx, -1))
		return 0;
	switch (promise_state(ctx, -1)) {
	case PROMISE_PENDING:
		s->state = MODULE_PENDING;
		break;
	case PROMISE_FULFILLED:
		s->state = MODULE_READY;
		break;
	case PROMISE_REJECTED:
		if (s->err != NULL) {
			promise_push_result(ctx, -1);
			engine_error_from(ctx, -1, s->err);
		}
		break;
	}
	return 0;
}

enum module_state
module_state(struct engine *e, struct engine_error *err_out)
{
	struct state s = {.state = MODULE_FAILED, .err = err_out};

	if (err_out != NULL)
		memset(err_out, 0, sizeof *err_out);
	/* not an event of its own: no microtasks */
	e->run_depth++;
	engine_run(e, get_state, &s, NULL);
	e->run_depth--;
	return s.state;
}

void
module_push_main(duk_context *ctx)
{
	struct engine *e = engine_from(ctx);

	if (e->modules->main == NULL ||
	    e->modules->main->status != MODULE_EVALUATED ||
	    e->modules->main->failed)
		(void)duk_error(ctx, DUK_ERR_ERROR,
		    "the main module is not ready");
	module_push_namespace(ctx, e->modules->main);
}

/*
 * Dynamic import: what can fail is checked at once, the rest is a job, as the
 * standard has it: an import never runs in the middle of an evaluation.
 */
enum { IMPORT_PROMISE, IMPORT_FROM, IMPORT_BASE, IMPORT_NAME, IMPORT_TYPE };

/* [ namespace-or-undefined [ promise, module-index ] ] */
static duk_ret_t
give_namespace(duk_context *ctx)
{
	struct modules *ms = engine_from(ctx)->modules;
	uint32_t i;

	duk_get_prop_index(ctx, 1, 0);
	duk_get_prop_index(ctx, 1, 1);
	i = duk_get_uint(ctx, -1);
	ASSERT(i < ms->n);
	module_push_namespace(ctx, ms->list[i]);
	promise_resolve(ctx, 2, -1);
	return 0;
}

static duk_ret_t
give_error(duk_context *ctx)
{
	duk_get_prop_index(ctx, 1, 0);
	promise_reject(ctx, -1, 0);
	return 0;
}

/* [ request ]: see IMPORT_* */
static duk_ret_t
import_body(duk_context *ctx)
{
	struct modules *ms = engine_from(ctx)->modules;
	struct module *from = NULL, *m;
	const char *type, *base;
	size_t len;

	duk_get_prop_index(ctx, 0, IMPORT_FROM);
	duk_get_prop_index(ctx, 0, IMPORT_BASE);
	duk_get_prop_index(ctx, 0, IMPORT_TYPE);
	duk_get_prop_index(ctx, 0, IMPORT_NAME);
	if (duk_is_number(ctx, 1) && duk_get_uint(ctx, 1) < ms->n)
		from = ms->list[duk_get_uint(ctx, 1)];
	type = duk_get_string(ctx, 3);
	base = duk_is_string(ctx, 2) ? str_to_utf8(ctx, 2, &len) : "";
	m = module_resolve_from(ctx, from != NULL ? from->name : base, type,
	    from != NULL ? from->name : NULL, false);
	module_link(ctx, m);
	module_evaluate(ctx, m);
	duk_push_bare_array(ctx);
	duk_get_prop_index(ctx, 0, IMPORT_PROMISE);
	duk_put_prop_index(ctx, -2, 0);
	duk_push_uint(ctx, m->index);
	duk_put_prop_index(ctx, -2, 1);
	promise_react_c(ctx, -2, give_namespace, give_error);
	return 0;
}

/* [ request ] */
static duk_ret_t
import_job(duk_context *ctx)
{
	duk_push_c_function(ctx, import_body, 1);
	duk_dup(ctx, 0);
	if (duk_pcall(ctx, 1) != DUK_EXEC_SUCCESS) {
		if (*engine_from(ctx)->fire)
			return duk_throw(ctx);
		duk_get_prop_index(ctx, 0, IMPORT_PROMISE);
		promise_reject(ctx, -1, -2);
	}
	return 0;
}

/* The value of the attribute "type" of the options at 2: pushed or undefined */
static void
push_type(duk_context *ctx)
{
	duk_push_undefined(ctx);
	if (duk_is_undefined(ctx, 2))
		return;
	if (!duk_is_object(ctx, 2))
		(void)duk_type_error(ctx,
		    "The second argument of import() must be an object");
	duk_get_prop_literal(ctx, 2, "with");
	if (duk_is_undefined(ctx, -1)) {
		duk_pop(ctx);
		return;
	}
	if (!duk_is_object(ctx, -1))
		(void)duk_type_error(ctx,
		    "The 'with' option must be an object");
	duk_enum(ctx, -1, DUK_ENUM_OWN_PROPERTIES_ONLY);
	while (duk_next(ctx, -1, 1)) {
		if (!duk_is_string(ctx, -1) || duk_is_symbol(ctx, -1))
			(void)duk_type_error(ctx,
			    "Import attribute value must be a string");
		if (strcmp(duk_get_string(ctx, -2), "type") != 0)
			(void)duk_type_error(ctx,
			    "Import attribute \"%s\" is not supported",
			    duk_get_string(ctx, -2));
		duk_replace(ctx, -5);
		duk_pop(ctx);
	}
	duk_pop_2(ctx);
}

/* [ referrer specifier options ] -> [ ... request ] */
static duk_ret_t
import_request(duk_context *ctx)
{
	duk_to_string(ctx, 1);
	push_type(ctx);
	duk_push_bare_array(ctx);
	duk_swap_top(ctx, -2);
	duk_put_prop_index(ctx, -2, IMPORT_TYPE);
	duk_dup(ctx, 0);
	duk_put_prop_index(ctx, -2, IMPORT_FROM);
	duk_dup(ctx, 1);
	duk_put_prop_index(ctx, -2, IMPORT_NAME);
	inner_push_caller_file(ctx);
	duk_put_prop_index(ctx, -2, IMPORT_BASE);
	return 1;
}

/* $imp(referrer, specifier, options) */
duk_ret_t
rt_import(duk_context *ctx)
{
	duk_push_c_function(ctx, import_request, 3);
	duk_insert(ctx, 0);
	if (duk_pcall(ctx, 3) != DUK_EXEC_SUCCESS) {
		if (*engine_from(ctx)->fire)
			return duk_throw(ctx);
		promise_rejected(ctx);
		return 1;
	}
	promise_new(ctx);
	duk_dup_top(ctx);
	duk_put_prop_index(ctx, 0, IMPORT_PROMISE);
	duk_dup(ctx, 0);
	microtask_enqueue_c(ctx, import_job);
	return 1;
}

void
module_import(duk_context *ctx)
{
	duk_push_c_function(ctx, rt_import, 3);
	duk_swap_top(ctx, -2);
	duk_push_undefined(ctx);
	duk_swap_top(ctx, -2);
	duk_push_undefined(ctx);
	duk_call(ctx, 3);
}

/* $im(referrer) */
duk_ret_t
rt_import_meta(duk_context *ctx)
{
	struct modules *ms = engine_from(ctx)->modules;
	struct module *m;

	if (!duk_is_number(ctx, 0) || duk_get_uint(ctx, 0) >= ms->n)
		return duk_error(ctx, DUK_ERR_SYNTAX_ERROR,
		    "Cannot use 'import.meta' outside a module");
	m = ms->list[duk_get_uint(ctx, 0)];
	module_slot_push(ctx, m, SLOT_META);
	if (duk_is_object(ctx, -1))
		return 1;
	duk_push_bare_object(ctx);
	duk_push_string(ctx, m->name[0] == '/' ? "file://" : "file:///");
	str_push_utf8(ctx, m->name, strlen(m->name));
	duk_concat(ctx, 2);
	duk_put_prop_literal(ctx, -2, "url");
	duk_push_boolean(ctx, m == ms->main);
	duk_put_prop_literal(ctx, -2, "main");
	duk_dup_top(ctx);
	module_slot_pop(ctx, m, SLOT_META);
	return 1;
}

/* $ns(cells) */
duk_ret_t
rt_namespace(duk_context *ctx)
{
	struct modules *ms = engine_from(ctx)->modules;
	uint32_t i;

	duk_push_literal(ctx, DUK_HIDDEN_SYMBOL("module"));
	if (!inner_get_own_hidden(ctx, 0))
		return duk_type_error(ctx, "not a module");
	i = duk_get_uint(ctx, -1);
	ASSERT(i < ms->n);
	module_push_namespace(ctx, ms->list[i]);
	return 1;
}
