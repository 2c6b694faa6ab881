#!/usr/bin/env python3
"""Run a copy of tc39/test262 with eider-js.

usage: test262.py [-j N] [-v] [--exe EIDER_JS] [--expected FILE] TEST262 [DIR...]

DIR is relative to TEST262/test (default: language and built-ins). Each test
runs in its own process, strict or sloppy as its flags say (sloppy if they say
nothing). Tests of features outside ES2024 are left out: see SKIPPED. A test
in FILE ("path # reason", the path may end in *) is expected to fail; a failure
that is not listed, or a listed test that passes, makes the exit status 1.
Prints a table by directory.
"""
import argparse
import concurrent.futures
import fnmatch
import os
import re
import subprocess
import sys
import tempfile

# Features after ES2024, or excluded by design.
SKIPPED = set("""
Array.fromAsync Atomics Atomics.pause Atomics.waitAsync Error.isError
Float16Array Intl.Enumeration IsHTMLDDA Iterator.concat
Iterator.prototype.join Math.f16round Math.sumPrecise
Map.prototype.getOrInsert RegExp.escape ShadowRealm SharedArrayBuffer Temporal
await-dictionary cross-realm decorators error-stack-accessor
immutable-arraybuffer import-bytes import-defer import-text iterator-chunking
iterator-includes iterator-join iterator-sequencing joint-iteration
json-parse-with-source legacy-regexp nonextensible-applies-to-private
source-phase-imports tail-call-optimization uint8array-base64 upsert
""".split())

FRONT = re.compile(r"/\*---(.*?)---\*/", re.S)
TIMEOUT_S = 30


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
        self.path = os.path.relpath(path, os.path.join(root, "test"))
        with open(path, encoding="utf-8") as f:
            self.source = f.read()
        m = FRONT.search(self.source)
        text = m.group(1) if m else ""
        self.features = front_list(text, "features")
        self.flags = front_list(text, "flags")
        self.includes = front_list(text, "includes")
        self.file = path
        m = re.search(r"negative:\s*\n\s+phase:\s*(\w+)\s*\n\s+type:\s*(\w+)",
                      text)
        self.negative = m.group(2) if m else None

    def wanted(self):
        return not SKIPPED.intersection(self.features) and \
            "CanBlockIsFalse" not in self.flags

    def run(self, root, exe):
        """None if it passes, else the reason."""
        harness = os.path.join(root, "harness")
        names = [] if "raw" in self.flags else \
            ["assert.js", "sta.js"] + self.includes
        if "async" in self.flags:
            names.append("doneprintHandle.js")
        args = [exe]
        for name in names:
            args += ["--script", os.path.join(harness, name)]
        temp = None
        try:
            if "module" in self.flags:
                args += ["--module", self.file]
            elif "onlyStrict" in self.flags:
                temp = tempfile.NamedTemporaryFile("w", suffix=".js",
                                                   encoding="utf-8")
                temp.write('"use strict";\n' + self.source)
                temp.flush()
                args += ["--script", temp.name]
            else:
                args += ["--script", self.file]
            p = subprocess.run(args, capture_output=True, timeout=TIMEOUT_S,
                               check=False)
        except subprocess.TimeoutExpired:
            return "timeout"
        finally:
            if temp is not None:
                temp.close()
        err = p.stderr.decode("utf-8", "replace").strip()
        first = err.split("\n")[0] if err else ""
        if self.negative:
            if p.returncode == 1 and self.negative in err:
                return None
            return "wanted %s, got: %s" % (self.negative, first or "success")
        if p.returncode != 0:
            return first or "exit status %d" % p.returncode
        if "async" in self.flags and \
                b"Test262:AsyncTestComplete" not in p.stdout:
            out = p.stdout.decode("utf-8", "replace").strip()
            return out.split("\n")[0] or "the test did not complete"
        return None


def find(root, dirs):
    for d in dirs:
        top = os.path.join(root, "test", d)
        if os.path.isfile(top):
            yield top
        for folder, _, files in sorted(os.walk(top)):
            for name in sorted(files):
                if name.endswith(".js") and "_FIXTURE" not in name:
                    yield os.path.join(folder, name)


def read_expected(path):
    if path is None:
        return []
    with open(path, encoding="utf-8") as f:
        lines = [line.split("#")[0].strip() for line in f]
    return [x for x in lines if x]


def main():
    a = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1])
    a.add_argument("-j", type=int, default=os.cpu_count())
    a.add_argument("-v", action="store_true")
    a.add_argument("--exe", default="build/eider-js")
    a.add_argument("--expected")
    a.add_argument("test262")
    a.add_argument("dirs", nargs="*", default=["language", "built-ins"])
    o = a.parse_args()
    if not os.path.isdir(os.path.join(o.test262, "harness")):
        print("test262: no copy of test262 at %s: skipped" % o.test262)
        return 0
    expected = read_expected(o.expected)
    tests = [t for t in (Test(o.test262, p)
                         for p in find(o.test262, o.dirs)) if t.wanted()]
    table, bad = {}, []
    with concurrent.futures.ThreadPoolExecutor(o.j) as pool:
        results = pool.map(lambda t: t.run(o.test262, o.exe), tests)
        for t, why in zip(tests, results):
            row = table.setdefault("/".join(t.path.split("/")[:2]), [0, 0])
            row[1] += 1
            row[0] += why is None
            listed = any(fnmatch.fnmatch(t.path, x) for x in expected)
            if why is not None and not listed:
                bad.append("%s: %s" % (t.path, why))
            elif why is None and t.path in expected:
                bad.append("%s: passes, but is expected to fail" % t.path)
    for name, (ok, n) in sorted(table.items()):
        print("%-40s %6d / %6d  %5.1f %%" % (name, ok, n, 100 * ok / n))
    if o.v or o.expected:
        print("\n".join(bad))
    return 1 if bad else 0


sys.exit(main())
