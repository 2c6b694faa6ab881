/*
 * worker/lang: source -> tree, as unit_dump() prints it.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/util.h"
#include "worker/lang/diag.h"
#include "worker/lang/lang.h"
#include "worker/lang/unit.h"

struct tree_case {
	enum lang_kind kind;
	const char *source;
	const char *tree;
};

/* clang-format off */
static const struct tree_case tree_cases[] = {
	{ LANG_SCRIPT,
	    "a",
	    "(expr (id a))" },
	{ LANG_SCRIPT,
	    "a.b.c",
	    "(expr (member (member (id a) (name b)) (name c)))" },
	{ LANG_SCRIPT,
	    "a?.b.c(d)?.[e]",
	    "(expr (chain (index ?. (call (member (member ?. (id a) "
	    "(name b)) (name c)) [(id d)]) (id e))))" },
	{ LANG_SCRIPT,
	    "(a, b)",
	    "(expr (paren (seq (id a) (id b))))" },
	{ LANG_SCRIPT,
	    "((a))",
	    "(expr (paren (paren (id a))))" },
	{ LANG_SCRIPT,
	    "a = b = c",
	    "(expr (assign = (id a) (assign = (id b) (id c))))" },
	{ LANG_SCRIPT,
	    "a += b ** c ** d",
	    "(expr (assign += (id a) (binary ** (id b) (binary ** (id c) "
	    "(id d)))))" },
	{ LANG_SCRIPT,
	    "-a + +b - !c",
	    "(expr (binary - (binary + (unary - (id a)) (unary + (id "
	    "b))) (unary ! (id c))))" },
	{ LANG_SCRIPT,
	    "a ?\? b ?\? c",
	    "(expr (logical ?\? (logical ?\? (id a) (id b)) (id c)))" },
	{ LANG_SCRIPT,
	    "a || b && c",
	    "(expr (logical || (id a) (logical && (id b) (id c))))" },
	{ LANG_SCRIPT,
	    "a ? b : c ? d : e",
	    "(expr (cond (id a) (id b) (cond (id c) (id d) (id e))))" },
	{ LANG_SCRIPT,
	    "a ? b = c : d = e",
	    "(expr (cond (id a) (assign = (id b) (id c)) (assign = (id "
	    "d) (id e))))" },
	{ LANG_SCRIPT,
	    "typeof a === 'x'",
	    "(expr (binary === (unary typeof (id a)) (str 'x')))" },
	{ LANG_SCRIPT,
	    "void 0, delete a.b",
	    "(expr (seq (unary void (num 0)) (unary delete (member (id "
	    "a) (name b)))))" },
	{ LANG_SCRIPT,
	    "a++ + --b",
	    "(expr (binary + (update ++ (id a)) (update -- prefix (id "
	    "b))))" },
	{ LANG_SCRIPT,
	    "a\n++b",
	    "(expr (id a)) (expr (update ++ prefix (id b)))" },
	{ LANG_SCRIPT,
	    "new A",
	    "(expr (new (id A)))" },
	{ LANG_SCRIPT,
	    "new A(b, ...c)",
	    "(expr (new (id A) [(id b) (spread (id c))]))" },
	{ LANG_SCRIPT,
	    "new a.b().c",
	    "(expr (member (new (member (id a) (name b))) (name c)))" },
	{ LANG_SCRIPT,
	    "new (a())()",
	    "(expr (new (paren (call (id a)))))" },
	{ LANG_SCRIPT,
	    "new new A()()",
	    "(expr (new (new (id A))))" },
	{ LANG_SCRIPT,
	    "[, a, , b, ...c, ]",
	    "(expr (array (hole) (id a) (hole) (id b) (spread (id c))))" },
	{ LANG_SCRIPT,
	    "({a, b: c, 'd': e, 1: f, [g]: h, ...i})",
	    "(expr (paren (object (prop short (name a) (id a)) (prop "
	    "(name b) (id c)) (prop (str 'd') (id e)) (prop (num 1) (id "
	    "f)) (prop computed (id g) (id h)) (spread (id i)))))" },
	{ LANG_SCRIPT,
	    "({get a() {}, set a(b) {}, async c() {}, *d() {}, async "
	    "*e() {}, get() {}, set: 1, async})",
	    "(expr (paren (object (prop get (name a) (func get - [] "
	    "(body))) (prop set (name a) (func set - [(bind b)] (body))) "
	    "(prop method (name c) (func method async - [] (body))) "
	    "(prop method (name d) (func method gen - [] (body))) (prop "
	    "method (name e) (func method async gen - [] (body))) (prop "
	    "method (name get) (func method - [] (body))) (prop (name "
	    "set) (num 1)) (prop short (name async) (id async)))))" },
	{ LANG_SCRIPT,
	    "({__proto__: a, '__proto__'() {}, ['__proto__']: b})",
	    "(expr (paren (object (prop proto (name __proto__) (id a)) "
	    "(prop method (str '__proto__') (func method - [] (body))) "
	    "(prop computed (str '__proto__') (id b)))))" },
	{ LANG_SCRIPT,
	    "[a, b.c, [d] = e, ...f] = g",
	    "(expr (assign = (array-pat [(id a) (member (id b) (name c)) "
	    "(default (array-pat [(id d)]) (id e)) (rest (id f))]) (id "
	    "g)))" },
	{ LANG_SCRIPT,
	    "({a, b: c.d, e = 1, f: [g] = 2, ...h} = i)",
	    "(expr (paren (assign = (object-pat [(prop short (name a) "
	    "(id a)) (prop (name b) (member (id c) (name d))) (prop "
	    "short (name e) (default (id e) (num 1))) (prop (name f) "
	    "(default (array-pat [(id g)]) (num 2))) (rest (id h))]) (id "
	    "i))))" },
	{ LANG_SCRIPT,
	    "[(a), (b.c)] = d",
	    "(expr (assign = (array-pat [(paren (id a)) (paren (member "
	    "(id b) (name c)))]) (id d)))" },
	{ LANG_SCRIPT,
	    "x => x",
	    "(expr (func arrow - [(bind x)] (id x)))" },
	{ LANG_SCRIPT,
	    "(x, y = 1, ...z) => { return x }",
	    "(expr (func arrow - [(bind x) (default (bind y) (num 1)) "
	    "(rest (bind z))] (body (return (id x)))))" },
	{ LANG_SCRIPT,
	    "() => ({})",
	    "(expr (func arrow - [] (paren (object))))" },
	{ LANG_SCRIPT,
	    "({a, b: [c]}, [d = e]) => 0",
	    "(expr (func arrow - [(object-pat [(prop short (name a) "
	    "(bind a)) (prop (name b) (array-pat [(bind c)]))]) "
	    "(array-pat [(default (bind d) (id e))])] (num 0)))" },
	{ LANG_SCRIPT,
	    "async x => await x",
	    "(expr (func arrow async - [(bind x)] (await (id x))))" },
	{ LANG_SCRIPT,
	    "async (x, {y}) => { for await (z of x) ; }",
	    "(expr (func arrow async - [(bind x) (object-pat [(prop "
	    "short (name y) (bind y))])] (body (for-of await (id z) (id "
	    "x) (empty)))))" },
	{ LANG_SCRIPT,
	    "async(x, ...y)",
	    "(expr (call (id async) [(id x) (spread (id y))]))" },
	{ LANG_SCRIPT,
	    "async\n(x)",
	    "(expr (call (id async) [(id x)]))" },
	{ LANG_SCRIPT,
	    "async",
	    "(expr (id async))" },
	{ LANG_SCRIPT,
	    "async => async",
	    "(expr (func arrow - [(bind async)] (id async)))" },
	{ LANG_SCRIPT,
	    "x => y => z",
	    "(expr (func arrow - [(bind x)] (func arrow - [(bind y)] (id "
	    "z))))" },
	{ LANG_SCRIPT,
	    "a ? (b) : (c) => d",
	    "(expr (cond (id a) (paren (id b)) (func arrow - [(bind c)] "
	    "(id d))))" },
	{ LANG_SCRIPT,
	    "`a`",
	    "(expr (template (chunk `a`)))" },
	{ LANG_SCRIPT,
	    "`a${b}c${`d${e}`}f`",
	    "(expr (template (chunk `a`) (id b) (chunk `c`) (template "
	    "(chunk `d`) (id e) (chunk ``)) (chunk `f`)))" },
	{ LANG_SCRIPT,
	    "a`b${c}\\u`",
	    "(expr (tagged (id a) (template (chunk `b`) (id c) (chunk "
	    "`\\u`))))" },
	{ LANG_SCRIPT,
	    "a.b`c``d`",
	    "(expr (tagged (tagged (member (id a) (name b)) (template "
	    "(chunk `c`))) (template (chunk `d`))))" },
	{ LANG_SCRIPT,
	    "/[/]\\/x/gu.y / 2",
	    "(expr (binary / (member (regexp /[/]\\/x/gu) (name y)) (num "
	    "2)))" },
	{ LANG_SCRIPT,
	    "a / b / c",
	    "(expr (binary / (binary / (id a) (id b)) (id c)))" },
	{ LANG_SCRIPT,
	    "a\n/b/g",
	    "(expr (binary / (binary / (id a) (id b)) (id g)))" },
	{ LANG_SCRIPT,
	    "1_000.5e1_0 + 0xFf + 0b1 + 0o7 + 10n + .5",
	    "(expr (binary + (binary + (binary + (binary + (binary + "
	    "(num 1_000.5e1_0) (num 0xFf)) (num 0b1)) (num 0o7)) (bigint "
	    "10n)) (num .5)))" },
	{ LANG_SCRIPT,
	    "'\\x41\\u{1F600}\\\nx'",
	    "(expr directive (str '\\x41\\u{1F600}\\\nx'))" },
	{ LANG_SCRIPT,
	    "import('a', {with: {}})",
	    "(expr (import() (str 'a') (object (prop (name with) "
	    "(object)))))" },
	{ LANG_SCRIPT,
	    "function* f() { yield; yield a; yield* b; const c = yield }",
	    "(func gen (bind f) [] (body (expr (yield)) (expr (yield (id "
	    "a))) (expr (yield * (id b))) (decl const (declarator (bind "
	    "c) (yield)))))" },
	{ LANG_SCRIPT,
	    "async function f() { await a; for await (const b of c) {} }",
	    "(func async (bind f) [] (body (expr (await (id a))) (for-of "
	    "await (decl const (declarator (bind b))) (id c) (block))))" },
	{ LANG_SCRIPT,
	    "async function* f() { yield await a }",
	    "(func async gen (bind f) [] (body (expr (yield (await (id "
	    "a))))))" },
	{ LANG_SCRIPT,
	    "(function f() {}, async function () {}, function* g() {})",
	    "(expr (paren (seq (func (bind f) [] (body)) (func async - "
	    "[] (body)) (func gen (bind g) [] (body)))))" },
	{ LANG_SCRIPT,
	    "var a, b = 1, [c] = d, {e: f = 2} = g",
	    "(decl var (declarator (bind a)) (declarator (bind b) (num "
	    "1)) (declarator (array-pat [(bind c)]) (id d)) (declarator "
	    "(object-pat [(prop (name e) (default (bind f) (num 2)))]) "
	    "(id g)))" },
	{ LANG_SCRIPT,
	    "let a\nconst b = 1",
	    "(decl let (declarator (bind a))) (decl const (declarator "
	    "(bind b) (num 1)))" },
	{ LANG_SCRIPT,
	    "let\nlet2",
	    "(decl let (declarator (bind let2)))" },
	{ LANG_SCRIPT,
	    "let = 1; let; (let)",
	    "(expr (assign = (id let) (num 1))) (expr (id let)) (expr "
	    "(paren (id let)))" },
	{ LANG_SCRIPT,
	    "if (a) b; else if (c) d; else e",
	    "(if (id a) (expr (id b)) (if (id c) (expr (id d)) (expr (id "
	    "e))))" },
	{ LANG_SCRIPT,
	    "if (a) function f() {}",
	    "(if (id a) (block (func (bind f) [] (body))))" },
	{ LANG_SCRIPT,
	    "for (;;) break",
	    "(for - - - (break))" },
	{ LANG_SCRIPT,
	    "for (var a = 0, b; a < b; a++) continue",
	    "(for (decl var (declarator (bind a) (num 0)) (declarator "
	    "(bind b))) (binary < (id a) (id b)) (update ++ (id a)) "
	    "(continue))" },
	{ LANG_SCRIPT,
	    "for (let a of b) ;",
	    "(for-of (decl let (declarator (bind a))) (id b) (empty))" },
	{ LANG_SCRIPT,
	    "for (const [a, b] in c) ;",
	    "(for-in (decl const (declarator (array-pat [(bind a) (bind "
	    "b)]))) (id c) (empty))" },
	{ LANG_SCRIPT,
	    "for (a.b of c) ;",
	    "(for-of (member (id a) (name b)) (id c) (empty))" },
	{ LANG_SCRIPT,
	    "for ([a, {b}] of c) ;",
	    "(for-of (array-pat [(id a) (object-pat [(prop short (name "
	    "b) (id b))])]) (id c) (empty))" },
	{ LANG_SCRIPT,
	    "for (var a = 1 in b) ;",
	    "(for-in (decl var (declarator (bind a) (num 1))) (id b) "
	    "(empty))" },
	{ LANG_SCRIPT,
	    "for (let in a) ;",
	    "(for-in (id let) (id a) (empty))" },
	{ LANG_SCRIPT,
	    "for (async of => 1;;) ;",
	    "(for (func arrow async - [(bind of)] (num 1)) - - (empty))" },
	{ LANG_SCRIPT,
	    "for (let of = 1;;) ;",
	    "(for (decl let (declarator (bind of) (num 1))) - - (empty))" },
	{ LANG_SCRIPT,
	    "for (var i = (a in b);;) ;",
	    "(for (decl var (declarator (bind i) (paren (binary in (id "
	    "a) (id b))))) - - (empty))" },
	{ LANG_SCRIPT,
	    "while (a) do b; while (c) d",
	    "(while (id a) (do-while (expr (id b)) (id c))) (expr (id d))" },
	{ LANG_SCRIPT,
	    "a: b: for (;;) { continue a; break b }",
	    "(labeled a (labeled b (for - - - (block (continue a) (break "
	    "b)))))" },
	{ LANG_SCRIPT,
	    "a: { break a }",
	    "(labeled a (block (break a)))" },
	{ LANG_SCRIPT,
	    "switch (a) { case b: c; default: d; case e: }",
	    "(switch (id a) [(case (id b) [(expr (id c))]) (case - "
	    "[(expr (id d))]) (case (id e))])" },
	{ LANG_SCRIPT,
	    "try { a } catch { b }",
	    "(try (block (expr (id a))) (catch - (block (expr (id b)))))" },
	{ LANG_SCRIPT,
	    "try { a } catch ({b}) { c } finally { d }",
	    "(try (block (expr (id a))) (catch (object-pat [(prop short "
	    "(name b) (bind b))]) (block (expr (id c)))) (block (expr "
	    "(id d))))" },
	{ LANG_SCRIPT,
	    "throw a",
	    "(throw (id a))" },
	{ LANG_SCRIPT,
	    "with (a) b",
	    "(with (id a) (expr (id b)))" },
	{ LANG_SCRIPT,
	    "debugger; ;",
	    "(debugger) (empty)" },
	{ LANG_SCRIPT,
	    "class A {}",
	    "(class (bind A))" },
	{ LANG_SCRIPT,
	    "class A extends B { constructor() { super(); super.x; "
	    "super[y]() } }",
	    "(class (bind A) (id B) [(method ctor (name constructor) "
	    "(func derived-ctor strict - [] (body (expr (call (super))) "
	    "(expr (member (super) (name x))) (expr (call (index (super) "
	    "(id y)))))))])" },
	{ LANG_SCRIPT,
	    "(class { static a = 1; b; 'c' = 2; [d] = 3; static { e } })",
	    "(expr (paren (class - - [(field static (name a) (num 1)) "
	    "(field (name b)) (field (str 'c') (num 2)) (field computed "
	    "(id d) (num 3)) (static-block (expr (id e)))])))" },
	{ LANG_SCRIPT,
	    "(class A { #a = 1; #b() { return this.#a } static get #c() "
	    "{} has(o) { return #a in o } })",
	    "(expr (paren (class (bind A) - [(field (private a) (num 1)) "
	    "(method (private b) (func method strict - [] (body (return "
	    "(member (this) (private a)))))) (method get static (private "
	    "c) (func get strict - [] (body))) (method (name has) (func "
	    "method strict - [(bind o)] (body (return (private-in "
	    "(private a) (id o))))))])))" },
	{ LANG_SCRIPT,
	    "(class { get; set; static; async; static static; static "
	    "async\n*a() {} get b() {} })",
	    "(expr (paren (class - - [(field (name get)) (field (name "
	    "set)) (field (name static)) (field (name async)) (field "
	    "static (name static)) (field static (name async)) (method "
	    "(name a) (func method gen strict - [] (body))) (method get "
	    "(name b) (func get strict - [] (body)))])))" },
	{ LANG_SCRIPT,
	    "(class { static async *[a]() {} 'constructor'() {} accessor "
	    "x = 1 })",
	    "(expr (paren (class - - [(method static computed (id a) "
	    "(func method async gen strict - [] (body))) (method ctor "
	    "(str 'constructor') (func ctor strict - [] (body))) (field "
	    "accessor (name x) (num 1))])))" },
	{ LANG_SCRIPT,
	    "class A { @a.b(c) @(d) e() {} }",
	    "(class (bind A) - [(method (name e) (func method strict - "
	    "[] (body)) [(decorator (call (member (id a) (name b)) [(id "
	    "c)])) (decorator (paren (id d)))])])" },
	{ LANG_SCRIPT,
	    "@a class A {}",
	    "(class (bind A))" },
	{ LANG_SCRIPT,
	    "<!-- comment\na\n--> comment",
	    "(expr (id a))" },
	{ LANG_SCRIPT,
	    "#!/bin/sh\na",
	    "(expr (id a))" },
	{ LANG_SCRIPT,
	    "\\u0061 + \\u{62}",
	    "(expr (binary + (id a) (id b)))" },
	{ LANG_SCRIPT,
	    "\303\274n\303\257c\303\266d\303\251.\345\220\215\345\211\215",
	    "(expr (member (id \303\274n\303\257c\303\266d\303\251) "
	    "(name \345\220\215\345\211\215)))" },
	{ LANG_SCRIPT,
	    "{ function f() {} function f() {} }",
	    "(block (func (bind f) [] (body)) (func (bind f) [] (body)))" },
	{ LANG_SCRIPT,
	    "eval(a), (0, eval)(b), eval?.(c)",
	    "(expr (seq (call eval (id eval) [(id a)]) (call (paren (seq "
	    "(num 0) (id eval))) [(id b)]) (chain (call ?. (id eval) "
	    "[(id c)]))))" },
	{ LANG_SCRIPT,
	    "a\342\200\250b",
	    "(expr (id a)) (expr (id b))" },
	{ LANG_SCRIPT,
	    "using",
	    "(expr (id using))" },
	{ LANG_SCRIPT,
	    "{ using a = b }",
	    "(block (decl using (declarator (bind a) (id b))))" },
	{ LANG_MODULE,
	    "import 'a'",
	    "(import [] (str 'a'))" },
	{ LANG_MODULE,
	    "import a from 'b'",
	    "(import [(default (bind a))] (str 'b'))" },
	{ LANG_MODULE,
	    "import * as a from 'b'",
	    "(import [(namespace (bind a))] (str 'b'))" },
	{ LANG_MODULE,
	    "import a, {b, c as d, 'e f' as g, default as h} from 'i' "
	    "with {type: 'json'}",
	    "(import [(default (bind a)) (spec (name b) (bind b)) (spec "
	    "(name c) (bind d)) (spec (str 'e f') (bind g)) (spec (name "
	    "default) (bind h))] (str 'i') [(attr (name type) (str "
	    "'json'))])" },
	{ LANG_MODULE,
	    "import a, * as b from 'c'",
	    "(import [(default (bind a)) (namespace (bind b))] (str 'c'))" },
	{ LANG_MODULE,
	    "import {} from 'a'",
	    "(import [] (str 'a'))" },
	{ LANG_MODULE,
	    "import from from 'from'",
	    "(import [(default (bind from))] (str 'from'))" },
	{ LANG_MODULE,
	    "export {a, b as c, d as 'e f', f as default}; let a, b, d, f",
	    "(export [(spec (id a) (name a)) (spec (id b) (name c)) "
	    "(spec (id d) (str 'e f')) (spec (id f) (name default))]) "
	    "(decl let (declarator (bind a)) (declarator (bind b)) "
	    "(declarator (bind d)) (declarator (bind f)))" },
	{ LANG_MODULE,
	    "export {a, b as c, 'd' as 'e', default} from 'f'",
	    "(export [(spec (name a) (name a)) (spec (name b) (name c)) "
	    "(spec (str 'd') (str 'e')) (spec (name default) (name "
	    "default))] (str 'f'))" },
	{ LANG_MODULE,
	    "export * from 'a'; export * as b from 'c'; export * as 'd' "
	    "from 'e'",
	    "(export-all - (str 'a')) (export-all (name b) (str 'c')) "
	    "(export-all (str 'd') (str 'e'))" },
	{ LANG_MODULE,
	    "export default a",
	    "(export-default (id a))" },
	{ LANG_MODULE,
	    "export default function () {}",
	    "(export-default (func strict - [] (body)))" },
	{ LANG_MODULE,
	    "export default function f() {}",
	    "(export-default (func strict (bind f) [] (body)))" },
	{ LANG_MODULE,
	    "export default async function* f() {}",
	    "(export-default (func async gen strict (bind f) [] (body)))" },
	{ LANG_MODULE,
	    "export default class {}",
	    "(export-default (class))" },
	{ LANG_MODULE,
	    "export default class A {}",
	    "(export-default (class (bind A)))" },
	{ LANG_MODULE,
	    "export default (class {})",
	    "(export-default (paren (class)))" },
	{ LANG_MODULE,
	    "export default async () => {}",
	    "(export-default (func arrow async strict - [] (body)))" },
	{ LANG_MODULE,
	    "export const a = 1, {b, c: [d]} = e",
	    "(export-decl (decl const (declarator (bind a) (num 1)) "
	    "(declarator (object-pat [(prop short (name b) (bind b)) "
	    "(prop (name c) (array-pat [(bind d)]))]) (id e))))" },
	{ LANG_MODULE,
	    "export function f() {} export class A {} export async "
	    "function g() {}",
	    "(export-decl (func strict (bind f) [] (body))) (export-decl "
	    "(class (bind A))) (export-decl (func async strict (bind g) "
	    "[] (body)))" },
	{ LANG_MODULE,
	    "import.meta.url, import('a')",
	    "(expr (seq (member (import.meta) (name url)) (import() (str "
	    "'a'))))" },
	{ LANG_MODULE,
	    "await a; for await (b of c) ;",
	    "(expr (await (id a))) (for-of await (id b) (id c) (empty))" },
	{ LANG_COMMONJS,
	    "return require('a')",
	    "(return (call (id require) [(str 'a')]))" },
	{ LANG_COMMONJS,
	    "await",
	    "(expr (id await))" },
	{ LANG_COMMONJS,
	    "new.target",
	    "(expr (new.target))" },
	{ LANG_SCRIPT,
	    "await ** a",
	    "(expr (binary ** (id await) (id a)))" },
	{ LANG_SCRIPT,
	    "{a: b: c, d}",
	    "(block (labeled a (labeled b (expr (seq (id c) (id d))))))" },
};
/* clang-format on */

static void
test_trees(void **state)
{
	struct lang_options options = { .name = "t.js" };
	struct lang_unit *unit = NULL;
	const struct tree_case *c;
	struct lang_diag diag;
	char *text;
	size_t i;
	int failed = 0;

	(void)state;
	for (i = 0; i < NELEMS(tree_cases); i++) {
		c = &tree_cases[i];
		options.kind = c->kind;
		lang_diag_init(&diag);
		if (lang_parse(c->source, strlen(c->source), &options, &unit,
			&diag) != 0) {
			text = lang_diag_format(&diag);
			printf("parse: %s -> refused: %s\n", c->source, text);
			free(text);
			lang_diag_clear(&diag);
			failed++;
			continue;
		}
		text = unit_dump(unit);
		if (strcmp(text, c->tree) != 0) {
			printf("parse: %s\n -> %s\n not %s\n", c->source, text,
			    c->tree);
			failed++;
		}
		free(text);
		lang_unit_free(&unit);
	}
	assert_int_equal(failed, 0);
}

/* Deep nesting ends in a clear error, long chains in a tree. */
struct deep_case {
	const char *before, *unit, *after;
	size_t n;
	int result; /* of lang_parse() */
};

/* clang-format off */
static const struct deep_case deep_cases[] = {
	{ "", "(", "", 100000, ERR_LIMIT },
	{ "", "[", "", 100000, ERR_LIMIT },
	{ "", "{", "", 100000, ERR_LIMIT },
	{ "x=", "{a:", "", 100000, ERR_LIMIT },
	{ "", "!", "a", 100000, ERR_LIMIT },
	{ "", "new ", "a", 100000, ERR_LIMIT },
	{ "", "a=>", "a", 100000, ERR_LIMIT },
	{ "", "(a=", "", 100000, ERR_LIMIT },
	{ "", "a**", "a", 100000, ERR_LIMIT },
	{ "", "`${", "", 100000, ERR_LIMIT },
	{ "", "if(a)", ";", 100000, ERR_LIMIT },
	{ "", "for(;;)", ";", 100000, ERR_LIMIT },
	{ "", "function f(){", "", 100000, ERR_LIMIT },
	{ "", "class A extends ", "", 100000, ERR_LIMIT },
	{ "", "(class{a=", "", 100000, ERR_LIMIT },
	{ "", "async(", "", 100000, ERR_LIMIT },
	{ "var ", "[", "", 100000, ERR_LIMIT },
	{ "var ", "{a:", "", 100000, ERR_LIMIT },
	{ "", "a+", "a", 200000, 0 },
	{ "", "a&&", "a", 200000, 0 },
	{ "a", ".b", "", 200000, 0 },
	{ "a", "()", "", 200000, 0 },
	{ "a", "[b]", "", 200000, 0 },
	{ "a", "?.b", "", 200000, 0 },
	{ "a", "``", "", 200000, 0 },
	{ "", "a,", "a", 200000, 0 },
	{ "", "a=", "a", 200000, 0 },
	{ "", "a?b:", "a", 200000, 0 },
	{ "", "if(a);else ", ";", 200000, 0 },
	{ "", ";", "", 200000, 0 },
	{ "[", "a,", "]", 200000, 0 },
	{ "f(", "a,", ")", 200000, 0 },
	{ "", "{}", "", 200000, 0 },
	{ "", "(a)=>a;", "", 100000, 0 },
};
/* clang-format on */

static void
test_deep(void **state)
{
	struct lang_options options = { .kind = LANG_SCRIPT, .name = "t.js" };
	struct lang_unit *unit = NULL;
	const struct deep_case *c;
	struct lang_diag diag;
	struct buf b;
	size_t i, j;
	int r;

	(void)state;
	for (i = 0; i < NELEMS(deep_cases); i++) {
		c = &deep_cases[i];
		buf_init(&b);
		buf_put(&b, c->before, strlen(c->before));
		for (j = 0; j < c->n; j++)
			buf_put(&b, c->unit, strlen(c->unit));
		buf_put(&b, c->after, strlen(c->after));
		lang_diag_init(&diag);
		r = lang_parse((const char *)buf_peek(&b), buf_len(&b),
		    &options, &unit, &diag);
		if (r != c->result)
			printf("parse: %s... -> %d (%s)\n", c->unit, r,
			    diag.message != NULL ? diag.message : "");
		assert_int_equal(r, c->result);
		if (r == ERR_LIMIT)
			assert_string_equal(diag.message,
			    "program is nested too deep");
		lang_unit_free(&unit);
		lang_diag_clear(&diag);
		buf_clear(&b);
	}
}

static void
test_memory(void **state)
{
	struct lang_options options = { .kind = LANG_SCRIPT, .name = "t.js",
		.memory_max = 400000 };
	static char source[200001];
	struct lang_unit *unit = NULL;
	struct lang_diag diag;

	(void)state;
	memset(source, ';', sizeof source - 1);
	lang_diag_init(&diag);
	assert_int_equal(lang_parse(source, sizeof source - 1, &options, &unit,
			     &diag),
	    ERR_LIMIT);
	assert_string_equal(diag.message,
	    "program needs too much memory to compile");
	assert_int_equal(diag.kind, LANG_RANGE_ERROR);
	lang_diag_clear(&diag);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trees),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
