/*
 * JSX: elements, attributes, children. Between tags the source is text, so
 * this file drives the lexer by offsets: a tag's last ">" stays the current
 * token until it is known what follows it.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include <string.h>

#include "base/util.h"
#include "worker/lang/lex_table.h"
#include "worker/lang/parse_priv.h"
#include "worker/lang/parse_ts.h"

static uint32_t parse_element(struct parser *p);
static void parse_children(struct parser *p, uint32_t node);
static uint32_t parse_container(struct parser *p);

uint32_t
parse_jsx(struct parser *p)
{
	uint8_t saved = p->no_in;
	uint32_t node;

	p->no_in = 0;
	p->u->jsx.seen = true;
	node = parse_element(p);
	p->no_in = saved;
	next(p);
	return node;
}

/* The current token must be a ">" or begin with one; it stays. */
static void
at_gt(struct parser *p)
{
	switch (p->lx.tok.type) {
	case TOK_GE:
	case TOK_SHR:
	case TOK_USHR:
	case TOK_SHR_SET:
	case TOK_USHR_SET:
		lex_split_gt(&p->lx);
		break;
	case TOK_GT:
		break;
	default:
		fail_token(p);
	}
}

/* Extend the current name by what only JSX takes for one: hyphens. */
static void
jsx_word(struct parser *p)
{
	uint32_t end = p->lx.tok.end, n;

	if (!at(p, TOK_NAME) || (p->lx.tok.flags & TF_ESCAPE) != 0)
		fail_token(p);
	while (end < p->u->len &&
	       (p->u->src[end] == '-' || lex_is_id_part(&p->lx, end, &n)))
		end += p->u->src[end] == '-' ? 1 : n;
	p->lx.tok.end = end;
}

/* word or word:word, as a node of KIND. */
static uint32_t
jsx_name(struct parser *p, enum ast_kind kind)
{
	uint32_t node = new_node(p, kind), pos = tok_pos(p);

	jsx_word(p);
	next(p);
	if (accept_token(p, TOK_COLON)) {
		jsx_word(p);
		next(p);
	}
	finish(p, node);
	if (kind == AST_NAME)
		N(p, node)->a = atom_intern(&p->u->atoms, p->u->src + pos,
		    p->lx.prev_end - pos);
	return node;
}

/* A name that begins in lower case, or no identifier, is a string. */
static bool
is_intrinsic(const struct parser *p, uint32_t pos, uint32_t end)
{
	const char *s = p->u->src + pos;

	return (*s >= 'a' && *s <= 'z') || memchr(s, '-', end - pos) != NULL ||
	       memchr(s, ':', end - pos) != NULL;
}

/* a, a-b, a:b, A, a.b.c, this.b */
static uint32_t
element_name(struct parser *p)
{
	uint32_t node, part, pos = tok_pos(p), atom = p->lx.tok.atom;

	node = jsx_name(p, AST_JSX_NAME);
	if (!at(p, TOK_DOT)) {
		if (is_intrinsic(p, pos, N(p, node)->end))
			return node;
		N(p, node)->kind = AST_IDENT;
		N(p, node)->a = atom;
		return node;
	}
	if (atom == ATOM_this) {
		N(p, node)->kind = AST_THIS;
	} else {
		N(p, node)->kind = AST_IDENT;
		N(p, node)->a = atom;
	}
	while (accept_token(p, TOK_DOT)) {
		part = new_node_at(p, AST_MEMBER, pos);
		N(p, part)->a = node;
		node = jsx_name(p, AST_NAME);
		N(p, part)->b = node;
		node = finish(p, part);
	}
	return node;
}

/* The current token is "=": a raw string, a container or an element. */
static uint32_t
attribute_value(struct parser *p)
{
	bool newline = false;
	uint32_t pos, node;
	const char *end;

	if (!at(p, TOK_ASSIGN))
		fail_token(p);
	pos = lex_skip(&p->lx, p->lx.tok.end, &newline);
	if (pos < p->u->len &&
	    (p->u->src[pos] == '"' || p->u->src[pos] == '\'')) {
		node = new_node_at(p, AST_STRING, pos);
		end = memchr(p->u->src + pos + 1, p->u->src[pos],
		    p->u->len - pos - 1);
		if (end == NULL)
			unit_fail(p->u, pos, p->u->len,
			    "Unterminated string literal");
		N(p, node)->end = (uint32_t)(end - p->u->src) + 1;
		lex_continue(&p->lx, N(p, node)->end);
		return node;
	}
	next(p);
	if (at(p, TOK_LBRACE)) {
		node = parse_container(p);
		if (N(p, node)->kind != AST_JSX_EXPR || N(p, node)->a == 0)
			fail_at(p, node,
			    "JSX attributes must only be assigned a non-empty "
			    "expression");
	} else if (at(p, TOK_LT)) {
		node = parse_element(p);
	} else {
		fail_token(p);
	}
	next(p);
	return node;
}

/* A key behind a spread attribute: only createElement knows which wins. */
static void
note_late_key(struct parser *p, uint32_t a)
{
	bool spread = false;

	for (; a != 0; a = N(p, a)->next) {
		uint32_t name = N(p, a)->a;

		if (N(p, a)->kind == AST_JSX_SPREAD)
			spread = true;
		else if (spread && N(p, name)->end - N(p, name)->pos == 3 &&
			 memcmp(p->u->src + N(p, name)->pos, "key", 3) == 0)
			p->u->jsx.seen_late = true;
	}
}

static uint32_t
parse_attribute(struct parser *p)
{
	uint32_t node, part;

	if (at(p, TOK_LBRACE)) {
		node = parse_container(p);
		if (N(p, node)->kind != AST_JSX_SPREAD)
			fail_at(p, node, "Unexpected token '{'");
		next(p);
		return node;
	}
	node = new_node(p, AST_JSX_ATTR);
	part = jsx_name(p, AST_NAME);
	N(p, node)->a = part;
	if (at(p, TOK_ASSIGN)) {
		part = attribute_value(p);
		N(p, node)->b = part;
	}
	return finish(p, node);
}

/*
 * {expression}, {...expression} or {}: the current token is "{" before, and
 * the closing brace behind.
 */
static uint32_t
parse_container(struct parser *p)
{
	uint32_t node = new_node(p, AST_JSX_EXPR), value;

	next(p);
	if (accept_token(p, TOK_ELLIPSIS))
		N(p, node)->kind = AST_JSX_SPREAD;
	if (!at(p, TOK_RBRACE) || N(p, node)->kind == AST_JSX_SPREAD) {
		value = parse_expression(p);
		N(p, node)->a = value;
	}
	if (!at(p, TOK_RBRACE))
		fail_token(p);
	N(p, node)->end = p->lx.tok.end;
	return node;
}

/* The current token is "</": checks that the name is that of NODE. */
static void
close_element(struct parser *p, uint32_t node)
{
	uint32_t name = N(p, node)->a, pos, open = 0;
	size_t len = 0;

	next(p); /* to the slash */
	next(p);
	pos = tok_pos(p);
	if (!at(p, TOK_GT))
		element_name(p);
	at_gt(p);
	if (name != 0) {
		open = N(p, name)->pos;
		len = N(p, name)->end - open;
	}
	if (p->lx.prev_end - MIN(pos, p->lx.prev_end) != len ||
	    memcmp(p->u->src + pos, p->u->src + open, len) != 0)
		unit_fail(p->u, pos, p->lx.prev_end,
		    "Expected corresponding JSX closing tag for <%.*s>",
		    (int)MIN(len, 100), p->u->src + open);
}

static uint32_t
parse_element(struct parser *p)
{
	uint32_t node = new_node(p, AST_JSX_ELEMENT), part;
	struct list list = {0, 0};

	enter(p);
	next(p);
	if (!at(p, TOK_GT)) {
		part = element_name(p);
		N(p, node)->a = part;
		if (p->ts && at(p, TOK_LT))
			parse_ts_type_args(p);
		while (at(p, TOK_NAME) || at(p, TOK_LBRACE))
			list_add(p, &list, parse_attribute(p));
		N(p, node)->b = list.first;
		note_late_key(p, list.first);
	}
	if (N(p, node)->a != 0 && accept_token(p, TOK_SLASH)) {
		at_gt(p);
		N(p, node)->d = p->lx.tok.end;
		N(p, node)->flags |= AF_SELF_CLOSING;
	} else {
		at_gt(p);
		N(p, node)->d = p->lx.tok.end;
		parse_children(p, node);
	}
	N(p, node)->end = p->lx.tok.end;
	leave(p);
	return node;
}

/* From behind the ">" of a tag to the ">" of the one that closes it. */
static void
parse_children(struct parser *p, uint32_t node)
{
	struct list list = {0, 0};
	uint32_t pos, start, child;

	for (;;) {
		start = pos = p->lx.tok.end;
		while (pos < p->u->len && p->u->src[pos] != '{' &&
		       p->u->src[pos] != '<') {
			if (p->u->src[pos] == '}' || p->u->src[pos] == '>')
				unit_fail(p->u, pos, pos + 1,
				    "Unexpected token '%c'", p->u->src[pos]);
			pos++;
		}
		if (pos > start) {
			child = new_node_at(p, AST_JSX_TEXT, start);
			N(p, child)->end = pos;
			list_add(p, &list, child);
		}
		lex_continue(&p->lx, pos);
		if (at(p, TOK_LBRACE)) {
			list_add(p, &list, parse_container(p));
			continue;
		}
		if (!at(p, TOK_LT))
			fail_token(p); /* the end, or an operator like << */
		if (peek(p).type == TOK_SLASH)
			break;
		list_add(p, &list, parse_element(p));
	}
	N(p, node)->c = list.first;
	close_element(p, node);
}
