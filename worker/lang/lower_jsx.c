/*
 * Lowering of JSX to calls of a factory (classic), or of jsx() and jsxs() of
 * an import source (automatic); unit_jsx.c says which.
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
static const struct entity {
	const char *name;
	uint32_t code;
} entities[] = {
#define ENTITY(name_, code_) { name_, code_ },
#include "worker/lang/jsx_entities.def"
#undef ENTITY
};
/* clang-format on */

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

/* NAME of the module that request asks for; CALLED: without a `this`. */
static void
put_runtime(struct lower *l, const char *name, uint32_t request, bool called)
{
	const struct unit_jsx *j = &l->u->jsx;

	if (called)
		lo_put(l, "(0,");
	if (request != 0) {
		lo_put(l, "%pi%u.%z", request, name);
	} else if (l->u->options.kind == LANG_COMMONJS) {
		lo_put(l, "require(\"%s/jsx-runtime\").%z", &j->source, name);
	} else {
		unit_fail(l->u, 0, 0,
		    "JSX with an import source is for modules");
	}
	if (called)
		lo_put(l, ")");
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

static int
compare_entity(const void *key, const void *row)
{
	return strcmp(key, ((const struct entity *)row)->name);
}

/* The entity at S ("&...;"), decoded into T. Returns its length, or 0. */
static size_t
decode_entity(const char *s, size_t len, struct text *t)
{
	const char *semi = memchr(s, ';', MIN(len, 12));
	const struct entity *e;
	char digits[12];
	unsigned long c;
	size_t n;

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
	memcpy(digits, s + 1, n);
	digits[n] = '\0';
	e = bsearch(digits, entities, NELEMS(entities), sizeof *entities,
	    compare_entity);
	if (e == NULL)
		return 0;
	t->len += put_utf8(t->s + t->len, e->code);
	return n + 2;
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

/*
 * The attribute `key` is an argument behind the properties, but evaluated
 * where it stands: before the value that follows it.
 */
struct key {
	uint32_t attr; /* 0: none */
	uint32_t temp;
	bool pending;
};

static bool
key_begin(struct lower *l, struct key *k)
{
	if (!k->pending)
		return false;
	k->pending = false;
	k->temp = lo_temp(l);
	lo_put(l, "(%t=", k->temp);
	put_attribute_value(l, N(l, k->attr)->b);
	lo_put(l, ",");
	return true;
}

/*
 * null, {a:1} or $os({},x,{a:1}). OPEN_END: more follows, the last literal
 * stays open.
 */
static void
put_props(struct lower *l, uint32_t list, bool open_end, struct key *k)
{
	bool spread = has_spread(l, list), open = true, keyed;
	const char *sep = "";
	uint32_t a;

	if (list == 0 && !open_end) {
		lo_put(l, l->u->jsx.automatic ? "{}" : "null");
		return;
	}
	if (spread)
		lo_put(l, "%h(", LANG_HELPER_OBJ_SPREAD);
	lo_put(l, "{");
	for (a = list; a != 0; a = N(l, a)->next) {
		const struct ast_node *node = N(l, a);

		if (a == k->attr) {
			k->pending = true;
			continue;
		}
		if (node->kind == AST_JSX_SPREAD) {
			lo_put(l, open ? "}," : ",");
			keyed = key_begin(l, k);
			lo_at(l, node->a);
			lo_put(l, keyed ? ")" : "");
			open = false;
			continue;
		}
		lo_put(l, open ? "%z" : ",{", sep);
		lo_put_quote(l, unit_atom_str(l->u, N(l, node->a)->a));
		lo_put(l, ":");
		keyed = key_begin(l, k);
		put_attribute_value(l, node->b);
		lo_put(l, keyed ? ")" : "");
		open = true;
		sep = ",";
	}
	if (open_end) {
		lo_put(l, open ? "%z" : ",{", list != 0 && open ? sep : "");
		return;
	}
	if (open)
		lo_put(l, "}");
	if (spread)
		lo_put(l, ")");
}

/* An element, a text or an expression; false: nothing of it is left. */
static bool
child_is_needed(struct lower *l, uint32_t c)
{
	const struct ast_node *node = N(l, c);

	if (node->kind == AST_JSX_TEXT)
		return child_text(l, node).len != 0;
	return node->kind != AST_JSX_EXPR || node->a != 0;
}

static void
put_child(struct lower *l, uint32_t c)
{
	const struct ast_node *node = N(l, c);

	if (node->kind == AST_JSX_TEXT) {
		emit_sync(&l->e, node->pos);
		lo_put_quote(l, child_text(l, node));
	} else if (node->kind == AST_JSX_EXPR) {
		lo_at(l, node->a);
	} else {
		lo_at(l, c);
	}
}

/*
 * The children, separated by commas; SPREAD: as arguments of $sp behind the
 * array that is open.
 */
static void
put_children(struct lower *l, uint32_t c, const char *sep, bool spread)
{
	bool open = true;

	for (; c != 0; c = N(l, c)->next) {
		if (!child_is_needed(l, c))
			continue;
		if (N(l, c)->kind == AST_JSX_SPREAD) {
			lo_put(l, open ? "]," : ",");
			lo_at(l, N(l, c)->a);
			open = false;
			continue;
		}
		lo_put(l, open ? "%z" : ",[", sep);
		open = true;
		put_child(l, c);
		sep = ",";
	}
	if (spread && open)
		lo_put(l, "]");
}

static void
put_tag(struct lower *l, uint32_t n)
{
	const struct ast_node *tag;

	if (N(l, n)->a == 0) {
		if (l->u->jsx.automatic)
			put_runtime(l, "Fragment", l->u->jsx.runtime, false);
		else
			put_factory(l, l->u->jsx.fragment);
		return;
	}
	tag = N(l, N(l, n)->a);
	if (tag->kind == AST_JSX_NAME)
		emit_quote(&l->e, l->u->src + tag->pos, tag->end - tag->pos);
	else
		lo_at(l, N(l, n)->a);
}

/* React.createElement("a",null,child) */
static void
lower_classic(struct lower *l, uint32_t n, uint32_t request)
{
	const struct ast_node *node = N(l, n);
	bool spread = has_spread(l, node->c);

	if (spread)
		lo_put(l, "%h(", LANG_HELPER_REFLECT_APPLY);
	if (l->u->jsx.automatic)
		put_runtime(l, "createElement", request, true);
	else
		put_factory(l, l->u->jsx.factory);
	if (spread)
		lo_put(l, ",void 0,%h([", LANG_HELPER_SPREAD);
	else
		lo_put(l, "(");
	put_tag(l, n);
	lo_put(l, ",");
	put_props(l, node->b, false, &(struct key){0});
	put_children(l, node->c, ",", spread);
	lo_put(l, spread ? "))" : ")");
}

/* The attribute `key`, for the automatic runtime; 0 if there is none. */
static uint32_t
key_attribute(struct lower *l, uint32_t n, bool *late_out)
{
	bool behind = false;
	uint32_t a, key = 0;

	*late_out = false;
	for (a = N(l, n)->b; a != 0; a = N(l, a)->next) {
		if (N(l, a)->kind == AST_JSX_SPREAD) {
			behind = true;
		} else if (lo_str_eq(unit_atom_str(l->u, N(l, N(l, a)->a)->a),
			       lo_str("key"))) {
			key = a;
			*late_out = behind;
		}
	}
	return key;
}

/* jsx("a",{b:1,children:c},key) */
static void
lower_automatic(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	uint32_t c, count = 0, only = 0;
	bool late, many, keyed;
	struct key key = {0};

	key.attr = key_attribute(l, n, &late);
	if (late) {
		lower_classic(l, n, l->u->jsx.fallback);
		return;
	}
	for (c = node->c; c != 0; c = N(l, c)->next) {
		if (!child_is_needed(l, c))
			continue;
		count += N(l, c)->kind == AST_JSX_SPREAD ? 2 : 1;
		only = c;
	}
	many = count > 1;
	put_runtime(l, many ? "jsxs" : "jsx", l->u->jsx.runtime, true);
	lo_put(l, "(");
	put_tag(l, n);
	lo_put(l, ",");
	put_props(l, node->b, count != 0, &key);
	if (count != 0) {
		lo_put(l, "children:");
		keyed = key_begin(l, &key);
		if (many) {
			many = has_spread(l, node->c);
			if (many)
				lo_put(l, "%h(", LANG_HELPER_SPREAD);
			lo_put(l, "[");
			put_children(l, node->c, "", true);
			lo_put(l, many ? ")" : "");
		} else {
			put_child(l, only);
		}
		lo_put(l, keyed ? ")" : "");
		lo_put(l, has_spread(l, node->b) ? "})" : "}");
	}
	if (key.attr != 0) {
		lo_put(l, ",");
		if (key.pending)
			put_attribute_value(l, N(l, key.attr)->b);
		else
			lo_put(l, "%t", key.temp);
	}
	lo_put(l, ")");
	lo_temp_free(l, key.temp);
}

void
lower_jsx(struct lower *l, uint32_t n)
{
	lo_to(l, N(l, n)->pos);
	if (l->u->jsx.automatic)
		lower_automatic(l, n);
	else
		lower_classic(l, n, 0);
	lo_skip(l, N(l, n)->end);
}
