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

enum { TS = 1 << 0, JSX = 1 << 1 };

struct tree_case {
	enum lang_kind kind;
	unsigned int syntax;
	const char *source;
	const char *tree;
};

/* clang-format off */
static const struct tree_case tree_cases[] = {
	{ LANG_SCRIPT, 0,
	    "a",
	    "(expr (id a))" },
	{ LANG_SCRIPT, 0,
	    "a.b.c",
	    "(expr (member (member (id a) (name b)) (name c)))" },
	{ LANG_SCRIPT, 0,
	    "a?.b.c(d)?.[e]",
	    "(expr (chain (index ?. (call (member (member ?. (id a) "
	    "(name b)) (name c)) [(id d)]) (id e))))" },
	{ LANG_SCRIPT, 0,
	    "(a, b)",
	    "(expr (paren (seq (id a) (id b))))" },
	{ LANG_SCRIPT, 0,
	    "((a))",
	    "(expr (paren (paren (id a))))" },
	{ LANG_SCRIPT, 0,
	    "a = b = c",
	    "(expr (assign = (id a) (assign = (id b) (id c))))" },
	{ LANG_SCRIPT, 0,
	    "a += b ** c ** d",
	    "(expr (assign += (id a) (binary ** (id b) (binary ** (id c) "
	    "(id d)))))" },
	{ LANG_SCRIPT, 0,
	    "-a + +b - !c",
	    "(expr (binary - (binary + (unary - (id a)) (unary + (id "
	    "b))) (unary ! (id c))))" },
	{ LANG_SCRIPT, 0,
	    "a ?\? b ?\? c",
	    "(expr (logical ?\? (logical ?\? (id a) (id b)) (id c)))" },
	{ LANG_SCRIPT, 0,
	    "a || b && c",
	    "(expr (logical || (id a) (logical && (id b) (id c))))" },
	{ LANG_SCRIPT, 0,
	    "a ? b : c ? d : e",
	    "(expr (cond (id a) (id b) (cond (id c) (id d) (id e))))" },
	{ LANG_SCRIPT, 0,
	    "a ? b = c : d = e",
	    "(expr (cond (id a) (assign = (id b) (id c)) (assign = (id "
	    "d) (id e))))" },
	{ LANG_SCRIPT, 0,
	    "typeof a === 'x'",
	    "(expr (binary === (unary typeof (id a)) (str 'x')))" },
	{ LANG_SCRIPT, 0,
	    "void 0, delete a.b",
	    "(expr (seq (unary void (num 0)) (unary delete (member (id "
	    "a) (name b)))))" },
	{ LANG_SCRIPT, 0,
	    "a++ + --b",
	    "(expr (binary + (update ++ (id a)) (update -- prefix (id "
	    "b))))" },
	{ LANG_SCRIPT, 0,
	    "a\n++b",
	    "(expr (id a)) (expr (update ++ prefix (id b)))" },
	{ LANG_SCRIPT, 0,
	    "new A",
	    "(expr (new (id A)))" },
	{ LANG_SCRIPT, 0,
	    "new A(b, ...c)",
	    "(expr (new (id A) [(id b) (spread (id c))]))" },
	{ LANG_SCRIPT, 0,
	    "new a.b().c",
	    "(expr (member (new (member (id a) (name b))) (name c)))" },
	{ LANG_SCRIPT, 0,
	    "new (a())()",
	    "(expr (new (paren (call (id a)))))" },
	{ LANG_SCRIPT, 0,
	    "new new A()()",
	    "(expr (new (new (id A))))" },
	{ LANG_SCRIPT, 0,
	    "[, a, , b, ...c, ]",
	    "(expr (array (hole) (id a) (hole) (id b) (spread (id c))))" },
	{ LANG_SCRIPT, 0,
	    "({a, b: c, 'd': e, 1: f, [g]: h, ...i})",
	    "(expr (paren (object (prop short (name a) (id a)) (prop "
	    "(name b) (id c)) (prop (str 'd') (id e)) (prop (num 1) (id "
	    "f)) (prop computed (id g) (id h)) (spread (id i)))))" },
	{ LANG_SCRIPT, 0,
	    "({get a() {}, set a(b) {}, async c() {}, *d() {}, async "
	    "*e() {}, get() {}, set: 1, async})",
	    "(expr (paren (object (prop get (name a) (func get - [] "
	    "(body))) (prop set (name a) (func set - [(bind b)] (body))) "
	    "(prop method (name c) (func method async - [] (body))) "
	    "(prop method (name d) (func method gen - [] (body))) (prop "
	    "method (name e) (func method async gen - [] (body))) (prop "
	    "method (name get) (func method - [] (body))) (prop (name "
	    "set) (num 1)) (prop short (name async) (id async)))))" },
	{ LANG_SCRIPT, 0,
	    "({__proto__: a, '__proto__'() {}, ['__proto__']: b})",
	    "(expr (paren (object (prop proto (name __proto__) (id a)) "
	    "(prop method (str '__proto__') (func method - [] (body))) "
	    "(prop computed (str '__proto__') (id b)))))" },
	{ LANG_SCRIPT, 0,
	    "[a, b.c, [d] = e, ...f] = g",
	    "(expr (assign = (array-pat (id a) (member (id b) (name c)) "
	    "(default (array-pat (id d)) (id e)) (rest (id f))) (id g)))" },
	{ LANG_SCRIPT, 0,
	    "({a, b: c.d, e = 1, f: [g] = 2, ...h} = i)",
	    "(expr (paren (assign = (object-pat (prop short (name a) (id "
	    "a)) (prop (name b) (member (id c) (name d))) (prop short "
	    "(name e) (default (id e) (num 1))) (prop (name f) (default "
	    "(array-pat (id g)) (num 2))) (rest (id h))) (id i))))" },
	{ LANG_SCRIPT, 0,
	    "[(a), (b.c)] = d",
	    "(expr (assign = (array-pat (paren (id a)) (paren (member "
	    "(id b) (name c)))) (id d)))" },
	{ LANG_SCRIPT, 0,
	    "x => x",
	    "(expr (func arrow - [(bind x)] (id x)))" },
	{ LANG_SCRIPT, 0,
	    "(x, y = 1, ...z) => { return x }",
	    "(expr (func arrow - [(bind x) (default (bind y) (num 1)) "
	    "(rest (bind z))] (body (return (id x)))))" },
	{ LANG_SCRIPT, 0,
	    "() => ({})",
	    "(expr (func arrow - [] (paren (object))))" },
	{ LANG_SCRIPT, 0,
	    "({a, b: [c]}, [d = e]) => 0",
	    "(expr (func arrow - [(object-pat (prop short (name a) (bind "
	    "a)) (prop (name b) (array-pat (bind c)))) (array-pat "
	    "(default (bind d) (id e)))] (num 0)))" },
	{ LANG_SCRIPT, 0,
	    "async x => await x",
	    "(expr (func arrow async - [(bind x)] (await (id x))))" },
	{ LANG_SCRIPT, 0,
	    "async (x, {y}) => { for await (z of x) ; }",
	    "(expr (func arrow async - [(bind x) (object-pat (prop short "
	    "(name y) (bind y)))] (body (for-of await (id z) (id x) "
	    "(empty)))))" },
	{ LANG_SCRIPT, 0,
	    "async(x, ...y)",
	    "(expr (call (id async) [(id x) (spread (id y))]))" },
	{ LANG_SCRIPT, 0,
	    "async\n(x)",
	    "(expr (call (id async) [(id x)]))" },
	{ LANG_SCRIPT, 0,
	    "async",
	    "(expr (id async))" },
	{ LANG_SCRIPT, 0,
	    "async => async",
	    "(expr (func arrow - [(bind async)] (id async)))" },
	{ LANG_SCRIPT, 0,
	    "x => y => z",
	    "(expr (func arrow - [(bind x)] (func arrow - [(bind y)] (id "
	    "z))))" },
	{ LANG_SCRIPT, 0,
	    "a ? (b) : (c) => d",
	    "(expr (cond (id a) (paren (id b)) (func arrow - [(bind c)] "
	    "(id d))))" },
	{ LANG_SCRIPT, 0,
	    "`a`",
	    "(expr (template (chunk `a`)))" },
	{ LANG_SCRIPT, 0,
	    "`a${b}c${`d${e}`}f`",
	    "(expr (template (chunk `a`) (id b) (chunk `c`) (template "
	    "(chunk `d`) (id e) (chunk ``)) (chunk `f`)))" },
	{ LANG_SCRIPT, 0,
	    "a`b${c}\\u`",
	    "(expr (tagged (id a) (template (chunk `b`) (id c) (chunk "
	    "`\\u`))))" },
	{ LANG_SCRIPT, 0,
	    "a.b`c``d`",
	    "(expr (tagged (tagged (member (id a) (name b)) (template "
	    "(chunk `c`))) (template (chunk `d`))))" },
	{ LANG_SCRIPT, 0,
	    "/[/]\\/x/gu.y / 2",
	    "(expr (binary / (member (regexp /[/]\\/x/gu) (name y)) (num "
	    "2)))" },
	{ LANG_SCRIPT, 0,
	    "a / b / c",
	    "(expr (binary / (binary / (id a) (id b)) (id c)))" },
	{ LANG_SCRIPT, 0,
	    "a\n/b/g",
	    "(expr (binary / (binary / (id a) (id b)) (id g)))" },
	{ LANG_SCRIPT, 0,
	    "1_000.5e1_0 + 0xFf + 0b1 + 0o7 + 10n + .5",
	    "(expr (binary + (binary + (binary + (binary + (binary + "
	    "(num 1_000.5e1_0) (num 0xFf)) (num 0b1)) (num 0o7)) (bigint "
	    "10n)) (num .5)))" },
	{ LANG_SCRIPT, 0,
	    "'\\x41\\u{1F600}\\\nx'",
	    "(expr directive (str '\\x41\\u{1F600}\\\nx'))" },
	{ LANG_SCRIPT, 0,
	    "import('a', {with: {}})",
	    "(expr (import() (str 'a') (object (prop (name with) "
	    "(object)))))" },
	{ LANG_SCRIPT, 0,
	    "function* f() { yield; yield a; yield* b; const c = yield }",
	    "(func gen (bind f) [] (body (expr (yield)) (expr (yield (id "
	    "a))) (expr (yield * (id b))) (decl const (declarator (bind "
	    "c) (yield)))))" },
	{ LANG_SCRIPT, 0,
	    "async function f() { await a; for await (const b of c) {} }",
	    "(func async (bind f) [] (body (expr (await (id a))) (for-of "
	    "await (decl const (declarator (bind b))) (id c) (block))))" },
	{ LANG_SCRIPT, 0,
	    "async function* f() { yield await a }",
	    "(func async gen (bind f) [] (body (expr (yield (await (id "
	    "a))))))" },
	{ LANG_SCRIPT, 0,
	    "(function f() {}, async function () {}, function* g() {})",
	    "(expr (paren (seq (func (bind f) [] (body)) (func async - "
	    "[] (body)) (func gen (bind g) [] (body)))))" },
	{ LANG_SCRIPT, 0,
	    "var a, b = 1, [c] = d, {e: f = 2} = g",
	    "(decl var (declarator (bind a)) (declarator (bind b) (num "
	    "1)) (declarator (array-pat (bind c)) (id d)) (declarator "
	    "(object-pat (prop (name e) (default (bind f) (num 2)))) (id "
	    "g)))" },
	{ LANG_SCRIPT, 0,
	    "let a\nconst b = 1",
	    "(decl let (declarator (bind a))) (decl const (declarator "
	    "(bind b) (num 1)))" },
	{ LANG_SCRIPT, 0,
	    "let\nlet2",
	    "(decl let (declarator (bind let2)))" },
	{ LANG_SCRIPT, 0,
	    "let = 1; let; (let)",
	    "(expr (assign = (id let) (num 1))) (expr (id let)) (expr "
	    "(paren (id let)))" },
	{ LANG_SCRIPT, 0,
	    "if (a) b; else if (c) d; else e",
	    "(if (id a) (expr (id b)) (if (id c) (expr (id d)) (expr (id "
	    "e))))" },
	{ LANG_SCRIPT, 0,
	    "if (a) function f() {}",
	    "(if (id a) (block (func (bind f) [] (body))))" },
	{ LANG_SCRIPT, 0,
	    "for (;;) break",
	    "(for - - - (break))" },
	{ LANG_SCRIPT, 0,
	    "for (var a = 0, b; a < b; a++) continue",
	    "(for (decl var (declarator (bind a) (num 0)) (declarator "
	    "(bind b))) (binary < (id a) (id b)) (update ++ (id a)) "
	    "(continue))" },
	{ LANG_SCRIPT, 0,
	    "for (let a of b) ;",
	    "(for-of (decl let (declarator (bind a))) (id b) (empty))" },
	{ LANG_SCRIPT, 0,
	    "for (const [a, b] in c) ;",
	    "(for-in (decl const (declarator (array-pat (bind a) (bind "
	    "b)))) (id c) (empty))" },
	{ LANG_SCRIPT, 0,
	    "for (a.b of c) ;",
	    "(for-of (member (id a) (name b)) (id c) (empty))" },
	{ LANG_SCRIPT, 0,
	    "for ([a, {b}] of c) ;",
	    "(for-of (array-pat (id a) (object-pat (prop short (name b) "
	    "(id b)))) (id c) (empty))" },
	{ LANG_SCRIPT, 0,
	    "for (var a = 1 in b) ;",
	    "(for-in (decl var (declarator (bind a) (num 1))) (id b) "
	    "(empty))" },
	{ LANG_SCRIPT, 0,
	    "for (let in a) ;",
	    "(for-in (id let) (id a) (empty))" },
	{ LANG_SCRIPT, 0,
	    "for (async of => 1;;) ;",
	    "(for (func arrow async - [(bind of)] (num 1)) - - (empty))" },
	{ LANG_SCRIPT, 0,
	    "for (let of = 1;;) ;",
	    "(for (decl let (declarator (bind of) (num 1))) - - (empty))" },
	{ LANG_SCRIPT, 0,
	    "for (var i = (a in b);;) ;",
	    "(for (decl var (declarator (bind i) (paren (binary in (id "
	    "a) (id b))))) - - (empty))" },
	{ LANG_SCRIPT, 0,
	    "while (a) do b; while (c) d",
	    "(while (id a) (do-while (expr (id b)) (id c))) (expr (id d))" },
	{ LANG_SCRIPT, 0,
	    "a: b: for (;;) { continue a; break b }",
	    "(labeled a (labeled b (for - - - (block (continue a) (break "
	    "b)))))" },
	{ LANG_SCRIPT, 0,
	    "a: { break a }",
	    "(labeled a (block (break a)))" },
	{ LANG_SCRIPT, 0,
	    "switch (a) { case b: c; default: d; case e: }",
	    "(switch (id a) [(case (id b) [(expr (id c))]) (case - "
	    "[(expr (id d))]) (case (id e))])" },
	{ LANG_SCRIPT, 0,
	    "try { a } catch { b }",
	    "(try (block (expr (id a))) (catch - (block (expr (id b)))))" },
	{ LANG_SCRIPT, 0,
	    "try { a } catch ({b}) { c } finally { d }",
	    "(try (block (expr (id a))) (catch (object-pat (prop short "
	    "(name b) (bind b))) (block (expr (id c)))) (block (expr (id "
	    "d))))" },
	{ LANG_SCRIPT, 0,
	    "throw a",
	    "(throw (id a))" },
	{ LANG_SCRIPT, 0,
	    "with (a) b",
	    "(with (id a) (expr (id b)))" },
	{ LANG_SCRIPT, 0,
	    "debugger; ;",
	    "(debugger) (empty)" },
	{ LANG_SCRIPT, 0,
	    "class A {}",
	    "(class (bind A))" },
	{ LANG_SCRIPT, 0,
	    "class A extends B { constructor() { super(); super.x; "
	    "super[y]() } }",
	    "(class (bind A) (id B) [(method ctor (name constructor) "
	    "(func derived-ctor strict - [] (body (expr (call (super))) "
	    "(expr (member (super) (name x))) (expr (call (index (super) "
	    "(id y)))))))])" },
	{ LANG_SCRIPT, 0,
	    "(class { static a = 1; b; 'c' = 2; [d] = 3; static { e } })",
	    "(expr (paren (class - - [(field static (name a) (num 1)) "
	    "(field (name b)) (field (str 'c') (num 2)) (field computed "
	    "(id d) (num 3)) (static-block (expr (id e)))])))" },
	{ LANG_SCRIPT, 0,
	    "(class A { #a = 1; #b() { return this.#a } static get #c() "
	    "{} has(o) { return #a in o } })",
	    "(expr (paren (class (bind A) - [(field (private a) (num 1)) "
	    "(method (private b) (func method strict - [] (body (return "
	    "(member (this) (private a)))))) (method get static (private "
	    "c) (func get strict - [] (body))) (method (name has) (func "
	    "method strict - [(bind o)] (body (return (private-in "
	    "(private a) (id o))))))])))" },
	{ LANG_SCRIPT, 0,
	    "(class { get; set; static; async; static static; static "
	    "async\n*a() {} get b() {} })",
	    "(expr (paren (class - - [(field (name get)) (field (name "
	    "set)) (field (name static)) (field (name async)) (field "
	    "static (name static)) (field static (name async)) (method "
	    "(name a) (func method gen strict - [] (body))) (method get "
	    "(name b) (func get strict - [] (body)))])))" },
	{ LANG_SCRIPT, 0,
	    "(class { static async *[a]() {} 'constructor'() {} accessor "
	    "x = 1 })",
	    "(expr (paren (class - - [(method static computed (id a) "
	    "(func method async gen strict - [] (body))) (method ctor "
	    "(str 'constructor') (func ctor strict - [] (body))) (field "
	    "accessor (name x) (num 1))])))" },
	{ LANG_SCRIPT, 0,
	    "class A { @a.b(c) @(d) e() {} }",
	    "(class (bind A) - [(method (name e) (func method strict - "
	    "[] (body)) [(decorator (call (member (id a) (name b)) [(id "
	    "c)])) (decorator (paren (id d)))])])" },
	{ LANG_SCRIPT, 0,
	    "@a class A {}",
	    "(class (bind A))" },
	{ LANG_SCRIPT, 0,
	    "<!-- comment\na\n--> comment",
	    "(expr (id a))" },
	{ LANG_SCRIPT, 0,
	    "#!/bin/sh\na",
	    "(expr (id a))" },
	{ LANG_SCRIPT, 0,
	    "\\u0061 + \\u{62}",
	    "(expr (binary + (id a) (id b)))" },
	{ LANG_SCRIPT, 0,
	    "\303\274n\303\257c\303\266d\303\251.\345\220\215\345\211\215",
	    "(expr (member (id \303\274n\303\257c\303\266d\303\251) "
	    "(name \345\220\215\345\211\215)))" },
	{ LANG_SCRIPT, 0,
	    "{ function f() {} function f() {} }",
	    "(block (func (bind f) [] (body)) (func (bind f) [] (body)))" },
	{ LANG_SCRIPT, 0,
	    "eval(a), (0, eval)(b), eval?.(c)",
	    "(expr (seq (call eval (id eval) [(id a)]) (call (paren (seq "
	    "(num 0) (id eval))) [(id b)]) (chain (call ?. (id eval) "
	    "[(id c)]))))" },
	{ LANG_SCRIPT, 0,
	    "a\342\200\250b",
	    "(expr (id a)) (expr (id b))" },
	{ LANG_SCRIPT, 0,
	    "using",
	    "(expr (id using))" },
	{ LANG_SCRIPT, 0,
	    "{ using a = b }",
	    "(block (decl using (declarator (bind a) (id b))))" },
	{ LANG_MODULE, 0,
	    "import 'a'",
	    "(import [] (str 'a'))" },
	{ LANG_MODULE, 0,
	    "import a from 'b'",
	    "(import [(default (bind a))] (str 'b'))" },
	{ LANG_MODULE, 0,
	    "import * as a from 'b'",
	    "(import [(namespace (bind a))] (str 'b'))" },
	{ LANG_MODULE, 0,
	    "import a, {b, c as d, 'e f' as g, default as h} from 'i' "
	    "with {type: 'json'}",
	    "(import [(default (bind a)) (spec (name b) (bind b)) (spec "
	    "(name c) (bind d)) (spec (str 'e f') (bind g)) (spec (name "
	    "default) (bind h))] (str 'i') [(attr (name type) (str "
	    "'json'))])" },
	{ LANG_MODULE, 0,
	    "import a, * as b from 'c'",
	    "(import [(default (bind a)) (namespace (bind b))] (str 'c'))" },
	{ LANG_MODULE, 0,
	    "import {} from 'a'",
	    "(import [] (str 'a'))" },
	{ LANG_MODULE, 0,
	    "import from from 'from'",
	    "(import [(default (bind from))] (str 'from'))" },
	{ LANG_MODULE, 0,
	    "export {a, b as c, d as 'e f', f as default}; let a, b, d, f",
	    "(export [(spec (id a) (name a)) (spec (id b) (name c)) "
	    "(spec (id d) (str 'e f')) (spec (id f) (name default))]) "
	    "(decl let (declarator (bind a)) (declarator (bind b)) "
	    "(declarator (bind d)) (declarator (bind f)))" },
	{ LANG_MODULE, 0,
	    "export {a, b as c, 'd' as 'e', default} from 'f'",
	    "(export [(spec (name a) (name a)) (spec (name b) (name c)) "
	    "(spec (str 'd') (str 'e')) (spec (name default) (name "
	    "default))] (str 'f'))" },
	{ LANG_MODULE, 0,
	    "export * from 'a'; export * as b from 'c'; export * as 'd' "
	    "from 'e'",
	    "(export-all - (str 'a')) (export-all (name b) (str 'c')) "
	    "(export-all (str 'd') (str 'e'))" },
	{ LANG_MODULE, 0,
	    "export default a",
	    "(export-default (id a))" },
	{ LANG_MODULE, 0,
	    "export default function () {}",
	    "(export-default (func strict - [] (body)))" },
	{ LANG_MODULE, 0,
	    "export default function f() {}",
	    "(export-default (func strict (bind f) [] (body)))" },
	{ LANG_MODULE, 0,
	    "export default async function* f() {}",
	    "(export-default (func async gen strict (bind f) [] (body)))" },
	{ LANG_MODULE, 0,
	    "export default class {}",
	    "(export-default (class))" },
	{ LANG_MODULE, 0,
	    "export default class A {}",
	    "(export-default (class (bind A)))" },
	{ LANG_MODULE, 0,
	    "export default (class {})",
	    "(export-default (paren (class)))" },
	{ LANG_MODULE, 0,
	    "export default async () => {}",
	    "(export-default (func arrow async strict - [] (body)))" },
	{ LANG_MODULE, 0,
	    "export const a = 1, {b, c: [d]} = e",
	    "(export-decl (decl const (declarator (bind a) (num 1)) "
	    "(declarator (object-pat (prop short (name b) (bind b)) "
	    "(prop (name c) (array-pat (bind d)))) (id e))))" },
	{ LANG_MODULE, 0,
	    "export function f() {} export class A {} export async "
	    "function g() {}",
	    "(export-decl (func strict (bind f) [] (body))) (export-decl "
	    "(class (bind A))) (export-decl (func async strict (bind g) "
	    "[] (body)))" },
	{ LANG_MODULE, 0,
	    "import.meta.url, import('a')",
	    "(expr (seq (member (import.meta) (name url)) (import() (str "
	    "'a'))))" },
	{ LANG_MODULE, 0,
	    "await a; for await (b of c) ;",
	    "(expr (await (id a))) (for-of await (id b) (id c) (empty))" },
	{ LANG_COMMONJS, 0,
	    "return require('a')",
	    "(return (call (id require) [(str 'a')]))" },
	{ LANG_COMMONJS, 0,
	    "await",
	    "(expr (id await))" },
	{ LANG_COMMONJS, 0,
	    "new.target",
	    "(expr (new.target))" },
	{ LANG_SCRIPT, 0,
	    "/{/, /a{/, /]/, /a{1/, /\\1/, /\\c/, /\\-/, /[\\d-a]/, "
	    "/(?=a)*/, /\\k<a>/, /[\\q]/",
	    "(expr (seq (regexp /{/) (regexp /a{/) (regexp /]/) (regexp "
	    "/a{1/) (regexp /\\1/) (regexp /\\c/) (regexp /\\-/) (regexp "
	    "/[\\d-a]/) (regexp /(?=a)*/) (regexp /\\k<a>/) (regexp "
	    "/[\\q]/)))" },
	{ LANG_SCRIPT, 0,
	    "/(?<a>b)\\k<a>\\1/, /[\\p{L}--[a-z]]/v, "
	    "/[\\q{abc|d}&&\\w]/v, /\\p{Script=Greek}\\u{1F600}/u",
	    "(expr (seq (regexp /(?<a>b)\\k<a>\\1/) (regexp "
	    "/[\\p{L}--[a-z]]/v) (regexp /[\\q{abc|d}&&\\w]/v) (regexp "
	    "/\\p{Script=Greek}\\u{1F600}/u)))" },
	{ LANG_MODULE, TS,
	    "let a: string = b as unknown as T, c!: number",
	    "(decl let (declarator (bind a) (id b)) (declarator (bind "
	    "c)))" },
	{ LANG_MODULE, TS,
	    "a!.b![c]!(d)",
	    "(expr (call (index (member (id a) (name b)) (id c)) [(id "
	    "d)]))" },
	{ LANG_MODULE, TS,
	    "<T>a; <const>b; <T,>(a: T): T => a; <T>(a)",
	    "(expr (id a)) (expr (id b)) (expr (func arrow strict - "
	    "[(bind a)] (id a))) (expr (paren (id a)))" },
	{ LANG_MODULE, TS,
	    "f<T>(a); new F<T>(a); f<A, B<C>>`x`; f<T>; a < b > c; a<b>>c",
	    "(expr (call (id f) [(id a)])) (expr (new (id F) [(id a)])) "
	    "(expr (tagged (id f) (template (chunk `x`)))) (expr (id f)) "
	    "(expr (binary > (binary < (id a) (id b)) (id c))) (expr "
	    "(binary < (id a) (binary >> (id b) (id c))))" },
	{ LANG_MODULE, TS,
	    "(a: T, b?: U, {c}: V = {}, ...d: W[]) => a",
	    "(expr (func arrow strict - [(bind a) (bind b) (default "
	    "(object-pat (prop short (name c) (bind c))) (object)) (rest "
	    "(bind d))] (id a)))" },
	{ LANG_MODULE, TS,
	    "(this: T, a) => a",
	    "(expr (func arrow strict - [(bind a)] (id a)))" },
	{ LANG_MODULE, TS,
	    "async <T>(a: T): Promise<T> => a",
	    "(expr (func arrow async strict - [(bind a)] (id a)))" },
	{ LANG_MODULE, TS,
	    "a ? (b) : c => d",
	    "(expr (cond (id a) (paren (id b)) (func arrow strict - "
	    "[(bind c)] (id d))))" },
	{ LANG_MODULE, TS,
	    "a ? (b): c => d : e",
	    "(expr (cond (id a) (func arrow strict - [(bind b)] (id d)) "
	    "(id e)))" },
	{ LANG_MODULE, TS,
	    "a ? (b, c) : (d)",
	    "(expr (cond (id a) (paren (seq (id b) (id c))) (paren (id "
	    "d))))" },
	{ LANG_MODULE, TS,
	    "function f(this: T, a?: string): asserts a is string {}",
	    "(func strict (bind f) [(bind a)] (body))" },
	{ LANG_MODULE, TS,
	    "function f(a: string): void; function f(a: number): void; "
	    "function f(a: any) {}",
	    "(empty) (empty) (func strict (bind f) [(bind a)] (body))" },
	{ LANG_MODULE, TS,
	    "export function f(a: string): void; export function f(a: "
	    "any) {}",
	    "(empty) (export-decl (func strict (bind f) [(bind a)] "
	    "(body)))" },
	{ LANG_MODULE, TS,
	    "type A<T> = T extends (infer U extends V)[] ? U : { [K in "
	    "keyof T]?: T[K] } | `a${B}` | readonly string[]",
	    "(empty)" },
	{ LANG_MODULE, TS,
	    "type A = (a: b) => c; type D = new () => E; type F = "
	    "abstract new () => G; type H = typeof a.b<C>; type I = "
	    "import('x').J<K>",
	    "(empty) (empty) (empty) (empty) (empty)" },
	{ LANG_MODULE, TS,
	    "type A = unique symbol | -1 | (string | number)[]\n| this",
	    "(empty)" },
	{ LANG_MODULE, TS,
	    "interface A<T> extends B<T>, C { a(): void; [k: string]: "
	    "any }",
	    "(empty)" },
	{ LANG_MODULE, TS,
	    "type; type = 1; declare; abstract; namespace.a; module.b",
	    "(expr (id type)) (expr (assign = (id type) (num 1))) (expr "
	    "(id declare)) (expr (id abstract)) (expr (member (id "
	    "namespace) (name a))) (expr (member (id module) (name b)))" },
	{ LANG_MODULE, TS,
	    "declare const a: T, b; declare function c(): void; declare "
	    "class D { e(): void } declare module 'f' { export const g: "
	    "h } declare global { }",
	    "(empty) (empty) (empty) (empty) (empty)" },
	{ LANG_MODULE, TS,
	    "abstract class A<T> extends B<T> implements C, D<E> { "
	    "private a: T = 1; static readonly b?: U; declare c: V; "
	    "abstract d(): void; [k: string]: any; static [k: string]: "
	    "any; override async e() {} get f(): T { } }",
	    "(class (bind A) (id B) [(field (name a) (num 1)) (field "
	    "static (name b)) (erased) (erased) (erased) (erased) "
	    "(method (name e) (func method async strict - [] (body))) "
	    "(method get (name f) (func get strict - [] (body)))])" },
	{ LANG_MODULE, TS,
	    "class A { constructor(private a: T, public readonly b = 1, "
	    "c?: U) {} }",
	    "(class (bind A) - [(method ctor (name constructor) (func "
	    "ctor strict - [(bind a) (default (bind b) (num 1)) (bind "
	    "c)] (body)))])" },
	{ LANG_MODULE, TS,
	    "class A { m(a: string): void; m(a: number): void; m(a: any) "
	    "{} }",
	    "(class (bind A) - [(erased) (erased) (method (name m) (func "
	    "method strict - [(bind a)] (body)))])" },
	{ LANG_MODULE, TS,
	    "class A { abstract; declare = 1; readonly() {} static "
	    "static: T; accessor a: T = 1 }",
	    "(class (bind A) - [(field (name abstract)) (field (name "
	    "declare) (num 1)) (method (name readonly) (func method "
	    "strict - [] (body))) (field static (name static)) (field "
	    "accessor (name a) (num 1))])" },
	{ LANG_MODULE, TS,
	    "enum A { B, C = 1, 'd' = 'e' } const enum F { G = A.B }",
	    "(enum (bind A) [(enum-member (name B)) (enum-member (name "
	    "C) (num 1)) (enum-member (str 'd') (str 'e'))]) (enum (bind "
	    "F) [(enum-member (name G) (member (id A) (name B)))])" },
	{ LANG_MODULE, TS,
	    "enum A { B } enum A { C = 1 }",
	    "(enum (bind A) [(enum-member (name B))]) (enum (bind A) "
	    "[(enum-member (name C) (num 1))])" },
	{ LANG_MODULE, TS,
	    "namespace A.B { export const c = 1; type D = E } namespace "
	    "F { type G = H }",
	    "(namespace (bind A) [(namespace (bind B) [(export-decl "
	    "(decl const (declarator (bind c) (num 1)))) (empty)])]) "
	    "(empty)" },
	{ LANG_MODULE, TS,
	    "import type A from 'a'; import type { B } from 'b'; import "
	    "{ type C, D } from 'd'; D",
	    "(empty) (empty) (import [(spec (name D) (bind D))] (str "
	    "'d')) (expr (id D))" },
	{ LANG_MODULE, TS,
	    "import { A } from 'a'; import B, { C } from 'b'; let d: A = "
	    "C",
	    "(empty) (import [(spec (name C) (bind C))] (str 'b')) (decl "
	    "let (declarator (bind d) (id C)))" },
	{ LANG_MODULE, TS,
	    "import type from 'a'; type",
	    "(import [(default (bind type))] (str 'a')) (expr (id type))" },
	{ LANG_MODULE, TS,
	    "import 'a'; import {} from 'b'; import { type C } from 'c'",
	    "(import [] (str 'a')) (empty) (empty)" },
	{ LANG_MODULE, TS,
	    "import a = require('b'); import c = d.e",
	    "(import-eq (bind a) (str 'b')) (import-eq (bind c) (member "
	    "(id d) (name e)))" },
	{ LANG_MODULE, TS,
	    "export type { A }; export type { B } from 'b'; export type "
	    "* from 'c'; export type D = E; export interface F {} export "
	    "declare const g: h",
	    "(empty) (empty) (empty) (empty) (empty) (empty)" },
	{ LANG_MODULE, TS,
	    "export { A, type B }; import { A } from 'a'",
	    "(export [(spec (id A) (name A))]) (import [(spec (name A) "
	    "(bind A))] (str 'a'))" },
	{ LANG_MODULE, TS,
	    "export = a",
	    "(export-eq (id a))" },
	{ LANG_MODULE, TS,
	    "export default abstract class A {}",
	    "(export-default (class (bind A)))" },
	{ LANG_MODULE, TS,
	    "export default interface A {}",
	    "(empty)" },
	{ LANG_MODULE, TS,
	    "let x = y as any\n(z)",
	    "(decl let (declarator (bind x) (id y))) (expr (paren (id "
	    "z)))" },
	{ LANG_MODULE, TS,
	    "let x: T\n[a] = b",
	    "(decl let (declarator (bind x))) (expr (assign = (array-pat "
	    "(id a)) (id b)))" },
	{ LANG_MODULE, TS,
	    "for (const a of b as T[]) ; for (const c in <T>d) ;",
	    "(for-of (decl const (declarator (bind a))) (id b) (empty)) "
	    "(for-in (decl const (declarator (bind c))) (id d) (empty))" },
	{ LANG_MODULE, TS,
	    "a satisfies B; a as const",
	    "(expr (id a)) (expr (id a))" },
	{ LANG_MODULE, TS,
	    "x = { m<T>(a: T): U {}, async *n<V>() {} }",
	    "(expr (assign = (id x) (object (prop method (name m) (func "
	    "method strict - [(bind a)] (body))) (prop method (name n) "
	    "(func method async gen strict - [] (body))))))" },
	{ LANG_MODULE, TS,
	    "try {} catch (e: unknown) {}",
	    "(try (block) (catch (bind e) (block)))" },
	{ LANG_MODULE, TS,
	    "let f = function <T>(a: T): a is U {}",
	    "(decl let (declarator (bind f) (func strict - [(bind a)] "
	    "(body))))" },
	{ LANG_MODULE, TS,
	    "a as any as B === c",
	    "(expr (binary === (id a) (id c)))" },
	{ LANG_MODULE, TS | JSX,
	    "<a b=\"c\" d='e\nf' {...g} h={i} j/>",
	    "(expr (jsx (jsx-name a) [(jsx-attr (name b) (str \"c\")) "
	    "(jsx-attr (name d) (str 'e\nf')) (jsx-spread (id g)) "
	    "(jsx-attr (name h) (jsx-expr (id i))) (jsx-attr (name j))]))" },
	{ LANG_MODULE, TS | JSX,
	    "<a>b {c} <d.e/> {...f} {/* g */}</a>",
	    "(expr (jsx (jsx-name a) [] [(jsx-text b ) (jsx-expr (id c)) "
	    "(jsx-text  ) (jsx (member (id d) (name e))) (jsx-text  ) "
	    "(jsx-spread (id f)) (jsx-text  ) (jsx-expr)]))" },
	{ LANG_MODULE, TS | JSX,
	    "<></>",
	    "(expr (jsx))" },
	{ LANG_MODULE, TS | JSX,
	    "<a-b:c/>",
	    "(expr (jsx (jsx-name a-b:c)))" },
	{ LANG_MODULE, TS | JSX,
	    "<A.b.c></A.b.c>",
	    "(expr (jsx (member (member (id A) (name b)) (name c))))" },
	{ LANG_MODULE, TS | JSX,
	    "<T,>(a: T) => <B<T> c={a!}/>",
	    "(expr (func arrow strict - [(bind a)] (jsx (id B) "
	    "[(jsx-attr (name c) (jsx-expr (id a)))])))" },
	{ LANG_MODULE, TS | JSX,
	    "a < b, a ? <b/> : <c/>",
	    "(expr (seq (binary < (id a) (id b)) (cond (id a) (jsx "
	    "(jsx-name b)) (jsx (jsx-name c)))))" },
	{ LANG_MODULE, TS,
	    "declare class A<T extends B = {}> extends C<T> implements D "
	    "{ e(): void }; type F<T> = T extends G<infer U extends "
	    "string> ? U : T extends G<infer V extends string ? 1 : 2> ? "
	    "V : W",
	    "(empty) (empty) (empty)" },
	{ LANG_SCRIPT, 0,
	    "await ** a",
	    "(expr (binary ** (id await) (id a)))" },
	{ LANG_SCRIPT, 0,
	    "{a: b: c, d}",
	    "(block (labeled a (labeled b (expr (seq (id c) (id d))))))" },
};
/* clang-format on */

static void
test_trees(void **state)
{
	struct lang_options options = {.name = "t.js"};
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
		options.typescript = (c->syntax & TS) != 0;
		options.jsx = (c->syntax & JSX) != 0;
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
	struct lang_options options = {.kind = LANG_SCRIPT, .name = "t.js"};
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
	struct lang_options options = {
	    .kind = LANG_SCRIPT, .name = "t.js", .memory_max = 400000};
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

/* TypeScript -> the text that is lowered. */
static const struct {
	const char *source;
	const char *text;
} erase_cases[] = {
    {"let a: T = b as U;", "let a    = b     ;"},
    {"let a = b as U\n(c)", "let a = b     \n(c)"},
    {"a!\nb", "a \nb"},
    {"b\ntype A = {\n a: b\n}\n(c)", "b\n;         \n     \n \n(c)"},
    {"f<T>(a)", "f   (a)"},
    {"(a: T): U => a", "(a   )    => a"},
    {"class A<T> { private a?: T; b(): void; b() {} }",
	"class A    {         a    ;            b() {} }"},
    {"import { A } from 'a'; 1", ";                      1"},
    {"interface \303\244 {}", ";              "},
};

static void
test_erase(void **state)
{
	struct lang_options options = {
	    .kind = LANG_MODULE, .name = "t.ts", .typescript = true};
	struct lang_unit *unit = NULL;
	struct lang_diag diag;
	size_t i;

	(void)state;
	lang_diag_init(&diag);
	for (i = 0; i < NELEMS(erase_cases); i++) {
		assert_int_equal(lang_parse(erase_cases[i].source,
				     strlen(erase_cases[i].source), &options,
				     &unit, &diag),
		    0);
		assert_int_equal(unit->len, strlen(erase_cases[i].text));
		assert_string_equal(unit->src, erase_cases[i].text);
		lang_unit_free(&unit);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_trees),
	    cmocka_unit_test(test_deep),
	    cmocka_unit_test(test_memory),
	    cmocka_unit_test(test_erase),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
