"""HTTP/1.1 at the front, byte for byte."""
import re
import socket
import struct
import threading
import time

import pytest

from rig import read_all, read_until, rig  # noqa: F401

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def post(path, fields, body=b"", line_end=b" HTTP/1.1\r\nHost: a\r\n"):
    return b"POST " + path + line_end + fields + b"\r\n" + body


def statuses(answer):
    return [int(s) for s in re.findall(rb"HTTP/1\.1 (\d+) ", answer)]


def test_keep_alive(rig):
    r = rig()
    with r.connect() as s:
        for _ in range(100):
            s.sendall(GET)
            assert read_until(s, b"hello").startswith(b"HTTP/1.1 200 OK\r\n")


def test_date_but_no_server_field(rig):
    answer = rig().ask(LAST)
    assert re.search(rb"\r\nDate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\n",
                     answer)
    assert b"Server:" not in answer
    assert b"\r\nConnection: close\r\n" in answer


def test_pipelining_in_order(rig):
    requests = b"".join(
        b"GET /status/%d HTTP/1.1\r\nHost: a\r\n\r\n" % (400 + i)
        for i in range(50))
    answer = rig().ask(requests + LAST)
    assert statuses(answer) == [*range(400, 450), 200]


def test_pipelined_then_half_closed(rig):
    with rig().connect() as s:
        s.sendall(GET * 20)
        s.shutdown(socket.SHUT_WR)
        assert read_all(s).count(b"hello") == 20


def test_byte_by_byte(rig):
    r = rig()
    with r.connect() as s:
        for i in range(len(GET)):
            s.sendall(GET[i:i + 1])
        read_until(s, b"hello")
    with r.connect() as s:
        request = post(b"/echo", b"Transfer-Encoding: chunked\r\n",
                       b"3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n")
        for i in range(len(request)):
            s.sendall(request[i:i + 1])
        answer = read_until(s, b"0\r\n\r\n")
        assert re.sub(rb"\r\n\w+\r\n", b"", answer.split(b"\r\n\r\n", 1)[1])


def test_head(rig):
    answer = rig().ask(
        b"HEAD /cl/5 HTTP/1.1\r\nHost: a\r\n\r\n"
        b"HEAD /bytes/100000 HTTP/1.1\r\nHost: a\r\n\r\n" + LAST)
    assert statuses(answer) == [200, 200, 200]
    assert answer.count(b"hello") == 1
    assert b"\r\nContent-Length: 5\r\n" in answer.split(b"\r\n\r\n")[0]


@pytest.mark.parametrize("status", [204, 205, 304])
def test_no_body_statuses(rig, status):
    answer = rig().ask(
        b"GET /status/%d HTTP/1.1\r\nHost: a\r\n\r\n" % status + LAST)
    assert statuses(answer) == [status, 200]
    first = answer.split(b"\r\n\r\n")[0]
    assert b"Transfer-Encoding" not in first
    if status == 204:
        assert b"Content-Length" not in first


def test_http_1_0(rig):
    r = rig()
    answer = r.ask(b"GET /bytes/10 HTTP/1.0\r\n\r\n")
    assert answer.endswith(b"\r\n\r\n" + bytes(10))
    assert b"Transfer-Encoding" not in answer
    answer = r.ask(
        b"GET /status/404 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
        b"GET / HTTP/1.0\r\n\r\n")
    assert statuses(answer) == [404, 200]
    assert b"Connection: keep-alive" in answer


def test_headers_of_the_config(rig):
    answer = rig().ask(b"GET /headers HTTP/1.1\r\nHost: a\r\n"
                       b"X-SET: by client\r\nx-removed: 2\r\n"
                       b"Connection: close\r\n\r\n")
    head, body = answer.split(b"\r\n\r\n", 1)
    for part in (head, body):
        assert re.findall(rb"(?i)x-set: ([^\r\n]*)", part) == [b"by config"]
        assert b"x-removed" not in part.lower()


def test_http_1_0_without_host(rig):
    r = rig()
    answer = r.ask(b"GET /headers HTTP/1.0\r\n\r\n")
    assert b"\n127.0.0.1:%d\n/headers\n" % r.port in answer


def test_what_the_worker_gets(rig):
    with rig().connect() as s:
        s.sendall(
            b"OPTIONS http://Example.com:81/headers?q HTTP/1.1\r\nHost: b\r\n"
            b"X-Forwarded-Proto: https\r\nCF-Blob: {\"a\":1}\r\n"
            b"Connection: close, X-Y\r\nKeep-Alive: 5\r\nTE: trailers\r\n"
            b"X-Y: z\r\nUPPER: \xe9 \t\r\nCookie: a=1\r\nCookie: b=2\r\n\r\n")
        body = read_all(s).split(b"\r\n\r\n", 1)[1]
        port = s.getsockname()[1]
    assert body.rstrip(b"\0").split(b"\n")[:-1] == [
        b"version=11 scheme=1 depth=0", b"OPTIONS", b"Example.com:81", b"/headers?q",
        b"127.0.0.1:%d" % port, b'{"a":1}', b"host: Example.com:81",
        b"x-y: z", b"upper: \xe9", b"cookie: a=1", b"cookie: b=2",
        b"x-set: by config",
    ]


def test_target_without_a_path(rig):
    answer = rig().ask(b"GET http://b?q HTTP/1.1\r\nHost: a\r\n\r\n" + LAST)
    assert answer.count(b"hello") == 2


def test_expect_continue(rig):
    r = rig()
    with r.connect() as s:
        s.sendall(post(b"/count", b"Expect: 100-continue\r\n"
                       b"Content-Length: 5\r\n"))
        assert read_until(s, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        s.sendall(b"12345")
        assert read_until(s, b"\r\n\r\n5").startswith(b"HTTP/1.1 200")
    assert statuses(r.ask(post(b"/", b"Expect: x\r\n"))) == [417]


def test_expect_continue_but_the_worker_does_not_read(rig):
    """No 100: then the body may come or not, so the connection ends."""
    r = rig()
    answer = r.ask(post(b"/early", b"Expect: 100-continue\r\n"
                        b"Content-Length: 5\r\n"))
    assert statuses(answer) == [200] and b"Connection: close" in answer
    # A client that does not wait is served as any other.
    answer = r.ask(post(b"/early", b"Expect: 100-continue\r\n"
                        b"Content-Length: 5\r\n", b"12345") + LAST)
    assert statuses(answer) == [200, 200]


def test_expect_continue_has_the_worker_s_time(rig):
    r = rig(body_ms=100, worker_ms=600)
    answer = r.ask(post(b"/hang", b"Expect: 100-continue\r\n"
                        b"Content-Length: 5\r\n"))
    assert statuses(answer) == [503]


def test_trailers_both_ways(rig):
    r = rig()
    answer = r.ask(b"GET /trailers HTTP/1.1\r\nHost: a\r\n"
                   b"Connection: close\r\n\r\n")
    assert answer.endswith(b"4\r\nbody\r\n0\r\nx-sum: 42\r\n\r\n")
    answer = r.ask(post(
        b"/count", b"Transfer-Encoding: chunked\r\nConnection: close\r\n",
        b"3\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n"))
    assert answer.endswith(b"3 x-sum=7")


# Malformed messages: the answer, and the connection's end.
REFUSED = [
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"GET / HTTP/1.1\nHost: a\n\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", 400),
    (b"\x16\x03\x01\x02\x00\x01", 400),
    (b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    (b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501),
    (b"GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
    (b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 60000 + b"\r\n\r\n", 431),
    (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431),
    (post(b"/", b"Content-Length: 5\r\nContent-Length: 5\r\n", b"abcde"), 400),
    (post(b"/", b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
          b"0\r\n\r\nX"), 400),
    (post(b"/", b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n"), 501),
    (post(b"/hang", b"Transfer-Encoding: chunked\r\n", b"x\r\n"), 400),
    (post(b"/hang", b"Transfer-Encoding: chunked\r\n", b"1\r\nab\r\n"), 400),
    (post(b"/", b"Content-Length: 99999999999999\r\n"), 413),
]


@pytest.mark.parametrize("request_bytes,status", REFUSED)
def test_refused_and_closed(rig, request_bytes, status):
    # A request behind it must never be seen.
    answer = rig().ask(request_bytes + GET)
    assert statuses(answer) == [status]
    assert b"Connection: close" in answer
    assert not answer.endswith(b"<reset>")


def test_field_name_too_long(rig):
    answer = rig().ask(b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X" * 300
                       + b": y\r\n\r\n" + LAST)
    assert statuses(answer) == [431, 200]


def test_body_too_large_in_chunks(rig):
    r = rig(body_bytes=1000)
    r.get("/")  # the channel is open
    chunk = b"190\r\n" + b"x" * 400 + b"\r\n"
    answer = r.ask(post(b"/count", b"Transfer-Encoding: chunked\r\n",
                        chunk * 3 + b"0\r\n\r\n"))
    assert statuses(answer) == [413]
    r.wait_stats("cancelled=1")


@pytest.mark.parametrize("code,status", [
    (2, 500), (3, 500), (4, 502), (5, 503), (6, 503), (7, 503), (8, 503),
    (9, 503), (10, 429), (11, 503), (12, 502)])
def test_outcomes(rig, code, status):
    answer = rig().ask(
        b"GET /reset/%d HTTP/1.1\r\nHost: a\r\n\r\n" % code + LAST)
    assert statuses(answer) == [status, 200]
    head, body = answer.split(b"\r\n\r\n")[:2]
    assert re.search(rb"\r\nx-request-id: [0-9a-f]{16}\r\n", head)
    reason = head.split(b"\r\n")[0].split(b" ", 2)[2]
    assert body.startswith(reason + b"HTTP/1.1 200")


def test_broken_off_in_mid_body(rig):
    answer = rig().ask(b"GET /half HTTP/1.1\r\nHost: a\r\n\r\n" + GET)
    assert answer.endswith(b"4\r\nhalf\r\n")  # no last chunk, no next answer


def test_wrong_content_length(rig):
    r = rig()
    answer = r.ask(b"GET /cl/3 HTTP/1.1\r\nHost: a\r\n\r\n" + GET)
    assert answer.endswith(b"\r\n\r\nhel")
    answer = r.ask(b"GET /cl/9 HTTP/1.1\r\nHost: a\r\n\r\n" + GET)
    assert answer.endswith(b"\r\n\r\nhello")


def test_field_that_cannot_be_sent(rig):
    answer = rig().ask(b"GET /badfield HTTP/1.1\r\nHost: a\r\n\r\n" + LAST)
    assert statuses(answer) == [502, 200]


def test_crash_fails_what_is_in_flight_only(rig):
    r = rig()
    answer = r.ask(b"GET /crash HTTP/1.1\r\nHost: a\r\n\r\n" + LAST)
    assert statuses(answer) == [502, 200]


# What the supervisor says of a process whose channel has ended, and when; the
# answer to what was in flight, and whether it had to be waited for.
@pytest.mark.parametrize("how,status,waits", [
    ("6", 503, False), ("first/6", 503, False), ("5", 503, False),
    ("4", 502, False), ("first/4", 502, False),
    ("other", 502, True), ("never", 502, True)])
def test_why_a_process_ended(rig, how, status, waits):
    r = rig()
    began = time.monotonic()
    answer = r.ask(b"GET /ended/%s HTTP/1.1\r\nHost: a\r\n\r\n"
                   % how.encode() + LAST)
    took = time.monotonic() - began
    assert statuses(answer) == [status, 200]
    assert took > 0.9 if waits else took < 0.9


def test_client_goes_while_its_worker_is_lost(rig):
    r = rig()
    with r.connect() as s:
        s.sendall(b"POST /ended/never HTTP/1.1\r\nHost: a\r\n"
                  b"Content-Length: 100000\r\n\r\n" + b"x" * 50000)
        r.wait_stats("requests=2")
    for _ in range(3):
        assert r.get("/") == (200, b"hello")
    # and one that goes on sending
    with r.connect() as s:
        s.sendall(b"POST /ended/never HTTP/1.1\r\nHost: a\r\n"
                  b"Content-Length: 1000000\r\nConnection: close\r\n\r\n")
        s.settimeout(20)
        s.sendall(b"x" * 500000)
        assert s.recv(100).startswith(b"HTTP/1.1 502")


def test_goaway_is_not_seen(rig):
    r = rig()
    for _ in range(5):
        requests = b"GET /goaway HTTP/1.1\r\nHost: a\r\n\r\n" * 3
        assert statuses(r.ask(requests + LAST)) == [200] * 4


def test_goaway_under_load(rig):
    """Requests that the worker did not look at are asked again."""
    r = rig()
    wrong = []

    def client():
        for _ in range(20):
            got = r.get("/goaway")
            if got != (200, b"early"):
                wrong.append(got)

    threads = [threading.Thread(target=client) for _ in range(10)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


@pytest.mark.parametrize("size", [10, 65536, 70000, 3_000_000])
def test_large_body_meets_goaway(rig, size):
    """Whatever its length: it is kept until a worker has accepted it."""
    r = rig()
    assert r.get("/deaf") == (200, b"early")
    # The channel is not read for a while, then gets GOAWAY.
    with r.connect() as s:
        s.sendall(post(b"/count", b"Content-Length: %d\r\n" % size))
        s.sendall(bytes(size))
        s.shutdown(socket.SHUT_WR)
        assert read_all(s).endswith(b"\r\n\r\n%d" % size)


def test_refused_service(rig):
    answer = rig().ask(
        b"GET / HTTP/1.1\r\nHost: REFUSED.example.:80\r\n\r\n" + LAST)
    assert statuses(answer) == [503, 200]


# Time-outs

def test_slow_head(rig):
    with rig(header_ms=300).connect() as s:
        s.sendall(GET[:10])
        time.sleep(0.2)
        s.sendall(GET[10:12])  # does not buy more time
        assert statuses(read_all(s)) == [408]


def test_slow_body(rig):
    r = rig(body_ms=300)
    with r.connect() as s:
        s.sendall(post(b"/count", b"Content-Length: 5\r\n", b"ab"))
        assert statuses(read_all(s)) == [408]
    r.wait_stats("cancelled=1")


def test_slow_worker(rig):
    r = rig(worker_ms=300)
    assert r.get("/hang")[0] == 503
    r.wait_stats("cancelled=1")


def test_idle(rig):
    with rig(idle_ms=300).connect() as s:
        s.sendall(GET)
        read_until(s, b"hello")
        assert read_all(s) == b""


def test_nothing_sent(rig):
    with rig(idle_ms=300).connect() as s:
        assert read_all(s) == b""


def test_does_not_read(rig):
    r = rig(write_ms=500)
    with r.connect(rcvbuf=4096) as s:
        s.sendall(b"GET /bytes/100000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        r.wait_stats("cancelled=1")
        assert r.rss_kb() < 30000


# Clients that go away

def test_disconnect_cancels(rig):
    r = rig(half_close_ms=200)
    with r.connect() as s:
        s.sendall(b"GET /hang HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.1)
    r.wait_stats("cancelled=1")


def test_half_closed_client_is_waited_for(rig):
    """However long the worker takes: an interim response shows it is there."""
    r = rig(half_close_ms=200)
    with r.connect() as s:
        s.sendall(b"GET /late/1000 HTTP/1.1\r\nHost: a\r\n\r\n")
        s.shutdown(socket.SHUT_WR)
        answer = read_all(s)
    interim, _, rest = answer.partition(b"\r\n\r\n")
    assert interim == b"HTTP/1.1 100 Continue"
    assert rest.startswith(b"HTTP/1.1 200 ") and rest.endswith(b"late")
    assert b"cancelled=0" in r.get("/stats")[1]


def test_half_closed_upload_that_waits(rig):
    """The end is not looked at before the bytes in front of it."""
    r = rig(channel_ms=300)
    with r.connect() as s:
        s.sendall(post(b"/count", b"Content-Length: 70000\r\n"))
        s.sendall(bytes(70000))
        s.shutdown(socket.SHUT_WR)
        assert read_all(s).endswith(b"\r\n\r\n70000")


def test_cut_request_behind_another(rig):
    r = rig()
    with r.connect() as s:
        s.sendall(b"GET /late/300 HTTP/1.1\r\nHost: a\r\n\r\n" +
                  post(b"/count", b"Content-Length: 5\r\n", b"ab"))
        s.shutdown(socket.SHUT_WR)
        assert read_all(s).endswith(b"late")
    r.wait_stats("cancelled=1")


def test_half_closed_http_1_0_has_its_time(rig):
    """There is no interim response that could ask it."""
    r = rig(half_close_ms=300)
    for ms, answered in ((100, True), (5000, False)):
        with r.connect() as s:
            s.sendall(b"GET /late/%d HTTP/1.0\r\n\r\n" % ms)
            s.shutdown(socket.SHUT_WR)
            assert read_all(s).endswith(b"late") == answered


def test_reset_cancels_at_once(rig):
    r = rig()
    with r.connect() as s:
        s.sendall(b"GET /hang HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.1)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                     struct.pack("ii", 1, 0))
    r.wait_stats("cancelled=1")


def test_half_closed_while_the_response_flows(rig):
    """A client that said its end still gets all, however long that takes."""
    r = rig(half_close_ms=200)
    with r.connect(rcvbuf=4096) as s:
        s.sendall(b"GET /bytes/3000000 HTTP/1.0\r\n\r\n")
        s.shutdown(socket.SHUT_WR)
        total = 0
        for _ in range(20):
            total += len(s.recv(4096))
            time.sleep(0.03)
        total += len(read_all(s))
    assert total > 3_000_000


def test_disconnect_in_mid_body(rig):
    r = rig()
    with r.connect() as s:
        s.sendall(post(b"/count", b"Content-Length: 5\r\n", b"ab"))
        time.sleep(0.1)
    r.wait_stats("cancelled=1")


def test_disconnect_in_mid_response(rig):
    r = rig()
    with r.connect() as s:
        s.sendall(b"GET /bytes/1000000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        s.recv(1000)
    r.wait_stats("cancelled=1")


# Volume

def test_early_response_to_a_large_upload(rig):
    r = rig()
    with r.connect() as s:
        s.sendall(post(b"/early", b"Content-Length: 3000000\r\n"))
        read_until(s, b"early")
        try:
            s.sendall(bytes(3000000))
        except OSError:
            pass  # closed while sending: the answer had come
    answer = r.ask(post(b"/early", b"Content-Length: 30000\r\n", bytes(30000))
                   + LAST)
    assert statuses(answer) == [200, 200]  # small: read, to go on


def test_echo_of_what_does_not_fit_anywhere(rig):
    size = 50_000_000
    r = rig()
    with r.connect() as s:
        s.sendall(post(b"/echo", b"Content-Length: %d\r\n"
                       b"Connection: close\r\n" % size))
        sender = threading.Thread(
            target=lambda: [s.sendall(bytes(1_000_000)) for _ in range(50)])
        sender.start()
        total = 0
        while piece := s.recv(1 << 20):
            total += len(piece)
        sender.join()
    assert total > size
    assert r.rss_kb() < 30000


def test_upload_before_the_channel_is_open(rig):
    """What came while the request waited is not all that comes."""
    size = 3_000_000
    for slow in (0, 0.05):
        r = rig(channel_ms=int(slow * 1000))
        answer = r.ask(post(b"/count", b"Content-Length: %d\r\n"
                            b"Connection: close\r\n" % size, bytes(size)))
        assert answer.endswith(b"\r\n\r\n%d" % size)


def test_upload_to_a_worker_that_does_not_read(rig):
    """Neither the front nor anyone else takes more than windows' worth."""
    r = rig(worker_ms=1500)
    with r.connect() as s:
        s.sendall(post(b"/hang", b"Content-Length: 100000000\r\n"))
        s.settimeout(0.5)
        sent = 0
        with pytest.raises(OSError):
            while sent < 100_000_000:
                sent += s.send(bytes(65536))
        assert sent < 20_000_000  # mostly in the kernel's buffers
        assert r.rss_kb() < 30000


def test_many_slow_readers_cost_bounded_memory(rig):
    r = rig(held_bytes=8_000_000)
    socks = []
    for _ in range(300):
        s = r.connect(rcvbuf=4096)
        s.sendall(b"GET /bytes/10000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        socks.append(s)
    assert b"hello" in r.get("/")[1]
    assert r.rss_kb() < 60000
    for s in socks:
        s.close()
    assert b"hello" in r.get("/")[1]


def test_connection_limit(rig):
    r = rig(connections=5)
    socks = [r.connect() for _ in range(5)]
    for s in socks:
        s.sendall(GET)
        read_until(s, b"hello")
    with r.connect() as waits:
        waits.sendall(GET)
        waits.settimeout(0.3)
        with pytest.raises(socket.timeout):
            waits.recv(1)
        socks[0].close()
        waits.settimeout(10)
        read_until(waits, b"hello")
    for s in socks:
        s.close()


def test_idle_connections_are_cheap(rig):
    r = rig()
    r.get("/")
    before = r.rss_kb()
    socks = []
    for _ in range(1000):
        s = r.connect()
        s.sendall(GET)
        socks.append(s)
    for s in socks:
        read_until(s, b"hello")
    grown = r.rss_kb() - before
    for s in socks:
        s.close()
    assert grown < 4000, f"{grown} kB for 1000 connections"


def test_no_growth(rig):
    r = rig()

    def many(n):
        with r.connect() as s:
            for _ in range(n // 100):
                s.sendall(GET * 100)
                got = b""
                while got.count(b"hello") < 100:
                    got += s.recv(1 << 20)

    many(5000)
    before = r.rss_kb()
    many(50000)
    assert r.rss_kb() - before < 500


def test_drain_finishes_what_is_in_flight(rig):
    r = rig()
    with r.connect() as s, r.connect() as idle:
        s.sendall(post(b"/count", b"Content-Length: 5\r\n", b"ab"))
        idle.sendall(GET)
        read_until(idle, b"hello")
        time.sleep(0.1)
        r.process.stdin.close()
        assert read_all(idle) == b""
        s.sendall(b"cde")
        answer = read_all(s)
        assert statuses(answer) == [200]
        assert b"Connection: close" in answer
    assert r.process.wait(10) == 0
