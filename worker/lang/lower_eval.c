/*
 * Lowering of direct eval: what the call tells about its surroundings, and
 * what eval code makes of that. Also the completion value of eval code, and
 * its lexical names, which live in an environment of their own.
 */
#include "config.h"

#include "worker/lang/lower.h"

#include <string.h>

#include "base/util.h"
#include "worker/lang/eval_scope.h"

/* Entries of one description; more would be a program gone wild. */
#define ENTRIES_MAX 20000

struct writer {
	struct lang_str text; /* of the entries so far, in the arena */
	size_t cap;
	uint32_t n;
	uint32_t mark; /* atoms seen */
};

/* ---- the description --------------------------------------------------- */

static void
append(struct lower *l, struct writer *w, struct lang_str s)
{
	size_t need = w->text.len + s.len;
	char *p;

	if (need > w->cap) {
		w->cap = MAX(need * 2, (size_t)256);
		p = arena_alloc(&l->u->arena, w->cap);
		if (w->text.len != 0)
			memcpy(p, w->text.s, w->text.len);
		w->text.s = p;
	}
	if (s.len != 0)
		memcpy((char *)(uintptr_t)w->text.s + w->text.len, s.s, s.len);
	w->text.len = need;
}

static void
entry(struct lower *l, struct writer *w, enum eval_scope_key key,
    struct lang_str value)
{
	char c = (char)key;

	if (++w->n > ENTRIES_MAX)
		unit_fail_limit(l->u, 0, "too many names around eval");
	append(l, w, (struct lang_str){&c, 1});
	append(l, w, value);
	append(l, w, lo_str("\n"));
}

static void
entry_private(struct lower *l, struct writer *w, const struct symbol *sym,
    const struct symtext *t)
{
	struct lang_str name = unit_atom_str(l->u, sym->atom);

	if (t->text.len == 0)
		return;
	entry(l, w, EVAL_PRIVATE,
	    lo_textf(l, "%s %u %s %s %s", &name, sym->flags, &t->text, &t->set,
		&t->brand));
}

/* A var of eval code must not hop over that name. */
static bool
stops_var(const struct scope *s, const struct symbol *sym, bool in_params)
{
	switch ((unsigned)s->kind) {
	case SCOPE_CATCH:
		return sym->kind != SYM_CATCH;
	case SCOPE_PROGRAM:
	case SCOPE_FUNCTION:
	case SCOPE_BODY:
		return in_params || (sym->flags & SYMF_LEXICAL) != 0;
	case SCOPE_FN_NAME:
	case SCOPE_CLASS:
		return false;
	default:
		return true;
	}
}

static void
scope_entries(struct lower *l, struct writer *w, uint32_t scope, bool inside,
    bool in_params)
{
	const struct scope *s = scope_get(l->u, scope);
	uint32_t i;

	for (i = s->first; i != 0; i = symbol_get(l->u, i)->next) {
		const struct symbol *sym = symbol_get(l->u, i);
		struct atom *a = atom_get(&l->u->atoms, sym->atom);
		struct lang_str name = unit_atom_str(l->u, sym->atom);

		if (sym->kind == SYM_PRIVATE) {
			entry_private(l, w, sym, &l->syms[i]);
			continue;
		}
		if (sym->kind == SYM_TYPE || name.len == 0)
			continue;
		if (inside && stops_var(s, sym, in_params))
			entry(l, w, EVAL_LEXICAL, name);
		if (a->scratch == w->mark)
			continue;
		a->scratch = w->mark;
		if (!lo_str_eq(lo_sym_ref(l, i), name))
			entry(l, w, EVAL_RENAMED,
			    lo_textf(l, "%s %s", &name, &l->syms[i].text));
	}
}

static bool
in_params(const struct lower *l, const struct func *f, uint32_t n)
{
	return f->kind != FUNC_PROGRAM && f->params_end != 0 &&
	       N(l, n)->pos < f->params_end && N(l, n)->pos > f->params_pos;
}

static void
scopes_entries(struct lower *l, struct writer *w, uint32_t n)
{
	uint32_t own = scope_get(l->u, N(l, n)->d)->func, i;
	const struct func *f = func_get(l->u, own);
	bool params = in_params(l, f, n);

	for (i = N(l, n)->d; i != 0; i = scope_get(l->u, i)->parent)
		scope_entries(l, w, i,
		    !l->fn->strict && scope_get(l->u, i)->func == own, params);
	if (params && !f->is_arrow)
		entry(l, w, EVAL_LEXICAL, lo_str("arguments"));
}

/* What the eval code around this eval was told. */
static void
inherit(struct lower *l, struct writer *w, const char *keys)
{
	const char *p = l->eval_scope, *end;

	for (; p != NULL && *p != '\0'; p = end + 1) {
		end = strchr(p, '\n');
		if (end == NULL)
			break;
		if (strchr(keys, *p) != NULL)
			append(l, w,
			    (struct lang_str){p, (size_t)(end - p) + 1});
	}
}

static void
function_entries(struct lower *l, struct writer *w)
{
	const struct fnctx *fn = lo_fn_owner(l);

	if (fn->f != NULL && fn->f->kind == FUNC_PROGRAM) {
		inherit(l, w, "TANSF");
		if (l->module)
			entry(l, w, EVAL_THIS, lo_str("(void 0)"));
		else if (fn != l->fn &&
			 !eval_scope_find(l->eval_scope, EVAL_THIS, NULL, NULL))
			entry(l, w, EVAL_THIS, lo_textf(l, "%pthis"));
		return;
	}
	if (fn != l->fn || fn->derived || fn->this_param)
		entry(l, w, EVAL_THIS, lo_this_text(l));
	if (fn->this_param || fn->f == NULL) {
		entry(l, w, EVAL_FIELD, lo_str(""));
		entry(l, w, EVAL_NEW_TARGET, lo_str("(void 0)"));
	} else {
		if (fn != l->fn || fn->args_hoisted)
			entry(l, w, EVAL_ARGUMENTS, lo_textf(l, "%pargs"));
		entry(l, w, EVAL_NEW_TARGET, lo_textf(l, "%pnt"));
	}
	if (l->home != NULL)
		entry(l, w, EVAL_SUPER, l->home->text);
}

void
lo_put_eval_scope(struct lower *l, uint32_t n)
{
	struct writer w = {.mark = UINT32_MAX - l->neval};

	l->neval++;
	if (l->fn->strict)
		entry(l, &w, EVAL_STRICT, lo_str(""));
	function_entries(l, &w);
	scopes_entries(l, &w, n);
	inherit(l, &w, "PR");
	lo_put_quote(l, w.text);
}

/* ---- eval code --------------------------------------------------------- */

bool
lo_eval_text(const struct lower *l, unsigned key, struct lang_str *text_out)
{
	return eval_scope_find(l->eval_scope, (enum eval_scope_key)key, NULL,
	    text_out);
}

bool
lo_eval_renamed(const struct lower *l, uint32_t atom, struct lang_str *text_out)
{
	struct lang_str name;

	if (l->eval_scope == NULL)
		return false;
	name = unit_atom_str(l->u, atom);
	return eval_scope_find(l->eval_scope, EVAL_RENAMED, &name, text_out);
}

const struct symtext *
lo_eval_private(struct lower *l, uint32_t atom, uint32_t *flags_out)
{
	struct lang_str name = unit_atom_str(l->u, atom), value, word;
	struct symtext *t;
	size_t i;

	if (!eval_scope_find(l->eval_scope, EVAL_PRIVATE, &name, &value))
		return NULL;
	t = arena_zalloc(&l->u->arena, 1, sizeof *t);
	word = eval_scope_word(&value);
	for (*flags_out = 0, i = 0; i < word.len; i++)
		*flags_out = *flags_out * 10 + (uint32_t)(word.s[i] - '0');
	t->text = eval_scope_word(&value);
	t->set = eval_scope_word(&value);
	t->brand = eval_scope_word(&value);
	return t;
}

/* A var of sloppy eval code goes to the function around. */
static void
check_vars(struct lower *l)
{
	const struct func *f = func_get(l->u, l->u->top_func);
	uint32_t s;

	if (l->eval_scope == NULL || f->is_strict)
		return;
	for (s = scope_get(l->u, f->scope)->first; s != 0;
	     s = symbol_get(l->u, s)->next) {
		const struct symbol *sym = symbol_get(l->u, s);
		struct lang_str name = unit_atom_str(l->u, sym->atom);

		if ((sym->kind == SYM_VAR || sym->kind == SYM_FUNCTION) &&
		    eval_scope_find(l->eval_scope, EVAL_LEXICAL, &name, NULL))
			unit_fail(l->u, N(l, sym->decl)->pos,
			    N(l, sym->decl)->end,
			    "Identifier '%.*s' has already been declared",
			    (int)name.len, name.s);
	}
}

/* Duktape gives the value of the last statement: is that the right one? */
static bool
last_is_value(const struct lower *l, uint32_t first)
{
	uint32_t last = 0, e;

	for (; first != 0; first = N(l, first)->next)
		last = first;
	if (last == 0 || N(l, last)->kind != AST_EXPR_STMT)
		return false;
	e = ast_skip_parens(&l->u->ast, N(l, last)->a);
	return N(l, e)->kind != AST_ASSIGN;
}

void
lo_eval_open(struct lower *l, uint32_t first, struct eval_code *c)
{
	const struct func *f = func_get(l->u, l->u->top_func);
	uint32_t s;

	*c = (struct eval_code){.opened = false};
	if (l->u->options.kind != LANG_EVAL)
		return;
	check_vars(l);
	if (!last_is_value(l, first)) {
		c->temp = lo_temp(l);
		l->fn->completion = c->temp;
		lo_put(l, "%t=void 0;", c->temp);
	}
	for (s = scope_get(l->u, f->scope)->first; s != 0;
	     s = symbol_get(l->u, s)->next) {
		struct symbol *sym = symbol_get(l->u, s);

		if (!(sym->flags & SYMF_LEXICAL))
			continue;
		sym->flags |= SYMF_PER_ITERATION;
		scope_get(l->u, f->scope)->per_iteration = true;
	}
	c->opened = lo_env_open(l, f->scope, false);
	if (c->opened)
		l->fn->in_catch_env++;
}

void
lo_eval_close(struct lower *l, const struct eval_code *c)
{
	if (c->temp != 0)
		lo_put(l, ";%t;", c->temp);
	if (c->opened) {
		l->fn->in_catch_env--;
		lo_put(l, "}");
	}
}

/* ---- completion values ------------------------------------------------- */

static bool
has_value(const struct lower *l, uint32_t n)
{
	while (N(l, n)->kind == AST_LABELED)
		n = N(l, n)->b;
	switch ((unsigned)N(l, n)->kind) {
	case AST_IF:
	case AST_FOR:
	case AST_FOR_IN:
	case AST_FOR_OF:
	case AST_WHILE:
	case AST_DO_WHILE:
	case AST_SWITCH:
	case AST_TRY:
	case AST_WITH:
		return true;
	default:
		return false;
	}
}

bool
lo_completion_open(struct lower *l, uint32_t n)
{
	uint32_t inner = n;

	if (l->fn->completion == 0 || l->fn->completion_done == n ||
	    !has_value(l, n))
		return false;
	while (N(l, inner)->kind == AST_LABELED)
		inner = N(l, inner)->b;
	l->fn->completion_done = inner;
	lo_to(l, N(l, n)->pos);
	lo_put(l, "{%t=void 0;", l->fn->completion);
	return true;
}

void
lo_completion_close(struct lower *l, uint32_t n, bool opened)
{
	if (!opened)
		return;
	lo_to(l, N(l, n)->end);
	lo_put(l, "}");
}

bool
lower_completion_expr(struct lower *l, uint32_t n)
{
	uint32_t e = N(l, n)->a;

	if (l->fn->completion == 0)
		return false;
	lo_to(l, N(l, n)->pos);
	lo_put(l, "%t=(", l->fn->completion);
	lo_at(l, e);
	lo_put(l, ")");
	return true;
}

void
lower_completion_finally(struct lower *l, uint32_t block)
{
	uint32_t v = l->fn->completion, save;

	if (v == 0) {
		lower_node(l, block);
		return;
	}
	save = lo_temp(l);
	lo_to(l, N(l, block)->pos);
	lo_put(l, "{%t=%t;%t=void 0;", save, v, v);
	lo_at(l, block);
	lo_put(l, "%t=%t}", v, save);
	lo_temp_free(l, save);
}
