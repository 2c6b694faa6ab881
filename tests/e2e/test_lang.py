"""Programs of tests/lang run in eider-js and print what is expected of them.

The .out files hold what another engine of the same standard printed.
"""
import pathlib
import subprocess

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
    program = next(p for p in map(out.with_suffix, (".mjs", ".js", ".ts", ".jsx"))
                   if p.exists())
    done = run(program, "--module")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == out.read_text().splitlines()


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
