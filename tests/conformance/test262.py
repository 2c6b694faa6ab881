#!/usr/bin/env python3
"""Run a copy of tc39/test262 with eider-js.

usage: test262.py [options] TEST262 [PATH...]

PATH is a folder or a test below TEST262/test (default: language built-ins).
Each test runs in its own process, in strict and in sloppy mode unless its
flags say one of them. Tests of features outside ES2024 are left out: see
SKIPPED. A test in the list of expected failures (--expected FILE) may fail; a
failure that is not listed, or a listed test that passes, makes the exit status
1. Prints a table by folder; --table writes it as Markdown.

In the list a line "# reason" begins a group of tests, one to a line, as their
path below TEST262/test. --update rewrites it: what passes goes, what is new
goes under "not looked at yet".
"""
import argparse
import concurrent.futures
import os
import re
import subprocess
import sys

# The commit that the expected failures and the table belong to.
PINNED = "be13516fb6441b950ba8a3df97eb34062c186972"

# Features after ES2024, or excluded by design.
SKIPPED = set("""
Array.fromAsync Atomics Atomics.pause Atomics.waitAsync Error.isError
Float16Array Intl.Enumeration IsHTMLDDA Iterator.concat
Iterator.prototype.join Math.f16round Math.sumPrecise
Map.prototype.getOrInsert RegExp.escape ShadowRealm SharedArrayBuffer Temporal
await-dictionary canonical-tz cross-realm decorators error-stack-accessor
immutable-arraybuffer import-bytes import-defer import-text iterator-chunking
iterator-includes iterator-join iterator-sequencing joint-iteration
json-parse-with-source legacy-regexp nonextensible-applies-to-private
regexp-modifiers source-phase-imports source-phase-imports-module-source
tail-call-optimization uint8array-base64 upsert
""".split())

# Folders of the same.
SKIPPED_PATHS = re.compile(
    r"built-ins/(Atomics|SharedArrayBuffer|ShadowRealm|Temporal|AbstractModule"
    r"Source)/|unicode-1(5\.1|[67]\.)|/createRealm|cross-realm|-realm\b")

# Rows of the table that are no folder: name, and whether a test belongs.
EXTRA = [
    ("negative syntax tests",
     lambda t: t.negative == "SyntaxError" and t.phase == "parse"),
    ("generators and async",
     lambda t: t.path.startswith(("built-ins/Generator", "built-ins/Async"))),
]

FRONT = re.compile(r"/\*---(.*?)---\*/", re.S)
NEGATIVE = re.compile(r"negative:\s*\n\s+phase:\s*(\w+)\s*\n\s+type:\s*(\w+)")
TIMEOUT_S = 60
NEW = "not looked at yet"


def front_list(text, key):
    m = re.search(r"^\s*%s:\s*\[([^\]]*)\]" % key, text, re.M)
    if m:
        return [x.strip() for x in m.group(1).split(",") if x.strip()]
    m = re.search(r"^\s*%s:\s*\n((?:\s+-\s.*\n?)+)" % key, text, re.M)
    if m:
        return [x.strip()[1:].strip() for x in m.group(1).splitlines()]
    return []


class Test:
    def __init__(self, root, path):
        self.root = root
        self.file = path
        self.path = os.path.relpath(path, os.path.join(root, "test"))
        with open(path, encoding="utf-8", newline="") as f:
            source = f.read()
        m = FRONT.search(source)
        text = m.group(1).replace("\r\n", "\n").replace("\r", "\n") \
            if m else ""
        self.features = front_list(text, "features")
        self.flags = front_list(text, "flags")
        self.includes = front_list(text, "includes")
        m = NEGATIVE.search(text)
        self.phase, self.negative = m.groups() if m else (None, None)
        self.realm = "$262.createRealm" in source

    def wanted(self):
        return not (SKIPPED.intersection(self.features) or self.realm or
                    "CanBlockIsFalse" in self.flags or
                    SKIPPED_PATHS.search(self.path))

    def run(self, exe):
        """None if it passes, else the reason."""
        flags = self.flags
        if "module" in flags:
            return self.run_file(exe, "--module", self.file)
        if "onlyStrict" in flags:
            return self.run_file(exe, "--strict", self.file)
        why = self.run_file(exe, "--script", self.file)
        if why is not None or "noStrict" in flags or "raw" in flags:
            return why
        why = self.run_file(exe, "--strict", self.file)
        return None if why is None else "strict mode: " + why

    def run_file(self, exe, how, file):
        harness = os.path.join(self.root, "harness")
        names = [] if "raw" in self.flags else \
            ["assert.js", "sta.js"] + self.includes
        if "async" in self.flags:
            names.append("doneprintHandle.js")
        args = [exe]
        for name in names:
            args += ["--script", os.path.join(harness, name)]
        try:
            p = subprocess.run(args + [how, file], capture_output=True,
                               timeout=TIMEOUT_S, check=False)
        except subprocess.TimeoutExpired:
            return "timeout"
        err = p.stderr.decode("utf-8", "replace").strip()
        first = err.split("\n")[0] if err else ""
        if self.negative:
            if p.returncode == 1 and re.search(r"\b%s\b" % self.negative, err):
                return None
            return "wanted %s, got: %s" % (self.negative, first or "success")
        if p.returncode != 0:
            return first or "exit status %d" % p.returncode
        if "async" in self.flags and \
                b"Test262:AsyncTestComplete" not in p.stdout:
            out = p.stdout.decode("utf-8", "replace").strip()
            return out.split("\n")[0] or "the test did not complete"
        return None


def find(root, paths):
    for d in paths:
        top = os.path.join(root, "test", d)
        if os.path.isfile(top):
            yield top
        for folder, _, files in sorted(os.walk(top)):
            for name in sorted(files):
                if name.endswith(".js") and "_FIXTURE" not in name:
                    yield os.path.join(folder, name)


def read_expected(path):
    """Test -> reason, in the order of the file."""
    expected, reason = {}, NEW
    if path is None or not os.path.exists(path):
        return expected
    with open(path, encoding="utf-8") as f:
        for line in f:
            line = line.strip()
            if line.startswith("# "):
                reason = line[2:]
            elif line:
                expected[line] = reason
    return expected


def write_expected(path, expected):
    groups = {}
    for test, reason in expected.items():
        groups.setdefault(reason, []).append(test)
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join("# %s\n%s\n" % (r, "\n".join(sorted(groups[r])))
                          for r in sorted(groups)))


def make_table(tests, results):
    table = {}
    for t, why in zip(tests, results):
        names = ["/".join(t.path.split("/")[:2]), t.path.split("/")[0]]
        names += [name for name, belongs in EXTRA if belongs(t)]
        for name in names:
            row = table.setdefault(name, [0, 0])
            row[0] += why is None
            row[1] += 1
    return table


def print_table(table, f=sys.stdout):
    for name, (ok, n) in sorted(table.items()):
        f.write("%-40s %6d / %6d  %5.1f %%\n" % (name, ok, n, 100 * ok / n))


def write_table(path, table):
    with open(path, encoding="utf-8") as f:
        head = f.read().split("| folder |")[0]
    with open(path, "w", encoding="utf-8") as f:
        f.write(head + "| folder | passed | of | % |\n|---|--:|--:|--:|\n")
        for name, (ok, n) in sorted(table.items()):
            f.write("| %s | %d | %d | %.1f |\n" % (name, ok, n, 100 * ok / n))


def is_pinned(root):
    p = subprocess.run(["git", "-C", root, "rev-parse", "HEAD"],
                       capture_output=True, text=True, check=False)
    return p.returncode != 0 or p.stdout.strip() == PINNED


def options():
    a = argparse.ArgumentParser(
        usage=__doc__.split("\n\n")[1].replace("usage: ", ""),
        description=__doc__.split("\n\n", 2)[2],
        formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("-j", type=int, default=os.cpu_count())
    a.add_argument("-v", action="store_true", help="print every failure")
    a.add_argument("--exe", default="build/eider-js")
    a.add_argument("--expected", metavar="FILE")
    a.add_argument("--update", action="store_true")
    a.add_argument("--table", metavar="FILE")
    a.add_argument("--failures", metavar="FILE",
                   help="write 'path: reason' of every failure")
    a.add_argument("test262")
    a.add_argument("paths", nargs="*", default=["language", "built-ins"])
    return a.parse_args()


def main():
    o = options()
    o.test262 = os.path.abspath(o.test262)
    if not os.path.isdir(os.path.join(o.test262, "harness")):
        sys.exit("test262.py: %s is no copy of test262" % o.test262)
    if not is_pinned(o.test262):
        print("test262: this copy is not at commit %s" % PINNED)
    expected = read_expected(o.expected)
    tests = [t for t in (Test(o.test262, p)
                         for p in find(o.test262, o.paths)) if t.wanted()]
    with concurrent.futures.ThreadPoolExecutor(o.j) as pool:
        results = list(pool.map(lambda t: t.run(o.exe), tests))
    bad, failed = [], []
    for t, why in zip(tests, results):
        if why is not None:
            failed.append("%s: %s" % (t.path, why))
            if t.path not in expected:
                bad.append(failed[-1])
                expected[t.path] = NEW
        elif t.path in expected:
            bad.append("%s: passes, but is expected to fail" % t.path)
            del expected[t.path]
    table = make_table(tests, results)
    print_table(table)
    if o.table:
        write_table(o.table, table)
    if o.failures:
        with open(o.failures, "w", encoding="utf-8") as f:
            f.write("".join(x + "\n" for x in failed))
    if o.update:
        write_expected(o.expected, expected)
        return 0
    if o.v or o.expected:
        print("\n".join(bad if o.expected else failed))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
