/*
 * TypeScript's types, skipped and erased.
 *
 * Runs in: worker, on a tenant's source text.
 *
 * Between brackets of any kind tokens are only balanced: what stands there
 * cannot change where the type ends.
 */
#include "config.h"

#include "worker/lang/parse_type.h"

#include <setjmp.h>

#include "base/err.h"
#include "worker/lang/parse_priv.h"

static void type_operand(struct parser *p, bool in_extends);
static void type_primary(struct parser *p);
static void type_function(struct parser *p);
static void type_postfix(struct parser *p);
static void type_template(struct parser *p);
static void type_inner(struct parser *p, bool in_extends);

void
ts_erase(struct parser *p, uint32_t pos, uint32_t end)
{
	struct lang_unit *u = p->u;

	u->erased = arena_grow(&u->arena, u->erased, u->nerased, &u->cap_erased,
	    sizeof *u->erased);
	u->erased[u->nerased++] = (struct unit_erased){.pos = pos, .end = end};
}

void
ts_erase_statement(struct parser *p, uint32_t pos, uint32_t end)
{
	ts_erase(p, pos, end);
	p->u->erased[p->u->nerased - 1].semicolon = true;
}

bool
type_try(struct parser *p, void (*skip)(struct parser *p))
{
	struct lexer lx = p->lx;
	uint32_t depth = p->depth, nerased = p->u->nerased;
	jmp_buf *outer = p->u->escape, inner;
	volatile bool ok = false;

	p->u->escape = &inner;
	p->u->trying++;
	if (setjmp(inner) == 0) {
		skip(p);
		ok = true;
	}
	p->u->trying--;
	p->u->escape = outer;
	if (ok)
		return true;
	if (p->u->escape_code != ERR_SYNTAX)
		longjmp(*outer, 1);
	p->lx = lx;
	p->depth = depth;
	p->u->nerased = nerased;
	return false;
}

void
type_skip(struct parser *p)
{
	type_inner(p, false);
}

/* x is T, asserts x, asserts x is T, or a type. */
void
type_skip_result(struct parser *p)
{
	struct token t;

	if (at_word(p, ATOM_asserts)) {
		t = peek(p);
		if (t.type == TOK_NAME && (t.flags & TF_NEWLINE) == 0 &&
		    t.atom != ATOM_is && t.atom != ATOM_extends)
			next(p);
	}
	type_skip(p);
}

/* ? T : U */
static void
type_branches(struct parser *p)
{
	expect(p, TOK_QUESTION);
	type_inner(p, false);
	expect(p, TOK_COLON);
	type_inner(p, false);
}

/* IN_EXTENDS: between `extends` and "?", where no other conditional is. */
static void
type_inner(struct parser *p, bool in_extends)
{
	enter(p);
	type_operand(p, in_extends);
	while (at(p, TOK_BIT_OR) || at(p, TOK_BIT_AND)) {
		next(p);
		type_operand(p, in_extends);
	}
	if (at_word(p, ATOM_is) && !at_newline(p)) {
		next(p);
		type_inner(p, in_extends);
	} else if (!in_extends && at_word(p, ATOM_extends) && !at_newline(p)) {
		next(p);
		type_inner(p, true);
		type_branches(p);
	}
	leave(p);
}

static bool
starts_type(const struct token *t)
{
	switch (t->type) {
	case TOK_NAME:
	case TOK_STRING:
	case TOK_NUMBER:
	case TOK_BIGINT:
	case TOK_TEMPLATE:
	case TOK_LBRACE:
	case TOK_LBRACKET:
	case TOK_LPAREN:
	case TOK_MINUS:
	case TOK_LT:
		return true;
	default:
		return false;
	}
}

/* Words before a type: keyof T, readonly T[], infer U ... */
static bool
type_prefix(struct parser *p, bool in_extends)
{
	struct token t;

	switch (p->lx.tok.atom) {
	case ATOM_keyof:
	case ATOM_unique:
	case ATOM_readonly:
	case ATOM_infer:
		break;
	default:
		return false;
	}
	t = peek(p);
	if (!starts_type(&t) || t.atom == ATOM_extends || t.atom == ATOM_is)
		return false;
	if (p->lx.tok.atom != ATOM_infer) {
		next(p);
		return true;
	}
	next(p);
	if (peek(p).atom != ATOM_extends)
		return true;
	/* A constraint, unless it turns out to be a conditional type. */
	next(p);
	next(p);
	type_inner(p, true);
	if (!in_extends && at(p, TOK_QUESTION))
		type_branches(p);
	p->type_done = true;
	return true;
}

static void
type_operand(struct parser *p, bool in_extends)
{
	while (at(p, TOK_BIT_OR) || at(p, TOK_BIT_AND))
		next(p);
	p->type_done = false;
	if (at(p, TOK_NAME)) {
		while (type_prefix(p, in_extends)) {
			if (p->type_done) {
				p->type_done = false;
				return;
			}
		}
	}
	type_primary(p);
}

static void
type_primary(struct parser *p)
{
	struct token t;

	switch (p->lx.tok.type) {
	case TOK_NAME:
		if (at_word(p, ATOM_abstract) && peek(p).atom == ATOM_new)
			next(p);
		if (at_word(p, ATOM_new)) {
			next(p);
			type_function(p);
			return;
		}
		if (at_word(p, ATOM_typeof))
			next(p);
		if (at_word(p, ATOM_import)) {
			next(p);
			if (!at(p, TOK_LPAREN))
				fail_token(p);
			type_skip_brackets(p);
		} else {
			t = p->lx.tok;
			if (is_reserved(t.atom) && t.atom != ATOM_this &&
			    t.atom != ATOM_null && t.atom != ATOM_true &&
			    t.atom != ATOM_false && t.atom != ATOM_void)
				fail_token(p);
			next(p);
		}
		break;
	case TOK_MINUS:
		next(p);
		if (!at(p, TOK_NUMBER) && !at(p, TOK_BIGINT))
			fail_token(p);
		next(p);
		break;
	case TOK_STRING:
	case TOK_NUMBER:
	case TOK_BIGINT:
		next(p);
		break;
	case TOK_TEMPLATE:
		type_template(p);
		break;
	case TOK_LT:
		type_function(p);
		return;
	case TOK_LPAREN:
		type_skip_brackets(p);
		if (at(p, TOK_ARROW)) {
			next(p);
			type_skip_result(p);
			return;
		}
		break;
	case TOK_LBRACE:
	case TOK_LBRACKET:
		type_skip_brackets(p);
		break;
	default:
		fail_token(p);
	}
	type_postfix(p);
}

/* [<T>] (...) => R */
static void
type_function(struct parser *p)
{
	if (at(p, TOK_LT))
		type_skip_params(p);
	if (!at(p, TOK_LPAREN))
		fail_token(p);
	type_skip_brackets(p);
	expect(p, TOK_ARROW);
	type_skip_result(p);
}

static void
type_postfix(struct parser *p)
{
	for (;;) {
		if (at(p, TOK_DOT)) {
			next(p);
			if (!at(p, TOK_NAME) && !at(p, TOK_PRIVATE))
				fail_token(p);
			next(p);
		} else if ((at(p, TOK_LT) || at(p, TOK_SHL)) &&
			   !at_newline(p)) {
			type_skip_args(p);
		} else if (at(p, TOK_LBRACKET) && !at_newline(p)) {
			type_skip_brackets(p);
		} else {
			return;
		}
	}
}

static void
type_template(struct parser *p)
{
	uint32_t after, bad;
	bool tail;

	enter(p);
	for (;;) {
		lex_chunk(&p->lx, &after, &bad);
		tail = (p->lx.tok.flags & TF_TAIL) != 0;
		lex_continue(&p->lx, after);
		if (tail)
			break;
		type_skip(p);
		if (!at(p, TOK_RBRACE))
			fail_token(p);
	}
	leave(p);
}

/* A ">" closes, even where it begins a longer operator. */
static void
expect_gt(struct parser *p)
{
	switch (p->lx.tok.type) {
	case TOK_GE:
	case TOK_SHR:
	case TOK_USHR:
	case TOK_SHR_SET:
	case TOK_USHR_SET:
		lex_split_gt(&p->lx);
		break;
	default:
		break;
	}
	expect(p, TOK_GT);
}

void
type_skip_args(struct parser *p)
{
	if (at(p, TOK_SHL)) {
		p->lx.tok.type = TOK_LT;
		p->lx.tok.end = p->lx.tok.pos + 1;
	}
	expect(p, TOK_LT);
	do {
		type_skip(p);
	} while (accept_token(p, TOK_COMMA));
	expect_gt(p);
}

void
type_skip_params(struct parser *p)
{
	expect(p, TOK_LT);
	do {
		if (at(p, TOK_GT))
			break; /* a trailing comma */
		while ((at_word(p, ATOM_const) || at_word(p, ATOM_in) ||
			   at_word(p, ATOM_out)) &&
		       peek(p).type == TOK_NAME && peek(p).atom != ATOM_extends)
			next(p);
		if (!at(p, TOK_NAME) || is_reserved(p->lx.tok.atom))
			fail_token(p);
		next(p);
		if (accept_word(p, ATOM_extends))
			type_skip(p);
		if (accept_token(p, TOK_ASSIGN))
			type_skip(p);
	} while (accept_token(p, TOK_COMMA));
	expect_gt(p);
}

void
type_skip_brackets(struct parser *p)
{
	uint32_t open = 0;

	do {
		switch (p->lx.tok.type) {
		case TOK_LBRACE:
		case TOK_LPAREN:
		case TOK_LBRACKET:
			open++;
			break;
		case TOK_RBRACE:
		case TOK_RPAREN:
		case TOK_RBRACKET:
			open--;
			break;
		case TOK_TEMPLATE:
			type_template(p);
			continue;
		case TOK_EOF:
			fail_token(p);
		default:
			break;
		}
		next(p);
	} while (open > 0);
}
