/*
 * What TypeScript leaves when parsing is done: imports that only types used
 * are dropped, and erased bytes become spaces.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include <string.h>

#include "worker/lang/parse_ts.h"
#include "worker/lang/unit.h"

static void drop_imports(struct lang_unit *u);
static void blank(char *s, const struct unit_erased *e);

void
unit_erase_types(struct lang_unit *unit)
{
	uint32_t i;
	char *s;

	if (unit->options.tsconfig == NULL ||
	    !unit->options.tsconfig->keep_imports)
		drop_imports(unit);
	if (unit->nerased == 0)
		return;
	s = arena_strdup(&unit->arena, unit->src, unit->len);
	for (i = 0; i < unit->nerased; i++)
		blank(s, &unit->erased[i]);
	unit->src = s;
}

static bool
is_needed(const struct lang_unit *u, uint32_t binding)
{
	const struct symbol *s = symbol_get(u, ast_node(&u->ast, binding)->b);

	return (s->flags & (SYMF_USED | SYMF_EXPORTED)) != 0;
}

/*
 * Unlink the specifiers of IMPORT that no value needs. When none is left of
 * a clause the whole statement goes, and its module is not asked for.
 */
static void
drop_specs(struct lang_unit *u, struct ast_node *import)
{
	uint32_t i, next, last = 0;
	struct ast_node *n;

	for (i = import->a; i != 0; i = next) {
		n = ast_node(&u->ast, i);
		next = n->next;
		if (is_needed(u, n->kind == AST_IMPORT_SPEC ? n->b : n->a)) {
			last = i;
			continue;
		}
		if (last == 0)
			import->a = next;
		else
			ast_node(&u->ast, last)->next = next;
	}
	if ((import->flags & AF_CLAUSE) == 0 || import->a != 0) {
		u->requests[import->d].type_only = false;
		return;
	}
	import->kind = AST_EMPTY;
	import->b = import->c = import->d = 0;
	u->erased = arena_grow(&u->arena, u->erased, u->nerased, &u->cap_erased,
	    sizeof *u->erased);
	u->erased[u->nerased++] = (struct unit_erased){
	    .pos = import->pos, .end = import->end, .semicolon = true};
}

static void
drop_imports(struct lang_unit *u)
{
	uint32_t i, left = 0;
	struct lang_import *in;
	struct ast_node *n;

	for (i = 0; i < u->nimports; i++) {
		in = &u->imports[i];
		if ((symbol_get(u, in->symbol)->flags &
			(SYMF_USED | SYMF_EXPORTED)) == 0)
			continue;
		symbol_get(u, in->symbol)->import = left;
		u->imports[left++] = *in;
	}
	u->nimports = left;
	for (i = 0; i < u->nrequests; i++)
		/* JSX asks for its runtime without an import */
		u->requests[i].type_only =
		    i + 1 != u->jsx.runtime && i + 1 != u->jsx.fallback;
	for (i = ast_node(&u->ast, u->ast.root)->a; i != 0; i = n->next) {
		n = ast_node(&u->ast, i);
		switch (n->kind) {
		case AST_IMPORT:
			drop_specs(u, n);
			break;
		case AST_EXPORT_NAMED:
			if (n->b != 0)
				u->requests[n->d].type_only = false;
			break;
		case AST_EXPORT_ALL:
			u->requests[n->d].type_only = false;
			break;
		default:
			break;
		}
	}
}

/* All but line terminators, so that lines stay. */
static void
blank(char *s, const struct unit_erased *e)
{
	uint32_t i;

	for (i = e->pos; i < e->end; i++) {
		if (s[i] == '\n' || s[i] == '\r')
			continue;
		if ((unsigned char)s[i] == 0xE2 && e->end - i >= 3 &&
		    (unsigned char)s[i + 1] == 0x80 &&
		    ((unsigned char)s[i + 2] | 1) == 0xA9) {
			i += 2;
			continue;
		}
		s[i] = ' ';
	}
	if (e->semicolon)
		s[e->pos] = ';';
}
