/*
 * Lowering of JSX to calls of a factory: React.createElement, or what a
 * pragma in a comment says (@jsx h, @jsxFrag Fragment).
 */
#include "config.h"

#include "worker/lang/lower.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"

struct text {
	char *s;
	size_t len;
};

/* clang-format off */
static const struct {
	const char *name, *utf8;
} entities[] = {
	{ "amp", "&" }, { "lt", "<" }, { "gt", ">" }, { "quot", "\"" },
	{ "apos", "'" }, { "nbsp", "\xc2\xa0" }, { "copy", "\xc2\xa9" },
	{ "reg", "\xc2\xae" }, { "hellip", "\xe2\x80\xa6" },
	{ "mdash", "\xe2\x80\x94" }, { "ndash", "\xe2\x80\x93" },
	{ "lsquo", "\xe2\x80\x98" }, { "rsquo", "\xe2\x80\x99" },
	{ "ldquo", "\xe2\x80\x9c" }, { "rdquo", "\xe2\x80\x9d" },
	{ "middot", "\xc2\xb7" }, { "times", "\xc3\x97" },
	{ "laquo", "\xc2\xab" }, { "raquo", "\xc2\xbb" },
	{ "larr", "\xe2\x86\x90" }, { "rarr", "\xe2\x86\x92" },
};
/* clang-format on */

/* The word behind "@jsx " in some comment, or FALLBACK. */
static struct lang_str
pragma(struct lower *l, const char *name, const char *fallback)
{
	size_t n = strlen(name), left;
	const char *p = l->u->src, *end = p + l->u->len, *stop;

	for (;;) {
		left = (size_t)(end - p);
		p = memmem(p, left, name, n);
		if (p == NULL)
			return lo_str(fallback);
		p += n;
		if (p < end && *p == ' ')
			break;
	}
	while (p < end && *p == ' ')
		p++;
	for (stop = p; stop < end; stop++)
		if (*stop != '.' && *stop != '_' && *stop != '$' &&
		    !(*stop >= '0' && *stop <= '9') &&
		    !(*stop >= 'a' && *stop <= 'z') &&
		    !(*stop >= 'A' && *stop <= 'Z'))
			break;
	if (stop == p)
		return lo_str(fallback);
	return (struct lang_str){p, (size_t)(stop - p)};
}

/* "React.createElement", its first name as the program knows it. */
static void
put_factory(struct lower *l, struct lang_str path)
{
	const char *dot = memchr(path.s, '.', path.len);
	size_t len = dot != NULL ? (size_t)(dot - path.s) : path.len;
	uint32_t atom = atom_find(&l->u->atoms, path.s, len), s;
	struct lang_str ref = {path.s, len};

	for (s = scope_get(l->u, l->u->top_scope)->first; s != 0;
	     s = symbol_get(l->u, s)->next)
		if (atom != 0 && symbol_get(l->u, s)->atom == atom)
			ref = lo_sym_ref(l, s);
	if (dot == NULL && memchr(ref.s, '.', ref.len) != NULL) {
		lo_put(l, "(0,%s)", &ref);
		return;
	}
	lo_put(l, "%s", &ref);
	emit_put(&l->e, path.s + len, path.len - len);
}

static size_t
put_utf8(char *s, unsigned long c)
{
	if (c < 0x80) {
		s[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		s[0] = (char)(0xc0 | c >> 6);
		s[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		s[0] = (char)(0xe0 | c >> 12);
		s[1] = (char)(0x80 | (c >> 6 & 0x3f));
		s[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	s[0] = (char)(0xf0 | c >> 18);
	s[1] = (char)(0x80 | (c >> 12 & 0x3f));
	s[2] = (char)(0x80 | (c >> 6 & 0x3f));
	s[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* The entity at S ("&...;"), decoded into T. Returns its length, or 0. */
static size_t
decode_entity(const char *s, size_t len, struct text *t)
{
	const char *semi = memchr(s, ';', MIN(len, 12));
	char digits[12];
	unsigned long c;
	size_t n, i;

	if (semi == NULL || semi - s < 2)
		return 0;
	n = (size_t)(semi - s) - 1;
	if (s[1] == '#') {
		memcpy(digits, s + 2, n - 1);
		digits[n - 1] = '\0';
		c = digits[0] == 'x' ? strtoul(digits + 1, NULL, 16)
				     : strtoul(digits, NULL, 10);
		if (c == 0 || c > 0x10ffff)
			return 0;
		t->len += put_utf8(t->s + t->len, c);
		return n + 2;
	}
	for (i = 0; i < NELEMS(entities); i++) {
		if (strlen(entities[i].name) != n ||
		    memcmp(entities[i].name, s + 1, n) != 0)
			continue;
		memcpy(t->s + t->len, entities[i].utf8,
		    strlen(entities[i].utf8));
		t->len += strlen(entities[i].utf8);
		return n + 2;
	}
	return 0;
}

/* An entity is never shorter than what it stands for. */
static void
add_decoded(struct text *t, const char *s, size_t len)
{
	size_t i, n;

	for (i = 0; i < len; i += n) {
		n = s[i] == '&' ? decode_entity(s + i, len - i, t) : 0;
		if (n == 0) {
			t->s[t->len++] = s[i];
			n = 1;
		}
	}
}

/* Lines are trimmed, empty ones dropped, the rest joined by a space. */
static struct lang_str
child_text(struct lower *l, const struct ast_node *node)
{
	const char *s = l->u->src + node->pos, *end = l->u->src + node->end;
	struct text t = {
	    .s = arena_alloc(&l->u->arena, (size_t)(end - s) * 2 + 8)};
	const char *line, *stop, *next;
	bool first = true;

	for (line = s; line <= end; line = next, first = false) {
		next = memchr(line, '\n', (size_t)(end - line));
		stop = next != NULL ? next : end;
		next = next != NULL ? next + 1 : end + 1;
		while (!first && line < stop &&
		       (*line == ' ' || *line == '\t' || *line == '\r'))
			line++;
		while (next <= end && stop > line &&
		       (stop[-1] == ' ' || stop[-1] == '\t' ||
			   stop[-1] == '\r'))
			stop--;
		if (line == stop)
			continue;
		if (t.len != 0)
			t.s[t.len++] = ' ';
		add_decoded(&t, line, (size_t)(stop - line));
	}
	return (struct lang_str){t.s, t.len};
}

static void
put_attribute_value(struct lower *l, uint32_t value)
{
	const struct ast_node *node;
	struct text t = {0};

	if (value == 0) {
		lo_put(l, "true");
		return;
	}
	node = N(l, value);
	if (node->kind == AST_JSX_EXPR) {
		lo_at(l, node->a);
	} else if (node->kind == AST_STRING) {
		t.s = arena_alloc(&l->u->arena, node->end - node->pos + 8);
		add_decoded(&t, l->u->src + node->pos + 1,
		    node->end - node->pos - 2);
		lo_put_quote(l, (struct lang_str){t.s, t.len});
	} else {
		lo_at(l, value);
	}
}

static bool
has_spread(const struct lower *l, uint32_t list)
{
	for (; list != 0; list = N(l, list)->next)
		if (N(l, list)->kind == AST_JSX_SPREAD)
			return true;
	return false;
}

/* null, {a:1} or $os({},x,{a:1}) */
static void
put_props(struct lower *l, uint32_t list)
{
	bool spread = has_spread(l, list), open;
	const char *sep = "";
	uint32_t a;

	if (list == 0) {
		lo_put(l, "null");
		return;
	}
	if (spread)
		lo_put(l, "%h(", LANG_HELPER_OBJ_SPREAD);
	lo_put(l, "{");
	open = true;
	for (a = list; a != 0; a = N(l, a)->next) {
		const struct ast_node *node = N(l, a);

		if (node->kind == AST_JSX_SPREAD) {
			lo_put(l, open ? "}," : ",");
			lo_at(l, node->a);
			open = false;
			continue;
		}
		if (!open)
			lo_put(l, ",{");
		else
			lo_put(l, "%z", sep);
		lo_put_quote(l, unit_atom_str(l->u, N(l, node->a)->a));
		lo_put(l, ":");
		put_attribute_value(l, node->b);
		open = true;
		sep = ",";
	}
	if (open)
		lo_put(l, "}");
	if (spread)
		lo_put(l, ")");
}

static void
put_children(struct lower *l, uint32_t c)
{
	struct lang_str s;

	for (; c != 0; c = N(l, c)->next) {
		const struct ast_node *node = N(l, c);

		if (node->kind == AST_JSX_TEXT) {
			s = child_text(l, node);
			if (s.len == 0)
				continue;
			lo_put(l, ",");
			emit_sync(&l->e, node->pos);
			lo_put_quote(l, s);
		} else if (node->kind == AST_JSX_SPREAD) {
			unit_fail(l->u, node->pos, node->end,
			    "spread children are not supported");
		} else if (node->kind != AST_JSX_EXPR) {
			lo_put(l, ",");
			lo_at(l, c);
		} else if (node->a != 0) {
			lo_put(l, ",");
			lo_at(l, node->a);
		}
	}
}

void
lower_jsx(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);

	lo_to(l, node->pos);
	put_factory(l, pragma(l, "@jsx", "React.createElement"));
	lo_put(l, "(");
	if (node->a == 0) {
		put_factory(l, pragma(l, "@jsxFrag", "React.Fragment"));
	} else if (N(l, node->a)->kind == AST_JSX_NAME) {
		emit_quote(&l->e, l->u->src + N(l, node->a)->pos,
		    N(l, node->a)->end - N(l, node->a)->pos);
	} else {
		lo_at(l, node->a);
	}
	lo_put(l, ",");
	put_props(l, node->b);
	put_children(l, node->c);
	lo_put(l, ")");
	lo_skip(l, node->end);
}
