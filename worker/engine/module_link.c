/*
 * Loading and linking: the graph of a module, which exports resolve to what,
 * the cells that hold export values, and the code.
 *
 * Cells are one null-prototype object per module: own data properties for its
 * own exports ($T while not initialised), accessors for those of others.
 *
 * Runs in: workers.
 * Owns:    what hangs off struct module.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "worker/engine/coroutine.h"
#include "worker/engine/helpers_priv.h"
#include "worker/engine/inner.h"
#include "worker/engine/load.h"
#include "worker/engine/module_priv.h"
#include "worker/engine/promise.h"
#include "worker/engine/str.h"
#include "worker/lang/diag.h"

#define WHERE_MAX 4400
#define DEPTH_MAX 4000  /* of recursion along a chain of imports */
#define RESOLVE_MAX 256 /* of `export from` chains */

/* What a name of a module stands for. */
struct binding {
	struct module *m; /* NULL: not found */
	const char *name; /* NULL: the namespace of m */
	bool ambiguous;
};

/* (module, name) pairs on the way, against cycles. */
struct resolve {
	struct {
		const struct module *m;
		const char *name;
	} seen[RESOLVE_MAX];
	unsigned int n;
};

static void load(duk_context *ctx, struct module *m);
static void find_sccs(duk_context *ctx, struct module *m,
    struct module_walk *w);
static struct binding resolve(struct module *m, const char *name,
    struct resolve *r);
static void compile(duk_context *ctx, struct module *m);

static char *
dup_str(struct lang_str s)
{
	return s.s != NULL ? xmemdup(s.s, s.len) : NULL;
}

/* "file:line:column" into BUF. */
static const char *
where(char *buf, const struct module *m, uint32_t line, uint32_t column)
{
	snprintf(buf, WHERE_MAX, "%s:%u:%u", m->name, line, column);
	return buf;
}

/* Loading. */

/* Copy what linking needs of the unit's tables. */
static void
copy_tables(struct module *m)
{
	const struct lang_import *im;
	const struct lang_export *ex;
	size_t n, i;

	ex = lang_exports(m->unit, &n);
	m->exports = xcalloc(n, sizeof *m->exports);
	m->nexports = (uint32_t)n;
	for (i = 0; i < n; i++) {
		struct module_export *x = &m->exports[i];

		x->kind = ex[i].kind;
		x->exported = dup_str(ex[i].exported);
		x->local = dup_str(ex[i].local);
		x->imported = dup_str(ex[i].imported);
		x->request = ex[i].request;
		lang_position(m->unit, ex[i].pos, &x->line, &x->column);
	}
	im = lang_imports(m->unit, &n);
	m->imports = xcalloc(n, sizeof *m->imports);
	m->nimports = (uint32_t)n;
	for (i = 0; i < n; i++) {
		struct module_import *x = &m->imports[i];

		x->request = im[i].request;
		if (im[i].kind == LANG_IMPORT_NAMED)
			x->imported = dup_str(im[i].imported);
		lang_position(m->unit, im[i].pos, &x->line, &x->column);
	}
	m->has_tla = lang_has_tla(m->unit);
}

static void
parse(duk_context *ctx, struct module *m)
{
	struct lang_options o = {.kind = LANG_MODULE, .name = m->name};
	struct lang_diag diag;
	int r;

	module_syntax(ctx, m, &o);
	lang_diag_init(&diag);
	r = lang_parse(m->bytes, m->len, &o, &m->unit, &diag);
	if (r != 0 && diag.message == NULL)
		(void)duk_error(ctx, DUK_ERR_RANGE_ERROR, "%s: %s", m->name,
		    err_text(r));
	if (r != 0) {
		load_push_error(ctx, &diag);
		lang_diag_clear(&diag);
		(void)duk_throw(ctx);
	}
	lang_diag_clear(&diag);
	copy_tables(m);
}

/* Parse M and find what it requests; not recursive. */
static void
load(duk_context *ctx, struct module *m)
{
	const struct lang_request *rq;
	char buf[WHERE_MAX];
	size_t n, i;

	if (m->status != MODULE_NEW)
		return;
	if (m->kind != MODULE_ESM || m->make != NULL) {
		module_make_cells(ctx, m);
		m->status = MODULE_LINKED;
		return;
	}
	if (m->unit == NULL)
		parse(ctx, m);
	rq = lang_requests(m->unit, &n);
	if (m->deps == NULL)
		m->deps = xcalloc(n, sizeof *m->deps);
	m->ndeps = (uint32_t)n;
	for (i = 0; i < n; i++) {
		uint32_t line, column;
		char *type = NULL;

		if (rq[i].type_only)
			continue;
		lang_position(m->unit, rq[i].pos, &line, &column);
		str_push_utf8(ctx, rq[i].specifier.s, rq[i].specifier.len);
		if (rq[i].type.len > 0) {
			/* kept on the stack, for errors jump */
			type = duk_push_fixed_buffer(ctx, rq[i].type.len + 1);
			memcpy(type, rq[i].type.s, rq[i].type.len);
			duk_swap_top(ctx, -2);
		}
		m->deps[i] = module_resolve(ctx, m, type,
		    where(buf, m, line, column), false);
		if (type != NULL)
			duk_pop(ctx);
	}
	m->status = MODULE_LOADED;
}

/* Exports. */

static struct binding
resolve_star(struct module *m, const char *name, struct resolve *r)
{
	struct binding found = {0};
	uint32_t i;

	for (i = 0; i < m->nexports; i++) {
		struct module *dep;
		struct binding b;

		if (m->exports[i].kind != LANG_EXPORT_STAR)
			continue;
		dep = m->deps[m->exports[i].request];
		if (dep == NULL)
			continue;
		b = resolve(dep, name, r);
		if (b.ambiguous)
			return b;
		if (b.m == NULL)
			continue;
		if (found.m == NULL) {
			found = b;
			continue;
		}
		if (found.m != b.m ||
		    (found.name == NULL) != (b.name == NULL) ||
		    (b.name != NULL && strcmp(found.name, b.name) != 0)) {
			found.ambiguous = true;
			found.m = NULL;
			return found;
		}
	}
	return found;
}

static struct binding
resolve(struct module *m, const char *name, struct resolve *r)
{
	struct binding none = {0};
	uint32_t i;

	for (i = 0; i < r->n; i++)
		if (r->seen[i].m == m && strcmp(r->seen[i].name, name) == 0)
			return none;
	if (r->n == RESOLVE_MAX)
		return none;
	r->seen[r->n].m = m;
	r->seen[r->n++].name = name;
	if (m->kind != MODULE_ESM || m->make != NULL) {
		/* CommonJS decides when it has run */
		if (m->kind == MODULE_COMMONJS && m->make == NULL)
			return (struct binding){.m = m, .name = name};
		for (i = 0; i < m->nexports; i++)
			if (strcmp(m->exports[i].exported, name) == 0)
				return (struct binding){.m = m, .name = name};
		return none;
	}
	for (i = 0; i < m->nexports; i++) {
		struct module_export *x = &m->exports[i];
		struct module *dep;

		if (x->exported == NULL || strcmp(x->exported, name) != 0 ||
		    x->kind == LANG_EXPORT_STAR)
			continue;
		if (x->kind == LANG_EXPORT_LOCAL)
			return (struct binding){.m = m, .name = x->exported};
		dep = m->deps[x->request];
		if (dep == NULL)
			return none;
		if (x->kind == LANG_EXPORT_STAR_AS)
			return (struct binding){.m = dep};
		return resolve(dep, x->imported, r);
	}
	if (strcmp(name, "default") == 0)
		return none;
	return resolve_star(m, name, r);
}

static struct binding
resolve_name(struct module *m, const char *name)
{
	struct resolve r;

	r.n = 0;
	return resolve(m, name, &r);
}

bool
module_has_export(duk_context *ctx, struct module *m, const char *name)
{
	(void)ctx;
	return resolve_name(m, name).m != NULL;
}

static void
throw_missing(duk_context *ctx, struct module *importer, struct module *dep,
    const char *name, uint32_t line, uint32_t column, bool ambiguous)
{
	char buf[WHERE_MAX];

	where(buf, importer, line, column);
	if (ambiguous)
		(void)duk_error(ctx, DUK_ERR_SYNTAX_ERROR,
		    "The requested module '%s' contains conflicting star "
		    "exports for name '%s' (%s)",
		    dep->name, name, buf);
	(void)duk_error(ctx, DUK_ERR_SYNTAX_ERROR,
	    "The requested module '%s' does not provide an export named "
	    "'%s' (%s)",
	    dep->name, name, buf);
}

/* Every import and every export of another's name must be there. */
static void
check_names(duk_context *ctx, struct module *m)
{
	uint32_t i;

	for (i = 0; i < m->nexports; i++) {
		struct module_export *x = &m->exports[i];
		struct binding b;

		if (x->kind != LANG_EXPORT_INDIRECT ||
		    m->deps[x->request] == NULL)
			continue;
		b = resolve_name(m, x->exported);
		if (b.m == NULL)
			throw_missing(ctx, m, m->deps[x->request], x->imported,
			    x->line, x->column, b.ambiguous);
	}
	for (i = 0; i < m->nimports; i++) {
		struct module_import *x = &m->imports[i];
		struct module *dep = m->deps[x->request];
		struct binding b;

		if (x->imported == NULL || dep == NULL)
			continue;
		b = resolve_name(dep, x->imported);
		if (b.m == NULL)
			throw_missing(ctx, m, dep, x->imported, x->line,
			    x->column, b.ambiguous);
	}
}

/* Cells. */

/* Getter of an export that lives in another module: data [ cells, name ] */
static duk_ret_t
get_cell(duk_context *ctx)
{
	duk_push_current_function(ctx);
	duk_get_prop_literal(ctx, -1, DUK_HIDDEN_SYMBOL("data"));
	duk_get_prop_literal(ctx, -2, DUK_HIDDEN_SYMBOL("data2"));
	duk_get_prop(ctx, -2);
	return 1;
}

/* Getter of `export * as x`: data is the module's number. */
static duk_ret_t
get_namespace(duk_context *ctx)
{
	struct modules *ms = engine_from(ctx)->modules;

	duk_push_current_function(ctx);
	duk_get_prop_literal(ctx, -1, DUK_HIDDEN_SYMBOL("data"));
	module_push_namespace(ctx, ms->list[duk_get_uint(ctx, -1)]);
	return 1;
}

static void
make_own_cells(duk_context *ctx, struct module *m)
{
	uint32_t i;

	duk_push_bare_object(ctx);
	duk_push_literal(ctx, DUK_HIDDEN_SYMBOL("module"));
	duk_push_uint(ctx, m->index);
	inner_def_hidden(ctx, -3);
	for (i = 0; i < m->nexports; i++) {
		const struct module_export *x = &m->exports[i];

		if (x->kind != LANG_EXPORT_LOCAL)
			continue;
		str_push_utf8(ctx, x->exported, strlen(x->exported));
		engine_push_tdz(ctx);
		duk_put_prop(ctx, -3);
	}
	module_slot_pop(ctx, m, SLOT_CELLS);
}

/* One accessor: [ cells ] -> [ cells ] */
static void
link_cell(duk_context *ctx, const char *name, struct binding b)
{
	str_push_utf8(ctx, name, strlen(name));
	if (b.name == NULL) {
		duk_push_c_function(ctx, get_namespace, 0);
		duk_push_uint(ctx, b.m->index);
		duk_put_prop_literal(ctx, -2, DUK_HIDDEN_SYMBOL("data"));
	} else {
		duk_push_c_function(ctx, get_cell, 0);
		module_slot_push(ctx, b.m, SLOT_CELLS);
		duk_put_prop_literal(ctx, -2, DUK_HIDDEN_SYMBOL("data"));
		str_push_utf8(ctx, b.name, strlen(b.name));
		duk_put_prop_literal(ctx, -2, DUK_HIDDEN_SYMBOL("data2"));
	}
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_GETTER | DUK_DEFPROP_SET_ENUMERABLE |
		DUK_DEFPROP_SET_CONFIGURABLE);
}

/*
 * All names that `export *` of FROM may bring into M's cells: those that
 * resolve. [ cells ] -> [ cells ]
 */
static void
link_star(duk_context *ctx, struct module *m, struct module *from,
    struct module_walk *w)
{
	uint32_t i;

	for (i = 0; i < w->n; i++)
		if (w->stack[i] == from)
			return;
	if (w->n == w->size) {
		w->size = w->size * 2 + 16;
		w->stack = xreallocarray(w->stack, w->size, sizeof *w->stack);
	}
	w->stack[w->n++] = from;
	for (i = 0; i < from->nexports; i++) {
		const struct module_export *x = &from->exports[i];
		struct binding b;

		if (x->kind == LANG_EXPORT_STAR) {
			if (from->deps[x->request] != NULL)
				link_star(ctx, m, from->deps[x->request], w);
			continue;
		}
		if (strcmp(x->exported, "default") == 0 ||
		    duk_has_prop_lstring(ctx, -1, x->exported,
			strlen(x->exported)))
			continue;
		b = resolve_name(m, x->exported);
		if (b.m != NULL)
			link_cell(ctx, x->exported, b);
	}
}

/* Accessors for what M exports of others. */
static void
link_cells(duk_context *ctx, struct module *m)
{
	struct module_walk w = {0};
	uint32_t i;

	module_slot_push(ctx, m, SLOT_CELLS);
	for (i = 0; i < m->nexports; i++) {
		const struct module_export *x = &m->exports[i];
		struct binding b;

		if (x->kind != LANG_EXPORT_INDIRECT &&
		    x->kind != LANG_EXPORT_STAR_AS)
			continue;
		b = resolve_name(m, x->exported);
		if (b.m != NULL)
			link_cell(ctx, x->exported, b);
	}
	for (i = 0; i < m->nexports; i++)
		if (m->exports[i].kind == LANG_EXPORT_STAR &&
		    m->deps[m->exports[i].request] != NULL)
			link_star(ctx, m, m->deps[m->exports[i].request], &w);
	free(w.stack);
	duk_pop(ctx);
}

/* Linking. */

static void
compile(duk_context *ctx, struct module *m)
{
	struct lang_lower_options o = {.cyclic = m->cyclic};
	struct engine *e = engine_from(ctx);
	uint32_t i;

	load_unit(ctx, m->unit, m->bytes, m->len, &o, m->name, &m->coroutine);
	if (m->coroutine) {
		promise_new(ctx);
		duk_swap_top(ctx, -2);
		duk_push_undefined(ctx);
		module_slot_push(ctx, m, SLOT_CELLS);
		duk_push_uint(ctx, m->index);
		duk_require_stack(ctx, (duk_idx_t)m->ndeps + 8);
		for (i = 0; i < m->ndeps; i++) {
			if (m->deps[i] != NULL)
				module_slot_push(ctx, m->deps[i], SLOT_CELLS);
			else
				duk_push_undefined(ctx);
		}
		inner_thread_push(ctx, (duk_idx_t)m->ndeps + 2);
		duk_push_undefined(ctx);
		if (coroutine_resume(e, ctx, -2, false, NULL) != 0)
			(void)duk_throw(ctx);
		duk_pop(ctx);
	}
	module_slot_pop(ctx, m, SLOT_BODY);
	lang_unit_free(&m->unit);
}

static void
push_walk(struct module_walk *w, struct module *m)
{
	if (w->n == w->size) {
		w->size = w->size * 2 + 16;
		w->stack = xreallocarray(w->stack, w->size, sizeof *w->stack);
	}
	w->stack[w->n++] = m;
}

/* Tarjan's algorithm over what is loaded and not linked. */
static void
find_sccs(duk_context *ctx, struct module *m, struct module_walk *w)
{
	uint32_t i;

	if (++w->depth > DEPTH_MAX)
		(void)duk_range_error(ctx, "modules are nested too deep");
	m->dfs = m->low = ++w->counter;
	m->on_stack = true;
	m->cyclic = false;
	push_walk(w, m);
	for (i = 0; i < m->ndeps; i++) {
		struct module *d = m->deps[i];

		if (d == NULL || d->status != MODULE_LOADED)
			continue;
		if (d == m)
			m->cyclic = true;
		if (d->dfs == 0) {
			find_sccs(ctx, d, w);
			m->low = MIN(m->low, d->low);
		} else if (d->on_stack) {
			m->low = MIN(m->low, d->dfs);
		}
	}
	w->depth--;
	if (m->low != m->dfs)
		return;
	while (w->stack[w->n - 1] != m) {
		struct module *x = w->stack[--w->n];

		x->on_stack = false;
		x->cyclic = m->cyclic = true;
	}
	w->n--;
	m->on_stack = false;
}

struct link {
	struct module *root;
	struct module **all; /* what is to be linked, requests before users */
	uint32_t n, size;
	struct module_walk w;
};

/* Load the graph breadth first. */
static void
load_graph(duk_context *ctx, struct link *l)
{
	uint32_t i, j;

	/* l->all doubles as the queue */
	load(ctx, l->root);
	if (l->root->status == MODULE_LOADED) {
		l->all = xcalloc(16, sizeof *l->all);
		l->size = 16;
		l->all[l->n++] = l->root;
		l->root->dfs = 1;
	}
	for (i = 0; i < l->n; i++) {
		for (j = 0; j < l->all[i]->ndeps; j++) {
			struct module *d = l->all[i]->deps[j];

			if (d == NULL)
				continue;
			load(ctx, d);
			if (d->status != MODULE_LOADED || d->dfs != 0)
				continue;
			d->dfs = 1;
			if (l->n == l->size) {
				l->size *= 2;
				l->all = xreallocarray(l->all, l->size,
				    sizeof *l->all);
			}
			l->all[l->n++] = d;
		}
	}
}

static duk_ret_t
link_body(duk_context *ctx, void *arg)
{
	struct link *l = arg;
	uint32_t i;

	load_graph(ctx, l);
	for (i = 0; i < l->n; i++)
		l->all[i]->dfs = 0;
	for (i = 0; i < l->n; i++)
		if (l->all[i]->dfs == 0)
			find_sccs(ctx, l->all[i], &l->w);
	for (i = 0; i < l->n; i++)
		check_names(ctx, l->all[i]);
	for (i = 0; i < l->n; i++)
		make_own_cells(ctx, l->all[i]);
	for (i = 0; i < l->n; i++)
		link_cells(ctx, l->all[i]);
	for (i = 0; i < l->n; i++)
		compile(ctx, l->all[i]);
	for (i = 0; i < l->n; i++)
		l->all[i]->status = MODULE_LINKED;
	return 0;
}

void
module_link(duk_context *ctx, struct module *m)
{
	struct link l = {.root = m};
	duk_int_t r;
	uint32_t i;

	if (m->status >= MODULE_LINKED)
		return;
	r = duk_safe_call(ctx, link_body, &l, 0, 1);
	for (i = 0; i < l.n; i++) {
		struct module *x = l.all[i];

		x->dfs = x->low = 0;
		x->on_stack = false;
		if (r != DUK_EXEC_SUCCESS) {
			/* linked again from its text, if somebody asks */
			lang_unit_free(&x->unit);
			x->coroutine = false;
			x->status = MODULE_NEW;
			module_forget_tables(x);
		}
	}
	free(l.all);
	free(l.w.stack);
	if (r != DUK_EXEC_SUCCESS)
		(void)duk_throw(ctx);
	duk_pop(ctx);
}
