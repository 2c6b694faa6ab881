/*
 * Regular expressions: pattern text to a tree.
 *
 * Runs in: worker.
 *
 * Annex B's grammar without u and v, the strict one with them.
 */
#include "config.h"

#include "worker/builtins/re_parse.h"

#include "worker/builtins/string.h"

#include <string.h>

#define AT_END UINT32_MAX
#define GROUPS_MAX 32767U

static struct re_node *parse_disjunction(struct re_parser *r);

void
re_fail(struct re_parser *r, const char *text)
{
	duk_push_lstring(r->ctx, r->src, (size_t)(r->end - r->src));
	duk_push_error_object(r->ctx, DUK_ERR_SYNTAX_ERROR,
	    "Invalid regular expression: /%s/: %s", duk_get_string(r->ctx, -1),
	    text);
	(void)duk_throw(r->ctx);
	__builtin_unreachable();
}

struct re_node *
re_node(struct re_parser *r, enum re_type type)
{
	struct re_node *n = re_alloc(&r->t->arena, sizeof *n);

	n->type = type;
	n->modifiers = r->flags;
	return n;
}

static size_t
char_at(const struct re_parser *r, uint32_t *c)
{
	size_t left = (size_t)(r->end - r->p);

	if (left == 0) {
		*c = AT_END;
		return 0;
	}
	return r->u ? cesu8_char(r->p, left, c) : cesu8_unit(r->p, left, c);
}

uint32_t
re_peek(const struct re_parser *r)
{
	uint32_t c;

	char_at(r, &c);
	return c;
}

uint32_t
re_next(struct re_parser *r)
{
	uint32_t c;

	r->p += char_at(r, &c);
	return c;
}

bool
re_eat(struct re_parser *r, char c)
{
	if (r->p == r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

bool
re_looks_at(const struct re_parser *r, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(r->end - r->p) >= n && memcmp(r->p, text, n) == 0;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
re_hex(struct re_parser *r, int n, uint32_t *out)
{
	uint32_t v = 0;
	int i, d;

	for (i = 0; i < n; i++) {
		if (r->p + i >= r->end || (d = hex_value(r->p[i])) < 0)
			return false;
		v = v * 16 + (uint32_t)d;
	}
	r->p += n;
	*out = v;
	return true;
}

bool
re_unicode_escape(struct re_parser *r, bool unicode, uint32_t *out)
{
	const char *start = r->p;
	uint32_t v = 0, lo;
	int d, n = 0;

	if (unicode && re_eat(r, '{')) {
		while (r->p < r->end && (d = hex_value(*r->p)) >= 0) {
			v = v * 16 + (uint32_t)d;
			r->p++;
			n++;
			if (v > 0x10ffff)
				re_fail(r, "Invalid Unicode escape");
		}
		if (n == 0 || !re_eat(r, '}'))
			re_fail(r, "Invalid Unicode escape");
		*out = v;
		return true;
	}
	if (!re_hex(r, 4, out))
		return false;
	if (!unicode || (*out & 0xfffffc00) != 0xd800 || !re_looks_at(r, "\\u"))
		return true;
	start = r->p;
	r->p += 2;
	if (re_hex(r, 4, &lo) && (lo & 0xfffffc00) == 0xdc00)
		*out = 0x10000 + ((*out & 0x3ff) << 10) + (lo & 0x3ff);
	else
		r->p = start;
	return true;
}

static bool
is_syntax_character(uint32_t c)
{
	return c < 128 && c != 0 && strchr("^$\\.*+?()[]{}|/", (int)c) != NULL;
}

/* Annex B: up to three octal digits, at most 377. */
static uint32_t
legacy_octal(struct re_parser *r, uint32_t v)
{
	int n;

	for (n = 1; n < 3 && r->p < r->end && *r->p >= '0' && *r->p <= '7' &&
		    v * 8 + (uint32_t)(*r->p - '0') <= 0377;
	     n++)
		v = v * 8 + (uint32_t)(*r->p++ - '0');
	return v;
}

/* "\c" was read. */
static uint32_t
control_escape(struct re_parser *r, bool in_class)
{
	uint32_t c = r->p < r->end ? (unsigned char)*r->p : 0;

	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (in_class && !r->u && ((c >= '0' && c <= '9') || c == '_'))) {
		r->p++;
		return c & 31;
	}
	if (r->u)
		re_fail(r, "Invalid unicode escape");
	r->p--; /* the c again; the backslash stands for itself */
	return '\\';
}

uint32_t
re_character_escape(struct re_parser *r, bool in_class)
{
	uint32_t c = re_next(r), v;

	switch (c) {
	case AT_END:
		re_fail(r, "\\ at end of pattern");
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case 'v':
		return '\v';
	case 'c':
		return control_escape(r, in_class);
	case 'x':
		if (re_hex(r, 2, &v))
			return v;
		if (r->u)
			re_fail(r, "Invalid escape");
		return 'x';
	case 'u':
		if (re_unicode_escape(r, r->u, &v))
			return v;
		if (r->u)
			re_fail(r, "Invalid Unicode escape");
		return 'u';
	case '0':
		if (r->p == r->end || *r->p < '0' || *r->p > '9')
			return 0;
		break;
	default:
		break;
	}
	if (r->u) {
		if (is_syntax_character(c) || (in_class && c == '-'))
			return c;
		re_fail(r, c >= '0' && c <= '9' ? "Invalid decimal escape"
						: "Invalid escape");
	}
	if (c >= '0' && c <= '7')
		return legacy_octal(r, c - '0');
	if (c == 'k' && r->have_names)
		re_fail(r, "Invalid named reference");
	return c;
}

/* ---- names ------------------------------------------------------------- */

static bool
is_id(struct re_parser *r, uint32_t c, bool start)
{
	struct re_set **set = start ? &r->id_start : &r->id_continue;

	if (c < 128)
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		       c == '$' || c == '_' || (!start && c >= '0' && c <= '9');
	if (!start && (c == 0x200c || c == 0x200d))
		return true;
	if (*set == NULL) {
		*set = re_set_new(&r->t->arena);
		re_set_add_property(&r->t->arena, *set,
		    start ? "ID_Start" : "ID_Continue", NULL);
	}
	return re_set_has(*set, c);
}

/* Behind "<": a name up to and with ">". False if it is none. */
static bool
parse_name(struct re_parser *r, const char **name, size_t *len)
{
	char *out = re_alloc(&r->t->arena, (size_t)(r->end - r->p) + 8);
	bool start = true;
	size_t n = 0;
	uint32_t c;

	for (;;) {
		if (r->p == r->end)
			return false;
		if (*r->p == '>') {
			r->p++;
			*name = out;
			*len = n;
			return n > 0;
		}
		r->p += cesu8_char(r->p, (size_t)(r->end - r->p), &c);
		if (c == '\\' &&
		    (!re_eat(r, 'u') || !re_unicode_escape(r, true, &c)))
			return false;
		if (!is_id(r, c, start))
			return false;
		n += cesu8_put(out + n, c);
		start = false;
	}
}

static void
add_name(struct re_parser *r, const char *s, size_t len, uint32_t group)
{
	struct re_name *n, *k;

	bi_poll(r->ctx);
	for (k = r->t->names; k != NULL; k = k->next)
		if (k->active && k->len == len && memcmp(k->s, s, len) == 0)
			re_fail(r, "Duplicate capture group name");
	n = re_alloc(&r->t->arena, sizeof *n);
	n->s = s;
	n->len = len;
	n->group = group;
	n->active = true;
	if (r->last_name != NULL)
		r->last_name->next = n;
	else
		r->t->names = n;
	r->last_name = n;
}

/* Set ACTIVE of the names behind PREV. */
static void
mark_names(struct re_parser *r, struct re_name *prev, bool active)
{
	struct re_name *n = prev != NULL ? prev->next : r->t->names;

	for (; n != NULL; n = n->next)
		n->active = active;
}

/* ---- terms ------------------------------------------------------------- */

static struct re_node *
backref(struct re_parser *r, uint32_t group)
{
	struct re_node *n = re_node(r, RE_BACKREF);

	n->refs = re_alloc(&r->t->arena, sizeof *n->refs);
	n->refs[0] = group;
	n->c = 1;
	return n;
}

/* Behind "\k": resolved when all names are known, see resolve_names(). */
static struct re_node *
named_backref(struct re_parser *r)
{
	struct re_node *n;
	struct re_name *want;

	n = re_node(r, RE_BACKREF);
	want = re_alloc(&r->t->arena, sizeof *want);
	if (!re_eat(r, '<') || !parse_name(r, &want->s, &want->len))
		re_fail(r, "Invalid named reference");
	n->refs = (uint32_t *)(void *)want;
	n->c = RE_NONE;
	return n;
}

static void
resolve_names(struct re_parser *r, struct re_node *n)
{
	struct re_node *k;
	struct re_name *want, *m;

	bi_check_stack(r->ctx);
	if (n->type == RE_BACKREF && n->c == RE_NONE) {
		want = (struct re_name *)(void *)n->refs;
		n->refs =
		    re_alloc(&r->t->arena, r->t->ngroups * sizeof *n->refs);
		n->c = 0;
		for (m = r->t->names; m != NULL; m = m->next)
			if (m->len == want->len &&
			    memcmp(m->s, want->s, m->len) == 0)
				n->refs[n->c++] = m->group;
		if (n->c == 0)
			re_fail(r, "Invalid named capture referenced");
	}
	for (k = n->child; k != NULL; k = k->next)
		resolve_names(r, k);
}

static struct re_node *
parse_escape(struct re_parser *r)
{
	const char *start = r->p;
	struct re_node *n;
	uint32_t c, v;

	if (r->p == r->end)
		re_fail(r, "\\ at end of pattern");
	c = (unsigned char)*r->p;
	if (c == 'b' || c == 'B') {
		r->p++;
		n = re_node(r, RE_WORD);
		n->negated = c == 'B';
		return n;
	}
	if (c == 'k' && (r->u || r->have_names)) {
		r->p++;
		return named_backref(r);
	}
	if (c >= '1' && c <= '9') {
		for (v = 0; r->p < r->end && *r->p >= '0' && *r->p <= '9';
		     r->p++)
			if (v < GROUPS_MAX)
				v = v * 10 + (uint32_t)(*r->p - '0');
		if (v < r->total)
			return backref(r, v);
		if (r->u)
			re_fail(r, "Invalid escape");
		r->p = start;
	}
	n = re_class_escape(r);
	if (n != NULL)
		return n;
	c = re_character_escape(r, false);
	n = re_node(r, RE_CHAR);
	n->c = c;
	return n;
}

static void
check_group_end(struct re_parser *r)
{
	if (!re_eat(r, ')'))
		re_fail(r, "Unterminated group");
}

/* (?ims-ims: was seen to begin; NULL if it is something else */
static bool
parse_modifiers(struct re_parser *r)
{
	static const char letters[] = "ims";
	static const uint8_t bits[] = {
	    RE_IGNORE_CASE, RE_MULTILINE, RE_DOT_ALL};
	uint8_t on = 0, off = 0, bit;
	bool minus = false;
	const char *at;

	for (; r->p < r->end && *r->p != ':'; r->p++) {
		if (*r->p == '-' && !minus) {
			minus = true;
			continue;
		}
		at = *r->p != '\0' ? strchr(letters, *r->p) : NULL;
		if (at == NULL)
			return false;
		bit = bits[at - letters];
		if (((on | off) & bit) != 0)
			re_fail(r, "Invalid group");
		if (minus)
			off |= bit;
		else
			on |= bit;
	}
	if (r->p == r->end || (on | off) == 0)
		return false;
	r->p++;
	r->flags = (uint8_t)((r->flags | on) & ~off);
	return true;
}

/* Behind "(". */
static struct re_node *
parse_group(struct re_parser *r)
{
	struct re_node *n;
	const char *name;
	size_t len;
	uint8_t flags = r->flags;
	bool behind = r->behind;

	if (re_looks_at(r, "?=") || re_looks_at(r, "?!") ||
	    re_looks_at(r, "?<=") || re_looks_at(r, "?<!")) {
		n = re_node(r, RE_LOOK);
		r->p++;
		n->behind = re_eat(r, '<');
		n->negated = *r->p++ == '!';
		r->behind = n->behind;
	} else if (re_looks_at(r, "?:")) {
		r->p += 2;
		n = re_node(r, RE_GROUP);
		n->c = RE_NONE;
	} else if (re_looks_at(r, "?<") || !re_looks_at(r, "?")) {
		n = re_node(r, RE_GROUP);
		if (r->t->ngroups > GROUPS_MAX)
			re_fail(r, "Too many captures");
		n->c = r->t->ngroups++;
		if (re_looks_at(r, "?")) {
			r->p += 2;
			if (!parse_name(r, &name, &len))
				re_fail(r, "Invalid capture group name");
			add_name(r, name, len, n->c);
		}
	} else {
		r->p++;
		n = re_node(r, RE_GROUP);
		n->c = RE_NONE;
		if (!parse_modifiers(r))
			re_fail(r, "Invalid group");
	}
	n->first =
	    n->c != RE_NONE && n->type == RE_GROUP ? n->c : r->t->ngroups;
	n->child = parse_disjunction(r);
	n->last = r->t->ngroups;
	r->flags = flags;
	r->behind = behind;
	check_group_end(r);
	return n;
}

/* "{n}", "{n,}", "{n,m}": false and nothing consumed if it is none */
static bool
parse_braces(struct re_parser *r, uint32_t *min, uint32_t *max)
{
	const char *start = r->p;
	uint32_t v[2] = {0, 0};
	int i, n = 0;

	if (!re_eat(r, '{'))
		return false;
	for (i = 0; i < 2; i++) {
		for (n = 0; r->p < r->end && *r->p >= '0' && *r->p <= '9';
		     r->p++, n++)
			v[i] = v[i] >= 214748364
				   ? RE_NONE - 1
				   : v[i] * 10 + (uint32_t)(*r->p - '0');
		if (i == 0 && n == 0)
			break;
		if (i == 0 && re_eat(r, '}')) {
			*min = *max = v[0];
			return true;
		}
		if (i == 0 && !re_eat(r, ','))
			break;
		if (i == 1 && re_eat(r, '}')) {
			*min = v[0];
			*max = n == 0 ? RE_NONE : v[1];
			return true;
		}
	}
	r->p = start;
	return false;
}

static struct re_node *
parse_quantifier(struct re_parser *r, struct re_node *atom, uint32_t first)
{
	struct re_node *n;
	uint32_t min, max;

	if (re_eat(r, '*')) {
		min = 0;
		max = RE_NONE;
	} else if (re_eat(r, '+')) {
		min = 1;
		max = RE_NONE;
	} else if (re_eat(r, '?')) {
		min = 0;
		max = 1;
	} else if (!parse_braces(r, &min, &max)) {
		return atom;
	}
	if (atom->type == RE_START || atom->type == RE_END ||
	    atom->type == RE_WORD ||
	    (atom->type == RE_LOOK && (r->u || atom->behind)))
		re_fail(r, "Nothing to repeat");
	if (min > max)
		re_fail(r, "numbers out of order in {} quantifier");
	n = re_node(r, RE_REPEAT);
	n->lazy = re_eat(r, '?');
	n->min = min;
	n->max = max;
	n->child = atom;
	n->first = first;
	n->last = r->t->ngroups;
	return n;
}

static struct re_node *
parse_term(struct re_parser *r)
{
	uint32_t first = r->t->ngroups, c, min, max;
	struct re_node *n;

	c = re_next(r);
	switch (c) {
	case '^':
		n = re_node(r, RE_START);
		break;
	case '$':
		n = re_node(r, RE_END);
		break;
	case '(':
		n = parse_group(r);
		break;
	case '.':
		n = re_node(r, RE_ANY);
		break;
	case '[':
		n = re_parse_class(r);
		break;
	case '\\':
		n = parse_escape(r);
		break;
	case '*':
	case '+':
	case '?':
		re_fail(r, "Nothing to repeat");
	case '{':
		if (r->u)
			re_fail(r, "Nothing to repeat");
		r->p--;
		if (parse_braces(r, &min, &max))
			re_fail(r, "Nothing to repeat");
		r->p++;
		n = re_node(r, RE_CHAR);
		n->c = c;
		break;
	default:
		if ((c == '}' || c == ']') && r->u)
			re_fail(r, "Lone quantifier brackets");
		n = re_node(r, RE_CHAR);
		n->c = c;
		break;
	}
	return parse_quantifier(r, n, first);
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

static struct re_node *
parse_alternative(struct re_parser *r)
{
	struct re_node *seq = re_node(r, RE_SEQ);

	while (r->p < r->end && *r->p != '|' && *r->p != ')')
		append(seq, parse_term(r));
	return seq;
}

static struct re_node *
parse_disjunction(struct re_parser *r)
{
	struct re_name *before = r->last_name, *last = before;
	struct re_node *first, *alt;

	bi_check_stack(r->ctx);
	first = parse_alternative(r);
	if (r->p == r->end || *r->p != '|')
		return first;
	alt = re_node(r, RE_ALT);
	append(alt, first);
	while (re_eat(r, '|')) {
		mark_names(r, last, false);
		last = r->last_name;
		append(alt, parse_alternative(r));
	}
	mark_names(r, before, true);
	return alt;
}

/* Count groups, and see whether any is named, ahead of parsing. */
static void
scan_groups(struct re_parser *r)
{
	const char *p;
	int depth = 0;

	r->total = 1;
	for (p = r->src; p < r->end; p++) {
		if (*p == '\\') {
			p++;
		} else if (*p == '[') {
			depth = r->v ? depth + 1 : 1;
		} else if (*p == ']' && depth > 0) {
			depth--;
		} else if (*p == '(' && depth == 0) {
			bool named = r->end - p > 3 && p[1] == '?' &&
				     p[2] == '<' && p[3] != '=' && p[3] != '!';

			if (named)
				r->have_names = true;
			if (named || p + 1 >= r->end || p[1] != '?')
				r->total++;
		}
	}
}

void
re_parse(duk_context *ctx, const char *src, size_t len, unsigned int flags,
    struct re_tree *out)
{
	struct re_parser r;

	memset(&r, 0, sizeof r);
	memset(out, 0, sizeof *out);
	re_arena_init(&out->arena, ctx);
	r.ctx = ctx;
	r.t = out;
	r.src = r.p = src;
	r.end = src + len;
	r.v = (flags & RE_UNICODE_SETS) != 0;
	r.u = r.v || (flags & RE_UNICODE) != 0;
	r.flags = flags & (RE_IGNORE_CASE | RE_MULTILINE | RE_DOT_ALL);
	out->flags = flags;
	out->ngroups = 1;
	scan_groups(&r);
	out->root = parse_disjunction(&r);
	if (r.p < r.end)
		re_fail(&r, "Unmatched ')'");
	if (r.have_names || r.u)
		resolve_names(&r, out->root);
}
