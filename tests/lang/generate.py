#!/usr/bin/env python3
"""Print valid random programs that trace what they do.

usage: generate.py FIRST COUNT

Each program is a function of its own, numbered from FIRST, which is also its
seed; a line of output is "NUMBER trace". They end, use no host object but
console.log, and name errors, not their messages: every engine of the standard
prints the same.
"""
import random
import sys

PRELUDE = """\
let trace = [];
const T = (v) => {
  let s;
  try { s = typeof v === 'function' ? 'fn ' + v.name + v.length : typeof v === 'symbol' ? 'symbol'
    : typeof v === 'bigint' ? v + 'n' : v !== null && typeof v === 'object' ? JSON.stringify(v) : String(v);
  } catch (e) { s = 'T!' + e.name; }
  if (trace.length < 400) trace.push(s);
  return v;
};
const L = (n, end, bad) => ({ [Symbol.iterator]() { let i = 0; return {
  next() { if (i === bad) throw new RangeError('next'); T('n' + i); return { value: i, done: i++ >= n }; },
  return(v) { T('r'); if (end === 1) throw new TypeError('return'); return end === 2 ? 5 : {}; } }; } });
const P = (v) => new Promise((ok) => Promise.resolve().then(() => ok(v)));
class B0 { constructor(...a) { this.args = a.length; T('B0'); } m(x) { return 'B0.m' + x; } get g() { return T('B0.g'); } set s(v) { T('B0.s' + v); } static sm() { return 'B0.sm'; } }
"""

BINARY = "+ - * % ** === !== == < > <= >= && || ?? & | ^ << >> >>> , in instanceof".split()


class Program:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.n = 0
        self.scopes = [[]]  # (name, writable)
        self.labels = []
        self.loops = 0
        self.depth = 0
        self.budget = 70
        self.fn = []  # kinds of functions around
        self.in_params = False

    # ---- helpers

    def pick(self, *choices):
        return self.r.choice(choices)

    def chance(self, p):
        return self.r.random() < p

    def fresh(self):
        self.n += 1
        return self.pick("a", "b", "c", "x", "y", "z") + \
            (str(self.n) if self.chance(0.7) else "")

    def declare(self, name, writable=True):
        self.scopes[-1].append((name, writable))
        return name

    def declared_here(self, name):
        return any(n == name for n, _ in self.scopes[-1])

    def new_name(self):
        while True:
            name = self.fresh()
            if not self.declared_here(name):
                return name

    def var(self):
        names = [n for s in self.scopes for n, _ in s]
        return self.r.choice(names) if names else "undefined"

    def writable(self):
        names = [n for s in self.scopes for n, w in s
                 if w or self.chance(0.05)]
        return self.r.choice(names) if names else None

    def in_fn(self, kind):
        return bool(self.fn) and kind in self.fn[-1] and \
            not self.in_params

    # ---- expressions

    def expr(self):
        self.depth += 1
        self.budget -= 1
        kinds = ["lit", "lit", "var", "var", "trace", "trace"]
        if self.depth < 5 and self.budget > 0:
            kinds += ["bin", "bin", "cond", "assign", "update", "array",
                      "object", "arrow", "call", "template", "member", "opt",
                      "unary", "func", "spread", "logical", "seq", "pattern",
                      "class", "this", "args", "regexp", "tag", "big"]
            if self.in_fn("gen"):
                kinds += ["yield"] * 3
            if self.in_fn("async"):
                kinds += ["await"] * 3
        text = getattr(self, "e_" + self.r.choice(kinds))()
        self.depth -= 1
        return text

    def e_lit(self):
        return self.pick("0", "1", "2", "-1", "3.5", "'s'", "''", "'ab'",
                         "true", "false", "null", "undefined", "NaN")

    def e_big(self):
        return "(%dn %s %dn)" % (self.r.randint(0, 9), self.pick(*"+-*"),
                                 self.r.randint(1, 5))

    def e_var(self):
        return self.var()

    def e_trace(self):
        return "T(%s)" % self.expr()

    def e_this(self):
        return "typeof this"

    def e_args(self):
        return self.pick("arguments.length", "arguments[0]",
                         "[...arguments].length") \
            if self.fn and "arrow" not in self.fn[-1] and \
            "field" not in self.fn[-1] else "0"

    def e_regexp(self):
        return "/%s/%s.%s" % (self.pick("a", "[b-d]", "(?<n>s)"),
                              self.pick("", "g", "i"),
                              self.pick("test('abs')", "source", "flags"))

    def e_bin(self):
        op = self.r.choice(BINARY)
        a, b = self.expr(), self.expr()
        if op == "in":
            return "('a' in {a: %s, b: %s})" % (a, b)
        if op == "instanceof":
            return "(%s instanceof B0)" % a
        if op == "**":
            return "((%s) ** 2)" % a
        if op in ("&&", "||", "??"):
            return "((%s) %s (%s))" % (a, op, b)
        return "(%s %s %s)" % (a, op, b)

    def e_logical(self):
        return "(%s %s %s)" % (self.expr(), self.pick("??", "||", "&&"),
                               self.e_trace())

    def e_cond(self):
        return "(%s ? %s : %s)" % (self.expr(), self.expr(), self.expr())

    def e_seq(self):
        return "(%s, %s)" % (self.expr(), self.expr())

    def e_unary(self):
        op = self.pick("!", "-", "+", "~", "typeof ", "void ")
        return "%s(%s)" % (op, self.expr())

    def e_assign(self):
        name = self.writable()
        if name is None:
            return self.e_lit()
        op = self.pick("=", "=", "+=", "-=", "||=", "&&=", "??=")
        return "(%s %s %s)" % (name, op, self.expr())

    def e_update(self):
        name = self.writable()
        if name is None:
            return self.e_lit()
        return self.pick("%s++", "--%s", "++%s", "%s--") % name

    def e_array(self):
        return "[%s]" % ", ".join(
            self.element() for _ in range(self.r.randint(0, 3)))

    def element(self):
        if self.chance(0.2):
            return "...%s" % self.iterable()
        return self.expr()

    def iterable(self):
        return self.pick(
            "[1, 2]", "'xy'", "L(2)", "L(3, %d)" % self.r.randint(0, 2),
            "L(3, 0, 1)", "new Set([1, 1, 2])", "[%s, %s]" %
            (self.expr(), self.expr()), "new Map([[1, 2]])", "[[1, 2], [3]]",
            "(function* () { try { yield T('g1'); yield 2; } finally { T('gf'); } })()")

    def e_object(self):
        parts = []
        for _ in range(self.r.randint(0, 3)):
            k = self.pick("a", "b", "c")
            parts.append(self.pick(
                lambda: "%s: %s" % (k, self.expr()),
                lambda: "[%s]: %s" % (self.pick("T('k')", "'a'", "1"),
                                      self.expr()),
                lambda: "get %s() { return T('get %s'); }" % (k, k),
                lambda: self.method(k),
                lambda: "...%s" % self.pick("{ a: 1, z: 2 }", "null", "'hi'",
                                            self.var()),
                lambda: "__proto__: { p: 1 }" if "__proto__" not in
                "".join(parts) else "q: 1")())
        return "({ %s })" % ", ".join(parts)

    def method(self, key):
        return "%s%s" % (key, self.function_rest("method"))

    def e_arrow(self):
        self.enter("arrow")
        p = self.params()
        if self.chance(0.6):
            text = "((%s) => %s)" % (p, self.parens(self.expr()))
        else:
            text = "((%s) => { %s })" % (p, self.body(2))
        self.leave()
        return text

    def parens(self, e):
        return "(%s)" % e

    def e_func(self):
        return "(function %s%s)" % (self.pick("", "", "f1 "),
                                    self.function_rest("plain"))

    def function_rest(self, kind):
        self.enter(kind)
        p = self.params()
        text = "(%s) { %s }" % (p, self.body(3))
        self.leave()
        return text

    def e_call(self):
        f = self.pick(self.e_arrow, self.e_func, self.e_arrow)()
        args = ", ".join(self.element() for _ in range(self.r.randint(0, 2)))
        return "%s(%s)" % (f, args)

    def e_template(self):
        return "`t${%s}u${%s}`" % (self.expr(), self.e_lit())

    def e_tag(self):
        return "((s, ...v) => s.raw.join('|') + v.length)`a${%s}\\n${1}`" % \
            self.expr()

    def e_member(self):
        return "(%s)%s" % (self.e_object(), self.pick(".a", "['b']", ".c",
                                                      "[T('a')]"))

    def e_opt(self):
        return "(%s)?.%s" % (self.pick(self.var(), "null", self.e_object()),
                             self.pick("a", "b?.c", "a?.()", "[T('b')]",
                                       "a.b.c"))

    def e_spread(self):
        return "Math.max(...%s, 0)" % self.pick("[1, 2]", "L(2)", "new Set([3])")

    def e_pattern(self):
        names = [self.writable() for _ in range(2)]
        if None in names:
            return self.e_lit()
        if self.chance(0.5):
            return "([%s = %s, %s] = %s)" % (names[0], self.expr(), names[1],
                                             self.iterable())
        return "({ a: %s = %s, ...%s } = %s)" % (names[0], self.expr(),
                                                 names[1], self.e_object())

    def e_yield(self):
        return "(yield %s)" % self.expr() if self.chance(0.8) else \
            "(yield* %s)" % self.iterable()

    def e_await(self):
        return "(await %s)" % self.pick(self.expr(), "P(%s)" % self.expr())

    def e_class(self):
        return "new (%s)(%s)" % (self.class_text(""), self.expr())

    # ---- functions and classes

    def enter(self, kind):
        self.fn.append(kind)
        self.outer_params = getattr(self, "outer_params", [])
        self.outer_params.append(self.in_params)
        self.in_params = False
        self.scopes.append([])
        self.saved = getattr(self, "saved", [])
        self.saved.append((self.labels, self.loops))
        self.labels, self.loops = [], 0

    def leave(self):
        self.labels, self.loops = self.saved.pop()
        self.in_params = self.outer_params.pop()
        self.scopes.pop()
        self.fn.pop()

    def params(self):
        saved, self.in_params = self.in_params, True
        text = self.params_text()
        self.in_params = saved
        return text

    def params_text(self):
        out = []
        for i in range(self.r.randint(0, 3)):
            name = self.new_name()
            out.append(self.pick(
                lambda: name, lambda: name,
                lambda: "%s = %s" % (name, self.expr()),
                lambda: "[%s = %s] = [%s]" % (name, self.e_lit(), self.expr()),
                lambda: "{ a: %s = %s } = %s" % (name, self.expr(),
                                                 self.e_object()))())
            self.declare(name)
        if self.chance(0.2):
            name = self.new_name()
            out.append("..." + name)
            self.declare(name)
        return ", ".join(out)

    def class_text(self, name):
        base = self.pick("", " extends B0", " extends B0", " extends Array",
                         " extends null") if self.chance(0.6) else ""
        parts = []
        if base == " extends B0" and self.chance(0.6):
            self.enter("ctor method")
            parts.append("constructor(p) { %s super(%s, p); %s }" % (
                self.pick("", "T('pre');"), self.expr(), self.body(1, False)))
            self.leave()
        elif base == "" and self.chance(0.4):
            self.enter("method")
            parts.append("constructor(p) { %s }" % self.body(2, False))
            self.leave()
        private = False
        for _ in range(self.r.randint(0, 3)):
            k = self.pick("m", "n", "f", "g1")
            choice = self.r.randint(0, 6)
            if choice == 0:
                parts.append(self.pick("", "static ") + self.method(k))
            elif choice == 1:
                self.enter("field arrow")
                parts.append("%s%s = %s;" % (self.pick("", "static "), k,
                                             self.expr()))
                self.leave()
            elif choice == 2 and not private:
                private = True
                parts.append("#p = 1; r() { return T(this.#p++ + (#p in this)); }"
                             " o = this.r();")
            elif choice == 3:
                parts.append("get %s() { return T('get'); }" % k)
            elif choice == 4:
                parts.append("static { T('static'); }")
            elif choice == 5 and "B0" in base:
                parts.append("m(x) { return T(super.m(x)) + super.g; }")
            else:
                parts.append("[T('k%s')]() {}" % k)
        return "class %s%s { %s }" % (name, base, " ".join(parts))

    # ---- statements

    def body(self, n, ret=True):
        text = self.block_text(n)
        if ret and self.chance(0.7):
            text += " return %s;" % self.expr()
        return text

    def block_text(self, n):
        return " ".join(self.statement() for _ in range(self.r.randint(1, n)))

    def block(self, n=2):
        self.scopes.append([])
        text = "{ %s }" % self.block_text(n)
        self.scopes.pop()
        return text

    def statement(self):
        self.budget -= 1
        kinds = ["expr", "expr", "let", "let", "let"]
        if self.depth < 4 and self.budget > 0:
            kinds += ["if", "for", "forof", "forof", "forin", "while", "try",
                      "switch", "block", "label", "func", "gen", "async",
                      "class", "destructure", "closures", "throw", "tdz"]
        if self.loops or self.labels:
            kinds += ["jump", "jump"]
        self.depth += 1
        text = getattr(self, "s_" + self.r.choice(kinds))()
        self.depth -= 1
        return text

    def s_expr(self):
        return "T(%s);" % self.expr()

    def s_let(self):
        kind = self.pick("let", "const", "let", "var")
        value = self.expr()
        name = self.fresh() + "v" if kind == "var" else self.new_name()
        self.declare(name, kind != "const")
        return "%s %s = %s;" % (kind, name, value)

    def s_tdz(self):
        name = self.new_name()
        self.declare(name)
        return "try { %s; } catch (e) { T(e.name); } let %s = %s;" % (
            self.pick("T(%s)" % name, "typeof %s" % name,
                      "(() => %s = 1)()" % name), name, self.e_lit())

    def s_destructure(self):
        value = self.pick(self.iterable(), self.iterable(), self.e_object())
        a, d = self.new_name(), self.expr()
        self.declare(a)
        b = self.new_name()
        self.declare(b)
        c = self.new_name()
        self.declare(c)
        if value.startswith("({"):
            return "let { a: %s = %s, [T('b')]: %s, ...%s } = %s;" % (
                a, d, b, c, value)
        return "let [%s = %s, %s%s] = %s;" % (
            a, d, b, self.pick(", ..." + c, ", [%s] = [7]" % c,
                               ", { x: %s } = { x: T(8) }" % c), value)

    def s_if(self):
        text = "if (%s) %s" % (self.expr(), self.block())
        if self.chance(0.5):
            text += " else " + self.block()
        return text

    def loop(self, head, names=()):
        self.scopes.append([(n, True) for n in names])
        self.loops += 1
        body = self.block()
        self.loops -= 1
        self.scopes.pop()
        return head + " " + body

    def s_for(self):
        i = self.new_name()
        return self.loop("for (let %s = 0, k%d = 0; k%d++ < 3; %s)" % (
            i, self.depth, self.depth, self.pick("%s++" % i, "T(%s)" % i)),
            [i])

    def s_while(self):
        return "{ let k = 0; " + self.loop("while (k++ < 2 && %s)" %
                                           self.expr()) + " }"

    def s_forof(self):
        value = self.iterable()
        kind = self.pick("const", "let", "var")
        i = self.new_name() + ("v" if kind == "var" else "")
        if self.chance(0.25):
            return self.loop("for (%s [%s, %s2 = 1] of [[1], [2, 3]])" % (
                kind, i, i), [i])
        return self.loop("for (%s %s of %s)" % (kind, i, value),
                         [i] if kind != "const" else [])

    def s_forin(self):
        i = self.new_name()
        return self.loop("for (const %s in %s)" % (i, self.e_object()))

    def s_closures(self):
        i = self.new_name()
        return ("{ const fs = []; for (let %s = 0; %s < 3; %s++) { let w = %s; "
                "fs.push(() => [%s, w++]); %s } for (const f of fs) T(f()); }" %
                (i, i, i, self.expr(), i, self.pick(
                    "if (%s === 1) continue;" % i, "%s += 0;" % i,
                    "if (T(%s) === 1) break;" % i, "")))

    def s_try(self):
        text = "try " + self.block()
        choice = self.r.randint(0, 2)
        if choice != 0:
            self.scopes.append([("e", True)])
            text += " catch (e) { T(e instanceof Error ? e.name : e); %s }" % \
                self.block_text(1)
            self.scopes.pop()
        if choice != 1:
            text += " finally " + self.block()
        return text

    def s_throw(self):
        return "if (%s) throw %s;" % (self.expr(), self.pick(
            "new TypeError('t')", "'thrown'", self.expr()))

    def s_switch(self):
        self.scopes.append([])
        self.loops += 0
        cases = []
        for i in range(3):
            cases.append("case %s: %s %s" % (
                self.pick("0", "1", "'s'", "T(2)"), self.block_text(1),
                self.pick("", "break;")))
        cases.insert(self.r.randint(0, 3), "default: T('d');")
        self.scopes.pop()
        return "switch (%s) { %s }" % (self.expr(), " ".join(cases))

    def s_block(self):
        return self.block()

    def s_label(self):
        name = "l%d" % self.depth
        if name in self.labels:
            return self.block()
        self.labels.append(name)
        text = "%s: %s" % (name, self.pick(self.block, self.s_try)())
        self.labels.pop()
        return text

    def s_jump(self):
        if self.labels and (not self.loops or self.chance(0.5)):
            return "if (%s) break %s;" % (self.expr(),
                                          self.r.choice(self.labels))
        return "if (%s) %s;" % (self.expr(), self.pick("break", "continue"))

    def s_func(self):
        name = "f%d" % self.r.randint(1, 999)
        if self.declared_here(name):
            return ";"
        text = "function %s%s T(%s(%s));" % (
            name, self.function_rest("plain"), name, self.expr())
        self.declare(name, False)
        return text

    def s_gen(self):
        self.n += 1
        name = "g%d" % (1000 + self.n)
        self.enter("gen")
        p = self.params()
        text = "function* %s(%s) { %s }" % (name, p, self.body(3))
        self.leave()
        use = self.pick(
            "let k = 0; for (const v of %s(1)) { T(v); if (k++ > 2) break; }",
            "const it = %s(1, 2); T(it.next('n').value); "
            "T(it.return(5).value); T(it.next().done);",
            "const it = %s(); T(it.next().value); "
            "try { T(it.throw(new RangeError('x')).value); } "
            "catch (e) { T(e.name); }")
        return "{ %s %s }" % (text, use % name)

    def s_async(self):
        self.n += 1
        name = "h%d" % (2000 + self.n)
        self.enter("async")
        p = self.params()
        text = "async function %s(%s) { %s }" % (name, p, self.body(3))
        self.leave()
        return "%s pending.push(%s(%s).then(T, (e) => T('rejected ' + " \
            "(e instanceof Error ? e.name : e))));" % (text, name, self.expr())

    def s_class(self):
        name = "K%d" % self.r.randint(1, 99999)
        text = self.class_text(name)
        self.declare(name, False)
        return "%s T(new %s(%s));" % (text, name, self.expr())


def program(seed):
    p = Program(seed)
    text = p.block_text(6)
    return """\
await (async function () {
  trace = [];
  const pending = [];
  try { (function (u, v) { %s
  })(1, 'v'); } catch (e) { T(e instanceof Error ? e.name : e); }
  await Promise.allSettled(pending);
  console.log(%d, trace.join());
})();
""" % (text, seed)


def main():
    first, count = int(sys.argv[1]), int(sys.argv[2])
    print(PRELUDE, end="")
    for seed in range(first, first + count):
        print(program(seed), end="")


if __name__ == "__main__":
    main()
