"""Scripts that must be stopped, in real workers: each ends within 1.2 times
its CPU limit, or at its memory cap, and the next request is answered."""
import os
import pathlib

import pytest

from test_lives import (config, lives, status,  # noqa: F401
                        wait_until)

LIMIT_MS = 200
# What one memset or memcpy of all that the memory cap allows may add, and what
# starting another process costs where the first had to go.
MEMSET_MS = 150
START_MS = 30
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")

SCRIPTS = {
    "loop": "for (;;) {}",
    "regexp": "/(a+)+$/.test('a'.repeat(40) + 'b')",
    "catch": "while (true) try { while (1) {} } catch (e) {}",
    "finally": "while (true) try { while (1); } finally { continue; }",
    "recursion": "function f() { try { f(); } catch (e) { f(); } } f();",
    "index-of": "Array.prototype.indexOf.call({ length: 4e9 }, 1)",
    "doubling": "var s = 'x'; while (s.length < 1e8) s += s;",
    "random-sort": "var a = []; for (var i = 0; i < 300000; i++) a.push(i);"
                   "a.sort(() => Math.random() - .5).join()",
    "stringify": "JSON.stringify(new Array(3e7))",
    "join": "new Array(1e9).join('abc')",
    "repeat": "'x'.repeat(1e9)",
    "proxy": "new Proxy({}, { get: (t, k, r) => r[k] }).x",
    "to-string": "'' + { toString() { for (;;); } }",
    "callback": "[1, 2, 3].forEach(() => { for (;;); })",
    "replace": "'a'.repeat(2 ** 24).replace(/a/g, 'bb')",
    "json": "JSON.parse('[' + '1,'.repeat(1500000))",
    "typed-array": "new Uint8Array(2e9)",
    "async": "await (async () => { await 0; for (;;); })()",
    "generator": "[...(function* () { for (;;); })()]",
    "function": "new Function('a+'.repeat(1e6) + 'a')",
    "exponential": "/(x+x+)+y/.exec('x'.repeat(39))",
    "default-sort": "var a = []; for (var i = 0; i < 50000; i++)"
                    "a.push(Math.random()); a.sort()",
    "append": "var s = ''; for (let i = 0; i < 300000; i++) s += 'abcdef'",
    "keys": "var o = {}; for (let i = 0;; i++) o['k' + i] = i",
    "concat": "Array.prototype.concat.apply([], new Array(60000))",
    "decode": "decodeURIComponent('%41'.repeat(1e7))",
    "date": "Date.parse('1'.repeat(1e7))",
    "fill": "new Array(2e7).fill(0)",
    "microtasks": "await (async function f() { for (;;) await 0; })()",
    "timers": "function f() { setTimeout(f); setTimeout(f); } f();"
              "await new Promise(() => {})",
    "interval": "setInterval(() => { for (var i = 0; i < 1e4; i++); });"
                "await new Promise(() => {})",
    "thenable": "await (function f() { return Promise.resolve().then("
                "() => ({ then(r) { r(f()); } })); })()",
}
# They never end by themselves and need no memory: the CPU limit it must be.
ENDLESS = ["loop", "regexp", "catch", "finally", "index-of", "to-string",
           "callback", "async", "generator", "exponential", "microtasks",
           "timers", "interval"]
# One call of the C library over all the memory that there is.
MEMSET = ["fill", "repeat", "replace", "join", "stringify", "typed-array",
          "decode"]

HEAD = """
const deeds = {
"""
TAIL = """
};
export default {
  async fetch(request) {
    const deed = deeds[new URL(request.url).pathname.slice(1)];
    if (deed) await deed();
    return new Response("good");
  },
};
"""


@pytest.fixture(scope="module")
def source():
    return HEAD + "".join(f'"{name}": async () => {{ {script} }},\n'
                          for name, script in SCRIPTS.items()) + TAIL


def cpu_ms(server):
    """CPU time of the worker's processes: those that run, and those that the
    supervisor has reaped."""
    stat = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text()
    ticks = sum(map(int, stat.rsplit(")", 1)[1].split()[13:15]))
    for pid in server.worker_pids():
        try:
            stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            continue  # reaped: counted above by the next call
        ticks += sum(map(int, stat.rsplit(")", 1)[1].split()[11:13]))
    return ticks * TICK_MS


def settled(server):
    """No process is on its way out, so that each is counted once."""
    wait_until(lambda: status(server)["workers"][0]["draining"] == 0)


def run(server, name):
    """What is wrong with how the script NAME was stopped, or None."""
    assert server.get("/")[2] == b"good"
    settled(server)
    before = cpu_ms(server)
    try:
        code = server.get("/" + name)[0]
    except TimeoutError:
        return name, "not stopped"
    after = server.get("/")[2]
    settled(server)
    used = cpu_ms(server) - before
    allowed = LIMIT_MS * 1.2 + START_MS + TICK_MS
    if name in MEMSET:
        allowed += MEMSET_MS
    if after != b"good":
        return name, "it hurts the next request"
    if code not in ((503,) if name in ENDLESS else (200, 500, 503)):
        return name, code
    return (name, f"{used:.0f} ms of CPU") if used > allowed else None


def test_each_is_stopped(lives, source):  # noqa: F811
    """One server for all: what one script leaves behind would hurt the next."""
    server = lives(config(extra=f"limits.cpu = {LIMIT_MS}ms\n"
                          "limits.memory = 64M", server="fronts = 1"),
                   {"main.js": source})
    problems = []
    for name in SCRIPTS:
        # Other work on this machine can only make it look worse.
        tries = [run(server, name)]
        while tries[-1] and len(tries) < 3:
            tries.append(run(server, name))
        if tries[-1]:
            problems.append(tries)
    assert not problems, problems
    assert "quarantine" not in server.log()
    ends = status(server)["workers"][0]["ends"]
    assert ends["crash"] == ends["syscall"] == ends["deadline"] == 0, ends
    assert ends["cpu"] >= len(ENDLESS)
