/*
 * TypeScript in classes: modifiers, abstract and ambient members, index
 * signatures, implements.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include "worker/lang/parse_priv.h"
#include "worker/lang/parse_ts.h"
#include "worker/lang/parse_type.h"

void
parse_ts_heritage_args(struct parser *p)
{
	if (at(p, TOK_LT))
		parse_ts_type_args(p);
}

void
parse_ts_implements(struct parser *p)
{
	uint32_t pos = tok_pos(p);

	if (!accept_word(p, ATOM_implements))
		return;
	do {
		type_skip(p);
	} while (accept_token(p, TOK_COMMA));
	ts_erase(p, pos, p->lx.prev_end);
}

/* The current token is a modifier and not a member's name. */
static bool
at_modifier(struct parser *p)
{
	struct token t;

	if (!at(p, TOK_NAME) || (p->lx.tok.flags & TF_ESCAPE) != 0)
		return false;
	switch (p->lx.tok.atom) {
	case ATOM_public:
	case ATOM_private:
	case ATOM_protected:
	case ATOM_readonly:
	case ATOM_override:
	case ATOM_abstract:
	case ATOM_declare:
		break;
	default:
		return false;
	}
	t = peek(p);
	if ((t.flags & TF_NEWLINE) != 0)
		return false;
	return t.type == TOK_NAME || t.type == TOK_STRING ||
	       t.type == TOK_NUMBER || t.type == TOK_BIGINT ||
	       t.type == TOK_LBRACKET || t.type == TOK_PRIVATE ||
	       t.type == TOK_STAR || t.type == TOK_AT;
}

/* [key: T]: U */
static bool
at_index_signature(struct parser *p)
{
	struct lexer saved = p->lx;
	bool r = false;

	if (!at(p, TOK_LBRACKET))
		return false;
	next(p);
	if (at(p, TOK_NAME)) {
		next(p);
		r = at(p, TOK_COLON);
	}
	p->lx = saved;
	return r;
}

/* A member that is only declared, from its key on. */
static void
skip_member(struct parser *p)
{
	bool computed;

	if (at_index_signature(p)) {
		type_skip_brackets(p);
	} else {
		if ((at_word(p, ATOM_get) || at_word(p, ATOM_set) ||
			at_word(p, ATOM_static) || at_word(p, ATOM_accessor)) &&
		    peek(p).type != TOK_LPAREN && peek(p).type != TOK_COLON &&
		    peek(p).type != TOK_SEMICOLON &&
		    peek(p).type != TOK_QUESTION)
			next(p);
		while (at_modifier(p))
			next(p);
		if (at(p, TOK_PRIVATE))
			next(p);
		else
			parse_key(p, &computed);
		if (at(p, TOK_QUESTION) || at(p, TOK_NOT))
			next(p);
		if (at(p, TOK_LT))
			type_skip_params(p);
		if (at(p, TOK_LPAREN))
			type_skip_brackets(p);
	}
	if (accept_token(p, TOK_COLON))
		type_skip_result(p);
	semicolon(p);
}

uint32_t
parse_ts_member(struct parser *p, uint32_t pos)
{
	bool whole = false;
	uint32_t node;

	while (at_modifier(p)) {
		if (at_word(p, ATOM_abstract) || at_word(p, ATOM_declare))
			whole = true;
		ts_erase(p, tok_pos(p), p->lx.tok.end);
		next(p);
	}
	if (!whole && !at_index_signature(p))
		return 0;
	node = new_node_at(p, AST_TS_ERASED, pos);
	skip_member(p);
	ts_erase(p, pos, p->lx.prev_end);
	return finish(p, node);
}

void
parse_ts_member_optional(struct parser *p)
{
	if (at(p, TOK_QUESTION) ||
	    (at(p, TOK_NOT) && peek(p).type == TOK_COLON)) {
		ts_erase(p, tok_pos(p), p->lx.tok.end);
		next(p);
	}
}
