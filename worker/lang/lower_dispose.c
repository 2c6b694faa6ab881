/*
 * Lowering of `using` and `await using`. The statements of a scope that has
 * such a declaration stand in one try; what it ends with is told to the list
 * of disposables, which throws it again when all have been disposed of:
 *
 *	d=$ds();try{x=$du(d,v,false);...}catch(e){$de(d,e)}finally{$dd(d)}
 */
#include "config.h"

#include "worker/lang/lower.h"

#include "base/util.h"

static bool
is_using(const struct ast_node *node)
{
	return node->kind == AST_VAR_DECL &&
	       (node->op == DECL_USING || node->op == DECL_AWAIT_USING);
}

static void
open_list(struct lower *l, struct dispose *d)
{
	d->up = l->fn->dispose;
	d->temp = lo_temp(l);
	l->fn->dispose = d;
	lo_put(l, "%t=%h();try{", d->temp, LANG_HELPER_DISPOSE_SCOPE);
}

void
lo_dispose_open(struct lower *l, uint32_t first, struct dispose *d)
{
	*d = (struct dispose){.up = NULL};
	for (; first != 0; first = N(l, first)->next) {
		if (!is_using(N(l, first)))
			continue;
		d->is_await |= N(l, first)->op == DECL_AWAIT_USING;
		d->open = true;
	}
	if (d->open)
		open_list(l, d);
}

bool
lo_dispose_open_head(struct lower *l, uint32_t decl, struct dispose *d)
{
	*d = (struct dispose){.up = NULL};
	if (decl == 0 || !is_using(N(l, decl)))
		return false;
	d->is_await = N(l, decl)->op == DECL_AWAIT_USING;
	d->open = true;
	open_list(l, d);
	return true;
}

void
lo_dispose_close(struct lower *l, struct dispose *d)
{
	struct lang_str err;
	uint32_t next;

	if (!d->open)
		return;
	l->fn->dispose = d->up;
	err = lo_textf(l, "%px%u", (uint32_t)++l->unique);
	lo_put(l, "}catch(%s){", &err);
	if (l->fn->is_generator)
		lo_put(l, "if(%s===%h)throw %s;", &err, LANG_HELPER_RET, &err);
	lo_put(l, "%h(%t,%s)}finally{", LANG_HELPER_DISPOSE_FAIL, d->temp,
	    &err);
	if (d->is_await) {
		next = lo_temp(l);
		lo_put(l, "while(!(%t=%h(%t)).done)try{%h(%t.value)}", next,
		    LANG_HELPER_DISPOSE_NEXT, d->temp, LANG_HELPER_AWAIT, next);
		lo_put(l, "catch(%s){%h(%t,%s)}", &err,
		    LANG_HELPER_DISPOSE_FAIL, d->temp, &err);
		lo_temp_free(l, next);
	}
	lo_put(l, "%h(%t)}", LANG_HELPER_DISPOSE_END, d->temp);
	lo_temp_free(l, d->temp);
}

void
lo_dispose_use(struct lower *l, struct lang_str value)
{
	const struct dispose *d = l->fn->dispose;

	lo_put(l, "%h(%t,%s,%z);", LANG_HELPER_DISPOSE_USE, d->temp, &value,
	    d->is_await ? "true" : "false");
}

bool
lower_using_decl(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	const struct dispose *list = l->fn->dispose;
	uint32_t d;

	if (!is_using(node))
		return false;
	if (list == NULL)
		unit_fail(l->u, node->pos, node->end,
		    "using declarations are not supported here");
	lo_to(l, node->pos);
	for (d = node->a; d != 0; d = N(l, d)->next) {
		const struct ast_node *b = N(l, N(l, d)->a);

		if (d != node->a)
			lo_put(l, ",");
		lo_declare_sym(l, b->b);
		lo_skip(l, b->pos);
		emit_sync(&l->e, b->pos);
		lo_write_begin(l, N(l, d)->a, true);
		lo_put(l, "%h(%t,", LANG_HELPER_DISPOSE_USE, list->temp);
		lo_at_named(l, N(l, d)->b, unit_atom_str(l->u, b->a));
		lo_put(l, ",%z)",
		    node->op == DECL_AWAIT_USING ? "true" : "false");
		lo_write_end(l, N(l, d)->a, true);
		lo_skip(l, N(l, d)->end);
	}
	return true;
}
