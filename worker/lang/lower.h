#ifndef WORKER_LANG_LOWER_H
#define WORKER_LANG_LOWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "worker/lang/emit.h"
#include "worker/lang/helpers.h"
#include "worker/lang/unit.h"

/*
 * Lowering: shared by lower.c and lower_*.c, private to worker/lang.
 *
 * Every lower_*() that takes a node expects the cursor at or before the node
 * and leaves it at or before the node's end: what is not touched stays
 * uncopied until something behind it is written. All state is in the unit's
 * arena; errors leave through unit_fail().
 */

struct fnctx;
struct lower;

/* A growing list of names, in the arena. */
struct names {
	struct lang_str *v;
	uint32_t n, cap;
};

/* What the text calls a symbol. */
struct symtext {
	struct lang_str text;  /* len 0: not made yet */
	struct lang_str set;   /* variable of a setter, a body, a loop head */
	struct lang_str brand; /* private methods: what instances carry */
	uint32_t first_ref;    /* lowest source position of a reference */
	uint32_t last_write;
	bool plain;    /* text is the name in the source */
	bool kept;     /* listed for its function's _Varmap */
	bool env;      /* lives in a catch environment, no var */
	bool member;   /* text is a property access */
	bool declared; /* a var of it is or will be in the text */
	bool native;   /* block function that Duktape hoists */
	bool hoisted;  /* block function already written */
};

/* A loop, switch or label around the statement being lowered. */
struct loopctx {
	struct loopctx *up;
	uint32_t node;
	bool exits;          /* some statement leaves it early */
	struct names copies; /* "head=name": before continue and at the end */
};

/* The statements of a scope with `using` declarations. */
struct dispose {
	struct dispose *up;
	uint32_t temp; /* the list of disposables */
	bool open;     /* there is one */
	bool is_await;
};

/* The top of eval code. */
struct eval_code {
	uint32_t temp; /* completion value, or 0: Duktape's own */
	bool opened;   /* an environment for lexical names */
};

/* One function of the text. */
struct fnctx {
	struct fnctx *up;
	struct func *f; /* NULL: no function of the source */
	uint32_t func;  /* its number, for the owners of symbols */
	uint32_t row;
	uint32_t first_temp; /* 0: 1 */
	uint32_t ntemps;
	uint32_t spare[32]; /* temps that are free again */
	uint32_t nspare;
	struct names late; /* vars declared at the end */
	struct names keep;
	struct loopctx *loops;
	struct dispose *dispose;
	uint32_t completion;      /* temp for the value of eval code, or 0 */
	uint32_t completion_done; /* statement that has reset it */
	uint32_t node;            /* FUNC of a constructor */
	uint32_t top_stmt;        /* statement of the body's own list */
	unsigned in_catch_env;    /* depth of catch environments */
	bool strict;
	bool is_async, is_generator; /* its text runs in a coroutine */
	bool is_arrow;               /* this, arguments come from outside */
	bool is_ctor;                /* of a class */
	bool derived;                /* ... with an extends clause */
	bool this_param;             /* `this` is the parameter $this */
	bool this_ready;             /* super() has surely returned */
	bool super_seen;
	bool args_hoisted;
};

/* What super means in a method. */
struct home {
	struct home *up;
	struct lang_str text; /* the object super looks from */
	struct lang_str ctor; /* the class, for super() */
	bool is_static;
	bool is_object;
	bool derived;
	struct lang_str brand; /* what new instances get */
	struct names params;   /* parameter properties: defined first */
	struct names fields;   /* functions that define fields */
};

/* How lo_fn_text() writes a function. */
struct fn_spec {
	struct lang_str name; /* side table */
	struct lang_str self; /* name in the text */
	bool named;
	bool is_accessor;  /* `get x` stands before; no `function` */
	uint32_t flags;    /* LANG_FN_*, more than what the func says */
	uint32_t pos, end; /* source text, if not the node's */
	void (*prologue)(struct lower *l, const struct fn_spec *spec);
	void (*epilogue)(struct lower *l, const struct fn_spec *spec);
	void *data;
};

/* A node of a left spine that is being lowered. */
struct spine {
	uint32_t n;
	uint32_t temp;
	uint32_t cut;
	uint32_t priv;
	bool own_temp;
};

struct lower {
	struct lang_unit *u;
	struct emit e;
	const struct lang_lower_options *options;
	struct lang_str prefix;
	struct symtext *syms;
	struct names *exports; /* by symbol: names of its cells */
	struct fnctx *fn;
	struct home *home;
	uint32_t *helpers; /* ids used, in order */
	uint32_t nhelpers;
	uint8_t helper_used[LANG_NHELPERS];
	struct lang_fn *rows;
	uint32_t nrows, cap_rows;
	uint32_t unique;
	uint32_t depth;
	uint32_t in_for_init;
	struct spine *spine;
	uint32_t nspine, cap_spine;
	/* the name that the anonymous function at hint_node gets */
	uint32_t hint_node;
	struct lang_str hint;
	struct names template_vars;
	struct names hidden;    /* of scripts and evals: no vars of theirs */
	const char *eval_scope; /* eval_scope.h; NULL unless direct eval */
	uint32_t neval;         /* calls of eval so far */
	bool module;
	bool free_helpers; /* script: helpers by free names */
	bool coroutine;
};

static inline struct ast_node *
N(const struct lower *l, uint32_t i)
{
	return ast_node(&l->u->ast, i);
}

/* ---- lower.c: output and names ---------------------------------------- */

void lo_to(struct lower *l, uint32_t pos);
void lo_skip(struct lower *l, uint32_t pos);
/*
 * Write text. %h helper (enum lang_helper), %t temp (number), %s struct
 * lang_str *, %z char *, %u number, %p the prefix.
 */
void lo_put(struct lower *l, const char *fmt, ...);
void lo_put_quote(struct lower *l, struct lang_str s);
/* ".name", or ["name"] where Duktape would not take that. */
void lo_put_member(struct lower *l, struct lang_str name);
/* Text as lo_put() makes it, in the arena. */
struct lang_str lo_textf(struct lower *l, const char *fmt, ...);
struct lang_str lo_str(const char *s);
bool lo_str_eq(struct lang_str a, struct lang_str b);
void lo_names_add(struct lower *l, struct names *list, struct lang_str s);

uint32_t lo_temp(struct lower *l);
void lo_temp_free(struct lower *l, uint32_t temp);
/* Declare a name at the end of the running function. */
void lo_late(struct lower *l, struct lang_str name);
/* A new variable of the running function that inner functions may use. */
struct lang_str lo_var(struct lower *l, const char *kind);
/* An inner function of the text refers to NAME of FN. */
void lo_keep(struct lower *l, struct fnctx *fn, struct lang_str name);
/* Push a node on l->spine. */
void lo_push(struct lower *l, uint32_t n);

/* Lower any node but 0. */
void lower_node(struct lower *l, uint32_t n);
void lower_list(struct lower *l, uint32_t first);
/* Goes to the node first, copies it to its end. */
void lo_at(struct lower *l, uint32_t n);
/* The same for an expression whose value nobody uses. */
void lo_at_void(struct lower *l, uint32_t n);
/* An anonymous function there is called NAME. */
void lo_named(struct lower *l, uint32_t n, struct lang_str name);
void lo_at_named(struct lower *l, uint32_t n, struct lang_str name);
/* The name for the anonymous function node N, if one was given. */
bool lo_take_hint(struct lower *l, uint32_t n, struct lang_str *name_out);
/* Ends a statement: the semicolon that the source may leave out. */
void lower_semicolon(struct lower *l, uint32_t n);

#include "worker/lang/lower_nodes.h"

#endif
