/*
 * Expressions from the comma down to calls. Assignments, conditionals and
 * left-associative operators are loops: their chains may be as long as the
 * source.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include "worker/lang/parse_priv.h"
#include "worker/lang/parse_ts.h"

#define PREC_LOWEST 1
#define PREC_EQUALITY 7
#define PREC_RELATIONAL 8
#define PREC_SHIFT 9
#define PREC_EXP 12

#define BAD_ASSIGN "Invalid left-hand side in assignment"

static uint32_t parse_operand(struct parser *p, struct cover *cover,
    int min_prec);
static uint32_t parse_binary(struct parser *p, uint32_t left, int min_prec,
    struct cover *cover);
static void check_mixed(struct parser *p, uint32_t node, uint32_t operand,
    const struct token *op);

uint32_t
parse_expression(struct parser *p)
{
	uint8_t saved = p->no_in;
	uint32_t node;

	p->no_in = 0;
	node = parse_expression_cover(p, NULL);
	p->no_in = saved;
	return node;
}

/* `in` as the context says; COVER as in parse_assign_cover(). */
uint32_t
parse_expression_cover(struct parser *p, struct cover *cover)
{
	uint32_t first = parse_assign_cover(p, cover), node;
	struct list list = {0, 0};

	if (!at(p, TOK_COMMA))
		return first;
	if (cover != NULL)
		cover_check(p, cover);
	node = new_node_at(p, AST_SEQUENCE, N(p, first)->pos);
	list_add(p, &list, first);
	while (accept_token(p, TOK_COMMA))
		list_add(p, &list, parse_assign(p));
	N(p, node)->a = list.first;
	return finish(p, node);
}

uint32_t
parse_assign(struct parser *p)
{
	return parse_assign_cover(p, NULL);
}

uint32_t
parse_assign_in(struct parser *p)
{
	uint8_t saved = p->no_in;
	uint32_t node;

	p->no_in = 0;
	node = parse_assign_cover(p, NULL);
	p->no_in = saved;
	return node;
}

void
cover_check(struct parser *p, const struct cover *cover)
{
	if (cover->init_pos != 0)
		unit_fail(p->u, cover->init_pos, 0,
		    "Invalid shorthand property initializer");
	if (cover->proto_pos != 0)
		unit_fail(p->u, cover->proto_pos, 0,
		    "Duplicate __proto__ fields are not allowed in object "
		    "literals");
}

/* An operand up to "?" or an assignment operator; arrows and yield whole. */
static uint32_t
parse_assign_head(struct parser *p, struct cover *cover, bool *whole_out)
{
	uint32_t node;

	*whole_out = true;
	p->arrow_pos = tok_pos(p);
	if (p->lx.tok.atom == ATOM_yield && at(p, TOK_NAME) &&
	    p->ctx.yield_is_op)
		return parse_yield(p);
	node = parse_operand(p, cover, 0);
	if (N(p, node)->kind == AST_FUNC && N(p, node)->op == FUNC_ARROW)
		return node;
	*whole_out = false;
	return parse_binary(p, node, PREC_LOWEST, cover);
}

/* LEFT = ..., LEFT op= ... or LEFT ? x : ...; the last part is still open. */
static uint32_t
parse_assign_link(struct parser *p, uint32_t left, struct cover *cover)
{
	uint32_t node, then, kind = N(p, left)->kind;
	uint8_t saved;

	if (at(p, TOK_QUESTION)) {
		cover_check(p, cover);
		node = new_node_at(p, AST_COND, N(p, left)->pos);
		next(p);
		N(p, node)->a = left;
		saved = p->no_in;
		p->no_in = NO_ARROW_TYPE;
		then = parse_assign(p);
		p->no_in = saved;
		N(p, node)->b = then;
		expect(p, TOK_COLON);
		return node;
	}
	if (at(p, TOK_ASSIGN) && (kind == AST_ARRAY || kind == AST_OBJECT)) {
		to_assign_target(p, left);
		*cover = (struct cover){0, 0};
	} else if (!is_simple_target(p, left)) {
		fail_at(p, left, BAD_ASSIGN);
	}
	node = new_node_at(p, AST_ASSIGN, N(p, left)->pos);
	N(p, node)->a = left;
	N(p, node)->op = token_specs[p->lx.tok.type].op;
	next(p);
	return node;
}

uint32_t
parse_assign_cover(struct parser *p, struct cover *cover)
{
	struct cover own;
	uint32_t first = 0, last = 0, left, node;
	bool whole;

	enter(p);
	for (;;) {
		own = (struct cover){0, 0};
		left = parse_assign_head(p, &own, &whole);
		if (whole ||
		    (p->lx.tok.type < TOK_ASSIGN && !at(p, TOK_QUESTION)))
			break;
		node = parse_assign_link(p, left, &own);
		cover_check(p, &own);
		if (first == 0)
			first = node;
		else if (N(p, last)->kind == AST_COND)
			N(p, last)->c = node;
		else
			N(p, last)->b = node;
		last = node;
	}
	leave(p);
	if (first == 0) {
		if (cover == NULL) {
			cover_check(p, &own);
		} else {
			if (cover->init_pos == 0)
				cover->init_pos = own.init_pos;
			if (cover->proto_pos == 0)
				cover->proto_pos = own.proto_pos;
		}
		return left;
	}
	cover_check(p, &own);
	if (N(p, last)->kind == AST_COND)
		N(p, last)->c = left;
	else
		N(p, last)->b = left;
	for (node = first; node != left;) {
		finish(p, node);
		node = N(p, node)->kind == AST_COND ? N(p, node)->c
						    : N(p, node)->b;
	}
	return first;
}

/* The precedence of the current token as a binary operator, or 0. */
static int
binary_prec(const struct parser *p)
{
	const struct token *t = &p->lx.tok;

	if (t->type != TOK_NAME)
		return token_specs[t->type].prec;
	if ((t->flags & TF_ESCAPE) != 0)
		return 0;
	if (t->atom == ATOM_instanceof ||
	    (t->atom == ATOM_in && (p->no_in & NO_IN) == 0))
		return PREC_RELATIONAL;
	if (p->ts && (t->atom == ATOM_as || t->atom == ATOM_satisfies) &&
	    (t->flags & TF_NEWLINE) == 0)
		return PREC_RELATIONAL;
	return 0;
}

/* #x in object, or a unary expression. */
static uint32_t
parse_operand(struct parser *p, struct cover *cover, int min_prec)
{
	uint32_t node, name, right;

	if (!at(p, TOK_PRIVATE))
		return parse_unary(p, cover);
	name = parse_private_name(p);
	private_use(p, name);
	if (p->klass == 0 && p->u->options.kind != LANG_EVAL)
		private_close(p, 0, 0); /* fails */
	if (!at_word(p, ATOM_in) || (p->no_in & NO_IN) != 0 ||
	    min_prec >= PREC_RELATIONAL)
		fail_token(p);
	node = new_node_at(p, AST_PRIVATE_IN, N(p, name)->pos);
	next(p);
	right = parse_unary(p, NULL);
	right = parse_binary(p, right, PREC_SHIFT, NULL);
	N(p, node)->a = name;
	N(p, node)->b = right;
	return finish(p, node);
}

static enum ast_op
binary_op(const struct parser *p)
{
	if (at(p, TOK_NAME))
		return p->lx.tok.atom == ATOM_in ? OP_IN : OP_INSTANCEOF;
	return (enum ast_op)token_specs[p->lx.tok.type].op;
}

/* Extend LEFT by operators of at least MIN_PREC. */
static uint32_t
parse_binary(struct parser *p, uint32_t left, int min_prec, struct cover *cover)
{
	uint32_t node, right;
	struct token token;
	enum ast_op op;
	int prec, more;

	while ((prec = binary_prec(p)) >= min_prec && prec != 0) {
		if (cover != NULL)
			cover_check(p, cover);
		if (at(p, TOK_NAME) && p->lx.tok.atom != ATOM_in &&
		    p->lx.tok.atom != ATOM_instanceof) {
			left = parse_ts_as(p, left);
			continue;
		}
		op = binary_op(p);
		token = p->lx.tok;
		node = new_node_at(p,
		    op == OP_AND || op == OP_OR || op == OP_NULLISH
			? AST_LOGICAL
			: AST_BINARY,
		    N(p, left)->pos);
		N(p, node)->op = (uint8_t)op;
		next(p);
		right = parse_operand(p, NULL, prec);
		while ((more = binary_prec(p)) > prec ||
		       (more == PREC_EXP && prec == PREC_EXP)) {
			enter(p);
			right = parse_binary(p, right, more, NULL);
			leave(p);
		}
		N(p, node)->a = left;
		N(p, node)->b = right;
		finish(p, node);
		check_mixed(p, node, left, &token);
		check_mixed(p, node, right, &token);
		left = node;
	}
	return left;
}

/* ?? may not be mixed with || and && without parentheses; OP: its token. */
static void
check_mixed(struct parser *p, uint32_t node, uint32_t operand,
    const struct token *op)
{
	const struct ast_node *n = N(p, node), *o = N(p, operand);

	if (n->kind == AST_LOGICAL && o->kind == AST_LOGICAL &&
	    (n->op == OP_NULLISH) != (o->op == OP_NULLISH))
		unit_fail(p->u, op->pos, op->end, "Unexpected token '%s'",
		    token_specs[op->type].text);
}

static enum ast_op
unary_op(const struct parser *p)
{
	if (at(p, TOK_NAME)) {
		if ((p->lx.tok.flags & TF_ESCAPE) != 0)
			return OP_NONE;
		switch (p->lx.tok.atom) {
		case ATOM_typeof:
			return OP_TYPEOF;
		case ATOM_void:
			return OP_VOID;
		case ATOM_delete:
			return OP_DELETE;
		default:
			return OP_NONE;
		}
	}
	switch (p->lx.tok.type) {
	case TOK_NOT:
		return OP_NOT;
	case TOK_TILDE:
		return OP_BIT_NOT;
	case TOK_PLUS:
		return OP_PLUS;
	case TOK_MINUS:
		return OP_MINUS;
	case TOK_INC:
		return OP_INC;
	case TOK_DEC:
		return OP_DEC;
	default:
		return OP_NONE;
	}
}

static void
check_delete(struct parser *p, uint32_t operand)
{
	uint32_t inner = ast_skip_parens(&p->u->ast, operand);

	if (p->ctx.strict && N(p, inner)->kind == AST_IDENT)
		fail_at(p, operand,
		    "Delete of an unqualified identifier in strict mode.");
	while (N(p, inner)->kind == AST_OPT_CHAIN)
		inner = ast_skip_parens(&p->u->ast, N(p, inner)->a);
	if (N(p, inner)->kind == AST_MEMBER &&
	    N(p, N(p, inner)->b)->kind == AST_PRIVATE_NAME)
		fail_at(p, operand, "Private fields can not be deleted");
}

static uint32_t
parse_prefix(struct parser *p, enum ast_op op)
{
	bool update = op == OP_INC || op == OP_DEC;
	uint32_t node, operand;

	enter(p);
	node = new_node(p, update ? AST_UPDATE : AST_UNARY);
	N(p, node)->op = (uint8_t)op;
	next(p);
	operand = parse_unary(p, NULL);
	N(p, node)->a = operand;
	finish(p, node);
	if (update) {
		N(p, node)->flags |= AF_PREFIX;
		if (!is_simple_target(p, operand))
			fail_at(p, operand,
			    "Invalid left-hand side expression in prefix "
			    "operation");
	} else if (op == OP_DELETE) {
		check_delete(p, operand);
	}
	if (!update && at(p, TOK_EXP))
		unit_fail(p->u, N(p, node)->pos, p->lx.tok.end,
		    "Unary operator used immediately before exponentiation "
		    "expression. Parenthesis must be used to disambiguate "
		    "operator precedence");
	leave(p);
	return node;
}

uint32_t
parse_unary(struct parser *p, struct cover *cover)
{
	enum ast_op op = unary_op(p);
	uint32_t left, node;

	if (op != OP_NONE)
		return parse_prefix(p, op);
	if (at_word(p, ATOM_await) && p->ctx.await_is_op)
		return parse_await(p);
	if (p->ts && !p->jsx && at(p, TOK_LT) && p->arrow_pos != tok_pos(p))
		return parse_ts_cast(p);
	left = parse_lhs(p, cover);
	if ((!at(p, TOK_INC) && !at(p, TOK_DEC)) || at_newline(p))
		return left;
	if (N(p, left)->kind == AST_FUNC && N(p, left)->op == FUNC_ARROW)
		return left;
	if (!is_simple_target(p, left))
		fail_at(p, left,
		    "Invalid left-hand side expression in postfix operation");
	node = new_node_at(p, AST_UPDATE, N(p, left)->pos);
	N(p, node)->op = at(p, TOK_INC) ? OP_INC : OP_DEC;
	N(p, node)->a = left;
	next(p);
	return finish(p, node);
}

/* Arguments of CALL or NEW: the current token is "(". */
uint32_t
parse_args(struct parser *p, uint32_t call)
{
	struct list list = {0, 0};
	uint32_t arg, value;
	uint8_t saved = p->no_in;

	p->no_in = 0;
	next(p);
	while (!at(p, TOK_RPAREN)) {
		if (at(p, TOK_ELLIPSIS)) {
			arg = new_node(p, AST_SPREAD);
			next(p);
			value = parse_assign(p);
			N(p, arg)->a = value;
			finish(p, arg);
			N(p, call)->flags |= AF_HAS_SPREAD;
		} else {
			arg = parse_assign(p);
		}
		list_add(p, &list, arg);
		if (at(p, TOK_RPAREN))
			break;
		if (!at(p, TOK_COMMA)) {
			if (at(p, TOK_EOF))
				fail_token(p);
			unit_fail(p->u, tok_pos(p), p->lx.tok.end,
			    "missing ) after argument list");
		}
		next(p);
		if (at(p, TOK_RPAREN))
			N(p, call)->flags |= AF_TRAILING_COMMA;
	}
	next(p);
	p->no_in = saved;
	N(p, call)->b = list.first;
	return finish(p, call);
}

static uint32_t
parse_member(struct parser *p, uint32_t left, bool optional)
{
	uint32_t node = new_node_at(p, AST_MEMBER, N(p, left)->pos), name;

	if (at(p, TOK_PRIVATE)) {
		if (N(p, left)->kind == AST_SUPER)
			unit_fail(p->u, tok_pos(p), p->lx.tok.end,
			    "Unexpected private field");
		name = parse_private_name(p);
		private_use(p, name);
	} else {
		name = parse_property_name(p);
	}
	N(p, node)->a = left;
	N(p, node)->b = name;
	if (optional)
		N(p, node)->flags |= AF_OPTIONAL;
	return finish(p, node);
}

static uint32_t
parse_index(struct parser *p, uint32_t left, bool optional)
{
	uint32_t node = new_node_at(p, AST_INDEX, N(p, left)->pos), index;

	next(p);
	index = parse_expression(p);
	N(p, node)->a = left;
	N(p, node)->b = index;
	if (optional)
		N(p, node)->flags |= AF_OPTIONAL;
	expect(p, TOK_RBRACKET);
	return finish(p, node);
}

static uint32_t
parse_call(struct parser *p, uint32_t left, bool optional)
{
	uint32_t node = new_node_at(p, AST_CALL, N(p, left)->pos);

	N(p, node)->a = left;
	if (optional)
		N(p, node)->flags |= AF_OPTIONAL;
	if (!optional && N(p, left)->kind == AST_IDENT &&
	    N(p, left)->a == ATOM_eval) {
		N(p, node)->flags |= AF_DIRECT_EVAL;
		p->nevals++;
	}
	return parse_args(p, node);
}

static uint32_t
parse_tagged(struct parser *p, uint32_t left)
{
	uint32_t node = new_node_at(p, AST_TAGGED, N(p, left)->pos), text;

	text = parse_template(p, true);
	N(p, node)->a = left;
	N(p, node)->b = text;
	return finish(p, node);
}

static uint32_t
parse_optional(struct parser *p, uint32_t left)
{
	next(p);
	if (at(p, TOK_LPAREN))
		return parse_call(p, left, true);
	if (at(p, TOK_LBRACKET))
		return parse_index(p, left, true);
	if (at(p, TOK_TEMPLATE))
		unit_fail(p->u, tok_pos(p), p->lx.tok.end,
		    "Invalid tagged template on optional chain");
	if (p->ts && at(p, TOK_LT)) {
		parse_ts_type_args(p);
		return parse_call(p, left, true);
	}
	return parse_member(p, left, true);
}

/* Everything that may follow LEFT; NO_CALL: the constructor of `new`. */
uint32_t
parse_subscripts(struct parser *p, uint32_t left, bool no_call)
{
	uint32_t start = N(p, left)->pos, node;
	bool chain = false;

	for (;;) {
		switch (p->lx.tok.type) {
		case TOK_DOT:
			next(p);
			left = parse_member(p, left, false);
			continue;
		case TOK_LBRACKET:
			left = parse_index(p, left, false);
			continue;
		case TOK_OPT_DOT:
			if (no_call)
				unit_fail(p->u, tok_pos(p), p->lx.tok.end,
				    "Invalid optional chain from new "
				    "expression");
			if (N(p, left)->kind == AST_SUPER)
				fail_token(p);
			chain = true;
			left = parse_optional(p, left);
			continue;
		case TOK_LPAREN:
			if (no_call)
				break;
			left = parse_call(p, left, false);
			continue;
		case TOK_TEMPLATE:
			if (chain)
				unit_fail(p->u, tok_pos(p), p->lx.tok.end,
				    "Invalid tagged template on optional "
				    "chain");
			left = parse_tagged(p, left);
			continue;
		case TOK_NOT:
		case TOK_LT:
		case TOK_SHL:
			if (!p->ts || !parse_ts_subscript(p))
				break;
			continue;
		default:
			break;
		}
		break;
	}
	if (!chain)
		return left;
	node = new_node_at(p, AST_OPT_CHAIN, start);
	N(p, node)->a = left;
	N(p, node)->end = N(p, left)->end;
	return node;
}

/* new X, new X(...), new.target: the current token is `new`. */
static uint32_t
parse_new(struct parser *p)
{
	uint32_t node = new_node(p, AST_NEW), callee;

	enter(p);
	next(p);
	if (accept_token(p, TOK_DOT)) {
		if (!at_word(p, ATOM_target))
			fail_token(p);
		next(p);
		N(p, node)->kind = AST_NEW_TARGET;
		finish(p, node);
		if (!p->ctx.new_target_ok)
			fail_at(p, node,
			    "new.target expression is not allowed here");
		leave(p);
		return node;
	}
	if (at_word(p, ATOM_import) && peek(p).type == TOK_LPAREN)
		unit_fail(p->u, tok_pos(p), p->lx.tok.end,
		    "Cannot use new with import");
	if (at_word(p, ATOM_new))
		callee = parse_new(p);
	else
		callee = parse_primary(p, NULL);
	callee = parse_subscripts(p, callee, true);
	N(p, node)->a = callee;
	if (at(p, TOK_LPAREN)) {
		parse_args(p, node);
	} else {
		N(p, node)->flags |= AF_NO_ARGS;
		finish(p, node);
	}
	leave(p);
	return node;
}

/* A left-hand side expression: `new`, members, calls. */
uint32_t
parse_lhs(struct parser *p, struct cover *cover)
{
	struct cover own = {0, 0};
	uint32_t left, node;

	if (at_word(p, ATOM_new))
		left = parse_new(p);
	else
		left = parse_primary(p, &own);
	if (N(p, left)->kind == AST_FUNC && N(p, left)->op == FUNC_ARROW)
		return left;
	node = parse_subscripts(p, left, false);
	if (N(p, node)->kind == AST_SUPER)
		fail_at(p, node, "'super' keyword unexpected here");
	if (node != left || cover == NULL)
		cover_check(p, &own);
	else
		*cover = own;
	return node;
}
