/*
 * Scope analysis: the walk. Left-deep chains, conditionals, assignments and
 * else-if are followed in loops; all else nests no deeper than the parser
 * allowed.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include "worker/lang/resolve.h"

#include "worker/lang/resolve_priv.h"

static void resolve_children(struct resolver *r, uint32_t node);
static void resolve_spine(struct resolver *r, uint32_t node);
static void resolve_chain(struct resolver *r, uint32_t node);
static void resolve_if(struct resolver *r, uint32_t node);
static void resolve_scoped(struct resolver *r, uint32_t node);
static void resolve_loop(struct resolver *r, uint32_t node);
static void resolve_switch(struct resolver *r, uint32_t node);
static void resolve_func(struct resolver *r, uint32_t node);
static void resolve_class(struct resolver *r, uint32_t node);
static void resolve_hidden(struct resolver *r, uint32_t node, uint32_t fn);
static void resolve_declarator(struct resolver *r, uint32_t node, bool is_var);
static void resolve_with(struct resolver *r, uint32_t node);
static void resolve_export(struct resolver *r, uint32_t node);
static void resolve_unary(struct resolver *r, uint32_t node);
static void note_call(struct resolver *r, uint32_t node, uint32_t taint);

void
resolve_unit(struct lang_unit *unit)
{
	struct resolver resolver = {.u = unit, .first_call = NOT_YET};
	struct resolver *r = &resolver;

	resolve_func_enter(r, unit->top_func);
	resolve_enter(r, unit->top_scope);
	resolve_list(r, RN(r, unit->ast.root)->a);
	resolve_pending_done(r);
	resolve_leave(r, unit->top_scope);
	resolve_func_leave(r, unit->top_func);
}

void
resolve_list(struct resolver *r, uint32_t first)
{
	uint32_t i;

	for (i = first; i != 0; i = RN(r, i)->next)
		resolve_node(r, i);
}

void
resolve_node(struct resolver *r, uint32_t node)
{
	struct ast_node *n;
	uint32_t taint = r->taint;

	if (node == 0)
		return;
	n = RN(r, node);
	switch (n->kind) {
	case AST_IDENT:
		resolve_ref(r, node, AF_READ);
		break;
	case AST_BLOCK:
	case AST_CATCH:
		resolve_scoped(r, node);
		break;
	case AST_FOR:
	case AST_FOR_IN:
	case AST_FOR_OF:
	case AST_WHILE:
	case AST_DO_WHILE:
		resolve_loop(r, node);
		break;
	case AST_SWITCH:
		resolve_switch(r, node);
		break;
	case AST_IF:
		resolve_if(r, node);
		break;
	case AST_FUNC:
		resolve_func(r, node);
		r->taint++;
		break;
	case AST_CLASS:
		resolve_class(r, node);
		r->taint++;
		break;
	case AST_VAR_DECL:
		for (node = n->a; node != 0; node = RN(r, node)->next)
			resolve_declarator(r, node, n->op == DECL_VAR);
		break;
	case AST_BINARY:
	case AST_LOGICAL:
	case AST_CALL:
	case AST_MEMBER:
	case AST_INDEX:
	case AST_OPT_CHAIN:
	case AST_TAGGED:
		resolve_spine(r, node);
		break;
	case AST_ASSIGN:
	case AST_COND:
		resolve_chain(r, node);
		break;
	case AST_UPDATE:
		resolve_target(r, n->a, AF_READ | AF_WRITE);
		note_call(r, node, taint);
		break;
	case AST_UNARY:
		resolve_unary(r, node);
		break;
	case AST_THIS:
		resolve_use_this(r);
		break;
	case AST_NEW_TARGET:
		resolve_use_new_target(r);
		break;
	case AST_WITH:
		resolve_with(r, node);
		break;
	case AST_EXPORT_NAMED:
	case AST_EXPORT_DEFAULT:
		resolve_export(r, node);
		break;
	case AST_JSX_ELEMENT:
		resolve_jsx(r, node);
		note_call(r, node, taint);
		break;
	case AST_NEW:
	case AST_SPREAD:
	case AST_TEMPLATE:
	case AST_PRIVATE_IN:
		resolve_children(r, node);
		note_call(r, node, taint);
		break;
	case AST_AWAIT:
	case AST_YIELD:
	case AST_IMPORT_CALL:
		resolve_children(r, node);
		note_call(r, node, NOT_YET);
		break;
	case AST_TS_ENUM:
	case AST_TS_NAMESPACE:
		resolve_ts(r, node);
		break;
	default:
		resolve_children(r, node);
	}
}

/* From NODE on, the top level may have run code of the module. */
static void
note_call(struct resolver *r, uint32_t node, uint32_t taint)
{
	if (r->func == r->u->top_func && r->taint != taint &&
	    RN(r, node)->pos < r->first_call)
		r->first_call = RN(r, node)->pos;
}

static void
resolve_children(struct resolver *r, uint32_t node)
{
	const struct ast_node *n = RN(r, node);
	const struct ast_spec *spec = &ast_specs[n->kind];
	const uint32_t slot[4] = {n->a, n->b, n->c, n->d};
	unsigned int i;

	for (i = 0; i < 4; i++) {
		if (spec->slots[i] == SLOT_N)
			resolve_node(r, slot[i]);
		else if (spec->slots[i] == SLOT_L)
			resolve_list(r, slot[i]);
	}
}

/* What a node of a left-deep chain holds beside its left part. */
static void
resolve_right(struct resolver *r, uint32_t node)
{
	const struct ast_node *n = RN(r, node);

	switch (n->kind) {
	case AST_CALL:
		resolve_list(r, n->b);
		if ((n->flags & AF_DIRECT_EVAL) != 0) {
			RN(r, node)->d = r->scope;
			resolve_use_eval(r);
		}
		if (RN(r, n->a)->kind == AST_SUPER)
			resolve_use_super(r, true);
		break;
	case AST_MEMBER:
		if (RN(r, n->a)->kind == AST_SUPER)
			resolve_use_super(r, false);
		break;
	case AST_INDEX:
		if (RN(r, n->a)->kind == AST_SUPER)
			resolve_use_super(r, false);
		resolve_node(r, n->b);
		break;
	case AST_OPT_CHAIN:
		break;
	default:
		resolve_node(r, n->b);
	}
}

static bool
has_spine(const struct ast_node *n)
{
	switch (n->kind) {
	case AST_BINARY:
	case AST_LOGICAL:
	case AST_CALL:
	case AST_MEMBER:
	case AST_INDEX:
	case AST_OPT_CHAIN:
	case AST_TAGGED:
		return true;
	default:
		return false;
	}
}

static bool
may_call(const struct ast_node *n)
{
	return n->kind != AST_LOGICAL && n->kind != AST_OPT_CHAIN &&
	       (n->kind != AST_BINARY || (n->op != OP_SEQ && n->op != OP_SNE));
}

static void
resolve_spine(struct resolver *r, uint32_t node)
{
	uint32_t base = r->nspine, i, taint = r->taint;

	for (i = node; has_spine(RN(r, i)); i = RN(r, i)->a) {
		r->spine = arena_grow(&r->u->arena, r->spine, r->nspine,
		    &r->cap_spine, sizeof *r->spine);
		r->spine[r->nspine++] = i;
	}
	resolve_node(r, i);
	while (r->nspine > base) {
		i = r->spine[--r->nspine];
		resolve_right(r, i);
		if (may_call(RN(r, i)))
			note_call(r, i, taint);
	}
}

/* a = b = c ? d : e = f: from left to right, in a loop. */
static void
resolve_chain(struct resolver *r, uint32_t node)
{
	const struct ast_node *n, *target;
	uint32_t start = node, taint = r->taint;
	bool leaks = false;

	for (;; node = n->kind == AST_COND ? n->c : n->b) {
		n = RN(r, node);
		if (n->kind == AST_COND) {
			resolve_node(r, n->a);
			resolve_node(r, n->b);
		} else if (n->kind == AST_ASSIGN) {
			target = RN(r, n->a);
			if (target->kind != AST_IDENT || n->op != OP_NONE)
				leaks = true;
			resolve_target(r, n->a,
			    n->op == OP_NONE ? AF_WRITE : AF_READ | AF_WRITE);
		} else {
			break;
		}
	}
	resolve_node(r, node);
	if (leaks)
		note_call(r, start, taint);
}

static void
resolve_if(struct resolver *r, uint32_t node)
{
	const struct ast_node *n;

	for (; node != 0 && RN(r, node)->kind == AST_IF; node = n->c) {
		n = RN(r, node);
		resolve_node(r, n->a);
		resolve_node(r, n->b);
	}
	resolve_node(r, node);
}

static void
resolve_unary(struct resolver *r, uint32_t node)
{
	const struct ast_node *n = RN(r, node);
	uint32_t inner = ast_skip_parens(&r->u->ast, n->a), taint = r->taint;

	if (n->op == OP_TYPEOF && RN(r, inner)->kind == AST_IDENT)
		RN(r, inner)->flags |= AF_TYPEOF;
	resolve_node(r, n->a);
	if (n->op != OP_TYPEOF && n->op != OP_NOT && n->op != OP_VOID)
		note_call(r, node, taint);
}

/* BLOCK and CATCH. */
static void
resolve_scoped(struct resolver *r, uint32_t node)
{
	const struct ast_node *n = RN(r, node);
	uint32_t scope = n->d;

	if (scope != 0)
		resolve_enter(r, scope);
	if (n->kind == AST_BLOCK) {
		resolve_list(r, n->a);
	} else {
		if (n->a != 0) {
			resolve_binding(r, n->a);
			resolve_initialised(r, n->a, RN(r, n->a)->end);
		}
		resolve_node(r, n->b);
	}
	if (scope != 0)
		resolve_leave(r, scope);
}

static void
resolve_each_head(struct resolver *r, uint32_t node)
{
	const struct ast_node *n = RN(r, node), *d = RN(r, n->a);
	uint32_t decl, taint = r->taint;

	if (d->kind != AST_VAR_DECL) {
		resolve_node(r, n->b);
		r->loops++;
		resolve_target(r, n->a, AF_WRITE);
		r->loops--;
	} else {
		decl = d->a;
		if (RN(r, decl)->b != 0)
			resolve_node(r, RN(r, decl)->b);
		resolve_node(r, n->b);
		r->loops++;
		resolve_binding(r, RN(r, decl)->a);
		if (d->op == DECL_VAR)
			resolve_assigned(r, RN(r, decl)->a);
		r->loops--;
		resolve_initialised(r, RN(r, decl)->a, RN(r, n->b)->end);
	}
	note_call(r, node, taint);
}

static void
resolve_loop(struct resolver *r, uint32_t node)
{
	const struct ast_node *n = RN(r, node);
	uint32_t scope = 0;

	switch (n->kind) {
	case AST_FOR:
		if (n->a != 0 && RN(r, n->a)->kind == AST_VAR_DECL)
			scope = RN(r, n->a)->d;
		if (scope != 0)
			resolve_enter(r, scope);
		resolve_node(r, n->a);
		r->loops++;
		resolve_node(r, n->b);
		resolve_node(r, n->c);
		resolve_node(r, n->d);
		break;
	case AST_FOR_IN:
	case AST_FOR_OF:
		scope = n->d;
		if (scope != 0)
			resolve_enter(r, scope);
		resolve_each_head(r, node);
		r->loops++;
		resolve_node(r, n->c);
		if ((n->flags & AF_AWAIT) != 0)
			note_call(r, node, NOT_YET);
		break;
	default:
		r->loops++;
		resolve_node(r, n->a);
		resolve_node(r, n->b);
	}
	r->loops--;
	if (scope != 0)
		resolve_leave(r, scope);
}

static void
resolve_switch(struct resolver *r, uint32_t node)
{
	const struct ast_node *n = RN(r, node);
	uint32_t i, scope = n->d;

	resolve_node(r, n->a);
	if (scope != 0)
		resolve_enter(r, scope);
	for (i = n->b; i != 0; i = RN(r, i)->next) {
		if (scope != 0)
			scope_get(r->u, scope)->current_case = i;
		resolve_node(r, RN(r, i)->a);
		resolve_list(r, RN(r, i)->b);
	}
	if (scope != 0)
		resolve_leave(r, scope);
}

static void
resolve_with(struct resolver *r, uint32_t node)
{
	const struct ast_node *n = RN(r, node);
	bool saved = r->in_with;

	resolve_node(r, n->a);
	r->in_with = true;
	resolve_node(r, n->b);
	r->in_with = saved;
}

static void
resolve_params(struct resolver *r, const struct ast_node *n,
    const struct func *f)
{
	struct symbol *s;
	uint32_t i;

	if (!f->simple_params) {
		for (i = scope_get(r->u, f->scope)->first; i != 0;
		     i = s->next) {
			s = symbol_get(r->u, i);
			if (s->kind == SYM_PARAM)
				s->flags |= SYMF_LEXICAL;
		}
	}
	for (i = n->b; i != 0; i = RN(r, i)->next) {
		resolve_binding(r, i);
		resolve_initialised(r, i, RN(r, i)->end);
	}
	if (!f->simple_params) {
		for (i = scope_get(r->u, f->scope)->first; i != 0;
		     i = s->next) {
			s = symbol_get(r->u, i);
			if (s->kind == SYM_PARAM)
				s->flags &= ~(uint32_t)SYMF_LEXICAL;
		}
	}
}

static void
resolve_func(struct resolver *r, uint32_t node)
{
	const struct ast_node *n = RN(r, node);
	struct func *f = func_get(r->u, n->d);
	uint32_t loops = r->loops, taint = r->taint;

	resolve_func_enter(r, n->d);
	r->loops = 0;
	if (f->name_scope != 0)
		resolve_enter(r, f->name_scope);
	resolve_enter(r, f->scope);
	resolve_params(r, n, f);
	if (f->body_scope != 0)
		resolve_enter(r, f->body_scope);
	if (n->c != 0 && RN(r, n->c)->kind == AST_FUNC_BODY)
		resolve_list(r, RN(r, n->c)->a);
	else
		resolve_node(r, n->c);
	if (f->body_scope != 0)
		resolve_leave(r, f->body_scope);
	resolve_leave(r, f->scope);
	if (f->name_scope != 0) {
		resolve_leave(r, f->name_scope);
		f->own_name_used =
		    (symbol_get(r->u, scope_get(r->u, f->name_scope)->first)
			    ->flags &
			SYMF_USED) != 0;
	}
	resolve_func_leave(r, n->d);
	r->loops = loops;
	r->taint = taint;
}

/* A field's initialiser, or a static block's statements: FN's code. */
static void
resolve_hidden(struct resolver *r, uint32_t node, uint32_t fn)
{
	const struct ast_node *n = RN(r, node);
	struct func *f = func_get(r->u, fn);
	uint32_t loops = r->loops;

	resolve_func_enter(r, fn);
	resolve_enter(r, f->scope);
	r->loops = 0;
	if (n->kind == AST_FIELD)
		resolve_node(r, n->b);
	else
		resolve_list(r, n->a);
	resolve_leave(r, f->scope);
	resolve_func_leave(r, fn);
	r->loops = loops;
}

/*
 * Heritage and keys run first, while the inner name is not initialised; then
 * come methods, fields and blocks, for which it always is.
 */
static void
resolve_class(struct resolver *r, uint32_t node)
{
	const struct ast_node *n = RN(r, node), *m;
	struct klass *k = klass_get(r->u, n->d);
	uint32_t i, outer = 0, taint = r->taint;
	struct symbol *s;

	resolve_list(r, k->decorators);
	resolve_enter(r, k->scope);
	resolve_node(r, n->b);
	for (i = n->c; i != 0; i = m->next) {
		m = RN(r, i);
		if (m->kind == AST_METHOD || m->kind == AST_FIELD) {
			resolve_list(r, m->c);
			if (m->kind == AST_METHOD)
				resolve_list(r, m->d);
			if ((m->flags & AF_COMPUTED) != 0)
				resolve_node(r, m->a);
		}
	}
	if (k->inner != 0)
		resolve_symbol_init(r, k->inner, n->pos);
	for (i = n->c; i != 0; i = m->next) {
		m = RN(r, i);
		if (m->kind == AST_METHOD)
			resolve_node(r, m->b);
		else if (m->kind == AST_FIELD || m->kind == AST_STATIC_BLOCK)
			resolve_hidden(r, i, m->d);
	}
	resolve_leave(r, k->scope);
	if (k->inner != 0) {
		s = symbol_get(r->u, k->inner);
		k->inner_name_used = (s->flags & SYMF_USED) != 0;
		k->name_captured = (s->flags & SYMF_CAPTURED) != 0;
	}
	if (k->has_static || k->has_computed_keys || k->decorators != 0)
		note_call(r, node, NOT_YET);
	else if (n->b != 0)
		note_call(r, node, taint);
	r->taint = taint;
	if ((n->flags & AF_DECL) != 0 && n->a != 0)
		outer = RN(r, n->a)->b;
	if (outer != 0)
		resolve_symbol_init(r, outer, n->end);
}

static void
resolve_declarator(struct resolver *r, uint32_t node, bool is_var)
{
	const struct ast_node *n = RN(r, node);
	uint32_t taint = r->taint;
	bool pattern = ast_is_pattern(&r->u->ast, n->a);

	if (!pattern) {
		resolve_node(r, n->b);
		resolve_binding(r, n->a);
		if (is_var && n->b != 0 && r->loops > 0)
			resolve_assigned(r, n->a);
	} else {
		resolve_node(r, n->b);
		resolve_binding(r, n->a);
		note_call(r, node, taint);
	}
	resolve_initialised(r, n->a, n->end);
}

static void
resolve_export(struct resolver *r, uint32_t node)
{
	const struct ast_node *n = RN(r, node), *local;
	uint32_t i;

	if (n->kind == AST_EXPORT_DEFAULT) {
		resolve_node(r, n->a);
		if (n->d != 0)
			resolve_symbol_init(r, n->d, n->end);
		return;
	}
	for (i = n->a; i != 0; i = RN(r, i)->next) {
		local = RN(r, RN(r, i)->a);
		if (n->b == 0 && local->kind == AST_IDENT)
			RN(r, RN(r, i)->a)->b =
			    atom_get(&r->u->atoms, local->a)->symbol;
	}
}

/* The target of an assignment; ACCESS: AF_WRITE, perhaps AF_READ. */
void
resolve_target(struct resolver *r, uint32_t node, uint16_t access)
{
	const struct ast_node *n;
	uint32_t i;

	node = ast_skip_parens(&r->u->ast, node);
	n = RN(r, node);
	switch (n->kind) {
	case AST_IDENT:
		resolve_ref(r, node, access);
		break;
	case AST_OBJECT_PATTERN:
	case AST_ARRAY_PATTERN:
		for (i = n->a; i != 0; i = RN(r, i)->next)
			resolve_target(r, i, access);
		break;
	case AST_PROP:
		if ((n->flags & AF_COMPUTED) != 0)
			resolve_node(r, n->a);
		resolve_target(r, n->b, access);
		break;
	case AST_DEFAULT:
		resolve_target(r, n->a, access);
		resolve_node(r, n->b);
		break;
	case AST_REST:
		resolve_target(r, n->a, access);
		break;
	default:
		resolve_node(r, node);
	}
}

void
resolve_binding(struct resolver *r, uint32_t node)
{
	const struct ast_node *n = RN(r, node);
	uint32_t i;

	switch (n->kind) {
	case AST_OBJECT_PATTERN:
	case AST_ARRAY_PATTERN:
		for (i = n->a; i != 0; i = RN(r, i)->next) {
			resolve_binding(r, i);
			/* A later default may read what this one bound. */
			resolve_initialised(r, i, RN(r, i)->end);
		}
		break;
	case AST_PROP:
		if ((n->flags & AF_COMPUTED) != 0)
			resolve_node(r, n->a);
		resolve_binding(r, n->b);
		break;
	case AST_DEFAULT:
		resolve_node(r, n->b);
		resolve_binding(r, n->a);
		break;
	case AST_REST:
		resolve_binding(r, n->a);
		break;
	case AST_BINDING:
		if (r->in_with)
			resolve_assigned(r, node);
		break;
	default:
		break;
	}
}

void
resolve_initialised(struct resolver *r, uint32_t node, uint32_t pos)
{
	const struct ast_node *n = RN(r, node);
	uint32_t i;

	switch (n->kind) {
	case AST_OBJECT_PATTERN:
	case AST_ARRAY_PATTERN:
		for (i = n->a; i != 0; i = RN(r, i)->next)
			resolve_initialised(r, i, pos);
		break;
	case AST_PROP:
		resolve_initialised(r, n->b, pos);
		break;
	case AST_DEFAULT:
	case AST_REST:
		resolve_initialised(r, n->a, pos);
		break;
	case AST_BINDING:
		if (n->b != 0)
			resolve_symbol_init(r, n->b, pos);
		break;
	default:
		break;
	}
}

void
resolve_assigned(struct resolver *r, uint32_t node)
{
	const struct ast_node *n = RN(r, node);
	uint32_t i;

	switch (n->kind) {
	case AST_OBJECT_PATTERN:
	case AST_ARRAY_PATTERN:
		for (i = n->a; i != 0; i = RN(r, i)->next)
			resolve_assigned(r, i);
		break;
	case AST_PROP:
		resolve_assigned(r, n->b);
		break;
	case AST_DEFAULT:
	case AST_REST:
		resolve_assigned(r, n->a);
		break;
	case AST_BINDING:
		if (n->b != 0)
			symbol_get(r->u, n->b)->flags |= SYMF_ASSIGNED;
		break;
	default:
		break;
	}
}
