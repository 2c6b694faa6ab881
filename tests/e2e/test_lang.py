"""Programs of tests/lang run in eider-js and print what is expected of them.

The .out files hold what another engine of the same standard printed.
"""
import os
import pathlib
import subprocess
import sys

import pytest

from conftest import BUILD, ROOT

PROGRAMS = ROOT / "tests" / "lang"
RUN_S = 60


def run(program, *options):
    return subprocess.run(
        [str(BUILD / "eider-js"), *options, program.name],
        cwd=program.parent, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=RUN_S)


@pytest.mark.parametrize(
    "out", sorted(PROGRAMS.rglob("*.out")),
    ids=lambda p: str(p.relative_to(PROGRAMS).with_suffix("")))
def test_program(out):
    program = next(p for p in map(out.with_suffix, (".mjs", ".js", ".ts", ".jsx", ".tsx"))
                   if p.exists())
    how = "--script" if program.parent.name == "scripts" else "--module"
    done = run(program, how)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == out.read_text().splitlines()


def test_regexp_against_reference():
    """Generated patterns and subjects, and a matcher made from the standard."""
    count = 100000 if os.environ.get("EIDER_FULL") else 3000
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/conformance/regexp_reference.py"),
         "--exe", str(BUILD / "eider-js"), "--count", str(count)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


def test_tokens_stay_on_their_lines():
    for program in sorted(PROGRAMS.glob("*.mjs")):
        done = run(program, "--lower")
        assert done.returncode == 0, done.stderr
        source = program.read_text().splitlines()
        lowered = done.stdout.splitlines()
        for number, line in enumerate(source):
            # the texts of strings are the easiest tokens to find again
            words = [w for w in line.split("'")[1::2]
                     if len(w) > 3 and w.replace(" ", "").isalnum()]
            for word in words:
                assert word in lowered[number], (program, number + 1, word)


MODERN = PROGRAMS / "modern"


@pytest.mark.parametrize("option", ["--http1.1", "--http2-prior-knowledge"])
def test_modern_worker(serve_module, option):
    """A worker that uses all of the language answers as it should."""
    files = {n: (MODERN / n).read_text() for n in ("lib.mjs", "late.mjs")}
    extra = "".join(f"modules = {n} esModule embed({n})\n" for n in files)
    server = serve_module((MODERN / "worker.mjs").read_text(), extra, files)
    for call in range(3):
        done = subprocess.run(
            ["curl", "-sS", "--max-time", "30", option, server.url + "/report"],
            capture_output=True, text=True, timeout=RUN_S)
        assert done.returncode == 0, done.stderr
        # the worker counts on from call to call
        if call == 0:
            assert done.stdout == (MODERN / "main.out").read_text()
        assert done.stdout.startswith("bindings: 0 1 2 a b")


PROJECT = PROGRAMS / "project"


def test_script_with_tsconfig(serve):
    """serve main.tsx finds what tsconfig.json names, and its options count."""
    files = {str(p.relative_to(PROJECT)): p.read_text()
             for p in PROJECT.rglob("*.*") if p.suffix != ".out"}
    main = files["main.tsx"]
    assert "console.log(a.map(String).join(' '))" in main
    files["main.tsx"] = "const lines: string[] = [];\n" + main.replace(
        "console.log(a.map(String).join(' '))",
        "void lines.push(a.map(String).join(' '))") + """
export default { fetch() { return new Response(lines.join("\\n")); } };
"""
    files["package.json"] = '{"name": "project"}'
    server = serve(files=files, args=[
        "main.tsx", "--socket-addr", "http=127.0.0.1:0"])
    status, _, body = server.get("/")
    assert status == 200, server.log()
    wanted = (PROJECT / "main.out").read_text().splitlines()[1:]
    assert body.decode().splitlines() == wanted
    server.stop()
