/*
 * Regular expressions: character classes.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/re_parse.h"

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
};

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

/* Behind "\p" or "\P": {Name} or {Name=Value} */
static void
parse_property(struct re_parser *r, struct re_set *s)
{
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
	if (!re_eat(r, '}') ||
	    !re_set_add_property(arena(r), s, name, have_value ? value : NULL))
		re_fail(r, "Invalid property name");
}

bool
re_class_escape(struct re_parser *r, struct re_set *s)
{
	struct re_set *t;
	char c, lower;

	if (r->p == r->end)
		return false;
	c = *r->p;
	lower = (char)(c | 32);
	if (lower != 'd' && lower != 's' && lower != 'w' &&
	    !(lower == 'p' && r->u))
		return false;
	r->p++;
	t = re_set_new(arena(r));
	if (lower == 'p')
		parse_property(r, t);
	else
		re_set_add_escape(arena(r), t, lower,
		    r->u && (r->flags & RE_IGNORE_CASE) != 0);
	if (folds(r))
		re_set_fold(arena(r), t);
	if (c != lower)
		complement(r, t);
	re_set_union(arena(r), s, t);
	return true;
}

/*
 * One member of a class without v: a character (true, *C_OUT), or a class
 * escape, added to S.
 */
static bool
parse_atom(struct re_parser *r, struct re_set *s, uint32_t *c_out)
{
	if (r->p == r->end)
		re_fail(r, "Unterminated character class");
	if (!re_eat(r, '\\')) {
		*c_out = re_next(r);
		return true;
	}
	if (re_class_escape(r, s))
		return false;
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
	o->set = re_set_new(arena(r));
	o->strings = NULL;
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
		if (re_class_escape(r, o->set))
			return false;
		r->p--;
	}
	*c_out = parse_set_character(r);
	return true;
}

static bool
has_string(const struct operand *o, const struct string *s)
{
	const struct string *k;

	for (k = o->strings; k != NULL; k = k->next)
		if (k->n == s->n &&
		    memcmp(k->c, s->c, s->n * sizeof *s->c) == 0)
			return true;
	return false;
}

/* Keep the strings of O that T has (or has not). */
static void
filter_strings(struct operand *o, const struct operand *t, bool keep)
{
	struct string **p = &o->strings;

	while (*p != NULL) {
		if (has_string(t, *p) == keep)
			p = &(*p)->next;
		else
			*p = (*p)->next;
	}
}

static void
add_operand(struct re_parser *r, struct operand *out, const struct operand *o)
{
	struct string *s;

	re_set_union(arena(r), out->set, o->set);
	for (s = o->strings; s != NULL; s = s->next)
		if (!has_string(out, s))
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
	out->set = re_set_new(arena(r));
	out->strings = NULL;
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
			filter_strings(out, &o, true);
		} else {
			re_set_subtract(arena(r), out->set, o.set);
			filter_strings(out, &o, false);
		}
		if (first && re_looks_at(r, "&&"))
			op = "&&";
		else if (first && re_looks_at(r, "--"))
			op = "--";
		first = false;
	}
	if (!negated)
		return;
	if (out->strings != NULL)
		re_fail(r, "Negated character class may contain strings");
	complement(r, out->set);
}

/* Strings, longest first, then the characters: an alternative of them all. */
static struct re_node *
strings_node(struct re_parser *r, struct operand *o)
{
	struct re_node *alt = re_node(r, RE_ALT), *seq, *n;
	struct string *s, **p, **best;
	uint32_t i;

	while (o->strings != NULL) {
		best = &o->strings;
		for (p = &o->strings; *p != NULL; p = &(*p)->next)
			if ((*p)->n > (*best)->n)
				best = p;
		s = *best;
		*best = s->next;
		if (s->n == 0 && o->set->n > 0) {
			/* the empty one comes last */
			n = re_node(r, RE_SET);
			n->set = o->set;
			if (alt->tail != NULL)
				alt->tail->next = n;
			else
				alt->child = n;
			alt->tail = n;
			o->set = re_set_new(arena(r));
		}
		seq = re_node(r, RE_SEQ);
		for (i = 0; i < s->n; i++) {
			n = re_node(r, RE_CHAR);
			n->c = s->c[i];
			if (seq->tail != NULL)
				seq->tail->next = n;
			else
				seq->child = n;
			seq->tail = n;
		}
		if (alt->tail != NULL)
			alt->tail->next = seq;
		else
			alt->child = seq;
		alt->tail = seq;
	}
	if (o->set->n > 0) {
		n = re_node(r, RE_SET);
		n->set = o->set;
		alt->tail->next = n;
	}
	return alt;
}

struct re_node *
re_parse_class(struct re_parser *r)
{
	struct re_node *n;
	struct operand o;

	if (r->v) {
		parse_sets(r, &o);
		if (o.strings != NULL) {
			n = re_node(r, RE_GROUP);
			n->c = RE_NONE;
			n->first = n->last = r->t->ngroups;
			n->child = strings_node(r, &o);
			return n;
		}
		n = re_node(r, RE_SET);
		n->set = o.set;
		return n;
	}
	n = re_node(r, RE_SET);
	n->set = re_set_new(arena(r));
	n->negated = re_eat(r, '^');
	parse_ranges(r, n->set);
	return n;
}
