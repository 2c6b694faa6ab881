"""Fixtures: an Eider of one's own for each test, on ports the kernel picks."""
import json
import os
import pathlib
import select
import signal
import subprocess
import threading
import time
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("EIDER_BUILD", ROOT / "build"))
EIDER = BUILD / "eider"
START_S = 20
STOP_S = 20


def children(pid):
    """The processes below PID, as {pid: command name}."""
    found = {}
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
        except OSError:
            continue
        name = stat[stat.index("(") + 1:stat.rindex(")")]
        fields = stat[stat.rindex(")") + 2:].split()
        if fields[0] != "Z":
            parents[int(entry.name)] = (int(fields[1]), name)
    todo = [pid]
    while todo:
        parent = todo.pop()
        for child, (above, name) in parents.items():
            if above == parent and child not in found:
                found[child] = name
                todo.append(child)
    return found


class Server:
    """A running `eider serve` and what it printed."""

    def __init__(self, args, cwd, env=None):
        read_fd, write_fd = os.pipe()
        environment = dict(os.environ, **(env or {}))
        state = pathlib.Path(cwd) / "state"
        state.mkdir(exist_ok=True)
        environment.setdefault("XDG_STATE_HOME", str(state))
        environment.setdefault("XDG_RUNTIME_DIR", str(state))
        self.process = subprocess.Popen(
            [str(EIDER), "serve", *args, "--control-fd", str(write_fd)],
            cwd=cwd, env=environment, pass_fds=(write_fd,),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace")
        os.close(write_fd)
        self.control = read_fd
        self.control_text = b""
        self.ports = {}
        self.lines = []
        self.changed = threading.Condition()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()

    def wait_listening(self, count=1):
        """Read listen events until COUNT sockets have a port."""
        deadline = time.monotonic() + START_S
        while len(self.ports) < count:
            left = max(deadline - time.monotonic(), 0)
            ready, _, _ = select.select([self.control], [], [], left)
            piece = os.read(self.control, 65536) if ready else b""
            if not piece:
                raise AssertionError("not listening:\n" + self.log())
            self.control_text += piece
            *lines, self.control_text = self.control_text.split(b"\n")
            for event in map(json.loads, lines):
                if event["event"] == "listen":
                    self.ports[event["socket"]] = event.get("port")
        return self

    @property
    def port(self):
        return next(iter(self.ports.values()))

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def log(self):
        with self.changed:
            return "\n".join(self.lines)

    def wait_log(self, text, timeout=10):
        """Wait for a line with TEXT; returns it."""
        deadline = time.monotonic() + timeout
        seen = 0
        with self.changed:
            while True:
                for line in self.lines[seen:]:
                    if text in line:
                        return line
                seen = len(self.lines)
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(
                        f"no line with {text!r} in:\n" + "\n".join(self.lines))
                self.changed.wait(left)

    def get(self, path="/", **kwargs):
        """(status, headers, body bytes) of a request by urllib."""
        request = urllib.request.Request(self.url + path, **kwargs)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def children(self):
        return children(self.process.pid)

    def pids(self, name):
        """Pids of the children whose command name has NAME in it."""
        return sorted(p for p, n in self.children().items() if name in n)

    def worker_pids(self):
        """Clones of the zygote: same name, other parent or younger."""
        workers = self.pids("eider-worker")
        return [p for p in workers if not self._is_zygote(p)]

    @staticmethod
    def _is_zygote(pid):
        try:
            cmdline = pathlib.Path(f"/proc/{pid}/comm").read_text()
        except OSError:
            return False
        return "zygote" in cmdline

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self, expect=0):
        """SIGTERM, and see that nothing is left behind."""
        below = self.children()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("does not stop:\n" + self.log()) from None
        self.reader.join(5)
        left = {p: n for p, n in below.items() if self._is_alive(p, n)}
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        assert not left, f"left behind: {left}\n" + self.log()
        if expect is not None:
            assert code == expect, f"exit code {code}\n" + self.log()
        return code

    @staticmethod
    def _is_alive(pid, name):
        try:
            stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return False
        return f"({name})" in stat and stat.rsplit(")", 1)[1].split()[0] != "Z"

    def kill(self):
        for pid in [*self.children(), self.process.pid]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait(STOP_S)


@pytest.fixture
def serve(tmp_path):
    """serve(CONFIG_TEXT, files={name: text}, args=[...]) -> Server.

    CONFIG_TEXT may use {dir}; with None, ARGS name what is served.
    """
    running = []

    def start(config=None, files=None, args=(), sockets=1, env=None):
        for name, content in (files or {}).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                path.write_bytes(content)
            else:
                path.write_text(content)
        args = list(args)
        if config is not None:
            (tmp_path / "eider.ini").write_text(config)
            args.insert(0, str(tmp_path / "eider.ini"))
        server = Server(args, tmp_path, env)
        running.append(server)
        return server.wait_listening(sockets)

    yield start
    for server in running:
        if server.process.poll() is None:
            server.stop(expect=None)


@pytest.fixture
def serve_module(serve):
    """serve_module(SOURCE) -> Server of one ES module on one socket."""

    def start(source, extra="", files=None, **kwargs):
        config = f"""\
[socket http]
address = 127.0.0.1:0
service = main

[worker main]
compatibilityDate = 2026-11-01
modules = main.js esModule embed(main.js)
{extra}
"""
        return serve(config, dict(files or {}, **{"main.js": source}), **kwargs)

    return start


@pytest.fixture(scope="session")
def npm():
    """The folder with the packages that `./dev deps` fetched."""
    folder = BUILD / "npm" / "node_modules"
    if not folder.is_dir():
        pytest.fail(f"{folder} is missing: run ./dev deps")
    return folder
