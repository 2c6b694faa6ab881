/*
 * Lowering of decorators: those of the standard's proposal (2023-11) and, with
 * experimentalDecorators, TypeScript's own. Their runtime is text of ours in
 * the file that uses them.
 */
#include "config.h"

#include "worker/lang/lower_class.h"

#include <string.h>

#include "base/util.h"

/* Kinds of elements, as the runtime knows them. */
enum { DEC_METHOD, DEC_GETTER, DEC_SETTER, DEC_FIELD, DEC_ACCESSOR };
#define DEC_STATIC 8

/*
 * $dec(C, parent, [[kind, key, decorators, access, ...]], class decorators,
 * name). Decorators are pairs of function and this; access is that of a
 * private name. The result: c the class, i(o) and s(C) run the initialisers of
 * methods, f[n](o,v) gives a field's value, e[n](o) what runs behind it, k()
 * the initialisers of the class.
 */
static const char standard_runtime[] =
    "function(C,H,L,D,N){"
    "var S=typeof Symbol===\"function\"&&Symbol.metadata,"
    "M=S?Object.create(H&&H[S]||null):void 0,"
    "K=[\"method\",\"getter\",\"setter\",\"field\",\"accessor\"],"
    "X=[[],[]],R={f:[],e:[]};"
    "function chk(f,w){if(typeof f!==\"function\")"
    "throw new TypeError(w+\" must be a function\");return f}"
    "function run(x,o){for(var i=0;i<x.length;i++)x[i].call(o)}"
    "function one(f,t,k,n,st,pr,acc,v,x){var done=false,c={kind:k,name:n};"
    "if(k!==\"class\"){c[\"static\"]=st;c[\"private\"]=pr;c.access=acc}"
    "c.addInitializer=function(g){if(done)throw new TypeError("
    "\"Cannot add initializers after decoration has completed\");"
    "x.push(chk(g,\"An initializer\"))};c.metadata=M;"
    "var r=chk(f,\"A decorator\").call(t,v,c);done=true;return r}"
    "function elem(e,j){var k=e[0]&7,st=!!(e[0]&8),T=st?C:C.prototype,n=e[1],"
    "d=e[2],p=e[3],own=k>2,x=own?[]:X[st?0:1],init=[],acc={},i,r,v,t,"
    "s=k===1?\"get\":k===2?\"set\":\"value\";"
    "acc.has=p?p.h:function(o){return n in o};"
    "if(k!==2)acc.get=p?p.g:function(o){return o[n]};"
    "if(k>1)acc.set=p?p.s:function(o,y){o[n]=y};"
    "if(k!==3){t=p?{}:Object.getOwnPropertyDescriptor(T,n);"
    "v=p?p.v():k===4?{get:t.get,set:t.set}:t[s]}"
    "for(i=d.length-2;i>=0;i-=2){"
    "r=one(d[i],d[i+1],K[k],n,st,!!p,acc,v,x);"
    "if(r===void 0)continue;"
    "if(k===3)init.unshift(chk(r,\"A field initializer\"));"
    "else if(k===4){if(r===null||typeof r!==\"object\")throw new TypeError("
    "\"An accessor decorator must return an object or undefined\");"
    "if(r.get!==void 0)t.get=chk(r.get,\"get\");"
    "if(r.set!==void 0)t.set=chk(r.set,\"set\");"
    "if(r.init!==void 0)init.unshift(chk(r.init,\"init\"));"
    "v={get:t.get,set:t.set}}"
    "else v=chk(r,\"What a decorator returns\")}"
    "if(k<3){if(p)p.v(v);else{t[s]=v;Object.defineProperty(T,n,t)}}"
    "else{if(k===4)Object.defineProperty(T,n,t);"
    "R.f[j]=function(o,y){for(var q=0;q<init.length;q++)y=init[q].call(o,y);"
    "return y};R.e[j]=function(o){run(x,o)}}}"
    "function phase(st,f){for(var j=0;j<L.length;j++)"
    "if((L[j][0]&8)===st&&((L[j][0]&7)===3)===f)elem(L[j],j)}"
    "phase(8,false);phase(0,false);phase(8,true);phase(0,true);"
    "var x=[],r,i;R.c=C;for(i=D.length-2;i>=0;i-=2){"
    "r=one(D[i],D[i+1],\"class\",N,0,0,0,R.c,x);"
    "if(r!==void 0)R.c=chk(r,\"What a class decorator returns\")}"
    "if(S)Object.defineProperty(R.c,S,"
    "{configurable:true,writable:true,value:M});"
    "R.s=function(o){run(X[0],o)};R.i=function(o){run(X[1],o)};"
    "R.k=function(){run(x,R.c)};return R}";

/* TypeScript's: $dec(decorators, target, key, descriptor). */
static const char legacy_runtime[] =
    "function(D,T,k,d){var c=arguments.length,"
    "r=c<3?T:d===null?d=Object.getOwnPropertyDescriptor(T,k):d,i,f;"
    "if(typeof Reflect===\"object\"&&typeof Reflect.decorate===\"function\")"
    "r=Reflect.decorate(D,T,k,d);"
    "else for(i=D.length-1;i>=0;i--)if(f=D[i])"
    "r=(c<3?f(r):c>3?f(T,k,r):f(T,k))||r;"
    "if(c>3&&r)Object.defineProperty(T,k,r);return r}";

static const char legacy_param[] =
    "function(i,d){return function(T,k){d(T,k,i)}}";

static bool
is_legacy(const struct lower *l)
{
	return l->u->options.tsconfig != NULL &&
	       l->u->options.tsconfig->legacy_decorators;
}

/* TEXT, with a row of the side table for each function in it. */
static void
put_runtime(struct lower *l, const char *name, const char *text)
{
	const char *p;

	lo_put(l, l->free_helpers ? "%p%z=" : "var %p%z=", name);
	for (p = strstr(text, "function"); p != NULL;
	     p = strstr(p + 1, "function"))
		if (p[8] == '(' || p[8] == ' ')
			(void)lo_row_add(l, lo_str(""), false,
			    LANG_FN_HIDDEN | LANG_FN_KEEP_ALL, 0, 0, 0);
	lo_put(l, "%z;", text);
	if (l->free_helpers)
		lo_late(l, lo_textf(l, "%p%z", name));
}

void
lo_dec_runtime(struct lower *l)
{
	if (!l->u->has_decorators)
		return;
	if (l->u->options.kind == LANG_FUNCTION)
		unit_fail(l->u, 0, 0,
		    "decorators in new Function() are not supported");
	if (!is_legacy(l)) {
		put_runtime(l, "dec", standard_runtime);
		return;
	}
	if (l->u->options.tsconfig->decorator_metadata)
		unit_fail(l->u, 0, 0,
		    "emitDecoratorMetadata is not supported; remove it from "
		    "tsconfig.json");
	put_runtime(l, "dec", legacy_runtime);
	put_runtime(l, "par", legacy_param);
}

/* ---- planning ---------------------------------------------------------- */

static uint32_t
member_decorators(const struct ast_node *m)
{
	return m->kind == AST_METHOD || m->kind == AST_FIELD ? m->c : 0;
}

/* Decorators of a method's parameters. */
static uint32_t
param_decorators(const struct ast_node *m)
{
	return m->kind == AST_METHOD ? m->d : 0;
}

static void
plan_member(struct lower *l, struct class *c, uint32_t m, uint32_t i,
    bool *inst_out, bool *stat_out)
{
	const struct ast_node *node = N(l, m);

	if (member_decorators(node) == 0 && param_decorators(node) == 0)
		return;
	if (node->kind == AST_METHOD && node->op == METHOD_CTOR) {
		if (node->c != 0)
			unit_fail(l->u, N(l, node->c)->pos, N(l, node->c)->end,
			    "Decorators are not valid on constructors");
		return;
	}
	if (N(l, node->a)->kind == AST_PRIVATE_NAME &&
	    (is_legacy(l) || (node->flags & AF_ACCESSOR)))
		unit_fail(l->u, node->pos, node->end,
		    "decorators of this private member are not supported");
	c->decs[i] = lo_var(l, "d");
	c->entries[i] = ++c->nentries;
	if (c->keys[i].len == 0 && (node->flags & AF_COMPUTED))
		c->keys[i] = lo_var(l, "k");
	if (node->kind == AST_FIELD && !(node->flags & AF_ACCESSOR))
		return;
	if (node->flags & AF_STATIC)
		*stat_out = true;
	else
		*inst_out = true;
}

void
lo_dec_plan(struct lower *l, struct class *c, uint32_t n)
{
	bool inst = false, stat = false;
	uint32_t m, i;

	c->self = c->var;
	if (!l->u->has_decorators)
		return;
	c->decs = arena_zalloc(&l->u->arena, n + 1, sizeof *c->decs);
	c->entries = arena_zalloc(&l->u->arena, n + 1, sizeof *c->entries);
	for (m = N(l, c->node)->c, i = 0; m != 0; m = N(l, m)->next, i++)
		plan_member(l, c, m, i, &inst, &stat);
	if (c->k->decorators != 0 ||
	    (c->k->ctor != 0 && N(l, c->k->ctor)->d != 0)) {
		c->class_decs = lo_var(l, "d");
		c->self = lo_var(l, "c");
	}
	if (is_legacy(l) || (c->nentries == 0 && c->class_decs.len == 0))
		return;
	c->result = lo_var(l, "r");
	if (inst)
		lo_names_add(l, &c->inst.fields,
		    lo_textf(l, "%s.i", &c->result));
	if (stat)
		lo_names_add(l, &c->statics, lo_textf(l, "%s.s", &c->result));
}

/* ---- evaluating decorators --------------------------------------------- */

/* f,this of a decorator that is called with an object. */
static void
put_pair(struct lower *l, uint32_t dec)
{
	uint32_t e = N(l, dec)->a, t;

	if (N(l, e)->kind != AST_MEMBER || lo_is_super_member(l, e) ||
	    lo_is_private_member(l, e)) {
		lo_at(l, e);
		lo_put(l, ",void 0");
		return;
	}
	t = lo_temp(l);
	lo_put(l, "(%t=", t);
	lo_at(l, N(l, e)->a);
	lo_put(l, ")");
	lo_to(l, N(l, e)->end);
	lo_put(l, ",%t", t);
	lo_temp_free(l, t);
}

static void
put_list(struct lower *l, uint32_t dec, uint32_t params)
{
	struct fnctx fn;
	const char *sep = "";

	if (!is_legacy(l)) {
		lo_put(l, "[");
		for (; dec != 0; dec = N(l, dec)->next) {
			lo_put(l, "%z", sep);
			put_pair(l, dec);
			sep = ",";
		}
		lo_put(l, "]");
		return;
	}
	/* evaluated when the class is there */
	lo_fn_hidden(l, &fn, "");
	lo_put(l, "return[");
	for (; dec != 0; dec = N(l, dec)->next) {
		lo_put(l, "%z", sep);
		lo_at(l, N(l, dec)->a);
		sep = ",";
	}
	for (; params != 0; params = N(l, params)->next) {
		lo_put(l, "%z%ppar(%u,", sep, N(l, params)->b - 1);
		lo_at(l, N(l, params)->a);
		lo_put(l, ")");
		sep = ",";
	}
	lo_put(l, "]");
	lo_fn_end_vars(l);
	lo_put(l, "}");
	lo_fn_leave(l, &fn);
}

void
lo_dec_put_class(struct lower *l, const struct class *c)
{
	if (c->class_decs.len == 0)
		return;
	lo_put(l, "%s=", &c->class_decs);
	put_list(l, c->k->decorators, 0);
	lo_put(l, ",");
}

void
lo_dec_put_member(struct lower *l, const struct class *c, uint32_t m,
    uint32_t i)
{
	const struct ast_node *node = N(l, m);

	if (c->decs == NULL || c->decs[i].len == 0)
		return;
	lo_put(l, "0,0,%s=", &c->decs[i]);
	put_list(l, node->c, param_decorators(node));
	lo_put(l, ",");
}

/* ---- applying them ----------------------------------------------------- */

static void
put_key(struct lower *l, const struct class *c, uint32_t m, uint32_t i)
{
	if (c->keys[i].len != 0)
		lo_put(l, "%s", &c->keys[i]);
	else
		lo_put_quote(l, lo_key_str(l, N(l, m)->a));
}

static unsigned
member_kind(const struct ast_node *m)
{
	unsigned kind = DEC_METHOD;

	if (m->kind == AST_FIELD)
		kind = m->flags & AF_ACCESSOR ? DEC_ACCESSOR : DEC_FIELD;
	else if (m->op == METHOD_GET)
		kind = DEC_GETTER;
	else if (m->op == METHOD_SET)
		kind = DEC_SETTER;
	return m->flags & AF_STATIC ? kind | DEC_STATIC : kind;
}

/* {h,g,s,v}: has, get and set of a private name, and its function. */
static void
put_access(struct lower *l, uint32_t m)
{
	uint32_t key = N(l, m)->a, t;
	unsigned kind = member_kind(N(l, m)) & 7;
	const struct symtext *s = &l->syms[N(l, key)->b];
	const struct lang_str *f = kind == DEC_SETTER ? &s->set : &s->text;
	struct fnctx fn;
	struct priv p;

	lo_put(l, "{h:");
	lo_fn_hidden(l, &fn, "o");
	lo_put(l, "return %h(o,%s)}", LANG_HELPER_PRIV_HAS,
	    s->brand.len != 0 ? &s->brand : &s->text);
	lo_fn_leave(l, &fn);
	if (kind != DEC_SETTER) {
		lo_put(l, ",g:");
		lo_fn_hidden(l, &fn, "o");
		lo_put(l, "return ");
		t = lo_private_get_begin(l, key);
		lo_put(l, "o");
		lo_private_get_end(l, key, t);
		lo_fn_end_vars(l);
		lo_put(l, "}");
		lo_fn_leave(l, &fn);
	}
	if (kind == DEC_SETTER || kind == DEC_FIELD) {
		lo_put(l, ",s:");
		lo_fn_hidden(l, &fn, "o,v");
		p = lo_private_set_begin(l, key);
		lo_put(l, "o");
		lo_private_set_mid(l, key, p);
		lo_put(l, "v");
		lo_private_set_end(l, key, p);
		lo_fn_end_vars(l);
		lo_put(l, "}");
		lo_fn_leave(l, &fn);
	}
	if (kind != DEC_FIELD) {
		lo_put(l, ",v:");
		lo_fn_hidden(l, &fn, "f");
		lo_put(l, "return f?%s=f:%s}", f, f);
		lo_fn_leave(l, &fn);
	}
	lo_put(l, "}");
}

static void
apply_standard(struct lower *l, const struct class *c)
{
	const char *sep = "";
	uint32_t m, i;

	lo_put(l, ",%s=%pdec(%s,", &c->result, &c->var);
	if (c->k->derived)
		lo_put(l, "Object.getPrototypeOf(%s)", &c->var);
	else
		lo_put(l, "null");
	lo_put(l, ",[");
	for (m = N(l, c->node)->c, i = 0; m != 0; m = N(l, m)->next, i++) {
		if (c->decs[i].len == 0)
			continue;
		lo_put(l, "%z[%u,", sep, (uint32_t)member_kind(N(l, m)));
		put_key(l, c, m, i);
		lo_put(l, ",%s,", &c->decs[i]);
		if (N(l, N(l, m)->a)->kind == AST_PRIVATE_NAME)
			put_access(l, m);
		else
			lo_put(l, "0");
		lo_put(l, "]");
		sep = ",";
	}
	lo_put(l, "],");
	if (c->class_decs.len != 0)
		lo_put(l, "%s,", &c->class_decs);
	else
		lo_put(l, "[],");
	lo_put_quote(l, c->name);
	lo_put(l, ")");
	if (c->class_decs.len != 0)
		lo_put(l, ",%s=%s.c", &c->self, &c->result);
}

static void
apply_legacy(struct lower *l, const struct class *c, bool is_static)
{
	uint32_t m, i;

	for (m = N(l, c->node)->c, i = 0; m != 0; m = N(l, m)->next, i++) {
		const struct ast_node *node = N(l, m);

		if (c->decs[i].len == 0 ||
		    ((node->flags & AF_STATIC) != 0) != is_static)
			continue;
		lo_put(l, ",%pdec(%s(),%s%z,", &c->decs[i], &c->var,
		    is_static ? "" : ".prototype");
		put_key(l, c, m, i);
		lo_put(l, member_kind(node) == DEC_FIELD ||
				  member_kind(node) == (DEC_FIELD | DEC_STATIC)
			      ? ",void 0)"
			      : ",null)");
	}
}

void
lo_dec_apply(struct lower *l, const struct class *c)
{
	if (c->result.len != 0)
		apply_standard(l, c);
	else if (c->class_decs.len != 0)
		lo_put(l, ",%s=%s", &c->self, &c->var);
}

/* "[%ppar(0,x)]" of the constructor's parameters, the class's own first. */
static void
put_ctor_params(struct lower *l, const struct class *c)
{
	uint32_t p = c->k->ctor != 0 ? N(l, c->k->ctor)->d : 0;

	lo_put(l, "%s()", &c->class_decs);
	if (p == 0)
		return;
	lo_put(l, ".concat(");
	put_list(l, 0, p);
	lo_put(l, "())");
}

void
lo_dec_finish(struct lower *l, const struct class *c)
{
	if (c->result.len != 0) {
		if (c->class_decs.len != 0)
			lo_put(l, ",%s.k()", &c->result);
		return;
	}
	if (!is_legacy(l) || c->decs == NULL)
		return;
	apply_legacy(l, c, false);
	apply_legacy(l, c, true);
	if (c->class_decs.len != 0) {
		lo_put(l, ",%s=%pdec(", &c->self);
		put_ctor_params(l, c);
		lo_put(l, ",%s)", &c->var);
	}
}

bool
lo_dec_field_begin(struct lower *l, const struct class *c, uint32_t i)
{
	if (c->result.len == 0 || c->entries[i] == 0)
		return false;
	lo_put(l, "%s.f[%u](%pthis,", &c->result, c->entries[i] - 1);
	return true;
}

void
lo_dec_field_end(struct lower *l, const struct class *c, uint32_t i)
{
	if (c->result.len != 0 && c->entries[i] != 0)
		lo_put(l, "%s.e[%u](%pthis);", &c->result, c->entries[i] - 1);
}
