/*
 * Scope analysis: references. What a name means, who captures it, and
 * whether it can be read before it is initialised.
 *
 * Runs in: worker, on a tenant's source text.
 *
 * A check is not needed when the reference stands behind the initialiser in
 * the same function (the walk is in textual order, and control reaches a
 * later statement of a block only through the earlier ones, but for the
 * cases of a switch), or in a function expression that is created there. For
 * the top level of a module there is one more proof: as long as it has run
 * no code of its own, nobody can have called its functions, save importers
 * in a cycle.
 */
#include "config.h"

#include "worker/lang/resolve_priv.h"

static void resolve_tdz(struct resolver *r, uint32_t node, uint32_t symbol);
static bool is_lexical(const struct symbol *s);
static void resolve_arguments(struct resolver *r, uint32_t node);
static void touch_import(struct resolver *r, uint32_t node,
    const struct symbol *s);

void
resolve_ref(struct resolver *r, uint32_t node, uint16_t access)
{
	struct ast_node *n = RN(r, node);
	struct atom *a = atom_get(&r->u->atoms, n->a);
	uint32_t symbol = a->symbol, func;
	struct symbol *s;

	n->flags |= access;
	if (n->a == ATOM_arguments) {
		resolve_arguments(r, node);
		if (n->b == 0)
			return;
	}
	if (symbol == 0) {
		a->flags |= ATOMF_UNBOUND;
		if ((access & AF_WRITE) != 0)
			r->taint++;
		resolve_free_name(r, n->a, 0);
		return;
	}
	n->b = symbol;
	s = symbol_get(r->u, symbol);
	s->flags |= SYMF_USED;
	func = scope_get(r->u, s->scope)->func;
	if ((access & AF_WRITE) != 0) {
		s->flags |= SYMF_ASSIGNED;
		if (func != r->func)
			s->flags |= SYMF_ASSIGNED_IN_CLOSURE;
		if ((s->flags & SYMF_CONST) != 0)
			n->flags |= AF_CONST_WRITE;
	}
	if (func != r->func) {
		s->flags |= SYMF_CAPTURED;
		n->flags |= AF_CAPTURED;
		resolve_free_name(r, n->a, symbol);
	}
	touch_import(r, node, s);
	if (is_lexical(s))
		resolve_tdz(r, node, symbol);
}

void
resolve_symbol_init(struct resolver *r, uint32_t symbol, uint32_t pos)
{
	struct symbol *s = symbol_get(r->u, symbol);

	if (s->init_pos != NOT_YET)
		return;
	s->init_pos = pos;
	s->init_case = scope_get(r->u, s->scope)->current_case;
}

/* Each arrow up to the function that has a `this` uses it. */
void
resolve_use_this(struct resolver *r)
{
	uint32_t i = r->func;
	struct func *f = func_get(r->u, i);
	bool arrow = false;

	r->taint++;
	for (; f->is_arrow && f->parent != 0; f = func_get(r->u, f->parent)) {
		if (f->uses_this)
			return;
		f->uses_this = true;
		arrow = true;
	}
	f->uses_this = true;
	if (arrow)
		f->arrow_uses_this = true;
}

void
resolve_use_new_target(struct resolver *r)
{
	struct func *f = func_get(r->u, r->func);
	bool arrow = false;

	for (; f->is_arrow && f->parent != 0; f = func_get(r->u, f->parent)) {
		f->uses_new_target = true;
		arrow = true;
	}
	f->uses_new_target = true;
	if (arrow)
		f->arrow_uses_new_target = true;
}

void
resolve_use_super(struct resolver *r, bool call)
{
	struct func *f = func_get(r->u, r->func);
	bool arrow = false;

	for (;; f = func_get(r->u, f->parent)) {
		if (call)
			f->uses_super_call = true;
		else
			f->uses_super_prop = true;
		if (!f->is_arrow || f->parent == 0)
			break;
		arrow = true;
	}
	if (arrow)
		f->arrow_uses_super = true;
	resolve_use_this(r);
	if (call)
		resolve_use_new_target(r);
}

/* A direct eval may name whatever is in scope, and this and arguments. */
void
resolve_use_eval(struct resolver *r)
{
	uint32_t i;
	struct func *f;

	for (i = r->scope; i != 0; i = scope_get(r->u, i)->parent) {
		if (scope_get(r->u, i)->has_eval)
			break;
		scope_get(r->u, i)->has_eval = true;
	}
	f = func_get(r->u, r->func);
	for (;; f = func_get(r->u, f->parent)) {
		f->has_direct_eval = true;
		f->uses_arguments = true;
		if (!f->is_arrow || f->parent == 0)
			break;
	}
	f->arrow_uses_arguments |= f != func_get(r->u, r->func);
	for (i = f->parent; i != 0; i = func_get(r->u, i)->parent)
		func_get(r->u, i)->inner_eval = true;
	resolve_use_this(r);
	resolve_use_new_target(r);
}

void
resolve_pending_done(struct resolver *r)
{
	struct symbol *s;
	uint32_t i;

	for (i = 0; i < r->npending; i++) {
		s = symbol_get(r->u, r->pending[i].symbol);
		if (s->init_pos <= r->first_call) {
			RN(r, r->pending[i].node)->flags |= AF_TDZ_CYCLE;
			s->flags |= SYMF_TDZ_CYCLE;
		} else {
			RN(r, r->pending[i].node)->flags |= AF_TDZ;
			s->flags |= SYMF_NEEDS_TDZ;
		}
	}
	r->npending = 0;
}

static bool
is_lexical(const struct symbol *s)
{
	return (s->flags & SYMF_LEXICAL) != 0;
}

/* Whether the use of S by the module's top level hands out its own values. */
static void
touch_import(struct resolver *r, uint32_t node, const struct symbol *s)
{
	if (s->kind == SYM_IMPORT)
		RN(r, node)->flags |= AF_IMPORT;
	else
		r->taint++;
}

static void
resolve_tdz(struct resolver *r, uint32_t node, uint32_t symbol)
{
	struct symbol *s = symbol_get(r->u, symbol);
	const struct scope *scope = scope_get(r->u, s->scope);
	const struct func *owner = func_get(r->u, scope->func), *inner;
	uint32_t start, kind;

	if (scope->func == r->func) {
		if (s->init_pos != NOT_YET &&
		    (scope->kind != SCOPE_SWITCH ||
			scope->current_case == s->init_case))
			return;
	} else {
		inner = func_get(r->u, r->stack[owner->depth + 1]);
		kind = RN(r, inner->node)->kind;
		start = RN(r, inner->node)->pos;
		if (kind == AST_FUNC &&
		    (RN(r, inner->node)->flags & AF_DECL) != 0)
			start = inner->hoist_pos;
		if (s->init_pos != NOT_YET && start >= s->init_pos &&
		    (scope->kind != SCOPE_SWITCH ||
			scope->current_case == s->init_case))
			return;
		if (s->scope == r->u->top_scope &&
		    r->u->options.kind == LANG_MODULE) {
			r->pending = arena_grow(&r->u->arena, r->pending,
			    r->npending, &r->cap_pending, sizeof *r->pending);
			r->pending[r->npending++] =
			    (struct resolve_pending){node, symbol};
			return;
		}
	}
	RN(r, node)->flags |= AF_TDZ;
	s->flags |= SYMF_NEEDS_TDZ;
}

/*
 * The name `arguments`: a declared one if it is at least as near as the
 * function that has an arguments object.
 */
static void
resolve_arguments(struct resolver *r, uint32_t node)
{
	uint32_t symbol = atom_get(&r->u->atoms, ATOM_arguments)->symbol;
	struct func *f = func_get(r->u, r->func);
	bool arrow = false;

	while (f->is_arrow && f->parent != 0)
		f = func_get(r->u, f->parent);
	if (symbol != 0 &&
	    func_get(r->u,
		scope_get(r->u, symbol_get(r->u, symbol)->scope)->func)
		    ->depth >= f->depth) {
		RN(r, node)->b = symbol;
		if (f->kind != FUNC_PROGRAM)
			f->arguments = symbol;
		return;
	}
	if (f->kind == FUNC_PROGRAM && r->u->options.kind != LANG_COMMONJS) {
		atom_get(&r->u->atoms, ATOM_arguments)->flags |= ATOMF_UNBOUND;
		return;
	}
	r->taint++;
	resolve_free_name(r, ATOM_arguments, 0);
	f = func_get(r->u, r->func);
	for (; f->is_arrow && f->parent != 0; f = func_get(r->u, f->parent)) {
		f->uses_arguments = true;
		arrow = true;
	}
	f->uses_arguments = true;
	if (arrow)
		f->arrow_uses_arguments = true;
}
