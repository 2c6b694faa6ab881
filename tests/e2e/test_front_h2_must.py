"""Every MUST of RFC 9113 sections 5, 6 and 8 that a server can be asked.

MUSTS lists them in the order of the RFC, each with the test that asks: here,
or in test_front_h2.py. What only binds a client or a proxy, or cannot be seen
from outside, is not in the list. test_the_list_is_whole() sees to it that the
tests are there.
"""
import h2.settings
import pytest

import test_front_h2
from h2client import (  # noqa: F401
    ACK, CONT, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, HPACK_GET,
    HPACK_POST, PING, PRIORITY, PUSH, RST, SETTINGS, WINDOW, client, frame,
    frames, raw)
from rig import rig  # noqa: F401
from test_front_h2 import lit

NO_ERROR, PROTOCOL, INTERNAL, FLOW, TIMEOUT, CLOSED, SIZE, REFUSED, CANCEL = \
    range(9)

MUSTS = [
    ("5.1", "idle: only HEADERS and PRIORITY", "test_connection_error"),
    ("5.1", "half-closed (remote): STREAM_CLOSED", "test_half_closed_remote"),
    ("5.1", "half-closed (remote): WINDOW_UPDATE, PRIORITY, RST_STREAM",
     "test_allowed_when_half_closed"),
    ("5.1", "closed: frames are processed minimally, headers decoded",
     "test_headers_of_a_closed_stream_are_decoded"),
    ("5.1", "closed: DATA counts for the connection's window",
     "test_data_of_a_closed_stream_counts"),
    ("5.1", "closed: PRIORITY is allowed", "test_priority_in_any_state"),
    ("5.1.1", "clients use odd ids", "test_connection_error"),
    ("5.1.1", "a new id is larger than all before", "test_skipped_stream_id"),
    ("5.1.1", "and one used before is not served again",
     "test_smaller_stream_id"),
    ("5.1.2", "no more streams than announced", "test_too_many_streams"),
    ("5.2.2", "flow control is respected", "test_stream_window"),
    ("5.2.2", "and that of the connection", "test_connection_window"),
    ("5.4.1", "the connection is closed after its error",
     "test_connection_error"),
    ("5.4.2", "no RST_STREAM in answer to RST_STREAM",
     "test_no_reset_for_a_reset"),
    ("5.4.2", "frames that crossed a RST_STREAM are no error",
     "test_frames_that_cross_a_reset"),
    ("5.5", "unknown frame types are ignored",
     "test_unknown_frames_are_ignored"),
    ("5.5", "but not within a header block", "test_frame_in_a_header_block"),
    ("4.1", "unknown flags and the reserved bit are ignored",
     "test_unknown_flags_and_reserved_bits"),
    ("6.1", "DATA: stream, state, padding", "test_connection_error"),
    ("6.1", "padding counts for flow control", "test_padding_counts"),
    ("6.2", "HEADERS: stream, padding", "test_connection_error"),
    ("6.2", "padding and priority are skipped", "test_padded_headers"),
    ("6.3", "PRIORITY: stream 0", "test_connection_error"),
    ("6.3", "PRIORITY: length", "test_stream_error"),
    ("6.4", "RST_STREAM: stream 0, idle, length", "test_connection_error"),
    ("6.4", "after it nothing is sent on the stream",
     "test_nothing_is_sent_after_a_reset"),
    ("6.5", "SETTINGS: stream, length, ACK with a body",
     "test_connection_error"),
    ("6.5", "SETTINGS is the first frame, and sent",
     "test_settings_come_first"),
    ("6.5.2", "values out of range", "test_connection_error"),
    ("6.5.2", "unknown settings are ignored", "test_unknown_settings"),
    ("6.5.2", "HEADER_TABLE_SIZE is obeyed", "test_header_table_size"),
    ("6.5.2", "MAX_FRAME_SIZE is obeyed", "test_max_frame_size"),
    ("6.5.3", "each SETTINGS is acknowledged, in order",
     "test_settings_are_acknowledged"),
    ("6.6", "PUSH_PROMISE from a client", "test_connection_error"),
    ("6.7", "PING is answered with the same bytes", "test_ping"),
    ("6.7", "PING with ACK is not", "test_ping"),
    ("6.7", "PING: stream, length", "test_connection_error"),
    ("6.8", "GOAWAY: stream", "test_connection_error"),
    ("6.8", "after the client's GOAWAY its requests are served",
     "test_goaway_of_the_client"),
    ("6.8", "our GOAWAY names the last stream that is served", "test_drain"),
    ("6.9", "WINDOW_UPDATE: 0, length", "test_connection_error"),
    ("6.9", "WINDOW_UPDATE of 0 on a stream", "test_stream_error"),
    ("6.9.1", "a window over 2^31-1", "test_connection_error"),
    ("6.9.1", "a window of a stream over 2^31-1", "test_stream_error"),
    ("6.9.1", "more DATA than the window", "test_more_than_the_window"),
    ("6.9.2", "INITIAL_WINDOW_SIZE changes open streams",
     "test_initial_window_changes"),
    ("6.9.2", "a window may become negative", "test_negative_window"),
    ("6.10", "CONTINUATION: behind HEADERS, of its stream, alone",
     "test_connection_error"),
    ("6.10", "any number of CONTINUATION frames", "test_continuation"),
    ("8.1", "a HEADERS frame behind DATA ends the stream",
     "test_trailers_without_end"),
    ("8.1", "an early response may be followed by RST_STREAM NO_ERROR",
     "test_early_response"),
    ("8.1", "trailers have no pseudo fields", "test_bad_trailers"),
    ("8.1.1", "Content-Length is that of the DATA",
     "test_wrong_content_length_of_a_request"),
    ("8.1.1", "malformed requests are stream errors",
     "test_malformed_request"),
    ("8.2.1", "names and values", "test_malformed_request"),
    ("8.2.1", "no white space around values", "test_white_space_in_values"),
    ("8.2.2", "no fields of the connection", "test_malformed_request"),
    ("8.2.2", "TE: trailers may be sent", "test_te_trailers"),
    ("8.2.2", "and none are sent", "test_no_connection_fields_are_sent"),
    ("8.2.3", "cookies are joined", "test_cookies_are_joined"),
    ("8.3", "pseudo fields: known, first, once", "test_malformed_request"),
    ("8.3.1", ":method, :scheme, :path; :authority like Host",
     "test_malformed_request"),
    ("8.3.1", "OPTIONS has the path *", "test_options_star"),
    ("8.3.2", "one :status", "test_no_connection_fields_are_sent"),
    ("8.5", "CONNECT has no :scheme and :path", "test_connect"),
    ("8.6", "no 101", "test_no_connection_fields_are_sent"),
    ("8.7", "REFUSED_STREAM: not processed", "test_too_many_streams"),
]


def test_the_list_is_whole():
    here = globals()
    for section, rule, name in MUSTS:
        found = here.get(name) or getattr(test_front_h2, name, None)
        assert callable(found), f"{section} {rule}: there is no {name}"
    sections = [s.split(".")[0] for s, _, _ in MUSTS]
    assert {s: sections.count(s) for s in "568"}.keys() == {"5", "6", "8"}


def ping(c, data):
    """Read until the answer, or the end. False when there was an end."""
    try:
        c.send(PING, 0, 0, data)
        while not any(f[0] == PING and f[1] & ACK and f[3] == data
                      for f in frames(c.data)):
            piece = c.sock.recv(65536)
            if not piece:
                return False
            c.data += piece
    except OSError:
        return False
    return True


def settle(c):
    """All that came until everything sent so far was seen by the front, and
    by the worker, which answers in order."""
    c.settled = getattr(c, "settled", 0) + 1
    if ping(c, b"seen%4d" % c.settled):
        assert c.rig.get("/")[0] == 200
        ping(c, b"done%4d" % c.settled)
    return frames(c.data)


def resets(got, stream):
    return [int.from_bytes(f[3], "big") for f in got
            if f[0] == RST and f[2] == stream]


def goaways(got):
    return [int.from_bytes(f[3][4:8], "big") for f in got if f[0] == GOAWAY]


def errors(got, stream):
    return resets(got, stream) + goaways(got)


def body(got, stream):
    return b"".join(f[3] for f in got if f[0] == DATA and f[2] == stream)


def path(name):
    return b"\x04" + bytes([len(name)]) + name


def get(name):
    """GET of a path, as a header block."""
    return b"\x82\x86\x41\x01a" + path(name)


def post(name):
    return b"\x83\x86\x41\x01a" + path(name)


GET = (HEADERS, END_HEADERS | END_STREAM, 1, HPACK_GET)


# 5.1 to 5.5

@pytest.mark.parametrize("kind,flags,payload", [
    (DATA, 0, b"x"), (DATA, END_STREAM, b""),
    (HEADERS, END_HEADERS | END_STREAM, lit(b"x", b"y"))])
def test_half_closed_remote(raw, kind, flags, payload):
    c = raw()
    c.send(HEADERS, END_HEADERS | END_STREAM, 1, get(b"/hang"))
    c.send(kind, flags, 1, payload)
    assert CLOSED in errors(settle(c), 1)


def test_allowed_when_half_closed(raw):
    c = raw()
    c.send(HEADERS, END_HEADERS | END_STREAM, 1, get(b"/late/200"))
    c.send(WINDOW, 0, 1, b"\0\0\0\1")
    c.send(PRIORITY, 0, 1, bytes(5))
    assert c.read_until(DATA, 1)[3] == b"late"
    c.send(HEADERS, END_HEADERS | END_STREAM, 3, get(b"/hang"))
    c.send(RST, 0, 3, b"\0\0\0\x08")
    got = settle(c)
    assert not errors(got, 1) and not errors(got, 3)


def test_headers_of_a_closed_stream_are_decoded(raw):
    """What they add to the table is there for the next request."""
    c = raw()
    c.send(HEADERS, END_HEADERS, 1, post(b"/hang"))
    c.send(RST, 0, 1, b"\0\0\0\x08")
    c.send(HEADERS, END_HEADERS | END_STREAM, 1, b"\x40\x01x\x05again")
    c.send(HEADERS, END_HEADERS | END_STREAM, 3,
           get(b"/headers") + b"\xbf")  # behind this one's :authority
    got = settle(c)
    assert b"x: again\n" in body(got, 3) and not goaways(got)


def test_data_of_a_closed_stream_counts(raw):
    """A connection's window comes back, whoever its DATA was for."""
    c = raw()
    c.send(HEADERS, END_HEADERS, 1, post(b"/hang"))
    c.send(RST, 0, 1, b"\0\0\0\x08")
    for _ in range(80):  # more than the window of a connection
        c.send(DATA, 0, 1, bytes(16384))
    got = settle(c)
    back = sum(int.from_bytes(f[3], "big") for f in got
               if f[0] == WINDOW and f[2] == 0)
    assert back > 1 << 20 and not goaways(got)


def test_priority_in_any_state(raw):
    c = raw()
    c.send(PRIORITY, 0, 7, bytes(5))  # idle
    c.send(PRIORITY, 0, 1, b"\x80\0\0\x09\xff")
    c.send(*GET)
    c.read_until(DATA, 1)
    c.send(PRIORITY, 0, 1, bytes(5))  # closed
    got = settle(c)
    assert body(got, 1) == b"hello" and not goaways(got)


@pytest.mark.parametrize("first,second", [(5, 3), (3, 1), (101, 99)])
def test_skipped_stream_id(raw, first, second):
    c = raw()
    c.send(HEADERS, END_HEADERS | END_STREAM, first, HPACK_GET)
    c.read_until(DATA, first)
    c.send(HEADERS, END_HEADERS | END_STREAM, second, HPACK_GET)
    assert c.goaway() == PROTOCOL


@pytest.mark.parametrize("acknowledged", [False, True])
def test_too_many_streams(rig, raw, acknowledged):
    """Refused; who had acknowledged the limit loses the connection."""
    r = rig(streams=3)
    c = raw(r)
    settle(c)
    if acknowledged:
        c.send(SETTINGS, ACK, 0)
    for stream in (1, 3, 5, 7):
        c.send(HEADERS, END_HEADERS | END_STREAM, stream, get(b"/hang"))
    got = settle(c)
    assert not resets(got, 5)
    assert goaways(got) == ([PROTOCOL] if acknowledged else [])
    assert resets(got, 7) == ([] if acknowledged else [REFUSED])
    r.wait_stats("cancelled=3" if acknowledged else "cancelled=0")


def window(n):
    return b"\0\4" + n.to_bytes(4, "big")


def test_stream_window(raw):
    c = raw(settings=window(10))
    c.send(HEADERS, END_HEADERS | END_STREAM, 1, get(b"/bytes/100"))
    assert len(body(settle(c), 1)) == 10
    c.send(WINDOW, 0, 1, b"\0\0\0\x05")
    assert len(body(settle(c), 1)) == 15
    c.send(WINDOW, 0, 1, b"\0\0\0\x55")
    got = settle(c)
    assert len(body(got, 1)) == 100
    assert [f[1] & END_STREAM for f in got if f[0] == DATA][-1]


def test_connection_window(raw):
    c = raw(settings=window(1 << 20))
    c.send(HEADERS, END_HEADERS | END_STREAM, 1, get(b"/bytes/100000"))
    assert len(body(settle(c), 1)) == 65535
    c.send(WINDOW, 0, 0, b"\0\0\0\x05")
    assert len(body(settle(c), 1)) == 65540


def test_no_reset_for_a_reset(raw):
    c = raw()
    c.send(HEADERS, END_HEADERS | END_STREAM, 1, get(b"/hang"))
    c.send(RST, 0, 1, b"\0\0\0\x08")
    c.send(RST, 0, 1, b"\0\0\0\x08")
    got = settle(c)
    assert not errors(got, 1)


def test_frames_that_cross_a_reset(rig, raw):
    """The front has reset the stream; what was under way is no error."""
    c = raw(rig(body_bytes=10))
    c.send(HEADERS, END_HEADERS, 1, post(b"/count"))
    c.send(DATA, 0, 1, bytes(100))
    settle(c)
    c.send(DATA, 0, 1, bytes(100))
    c.send(WINDOW, 0, 1, b"\0\0\0\1")
    c.send(HEADERS, END_HEADERS | END_STREAM, 1, lit(b"x", b"y"))
    c.send(HEADERS, END_HEADERS | END_STREAM, 3, HPACK_GET)
    assert body(settle(c), 3) == b"hello"


@pytest.mark.parametrize("kind", [0x0a, 0xee, DATA, WINDOW, SETTINGS])
def test_frame_in_a_header_block(raw, kind):
    c = raw()
    c.send(HEADERS, END_STREAM, 1, HPACK_GET[:3])
    c.send(kind, 0, 1, bytes(4))
    assert c.goaway() == PROTOCOL


def test_unknown_flags_and_reserved_bits(raw):
    c = raw()
    c.sock.sendall(frame(PING, 0xfe, 0x80000000, b"12345678"))
    c.sock.sendall(frame(HEADERS, 0xd2 | END_HEADERS | END_STREAM,
                         0x80000001, HPACK_GET))
    got = settle(c)
    assert b"12345678" in [f[3] for f in got if f[0] == PING and f[1] == ACK]
    assert body(got, 1) == b"hello"


# 6

def test_padding_counts(raw):
    """All of a padded frame is given back: to the stream, the connection."""
    c = raw()
    settle(c)
    c.send(SETTINGS, ACK, 0)
    c.send(HEADERS, END_HEADERS, 1, post(b"/count"))
    payload = bytes([255]) + b"x" * 16128 + bytes(255)
    assert len(payload) == 16384
    for _ in range(8):  # together more than both windows
        for _ in range(10):
            c.send(DATA, 8, 1, payload)
        assert not errors(settle(c), 1)
    c.send(DATA, 8 | END_STREAM, 1, b"\0")
    assert body(settle(c), 1) == b"%d" % (80 * 16128)


def test_padded_headers(raw):
    c = raw()
    c.send(HEADERS, END_HEADERS | END_STREAM | 8 | 0x20, 1,
           b"\x04" + b"\x80\0\0\3\xff" + HPACK_GET + bytes(4))
    assert body(settle(c), 1) == b"hello"


def test_nothing_is_sent_after_a_reset(raw):
    c = raw(settings=window(10))
    c.send(HEADERS, END_HEADERS | END_STREAM, 1, get(b"/bytes/100"))
    assert len(body(settle(c), 1)) == 10
    c.send(RST, 0, 1, b"\0\0\0\x08")
    c.send(WINDOW, 0, 1, b"\0\0\0\x50")
    got = settle(c)
    assert len(body(got, 1)) == 10 and not errors(got, 1)


def test_settings_come_first(raw):
    c = raw()
    assert settle(c)[0][0] == SETTINGS
    assert not settle(c)[0][1] & ACK


def test_unknown_settings(raw):
    c = raw(settings=b"\xff\xff\0\0\0\1" + b"\0\x0f\xff\xff\xff\xff")
    c.send(*GET)
    assert body(settle(c), 1) == b"hello"


def test_header_table_size(client, rig):
    """With a table of 0, what comes can be decoded without one."""
    c = client(rig(), settings={
        h2.settings.SettingCodes.HEADER_TABLE_SIZE: 0})
    c.h2.decoder.header_table_size = 0
    c.h2.decoder.max_allowed_table_size = 0
    for _ in range(5):
        assert c.get()["head"][":status"] == "200"
    assert not c.h2.decoder.header_table.dynamic_entries


@pytest.mark.parametrize("size", [16384, 20000, 1 << 20])
def test_max_frame_size(raw, size):
    c = raw(settings=b"\0\5" + size.to_bytes(4, "big") + window(1 << 20))
    c.send(WINDOW, 0, 0, b"\0\x10\0\0")
    c.send(HEADERS, END_HEADERS | END_STREAM, 1, get(b"/bytes/200000"))
    got = settle(c)
    assert len(body(got, 1)) == 200000
    assert max(len(f[3]) for f in got if f[0] == DATA) <= size


def test_settings_are_acknowledged(raw):
    c = raw()
    for i in range(5):
        c.send(SETTINGS, 0, 0, window(1000 + i))
    acks = [f for f in settle(c) if f[0] == SETTINGS and f[1] & ACK]
    assert len(acks) == 6 and not any(f[3] for f in acks)


def test_ping(raw):
    c = raw()
    c.send(PING, ACK, 0, b"unasked.")
    c.send(PING, 0, 0, b"\0\1\2\3\4\5\6\7")
    got = [(f[1], f[3]) for f in settle(c) if f[0] == PING]
    assert got[0] == (ACK, b"\0\1\2\3\4\5\6\7")
    assert [p[:4] for _, p in got[1:]] == [b"seen", b"done"]


def test_goaway_of_the_client(raw):
    c = raw()
    c.send(HEADERS, END_HEADERS | END_STREAM, 1, get(b"/late/300"))
    c.send(GOAWAY, 0, 0, bytes(8))
    got = c.read_to_end()
    assert body(got, 1) == b"late" and not resets(got, 1)


def test_more_than_the_window(raw):
    c = raw()
    settle(c)
    c.send(SETTINGS, ACK, 0)
    c.send(HEADERS, END_HEADERS, 1, post(b"/hang"))
    for _ in range(65):  # 16 more than 2^18
        try:
            c.send(DATA, 0, 1, bytes(16384))
        except OSError:
            break
    assert FLOW in errors(settle(c), 1)


def test_initial_window_changes(raw):
    c = raw(settings=window(0))
    c.send(HEADERS, END_HEADERS | END_STREAM, 1, get(b"/bytes/100"))
    assert body(settle(c), 1) == b""
    c.send(SETTINGS, 0, 0, window(30))
    assert len(body(settle(c), 1)) == 30
    c.send(SETTINGS, 0, 0, window(100))
    assert len(body(settle(c), 1)) == 100


def test_negative_window(raw):
    c = raw(settings=window(50))
    c.send(HEADERS, END_HEADERS | END_STREAM, 1, get(b"/bytes/100"))
    assert len(body(settle(c), 1)) == 50
    c.send(SETTINGS, 0, 0, window(20))  # -30 now
    c.send(WINDOW, 0, 1, b"\0\0\0\x1e")
    assert len(body(settle(c), 1)) == 50
    c.send(WINDOW, 0, 1, b"\0\0\0\x01")
    assert len(body(settle(c), 1)) == 51


def test_continuation(raw):
    c = raw()
    c.send(HEADERS, END_STREAM, 1, HPACK_GET[:1])
    for i in range(1, len(HPACK_GET)):
        c.send(CONT, 0, 1, HPACK_GET[i:i + 1])
    c.send(CONT, END_HEADERS, 1, b"")
    assert body(settle(c), 1) == b"hello"


# 8

def test_trailers_without_end(raw):
    c = raw()
    c.send(HEADERS, END_HEADERS, 1, post(b"/count"))
    c.send(DATA, 0, 1, b"ab")
    c.send(HEADERS, END_HEADERS, 1, lit(b"x", b"y"))
    assert PROTOCOL in errors(settle(c), 1)


def test_early_response(rig, raw):
    """The response is whole before the stream is reset."""
    c = raw(rig(body_ms=500))
    c.send(HEADERS, END_HEADERS, 1, post(b"/early"))
    c.read_until(RST, 1)
    got = frames(c.data)
    assert body(got, 1) == b"early" and resets(got, 1) == [NO_ERROR]
    ends = [i for i, f in enumerate(got)
            if f[0] == DATA and f[1] & END_STREAM]
    assert ends and ends[0] < [f[0] for f in got].index(RST)


@pytest.mark.parametrize("block", [
    lit(b":path", b"/"), lit(b":status", b"200"), lit(b":x", b"y"),
    lit(b"X", b"y"), lit(b"connection", b"close"), lit(b"x", b"a\0b")])
def test_bad_trailers(rig, raw, block):
    r = rig()
    c = raw(r)
    c.send(HEADERS, END_HEADERS, 1, post(b"/count"))
    c.send(DATA, 0, 1, b"ab")
    c.send(HEADERS, END_HEADERS | END_STREAM, 1, block)
    got = settle(c)
    assert PROTOCOL in errors(got, 1) and not body(got, 1)


@pytest.mark.parametrize("length,sent", [
    (b"5", b"abcd"), (b"5", b"abcdef"), (b"0", b"a"), (b"5", b"")])
def test_wrong_content_length_of_a_request(raw, length, sent):
    c = raw()
    c.send(HEADERS, END_HEADERS, 1,
           post(b"/count") + lit(b"content-length", length))
    c.send(DATA, END_STREAM, 1, sent)
    got = settle(c)
    assert PROTOCOL in errors(got, 1)
    assert not body(got, 1)


@pytest.mark.parametrize("value", [b" a", b"a ", b"\ta", b"a\t"])
def test_white_space_in_values(rig, raw, value):
    r = rig()
    c = raw(r)
    c.send(HEADERS, END_HEADERS | END_STREAM, 1, HPACK_GET + lit(b"x", value))
    got = settle(c)
    status = [f for f in got if f[0] == HEADERS and f[2] == 1]
    assert PROTOCOL in errors(got, 1) or status
    assert body(got, 1) != b"hello"


def test_te_trailers(raw):
    c = raw()
    c.send(HEADERS, END_HEADERS | END_STREAM, 1,
           HPACK_GET + lit(b"te", b"trailers"))
    assert body(settle(c), 1) == b"hello"


def test_no_connection_fields_are_sent(client):
    """Whatever the worker's response has; and 101 is none."""
    for name in ("/", "/trailers", "/cl/5", "/status/404", "/bytes/10"):
        s = client().get(name)
        assert int(s["head"][":status"]) >= 200
        for field in ("connection", "keep-alive", "proxy-connection",
                      "transfer-encoding", "upgrade"):
            assert field not in s["head"]
        assert [n for n in s["head"] if n.startswith(":")] == [":status"]


def test_cookies_are_joined(raw):
    c = raw()
    c.send(HEADERS, END_HEADERS | END_STREAM, 1, get(b"/headers") +
           lit(b"cookie", b"a=b") + lit(b"x", b"y") + lit(b"cookie", b"c=d"))
    got = body(settle(c), 1)
    assert b"cookie: a=b; c=d\n" in got and got.count(b"cookie: ") == 1


def test_options_star(raw):
    c = raw()
    c.send(HEADERS, END_HEADERS | END_STREAM, 1,
           lit(b":method", b"OPTIONS") + b"\x86\x41\x01a" + path(b"*"))
    got = settle(c)
    assert any(f[0] == HEADERS and f[2] == 1 for f in got)
    c = raw()
    c.send(HEADERS, END_HEADERS | END_STREAM, 1,
           b"\x82\x86\x41\x01a" + path(b"*"))
    got = settle(c)
    assert body(got, 1) != b"hello"


@pytest.mark.parametrize("block,status", [
    (lit(b":method", b"CONNECT") + b"\x41\x03a:1", b"501"),
    (lit(b":method", b"CONNECT"), None),
    (lit(b":method", b"CONNECT") + b"\x41\x03a:1\x86", None),
    (lit(b":method", b"CONNECT") + b"\x41\x03a:1\x84", None),
])
def test_connect(raw, block, status):
    """8.5: malformed with :scheme or :path, else not implemented."""
    c = raw()
    c.send(HEADERS, END_HEADERS, 1, block)
    got = settle(c)
    if status is None:
        assert PROTOCOL in errors(got, 1)
    else:
        assert body(got, 1) == b"Not Implemented"
