"""HTTP/2 at the front, frame by frame. Sections are RFC 9113's."""
import re
import socket
import struct
import time

import h2.errors
import h2.exceptions
import h2.settings
import pytest

from h2client import (  # noqa: F401
    ACK, CONT, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, HPACK_GET,
    HPACK_POST, PING, PREFACE, PRIORITY, PUSH, RST, SETTINGS, WINDOW, client,
    frame, frames, raw)
from rig import rig  # noqa: F401

def test_get(client):
    got = client().get()
    assert got["head"][":status"] == "200" and got["body"] == b"hello"
    assert re.match(r"\w{3}, \d\d \w{3} \d{4} ", got["head"]["date"])
    assert "server" not in got["head"] and "connection" not in got["head"]


def test_what_the_worker_gets(client):
    c = client()
    got = c.get("/headers?q", "OPTIONS", [
        ("cookie", "a=1"), ("x-y", "é"), ("cookie", "b=2"),
        ("te", "trailers"), ("x-forwarded-proto", "https")])
    port = c.sock.getsockname()[1]
    assert got["body"].rstrip(b"\0").decode().split("\n")[:-1] == [
        "version=20 scheme=1 depth=0", "OPTIONS", "a", "/headers?q",
        f"127.0.0.1:{port}", "", "host: a", "x-y: é", "cookie: a=1; b=2",
        "x-set: by config"]


def test_headers_of_the_config(client):
    head = client().get()["head"]
    assert head["x-set"] == "by config" and "x-removed" not in head


def test_many_streams_at_once(client):
    c = client()
    asked = [c.ask(f"/status/{400 + i}") for i in range(100)]
    got = [int(c.finish(s)["head"][":status"]) for s in asked]
    assert got == [400 + i for i in range(100)]


def test_echo(client):
    c = client()
    body = bytes(range(256)) * 8000
    stream = c.ask("/echo", "POST", end=False)
    c.send(stream, body)
    assert c.finish(stream)["body"] == body


def test_upload_before_the_channel_is_open(client, rig):
    c = client(rig(channel_ms=50))
    stream = c.ask("/count", "POST", end=False)
    c.send(stream, bytes(1_000_000))
    assert c.finish(stream)["body"] == b"1000000"


def test_trailers(client):
    c = client()
    got = c.get("/trailers")
    assert got["trailers"] == {"x-sum": "42"} and got["body"] == b"body"
    stream = c.ask("/count", "POST", end=False)
    c.send(stream, bytes(100000), end=False)
    c.h2.send_headers(stream, [("x-sum", "7")], end_stream=True)
    c.flush()
    assert c.finish(stream)["body"] == b"100000 x-sum=7"


def test_head_and_no_body(client):
    c = client()
    got = c.get("/cl/5", "HEAD")
    assert got["head"]["content-length"] == "5" and got["body"] == b""
    assert c.get("/bytes/100000", "HEAD")["end"] == "end"
    for status in (204, 304):
        got = c.get(f"/status/{status}")
        assert got["head"][":status"] == str(status) and got["body"] == b""
    assert c.get()["body"] == b"hello"


def test_expect_continue(client):
    c = client()
    stream = c.ask("/count", "POST", [("expect", "100-continue")], end=False)
    while not c.streams[stream]["info"]:
        c.read()
    assert c.streams[stream]["info"] == ["100"]
    c.send(stream, b"12345")
    assert c.finish(stream)["body"] == b"5"
    stream = c.ask("/early", "POST", [("expect", "100-continue")], end=False)
    got = c.finish(stream)
    assert got["info"] == [] and got["body"] == b"early"


@pytest.mark.parametrize("code,status", [(2, 500), (4, 502), (5, 503),
                                         (9, 503), (10, 429)])
def test_outcomes(client, code, status):
    got = client().get(f"/reset/{code}")
    assert got["head"][":status"] == str(status)
    assert re.fullmatch("[0-9a-f]{16}", got["head"]["x-request-id"])


def test_broken_off_in_mid_body(client):
    c = client()
    got = c.get("/half")
    assert got["end"] == h2.errors.ErrorCodes.INTERNAL_ERROR
    assert c.get()["body"] == b"hello"


def test_crash_and_goaway(client):
    c = client()
    assert c.get("/crash")["head"][":status"] == "502"
    lost = [c.ask(p) for p in ["/hang"] * 4 + ["/ended/6"]]
    assert all(c.finish(s)["head"][":status"] == "503" for s in lost)
    asked = [c.ask("/goaway") for _ in range(10)]
    assert all(c.finish(s)["body"] == b"early" for s in asked)


def test_wrong_content_length(client):
    c = client()
    assert c.get("/cl/3")["body"] == b"hel"


def test_early_response(client):
    c = client()
    stream = c.ask("/early", "POST", end=False)
    got = c.finish(stream)
    assert got["body"] == b"early" and got["end"] == "end"
    c.send(stream, bytes(100000))  # is still taken
    assert c.get()["body"] == b"hello"


def test_client_reset_cancels(client, rig):
    r = rig()
    c = client(r)
    stream = c.ask("/hang")
    c.get("/")
    c.h2.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
    c.flush()
    r.wait_stats("cancelled=1")


def test_disconnect_cancels_all(client, rig):
    r = rig()
    c = client(r)
    for _ in range(5):
        c.ask("/hang")
    c.get("/")
    c.sock.close()
    r.wait_stats("cancelled=5")


def test_body_too_large(client, rig):
    r = rig(body_bytes=1000)
    c = client(r)
    stream = c.ask("/count", "POST", end=False)
    c.send(stream, bytes(2000), end=False)
    assert c.finish(stream)["head"][":status"] == "413"
    c.get("/")


def test_head_too_large(client):
    c = client()
    for extra in ([("x", "a" * 1000)] * 60, [(f"x{i}", "y") for i in range(200)]):
        assert c.get("/", extra=extra)["head"][":status"] == "431"
    assert c.get("/" + "a" * 17000)["head"][":status"] == "414"
    assert c.get()["body"] == b"hello"


@pytest.mark.parametrize("method,status", [("BREW", 501), ("get", 501)])
def test_methods(client, method, status):
    assert client().get("/", method)["head"][":status"] == str(status)


def test_streams_limit(client, rig):
    c = client(rig(streams=3))
    c.read()
    for _ in range(3):
        c.ask("/hang")
    with pytest.raises(h2.exceptions.TooManyStreamsError):
        c.ask("/hang")


def test_drain(client, rig):
    r = rig()
    c = client(r)
    stream = c.ask("/count", "POST", end=False)
    c.get("/")
    r.process.stdin.close()
    while c.goaway is None:
        c.read()
    assert c.goaway == 0
    # The request that was accepted is still served. (The library thinks
    # that a GOAWAY ends all: the frames are our own.)
    c.sock.sendall(frame(DATA, END_STREAM, stream, b"ab"))
    data = b""
    while piece := c.sock.recv(65536):
        data += piece
    assert (DATA, END_STREAM, stream, b"2") in frames(data) \
        or b"2" in [f[3] for f in frames(data) if f[0] == DATA]
    assert r.process.wait(10) == 0


# 4.1, 5.1, 6: frames that end the connection

PROTOCOL, FLOW, CLOSED, SIZE, COMPRESSION, CALM = 1, 3, 5, 6, 9, 11

CONNECTION_ERRORS = [
    ("4.2 frame over SETTINGS_MAX_FRAME_SIZE",
     [(DATA, 0, 1, bytes(16385))], SIZE),
    ("4.3 a block that cannot be decoded",
     [(HEADERS, END_HEADERS | END_STREAM, 1, b"\xff\xff\xff\xff\xff\xff\xff")],
     COMPRESSION),
    ("5.1 DATA on an idle stream", [(DATA, 0, 1, b"x")], PROTOCOL),
    ("5.1 RST_STREAM on an idle stream",
     [(RST, 0, 1, b"\0\0\0\0")], PROTOCOL),
    ("5.1 WINDOW_UPDATE on an idle stream",
     [(WINDOW, 0, 1, b"\0\0\0\1")], PROTOCOL),
    ("5.1.1 HEADERS on an even stream",
     [(HEADERS, END_HEADERS | END_STREAM, 2, HPACK_GET)], PROTOCOL),
    ("6.1 DATA on stream 0", [(DATA, 0, 0, b"x")], PROTOCOL),
    ("6.1 padding longer than the frame",
     [(HEADERS, END_HEADERS, 1, HPACK_POST), (DATA, 8, 1, b"\x05abc")],
     PROTOCOL),
    ("6.2 HEADERS on stream 0",
     [(HEADERS, END_HEADERS, 0, HPACK_GET)], PROTOCOL),
    ("6.2 padding longer than the frame",
     [(HEADERS, END_HEADERS | 8, 1, b"\x20" + HPACK_GET)], PROTOCOL),
    ("6.3 PRIORITY on stream 0", [(PRIORITY, 0, 0, bytes(5))], PROTOCOL),
    ("6.4 RST_STREAM on stream 0", [(RST, 0, 0, bytes(4))], PROTOCOL),
    ("6.4 RST_STREAM of 3 bytes",
     [(HEADERS, END_HEADERS, 1, HPACK_POST), (RST, 0, 1, bytes(3))], SIZE),
    ("6.5 SETTINGS on a stream", [(SETTINGS, 0, 1, b"")], PROTOCOL),
    ("6.5 SETTINGS of 5 bytes", [(SETTINGS, 0, 0, bytes(5))], SIZE),
    ("6.5 SETTINGS ACK with a body",
     [(SETTINGS, ACK, 0, bytes(6))], SIZE),
    ("6.5.2 ENABLE_PUSH of 2",
     [(SETTINGS, 0, 0, b"\0\2\0\0\0\2")], PROTOCOL),
    ("6.5.2 INITIAL_WINDOW_SIZE of 2^31",
     [(SETTINGS, 0, 0, b"\0\4\x80\0\0\0")], FLOW),
    ("6.5.2 MAX_FRAME_SIZE of 1",
     [(SETTINGS, 0, 0, b"\0\5\0\0\0\1")], PROTOCOL),
    ("6.5.2 MAX_FRAME_SIZE of 2^24",
     [(SETTINGS, 0, 0, b"\0\5\1\0\0\0")], PROTOCOL),
    ("6.6 PUSH_PROMISE from a client",
     [(PUSH, END_HEADERS, 1, b"\0\0\0\2" + HPACK_GET)], PROTOCOL),
    ("6.7 PING on a stream", [(PING, 0, 1, bytes(8))], PROTOCOL),
    ("6.7 PING of 7 bytes", [(PING, 0, 0, bytes(7))], SIZE),
    ("6.8 GOAWAY on a stream", [(GOAWAY, 0, 1, bytes(8))], PROTOCOL),
    ("6.9 WINDOW_UPDATE of 0", [(WINDOW, 0, 0, bytes(4))], PROTOCOL),
    ("6.9 WINDOW_UPDATE of 3 bytes", [(WINDOW, 0, 0, bytes(3))], SIZE),
    ("6.9.1 a window over 2^31-1",
     [(WINDOW, 0, 0, b"\x7f\xff\xff\xff")], FLOW),
    ("6.10 CONTINUATION without HEADERS",
     [(CONT, END_HEADERS, 1, HPACK_GET)], PROTOCOL),
    ("6.10 CONTINUATION on stream 0", [(CONT, END_HEADERS, 0, b"")], PROTOCOL),
    ("6.10 another frame between HEADERS and CONTINUATION",
     [(HEADERS, END_STREAM, 1, HPACK_GET[:3]), (PING, 0, 0, bytes(8))],
     PROTOCOL),
    ("6.10 CONTINUATION of another stream",
     [(HEADERS, END_STREAM, 1, HPACK_GET[:3]),
      (CONT, END_HEADERS, 3, HPACK_GET[3:])], PROTOCOL),
]


@pytest.mark.parametrize("name,sent,code", CONNECTION_ERRORS,
                         ids=[c[0] for c in CONNECTION_ERRORS])
def test_connection_error(raw, name, sent, code):
    c = raw()
    for f in sent:
        c.send(*f)
    assert c.goaway() == code


def test_smaller_stream_id(rig, raw):
    """5.1.1: one that was used is not served again: trailers that crossed a
    reset look like this."""
    r = rig()
    c = raw(r)
    for stream in (1, 3, 1):
        c.send(HEADERS, END_HEADERS | END_STREAM, stream, HPACK_GET)
        c.read_until(DATA, stream)
    c.send(PING, 0, 0, bytes(8))
    c.read_until(PING)
    assert len([f for f in frames(c.data) if f[0] == HEADERS]) == 2
    assert b"requests=3 " in r.get("/stats")[1]


STREAM_ERRORS = [
    ("6.9 WINDOW_UPDATE of 0", [(WINDOW, 0, 1, bytes(4))], PROTOCOL),
    ("6.9.1 a window over 2^31-1",
     [(WINDOW, 0, 1, b"\x7f\xff\xff\xff")], FLOW),
    ("6.3 PRIORITY of 4 bytes", [(PRIORITY, 0, 1, bytes(4))], SIZE),
]


@pytest.mark.parametrize("name,sent,code", STREAM_ERRORS,
                         ids=[c[0] for c in STREAM_ERRORS])
def test_stream_error(raw, name, sent, code):
    """The stream, or the connection, ends with the code."""
    c = raw()
    c.send(HEADERS, END_HEADERS, 1, HPACK_POST)
    for f in sent:
        c.send(*f)
    c.send(GOAWAY, 0, 0, bytes(8))
    c.sock.settimeout(5)
    seen = b""
    try:
        while not any(f[0] in (RST, GOAWAY) for f in frames(seen)):
            seen += c.sock.recv(65536)
    except OSError:
        pass
    got = [int.from_bytes(f[3][-4:] if f[0] == RST else f[3][4:8], "big")
           for f in frames(seen) if f[0] in (RST, GOAWAY)]
    assert code in got


def lit(name, value):
    """A field as a literal without indexing."""
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


MALFORMED = [
    ("8.2.1 upper-case name", HPACK_GET + lit(b"X-Y", b"z")),
    ("8.2.1 white space in a name", HPACK_GET + lit(b"x y", b"z")),
    ("8.2.1 CR in a value", HPACK_GET + lit(b"x", b"a\rb")),
    ("8.2.1 LF in a value", HPACK_GET + lit(b"x", b"a\nb")),
    ("8.2.1 NUL in a value", HPACK_GET + lit(b"x", b"a\0b")),
    ("8.2.1 colon in a name", HPACK_GET + lit(b"x:y", b"z")),
    ("8.2.2 Connection", HPACK_GET + lit(b"connection", b"close")),
    ("8.2.2 Transfer-Encoding",
     HPACK_GET + lit(b"transfer-encoding", b"chunked")),
    ("8.2.2 Upgrade", HPACK_GET + lit(b"upgrade", b"x")),
    ("8.2.2 Keep-Alive", HPACK_GET + lit(b"keep-alive", b"x")),
    ("8.2.2 TE other than trailers", HPACK_GET + lit(b"te", b"gzip")),
    ("8.3 unknown pseudo field", HPACK_GET + lit(b":x", b"y")),
    ("8.3 pseudo field of responses", HPACK_GET + lit(b":status", b"200")),
    ("8.3 pseudo field behind another",
     b"\x82\x86\x41\x01a" + lit(b"x", b"y") + b"\x84"),
    ("8.3.1 no :method", b"\x86\x84\x41\x01a"),
    ("8.3.1 no :scheme", b"\x82\x84\x41\x01a"),
    ("8.3.1 no :path", b"\x82\x86\x41\x01a"),
    ("8.3.1 two :path", HPACK_GET + b"\x84"),
    ("8.3.1 empty :path", b"\x82\x86\x41\x01a" + lit(b":path", b"")),
    ("8.3.1 :path without a slash", b"\x82\x86\x41\x01a" + lit(b":path", b"a")),
    ("8.3.1 neither :authority nor Host", b"\x82\x86\x84"),
    ("8.3.1 :authority with userinfo",
     b"\x82\x86\x84" + lit(b":authority", b"u@a")),
    ("8.3.1 Host differs", HPACK_GET + lit(b"host", b"b")),
    ("8.1.1 Content-Length without a body",
     HPACK_GET + lit(b"content-length", b"5")),
    ("8.1.1 Content-Length that is none",
     HPACK_GET + lit(b"content-length", b"x")),
    (":path with a space", b"\x82\x86\x41\x01a" + lit(b":path", b"/a b")),
    (":path with a fragment", b"\x82\x86\x41\x01a" + lit(b":path", b"/a#b")),
    (":path of control bytes", b"\x82\x86\x41\x01a" + lit(b":path", b"/\x01")),
]


@pytest.mark.parametrize("name,block", MALFORMED,
                         ids=[c[0] for c in MALFORMED])
def test_malformed_request(raw, rig, name, block):
    """Never reaches the worker: a reset, a 400, or the connection's end."""
    r = rig()
    c = raw(r)
    c.send(HEADERS, END_HEADERS | END_STREAM, 1, block)
    c.send(PING, 0, 0, b"12345678")
    while not any(f[0] == GOAWAY or (f[0] == PING and f[1] & ACK)
                  for f in frames(c.data)):
        piece = c.sock.recv(65536)
        if not piece:
            break
        c.data += piece
    got = [f for f in frames(c.data)
           if f[0] in (RST, GOAWAY) or (f[0] == HEADERS and f[2] == 1)]
    assert got
    assert not any(f[3] == b"hello" for f in frames(c.data))
    assert b"requests=1 " in r.get("/stats")[1]  # which is this one


# Floods: the client is told, or cut off; others are served; memory stays.

def closes(sock):
    """Whether the front ends the connection within a second."""
    sock.settimeout(1)
    try:
        while sock.recv(1 << 20):
            pass
    except socket.timeout:
        return False
    except OSError:
        pass
    return True


def flood(r, c, data, rounds):
    """Send DATA over and over. Returns True if the front ended it."""
    c.sock.settimeout(0)
    ended = False
    for _ in range(rounds):
        left = data
        try:
            while left:
                try:
                    left = left[c.sock.send(left):]
                except BlockingIOError:
                    try:
                        if not c.sock.recv(1 << 20):
                            ended = True
                            left = b""
                    except BlockingIOError:
                        time.sleep(0.001)
        except OSError:
            ended = True
        if ended:
            break
    ended = ended or closes(c.sock)
    assert b"hello" in r.get("/")[1]
    assert r.rss_kb() < 20000
    return ended


@pytest.mark.parametrize("name,data", [
    ("PING", frame(PING, 0, 0, bytes(8)) * 1000),
    ("SETTINGS", frame(SETTINGS, 0, 0, b"\0\3\0\0\0\x64") * 1000),
    ("empty SETTINGS", frame(SETTINGS, 0, 0) * 1000),
    ("PRIORITY", frame(PRIORITY, 0, 1, b"\0\0\0\0\1") * 1000),
    ("WINDOW_UPDATE", frame(WINDOW, 0, 0, b"\0\0\0\1") * 1000),
    ("unknown type", frame(0xee, 0, 0, bytes(8)) * 1000),
    ("empty unknown type", frame(0xee, 0, 0) * 1000),
], ids=lambda v: v if isinstance(v, str) else "")
def test_flood(rig, raw, name, data):
    r = rig()
    c = raw(r)
    assert flood(r, c, data, 100), f"{name}: was not ended"


def test_unknown_frames_are_ignored(rig, raw):
    """5.5: they are skipped, and cost what other idle frames cost."""
    r = rig()
    c = raw(r)
    assert not flood(r, c, frame(0xee, 0, 0, bytes(8)) * 500, 1)
    c.sock.settimeout(10)
    c.send(HEADERS, END_HEADERS | END_STREAM, 1, HPACK_GET)
    assert c.read_until(DATA, 1)[3] == b"hello"


def test_flood_of_data_for_closed_streams(rig, raw):
    """They may cross our end of the stream, but not for ever."""
    r = rig()
    c = raw(r)
    c.send(HEADERS, END_HEADERS | END_STREAM, 1, HPACK_GET)
    c.read_until(DATA, 1)
    assert flood(r, c, frame(RST, 0, 1, b"\0\0\0\x08") +
                 frame(DATA, 0, 1, b"x") * 1000, 100)


def test_flood_of_empty_data(rig, raw):
    r = rig()
    c = raw(r)
    c.send(HEADERS, END_HEADERS, 1, HPACK_POST)
    assert flood(r, c, frame(DATA, 0, 1) * 1000, 100)


def test_rapid_reset(rig, raw):
    r = rig()
    c = raw(r)
    stream, data = 1, b""
    for _ in range(50):
        for _ in range(200):
            data += frame(HEADERS, END_HEADERS | END_STREAM, stream, HPACK_GET)
            data += frame(RST, 0, stream, b"\0\0\0\x08")
            stream += 2
    assert flood(r, c, data, 1)


def test_continuation_flood(rig, raw):
    r = rig()
    c = raw(r)
    c.send(HEADERS, END_STREAM, 1, HPACK_GET)
    data = frame(CONT, 0, 1, lit(b"x", b"y" * 100) * 100) * 10
    assert flood(r, c, data, 1000)


def test_empty_continuation_flood(rig, raw):
    r = rig()
    c = raw(r)
    c.send(HEADERS, END_STREAM, 1, HPACK_GET)
    assert flood(r, c, frame(CONT, 0, 1) * 1000, 1000)


def test_hpack_bomb(rig, raw):
    """One large field in the table, referred to over and over."""
    r = rig()
    c = raw(r)
    big = b"\x40\x01x\x7f\xa1\x1e" + b"a" * 4000  # x: 4000 bytes, indexed
    c.send(HEADERS, END_HEADERS | END_STREAM, 1, HPACK_GET + big)
    block = HPACK_GET + b"\xbe" * 16000
    stream = 3
    for _ in range(50):
        try:
            c.send(HEADERS, END_HEADERS | END_STREAM, stream, block)
        except OSError:
            break
        stream += 2
    assert b"hello" in r.get("/")[1]
    assert r.rss_kb() < 20000


def test_stalled_window(rig, client):
    """A client that gives no window costs a bounded amount for a while."""
    r = rig(write_ms=500, body_ms=500)
    c = client(r, settings={h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 0})
    streams = [c.ask("/bytes/10000000") for _ in range(50)]
    r.wait_stats("cancelled=50")
    assert r.rss_kb() < 40000
    for s in streams:
        c.finish(s)


def test_stalled_windows_within_the_budget(rig, client):
    """Those that hold most go first; who reads is served."""
    r = rig(held_bytes=4_000_000)
    stall = {h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 0}
    clients = [client(r, settings=stall) for _ in range(5)]
    for c in clients:
        for _ in range(20):
            c.ask("/bytes/10000000")
    good = client(r)
    assert len(good.get("/bytes/1000000")["body"]) == 1000000
    r.wait_stats("cancelled=")
    assert r.rss_kb() < 25000


def test_stalled_upload(rig, client):
    r = rig(body_ms=500)
    c = client(r)
    stream = c.ask("/count", "POST", end=False)
    assert c.finish(stream)["head"][":status"] == "408"


def test_uploads_to_a_worker_that_does_not_read(rig, client):
    r = rig()
    c = client(r)
    streams = [c.ask("/hang", "POST", end=False) for _ in range(3)]
    c.get("/")
    for s in streams:
        n = c.h2.local_flow_control_window(s)
        sent = 0
        while sent < n:
            step = min(16384, n - sent, c.h2.local_flow_control_window(s))
            if step == 0:
                break
            c.h2.send_data(s, bytes(step))
            sent += step
        c.flush()
    # Others on the same connection, and on others, go on.
    assert c.get()["body"] == b"hello"
    assert r.rss_kb() < 20000


def test_incomplete_head(rig, raw):
    r = rig(header_ms=300, body_ms=300)
    c = raw(r)
    c.send(HEADERS, END_STREAM, 1, HPACK_GET[:3])
    kinds = [f[0] for f in c.read_to_end()]
    assert GOAWAY in kinds or RST in kinds or kinds


def test_idle(rig, raw):
    assert raw(rig(idle_ms=300)).goaway() == 0


def test_preface_cut(rig):
    r = rig(header_ms=300)
    with r.connect() as s:
        s.sendall(PREFACE[:10])
        assert s.recv(100) == b""
    with r.connect() as s:
        for i in range(len(PREFACE)):
            s.sendall(PREFACE[i:i + 1])
        s.sendall(frame(SETTINGS, 0, 0))
        assert s.recv(9)[3] == SETTINGS


def test_preface_with_a_mistake_is_http_1(rig):
    answer = rig().ask(PREFACE[:17] + b"\r\nXX\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 505 ")
