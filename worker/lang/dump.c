/*
 * A unit's tree as an S-expression, for tests and for eyes.
 *
 * Runs in: development tools only.
 *
 *	(binary + (id a) (num 1))	kind, operator, flags, children
 */
#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"
#include "worker/lang/unit.h"

/* Left-deep chains are as long as the source; deeper than this is cut. */
#define DUMP_DEPTH_MAX 4000U

static void dump_node(struct lang_unit *u, struct buf *b, uint32_t node,
    unsigned int depth);

/* clang-format off */
static const char *const op_names[] = {
	[OP_NONE] = "=", [OP_ADD] = "+", [OP_SUB] = "-", [OP_MUL] = "*",
	[OP_DIV] = "/", [OP_MOD] = "%", [OP_EXP] = "**", [OP_SHL] = "<<",
	[OP_SHR] = ">>", [OP_USHR] = ">>>", [OP_BIT_AND] = "&",
	[OP_BIT_OR] = "|", [OP_BIT_XOR] = "^", [OP_EQ] = "==",
	[OP_NE] = "!=", [OP_SEQ] = "===", [OP_SNE] = "!==", [OP_LT] = "<",
	[OP_GT] = ">", [OP_LE] = "<=", [OP_GE] = ">=", [OP_IN] = "in",
	[OP_INSTANCEOF] = "instanceof", [OP_AND] = "&&", [OP_OR] = "||",
	[OP_NULLISH] = "?\?", [OP_NOT] = "!", [OP_BIT_NOT] = "~",
	[OP_PLUS] = "+", [OP_MINUS] = "-", [OP_TYPEOF] = "typeof",
	[OP_VOID] = "void", [OP_DELETE] = "delete", [OP_INC] = "++",
	[OP_DEC] = "--",
};
static const char *const decl_names[] = { "var", "let", "const", "using",
	"await-using" };
static const char *const func_names[] = { "", "arrow", "method", "get", "set",
	"ctor", "derived-ctor" };
static const char *const method_names[] = { "", "get", "set", "ctor" };
static const char *const prop_names[] = { "", "short", "method", "get", "set",
	"proto" };
/* clang-format on */

static void
put(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

static void
put_word(struct buf *b, const char *s)
{
	if (*s == '\0')
		return;
	put(b, " ");
	put(b, s);
}

static void
put_atom(struct lang_unit *u, struct buf *b, uint32_t atom)
{
	struct lang_str s = unit_atom_str(u, atom);

	put(b, " ");
	buf_put(b, s.s, s.len);
}

static void
dump_op(struct buf *b, const struct ast_node *n)
{
	switch (n->kind) {
	case AST_ASSIGN:
		put_word(b, op_names[n->op]);
		if (n->op != OP_NONE)
			put(b, "=");
		break;
	case AST_BINARY:
	case AST_LOGICAL:
	case AST_UNARY:
	case AST_UPDATE:
		put_word(b, op_names[n->op]);
		break;
	case AST_VAR_DECL:
		put_word(b, decl_names[n->op]);
		break;
	case AST_FUNC:
		put_word(b, func_names[n->op]);
		break;
	case AST_METHOD:
		put_word(b, method_names[n->op]);
		break;
	case AST_PROP:
		put_word(b, prop_names[n->op]);
		break;
	default:
		break;
	}
}

static void
dump_func(struct lang_unit *u, struct buf *b, const struct ast_node *n)
{
	const struct func *f = func_get(u, n->d);

	if (f->is_async)
		put(b, " async");
	if (f->is_generator)
		put(b, " gen");
	if (f->is_strict)
		put(b, " strict");
}

static void
dump_flags(struct lang_unit *u, struct buf *b, const struct ast_node *n)
{
	switch (n->kind) {
	case AST_FUNC:
		dump_func(u, b, n);
		break;
	case AST_PROP:
	case AST_METHOD:
	case AST_FIELD:
		if ((n->flags & AF_STATIC) != 0)
			put(b, " static");
		if ((n->flags & AF_COMPUTED) != 0)
			put(b, " computed");
		if ((n->flags & AF_ACCESSOR) != 0 && n->kind == AST_FIELD)
			put(b, " accessor");
		break;
	case AST_CALL:
		if ((n->flags & AF_DIRECT_EVAL) != 0)
			put(b, " eval");
		__attribute__((fallthrough));
	case AST_MEMBER:
	case AST_INDEX:
		if ((n->flags & AF_OPTIONAL) != 0)
			put(b, " ?.");
		break;
	case AST_UPDATE:
		if ((n->flags & AF_PREFIX) != 0)
			put(b, " prefix");
		break;
	case AST_YIELD:
		if ((n->flags & AF_DELEGATE) != 0)
			put(b, " *");
		break;
	case AST_FOR_OF:
		if ((n->flags & AF_AWAIT) != 0)
			put(b, " await");
		break;
	case AST_EXPR_STMT:
		if ((n->flags & AF_DIRECTIVE) != 0)
			put(b, " directive");
		break;
	case AST_IDENT:
		if ((n->flags & AF_TDZ) != 0)
			put(b, " tdz");
		if ((n->flags & AF_TDZ_CYCLE) != 0)
			put(b, " tdz-cycle");
		if ((n->flags & AF_CONST_WRITE) != 0)
			put(b, " const-write");
		break;
	default:
		break;
	}
}

static void
dump_text(struct lang_unit *u, struct buf *b, const struct ast_node *n)
{
	switch (n->kind) {
	case AST_NUMBER:
	case AST_BIGINT:
	case AST_STRING:
	case AST_REGEXP:
	case AST_JSX_TEXT:
	case AST_JSX_NAME:
		put(b, " ");
		buf_put(b, u->src + n->pos, n->end - n->pos);
		break;
	case AST_CHUNK:
		put(b, " `");
		buf_put(b, u->src + n->pos, n->end - n->pos);
		put(b, "`");
		break;
	default:
		break;
	}
}

/* LIST: in brackets, for slots that hold a list. */
static void
dump_slot(struct lang_unit *u, struct buf *b, enum ast_slot slot,
    uint32_t value, bool brackets, unsigned int depth)
{
	uint32_t i;

	switch ((int)slot) {
	case SLOT_N:
		put(b, value != 0 ? " " : " -");
		if (value != 0)
			dump_node(u, b, value, depth);
		break;
	case SLOT_L:
		if (brackets)
			put(b, " [");
		for (i = value; i != 0; i = ast_node(&u->ast, i)->next) {
			if (!brackets || i != value)
				put(b, " ");
			dump_node(u, b, i, depth);
		}
		if (brackets)
			put(b, "]");
		break;
	case SLOT_A:
		if (value != 0)
			put_atom(u, b, value);
		break;
	default:
		break;
	}
}

static void
dump_node(struct lang_unit *u, struct buf *b, uint32_t node, unsigned int depth)
{
	const struct ast_node *n = ast_node(&u->ast, node);
	const struct ast_spec *spec = &ast_specs[n->kind];
	const uint32_t slot[4] = {n->a, n->b, n->c, n->d};
	unsigned int i, last = 0, lists = 0;

	if (depth > DUMP_DEPTH_MAX) {
		put(b, "(...)");
		return;
	}
	put(b, "(");
	put(b, spec->name);
	dump_op(b, n);
	dump_flags(u, b, n);
	dump_text(u, b, n);
	for (i = 0; i < 4; i++) {
		if ((spec->slots[i] == SLOT_N && slot[i] != 0) ||
		    (spec->slots[i] == SLOT_L && slot[i] != 0) ||
		    (spec->slots[i] == SLOT_A && n->kind != AST_STRING))
			last = i + 1;
		if (spec->slots[i] == SLOT_N || spec->slots[i] == SLOT_L)
			lists++;
	}
	for (i = 0; i < last; i++)
		if (spec->slots[i] != SLOT_A || n->kind != AST_STRING)
			dump_slot(u, b, (enum ast_slot)spec->slots[i], slot[i],
			    lists > 1, depth + 1);
	put(b, ")");
}

char *
unit_dump(struct lang_unit *u)
{
	struct buf b;
	uint32_t i;
	char *s;

	buf_init(&b);
	for (i = ast_node(&u->ast, u->ast.root)->a; i != 0;
	     i = ast_node(&u->ast, i)->next) {
		if (buf_len(&b) > 0)
			put(&b, " ");
		dump_node(u, &b, i, 0);
	}
	s = xmemdup(buf_len(&b) > 0 ? (const char *)buf_peek(&b) : "",
	    buf_len(&b));
	buf_clear(&b);
	return s;
}
