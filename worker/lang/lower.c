/*
 * Lowering: entry, output primitives, names, dispatch by node kind.
 *
 * Runs in: worker, on a tenant's program; build tools.
 * Owns:    the output while it grows; all else is in the unit's arena.
 * Never:   parses text again, knows Duktape.
 */
#include "config.h"

#include "worker/lang/lower_class.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "worker/lang/eval_scope.h"

/* The parser's limit of nesting is lower; this guards against a mistake. */
#define LOWER_DEPTH_MAX 6000

/* More parameters do not fit Duktape's registers. */
#define CELL_PARAMS 200

/* clang-format off */
static const struct lang_helper_info helper_table[] = {
#define HELPER(id_, name_, nargs_, owner_, text_) { .name = name_, .nargs = nargs_ },
#include "worker/lang/helpers.def"
#undef HELPER
};
/* clang-format on */

static void lower_unit(struct lower *l);
static void lower_children(struct lower *l, uint32_t n);
static void lower_prefix(struct lower *l);
static void lower_statement(struct lower *l, uint32_t n);
static void lower_statement_kind(struct lower *l, uint32_t n);
static void lower_if(struct lower *l, uint32_t n);
static struct lang_output *lower_finish(struct lower *l);

const struct lang_helper_info *
lang_helper_info(uint32_t id)
{
	ASSERT(id < LANG_NHELPERS);
	return &helper_table[id];
}

int
lang_lower(struct lang_unit *unit, const struct lang_lower_options *options,
    struct lang_output **output_out, struct lang_diag *diag_out)
{
	struct lower *volatile held = NULL;
	struct lower *l;
	jmp_buf escape;
	volatile int r = 0;

	unit->diag = diag_out;
	unit->escape = &escape;
	if (setjmp(escape) == 0) {
		l = arena_zalloc(&unit->arena, 1, sizeof *l);
		l->u = unit;
		l->options = options;
		emit_init(&l->e, unit);
		held = l;
		lower_unit(l);
		*output_out = lower_finish(l);
	} else {
		r = unit->escape_code;
	}
	unit->escape = NULL;
	unit->diag = NULL;
	if (held != NULL)
		emit_clear(&held->e);
	return r;
}

void
lang_output_free(struct lang_output **output)
{
	struct lang_output *o = *output;

	if (o == NULL)
		return;
	*output = NULL;
	free(o->text);
	free(o);
}

/* ---- output ------------------------------------------------------------ */

void
lo_to(struct lower *l, uint32_t pos)
{
	emit_to(&l->e, pos);
}

void
lo_skip(struct lower *l, uint32_t pos)
{
	emit_seek(&l->e, pos);
}

static void
lo_put_helper(struct lower *l, uint32_t id)
{
	if (!l->helper_used[id]) {
		l->helper_used[id] = 1;
		l->helpers[l->nhelpers++] = id;
	}
	if (l->free_helpers)
		emit_puts(&l->e, LANG_SCRIPT_PREFIX);
	else
		emit_put(&l->e, l->prefix.s, l->prefix.len);
	emit_puts(&l->e, helper_table[id].name);
}

static void
lo_vput(struct lower *l, const char *fmt, va_list ap)
{
	const struct lang_str *s;
	const char *p;

	for (p = fmt; *p != '\0'; p++) {
		if (*p != '%') {
			emit_put(&l->e, p, 1);
			continue;
		}
		switch (*++p) {
		case 'h':
			lo_put_helper(l, va_arg(ap, uint32_t));
			break;
		case 't':
			emit_put(&l->e, l->prefix.s, l->prefix.len);
			emit_putu(&l->e, va_arg(ap, uint32_t));
			break;
		case 's':
			s = va_arg(ap, const struct lang_str *);
			emit_put(&l->e, s->s, s->len);
			break;
		case 'z':
			emit_puts(&l->e, va_arg(ap, const char *));
			break;
		case 'u':
			emit_putu(&l->e, va_arg(ap, uint32_t));
			break;
		case 'p':
			emit_put(&l->e, l->prefix.s, l->prefix.len);
			break;
		default:
			ASSERT(false);
		}
	}
}

void
lo_put(struct lower *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	lo_vput(l, fmt, ap);
	va_end(ap);
}

void
lo_put_quote(struct lower *l, struct lang_str s)
{
	emit_quote(&l->e, s.s, s.len);
}

void
lo_put_member(struct lower *l, struct lang_str name)
{
	if (lo_is_ascii(name)) {
		lo_put(l, ".%s", &name);
	} else {
		lo_put(l, "[");
		lo_put_quote(l, name);
		lo_put(l, "]");
	}
}

struct lang_str
lo_textf(struct lower *l, const char *fmt, ...)
{
	size_t start = l->e.len;
	struct lang_str s;
	va_list ap;

	va_start(ap, fmt);
	lo_vput(l, fmt, ap);
	va_end(ap);
	s.len = l->e.len - start;
	s.s = arena_strdup(&l->u->arena, l->e.out + start, s.len);
	l->e.len = start;
	return s;
}

struct lang_str
lo_str(const char *s)
{
	return (struct lang_str){s, strlen(s)};
}

bool
lo_str_eq(struct lang_str a, struct lang_str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.s, b.s, a.len) == 0);
}

void
lo_names_add(struct lower *l, struct names *list, struct lang_str s)
{
	list->v = arena_grow(&l->u->arena, list->v, list->n, &list->cap,
	    sizeof *list->v);
	list->v[list->n++] = s;
}

/* ---- temps and variables ----------------------------------------------- */

uint32_t
lo_temp(struct lower *l)
{
	struct fnctx *fn = l->fn;

	if (fn->nspare != 0)
		return fn->spare[--fn->nspare];
	return ++fn->ntemps;
}

void
lo_temp_free(struct lower *l, uint32_t temp)
{
	struct fnctx *fn = l->fn;

	if (temp != 0 && fn->nspare < NELEMS(fn->spare))
		fn->spare[fn->nspare++] = temp;
}

void
lo_late(struct lower *l, struct lang_str name)
{
	lo_names_add(l, &l->fn->late, name);
}

struct lang_str
lo_var(struct lower *l, const char *kind)
{
	struct lang_str name =
	    lo_textf(l, "%p%z%u", kind, (uint32_t)++l->unique);

	lo_late(l, name);
	lo_names_add(l, &l->fn->keep, name);
	return name;
}

void
lo_keep(struct lower *l, struct fnctx *fn, struct lang_str name)
{
	uint32_t i;

	for (i = 0; i < fn->keep.n; i++)
		if (lo_str_eq(fn->keep.v[i], name))
			return;
	lo_names_add(l, &fn->keep, name);
}

/* ---- dispatch ---------------------------------------------------------- */

void
lo_at(struct lower *l, uint32_t n)
{
	lo_skip(l, N(l, n)->pos);
	lower_node(l, n);
	lo_to(l, N(l, n)->end);
}

void
lo_named(struct lower *l, uint32_t n, struct lang_str name)
{
	uint32_t f = ast_anonymous_function(&l->u->ast, n);

	if (f != 0) {
		l->hint_node = f;
		l->hint = name;
	}
	lower_node(l, n);
}

void
lo_at_named(struct lower *l, uint32_t n, struct lang_str name)
{
	lo_skip(l, N(l, n)->pos);
	lo_named(l, n, name);
	lo_to(l, N(l, n)->end);
}

void
lo_at_void(struct lower *l, uint32_t n)
{
	lo_skip(l, N(l, n)->pos);
	lower_void(l, n);
	lo_to(l, N(l, n)->end);
}

bool
lo_take_hint(struct lower *l, uint32_t n, struct lang_str *name_out)
{
	if (l->hint_node != n)
		return false;
	*name_out = l->hint;
	l->hint_node = 0;
	return true;
}

void
lower_list(struct lower *l, uint32_t first)
{
	for (; first != 0; first = N(l, first)->next)
		lower_node(l, first);
}

static void
lower_children(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	const struct ast_spec *spec = &ast_specs[node->kind];
	const uint32_t slots[4] = {node->a, node->b, node->c, node->d};
	int i;

	for (i = 0; i < 4; i++) {
		if (spec->slots[i] == SLOT_N && slots[i] != 0)
			lower_node(l, slots[i]);
		else if (spec->slots[i] == SLOT_L)
			lower_list(l, slots[i]);
	}
}

static void
lower_unsupported(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);

	unit_fail(l->u, node->pos, node->end,
	    "this syntax (%s) is not supported yet",
	    ast_specs[node->kind].name);
}

/*
 * The functions by kind. A kind that is missing needs no edit of its own: only
 * its children are looked at.
 */
static void
lower_dispatch(struct lower *l, uint32_t n)
{
	/* -Wswitch-enum would list every kind */
	unsigned kind = N(l, n)->kind;

	switch (kind) {
	case AST_IDENT:
		lower_ident(l, n);
		break;
	case AST_NAME:
	case AST_NULL:
	case AST_TRUE:
	case AST_FALSE:
	case AST_EMPTY:
	case AST_DEBUGGER:
		break;
	case AST_STRING:
		lower_string(l, n);
		break;
	case AST_NUMBER:
		lower_number(l, n);
		break;
	case AST_BINARY:
	case AST_LOGICAL:
		lower_binary(l, n);
		break;
	case AST_MEMBER:
	case AST_INDEX:
	case AST_CALL:
	case AST_TAGGED:
	case AST_OPT_CHAIN:
		lower_chain(l, n);
		break;
	case AST_ASSIGN:
		lower_assign(l, n, true);
		break;
	case AST_UPDATE:
		lower_update(l, n, true);
		break;
	case AST_UNARY:
		lower_unary(l, n);
		break;
	case AST_NEW:
		lower_new(l, n);
		break;
	case AST_COND:
		lower_cond(l, n);
		break;
	case AST_PRIVATE_IN:
		lower_private_in(l, n);
		break;
	case AST_TEMPLATE:
		lower_template(l, n);
		break;
	case AST_BIGINT:
		lower_bigint(l, n);
		break;
	case AST_REGEXP:
		lower_regexp(l, n);
		break;
	case AST_ARRAY:
		lower_array(l, n);
		break;
	case AST_OBJECT:
		lower_object(l, n);
		break;
	case AST_THIS:
		lower_this(l, n);
		break;
	case AST_NEW_TARGET:
		lower_new_target(l, n);
		break;
	case AST_YIELD:
		lower_yield(l, n);
		break;
	case AST_AWAIT:
		lower_await(l, n);
		break;
	case AST_FUNC:
		if (N(l, n)->flags & AF_DECL)
			lower_func_decl(l, n);
		else
			lower_func(l, n);
		break;
	case AST_CLASS:
		if (N(l, n)->flags & AF_DECL)
			lower_class_decl(l, n);
		else
			lower_class(l, n);
		break;
	case AST_IMPORT_META:
	case AST_IMPORT_CALL:
	case AST_IMPORT:
		lower_import(l, n);
		break;
	case AST_EXPORT_NAMED:
	case AST_EXPORT_DECL:
	case AST_EXPORT_DEFAULT:
	case AST_EXPORT_ALL:
		lower_export(l, n);
		break;
	case AST_TS_ERASED:
	case AST_TS_ENUM:
	case AST_TS_NAMESPACE:
	case AST_TS_IMPORT_EQ:
	case AST_TS_EXPORT_EQ:
		lower_ts(l, n);
		break;
	case AST_JSX_ELEMENT:
		lower_jsx(l, n);
		break;
	case AST_DECORATOR:
		lower_unsupported(l, n);
		break;
	default:
		lower_statement(l, n);
	}
}

static void
lower_expr_statement(struct lower *l, uint32_t n)
{
	uint32_t e = N(l, n)->a, head = e;
	uint32_t assign = ast_skip_parens(&l->u->ast, e);

	if (lower_completion_expr(l, n))
		return;
	if (N(l, assign)->kind == AST_ASSIGN) {
		uint32_t pat = ast_skip_parens(&l->u->ast, N(l, assign)->a);

		lo_to(l, N(l, n)->pos);
		if (ast_is_pattern(&l->u->ast, pat) &&
		    lower_pattern_statement(l, pat, N(l, assign)->b, false)) {
			lo_skip(l, N(l, e)->end);
			return;
		}
	}
	if (N(l, e)->kind == AST_SEQUENCE)
		head = N(l, e)->a;
	if (N(l, head)->kind == AST_FUNC) {
		/* an arrow would read as a declaration */
		lo_to(l, N(l, n)->pos);
		lo_put(l, "(");
		lower_void(l, e);
		lo_to(l, N(l, e)->end);
		lo_put(l, ")");
	} else {
		lower_void(l, e);
	}
}

void
lower_semicolon(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);

	if (l->u->src[node->end - 1] != ';') {
		lo_to(l, node->end);
		lo_put(l, ";");
	} else if (l->e.cur < node->end) {
		/* what was written may have ended with the last child */
		lo_to(l, node->end);
	}
}

static void
lower_statement(struct lower *l, uint32_t n)
{
	bool opened = lo_completion_open(l, n);

	lower_statement_kind(l, n);
	lo_completion_close(l, n, opened);
}

static void
lower_statement_kind(struct lower *l, uint32_t n)
{
	unsigned kind = N(l, n)->kind;

	switch (kind) {
	case AST_EXPR_STMT:
		lower_expr_statement(l, n);
		lower_semicolon(l, n);
		break;
	case AST_VAR_DECL:
		lower_var_decl(l, n);
		lower_semicolon(l, n);
		break;
	case AST_RETURN:
		lower_return(l, n);
		break;
	case AST_THROW:
	case AST_DO_WHILE:
		lower_loop_children(l, n);
		lower_semicolon(l, n);
		break;
	case AST_BREAK:
	case AST_CONTINUE:
		lower_jump(l, n);
		break;
	case AST_BLOCK:
		lower_block(l, n);
		break;
	case AST_SWITCH:
		lower_switch(l, n);
		break;
	case AST_TRY:
		lower_try(l, n);
		break;
	case AST_FOR:
		lower_for(l, n, NULL);
		break;
	case AST_FOR_IN:
		lower_for_in(l, n, NULL);
		break;
	case AST_FOR_OF:
		lower_for_of(l, n, NULL);
		break;
	case AST_WHILE:
		lower_loop_children(l, n);
		break;
	case AST_LABELED:
		lower_labeled(l, n);
		break;
	case AST_IF:
		lower_if(l, n);
		break;
	default:
		lower_children(l, n);
	}
}

void
lower_node(struct lower *l, uint32_t n)
{
	if (++l->depth > LOWER_DEPTH_MAX)
		unit_fail_limit(l->u, N(l, n)->pos, "nested too deep");
	lower_dispatch(l, n);
	l->depth--;
}

/* else-if chains are as long as the source. */
static void
lower_if(struct lower *l, uint32_t n)
{
	for (;;) {
		const struct ast_node *node = N(l, n);

		lower_node(l, node->a);
		lower_node(l, node->b);
		if (node->c == 0)
			return;
		if (N(l, node->c)->kind != AST_IF) {
			lower_node(l, node->c);
			return;
		}
		n = node->c;
	}
}

/* ---- the whole --------------------------------------------------------- */

/* No name of the program begins with the prefix. */
static void
lower_prefix(struct lower *l)
{
	static const char *const names[] = {"$", "_$", "$$", "$_", "$_$"};
	const struct atoms *atoms = &l->u->atoms;
	size_t i, len;
	uint32_t a, tail;

	if (l->free_helpers) {
		/* temps become globals: let no two scripts share them */
		uint32_t h = ATOM_HASH_INIT;

		for (a = 0; a < l->u->len; a++)
			h = atom_hash_byte(h, (unsigned char)l->u->src[a]);
		l->prefix = lo_str(LANG_SCRIPT_PREFIX);
		l->prefix = lo_textf(l, "%s%u_", &l->prefix, h);
		return;
	}
	for (i = 0, tail = 0;; i++) {
		if (i < NELEMS(names)) {
			l->prefix = lo_str(names[i]);
		} else {
			l->prefix = lo_str("$_");
			l->prefix = lo_textf(l, "%s%u_", &l->prefix, tail++);
		}
		len = l->prefix.len;
		for (a = ATOM_NFIXED; a < atoms->count; a++) {
			const struct atom *at = atom_get(atoms, a);

			if (at->len >= len && at->s[0] == l->prefix.s[0] &&
			    memcmp(at->s, l->prefix.s, len) == 0)
				break;
		}
		if (a >= atoms->count)
			return;
	}
}

static void
lower_open(struct lower *l)
{
	enum lang_kind kind = l->u->options.kind;
	uint32_t i;

	if (kind == LANG_MODULE) {
		lo_put(l, "function(%pe,%pm");
		for (i = 0; i < l->u->nrequests && i < CELL_PARAMS; i++)
			lo_put(l, ",%pi%u", i + 1);
		lo_put(l, "){\"use strict\";");
		for (; i < l->u->nrequests; i++)
			lo_put(l, "var %pi%u=arguments[%u];", i + 1, i + 2);
	} else if (kind == LANG_COMMONJS) {
		lo_put(l, "function(exports,require,module,"
			  "__filename,__dirname,%pm){");
		if (func_get(l->u, l->u->top_func)->has_use_strict)
			lo_put(l, "\"use strict\";");
	} else if (kind != LANG_FUNCTION &&
		   func_get(l->u, l->u->top_func)->is_strict) {
		lo_put(l, "\"use strict\";");
	}
}

static void
lower_unit(struct lower *l)
{
	enum lang_kind kind = l->u->options.kind;
	const struct func *top = func_get(l->u, l->u->top_func);
	const struct ast_node *root = N(l, l->u->ast.root);
	struct fnctx outer, fn;
	struct dispose d;
	struct eval_code c;
	struct home home = {.is_object = true};
	uint32_t flags = LANG_FN_HIDDEN | LANG_FN_KEEP_ALL;
	uint32_t first = root->a, row = ROW_NONE, i = 0;

	l->module = kind == LANG_MODULE;
	l->free_helpers = kind == LANG_SCRIPT || kind == LANG_EVAL;
	l->helpers =
	    arena_zalloc(&l->u->arena, LANG_NHELPERS, sizeof(uint32_t));
	lower_prefix(l);
	lower_bind_prepare(l);
	lower_mod_prepare(l);
	lo_fn_enter(l, &outer, 0, ROW_NONE);
	if (!l->free_helpers)
		lo_row_add(l, lo_str(""), false, flags, 0, 0, 0);
	if (kind == LANG_FUNCTION) {
		lo_skip(l, N(l, first)->pos);
		lower_node(l, N(l, first)->a);
		lo_to(l, N(l, N(l, first)->a)->end);
		return;
	}
	if (top->is_strict)
		flags |= LANG_FN_STRICT;
	if (!l->free_helpers)
		row = lo_row_add(l, lo_str(""), false, flags, 0, 0, 0);
	lo_fn_enter(l, &fn, l->u->top_func, row);
	fn.is_async = l->u->has_tla;
	fn.strict = top->is_strict;
	lower_open(l);
	l->eval_scope = l->u->options.eval_scope;
	if (lo_eval_text(l, EVAL_SUPER, &home.text))
		l->home = &home;
	lo_dec_runtime(l);
	lo_eval_open(l, first, &c);
	l->coroutine = l->module && (l->u->has_tla || l->options->cyclic);
	lo_fn_program_prologue(l);
	lo_skip(l, first != 0 ? N(l, first)->pos : l->u->len);
	/* comments before the first statement go */
	lo_dispose_open(l, first, &d);
	lower_list(l, first);
	lo_to(l, l->u->len);
	if (l->u->len != 0 && l->u->src[l->u->len - 1] != '\n')
		emit_put(&l->e, "\n", 1); /* the last line may be a comment */
	lo_dispose_close(l, &d);
	lo_eval_close(l, &c);
	lo_fn_end_vars(l);
	if (!l->free_helpers)
		lo_put(l, "}");
	for (; kind == LANG_EVAL && i < l->hidden.n; i++)
		lo_put(l, "}");
	lo_fn_leave(l, &fn);
}

/*
 * What stands before a script or eval, written behind it. Each run of eval
 * code has variables of its own: environments of catch clauses.
 */
static void
finish_hidden(struct lower *l, struct lang_output *o)
{
	uint32_t i;

	if (l->u->options.kind == LANG_SCRIPT) {
		o->globals = l->hidden.v;
		o->nglobals = l->hidden.n;
		return;
	}
	if (l->hidden.n != 0 && func_get(l->u, l->u->top_func)->is_strict)
		lo_put(l, "\"use strict\";");
	for (i = 0; i < l->hidden.n; i++)
		lo_put(l, "try{throw void 0}catch(%s){", &l->hidden.v[i]);
}

static struct lang_output *
lower_finish(struct lower *l)
{
	struct lang_output *o = xcalloc(1, sizeof *o);
	uint16_t *ids;
	size_t body = l->e.len, head;
	char *text;
	uint32_t i;

	if (!l->free_helpers) {
		lo_put(l, "})(function(");
		head = l->e.len - strlen("(function(");
		for (i = 0; i < l->nhelpers; i++) {
			if (i != 0)
				lo_put(l, ",");
			lo_put(l, "%h", l->helpers[i]);
		}
		lo_put(l, "){");
		for (i = 0; i < l->template_vars.n; i++)
			lo_put(l, "var %s;", &l->template_vars.v[i]);
		lo_put(l, "return ");
		text = xmalloc(l->e.len + 1);
		memcpy(text, l->e.out + head, l->e.len - head);
		memcpy(text + (l->e.len - head), l->e.out, head);
		o->len = l->e.len;
	} else {
		finish_hidden(l, o);
		text = xmalloc(l->e.len + 1);
		memcpy(text, l->e.out + body, l->e.len - body);
		memcpy(text + (l->e.len - body), l->e.out, body);
		o->len = l->e.len;
	}
	text[o->len] = '\0';
	o->text = text;
	o->coroutine = l->coroutine;
	ids = arena_zalloc(&l->u->arena, l->nhelpers + 1, sizeof *ids);
	for (i = 0; i < l->nhelpers; i++)
		ids[i] = (uint16_t)l->helpers[i];
	o->helpers = ids;
	o->nhelpers = l->nhelpers;
	o->functions = l->rows;
	o->nfunctions = l->nrows;
	return o;
}
