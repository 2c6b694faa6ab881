"""The PROXY protocol: who may speak it, and what becomes of the client."""
import json
import socket
import ssl
import struct
import time

import pytest

from certs import Certificate, keypair

WAIT_S = 20
WORKER = """
export default {
  fetch(request) { return Response.json({ url: request.url, cf: request.cf }); }
};
"""
GET = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
V1 = b"PROXY TCP4 192.0.2.9 192.0.2.1 5555 80\r\n"
V2 = (b"\r\n\r\n\0\r\nQUIT\n\x21\x21" + struct.pack(">H", 36 + 7) +
      socket.inet_pton(socket.AF_INET6, "2001:db8::9") +
      socket.inet_pton(socket.AF_INET6, "2001:db8::1") +
      struct.pack(">HH", 5556, 443) + b"\x01\0\x02h2xy")
LOCAL = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"


def config(lines, address="127.0.0.1:0"):
    return f"""\
[server]
fronts = 1
[socket web]
address = {address}
service = main
{lines}
[worker main]
compatibilityDate = 2026-11-01
modules = main.js esModule embed(main.js)
"""


def read_all(s):
    got = b""
    try:
        while piece := s.recv(65536):
            got += piece
    except ConnectionResetError:
        got += b"<reset>"
    return got


def ask(server, *pieces):
    with socket.create_connection(("127.0.0.1", server.port), WAIT_S) as s:
        for i, piece in enumerate(pieces):
            if i:
                time.sleep(0.02)
            s.sendall(piece)
        return read_all(s)


def client(answer):
    assert answer.startswith(b"HTTP/1.1 200 "), answer
    return json.loads(answer.partition(b"\r\n\r\n")[2])["cf"]["clientIp"]


def test_client_is_the_one_of_the_header(serve):
    server = serve(config("proxyProtocol = 127.0.0.0/8 ::1\n"
                          "accessLog = stderr\naccessLogFormat = json\n"),
                   {"main.js": WORKER})
    assert client(ask(server, V1 + GET)) == "192.0.2.9:5555"
    assert client(ask(server, V2 + GET)) == "[2001:db8::9]:5556"
    # in two pieces, anywhere
    for header in (V1, V2):
        for cut in (1, 5, 13, len(header) - 1, len(header), len(header) + 9):
            data = header + GET
            assert "9" in client(ask(server, data[:cut], data[cut:]))
    # these say nothing of the client: it is who connects
    for header in (LOCAL, b"PROXY UNKNOWN\r\n"):
        assert client(ask(server, header + GET)).startswith("127.0.0.1:")
    assert '"client":"192.0.2.9:5555"' in server.wait_log("192.0.2.9")
    server.stop()


def test_connection_without_a_header_is_closed(serve):
    server = serve(config("proxyProtocol = 127.0.0.1\n"), {"main.js": WORKER})
    for data in (GET, b"PROXY TCP4 1.2.3.4\r\n" + GET, b"PROXY " + b"x" * 200,
                 b"\0" * 100):
        assert ask(server, data) in (b"", b"<reset>")
    assert "no PROXY header" in server.wait_log("refused")
    server.stop()


def test_others_may_not_speak_it(serve):
    server = serve(config("proxyProtocol = 10.0.0.0/8 unix 2001:db8::/32\n"),
                   {"main.js": WORKER})
    assert ask(server, V1 + GET) in (b"", b"<reset>")
    assert "not in proxyProtocol" in server.wait_log("refused")
    server.stop()


def test_not_spoken_where_it_is_not_configured(serve):
    server = serve(config(""), {"main.js": WORKER})
    assert ask(server, V1 + GET).startswith(b"HTTP/1.1 400 ")
    assert client(ask(server, GET)).startswith("127.0.0.1:")
    server.stop()


def test_unix_socket(serve, tmp_path):
    server = serve(config("proxyProtocol = unix\n", "unix:sock"),
                   {"main.js": WORKER})
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(WAIT_S)
        s.connect(str(tmp_path / "sock"))
        s.sendall(V1 + GET)
        assert client(read_all(s)) == "192.0.2.9:5555"
    server.stop()


def test_header_before_tls(serve):
    site = Certificate("a.test", ["a.test"])
    server = serve(config("proxyProtocol = 127.0.0.1\n" + keypair("a")),
                   {**site.files("a"), "main.js": WORKER})
    ctx = ssl.create_default_context()
    ctx.check_hostname = False
    ctx.verify_mode = ssl.CERT_NONE
    for header, wanted in ((V1, "192.0.2.9:5555"),
                           (V2, "[2001:db8::9]:5556")):
        raw = socket.create_connection(("127.0.0.1", server.port), WAIT_S)
        raw.sendall(header)
        with ctx.wrap_socket(raw, server_hostname="a.test") as s:
            s.sendall(GET)
            assert client(read_all(s)) == wanted
    # a hello without a header before it
    raw = socket.create_connection(("127.0.0.1", server.port), WAIT_S)
    with pytest.raises((ssl.SSLError, OSError)):
        ctx.wrap_socket(raw, server_hostname="a.test")
    server.stop()


def test_header_that_does_not_come(serve):
    server = serve(config("proxyProtocol = 127.0.0.1\n"
                          "timeouts.handshake = 300ms\n"), {"main.js": WORKER})
    with socket.create_connection(("127.0.0.1", server.port), WAIT_S) as s:
        begin = time.monotonic()
        s.sendall(b"PROXY ")
        assert read_all(s) in (b"", b"<reset>")
        assert 0.2 < time.monotonic() - begin < 5
    server.stop()


def test_limit_counts_the_clients_of_headers(serve):
    """Not the proxy, which has many clients."""
    server = serve(config("proxyProtocol = 127.0.0.1\n"
                          "limits.clientConnections = 2\n"),
                   {"main.js": WORKER})

    def connect(ip):
        s = socket.create_connection(("127.0.0.1", server.port), WAIT_S)
        s.sendall(b"PROXY TCP4 %s 192.0.2.1 5555 80\r\n"
                  b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" % ip)
        return s

    held = [connect(b"192.0.2.1"), connect(b"192.0.2.1")]
    held += [connect(b"198.51.100.%d" % i) for i in range(1, 6)]
    for s in held:
        assert s.recv(65536).startswith(b"HTTP/1.1 200 ")
    over = connect(b"192.0.2.1")
    assert read_all(over) in (b"", b"<reset>")
    assert "limits.clientConnections" in server.wait_log("refused")
    held[0].close()
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        s = connect(b"192.0.2.1")
        try:
            if s.recv(65536).startswith(b"HTTP/1.1 200 "):
                break
        except ConnectionResetError:
            pass
    else:
        raise AssertionError("stays closed")
    for s in held:
        s.close()
    server.stop()
