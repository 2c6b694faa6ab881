#ifndef WORKER_LANG_SCOPE_H
#define WORKER_LANG_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What scope analysis found: scopes, symbols, functions and classes, each in
 * a pool addressed by index; 0 is "none". The parser creates scopes and
 * declares names; scope_analyse() resolves references in one walk and fills
 * in the facts that lowering needs.
 */
struct lang_unit;

enum scope_kind {
	SCOPE_PROGRAM,  /* module, script, CommonJS or eval top level */
	SCOPE_FUNCTION, /* parameters, and the body unless it has its own */
	SCOPE_BODY,     /* body, when parameters hold expressions */
	SCOPE_FN_NAME,  /* a function expression's own name */
	SCOPE_CLASS,    /* a class's inner name, and its private names */
	SCOPE_BLOCK,
	SCOPE_FOR, /* for, for-in, for-of head */
	SCOPE_SWITCH,
	SCOPE_CATCH, /* the parameter; the block has its own scope */
	SCOPE_FIELD, /* field initialiser */
	SCOPE_STATIC_BLOCK,
	SCOPE_NAMESPACE, /* TypeScript */
	SCOPE_ENUM,      /* TypeScript: members are names inside */
};

struct scope {
	uint8_t kind;
	bool strict;
	bool has_eval; /* sloppy or strict direct eval can see it */
	bool in_loop;  /* entered more than once per call of its function */
	bool per_iteration; /* some symbol needs a binding per iteration */
	bool var_passed;    /* the parser's own */
	bool inside_with;   /* names here may be taken by a with object */
	uint32_t parent;
	uint32_t func;  /* struct func it belongs to */
	uint32_t first; /* symbols, in order of declaration, by sym->next */
	uint32_t last;
	uint32_t next_in_func; /* all scopes of one function */
	uint32_t pos, end;
	uint32_t nsymbols;
	uint32_t current_case; /* analysis's own */
};

enum symbol_kind {
	SYM_VAR,
	SYM_FUNCTION, /* hoisted function of a function's or program's top level
		       */
	SYM_BLOCK_FUNCTION, /* function declared in a block */
	SYM_PARAM,
	SYM_LET,
	SYM_CONST,
	SYM_CLASS,      /* class declaration: assignable */
	SYM_CLASS_NAME, /* inner name of a class: constant */
	SYM_FN_NAME,    /* own name of a function expression: constant */
	SYM_CATCH,      /* catch (e) */
	SYM_IMPORT,     /* constant; see lang_imports() */
	SYM_DEFAULT,    /* *default* of a module */
	SYM_PRIVATE,    /* #x; own name space */
	SYM_ENUM,       /* TypeScript: as var, may merge */
	SYM_NAMESPACE,  /* TypeScript */
	SYM_TYPE,       /* TypeScript: type or interface; no value */
	SYM_USING,      /* constant */
};

enum symbol_flag {
	SYMF_CAPTURED = 1 << 0, /* referenced from an inner function */
	SYMF_ASSIGNED = 1 << 1, /* written beside its initialiser */
	SYMF_ASSIGNED_IN_CLOSURE = 1 << 2,
	SYMF_NEEDS_TDZ = 1 << 3, /* some reference has AF_TDZ: store sentinel */
	SYMF_TDZ_CYCLE = 1 << 4, /* some reference has AF_TDZ_CYCLE */
	SYMF_PER_ITERATION = 1 << 5, /* captured, declared within a loop */
	SYMF_EXPORTED = 1 << 6,      /* one or more lang_exports() name it */
	SYMF_USED = 1 << 7,          /* some reference (TypeScript elision) */
	SYMF_LEXICAL = 1 << 8,       /* let, const, class, using: has a TDZ */
	SYMF_CONST = 1 << 9,    /* a write throws (SYM_FN_NAME: strict only) */
	SYMF_RENAME = 1 << 10,  /* cannot keep its name as a var: see alias */
	SYMF_ANNEX_B = 1 << 11, /* SYM_BLOCK_FUNCTION: also assign outer var */
	SYMF_STATIC = 1 << 12,  /* SYM_PRIVATE */
	SYMF_METHOD = 1 << 13,  /* SYM_PRIVATE: #m() {} */
	SYMF_GETTER = 1 << 14,  /* SYM_PRIVATE */
	SYMF_SETTER = 1 << 15,  /* SYM_PRIVATE */
	SYMF_EVAL_VISIBLE = 1 << 16, /* a direct eval may name it */
	SYMF_IN_TYPE = 1 << 17,      /* TypeScript: only declared, ambient */
	SYMF_DUPLICATE = 1 << 18, /* sloppy f(a, a): an earlier one of a name */
	SYMF_SHARED = 1 << 20,    /* its var held another name's value before */
	SYMF_REDECLARED = 1 << 19, /* var x; var x; or var over a parameter */
};

struct symbol {
	uint32_t atom;
	uint32_t flags; /* SYMF_* */
	uint8_t kind;   /* enum symbol_kind */
	uint32_t scope;
	uint32_t next;   /* in its scope */
	uint32_t decl;   /* BINDING node of its first declaration */
	uint32_t alias;  /* SYMF_RENAME: unique number of this name, from 1 */
	uint32_t import; /* SYM_IMPORT: index in lang_imports() */
	uint32_t outer;  /* SYM_BLOCK_FUNCTION with ANNEX_B: the var */
	uint32_t init_case; /* analysis's own: the CASE it is in */
	uint32_t init_pos;  /* where it becomes initialised; analysis's own */
	uint32_t shadowed;  /* analysis's own */
	uint32_t func_node; /* SYM_FUNCTION, SYM_BLOCK_FUNCTION: last FUNC */
};

/* One per function of the source, plus field initialisers, static blocks
 * and the program itself (index 1). */
struct func {
	uint8_t kind; /* enum ast_func */
	bool is_async;
	bool is_generator;
	bool is_arrow;
	bool is_strict;
	bool is_expression;
	bool is_static;
	bool has_use_strict; /* own directive */
	bool simple_params;
	bool has_param_expr;    /* a default or computed key */
	bool has_param_closure; /* a function or eval within the parameters */
	bool has_rest;
	/*
	 * Facts of the body. A use inside arrows counts for each arrow and
	 * for the function that they take it from.
	 */
	bool uses_this;
	bool uses_arguments;
	bool uses_new_target;
	bool uses_super_prop;
	bool uses_super_call;
	bool arrow_uses_this; /* some arrow inside takes it from here */
	bool arrow_uses_arguments;
	bool arrow_uses_new_target;
	bool arrow_uses_super; /* property or call */
	bool has_direct_eval;  /* in it or in an arrow of it */
	bool inner_eval;       /* in some function inside it */
	bool has_await;
	bool has_yield;
	bool has_functions; /* closures are created in it */
	bool has_with;
	bool has_catch;
	bool own_name_used;  /* FN_NAME symbol is referenced */
	uint32_t node;       /* FUNC, FIELD, STATIC_BLOCK, PROGRAM */
	uint32_t parent;     /* struct func around it */
	uint32_t scope;      /* SCOPE_FUNCTION (FIELD, PROGRAM ...) */
	uint32_t body_scope; /* SCOPE_BODY, or 0: same as scope */
	uint32_t name_scope; /* SCOPE_FN_NAME or 0 */
	uint32_t arguments;  /* symbol if the name `arguments` is declared */
	uint32_t klass;      /* struct klass whose member it is, or 0 */
	uint32_t length;     /* value of the length property */
	uint32_t nparams;
	uint32_t params_pos;  /* of the "(", or of an arrow's only name */
	uint32_t params_end;  /* behind the ")" */
	uint32_t arrow_pos;   /* of the "=>" */
	uint32_t body_pos;    /* of the "{", or of an arrow's expression */
	uint32_t first_scope; /* its scopes, by next_in_func */
	uint32_t last_scope;
	uint32_t depth;
	uint32_t hoist_pos; /* analysis's own */
};

struct klass {
	uint32_t node;
	uint32_t scope;      /* SCOPE_CLASS */
	uint32_t ctor;       /* METHOD node of the constructor, 0: default */
	uint32_t body_pos;   /* of the "{" */
	uint32_t inner;      /* SYM_CLASS_NAME, 0: anonymous */
	uint32_t decorators; /* list of DECORATOR */
	bool derived;
	bool has_fields;          /* instance fields or private methods */
	bool has_static;          /* static fields or blocks */
	bool has_private_methods; /* instance private methods, accessors */
	bool has_computed_keys;
	bool inner_name_used; /* the inner name binding is referenced */
	bool name_captured;
	uint32_t nprivate;
};

struct scope *scope_get(const struct lang_unit *unit, uint32_t i);
struct symbol *symbol_get(const struct lang_unit *unit, uint32_t i);
struct func *func_get(const struct lang_unit *unit, uint32_t i);
struct klass *klass_get(const struct lang_unit *unit, uint32_t i);

#endif
