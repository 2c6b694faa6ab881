/*
 * Lowering of literals: strings, numbers, regular expressions, templates,
 * arrays with spread, property keys.
 */
#include "config.h"

#include "worker/lang/lower.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

/* How many nodes lo_is_pure() looks at. */
#define PURE_BUDGET 200

/* Turning one to decimal takes the square of its length. */
#define BIGINT_KEY_MAX 1000

void
lower_string(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);

	if (!(node->flags & AF_LINE_SEP))
		return;
	lo_to(l, node->pos);
	lo_put_quote(l, unit_string_value(l->u, n));
	lo_skip(l, node->end);
}

void
lower_number(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	uint32_t i;
	char text[40];

	if (node->flags & AF_LEGACY_OCTAL) {
		lo_to(l, node->pos);
		snprintf(text, sizeof text, "%.17g",
		    unit_number_value(l->u, n));
		lo_put(l, "%z", text);
		lo_skip(l, node->end);
	} else if (node->flags & AF_SEPARATOR) {
		for (i = node->pos; i < node->end; i++) {
			if (l->u->src[i] != '_')
				continue;
			lo_to(l, i);
			lo_skip(l, i + 1);
		}
	}
}

/* Made once per module, where it is first needed; 0n is cheap to make. */
void
lower_bigint(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	struct lang_str var = {NULL, 0};
	uint32_t i;

	lo_to(l, node->pos);
	if (!l->free_helpers) {
		var = lo_textf(l, "%pb%u", (uint32_t)++l->unique);
		lo_names_add(l, &l->template_vars, var);
		lo_put(l, "(%s||(%s=", &var, &var);
	}
	lo_put(l, "%h(\"", LANG_HELPER_BIGINT);
	for (i = node->pos; i < node->end - 1; i++)
		if (l->u->src[i] != '_')
			emit_put(&l->e, l->u->src + i, 1);
	lo_put(l, l->free_helpers ? "\")" : "\")))");
	lo_skip(l, node->end);
}

void
lower_regexp(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	const char *src = l->u->src;

	lo_to(l, node->pos);
	lo_put(l, "%h(", LANG_HELPER_REGEXP);
	emit_quote(&l->e, src + node->pos + 1, node->b - node->pos - 1);
	lo_put(l, ",");
	emit_quote(&l->e, src + node->b + 1, node->end - node->b - 1);
	lo_put(l, ")");
	lo_skip(l, node->end);
}

/* ---- templates --------------------------------------------------------- */

static bool
is_string_kind(const struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);

	return node->kind == AST_STRING || node->kind == AST_TEMPLATE ||
	       (node->kind == AST_UNARY && node->op == OP_TYPEOF);
}

void
lower_template(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	uint32_t part = node->a;
	bool first = true, single = N(l, part)->next == 0;

	lo_to(l, node->pos);
	if (!single)
		lo_put(l, "(");
	for (; part != 0; part = N(l, part)->next) {
		struct lang_str s;

		if (N(l, part)->kind != AST_CHUNK) {
			if (!first)
				lo_put(l, "+");
			first = false;
			if (is_string_kind(l, part)) {
				lo_at(l, part);
				continue;
			}
			lo_put(l, "%h(", LANG_HELPER_TO_STRING);
			lo_at(l, part);
			lo_put(l, ")");
			continue;
		}
		s = unit_string_value(l->u, part);
		if (s.len == 0 && !single)
			continue;
		if (!first)
			lo_put(l, "+");
		lo_put_quote(l, s);
		first = false;
	}
	if (!single)
		lo_put(l, ")");
	lo_skip(l, node->end);
}

/* The text between the quotes, line ends normalised. */
static void
put_raw_chunk(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	char *s = arena_alloc(&l->u->arena, node->end - node->pos + 1);
	size_t len = 0;
	uint32_t i;

	for (i = node->pos; i < node->end; i++) {
		char c = l->u->src[i];

		if (c == '\r') {
			c = '\n';
			if (i + 1 < node->end && l->u->src[i + 1] == '\n')
				i++;
		}
		s[len++] = c;
	}
	emit_quote(&l->e, s, len);
}

static void
put_template_object(struct lower *l, uint32_t n)
{
	struct lang_str var = lo_textf(l, "%pto%u", (uint32_t)++l->unique);
	const char *sep = "";
	uint32_t c;

	lo_names_add(l, &l->template_vars, var);
	lo_put(l, "%s||(%s=%h([", &var, &var, LANG_HELPER_TEMPLATE);
	for (c = N(l, n)->a; c != 0; c = N(l, c)->next) {
		if (N(l, c)->kind != AST_CHUNK)
			continue;
		lo_put(l, "%z", sep);
		if (N(l, c)->flags & AF_BAD_ESCAPE)
			lo_put(l, "void 0");
		else
			lo_put_quote(l, unit_string_value(l->u, c));
		sep = ",";
	}
	lo_put(l, "],[");
	sep = "";
	for (c = N(l, n)->a; c != 0; c = N(l, c)->next) {
		if (N(l, c)->kind != AST_CHUNK)
			continue;
		lo_put(l, "%z", sep);
		put_raw_chunk(l, c);
		sep = ",";
	}
	lo_put(l, "]))");
}

void
lo_put_tagged_arguments(struct lower *l, uint32_t n)
{
	uint32_t part;

	put_template_object(l, n);
	for (part = N(l, n)->a; part != 0; part = N(l, part)->next) {
		if (N(l, part)->kind == AST_CHUNK)
			continue;
		lo_put(l, ",");
		lo_at(l, part);
	}
}

/* ---- purity ------------------------------------------------------------ */

static bool pure_list(const struct lower *l, uint32_t n, int *budget);

/* Evaluating it earlier than the standard says cannot be noticed, getters
 * and valueOf aside. */
static bool
pure_node(const struct lower *l, uint32_t n, int *budget)
{
	const struct ast_node *node = N(l, n);

	if (n == 0)
		return true;
	if (--*budget < 0)
		return false;
	switch ((unsigned)node->kind) {
	case AST_IDENT:
		return !lo_sym_checked(l, n);
	case AST_FUNC:
	case AST_THIS:
	case AST_STRING:
	case AST_NUMBER:
	case AST_NULL:
	case AST_TRUE:
	case AST_FALSE:
	case AST_REGEXP:
	case AST_CHUNK:
	case AST_NAME:
	case AST_HOLE:
		return true;
	case AST_PAREN:
		return pure_node(l, node->a, budget);
	case AST_UNARY:
		return node->op != OP_DELETE && pure_node(l, node->a, budget);
	case AST_MEMBER:
	case AST_INDEX:
	case AST_BINARY:
	case AST_LOGICAL:
	case AST_PROP:
		return pure_node(l, node->a, budget) &&
		       pure_node(l, node->b, budget);
	case AST_COND:
		return pure_node(l, node->a, budget) &&
		       pure_node(l, node->b, budget) &&
		       pure_node(l, node->c, budget);
	case AST_ARRAY:
	case AST_OBJECT:
	case AST_TEMPLATE:
		return pure_list(l, node->a, budget);
	default:
		return false;
	}
}

static bool
pure_list(const struct lower *l, uint32_t n, int *budget)
{
	for (; n != 0; n = N(l, n)->next)
		if (!pure_node(l, n, budget))
			return false;
	return true;
}

bool
lo_is_pure(const struct lower *l, uint32_t n)
{
	int budget = PURE_BUDGET;

	return pure_node(l, n, &budget);
}

/* ---- arrays ------------------------------------------------------------ */

void
lower_array(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);

	if (!(node->flags & AF_HAS_SPREAD)) {
		lower_list(l, node->a);
		return;
	}
	lo_to(l, node->pos);
	lower_spread_array(l, node->a, false);
	lo_skip(l, node->end);
}

/* "[a,b]" of the elements up to a spread, which is returned. */
static uint32_t
put_segment(struct lower *l, uint32_t e)
{
	const char *sep = "";

	lo_put(l, "[");
	for (; e != 0 && N(l, e)->kind != AST_SPREAD; e = N(l, e)->next) {
		lo_put(l, "%z", sep);
		if (N(l, e)->kind == AST_HOLE)
			sep = ",";
		else
			lo_at(l, e);
		sep = ",";
		if (N(l, e)->kind == AST_HOLE && N(l, e)->next == 0)
			lo_put(l, ",");
	}
	lo_put(l, "]");
	return e;
}

static bool
spread_is_pure(const struct lower *l, uint32_t e)
{
	for (; e != 0; e = N(l, e)->next) {
		uint32_t v = N(l, e)->kind == AST_SPREAD ? N(l, e)->a : e;

		if (!lo_is_pure(l, v))
			return false;
	}
	return true;
}

/* One call: everything behind the first spread may be evaluated before. */
static void
spread_flat(struct lower *l, uint32_t first)
{
	uint32_t e;

	lo_put(l, "%h(", LANG_HELPER_SPREAD);
	e = put_segment(l, first);
	while (e != 0) {
		lo_put(l, ",");
		lo_at(l, N(l, e)->a);
		e = N(l, e)->next;
		if (e != 0) {
			lo_put(l, ",");
			e = put_segment(l, e);
		}
	}
	lo_put(l, ")");
}

/* "h2(h1(" for the helpers noted, the last first. */
void
lo_put_nested(struct lower *l, const uint32_t *ids, uint32_t n)
{
	while (n > 0)
		lo_put(l, "%h(", ids[--n]);
}

/* Nested calls, strictly in order. */
static void
spread_nested(struct lower *l, uint32_t first)
{
	bool run = true;
	uint32_t e, n = 0, *ids;

	for (e = first; e != 0; e = N(l, e)->next)
		n++;
	ids = arena_zalloc(&l->u->arena, n + 1, sizeof *ids);
	for (e = first, n = 0; e != 0; e = N(l, e)->next) {
		if (N(l, e)->kind == AST_SPREAD) {
			ids[n++] = LANG_HELPER_SPREAD;
			run = false;
		} else if (!run) {
			ids[n++] = LANG_HELPER_SPREAD_SEG;
			run = true;
		}
	}
	lo_put_nested(l, ids, n);
	e = put_segment(l, first);
	while (e != 0) {
		lo_put(l, ",");
		if (N(l, e)->kind == AST_SPREAD) {
			lo_at(l, N(l, e)->a);
			e = N(l, e)->next;
		} else {
			e = put_segment(l, e);
		}
		lo_put(l, ")");
	}
}

void
lower_spread_array(struct lower *l, uint32_t first, bool list)
{
	uint32_t e = first;

	if (list && N(l, e)->kind == AST_SPREAD && N(l, e)->next == 0) {
		lo_put(l, "%h(", LANG_HELPER_SPREAD_LIST);
		lo_at(l, N(l, e)->a);
		lo_put(l, ")");
		return;
	}
	while (N(l, e)->kind != AST_SPREAD)
		e = N(l, e)->next;
	if (spread_is_pure(l, N(l, e)->next))
		spread_flat(l, first);
	else
		spread_nested(l, first);
}

/* ---- keys -------------------------------------------------------------- */

/* Number::toString of a value that is not negative. */
static struct lang_str
number_str(struct lower *l, uint32_t n)
{
	double v = unit_number_value(l->u, n);
	char text[64], digits[32];
	int nd, e, i, len = 0;

	if (v == 0)
		return lo_str("0");
	if (isinf(v))
		return lo_str("Infinity");
	for (nd = 1; nd <= 17; nd++) {
		snprintf(text, sizeof text, "%.*e", nd - 1, v);
		if (strtod(text, NULL) == v)
			break;
	}
	/* d.ddde+XX: value = 0.dddd * 10^e */
	e = atoi(strchr(text, 'e') + 1) + 1;
	for (i = 0, nd = 0; text[i] != 'e'; i++)
		if (text[i] != '.')
			digits[nd++] = text[i];
	if (nd <= e && e <= 21) {
		len = snprintf(text, sizeof text, "%.*s%0*d", nd, digits,
		    e - nd, 0);
		if (e == nd)
			len = nd;
	} else if (e > 0 && e <= 21) {
		len = snprintf(text, sizeof text, "%.*s.%.*s", e, digits,
		    nd - e, digits + e);
	} else if (e > -6 && e <= 0) {
		len = snprintf(text, sizeof text, "0.%.*s%.*s", -e, "000000",
		    nd, digits);
	} else {
		len = snprintf(text, sizeof text, "%c%s%.*se%c%d", digits[0],
		    nd > 1 ? "." : "", nd - 1, digits + 1, e > 0 ? '+' : '-',
		    abs(e - 1));
	}
	return (struct lang_str){
	    arena_strdup(&l->u->arena, text, (size_t)len), (size_t)len};
}

/* digits = digits * base + add, least digit first; the new length. */
static size_t
decimal_push(char *digits, size_t n, int base, int add)
{
	size_t i;

	for (i = 0; i < n; i++) {
		add += (digits[i] - '0') * base;
		digits[i] = (char)('0' + add % 10);
		add /= 10;
	}
	for (; add > 0; add /= 10)
		digits[n++] = (char)('0' + add % 10);
	return n;
}

static int
digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return (c | 0x20) - 'a' + 10;
}

/* A BigInt as a key: its value in decimal. */
static struct lang_str
bigint_str(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	const char *p = l->u->src + node->pos;
	const char *end = l->u->src + node->end - 1;
	size_t len = 0, i;
	char *s, *out;
	int base = 10;

	if (node->end - node->pos > BIGINT_KEY_MAX)
		unit_fail(l->u, node->pos, node->end,
		    "a BigInt of more than %d characters cannot be a "
		    "property name",
		    BIGINT_KEY_MAX);
	if (end - p > 2 && p[0] == '0' && (p[1] | 0x20) >= 'a') {
		base = (p[1] | 0x20) == 'x' ? 16 : (p[1] | 0x20) == 'o' ? 8 : 2;
		p += 2;
	}
	s = arena_alloc(&l->u->arena, (size_t)(end - p) * 2 + 2);
	for (; p < end; p++)
		if (*p != '_')
			len = decimal_push(s, len, base, digit_value(*p));
	if (len == 0)
		s[len++] = '0';
	out = arena_alloc(&l->u->arena, len);
	for (i = 0; i < len; i++)
		out[i] = s[len - 1 - i];
	return (struct lang_str){out, len};
}

struct lang_str
lo_key_str(struct lower *l, uint32_t key)
{
	const struct ast_node *node = N(l, key);
	struct lang_str s;

	switch ((unsigned)node->kind) {
	case AST_STRING:
		return unit_string_value(l->u, key);
	case AST_NUMBER:
		return number_str(l, key);
	case AST_BIGINT:
		return bigint_str(l, key);
	case AST_PRIVATE_NAME:
		s = unit_atom_str(l->u, node->a);
		return lo_textf(l, "#%s", &s);
	default:
		return unit_atom_str(l->u, node->a);
	}
}

bool
lo_key_name(struct lower *l, uint32_t key, bool computed,
    struct lang_str *name_out)
{
	uint32_t k = computed ? ast_skip_parens(&l->u->ast, key) : key;

	if (computed && N(l, k)->kind != AST_STRING &&
	    N(l, k)->kind != AST_NUMBER)
		return false;
	*name_out = lo_key_str(l, k);
	return true;
}

void
lo_put_key(struct lower *l, uint32_t key)
{
	const struct ast_node *node = N(l, key);
	struct lang_str s;

	if (node->kind == AST_BIGINT || node->kind == AST_NUMBER) {
		lo_put_quote(l, lo_key_str(l, key));
		lo_skip(l, node->end);
	} else if (node->kind == AST_NAME) {
		s = unit_atom_str(l->u, node->a);
		if (lo_is_ascii(s))
			lo_put(l, "%s", &s);
		else
			lo_put_quote(l, s);
		lo_skip(l, node->end);
	} else {
		lo_at(l, key);
	}
}

void
lo_put_key_value(struct lower *l, uint32_t key, bool computed)
{
	struct lang_str name;

	if (lo_key_name(l, key, computed, &name)) {
		lo_put_quote(l, name);
		lo_skip(l, N(l, key)->end);
		return;
	}
	lo_put(l, "%h(", LANG_HELPER_TO_KEY);
	lo_at(l, key);
	lo_put(l, ")");
}
