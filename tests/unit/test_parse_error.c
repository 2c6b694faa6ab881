/*
 * worker/lang: source -> the exact early error and its place.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "worker/lang/diag.h"
#include "worker/lang/lang.h"

enum { TS = 1 << 0, JSX = 1 << 1 };

struct error_case {
	enum lang_kind kind;
	unsigned int syntax;
	const char *source;
	const char *error; /* line:column: kind: message */
};

/* clang-format off */
static const struct error_case error_cases[] = {
	{ LANG_SCRIPT, 0,
	    "new A?.[0]",
	    "1:6: SyntaxError: Invalid optional chain from new expression" },
	{ LANG_SCRIPT, 0,
	    "new.target",
	    "1:1: SyntaxError: new.target expression is not allowed here" },
	{ LANG_SCRIPT, 0,
	    "function f(a, b = a, {c}, ...d) { 'use strict'; 'x'; return "
	    "this }",
	    "1:35: SyntaxError: Illegal 'use strict' directive in "
	    "function with non-simple parameter list" },
	{ LANG_SCRIPT, 0,
	    "a b",
	    "1:3: SyntaxError: Unexpected identifier 'b'" },
	{ LANG_SCRIPT, 0,
	    "(",
	    "1:2: SyntaxError: Unexpected end of input" },
	{ LANG_SCRIPT, 0,
	    ")",
	    "1:1: SyntaxError: Unexpected token ')'" },
	{ LANG_SCRIPT, 0,
	    "{",
	    "1:2: SyntaxError: Unexpected end of input" },
	{ LANG_SCRIPT, 0,
	    "a +",
	    "1:4: SyntaxError: Unexpected end of input" },
	{ LANG_SCRIPT, 0,
	    "1 2",
	    "1:3: SyntaxError: Unexpected number" },
	{ LANG_SCRIPT, 0,
	    "a 'b'",
	    "1:3: SyntaxError: Unexpected string" },
	{ LANG_SCRIPT, 0,
	    "a `${`",
	    "1:6: SyntaxError: Unterminated template literal" },
	{ LANG_SCRIPT, 0,
	    "`abc",
	    "1:1: SyntaxError: Unterminated template literal" },
	{ LANG_SCRIPT, 0,
	    "'abc",
	    "1:1: SyntaxError: Invalid or unexpected token" },
	{ LANG_SCRIPT, 0,
	    "'a\nb'",
	    "1:1: SyntaxError: Invalid or unexpected token" },
	{ LANG_SCRIPT, 0,
	    "/* abc",
	    "1:1: SyntaxError: Invalid or unexpected token" },
	{ LANG_SCRIPT, 0,
	    "/abc",
	    "1:1: SyntaxError: Invalid regular expression: missing /" },
	{ LANG_SCRIPT, 0,
	    "/a/gg",
	    "1:1: SyntaxError: Invalid regular expression flags" },
	{ LANG_SCRIPT, 0,
	    "/a/uv",
	    "1:1: SyntaxError: Invalid regular expression flags" },
	{ LANG_SCRIPT, 0,
	    "1__0",
	    "1:3: SyntaxError: Only one underscore is allowed as numeric "
	    "separator" },
	{ LANG_SCRIPT, 0,
	    "1_",
	    "1:3: SyntaxError: Numeric separators are not allowed at the "
	    "end of numeric literals" },
	{ LANG_SCRIPT, 0,
	    "0_1",
	    "1:2: SyntaxError: Numeric separator can not be used after "
	    "leading 0." },
	{ LANG_SCRIPT, 0,
	    "1a",
	    "1:1: SyntaxError: Invalid or unexpected token" },
	{ LANG_SCRIPT, 0,
	    "0x",
	    "1:1: SyntaxError: Invalid or unexpected token" },
	{ LANG_SCRIPT, 0,
	    "08n",
	    "1:1: SyntaxError: Invalid or unexpected token" },
	{ LANG_SCRIPT, 0,
	    "1.n",
	    "1:1: SyntaxError: Invalid or unexpected token" },
	{ LANG_SCRIPT, 0,
	    "'\\u{110000}'",
	    "1:2: SyntaxError: Invalid Unicode escape sequence" },
	{ LANG_SCRIPT, 0,
	    "'\\xg'",
	    "1:2: SyntaxError: Invalid hexadecimal escape sequence" },
	{ LANG_SCRIPT, 0,
	    "`\\u`",
	    "1:2: SyntaxError: Invalid Unicode escape sequence" },
	{ LANG_SCRIPT, 0,
	    "\\u0030a",
	    "1:1: SyntaxError: Invalid Unicode escape sequence" },
	{ LANG_SCRIPT, 0,
	    "@",
	    "1:2: SyntaxError: Unexpected end of input" },
	{ LANG_SCRIPT, 0,
	    "#a",
	    "1:1: SyntaxError: Private field '#a' must be declared in an "
	    "enclosing class" },
	{ LANG_SCRIPT, 0,
	    "var 1",
	    "1:5: SyntaxError: Unexpected number" },
	{ LANG_SCRIPT, 0,
	    "var if",
	    "1:5: SyntaxError: Unexpected token 'if'" },
	{ LANG_SCRIPT, 0,
	    "v\\u0061r a",
	    "1:1: SyntaxError: Keyword must not contain escaped "
	    "characters" },
	{ LANG_SCRIPT, 0,
	    "if (a) let b",
	    "1:8: SyntaxError: Lexical declaration cannot appear in a "
	    "single-statement context" },
	{ LANG_SCRIPT, 0,
	    "if (a) let [b] = c",
	    "1:8: SyntaxError: Lexical declaration cannot appear in a "
	    "single-statement context" },
	{ LANG_SCRIPT, 0,
	    "if (a) const b = 1",
	    "1:8: SyntaxError: Unexpected token 'const'" },
	{ LANG_SCRIPT, 0,
	    "if (a) class B {}",
	    "1:8: SyntaxError: Unexpected token 'class'" },
	{ LANG_SCRIPT, 0,
	    "while (a) function f() {}",
	    "1:11: SyntaxError: In non-strict mode code, functions can "
	    "only be declared at top level, inside a block, or as the "
	    "body of an if statement." },
	{ LANG_SCRIPT, 0,
	    "if (a) async function f() {}",
	    "1:8: SyntaxError: Async functions can only be declared at "
	    "the top level or inside a block." },
	{ LANG_SCRIPT, 0,
	    "a: function* f() {}",
	    "1:12: SyntaxError: Generators can only be declared at the "
	    "top level or inside a block." },
	{ LANG_SCRIPT, 0,
	    "'use strict'; if (a) function f() {}",
	    "1:22: SyntaxError: In strict mode code, functions can only "
	    "be declared at top level or inside a block." },
	{ LANG_SCRIPT, 0,
	    "'use strict'; a: function f() {}",
	    "1:18: SyntaxError: In strict mode code, functions can only "
	    "be declared at top level or inside a block." },
	{ LANG_SCRIPT, 0,
	    "let a; let a",
	    "1:12: SyntaxError: Identifier 'a' has already been declared" },
	{ LANG_SCRIPT, 0,
	    "let a; var a",
	    "1:12: SyntaxError: Identifier 'a' has already been declared" },
	{ LANG_SCRIPT, 0,
	    "var a; let a",
	    "1:12: SyntaxError: Identifier 'a' has already been declared" },
	{ LANG_SCRIPT, 0,
	    "{ var a; let a }",
	    "1:14: SyntaxError: Identifier 'a' has already been declared" },
	{ LANG_SCRIPT, 0,
	    "{ let a; { var a } }",
	    "1:16: SyntaxError: Identifier 'a' has already been declared" },
	{ LANG_SCRIPT, 0,
	    "let a; function a() {}",
	    "1:17: SyntaxError: Identifier 'a' has already been declared" },
	{ LANG_SCRIPT, 0,
	    "function f(a) { let a }",
	    "1:21: SyntaxError: Identifier 'a' has already been declared" },
	{ LANG_SCRIPT, 0,
	    "try {} catch (a) { let a }",
	    "1:24: SyntaxError: Identifier 'a' has already been declared" },
	{ LANG_SCRIPT, 0,
	    "try {} catch ([a]) { var a }",
	    "1:26: SyntaxError: Identifier 'a' has already been declared" },
	{ LANG_SCRIPT, 0,
	    "{ function f() {} let f }",
	    "1:23: SyntaxError: Identifier 'f' has already been declared" },
	{ LANG_SCRIPT, 0,
	    "'use strict'; { function f() {} function f() {} }",
	    "1:42: SyntaxError: Identifier 'f' has already been declared" },
	{ LANG_SCRIPT, 0,
	    "{ function f() {} function* f() {} }",
	    "1:29: SyntaxError: Identifier 'f' has already been declared" },
	{ LANG_SCRIPT, 0,
	    "for (let a of b) { var a }",
	    "1:24: SyntaxError: Identifier 'a' has already been declared" },
	{ LANG_SCRIPT, 0,
	    "for (let [a, a] of b) ;",
	    "1:14: SyntaxError: Identifier 'a' has already been declared" },
	{ LANG_SCRIPT, 0,
	    "switch (a) { case 1: let b; case 2: let b }",
	    "1:41: SyntaxError: Identifier 'b' has already been declared" },
	{ LANG_SCRIPT, 0,
	    "const a",
	    "1:7: SyntaxError: Missing initializer in const declaration" },
	{ LANG_SCRIPT, 0,
	    "let [a]",
	    "1:5: SyntaxError: Missing initializer in destructuring "
	    "declaration" },
	{ LANG_SCRIPT, 0,
	    "for (const a;;) ;",
	    "1:12: SyntaxError: Missing initializer in const declaration" },
	{ LANG_SCRIPT, 0,
	    "for (let a, b of c) ;",
	    "1:6: SyntaxError: Invalid left-hand side in for-of loop: "
	    "Must have a single binding." },
	{ LANG_SCRIPT, 0,
	    "for (let a = 1 of b) ;",
	    "1:6: SyntaxError: for-of loop variable declaration may not "
	    "have an initializer." },
	{ LANG_SCRIPT, 0,
	    "for (let a = 1 in b) ;",
	    "1:6: SyntaxError: for-in loop variable declaration may not "
	    "have an initializer." },
	{ LANG_SCRIPT, 0,
	    "'use strict'; for (var a = 1 in b) ;",
	    "1:20: SyntaxError: for-in loop variable declaration may not "
	    "have an initializer." },
	{ LANG_SCRIPT, 0,
	    "for (let of a) ;",
	    "1:13: SyntaxError: Unexpected identifier 'a'" },
	{ LANG_SCRIPT, 0,
	    "for (async of a) ;",
	    "1:6: SyntaxError: The left-hand side of a for-of loop may "
	    "not be 'async'." },
	{ LANG_SCRIPT, 0,
	    "for (a() of b) ;",
	    "1:6: SyntaxError: Invalid left-hand side in for-loop" },
	{ LANG_SCRIPT, 0,
	    "for await (a of b) ;",
	    "1:5: SyntaxError: for await is only valid in async "
	    "functions and the top level bodies of modules" },
	{ LANG_SCRIPT, 0,
	    "let let",
	    "1:5: SyntaxError: let is disallowed as a lexically bound "
	    "name" },
	{ LANG_SCRIPT, 0,
	    "let [let] = a",
	    "1:6: SyntaxError: let is disallowed as a lexically bound "
	    "name" },
	{ LANG_SCRIPT, 0,
	    "'use strict'; let",
	    "1:15: SyntaxError: Unexpected strict mode reserved word" },
	{ LANG_SCRIPT, 0,
	    "'use strict'; yield",
	    "1:15: SyntaxError: Unexpected strict mode reserved word" },
	{ LANG_SCRIPT, 0,
	    "'use strict'; var public",
	    "1:19: SyntaxError: Unexpected strict mode reserved word" },
	{ LANG_SCRIPT, 0,
	    "'use strict'; eval = 1",
	    "1:15: SyntaxError: Unexpected eval or arguments in strict "
	    "mode" },
	{ LANG_SCRIPT, 0,
	    "'use strict'; arguments++",
	    "1:15: SyntaxError: Unexpected eval or arguments in strict "
	    "mode" },
	{ LANG_SCRIPT, 0,
	    "'use strict'; function eval() {}",
	    "1:24: SyntaxError: Unexpected eval or arguments in strict "
	    "mode" },
	{ LANG_SCRIPT, 0,
	    "'use strict'; (a, a) => 0",
	    "1:19: SyntaxError: Duplicate parameter name not allowed in "
	    "this context" },
	{ LANG_SCRIPT, 0,
	    "'use strict'; delete a",
	    "1:22: SyntaxError: Delete of an unqualified identifier in "
	    "strict mode." },
	{ LANG_SCRIPT, 0,
	    "'use strict'; delete ((a))",
	    "1:22: SyntaxError: Delete of an unqualified identifier in "
	    "strict mode." },
	{ LANG_SCRIPT, 0,
	    "'use strict'; with (a) ;",
	    "1:15: SyntaxError: Strict mode code may not include a with "
	    "statement" },
	{ LANG_SCRIPT, 0,
	    "'use strict'; 010",
	    "1:15: SyntaxError: Octal literals are not allowed in strict "
	    "mode." },
	{ LANG_SCRIPT, 0,
	    "'use strict'; 09",
	    "1:15: SyntaxError: Decimals with leading zeros are not "
	    "allowed in strict mode." },
	{ LANG_SCRIPT, 0,
	    "'use strict'; '\\01'",
	    "1:15: SyntaxError: Octal escape sequences are not allowed "
	    "in strict mode." },
	{ LANG_SCRIPT, 0,
	    "'use strict'; '\\8'",
	    "1:15: SyntaxError: \\8 and \\9 are not allowed in strict "
	    "mode." },
	{ LANG_SCRIPT, 0,
	    "function f() { '\\01'; 'use strict' }",
	    "1:16: SyntaxError: Octal escape sequences are not allowed "
	    "in strict mode." },
	{ LANG_SCRIPT, 0,
	    "function f(a, a) { 'use strict' }",
	    "1:15: SyntaxError: Duplicate parameter name not allowed in "
	    "this context" },
	{ LANG_SCRIPT, 0,
	    "function eval() { 'use strict' }",
	    "1:10: SyntaxError: Unexpected eval or arguments in strict "
	    "mode" },
	{ LANG_SCRIPT, 0,
	    "function f(eval) { 'use strict' }",
	    "1:12: SyntaxError: Unexpected eval or arguments in strict "
	    "mode" },
	{ LANG_SCRIPT, 0,
	    "function f(a = 1) { 'use strict' }",
	    "1:21: SyntaxError: Illegal 'use strict' directive in "
	    "function with non-simple parameter list" },
	{ LANG_SCRIPT, 0,
	    "(a = 1) => { 'use strict' }",
	    "1:14: SyntaxError: Illegal 'use strict' directive in "
	    "function with non-simple parameter list" },
	{ LANG_SCRIPT, 0,
	    "function f(a, [a]) {}",
	    "1:16: SyntaxError: Duplicate parameter name not allowed in "
	    "this context" },
	{ LANG_SCRIPT, 0,
	    "(a, a) => 0",
	    "1:5: SyntaxError: Duplicate parameter name not allowed in "
	    "this context" },
	{ LANG_SCRIPT, 0,
	    "({m(a, a) {}})",
	    "1:8: SyntaxError: Duplicate parameter name not allowed in "
	    "this context" },
	{ LANG_SCRIPT, 0,
	    "function f(...a, b) {}",
	    "1:12: SyntaxError: Rest parameter must be last formal "
	    "parameter" },
	{ LANG_SCRIPT, 0,
	    "function f(...a = 1) {}",
	    "1:17: SyntaxError: Rest parameter may not have a default "
	    "initializer" },
	{ LANG_SCRIPT, 0,
	    "(...a, b) => 0",
	    "1:2: SyntaxError: Rest parameter must be last formal "
	    "parameter" },
	{ LANG_SCRIPT, 0,
	    "(...a,) => 0",
	    "1:2: SyntaxError: Rest parameter must be last formal "
	    "parameter" },
	{ LANG_SCRIPT, 0,
	    "(...a)",
	    "1:2: SyntaxError: Unexpected token '...'" },
	{ LANG_SCRIPT, 0,
	    "()",
	    "1:3: SyntaxError: Unexpected end of input" },
	{ LANG_SCRIPT, 0,
	    "(a,)",
	    "1:4: SyntaxError: Unexpected token ')'" },
	{ LANG_SCRIPT, 0,
	    "(a, b) + c => d",
	    "1:12: SyntaxError: Unexpected token '=>'" },
	{ LANG_SCRIPT, 0,
	    "a\n=> b",
	    "2:1: SyntaxError: Unexpected token '=>'" },
	{ LANG_SCRIPT, 0,
	    "(a)\n=> b",
	    "2:1: SyntaxError: Unexpected token '=>'" },
	{ LANG_SCRIPT, 0,
	    "(a.b) => c",
	    "1:2: SyntaxError: Invalid destructuring assignment target" },
	{ LANG_SCRIPT, 0,
	    "((a)) => b",
	    "1:2: SyntaxError: Invalid destructuring assignment target" },
	{ LANG_SCRIPT, 0,
	    "([a.b]) => c",
	    "1:3: SyntaxError: Invalid destructuring assignment target" },
	{ LANG_SCRIPT, 0,
	    "({a: (b)}) => c",
	    "1:6: SyntaxError: Invalid destructuring assignment target" },
	{ LANG_SCRIPT, 0,
	    "async (a\n) \n=> b",
	    "3:1: SyntaxError: Unexpected token '=>'" },
	{ LANG_SCRIPT, 0,
	    "async a\n=> b",
	    "2:1: SyntaxError: Unexpected token '=>'" },
	{ LANG_SCRIPT, 0,
	    "async (await) => 0",
	    "1:8: SyntaxError: Illegal await-expression in formal "
	    "parameters of async function" },
	{ LANG_SCRIPT, 0,
	    "async (a = await 1) => 0",
	    "1:18: SyntaxError: Unexpected number" },
	{ LANG_SCRIPT, 0,
	    "function* f() { (a = yield) => 0 }",
	    "1:22: SyntaxError: Yield expression not allowed in formal "
	    "parameter" },
	{ LANG_SCRIPT, 0,
	    "function* f(a = yield) {}",
	    "1:17: SyntaxError: Yield expression not allowed in formal "
	    "parameter" },
	{ LANG_SCRIPT, 0,
	    "async function f(a = await b) {}",
	    "1:22: SyntaxError: Illegal await-expression in formal "
	    "parameters of async function" },
	{ LANG_SCRIPT, 0,
	    "function* f() { var yield }",
	    "1:21: SyntaxError: Unexpected identifier 'yield'" },
	{ LANG_SCRIPT, 0,
	    "async function f() { var await }",
	    "1:26: SyntaxError: Unexpected reserved word" },
	{ LANG_SCRIPT, 0,
	    "function f() { await a }",
	    "1:16: SyntaxError: await is only valid in async functions "
	    "and the top level bodies of modules" },
	{ LANG_SCRIPT, 0,
	    "() => await a",
	    "1:7: SyntaxError: await is only valid in async functions "
	    "and the top level bodies of modules" },
	{ LANG_SCRIPT, 0,
	    "({a = 1})",
	    "1:5: SyntaxError: Invalid shorthand property initializer" },
	{ LANG_SCRIPT, 0,
	    "({a = 1}).b",
	    "1:5: SyntaxError: Invalid shorthand property initializer" },
	{ LANG_SCRIPT, 0,
	    "f({a = 1})",
	    "1:6: SyntaxError: Invalid shorthand property initializer" },
	{ LANG_SCRIPT, 0,
	    "({a: 1} = b)",
	    "1:6: SyntaxError: Invalid destructuring assignment target" },
	{ LANG_SCRIPT, 0,
	    "({a}) = b",
	    "1:1: SyntaxError: Invalid left-hand side in assignment" },
	{ LANG_SCRIPT, 0,
	    "([a]) = b",
	    "1:1: SyntaxError: Invalid left-hand side in assignment" },
	{ LANG_SCRIPT, 0,
	    "[...a, b] = c",
	    "1:2: SyntaxError: Rest element must be last element" },
	{ LANG_SCRIPT, 0,
	    "[...a,] = b",
	    "1:2: SyntaxError: Rest element must be last element" },
	{ LANG_SCRIPT, 0,
	    "({...{a}} = b)",
	    "1:6: SyntaxError: `...` must be followed by an assignable "
	    "reference in assignment contexts" },
	{ LANG_SCRIPT, 0,
	    "({...[a]} = b)",
	    "1:6: SyntaxError: `...` must be followed by an assignable "
	    "reference in assignment contexts" },
	{ LANG_SCRIPT, 0,
	    "({get a() {}} = b)",
	    "1:7: SyntaxError: Invalid destructuring assignment target" },
	{ LANG_SCRIPT, 0,
	    "({a() {}} = b)",
	    "1:3: SyntaxError: Invalid destructuring assignment target" },
	{ LANG_SCRIPT, 0,
	    "({__proto__: a, '__proto__': b})",
	    "1:17: SyntaxError: Duplicate __proto__ fields are not "
	    "allowed in object literals" },
	{ LANG_SCRIPT, 0,
	    "1 = a",
	    "1:1: SyntaxError: Invalid left-hand side in assignment" },
	{ LANG_SCRIPT, 0,
	    "a + b = c",
	    "1:1: SyntaxError: Invalid left-hand side in assignment" },
	{ LANG_SCRIPT, 0,
	    "a() = b",
	    "1:1: SyntaxError: Invalid left-hand side in assignment" },
	{ LANG_SCRIPT, 0,
	    "a?.b = c",
	    "1:1: SyntaxError: Invalid left-hand side in assignment" },
	{ LANG_SCRIPT, 0,
	    "a?.b++",
	    "1:1: SyntaxError: Invalid left-hand side expression in "
	    "postfix operation" },
	{ LANG_SCRIPT, 0,
	    "++a?.b",
	    "1:3: SyntaxError: Invalid left-hand side expression in "
	    "prefix operation" },
	{ LANG_SCRIPT, 0,
	    "--1",
	    "1:3: SyntaxError: Invalid left-hand side expression in "
	    "prefix operation" },
	{ LANG_SCRIPT, 0,
	    "new.target = a",
	    "1:1: SyntaxError: new.target expression is not allowed here" },
	{ LANG_SCRIPT, 0,
	    "new.target",
	    "1:1: SyntaxError: new.target expression is not allowed here" },
	{ LANG_SCRIPT, 0,
	    "import.meta",
	    "1:1: SyntaxError: Cannot use 'import.meta' outside a module" },
	{ LANG_SCRIPT, 0,
	    "import a from 'b'",
	    "1:1: SyntaxError: Cannot use import statement outside a "
	    "module" },
	{ LANG_SCRIPT, 0,
	    "export {}",
	    "1:1: SyntaxError: Unexpected token 'export'" },
	{ LANG_SCRIPT, 0,
	    "new import('a')",
	    "1:5: SyntaxError: Cannot use new with import" },
	{ LANG_SCRIPT, 0,
	    "import(...a)",
	    "1:8: SyntaxError: Unexpected token '...'" },
	{ LANG_SCRIPT, 0,
	    "super.a",
	    "1:1: SyntaxError: 'super' keyword unexpected here" },
	{ LANG_SCRIPT, 0,
	    "function f() { super.a }",
	    "1:16: SyntaxError: 'super' keyword unexpected here" },
	{ LANG_SCRIPT, 0,
	    "class A { constructor() { super() } }",
	    "1:27: SyntaxError: 'super' keyword unexpected here" },
	{ LANG_SCRIPT, 0,
	    "class A extends B { m() { super() } }",
	    "1:27: SyntaxError: 'super' keyword unexpected here" },
	{ LANG_SCRIPT, 0,
	    "class A extends B { constructor() { super } }",
	    "1:37: SyntaxError: 'super' keyword unexpected here" },
	{ LANG_SCRIPT, 0,
	    "a?.`b`",
	    "1:4: SyntaxError: Invalid tagged template on optional chain" },
	{ LANG_SCRIPT, 0,
	    "new a?.b()",
	    "1:6: SyntaxError: Invalid optional chain from new expression" },
	{ LANG_SCRIPT, 0,
	    "-a ** b",
	    "1:1: SyntaxError: Unary operator used immediately before "
	    "exponentiation expression. Parenthesis must be used to "
	    "disambiguate operator precedence" },
	{ LANG_SCRIPT, 0,
	    "a ?\? b || c",
	    "1:3: SyntaxError: Unexpected token '?\?'" },
	{ LANG_SCRIPT, 0,
	    "a && b ?\? c",
	    "1:8: SyntaxError: Unexpected token '?\?'" },
	{ LANG_SCRIPT, 0,
	    "break",
	    "1:1: SyntaxError: Illegal break statement" },
	{ LANG_SCRIPT, 0,
	    "continue",
	    "1:1: SyntaxError: Illegal continue statement: no "
	    "surrounding iteration statement" },
	{ LANG_SCRIPT, 0,
	    "a: continue a",
	    "1:13: SyntaxError: Illegal continue statement: 'a' does not "
	    "denote an iteration statement" },
	{ LANG_SCRIPT, 0,
	    "a: { function f() { break a } }",
	    "1:27: SyntaxError: Undefined label 'a'" },
	{ LANG_SCRIPT, 0,
	    "break a",
	    "1:7: SyntaxError: Undefined label 'a'" },
	{ LANG_SCRIPT, 0,
	    "a: a: ;",
	    "1:4: SyntaxError: Label 'a' has already been declared" },
	{ LANG_SCRIPT, 0,
	    "return",
	    "1:1: SyntaxError: Illegal return statement" },
	{ LANG_SCRIPT, 0,
	    "throw\na",
	    "1:6: SyntaxError: Illegal newline after throw" },
	{ LANG_SCRIPT, 0,
	    "try {}",
	    "1:7: SyntaxError: Missing catch or finally after try" },
	{ LANG_SCRIPT, 0,
	    "switch (a) { default: default: }",
	    "1:23: SyntaxError: More than one default clause in switch "
	    "statement" },
	{ LANG_SCRIPT, 0,
	    "switch (a) { b }",
	    "1:14: SyntaxError: Unexpected identifier 'b'" },
	{ LANG_SCRIPT, 0,
	    "f(a b)",
	    "1:5: SyntaxError: missing ) after argument list" },
	{ LANG_SCRIPT, 0,
	    "f(a",
	    "1:4: SyntaxError: Unexpected end of input" },
	{ LANG_SCRIPT, 0,
	    "function f(a b) {}",
	    "1:14: SyntaxError: missing ) after formal parameters" },
	{ LANG_SCRIPT, 0,
	    "({get a(b) {}})",
	    "1:8: SyntaxError: Getter must not have any formal "
	    "parameters." },
	{ LANG_SCRIPT, 0,
	    "({set a() {}})",
	    "1:8: SyntaxError: Setter must have exactly one formal "
	    "parameter." },
	{ LANG_SCRIPT, 0,
	    "({set a(...b) {}})",
	    "1:8: SyntaxError: Setter function argument must not be a "
	    "rest parameter" },
	{ LANG_SCRIPT, 0,
	    "class A { constructor() {} constructor() {} }",
	    "1:28: SyntaxError: A class may only have one constructor" },
	{ LANG_SCRIPT, 0,
	    "class A { get constructor() {} }",
	    "1:15: SyntaxError: Class constructor may not be an accessor" },
	{ LANG_SCRIPT, 0,
	    "class A { *constructor() {} }",
	    "1:12: SyntaxError: Class constructor may not be a generator" },
	{ LANG_SCRIPT, 0,
	    "class A { async constructor() {} }",
	    "1:17: SyntaxError: Class constructor may not be an async "
	    "method" },
	{ LANG_SCRIPT, 0,
	    "class A { static prototype() {} }",
	    "1:18: SyntaxError: Classes may not have a static property "
	    "named 'prototype'" },
	{ LANG_SCRIPT, 0,
	    "class A { static prototype = 1 }",
	    "1:18: SyntaxError: Classes may not have a static property "
	    "named 'prototype'" },
	{ LANG_SCRIPT, 0,
	    "class A { constructor = 1 }",
	    "1:11: SyntaxError: Classes may not have a field named "
	    "'constructor'" },
	{ LANG_SCRIPT, 0,
	    "class A { #constructor }",
	    "1:11: SyntaxError: Classes may not have a private field "
	    "named '#constructor'" },
	{ LANG_SCRIPT, 0,
	    "class A { #a; #a }",
	    "1:15: SyntaxError: Identifier '#a' has already been declared" },
	{ LANG_SCRIPT, 0,
	    "class A { get #a() {} static set #a(b) {} }",
	    "1:34: SyntaxError: Identifier '#a' has already been declared" },
	{ LANG_SCRIPT, 0,
	    "class A { m() { this.#b } }",
	    "1:22: SyntaxError: Private field '#b' must be declared in "
	    "an enclosing class" },
	{ LANG_SCRIPT, 0,
	    "class A { m() { delete this.#a } #a }",
	    "1:24: SyntaxError: Private fields can not be deleted" },
	{ LANG_SCRIPT, 0,
	    "class A extends B { m() { super.#a } #a }",
	    "1:33: SyntaxError: Unexpected private field" },
	{ LANG_SCRIPT, 0,
	    "class A { a = arguments }",
	    "1:15: SyntaxError: 'arguments' is not allowed in class "
	    "field initializer or static initialization block" },
	{ LANG_SCRIPT, 0,
	    "class A { static { arguments } }",
	    "1:20: SyntaxError: 'arguments' is not allowed in class "
	    "field initializer or static initialization block" },
	{ LANG_SCRIPT, 0,
	    "class A { static { await } }",
	    "1:20: SyntaxError: Unexpected reserved word" },
	{ LANG_SCRIPT, 0,
	    "class A { static { return } }",
	    "1:20: SyntaxError: Illegal return statement" },
	{ LANG_SCRIPT, 0,
	    "class A { static { var a; let a } }",
	    "1:31: SyntaxError: Identifier 'a' has already been declared" },
	{ LANG_SCRIPT, 0,
	    "class A { a b }",
	    "1:13: SyntaxError: Unexpected identifier 'b'" },
	{ LANG_SCRIPT, 0,
	    "class { }",
	    "1:7: SyntaxError: Unexpected token '{'" },
	{ LANG_SCRIPT, 0,
	    "class let {}",
	    "1:7: SyntaxError: Unexpected strict mode reserved word" },
	{ LANG_SCRIPT, 0,
	    "class A { a = 1 b = 2 }",
	    "1:17: SyntaxError: Unexpected identifier 'b'" },
	{ LANG_SCRIPT, 0,
	    "#a in b",
	    "1:1: SyntaxError: Private field '#a' must be declared in an "
	    "enclosing class" },
	{ LANG_SCRIPT, 0,
	    "1 + #a in b",
	    "1:5: SyntaxError: Private field '#a' must be declared in an "
	    "enclosing class" },
	{ LANG_SCRIPT, 0,
	    "class A { #a; m() { #a } }",
	    "1:24: SyntaxError: Unexpected token '}'" },
	{ LANG_SCRIPT, 0,
	    "a: while (b) { c: continue c }",
	    "1:28: SyntaxError: Illegal continue statement: 'c' does not "
	    "denote an iteration statement" },
	{ LANG_SCRIPT, 0,
	    "do a while (b) c",
	    "1:6: SyntaxError: Unexpected token 'while'" },
	{ LANG_SCRIPT, 0,
	    "if (a) else b",
	    "1:8: SyntaxError: Unexpected token 'else'" },
	{ LANG_SCRIPT, 0,
	    "var a = ;",
	    "1:9: SyntaxError: Unexpected token ';'" },
	{ LANG_SCRIPT, 0,
	    "[a b]",
	    "1:4: SyntaxError: Unexpected identifier 'b'" },
	{ LANG_SCRIPT, 0,
	    "({a: b c})",
	    "1:8: SyntaxError: Unexpected identifier 'c'" },
	{ LANG_SCRIPT, 0,
	    "({a b})",
	    "1:5: SyntaxError: Unexpected identifier 'b'" },
	{ LANG_SCRIPT, 0,
	    "for (var i, j of k) ;",
	    "1:6: SyntaxError: Invalid left-hand side in for-of loop: "
	    "Must have a single binding." },
	{ LANG_SCRIPT, 0,
	    "function () {}",
	    "1:10: SyntaxError: Function statements require a function "
	    "name" },
	{ LANG_SCRIPT, 0,
	    "async function () {}",
	    "1:16: SyntaxError: Function statements require a function "
	    "name" },
	{ LANG_SCRIPT, 0,
	    "let a; { var a }",
	    "1:14: SyntaxError: Identifier 'a' has already been declared" },
	{ LANG_SCRIPT, 0,
	    "x = {a: 1,, b}",
	    "1:11: SyntaxError: Unexpected token ','" },
	{ LANG_SCRIPT, 0,
	    "a ? b",
	    "1:6: SyntaxError: Unexpected end of input" },
	{ LANG_SCRIPT, 0,
	    "\"use strict\"; implements",
	    "1:15: SyntaxError: Unexpected strict mode reserved word" },
	{ LANG_MODULE, 0,
	    "import a from 'b'; import a from 'c'",
	    "1:27: SyntaxError: Identifier 'a' has already been declared" },
	{ LANG_MODULE, 0,
	    "import {a} from 'b'; let a",
	    "1:26: SyntaxError: Identifier 'a' has already been declared" },
	{ LANG_MODULE, 0,
	    "import {if} from 'a'",
	    "1:9: SyntaxError: Unexpected token 'if'" },
	{ LANG_MODULE, 0,
	    "import {a as eval} from 'b'",
	    "1:14: SyntaxError: Unexpected eval or arguments in strict "
	    "mode" },
	{ LANG_MODULE, 0,
	    "import {'a'} from 'b'",
	    "1:12: SyntaxError: Unexpected token '}'" },
	{ LANG_MODULE, 0,
	    "import * from 'a'",
	    "1:10: SyntaxError: Unexpected identifier 'from'" },
	{ LANG_MODULE, 0,
	    "import a 'b'",
	    "1:10: SyntaxError: Unexpected string" },
	{ LANG_MODULE, 0,
	    "{ import a from 'b' }",
	    "1:3: SyntaxError: Unexpected token 'import'" },
	{ LANG_MODULE, 0,
	    "export {a}",
	    "1:9: SyntaxError: Export 'a' is not defined in module" },
	{ LANG_MODULE, 0,
	    "export {a, a}; let a",
	    "1:12: SyntaxError: Duplicate export of 'a'" },
	{ LANG_MODULE, 0,
	    "export let a; export {a}",
	    "1:23: SyntaxError: Duplicate export of 'a'" },
	{ LANG_MODULE, 0,
	    "export default 1; export default 2",
	    "1:26: SyntaxError: Duplicate export of 'default'" },
	{ LANG_MODULE, 0,
	    "export {'a' as b}",
	    "1:9: SyntaxError: Unexpected string" },
	{ LANG_MODULE, 0,
	    "export {if}",
	    "1:9: SyntaxError: Unexpected token 'if'" },
	{ LANG_MODULE, 0,
	    "export {a as '\\ud800'} from 'b'",
	    "1:14: SyntaxError: Invalid module export name: contains "
	    "unpaired surrogate character" },
	{ LANG_MODULE, 0,
	    "export a",
	    "1:8: SyntaxError: Unexpected identifier 'a'" },
	{ LANG_MODULE, 0,
	    "export var",
	    "1:11: SyntaxError: Unexpected end of input" },
	{ LANG_MODULE, 0,
	    "export default var a",
	    "1:16: SyntaxError: Unexpected token 'var'" },
	{ LANG_MODULE, 0,
	    "function f() {} function f() {}",
	    "1:26: SyntaxError: Identifier 'f' has already been declared" },
	{ LANG_MODULE, 0,
	    "var f; function f() {}",
	    "1:17: SyntaxError: Identifier 'f' has already been declared" },
	{ LANG_MODULE, 0,
	    "await",
	    "1:6: SyntaxError: Unexpected end of input" },
	{ LANG_MODULE, 0,
	    "var await",
	    "1:5: SyntaxError: Unexpected reserved word" },
	{ LANG_MODULE, 0,
	    "function f() { await a }",
	    "1:16: SyntaxError: await is only valid in async functions "
	    "and the top level bodies of modules" },
	{ LANG_MODULE, 0,
	    "<!-- a",
	    "1:1: SyntaxError: Unexpected token '<'" },
	{ LANG_MODULE, 0,
	    "a\n--> b",
	    "2:3: SyntaxError: Unexpected token '>'" },
	{ LANG_MODULE, 0,
	    "yield",
	    "1:1: SyntaxError: Unexpected strict mode reserved word" },
	{ LANG_MODULE, 0,
	    "return",
	    "1:1: SyntaxError: Illegal return statement" },
	{ LANG_MODULE, 0,
	    "new.target",
	    "1:1: SyntaxError: new.target expression is not allowed here" },
	{ LANG_MODULE, 0,
	    "import a from 'b' with {type: 'c', type: 'd'}",
	    "1:36: SyntaxError: Import attributes has a duplicate key "
	    "'type'" },
	{ LANG_MODULE, 0,
	    "with (a) b",
	    "1:1: SyntaxError: Strict mode code may not include a with "
	    "statement" },
	{ LANG_MODULE, 0,
	    "import.foo",
	    "1:8: SyntaxError: Unexpected identifier 'foo'" },
	{ LANG_COMMONJS, 0,
	    "let exports",
	    "1:5: SyntaxError: Identifier 'exports' has already been "
	    "declared" },
	{ LANG_COMMONJS, 0,
	    "import.meta",
	    "1:1: SyntaxError: Cannot use 'import.meta' outside a module" },
	{ LANG_MODULE, TS,
	    "let a: = b",
	    "1:8: SyntaxError: Unexpected token '='" },
	{ LANG_MODULE, TS,
	    "type A =",
	    "1:9: SyntaxError: Unexpected end of input" },
	{ LANG_MODULE, TS,
	    "class A { abstract m() {} }",
	    "1:24: SyntaxError: Unexpected token '{'" },
	{ LANG_MODULE, TS,
	    "(a: T)",
	    "1:7: SyntaxError: Unexpected end of input" },
	{ LANG_MODULE, TS,
	    "f(a: T)",
	    "1:4: SyntaxError: missing ) after argument list" },
	{ LANG_MODULE, TS,
	    "enum A { B C }",
	    "1:12: SyntaxError: Unexpected identifier 'C'" },
	{ LANG_MODULE, TS,
	    "interface A { ",
	    "1:15: SyntaxError: Unexpected end of input" },
	{ LANG_MODULE, TS,
	    "let a: string; let a",
	    "1:20: SyntaxError: Identifier 'a' has already been declared" },
	{ LANG_MODULE, TS,
	    "class A { constructor(@a b) {} }",
	    "1:23: SyntaxError: Parameter decorators are for methods, with "
	    "experimentalDecorators in tsconfig.json" },
	{ LANG_MODULE, TS | JSX,
	    "<a></b>",
	    "1:6: SyntaxError: Expected corresponding JSX closing tag "
	    "for <a>" },
	{ LANG_MODULE, TS | JSX,
	    "<a>",
	    "1:4: SyntaxError: Unexpected end of input" },
	{ LANG_MODULE, TS | JSX,
	    "<a b=1/>",
	    "1:6: SyntaxError: Unexpected number" },
	{ LANG_MODULE, TS | JSX,
	    "<a b={}/>",
	    "1:6: SyntaxError: JSX attributes must only be assigned a "
	    "non-empty expression" },
	{ LANG_MODULE, TS | JSX,
	    "<a>}</a>",
	    "1:4: SyntaxError: Unexpected token '}'" },
	{ LANG_MODULE, TS | JSX,
	    "<a b=\"",
	    "1:6: SyntaxError: Unterminated string literal" },
	{ LANG_MODULE, TS | JSX,
	    "<T>a",
	    "1:5: SyntaxError: Unexpected end of input" },
	{ LANG_SCRIPT, 0,
	    "/(/",
	    "1:1: SyntaxError: Invalid regular expression: /(/: "
	    "Unterminated group" },
	{ LANG_SCRIPT, 0,
	    "/)/",
	    "1:1: SyntaxError: Invalid regular expression: /)/: "
	    "Unmatched ')'" },
	{ LANG_SCRIPT, 0,
	    "/[/]",
	    "1:1: SyntaxError: Invalid regular expression: missing /" },
	{ LANG_SCRIPT, 0,
	    "/a**/",
	    "1:1: SyntaxError: Invalid regular expression: /a**/: "
	    "Nothing to repeat" },
	{ LANG_SCRIPT, 0,
	    "/*/",
	    "1:1: SyntaxError: Invalid or unexpected token" },
	{ LANG_SCRIPT, 0,
	    "/a{2,1}/",
	    "1:1: SyntaxError: Invalid regular expression: /a{2,1}/: "
	    "numbers out of order in {} quantifier" },
	{ LANG_SCRIPT, 0,
	    "/{1}/",
	    "1:1: SyntaxError: Invalid regular expression: /{1}/: "
	    "Nothing to repeat" },
	{ LANG_SCRIPT, 0,
	    "/{/u",
	    "1:1: SyntaxError: Invalid regular expression: /{/u: Lone "
	    "quantifier brackets" },
	{ LANG_SCRIPT, 0,
	    "/a{1/u",
	    "1:1: SyntaxError: Invalid regular expression: /a{1/u: "
	    "Incomplete quantifier" },
	{ LANG_SCRIPT, 0,
	    "/]/u",
	    "1:1: SyntaxError: Invalid regular expression: /]/u: Lone "
	    "quantifier brackets" },
	{ LANG_SCRIPT, 0,
	    "/(?a)/",
	    "1:1: SyntaxError: Invalid regular expression: /(?a)/: "
	    "Invalid group" },
	{ LANG_SCRIPT, 0,
	    "/(?<a/",
	    "1:1: SyntaxError: Invalid regular expression: /(?<a/: "
	    "Invalid capture group name" },
	{ LANG_SCRIPT, 0,
	    "/(?<1>a)/",
	    "1:1: SyntaxError: Invalid regular expression: /(?<1>a)/: "
	    "Invalid capture group name" },
	{ LANG_SCRIPT, 0,
	    "/(?<a>b)(?<a>c)/",
	    "1:1: SyntaxError: Invalid regular expression: "
	    "/(?<a>b)(?<a>c)/: Duplicate capture group name" },
	{ LANG_SCRIPT, 0,
	    "/(?<a>b)\\k<c>/",
	    "1:1: SyntaxError: Invalid regular expression: "
	    "/(?<a>b)\\k<c>/: Invalid named capture referenced" },
	{ LANG_SCRIPT, 0,
	    "/\\k<a>/u",
	    "1:1: SyntaxError: Invalid regular expression: /\\k<a>/u: "
	    "Invalid named capture referenced" },
	{ LANG_SCRIPT, 0,
	    "/\\1/u",
	    "1:1: SyntaxError: Invalid regular expression: /\\1/u: "
	    "Invalid escape" },
	{ LANG_SCRIPT, 0,
	    "/\\c/u",
	    "1:1: SyntaxError: Invalid regular expression: /\\c/u: "
	    "Invalid Unicode escape" },
	{ LANG_SCRIPT, 0,
	    "/\\-/u",
	    "1:1: SyntaxError: Invalid regular expression: /\\-/u: "
	    "Invalid escape" },
	{ LANG_SCRIPT, 0,
	    "/[b-a]/",
	    "1:1: SyntaxError: Invalid regular expression: /[b-a]/: "
	    "Range out of order in character class" },
	{ LANG_SCRIPT, 0,
	    "/[\\d-a]/u",
	    "1:1: SyntaxError: Invalid regular expression: /[\\d-a]/u: "
	    "Invalid character class" },
	{ LANG_SCRIPT, 0,
	    "/\\u{110000}/u",
	    "1:1: SyntaxError: Invalid regular expression: "
	    "/\\u{110000}/u: Invalid Unicode escape" },
	{ LANG_SCRIPT, 0,
	    "/\\p{Foo}/u",
	    "1:1: SyntaxError: Invalid regular expression: /\\p{Foo}/u: "
	    "Invalid property name" },
	{ LANG_SCRIPT, 0,
	    "/\\p{Script=Foo}/u",
	    "1:1: SyntaxError: Invalid regular expression: "
	    "/\\p{Script=Foo}/u: Invalid property name" },
	{ LANG_SCRIPT, 0,
	    "/\\P{RGI_Emoji}/v",
	    "1:1: SyntaxError: Invalid regular expression: "
	    "/\\P{RGI_Emoji}/v: Invalid property name" },
	{ LANG_SCRIPT, 0,
	    "/[^\\p{RGI_Emoji}]/v",
	    "1:1: SyntaxError: Invalid regular expression: "
	    "/[^\\p{RGI_Emoji}]/v: Negated character class may contain "
	    "strings" },
	{ LANG_SCRIPT, 0,
	    "/[a--b&&c]/v",
	    "1:1: SyntaxError: Invalid regular expression: /[a--b&&c]/v: "
	    "Invalid set operation in character class" },
	{ LANG_SCRIPT, 0,
	    "/[(]/v",
	    "1:1: SyntaxError: Invalid regular expression: /[(]/v: "
	    "Invalid character in character class" },
	{ LANG_SCRIPT, 0,
	    "/[a-\\d]/v",
	    "1:1: SyntaxError: Invalid regular expression: /[a-\\d]/v: "
	    "Invalid character class" },
	{ LANG_SCRIPT, 0,
	    "/(?<=a)*/",
	    "1:1: SyntaxError: Invalid regular expression: /(?<=a)*/: "
	    "Nothing to repeat" },
	{ LANG_SCRIPT, 0,
	    "/(?=a)*/u",
	    "1:1: SyntaxError: Invalid regular expression: /(?=a)*/u: "
	    "Nothing to repeat" },
};
/* clang-format on */

static void
test_errors(void **state)
{
	struct lang_options options = {.name = "t.js"};
	struct lang_unit *unit = NULL;
	const struct error_case *c;
	struct lang_diag diag;
	char *text;
	size_t i;
	int failed = 0;

	(void)state;
	for (i = 0; i < NELEMS(error_cases); i++) {
		c = &error_cases[i];
		options.kind = c->kind;
		options.typescript = (c->syntax & TS) != 0;
		options.jsx = (c->syntax & JSX) != 0;
		lang_diag_init(&diag);
		if (lang_parse(c->source, strlen(c->source), &options, &unit,
			&diag) == 0) {
			printf("parse: %s -> accepted\n", c->source);
			lang_unit_free(&unit);
			failed++;
			continue;
		}
		text = xasprintf("%u:%u: %s: %s", diag.line, diag.column,
		    lang_diag_kind_name(diag.kind), diag.message);
		if (strcmp(text, c->error) != 0) {
			printf("parse: %s\n -> %s\n not %s\n", c->source, text,
			    c->error);
			failed++;
		}
		free(text);
		lang_diag_clear(&diag);
	}
	assert_int_equal(failed, 0);
}

/* The whole of what a person sees. */
static void
test_format(void **state)
{
	static const char source[] = "a;\r\n\tlet \303\244 = (b c);\n";
	struct lang_options options = {.name = "app.js"};
	struct lang_unit *unit = NULL;
	struct lang_diag diag;
	char *text;

	(void)state;
	lang_diag_init(&diag);
	assert_int_equal(lang_parse(source, sizeof source - 1, &options, &unit,
			     &diag),
	    ERR_SYNTAX);
	text = lang_diag_format(&diag);
	assert_string_equal(text,
	    "app.js:2:13: SyntaxError: Unexpected identifier 'c'\n"
	    "\tlet \303\244 = (b c);\n"
	    "\t           ^");
	free(text);
	lang_diag_clear(&diag);
}

static void
test_utf8(void **state)
{
	struct lang_options options = {.name = "t.js"};
	struct lang_unit *unit = NULL;
	struct lang_diag diag;

	(void)state;
	lang_diag_init(&diag);
	assert_int_equal(lang_parse("a\n'\xff'", 5, &options, &unit, &diag),
	    ERR_SYNTAX);
	assert_string_equal(diag.message, "source text is not valid UTF-8");
	assert_int_equal(diag.line, 2);
	assert_int_equal(diag.column, 2);
	lang_diag_clear(&diag);
	/* A lone surrogate, as a program text may hold. */
	assert_int_equal(lang_parse("'\xed\xa0\x80'", 5, &options, &unit,
			     &diag),
	    0);
	lang_unit_free(&unit);
}

static void
test_function(void **state)
{
	static const struct {
		const char *source;
		const char *error; /* NULL: accepted */
	} cases[] = {
	    {"function anonymous(a,b\n) {\nreturn a\n}", NULL},
	    {"async function* anonymous(a\n) {\nyield await a\n}", NULL},
	    {"function anonymous(/*\n) {\n*/){\n}",
		"Arg string terminates parameters early"},
	    {"function anonymous(){}, function (\n) {\n\n}",
		"Unexpected token ','"},
	    {"function anonymous(\n) {\n} + function () {\n}",
		"Unexpected token '+'"},
	    {"function anonymous(a,a\n) {\n'use strict'\n}",
		"Duplicate parameter name not allowed in this context"},
	    {"function anonymous(\n) {\nsuper.x\n}",
		"'super' keyword unexpected here"},
	};
	struct lang_options options = {
	    .kind = LANG_FUNCTION, .name = "anonymous"};
	struct lang_unit *unit = NULL;
	struct lang_diag diag;
	const char *close;
	size_t i;
	int r;

	(void)state;
	for (i = 0; i < NELEMS(cases); i++) {
		close = strstr(cases[i].source, "\n) {\n");
		assert_non_null(close);
		options.function_params_end =
		    (size_t)(close + 1 - cases[i].source);
		lang_diag_init(&diag);
		r = lang_parse(cases[i].source, strlen(cases[i].source),
		    &options, &unit, &diag);
		if (cases[i].error == NULL)
			assert_int_equal(r, 0);
		else
			assert_string_equal(diag.message, cases[i].error);
		lang_unit_free(&unit);
		lang_diag_clear(&diag);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_format),
	    cmocka_unit_test(test_utf8),
	    cmocka_unit_test(test_function),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
