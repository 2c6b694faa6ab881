"""Several fronts share the sockets; one that dies takes its connections with
it, and nothing else."""
import os
import signal
import socket
import threading
import time

import pytest

from rig import read_all, read_until

CONFIG = """\
[server]
fronts = 3
[socket http]
address = 127.0.0.1:0
service = main
[socket other]
address = 127.0.0.1:0
service = main
[worker main]
compatibilityDate = 2026-11-01
modules = main.js esModule embed(main.js)
"""
WORKER = """
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let requests = 0;
export default { async fetch(request) {
  requests++;
  if (new URL(request.url).pathname === "/slow") await wait(1500);
  return new Response("hello " + requests);
} };"""
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture
def server(serve):
    return serve(CONFIG, {"main.js": WORKER}, sockets=2)


def inodes(pid):
    """The sockets that a process has open."""
    found = set()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{fd}")
        except OSError:
            continue
        if target.startswith("socket:["):
            found.add(target[8:-1])
    return found


def connect(server, name="http"):
    s = socket.create_connection(("127.0.0.1", server.ports[name]), 20)
    s.sendall(GET)
    read_until(s, b"hello")
    return s


def owners(socks, fronts):
    """Which front has the other end of each: {socket: pid}."""
    ends = {}
    with open("/proc/net/tcp", encoding="ascii") as f:
        for line in list(f)[1:]:
            _, local, remote, *rest = line.split()
            ends[int(local.split(":")[1], 16),
                 int(remote.split(":")[1], 16)] = rest[6]
    sockets = {pid: inodes(pid) for pid in fronts}
    found = {}
    for s in socks:
        inode = ends[s.getpeername()[1], s.getsockname()[1]]
        found[s] = [pid for pid in fronts if inode in sockets[pid]][0]
    return found


def is_alive(s):
    try:
        s.sendall(GET)
        return b"hello" in read_until(s, b"hello")
    except (OSError, AssertionError):
        return False


def connect_to_all(server, fronts):
    """Connections until each front has some: the kernel deals them out."""
    socks = []
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        held = []

        def one():
            held.append(connect(server))

        threads = [threading.Thread(target=one) for _ in range(16)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        socks += held
        if len(set(owners(socks, fronts).values())) > 1:
            return socks
    raise AssertionError("one front got all connections")


def test_kill_9_of_one_front(server):
    fronts = server.pids("eider-front")
    assert len(fronts) == 3
    socks = connect_to_all(server, fronts)
    owner = owners(socks, fronts)
    victim = owner[socks[0]]
    slow = [s for s in socks if owner[s] != victim][0]
    slow.sendall(GET.replace(b"/", b"/slow", 1))
    (worker,) = server.worker_pids()
    os.kill(victim, signal.SIGKILL)
    # Its connections are lost, the others do not notice.
    for s in socks:
        if s is not slow:
            assert is_alive(s) == (owner[s] != victim)
    assert b"hello" in read_until(slow, b"hello")
    # New ones are served meanwhile, on every socket, by the same worker.
    for name in ("http", "other"):
        connect(server, name).close()
    deadline = time.monotonic() + 10
    while len(server.pids("eider-front")) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert victim not in server.pids("eider-front")
    assert server.worker_pids() == [worker]
    for s in socks:
        s.close()


def test_kill_9_under_load(server):
    """Each request is answered or its connection was lost, never wrong; those
    that try again are served."""
    stop = threading.Event()
    wrong, served = [], []

    def client():
        n = 0
        while not stop.is_set():
            try:
                with socket.create_connection(
                        ("127.0.0.1", server.ports["http"]), 20) as s:
                    s.sendall(GET.replace(b"\r\n\r\n",
                                          b"\r\nConnection: close\r\n\r\n"))
                    answer = read_all(s)
            except OSError:
                continue
            if answer and not answer.endswith(b"<reset>") and \
                    not answer.startswith(b"HTTP/1.1 200 "):
                wrong.append(answer)
            n += answer.startswith(b"HTTP/1.1 200 ")
        served.append(n)

    threads = [threading.Thread(target=client) for _ in range(8)]
    for t in threads:
        t.start()
    for _ in range(6):
        time.sleep(0.4)
        os.kill(server.pids("eider-front")[0], signal.SIGKILL)
    time.sleep(0.5)
    stop.set()
    for t in threads:
        t.join()
    assert not wrong
    assert min(served) > 10
    assert server.get()[0] == 200
