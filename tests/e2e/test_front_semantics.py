"""What HTTP says of a message, through all processes, by both protocols."""
import socket
import struct
import time

import pytest

from h2client import client  # noqa: F401
from rig import read_all, read_until, rig  # noqa: F401

WORKER = """
let log = [];
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export default { async fetch(request, env, ctx) {
  const url = new URL(request.url);
  switch (url.pathname) {
  case "/log": return Response.json(log);
  case "/signal":
    request.signal.addEventListener("abort", () => log.push("aborted"));
    await wait(5000);
    return new Response("late");
  case "/stream-signal":
    request.signal.addEventListener("abort", () => log.push("aborted"));
    return new Response(new ReadableStream({
      async pull(c) { await wait(20); c.enqueue(new Uint8Array(1000)); },
      cancel() { log.push("cancelled"); } }));
  case "/mid-error":
    return new Response(new ReadableStream({
      start(c) { c.enqueue(new TextEncoder().encode("half")); },
      async pull(c) { await wait(100); c.error(new Error("no")); } }));
  case "/mid-error-length":
    return new Response(new ReadableStream({
      start(c) { c.enqueue(new TextEncoder().encode("half")); },
      async pull(c) { await wait(100); c.error(new Error("no")); } }),
      { headers: { "content-length": "100" } });
  case "/field":
    return new Response(request.headers.get("x-text"), { headers: {
      "x-back": request.headers.get("x-text") } });
  case "/early":
    ctx.waitUntil(request.text().then((t) => log.push("read " + t.length),
                                      () => log.push("cut")));
    return new Response("early");
  case "/late-read":
    await wait(200);
    return new Response(await request.text());
  case "/no-read":
    return new Response("not read", { status: 403 });
  case "/text":
    return new Response(await request.text());
  }
  return new Response("hello");
} };"""


@pytest.fixture
def server(serve_module):
    return serve_module(WORKER, extra="[server]\nfronts = 1\n"
                        "timeouts.halfClose = 300ms\n")


def connect(server):
    return socket.create_connection(("127.0.0.1", server.port), 20)


def wait_for(server, text):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        got = server.get("/log")[2]
        if text in got:
            return
        time.sleep(0.02)
    raise AssertionError(f"no {text!r} in {got!r}")


def request(path, fields=b""):
    return b"POST %s HTTP/1.1\r\nHost: a\r\n%s\r\n" % (path, fields)


# request.signal

@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("path", [b"/signal", b"/stream-signal"])
def test_signal_http1(server, path, how):
    with connect(server) as s:
        s.sendall(b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % path)
        if path != b"/signal":
            read_until(s, b"\r\n\r\n")
        else:
            time.sleep(0.2)
        if how == "reset":
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                         struct.pack("ii", 1, 0))
    wait_for(server, b"aborted")
    if path != b"/signal":
        wait_for(server, b"cancelled")


@pytest.mark.parametrize("how", ["reset", "close"])
@pytest.mark.parametrize("path", ["/signal", "/stream-signal"])
def test_signal_http2(server, client, path, how):
    c = client(server)
    stream = c.ask(path)
    if path != "/signal":
        while not c.streams[stream]["body"]:
            c.read()
    else:
        time.sleep(0.2)
    if how == "reset":
        c.h2.reset_stream(stream, 8)
        c.flush()
    else:
        c.sock.close()
    wait_for(server, b"aborted")
    if path != "/signal":
        wait_for(server, b"cancelled")


# errors behind the head

@pytest.mark.parametrize("path", [b"/mid-error", b"/mid-error-length"])
def test_error_in_mid_stream_http1(server, path):
    """The client sees that it is not whole: no last chunk, too few bytes."""
    with connect(server) as s:
        s.sendall(b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % path * 2)
        answer = read_all(s)
    assert answer.count(b"HTTP/1.1 200 ") == 1 and b"half" in answer
    assert not answer.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize("path", ["/mid-error", "/mid-error-length"])
def test_error_in_mid_stream_http2(server, client, path):
    c = client(server)
    got = c.get(path)
    assert got["head"][":status"] == "200" and got["body"] == b"half"
    assert got["end"] == 2  # INTERNAL_ERROR
    assert c.get()["body"] == b"hello"


# obs-text: bytes above 0x7f are what they are, one character each

TEXT = b"caf\xe9 \xc3\xa4\xff"


def test_obs_text_http1(server):
    with connect(server) as s:
        s.sendall(b"GET /field HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                  b"X-Text: " + TEXT + b"\r\n\r\n")
        head, _, body = read_all(s).partition(b"\r\n\r\n")
    assert b"x-back: " + TEXT + b"\r\n" in head + b"\r\n"
    assert body.decode() == TEXT.decode("latin-1")


def test_obs_text_http2(server, client):
    c = client(server)
    c.h2.config.header_encoding = False
    c.h2.config.validate_outbound_headers = False
    stream = c.ask("/field", extra=[(b"x-text", TEXT)])
    head = c.finish(stream)["head"]
    assert head[b"x-back"] == TEXT


# early responses, and what becomes of the upload

def test_early_response_http1(server):
    """The response is whole at once; who reads the upload sees it end."""
    with connect(server) as s:
        s.sendall(request(b"/early", b"Content-Length: 500000\r\n"))
        s.sendall(bytes(1000))
        read_until(s, b"early")
        wait_for(server, b"cut")
        try:
            s.sendall(bytes(499_000))
        except OSError:
            pass  # nobody wants them
    assert server.get()[2] == b"hello"


def test_early_response_keeps_the_connection(server):
    with connect(server) as s:
        s.sendall(request(b"/no-read", b"Content-Length: 5000\r\n"))
        read_until(s, b"not read")
        s.sendall(bytes(5000))
        s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        read_until(s, b"hello")


def test_early_response_http2(server, client):
    c = client(server)
    stream = c.ask("/no-read", "POST", end=False)
    c.h2.send_data(stream, bytes(1000))
    c.flush()
    got = c.finish(stream)
    assert got["head"][":status"] == "403" and got["body"] == b"not read"
    assert c.get()["body"] == b"hello"


# 100 Continue: when the handler first reads, not before

def test_continue_http1(server):
    with connect(server) as s:
        began = time.monotonic()
        s.sendall(request(b"/late-read", b"Content-Length: 2\r\n"
                          b"Expect: 100-continue\r\n"))
        assert read_until(s, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert time.monotonic() - began > 0.15
        s.sendall(b"hi")
        assert read_until(s, b"hi").count(b"HTTP/1.1") == 1


def test_no_continue_http1(server):
    with connect(server) as s:
        s.sendall(request(b"/no-read", b"Content-Length: 2\r\n"
                          b"Expect: 100-continue\r\n"))
        answer = read_all(s)
    assert answer.startswith(b"HTTP/1.1 403 ") and b" 100 " not in answer


def test_continue_http2(server, client):
    c = client(server)
    stream = c.ask("/late-read", "POST", end=False,
                   extra=[("expect", "100-continue")])
    began = time.monotonic()
    while not c.streams[stream]["info"]:
        c.read()
    assert time.monotonic() - began > 0.15
    c.send(stream, b"hi")
    assert c.finish(stream)["body"] == b"hi"
    assert c.streams[stream]["info"] == ["100"]


def test_no_continue_http2(server, client):
    c = client(server)
    got = c.get("/no-read", "POST", end=False,
                extra=[("expect", "100-continue")])
    assert got["head"][":status"] == "403" and not got["info"]


# trailers of a request end its body, and are no part of it

def test_request_trailers_http1(server):
    with connect(server) as s:
        s.sendall(request(b"/text", b"Transfer-Encoding: chunked\r\n"
                          b"Trailer: X-Sum\r\n") +
                  b"2\r\nhi\r\n0\r\nX-Sum: 42\r\n\r\n"
                  b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = read_until(s, b"hello")
    assert b"\r\n\r\nhi" in answer and b"42" not in answer


def test_request_trailers_http2(server, client):
    c = client(server)
    stream = c.ask("/text", "POST", end=False)
    c.h2.send_data(stream, b"hi")
    c.h2.send_headers(stream, [("x-sum", "42")], end_stream=True)
    c.flush()
    assert c.finish(stream)["body"] == b"hi"
