"""Bodies that a handler passes on untouched: the front sends them back."""
import hashlib
import os
import random
import socket
import signal
import threading
import time

import pytest

from h2client import client  # noqa: F401
from rig import read_until, rig  # noqa: F401

SIZE = 8 << 20
WORKER = """export default { async fetch(request, env, ctx) {
  switch (new URL(request.url).pathname) {
  case "/echo": return new Response(request.body);
  case "/signal":
    request.signal.addEventListener("abort", () => console.log("aborted"));
    return new Response(request.body);
  case "/pipe": {
    const { readable, writable } = new TransformStream();
    ctx.waitUntil(request.body.pipeTo(writable));
    return new Response(readable);
  }
  case "/length": return new Response(request.body, {
    headers: { "content-length": "1000000" } });
  }
  return new Response("hello");
} };"""


@pytest.fixture
def server(serve_module):
    return serve_module(WORKER, extra="[server]\nfronts = 1\n")


def pattern(n):
    return random.Random(n).randbytes(n)


def chunked(data, size):
    pieces = (data[i:i + size] for i in range(0, len(data), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + \
        b"0\r\n\r\n"


def unchunk(data):
    body = b""
    while True:
        size, _, data = data.partition(b"\r\n")
        n = int(size, 16)
        if n == 0:
            return body
        body += data[:n]
        data = data[n + 2:]


def start_upload(s, data):
    thread = threading.Thread(target=s.sendall, args=(data,), daemon=True)
    thread.start()
    return thread


def exchange(s, path, data, length, last, pause=0):
    """Upload DATA while reading. Returns the response's body."""
    framing = b"Content-Length: %d" % len(data) if length else \
        b"Transfer-Encoding: chunked"
    s.sendall(b"POST %s HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n" %
              (path.encode(), framing))
    upload = start_upload(s, data if length else chunked(data, 70001))
    got = bytearray()
    while last not in got[-len(last):]:
        piece = s.recv(1 << 18)
        if not piece:
            break
        got += piece
        if pause and len(got) < 1 << 20:
            time.sleep(pause)
    upload.join(20)
    assert not upload.is_alive()
    return bytes(got).partition(b"\r\n\r\n")[2]


def digest(data):
    return hashlib.sha256(data).hexdigest()


def connect(server):
    return socket.create_connection(("127.0.0.1", server.port), 30)


@pytest.mark.parametrize("length", [True, False], ids=["length", "chunked"])
@pytest.mark.parametrize("size", [1, 100_000, 131_072, 300_000, SIZE])
def test_echo(server, size, length):
    """Whole, in order, and the connection is good for more."""
    data = pattern(size)
    with connect(server) as s:
        for _ in range(2):
            got = exchange(s, "/echo", data, length, b"\r\n0\r\n\r\n")
            assert digest(unchunk(got)) == digest(data)
        s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert read_until(s, b"hello")


def test_echo_to_a_slow_reader(server):
    data = pattern(4 << 20)
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(("127.0.0.1", server.port))
        s.settimeout(30)
        got = exchange(s, "/echo", data, True, b"\r\n0\r\n\r\n", pause=0.002)
    assert digest(unchunk(got)) == digest(data)


@pytest.mark.parametrize("path", ["/signal", "/pipe"])
def test_others_are_not_spliced(server, path):
    data = pattern(SIZE)
    with connect(server) as s:
        got = exchange(s, path, data, True, b"\r\n0\r\n\r\n")
    assert digest(unchunk(got)) == digest(data)


def test_http2(server, client):
    data = pattern(SIZE)
    c = client(server)
    stream = c.ask("/echo", "POST", end=False)
    c.send(stream, data)
    assert digest(c.finish(stream)["body"]) == digest(data)
    assert c.get()["body"] == b"hello"


def test_http2_many_at_once(server, client):
    data = pattern(1 << 20)
    c = client(server)
    streams = [c.ask("/echo", "POST", end=False) for _ in range(8)]
    for s in streams:
        c.send(s, data)
    for s in streams:
        assert digest(c.finish(s)["body"]) == digest(data)


def upload_part(s, path, total, part):
    """Send PART of TOTAL bytes and read it back."""
    s.sendall(b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" %
              (path, total))
    upload = start_upload(s, bytes(part))
    got = 0
    while got < part:
        piece = s.recv(65536)
        assert piece
        got += piece.count(b"\0")
    upload.join()


def test_the_worker_is_not_needed_any_more(server):
    """Once spliced, a body no longer depends on the process."""
    with connect(server) as s:
        upload_part(s, b"/echo", SIZE, 1 << 20)
        for pid in server.worker_pids():
            os.kill(pid, signal.SIGKILL)
        server.wait_log("SIGKILL")
        upload = start_upload(s, bytes(SIZE - (1 << 20)))
        got = 0
        data = b""
        while not data.endswith(b"\r\n0\r\n\r\n"):
            data = data[-8:] + s.recv(1 << 18)
            got += data.count(b"\0")
        upload.join()
    assert got >= SIZE - (1 << 20)
    assert server.get()[2] == b"hello"


def test_signal_is_told_of_a_client_that_leaves(server):
    """Who listens to request.signal keeps the body, and hears the end."""
    with connect(server) as s:
        upload_part(s, b"/signal", SIZE, 1 << 20)
    server.wait_log("aborted")


def test_client_leaves_in_mid_splice(server):
    for _ in range(20):
        with connect(server) as s:
            upload_part(s, b"/echo", SIZE, 400_000)
    assert server.get()[2] == b"hello"


def test_declared_length_is_kept(server):
    """What the handler declared is sent, no more, whoever sends it."""
    data = pattern(SIZE)
    with connect(server) as s:
        s.sendall(b"POST /length HTTP/1.1\r\nHost: a\r\n"
                  b"Content-Length: %d\r\n\r\n" % SIZE)
        upload = start_upload(s, data)
        body = read_until(s, b"\r\n\r\n").partition(b"\r\n\r\n")[2]
        while len(body) < 1_000_000:
            body += s.recv(65536)
        assert body[:1_000_000] == data[:1_000_000]
        upload.join(20)
        assert not upload.is_alive()


def test_slow_readers_cost_bounded_memory(rig):
    """Looped bodies have the same bounds as others."""
    r = rig()
    held = []
    for _ in range(40):
        s = r.connect(rcvbuf=4096)
        s.sendall(b"POST /loop HTTP/1.1\r\nHost: a\r\n"
                  b"Content-Length: 100000000\r\n\r\n")
        s.setblocking(False)
        held.append(s)
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        for s in held:
            try:
                s.send(bytes(65536))
            except BlockingIOError:
                pass
        time.sleep(0.01)
    assert r.get() == (200, b"hello")
    assert r.rss_kb() < 60000
    for s in held:
        s.close()
    assert r.get() == (200, b"hello")
