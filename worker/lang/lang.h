#ifndef WORKER_LANG_LANG_H
#define WORKER_LANG_LANG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * JavaScript ES2024 in, ES5 text for Duktape out. Text in, text out: nothing
 * here knows Duktape or a channel. Two phases, so that a linker can learn a
 * module's requests before anything is emitted:
 *
 *	lang_parse()  source -> unit (tree, scopes, requests) or a diagnostic
 *	lang_lower()  unit -> text and side table
 *
 * A unit copies nothing of the source: it holds the bytes it was given.
 */
struct lang_unit; /* worker/lang/unit.h */
struct lang_diag; /* worker/lang/diag.h */

enum lang_kind {
	LANG_MODULE,
	LANG_SCRIPT,   /* classic script: global var semantics */
	LANG_COMMONJS, /* function body with exports, require, module ... */
	LANG_FUNCTION, /* new Function: see function_params_len */
	LANG_EVAL,
};

/* What tsconfig.json says about a file; all zero: nothing. */
struct lang_tsconfig {
	bool jsx_automatic;       /* "jsx": "react-jsx", "react-jsxdev" */
	const char *jsx_factory;  /* NULL: React.createElement */
	const char *jsx_fragment; /* NULL: React.Fragment */
	const char *jsx_source;   /* NULL: react */
	bool legacy_decorators;   /* experimentalDecorators */
	bool decorator_metadata;  /* emitDecoratorMetadata */
	bool assign_fields;       /* useDefineForClassFields: false */
	bool keep_imports;        /* verbatimModuleSyntax */
};

struct lang_options {
	enum lang_kind kind;
	const char *name; /* of the file, for messages; held by the unit */
	bool slow;        /* no fast paths: for tests */
	bool strict;      /* strict from the start (eval in strict code) */
	bool typescript;
	bool jsx;
	const struct lang_tsconfig *tsconfig; /* held; NULL: none */
	size_t memory_max; /* bytes; 0: LANG_MEMORY_DEFAULT or 12x source */
	/*
	 * LANG_FUNCTION: the source is
	 *	<prefix> "anonymous(" PARAMS "\n) {\n" BODY "\n}"
	 * with prefix "function ", "async function ", "function* " ...;
	 * this is the byte offset of the ")". The parser refuses a text whose
	 * parameters or body end anywhere else.
	 */
	size_t function_params_end;
	/*
	 * LANG_EVAL: the third argument of $ev, what the text around a direct
	 * eval means to it; held by the unit. NULL: indirect eval.
	 */
	const char *eval_scope;
};

#define LANG_MEMORY_DEFAULT ((size_t)128 << 20)
/* A source longer than this is refused with ERR_LIMIT. */
#define LANG_SOURCE_MAX ((size_t)256 << 20)

/*
 * Parse LEN bytes of SRC: UTF-8, or WTF-8 where a program text holds lone
 * surrogates.
 *
 * src       held: the caller keeps it until lang_unit_free()
 * unit_out  owned by the caller; release with lang_unit_free()
 * diag_out  filled when the result is not 0; release with lang_diag_clear()
 *
 * Returns 0, ERR_SYNTAX (diag says what) or ERR_LIMIT (diag says which).
 */
int lang_parse(const char *src, size_t len, const struct lang_options *options,
    struct lang_unit **unit_out, struct lang_diag *diag_out);
void lang_unit_free(struct lang_unit **unit);

/* UTF-8 (WTF-8 for lone surrogates), not terminated; arena of the unit. */
struct lang_str {
	const char *s;
	size_t len;
};

struct lang_attribute {
	struct lang_str key;
	struct lang_str value;
	uint32_t pos;
};

/* One (specifier, attributes) pair that the module names, in source order. */
struct lang_request {
	struct lang_str specifier;
	struct lang_str type; /* value of the attribute "type"; len 0: none */
	const struct lang_attribute *attributes; /* all of them */
	size_t nattributes;
	uint32_t pos;   /* byte offset of the specifier */
	bool by_name;   /* named or default imports read its cells */
	bool type_only; /* TypeScript: every use was erased; do not load */
	uint32_t older; /* the parser's own */
};

enum lang_import_kind { LANG_IMPORT_NAMED, LANG_IMPORT_NAMESPACE };

/* `default` is a name as any other. */
struct lang_import {
	enum lang_import_kind kind;
	uint32_t request;
	struct lang_str imported; /* empty for a namespace */
	struct lang_str local;
	uint32_t symbol; /* scope.h */
	uint32_t pos;
};

enum lang_export_kind {
	LANG_EXPORT_LOCAL,    /* exported, local */
	LANG_EXPORT_INDIRECT, /* exported, request, imported */
	LANG_EXPORT_STAR,     /* request */
	LANG_EXPORT_STAR_AS,  /* exported, request */
};

struct lang_export {
	enum lang_export_kind kind;
	struct lang_str exported;
	struct lang_str local; /* "*default*" for export default expression */
	struct lang_str imported;
	uint32_t request;
	uint32_t symbol; /* LOCAL: of the binding, scope.h */
	uint32_t pos;
};

const struct lang_request *lang_requests(const struct lang_unit *unit,
    size_t *n_out);
const struct lang_import *lang_imports(const struct lang_unit *unit,
    size_t *n_out);
const struct lang_export *lang_exports(const struct lang_unit *unit,
    size_t *n_out);
/* Whether the module body itself awaits. */
bool lang_has_tla(const struct lang_unit *unit);
/*
 * Whether the source used import, export or import.meta; only told for
 * LANG_MODULE. What a host needs to guess the kind of a .js file.
 */
bool lang_has_module_syntax(const struct lang_unit *unit);
/* Line and column (1-based, in characters) of a byte offset. */
void lang_position(const struct lang_unit *unit, uint32_t pos,
    uint32_t *line_out, uint32_t *column_out);
size_t lang_memory(const struct lang_unit *unit);

/* Side table: one record per function of the text, in text order. */
enum lang_fn_flag {
	LANG_FN_CONSTRUCTABLE = 1 << 0,
	LANG_FN_ARROW = 1 << 1,
	LANG_FN_METHOD = 1 << 2,
	LANG_FN_ASYNC = 1 << 3,
	LANG_FN_GENERATOR = 1 << 4,
	LANG_FN_CLASS = 1 << 5,
	LANG_FN_STRICT = 1 << 6,
	LANG_FN_KEEP_ALL = 1 << 7,  /* direct eval: keep every name */
	LANG_FN_KEEP_SELF = 1 << 8, /* its own name is referenced by text */
	LANG_FN_HIDDEN = 1 << 9,    /* the lowering's own, not the user's */
	LANG_FN_NAMED = 1 << 10,    /* `name` is to be set (even if empty) */
};

struct lang_fn {
	struct lang_str name;
	uint32_t length;
	uint32_t flags;
	uint32_t pos, end; /* of the source text for toString; 0,0: none */
	const struct lang_str *keep; /* captured names; see KEEP_ALL */
	size_t nkeep;
};

struct lang_lower_options {
	bool cyclic; /* imports may be read before they are initialised */
};

/*
 * Shape of the text, by kind:
 *
 *	MODULE    (function(H...){return function($e,$m,$1,$2,...){...}})
 *	COMMONJS  (function(H...){return function(exports,require,module,
 *	              __filename,__dirname,$m){...}})
 *	FUNCTION  (function(H...){return <the function>})
 *	SCRIPT    program text; helpers are free names LANG_SCRIPT_PREFIX "name"
 *	EVAL      as SCRIPT, for eval
 *
 * H are the helpers used, in the order of `helpers` (helpers.def). $e is the
 * module's export-cell object: null prototype, one own data property per local
 * export, made by the linker with the value $T; accessors for indirect and star
 * exports. $m is an opaque referrer, given back to $imp and $im. $k holds the
 * cells of request k-1. If `coroutine` is false the factory is called plainly,
 * with `this` undefined (CommonJS: module.exports), to evaluate the module. If
 * true it is run as a coroutine: it fills the cells of hoisted functions, calls
 * $start() exactly once, continues when the linker evaluates the module, and
 * may $await if lang_has_tla(). Only modules lowered with `cyclic` and those
 * with top-level await are coroutines.
 */
struct lang_output {
	char *text; /* owned; CESU-8, every token on its source line */
	size_t len;
	bool coroutine;
	const struct lang_fn *functions; /* arena of the unit */
	size_t nfunctions;
	const uint16_t *helpers; /* ids of helpers.def, parameter order */
	size_t nhelpers;
	/*
	 * SCRIPT: variables of the lowering's own, to be made where the
	 * helpers are, so that the global object does not show them.
	 */
	const struct lang_str *globals;
	size_t nglobals;
};

/*
 * Lower UNIT, once.
 *
 * output_out  owned by the caller; release with lang_output_free(); the side
 *             table points into the unit, which must live as long
 *
 * Returns 0, ERR_LIMIT or ERR_SYNTAX (a construct that is not supported;
 * diag says which).
 */
int lang_lower(struct lang_unit *unit, const struct lang_lower_options *options,
    struct lang_output **output_out, struct lang_diag *diag_out);
void lang_output_free(struct lang_output **output);

#endif
