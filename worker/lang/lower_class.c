/*
 * Lowering of classes. One $cls call with the members in source order; the
 * initialisers of fields become functions that the constructor calls:
 *
 *	(c=$cls(Base,[4,0,function(){...},1,"m",function(){...},
 *	    0,0,f=function($this){$fd($this,"x",1)}]),s(c),c)
 *
 * In sloppy code, and in loops (whose closures must not share the class
 * variable), all of it stands in a strict function of its own.
 */
#include "config.h"

#include "worker/lang/lower_class.h"

#include "base/util.h"

static bool
member_is_field(const struct ast_node *m)
{
	return m->kind == AST_FIELD;
}

/* Two fields whose initialisers share one function. */
static bool
same_group(const struct lower *l, uint32_t a, uint32_t b)
{
	const struct ast_node *x = N(l, a), *y = N(l, b);

	return member_is_field(x) && member_is_field(y) &&
	       (x->flags & AF_STATIC) == (y->flags & AF_STATIC) &&
	       !(y->flags & AF_COMPUTED);
}

static void
plan_member(struct lower *l, struct class *c, uint32_t m, uint32_t prev,
    uint32_t i)
{
	const struct ast_node *node = N(l, m);
	bool is_static = node->flags & AF_STATIC;

	if (node->kind == AST_STATIC_BLOCK) {
		c->groups[i] = lo_var(l, "f");
		lo_names_add(l, &c->statics, c->groups[i]);
	} else if (member_is_field(node)) {
		if ((node->flags & AF_ACCESSOR) &&
		    N(l, node->a)->kind != AST_PRIVATE_NAME)
			c->stores[i] = lo_var(l, "p");
		if (prev != 0 && same_group(l, prev, m)) {
			c->groups[i] = c->groups[i - 1];
			return;
		}
		if (node->flags & AF_COMPUTED)
			c->keys[i] = lo_var(l, "k");
		c->groups[i] = lo_var(l, "f");
		lo_names_add(l, is_static ? &c->statics : &c->inst.fields,
		    c->groups[i]);
	}
}

static void
plan_params(struct lower *l, struct class *c)
{
	uint32_t p;

	if (c->k->ctor == 0)
		return;
	for (p = N(l, N(l, c->k->ctor)->b)->b; p != 0; p = N(l, p)->next) {
		const struct ast_node *b = N(l, p);

		if (b->kind == AST_DEFAULT)
			b = N(l, b->a);
		if (b->kind == AST_BINDING && (b->flags & AF_PARAM_PROP))
			lo_names_add(l, &c->inst.params,
			    unit_atom_str(l->u, b->a));
	}
}

static void
plan_private(struct lower *l, struct class *c)
{
	uint32_t s;

	for (s = scope_get(l->u, c->k->scope)->first; s != 0;
	     s = symbol_get(l->u, s)->next) {
		const struct symbol *sym = symbol_get(l->u, s);
		struct symtext *t = &l->syms[s];
		struct lang_str *brand;

		if (sym->kind != SYM_PRIVATE)
			continue;
		t->text = lo_var(l, "p");
		if (!(sym->flags & (SYMF_METHOD | SYMF_GETTER | SYMF_SETTER)))
			continue;
		if (sym->flags & SYMF_SETTER)
			t->set = lo_var(l, "p");
		brand = sym->flags & SYMF_STATIC ? &c->static_brand : &c->brand;
		if (brand->len == 0)
			*brand = lo_var(l, "r");
		t->brand = *brand;
	}
}

static void
class_plan(struct lower *l, struct class *c)
{
	uint32_t m, prev = 0, n = 0, s;

	for (m = N(l, c->node)->c; m != 0; m = N(l, m)->next)
		n++;
	c->groups = arena_zalloc(&l->u->arena, n + 1, sizeof *c->groups);
	c->keys = arena_zalloc(&l->u->arena, n + 1, sizeof *c->keys);
	c->stores = arena_zalloc(&l->u->arena, n + 1, sizeof *c->stores);
	c->var = lo_var(l, "c");
	lo_dec_plan(l, c, n);
	c->inst.text = lo_textf(l, "%s.prototype", &c->var);
	c->inst.ctor = c->stat.text = c->stat.ctor = c->var;
	c->inst.derived = c->k->derived;
	for (m = N(l, c->node)->c, n = 0; m != 0; m = N(l, m)->next, n++) {
		plan_member(l, c, m, prev, n);
		prev = m;
	}
	plan_params(l, c);
	plan_private(l, c);
	c->inst.brand = c->brand;
	for (s = scope_get(l->u, c->k->scope)->first; s != 0;
	     s = symbol_get(l->u, s)->next)
		if (symbol_get(l->u, s)->kind == SYM_CLASS_NAME) {
			l->syms[s].text = c->self;
			l->syms[s].kept = true;
		}
}

/* ---- constructors ------------------------------------------------------ */

/* Brand and fields of a new instance, each behind a separator. */
static void
put_fields(struct lower *l, const struct home *h, const char *self, char sep,
    bool lead)
{
	uint32_t i;

	if (h->params.n != 0) {
		if (lead)
			emit_put(&l->e, &sep, 1);
		lo_put(l, "%h(%z", LANG_HELPER_FIELD, self);
		for (i = 0; i < h->params.n; i++) {
			lo_put(l, ",");
			lo_put_quote(l, h->params.v[i]);
			lo_put(l, ",void 0");
		}
		lo_put(l, ")");
		if (!lead)
			emit_put(&l->e, &sep, 1);
	}
	if (h->brand.len != 0) {
		if (lead)
			emit_put(&l->e, &sep, 1);
		lo_put(l, "%h(%z,%s,0)", LANG_HELPER_PRIV_ADD, self, &h->brand);
		if (!lead)
			emit_put(&l->e, &sep, 1);
	}
	for (i = 0; i < h->fields.n; i++) {
		if (lead)
			emit_put(&l->e, &sep, 1);
		lo_put(l, "%s(%z)", &h->fields.v[i], self);
		if (!lead)
			emit_put(&l->e, &sep, 1);
	}
}

static const char *
this_text(struct lower *l)
{
	return lo_textf(l, "%pthis").s;
}

static void
ctor_prologue(struct lower *l, const struct fn_spec *spec)
{
	const struct class *c = spec->data;
	const struct func *f = l->fn->f;
	bool wanted = l->fn->derived || f == NULL || f->uses_new_target ||
		      f->arrow_uses_new_target;

	if (wanted) {
		lo_put(l, "var %pnt=");
		lo_keep(l, l->fn, lo_textf(l, "%pnt"));
	}
	lo_put(l, "%h(new.target,", LANG_HELPER_NEW_TARGET);
	lo_put_quote(l, c->name);
	lo_put(l, ")");
	if (l->fn->derived) {
		lo_put(l, ",%pthis=%h;", LANG_HELPER_TDZ);
		lo_keep(l, l->fn, lo_textf(l, "%pthis"));
		return;
	}
	lo_put(l, ";");
	put_fields(l, &c->inst, "this", ';', false);
}

static void
ctor_epilogue(struct lower *l, const struct fn_spec *spec)
{
	(void)spec;
	if (!l->fn->derived)
		return;
	if (l->fn->this_ready)
		lo_put(l, ";return %pthis;");
	else
		lo_put(l, ";return %pthis===%h?%h():%pthis;", LANG_HELPER_TDZ,
		    LANG_HELPER_THIS_UNSET);
}

static void
put_ctor(struct lower *l, struct class *c, uint32_t method)
{
	struct fn_spec spec = {.name = c->name,
	    .named = true,
	    .data = c,
	    .prologue = ctor_prologue,
	    .epilogue = ctor_epilogue};

	spec.flags = LANG_FN_CLASS | LANG_FN_CONSTRUCTABLE;
	spec.pos = N(l, c->node)->pos;
	spec.end = N(l, c->node)->end;
	lo_put(l, "4,0,");
	lo_fn_text(l, N(l, method)->b, &spec);
	lo_put(l, ",");
}

static void
put_default_ctor(struct lower *l, struct class *c)
{
	struct fnctx fn;
	uint32_t flags = LANG_FN_CLASS | LANG_FN_CONSTRUCTABLE | LANG_FN_STRICT;

	lo_put(l, "4,0,");
	lo_fn_enter(l, &fn, 0,
	    lo_row_add(l, c->name, true, flags, 0, N(l, c->node)->pos,
		N(l, c->node)->end));
	fn.strict = true;
	fn.derived = c->k->derived;
	lo_put(l, "function(){");
	if (fn.derived) {
		lo_put(l, "var %pthis=%h(%s,%h(new.target,",
		    LANG_HELPER_SUPER_APPLY, &c->var, LANG_HELPER_NEW_TARGET);
		lo_put_quote(l, c->name);
		lo_put(l, "),arguments);");
		put_fields(l, &c->inst, this_text(l), ';', false);
		lo_put(l, "return %pthis}");
	} else {
		lo_put(l, "%h(new.target,", LANG_HELPER_NEW_TARGET);
		lo_put_quote(l, c->name);
		lo_put(l, ");");
		put_fields(l, &c->inst, "this", ';', false);
		lo_put(l, "}");
	}
	lo_fn_leave(l, &fn);
	lo_put(l, ",");
}

void
lower_super_call(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	const struct home *h = l->home;
	struct fnctx *fn = l->fn;
	bool top = false;
	uint32_t a, t = 0;

	if (h == NULL || h->is_object)
		unit_fail(l->u, node->pos, node->end,
		    "'super' keyword unexpected here");
	if (fn->derived && fn->top_stmt != 0 &&
	    N(l, fn->top_stmt)->kind == AST_EXPR_STMT &&
	    N(l, fn->top_stmt)->a == n && !fn->super_seen)
		top = true;
	fn->super_seen = true;
	lo_to(l, node->pos);
	if (top) {
		lo_put(l, "%pthis=");
	} else {
		t = lo_temp(l);
		lo_put(l, "(%t=", t);
	}
	lo_put(l, "%h(%s,%pnt",
	    node->flags & AF_HAS_SPREAD ? LANG_HELPER_SUPER_APPLY
					: LANG_HELPER_SUPER_CALL,
	    &h->ctor);
	if (node->flags & AF_HAS_SPREAD) {
		lo_put(l, ",");
		lower_spread_array(l, node->b, true);
	} else {
		for (a = node->b; a != 0; a = N(l, a)->next) {
			lo_put(l, ",");
			lo_at(l, a);
		}
	}
	lo_put(l, ")");
	if (!top)
		lo_put(l, ",%pthis===%h?%pthis=%t:%h()", LANG_HELPER_TDZ, t,
		    LANG_HELPER_SUPER_TWICE);
	put_fields(l, h, this_text(l), ',', true);
	if (!top)
		lo_put(l, ",%pthis)");
	lo_temp_free(l, t);
	lo_skip(l, node->end);
}

/* STMT of a derived constructor's body is done. */
void
lo_super_statement_done(struct lower *l, uint32_t stmt)
{
	const struct ast_node *node = N(l, stmt), *call;

	if (node->kind != AST_EXPR_STMT)
		return;
	call = N(l, node->a);
	if (call->kind != AST_CALL || N(l, call->a)->kind != AST_SUPER)
		return;
	l->fn->this_ready = true;
	lo_to(l, node->end);
	lo_put_param_properties(l, l->fn->node, this_text(l));
}

/* ---- members ----------------------------------------------------------- */

static void
put_method(struct lower *l, struct class *c, uint32_t m, struct lang_str key)
{
	const struct ast_node *node = N(l, m);
	bool is_static = node->flags & AF_STATIC;
	bool computed = node->flags & AF_COMPUTED, known;
	unsigned kind = node->op == METHOD_GET   ? 2
			: node->op == METHOD_SET ? 3
						 : 1;
	struct lang_str name = lo_str("");

	l->home = is_static ? &c->stat : &c->inst;
	known = lo_key_name(l, node->a, computed, &name);
	if (known && kind != 1)
		name = lo_textf(l, kind == 2 ? "get %s" : "set %s", &name);
	if (N(l, node->a)->kind == AST_PRIVATE_NAME) {
		const struct symtext *t = &l->syms[N(l, node->a)->b];

		lo_put(l, "0,0,%s=", kind == 3 ? &t->set : &t->text);
	} else {
		lo_put(l, "%u,",
		    kind + (is_static ? 8U : 0U) + (known ? 0U : 16U));
		if (key.len != 0)
			lo_put(l, "%s=", &key);
		lo_put_key_value(l, node->a, computed);
		lo_put(l, ",");
	}
	lower_method_func(l, node->b, name, known);
	lo_put(l, ",");
	l->home = c->inst.up;
}

static void
group_open(struct lower *l, struct fnctx *fn, struct lang_str var)
{
	struct lang_str param;

	lo_put(l, "0,0,%s=", &var);
	param = lo_textf(l, "%pthis");
	lo_fn_hidden(l, fn, param.s);
	fn->is_arrow = false;
	fn->this_param = true;
	fn->strict = true;
}

static void
group_close(struct lower *l, struct fnctx *fn)
{
	lo_fn_end_vars(l);
	lo_put(l, "},");
	lo_fn_leave(l, fn);
}

/* TypeScript before ES2022: a field is what a constructor would assign. */
static bool
assigns_fields(const struct lower *l)
{
	return l->u->options.tsconfig != NULL && l->u->options.typescript &&
	       l->u->options.tsconfig->assign_fields;
}

/* NAME: of a key that is known, else NULL. */
static void
assign_field(struct lower *l, struct class *c, uint32_t m, uint32_t i,
    const struct lang_str *name)
{
	uint32_t value = N(l, m)->b;
	bool decorated;

	if (value == 0 && c->result.len == 0) {
		l->home = c->inst.up;
		return;
	}
	lo_put(l, "%pthis[");
	if (name != NULL)
		lo_put_quote(l, *name);
	else
		lo_put(l, "%s", &c->keys[i]);
	lo_put(l, "]=");
	decorated = lo_dec_field_begin(l, c, i);
	if (value == 0) {
		lo_put(l, "void 0");
	} else {
		emit_sync(&l->e, N(l, value)->pos);
		lo_at_named(l, value, name != NULL ? *name : lo_str(""));
	}
	lo_put(l, decorated ? ");" : ";");
	lo_dec_field_end(l, c, i);
	l->home = c->inst.up;
}

static void
put_field(struct lower *l, struct class *c, uint32_t m, uint32_t i)
{
	const struct ast_node *node = N(l, m);
	struct lang_str key = c->keys[i];
	bool anon =
	    node->b != 0 && ast_anonymous_function(&l->u->ast, node->b) != 0;
	bool known, decorated;
	struct lang_str name = lo_str("");

	l->home = node->flags & AF_STATIC ? &c->stat : &c->inst;
	l->fn->func = node->d;
	if (N(l, node->a)->kind == AST_PRIVATE_NAME) {
		known = lo_key_name(l, node->a, false, &name);
		lo_put(l, "%h(%pthis,%s,", LANG_HELPER_PRIV_ADD,
		    &l->syms[N(l, node->a)->b].text);
	} else if (c->stores[i].len != 0) {
		known =
		    lo_key_name(l, node->a, node->flags & AF_COMPUTED, &name);
		lo_put(l, "%h(%pthis,%s,", LANG_HELPER_PRIV_ADD, &c->stores[i]);
	} else {
		known =
		    lo_key_name(l, node->a, node->flags & AF_COMPUTED, &name);
		if (assigns_fields(l)) {
			assign_field(l, c, m, i, known ? &name : NULL);
			return;
		}
		lo_put(l, "%h(%pthis,", LANG_HELPER_FIELD);
		if (known)
			lo_put_quote(l, name);
		else
			lo_put(l, "%s", &key);
		lo_put(l, ",");
	}
	decorated = lo_dec_field_begin(l, c, i);
	if (anon && !known)
		lo_put(l, "%h(", LANG_HELPER_SET_NAME);
	if (node->b == 0) {
		lo_put(l, "void 0");
	} else {
		emit_sync(&l->e, N(l, node->b)->pos);
		lo_at_named(l, node->b, name);
	}
	if (anon && !known)
		lo_put(l, ",%s)", &key);
	lo_put(l, decorated ? "));" : ");");
	lo_dec_field_end(l, c, i);
	l->home = c->inst.up;
}

static void
put_static_block(struct lower *l, struct class *c, uint32_t m, uint32_t i)
{
	const struct ast_node *node = N(l, m);
	struct fnctx fn;
	struct dispose d;
	uint32_t first = node->a;

	group_open(l, &fn, c->groups[i]);
	fn.func = node->d;
	fn.f = func_get(l->u, node->d);
	l->home = &c->stat;
	lo_scope_prologue(l, fn.f->scope);
	if (fn.f->body_scope != fn.f->scope)
		lo_scope_prologue(l, fn.f->body_scope);
	if (first != 0) {
		lo_skip(l, N(l, first)->pos);
		lo_dispose_open(l, first, &d);
		lower_list(l, first);
		lo_to(l, node->end - 1);
		lo_dispose_close(l, &d);
	} else {
		lo_skip(l, node->end - 1);
	}
	l->home = c->inst.up;
	group_close(l, &fn);
	lo_skip(l, node->end);
}

/* "2,"x",function(){return $pg(this,p)},3,"x",function(v){...}," */
static void
put_accessor(struct lower *l, struct class *c, uint32_t m, uint32_t i)
{
	const struct ast_node *node = N(l, m);
	uint32_t kind, base = node->flags & AF_STATIC ? 8 : 0;
	struct lang_str name, full;
	struct fnctx fn;
	bool known = lo_key_name(l, node->a, node->flags & AF_COMPUTED, &name);

	lo_put(l, "0,0,%s=%h(\"accessor\"),", &c->stores[i],
	    LANG_HELPER_PRIV_NAME);
	if (!known)
		base += 16;
	for (kind = 2; kind <= 3; kind++) {
		lo_put(l, "%u,", kind + base);
		if (known)
			lo_put_quote(l, name);
		else
			lo_put(l, "%s", &c->keys[i]);
		full = known
			   ? lo_textf(l, kind == 2 ? "get %s" : "set %s", &name)
			   : lo_str("");
		lo_fn_enter(l, &fn, 0,
		    lo_row_add(l, full, known, LANG_FN_METHOD | LANG_FN_STRICT,
			kind - 2, 0, 0));
		if (kind == 2)
			lo_put(l, ",function(){return %h(this,%s)},",
			    LANG_HELPER_PRIV_GET, &c->stores[i]);
		else
			lo_put(l, ",function(v){%h(this,%s,v)},",
			    LANG_HELPER_PRIV_SET, &c->stores[i]);
		lo_fn_leave(l, &fn);
	}
}

static void
put_members(struct lower *l, struct class *c)
{
	struct fnctx fn;
	bool open = false;
	uint32_t m, i, prev = 0;

	for (m = N(l, c->node)->c, i = 0; m != 0; m = N(l, m)->next, i++) {
		const struct ast_node *node = N(l, m);

		if (open && !same_group(l, prev, m)) {
			group_close(l, &fn);
			open = false;
		}
		prev = m;
		if (node->kind == AST_TS_ERASED)
			continue;
		lo_skip(l, node->pos);
		emit_sync(&l->e, node->pos);
		if (open && c->decs != NULL && c->decs[i].len != 0) {
			/* its decorators cannot stand in a function */
			group_close(l, &fn);
			open = false;
		}
		lo_dec_put_member(l, c, m, i);
		if (node->kind == AST_STATIC_BLOCK) {
			put_static_block(l, c, m, i);
		} else if (node->kind == AST_METHOD) {
			if (node->op == METHOD_CTOR) {
				l->home = &c->inst;
				put_ctor(l, c, m);
				l->home = c->inst.up;
			} else {
				put_method(l, c, m, c->keys[i]);
			}
		} else {
			if (c->keys[i].len != 0) {
				lo_put(l, "0,0,%s=", &c->keys[i]);
				lo_put_key_value(l, node->a, true);
				lo_put(l, ",");
			}
			if (c->stores[i].len != 0)
				put_accessor(l, c, m, i);
			if (!open) {
				group_open(l, &fn, c->groups[i]);
				open = true;
			}
			put_field(l, c, m, i);
		}
		lo_skip(l, node->end);
	}
	if (open)
		group_close(l, &fn);
	if (c->k->ctor == 0)
		put_default_ctor(l, c);
}

/* ---- the whole --------------------------------------------------------- */

/* x=$pn("#x"),r=$pn("C"), */
static void
put_private_names(struct lower *l, struct class *c)
{
	uint32_t s;

	for (s = scope_get(l->u, c->k->scope)->first; s != 0;
	     s = symbol_get(l->u, s)->next) {
		const struct symbol *sym = symbol_get(l->u, s);
		struct lang_str name;

		if (sym->kind != SYM_PRIVATE || l->syms[s].brand.len != 0)
			continue;
		name = unit_atom_str(l->u, sym->atom);
		name = lo_textf(l, "#%s", &name);
		lo_put(l, "%s=%h(", &l->syms[s].text, LANG_HELPER_PRIV_NAME);
		lo_put_quote(l, name);
		lo_put(l, "),");
	}
	if (c->brand.len != 0) {
		lo_put(l, "%s=%h(", &c->brand, LANG_HELPER_PRIV_NAME);
		lo_put_quote(l, c->name);
		lo_put(l, "),");
	}
	if (c->static_brand.len != 0) {
		lo_put(l, "%s=%h(", &c->static_brand, LANG_HELPER_PRIV_NAME);
		lo_put_quote(l, c->name);
		lo_put(l, "),");
	}
}

static bool
class_name_checked(struct lower *l, const struct class *c)
{
	uint32_t s;

	for (s = scope_get(l->u, c->k->scope)->first; s != 0;
	     s = symbol_get(l->u, s)->next)
		if (symbol_get(l->u, s)->kind == SYM_CLASS_NAME)
			return symbol_get(l->u, s)->flags & SYMF_NEEDS_TDZ;
	return false;
}

/* HERITAGE: temp that holds it, or 0. */
static void
put_class(struct lower *l, struct class *c, uint32_t heritage)
{
	const struct ast_node *node = N(l, c->node);
	uint32_t i;

	class_plan(l, c);
	lo_put(l, "(");
	lo_dec_put_class(l, c);
	put_private_names(l, c);
	if (class_name_checked(l, c))
		lo_put(l, "%s=%h,", &c->self, LANG_HELPER_TDZ);
	lo_put(l, "%s=%h(", &c->var, LANG_HELPER_CLASS);
	if (heritage != 0)
		lo_put(l, "%t", heritage);
	else if (node->b != 0)
		lo_at(l, node->b);
	else
		lo_put(l, "%h", LANG_HELPER_TDZ);
	lo_put(l, ",[");
	put_members(l, c);
	lo_put(l, "])");
	if (c->static_brand.len != 0)
		lo_put(l, ",%h(%s,%s,0)", LANG_HELPER_PRIV_ADD, &c->var,
		    &c->static_brand);
	lo_dec_apply(l, c);
	for (i = 0; i < c->statics.n; i++)
		lo_put(l, ",%s(%s)", &c->statics.v[i], &c->self);
	lo_dec_finish(l, c);
	if (c->static_brand.len != 0 || c->statics.n != 0 ||
	    l->u->has_decorators)
		lo_put(l, ",%s", &c->self);
	lo_put(l, ")");
}

/* `this` of where the class stands, as argument of its wrapper. */
void
lo_put_outer_this(struct lower *l)
{
	const struct fnctx *fn = l->fn;

	while (fn->is_arrow && fn->up != NULL)
		fn = fn->up;
	if (fn == l->fn && !fn->derived && !fn->this_param)
		lo_put(l, "this");
	else if (fn->derived || fn->this_param ||
		 (fn->f != NULL && fn->f->arrow_uses_this))
		lo_put(l, "%pthis");
}

static void
put_wrapped(struct lower *l, struct class *c)
{
	const struct ast_node *node = N(l, c->node);
	struct lang_str param = lo_textf(l, "%pthis");
	struct fnctx fn;
	uint32_t heritage = 0;

	lo_put(l, "(");
	if (node->b != 0) {
		/* read by the wrapper: not shared, kept */
		heritage = ++l->fn->ntemps;
		lo_put(l, "%t=", heritage);
		lo_at(l, node->b);
		lo_put(l, ",");
		lo_keep(l, l->fn, lo_textf(l, "%t", heritage));
	}
	lo_fn_hidden(l, &fn, param.s);
	lo_put(l, "\"use strict\";");
	fn.strict = true;
	if (heritage != 0) {
		/* a temp of the outer function by number, unused in this one */
		fn.ntemps = heritage;
		fn.first_temp = heritage + 1;
	}
	lo_put(l, "return ");
	put_class(l, c, heritage);
	lo_fn_end_vars(l);
	lo_put(l, "}(");
	lo_fn_leave(l, &fn);
	lo_put_outer_this(l);
	lo_put(l, "))");
}

/* Its decorators stand before it, also before `export`. */
static void
class_begin(struct lower *l, uint32_t n)
{
	uint32_t dec = klass_get(l->u, N(l, n)->d)->decorators;
	uint32_t pos = N(l, n)->pos;

	if (dec != 0 && N(l, dec)->pos < pos) {
		if (l->e.cur < N(l, dec)->pos)
			lo_to(l, N(l, dec)->pos);
		lo_skip(l, pos);
	} else {
		lo_to(l, pos);
	}
}

void
lower_class(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	struct class c = {.k = klass_get(l->u, node->d), .node = n};
	bool in_loop = scope_get(l->u, c.k->scope)->in_loop;
	bool coroutine = l->fn->is_async || l->fn->is_generator;

	c.inst.up = c.stat.up = l->home;
	c.stat.is_static = true;
	if (node->a != 0)
		c.name = unit_atom_str(l->u, N(l, node->a)->a);
	else if (!lo_take_hint(l, n, &c.name))
		c.name = lo_str("");
	class_begin(l, n);
	/* a computed key may hold an await or a yield */
	if ((!l->fn->strict || in_loop) &&
	    !(coroutine && c.k->has_computed_keys))
		put_wrapped(l, &c);
	else
		put_class(l, &c, 0);
	lo_skip(l, node->end);
}

void
lower_class_decl(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	uint32_t name = node->a;

	class_begin(l, n);
	lo_declare_sym(l, N(l, name)->b);
	lo_write_begin(l, name, true);
	lower_class(l, n);
	lo_write_end(l, name, true);
	lo_put(l, ";");
}
