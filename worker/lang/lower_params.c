/*
 * Lowering of parameters: defaults, patterns and rest become statements at
 * the begin of the body, on the lines where they stand.
 */
#include "config.h"

#include "worker/lang/lower.h"

#include "base/util.h"

/* More formal parameters than this do not fit Duktape's registers. */
#define PARAMS_MAX 200

static uint32_t
param_target(const struct lower *l, uint32_t p)
{
	return N(l, p)->kind == AST_DEFAULT || N(l, p)->kind == AST_REST
		   ? N(l, p)->a
		   : p;
}

/* A default may read it too early: it gets its value in its turn. */
static bool
param_checked(const struct lower *l, uint32_t sym)
{
	return symbol_get(l->u, sym)->flags & SYMF_NEEDS_TDZ;
}

static struct lang_str
param_name(struct lower *l, uint32_t p, uint32_t i)
{
	const struct ast_node *t = N(l, param_target(l, p));

	if (t->kind == AST_BINDING && !param_checked(l, t->b))
		return lo_sym_text(l, t->b)->text;
	return lo_textf(l, "%pa%u", i);
}

bool
lo_params_are_simple(const struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	const struct func *f = func_get(l->u, node->d);

	return f->simple_params && !(node->flags & AF_TRAILING_COMMA) &&
	       f->nparams <= PARAMS_MAX;
}

void
lo_put_params(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	const struct func *f = func_get(l->u, node->d);
	uint32_t p, i;

	/* decorators of parameters would be copied with the list */
	if (lo_params_are_simple(l, n) && !l->u->has_decorators &&
	    l->u->src[f->params_pos] == '(') {
		lo_skip(l, f->params_pos);
		for (p = node->b; p != 0; p = N(l, p)->next) {
			const struct ast_node *b = N(l, p);
			const struct symtext *t = lo_sym_text(l, b->b);

			if (t->plain && !(b->flags & AF_ESCAPED_NAME))
				continue;
			lo_to(l, b->pos);
			lo_put(l, "%s", &t->text);
			lo_skip(l, b->end);
		}
		lo_to(l, f->params_end);
		return;
	}
	lo_put(l, "(");
	for (p = node->b, i = 0; p != 0 && i < PARAMS_MAX;
	     p = N(l, p)->next, i++) {
		struct lang_str name;

		if (N(l, p)->kind == AST_REST)
			break;
		name = param_name(l, p, i);
		lo_put(l, i == 0 ? "%s" : ",%s", &name);
	}
	lo_put(l, ")");
}

static void
bind_rest(struct lower *l, uint32_t p, uint32_t i)
{
	uint32_t target = N(l, p)->a;
	struct lang_str name;

	if (N(l, target)->kind == AST_BINDING) {
		name = lo_sym_text(l, N(l, target)->b)->text;
		lo_put(l,
		    param_checked(l, N(l, target)->b)
			? "%s=%h(arguments,%u);"
			: "var %s=%h(arguments,%u);",
		    &name, LANG_HELPER_REST, i);
		return;
	}
	name = lo_textf(l, "%pa%u", i);
	lo_put(l, "var %s=%h(arguments,%u)", &name, LANG_HELPER_REST, i);
	lo_put(l, ";");
	lower_target_statement(l, target, name, true);
}

/* For the names of a parameter that may be read too early. */
static void
put_sentinels(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	uint32_t e;

	switch ((unsigned)node->kind) {
	case AST_BINDING:
		if (!param_checked(l, node->b))
			break;
		lo_declare_sym(l, node->b);
		lo_put(l, "%s=%h;", &lo_sym_text(l, node->b)->text,
		    LANG_HELPER_TDZ);
		break;
	case AST_DEFAULT:
	case AST_REST:
		put_sentinels(l, node->a);
		break;
	case AST_PROP:
		put_sentinels(l, node->b);
		break;
	case AST_ARRAY_PATTERN:
	case AST_OBJECT_PATTERN:
		for (e = node->a; e != 0; e = N(l, e)->next)
			put_sentinels(l, e);
		break;
	default:
		break;
	}
}

/* Defaults, patterns and rest, in order. */
void
lo_bind_params(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	uint32_t p, i;

	if (lo_params_are_simple(l, n))
		return;
	for (p = node->b; p != 0; p = N(l, p)->next)
		put_sentinels(l, p);
	for (p = node->b, i = 0; p != 0; p = N(l, p)->next, i++) {
		const struct ast_node *param = N(l, p);
		uint32_t target = param_target(l, p);
		struct lang_str name;

		if (param->kind == AST_REST) {
			bind_rest(l, p, i);
			break;
		}
		name = param_name(l, p, i);
		if (i >= PARAMS_MAX)
			lo_put(l, "var %s=arguments[%u];", &name, i);
		if (param->kind == AST_DEFAULT) {
			lo_put(l, "if(%s===void 0)%s=", &name, &name);
			lo_at_named(l, param->b,
			    N(l, target)->kind == AST_BINDING
				? unit_atom_str(l->u, N(l, target)->a)
				: lo_str(""));
			lo_put(l, ";");
		}
		if (N(l, target)->kind == AST_BINDING) {
			uint32_t sym = N(l, target)->b;

			if (param_checked(l, sym))
				lo_put(l, "%s=%s;", &lo_sym_text(l, sym)->text,
				    &name);
		} else {
			lower_target_statement(l, target, name, true);
		}
	}
}

/* Body vars that have a parameter's name start with its value. */
void
lo_bind_shadowing(struct lower *l, const struct func *f)
{
	uint32_t s, p;

	if (f->body_scope == 0 || f->body_scope == f->scope)
		return;
	for (s = scope_get(l->u, f->body_scope)->first; s != 0;
	     s = symbol_get(l->u, s)->next) {
		const struct symbol *sym = symbol_get(l->u, s);
		const struct lang_str *from, *at;

		if (sym->kind != SYM_VAR)
			continue;
		for (p = scope_get(l->u, f->scope)->first; p != 0;
		     p = symbol_get(l->u, p)->next)
			if (symbol_get(l->u, p)->atom == sym->atom)
				break;
		if (p == 0)
			continue;
		at = &lo_sym_text(l, s)->text;
		from = &lo_sym_text(l, p)->text;
		if (lo_str_eq(*at, *from))
			continue;
		lo_declare_sym(l, s);
		lo_put(l, "%s=%s;", at, from);
	}
}
