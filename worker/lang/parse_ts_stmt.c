/*
 * TypeScript's statements: type, interface, declare, enum, namespace, and its
 * forms of import and export.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include "worker/lang/parse_priv.h"
#include "worker/lang/parse_ts.h"
#include "worker/lang/parse_type.h"

static uint32_t parse_namespace(struct parser *p, uint32_t pos);

/* The statement from POS to here leaves nothing but a semicolon. */
static uint32_t
erased(struct parser *p, uint32_t pos)
{
	uint32_t node = new_node_at(p, AST_EMPTY, pos);

	ts_erase_statement(p, pos, p->lx.prev_end);
	return finish(p, node);
}

/* Tokens up to a "{", and the block that begins there. */
static void
skip_to_block(struct parser *p)
{
	while (!at(p, TOK_LBRACE)) {
		if (at(p, TOK_EOF) || at(p, TOK_SEMICOLON))
			fail_token(p);
		if (at(p, TOK_LPAREN) || at(p, TOK_LBRACKET))
			type_skip_brackets(p);
		else
			next(p);
	}
	type_skip_brackets(p);
}

static void
skip_interface(struct parser *p)
{
	next(p);
	next(p);
	if (at(p, TOK_LT))
		type_skip_params(p);
	if (accept_word(p, ATOM_extends)) {
		do {
			type_skip(p);
		} while (accept_token(p, TOK_COMMA));
	}
	if (!at(p, TOK_LBRACE))
		fail_token(p);
	type_skip_brackets(p);
}

static void
skip_type_alias(struct parser *p)
{
	next(p);
	next(p);
	if (at(p, TOK_LT))
		type_skip_params(p);
	expect(p, TOK_ASSIGN);
	type_skip(p);
	semicolon(p);
}

static void
skip_variables(struct parser *p)
{
	next(p);
	do {
		if (at(p, TOK_LBRACE) || at(p, TOK_LBRACKET))
			type_skip_brackets(p);
		else
			next(p);
		if (accept_token(p, TOK_COLON))
			type_skip(p);
		if (accept_token(p, TOK_ASSIGN))
			parse_assign(p);
	} while (accept_token(p, TOK_COMMA));
	semicolon(p);
}

static void
skip_function(struct parser *p)
{
	accept_word(p, ATOM_async);
	next(p);
	accept_token(p, TOK_STAR);
	if (at(p, TOK_NAME))
		next(p);
	if (at(p, TOK_LT))
		type_skip_params(p);
	if (!at(p, TOK_LPAREN))
		fail_token(p);
	type_skip_brackets(p);
	if (accept_token(p, TOK_COLON))
		type_skip_result(p);
	semicolon(p);
}

static void
skip_class(struct parser *p)
{
	next(p);
	next(p);
	if (at(p, TOK_LT))
		type_skip_params(p);
	if (accept_word(p, ATOM_extends))
		type_skip(p);
	if (accept_word(p, ATOM_implements)) {
		do {
			type_skip(p);
		} while (accept_token(p, TOK_COMMA));
	}
	if (!at(p, TOK_LBRACE))
		fail_token(p);
	type_skip_brackets(p);
}

/* What stands behind `declare`. */
static void
skip_ambient(struct parser *p)
{
	switch (p->lx.tok.atom) {
	case ATOM_const:
		if (peek(p).atom == ATOM_enum) {
			skip_to_block(p);
			break;
		}
		/* a variable as well */
		skip_variables(p);
		break;
	case ATOM_let:
	case ATOM_var:
		skip_variables(p);
		break;
	case ATOM_function:
	case ATOM_async:
		skip_function(p);
		break;
	case ATOM_type:
		skip_type_alias(p);
		break;
	case ATOM_abstract:
		next(p);
		skip_class(p);
		break;
	case ATOM_class:
		skip_class(p);
		break;
	case ATOM_module:
	case ATOM_namespace:
		next(p);
		next(p);
		if (at(p, TOK_LBRACE) || at(p, TOK_DOT))
			skip_to_block(p);
		else
			semicolon(p);
		break;
	default:
		skip_to_block(p);
	}
}

static bool
is_declarable(uint32_t atom)
{
	switch (atom) {
	case ATOM_const:
	case ATOM_let:
	case ATOM_var:
	case ATOM_function:
	case ATOM_async:
	case ATOM_class:
	case ATOM_abstract:
	case ATOM_enum:
	case ATOM_namespace:
	case ATOM_module:
	case ATOM_global:
	case ATOM_type:
	case ATOM_interface:
		return true;
	default:
		return false;
	}
}

uint32_t
parse_ts_statement(struct parser *p)
{
	uint32_t pos = tok_pos(p);
	struct token t = peek(p);

	if ((p->lx.tok.flags & TF_ESCAPE) != 0 || (t.flags & TF_NEWLINE) != 0)
		return 0;
	switch (p->lx.tok.atom) {
	case ATOM_type:
		if (t.type != TOK_NAME || is_reserved(t.atom))
			return 0;
		skip_type_alias(p);
		return erased(p, pos);
	case ATOM_interface:
		if (t.type != TOK_NAME || is_reserved(t.atom))
			return 0;
		skip_interface(p);
		return erased(p, pos);
	case ATOM_declare:
		if (t.type != TOK_NAME || !is_declarable(t.atom))
			return 0;
		next(p);
		skip_ambient(p);
		return erased(p, pos);
	case ATOM_abstract:
		if (t.type != TOK_NAME || t.atom != ATOM_class)
			return 0;
		ts_erase(p, pos, p->lx.tok.end);
		next(p);
		return parse_class(p, AF_DECL, 0);
	case ATOM_namespace:
	case ATOM_module:
		if (t.type != TOK_NAME || is_reserved(t.atom))
			return 0;
		return parse_namespace(p, pos);
	default:
		return 0;
	}
}

/* A binding that merges with an earlier declaration of its name. */
static uint32_t
parse_merged_name(struct parser *p, enum symbol_kind kind)
{
	uint32_t node = new_node(p, AST_BINDING), symbol;
	const struct token *t = &p->lx.tok;

	if (!at(p, TOK_NAME))
		fail_token(p);
	check_binding_name(p, t->atom, t->flags, t->pos, t->end);
	N(p, node)->a = t->atom;
	symbol = scope_lookup(p, p->ctx.scope, t->atom);
	next(p);
	finish(p, node);
	if (symbol != 0) {
		switch (symbol_get(p->u, symbol)->kind) {
		case SYM_ENUM:
		case SYM_NAMESPACE:
		case SYM_FUNCTION:
		case SYM_BLOCK_FUNCTION:
		case SYM_CLASS:
			N(p, node)->b = symbol;
			symbol_get(p->u, symbol)->flags |= SYMF_REDECLARED;
			return node;
		default:
			break;
		}
	}
	declare(p, kind, node);
	return node;
}

uint32_t
parse_ts_enum(struct parser *p)
{
	uint32_t node = new_node(p, AST_TS_ENUM), member, part, scope;
	struct list list = {0, 0};

	if (accept_word(p, ATOM_const))
		N(p, node)->flags |= AF_CONST;
	expect_word(p, ATOM_enum);
	part = parse_merged_name(p, SYM_ENUM);
	N(p, node)->a = part;
	scope = scope_open(p, SCOPE_ENUM);
	expect(p, TOK_LBRACE);
	while (!at(p, TOK_RBRACE)) {
		member = new_node(p, AST_TS_ENUM_MEMBER);
		part = at(p, TOK_STRING) ? parse_string(p, true)
					 : parse_property_name(p);
		N(p, member)->a = part;
		declare_in(p, scope, SYM_ENUM, N(p, part)->a, 0);
		if (accept_token(p, TOK_ASSIGN)) {
			part = parse_assign_in(p);
			N(p, member)->b = part;
		}
		list_add(p, &list, finish(p, member));
		if (!at(p, TOK_RBRACE))
			expect(p, TOK_COMMA);
	}
	next(p);
	scope = scope_close(p, scope);
	N(p, node)->b = list.first;
	N(p, node)->d = scope;
	return finish(p, node);
}

/* The current token is the name, or the part of it behind a dot. */
static uint32_t
parse_namespace_rest(struct parser *p, uint32_t pos, bool inner)
{
	uint32_t node = new_node_at(p, AST_TS_NAMESPACE, pos), part, fn;
	uint32_t annex_b = p->nannex_b;
	struct parse_context saved;
	struct list list = {0, 0};

	enter(p);
	part = parse_merged_name(p, SYM_NAMESPACE);
	N(p, node)->a = part;
	if (inner)
		symbol_get(p->u, N(p, part)->b)->flags |= SYMF_EXPORTED;
	fn = parse_hidden_begin(p, node, FUNC_NAMESPACE, &saved);
	N(p, node)->d = fn;
	if (accept_token(p, TOK_DOT)) {
		list_add(p, &list, parse_namespace_rest(p, tok_pos(p), true));
	} else {
		expect(p, TOK_LBRACE);
		while (!at(p, TOK_RBRACE)) {
			if (at(p, TOK_EOF))
				fail_token(p);
			list_add(p, &list, parse_statement_item(p));
		}
		next(p);
	}
	declare_annex_b(p, annex_b);
	parse_hidden_end(p, &saved);
	leave(p);
	N(p, node)->b = list.first;
	return finish(p, node);
}

/* Whether something of a namespace exists at run time. */
static bool
is_instantiated(const struct parser *p, uint32_t first)
{
	uint32_t i;

	for (i = first; i != 0; i = N(p, i)->next) {
		switch (N(p, i)->kind) {
		case AST_EMPTY:
			break;
		case AST_TS_NAMESPACE:
			if (is_instantiated(p, N(p, i)->b))
				return true;
			break;
		default:
			return true;
		}
	}
	return false;
}

static uint32_t
parse_namespace(struct parser *p, uint32_t pos)
{
	uint32_t node;

	next(p);
	node = parse_namespace_rest(p, pos, false);
	if (is_instantiated(p, N(p, node)->b))
		return node;
	return erased(p, pos);
}

bool
parse_ts_spec_type(struct parser *p)
{
	struct lexer saved = p->lx;
	bool r = false;

	if (!at_word(p, ATOM_type))
		return false;
	next(p);
	if (at_word(p, ATOM_as)) {
		/* type as X renames `type`; type as and type as as X do not. */
		next(p);
		if (at_word(p, ATOM_as)) {
			next(p);
			r = at(p, TOK_NAME) || at(p, TOK_STRING);
		} else {
			r = !at(p, TOK_NAME) && !at(p, TOK_STRING);
		}
	} else {
		r = at(p, TOK_NAME) || at(p, TOK_STRING);
	}
	p->lx = saved;
	if (r)
		next(p);
	return r;
}

/* Up to and with the module's name and attributes. */
static void
skip_from(struct parser *p)
{
	while (!at(p, TOK_STRING)) {
		if (at(p, TOK_LBRACE)) {
			type_skip_brackets(p);
			continue;
		}
		if (!at(p, TOK_NAME) && !at(p, TOK_STAR) && !at(p, TOK_COMMA))
			fail_token(p);
		next(p);
	}
	next(p);
	if (accept_word(p, ATOM_with))
		type_skip_brackets(p);
	semicolon(p);
}

/* import x = require('y'), import x = a.b */
static uint32_t
parse_import_eq(struct parser *p, uint32_t node)
{
	uint32_t part, name;

	N(p, node)->kind = AST_TS_IMPORT_EQ;
	part = parse_binding_ident(p, SYM_CONST);
	N(p, node)->a = part;
	expect(p, TOK_ASSIGN);
	if (at_word(p, ATOM_require) && peek(p).type == TOK_LPAREN) {
		next(p);
		next(p);
		if (!at(p, TOK_STRING))
			fail_token(p);
		part = parse_string(p, true);
		expect(p, TOK_RPAREN);
	} else {
		part = parse_name_ref(p);
		while (at(p, TOK_DOT)) {
			name = new_node_at(p, AST_MEMBER, N(p, part)->pos);
			next(p);
			N(p, name)->a = part;
			part = parse_property_name(p);
			N(p, name)->b = part;
			part = finish(p, name);
		}
	}
	N(p, node)->b = part;
	semicolon(p);
	return finish(p, node);
}

uint32_t
parse_ts_import(struct parser *p, uint32_t node)
{
	struct token t = peek(p);
	struct lexer saved;
	bool type_only;

	if (!at(p, TOK_NAME))
		return 0;
	if (t.type == TOK_ASSIGN)
		return parse_import_eq(p, node);
	if (!at_word(p, ATOM_type))
		return 0;
	type_only = t.type == TOK_LBRACE || t.type == TOK_STAR ||
		    (t.type == TOK_NAME && t.atom != ATOM_from);
	if (t.atom == ATOM_from && t.type == TOK_NAME) {
		/* import type from 'a', import type from from 'a' */
		saved = p->lx;
		next(p);
		next(p);
		type_only = at_word(p, ATOM_from) || at(p, TOK_ASSIGN);
		p->lx = saved;
	}
	if (!type_only)
		return 0;
	next(p);
	if (at(p, TOK_NAME) && peek(p).type == TOK_ASSIGN) {
		next(p);
		next(p);
		type_skip(p);
		if (at(p, TOK_LPAREN))
			type_skip_brackets(p);
		semicolon(p);
	} else {
		skip_from(p);
	}
	return erased(p, N(p, node)->pos);
}

bool
parse_ts_export_default(struct parser *p)
{
	if (at_word(p, ATOM_interface) && peek(p).type == TOK_NAME) {
		skip_interface(p);
		return true;
	}
	if (at_word(p, ATOM_abstract) && peek(p).atom == ATOM_class) {
		ts_erase(p, tok_pos(p), p->lx.tok.end);
		next(p);
	}
	return false;
}

uint32_t
parse_ts_export(struct parser *p, uint32_t node)
{
	uint32_t part, pos = N(p, node)->pos;
	struct token t = peek(p);

	if (at(p, TOK_ASSIGN)) {
		next(p);
		N(p, node)->kind = AST_TS_EXPORT_EQ;
		part = parse_assign(p);
		N(p, node)->a = part;
		semicolon(p);
		return finish(p, node);
	}
	if (at_word(p, ATOM_as) && t.atom == ATOM_namespace) {
		next(p);
		next(p);
		next(p);
		semicolon(p);
		return erased(p, pos);
	}
	if (at_word(p, ATOM_type) &&
	    (t.type == TOK_LBRACE || t.type == TOK_STAR)) {
		next(p);
		if (at(p, TOK_LBRACE)) {
			type_skip_brackets(p);
			if (at_word(p, ATOM_from))
				skip_from(p);
			else
				semicolon(p);
		} else {
			skip_from(p);
		}
		return erased(p, pos);
	}
	if (at_word(p, ATOM_import)) {
		next(p);
		new_node(p, AST_NONE);
		part = parse_ts_import(p, node);
		if (part == 0)
			fail_token(p);
		return part;
	}
	if (at_word(p, ATOM_type) || at_word(p, ATOM_interface) ||
	    at_word(p, ATOM_declare)) {
		part = parse_ts_statement(p);
		if (part != 0)
			return erased(p, pos);
	}
	return 0;
}

uint32_t
parse_ts_export_declaration(struct parser *p)
{
	if (at_word(p, ATOM_enum) ||
	    (at_word(p, ATOM_const) && peek(p).atom == ATOM_enum))
		return parse_ts_enum(p);
	return at(p, TOK_NAME) ? parse_ts_statement(p) : 0;
}
