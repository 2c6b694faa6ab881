/*
 * import and export declarations, and the tables a linker reads.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include <string.h>

#include "base/util.h"
#include "worker/lang/parse_priv.h"
#include "worker/lang/parse_ts.h"
#include "worker/lang/parse_type.h"
#include "worker/lang/unicode.h"

static uint32_t parse_from(struct parser *p, uint32_t node);
static uint32_t parse_attributes(struct parser *p);
static uint32_t request_for(struct parser *p, uint32_t source,
    uint32_t attributes);
static uint32_t parse_module_name(struct parser *p);
static void add_import(struct parser *p, enum lang_import_kind kind,
    uint32_t request, uint32_t imported, uint32_t binding);
static struct lang_export *add_export(struct parser *p,
    enum lang_export_kind kind, uint32_t name, uint32_t pos, uint32_t end);
static void export_bindings(struct parser *p, uint32_t node);
static void fill_import(struct parser *p, uint32_t node);

/* NODE begins with the word `import` or `export`. */
static void
require_module(struct parser *p, uint32_t node)
{
	uint32_t pos = N(p, node)->pos;

	if (scope_get(p->u, p->ctx.scope)->kind == SCOPE_NAMESPACE)
		return;
	if (p->u->options.kind != LANG_MODULE)
		unit_fail(p->u, pos, pos + 6, "%s",
		    p->u->src[pos] == 'i'
			? "Cannot use import statement outside a module"
			: "Unexpected token 'export'");
	p->u->has_module_syntax = true;
}

/* import a = require(), export = a: for these there must be no ES module. */
static bool
may_be_commonjs(const struct parser *p)
{
	return p->ts && p->u->options.kind == LANG_COMMONJS &&
	       scope_get(p->u, p->ctx.scope)->kind != SCOPE_NAMESPACE;
}

/* TypeScript: the rest of a specifier behind `type`, and its comma. */
static void
skip_spec(struct parser *p)
{
	parse_module_name(p);
	if (accept_word(p, ATOM_as))
		parse_module_name(p);
	if (!at(p, TOK_RBRACE))
		expect(p, TOK_COMMA);
}

/* { a, b as c, "d" as e } of an import. */
static void
parse_import_specs(struct parser *p, struct list *list)
{
	uint32_t node, name, binding;
	struct token t;

	expect(p, TOK_LBRACE);
	while (!at(p, TOK_RBRACE)) {
		node = new_node(p, AST_IMPORT_SPEC);
		if (p->ts && parse_ts_spec_type(p)) {
			skip_spec(p);
			continue;
		}
		t = p->lx.tok;
		name = parse_module_name(p);
		N(p, node)->a = name;
		if (accept_word(p, ATOM_as)) {
			binding = parse_binding_ident(p, SYM_IMPORT);
		} else {
			if (t.type != TOK_NAME)
				fail_token(p);
			check_binding_name(p, t.atom, t.flags, t.pos, t.end);
			binding = new_node_at(p, AST_BINDING, t.pos);
			N(p, binding)->a = t.atom;
			N(p, binding)->end = t.end;
			if ((t.flags & TF_ESCAPE) != 0)
				N(p, binding)->flags |= AF_ESCAPED_NAME;
			declare(p, SYM_IMPORT, binding);
		}
		N(p, node)->b = binding;
		list_add(p, list, finish(p, node));
		if (!at(p, TOK_RBRACE))
			expect(p, TOK_COMMA);
	}
	next(p);
}

static void
parse_import_clause(struct parser *p, struct list *list)
{
	uint32_t node, binding;

	if (at(p, TOK_NAME)) {
		node = new_node(p, AST_IMPORT_DEFAULT);
		binding = parse_binding_ident(p, SYM_IMPORT);
		N(p, node)->a = binding;
		list_add(p, list, finish(p, node));
		if (!accept_token(p, TOK_COMMA))
			return;
	}
	if (at(p, TOK_STAR)) {
		node = new_node(p, AST_IMPORT_ALL);
		next(p);
		expect_word(p, ATOM_as);
		binding = parse_binding_ident(p, SYM_IMPORT);
		N(p, node)->a = binding;
		list_add(p, list, finish(p, node));
		return;
	}
	parse_import_specs(p, list);
}

uint32_t
parse_import(struct parser *p)
{
	uint32_t node = new_node(p, AST_IMPORT), request;
	struct list list = {0, 0};

	if (!may_be_commonjs(p))
		require_module(p, node);
	next(p);
	if (p->ts) {
		request = parse_ts_import(p, node);
		if (request != 0)
			return request;
	}
	if (may_be_commonjs(p))
		require_module(p, node);
	if (!at(p, TOK_STRING)) {
		parse_import_clause(p, &list);
		N(p, node)->flags |= AF_CLAUSE;
		N(p, node)->a = list.first;
		expect_word(p, ATOM_from);
	}
	request = parse_from(p, node);
	N(p, node)->d = request;
	fill_import(p, node);
	semicolon(p);
	return finish(p, node);
}

/* Enter the bindings of an IMPORT into the unit's table. */
static void
fill_import(struct parser *p, uint32_t node)
{
	uint32_t i, request = N(p, node)->d;
	const struct ast_node *n;

	for (i = N(p, node)->a; i != 0; i = n->next) {
		n = N(p, i);
		if (n->kind == AST_IMPORT_ALL)
			add_import(p, LANG_IMPORT_NAMESPACE, request, 0, n->a);
		else if (n->kind == AST_IMPORT_DEFAULT)
			add_import(p, LANG_IMPORT_NAMED, request, ATOM_default,
			    n->a);
		else
			add_import(p, LANG_IMPORT_NAMED, request, N(p, n->a)->a,
			    n->b);
	}
}

/* The specifier and its attributes; returns the index of the request. */
static uint32_t
parse_from(struct parser *p, uint32_t node)
{
	uint32_t source, attributes = 0;

	if (!at(p, TOK_STRING))
		fail_token(p);
	source = parse_string(p, true);
	N(p, node)->b = source;
	if (at_word(p, ATOM_with) ||
	    (at_word(p, ATOM_assert) && !at_newline(p))) {
		next(p);
		attributes = parse_attributes(p);
		N(p, node)->c = attributes;
	}
	return request_for(p, source, attributes);
}

static uint32_t
parse_attributes(struct parser *p)
{
	struct list list = {0, 0};
	uint32_t node, part, i;
	struct lang_str name;

	expect(p, TOK_LBRACE);
	while (!at(p, TOK_RBRACE)) {
		node = new_node(p, AST_IMPORT_ATTR);
		part = at(p, TOK_STRING) ? parse_string(p, true)
					 : parse_property_name(p);
		N(p, node)->a = part;
		for (i = list.first; i != 0; i = N(p, i)->next) {
			if (N(p, N(p, i)->a)->a != N(p, part)->a)
				continue;
			name = atom_text(p, N(p, part)->a);
			unit_fail(p->u, N(p, part)->pos, N(p, part)->end,
			    "Import attributes has a duplicate key '%.*s'",
			    (int)MIN(name.len, 100), name.s);
		}
		expect(p, TOK_COLON);
		if (!at(p, TOK_STRING))
			fail_token(p);
		part = parse_string(p, true);
		N(p, node)->b = part;
		list_add(p, &list, finish(p, node));
		if (!at(p, TOK_RBRACE))
			expect(p, TOK_COMMA);
	}
	next(p);
	return list.first;
}

static bool
same_attributes(const struct lang_request *r, const struct lang_attribute *a,
    size_t n)
{
	size_t i, j;

	if (r->nattributes != n)
		return false;
	for (i = 0; i < n; i++) {
		for (j = 0; j < n; j++)
			if (r->attributes[j].key.s == a[i].key.s &&
			    r->attributes[j].value.s == a[i].value.s)
				break;
		if (j == n)
			return false;
	}
	return true;
}

/* Requests of one specifier and equal attributes are one. */
static uint32_t
request_for(struct parser *p, uint32_t source, uint32_t attributes)
{
	struct lang_unit *u = p->u;
	struct lang_attribute *a = NULL;
	struct lang_request *r;
	uint32_t i, n = 0,
		    first = atom_get(&u->atoms, N(p, source)->a)->request;

	for (i = attributes; i != 0; i = N(p, i)->next)
		n++;
	if (n > 0)
		a = arena_zalloc(&u->arena, n, sizeof *a);
	for (i = attributes, n = 0; i != 0; i = N(p, i)->next, n++) {
		a[n].key = atom_text(p, N(p, N(p, i)->a)->a);
		a[n].value = atom_text(p, N(p, N(p, i)->b)->a);
		a[n].pos = N(p, i)->pos;
	}
	/* `request` holds the latest index + 1 of the specifier. */
	for (i = first; i != 0; i = u->requests[i - 1].older)
		if (same_attributes(&u->requests[i - 1], a, n))
			return i - 1;
	u->requests = arena_grow(&u->arena, u->requests, u->nrequests,
	    &u->cap_requests, sizeof *u->requests);
	r = &u->requests[u->nrequests++];
	*r = (struct lang_request){.specifier = atom_text(p, N(p, source)->a),
	    .attributes = a,
	    .nattributes = n,
	    .pos = N(p, source)->pos,
	    .older = first};
	for (i = 0; i < n; i++)
		if (a[i].key.len == 4 && memcmp(a[i].key.s, "type", 4) == 0)
			r->type = a[i].value;
	atom_get(&u->atoms, N(p, source)->a)->request = u->nrequests;
	return u->nrequests - 1;
}

/* An IdentifierName, or a string without lone surrogates. */
static uint32_t
parse_module_name(struct parser *p)
{
	struct lang_str s;
	uint32_t node, c;
	unsigned int n;
	size_t i;

	if (!at(p, TOK_STRING))
		return parse_property_name(p);
	node = parse_string(p, true);
	s = atom_text(p, N(p, node)->a);
	for (i = 0; i < s.len; i += n) {
		c = unicode_decode(s.s + i, &n);
		if (c >= 0xD800 && c <= 0xDFFF)
			fail_at(p, node,
			    "Invalid module export name: contains unpaired "
			    "surrogate character");
	}
	return node;
}

static void
add_import(struct parser *p, enum lang_import_kind kind, uint32_t request,
    uint32_t imported, uint32_t binding)
{
	struct lang_unit *u = p->u;
	uint32_t symbol = N(p, binding)->b;

	symbol_get(u, symbol)->import = u->nimports;
	u->imports = arena_grow(&u->arena, u->imports, u->nimports,
	    &u->cap_imports, sizeof *u->imports);
	u->imports[u->nimports++] = (struct lang_import){.kind = kind,
	    .request = request,
	    .imported = atom_text(p, imported),
	    .local = atom_text(p, N(p, binding)->a),
	    .symbol = symbol,
	    .pos = N(p, binding)->pos};
	if (kind == LANG_IMPORT_NAMED)
		u->requests[request].by_name = true;
}

static struct lang_export *
add_export(struct parser *p, enum lang_export_kind kind, uint32_t name,
    uint32_t pos, uint32_t end)
{
	struct lang_unit *u = p->u;
	struct lang_str s = atom_text(p, name);

	if (name != 0 && !note_export(p, name))
		unit_fail(u, pos, end, "Duplicate export of '%.*s'",
		    (int)MIN(s.len, 100), s.s);
	u->exports = arena_grow(&u->arena, u->exports, u->nexports,
	    &u->cap_exports, sizeof *u->exports);
	u->exports[u->nexports] =
	    (struct lang_export){.kind = kind, .exported = s, .pos = pos};
	return &u->exports[u->nexports++];
}

static void
export_local(struct parser *p, uint32_t name, uint32_t local, uint32_t pos,
    uint32_t end)
{
	add_export(p, LANG_EXPORT_LOCAL, name, pos, end)->local =
	    atom_text(p, local);
}

static uint32_t
parse_export_specs(struct parser *p, uint32_t node)
{
	struct list list = {0, 0};
	uint32_t spec, local, name;

	next(p);
	while (!at(p, TOK_RBRACE)) {
		spec = new_node(p, AST_EXPORT_SPEC);
		if (p->ts && parse_ts_spec_type(p)) {
			skip_spec(p);
			continue;
		}
		local = name = parse_module_name(p);
		N(p, spec)->a = local;
		if (accept_word(p, ATOM_as))
			name = parse_module_name(p);
		N(p, spec)->b = name;
		list_add(p, &list, finish(p, spec));
		if (!at(p, TOK_RBRACE))
			expect(p, TOK_COMMA);
	}
	next(p);
	N(p, node)->a = list.first;
	return list.first;
}

/* Without a source the left names are references. */
static void
export_references(struct parser *p, uint32_t first)
{
	uint32_t i, node;
	struct ast_node *local, *name;

	for (i = first; i != 0; i = N(p, i)->next) {
		local = N(p, N(p, i)->a);
		name = N(p, N(p, i)->b);
		if (local->kind == AST_STRING)
			unit_fail(p->u, local->pos, local->end,
			    "Unexpected string");
		check_binding_name(p, local->a, 0, local->pos, local->end);
		node = new_node_at(p, AST_IDENT, local->pos);
		N(p, node)->end = local->end;
		N(p, node)->a = local->a;
		N(p, node)->flags = local->flags;
		N(p, i)->a = node;
		export_local(p, name->a, local->a, name->pos, name->end);
	}
}

static uint32_t
parse_export_named(struct parser *p, uint32_t node)
{
	uint32_t first = parse_export_specs(p, node), i, request;
	struct lang_export *e;

	if (!accept_word(p, ATOM_from)) {
		export_references(p, first);
		semicolon(p);
		return finish(p, node);
	}
	request = parse_from(p, node);
	N(p, node)->d = request;
	p->u->requests[request].by_name = true;
	for (i = first; i != 0; i = N(p, i)->next) {
		const struct ast_node *name = N(p, N(p, i)->b);

		e = add_export(p, LANG_EXPORT_INDIRECT, name->a, name->pos,
		    name->end);
		e->request = request;
		e->imported = atom_text(p, N(p, N(p, i)->a)->a);
	}
	semicolon(p);
	return finish(p, node);
}

static uint32_t
parse_export_all(struct parser *p, uint32_t node)
{
	uint32_t name = 0, request;
	struct lang_export *e;

	N(p, node)->kind = AST_EXPORT_ALL;
	next(p);
	if (accept_word(p, ATOM_as)) {
		name = parse_module_name(p);
		N(p, node)->a = name;
	}
	expect_word(p, ATOM_from);
	request = parse_from(p, node);
	N(p, node)->d = request;
	if (name != 0)
		e = add_export(p, LANG_EXPORT_STAR_AS, N(p, name)->a,
		    N(p, name)->pos, N(p, name)->end);
	else
		e = add_export(p, LANG_EXPORT_STAR, 0, N(p, node)->pos, 0);
	e->request = request;
	semicolon(p);
	return finish(p, node);
}

/* TypeScript: what is exported does not exist at run time. */
static uint32_t
erase_export(struct parser *p, uint32_t node)
{
	N(p, node)->kind = AST_EMPTY;
	N(p, node)->a = N(p, node)->b = 0;
	ts_erase_statement(p, N(p, node)->pos, p->lx.prev_end);
	return finish(p, node);
}

static uint32_t
declare_default(struct parser *p)
{
	if (scope_lookup(p, p->u->top_scope, ATOM_star_default) != 0)
		return 0; /* the export of a second one is refused */
	return declare_in(p, p->u->top_scope, SYM_DEFAULT, ATOM_star_default,
	    0);
}

/* An anonymous function declaration has no time before its value. */
static void
declare_hoisted(struct parser *p, uint32_t symbol, uint32_t func)
{
	struct symbol *s = symbol_get(p->u, symbol);

	s->flags &= ~(uint32_t)SYMF_LEXICAL;
	s->func_node = func;
}

static uint32_t
parse_export_default(struct parser *p, uint32_t node, uint32_t decorators)
{
	uint32_t part, name, symbol = 0, pos = tok_pos(p), end = p->lx.tok.end;
	struct token t;

	N(p, node)->kind = AST_EXPORT_DEFAULT;
	next(p);
	if (p->ts && parse_ts_export_default(p))
		return erase_export(p, node);
	t = at_word(p, ATOM_async) ? peek(p) : p->lx.tok;
	if (at_word(p, ATOM_function) ||
	    (at_word(p, ATOM_async) && t.atom == ATOM_function &&
		(t.flags & (TF_NEWLINE | TF_ESCAPE)) == 0)) {
		part = parse_function_decl(p, FD_DEFAULT);
		if (N(p, part)->kind == AST_EMPTY)
			return erase_export(p, node);
		if (N(p, part)->a == 0) {
			symbol = declare_default(p);
			if (symbol != 0)
				declare_hoisted(p, symbol, part);
		}
	} else if (at_word(p, ATOM_class) || at(p, TOK_AT)) {
		if (at(p, TOK_AT))
			decorators = parse_decorators(p);
		part = parse_class(p, AF_DECL | AF_CLASS_DEFAULT, decorators);
		if (N(p, part)->a == 0)
			symbol = declare_default(p);
	} else {
		part = parse_assign(p);
		symbol = declare_default(p);
		semicolon(p);
	}
	N(p, node)->a = part;
	N(p, node)->d = symbol;
	name = ATOM_star_default;
	if ((N(p, part)->kind == AST_FUNC || N(p, part)->kind == AST_CLASS) &&
	    (N(p, part)->flags & AF_DECL) != 0 && N(p, part)->a != 0)
		name = N(p, N(p, part)->a)->a;
	export_local(p, ATOM_default, name, pos, end);
	return finish(p, node);
}

uint32_t
parse_export(struct parser *p, uint32_t decorators)
{
	uint32_t node = new_node(p, AST_EXPORT_NAMED), part;

	if (!may_be_commonjs(p))
		require_module(p, node);
	next(p);
	if (may_be_commonjs(p)) {
		part = parse_ts_export(p, node);
		if (part == 0)
			require_module(p, node);
		return part;
	}
	if (at(p, TOK_STAR))
		return parse_export_all(p, node);
	if (at(p, TOK_LBRACE))
		return parse_export_named(p, node);
	if (at_word(p, ATOM_default))
		return parse_export_default(p, node, decorators);
	if (p->ts && (part = parse_ts_export(p, node)) != 0)
		return part;
	N(p, node)->kind = AST_EXPORT_DECL;
	if (at(p, TOK_AT))
		decorators = parse_decorators(p);
	if (decorators != 0 && !at_word(p, ATOM_class))
		fail_token(p);
	if (at_word(p, ATOM_class)) {
		part = parse_class(p, AF_DECL, decorators);
	} else if (p->ts && at_word(p, ATOM_const) &&
		   peek(p).atom == ATOM_enum) {
		part = parse_ts_enum(p);
	} else if (at_word(p, ATOM_var) || at_word(p, ATOM_const) ||
		   at_word(p, ATOM_function) || at_let_declaration(p) ||
		   (at_word(p, ATOM_async) && peek(p).atom == ATOM_function)) {
		part = parse_statement_item(p);
	} else if (!p->ts || (part = parse_ts_export_declaration(p)) == 0) {
		fail_token(p);
	}
	if (N(p, part)->kind == AST_EMPTY)
		return erase_export(p, node);
	N(p, node)->a = part;
	export_bindings(p, part);
	return finish(p, node);
}

/* Export every name that a declaration, or a pattern in it, binds. */
static void
export_bindings(struct parser *p, uint32_t node)
{
	const struct ast_node *n = N(p, node);
	uint32_t i;

	switch (n->kind) {
	case AST_VAR_DECL:
	case AST_OBJECT_PATTERN:
	case AST_ARRAY_PATTERN:
		enter(p);
		for (i = n->a; i != 0; i = N(p, i)->next)
			export_bindings(p, i);
		leave(p);
		break;
	case AST_DECLARATOR:
	case AST_DEFAULT:
	case AST_REST:
		export_bindings(p, n->a);
		break;
	case AST_PROP:
		export_bindings(p, n->b);
		break;
	case AST_FUNC:
	case AST_CLASS:
		export_bindings(p, n->a);
		break;
	case AST_TS_ENUM:
	case AST_TS_NAMESPACE:
		if ((n->flags & AF_DECLARE) == 0)
			export_bindings(p, n->a);
		break;
	case AST_BINDING:
		if (scope_get(p->u, p->ctx.scope)->kind == SCOPE_NAMESPACE) {
			symbol_get(p->u, n->b)->flags |= SYMF_EXPORTED;
			break;
		}
		if (p->ts && has_export(p, n->a))
			break; /* declarations that merge */
		export_local(p, n->a, n->a, n->pos, n->end);
		break;
	default:
		break;
	}
}

/* Every local export names a binding; one of an import is indirect. */
void
parse_module_end(struct parser *p)
{
	struct lang_unit *u = p->u;
	struct lang_export *e;
	const struct lang_import *in;
	uint32_t i, atom, end;
	struct symbol *s;

	for (i = 0; i < u->nexports; i++) {
		e = &u->exports[i];
		if (e->kind != LANG_EXPORT_LOCAL)
			continue;
		atom = atom_find(&u->atoms, e->local.s, e->local.len);
		e->symbol = scope_lookup(p, u->top_scope, atom);
		if (e->symbol == 0 && p->ts)
			continue; /* a type of this file, or of none */
		end = e->pos + (uint32_t)e->exported.len;
		if (e->symbol == 0)
			unit_fail(u, e->pos, end,
			    "Export '%.*s' is not defined in module",
			    (int)MIN(e->local.len, 100), e->local.s);
		s = symbol_get(u, e->symbol);
		s->flags |= SYMF_EXPORTED;
		if (s->kind != SYM_IMPORT)
			continue;
		in = &u->imports[s->import];
		e->kind = in->kind == LANG_IMPORT_NAMED ? LANG_EXPORT_INDIRECT
							: LANG_EXPORT_STAR_AS;
		e->request = in->request;
		e->imported = in->imported;
	}
}
