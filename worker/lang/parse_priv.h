#ifndef WORKER_LANG_PARSE_PRIV_H
#define WORKER_LANG_PARSE_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "worker/lang/ast.h"
#include "worker/lang/lex.h"
#include "worker/lang/scope.h"
#include "worker/lang/unit.h"

/*
 * The parser's own state and the calls between its files. A recursive
 * descent without results to test: every error leaves by unit_fail().
 */

/* Every recursive function counts; reached: "nested too deep". */
#define PARSE_DEPTH_MAX 1500

/*
 * What an expression may still become: set while parsing something that is a
 * pattern if "=" or "=>" follows, and an error if it does not.
 */
struct cover {
	uint32_t init_pos;  /* of the "=" in {a = 1}; 0: none */
	uint32_t proto_pos; /* of a second __proto__: */
};

/* Labels, loops and switches around a statement; on the C stack. */
struct jump {
	struct jump *up;
	uint32_t label; /* atom; 0: an unlabelled loop or switch */
	uint32_t node;  /* LABELED, loop or SWITCH */
	uint32_t loop;  /* the loop that `continue label` goes on with */
	uint32_t pos;   /* where the label begins */
	uint32_t inner; /* where the statement behind the label begins */
	bool is_loop;
	bool is_switch;
};

/* What depends on the function around; saved and restored as a whole. */
struct parse_context {
	uint32_t func;
	uint32_t scope;     /* innermost */
	uint32_t var_scope; /* where var goes */
	struct jump *jumps;
	bool strict;
	bool await_is_op;  /* async function, top of a module */
	bool await_is_bad; /* static block: not even a name */
	bool yield_is_op;
	bool return_ok;
	bool new_target_ok;
	bool super_prop_ok;
	bool super_call_ok;
	bool arguments_bad; /* field initialiser, static block */
	bool in_params;     /* formal parameters: no yield, no await */
};

/* A (scope, name) pair that was seen; see parse_decl.c. */
struct decl_slot {
	uint32_t scope; /* 0: free */
	uint32_t atom;
	uint32_t symbol; /* 0: only a var of an inner block passed through */
};

/* What an expression may not hold outside of brackets. */
enum {
	NO_IN = 1 << 0,         /* head of a for: the operator `in` */
	NO_ARROW_TYPE = 1 << 1, /* before a ":": the result type of an arrow */
};

struct private_ref {
	uint32_t node; /* PRIVATE_NAME */
};

struct list {
	uint32_t first, last;
};

struct parser {
	struct lexer lx;
	struct lang_unit *u;
	struct parse_context ctx;
	uint32_t klass; /* innermost struct klass; 0: none */
	uint32_t depth;
	uint8_t no_in; /* NO_IN, NO_ARROW_TYPE; 0 within brackets */
	bool ts;
	bool jsx;
	bool type_done;          /* parse_type.c: an operand ended early */
	uint32_t arrow_pos;      /* an arrow function may begin here */
	uint32_t nevals;         /* direct ones so far */
	uint32_t last_await_pos; /* of an await expression, 0: none */
	uint32_t last_yield_pos;
	uint32_t last_await_name; /* of `await` as an identifier */

	struct decl_slot *slots; /* open-addressed */
	uint32_t nslots, slots_mask;

	uint32_t *annex_b; /* symbols of sloppy block functions */
	uint32_t nannex_b, cap_annex_b;
	struct list param_decorators; /* of the method being parsed */
	struct private_ref *privates; /* not yet resolved */
	uint32_t nprivates, cap_privates;
};

static inline struct ast_node *
N(const struct parser *p, uint32_t i)
{
	return ast_node(&p->u->ast, i);
}

static inline bool
at(const struct parser *p, enum token_type type)
{
	return p->lx.tok.type == type;
}

/* The current token is the word ATOM, written without escapes. */
static inline bool
at_word(const struct parser *p, uint32_t atom)
{
	return p->lx.tok.atom == atom && p->lx.tok.type == TOK_NAME &&
	       (p->lx.tok.flags & TF_ESCAPE) == 0;
}

static inline bool
at_newline(const struct parser *p)
{
	return (p->lx.tok.flags & TF_NEWLINE) != 0;
}

static inline uint32_t
tok_pos(const struct parser *p)
{
	return p->lx.tok.pos;
}

static inline void
next(struct parser *p)
{
	lex_next(&p->lx);
}

/* Changes when a function or a direct eval is parsed. */
static inline uint32_t
closure_mark(const struct parser *p)
{
	return p->u->funcs.count + p->nevals;
}

static inline bool
is_reserved(uint32_t atom)
{
	return atom != 0 && atom <= ATOM_with;
}

/* parse.c: tokens, lists, scopes */
void fail_token(struct parser *p) __attribute__((noreturn));
void fail_at(struct parser *p, uint32_t node, const char *message)
    __attribute__((noreturn));
void enter(struct parser *p);
static inline void
leave(struct parser *p)
{
	p->depth--;
}
void expect(struct parser *p, enum token_type type);
bool accept_token(struct parser *p, enum token_type type);
void expect_word(struct parser *p, uint32_t atom);
bool accept_word(struct parser *p, uint32_t atom);
/* Automatic semicolon insertion. */
void semicolon(struct parser *p);
bool can_end_statement(const struct parser *p);
/* The token behind the current one. */
struct token peek(struct parser *p);
uint32_t new_node(struct parser *p, enum ast_kind kind);
uint32_t new_node_at(struct parser *p, enum ast_kind kind, uint32_t pos);
/* Its end is the end of the token before the current one. */
uint32_t finish(struct parser *p, uint32_t node);
void list_add(struct parser *p, struct list *list, uint32_t node);
struct lang_str atom_text(const struct parser *p, uint32_t atom);

/* parse_decl.c: scopes and names */
uint32_t scope_open(struct parser *p, enum scope_kind kind);
/* Returns the scope, or 0 if it declared nothing. */
uint32_t scope_close(struct parser *p, uint32_t scope);
uint32_t scope_lookup(const struct parser *p, uint32_t scope, uint32_t atom);
uint32_t declare(struct parser *p, enum symbol_kind kind, uint32_t binding);
uint32_t declare_in(struct parser *p, uint32_t scope, enum symbol_kind kind,
    uint32_t atom, uint32_t binding);
uint32_t declare_function(struct parser *p, uint32_t binding, uint32_t func,
    bool plain);
void declare_annex_b(struct parser *p, uint32_t mark);
uint32_t declare_private(struct parser *p, uint32_t name, uint32_t flags);
void private_use(struct parser *p, uint32_t node);
void private_close(struct parser *p, uint32_t mark, uint32_t klass);
/* Whether the export name ATOM is new. */
bool note_export(struct parser *p, uint32_t atom);
bool has_export(const struct parser *p, uint32_t atom);
uint32_t func_open(struct parser *p, uint32_t node, enum ast_func kind);

/* Names in binding position */
void check_binding_name(struct parser *p, uint32_t atom, uint32_t flags,
    uint32_t pos, uint32_t end);
void check_strict_binding(struct parser *p, uint32_t node);
/* The current token is an identifier here, not a reserved word. */
bool at_identifier(const struct parser *p);
uint32_t parse_binding_ident(struct parser *p, enum symbol_kind kind);
uint32_t parse_binding(struct parser *p, enum symbol_kind kind);
uint32_t parse_binding_element(struct parser *p, enum symbol_kind kind);

/* parse_expr.c */
uint32_t parse_expression(struct parser *p);
uint32_t parse_expression_cover(struct parser *p, struct cover *cover);
uint32_t parse_assign(struct parser *p);
/* Errors that a pattern would not be are left in COVER. */
uint32_t parse_assign_cover(struct parser *p, struct cover *cover);
/* As parse_assign(), `in` allowed: within brackets of any kind. */
uint32_t parse_assign_in(struct parser *p);
uint32_t parse_unary(struct parser *p, struct cover *cover);
uint32_t parse_lhs(struct parser *p, struct cover *cover);
uint32_t parse_subscripts(struct parser *p, uint32_t left, bool no_call);
uint32_t parse_args(struct parser *p, uint32_t call);
void cover_check(struct parser *p, const struct cover *cover);

/* parse_primary.c */
uint32_t parse_primary(struct parser *p, struct cover *cover);
uint32_t parse_string(struct parser *p, bool as_name);
uint32_t parse_template(struct parser *p, bool tagged);
uint32_t parse_name_ref(struct parser *p);
uint32_t parse_property_name(struct parser *p); /* IdentifierName as NAME */
uint32_t parse_private_name(struct parser *p);
/* A property's key; *COMPUTED_OUT for [expression]. */
uint32_t parse_key(struct parser *p, bool *computed_out);
bool at_key(const struct parser *p);
uint32_t parse_await(struct parser *p);
uint32_t parse_yield(struct parser *p);

/* parse_cover.c */
/* EXPR becomes the target of an assignment; op: `=` */
void to_assign_target(struct parser *p, uint32_t expr);
bool is_simple_target(struct parser *p, uint32_t expr);
/* The elements of a list become the parameters of an arrow. */
void to_arrow_params(struct parser *p, uint32_t first, uint32_t func,
    bool trailing_comma);

/* parse_func.c */
struct func_shape {
	enum ast_func kind;
	bool is_async;
	bool is_generator;
	bool is_static;
	uint32_t pos;  /* where the text of toString begins */
	uint32_t name; /* BINDING or 0 */
	uint32_t name_scope;
};
uint32_t parse_function(struct parser *p, const struct func_shape *shape);
uint32_t parse_function_expr(struct parser *p);
uint32_t parse_function_decl(struct parser *p, uint32_t flags);
enum function_decl_flag {
	FD_DEFAULT = 1 << 0, /* export default: the name is optional */
	FD_SINGLE = 1 << 1,  /* body of if or label: plain functions only */
};
/* What stands before the "=>" of an arrow. */
struct arrow_head {
	uint32_t pos;
	uint32_t params_pos;
	uint32_t params;    /* expressions, or patterns when typed */
	uint32_t func_mark; /* the first function within them has this index */
	bool is_async;
	bool trailing_comma;
};
uint32_t parse_arrow(struct parser *p, const struct arrow_head *head);
uint32_t parse_param(struct parser *p, struct func *f);
void parse_directives(struct parser *p, struct list *list, uint32_t func);
/* A function without text of its own: field initialisers, static blocks. */
uint32_t parse_hidden_begin(struct parser *p, uint32_t node, enum ast_func kind,
    struct parse_context *saved_out);
void parse_hidden_end(struct parser *p, const struct parse_context *saved);

/* parse_stmt.c */
uint32_t parse_statement(struct parser *p);      /* as the body of another */
uint32_t parse_statement_item(struct parser *p); /* or a declaration */
uint32_t parse_block(struct parser *p);
uint32_t parse_var(struct parser *p, enum ast_decl kind, bool in_for);
bool at_let_declaration(struct parser *p);
bool at_using(struct parser *p);
bool at_await_using(struct parser *p);
/* parse_for.c */
uint32_t parse_for(struct parser *p);
void jump_push(struct parser *p, struct jump *j, uint32_t node, bool loop);

/* parse_class.c */
uint32_t parse_class(struct parser *p, uint32_t flags, uint32_t decorators);
uint32_t parse_decorators(struct parser *p);

/* parse_module.c */
uint32_t parse_import(struct parser *p);
uint32_t parse_export(struct parser *p, uint32_t decorators);
void parse_module_end(struct parser *p);

/* parse_ts.c, parse_jsx.c */
uint32_t parse_jsx_or_generic(struct parser *p);
uint32_t parse_jsx(struct parser *p);

#endif
