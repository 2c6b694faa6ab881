"""eider ctl: what runs, its log, its limits; and clients that misbehave."""
import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import tempfile
import time

import pytest

from conftest import EIDER
from test_lives import (config, ctl, lives, status,  # noqa: F401
                        wait_until, worker_pid)

TALKER = """
export default {
  fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const n = Number(searchParams.get("n") ?? 1);
    for (let i = 0; i < n; i++) console.warn(`${env.NAME} says ${i}`);
    if (pathname.endsWith("/spin")) for (;;);
    return new Response("ok");
  },
};
"""
NAMES = ["a", "ab"]


@pytest.fixture
def server(lives):  # noqa: F811
    return lives(config(*NAMES, routes=["*/ab/* ab"],
                        extra="limits.cpu = 100ms\nlimits.memory = 16M"),
                 {f"{n}.js": TALKER for n in NAMES})


def ask(server, line, wait=10):
    """The answer to a raw request LINE."""
    with connect(server) as s:
        s.settimeout(wait)
        s.sendall(line)
        data = b""
        while piece := s.recv(65536):
            data += piece
    return data


def connect(server):
    s = socket.socket(socket.AF_UNIX)
    s.connect(server.ctl)
    return s


def spin(server):
    """Worker "a" to its CPU limit, and the end of its process."""
    assert server.get("/spin")[0] == 503
    wait_until(lambda: sum(status(server)["workers"][0]["ends"].values()) > 0)


def rss_kb(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0])


def test_status_says_what_has_happened(server):
    assert server.get("/x")[0] == 200
    spin(server)
    assert server.get("/x")[0] == 200
    now = status(server)
    a, ab = now["workers"]
    assert (a["worker"], a["state"], a["starts"]) == ("a", "serving", 2)
    assert a["ends"]["cpu"] == 1 and sum(a["ends"].values()) == 1
    assert (a["crashes"], a["waitMs"], a["generation"]) == (0, 0, 1)
    assert (ab["state"], ab["starts"], ab["pid"]) == ("not running", 0, 0)
    assert now["sandbox"]["level"] in ("A", "B", "C", "none")
    assert {p["role"] for p in now["processes"]} == {"front", "zygote"}
    text = ctl(server, "status").stdout
    assert "worker a [" in text and "worker ab not running" in text
    assert f"sandbox level {now['sandbox']['level']}" in text
    only = ctl(server, "status", "ab").stdout
    assert only.startswith("worker ab not running") and "\n" == only[-1]


def test_status_of_code_that_does_not_load(lives):  # noqa: F811
    server = lives(config("a"), {"a.js": "export default {;"})
    assert server.get()[0] == 500
    (a,) = status(server)["workers"]
    assert "a.js:1:" in a["failure"]
    assert 0 < a["waitMs"] <= 1000
    assert "a.js:1:" in ctl(server, "status").stdout


def test_limits(server):
    spin(server)
    text = ctl(server, "limits", "a").stdout
    assert "limits.cpu 100ms\n" in text and "limits.memory 16M\n" in text
    assert "ended 1 times: CPU limit\n" in text
    assert "worker ab" not in text
    a, ab = json.loads(ctl(server, "limits", "--json").stdout)["workers"]
    assert a["limits"]["cpu"] == 100 and ab["limits"]["memory"] == 16 << 20
    assert a["ends"]["cpu"] == 1 and ab["ends"]["cpu"] == 0


def test_counters_outlive_a_reload(server, tmp_path):
    spin(server)
    path = tmp_path / "eider.ini"
    path.write_text(path.read_text().replace("16M", "17M"))
    ctl(server, "reload")
    a = status(server)["workers"][0]
    assert (a["ends"]["cpu"], a["generation"]) == (1, 2)


def test_kill_ends_a_worker_at_once(server):
    assert server.get("/x")[0] == server.get("/ab/x")[0] == 200
    a, ab = worker_pid(server, "a"), worker_pid(server, "ab")
    assert ctl(server, "kill", "a").stdout == "killed 1 processes\n"
    wait_until(lambda: worker_pid(server, "a") == 0)
    assert worker_pid(server, "ab") == ab
    assert server.get("/x")[0] == 200
    assert worker_pid(server, "a") != a
    state = status(server)["workers"][0]
    assert (state["crashes"], state["ends"]["ctl"]) == (0, 1)
    assert ctl(server, "kill", "ab").stdout == "killed 1 processes\n"


def test_kill_ends_a_quarantine(lives):  # noqa: F811
    server = lives(config("a", server="sandbox = none"), {"a.js": TALKER})
    while status(server)["workers"][0]["state"] != "in quarantine":
        server.get("/x")
        if pid := worker_pid(server, "a"):
            os.kill(pid, signal.SIGBUS)
            wait_until(lambda: worker_pid(server, "a") != pid)
    state = status(server)["workers"][0]
    assert 0 < state["waitMs"] <= 10000 and state["crashesInARow"] == 5
    assert ctl(server, "kill", "a").stdout == "killed 0 processes\n"
    assert server.get("/x")[0] == 200


@pytest.mark.parametrize("args, what", [
    (["kill"], "a worker's name is missing"),
    (["kill", "nobody"], "no worker of that name"),
    (["logs", "nobody"], "no worker of that name"),
    (["reload", "a"], "takes no argument"),
])
def test_what_is_asked_wrongly(server, args, what):
    run = ctl(server, *args, check=False)
    assert run.returncode == 1
    assert what in run.stderr


# --- logs ---


def test_logs_of_one_worker(server):
    server.get("/x")
    server.get("/ab/x")
    server.wait_log("ab says 0")
    both = ctl(server, "logs").stdout
    assert "a says 0" in both and "ab says 0" in both and "sandbox" in both
    of_a = ctl(server, "logs", "a").stdout
    assert "a says 0" in of_a and "ab says" not in of_a
    records = [json.loads(line) for line in
               ctl(server, "logs", "--json", "ab").stdout.splitlines()]
    (said,) = [r for r in records if r["message"] == "ab says 0"]
    assert said["level"] == "warn" and said["source"].startswith("worker ab[")
    assert abs(said["timestamp"] / 1000 - time.time()) < 60


def test_logs_are_followed(server):
    with subprocess.Popen(
            [str(EIDER), "ctl", "--ctl-socket", server.ctl, "logs", "-f", "a"],
            stdout=subprocess.PIPE, text=True) as follower:
        server.get("/ab/x")
        server.get("/x?n=3")
        lines = []
        while not lines or "a says 2" not in lines[-1]:
            lines.append(follower.stdout.readline())
            assert lines[-1]
        assert not [line for line in lines if "ab says" in line]
        assert server.stop() == 0
        assert follower.wait(10) == 0  # it ends with the server


def test_a_follower_that_does_not_read_is_told_what_it_missed(server):
    with connect(server) as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lazy.sendall(b"logs follow\n")
        before = rss_kb(server.process.pid)
        for _ in range(12):
            assert server.get("/x?n=1500")[0] == 200
        wait_until(lambda: "dropped" in server.log() or
                   server.log().count("a says 0") == 12, 20)
        if before:
            assert rss_kb(server.process.pid) - before < 12000
        assert ctl(server, "status").returncode == 0
        lazy.settimeout(5)
        data = b""
        try:
            while piece := lazy.recv(1 << 20):
                data += piece
                server.get("/x")
                if b"records dropped" in data:
                    break
        except TimeoutError:
            pass
    assert b"a says 0" in data


def test_followers_are_few(server):
    sockets = [connect(server) for _ in range(12)]
    for s in sockets:
        s.settimeout(5)
        s.sendall(b"logs follow\n")
    answers = [s.recv(65536) for s in sockets]
    refused = [a for a in answers if a.startswith(b"error: too many")]
    assert len(refused) == 4
    for s in sockets:
        s.close()
    # Their places are free again.
    wait_until(lambda: not ask(server, b"logs\n").startswith(b"error"))
    with connect(server) as again:
        again.settimeout(5)
        again.sendall(b"logs follow\n")
        assert b"sandbox" in again.recv(65536)


# --- clients that misbehave ---


@pytest.mark.parametrize("line", [
    b"\n", b" \n", b"status nonsense\n", b"nonsense\n", b"status\0\n",
    b"kill :\n", b"kill\n", b"kill :" + b"x" * 240 + b"\n", b"x" * 5000,
    b"status :a\nstop\n", b"\xff\xfe\n", b"logs follow :\n",
    b"reload json follow :x\n",
])
def test_garbage(server, line):
    with connect(server) as s:
        s.settimeout(10)
        try:
            s.sendall(line)
            s.shutdown(socket.SHUT_WR)
            s.recv(100000)
        except OSError:
            pass
    assert server.get("/x")[0] == 200
    assert ctl(server, "status").returncode == 0
    assert "stopping" not in server.log()


def test_silent_clients_are_dropped(server):
    """All places taken by clients that say nothing: for five seconds."""
    sockets = [connect(server) for _ in range(16)]
    with connect(server) as late:
        late.settimeout(10)
        assert late.recv(100) == b""  # refused at once
    begin = time.monotonic()
    ready = []
    while len(ready) < 16 and time.monotonic() - begin < 10:
        ready, _, _ = select.select(sockets, [], [], 1)
    assert 3 < time.monotonic() - begin < 9
    for s in sockets:
        assert s.recv(100) == b""
        s.close()
    assert ctl(server, "status").returncode == 0


def test_other_users_are_not_listened_to(serve):
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    with tempfile.TemporaryDirectory() as folder:
        check_other_user(serve, folder)


def check_other_user(serve, folder):
    path = folder + "/ctl"
    server = serve(config("a"), {"a.js": TALKER},
                   args=["--ctl-socket", path])
    server.ctl = path
    assert os.stat(path).st_mode & 0o777 == 0o600
    # As if somebody had opened the way to it.
    os.chmod(folder, 0o755)
    os.chmod(path, 0o666)
    script = ("import os, socket, sys; os.setgid(12345); os.setuid(12345);"
              "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
              "s.settimeout(10); print(len(s.recv(100)))")
    run = subprocess.run(["/usr/bin/python3", "-c", script, server.ctl],
                         capture_output=True, text=True, timeout=30)
    assert run.stdout == "0\n", run.stderr
    assert ctl(server, "status").returncode == 0
