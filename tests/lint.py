"""Check the rules of the tree that a script can check.

usage: lint.py [BUILD]      BUILD: a build directory, for the symbols

Prints "file:line: what is wrong" and exits 1, or prints the number of files
and exits 0. A rule's reason is in HACKING.md.
"""
import os
import re
import shutil
import subprocess
import sys

SOURCE_MAX = 1200     # lines of a .c
HEADER_MAX = 400      # lines of a .h; aim for 200
FUNCTION_MAX = 80     # lines of a function that is no flat switch

# A folder and the folders whose headers it may include, besides itself.
# The order is that of DESIGN: nothing points upwards or sideways.
ARROWS = {
    "base": [],
    "ipc": ["base"],
    "conf": ["base"],
    "sandbox": ["base"],
    "http": ["base"],
    "supervisor": ["base", "ipc", "sandbox", "conf"],
    "front": ["base", "ipc", "sandbox", "http"],
    "egress": ["base", "ipc", "sandbox", "http"],
    "disk": ["base", "ipc", "sandbox", "http"],
    "store": ["base", "ipc", "sandbox"],
    "worker/lang": ["base"],
    "worker/engine": ["base", "worker/lang"],
    "worker/builtins": ["base", "worker/engine", "worker/lang"],
    "worker/api": ["base", "ipc", "worker/engine", "worker/builtins"],
    "worker/object": ["base", "worker/engine", "worker/builtins",
                      "worker/api"],
    "worker": ["base", "ipc", "sandbox", "worker/lang", "worker/engine",
               "worker/builtins", "worker/api", "worker/object"],
}

# Unfinished work, and places that exist on one machine only.
WORDS = ["XX" + "X:", "FIX" + "ME", "TO" + "DO", "/wo" + "rk/", "/tmp/" + "w/",
         "clau" + "de", "anthro" + "pic", "chat" + "gpt", "open" + "ai",
         "co" + "pilot"]

problems = []


def report(path, line, text):
    problems.append(f"{path}:{line}: {text}" if line else f"{path}: {text}")


def tracked():
    """The files of the tree: git's list, or all files of a tarball."""
    git = subprocess.run(["git", "ls-files"], capture_output=True, text=True)
    if git.returncode == 0 and git.stdout:
        return [f for f in git.stdout.splitlines() if os.path.isfile(f)]
    found = []
    for folder, _, names in os.walk("."):
        found += [os.path.join(folder, n)[2:] for n in names]
    return found


def read(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        return f.read()


def folder_of(path):
    """The longest folder of ARROWS that PATH is in; None elsewhere."""
    folder = os.path.dirname(path)
    while folder and folder not in ARROWS:
        folder = os.path.dirname(folder)
    return folder or None


def check_guard(path, text):
    want = re.sub(r"[^A-Za-z0-9]", "_", path).upper()
    lines = [l for l in text.splitlines() if l.startswith("#")]
    if lines[:2] != [f"#ifndef {want}", f"#define {want}"]:
        report(path, 1, f"the guard of this header is not {want}")


def check_includes(path, text):
    folder = folder_of(path)
    if folder is None:
        return
    allowed = ARROWS[folder] + [folder]
    for number, line in enumerate(text.splitlines(), 1):
        m = re.match(r'#\s*include "([^"]+)"', line)
        if not m or m[1] in ("config.h", "duktape.h", "duk_config.h"):
            continue
        if "/" not in m[1]:
            report(path, number, f'"{m[1]}": write the folder as well')
            continue
        target = folder_of(m[1])
        if target is None and not m[1].startswith("tests/"):
            continue  # generated
        if target not in allowed:
            report(path, number, f"{folder}/ may not include \"{m[1]}\"")


def is_flat_switch(body):
    """Whether most of a function is the cases of one switch."""
    cases = sum(1 for l in body if re.match(r"\t+(case|default)\b", l))
    return cases * 5 >= len(body)


def check_lengths(path, text):
    lines = text.splitlines()
    limit = SOURCE_MAX if path.endswith(".c") else HEADER_MAX
    if len(lines) > limit:
        report(path, 0, f"{len(lines)} lines; split it, the limit is {limit}")
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            n = number - start + 1
            if n > FUNCTION_MAX and not is_flat_switch(lines[start:number]):
                report(path, start, f"a function of {n} lines; the limit is "
                       f"{FUNCTION_MAX}")
            start = None


def check_text(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if line != line.rstrip() and not path.startswith("tests/"):
            report(path, number, "white space at the end of the line")
        for word in WORDS:
            if word in line.lower() if word.islower() else word in line:
                report(path, number, f"\"{word}\" does not belong into the "
                       "tree")


def check_file_comment(path, text):
    if not text.startswith("/*"):
        report(path, 1, "no comment says what this file is for")


def check_def(path, text):
    """Rows of a table: ids are never given twice."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    seen = {}
    for macro, first, number in re.findall(
            r"^([A-Z_]+)\(\s*([A-Za-z_0-9]+|\"[^\"]*\"),\s*(-?\d+)\s*[,)]",
            text, flags=re.M):
        if macro in ("LIMIT", "RATE", "STATE"):
            continue
        if (macro, number) in seen:
            report(path, 0, f"{macro} {number} is both "
                   f"{seen[macro, number]} and {first}")
        seen[macro, number] = first


def check_listed(files):
    """Every source is in a Makefile, every fuzzer has seeds."""
    makefiles = "".join(read(f) for f in files if f.endswith(".inc.am"))
    for path in files:
        if not path.endswith(".c") or folder_of(path) is None and \
                not path.startswith("tests/"):
            continue
        stem = path[:-2]
        name = os.path.basename(stem)
        if not re.search(rf"\b{re.escape(name)}(\.c)?\b", makefiles):
            report(path, 0, "is in no Makefile.inc.am")
        if path.startswith("tests/fuzz/fuzz_"):
            seeds = "tests/fuzz/seeds/" + name[len("fuzz_"):]
            if not any(f.startswith(seeds + "/") for f in files):
                report(path, 0, f"has no seeds in {seeds}/")


def find_libc():
    with open("/proc/self/maps", encoding="utf-8") as maps:
        for line in maps:
            if "/libc.so" in line:
                return line.split()[-1]
    return "/dev/null"


def exported(*args):
    nm = subprocess.run(["nm", "-g", "--defined-only", *args],
                        capture_output=True, text=True)
    return [l.split()[2] for l in nm.stdout.splitlines()
            if len(l.split()) == 3]


def check_symbols(files, build):
    """What a file exports is in a header of its folder, and not in libc."""
    libc = {s.split("@")[0] for s in exported("-D", find_libc())}
    words = {}
    for path in files:
        if path.endswith((".h", ".inc")):
            declared = words.setdefault(os.path.dirname(path), set())
            declared.update(re.findall(r"\w+", read(path)))
    for path in files:
        folder, name = os.path.split(path)
        directory = os.path.join(build, folder)
        if not path.endswith(".c") or folder_of(path) is None or \
                not os.path.isdir(directory):
            continue
        declared = words.get(folder, set())
        for o in os.listdir(directory):
            if not re.fullmatch(rf"(.*-)?{re.escape(name[:-2])}\.o", o):
                continue
            for symbol in exported(os.path.join(directory, o)):
                if symbol.startswith(("_", "duk_")) or symbol == "main":
                    continue
                if symbol in libc:
                    report(path, 0, f"exports {symbol}, a name of libc")
                # a table's macro may put a name together
                if symbol not in declared and not any(
                        symbol.startswith(w) for w in declared
                        if w.endswith("_") and len(w) > 3):
                    report(path, 0, f"exports {symbol}, which no header of "
                           f"{folder}/ declares")


def schema_rows():
    text = re.sub(r"/\*.*?\*/", "", read("conf/schema.def"), flags=re.S)
    cell = r'\s*("(?:[^"\\]|\\.)*"|[\w.]+)\s*'
    row = re.compile(r"^DIRECTIVE\(" + ",".join([cell] * 8) + r"\)$", re.M)
    rows = row.findall(text)
    # the limits of fronts: [server] has all, [socket] those of one socket
    row = re.compile(r"^(FRONT_)?LIMIT\(" + ",".join([cell] * 8) + r"\)$", re.M)
    for m in row.findall(read("base/front_limits.def")):
        front, field, key, kind, _, default, low, high, text = m
        rows.append(("SERVER", key, kind, field, default, low, high, text))
        if not front:
            rows.append(("SOCKET", key, kind, field, "SCHEMA_FROM_SERVER",
                         low, high, text))
    # those of workers: [server] has the defaults, [tenant] the bounds
    row = re.compile(r"^LIMIT\(" + ",".join([cell] * 7) + r"\)$", re.M)
    for m in row.findall(read("base/worker_limits.def")):
        field, key, kind, default, low, high, text = m
        rows.append(("SERVER", key, kind, field, default, low, high, text))
        for owner in ("TENANT", "WORKER"):
            rows.append((owner, key, kind, field, "SCHEMA_FROM_SERVER",
                         low, high, text))
    for m in rows:
        yield [c[1:-1].replace('\\"', '"') if c.startswith('"') else
               None if c == "NULL" else c for c in m]


def check_manual():
    """eider.ini(5) has an entry for each directive, with its default."""
    path = "man/eider.ini.5"
    text = read(path)
    entries, kinds, owner, key, depth = {}, set(), None, None, 0
    for line in text.splitlines():
        if line.startswith((".Bl", ".El")):
            depth += 1 if line.startswith(".Bl") else -1
        m = re.match(r"\.Ss The (\w+) section", line)
        if m:
            owner, key = m[1], None
        m = re.match(r"\.It Ic (\S+)", line)
        if m and depth == 1:
            key = (owner, m[1])
            entries[key] = ""
        elif m and key:
            kinds.add((key[1], m[1])) # in the list of an entry
        elif key:
            entries[key] += line + "\n"
    rows = list(schema_rows())
    if len(rows) < 30:
        report("conf/schema.def", 0, "rows of another form than lint.py reads")
    for row_owner, name, kind, _, default, low, high, _ in rows:
        entry = entries.pop((row_owner.lower(), name), None)
        if entry is None:
            report(path, 0, f"no \".It Ic {name}\" in the section "
                   f"{row_owner.lower()}")
            continue
        for value in (default, low, high):
            if value in (None, "SCHEMA_FROM_SERVER"):
                continue
            value = value.strip('" ')
            if not re.search(rf"(?<![\w.]){re.escape(value)}(?![\w])", entry):
                report(path, 0, f"{name}: its text does not say {value}")
    for owner, name in entries:
        if owner in ("server", "logging", "socket", "worker", "tenant"):
            report(path, 0, f"{name} is no directive of {owner}")
    for table, key in (("conf/modules.def", "modules"),
                       ("conf/bindings.def", "bindings")):
        for tag in re.findall(r'^\w+\(\w+,\s*\d+,\s*"(\w+)"', read(table),
                              flags=re.M):
            if (key, tag) not in kinds and ("worker", tag) not in entries \
                    and tag != "serviceWorkerScript":
                report(path, 0, f"{key}: no entry for the kind {tag}")


def check_command_manual():
    """eider(1) has an entry for each command, option and exit code."""
    path = "man/eider.1"
    text = read(path)
    for table, pattern, entry in (
            ("commands.def", r"^COMMAND\((\w+),", ".It Cm %s"),
            ("options.def", r'^OPTION\(\w+,\s*"([^"]+)"', ".It Fl -%s"),
            ("exits.def", r"^EXIT\(\w+,\s*(\d+)", ".It %s")):
        names = re.findall(pattern, read("supervisor/" + table), flags=re.M)
        if not names:
            report("supervisor/" + table, 0, "no row that lint.py reads")
        for name in names:
            if not re.search("^" + re.escape(entry % name) + r"\b", text,
                             flags=re.M):
                report(path, 0, f"no \"{entry % name}\"")


def check_documents(files):
    """A file that a document names exists."""
    for path in ("ARCHITECTURE.md", "HACKING.md", "SECURITY.md", "README.md"):
        for number, line in enumerate(read(path).splitlines(), 1):
            for name in re.findall(r"`([a-z]\w*/[\w/.]+\.\w+)`", line):
                if name not in files:
                    report(path, number, f"there is no {name}")


def check_mandoc(files):
    if not shutil.which("mandoc"):
        report("man", 0, "not checked: install mandoc")
        return
    for path in files:
        if not re.fullmatch(r"man/.*\.[1-8]", path):
            continue
        lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", path],
                              capture_output=True, text=True)
        for line in lint.stdout.splitlines():
            report(path, 0, line.replace("mandoc: ", ""))


def check_format(files):
    if not shutil.which("clang-format"):
        report("dev", 0, "the format is not checked: install clang-format")
        return
    sources = [f for f in files if f.endswith((".c", ".h"))]
    run = subprocess.run(["clang-format", "--dry-run", "-Werror"] + sources,
                         capture_output=True, text=True)
    for path in sorted({l.split(":")[0] for l in run.stderr.splitlines()
                        if "clang-format-violations" in l}):
        report(path, 0, "is not formatted; run ./dev format")


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else None
    files = tracked()
    for path in files:
        if path.endswith((".png", ".ico", ".xz", ".gz")) or \
                "/seeds/" in path:
            continue
        text = read(path)
        check_text(path, text)
        if path.endswith(".h"):
            check_guard(path, text)
        if path.endswith((".c", ".h")):
            check_includes(path, text)
            check_lengths(path, text)
        if path.endswith(".c"):
            check_file_comment(path, text)
        if path.endswith(".def"):
            check_def(path, text)
    check_listed(files)
    check_manual()
    check_command_manual()
    check_documents(files)
    check_mandoc(files)
    check_format(files)
    if build:
        check_symbols(files, build)
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems" if problems else
          f"{len(files)} files, no problem")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
