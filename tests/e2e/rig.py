"""tests/front/rig: a front alone, with a worker that is made up."""
import os
import pathlib
import socket
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("EIDER_BUILD", ROOT / "build"))
RIG = BUILD / "tests" / "front" / "rig"
SANITIZED = RIG.exists() and b"__asan_init" in RIG.read_bytes()
WAIT_S = 20


class Rig:
    def __init__(self, limits):
        args = [str(RIG)]
        args += [f"{name}={value}" for name, value in limits.items()]
        self.process = subprocess.Popen(
            args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        port, pid = self.process.stdout.readline().split()
        self.port, self.pid = int(port), int(pid)

    def connect(self, rcvbuf=None):
        s = socket.socket()
        if rcvbuf:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        s.settimeout(WAIT_S)
        s.connect(("127.0.0.1", self.port))
        return s

    def ask(self, data):
        """Send DATA on a connection of its own, read to its end."""
        with self.connect() as s:
            s.sendall(data)
            return read_all(s)

    def get(self, path="/"):
        """(status, body) of a GET."""
        answer = self.ask(
            b"GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            % path.encode())
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split(b" ")[1]), body

    def rss_kb(self):
        """The front's resident size; 0 under sanitizers, whose is not ours."""
        if SANITIZED:
            return 0
        for line in pathlib.Path(f"/proc/{self.pid}/status").open():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise AssertionError("no VmRSS")

    def wait_stats(self, text):
        """Wait until the worker's counters have TEXT in them."""
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            _, body = self.get("/stats")
            if text.encode() in body:
                return
            time.sleep(0.02)
        raise AssertionError(f"no {text!r}, last was {body!r}")

    def stop(self):
        self.process.stdin.close()
        code = self.process.wait(WAIT_S)
        assert code == 0, f"the rig ended with {code}"


def read_all(s):
    data = b""
    while True:
        try:
            piece = s.recv(65536)
        except ConnectionResetError:
            return data + b"<reset>"
        if not piece:
            return data
        data += piece


def read_until(s, mark):
    data = b""
    while mark not in data:
        piece = s.recv(65536)
        assert piece, f"ended before {mark!r}: {data[-300:]!r}"
        data += piece
    return data


@pytest.fixture
def rig():
    """rig(limit=value, ...) -> Rig, stopped at the end of the test."""
    running = []

    def start(**limits):
        running.append(Rig(limits))
        return running[-1]

    yield start
    for r in running:
        if r.process.poll() is None:
            r.stop()
        r.process.stdout.close()
