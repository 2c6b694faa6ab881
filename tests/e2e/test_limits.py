"""What a worker may use, and what happens when it uses more."""
import concurrent.futures
import pathlib
import time

import pytest

from test_lives import config, lives, status, worker_pid  # noqa: F401

# One path per misdeed; everything else is answered at once.
HOG = """
const deeds = {
  "/spin": () => { for (;;); },
  "/spin-async": async () => { for (;;) await null; },
  "/recurse": () => { const f = () => f() + 1; return f(); },
  "/memory": () => { const all = []; for (;;) all.push(new Array(1000)); },
  "/strings": () => { let s = "x"; for (;;) s += s; },
  "/buffers": () => { const all = []; for (;;) all.push(new Uint8Array(1e6)); },
  "/inflate": async () => {
    const zip = new CompressionStream("gzip"), w = zip.writable.getWriter();
    const small = new Response(zip.readable).arrayBuffer();
    for (let i = 0; i < 64; i++) await w.write(new Uint8Array(1 << 20));
    await w.close();
    const body = new Response(await small).body;
    await new Response(body.pipeThrough(new DecompressionStream("gzip")))
      .arrayBuffer();
  },
  "/wait": () => new Promise((resolve) => setTimeout(resolve, 1500)),
  "/hang": () => new Promise(() => {}),
  "/throw": () => { throw new Error("on purpose"); },
  "/log": () => { for (let i = 0; i < 20000; i++) console.log("line", i); },
  "/log-long": () => console.log("y".repeat(3e6)),
  "/timers": () => {
    for (let i = 0; i < 20000; i++) setTimeout(() => {}, 100000);
  },
};
let count = 0;
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    const deed = deeds[pathname];
    if (deed) await deed();
    return new Response(`ok ${++count}`);
  },
};
"""


def start(lives, limits=""):  # noqa: F811
    return lives(config(extra=limits, server="fronts = 1"),
                 {"main.js": HOG})


def cpu_s(pid):
    stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    ticks = stat.rsplit(")", 1)[1].split()[11:13]
    return sum(map(int, ticks)) / 100


@pytest.mark.parametrize("path", ["/spin", "/spin-async"])
def test_cpu_limit(lives, path):  # noqa: F811
    server = start(lives, "limits.cpu = 200ms")
    assert server.get("/")[0] == 200
    begin = time.monotonic()
    code, _, body = server.get(path)
    assert (code, body) == (503, b"Service Unavailable")
    assert time.monotonic() - begin < 5
    assert server.get("/")[0] == 200  # by another process, if need be
    assert "quarantine" not in server.log()


@pytest.mark.parametrize("path", ["/memory", "/strings", "/buffers"])
def test_memory_limit(lives, path):  # noqa: F811
    """Over the limit the event fails; the process stays within bounds."""
    server = start(lives, "limits.memory = 16M\nlimits.cpu = 5s")
    assert server.get("/")[0] == 200
    assert server.get(path)[0] in (500, 503)
    assert server.get("/")[0] == 200
    pid = worker_pid(server)
    peak = pathlib.Path(f"/proc/{pid}/status").read_text()
    kib = int(peak.split("VmHWM:")[1].split()[0])
    assert kib < 64 * 1024


def test_a_stream_larger_than_the_heap_is_a_memory_limit(
        lives):  # noqa: F811
    """What waits for an allocation that failed is not called hung."""
    server = start(lives, "limits.memory = 16M\nlimits.cpu = 20s")
    assert server.get("/inflate")[0] == 503
    assert "had hung" not in server.log()
    assert server.get("/")[0] == 200


def test_deep_recursion_is_an_exception(lives):  # noqa: F811
    server = start(lives)
    assert server.get("/recurse")[0] in (500, 503)
    assert server.get("/")[0] == 200


def test_exception_leaves_the_process(lives):  # noqa: F811
    server = start(lives)
    assert server.get("/")[2] == b"ok 1"
    code, _, body = server.get("/throw")
    assert (code, body) == (500, b"Internal Server Error")
    assert server.get("/")[2] == b"ok 2"
    server.wait_log("on purpose")


def test_hanging_promise_is_found(lives):  # noqa: F811
    server = start(lives)
    begin = time.monotonic()
    assert server.get("/hang")[0] == 500
    assert time.monotonic() - begin < 5
    assert server.get("/")[0] == 200


def test_requests_in_flight(lives):  # noqa: F811
    server = start(lives, "limits.requests = 4")
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        codes = [run.result()[0] for run in
                 [pool.submit(server.get, "/wait") for _ in range(12)]]
    assert codes.count(200) == 4
    assert codes.count(429) == 8
    assert server.get("/")[0] == 200


def test_log_flood_is_bounded(lives):  # noqa: F811
    server = start(lives)
    for _ in range(3):
        assert server.get("/log")[0] == 200
    assert server.get("/log-long")[0] == 200
    time.sleep(1.2)
    assert server.get("/log")[0] == 200
    server.wait_log("log lines dropped")
    assert len(server.log()) < 2_000_000
    rss = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    assert int(rss.split("VmHWM:")[1].split()[0]) < 32 * 1024


def test_many_timers(lives):  # noqa: F811
    server = start(lives, "limits.memory = 64M")
    assert server.get("/timers")[0] in (200, 500, 503)
    assert server.get("/")[0] == 200


def test_spinner_does_not_stall_others(lives):  # noqa: F811
    server = lives(
        config("a", "b", routes=["*/b* b"], server="fronts = 1",
               extra="limits.cpu = 2s"), {"a.js": HOG, "b.js": HOG})
    assert server.get("/")[0] == 200
    assert server.get("/b")[0] == 200
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        spin = pool.submit(server.get, "/spin")
        time.sleep(0.2)
        slowest = 0
        for _ in range(50):
            begin = time.monotonic()
            assert server.get("/b")[0] == 200
            slowest = max(slowest, time.monotonic() - begin)
        assert spin.result()[0] == 503
    assert slowest < 1
