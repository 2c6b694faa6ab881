"""What a worker may use, and what happens when it uses more."""
import concurrent.futures
import http.client
import pathlib
import time

import pytest

from test_lives import (config, lives, status, wait_until,  # noqa: F401
                        worker_pid)

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


# What reaches each limit, under the smallest value that lets it be seen; the
# answer, the key that the status counts it under, and a part of the log line.
REACH = """
const size = (url, name) => Number(url.searchParams.get(name));
const deeds = {
  "/spin": () => { for (;;); },
  "/memory": () => { const all = []; for (;;) all.push(new Array(1000)); },
  "/hang": () => new Promise((resolve) => setTimeout(resolve, 20000)),
  "/wait": () => new Promise((resolve) => setTimeout(resolve, 700)),
  "/log": () => { for (let i = 0; i < 500; i++) console.log("line", i); },
  "/timers": () => {
    for (let i = 0; i < 6; i++) setTimeout(() => {}, 300);
  },
};
export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (deeds[url.pathname]) await deeds[url.pathname]();
    if (url.pathname === "/calls") {
      const calls = [];
      for (let i = 0; i < size(url, "n"); i++)
        calls.push(env.SELF.fetch("http://x/wait"));
      for (const call of await Promise.all(calls)) await call.text();
    }
    if (url.pathname === "/each")
      for (let i = 0; i < size(url, "n"); i++)
        await (await env.SELF.fetch("http://x/")).text();
    if (url.pathname === "/deeper") {
      const n = size(url, "n");
      if (n > 0) return env.SELF.fetch(`http://x/deeper?n=${n - 1}`);
    }
    if (url.pathname === "/read")
      return new Response(`${(await request.arrayBuffer()).byteLength}`);
    if (url.pathname === "/text")
      return new Response("x".repeat(size(url, "n")));
    if (url.pathname === "/stream") {
      let left = size(url, "n");
      return new Response(new ReadableStream({
        pull(c) {
          const n = Math.min(left, 1000);
          if (n > 0) c.enqueue(new Uint8Array(n)); else c.close();
          left -= n;
        },
      }));
    }
    return new Response("ok");
  },
};
"""

TABLE = [
    ("limits.cpu", "100ms", "/spin", None, 503, "CPU time limit"),
    ("limits.wall", "300ms", "/hang", None, 503, "was ended"),
    ("limits.memory", "8M", "/memory", None, 503, "memory limit"),
    ("limits.subrequests", "3", "/each?n=4", None, 500, "Too many subreq"),
    ("limits.calls", "3", "/calls?n=4", None, 500, "open at a time"),
    ("limits.depth", "3", "/deeper?n=5", None, 500, "depth limit exceeded"),
    ("limits.timers", "5", "/timers", None, 500, "number of active timeouts"),
    ("limits.requestBody", "1K", "/read", b"x" * 1025, 413,
     "limits.requestBody was reached"),
    ("limits.responseBody", "1K", "/text?n=1025", None, 500,
     "limits.responseBody was reached"),
]
WITHIN = {
    "limits.subrequests": ("/each?n=3", None),
    "limits.calls": ("/calls?n=3", None),
    "limits.depth": ("/deeper?n=3", None),
    "limits.timers": ("/wait", None),
    "limits.requestBody": ("/read", b"x" * 1024),
    "limits.responseBody": ("/text?n=1024", None),
}


@pytest.mark.parametrize("key, value, path, body, answer, line", TABLE,
                         ids=[row[0] for row in TABLE])
def test_each_limit(lives, key, value, path, body, answer, line):  # noqa: F811
    """Reached: answered with a reason, logged, counted; and then goes on."""
    server = lives(config(extra=f"bindings = SELF service main\n{key} = {value}",
                          server="fronts = 1"), {"main.js": REACH})
    assert server.get("/")[0] == 200
    if key in WITHIN:
        within, data = WITHIN[key]
        assert server.get(within, data=data)[0] == 200
        assert status(server)["workers"][0]["reached"] == {}
    assert server.get(path, data=body)[0] == answer
    server.wait_log(line)
    wait_until(lambda: status(server)["workers"][0]["reached"].get(key, 0) > 0)
    assert server.get("/")[0] == 200
    assert "quarantine" not in server.log()


def test_requests_of_all_channels_count_together(lives):  # noqa: F811
    """limits.requests is of the process, not of each front or caller."""
    server = lives(config(extra="limits.requests = 4", server="fronts = 4"),
                   {"main.js": REACH})
    assert server.get("/")[0] == 200
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        codes = [run.result()[0] for run in
                 [pool.submit(server.get, "/wait") for _ in range(24)]]
    assert codes.count(200) == 4
    assert codes.count(429) == 20
    wait_until(lambda: status(server)["workers"][0]["reached"]
               .get("limits.requests") == 20)


def test_log_lines_per_second(lives):  # noqa: F811
    """Ten seconds' worth may come at once; the rest is dropped and told."""
    server = lives(config(extra="limits.logLines = 5", server="fronts = 1"),
                   {"main.js": REACH})
    assert server.get("/log")[0] == 200
    wait_until(lambda: status(server)["workers"][0]["reached"]
               .get("limits.logLines", 0) >= 400)
    assert 50 <= server.log().count("line ") < 100


def test_streamed_response_over_its_limit_is_cut(lives):  # noqa: F811
    server = lives(config(extra="limits.responseBody = 100K",
                          server="fronts = 1"), {"main.js": REACH})
    assert len(server.get("/stream?n=102400")[2]) == 102400
    with pytest.raises(http.client.IncompleteRead):
        server.get("/stream?n=102401")
    wait_until(lambda: status(server)["workers"][0]["reached"]
               .get("limits.responseBody", 0) == 1)
    assert server.get("/")[0] == 200


def test_large_code_has_room_to_arrive(lives):  # noqa: F811
    """A process may have what its own code takes, beside its heap."""
    text = config(extra="limits.memory = 4M\n"
                  "modules = big.txt text embed(big.txt)", server="fronts = 1")
    server = lives(text, {"main.js": REACH, "big.txt": "x" * (60 << 20)})
    assert server.get("/")[0] == 200
    assert server.get("/")[0] == 200
    assert "quarantine" not in server.log()
