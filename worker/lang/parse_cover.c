/*
 * Expressions that turn out to be patterns: the targets of assignments, and
 * the parameters of arrow functions. Nodes are re-labelled in place, each at
 * most twice, so nesting costs no second parse.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include "worker/lang/parse_priv.h"

#define BAD_TARGET "Invalid destructuring assignment target"

static void to_target(struct parser *p, uint32_t expr, bool binding);
static void to_element(struct parser *p, uint32_t elem, bool binding);
static void to_object(struct parser *p, uint32_t expr, bool binding);
static void to_array(struct parser *p, uint32_t expr, bool binding);
static void to_binding_ident(struct parser *p, uint32_t expr);
static void to_rest(struct parser *p, uint32_t expr, bool binding, bool object);

void
to_assign_target(struct parser *p, uint32_t expr)
{
	to_target(p, expr, false);
}

bool
is_simple_target(struct parser *p, uint32_t expr)
{
	const struct ast_node *n = N(p, ast_skip_parens(&p->u->ast, expr));

	switch (n->kind) {
	case AST_IDENT:
		if (p->ctx.strict &&
		    (n->a == ATOM_eval || n->a == ATOM_arguments))
			unit_fail(p->u, n->pos, n->end,
			    "Unexpected eval or arguments in strict mode");
		return true;
	case AST_MEMBER:
	case AST_INDEX:
		return true;
	default:
		return false;
	}
}

void
to_arrow_params(struct parser *p, uint32_t first, uint32_t func,
    bool trailing_comma)
{
	uint32_t i, fn_length = 0, n = 0;
	bool counting = true, simple = true, has_rest = false;
	struct func *f;

	for (i = first; i != 0; i = N(p, i)->next) {
		n++;
		if (N(p, i)->kind == AST_SPREAD) {
			to_rest(p, i, true, false);
			if (N(p, i)->next != 0 || trailing_comma)
				fail_at(p, i,
				    "Rest parameter must be last formal "
				    "parameter");
			has_rest = true;
		} else {
			to_element(p, i, true);
		}
		if (N(p, i)->kind != AST_BINDING)
			simple = false;
		if (N(p, i)->kind == AST_DEFAULT || N(p, i)->kind == AST_REST)
			counting = false;
		fn_length += counting;
	}
	f = func_get(p->u, func);
	f->simple_params = simple;
	f->has_rest = has_rest;
	f->nparams = n;
	f->length = fn_length;
	f->has_param_expr = !simple;
}

/* EXPR, or its default if it is an assignment. */
static void
to_element(struct parser *p, uint32_t elem, bool binding)
{
	struct ast_node *n = N(p, elem);

	if (n->kind == AST_ASSIGN && n->op == OP_NONE) {
		n->kind = AST_DEFAULT;
		/* An assignment's own target was converted already. */
		if (binding)
			to_target(p, n->a, true);
	} else if (n->kind == AST_DEFAULT) {
		if (binding || N(p, n->a)->kind == AST_IDENT)
			to_target(p, n->a, binding);
	} else {
		to_target(p, elem, binding);
	}
}

static void
to_target(struct parser *p, uint32_t expr, bool binding)
{
	struct ast_node *n = N(p, expr);

	enter(p);
	switch (n->kind) {
	case AST_OBJECT:
	case AST_OBJECT_PATTERN:
		to_object(p, expr, binding);
		break;
	case AST_ARRAY:
	case AST_ARRAY_PATTERN:
		to_array(p, expr, binding);
		break;
	case AST_IDENT:
		if (binding) {
			to_binding_ident(p, expr);
			break;
		}
		__attribute__((fallthrough));
	default:
		if (binding || !is_simple_target(p, expr))
			fail_at(p, expr, BAD_TARGET);
	}
	leave(p);
}

static void
to_binding_ident(struct parser *p, uint32_t expr)
{
	struct ast_node *n = N(p, expr);

	n->kind = AST_BINDING;
	check_binding_name(p, n->a,
	    (n->flags & AF_ESCAPED_NAME) != 0 ? TF_ESCAPE : 0, n->pos, n->end);
	declare(p, SYM_PARAM, expr);
}

static void
to_object(struct parser *p, uint32_t expr, bool binding)
{
	uint32_t i;
	struct ast_node *n;

	if (N(p, expr)->kind == AST_OBJECT_PATTERN && !binding)
		return;
	N(p, expr)->kind = AST_OBJECT_PATTERN;
	for (i = N(p, expr)->a; i != 0; i = N(p, i)->next) {
		n = N(p, i);
		if (n->kind == AST_SPREAD || n->kind == AST_REST) {
			to_rest(p, i, binding, true);
			if (n->next != 0 ||
			    (N(p, expr)->flags & AF_TRAILING_COMMA) != 0)
				fail_at(p, i,
				    "Rest element must be last element");
			continue;
		}
		if (n->op == PROP_PROTO)
			n->op = PROP_INIT;
		if (n->op != PROP_INIT && n->op != PROP_SHORTHAND)
			fail_at(p, n->a, BAD_TARGET);
		to_element(p, n->b, binding);
	}
}

static void
to_array(struct parser *p, uint32_t expr, bool binding)
{
	uint32_t i;

	if (N(p, expr)->kind == AST_ARRAY_PATTERN && !binding)
		return;
	N(p, expr)->kind = AST_ARRAY_PATTERN;
	for (i = N(p, expr)->a; i != 0; i = N(p, i)->next) {
		if (N(p, i)->kind == AST_HOLE)
			continue;
		if (N(p, i)->kind == AST_SPREAD || N(p, i)->kind == AST_REST) {
			to_rest(p, i, binding, false);
			if (N(p, i)->next != 0 ||
			    (N(p, expr)->flags & AF_TRAILING_COMMA) != 0)
				fail_at(p, i,
				    "Rest element must be last element");
			continue;
		}
		to_element(p, i, binding);
	}
}

/* OBJECT: the rest of an object pattern takes no pattern. */
static void
to_rest(struct parser *p, uint32_t expr, bool binding, bool object)
{
	struct ast_node *n = N(p, expr);
	uint8_t kind = N(p, n->a)->kind;

	n->kind = AST_REST;
	if (kind == AST_ASSIGN || kind == AST_DEFAULT)
		fail_at(p, n->a, BAD_TARGET);
	if (object && kind != AST_IDENT &&
	    (binding || kind == AST_OBJECT || kind == AST_ARRAY))
		fail_at(p, n->a,
		    "`...` must be followed by an assignable reference in "
		    "assignment contexts");
	to_target(p, n->a, binding);
}
