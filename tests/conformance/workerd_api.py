#!/usr/bin/python3
"""workerd's own tests of its APIs, run by `eider test`.

usage: workerd_api.py [--build BUILD] [--update] [--verbose] SOURCES [NAME...]

SOURCES is a checkout of workerd; none of it is in this tree. Each *.wd-test
config is translated to an eider.ini when it is run. NAMEs are patterns of
files, without their ending; without any it is the list below. Entries that are
known to fail are in workerd_api.expected, each group under its reason; one that
fails besides, or that passes though it is listed, fails the run.
"""
import argparse
import fnmatch
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
EXPECTED = HERE / "workerd_api.expected"
FOLDERS = ("src/workerd/api/tests", "src/workerd/api/node/tests")
TIMEOUT_S = 120
TEST_S = 20
DATE = "2026-08-04"

# What the core APIs are: tests of objects, sockets, RPC and the rest of
# workerd have their own runs. "node/" stands for the second folder.
FILES = """
abort-internal-streams-test abortsignal-test blob-test blob2-test
commonjs-module-test compression-streams-test crypto-extras-test
crypto-impl-asymmetric-test crypto-streams-test
decompression-stream-unhandled-rejection-test encoding-streams-test
encoding-test error-in-error-event-test events-test form-data-test
global-scope-test headers-immutable-prototype-test http-standard-test
identity-transform-stream-state-machine-test module-test navigator-test
pipe-streams-test reporterror-test request-clone-test response-json
response-used-body-test scheduler-test settimeout-test
streams-async-iterator-test streams-backpressure-test
streams-byob-edge-cases-test streams-error-edge-cases-test streams-js-test
streams-no-auto-allocate-test streams-respond-test streams-tee-edge-cases-test
streams-test structuredclone-error-serialize-test
textdecoder-utf16-odd-offset-test transform-streams-test ts-identity-streams-test
unhandled-rejection-test url-test fetch-test importable-env-test
als-test als-only-test buffer-indexof-odd-offset-ucs2-test
node/assert-test node/async_hooks-nodejs-test node/bound-als-test
node/buffer-nodejs-test node/buffer-base64-large-test node/crypto_hash-test
node/crypto_hmac-test node/crypto_random-test node/diagnostics-channel-test
node/path-test node/querystring-nodejs-test node/string-decoder-test
node/timers-nodejs-test node/url-nodejs-test node/util-nodejs-test
""".split()

# --- the config language of Cap'n Proto, as far as tests use it ---

TOKEN = re.compile(r"""
    (?P<space>\s+|\#[^\n]*)
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<block>(?:`[^\n]*(?:\n\s*)?)+)
  | (?P<word>[A-Za-z_][\w]*)
  | (?P<number>-?\d+(?:\.\d+)?)
  | (?P<mark>[()\[\]=,;:.@$])
""", re.X)


class Reader:
    def __init__(self, text):
        self.tokens = []
        at = 0
        while at < len(text):
            m = TOKEN.match(text, at)
            if not m:
                raise ValueError(f"cannot read {text[at:at + 20]!r}")
            if m.lastgroup != "space":
                self.tokens.append((m.lastgroup, m[0]))
            at = m.end()
        self.at = 0

    def peek(self):
        return self.tokens[self.at][1] if self.at < len(self.tokens) else None

    def take(self, want=None):
        kind, text = self.tokens[self.at]
        if want is not None and text != want:
            raise ValueError(f"{want!r} expected, {text!r} found")
        self.at += 1
        return kind, text

    def constants(self):
        """All `const NAME :TYPE = VALUE;` of the file, as {name: value}."""
        found = {}
        while self.at < len(self.tokens):
            _, text = self.take()
            if text != "const":
                continue
            name = self.take()[1]
            while self.peek() != "=":
                self.take()
            self.take("=")
            found[name] = self.value()
        return found

    def value(self):
        kind, text = self.take()
        if text == "(":
            return self.struct()
        if text == "[":
            items = []
            while self.peek() != "]":
                items.append(self.value())
                if self.peek() == ",":
                    self.take()
            self.take("]")
            return items
        if text == "embed":
            return ("embed", json.loads(self.take()[1]))
        if text == ".":
            return ("constant", self.take()[1])
        if kind == "string":
            return unquote(text)
        if kind == "block":
            return "\n".join(line.strip()[1:] for line in text.split("\n")
                             if line.strip()) + "\n"
        if text in ("true", "false"):
            return text == "true"
        if kind == "number":
            return float(text) if "." in text else int(text)
        return ("name", text)

    def struct(self):
        fields = {}
        while self.peek() != ")":
            if self.tokens[self.at][0] == "word" and \
                    self.tokens[self.at + 1][1] == "=":
                name = self.take()[1]
                self.take("=")
                fields[name] = self.value()
            else:
                return self.lone()
            if self.peek() == ",":
                self.take()
        self.take(")")
        return fields

    def lone(self):
        value = self.value()
        self.take(")")
        return value


def unquote(text):
    return json.loads(re.sub(r"\\(['?])", r"\1", text))


class Unsupported(Exception):
    pass


def resolve(value, constants):
    if isinstance(value, dict):
        return {k: resolve(v, constants) for k, v in value.items()}
    if isinstance(value, list):
        return [resolve(v, constants) for v in value]
    if isinstance(value, tuple) and value[0] == "constant":
        return resolve(constants[value[1]], constants)
    return value


# --- translation ---

def word(text):
    return json.dumps(text, ensure_ascii=True)


class Translation:
    """A config as an eider.ini in FOLDER, its files beside it."""

    def __init__(self, config, source, folder, known_flags):
        self.source = source
        self.folder = folder
        self.known = known_flags
        self.lines = []
        self.nfiles = 0
        self.has_gc = "--expose-gc" in config.get("v8Flags", [])
        for service in config.get("services", []):
            self.service(service)
        (folder / "eider.ini").write_text("\n".join(self.lines) + "\n")

    def put(self, line=""):
        self.lines.append(line)

    def content(self, value, is_code=False):
        """VALUE of a module or binding as a word of the INI."""
        if isinstance(value, tuple) and value[0] == "embed":
            data = (self.source / value[1]).read_bytes()
            suffix = pathlib.Path(value[1]).suffix
        else:
            data = value.encode()
            suffix = ".txt"
        if self.has_gc and is_code:
            data = b"globalThis.gc ??= () => {}; " + data
        self.nfiles += 1
        name = f"file{self.nfiles}{suffix}"
        (self.folder / name).write_bytes(data)
        return f"embed({name})"

    def service(self, service):
        kinds = set(service) - {"name"}
        if kinds != {"worker"}:
            raise Unsupported(f"service of kind {', '.join(sorted(kinds))}")
        worker = service["worker"]
        self.put(f"[worker {service['name']}]")
        self.put(f"compatibilityDate = {DATE}")
        self.put("limits.cpu = 10s")
        self.put("limits.memory = 1G")
        for field, value in worker.items():
            method = getattr(self, "worker_" + field, None)
            if method is None:
                raise Unsupported(field)
            method(value)
        self.put()

    def worker_compatibilityDate(self, value):
        pass  # there is but the newest behaviour

    def worker_compatibilityFlags(self, flags):
        for flag in sorted(set(flags)):
            if flag in self.known:
                self.put(f"compatibilityFlags = {flag}")

    def worker_modules(self, modules):
        for module in modules:
            kind = (set(module) - {"name", "namedExports"}).pop()
            if kind not in ("esModule", "commonJsModule", "text", "data",
                            "json"):
                raise Unsupported(f"module of kind {kind}")
            line = (f"modules = {word(module['name'])} {kind} "
                    f"{self.content(module[kind], kind == 'esModule')}")
            for name in module.get("namedExports", []):
                line += f" namedExports={word(name)}"
            self.put(line)

    def worker_serviceWorkerScript(self, script):
        self.put(f"serviceWorkerScript = {self.content(script)}")

    def worker_bindings(self, bindings):
        for binding in bindings:
            kind = (set(binding) - {"name"}).pop()
            value = binding[kind]
            if kind == "service":
                text = self.designator(value)
            elif kind in ("text", "data", "json"):
                text = self.content(value)
            elif kind == "fromEnvironment":
                text = word(value)
            else:
                raise Unsupported(f"binding of kind {kind}")
            self.put(f"bindings = {word(binding['name'])} {kind} {text}")

    @staticmethod
    def designator(value):
        if isinstance(value, str):
            return word(value)
        text = word(value["name"])
        if "entrypoint" in value:
            text += f" entrypoint={word(value['entrypoint'])}"
        if "props" in value:
            text += f" props.json={word(value['props']['json'])}"
        return text


# --- running ---

def count_entries(path):
    """Tests of a script that could not be run: its exports, roughly."""
    text = path.read_text() if path.exists() else ""
    return max(1, len(re.findall(
        r"^export (?:const \w+ = \{|default \{|class \w+ extends "
        r"WorkerEntrypoint)", text, re.M)))


def run_file(o, name, known_flags):
    """(passed, failed, what went wrong) of a .wd-test."""
    folder, stem = FOLDERS[name.startswith("node/")], name.split("/")[-1]
    path = o.sources / folder / (stem + ".wd-test")
    constants = Reader(path.read_text()).constants()
    config = resolve(next(iter(constants.values())), constants)
    if "services" not in config:
        config = next(resolve(c, constants) for c in constants.values()
                      if isinstance(c, dict) and "services" in c)
    with tempfile.TemporaryDirectory() as temp:
        temp = pathlib.Path(temp)
        try:
            Translation(config, path.parent, temp, known_flags)
        except Unsupported as e:
            n = count_entries(path.parent / (stem + ".js"))
            return [], [f"({n} tests)"], f"{e}: not in this version"
        done = subprocess.run(
            [str(o.build / "eider"), "test", "--timeout", str(TEST_S),
             "eider.ini"], cwd=temp, capture_output=True, text=True,
            errors="replace", timeout=TIMEOUT_S, check=False)
    passed = re.findall(r"^\[ PASS \] (\S+)", done.stderr, re.M)
    failed = re.findall(r"^\[ FAIL \] (\S+)", done.stderr, re.M)
    if not passed and not failed:
        n = count_entries(path.parent / (stem + ".js"))
        failed = [f"({n} tests)"]
    return passed, failed, done.stderr


def read_expected():
    names = set()
    for line in EXPECTED.read_text().splitlines():
        line = line.split("#")[0].strip()
        if line:
            names.add(line)
    return names


def number(entry):
    m = re.fullmatch(r"\((\d+) tests\)", entry)
    return int(m[1]) if m else 1


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("sources", type=pathlib.Path)
    options.add_argument("names", nargs="*")
    options.add_argument("--build", type=pathlib.Path,
                         default=HERE.parents[1] / "build")
    options.add_argument("--update", action="store_true",
                         help="print what fails instead of judging it")
    options.add_argument("--verbose", action="store_true",
                         help="print what the tests say")
    o = options.parse_args()
    o.build = o.build.resolve()
    flags_def = (HERE.parents[1] / "conf/flags.def").read_text()
    known = set(re.findall(r'^FLAG\("(\w+)", [^\n]*false\)', flags_def, re.M))
    files = FILES
    if o.names:
        every = [("node/" if i else "") + p.name.removesuffix(".wd-test")
                 for i, folder in enumerate(FOLDERS)
                 for p in sorted((o.sources / folder).glob("*.wd-test"))]
        files = [f for f in every
                 if any(fnmatch.fnmatch(f, n) for n in o.names)]
    expected = set() if o.update else read_expected()
    npassed = nall = 0
    wrong = []
    for name in files:
        try:
            passed, failed, said = run_file(o, name, known)
        except (OSError, ValueError, StopIteration,
                subprocess.TimeoutExpired) as e:
            passed, failed, said = [], ["(1 tests)"], str(e)
        count = sum(map(number, failed)) + len(passed)
        npassed += len(passed)
        nall += count
        print(f"{len(passed):5} of {count:4}  {name}", flush=True)
        if o.verbose:
            print(said)
        fails = {f"{name} {entry}" for entry in failed}
        wrong += [f"fails: {f}" for f in sorted(fails - expected)]
        wrong += [f"passes, but is listed: {name} {p}" for p in passed
                  if f"{name} {p}" in expected]
    print(f"{npassed} of {nall} entries pass "
          f"({100 * npassed / max(nall, 1):.1f} %)")
    print("\n".join(wrong))
    return 0 if o.update or not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
