/*
 * Lowering of modules: imports are reads of another module's cells, exports
 * are writes to this module's cells beside the variable.
 */
#include "config.h"

#include "worker/lang/lower.h"

#include "base/util.h"

void
lower_mod_prepare(struct lower *l)
{
	uint32_t i;

	for (i = 0; i < l->u->nexports; i++) {
		const struct lang_export *e = &l->u->exports[i];

		if (e->kind == LANG_EXPORT_LOCAL && e->symbol != 0)
			lo_names_add(l, &l->exports[e->symbol], e->exported);
	}
}

bool
lo_is_exported(const struct lower *l, uint32_t sym)
{
	return l->exports[sym].n != 0;
}

static bool
is_identifier(struct lang_str s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.s[i];

		if (!(c == '_' || c == '$' || (c >= 'a' && c <= 'z') ||
			(c >= 'A' && c <= 'Z') ||
			(i != 0 && c >= '0' && c <= '9')))
			return false;
	}
	return s.len != 0;
}

/* ".a" or ["a b"] */
static void
put_cell(struct lower *l, struct lang_str name)
{
	if (is_identifier(name)) {
		lo_put(l, ".%s", &name);
	} else {
		lo_put(l, "[");
		lo_put_quote(l, name);
		lo_put(l, "]");
	}
}

void
lo_put_export_write(struct lower *l, uint32_t sym)
{
	uint32_t i;

	for (i = 0; i < l->exports[sym].n; i++) {
		lo_put(l, "%pe");
		put_cell(l, l->exports[sym].v[i]);
		lo_put(l, "=");
	}
}

struct lang_str
lo_import_ref(struct lower *l, uint32_t sym)
{
	uint32_t index = symbol_get(l->u, sym)->import;
	const struct lang_import *im = &l->u->imports[index];
	size_t start = l->e.len;
	struct lang_str s;

	if (im->kind == LANG_IMPORT_NAMESPACE)
		return lo_textf(l, "%pn%u", index + 1);
	lo_put(l, "%pi%u", im->request + 1);
	put_cell(l, im->imported);
	s.len = l->e.len - start;
	s.s = arena_strdup(&l->u->arena, l->e.out + start, s.len);
	l->e.len = start;
	return s;
}

/* Namespaces exist before any module runs. */
void
lower_mod_prologue(struct lower *l)
{
	uint32_t i;

	for (i = 0; i < l->u->nimports; i++) {
		const struct lang_import *im = &l->u->imports[i];
		struct lang_str name;

		if (im->kind != LANG_IMPORT_NAMESPACE || im->symbol == 0)
			continue;
		name = lo_textf(l, "%pn%u", i + 1);
		lo_put(l, "var %s=%h(%pi%u);", &name, LANG_HELPER_NAMESPACE,
		    im->request + 1);
	}
}

void
lower_import(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	bool referrer = l->module || l->u->options.kind == LANG_COMMONJS;

	lo_to(l, node->pos);
	if (node->kind == AST_IMPORT_META) {
		lo_put(l, "%h(%pm)", LANG_HELPER_IMPORT_META);
	} else if (node->kind == AST_IMPORT_CALL) {
		lo_put(l, referrer ? "%h(%pm," : "%h(void 0,",
		    LANG_HELPER_IMPORT);
		lo_at(l, node->a);
		if (node->b != 0) {
			lo_put(l, ",");
			lo_at(l, node->b);
		}
		lo_put(l, ")");
	}
	lo_skip(l, node->end);
}

static void
export_default(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	uint32_t what = node->a, sym = node->d;
	const struct ast_node *w = N(l, what);
	bool decl = (w->kind == AST_FUNC || w->kind == AST_CLASS) &&
		    (w->flags & AF_DECL);

	if (decl && w->a != 0) {
		lo_skip(l, w->pos);
		lower_node(l, what);
		lo_to(l, w->end);
	} else if (decl && w->kind == AST_FUNC) {
		lo_skip(l, w->pos);
		lower_func_decl_sym(l, what, sym);
	} else {
		lo_declare_sym(l, sym);
		lo_put_export_write(l, sym);
		lo_put(l, "%s=", &lo_sym_text(l, sym)->text);
		if (decl) {
			l->hint_node = what;
			l->hint = lo_str("default");
			lo_skip(l, w->pos);
			lower_class(l, what);
		} else {
			lo_at_named(l, what, lo_str("default"));
		}
		lo_put(l, ";");
	}
}

void
lower_export(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);

	lo_to(l, node->pos);
	if (node->kind == AST_EXPORT_DECL) {
		lo_skip(l, N(l, node->a)->pos);
		lower_node(l, node->a);
		lo_to(l, N(l, node->a)->end);
	} else if (node->kind == AST_EXPORT_DEFAULT) {
		export_default(l, n);
	}
	lo_skip(l, node->end);
}
