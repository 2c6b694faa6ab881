#ifndef WORKER_LANG_AST_H
#define WORKER_LANG_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The tree: nodes of 32 bytes in an arena, addressed by index; 0 is "none".
 * A node keeps its address: a pointer stays valid while the tree grows.
 * No parent pointers. pos..end are byte offsets of the source and never
 * include surrounding white space; between a node's edge and its children's
 * there are only the node's own tokens, white space and comments, for every
 * pair of parentheses is a PAREN node or belongs to its owner's syntax.
 */
struct arena;

enum ast_kind {
#define NODE(name_, dump_, a_, b_, c_, d_, text_) AST_##name_,
#include "worker/lang/ast_nodes.def"
#undef NODE
	AST_NKINDS
};

struct ast_node {
	uint8_t kind;   /* enum ast_kind */
	uint8_t op;     /* enum ast_op, decl, func, method or prop kind */
	uint16_t flags; /* AF_* */
	uint32_t pos, end;
	uint32_t next; /* in a list */
	uint32_t a, b, c, d;
};

/* Some bits mean different things for kinds that never share them. */
enum ast_flag {
	AF_COMPUTED = 1 << 0,       /* PROP METHOD FIELD: [key] */
	AF_STATIC = 1 << 1,         /* METHOD FIELD */
	AF_ACCESSOR = 1 << 2,       /* FIELD: `accessor x` */
	AF_OPTIONAL = 1 << 0,       /* CALL MEMBER INDEX: begins with ?. */
	AF_TRAILING_COMMA = 1 << 1, /* CALL NEW ARRAY OBJECT FUNC IMPORT_CALL */
	AF_HAS_SPREAD = 1 << 2,     /* CALL NEW ARRAY OBJECT */
	AF_DIRECT_EVAL = 1 << 3,    /* CALL: eval(...) */
	AF_NO_ARGS = 1 << 3,        /* NEW */
	AF_DIRECTIVE = 1 << 0,      /* EXPR_STMT */
	AF_NO_BRACES = 1 << 0,      /* BLOCK */
	AF_CLAUSE = 1 << 0,         /* IMPORT: not just a specifier */
	AF_SELF_CLOSING = 1 << 0,   /* JSX_ELEMENT: <a /> */
	AF_AWAIT = 1 << 0,          /* FOR_OF */
	AF_PREFIX = 1 << 0,         /* UPDATE */
	AF_DELEGATE = 1 << 0,       /* YIELD: yield* */
	AF_ESCAPE = 1 << 0,         /* STRING CHUNK: has a backslash */
	AF_NON_ASCII = 1 << 1,      /* STRING CHUNK REGEXP: raw non-ASCII */
	AF_LEGACY_OCTAL = 1 << 2,   /* STRING NUMBER: \1, 010, 08, \8 */
	AF_BAD_ESCAPE = 1 << 3,     /* CHUNK: cooked value is undefined */
	AF_SEPARATOR = 1 << 4,      /* NUMBER BIGINT: has _ */
	AF_LINE_SEP = 1 << 5,       /* STRING CHUNK: raw U+2028 or U+2029 */
	AF_CLASS_DEFAULT = 1 << 1,  /* parser's own */
	AF_DECL = 1 << 0,           /* CLASS FUNC: declaration */
	AF_EXPR_BODY = 1 << 2,      /* FUNC: arrow with an expression */
	AF_CONST = 1 << 0,          /* TS_ENUM */
	AF_DECLARE = 1 << 1,        /* TS_ENUM TS_NAMESPACE: erased */
	/* IDENT, set by scope analysis */
	AF_READ = 1 << 0,
	AF_WRITE = 1 << 1,       /* target of an assignment or update */
	AF_TDZ = 1 << 2,         /* may run before initialisation: check */
	AF_TDZ_CYCLE = 1 << 3,   /* only in a module of an import cycle */
	AF_CONST_WRITE = 1 << 4, /* write to const, import, class or own name */
	AF_TYPEOF = 1 << 5,      /* operand of typeof */
	AF_IMPORT = 1 << 6,      /* resolves to an import */
	AF_CAPTURED = 1 << 7,    /* declared in an outer function */
	AF_NAMED_EVAL = 1 << 8,  /* ANON FUNC/CLASS... reserved */
	AF_ESCAPED_NAME = 1 << 9, /* IDENT BINDING NAME: written with \u */
	AF_NO_EMIT = 1 << 10,     /* BINDING of an overload, declare: erased */
	AF_TYPE_ONLY = 1 << 11,   /* IMPORT* EXPORT*: erased (TypeScript) */
	AF_PARAM_PROP = 1 << 12,  /* parameter: TypeScript parameter property */
	AF_IN_PAREN = 1 << 13,    /* parser's own */
};

/* clang-format off */
enum ast_op {
	OP_NONE,
	/* binary, also of ASSIGN */
	OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD, OP_EXP,
	OP_SHL, OP_SHR, OP_USHR, OP_BIT_AND, OP_BIT_OR, OP_BIT_XOR,
	OP_EQ, OP_NE, OP_SEQ, OP_SNE, OP_LT, OP_GT, OP_LE, OP_GE,
	OP_IN, OP_INSTANCEOF,
	/* logical, also of ASSIGN */
	OP_AND, OP_OR, OP_NULLISH,
	/* unary */
	OP_NOT, OP_BIT_NOT, OP_PLUS, OP_MINUS, OP_TYPEOF, OP_VOID, OP_DELETE,
	OP_INC, OP_DEC,
};

enum ast_decl { DECL_VAR, DECL_LET, DECL_CONST, DECL_USING, DECL_AWAIT_USING };

enum ast_func {
	FUNC_NORMAL,       /* declaration (AF_DECL) or expression */
	FUNC_ARROW,
	FUNC_METHOD, FUNC_GETTER, FUNC_SETTER,
	FUNC_CTOR,         /* of a base class */
	FUNC_DERIVED_CTOR,
	FUNC_FIELD_INIT,   /* struct func only: initialiser of a FIELD */
	FUNC_STATIC_BLOCK, /* struct func only */
	FUNC_PROGRAM,      /* struct func only: the unit itself */
	FUNC_NAMESPACE,    /* struct func only: TypeScript namespace */
};

enum ast_method { METHOD_NORMAL, METHOD_GET, METHOD_SET, METHOD_CTOR };

enum ast_prop {
	PROP_INIT,      /* key: value */
	PROP_SHORTHAND, /* value is IDENT (DEFAULT in a pattern), same position */
	PROP_METHOD, PROP_GET, PROP_SET, /* value is FUNC */
	PROP_PROTO,     /* __proto__: value, which sets the prototype */
};
/* clang-format on */

/* What a slot holds; see ast_nodes.def. */
enum ast_slot {
	SLOT__,
	SLOT_N,
	SLOT_L,
	SLOT_A,
	SLOT_S,
	SLOT_C,
	SLOT_F,
	SLOT_U,
	SLOT_R,
};

struct ast_spec {
	const char *name; /* in dumps */
	uint8_t slots[4]; /* enum ast_slot */
};

extern const struct ast_spec ast_specs[AST_NKINDS];

#define AST_CHUNK_BITS 11
#define AST_CHUNK_NODES (1U << AST_CHUNK_BITS)

struct ast {
	struct arena *arena; /* held: the unit's */
	struct ast_node **chunks;
	uint32_t nchunks;
	uint32_t count; /* index of the next node */
	uint32_t root;  /* PROGRAM */
};

static inline struct ast_node *
ast_node(const struct ast *ast, uint32_t i)
{
	return &ast->chunks[i >> AST_CHUNK_BITS][i & (AST_CHUNK_NODES - 1)];
}

void ast_init(struct ast *ast, struct arena *arena);
/* A zeroed node; never 0. Leaves through the arena's failure handler. */
uint32_t ast_new(struct ast *ast, enum ast_kind kind, uint32_t pos);

/* The expression inside any number of PARENs. */
uint32_t ast_skip_parens(const struct ast *ast, uint32_t i);
bool ast_is_pattern(const struct ast *ast, uint32_t i);
/*
 * IsAnonymousFunctionDefinition: an anonymous function, class or arrow,
 * perhaps in parentheses. Returns that node or 0.
 */
uint32_t ast_anonymous_function(const struct ast *ast, uint32_t i);

#endif
