"""What a request costs: instructions and system calls, against budgets.

Instructions are counted by callgrind, which does not depend on how busy the
machine is: the cost of one request is the difference of two runs divided by
how many requests they differ by. A budget that is exceeded by 5 % fails; one
that is far from reached should be lowered. The figures are those of Debian
12's gcc with the flags of the build; other compilers are not measured.
"""
import pathlib
import re
import shutil
import signal
import socket
import subprocess

import pytest

from conftest import BUILD, ROOT

BENCH = ROOT / "bench" / "workloads"
OVER = 1.05

# Instructions per request.
INSTRUCTIONS = {
    "worker hello": 43_000,
    "worker json": 270_000,
    "worker hop": 65_000,
    "front http1": 18_600,
    "front http2": 55_500,
}
# System calls per request at 64 connections.
SYSTEM_CALLS = {"http1 front": 2.5, "http1 worker": 1.0, "http2 front": 1.0}

ORDER = ('{"id":12345,"items":[' + ",".join(
    f'{{"sku":"item-{i:04}","price":{i * 3}.5,"qty":{i},"tags":["a","b"]}}'
    for i in range(1, 16)) + "]}")


def is_measurable():
    header = (BUILD / "config.h").read_text()
    makefile = (BUILD / "Makefile").read_text()
    compiler = re.search(r"^CC = (.*)$", makefile, re.M)[1]
    version = subprocess.run(
        [*compiler.split(), "--version"], capture_output=True, text=True,
        check=True).stdout
    return ("define EIDER_SANITIZE" not in header and "Debian 12" in version
            and "gcc" in version)


needs_gcc = pytest.mark.skipif(
    not is_measurable(), reason="budgets are those of Debian 12's gcc")
needs_valgrind = pytest.mark.skipif(
    shutil.which("valgrind") is None, reason="valgrind is not installed")


def callgrind(out):
    return ["valgrind", "-q", "--tool=callgrind",
            f"--callgrind-out-file={out}/cg.%p"]


def instructions(out, pid):
    text = (pathlib.Path(out) / f"cg.{pid}").read_text()
    return int(re.search(r"^(?:totals|summary): (\d+)", text, re.M)[1])


def worker_run(out, n, module, *request):
    process = subprocess.Popen(
        [*callgrind(out), BUILD / "tests/worker/rig", module, str(n), "16",
         *request], stderr=subprocess.PIPE, text=True)
    errors = process.communicate(timeout=300)[1]
    assert process.returncode == 0, errors
    return instructions(out, process.pid)


def check(name, cost):
    print(f"{name}: {cost:,.0f} instructions per request")
    assert cost <= INSTRUCTIONS[name] * OVER, (
        f"{name} takes {cost:,.0f} instructions, its budget is "
        f"{INSTRUCTIONS[name]:,}")


def per_request(run, few=160, many=960):
    return (run(many) - run(few)) / (many - few)


@needs_gcc
@needs_valgrind
@pytest.mark.parametrize("name,module,request_", [
    ("worker hello", BENCH / "hello.mjs", ()),
    ("worker json", BENCH / "json.mjs",
     ("POST", "/api/orders?user=jane&page=41&q=a%20b", ORDER)),
    ("worker hop", None, ()),
])
def test_worker_instructions(tmp_path, name, module, request_):
    if module is None:
        module = tmp_path / "hop.mjs"
        module.write_text("export default { fetch(request, env) { return "
                          "env.hop.fetch(request) } };\n")
    check(name, per_request(
        lambda n: worker_run(tmp_path, n, module, *request_)))


class Front:
    """The rig of the front under callgrind, one request at a time."""

    def __init__(self, out):
        self.out = out
        self.process = subprocess.Popen(
            [*callgrind(out), BUILD / "tests/front/rig"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        port, pid = self.process.stdout.readline().split()
        self.pid = int(pid)
        self.socket = socket.create_connection(("127.0.0.1", int(port)), 60)

    def read_until(self, is_whole):
        data = b""
        while not is_whole(data):
            more = self.socket.recv(65536)
            assert more, data
            data += more
        return data

    def end(self):
        self.socket.close()
        self.process.stdin.close()
        assert self.process.wait(60) == 0
        return instructions(self.out, self.pid)


def http1_run(out, n):
    front = Front(out)
    for _ in range(n):
        front.socket.sendall(
            b"GET / HTTP/1.1\r\nHost: localhost:8080\r\n"
            b"User-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n")
        front.read_until(lambda data: data.endswith(b"hello") or
                         data.endswith(b"hello\r\n0\r\n\r\n"))
    return front.end()


def frame(kind, flags, stream, payload=b""):
    return (len(payload).to_bytes(3, "big") + bytes([kind, flags]) +
            stream.to_bytes(4, "big") + payload)


def has_end_of_stream(data):
    at = 0
    while at + 9 <= len(data):
        length = int.from_bytes(data[at:at + 3], "big")
        if at + 9 + length > len(data):
            return False
        if data[at + 3] in (0, 1) and data[at + 4] & 1:
            return True
        at += 9 + length
    return False


def http2_run(out, n):
    # :method GET, :scheme http, :path /, :authority, user-agent, accept:
    # literals without indexing, as a client with a small table sends them.
    head = (b"\x82\x86\x84\x01\x0elocalhost:8080"
            b"\x0f\x2b\x0bcurl/7.88.1\x0f\x04\x03*/*")
    front = Front(out)
    front.socket.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" +
                         frame(4, 0, 0) + frame(4, 1, 0))
    for i in range(n):
        front.socket.sendall(frame(1, 5, 2 * i + 1, head))
        front.read_until(has_end_of_stream)
    return front.end()


@needs_gcc
@needs_valgrind
@pytest.mark.parametrize("name,run", [("front http1", http1_run),
                                      ("front http2", http2_run)])
def test_front_instructions(tmp_path, name, run):
    check(name, per_request(lambda n: run(tmp_path, n)))


# --- system calls

def count_calls(pid, load):
    """Calls that PID makes while LOAD runs."""
    tracer = subprocess.Popen(
        ["strace", "-f", "-c", "-U", "calls,name", "-p", str(pid)],
        stderr=subprocess.PIPE, text=True)
    line = tracer.stderr.readline()
    if "attached" not in line:
        tracer.wait(10)
        pytest.skip(f"this system does not let us trace: {line.strip()}")
    load()
    tracer.send_signal(signal.SIGINT)
    table = tracer.communicate(timeout=30)[1]
    return int(re.search(r"^\s*(\d+)\s+total$", table, re.M)[1])


REQUESTS = 20_000


@needs_gcc
@pytest.mark.skipif(shutil.which("strace") is None,
                    reason="strace is not installed")
@pytest.mark.parametrize("name", SYSTEM_CALLS)
def test_system_calls(serve_module, name):
    protocol, role = name.split()
    server = serve_module(
        "export default { fetch() { return new Response('hello') } };",
        extra="[server]\nfronts = 1\n")
    server.get()
    options = ["--h1", "-c64"] if protocol == "http1" else ["-c8", "-m32"]

    def load():
        done = subprocess.run(
            ["h2load", *options, f"-n{REQUESTS}", server.url],
            capture_output=True, text=True, timeout=120, check=True).stdout
        assert f"{REQUESTS} succeeded" in done, done

    pid, = (server.worker_pids() if role == "worker"
            else server.pids("eider-front"))
    calls = count_calls(pid, load) / REQUESTS
    print(f"{name}: {calls:.2f} system calls per request")
    assert calls <= SYSTEM_CALLS[name]
