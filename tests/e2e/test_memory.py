"""Requests leave every process where it was."""
import http.client
import os
import pathlib

from test_lives import config, lives, pid_of, worker_pid  # noqa: F401

ROUNDS = 10000 if os.environ.get("EIDER_FULL") else 1000
BODY = bytes(range(256)) * 4096
MARGIN_KB = 4096

MAIN = """
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/text") return new Response((await request.text()).length);
    if (pathname === "/echo") return new Response(request.body);
    if (pathname === "/stream") {
      let n = 0;
      for await (const chunk of request.body) n += chunk.length;
      return new Response(n);
    }
    return new Response((await request.arrayBuffer()).byteLength);
  },
};
"""


def rss_kb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").open():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError(f"{pid} has no VmRSS")


def test_bodies_of_1_mb_leave_no_memory_behind(lives):  # noqa: F811
    server = lives(config(server="fronts = 1", extra="limits.memory = 64M"),
                   {"main.js": MAIN})
    connection = http.client.HTTPConnection("127.0.0.1", server.port,
                                            timeout=30)

    def send(count):
        for i in range(count):
            path = ("/buffer", "/text", "/stream", "/echo")[i % 4]
            connection.request("POST", path, BODY)
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 200
            assert len(body) == len(BODY) if path == "/echo" else body

    send(100)
    pid = worker_pid(server)
    pids = [server.process.pid, pid, *pid_of(server, "front"),
            *pid_of(server, "zygote")]
    before = {p: rss_kb(p) for p in pids}
    send(ROUNDS)
    assert worker_pid(server) == pid
    for p in pids:
        grown = rss_kb(p) - before[p]
        assert grown < MARGIN_KB, f"process {p} has grown by {grown} kB"
    connection.close()
