#ifndef WORKER_LANG_RESOLVE_PRIV_H
#define WORKER_LANG_RESOLVE_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "worker/lang/unit.h"

/* The state of scope analysis; shared by resolve*.c. */

#define NOT_YET UINT32_MAX

/* A check that depends on what the rest of the module's top level does. */
struct resolve_pending {
	uint32_t node;
	uint32_t symbol;
};

/* (function, atom): the name is free in the function. */
struct resolve_free {
	uint32_t func;
	uint32_t atom;
};

struct resolver {
	struct lang_unit *u;
	uint32_t func;  /* struct func */
	uint32_t scope; /* innermost one with symbols, or a function's */
	uint32_t depth; /* of func */
	uint32_t loops; /* around, within func */
	bool in_with;

	uint32_t *stack; /* struct func by depth */
	uint32_t cap_stack;

	uint32_t *spine; /* left-deep chains, being walked */
	uint32_t nspine, cap_spine;

	struct resolve_pending *pending;
	uint32_t npending, cap_pending;

	struct resolve_free *frees; /* open-addressed; func 0: empty */
	uint32_t nfrees, frees_mask;

	uint32_t *namespaces; /* TypeScript: those seen, by node */
	uint32_t nnamespaces, cap_namespaces;

	uint32_t taint;      /* what of the module the top level has touched */
	uint32_t first_call; /* where it may first run code of the module */
	uint32_t aliases;
};

static inline struct ast_node *
RN(const struct resolver *r, uint32_t i)
{
	return ast_node(&r->u->ast, i);
}

/* resolve.c */
void resolve_node(struct resolver *r, uint32_t node);
void resolve_list(struct resolver *r, uint32_t first);
void resolve_target(struct resolver *r, uint32_t node, uint16_t access);
/* The BINDINGs of a pattern, and the expressions in it. */
void resolve_binding(struct resolver *r, uint32_t node);
/* The names that NODE binds are initialised from POS on. */
void resolve_initialised(struct resolver *r, uint32_t node, uint32_t pos);
/* The names that NODE binds are written more than once. */
void resolve_assigned(struct resolver *r, uint32_t node);
/* resolve_ts.c: enum and namespace */
/* An element uses the factory by its name. */
void resolve_jsx(struct resolver *r, uint32_t node);
void resolve_ts(struct resolver *r, uint32_t node);

/* resolve_ref.c */
void resolve_ref(struct resolver *r, uint32_t node, uint16_t access);
void resolve_symbol_init(struct resolver *r, uint32_t symbol, uint32_t pos);
void resolve_use_this(struct resolver *r);
void resolve_use_new_target(struct resolver *r);
void resolve_use_super(struct resolver *r, bool call);
void resolve_use_eval(struct resolver *r);
void resolve_pending_done(struct resolver *r);

/* resolve_scope.c */
void resolve_enter(struct resolver *r, uint32_t scope);
void resolve_leave(struct resolver *r, uint32_t scope);
void resolve_func_enter(struct resolver *r, uint32_t func);
void resolve_func_leave(struct resolver *r, uint32_t func);
/* Note that ATOM, of symbol SYMBOL (0: global), passes out of functions. */
void resolve_free_name(struct resolver *r, uint32_t atom, uint32_t symbol);

#endif
