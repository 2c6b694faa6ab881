"""What a hostile client can do with many connections, or much on one: memory
stays under a stated bound, another client is served meanwhile. (Floods of
frames are in test_front_h2.py.)"""
import os
import selectors
import socket
import time

import pytest

from h2client import (  # noqa: F401
    CONT, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, HPACK_GET, RST,
    client, frame, frames, raw)
from rig import read_all, read_until, rig  # noqa: F401
from test_front_h2 import lit

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
IDLE_BYTES = 3000  # of memory, for one idle connection
FULL = os.environ.get("EIDER_FULL")


def is_served(r):
    began = time.monotonic()
    status, body = r.get()
    assert status == 200 and b"hello" in body
    assert time.monotonic() - began < 5


def connect_many(r, n):
    """N connections, of as many addresses as the limit for one asks for."""
    socks = []
    for i in range(n):
        s = socket.socket()
        s.bind((f"127.0.0.{2 + i // 3000}", 0))
        s.settimeout(20)
        s.connect(("127.0.0.1", r.port))
        socks.append(s)
    return socks


def close_all(socks):
    for s in socks:
        s.close()


def test_ten_thousand_idle_connections(rig):
    r = rig()
    r.get()
    before = r.rss_kb()
    socks = connect_many(r, 10_000)
    is_served(r)
    for s in socks[::100]:
        s.sendall(GET)
    for s in socks[::100]:
        assert b"200" in read_until(s, b"hello")
    grown = r.rss_kb() - before
    close_all(socks)
    assert grown < 10_000 * IDLE_BYTES // 1024, f"{grown} kB"
    is_served(r)


def test_ten_thousand_connections_after_a_request(rig):
    """Kept alive, they hold no buffers."""
    n = 10_000 if FULL else 3000
    r = rig()
    r.get()
    before = r.rss_kb()
    socks = connect_many(r, n)
    for s in socks:
        s.sendall(GET)
    for s in socks:
        read_until(s, b"hello")
    grown = r.rss_kb() - before
    close_all(socks)
    assert grown < n * IDLE_BYTES // 1024, f"{grown} kB"


def drip(socks, deadline_s, piece):
    """Send PIECE on each now and again, until the front has ended all.
    Returns what each was answered."""
    answers = {s: b"" for s in socks}
    left = set(socks)
    sel = selectors.DefaultSelector()
    for s in socks:
        s.setblocking(False)
        sel.register(s, selectors.EVENT_READ)
    deadline = time.monotonic() + deadline_s
    while left and time.monotonic() < deadline:
        for s in list(left):
            try:
                s.send(piece)
            except OSError:
                pass
        for key, _ in sel.select(0.1):
            s = key.fileobj
            try:
                data = s.recv(65536)
            except OSError:
                data = b""
            answers[s] += data
            if not data:
                left.discard(s)
                sel.unregister(s)
    assert not left, f"{len(left)} are still open"
    return answers


@pytest.mark.parametrize("start,piece", [
    (b"", b"G"), (b"GET / HTTP/1.1\r\n", b"X-a: b\r\n"),
    (b"GET / HTTP/1.1\r\nX: ", b"y")], ids=["line", "fields", "value"])
def test_slow_loris(rig, start, piece):
    """A head has its time, however it comes; meanwhile others are served."""
    n = 2000 if FULL else 500
    r = rig(header_ms=1500)
    before = r.rss_kb()
    socks = connect_many(r, n)
    for s in socks:
        s.sendall(start)
    is_served(r)
    answers = drip(socks, 15, piece)
    assert r.rss_kb() - before < n * 20
    is_served(r)
    refused = [a for a in answers.values() if a.startswith(b"HTTP/1.1 4")]
    assert len(refused) > n * 0.9  # the rest lost it to a reset
    close_all(socks)


def test_slow_bodies(rig):
    """Each byte in time is a body in progress; a pause is not."""
    r = rig(body_ms=800)
    socks = connect_many(r, 300)
    for s in socks:
        s.sendall(b"POST /count HTTP/1.1\r\nHost: a\r\n"
                  b"Content-Length: 1000\r\n\r\n")
    is_served(r)
    answers = [read_until(s, b"\r\n\r\n") for s in socks]
    assert all(a.startswith(b"HTTP/1.1 408 ") for a in answers)
    assert r.rss_kb() < 20_000
    close_all(socks)


def test_hundred_thousand_fields(rig):
    """HTTP/1.1: the head ends with the limit, not with the client."""
    r = rig()
    is_served(r)
    before = r.rss_kb()
    with r.connect() as s:
        s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
        try:
            for _ in range(100):
                s.sendall(b"x: y\r\n" * 1000)
            s.sendall(b"\r\n")
        except OSError:
            pass
        answer = read_all(s)
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert r.rss_kb() - before < 1000
    is_served(r)


def test_hundred_thousand_trailers(rig):
    r = rig()
    with r.connect() as s:
        s.sendall(b"POST /count HTTP/1.1\r\nHost: a\r\n"
                  b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n")
        try:
            for _ in range(100):
                s.sendall(b"x: y\r\n" * 1000)
        except OSError:
            pass
        answer = read_all(s)
    assert answer.startswith(b"HTTP/1.1 431 ") or answer == b"<reset>"
    assert r.rss_kb() < 15_000
    is_served(r)


@pytest.mark.parametrize("name,field", [
    ("literal", lit(b"x", b"y")), ("indexed", b"\x82"[:0] + b"\xbe")],
    ids=lambda v: v if isinstance(v, str) else "")
def test_hundred_thousand_fields_http2(rig, raw, name, field):
    """In one header block, over CONTINUATION frames: the block, or the
    connection, is given up; none of it is kept."""
    r = rig()
    is_served(r)
    before = r.rss_kb()
    c = raw(r)
    first = HPACK_GET + b"\x40\x01x\x01y"
    per_frame = 16000 // len(field)
    try:
        c.send(HEADERS, END_STREAM, 1, first)
        for _ in range(100_000 // per_frame):
            c.send(CONT, 0, 1, field * per_frame)
        c.send(CONT, END_HEADERS, 1, b"")
    except OSError:
        pass
    got = c.read_to_end()
    assert any(f[0] in (RST, GOAWAY) or f[0] == HEADERS for f in got)
    assert not any(f[3] == b"hello" for f in got)
    assert r.rss_kb() - before < 2000
    is_served(r)


def test_slow_readers_of_many_responses(rig):
    """Pipelined requests are answered one by one: one buffer, not all."""
    r = rig()
    is_served(r)
    before = r.rss_kb()
    socks = []
    for _ in range(100):
        s = r.connect(rcvbuf=4096)
        s.sendall(b"GET /bytes/1000000 HTTP/1.1\r\nHost: a\r\n\r\n" * 50)
        socks.append(s)
    is_served(r)
    assert r.rss_kb() - before < 100 * 700
    close_all(socks)
    is_served(r)


def test_slow_readers_http2(rig, client):
    """A window at a time for each stream, whatever the worker sends."""
    r = rig()
    is_served(r)
    before = r.rss_kb()
    made = [client(r, rcvbuf=4096) for _ in range(20)]
    for c in made:
        for _ in range(20):
            c.ask("/bytes/10000000")
    is_served(r)
    assert r.rss_kb() - before < 20 * 20 * 300
    for c in made:
        c.sock.close()
    is_served(r)


def test_many_connections_that_never_speak(rig):
    r = rig(idle_ms=700)
    socks = connect_many(r, 1000)
    is_served(r)
    for s in socks:
        assert s.recv(1) == b""
    close_all(socks)


def test_connections_that_come_and_go(rig):
    r = rig()
    r.get()
    before = r.rss_kb()
    for _ in range(20):
        close_all(connect_many(r, 250))
    is_served(r)
    assert r.rss_kb() - before < 3000
