/*
 * Lowering of loops: per-iteration bindings of for heads, for-in, for-of,
 * for await; break and continue where a loop copies names back.
 */
#include "config.h"

#include "worker/lang/lower.h"

#include "base/util.h"

/* How many nodes holds_function() looks at before it says yes. */
#define SEARCH_BUDGET 2000

static void
loop_enter(struct lower *l, struct loopctx *ctx, uint32_t node)
{
	*ctx = (struct loopctx){.up = l->fn->loops, .node = node};
	l->fn->loops = ctx;
}

static void
loop_leave(struct lower *l, const struct loopctx *ctx)
{
	l->fn->loops = ctx->up;
}

/* All loops inside TARGET (0: the function) are left; for break, it too. */
void
lo_mark_exits(struct lower *l, uint32_t target, bool inclusive)
{
	struct loopctx *c;

	for (c = l->fn->loops; c != NULL; c = c->up) {
		if (c->node == target) {
			c->exits |= inclusive;
			return;
		}
		c->exits = true;
	}
}

void
lower_jump(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	bool is_break = node->kind == AST_BREAK;
	struct loopctx *c;
	uint32_t i;

	lo_mark_exits(l, node->b, is_break);
	for (c = l->fn->loops; c != NULL && c->node != node->b; c = c->up)
		continue;
	if (is_break || c == NULL || c->copies.n == 0) {
		lower_semicolon(l, n);
		return;
	}
	lo_to(l, node->pos);
	lo_put(l, "{");
	for (i = 0; i < c->copies.n; i++)
		lo_put(l, "%s;", &c->copies.v[i]);
	lower_semicolon(l, n);
	lo_put(l, "}");
}

void
lower_loop_children(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	struct loopctx ctx;

	loop_enter(l, &ctx, n);
	lower_node(l, node->a);
	if (node->b != 0)
		lower_node(l, node->b);
	loop_leave(l, &ctx);
}

static void
put_labels(struct lower *l, const struct names *labels)
{
	uint32_t i;

	for (i = 0; labels != NULL && i < labels->n; i++)
		lo_put(l, "%s:", &labels->v[i]);
}

static void
labeled_inner(struct lower *l, uint32_t n, struct names *labels)
{
	const struct ast_node *node = N(l, n);
	struct loopctx ctx;

	loop_enter(l, &ctx, n);
	lo_names_add(l, labels, unit_atom_str(l->u, node->a));
	lo_skip(l, N(l, node->b)->pos);
	switch ((unsigned)N(l, node->b)->kind) {
	case AST_LABELED:
		labeled_inner(l, node->b, labels);
		break;
	case AST_FOR:
		lower_for(l, node->b, labels);
		break;
	case AST_FOR_IN:
		lower_for_in(l, node->b, labels);
		break;
	case AST_FOR_OF:
		lower_for_of(l, node->b, labels);
		break;
	case AST_FUNC:
		lower_node(l, node->b);
		break;
	case AST_TRY:
		/* Duktape: a break through finally out of `label: try` fails */
		put_labels(l, labels);
		lo_put(l, "{");
		lo_at(l, node->b);
		lo_put(l, "}");
		break;
	default:
		put_labels(l, labels);
		lower_node(l, node->b);
	}
	loop_leave(l, &ctx);
}

void
lower_labeled(struct lower *l, uint32_t n)
{
	struct names labels = {0};

	lo_to(l, N(l, n)->pos);
	labeled_inner(l, n, &labels);
	lo_to(l, N(l, n)->end);
}

/* ---- for (;;) ---------------------------------------------------------- */

static bool
holds_function(const struct lower *l, uint32_t n, int *budget)
{
	const struct ast_node *node = N(l, n);
	const struct ast_spec *spec = &ast_specs[node->kind];
	const uint32_t slots[4] = {node->a, node->b, node->c, node->d};
	uint32_t c;
	int i;

	if (n == 0)
		return false;
	if (node->kind == AST_FUNC || node->kind == AST_CLASS || --*budget < 0)
		return true;
	for (i = 0; i < 4; i++) {
		if (spec->slots[i] == SLOT_N) {
			if (holds_function(l, slots[i], budget))
				return true;
		} else if (spec->slots[i] == SLOT_L) {
			for (c = slots[i]; c != 0; c = N(l, c)->next)
				if (holds_function(l, c, budget))
					return true;
		}
	}
	return false;
}

/* The head's own variables, which the environments are filled from. */
static bool
head_vars(struct lower *l, uint32_t scope)
{
	bool some = false;
	uint32_t s;

	if (scope == 0 || !scope_get(l->u, scope)->per_iteration)
		return false;
	for (s = scope_get(l->u, scope)->first; s != 0;
	     s = symbol_get(l->u, s)->next) {
		struct symtext *t = &l->syms[s];

		if (!(symbol_get(l->u, s)->flags & SYMF_PER_ITERATION))
			continue;
		t->set = lo_textf(l, "%pv%u", (uint32_t)++l->unique);
		lo_late(l, t->set);
		t->text = t->set;
		t->plain = t->env = false;
		t->declared = true;
		some = true;
	}
	return some;
}

/* What the body assigns goes back to the head. ALL: the head is inside. */
static void
head_copies(struct lower *l, uint32_t scope, bool all, uint32_t body_pos,
    struct loopctx *ctx)
{
	uint32_t s;

	for (s = scope_get(l->u, scope)->first; s != 0;
	     s = symbol_get(l->u, s)->next) {
		const struct symtext *t = &l->syms[s];

		if ((symbol_get(l->u, s)->flags & SYMF_PER_ITERATION) &&
		    (all || t->last_write >= body_pos))
			lo_names_add(l, &ctx->copies,
			    lo_textf(l, "%s=%s", &t->set, &t->text));
	}
}

static void
put_copies(struct lower *l, const struct loopctx *ctx)
{
	uint32_t i;

	for (i = 0; i < ctx->copies.n; i++)
		lo_put(l, ";%s", &ctx->copies.v[i]);
}

/* Test or update make closures: they belong to the iteration. */
static void
for_with_closures(struct lower *l, uint32_t n, uint32_t scope,
    struct loopctx *ctx, const struct names *labels)
{
	const struct ast_node *node = N(l, n);
	uint32_t flag = lo_temp(l);

	lo_put(l, ";%t=0;", flag);
	put_labels(l, labels);
	lo_put(l, "for(;;)");
	lo_env_open(l, scope, true);
	l->fn->in_catch_env++;
	head_copies(l, scope, true, 0, ctx);
	lo_put(l, "if(%t){", flag);
	if (node->c != 0)
		lo_at_void(l, node->c);
	lo_put(l, "}else %t=1;", flag);
	if (node->b != 0) {
		lo_put(l, "if(!(");
		lo_at(l, node->b);
		lo_put(l, "))break;");
	}
	lo_at(l, node->d);
	put_copies(l, ctx);
	l->fn->in_catch_env--;
	lo_put(l, "}}");
	lo_temp_free(l, flag);
}

static void
for_per_iteration(struct lower *l, uint32_t n, uint32_t scope,
    struct loopctx *ctx, const struct names *labels)
{
	const struct ast_node *node = N(l, n);
	int budget = SEARCH_BUDGET;

	lo_to(l, node->pos);
	if (holds_function(l, node->b, &budget) ||
	    holds_function(l, node->c, &budget)) {
		lo_put(l, "{");
		lo_skip(l, N(l, node->a)->pos);
		lower_declarators(l, node->a);
		for_with_closures(l, n, scope, ctx, labels);
		lo_skip(l, node->end);
		return;
	}
	put_labels(l, labels);
	lo_put(l, "for(");
	lo_skip(l, N(l, node->a)->pos);
	l->in_for_init++;
	lower_declarators(l, node->a);
	l->in_for_init--;
	lo_put(l, ";");
	if (node->b != 0)
		lo_at(l, node->b);
	lo_put(l, ";");
	if (node->c != 0)
		lo_at_void(l, node->c);
	lo_put(l, ")");
	lo_env_open(l, scope, true);
	l->fn->in_catch_env++;
	head_copies(l, scope, false, N(l, node->d)->pos, ctx);
	lo_at(l, node->d);
	put_copies(l, ctx);
	l->fn->in_catch_env--;
	lo_put(l, "}");
	lo_skip(l, node->end);
}

/* lo_block_open() with a brace of its own, if it opens none. */
static bool
open_head(struct lower *l, uint32_t scope)
{
	uint32_t only = 0;

	if (scope == 0 || lo_scope_env_count(l, scope, &only) == 0)
		lo_put(l, "{");
	return lo_block_open(l, scope);
}

/* for (using x = v;;): one list of disposables round the loop. */
static bool
for_using(struct lower *l, uint32_t n, const struct names *labels)
{
	const struct ast_node *node = N(l, n);
	struct dispose d;
	bool opened;

	if (node->a == 0 || N(l, node->a)->kind != AST_VAR_DECL ||
	    N(l, node->a)->op < DECL_USING)
		return false;
	lo_to(l, node->pos);
	opened = open_head(l, N(l, node->a)->d);
	lo_dispose_open_head(l, node->a, &d);
	lo_skip(l, N(l, node->a)->pos);
	lower_using_decl(l, node->a);
	lo_put(l, ";");
	put_labels(l, labels);
	lo_put(l, "for(;");
	if (node->b != 0)
		lo_at(l, node->b);
	lo_put(l, ";");
	if (node->c != 0)
		lo_at_void(l, node->c);
	lo_put(l, ")");
	lo_at(l, node->d);
	lo_dispose_close(l, &d);
	lo_put(l, "}");
	if (opened)
		l->fn->in_catch_env--;
	lo_skip(l, node->end);
	return true;
}

void
lower_for(struct lower *l, uint32_t n, struct names *labels)
{
	const struct ast_node *node = N(l, n);
	uint32_t init = node->a, scope = 0;
	struct loopctx ctx;

	if (init != 0 && N(l, init)->kind == AST_VAR_DECL)
		scope = N(l, init)->d;
	loop_enter(l, &ctx, n);
	if (for_using(l, n, labels)) {
		loop_leave(l, &ctx);
		return;
	}
	if (head_vars(l, scope)) {
		for_per_iteration(l, n, scope, &ctx, labels);
		loop_leave(l, &ctx);
		return;
	}
	if (labels != NULL) {
		lo_to(l, node->pos);
		put_labels(l, labels);
	}
	l->in_for_init++;
	if (init != 0) {
		if (N(l, init)->kind == AST_VAR_DECL)
			lower_for_decl(l, init);
		else
			lower_void(l, init);
	}
	l->in_for_init--;
	if (node->b != 0)
		lower_node(l, node->b);
	if (node->c != 0)
		lower_void(l, node->c);
	lower_node(l, node->d);
	loop_leave(l, &ctx);
}

/* ---- for (x in o), for (x of o) ---------------------------------------- */

/* Binds VALUE to the head's left side, opening an environment if need be. */
static bool
bind_each(struct lower *l, uint32_t n, struct lang_str value, struct dispose *d)
{
	const struct ast_node *node = N(l, n);
	uint32_t target = node->a, scope = node->d, only = 0;
	bool init = false, opened = false;
	uint32_t decl = target;

	*d = (struct dispose){.up = NULL};
	if (N(l, target)->kind == AST_VAR_DECL) {
		init = true;
		target = N(l, N(l, target)->a)->a;
	}
	if (scope != 0 && lo_scope_env_count(l, scope, &only) == 1 &&
	    N(l, target)->kind == AST_BINDING && N(l, target)->b == only) {
		l->syms[only].set = value;
		opened = lo_env_open(l, scope, true);
		l->fn->in_catch_env++;
	} else {
		opened = open_head(l, scope);
		lower_target_statement(l, target, value, init);
	}
	if (init && lo_dispose_open_head(l, decl, d))
		lo_dispose_use(l, lo_sym_ref(l, N(l, target)->b));
	return opened;
}

static void
end_each(struct lower *l, bool opened, struct dispose *d)
{
	lo_dispose_close(l, d);
	lo_put(l, "}");
	if (opened)
		l->fn->in_catch_env--;
}

/* Duktape's own for-in will do. */
static bool
for_in_is_plain(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	uint32_t target = node->a, only;

	if (N(l, target)->kind == AST_VAR_DECL) {
		target = N(l, N(l, target)->a)->a;
		return N(l, target)->kind == AST_BINDING &&
		       !lo_is_exported(l, N(l, target)->b) &&
		       (node->d == 0 ||
			   lo_scope_env_count(l, node->d, &only) == 0);
	}
	target = ast_skip_parens(&l->u->ast, target);
	if (N(l, target)->kind == AST_IDENT)
		return N(l, target)->b == 0 || !lo_ident_is_special(l, target);
	return (N(l, target)->kind == AST_MEMBER ||
		   N(l, target)->kind == AST_INDEX) &&
	       !lo_is_super_member(l, target) &&
	       !lo_is_private_member(l, target);
}

/* for (let x of f(x)) */
static bool
head_reads_early(struct lower *l, uint32_t n)
{
	uint32_t s;

	if (N(l, n)->d == 0)
		return false;
	for (s = scope_get(l->u, N(l, n)->d)->first; s != 0;
	     s = symbol_get(l->u, s)->next)
		if (symbol_get(l->u, s)->flags & SYMF_NEEDS_TDZ)
			return true;
	return false;
}

/* `let x` of a plain for-in; no initialiser may come. */
static void
lower_each_decl(struct lower *l, uint32_t n)
{
	uint32_t target = N(l, N(l, n)->a)->a;
	const struct symtext *t = lo_sym_text(l, N(l, target)->b);

	lo_to(l, N(l, n)->pos);
	lo_put(l, "var %s", &t->text);
	lo_skip(l, N(l, n)->end);
}

void
lower_for_in(struct lower *l, uint32_t n, struct names *labels)
{
	const struct ast_node *node = N(l, n);
	struct loopctx ctx;
	struct lang_str key;
	struct dispose d;
	bool opened;

	loop_enter(l, &ctx, n);
	lo_to(l, node->pos);
	put_labels(l, labels);
	if (for_in_is_plain(l, n) && !head_reads_early(l, n)) {
		if (N(l, node->a)->kind == AST_VAR_DECL)
			lower_each_decl(l, node->a);
		else
			lower_node(l, node->a);
		lower_node(l, node->b);
		lower_node(l, node->c);
	} else {
		key = lo_textf(l, "%pv%u", (uint32_t)++l->unique);
		lo_late(l, key);
		if (labels == NULL && head_reads_early(l, n)) {
			lo_put(l, "{");
			lo_scope_sentinels(l, node->d);
		}
		lo_put(l, "for(%s in ", &key);
		lo_at(l, node->b);
		lo_put(l, ")");
		opened = bind_each(l, n, key, &d);
		lo_at(l, node->c);
		end_each(l, opened, &d);
		if (labels == NULL && head_reads_early(l, n))
			lo_put(l, "}");
		lo_skip(l, node->end);
	}
	loop_leave(l, &ctx);
}

static void
for_of_end(struct lower *l, const struct loopctx *ctx, uint32_t rec)
{
	struct lang_str err = lo_textf(l, "%px%u", (uint32_t)++l->unique);

	lo_put(l, "}catch(%s){", &err);
	if (l->fn->is_generator)
		lo_put(l, "if(%s===%h)throw %s;", &err, LANG_HELPER_RET, &err);
	lo_put(l, "%t.ce(%s)}", rec, &err);
	if (ctx->exits)
		lo_put(l, "finally{%t.c()}", rec);
	lo_put(l, "}");
}

static void
for_of_sync(struct lower *l, uint32_t n, const struct names *labels)
{
	const struct ast_node *node = N(l, n);
	uint32_t right = ast_skip_parens(&l->u->ast, node->b);
	uint32_t a = lo_temp(l), i = lo_temp(l), rec = 0;
	bool fresh = N(l, right)->kind == AST_ARRAY && !l->u->options.slow;
	struct loopctx ctx;
	struct dispose d;
	bool opened;

	if (fresh) {
		put_labels(l, labels);
		lo_put(l, "for(%t=", a);
		l->in_for_init++;
		lo_at(l, node->b);
		l->in_for_init--;
		lo_put(l, ",%t=0;%t<%t.length;%t++)", i, i, a, i);
	} else {
		rec = lo_temp(l);
		lo_put(l, "{%t=%h(", rec, LANG_HELPER_ITER);
		lo_at(l, node->b);
		lo_put(l, ");try{");
		put_labels(l, labels);
		lo_put(l, "for(%t=%t.a,%t=%t.i;%t<%t.length||%t.m();%t++)", a,
		    rec, i, rec, i, a, rec, i);
	}
	loop_enter(l, &ctx, n);
	opened = bind_each(l, n, lo_textf(l, "%t[%t]", a, i), &d);
	lo_at(l, node->c);
	end_each(l, opened, &d);
	loop_leave(l, &ctx);
	if (!fresh)
		for_of_end(l, &ctx, rec);
	lo_temp_free(l, a);
	lo_temp_free(l, i);
	lo_temp_free(l, rec);
}

static void
for_of_await(struct lower *l, uint32_t n, const struct names *labels)
{
	const struct ast_node *node = N(l, n);
	uint32_t rec = lo_temp(l);
	struct lang_str err = lo_textf(l, "%px%u", (uint32_t)++l->unique);
	struct loopctx ctx;
	struct dispose d;
	bool opened;

	lo_put(l, "{%t=%h(", rec, LANG_HELPER_ASYNC_ITER);
	lo_at(l, node->b);
	lo_put(l, ");try{");
	put_labels(l, labels);
	lo_put(l, "for(;!%t.done(%h(%t.n()));)", rec, LANG_HELPER_AWAIT, rec);
	loop_enter(l, &ctx, n);
	opened = bind_each(l, n, lo_textf(l, "%t.v", rec), &d);
	lo_at(l, node->c);
	end_each(l, opened, &d);
	loop_leave(l, &ctx);
	lo_put(l, "}catch(%s){", &err);
	if (l->fn->is_generator)
		lo_put(l, "if(%s===%h)throw %s;", &err, LANG_HELPER_RET, &err);
	lo_put(l, "try{%t.d||%t.c()&&%h(%t.p)}catch(%s_){}throw %s}", rec, rec,
	    LANG_HELPER_AWAIT, rec, &err, &err);
	if (ctx.exits)
		lo_put(l, "finally{%t.d||!%t.c()||%t.o(%h(%t.p))}", rec, rec,
		    rec, LANG_HELPER_AWAIT, rec);
	lo_put(l, "}");
	lo_temp_free(l, rec);
}

void
lower_for_of(struct lower *l, uint32_t n, struct names *labels)
{
	const struct ast_node *node = N(l, n);

	lo_to(l, node->pos);
	if (head_reads_early(l, n)) {
		lo_put(l, "{");
		lo_scope_sentinels(l, node->d);
	}
	if (node->flags & AF_AWAIT)
		for_of_await(l, n, labels);
	else
		for_of_sync(l, n, labels);
	if (head_reads_early(l, n))
		lo_put(l, "}");
	lo_skip(l, node->end);
}
