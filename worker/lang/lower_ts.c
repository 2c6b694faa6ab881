/*
 * Lowering of what TypeScript has at run time: enums, namespaces, parameter
 * properties, import x = y. Types are spaces by now.
 */
#include "config.h"

#include "worker/lang/lower.h"

#include <math.h>
#include <stdio.h>

#include "base/util.h"

/* How deep constant initialisers are looked into. */
#define CONST_DEPTH_MAX 50

/* Name of SYM in an object: ".a" behind TEXT. */
static void
member_text(struct lower *l, uint32_t sym, struct lang_str object)
{
	struct lang_str name = unit_atom_str(l->u, symbol_get(l->u, sym)->atom);
	struct symtext *t = &l->syms[sym];

	if (lo_is_ascii(name)) {
		t->text = lo_textf(l, "%s.%s", &object, &name);
	} else {
		t->text = lo_textf(l, "%s[\"%s\"]", &object, &name);
	}
	t->member = t->declared = true;
	t->plain = false;
}

/* ---- enum -------------------------------------------------------------- */

static bool
const_binary(uint8_t op, double a, double b, double *out)
{
	int32_t x = (int32_t)(int64_t)a, y = (int32_t)(int64_t)b;

	switch ((unsigned)op) {
	case OP_ADD:
		*out = a + b;
		return true;
	case OP_SUB:
		*out = a - b;
		return true;
	case OP_MUL:
		*out = a * b;
		return true;
	case OP_DIV:
		*out = a / b;
		return true;
	case OP_BIT_OR:
		*out = x | y;
		return true;
	case OP_BIT_AND:
		*out = x & y;
		return true;
	case OP_BIT_XOR:
		*out = x ^ y;
		return true;
	case OP_SHL:
		*out = (int32_t)((uint32_t)x << (y & 31));
		return true;
	case OP_SHR:
		*out = x >> (y & 31);
		return true;
	default:
		return false;
	}
}

/* The value of a constant number; VALUES by member symbol. */
static bool
const_value(struct lower *l, uint32_t n, const double *values,
    const uint32_t *syms, uint32_t nsyms, int depth, double *out)
{
	const struct ast_node *node = N(l, n);
	double a, b;
	uint32_t i;

	if (depth > CONST_DEPTH_MAX)
		return false;
	switch ((unsigned)node->kind) {
	case AST_NUMBER:
		*out = unit_number_value(l->u, n);
		return true;
	case AST_PAREN:
		return const_value(l, node->a, values, syms, nsyms, depth + 1,
		    out);
	case AST_UNARY:
		if (!const_value(l, node->a, values, syms, nsyms, depth + 1,
			&a))
			return false;
		if (node->op == OP_MINUS)
			*out = -a;
		else if (node->op == OP_PLUS)
			*out = a;
		else if (node->op == OP_BIT_NOT && fabs(a) < 2147483648.0)
			*out = ~(int32_t)a;
		else
			return false;
		return true;
	case AST_BINARY:
		return const_value(l, node->a, values, syms, nsyms, depth + 1,
			   &a) &&
		       const_value(l, node->b, values, syms, nsyms, depth + 1,
			   &b) &&
		       fabs(a) < 2147483648.0 && fabs(b) < 2147483648.0 &&
		       const_binary(node->op, a, b, out);
	case AST_IDENT:
		for (i = 0; i < nsyms; i++)
			if (syms[i] == node->b && node->b != 0 &&
			    !isnan(values[i])) {
				*out = values[i];
				return true;
			}
		return false;
	default:
		return false;
	}
}

static bool
is_string_member(const struct lower *l, uint32_t init)
{
	const struct ast_node *node = N(l, init);

	return node->kind == AST_STRING || node->kind == AST_TEMPLATE;
}

/* E["A"]=v, and E[v]="A" unless v is a string. */
static void
put_enum_member(struct lower *l, uint32_t m, struct lang_str object,
    double *value, const double *values, const uint32_t *syms, uint32_t nsyms)
{
	const struct ast_node *node = N(l, m);
	struct lang_str key = lo_key_str(l, node->a);
	bool reverse = node->b == 0 || !is_string_member(l, node->b);
	char text[40];

	lo_skip(l, node->pos);
	emit_sync(&l->e, node->pos);
	lo_put(l, "%s[", &object);
	if (reverse)
		lo_put(l, "%s[", &object);
	lo_put_quote(l, key);
	lo_put(l, "]=");
	if (node->b != 0 &&
	    !const_value(l, node->b, values, syms, nsyms, 0, value)) {
		*value = (double)NAN;
		lo_at(l, node->b);
	} else {
		if (isnan(*value))
			unit_fail(l->u, node->pos, node->end,
			    "Enum member must have initializer.");
		snprintf(text, sizeof text, "%.17g", *value);
		lo_put(l, "%z", text);
	}
	if (reverse) {
		lo_put(l, "]=");
		lo_put_quote(l, key);
	}
	lo_put(l, ";");
}

static void
enum_body(struct lower *l, uint32_t n, struct lang_str object)
{
	const struct ast_node *node = N(l, n);
	uint32_t m, s, i, count = 0;
	uint32_t *syms;
	double *values, value = 0;

	for (m = node->b; m != 0; m = N(l, m)->next)
		count++;
	syms = arena_zalloc(&l->u->arena, count + 1, sizeof *syms);
	values = arena_zalloc(&l->u->arena, count + 1, sizeof *values);
	for (s = node->d != 0 ? scope_get(l->u, node->d)->first : 0; s != 0;
	     s = symbol_get(l->u, s)->next)
		member_text(l, s, object);
	for (m = node->b, i = 0; m != 0; m = N(l, m)->next, i++) {
		put_enum_member(l, m, object, &value, values, syms, i);
		values[i] = value;
		for (s = node->d != 0 ? scope_get(l->u, node->d)->first : 0;
		     s != 0; s = symbol_get(l->u, s)->next)
			if (symbol_get(l->u, s)->atom == N(l, N(l, m)->a)->a)
				syms[i] = s;
		value += 1;
	}
}

/* NAME=(function(O){BODY return O})(NAME||{}); */
static void
lower_object_body(struct lower *l, uint32_t n,
    void (*body)(struct lower *l, uint32_t n, struct lang_str object))
{
	const struct ast_node *node = N(l, n);
	struct lang_str object = lo_textf(l, "%po%u", (uint32_t)++l->unique);
	struct lang_str name;
	struct fnctx fn;

	lo_to(l, node->pos);
	lo_declare_sym(l, N(l, node->a)->b);
	lo_write_begin(l, node->a, true);
	lo_put(l, "(");
	lo_fn_hidden(l, &fn, lo_textf(l, "%s", &object).s);
	if (node->kind == AST_TS_NAMESPACE) {
		fn.func = node->d;
		fn.f = func_get(l->u, node->d);
	}
	body(l, n, object);
	lo_put(l, "return %s;", &object);
	lo_fn_end_vars(l);
	lo_put(l, "})(");
	lo_fn_leave(l, &fn);
	name = lo_sym_ref(l, N(l, node->a)->b);
	lo_put(l, "%s||{});", &name);
	lo_write_end(l, node->a, true);
	lo_skip(l, node->end);
}

static void
namespace_body(struct lower *l, uint32_t n, struct lang_str object)
{
	const struct func *f = func_get(l->u, N(l, n)->d);
	uint32_t s, first = N(l, n)->b;

	for (s = scope_get(l->u, f->scope)->first; s != 0;
	     s = symbol_get(l->u, s)->next) {
		const struct symbol *sym = symbol_get(l->u, s);

		if (!(sym->flags & SYMF_EXPORTED))
			continue;
		if (sym->kind == SYM_FUNCTION) {
			struct lang_str name = lo_sym_text(l, s)->text;

			lo_put(l, "%s", &object);
			lo_put_member(l, unit_atom_str(l->u, sym->atom));
			lo_put(l, "=%s;", &name);
		} else {
			member_text(l, s, object);
		}
	}
	lo_scope_prologue(l, f->scope);
	if (first != 0)
		lo_skip(l, N(l, first)->pos);
	lower_list(l, first);
	if (first != 0)
		lo_to(l, N(l, n)->end - 1);
}

static void
lower_import_equals(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);

	if (N(l, node->b)->kind == AST_STRING &&
	    l->u->options.kind != LANG_COMMONJS)
		unit_fail(l->u, node->pos, node->end,
		    "import = require() is for CommonJS modules");
	lo_to(l, node->pos);
	lo_declare_sym(l, N(l, node->a)->b);
	lo_write_begin(l, node->a, true);
	if (N(l, node->b)->kind == AST_STRING)
		lo_put(l, "require(");
	lo_at(l, node->b);
	if (N(l, node->b)->kind == AST_STRING)
		lo_put(l, ")");
	lo_write_end(l, node->a, true);
	lo_put(l, ";");
	lo_skip(l, node->end);
}

void
lower_ts(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);

	switch ((unsigned)node->kind) {
	case AST_TS_ENUM:
		if (!(node->flags & AF_DECLARE))
			lower_object_body(l, n, enum_body);
		break;
	case AST_TS_NAMESPACE:
		if (!(node->flags & AF_DECLARE))
			lower_object_body(l, n, namespace_body);
		break;
	case AST_TS_IMPORT_EQ:
		lower_import_equals(l, n);
		break;
	case AST_TS_EXPORT_EQ:
		if (l->u->options.kind != LANG_COMMONJS)
			unit_fail(l->u, node->pos, node->end,
			    "export = is for CommonJS modules");
		lo_to(l, node->pos);
		lo_put(l, "module.exports=");
		lo_at(l, node->a);
		lo_put(l, ";");
		lo_skip(l, node->end);
		break;
	default:
		break;
	}
}

/* this.x=x for `constructor(public x)`; SEP before each. */
void
lo_put_param_properties(struct lower *l, uint32_t func_node, const char *self)
{
	uint32_t p;

	for (p = N(l, func_node)->b; p != 0; p = N(l, p)->next) {
		uint32_t target = N(l, p)->kind == AST_DEFAULT ? N(l, p)->a : p;
		struct lang_str name;

		if (N(l, target)->kind != AST_BINDING ||
		    !(N(l, target)->flags & AF_PARAM_PROP))
			continue;
		name = lo_sym_ref(l, N(l, target)->b);
		lo_put(l, "%z", self);
		lo_put_member(l, unit_atom_str(l->u, N(l, target)->a));
		lo_put(l, "=%s;", &name);
	}
}
