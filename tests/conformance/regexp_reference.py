#!/usr/bin/env python3
"""Compare the RegExp engine with a slow matcher written from the standard.

usage: regexp_reference.py [--exe EIDER_JS] [--count N] [--seed N]

Generated patterns and subjects go through both; every difference in position,
captures or named groups is shown, and makes the exit status 1. The matcher
here is ECMA-262's own: continuations, one per node (22.2.2). Cases that take
it too many steps are left out and counted.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading

BATCH = 1000
STEPS_MAX = 6000
INF = float("inf")
LETTERS = ["a", "b", "c", "A", "B", "k", "K", "s", "S", "1", "_", " ", "\n",
           "\u017f", "\u212a", "\u00e9", "\u00c9", "\u00df", "\u03c3",
           "\u03c2", "\u03a3", "\U0001f600", "\ud83d", "\ude00",
           "\U00010400", "\U00010428", "-"]
COMMON = LETTERS[:6]
SPACE = {9, 10, 11, 12, 13, 32, 0xa0, 0xfeff, 0x1680, 0x2028, 0x2029, 0x202f,
         0x205f, 0x3000} | set(range(0x2000, 0x200b))
DIGIT = set(range(48, 58))
WORD = DIGIT | set(range(65, 91)) | set(range(97, 123)) | {95}


class TooLong(Exception):
    pass


def upper(c):
    """Canonicalize without u: of a code unit."""
    if 0xd800 <= c < 0xe000 or c > 0xffff:
        return c
    u = chr(c).upper()
    if len(u) != 1 or (c >= 128 and ord(u) < 128):
        return c
    return ord(u)


def fold(c):
    """Simple case folding."""
    if 0xd800 <= c < 0xe000:
        return c
    f = chr(c).casefold()
    return ord(f) if len(f) == 1 else c


def classes(canon):
    out = {}
    for c in list(range(0x3000)) + list(range(0x10400, 0x10450)):
        out.setdefault(canon(c), set()).add(c)
    return out


UPPER, FOLD = classes(upper), classes(fold)


class Rer:
    """What a pattern is matched with: flags i, m, s may change inside."""

    def __init__(self, i, m, s, u):
        self.i, self.m, self.s, self.u = i, m, s, u

    def canon(self, c):
        if not self.i:
            return c
        return fold(c) if self.u else upper(c)

    def like(self, c):
        """All characters that canonicalize as C does."""
        if not self.i:
            return {c}
        table = FOLD if self.u else UPPER
        return table.get(self.canon(c), set()) | {c}

    def word(self):
        return WORD | {0x17f, 0x212a} if self.u and self.i else WORD


class Gen:
    """One pattern: a tree of tuples, and its text."""

    def __init__(self, rnd, u):
        self.r, self.u = rnd, u
        self.groups = 0
        self.names = []

    def letter(self):
        return self.r.choice(COMMON if self.r.random() < .8 else LETTERS)

    def char(self):
        c = self.letter()
        if not self.u and len(c.encode("utf-16-le", "surrogatepass")) > 2:
            c = "a"
        return ord(c)

    def disjunction(self, depth):
        n = 1 if self.r.random() < .7 else self.r.randint(2, 3)
        alts = [self.alternative(depth) for _ in range(n)]
        return alts[0] if n == 1 else ("alt", alts)

    def alternative(self, depth):
        n = self.r.choice([0, 1, 1, 2, 2, 3, 4])
        return ("seq", [self.term(depth) for _ in range(n)])

    def term(self, depth):
        r = self.r.random()
        if r < .06:
            return (self.r.choice(["start", "end"]),)
        if r < .11:
            return ("word", self.r.random() < .5)
        if r < .19 and depth > 0:
            first = self.groups
            behind, neg = self.r.random() < .5, self.r.random() < .4
            body = self.disjunction(depth - 1)
            node = ("look", behind, neg, body)
            if not behind and not self.u and self.r.random() < .1:
                return self.quantify(node, first)
            return node
        first = self.groups
        atom = self.atom(depth)
        return self.quantify(atom, first) if self.r.random() < .35 else atom

    def quantify(self, atom, first):
        lo, hi = self.r.choice([(0, INF), (1, INF), (0, 1), (0, INF), (2, 2),
                                (1, 3), (0, 2), (2, INF), (0, 0), (3, 4)])
        return ("repeat", lo, hi, self.r.random() < .35, atom, first,
                self.groups)

    def atom(self, depth):
        r = self.r.random()
        if r < .5 or depth == 0 and r > .8:
            return ("char", self.char())
        if r < .57:
            return ("any",)
        if r < .62:
            return ("class", False, [("esc", self.r.choice("dDsSwW"))], True)
        if r < .74:
            return self.set()
        if r < .8:
            return ("ref", self.r.randint(1, 4))  # fixed up later
        if r < .92:
            self.groups += 1
            k = self.groups
            name = None
            if self.r.random() < .2:
                name = "n%d" % k
                self.names.append(name)
            return ("group", k, name, self.disjunction(depth - 1))
        if r < .96:
            return ("noncap", None, None, self.disjunction(depth - 1))
        on = "".join(x for x in "ims" if self.r.random() < .4)
        off = "".join(x for x in "ims" if x not in on and
                      self.r.random() < .4)
        if not on and not off:
            on = "i"
        return ("noncap", on, off, self.disjunction(depth - 1))

    def set(self):
        items = []
        for _ in range(self.r.randint(0, 3)):
            r = self.r.random()
            if r < .2:
                items.append(("esc", self.r.choice("dDsSwW")))
            elif r < .5:
                a, b = sorted([self.char(), self.char()])
                if b - a < 500:
                    items.append(("range", a, b))
            else:
                items.append(("one", self.char()))
        return ("class", self.r.random() < .3, items, False)


def fix_refs(node, groups, names, rnd):
    """References to groups that exist; some by name."""
    if isinstance(node, list):
        return [fix_refs(n, groups, names, rnd) for n in node]
    if not isinstance(node, tuple):
        return node
    if node[0] == "ref":
        if groups == 0:
            return ("char", 97)
        if names and rnd.random() < .3:
            name = rnd.choice(names)
            return ("ref", int(name[1:]), name)
        return ("ref", (node[1] - 1) % groups + 1, None)
    return tuple(fix_refs(n, groups, names, rnd) for n in node)


def text_char(c, u, in_class=False):
    if c < 128 and chr(c) in "^$\\.*+?()[]{}|/" or in_class and c == 45:
        return "\\" + chr(c)
    if c == 10:
        return "\\n"
    if c > 127:
        return "\\u{%x}" % c if u else "\\u%04x" % c
    return chr(c)


def text(node, u):
    kind = node[0]
    if kind == "seq":
        return "".join(text(n, u) for n in node[1])
    if kind == "alt":
        return "|".join(text(n, u) for n in node[1])
    if kind == "char":
        return text_char(node[1], u)
    if kind == "any":
        return "."
    if kind == "class":
        parts = []
        for i in node[2]:
            parts.append("\\" + i[1] if i[0] == "esc" else
                         text_char(i[1], u, True) if i[0] == "one" else
                         text_char(i[1], u, True) + "-" +
                         text_char(i[2], u, True))
        return parts[0] if node[3] else \
            "[" + ("^" if node[1] else "") + "".join(parts) + "]"
    if kind == "start":
        return "^"
    if kind == "end":
        return "$"
    if kind == "word":
        return "\\B" if node[1] else "\\b"
    if kind == "ref":
        return "\\k<%s>" % node[2] if node[2] else "(?:\\%d)" % node[1]
    if kind == "group":
        return "(" + ("?<%s>" % node[2] if node[2] else "") + \
            text(node[3], u) + ")"
    if kind == "noncap":
        if node[1] is None:
            return "(?:" + text(node[3], u) + ")"
        return "(?" + node[1] + ("-" + node[2] if node[2] else "") + ":" + \
            text(node[3], u) + ")"
    if kind == "look":
        return "(?" + ("<" if node[1] else "") + ("!" if node[2] else "=") + \
            text(node[3], u) + ")"
    _, lo, hi, lazy, atom, _, _ = node
    q = {(0, INF): "*", (1, INF): "+", (0, 1): "?"}.get((lo, hi)) or \
        ("{%d}" % lo if lo == hi else
         "{%d,%s}" % (lo, "" if hi == INF else hi))
    return text(atom, u) + q + ("?" if lazy else "")


class Matcher:
    def __init__(self, subject, rer):
        self.s, self.rer, self.steps = subject, rer, 0

    def tick(self):
        self.steps += 1
        if self.steps > STEPS_MAX:
            raise TooLong

    def compile(self, n, rer, back):
        """m(x, c): x is (end, captures), c a continuation."""
        return getattr(self, "c_" + n[0])(n, rer, back)

    def c_seq(self, n, rer, back):
        ms = [self.compile(k, rer, back) for k in n[1]]
        if back:
            ms.reverse()

        def chain(i, x, c):
            if i == len(ms):
                return c(x)
            return ms[i](x, lambda y: chain(i + 1, y, c))
        return lambda x, c: chain(0, x, c)

    def c_alt(self, n, rer, back):
        ms = [self.compile(k, rer, back) for k in n[1]]

        def m(x, c):
            for k in ms:
                r = k(x, c)
                if r is not None:
                    return r
            return None
        return m

    def one(self, test, back):
        def m(x, c):
            self.tick()
            e = x[0]
            f = e - 1 if back else e + 1
            if f < 0 or f > len(self.s) or not test(self.s[min(e, f)]):
                return None
            return c((f, x[1]))
        return m

    def c_char(self, n, rer, back):
        want = rer.canon(n[1])
        return self.one(lambda ch: rer.canon(ch) == want, back)

    def c_any(self, n, rer, back):
        return self.one(lambda ch: rer.s or
                        ch not in (10, 13, 0x2028, 0x2029), back)

    def c_class(self, n, rer, back):
        _, neg, items, _ = n

        def member(c):
            for i in items:
                if i[0] == "one" and c == i[1] or \
                        i[0] == "range" and i[1] <= c <= i[2]:
                    return True
                if i[0] == "esc":
                    s = {"d": DIGIT, "s": SPACE,
                         "w": rer.word()}[i[1].lower()]
                    if (c in s) == i[1].islower():
                        return True
            return False
        return self.one(lambda ch: any(member(c) for c in rer.like(ch))
                        != neg, back)

    def c_start(self, n, rer, back):
        return lambda x, c: c(x) if x[0] == 0 or rer.m and \
            self.s[x[0] - 1] in (10, 13, 0x2028, 0x2029) else None

    def c_end(self, n, rer, back):
        return lambda x, c: c(x) if x[0] == len(self.s) or rer.m and \
            self.s[x[0]] in (10, 13, 0x2028, 0x2029) else None

    def c_word(self, n, rer, back):
        def at(e):
            return 0 <= e < len(self.s) and self.s[e] in rer.word()
        return lambda x, c: c(x) \
            if (at(x[0] - 1) != at(x[0])) != n[1] else None

    def c_group(self, n, rer, back):
        m = self.compile(n[3], rer, back)

        def run(x, c):
            def d(y):
                caps = list(y[1])
                caps[n[1]] = (min(x[0], y[0]), max(x[0], y[0]))
                return c((y[0], tuple(caps)))
            return m(x, d)
        return run

    def c_noncap(self, n, rer, back):
        if n[1] is not None:
            f = {k: (getattr(rer, k) or k in n[1]) and k not in n[2]
                 for k in "ims"}
            rer = Rer(f["i"], f["m"], f["s"], rer.u)
        return self.compile(n[3], rer, back)

    def c_ref(self, n, rer, back):
        def run(x, c):
            self.tick()
            r = x[1][n[1]]
            if r is None:
                return c(x)
            size = r[1] - r[0]
            f = x[0] - size if back else x[0] + size
            if f < 0 or f > len(self.s):
                return None
            g = min(x[0], f)
            for i in range(size):
                if rer.canon(self.s[r[0] + i]) != rer.canon(self.s[g + i]):
                    return None
            return c((f, x[1]))
        return run

    def c_look(self, n, rer, back):
        m = self.compile(n[3], rer, n[1])

        def run(x, c):
            r = m(x, lambda y: y)
            if n[2]:
                return c(x) if r is None else None
            return c((x[0], r[1])) if r is not None else None
        return run

    def c_repeat(self, n, rer, back):
        _, low, high, lazy, atom, first, last = n
        m = self.compile(atom, rer, back)

        def rep(lo, hi, x, c):
            self.tick()
            if hi == 0:
                return c(x)

            def d(y):
                if lo == 0 and y[0] == x[0]:
                    return None
                return rep(max(lo - 1, 0), hi - 1, y, c)
            caps = list(x[1])
            for k in range(first + 1, last + 1):
                caps[k] = None
            xr = (x[0], tuple(caps))
            if lo > 0:
                return m(xr, d)
            if lazy:
                r = c(x)
                return r if r is not None else m(xr, d)
            r = m(xr, d)
            return r if r is not None else c(x)
        return lambda x, c: rep(low, high, x, c)


def units(s):
    b = s.encode("utf-16-le", "surrogatepass")
    return [b[i] | b[i + 1] << 8 for i in range(0, len(b), 2)]


def points(us):
    out, i = [], 0
    while i < len(us):
        c = us[i]
        if 0xd800 <= c < 0xdc00 and i + 1 < len(us) and \
                0xdc00 <= us[i + 1] < 0xe000:
            c = 0x10000 + ((c & 0x3ff) << 10) + (us[i + 1] & 0x3ff)
            i += 1
        out.append(c)
        i += 1
    return out


def flat(cs):
    out = []
    for c in cs:
        out += [c] if c < 0x10000 else \
            [0xd800 + (c - 0x10000 >> 10), 0xdc00 + (c & 0x3ff)]
    return out


def reference(tree, ngroups, flags, subject):
    u = "u" in flags
    us = units(subject)
    s = points(us) if u else us
    rer = Rer("i" in flags, "m" in flags, "s" in flags, u)
    matcher = Matcher(s, rer)
    m = matcher.compile(tree, rer, False)
    for start in range(1 if "y" in flags else len(s) + 1):
        r = m((start, (None,) * (ngroups + 1)), lambda y: y)
        if r is not None:
            caps = [(start, r[0])] + list(r[1][1:])
            return [len(flat(s[:start]))] + \
                [c if c is None else flat(s[c[0]:c[1]]) for c in caps]
    return None


def cases(rnd, count):
    while count > 0:
        u = rnd.random() < .4
        g = Gen(rnd, u)
        tree = g.disjunction(3)
        tree = fix_refs(tree, g.groups, g.names, rnd)
        flags = "".join(f for f in "imsy" if rnd.random() < .25) + \
            ("u" if u else "")
        source = text(tree, u)
        for _ in range(3):
            subject = "".join(
                rnd.choice(COMMON if rnd.random() < .8 else LETTERS)
                for _ in range(rnd.randint(0, 9)))
            yield tree, g.groups, source, flags, subject
            count -= 1


PROGRAM = """
var units = function (t) {
	var r = [];
	for (var i = 0; i < t.length; i++) r.push(t.charCodeAt(i));
	return r;
};
CASES.forEach(function (c) {
	try {
		var m = new RegExp(c[0], c[1]).exec(String.fromCharCode.apply(null, c[2]));
		print(JSON.stringify(m && [m.index].concat(Array.from(m, function (t) {
			return t === undefined ? null : [units(t)];
		}))));
	} catch (e) {
		print(JSON.stringify(String(e)));
	}
});
"""


def engine(exe, batch):
    given = json.dumps([[c[2], c[3], units(c[4])] for c in batch])
    with tempfile.NamedTemporaryFile("w", suffix=".js") as f:
        f.write("var CASES = " + given + ";" + PROGRAM)
        f.flush()
        p = subprocess.run([exe, "--script", f.name], capture_output=True,
                           text=True, timeout=600, check=False)
    if p.returncode != 0:
        sys.exit("%s: %s" % (exe, p.stderr))
    out = []
    for line in p.stdout.splitlines():
        r = json.loads(line)
        if isinstance(r, list):
            r = [r[0]] + [x and x[0] for x in r[1:]]
        out.append(r)
    return out


def run(o):
    rnd = random.Random(o.seed)
    all_cases = cases(rnd, o.count)
    done = matched = left_out = bad = 0
    while done < o.count:
        batch = [c for _, c in zip(range(BATCH), all_cases)]
        if not batch:
            break
        for c, got in zip(batch, engine(o.exe, batch), strict=True):
            done += 1
            try:
                want = reference(c[0], c[1], c[3], c[4])
            except (TooLong, RecursionError):
                left_out += 1
                continue
            matched += want is not None
            if got != want:
                bad += 1
                if bad <= 20:
                    print("/%s/%s on %r:\n\tengine %s\n\treference %s" %
                          (c[2], c[3], c[4], got, want))
    print("%d cases, %d match, %d left out, %d differences" %
          (done, matched, left_out, bad))
    o.status = 1 if bad or matched == 0 else 0


def main():
    a = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1])
    a.add_argument("--exe", default="build/eider-js")
    a.add_argument("--count", type=int, default=100000)
    a.add_argument("--seed", type=int, default=1)
    o = a.parse_args()
    o.exe = os.path.abspath(o.exe)
    # the continuations nest
    sys.setrecursionlimit(20000)
    threading.stack_size(512 << 20)
    t = threading.Thread(target=run, args=(o,))
    o.status = 2
    t.start()
    t.join()
    return o.status


if __name__ == "__main__":
    sys.exit(main())
