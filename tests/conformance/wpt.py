#!/usr/bin/env python3
"""Run a copy of the Web Platform Tests in workers.

usage: wpt.py [--build BUILD] [--update] [-v] [-k REGEX] WPT [FOLDER...]

WPT is a checkout of the suite; none of it is in this tree. Every test file
that is meant for workers becomes a worker of its own, and one more serves the
suite's files to them; all belong to one `eider serve`. Prints the pass rate of
each folder.

wpt/FOLDER.expected (a / of the name written as _) lists what fails. Below a
comment with the reason come lines of four forms:

	skip FILE              the file is not run: it asks for what no worker has
	skip FILE | NAME       the same of some tests: they do not count
	FILE                   all failures of the file
	FILE | NAME            the tests of the file with that name

FILE and NAME are regular expressions that match the whole path below FOLDER
and the whole name. A failure that no line matches fails the run, and so does a
line that matches none. --update adds the former, under a heading that asks for
a reason, and drops the latter.
"""
import argparse
import collections
import concurrent.futures
import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
LISTS = HERE / "wpt"
FOLDERS = ("url", "urlpattern", "encoding", "streams", "fetch/api", "FileAPI",
           "WebCryptoAPI", "compression", "dom/events", "dom/abort",
           "html/webappapis", "webmessaging", "xhr/formdata", "console")
WAIT_S = 120
DATE = "2026-11-01"
FILE_MAX = 2 << 20
UNSORTED = "# to be sorted"
STATUS = ("pass", "fail", "timeout", "not run", "precondition failed")

WORKER = """
[worker %(name)s]
compatibilityDate = %(date)s
serviceWorkerScript = embed(%(file)s)
globalOutbound = files
idleTimeout = 100ms
limits.memory = 256M
limits.cpu = 100s
limits.wall = 110s
limits.subrequests = 10000
"""

SERVER = """
[socket http]
address = 127.0.0.1:0
service = files
%(routes)s
[worker files]
compatibilityDate = %(date)s
modules = server.js esModule embed(%(server)s)
bindings = files json embed(files.json)
limits.memory = 512M
limits.cpu = 100s
limits.requests = 1000
limits.subrequests = 10000
"""

# What {{...}} stands for in files whose name has .sub in it.
SUBSTITUTES = {
    "host": "web-platform.test", "domains[]": "web-platform.test",
    "domains[www]": "www.web-platform.test",
    "domains[www1]": "www1.web-platform.test",
    "domains[www2]": "www2.web-platform.test",
    "hosts[alt][]": "not-web-platform.test",
    "hosts[alt][www]": "www.not-web-platform.test",
    "ports[http][0]": "8000", "ports[http][1]": "8001",
    "ports[https][0]": "8443", "ports[https][1]": "8444",
    "ports[h2][0]": "9000", "ports[http-local][0]": "8002",
    "ports[http-public][0]": "8003", "ports[http-private][0]": "8004",
    "ports[https-local][0]": "8445", "ports[https-public][0]": "8446",
    "ports[https-private][0]": "8447", "ports[ws][0]": "8005",
    "ports[wss][0]": "8448", "ports[webtransport-h3][0]": "11000",
}


def read(path):
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") \
            as f:
        text = f.read()
    if ".sub." in path.name:
        text = re.sub(r"\{\{(.*?)\}\}",
                      lambda m: SUBSTITUTES.get(m[1], m[0]), text)
    return text


def meta(text):
    """The // META: lines of a test, as {key: [values]}."""
    found = collections.defaultdict(list)
    for line in text.splitlines():
        m = re.match(r"//\s*META:\s*([\w-]+)=(.*?)\s*$", line)
        if m:
            found[m[1]].append(m[2])
        elif line.strip() and not line.startswith("//"):
            break
    return found


class Test:
    """One file of the suite, with one of its variants."""

    def __init__(self, root, folder, path, text, variant):
        self.root, self.path, self.text = root, path, text
        self.name = str(path.relative_to(root / folder)) + variant
        url = str(path.relative_to(root))
        self.scheme = "https" if ".https." in path.name else "http"
        self.port = 8443 if self.scheme == "https" else 8000
        url = re.sub(r"\.any\.js$", ".any.worker.html", url)
        self.url = (f"{self.scheme}://web-platform.test:{self.port}/"
                    f"{url}{variant}")
        self.is_long = "long" in meta(text)["timeout"]

    def find(self, script):
        if script == "/resources/WebIDLParser.js":
            script = "/resources/webidl2/lib/webidl2.js"
        base = self.root if script.startswith("/") else self.path.parent
        return base / script.lstrip("/")

    def script(self):
        """The text of the worker."""
        parts = []

        def include(m):
            for name in re.findall(r"""["']([^"']+)["']""", m[1]):
                if not name.endswith("testharness.js"):
                    parts.append(read(self.find(name)))
            return ""

        text = self.text
        for name in meta(text)["script"]:
            if not re.search(r"testharness(report)?\.js$", name):
                parts.append(read(self.find(name)))
        text = re.sub(r"^importScripts\((.*?)\);?", include, text,
                      flags=re.M)
        limit = 60000 if self.is_long else 10000
        harness = read(self.root / "resources" / "testharness.js")
        evaluator = []
        if "idl_test(" in text:  # workers have no eval(): done beforehand
            evaluator = ["var eval = function (text) {", "switch (text) {"]
            for x in sorted(expressions(text)):
                evaluator.append(f"case {json.dumps(x)}: return ({x});")
            evaluator += ["}", "throw new Error('not foreseen: ' + text);",
                          "};"]
        return "\n".join([
            f"var wpt_url = {json.dumps(self.url)};",
            f"var wpt_limit_ms = {limit};",
            read(LISTS / "shim.js"), harness,
            "function wpt_main() {", *evaluator, *parts, text, "\n}"])


def expressions(text):
    """The texts that idlharness evaluates: what add_objects() is given."""
    found = set()
    for m in re.finditer(r"add_objects\(\{(.*?)\}\);", text, re.S):
        body = re.sub(r"^\s*//.*", "", m[1], flags=re.M)
        for q, inner in re.findall(r"""(["'`])((?:(?!\1).)*)\1""", body):
            found.add(inner.replace("\\\\", "\\"))
    return found


def find_tests(root, folder):
    for path in sorted((root / folder).rglob("*.js")):
        if not re.search(r"\.(any|worker)\.js$", path.name) or \
                ".tentative." in path.name:
            continue
        text = read(path)
        m = meta(text)
        where = ",".join(m["global"]) or "window,dedicatedworker"
        if path.name.endswith(".any.js") and "worker" not in where:
            continue
        for variant in m["variant"] or [""]:
            yield Test(root, folder, path, text, variant)


class Expected:
    """What wpt/FOLDER.expected says."""

    def __init__(self, folder):
        self.file = LISTS / (folder.replace("/", "_") + ".expected")
        self.lines = []
        if self.file.exists():
            self.lines = self.file.read_text(encoding="utf-8").splitlines()
        self.rules = []
        self.skips = []
        self.used = set()
        for line in self.lines:
            if not line.strip() or line.startswith("#"):
                continue
            is_skip = line.startswith("skip ")
            name, _, case = line[5 * is_skip:].partition(" | ")
            if is_skip and not case:
                self.skips.append((line, re.compile(name)))
                continue
            self.rules.append((line, re.compile(name),
                               re.compile(case, re.S) if case else None))

    def skips_file(self, name):
        for line, rule in self.skips:
            if rule.fullmatch(name):
                self.used.add(line)
                return True
        return False

    def match(self, name, case):
        """ "skip", "fails" or None: what is said of a failure."""
        found = None
        for line, file_rule, case_rule in self.rules:
            if file_rule.fullmatch(name) and \
                    (case_rule is None or case_rule.fullmatch(case)):
                self.used.add(line)
                found = "skip" if line.startswith("skip ") else \
                    found or "fails"
        return found

    def stale(self):
        return [x[0] for x in self.skips + self.rules
                if x[0] not in self.used]

    def update(self, failures):
        stale = set(self.stale())
        lines = [x for x in self.lines if x not in stale]
        new = sorted({f"{re.escape(name)} | {re.escape(case)}"
                      .replace("\n", "\\n")
                      for name, case, _ in failures})
        if new and UNSORTED not in lines:
            lines += ["", UNSORTED]
        self.file.write_text("\n".join(lines + new).lstrip("\n") + "\n",
                             encoding="utf-8")


def suite_files(root, folders):
    """What the worker `files` serves: {path: text}, bytes as latin-1."""
    found = {}
    for folder in set(folders) | {"common", "interfaces", "fetch/data-urls"}:
        for path in sorted((root / folder).rglob("*")):
            name = str(path.relative_to(root))
            if path.is_file() and path.stat().st_size <= FILE_MAX and \
                    not re.search(r"\.(any|worker|window)\.js$", name) and \
                    (re.search(r"\.(json|js|txt|headers|css|idl)$", name)
                     or "/resources/" in name):
                data = path.read_bytes()
                if ".sub." in name:
                    data = read(path).encode("utf-8", "surrogateescape")
                found["/" + name] = data.decode("latin-1")
    return found


class Server:
    """One eider serve with a worker for each test."""

    def __init__(self, build, tests, folder, root):
        self.temp = tempfile.TemporaryDirectory()
        home = pathlib.Path(self.temp.name)
        routes, workers = [], []
        for i, t in enumerate(tests):
            (home / f"t{i}.js").write_text(
                t.script(), encoding="utf-8", errors="surrogateescape",
                newline="")
            routes.append(f"routes = */run/{i} t{i}\n")
            workers.append(WORKER % {"name": f"t{i}", "file": f"t{i}.js",
                                     "date": DATE})
        (home / "files.json").write_text(
            json.dumps(suite_files(root, [folder])), encoding="utf-8")
        text = SERVER % {"routes": "".join(routes), "date": DATE,
                         "server": LISTS / "server.js"}
        config = home / "eider.ini"
        config.write_text(text + "".join(workers), encoding="utf-8")
        read_end, write_end = os.pipe()
        self.log = open(home / "log", "w+b")
        self.process = subprocess.Popen(
            [os.path.join(build, "eider"), "serve", str(config),
             "--control-fd", str(write_end)],
            pass_fds=(write_end,), stderr=self.log, stdout=self.log,
            env=dict(os.environ, XDG_RUNTIME_DIR=str(home),
                     XDG_STATE_HOME=str(home)))
        os.close(write_end)
        with os.fdopen(read_end) as events:
            line = events.readline()
        if not line:
            self.log.seek(0)
            sys.exit("eider does not start:\n"
                     + self.log.read().decode("utf-8", "replace"))
        self.port = json.loads(line)["port"]

    def run(self, i):
        """[(case, status, message)], and the harness's own failure."""
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
        try:
            c.request("GET", f"/run/{i}")
            r = c.getresponse()
            body = r.read()
        except (OSError, http.client.HTTPException) as e:
            return [("", 1, f"no answer: {e}")]
        finally:
            c.close()
        if r.status != 200:
            return [("", 1, f"status {r.status}: "
                     + body.decode("utf-8", "replace"))]
        return [tuple(x) for x in json.loads(body)]

    def stop(self, show):
        self.process.terminate()
        self.process.wait(30)
        if show:
            self.log.seek(0)
            print(self.log.read().decode("utf-8", "replace"))
        self.log.close()
        self.temp.cleanup()


def run_folder(o, root, folder):
    """(passed, total, skipped files, unexpected failures, stale lines)"""
    expected = Expected(folder)
    tests, nskipped = [], 0
    for t in find_tests(root, folder):
        if expected.skips_file(t.name):
            nskipped += 1
        elif o.k is None or re.search(o.k, t.name):
            tests.append(t)
    passed = total = 0
    failures, unexpected = [], []
    if not tests:
        return passed, total, nskipped, unexpected, []
    server = Server(o.build, tests, folder, root)
    try:
        with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
            results = list(pool.map(server.run, range(len(tests))))
    finally:
        server.stop(o.verbose > 1)
    for t, result in zip(tests, results):
        for case, status, message in result:
            total += 1
            if status == 0:
                passed += 1
                continue
            text = f"{STATUS[status]}: {message}"
            said = expected.match(t.name, case)
            if said == "skip":
                total -= 1
                continue
            failures.append((t.name, case, text))
            if said is None:
                unexpected.append((t.name, case, text))
    if o.json:
        with open(o.json, "a", encoding="utf-8") as f:
            for x in failures:
                f.write(json.dumps([folder, *x]) + "\n")
    stale = expected.stale() if o.k is None else []
    if o.update:
        expected.update(unexpected)
        unexpected, stale = [], []
    return passed, total, nskipped, unexpected, stale


def main():
    a = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    a.add_argument("--build", default=str(HERE.parents[1] / "build"))
    a.add_argument("--update", action="store_true",
                   help="write what fails into the lists")
    a.add_argument("-j", "--jobs", type=int, default=2)
    a.add_argument("-k", help="only files whose path matches")
    a.add_argument("-v", "--verbose", action="count", default=0,
                   help="each failure; twice: eider's log, too")
    a.add_argument("--json", help="append every failure to this file")
    a.add_argument("suite", type=pathlib.Path)
    a.add_argument("folders", nargs="*")
    o = a.parse_intermixed_args()
    if not (o.suite / "resources" / "testharness.js").exists():
        print(f"wpt: no copy of the suite at {o.suite}: skipped")
        return 0
    bad = 0
    for folder in o.folders or FOLDERS:
        passed, total, nskipped, unexpected, stale = run_folder(
            o, o.suite.resolve(), folder)
        rate = 100 * passed / total if total else 0
        print(f"{folder:20} {passed:6} of {total:6}  {rate:5.1f} %  "
              f"{nskipped} files skipped", flush=True)
        for name, case, text in unexpected:
            print(f"  failed: {name} | {case}: {text[:300]}")
        for line in stale:
            print(f"  nothing fails: {line}")
        bad += len(unexpected) + len(stale)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
