/*
 * Statements but for loops (parse_for.c), classes and module items.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include "base/util.h"
#include "worker/lang/parse_priv.h"
#include "worker/lang/parse_ts.h"

static uint32_t parse_keyword_statement(struct parser *p, bool item);
static uint32_t parse_if(struct parser *p);
static uint32_t parse_if_body(struct parser *p);
static uint32_t parse_jump(struct parser *p, bool is_continue);
static uint32_t parse_return(struct parser *p);
static uint32_t parse_throw(struct parser *p);
static uint32_t parse_try(struct parser *p);
static uint32_t parse_catch(struct parser *p);
static uint32_t parse_switch(struct parser *p);
static uint32_t parse_while(struct parser *p);
static uint32_t parse_do(struct parser *p);
static uint32_t parse_with(struct parser *p);
static uint32_t parse_labeled(struct parser *p, bool item);
static uint32_t parse_name_statement(struct parser *p, bool item);
static uint32_t parse_expression_statement(struct parser *p);
static uint32_t parse_simple(struct parser *p, enum ast_kind kind);

static uint32_t
parse_any(struct parser *p, bool item)
{
	uint32_t node;

	enter(p);
	switch (p->lx.tok.type) {
	case TOK_LBRACE:
		node = parse_block(p);
		break;
	case TOK_SEMICOLON:
		node = new_node(p, AST_EMPTY);
		next(p);
		finish(p, node);
		break;
	case TOK_NAME:
		if (is_reserved(p->lx.tok.atom))
			node = parse_keyword_statement(p, item);
		else
			node = parse_name_statement(p, item);
		break;
	case TOK_AT:
		if (!item)
			fail_token(p);
		node = parse_decorators(p);
		if (at_word(p, ATOM_export))
			node = parse_export(p, node);
		else
			node = parse_class(p, AF_DECL, node);
		break;
	default:
		node = parse_expression_statement(p);
	}
	leave(p);
	return node;
}

uint32_t
parse_statement(struct parser *p)
{
	return parse_any(p, false);
}

uint32_t
parse_statement_item(struct parser *p)
{
	return parse_any(p, true);
}

uint32_t
parse_block(struct parser *p)
{
	uint32_t node = new_node(p, AST_BLOCK), scope;
	struct list list = {0, 0};

	scope = scope_open(p, SCOPE_BLOCK);
	expect(p, TOK_LBRACE);
	while (!at(p, TOK_RBRACE)) {
		if (at(p, TOK_EOF))
			fail_token(p);
		list_add(p, &list, parse_statement_item(p));
	}
	next(p);
	N(p, node)->a = list.first;
	scope = scope_close(p, scope);
	N(p, node)->d = scope;
	return finish(p, node);
}

static bool
at_async_function(struct parser *p)
{
	struct token t;

	if (!at_word(p, ATOM_async))
		return false;
	t = peek(p);
	return t.type == TOK_NAME && t.atom == ATOM_function &&
	       (t.flags & (TF_ESCAPE | TF_NEWLINE)) == 0;
}

/* Where a statement begins with a reserved word. */
static uint32_t
parse_keyword_statement(struct parser *p, bool item)
{
	struct token t;

	if ((p->lx.tok.flags & TF_ESCAPE) != 0)
		fail_token(p);
	switch (p->lx.tok.atom) {
	case ATOM_var:
		return parse_var(p, DECL_VAR, false);
	case ATOM_const:
		if (!item)
			fail_token(p);
		if (p->ts && peek(p).atom == ATOM_enum)
			return parse_ts_enum(p);
		return parse_var(p, DECL_CONST, false);
	case ATOM_function:
		if (!item)
			unit_fail(p->u, tok_pos(p), p->lx.tok.end, "%s",
			    p->ctx.strict
				? "In strict mode code, functions can only be "
				  "declared at top level or inside a block."
				: "In non-strict mode code, functions can only "
				  "be declared at top level, inside a block, "
				  "or as the body of an if statement.");
		return parse_function_decl(p, 0);
	case ATOM_class:
		if (!item)
			fail_token(p);
		return parse_class(p, AF_DECL, 0);
	case ATOM_if:
		return parse_if(p);
	case ATOM_for:
		return parse_for(p);
	case ATOM_while:
		return parse_while(p);
	case ATOM_do:
		return parse_do(p);
	case ATOM_break:
		return parse_jump(p, false);
	case ATOM_continue:
		return parse_jump(p, true);
	case ATOM_return:
		return parse_return(p);
	case ATOM_throw:
		return parse_throw(p);
	case ATOM_try:
		return parse_try(p);
	case ATOM_switch:
		return parse_switch(p);
	case ATOM_with:
		return parse_with(p);
	case ATOM_debugger:
		return parse_simple(p, AST_DEBUGGER);
	case ATOM_import:
		t = peek(p);
		if (t.type == TOK_LPAREN || t.type == TOK_DOT)
			return parse_expression_statement(p);
		if (!item || p->ctx.scope != p->u->top_scope)
			fail_token(p);
		return parse_import(p);
	case ATOM_export:
		if (!item ||
		    (p->ctx.scope != p->u->top_scope &&
			scope_get(p->u, p->ctx.scope)->kind != SCOPE_NAMESPACE))
			fail_token(p);
		return parse_export(p, 0);
	case ATOM_enum:
		if (p->ts && item)
			return parse_ts_enum(p);
		fail_token(p);
	default:
		return parse_expression_statement(p);
	}
}

/* Where a statement begins with a word that is not reserved. */
static uint32_t
parse_name_statement(struct parser *p, bool item)
{
	uint32_t node;
	struct token t;

	switch (p->lx.tok.atom) {
	case ATOM_let:
		if (!item) {
			t = peek(p);
			if (t.type == TOK_LBRACKET ||
			    (at_let_declaration(p) &&
				(t.flags & TF_NEWLINE) == 0))
				unit_fail(p->u, tok_pos(p), p->lx.tok.end,
				    "Lexical declaration cannot appear in a "
				    "single-statement context");
		} else if (at_let_declaration(p)) {
			return parse_var(p, DECL_LET, false);
		}
		break;
	case ATOM_async:
		if (!at_async_function(p))
			break;
		if (!item)
			unit_fail(p->u, tok_pos(p), p->lx.tok.end,
			    "Async functions can only be declared at the top "
			    "level or inside a block.");
		return parse_function_decl(p, 0);
	case ATOM_using:
		if (item && at_using(p))
			return parse_var(p, DECL_USING, false);
		break;
	case ATOM_await:
		if (item && at_await_using(p))
			return parse_var(p, DECL_AWAIT_USING, false);
		break;
	default:
		break;
	}
	t = peek(p);
	if (t.type == TOK_COLON &&
	    !(p->lx.tok.atom == ATOM_await && p->ctx.await_is_op) &&
	    !(p->lx.tok.atom == ATOM_yield && p->ctx.yield_is_op))
		return parse_labeled(p, item);
	if (p->ts && item && (node = parse_ts_statement(p)) != 0)
		return node;
	return parse_expression_statement(p);
}

static uint32_t
parse_expression_statement(struct parser *p)
{
	uint32_t node = new_node(p, AST_EXPR_STMT), expr;

	expr = parse_expression(p);
	N(p, node)->a = expr;
	semicolon(p);
	return finish(p, node);
}

static uint32_t
parse_simple(struct parser *p, enum ast_kind kind)
{
	uint32_t node = new_node(p, kind);

	next(p);
	semicolon(p);
	return finish(p, node);
}

/* `let` begins a declaration, and is not a name. */
bool
at_let_declaration(struct parser *p)
{
	struct token t;

	if (!at_word(p, ATOM_let))
		return false;
	t = peek(p);
	if (t.type == TOK_LBRACKET || t.type == TOK_LBRACE)
		return true;
	if (t.type != TOK_NAME)
		return false;
	/* A reserved word with escapes is refused as a name later. */
	return !is_reserved(t.atom) || (t.flags & TF_ESCAPE) != 0;
}

bool
at_using(struct parser *p)
{
	struct token t;

	if (!at_word(p, ATOM_using))
		return false;
	if (p->ctx.scope == p->u->top_scope &&
	    p->u->options.kind != LANG_MODULE &&
	    p->u->options.kind != LANG_COMMONJS)
		return false;
	t = peek(p);
	return t.type == TOK_NAME && (t.flags & TF_NEWLINE) == 0 &&
	       !is_reserved(t.atom);
}

bool
at_await_using(struct parser *p)
{
	struct lexer saved;
	bool r;

	if (!at_word(p, ATOM_await) || !p->ctx.await_is_op ||
	    peek(p).atom != ATOM_using)
		return false;
	saved = p->lx;
	next(p);
	r = !at_newline(p) && at_using(p);
	p->lx = saved;
	return r;
}

static enum symbol_kind
decl_symbol(enum ast_decl kind)
{
	switch (kind) {
	case DECL_VAR:
		return SYM_VAR;
	case DECL_LET:
		return SYM_LET;
	case DECL_CONST:
		return SYM_CONST;
	case DECL_USING:
	case DECL_AWAIT_USING:
		break;
	}
	return SYM_USING;
}

static void
check_initialiser(struct parser *p, uint32_t target, enum ast_decl kind)
{
	if (ast_is_pattern(&p->u->ast, target))
		fail_at(p, target,
		    "Missing initializer in destructuring declaration");
	if (kind == DECL_CONST)
		fail_at(p, target, "Missing initializer in const declaration");
	if (kind == DECL_USING || kind == DECL_AWAIT_USING)
		fail_at(p, target, "Missing initializer in using declaration");
}

/*
 * The declaration whose keyword is the current token. IN_FOR: no semicolon,
 * and a missing initialiser is the caller's to judge.
 */
uint32_t
parse_var(struct parser *p, enum ast_decl kind, bool in_for)
{
	uint32_t node = new_node(p, AST_VAR_DECL), decl, target, init;
	struct list list = {0, 0};
	bool is_using = kind == DECL_USING || kind == DECL_AWAIT_USING;

	N(p, node)->op = (uint8_t)kind;
	if (kind == DECL_AWAIT_USING) {
		func_get(p->u, p->ctx.func)->has_await = true;
		next(p);
	}
	next(p);
	do {
		decl = new_node(p, AST_DECLARATOR);
		target = is_using ? parse_binding_ident(p, SYM_USING)
				  : parse_binding(p, decl_symbol(kind));
		N(p, decl)->a = target;
		if (p->ts)
			parse_ts_annotation(p);
		if (accept_token(p, TOK_ASSIGN)) {
			init = parse_assign(p);
			N(p, decl)->b = init;
		} else if (!in_for ||
			   (!at_word(p, ATOM_of) && !at_word(p, ATOM_in))) {
			check_initialiser(p, target, kind);
		}
		finish(p, decl);
		list_add(p, &list, decl);
	} while (accept_token(p, TOK_COMMA));
	N(p, node)->a = list.first;
	if (!in_for)
		semicolon(p);
	return finish(p, node);
}

/* else-if chains are followed in a loop. */
static uint32_t
parse_if(struct parser *p)
{
	uint32_t first = 0, last = 0, node, test, body;

	for (;;) {
		node = new_node(p, AST_IF);
		next(p);
		expect(p, TOK_LPAREN);
		test = parse_expression(p);
		N(p, node)->a = test;
		expect(p, TOK_RPAREN);
		body = parse_if_body(p);
		N(p, node)->b = body;
		if (first == 0)
			first = node;
		else
			N(p, last)->c = node;
		last = node;
		if (!accept_word(p, ATOM_else))
			break;
		if (at_word(p, ATOM_if))
			continue;
		body = parse_if_body(p);
		N(p, node)->c = body;
		break;
	}
	for (node = first;; node = N(p, node)->c) {
		finish(p, node);
		if (node == last)
			break;
	}
	return first;
}

/* Annex B.3.3: a sloppy function as if in a block of its own. */
static uint32_t
parse_if_body(struct parser *p)
{
	uint32_t node, scope, f;

	if (!at_word(p, ATOM_function) || p->ctx.strict)
		return parse_statement(p);
	node = new_node(p, AST_BLOCK);
	N(p, node)->flags |= AF_NO_BRACES;
	scope = scope_open(p, SCOPE_BLOCK);
	f = parse_function_decl(p, FD_SINGLE);
	N(p, node)->a = f;
	scope = scope_close(p, scope);
	N(p, node)->d = scope;
	return finish(p, node);
}

void
jump_push(struct parser *p, struct jump *j, uint32_t node, bool loop)
{
	uint32_t start = N(p, node)->pos;
	struct jump *l;

	*j = (struct jump){.up = p->ctx.jumps,
	    .node = node,
	    .is_loop = loop,
	    .is_switch = !loop,
	    .loop = loop ? node : 0};
	p->ctx.jumps = j;
	if (!loop)
		return;
	for (l = j->up; l != NULL && l->label != 0 && l->inner == start;
	     l = l->up) {
		l->loop = node;
		start = l->pos;
	}
}

static struct jump *
jump_find(struct parser *p, uint32_t label, bool is_continue)
{
	struct jump *j;

	for (j = p->ctx.jumps; j != NULL; j = j->up) {
		if (label != 0 ? j->label == label
			       : j->label == 0 && (j->is_loop || !is_continue))
			return j;
	}
	return NULL;
}

static uint32_t
parse_jump(struct parser *p, bool is_continue)
{
	uint32_t node = new_node(p, is_continue ? AST_CONTINUE : AST_BREAK);
	uint32_t label = 0, pos = tok_pos(p), end = p->lx.tok.end;
	struct lang_str name = {"", 0};
	struct jump *j;

	next(p);
	if (at(p, TOK_NAME) && !at_newline(p) && !is_reserved(p->lx.tok.atom)) {
		label = p->lx.tok.atom;
		name = atom_text(p, label);
		pos = tok_pos(p);
		end = p->lx.tok.end;
		next(p);
	}
	j = jump_find(p, label, is_continue);
	if (j == NULL && label != 0)
		unit_fail(p->u, pos, end, "Undefined label '%.*s'",
		    (int)MIN(name.len, 100), name.s);
	if (j == NULL)
		unit_fail(p->u, pos, end, "%s",
		    is_continue ? "Illegal continue statement: no surrounding "
				  "iteration statement"
				: "Illegal break statement");
	if (is_continue && j->loop == 0)
		unit_fail(p->u, pos, end,
		    "Illegal continue statement: '%.*s' does not denote an "
		    "iteration statement",
		    (int)MIN(name.len, 100), name.s);
	N(p, node)->a = label;
	N(p, node)->b = is_continue ? j->loop : j->node;
	semicolon(p);
	return finish(p, node);
}

static uint32_t
parse_return(struct parser *p)
{
	uint32_t node = new_node(p, AST_RETURN), value;

	if (!p->ctx.return_ok)
		unit_fail(p->u, tok_pos(p), p->lx.tok.end,
		    "Illegal return statement");
	next(p);
	if (!can_end_statement(p)) {
		value = parse_expression(p);
		N(p, node)->a = value;
	}
	semicolon(p);
	return finish(p, node);
}

static uint32_t
parse_throw(struct parser *p)
{
	uint32_t node = new_node(p, AST_THROW), value;

	next(p);
	if (at_newline(p))
		unit_fail(p->u, p->lx.prev_end, 0,
		    "Illegal newline after throw");
	value = parse_expression(p);
	N(p, node)->a = value;
	semicolon(p);
	return finish(p, node);
}

static uint32_t
parse_try(struct parser *p)
{
	uint32_t node = new_node(p, AST_TRY), part;

	next(p);
	part = parse_block(p);
	N(p, node)->a = part;
	if (at_word(p, ATOM_catch)) {
		part = parse_catch(p);
		N(p, node)->b = part;
	}
	if (accept_word(p, ATOM_finally)) {
		part = parse_block(p);
		N(p, node)->c = part;
	} else if (N(p, node)->b == 0) {
		unit_fail(p->u, tok_pos(p), p->lx.tok.end,
		    "Missing catch or finally after try");
	}
	return finish(p, node);
}

static uint32_t
parse_catch(struct parser *p)
{
	uint32_t node = new_node(p, AST_CATCH), scope, part;

	func_get(p->u, p->ctx.func)->has_catch = true;
	next(p);
	scope = scope_open(p, SCOPE_CATCH);
	if (accept_token(p, TOK_LPAREN)) {
		part = parse_binding(p, at(p, TOK_NAME) ? SYM_CATCH : SYM_LET);
		N(p, node)->a = part;
		if (p->ts)
			parse_ts_annotation(p);
		expect(p, TOK_RPAREN);
	}
	part = parse_block(p);
	N(p, node)->b = part;
	scope = scope_close(p, scope);
	N(p, node)->d = scope;
	return finish(p, node);
}

static uint32_t
parse_case(struct parser *p, bool *has_default)
{
	uint32_t node = new_node(p, AST_CASE), test, item;
	struct list list = {0, 0};

	if (accept_word(p, ATOM_case)) {
		p->no_in = NO_ARROW_TYPE;
		test = parse_expression_cover(p, NULL);
		p->no_in = 0;
		N(p, node)->a = test;
	} else {
		if (*has_default && at_word(p, ATOM_default))
			unit_fail(p->u, tok_pos(p), p->lx.tok.end,
			    "More than one default clause in switch "
			    "statement");
		expect_word(p, ATOM_default);
		*has_default = true;
	}
	expect(p, TOK_COLON);
	while (!at_word(p, ATOM_case) && !at_word(p, ATOM_default) &&
	       !at(p, TOK_RBRACE)) {
		if (at(p, TOK_EOF))
			fail_token(p);
		item = parse_statement_item(p);
		if (N(p, item)->kind == AST_VAR_DECL &&
		    N(p, item)->op >= DECL_USING)
			fail_at(p, item,
			    "A using declaration cannot stand in a case "
			    "clause; put braces round it");
		list_add(p, &list, item);
	}
	N(p, node)->b = list.first;
	return finish(p, node);
}

static uint32_t
parse_switch(struct parser *p)
{
	uint32_t node = new_node(p, AST_SWITCH), value, scope;
	struct list list = {0, 0};
	bool has_default = false;
	struct jump j;

	next(p);
	expect(p, TOK_LPAREN);
	value = parse_expression(p);
	N(p, node)->a = value;
	expect(p, TOK_RPAREN);
	scope = scope_open(p, SCOPE_SWITCH);
	expect(p, TOK_LBRACE);
	jump_push(p, &j, node, false);
	while (!at(p, TOK_RBRACE))
		list_add(p, &list, parse_case(p, &has_default));
	p->ctx.jumps = j.up;
	next(p);
	N(p, node)->b = list.first;
	scope = scope_close(p, scope);
	N(p, node)->d = scope;
	return finish(p, node);
}

static uint32_t
parse_while(struct parser *p)
{
	uint32_t node = new_node(p, AST_WHILE), part;
	struct jump j;

	next(p);
	expect(p, TOK_LPAREN);
	part = parse_expression(p);
	N(p, node)->a = part;
	expect(p, TOK_RPAREN);
	jump_push(p, &j, node, true);
	part = parse_statement(p);
	p->ctx.jumps = j.up;
	N(p, node)->b = part;
	return finish(p, node);
}

static uint32_t
parse_do(struct parser *p)
{
	uint32_t node = new_node(p, AST_DO_WHILE), part;
	struct jump j;

	next(p);
	jump_push(p, &j, node, true);
	part = parse_statement(p);
	p->ctx.jumps = j.up;
	N(p, node)->a = part;
	expect_word(p, ATOM_while);
	expect(p, TOK_LPAREN);
	part = parse_expression(p);
	N(p, node)->b = part;
	expect(p, TOK_RPAREN);
	accept_token(p, TOK_SEMICOLON); /* always inserted */
	return finish(p, node);
}

static uint32_t
parse_with(struct parser *p)
{
	uint32_t node = new_node(p, AST_WITH), part;

	if (p->ctx.strict)
		unit_fail(p->u, tok_pos(p), p->lx.tok.end,
		    "Strict mode code may not include a with statement");
	func_get(p->u, p->ctx.func)->has_with = true;
	next(p);
	expect(p, TOK_LPAREN);
	part = parse_expression(p);
	N(p, node)->a = part;
	expect(p, TOK_RPAREN);
	part = parse_statement(p);
	N(p, node)->b = part;
	return finish(p, node);
}

static uint32_t
parse_labeled(struct parser *p, bool item)
{
	uint32_t node = new_node(p, AST_LABELED), atom = p->lx.tok.atom, body;
	struct lang_str name = atom_text(p, atom);
	const struct jump *l;
	struct jump j;

	if (!at_identifier(p))
		check_binding_name(p, atom, p->lx.tok.flags, tok_pos(p),
		    p->lx.tok.end);
	for (l = p->ctx.jumps; l != NULL; l = l->up)
		if (l->label == atom)
			unit_fail(p->u, tok_pos(p), p->lx.tok.end,
			    "Label '%.*s' has already been declared",
			    (int)MIN(name.len, 100), name.s);
	j = (struct jump){
	    .up = p->ctx.jumps, .label = atom, .node = node, .pos = tok_pos(p)};
	next(p);
	next(p);
	j.inner = tok_pos(p);
	p->ctx.jumps = &j;
	if (at_word(p, ATOM_function) && item && !p->ctx.strict)
		body = parse_function_decl(p, FD_SINGLE);
	else if (item && at(p, TOK_NAME) && peek(p).type == TOK_COLON)
		body = parse_name_statement(p, true);
	else
		body = parse_statement(p);
	p->ctx.jumps = j.up;
	N(p, node)->a = atom;
	N(p, node)->b = body;
	return finish(p, node);
}
