"""`eider test`: names, lines, exit codes, filters, ends of all kinds."""
import re
import subprocess

import pytest

from conftest import EIDER

TESTS = """\
import { WorkerEntrypoint } from 'cloudflare:workers';
export default { test() { console.log('the default') } };
export const args = { test(...a) {
    if (this !== args || a.length !== 3 || a[1].K !== 'v' ||
        a[0].constructor.name !== 'TestController')
        throw new Error('arguments');
    a[2].waitUntil(scheduler.wait(1));
} };
export const thrown = { test() { throw new Error('boom') } };
export const rejected = { async test() { throw new Error('later') } };
export const wait = { test(c, e, ctx) { ctx.waitUntil(Promise.reject(1)) } };
export const hang = { test() { return new Promise(() => {}) } };
export const timer = { async test() {
    setTimeout(() => { throw new Error('timer') }, 1);
    await scheduler.wait(20);
} };
export const noFunction = { test: 5 };
export const spin = { test() { for (;;); } };
export const unheard = { test() { Promise.reject(new Error('unheard')) } };
export const other = { fetch() {} };
export class Point extends WorkerEntrypoint {
    async test(ctrl) { if (this.env.K !== 'v') throw new Error('env') }
}
export class Plain { test() { throw new Error('is no entrypoint') } }
"""

CONFIG = """\
[worker svc]
compatibilityDate = 2026-08-04
modules = worker esModule embed(svc.js)
bindings = K text v
limits.cpu = 100ms
[worker none]
compatibilityDate = 2026-08-04
modules = worker esModule "export default { fetch() {} }"
"""

PASS = ["svc", "svc:args", "svc:unheard", "svc:Point"]
FAIL = ["svc:hang", "svc:noFunction", "svc:rejected", "svc:spin",
        "svc:thrown", "svc:timer", "svc:wait"]


def run(folder, *args, timeout=60):
    return subprocess.run([str(EIDER), "test", *args], cwd=folder, text=True,
                          capture_output=True, timeout=timeout, check=False)


def lines(done, word):
    return re.findall(rf"^\[ {word} \] (\S+)", done.stderr, re.M)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "svc.js").write_text(TESTS)
    (tmp_path / "eider.ini").write_text(CONFIG)
    return tmp_path


def test_all_of_a_config(folder):
    done = run(folder, "eider.ini")
    assert lines(done, "PASS") == PASS, done.stderr
    assert lines(done, "FAIL") == FAIL, done.stderr
    assert lines(done, "TEST") == ["svc", "svc:args", *FAIL[:6], "svc:unheard",
                                   "svc:wait", "svc:Point"]
    assert done.stdout == "the default\n"
    assert done.stderr.endswith("Tests failed!\n")
    assert "Error: boom" in done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize("pattern, names", [
    ("svc:args", ["svc:args"]),
    ("svc:default", ["svc"]),
    ("*:P*", ["svc:Point"]),
    ("s?c:unh*d", ["svc:unheard"]),
])
def test_filters(folder, pattern, names):
    done = run(folder, "eider.ini", pattern)
    assert lines(done, "PASS") == names, done.stderr
    assert lines(done, "FAIL") == []
    assert done.returncode == 0


@pytest.mark.parametrize("pattern", ["none", "svc:", "svc:ARGS", ":args"])
def test_nothing_matches(folder, pattern):
    done = run(folder, "eider.ini", pattern)
    assert "No tests found!" in done.stderr
    assert done.returncode == 1


def test_a_script(folder):
    done = run(folder, "svc.js", "svc:unheard")
    assert lines(done, "PASS") == ["svc:unheard"], done.stderr
    assert done.returncode == 0


def test_a_test_that_takes_too_long(folder):
    (folder / "slow.js").write_text(
        "export const slow = { async test() { await scheduler.wait(1e6) } };"
        "export const tail = { test() {} };")
    done = run(folder, "slow.js", "--timeout", "1")
    assert lines(done, "FAIL") == ["slow:slow"], done.stderr
    assert "timed out" in done.stderr
    assert lines(done, "PASS") == ["slow:tail"]
    assert done.returncode == 1


def test_code_that_does_not_load(folder):
    (folder / "bad.js").write_text("export default { test() { } };\nlet 1;")
    done = run(folder, "bad.js")
    assert 'worker "bad" does not start' in done.stderr
    assert "bad.js:2" in done.stderr
    assert done.returncode == 1


def test_services_call_each_other(folder):
    (folder / "eider.ini").write_text("""\
[worker a]
compatibilityDate = 2026-08-04
modules = worker esModule "export default { async test(c, env) { const t = \
await (await env.B.fetch('http://b/')).text(); if (t !== 'from b') throw t } }"
bindings = B service b
[worker b]
compatibilityDate = 2026-08-04
modules = worker esModule "export default { fetch() { return new Response(\
'from b') } }"
""".replace("\\\n", ""))
    done = run(folder, "eider.ini")
    assert lines(done, "PASS") == ["a"], done.stderr
    assert done.returncode == 0


def test_a_worker_that_cannot_even_be_asked(folder):
    (folder / "eider.ini").write_text("""\
[worker spins]
compatibilityDate = 2026-08-04
modules = worker esModule "export const a = { get test() { for (;;); } }"
limits.cpu = 50ms
[worker good]
compatibilityDate = 2026-08-04
modules = worker esModule "export const a = { test() {} }"
""")
    done = run(folder, "eider.ini")
    assert 'worker "spins" does not start: its process ends' in done.stderr
    assert lines(done, "PASS") == ["good:a"], done.stderr
    assert done.returncode == 1
