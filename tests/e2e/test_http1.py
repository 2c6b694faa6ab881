"""HTTP/1.1 through all processes, with real clients."""
import os
import re
import shutil
import socket
import subprocess
import time

import pytest

from rig import read_all, read_until

MAIN = """
let aborted = 0;
export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    const path = url.pathname;
    if (path === '/echo')
      return new Response(request.body);
    if (path === '/count') {
      let n = 0;
      for await (const chunk of request.body)
        n += chunk.byteLength;
      return new Response(String(n));
    }
    if (path === '/text')
      return new Response(String((await request.text()).length));
    if (path.startsWith('/bytes/')) {
      let left = Number(path.slice(7));
      return new Response(new ReadableStream({
        pull(controller) {
          const n = Math.min(left, 65536);
          if (n > 0)
            controller.enqueue(new Uint8Array(n));
          left -= n;
          if (left <= 0)
            controller.close();
        },
        cancel() { aborted++; },
      }));
    }
    if (path === '/aborted')
      return new Response(String(aborted));
    if (path === '/early')
      return new Response('early', { status: 403 });
    if (path === '/throw')
      throw new Error('no');
    if (path === '/broken')
      return new Response(new ReadableStream({
        start(controller) { controller.enqueue(new TextEncoder().encode('x')); },
        pull(controller) { controller.error(new Error('no')); },
      }));
    if (path === '/length')
      return new Response('hello', { headers: { 'content-length': '3' } });
    if (path === '/headers')
      return Response.json([request.method, request.url,
                            [...request.headers]]);
    return new Response('hello');
  },
};
"""
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
# One gigabyte with --full, a quarter of it otherwise.
LARGE = (1 << 30) if os.environ.get("EIDER_FULL") else (1 << 28)


def connect(server):
    s = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    return s


def ask(server, data):
    with connect(server) as s:
        s.sendall(data)
        return read_all(s)


def statuses(answer):
    return [int(s) for s in re.findall(rb"HTTP/1\.1 (\d+) ", answer)]


def rss_kb(server):
    """The resident size of each process."""
    sizes = {}
    for pid in [server.process.pid, *server.children()]:
        try:
            with open(f"/proc/{pid}/status", encoding="ascii") as f:
                text = f.read()
        except OSError:
            continue
        found = re.search(r"VmRSS:\s+(\d+)", text)
        if found:
            sizes[pid] = int(found[1])
    return sizes


@pytest.fixture
def server(serve_module):
    return serve_module(MAIN)


def test_keep_alive_and_pipelining(server):
    with connect(server) as s:
        for _ in range(50):
            s.sendall(GET)
            answer = read_until(s, b"hello")
            assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
            assert b"\r\nContent-Length: 5\r\n" in answer
    assert ask(server, GET * 50 + LAST).count(b"hello") == 51


def test_request_as_the_worker_sees_it(server):
    answer = ask(server, b"PUT /headers?a=%20b HTTP/1.1\r\nHost: Ex.org:81\r\n"
                 b"X-Y: 1\r\nx-y: 2\r\nConnection: close, X-Z\r\n\r\n")
    assert answer.endswith(
        b'["PUT","http://ex.org:81/headers?a=%20b",'
        b'[["host","Ex.org:81"],["x-y","1, 2"]]]')


def test_chunked_both_ways(server):
    body = b"".join(b"%x\r\n%s\r\n" % (n, b"a" * n) for n in range(1, 100))
    answer = ask(server, b"POST /echo HTTP/1.1\r\nHost: a\r\n"
                 b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                 + body + b"0\r\n\r\n")
    assert b"\r\nTransfer-Encoding: chunked\r\n" in answer
    assert answer.split(b"\r\n\r\n", 1)[1].count(b"a") == sum(range(1, 100))
    assert answer.endswith(b"\r\n0\r\n\r\n")


def test_head(server):
    answer = ask(server, b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + LAST)
    assert statuses(answer) == [200, 200] and answer.count(b"hello") == 1


def test_errors(server):
    answer = ask(server, b"GET /throw HTTP/1.1\r\nHost: a\r\n\r\n" + LAST)
    assert statuses(answer) == [500, 200]
    assert b"Internal Server ErrorHTTP/1.1 200" in answer
    answer = ask(server, b"GET /broken HTTP/1.1\r\nHost: a\r\n\r\n" + LAST)
    assert statuses(answer) == [200]  # closed without the last chunk
    assert not answer.endswith(b"0\r\n\r\n")
    answer = ask(server, b"BAD\r\n\r\n")
    assert statuses(answer) == [400]


def test_wrong_length(server):
    answer = ask(server, b"GET /length HTTP/1.1\r\nHost: a\r\n\r\n" + LAST)
    assert answer.endswith(b"\r\n\r\nhel") or statuses(answer) == [200, 200]


@pytest.mark.parametrize("path,asks", [
    (b"/count", True), (b"/text", True), (b"/echo", True), (b"/early", False)])
def test_expect_continue(server, path, asks):
    """100 is sent when the handler first reads the body, not before."""
    with connect(server) as s:
        s.sendall(b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                  b"Expect: 100-continue\r\n\r\n" % path)
        answer = read_until(s, b"\r\n\r\n")
        assert statuses(answer)[0] == (100 if asks else 403)
        if asks:
            s.sendall(b"12345")
            s.settimeout(20)
            answer = read_until(s, b"5\r\n0\r\n" if path == b"/echo"
                                else b"\r\n\r\n5")
        else:
            assert b"Connection: close" in answer


def test_early_response(server):
    answer = ask(server, b"POST /early HTTP/1.1\r\nHost: a\r\n"
                 b"Content-Length: 20000\r\n\r\n" + bytes(20000) + LAST)
    assert statuses(answer) == [403, 200]


def test_disconnect_cancels_the_stream(server):
    with connect(server) as s:
        s.sendall(b"GET /bytes/100000000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        s.recv(100000)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if server.get("/aborted")[2] == b"1":
            return
        time.sleep(0.05)
    raise AssertionError("the stream was not cancelled")


def test_large_download(server):
    server.get("/")
    with connect(server) as s:
        s.sendall(b"GET /bytes/%d HTTP/1.0\r\n\r\n" % LARGE)
        total, reads, most = 0, 0, {}
        while piece := s.recv(1 << 20):
            total += len(piece)
            reads += 1
            if reads % 100 == 0:
                for pid, kb in rss_kb(server).items():
                    most[pid] = max(most.get(pid, 0), kb)
    assert LARGE < total < LARGE + 1000
    for pid, kb in {**most, **rss_kb(server)}.items():
        assert kb < 100_000, f"process {pid} had {kb} kB"


def test_large_upload(server):
    server.get("/")
    with connect(server) as s:
        s.sendall(b"POST /count HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                  b"Content-Length: %d\r\n\r\n" % LARGE)
        piece = bytes(1 << 20)
        for i in range(LARGE >> 20):
            s.sendall(piece)
            if i % 64 == 0:
                for pid, kb in rss_kb(server).items():
                    assert kb < 100_000, f"process {pid} had {kb} kB"
        assert read_all(s).endswith(b"\r\n\r\n%d" % LARGE)


def test_a_hundred_thousand_requests_leave_nothing(server):
    def many(n):
        with connect(server) as s:
            for _ in range(n // 100):
                s.sendall(GET * 100)
                count = 0
                rest = b""
                while count < 100:
                    rest += s.recv(1 << 20)
                    count += rest.count(b"\r\n\r\nhello")
                    rest = rest[rest.rfind(b"hello") + 5:]

    many(20_000)
    before = rss_kb(server)
    many(100_000)
    for pid, kb in rss_kb(server).items():
        assert kb - before[pid] < 2000, f"process {pid}: {before[pid]} -> {kb}"


def test_curl(server):
    if shutil.which("curl") is None:
        pytest.fail("curl is missing: run ./dev deps")
    out = subprocess.run(
        ["curl", "-sS", "--max-time", "20", "-F", "a=b", "-o", "/dev/null",
         "-w", "%{http_code} %{http_version}", server.url + "/echo"],
        capture_output=True, text=True, check=True)
    assert out.stdout == "200 1.1"


def test_wrk(server):
    if shutil.which("wrk") is None:
        pytest.fail("wrk is missing: run ./dev deps")
    out = subprocess.run(
        ["wrk", "-t1", "-c32", "-d1s", server.url + "/"],
        capture_output=True, text=True, check=True)
    assert "Non-2xx" not in out.stdout and "Socket errors" not in out.stdout
    assert int(re.search(r"(\d+) requests in", out.stdout)[1]) > 1000
