#!/usr/bin/python3
"""The syntax of test262: every test parses, or is refused as it should be.

usage: test262_syntax.py [--build BUILD] [--update] TEST262

TEST262 is a checkout of the suite; none of it is in this tree. Tests that are
known to fail are in test262_syntax.expected, each group under its reason; one
that fails besides, or that passes though it is listed, fails the run.
"""
import argparse
import collections
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
EXPECTED = HERE / "test262_syntax.expected"
FOLDERS = ("language", "annexB", "built-ins", "staging")
BATCH = 500

# Proposals beyond ES2024 that the parser does not know.
SKIPPED = {
    "source-phase-imports", "import-defer", "import-text", "import-bytes",
    "regexp-modifiers", "regexp-duplicate-named-groups",
    "immutable-arraybuffer",
}


def words(front, key):
    m = re.search(key + r":\s*(\[.*?\]|(?:\n\s*-.*)+)", front, re.DOTALL)
    return set(re.findall(r"[\w.-]+", m[1])) if m else set()


def runs(text):
    """(kind, strict, whether it must be refused) for each way to parse it."""
    m = re.search(r"/\*---(.*?)---\*/", text, re.DOTALL)
    front = m[1] if m else ""
    if words(front, "features") & SKIPPED:
        return []
    flags = words(front, "flags")
    phase = re.search(r"negative:\s*(?:type:.*\n\s*)?phase:\s*(\w+)", front)
    bad = bool(phase) and phase[1] == "parse"
    if "module" in flags:
        return [("module", False, bad)]
    if "raw" in flags:
        return [("script", False, bad)]
    found = []
    if "onlyStrict" not in flags:
        found.append(("script", False, bad))
    if "noStrict" not in flags:
        found.append(("script", True, bad))
    return found


def refused(parser, kind, strict, files):
    """Those of FILES that the parser refuses."""
    command = [parser, "--kind", kind] + ["--strict"] * strict
    out = subprocess.run(command + [str(f) for f in files],
                         capture_output=True, timeout=600)
    if out.returncode not in (0, 1):
        sys.exit(f"{parser} died ({out.returncode}) on one of {files[0]} ...")
    text = out.stdout.decode("utf-8", "replace")
    names = set(re.findall(r"^(.*?\.js):\d+:\d+: ", text, re.MULTILINE))
    return {f for f in files if str(f) in names}


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("suite", type=pathlib.Path)
    options.add_argument("--build", type=pathlib.Path,
                         default=HERE.parents[1] / "build")
    options.add_argument("--update", action="store_true",
                         help="print what fails instead of judging it")
    o = options.parse_args()
    groups = collections.defaultdict(list)
    for folder in FOLDERS:
        for f in sorted((o.suite / "test" / folder).rglob("*.js")):
            if "_FIXTURE" in f.name:
                continue
            text = f.read_text(encoding="utf-8", errors="surrogateescape")
            for run in runs(text):
                groups[run].append(f)
    if not groups:
        sys.exit(f"{o.suite}: no tests; it should hold test/language")
    failed = set()
    for (kind, strict, bad), files in groups.items():
        for i in range(0, len(files), BATCH):
            part = files[i:i + BATCH]
            no = refused(str(o.build.resolve() / "eider-parse"), kind, strict, part)
            failed |= {str(f.relative_to(o.suite / "test")) for f in part
                       if (f in no) != bad}
    if o.update:
        print("\n".join(sorted(failed)))
        return 0
    expected = {line for line in EXPECTED.read_text().splitlines()
                if line and not line.startswith("#")}
    for name in sorted(failed - expected):
        print(f"failed: {name}")
    for name in sorted(expected - failed):
        print(f"passed, though it is expected to fail: {name}")
    total = sum(map(len, groups.values()))
    print(f"{total} runs, {len(failed)} tests fail, {len(expected)} expected")
    return 1 if failed != expected else 0


if __name__ == "__main__":
    sys.exit(main())
