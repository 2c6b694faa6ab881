"""What a request becomes: styles of sockets, headers of the config, upgrades.

The rows were compared with workerd 1.20261117. Where RFC 9112 says otherwise
it is followed: the authority of an absolute target replaces Host (3.2.2), a
request without Host is refused.
"""
import json
import os
import socket

import pytest

from h2client import (  # noqa: F401
    DATA, END_HEADERS, END_STREAM, HEADERS, RST, SETTINGS, client, frames, raw)
from rig import read_all, rig  # noqa: F401

CONFIG = """\
[server]
fronts = 1
[socket host]
address = 127.0.0.1:0
service = main
http.forwardedProtoHeader = X-Proto
http.cfBlobHeader = CF-Blob
[socket proxy]
address = 127.0.0.1:0
service = main
http.style = proxy
http.forwardedProtoHeader = X-Proto
[socket plain]
address = 127.0.0.1:0
service = main
http.injectRequestHeaders = X-In yes
http.injectRequestHeaders = X-Del
http.injectResponseHeaders = X-Out v
http.injectResponseHeaders = content-type
[socket unix]
address = unix:sock
service = main
[worker main]
compatibilityDate = 2026-11-01
modules = main.js esModule embed(main.js)
bindings = next service next
[worker next]
compatibilityDate = 2026-11-01
modules = main.js esModule embed(main.js)
"""
WORKER = """export default { async fetch(r, env) {
  switch (new URL(r.url).pathname) {
  case "/101": return new Response(null, { status: 101 });
  case "/426": return Response.json(
      { method: r.method, headers: Object.fromEntries(r.headers) },
      { status: 426 });
  case "/204": return new Response(null, { status: 204 });
  case "/hop": return env.next.fetch(new Request("http://next/", r));
  case "/fresh": return env.next.fetch("http://next/");
  }
  return Response.json({ url: r.url, method: r.method, cf: r.cf,
                         headers: Object.fromEntries(r.headers) });
} };"""


@pytest.fixture
def server(serve):
    return serve(CONFIG, {"main.js": WORKER}, sockets=4)


def ask(server, name, line, fields=b"Host: ex.com\r\n"):
    with socket.create_connection(
            ("127.0.0.1", server.ports[name]), 20) as s:
        s.sendall(line + b" HTTP/1.1\r\nConnection: close\r\n" + fields +
                  b"\r\n")
        head, _, body = read_all(s).partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), head, body


TARGETS = [
    # socket, request line, more fields, url or status, Host as seen
    ("host", b"GET /a?b", b"", "http://ex.com/a?b", "ex.com"),
    ("host", b"GET http://other.com/a?b", b"", "http://other.com/a?b",
     "other.com"),
    ("host", b"GET https://other.com/a", b"", "http://other.com/a",
     "other.com"),
    ("host", b"OPTIONS *", b"", "http://ex.com/", "ex.com"),
    ("host", b"GET /a", b"X-Proto: https\r\n", "https://ex.com/a", "ex.com"),
    ("host", b"GET /a", b"X-Proto: HTTPS\r\n", "https://ex.com/a", "ex.com"),
    ("host", b"GET /a", b"X-Proto: http\r\n", "http://ex.com/a", "ex.com"),
    ("host", b"GET /a", b"X-Proto: ftp\r\n", "http://ex.com/a", "ex.com"),
    ("proxy", b"GET http://other.com/a?b", b"X-Proto: https\r\n",
     "http://other.com/a?b", "other.com"),
    ("proxy", b"GET https://other.com/a", b"", "https://other.com/a",
     "other.com"),
    ("proxy", b"GET http://other.com", b"", "http://other.com/", "other.com"),
    ("proxy", b"GET http://other.com:81?q", b"", "http://other.com:81/?q",
     "other.com:81"),
    ("proxy", b"GET /a?b", b"", 400, None),
    ("proxy", b"OPTIONS *", b"", 400, None),
    ("proxy", b"GET ftp://other.com/a", b"", 400, None),
]


@pytest.mark.parametrize("name,line,more,want,host", TARGETS,
                         ids=[f"{r[0]} {r[1].decode()}" for r in TARGETS])
def test_targets(server, name, line, more, want, host):
    status, _, body = ask(server, name, line, b"Host: ex.com\r\n" + more)
    if isinstance(want, int):
        assert status == want
        return
    got = json.loads(body)
    assert (status, got["url"], got["headers"]["host"]) == (200, want, host)
    # It is for the front alone, but for a proxy it is a field like others.
    assert ("x-proto" in got["headers"]) == (name == "proxy" and bool(more))


def test_proxy_without_host(server):
    assert ask(server, "proxy", b"GET http://other.com/", b"")[0] == 400


def cf_of(answer):
    return json.loads(answer[2]).get("cf")


def test_cf_is_the_client(server):
    cf = cf_of(ask(server, "plain", b"GET /"))
    ip, _, port = cf.pop("clientIp").rpartition(":")
    assert ip == "127.0.0.1" and int(port) > 0 and not cf


def test_cf_on_a_unix_socket(server, tmp_path):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(str(tmp_path / "sock"))
        s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        cf = json.loads(read_all(s).partition(b"\r\n\r\n")[2])["cf"]
    assert cf.get("clientPid", os.getpid()) == os.getpid()
    assert cf.get("clientUid", os.getuid()) == os.getuid()
    assert "clientIp" not in cf


def test_cf_from_a_header(server):
    field = b'Host: a\r\nCF-Blob: {"colo":"X","n":[1,"\\u00e4"]}\r\n'
    got = json.loads(ask(server, "host", b"GET /", field)[2])
    assert got["cf"] == {"colo": "X", "n": [1, "\u00e4"]}
    assert "cf-blob" not in got["headers"]
    # Without the header there is none: a client cannot invent it elsewhere.
    assert cf_of(ask(server, "host", b"GET /")) is None
    assert cf_of(ask(server, "plain", b"GET /", field))["clientIp"]
    assert ask(server, "host", b"GET /", b"Host: a\r\nCF-Blob: {x\r\n")[0] == 500


def test_cf_goes_along_with_the_request(server):
    assert cf_of(ask(server, "plain", b"GET /hop"))["clientIp"]
    assert cf_of(ask(server, "plain", b"GET /fresh")) is None


def test_injected_headers(server):
    status, head, body = ask(
        server, "plain", b"GET /",
        b"Host: a\r\nX-In: mine\r\nX-Del: 1\r\nX-Out: q\r\n")
    headers = json.loads(body)["headers"]
    assert status == 200 and headers["x-in"] == "yes"
    assert "x-del" not in headers and headers["x-out"] == "q"
    assert b"\r\nx-out: v\r\n" in head and b"content-type" not in head.lower()


# Upgrades: a worker sees that a client asks for a WebSocket, and may answer
# as it likes; it cannot accept one yet. All else is not seen, or refused.

UPGRADE = b"Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" \
    b"Sec-WebSocket-Version: 13\r\n" \
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"


def ask_upgrade(server, line, fields, version=b"1.1"):
    with socket.create_connection(
            ("127.0.0.1", server.ports["plain"]), 20) as s:
        s.sendall(line + b" HTTP/" + version + b"\r\n" + fields + b"\r\n")
        s.shutdown(socket.SHUT_WR)
        answer = read_all(s)
    while answer.startswith(b"HTTP/1.1 100 "):
        answer = answer.partition(b"\r\n\r\n")[2]
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), head, body


SEEN = [
    (b"GET /", UPGRADE, b"1.1", True),
    (b"GET /", UPGRADE.replace(b": websocket", b": WebSocket"), b"1.1", True),
    (b"GET /", UPGRADE.replace(b": Upgrade", b": keep-alive, upgrade"),
     b"1.1", True),
    (b"GET /", UPGRADE, b"1.0", False),
    (b"POST /", UPGRADE + b"Content-Length: 0\r\n", b"1.1", False),
    (b"GET /", UPGRADE.replace(b"Connection: Upgrade\r\n", b""), b"1.1",
     False),
    (b"GET /", UPGRADE.replace(b": websocket", b": h2c"), b"1.1", False),
    (b"GET /", UPGRADE.replace(b": websocket", b": websocket, x"), b"1.1",
     False),
]


@pytest.mark.parametrize("line,fields,version,seen", SEEN)
def test_upgrade_is_seen(server, line, fields, version, seen):
    status, head, body = ask_upgrade(server, line, fields, version)
    headers = json.loads(body)["headers"]
    assert status == 200 and b"upgrade" not in head.lower()
    assert headers.get("upgrade") == ("websocket" if seen else None)
    assert headers.get("connection") == ("Upgrade" if seen else None)


def test_upgrade_is_answered(server):
    assert ask_upgrade(server, b"GET /426", UPGRADE)[0] == 426
    # As in workerd: a RangeError, there is no webSocket in the Response.
    assert ask_upgrade(server, b"GET /101", UPGRADE)[0] == 500
    server.wait_log("RangeError: Responses may only be constructed")


def test_connect_is_refused(server):
    status, head, _ = ask_upgrade(server, b"CONNECT ex.com:80",
                                  b"Host: ex.com\r\n")
    assert status == 501 and b"Connection: close" in head


def connect_fields(path, protocol="websocket"):
    return [(":method", "CONNECT"), (":protocol", protocol),
            (":scheme", "http"), (":path", path), (":authority", "a"),
            ("sec-websocket-version", "13")]


class Plain:
    """The socket `plain`, as the clients of HTTP/2 want it."""

    def __init__(self, server):
        self.port = server.ports["plain"]


def extended_connect(c, fields, end=False):
    c.h2.config.validate_outbound_headers = False
    stream = c.h2.get_next_available_stream_id()
    c.h2.send_headers(stream, fields, end)
    c.streams[stream] = {"head": None, "body": b"", "end": None,
                         "trailers": None, "info": []}
    c.flush()
    return c.finish(stream)


@pytest.mark.parametrize("path,protocol,end,status", [
    ("/426", "websocket", False, "426"),   # the worker's answer
    ("/101", "websocket", False, "500"),   # it has no WebSocket
    ("/", "websocket", False, "501"),      # 2xx would be one
    ("/204", "websocket", False, "501"),
    ("/426", "connect-udp", False, "501"),
    ("/426", "websocket", True, "400"),
])
def test_extended_connect(server, client, path, protocol, end, status):
    """RFC 8441."""
    c = client(Plain(server))
    got = extended_connect(c, connect_fields(path, protocol), end)
    assert got["head"][":status"] == status
    assert c.get("/426")["head"][":status"] == "426"


def test_extended_connect_is_seen_as_an_upgrade(server, client):
    """By the worker: what HTTP/1.1 would have said."""
    c = client(Plain(server))
    got = json.loads(extended_connect(c, connect_fields("/426"))["body"])
    assert got["method"] == "GET"
    assert got["headers"]["upgrade"] == "websocket"
    assert got["headers"]["connection"] == "Upgrade"
    assert got["headers"]["sec-websocket-version"] == "13"


def test_data_behind_an_extended_connect_is_dropped(server, client):
    """It belongs to a tunnel that is not there."""
    c = client(Plain(server))
    got = extended_connect(c, connect_fields("/426"))
    stream = max(c.streams)
    if got["end"] == "end":
        c.send(stream, bytes(100_000), end=False)
    assert c.get("/426")["head"][":status"] == "426"


def test_extended_connect_is_announced(server, raw):
    c = raw(Plain(server))
    settings = c.read_until(SETTINGS)[3]
    assert b"\0\x08\0\0\0\x01" in [settings[i:i + 6]
                                   for i in range(0, len(settings), 6)]


def test_plain_connect_is_refused(server, client):
    c = client(Plain(server))
    got = extended_connect(c, [(":method", "CONNECT"), (":authority", "a:1")])
    assert got["head"][":status"] == "501"
