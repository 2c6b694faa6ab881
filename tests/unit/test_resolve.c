/*
 * worker/lang: source -> what scope analysis found, and the module tables.
 */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "worker/lang/diag.h"
#include "worker/lang/lang.h"
#include "worker/lang/unit.h"

struct resolve_case {
	enum lang_kind kind;
	const char *source;
	const char *facts;
};

/*
 * Symbols in order of declaration as "name flags", then references that need
 * a check as "!name@offset" ("?" instead of "!" when only in a cycle).
 *
 *	c captured  a assigned  A in a closure  t sentinel needed  T in a cycle
 *	i per iteration  r renamed  s shares a var  b Annex B  x exported
 */
/* clang-format off */
static const struct resolve_case resolve_cases[] = {
	{ LANG_MODULE,
	    "let a = 1; a",
	    "a" },
	{ LANG_MODULE,
	    "a; let a = 1",
	    "a t !a@0" },
	{ LANG_MODULE,
	    "let a = a",
	    "a t !a@8" },
	{ LANG_MODULE,
	    "const f = () => a; let a",
	    "f, a cT ?a@16" },
	{ LANG_MODULE,
	    "let a; const f = () => a",
	    "a c, f" },
	{ LANG_MODULE,
	    "function f() { return a } let a = 1; f()",
	    "f, a cT ?a@22" },
	{ LANG_MODULE,
	    "function f() { return a } f(); let a = 1",
	    "f, a ct !a@22" },
	{ LANG_MODULE,
	    "function f() { return a } g(); let a = 1",
	    "f, a cT ?a@22" },
	{ LANG_MODULE,
	    "function f() { return a } g(f); let a = 1",
	    "f, a ct !a@22" },
	{ LANG_MODULE,
	    "import {g} from 'g'; const b = g(1); function f() { return "
	    "a } const a = 1",
	    "g, b, f, a cT ?a@59" },
	{ LANG_MODULE,
	    "import {g} from 'g'; const b = g(f); function f() { return "
	    "a } const a = 1",
	    "g, b, f, a ct !a@59" },
	{ LANG_MODULE,
	    "await 0; function f() { return a } const a = 1",
	    "f, a ct !a@31" },
	{ LANG_MODULE,
	    "class A { static x = A.y; m() { return A } }",
	    "A, A c" },
	{ LANG_MODULE,
	    "class A extends A {}",
	    "A, A t !A@16" },
	{ LANG_MODULE,
	    "class A { [A.x]() {} }",
	    "A, A t !A@11" },
	{ LANG_MODULE,
	    "(class A { m() { A } })",
	    "A c" },
	{ LANG_MODULE,
	    "for (let i = 0; i < 9; i++) f(() => i)",
	    "i cai" },
	{ LANG_MODULE,
	    "for (let i = 0; i < 9; i++) f(i)",
	    "i a" },
	{ LANG_MODULE,
	    "for (const x of x) ;",
	    "x t !x@16" },
	{ LANG_MODULE,
	    "for (const x of y) { const z = 1; g(() => z, x) }",
	    "x, z ci" },
	{ LANG_MODULE,
	    "while (a) { let b; class C {} h(() => b, () => C) }",
	    "b ci, C ci, C" },
	{ LANG_MODULE,
	    "{ let a; { let a } } { let a }",
	    "a, a r, a s" },
	{ LANG_MODULE,
	    "let a; { let a }",
	    "a, a r" },
	{ LANG_MODULE,
	    "function f() { { let a } { let a } return a }",
	    "f, a r, a r" },
	{ LANG_MODULE,
	    "function f() { { let a; g(() => a) } { let a; g(() => a) } }",
	    "f, a c, a cr" },
	{ LANG_MODULE,
	    "function f() { { let a } return () => b } let b",
	    "f, a, b cT ?b@38" },
	{ LANG_MODULE,
	    "let a; function f() { { let a } return a }",
	    "a cT, f, a r ?a@39" },
	{ LANG_MODULE,
	    "let a; function f() { { let a } return () => a }",
	    "a cT, f, a r ?a@45" },
	{ LANG_MODULE,
	    "switch (a) { case 0: let b = 1; b; case 1: b }",
	    "b t !b@43" },
	{ LANG_MODULE,
	    "let a; a = 1; () => a++",
	    "a caA" },
	{ LANG_MODULE,
	    "const a = 1; a = 2; a++; [a] = b; ({a} = b); for (a of b) ;",
	    "a a" },
	{ LANG_MODULE,
	    "typeof a; let a",
	    "a t !a@7" },
	{ LANG_SCRIPT,
	    "{ function f() {} } f()",
	    "f rb, f a" },
	{ LANG_SCRIPT,
	    "function f() { { function g() {} } let g }",
	    "f, g r, g" },
	{ LANG_SCRIPT,
	    "{ function f() {} function f() {} }",
	    "f rb, f a" },
	{ LANG_SCRIPT,
	    "if (a) function f() {}",
	    "f rb, f a" },
	{ LANG_SCRIPT,
	    "function f(a, b = a, c = d, d) {}",
	    "f, a, b, c, d t !d@25" },
	{ LANG_SCRIPT,
	    "function f(a = () => b, b) { var c }",
	    "f, a, b ct, c !b@21" },
	{ LANG_SCRIPT,
	    "function f({a, b = a}, [c = d, d]) {}",
	    "f, a, b, c, d t !d@28" },
	{ LANG_SCRIPT,
	    "(function f() { f() })",
	    "f" },
	{ LANG_SCRIPT,
	    "function f() { try {} catch (e) { () => e } }",
	    "f, e c" },
	{ LANG_MODULE,
	    "export let a; a = 1; export {b as c}; const b = 1",
	    "a ax, b x" },
	{ LANG_MODULE,
	    "export default class {}",
	    "*default* x" },
	{ LANG_SCRIPT,
	    "try {} catch (a) { { let a } }",
	    "a, a r" },
	{ LANG_SCRIPT,
	    "function f() { try {} catch (a) {} for (let a of b) ; }",
	    "f, a, a r" },
	{ LANG_SCRIPT,
	    "(function x() { { let x } return x })",
	    "x, x r" },
	{ LANG_SCRIPT,
	    "(function x() { { let x } })",
	    "x, x" },
	{ LANG_SCRIPT,
	    "function f() { { let arguments } return arguments }",
	    "f, arguments r" },
};
/* clang-format on */

static void
put(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

static void
put_symbol(struct buf *b, const struct lang_unit *u, const struct symbol *s)
{
	static const struct {
		uint32_t flag;
		const char *letter;
	} letters[] = {
	    {SYMF_CAPTURED, "c"},
	    {SYMF_ASSIGNED, "a"},
	    {SYMF_ASSIGNED_IN_CLOSURE, "A"},
	    {SYMF_NEEDS_TDZ, "t"},
	    {SYMF_TDZ_CYCLE, "T"},
	    {SYMF_PER_ITERATION, "i"},
	    {SYMF_RENAME, "r"},
	    {SYMF_SHARED, "s"},
	    {SYMF_ANNEX_B, "b"},
	    {SYMF_EXPORTED, "x"},
	};
	struct lang_str name = unit_atom_str(u, s->atom);
	const char *sep = " ";
	size_t i;

	if (buf_len(b) > 0)
		put(b, ", ");
	buf_put(b, name.s, name.len);
	for (i = 0; i < NELEMS(letters); i++) {
		if ((s->flags & letters[i].flag) == 0)
			continue;
		put(b, sep);
		put(b, letters[i].letter);
		sep = "";
	}
}

static char *
facts_of(struct lang_unit *u)
{
	const struct ast_node *n;
	struct lang_str name;
	struct buf b;
	uint32_t i;
	char *s;

	buf_init(&b);
	for (i = 1; i < u->symbols.count; i++)
		put_symbol(&b, u, symbol_get(u, i));
	for (i = 1; i < u->ast.count; i++) {
		n = ast_node(&u->ast, i);
		if (n->kind != AST_IDENT ||
		    (n->flags & (AF_TDZ | AF_TDZ_CYCLE)) == 0)
			continue;
		name = unit_atom_str(u, n->a);
		s = xasprintf("%s%c%.*s@%u", buf_len(&b) > 0 ? " " : "",
		    (n->flags & AF_TDZ) != 0 ? '!' : '?', (int)name.len, name.s,
		    n->pos);
		put(&b, s);
		free(s);
	}
	s = xmemdup(buf_len(&b) > 0 ? (const char *)buf_peek(&b) : "",
	    buf_len(&b));
	buf_clear(&b);
	return s;
}

static void
test_facts(void **state)
{
	struct lang_options options = {.name = "t.js"};
	struct lang_unit *unit = NULL;
	const struct resolve_case *c;
	struct lang_diag diag;
	char *text;
	size_t i;
	int failed = 0;

	(void)state;
	for (i = 0; i < NELEMS(resolve_cases); i++) {
		c = &resolve_cases[i];
		options.kind = c->kind;
		lang_diag_init(&diag);
		assert_int_equal(lang_parse(c->source, strlen(c->source),
				     &options, &unit, &diag),
		    0);
		text = facts_of(unit);
		if (strcmp(text, c->facts) != 0) {
			printf("resolve: %s\n -> %s\n not %s\n", c->source,
			    text, c->facts);
			failed++;
		}
		free(text);
		lang_unit_free(&unit);
	}
	assert_int_equal(failed, 0);
}

static void
assert_str(struct lang_str s, const char *expected)
{
	assert_int_equal(s.len, strlen(expected));
	assert_memory_equal(s.s, expected, s.len);
}

static void
test_tables(void **state)
{
	static const char source[] =
	    "import d, {a as b} from 'm'; import * as n from 'm';\n"
	    "import j from 'm' with {type: 'json'}; import 'p';\n"
	    "export {b as c, n, d}; export let x; export default 1;\n"
	    "export * from 'm'; export * as q from 'q';\n"
	    "export {y as 'z z'} from 'q'; await 0;\n";
	struct lang_options options = {.kind = LANG_MODULE, .name = "t.js"};
	const struct lang_request *r;
	const struct lang_import *im;
	const struct lang_export *e;
	struct lang_unit *unit = NULL;
	struct lang_diag diag;
	uint32_t line, column;
	size_t n;

	(void)state;
	lang_diag_init(&diag);
	assert_int_equal(lang_parse(source, sizeof source - 1, &options, &unit,
			     &diag),
	    0);
	r = lang_requests(unit, &n);
	assert_int_equal(n, 4);
	assert_str(r[0].specifier, "m");
	assert_true(r[0].by_name);
	assert_int_equal(r[0].type.len, 0);
	assert_str(r[1].specifier, "m");
	assert_str(r[1].type, "json");
	assert_int_equal(r[1].nattributes, 1);
	assert_str(r[2].specifier, "p");
	assert_false(r[2].by_name);
	assert_str(r[3].specifier, "q");
	lang_position(unit, r[1].pos, &line, &column);
	assert_int_equal(line, 2);
	assert_int_equal(column, 15);
	im = lang_imports(unit, &n);
	assert_int_equal(n, 4);
	assert_str(im[0].imported, "default");
	assert_str(im[1].imported, "a");
	assert_str(im[1].local, "b");
	assert_int_equal(im[2].kind, LANG_IMPORT_NAMESPACE);
	assert_int_equal(im[3].request, 1);
	e = lang_exports(unit, &n);
	assert_int_equal(n, 8);
	assert_int_equal(e[0].kind, LANG_EXPORT_INDIRECT);
	assert_str(e[0].exported, "c");
	assert_str(e[0].imported, "a");
	assert_int_equal(e[0].request, 0);
	assert_int_equal(e[1].kind, LANG_EXPORT_STAR_AS);
	assert_int_equal(e[1].request, 0);
	assert_int_equal(e[2].kind, LANG_EXPORT_INDIRECT);
	assert_str(e[2].imported, "default");
	assert_int_equal(e[3].kind, LANG_EXPORT_LOCAL);
	assert_str(e[4].exported, "default");
	assert_str(e[4].local, "*default*");
	assert_int_equal(e[5].kind, LANG_EXPORT_STAR);
	assert_int_equal(e[6].kind, LANG_EXPORT_STAR_AS);
	assert_str(e[6].exported, "q");
	assert_int_equal(e[7].kind, LANG_EXPORT_INDIRECT);
	assert_str(e[7].exported, "z z");
	assert_true(lang_has_tla(unit));
	assert_true(lang_has_module_syntax(unit));
	lang_unit_free(&unit);
}

/* The values of literals. */
static void
test_values(void **state)
{
	static const struct {
		const char *source;
		double number;
		const char *string;
	} cases[] = {
	    {"0x1_F", 31, NULL},
	    {"0b101", 5, NULL},
	    {"0o17", 15, NULL},
	    {"017", 15, NULL},
	    {"089.5", 89.5, NULL},
	    {"1_0.2_5e1_0", 10.25e10, NULL},
	    {".5", 0.5, NULL},
	    {"5.", 5, NULL},
	    {"9007199254740993", 9007199254740992.0, NULL},
	    {"0x20000000000001", 9007199254740992.0, NULL},
	    {"0x20000000000003", 9007199254740996.0, NULL},
	    {"1e400", (double)INFINITY, NULL},
	    {"1e-400", 0, NULL},
	    {"({'a\\tb\\x41\\u0042\\u{43}\\0\\\nd': 1})", 0, "a\tbABC\0d"},
	    {"({'\\ud83d\\ude00\\ud83d': 1})", 0,
		"\360\237\230\200\355\240\275"},
	};
	struct lang_options options = {.kind = LANG_SCRIPT, .name = "t.js"};
	struct lang_unit *unit = NULL;
	struct lang_diag diag;
	struct lang_str s;
	uint32_t j;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(cases); i++) {
		lang_diag_init(&diag);
		assert_int_equal(lang_parse(cases[i].source,
				     strlen(cases[i].source), &options, &unit,
				     &diag),
		    0);
		for (j = 1; j < unit->ast.count; j++) {
			if (cases[i].string == NULL &&
			    ast_node(&unit->ast, j)->kind == AST_NUMBER)
				assert_true(unit_number_value(unit, j) ==
					    cases[i].number);
			if (cases[i].string == NULL ||
			    ast_node(&unit->ast, j)->kind != AST_STRING)
				continue;
			s = unit_string_value(unit, j);
			assert_memory_equal(s.s, cases[i].string, s.len);
			assert_true(s.len == 8 || s.len == 7);
		}
		lang_unit_free(&unit);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_facts),
	    cmocka_unit_test(test_tables),
	    cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
