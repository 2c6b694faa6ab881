/*
 * for, for-in, for-of, for await.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include "worker/lang/parse_priv.h"

static void parse_for_classic(struct parser *p, uint32_t node, uint32_t init);
static void parse_for_each(struct parser *p, uint32_t node, uint32_t left,
    bool is_await);
static uint32_t parse_for_init(struct parser *p, bool is_await,
    struct cover *cover, bool *async_out);
static void check_each_declaration(struct parser *p, uint32_t node,
    uint32_t decl);

uint32_t
parse_for(struct parser *p)
{
	uint32_t node = new_node(p, AST_FOR), scope, init, body, kind;
	struct cover cover = {0, 0};
	bool is_await = false, starts_async = false;
	struct jump j;

	next(p);
	if (at_word(p, ATOM_await)) {
		if (!p->ctx.await_is_op)
			unit_fail(p->u, tok_pos(p), p->lx.tok.end,
			    "for await is only valid in async functions and "
			    "the top level bodies of modules");
		is_await = true;
		func_get(p->u, p->ctx.func)->has_await = true;
		next(p);
	}
	expect(p, TOK_LPAREN);
	scope = scope_open(p, SCOPE_FOR);
	init = parse_for_init(p, is_await, &cover, &starts_async);
	kind = init != 0 ? N(p, init)->kind : (uint32_t)AST_NONE;
	if (init != 0 && (at_word(p, ATOM_of) || at_word(p, ATOM_in))) {
		if (at_word(p, ATOM_of) && starts_async && !is_await)
			fail_at(p, init,
			    "The left-hand side of a for-of loop may not be "
			    "'async'.");
		if (at_word(p, ATOM_of) && kind == AST_IDENT &&
		    N(p, init)->a == ATOM_let)
			fail_at(p, init,
			    "The left-hand side of a for-of loop may not be "
			    "'let'.");
		if (kind == AST_ARRAY || kind == AST_OBJECT)
			to_assign_target(p, init);
		else if (kind != AST_VAR_DECL && !is_simple_target(p, init))
			fail_at(p, init, "Invalid left-hand side in for-loop");
		parse_for_each(p, node, init, is_await);
	} else {
		cover_check(p, &cover);
		if (is_await)
			fail_token(p);
		parse_for_classic(p, node, init);
	}
	expect(p, TOK_RPAREN);
	jump_push(p, &j, node, true);
	body = parse_statement(p);
	p->ctx.jumps = j.up;
	scope = scope_close(p, scope);
	if (N(p, node)->kind == AST_FOR) {
		N(p, node)->d = body;
		if (kind == AST_VAR_DECL)
			N(p, init)->d = scope;
	} else {
		N(p, node)->c = body;
		N(p, node)->d = scope;
	}
	return finish(p, node);
}

/* `using` in a head, but not a variable of that name. */
static bool
at_for_using(struct parser *p)
{
	struct lexer saved = p->lx;
	bool r = false;

	if (!at_using(p))
		return false;
	next(p);
	/* for (using of of) and for (using of = ...): only the latter. */
	if (!at_word(p, ATOM_of)) {
		r = true;
	} else {
		next(p);
		r = at(p, TOK_ASSIGN);
	}
	p->lx = saved;
	return r;
}

/* What stands before the first ";", `of` or `in`; 0: nothing. */
static uint32_t
parse_for_init(struct parser *p, bool is_await, struct cover *cover,
    bool *async_out)
{
	uint32_t node;
	struct token t;
	uint8_t saved = p->no_in;

	if (at(p, TOK_SEMICOLON) && !is_await)
		return 0;
	p->no_in = NO_IN;
	if (at_word(p, ATOM_var)) {
		node = parse_var(p, DECL_VAR, true);
	} else if (at_word(p, ATOM_const)) {
		node = parse_var(p, DECL_CONST, true);
	} else if (at_let_declaration(p)) {
		node = parse_var(p, DECL_LET, true);
	} else if (at_for_using(p)) {
		node = parse_var(p, DECL_USING, true);
	} else if (at_await_using(p)) {
		node = parse_var(p, DECL_AWAIT_USING, true);
	} else {
		if (at_word(p, ATOM_async)) {
			t = peek(p);
			*async_out = t.type == TOK_NAME && t.atom == ATOM_of &&
				     (t.flags & TF_ESCAPE) == 0;
		}
		node = parse_expression_cover(p, cover);
		if (N(p, node)->kind != AST_IDENT)
			*async_out = false;
	}
	p->no_in = saved;
	return node;
}

static void
parse_for_classic(struct parser *p, uint32_t node, uint32_t init)
{
	uint32_t part;

	N(p, node)->a = init;
	expect(p, TOK_SEMICOLON);
	if (!at(p, TOK_SEMICOLON)) {
		part = parse_expression(p);
		N(p, node)->b = part;
	}
	expect(p, TOK_SEMICOLON);
	if (!at(p, TOK_RPAREN)) {
		part = parse_expression(p);
		N(p, node)->c = part;
	}
}

static void
parse_for_each(struct parser *p, uint32_t node, uint32_t left, bool is_await)
{
	bool is_of = at_word(p, ATOM_of);
	uint8_t saved = p->no_in;
	uint32_t right;

	if (is_await && !is_of)
		fail_token(p);
	N(p, node)->kind = is_of ? AST_FOR_OF : AST_FOR_IN;
	if (is_await)
		N(p, node)->flags |= AF_AWAIT;
	if (N(p, left)->kind == AST_VAR_DECL)
		check_each_declaration(p, node, left);
	next(p);
	p->no_in = 0;
	right = is_of ? parse_assign(p) : parse_expression(p);
	p->no_in = saved;
	N(p, node)->a = left;
	N(p, node)->b = right;
}

static void
check_each_declaration(struct parser *p, uint32_t node, uint32_t decl)
{
	const struct ast_node *d = N(p, decl), *first = N(p, d->a);
	bool is_of = N(p, node)->kind == AST_FOR_OF;

	if (first->next != 0)
		unit_fail(p->u, d->pos, d->end,
		    "Invalid left-hand side in for-%s loop: Must have a single "
		    "binding.",
		    is_of ? "of" : "in");
	if (!is_of && (d->op == DECL_USING || d->op == DECL_AWAIT_USING))
		unit_fail(p->u, d->pos, d->end,
		    "Invalid left-hand side in for-in loop");
	if (first->b == 0)
		return;
	if (is_of || p->ctx.strict || d->op != DECL_VAR ||
	    N(p, first->a)->kind != AST_BINDING)
		unit_fail(p->u, d->pos, d->end,
		    "for-%s loop variable declaration may not have an "
		    "initializer.",
		    is_of ? "of" : "in");
}
