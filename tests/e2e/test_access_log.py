"""Access logs: formats, hostile bytes, sinks that take nothing, SIGUSR1."""
import json
import os
import re
import resource
import signal
import socket
import subprocess
import time

import pytest

from certs import Certificate, keypair

WAIT_S = 20
WORKER = """
export default {
  async fetch(request) {
    const path = new URL(request.url).pathname;
    if (path === "/throw") throw new Error("no");
    if (path === "/slow") await new Promise((r) => setTimeout(r, 30000));
    if (request.method === "POST") return new Response(await request.text());
    return new Response("hello", { status: path === "/404" ? 404 : 200 });
  }
};
"""


def config(socket_lines, server=""):
    return f"""\
[server]
fronts = 2
{server}
[socket web]
address = 127.0.0.1:0
service = main
{socket_lines}
[worker main]
compatibilityDate = 2026-11-01
modules = main.js esModule embed(main.js)
"""


@pytest.fixture
def serve_log(serve):
    def start(socket_lines, files=None, **kwargs):
        return serve(config(socket_lines),
                     dict(files or {}, **{"main.js": WORKER}), **kwargs)

    return start


def wait_lines(path, count):
    """The lines of PATH once there are COUNT."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        lines = path.read_text().splitlines() if path.exists() else []
        if len(lines) >= count:
            return lines
        time.sleep(0.02)
    raise AssertionError(f"{len(lines)} lines: {lines}")


def send(server, data):
    with socket.create_connection(("127.0.0.1", server.port), WAIT_S) as s:
        s.sendall(data)
        got = b""
        while piece := s.recv(65536):
            got += piece
        return got


COMBINED = re.compile(
    r'127\.0\.0\.1 - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\] '
    r'"(?P<request>[^"]*)" (?P<status>\d{3}) (?P<bytes>\d+) '
    r'"(?P<referer>[^"]*)" "(?P<agent>[^"]*)"')


def test_combined(serve_log, tmp_path):
    server = serve_log("accessLog = ./access.log\n")
    send(server, b"GET /a?b=c HTTP/1.1\r\nHost: x\r\nReferer: http://r/\r\n"
                 b"User-Agent: me/1\r\nConnection: close\r\n\r\n")
    send(server, b"HEAD /404 HTTP/1.0\r\n\r\n")
    send(server, b"POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
                 b"Connection: close\r\n\r\nabc")
    send(server, b"GET /throw HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    send(server, b"nonsense\r\n\r\n")
    lines = wait_lines(tmp_path / "access.log", 5)
    got = sorted((m["request"], m["status"], m["bytes"], m["referer"],
                  m["agent"]) for m in map(COMBINED.fullmatch, lines))
    assert got == [
        ("", "400", "11", "-", "-"),
        ("GET /a?b=c HTTP/1.1", "200", "5", "http://r/", "me/1"),
        ("GET /throw HTTP/1.1", "500", "21", "-", "-"),
        ("HEAD /404 HTTP/1.0", "404", "0", "-", "-"),
        ("POST /p HTTP/1.1", "200", "3", "-", "-")]
    mode = (tmp_path / "access.log").stat().st_mode & 0o777
    assert mode & 0o137 == 0  # not for others
    server.stop()


def test_json_of_http1_http2_and_tls(serve, tmp_path):
    site = Certificate("a.test", ["a.test"])
    server = serve(
        config("accessLog = ./access.log\naccessLogFormat = json\n") +
        "[socket tls]\naddress = 127.0.0.1:0\nservice = main\n"
        "accessLog = ./access.log\naccessLogFormat = json\n" + keypair("a"),
        {**site.files("a"), "main.js": WORKER}, sockets=2)
    send(server, b"POST /p?q HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
                 b"Connection: close\r\n\r\nabc")
    subprocess.run(["curl", "-skm9", "--http2", "-A", "me", "-d", "12345",
                    f"https://127.0.0.1:{server.ports['tls']}/two"],
                   check=True, capture_output=True)
    subprocess.run(["nghttp", f"http://127.0.0.1:{server.ports['web']}/404"],
                   check=True, capture_output=True)
    rows = [json.loads(x) for x in wait_lines(tmp_path / "access.log", 3)]
    by = {r["target"]: r for r in rows}
    one, two, three = by["/p?q"], by["/two"], by["/404"]
    assert (one["method"], one["protocol"], one["status"], one["bytesIn"],
            one["bytesOut"], one["host"], one["socket"], one["service"]) == \
        ("POST", "HTTP/1.1", 200, 3, 3, "h", "web", "main")
    assert "tlsVersion" not in one and "userAgent" not in one
    assert re.fullmatch(r"[0-9a-f]{16}", one["requestId"])
    assert one["client"].startswith("127.0.0.1:")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", one["time"])
    assert 0 <= one["duration"] < WAIT_S
    assert (two["protocol"], two["bytesIn"], two["bytesOut"], two["socket"],
            two["tlsVersion"], two["userAgent"]) == \
        ("HTTP/2.0", 5, 5, "tls", "TLSv1.3", "me")
    assert two["tlsCipher"].startswith("AEAD-")
    assert (three["status"], three["bytesOut"]) == (404, 5)
    server.stop()


HOSTILE = b'GET /%s HTTP/1.1\r\nHost: x\r\nUser-Agent: %s\r\nReferer: %s\r\n' \
          b'Connection: close\r\n\r\n'


@pytest.mark.parametrize("form", ["combined", "json"])
def test_hostile_bytes_stay_in_their_place(serve_log, tmp_path, form):
    server = serve_log(
        f"accessLog = ./access.log\naccessLogFormat = {form}\n")
    agents = [b'" 200 0 "x', b'\\" , "status": 1, "x":"', b"\x1b[31m",
              b"\xff\xfe\x80", "é\u2028".encode(), b"a\tb", b"x" * 5000,
              b"\xe2\x80\xa8", b"\xed\xa0\x80"]
    sent = 0
    for agent in agents:
        answer = send(server, HOSTILE % (b"%22%0a" + b"y" * 3000, agent, agent))
        assert answer.startswith(b"HTTP/1.1 ")
        sent += 1
    lines = wait_lines(tmp_path / "access.log", sent)
    assert len(lines) == sent
    raw = (tmp_path / "access.log").read_bytes()
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", raw)
    for line in lines:
        assert len(line) < 8192
        if form == "json":
            row = json.loads(line)
            assert row["status"] in (200, 400)
            if row["status"] == 200:
                assert len(row["target"]) == 1024
        else:
            assert line.isascii()
            assert COMBINED.fullmatch(line), line
    server.stop()


def test_request_that_nobody_answered(serve_log, tmp_path):
    server = serve_log("accessLog = ./access.log\naccessLogFormat = json\n")
    with socket.create_connection(("127.0.0.1", server.port), WAIT_S) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                     b"\x01\0\0\0\0\0\0\0")
        s.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.3)
    row = json.loads(wait_lines(tmp_path / "access.log", 1)[0])
    assert (row["status"], row["bytesOut"], row["target"]) == (499, 0, "/slow")
    assert row["duration"] > 0.2
    server.stop()


def test_reopened_on_sigusr1(serve_log, tmp_path):
    server = serve_log("accessLog = ./access.log\n")
    log, old = tmp_path / "access.log", tmp_path / "access.log.1"
    get = b"GET /%d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    for i in range(10):
        send(server, get % i)
    wait_lines(log, 10)
    log.rename(old)
    # until told, fronts write to the file that was
    for i in range(10, 20):
        send(server, get % i)
    wait_lines(old, 20)
    server.signal(signal.SIGUSR1)
    deadline = time.monotonic() + WAIT_S
    while not log.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    n = 20
    while time.monotonic() < deadline:
        send(server, get % n)
        n += 1
        lines = log.read_text().splitlines() + old.read_text().splitlines()
        if len(log.read_text().splitlines()) > 10:
            break
    assert len(wait_lines(log, 1)) > 10
    lines = log.read_text().splitlines() + old.read_text().splitlines()
    assert sorted(int(re.search(r"GET /(\d+)", x)[1]) for x in lines) == \
        list(range(n))
    server.stop()


def test_stderr(serve_log):
    server = serve_log("accessLog = stderr\naccessLogFormat = json\n")
    send(server, b"GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    row = json.loads(server.wait_log('"target":"/x"'))
    assert row["status"] == 200
    server.stop()


def test_stderr_that_is_a_file(tmp_path):
    """Lines of the server and of the fronts do not overwrite one another."""
    from conftest import EIDER
    (tmp_path / "main.js").write_text(
        WORKER.replace("const path", "console.error('worker'); const path"))
    (tmp_path / "eider.ini").write_text(config("accessLog = stderr\n"))
    log = tmp_path / "log"
    read_fd, write_fd = os.pipe()
    with open(log, "wb") as out:
        process = subprocess.Popen(
            [str(EIDER), "serve", str(tmp_path / "eider.ini"),
             "--control-fd", str(write_fd)], stdout=subprocess.DEVNULL,
            stderr=out, pass_fds=(write_fd,), cwd=tmp_path,
            env=dict(os.environ, XDG_STATE_HOME=str(tmp_path)))
    os.close(write_fd)
    try:
        class server:
            port = json.loads(os.read(read_fd, 4096).splitlines()[0])["port"]
        for i in range(50):
            send(server, b"GET /%d HTTP/1.0\r\n\r\n" % i)
        wait_lines(log, 100)
    finally:
        process.terminate()
        process.wait(WAIT_S)
        os.close(read_fd)
    lines = log.read_text().splitlines()
    own = [x for x in lines if COMBINED.fullmatch(x)]
    assert len(own) == 50
    others = [json.loads(x) for x in lines if x not in own]
    assert sum("worker" in x.get("message", "") for x in others) >= 50


def test_journal(serve_log, tmp_path):
    path = tmp_path / "journal"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.bind(str(path))
        journal.settimeout(WAIT_S)
        server = serve_log("accessLog = journald:journal\n")
        send(server, b"GET /x HTTP/1.1\r\nHost: x\r\nUser-Agent: a=b\r\n"
                     b"Connection: close\r\n\r\n")
        record = journal.recv(65536).decode()
        fields = dict(line.split("=", 1) for line in record.splitlines())
        assert fields["PRIORITY"] == "6"
        assert fields["SYSLOG_IDENTIFIER"] == "eider"
        assert fields["WORKER"] == "main"
        assert fields["STATUS_CODE"] == "200"
        assert COMBINED.fullmatch(fields["MESSAGE"])
        # nobody reads: nobody waits either
        get = b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n"
        for _ in range(500):
            send(server, get * 20 + b"GET /x HTTP/1.0\r\n\r\n")
            if "lines dropped" in server.log():
                break
        server.wait_log("lines dropped")
    send(server, b"GET /x HTTP/1.0\r\n\r\n")
    server.stop()


def test_pipe_that_nobody_reads(serve_log, tmp_path):
    """Lines queue up to a limit, requests are answered all the same."""
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    server = serve_log("accessLog = ./pipe\n")
    request = HOSTILE % (b"y" * 1000, b"a" * 250, b"b" * 250)
    keep = request.replace(b"Connection: close\r\n", b"")
    for _ in range(12):
        answer = send(server, keep * 99 + request)
        assert answer.count(b"HTTP/1.1 200 ") == 100
    server.wait_log("lines dropped: it takes no more")
    # what is read now is whole lines, and it goes on
    os.set_blocking(reader, True)
    with os.fdopen(reader, "rb") as pipe:
        for _ in range(50):
            assert COMBINED.fullmatch(pipe.readline().decode().rstrip("\n"))
        server.stop()


def test_full_disk(serve_log):
    server = serve_log("accessLog = /dev/full\n")
    for _ in range(5):
        send(server, b"GET /x HTTP/1.0\r\n\r\n")
    assert "No space left on device" in server.wait_log("lines dropped")
    server.stop()


def test_line_that_was_cut(serve_log, tmp_path):
    """A limit of file sizes cuts one; the next begins on a line of its own."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192 + 100, before[1]))
    try:
        server = serve_log("accessLog = ./access.log\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    get = b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n"
    last = get.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    for _ in range(20):
        assert send(server, get * 19 + last).count(b"HTTP/1.1 200 ") == 20
    assert "File too large" in server.wait_log("lines dropped")
    log = tmp_path / "access.log"
    assert log.stat().st_size == 8192 + 100
    lines = log.read_text().splitlines()
    assert all(map(COMBINED.fullmatch, lines[:-1]))
    assert not COMBINED.fullmatch(lines[-1])
    os.truncate(log, 0)
    for _ in range(20):
        send(server, last)
    lines = wait_lines(log, 20)
    assert [x for x in lines if not COMBINED.fullmatch(x)] in ([], [""])
    server.stop()


def test_log_that_cannot_be_opened(tmp_path):
    from conftest import EIDER
    (tmp_path / "main.js").write_text(WORKER)
    (tmp_path / "eider.ini").write_text(
        config("accessLog = ./missing/access.log\n"))
    r = subprocess.run([str(EIDER), "serve", str(tmp_path / "eider.ini")],
                       capture_output=True, text=True, timeout=WAIT_S)
    assert r.returncode == 1
    assert "cannot open the access log" in r.stderr
    assert "No such file or directory" in r.stderr


def test_server_timing(serve_log):
    server = serve_log("serverTiming = true\n")
    _, headers, _ = server.get()
    assert re.fullmatch(r"worker;dur=\d+\.\d{3}", headers["server-timing"])
    r = subprocess.run(["nghttp", "-nv", server.url], capture_output=True,
                       text=True, check=True)
    assert re.search(r"server-timing: worker;dur=\d+\.\d{3}", r.stdout)
    server.stop()
    server = serve_log("")
    assert "server-timing" not in server.get()[1]
    server.stop()
