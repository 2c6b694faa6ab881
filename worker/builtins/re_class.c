/*
 * Regular expressions: character classes.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/re_parse.h"

#include <stdlib.h>
#include <string.h>

/* A class of the v flag: characters, and strings of other than one. */
struct string {
	uint32_t *c;
	uint32_t n;
	struct string *next;
};

struct operand {
	struct re_set *set;
	struct string *strings;
	bool may; /* MayContainStrings */
};

static void add_string(struct re_parser *r, struct operand *o,
    const uint32_t *c, uint32_t n);
static struct re_node *operand_node(struct re_parser *r, struct operand *o);
static uint32_t fold_char(const struct re_parser *r, uint32_t c);

static bool
folds(const struct re_parser *r)
{
	return r->v && (r->flags & RE_IGNORE_CASE) != 0;
}

static struct re_arena *
arena(struct re_parser *r)
{
	return &r->t->arena;
}

/* CharacterComplement */
static void
complement(struct re_parser *r, struct re_set *s)
{
	re_set_invert(arena(r), s);
	if (folds(r))
		re_set_remove_folded(arena(r), s);
}

struct filling {
	struct re_parser *r;
	struct operand *o;
};

static void
add_property_string(void *arg, const uint32_t *c, uint32_t n)
{
	struct filling *f = arg;
	uint32_t folded[RE_STRING_MAX], i;

	bi_poll(f->r->ctx);
	for (i = 0; i < n; i++)
		folded[i] = fold_char(f->r, c[i]);
	add_string(f->r, f->o, folded, n);
}

/* Behind "\p" or "\P": {Name} or {Name=Value} */
static void
parse_property(struct re_parser *r, struct operand *o, bool negated)
{
	struct filling f = {r, o};
	char name[48], value[48], *out = name;
	size_t n = 0;
	bool have_value = false;

	if (!re_eat(r, '{'))
		re_fail(r, "Invalid property name");
	while (r->p < r->end && *r->p != '}') {
		char c = *r->p++;

		if (c == '=' && !have_value) {
			out[n] = '\0';
			out = value;
			n = 0;
			have_value = true;
			continue;
		}
		if (n + 1 >= sizeof name ||
		    !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '_'))
			re_fail(r, "Invalid property name");
		out[n++] = c;
	}
	out[n] = '\0';
	if (!re_eat(r, '}'))
		re_fail(r, "Invalid property name");
	if (re_set_add_property(arena(r), o->set, name,
		have_value ? value : NULL))
		return;
	o->may = true;
	if (!r->v || negated || have_value ||
	    !re_each_string(name, add_property_string, &f))
		re_fail(r, "Invalid property name");
}

static void
operand_init(struct re_parser *r, struct operand *o)
{
	o->set = re_set_new(arena(r));
	o->strings = NULL;
	o->may = false;
}

/* Behind "\": d D s S w W p P into the fresh operand O; false if none. */
static bool
class_escape(struct re_parser *r, struct operand *o)
{
	char c, lower;

	if (r->p == r->end)
		return false;
	c = *r->p;
	lower = (char)(c | 32);
	if (lower != 'd' && lower != 's' && lower != 'w' &&
	    !(lower == 'p' && r->u))
		return false;
	r->p++;
	if (lower == 'p')
		parse_property(r, o, c != lower);
	else
		re_set_add_escape(arena(r), o->set, lower,
		    r->u && (r->flags & RE_IGNORE_CASE) != 0);
	if (folds(r))
		re_set_fold(arena(r), o->set);
	if (c != lower)
		complement(r, o->set);
	return true;
}

struct re_node *
re_class_escape(struct re_parser *r)
{
	struct operand o;

	operand_init(r, &o);
	return class_escape(r, &o) ? operand_node(r, &o) : NULL;
}

/*
 * One member of a class without v: a character (true, *C_OUT), or a class
 * escape, added to S.
 */
static bool
parse_atom(struct re_parser *r, struct re_set *s, uint32_t *c_out)
{
	struct operand o;

	if (r->p == r->end)
		re_fail(r, "Unterminated character class");
	if (!re_eat(r, '\\')) {
		*c_out = re_next(r);
		return true;
	}
	operand_init(r, &o);
	if (class_escape(r, &o)) {
		re_set_union(arena(r), s, o.set);
		return false;
	}
	if (re_eat(r, 'b'))
		*c_out = '\b';
	else
		*c_out = re_character_escape(r, true);
	return true;
}

static void
parse_ranges(struct re_parser *r, struct re_set *s)
{
	uint32_t lo, hi;
	bool a, b;

	while (!re_eat(r, ']')) {
		a = parse_atom(r, s, &lo);
		if (r->end - r->p < 2 || r->p[0] != '-' || r->p[1] == ']') {
			if (a)
				re_set_add(arena(r), s, lo, lo);
			continue;
		}
		r->p++;
		b = parse_atom(r, s, &hi);
		if (a && b) {
			if (lo > hi)
				re_fail(r, "Range out of order in character "
					   "class");
			re_set_add(arena(r), s, lo, hi);
			continue;
		}
		if (r->u)
			re_fail(r, "Invalid character class");
		re_set_add(arena(r), s, '-', '-');
		if (a)
			re_set_add(arena(r), s, lo, lo);
		if (b)
			re_set_add(arena(r), s, hi, hi);
	}
}

/* ---- the v flag -------------------------------------------------------- */

static void parse_sets(struct re_parser *r, struct operand *out);

static uint32_t
fold_char(const struct re_parser *r, uint32_t c)
{
	return folds(r) ? re_canonicalize(c, true) : c;
}

/* ClassSetCharacter */
static uint32_t
parse_set_character(struct re_parser *r)
{
	static const char doubles[] = "&!#$%*+,.:;<=>?@^`~";
	static const char punctuators[] = "&-!#%,:;<=>@`~";
	uint32_t c;

	if (r->p == r->end)
		re_fail(r, "Unterminated character class");
	if (re_eat(r, '\\')) {
		if (re_eat(r, 'b'))
			return '\b';
		if (r->p < r->end && *r->p != '\0' &&
		    strchr(punctuators, *r->p) != NULL)
			return (unsigned char)*r->p++;
		return re_character_escape(r, true);
	}
	c = re_next(r);
	if (c < 128 && c != 0 && strchr("()[]{}/-|", (int)c) != NULL)
		re_fail(r, "Invalid character in character class");
	if (c < 128 && c != 0 && strchr(doubles, (int)c) != NULL &&
	    r->p < r->end && (unsigned char)*r->p == c)
		re_fail(r, "Invalid set operation in character class");
	return c;
}

static void
add_string(struct re_parser *r, struct operand *o, const uint32_t *c,
    uint32_t n)
{
	struct string *s;

	if (n == 1) {
		re_set_add(arena(r), o->set, c[0], c[0]);
		return;
	}
	s = re_alloc(arena(r), sizeof *s);
	s->c = re_alloc(arena(r), (n + 1) * sizeof *s->c);
	memcpy(s->c, c, n * sizeof *c);
	s->n = n;
	s->next = o->strings;
	o->strings = s;
}

/* Behind "\q": {abc|d|} */
static void
parse_strings(struct re_parser *r, struct operand *o)
{
	uint32_t *c =
	    re_alloc(arena(r), ((size_t)(r->end - r->p) + 1) * sizeof *c);
	uint32_t n = 0;

	if (!re_eat(r, '{'))
		re_fail(r, "Invalid escape");
	for (;;) {
		if (r->p == r->end)
			re_fail(r, "Invalid class string");
		if (*r->p == '|' || *r->p == '}') {
			o->may |= n != 1;
			add_string(r, o, c, n);
			n = 0;
			if (*r->p++ == '}')
				return;
			continue;
		}
		c[n++] = fold_char(r, parse_set_character(r));
	}
}

/* ClassSetOperand, or one character of a range: true, *C_OUT */
static bool
parse_operand(struct re_parser *r, struct operand *o, uint32_t *c_out)
{
	operand_init(r, o);
	if (re_eat(r, '[')) {
		parse_sets(r, o);
		return false;
	}
	if (re_looks_at(r, "\\q")) {
		r->p += 2;
		parse_strings(r, o);
		return false;
	}
	if (re_looks_at(r, "\\")) {
		r->p++;
		if (class_escape(r, o))
			return false;
		r->p--;
	}
	*c_out = parse_set_character(r);
	return true;
}

static bool
has_string(struct re_parser *r, const struct operand *o, const struct string *s)
{
	const struct string *k;

	bi_poll(r->ctx);
	for (k = o->strings; k != NULL; k = k->next)
		if (k->n == s->n &&
		    memcmp(k->c, s->c, s->n * sizeof *s->c) == 0)
			return true;
	return false;
}

/* Keep the strings of O that T has (or has not). */
static void
filter_strings(struct re_parser *r, struct operand *o, const struct operand *t,
    bool keep)
{
	struct string **p = &o->strings;

	while (*p != NULL) {
		if (has_string(r, t, *p) == keep)
			p = &(*p)->next;
		else
			*p = (*p)->next;
	}
}

static void
add_operand(struct re_parser *r, struct operand *out, const struct operand *o)
{
	struct string *s;

	out->may |= o->may;
	re_set_union(arena(r), out->set, o->set);
	for (s = o->strings; s != NULL; s = s->next)
		if (!has_string(r, out, s))
			add_string(r, out, s->c, s->n);
}

/* An operand that may be a character, made a set; ranges allowed if LO_HI. */
static void
finish_operand(struct re_parser *r, struct operand *o, bool is_char,
    uint32_t lo, bool ranges)
{
	uint32_t hi = lo;

	if (!is_char)
		return;
	if (ranges && r->end - r->p >= 2 && r->p[0] == '-' && r->p[1] != '-') {
		r->p++;
		hi = parse_set_character(r);
		if (lo > hi)
			re_fail(r, "Range out of order in character class");
	}
	re_set_add(arena(r), o->set, lo, hi);
	if (folds(r))
		re_set_fold(arena(r), o->set);
}

/* Behind "[" with v, up to and with "]". */
static void
parse_sets(struct re_parser *r, struct operand *out)
{
	struct operand o;
	bool negated, first = true, is_char;
	const char *op = NULL;
	uint32_t c = 0;

	bi_check_stack(r->ctx);
	operand_init(r, out);
	negated = re_eat(r, '^');
	while (!re_eat(r, ']')) {
		if (!first && op == NULL &&
		    (re_looks_at(r, "&&") || re_looks_at(r, "--")))
			re_fail(r, "Invalid set operation in character class");
		if (op != NULL) {
			if (!re_looks_at(r, op))
				re_fail(r, "Invalid set operation in "
					   "character class");
			r->p += 2;
			if (op[0] == '&' && re_looks_at(r, "&"))
				re_fail(r, "Invalid character in character "
					   "class");
		}
		is_char = parse_operand(r, &o, &c);
		finish_operand(r, &o, is_char, c, op == NULL);
		if (op == NULL) {
			add_operand(r, out, &o);
		} else if (op[0] == '&') {
			re_set_intersect(arena(r), out->set, o.set);
			filter_strings(r, out, &o, true);
			out->may &= o.may;
		} else {
			re_set_subtract(arena(r), out->set, o.set);
			filter_strings(r, out, &o, false);
		}
		if (first && re_looks_at(r, "&&"))
			op = "&&";
		else if (first && re_looks_at(r, "--"))
			op = "--";
		first = false;
	}
	if (!negated)
		return;
	if (out->may)
		re_fail(r, "Negated character class may contain strings");
	complement(r, out->set);
}

static void
append(struct re_node *list, struct re_node *n)
{
	if (list->tail != NULL)
		list->tail->next = n;
	else
		list->child = n;
	list->tail = n;
}

/* Lexicographically, a prefix behind what it begins. */
static int
compare_strings(const void *x, const void *y)
{
	const struct string *a = *(struct string *const *)x;
	const struct string *b = *(struct string *const *)y;
	uint32_t i;

	for (i = 0; i < a->n && i < b->n; i++)
		if (a->c[i] != b->c[i])
			return a->c[i] < b->c[i] ? -1 : 1;
	return (a->n < b->n) - (a->n > b->n);
}

static int
compare_lengths(const void *x, const void *y)
{
	const struct string *a = *(struct string *const *)x;
	const struct string *b = *(struct string *const *)y;

	return (a->n < b->n) - (a->n > b->n);
}

static struct re_node *
string_node(struct re_parser *r, const struct string *s)
{
	struct re_node *seq = re_node(r, RE_SEQ), *c;
	uint32_t i;

	for (i = 0; i < s->n; i++) {
		c = re_node(r, RE_CHAR);
		c->c = s->c[i];
		append(seq, c);
	}
	return seq;
}

/*
 * The sorted strings V, from their character AT on, as alternatives by their
 * next character: longer ones are tried first, as the standard has it, since
 * two with the same beginning are in the same branch.
 */
static void
add_branches(struct re_parser *r, struct re_node *alt, struct string **v,
    uint32_t n, uint32_t at)
{
	struct re_node *seq, *c, *rest;
	uint32_t i, k;

	bi_check_stack(r->ctx);
	for (i = 0; i < n; i = k) {
		seq = re_node(r, RE_SEQ);
		for (k = i + 1; k < n && at < v[i]->n && at < v[k]->n &&
				v[k]->c[at] == v[i]->c[at];
		     k++)
			;
		append(alt, seq);
		if (at == v[i]->n)
			continue; /* an empty sequence */
		c = re_node(r, RE_CHAR);
		c->c = v[i]->c[at];
		append(seq, c);
		if (k == i + 1 && at + 1 == v[i]->n)
			continue;
		rest = re_node(r, RE_ALT);
		add_branches(r, rest, v + i, k - i, at + 1);
		append(seq, rest);
	}
}

/* Strings, the longer ones first, and characters: one node for them all. */
static struct re_node *
operand_node(struct re_parser *r, struct operand *o)
{
	struct re_node *group, *alt, *set;
	struct string *s, **v;
	uint32_t n = 0, i;
	bool has_empty;

	set = re_node(r, RE_SET);
	set->set = o->set;
	if (o->strings == NULL)
		return set;
	for (s = o->strings; s != NULL; s = s->next)
		n++;
	v = re_alloc(arena(r), n * sizeof *v);
	for (s = o->strings, n = 0; s != NULL; s = s->next)
		v[n++] = s;
	alt = re_node(r, RE_ALT);
	qsort(v, n, sizeof *v, r->behind ? compare_lengths : compare_strings);
	/* the empty one sorts last, and comes behind the characters */
	has_empty = v[n - 1]->n == 0;
	if (!r->behind)
		add_branches(r, alt, v, n - has_empty, 0);
	for (i = 0; r->behind && i < n - has_empty; i++)
		append(alt, string_node(r, v[i]));
	append(alt, set);
	if (has_empty)
		append(alt, re_node(r, RE_EMPTY));
	group = re_node(r, RE_GROUP);
	group->c = RE_NONE;
	group->first = group->last = r->t->ngroups;
	group->child = alt;
	return group;
}

struct re_node *
re_parse_class(struct re_parser *r)
{
	struct re_node *n;
	struct operand o;

	if (r->v) {
		parse_sets(r, &o);
		return operand_node(r, &o);
	}
	n = re_node(r, RE_SET);
	n->set = re_set_new(arena(r));
	n->negated = re_eat(r, '^');
	parse_ranges(r, n->set);
	return n;
}
