#ifndef WORKER_LANG_LOWER_NODES_H
#define WORKER_LANG_LOWER_NODES_H

#include <stdbool.h>
#include <stdint.h>

#include "worker/lang/lang.h"

/*
 * What the files lower_*.c offer each other, by file; the structs are those of
 * lower.h, which includes this.
 */
struct dispose;
struct eval_code;
struct fn_spec;
struct fnctx;
struct func;
struct lower;
struct names;
struct symtext;

/* Temps of a write to a private accessor. */
struct priv {
	uint32_t obj, value;
};

/* ---- lower_bind.c ------------------------------------------------------ */

void lower_bind_prepare(struct lower *l);
bool lo_is_ascii(struct lang_str s);
struct symtext *lo_sym_text(struct lower *l, uint32_t sym);
/* What the text calls SYM; notes that it is captured. */
struct lang_str lo_sym_ref(struct lower *l, uint32_t sym);
/* Whether the IDENT must be checked against the sentinel. */
bool lo_sym_checked(const struct lower *l, uint32_t n);
bool lo_is_const_write(const struct lower *l, uint32_t n);
void lo_put_const_error(struct lower *l, uint32_t n, char sep);
void lo_put_tdz_guard(struct lower *l, uint32_t n);
void lower_ident(struct lower *l, uint32_t n);
/* The reference is called: `this` must stay undefined. */
void lower_callee_ident(struct lower *l, uint32_t n);
/* Assignment to an IDENT or BINDING: before and behind the value. */
void lo_write_begin(struct lower *l, uint32_t n, bool init);
void lo_write_end(struct lower *l, uint32_t n, bool init);
/* There will be a var of SYM. */
void lo_declare_sym(struct lower *l, uint32_t sym);
void lower_var_decl(struct lower *l, uint32_t n);
/* In the head of a loop. */
void lower_for_decl(struct lower *l, uint32_t n);
/* The declarators as a comma expression; names become late vars. */
void lower_declarators(struct lower *l, uint32_t n);

/* ---- lower_scope.c ----------------------------------------------------- */

/* Symbols of SCOPE that need an environment per entry; the last of them. */
uint32_t lo_scope_env_count(struct lower *l, uint32_t scope,
    uint32_t *only_out);
/*
 * try{throw v}catch(x){ -- FROM_HEAD: values are those of the symbols'
 * `set`. One name is the catch parameter, several live in one object.
 */
bool lo_env_open(struct lower *l, uint32_t scope, bool from_head);
/* What stands at the begin of a block; true if a "}" must end it. */
bool lo_block_open(struct lower *l, uint32_t scope);
void lo_block_close(struct lower *l, bool opened);
/* Sentinels for what the head of a for-in or for-of reads too early. */
void lo_scope_sentinels(struct lower *l, uint32_t scope);
/* Sentinels and functions of a function's own scope. */
void lo_scope_prologue(struct lower *l, uint32_t scope);
void lower_block(struct lower *l, uint32_t n);
void lower_switch(struct lower *l, uint32_t n);
void lower_try(struct lower *l, uint32_t n);

/* ---- lower_dispose.c --------------------------------------------------- */

/* Round the statements from FIRST on, if one of them is a `using`. */
void lo_dispose_open(struct lower *l, uint32_t first, struct dispose *d);
/* Round a loop with that head, if it is one. */
bool lo_dispose_open_head(struct lower *l, uint32_t decl, struct dispose *d);
void lo_dispose_close(struct lower *l, struct dispose *d);
/* VALUE is disposed of at the end of the innermost list. */
void lo_dispose_use(struct lower *l, struct lang_str value);
/* False if the declaration is another. */
bool lower_using_decl(struct lower *l, uint32_t n);

/* ---- lower_eval.c ------------------------------------------------------ */

/* What the direct eval N sees, as a string literal. */
void lo_put_eval_scope(struct lower *l, uint32_t n);
/* In eval code: the text around it for KEY (enum eval_scope_key). */
bool lo_eval_text(const struct lower *l, unsigned key,
    struct lang_str *text_out);
/* A name that is another one in the text around. */
bool lo_eval_renamed(const struct lower *l, uint32_t atom,
    struct lang_str *text_out);
/* A private name of a class around, or NULL. */
const struct symtext *lo_eval_private(struct lower *l, uint32_t atom,
    uint32_t *flags_out);
void lo_eval_open(struct lower *l, uint32_t first, struct eval_code *c);
void lo_eval_close(struct lower *l, const struct eval_code *c);
/* Statement N has a value, undefined at first; true: close it. */
bool lo_completion_open(struct lower *l, uint32_t n);
void lo_completion_close(struct lower *l, uint32_t n, bool opened);
/* The EXPR_STMT sets the value; false: nobody asks for it. */
bool lower_completion_expr(struct lower *l, uint32_t n);
/* A finally block, which keeps the value when it ends normally. */
void lower_completion_finally(struct lower *l, uint32_t block);

/* ---- lower_fn.c, lower_params.c ---------------------------------------- */

#define ROW_NONE UINT32_MAX

/* A row of the side table; the text of that function comes next. */
uint32_t lo_row_add(struct lower *l, struct lang_str name, bool named,
    uint32_t flags, uint32_t length, uint32_t pos, uint32_t end);
void lo_fn_enter(struct lower *l, struct fnctx *fn, uint32_t func,
    uint32_t row);
void lo_fn_leave(struct lower *l, struct fnctx *fn);
/* "function(PARAMS){" that is not one of the source. */
void lo_fn_hidden(struct lower *l, struct fnctx *fn, const char *params);
/* Declarations of temps and late names. */
void lo_fn_end_vars(struct lower *l);
/* "function self(params){body}"; the cursor may be anywhere before. */
void lo_fn_text(struct lower *l, uint32_t n, const struct fn_spec *spec);
void lo_fn_program_prologue(struct lower *l);
void lower_body(struct lower *l, uint32_t first);
/* Expression or arrow. */
void lower_func(struct lower *l, uint32_t n);
/* A FUNC whose key has been written, with its maker. */
void lower_method_func(struct lower *l, uint32_t n, struct lang_str name,
    bool named);
void lower_func_decl(struct lower *l, uint32_t n);
void lower_func_decl_sym(struct lower *l, uint32_t n, uint32_t sym);
/* name=function...; where the declaration cannot be Duktape's. */
void lower_block_func(struct lower *l, uint32_t n, uint32_t sym);
/* name=$af(body); the body's text is hoisted by Duktape. */
void lo_put_hoisted_maker(struct lower *l, uint32_t n, uint32_t sym);
/* The function that `this` and `arguments` belong to. */
struct fnctx *lo_fn_owner(const struct lower *l);
/* Text of `this`, checked in derived constructors. */
void lo_put_this(struct lower *l);
struct lang_str lo_this_text(struct lower *l);
void lower_this(struct lower *l, uint32_t n);
void lower_new_target(struct lower *l, uint32_t n);
void lower_arguments(struct lower *l, uint32_t n);
/* `arguments` that is only indexed or handed to apply. */
bool lo_is_plain_arguments(const struct lower *l, uint32_t n);
void lower_return(struct lower *l, uint32_t n);
void lower_yield(struct lower *l, uint32_t n);
void lower_await(struct lower *l, uint32_t n);

bool lo_params_are_simple(const struct lower *l, uint32_t func_node);
/* "(a,b)" */
void lo_put_params(struct lower *l, uint32_t func_node);
/* Statements that bind defaults, patterns and rest. */
void lo_bind_params(struct lower *l, uint32_t func_node);
/* Body vars that have a parameter's name start with its value. */
void lo_bind_shadowing(struct lower *l, const struct func *f);

/* ---- lower_pat.c ------------------------------------------------------- */

/*
 * Comma expression that takes VALUE (a text that can be read often) apart;
 * begins with a comma unless *FIRST.
 *
 * value_node  the expression that VALUE holds, or 0
 * init        a declaration
 */
void lower_pattern(struct lower *l, uint32_t pat, struct lang_str value,
    uint32_t value_node, bool init, bool *first);
/* TARGET, maybe with a default or a pattern, = VALUE (read once). */
void lower_target(struct lower *l, uint32_t target, struct lang_str value,
    bool init, bool *first);
/* ASSIGN with a pattern; WANTED: the expression's own value is used. */
void lower_pattern_assign(struct lower *l, uint32_t n, bool wanted);
/* A statement that assigns VALUE, read once, to TARGET. */
void lower_target_statement(struct lower *l, uint32_t target,
    struct lang_str value, bool init);
/* True if it was written as a statement of its own. */
bool lower_pattern_statement(struct lower *l, uint32_t pat, uint32_t value,
    bool init);

/* ---- lower_iter.c ------------------------------------------------------ */

void lower_for(struct lower *l, uint32_t n, struct names *labels);
void lower_for_in(struct lower *l, uint32_t n, struct names *labels);
void lower_for_of(struct lower *l, uint32_t n, struct names *labels);
void lower_loop_children(struct lower *l, uint32_t n);
void lower_labeled(struct lower *l, uint32_t n);
void lower_jump(struct lower *l, uint32_t n);
/* All loops inside TARGET (0: the function) are left; INCLUSIVE: it too. */
void lo_mark_exits(struct lower *l, uint32_t target, bool inclusive);

/* ---- lower_expr.c, lower_chain.c --------------------------------------- */

void lower_binary(struct lower *l, uint32_t n);
void lower_cond(struct lower *l, uint32_t n);
void lower_unary(struct lower *l, uint32_t n);
void lower_new(struct lower *l, uint32_t n);
/* WANTED: the value is used. */
void lower_assign(struct lower *l, uint32_t n, bool wanted);
void lower_update(struct lower *l, uint32_t n, bool wanted);
/* An expression whose value nobody uses. */
void lower_void(struct lower *l, uint32_t n);
/* Writes to the IDENT need more than `=`. */
bool lo_ident_is_special(struct lower *l, uint32_t n);
/* Member access, calls, tagged templates, optional chains. */
void lower_chain(struct lower *l, uint32_t n);
void lower_chain_delete(struct lower *l, uint32_t n);

/* ---- lower_lit.c, lower_object.c --------------------------------------- */

void lower_string(struct lower *l, uint32_t n);
void lower_number(struct lower *l, uint32_t n);
void lower_bigint(struct lower *l, uint32_t n);
void lower_regexp(struct lower *l, uint32_t n);
void lower_template(struct lower *l, uint32_t n);
/* Template object and values of a tag's call. */
void lo_put_tagged_arguments(struct lower *l, uint32_t n);
void lower_array(struct lower *l, uint32_t n);
/* Elements or arguments with spread as one array; LIST: only to be read. */
void lower_spread_array(struct lower *l, uint32_t first, bool list);
/* "h2(h1(" for helper numbers, the last first. */
void lo_put_nested(struct lower *l, const uint32_t *ids, uint32_t n);
void lower_object(struct lower *l, uint32_t n);
struct lang_str lo_key_str(struct lower *l, uint32_t key);
/* What a function under that key is called; false if it is computed. */
bool lo_key_name(struct lower *l, uint32_t key, bool computed,
    struct lang_str *name_out);
/* A key as Duktape's literals take it; as an expression. */
void lo_put_key(struct lower *l, uint32_t key);
void lo_put_key_value(struct lower *l, uint32_t key, bool computed);
/* Nobody notices when it is evaluated earlier. */
bool lo_is_pure(const struct lower *l, uint32_t n);

/* ---- lower_class.c, lower_priv.c -------------------------------------- */

void lower_class(struct lower *l, uint32_t n);
/* `this` of where a hidden function stands, as its argument. */
void lo_put_outer_this(struct lower *l);
void lower_class_decl(struct lower *l, uint32_t n);
void lower_super_call(struct lower *l, uint32_t n);
void lo_super_statement_done(struct lower *l, uint32_t stmt);
bool lo_is_super_member(const struct lower *l, uint32_t n);
/* "home,key,this" of super.x */
void lo_put_super_ref(struct lower *l, uint32_t n, uint32_t key_temp);
bool lo_is_private_member(const struct lower *l, uint32_t n);
/* Reading and writing o.#x: the object and the value are written between. */
uint32_t lo_private_get_begin(struct lower *l, uint32_t name);
void lo_private_get_end(struct lower *l, uint32_t name, uint32_t temp);
struct priv lo_private_set_begin(struct lower *l, uint32_t name);
void lo_private_set_mid(struct lower *l, uint32_t name, struct priv p);
void lo_private_set_end(struct lower *l, uint32_t name, struct priv p);
void lower_private_in(struct lower *l, uint32_t n);

/* ---- lower_ts.c, lower_jsx.c ------------------------------------------- */

void lower_ts(struct lower *l, uint32_t n);
/* "self.x=x;" for the parameter properties of a constructor. */
void lo_put_param_properties(struct lower *l, uint32_t func_node,
    const char *self);
void lower_jsx(struct lower *l, uint32_t n);

/* ---- lower_mod.c ------------------------------------------------------- */

void lower_mod_prepare(struct lower *l);
void lower_mod_prologue(struct lower *l);
bool lo_is_exported(const struct lower *l, uint32_t sym);
/* "$e.a=$e.b=" for an exported symbol; nothing otherwise. */
void lo_put_export_write(struct lower *l, uint32_t sym);
struct lang_str lo_import_ref(struct lower *l, uint32_t sym);
void lower_import(struct lower *l, uint32_t n);
void lower_export(struct lower *l, uint32_t n);

#endif
