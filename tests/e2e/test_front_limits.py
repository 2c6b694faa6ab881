"""Limits and time-outs of a front: of one socket, of one client, by config."""
import signal
import socket
import time

import pytest

from conftest import Server  # noqa: F401  (the fixtures' module)
from h2client import SETTINGS, raw  # noqa: F401
from rig import read_all, read_until, rig  # noqa: F401

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


def connect_from(port, address):
    s = socket.socket()
    s.settimeout(20)
    s.bind((address, 0))
    s.connect(("127.0.0.1", port))
    return s


def get(s):
    s.sendall(GET)
    return read_until(s, b"hello")


def is_refused(s):
    answer = read_all(s)
    return answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n") and \
        b"connection: close\r\n" in answer


def served_in_the_end(port, address):
    """A connection that closed is not counted for long."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with connect_from(port, address) as s:
            s.sendall(GET)
            if read_until(s, b"\r\n\r\n").startswith(b"HTTP/1.1 200"):
                return True
    return False


def test_connections_of_one_address(rig):
    """The fourth is refused, another address is not."""
    r = rig(client_connections=3)
    held = [connect_from(r.port, "127.0.0.2") for _ in range(3)]
    for s in held:
        get(s)
    with connect_from(r.port, "127.0.0.2") as s:
        s.sendall(GET)
        assert is_refused(s)
    with connect_from(r.port, "127.0.0.3") as s:
        assert b"200" in get(s)
    for s in held:
        assert b"200" in get(s)
    held.pop().close()
    assert served_in_the_end(r.port, "127.0.0.2")
    for s in held:
        s.close()


def test_flood_of_refused_connections(rig):
    """They do not use up the connections of others."""
    r = rig(client_connections=1, connections=200)
    with connect_from(r.port, "127.0.0.2") as first:
        get(first)
        flood = [connect_from(r.port, "127.0.0.2") for _ in range(300)]
        with connect_from(r.port, "127.0.0.3") as s:
            assert b"200" in get(s)
        assert all(is_refused(s) for s in flood)
        for s in flood:
            s.close()
        assert b"200" in get(first)


CONFIG = """\
[server]
fronts = 1
{server}
[socket small]
address = 127.0.0.1:0
service = main
{socket}
[socket other]
address = 127.0.0.1:0
service = main

[worker main]
compatibilityDate = 2026-11-01
modules = main.js esModule embed(main.js)
"""
HELLO = """export default { async fetch(request) {
  return new Response("hello " + (await request.text()).length); } };"""


def start(serve, socket_lines="", server_lines=""):
    return serve(CONFIG.format(server=server_lines, socket=socket_lines),
                 {"main.js": HELLO}, sockets=2)


def ask(port, data):
    with socket.create_connection(("127.0.0.1", port), 20) as s:
        s.sendall(data)
        answer = read_all(s)
        assert answer.startswith(b"HTTP/1.1 "), answer
        return int(answer.split(b" ")[1])


def request(path=b"/", fields=b"", body=b""):
    return b"POST %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" \
        b"Content-Length: %d\r\n%s\r\n%s" % (path, len(body), fields, body)


CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" \
    b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"

SIZES = [
    ("limits.target = 100", request(b"/" + b"a" * 200), 414),
    ("limits.head = 1K", request(fields=b"X: " + b"a" * 2000 + b"\r\n"), 431),
    ("limits.fields = 10", request(fields=b"X: a\r\n" * 20), 431),
    ("limits.trailers = 100", CHUNKED + b"X: " + b"a" * 200 + b"\r\n\r\n", 431),
    ("limits.body = 10", request(body=b"a" * 11), 413),
]


@pytest.mark.parametrize("line,data,status", SIZES, ids=[r[0] for r in SIZES])
def test_sizes_by_config(serve, line, data, status):
    """The socket has its own limit, another one that of [server]."""
    server = start(serve, socket_lines=line)
    assert ask(server.ports["small"], data) == status
    assert ask(server.ports["other"], data) == 200


@pytest.mark.parametrize("line,data,status", SIZES[:1] + SIZES[4:],
                         ids=[SIZES[0][0], SIZES[4][0]])
def test_defaults_of_the_server(serve, line, data, status):
    server = start(serve, server_lines=line)
    assert ask(server.ports["small"], data) == status
    assert ask(server.ports["other"], data) == status


@pytest.mark.parametrize("line,data,status", [
    ("timeouts.header = 200ms", b"GET / HTTP/1.1\r\n", b"408"),
    ("timeouts.body = 200ms", request(body=b"")[:-2].replace(
        b"Length: 0", b"Length: 9") + b"\r\nab", b"408"),
    ("timeouts.idle = 200ms", b"", b""),
])
def test_timeouts_by_config(serve, line, data, status):
    server = start(serve, socket_lines=line)
    with socket.create_connection(
            ("127.0.0.1", server.ports["small"]), 8) as s:
        s.sendall(data)
        answer = read_all(s)
    assert answer.startswith(b"HTTP/1.1 " + status if status else b"")
    assert bool(answer) == bool(status)


class Socket:
    """One of the sockets, as the clients of HTTP/2 want it."""

    def __init__(self, server, name):
        self.port = server.ports[name]


def test_streams_by_config(serve, raw):
    server = start(serve, socket_lines="limits.streams = 7\nlimits.head = 4K",
                   server_lines="limits.streams = 9")
    for name, streams, head in (("small", 7, 4096), ("other", 9, 49152)):
        settings = raw(Socket(server, name)).read_until(SETTINGS)[3]
        rows = {settings[i + 1]: int.from_bytes(settings[i + 2:i + 6], "big")
                for i in range(0, len(settings), 6)}
        assert (rows[3], rows[6]) == (streams, head)


def test_limits_of_a_socket_change_by_reload(serve, tmp_path):
    """New connections have the new ones; those that are open keep theirs."""
    server = start(serve, socket_lines="limits.target = 100")
    port = server.ports["small"]
    text = (tmp_path / "eider.ini").read_text()
    with socket.create_connection(("127.0.0.1", port), 20) as kept:
        get(kept)
        for size in range(1024, 1030):
            (tmp_path / "eider.ini").write_text(
                text.replace("limits.target = 100", f"limits.target = {size}"))
            server.signal(signal.SIGHUP)
            deadline = time.monotonic() + 10
            while ask(port, request(b"/" + b"a" * (size - 1))) != 200:
                assert time.monotonic() < deadline
        assert ask(port, request(b"/" + b"a" * size)) == 414
        kept.sendall(request(b"/" + b"a" * 200))
        assert read_until(kept, b"\r\n\r\n").startswith(b"HTTP/1.1 414 ")
    assert "killed" not in server.log()


def test_connections_of_a_socket_by_config(serve):
    server = start(serve, socket_lines="limits.connections = 2")
    held = [socket.create_connection(("127.0.0.1", server.ports["small"]), 20)
            for _ in range(2)]
    for s in held:
        get(s)
    with socket.create_connection(
            ("127.0.0.1", server.ports["small"]), 20) as s:
        assert is_refused(s)
    assert ask(server.ports["other"], request()) == 200
    assert "limits.connections" in server.wait_log("connections refused")
    for s in held:
        s.close()
