/*
 * Scopes and declarations while parsing, and their early errors.
 *
 * Runs in: worker, on a tenant's source text.
 * Owns:    one hash of (scope, name) pairs for the whole unit. A pair without
 *          a symbol records that a var of an inner block went through the
 *          scope, so that a later `let` of that name is refused.
 */
#include "config.h"

#include <string.h>

#include "base/util.h"
#include "worker/lang/eval_scope.h"
#include "worker/lang/parse_priv.h"

/* Private names live beside the others. */
#define PRIVATE_BIT 0x80000000U
/* The "scope" of export names. */
#define EXPORT_SCOPE UINT32_MAX

static struct decl_slot *slot_find(const struct parser *p, uint32_t scope,
    uint32_t atom);
static struct decl_slot *slot_put(struct parser *p, uint32_t scope,
    uint32_t atom, uint32_t symbol);
static void slots_grow(struct parser *p);
static uint32_t new_symbol(struct parser *p, uint32_t scope,
    enum symbol_kind kind, uint32_t atom, uint32_t binding);
static uint32_t declare_var(struct parser *p, enum symbol_kind kind,
    uint32_t atom, uint32_t binding);
static uint32_t declare_lexical(struct parser *p, uint32_t scope,
    enum symbol_kind kind, uint32_t atom, uint32_t binding);
static void fail_redeclared(struct parser *p, uint32_t atom, uint32_t binding)
    __attribute__((noreturn));
static bool is_var_like(const struct parser *p, uint32_t scope,
    const struct symbol *s);

uint32_t
scope_open(struct parser *p, enum scope_kind kind)
{
	uint32_t i = pool_add(p->u, &p->u->scopes);
	struct scope *s = scope_get(p->u, i);

	s->kind = (uint8_t)kind;
	s->strict = p->ctx.strict;
	s->parent = p->ctx.scope;
	s->func = p->ctx.func;
	s->pos = tok_pos(p);
	p->ctx.scope = i;
	return i;
}

uint32_t
scope_close(struct parser *p, uint32_t scope)
{
	struct scope *s = scope_get(p->u, scope);

	p->ctx.scope = s->parent;
	s->end = p->lx.prev_end;
	if (s->first != 0)
		return scope;
	if (!s->var_passed && scope == p->u->scopes.count - 1) {
		memset(s, 0, sizeof *s);
		p->u->scopes.count--;
	}
	return 0;
}

uint32_t
scope_lookup(const struct parser *p, uint32_t scope, uint32_t atom)
{
	const struct decl_slot *slot = slot_find(p, scope, atom);

	return slot != NULL ? slot->symbol : 0;
}

uint32_t
func_open(struct parser *p, uint32_t node, enum ast_func kind)
{
	uint32_t i = pool_add(p->u, &p->u->funcs);
	struct func *f = func_get(p->u, i);

	f->kind = (uint8_t)kind;
	f->node = node;
	f->is_arrow = kind == FUNC_ARROW;
	return i;
}

/* Declare the name of the node BINDING, where a declaration of KIND stands. */
uint32_t
declare(struct parser *p, enum symbol_kind kind, uint32_t binding)
{
	uint32_t atom = N(p, binding)->a;

	if (kind == SYM_VAR)
		return declare_var(p, kind, atom, binding);
	if (kind == SYM_PARAM)
		return declare_in(p, p->ctx.scope, kind, atom, binding);
	return declare_lexical(p, p->ctx.scope, kind, atom, binding);
}

/* Declare in one scope; a parameter may repeat, nothing else may. */
uint32_t
declare_in(struct parser *p, uint32_t scope, enum symbol_kind kind,
    uint32_t atom, uint32_t binding)
{
	struct decl_slot *slot = slot_find(p, scope, atom);
	uint32_t symbol;

	if (slot != NULL && kind != SYM_PARAM)
		fail_redeclared(p, atom, binding);
	symbol = new_symbol(p, scope, kind, atom, binding);
	if (slot != NULL) {
		symbol_get(p->u, slot->symbol)->flags |= SYMF_DUPLICATE;
		slot->symbol = symbol;
	} else {
		slot_put(p, scope, atom, symbol);
	}
	return symbol;
}

/*
 * A function declaration. PLAIN: neither async nor generator. FUNC: its node.
 */
uint32_t
declare_function(struct parser *p, uint32_t binding, uint32_t func, bool plain)
{
	uint32_t atom = N(p, binding)->a, scope = p->ctx.scope, symbol;
	bool module, sloppy = plain && !p->ctx.strict;
	struct decl_slot *slot;
	struct symbol *s;

	slot = slot_find(p, scope, atom);
	if (p->ts && slot != NULL && slot->symbol != 0) {
		/* Overloads come before; they have no body. */
		s = symbol_get(p->u, slot->symbol);
		if ((s->kind == SYM_FUNCTION ||
			s->kind == SYM_BLOCK_FUNCTION) &&
		    s->func_node == 0) {
			N(p, binding)->b = slot->symbol;
			return slot->symbol;
		}
	}
	module = scope == p->u->top_scope && p->u->options.kind == LANG_MODULE;
	if (scope == p->ctx.var_scope && !module) {
		symbol = declare_var(p, SYM_FUNCTION, atom, binding);
		symbol_get(p->u, symbol)->func_node = func;
		return symbol;
	}
	if (slot != NULL && slot->symbol != 0 && sloppy) {
		s = symbol_get(p->u, slot->symbol);
		if (s->kind == SYM_BLOCK_FUNCTION && s->alias == 0) {
			N(p, binding)->b = slot->symbol;
			s->func_node = func;
			return slot->symbol;
		}
	}
	symbol = declare_lexical(p, scope,
	    module ? SYM_FUNCTION : SYM_BLOCK_FUNCTION, atom, binding);
	s = symbol_get(p->u, symbol);
	s->func_node = func;
	s->alias = !sloppy; /* until resolved: may not be declared again */
	if (!module && sloppy) {
		p->annex_b = arena_grow(&p->u->arena, p->annex_b, p->nannex_b,
		    &p->cap_annex_b, sizeof *p->annex_b);
		p->annex_b[p->nannex_b++] = symbol;
	}
	return symbol;
}

/*
 * Annex B.3.2, at the end of a function: each function of its sloppy blocks
 * since MARK also makes a var, unless that would have been an error.
 */
void
declare_annex_b(struct parser *p, uint32_t mark)
{
	uint32_t i, scope, symbol;
	const struct decl_slot *slot;
	struct symbol *s, *t;

	for (i = mark; i < p->nannex_b; i++) {
		s = symbol_get(p->u, p->annex_b[i]);
		scope = scope_get(p->u, s->scope)->parent;
		for (;; scope = scope_get(p->u, scope)->parent) {
			slot = slot_find(p, scope, s->atom);
			t = slot != NULL && slot->symbol != 0
				? symbol_get(p->u, slot->symbol)
				: NULL;
			if (scope == p->ctx.var_scope)
				break;
			if (t != NULL && t->kind != SYM_CATCH)
				goto skip;
		}
		if (t != NULL &&
		    (!is_var_like(p, scope, t) || t->kind == SYM_PARAM))
			goto skip;
		if (scope_get(p->u, scope)->kind == SCOPE_BODY &&
		    scope_lookup(p, scope_get(p->u, scope)->parent, s->atom) !=
			0)
			goto skip;
		symbol = t != NULL ? slot->symbol
				   : new_symbol(p, scope, SYM_VAR, s->atom, 0);
		if (t == NULL)
			slot_put(p, scope, s->atom, symbol);
		s = symbol_get(p->u, p->annex_b[i]);
		s->flags |= SYMF_ANNEX_B;
		s->outer = symbol;
		symbol_get(p->u, symbol)->flags |= SYMF_ASSIGNED;
	skip:;
	}
	p->nannex_b = mark;
}

bool
note_export(struct parser *p, uint32_t atom)
{
	if (slot_find(p, EXPORT_SCOPE, atom) != NULL)
		return false;
	slot_put(p, EXPORT_SCOPE, atom, 0);
	return true;
}

bool
has_export(const struct parser *p, uint32_t atom)
{
	return slot_find(p, EXPORT_SCOPE, atom) != NULL;
}

/* #x of the class being parsed; FLAGS: SYMF_STATIC, _METHOD, ... */
uint32_t
declare_private(struct parser *p, uint32_t name, uint32_t flags)
{
	uint32_t scope = klass_get(p->u, p->klass)->scope;
	uint32_t atom = N(p, name)->a, symbol, both;
	struct decl_slot *slot = slot_find(p, scope, atom | PRIVATE_BIT);
	struct lang_str text = atom_text(p, atom);
	struct symbol *s;

	if (slot != NULL) {
		both = SYMF_GETTER | SYMF_SETTER;
		s = symbol_get(p->u, slot->symbol);
		if ((s->flags & SYMF_STATIC) != (flags & SYMF_STATIC) ||
		    ((s->flags | flags) & both) != both ||
		    (s->flags & flags & both) != 0)
			unit_fail(p->u, N(p, name)->pos, N(p, name)->end,
			    "Identifier '#%.*s' has already been declared",
			    (int)MIN(text.len, 100), text.s);
		s->flags |= flags;
		N(p, name)->b = slot->symbol;
		return slot->symbol;
	}
	symbol = new_symbol(p, scope, SYM_PRIVATE, atom, name);
	symbol_get(p->u, symbol)->flags |= flags;
	slot_put(p, scope, atom | PRIVATE_BIT, symbol);
	klass_get(p->u, p->klass)->nprivate++;
	return symbol;
}

void
private_use(struct parser *p, uint32_t node)
{
	p->privates = arena_grow(&p->u->arena, p->privates, p->nprivates,
	    &p->cap_privates, sizeof *p->privates);
	p->privates[p->nprivates++].node = node;
}

static bool
private_of_eval(const struct parser *p, struct lang_str name)
{
	return p->u->options.kind == LANG_EVAL &&
	       eval_scope_find(p->u->options.eval_scope, EVAL_PRIVATE, &name,
		   NULL);
}

/*
 * Resolve the private names used since MARK in the class that ends here; what
 * it does not declare is left to the class around. KLASS 0: there is none.
 */
void
private_close(struct parser *p, uint32_t mark, uint32_t klass)
{
	uint32_t i, left = mark, symbol, scope;
	struct lang_str name;
	struct ast_node *n;

	for (i = mark; i < p->nprivates; i++) {
		n = N(p, p->privates[i].node);
		name = atom_text(p, n->a);
		if (klass == 0) {
			if (!private_of_eval(p, name))
				unit_fail(p->u, n->pos, n->end,
				    "Private field '#%.*s' must be declared in "
				    "an enclosing class",
				    (int)MIN(name.len, 100), name.s);
			continue;
		}
		scope = klass_get(p->u, klass)->scope;
		symbol = scope_lookup(p, scope, n->a | PRIVATE_BIT);
		if (symbol != 0) {
			n->b = symbol;
			symbol_get(p->u, symbol)->flags |= SYMF_USED;
		} else {
			p->privates[left++] = p->privates[i];
		}
	}
	p->nprivates = left;
}

/* A var belongs to the function, and passes through every block on its way. */
static uint32_t
declare_var(struct parser *p, enum symbol_kind kind, uint32_t atom,
    uint32_t binding)
{
	uint32_t scope = p->ctx.scope, symbol;
	struct decl_slot *slot;
	struct symbol *s;

	for (;; scope = scope_get(p->u, scope)->parent) {
		slot = slot_find(p, scope, atom);
		if (scope == p->ctx.var_scope)
			break;
		if (slot == NULL) {
			slot_put(p, scope, atom, 0);
			scope_get(p->u, scope)->var_passed = true;
		} else if (slot->symbol != 0 &&
			   symbol_get(p->u, slot->symbol)->kind != SYM_CATCH) {
			fail_redeclared(p, atom, binding);
		}
	}
	if (slot == NULL) {
		symbol = new_symbol(p, scope, kind, atom, binding);
		slot_put(p, scope, atom, symbol);
		return symbol;
	}
	s = symbol_get(p->u, slot->symbol);
	if (!is_var_like(p, scope, s))
		fail_redeclared(p, atom, binding);
	s->flags |= SYMF_REDECLARED;
	if (kind == SYM_FUNCTION && s->kind == SYM_VAR)
		s->kind = SYM_FUNCTION;
	if (binding != 0)
		N(p, binding)->b = slot->symbol;
	return slot->symbol;
}

static uint32_t
declare_lexical(struct parser *p, uint32_t scope, enum symbol_kind kind,
    uint32_t atom, uint32_t binding)
{
	const struct scope *s = scope_get(p->u, scope);
	uint8_t outer;
	uint32_t symbol;

	if (slot_find(p, scope, atom) != NULL)
		fail_redeclared(p, atom, binding);
	outer = s->parent != 0 ? scope_get(p->u, s->parent)->kind
			       : (uint8_t)SCOPE_PROGRAM;
	if (((s->kind == SCOPE_BLOCK && outer == SCOPE_CATCH) ||
		s->kind == SCOPE_BODY) &&
	    scope_lookup(p, s->parent, atom) != 0)
		fail_redeclared(p, atom, binding);
	symbol = new_symbol(p, scope, kind, atom, binding);
	slot_put(p, scope, atom, symbol);
	return symbol;
}

static bool
is_var_like(const struct parser *p, uint32_t scope, const struct symbol *s)
{
	switch (s->kind) {
	case SYM_VAR:
	case SYM_PARAM:
		return true;
	case SYM_FUNCTION:
		return scope != p->u->top_scope ||
		       p->u->options.kind != LANG_MODULE;
	default:
		return false;
	}
}

static void
fail_redeclared(struct parser *p, uint32_t atom, uint32_t binding)
{
	struct lang_str name = atom_text(p, atom);
	uint32_t pos = tok_pos(p), end = pos;

	if (binding != 0) {
		pos = N(p, binding)->pos;
		end = N(p, binding)->end;
	}
	unit_fail(p->u, pos, end, "Identifier '%.*s' has already been declared",
	    (int)MIN(name.len, 100), name.s);
}

static uint32_t
new_symbol(struct parser *p, uint32_t scope, enum symbol_kind kind,
    uint32_t atom, uint32_t binding)
{
	uint32_t i = pool_add(p->u, &p->u->symbols);
	struct symbol *s = symbol_get(p->u, i);
	struct scope *sc = scope_get(p->u, scope);

	s->atom = atom;
	s->kind = (uint8_t)kind;
	s->scope = scope;
	s->decl = binding;
	s->init_pos = UINT32_MAX;
	switch ((int)kind) {
	case SYM_CONST:
	case SYM_USING:
	case SYM_CLASS_NAME:
		s->flags = SYMF_LEXICAL | SYMF_CONST;
		break;
	case SYM_LET:
	case SYM_CLASS:
	case SYM_DEFAULT:
		s->flags = SYMF_LEXICAL;
		break;
	case SYM_FN_NAME:
	case SYM_IMPORT:
		s->flags = SYMF_CONST;
		break;
	default:
		break;
	}
	if (binding != 0)
		N(p, binding)->b = i;
	if (sc->first == 0)
		sc->first = i;
	else
		symbol_get(p->u, sc->last)->next = i;
	sc->last = i;
	sc->nsymbols++;
	if (kind != SYM_PRIVATE && sc->kind != SCOPE_FUNCTION &&
	    sc->kind != SCOPE_PROGRAM)
		atom_get(&p->u->atoms, atom)->flags |= ATOMF_BLOCK;
	return i;
}

static uint32_t
slot_hash(uint32_t scope, uint32_t atom)
{
	uint64_t h = ((uint64_t)scope << 32 | atom) * 0x9E3779B97F4A7C15U;

	return (uint32_t)(h >> 32);
}

static struct decl_slot *
slot_find(const struct parser *p, uint32_t scope, uint32_t atom)
{
	uint32_t i = slot_hash(scope, atom) & p->slots_mask;

	for (; p->slots[i].scope != 0; i = (i + 1) & p->slots_mask)
		if (p->slots[i].scope == scope && p->slots[i].atom == atom)
			return &p->slots[i];
	return NULL;
}

static struct decl_slot *
slot_put(struct parser *p, uint32_t scope, uint32_t atom, uint32_t symbol)
{
	uint32_t i;

	if (p->nslots * 2 > p->slots_mask)
		slots_grow(p);
	i = slot_hash(scope, atom) & p->slots_mask;
	while (p->slots[i].scope != 0)
		i = (i + 1) & p->slots_mask;
	p->nslots++;
	p->slots[i] = (struct decl_slot){scope, atom, symbol};
	return &p->slots[i];
}

static void
slots_grow(struct parser *p)
{
	uint32_t i, n = p->slots_mask + 1;
	struct decl_slot *old = p->slots;

	p->slots = arena_zalloc(&p->u->arena, (size_t)n * 2, sizeof *old);
	p->slots_mask = n * 2 - 1;
	p->nslots = 0;
	for (i = 0; i < n; i++)
		if (old[i].scope != 0)
			slot_put(p, old[i].scope, old[i].atom, old[i].symbol);
}
