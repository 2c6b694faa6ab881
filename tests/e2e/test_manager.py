"""What a service manager gives and is told; Eider as process 1."""
import fcntl
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import time
import urllib.request

import pytest

from conftest import EIDER, START_S
from test_lives import (ECHO, config, ctl, lives,  # noqa: F401
                        wait_until)


@pytest.fixture
def manager(tmp_path):
    """The datagram socket of a service manager, and its path."""
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(path)
        s.settimeout(10)
        yield s, path


def told(s):
    """The next datagram, as a dict."""
    return dict(line.split("=", 1) for line in s.recv(4096).decode()
                .splitlines())


def test_states(lives, manager, tmp_path):  # noqa: F811
    s, path = manager
    server = lives(config(), env={"NOTIFY_SOCKET": path})
    assert told(s) == {"READY": "1", "MAINPID": str(server.process.pid),
                       "STATUS": "generation 1 is in force"}
    ctl(server, "reload")
    reloading = told(s)
    now_us = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert reloading["RELOADING"] == "1"
    assert 0 <= now_us - int(reloading["MONOTONIC_USEC"]) < 60e6
    assert told(s)["STATUS"] == "generation 2 is in force"
    # A reload that is refused ends as well.
    (tmp_path / "eider.ini").write_text("nonsense")
    server.signal(signal.SIGHUP)
    assert told(s)["RELOADING"] == "1"
    assert told(s)["STATUS"] == "generation 2 is in force"
    server.stop()
    assert told(s) == {"STOPPING": "1"}


def test_an_abstract_address(lives):  # noqa: F811
    name = f"eider-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind("\0" + name)
        s.settimeout(10)
        lives(config(), env={"NOTIFY_SOCKET": "@" + name})
        assert told(s)["READY"] == "1"


def test_watchdog(lives, manager):  # noqa: F811
    """Twice as often as asked for, until the loop does not turn any more."""
    s, path = manager
    server = lives(config(), env={"NOTIFY_SOCKET": path,
                                  "WATCHDOG_USEC": "400000"})
    assert told(s)["READY"] == "1"
    times = []
    while len(times) < 6:
        assert told(s) == {"WATCHDOG": "1"}
        times.append(time.monotonic())
    assert 0.5 < times[-1] - times[0] < 3
    server.signal(signal.SIGSTOP)
    try:
        s.settimeout(1)
        with pytest.raises(TimeoutError):
            while True:
                s.recv(4096)
    finally:
        server.signal(signal.SIGCONT)
    s.settimeout(10)
    assert told(s) == {"WATCHDOG": "1"}


def test_a_watchdog_of_somebody_else(lives, manager):  # noqa: F811
    s, path = manager
    lives(config(), env={"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "100000",
                         "WATCHDOG_PID": "1"})
    assert told(s)["READY"] == "1"
    s.settimeout(0.5)
    with pytest.raises(TimeoutError):
        s.recv(4096)


def handed_over(tmp_path, names, text):
    """Start `serve` with a listening socket per name, from 3 on."""
    (tmp_path / "main.js").write_text(ECHO)
    (tmp_path / "eider.ini").write_text(text)
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in names]
    # From numbers that the moves do not overwrite.
    high = [fcntl.fcntl(s.fileno(), fcntl.F_DUPFD, 50) for s in sockets]
    moves = " ".join(f"{3 + i}<&{fd} {fd}<&-" for i, fd in enumerate(high))
    script = (f"exec {moves}; export LISTEN_FDS={len(names)} LISTEN_PID=$$ "
              f"LISTEN_FDNAMES={':'.join(names)}; exec \"$0\" serve \"$1\"")
    process = subprocess.Popen(
        ["/bin/bash", "-c", script, str(EIDER), str(tmp_path / "eider.ini")],
        pass_fds=high, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        cwd=tmp_path, text=True)
    for fd in high:
        os.close(fd)
    return process, sockets


def test_listening_sockets_are_taken_over_by_name(tmp_path):
    text = config().replace("address = 127.0.0.1:0\n", "")
    text += "[socket admin]\nservice = other\n[worker other]\n"
    text += "compatibilityDate = 2026-11-01\nbindings = NAME text other\n"
    text += "modules = main.js esModule embed(main.js)\n"
    process, sockets = handed_over(tmp_path, ["admin", "http"], text)
    try:
        for s, name in zip(sockets, ["other", "main"]):
            port = s.getsockname()[1]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/",
                                        timeout=START_S) as answer:
                assert answer.read() == f"{name} 1".encode()
    finally:
        process.terminate()
        output = process.communicate(timeout=20)[0]
        for s in sockets:
            s.close()
    assert process.returncode == 0, output


def test_a_socket_that_the_config_does_not_know(tmp_path):
    process, sockets = handed_over(tmp_path, ["nonsense"], config())
    output = process.communicate(timeout=20)[0]
    sockets[0].close()
    assert process.returncode == 1
    assert '"nonsense"' in output


# --- process 1 ---


@pytest.fixture
def first(tmp_path):
    """`eider serve` as process 1 of a pid namespace, and that process's pid."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a pid namespace")
    (tmp_path / "main.js").write_text(ECHO)
    (tmp_path / "eider.ini").write_text(config(extra="idleTimeout = 100ms"))
    read_fd, write_fd = os.pipe()
    with subprocess.Popen(
            ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc",
             str(EIDER), "serve", str(tmp_path / "eider.ini"),
             "--control-fd", str(write_fd), "--ctl-socket",
             str(tmp_path / "ctl")],
            pass_fds=[write_fd], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, cwd=tmp_path) as process:
        os.close(write_fd)
        ready, _, _ = select.select([read_fd], [], [], START_S)
        event = os.read(read_fd, 4096).decode() if ready else ""
        os.close(read_fd)
        try:
            if not event:
                process.kill()
                pytest.fail(process.communicate()[0])
            process.url = "http://127.0.0.1:%s/" % re.search(
                r'"port":(\d+)', event)[1]
            children = pathlib.Path(
                f"/proc/{process.pid}/task/{process.pid}/children")
            process.first = int(children.read_text().split()[0])
            yield process
        finally:
            process.kill()


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def below(pid):
    path = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
    return [int(p) for p in path.read_text().split()]


def test_process_1_reaps_orphans(first):
    assert get(first.url) == b"main 1"
    ours = set(below(first.first))
    # Each outlives its parent, which then is process 1.
    subprocess.run(["nsenter", f"--target={first.first}", "--pid", "--",
                    "/bin/sh", "-c",
                    "for i in 1 2 3 4 5 6 7 8; do (sleep 0.$i & ); done"],
                   check=True, timeout=20)
    wait_until(lambda: set(below(first.first)) - ours)
    wait_until(lambda: not set(below(first.first)) - ours)
    assert get(first.url).startswith(b"main ")


def test_process_1_stops_on_sigterm(first):
    assert get(first.url) == b"main 1"
    os.kill(first.first, signal.SIGTERM)
    assert first.wait(20) == 0
    assert "stopped" in first.stdout.read()


def test_process_1_bears_other_signals(first):
    for number in (signal.SIGPIPE, signal.SIGCHLD, signal.SIGUSR1,
                   signal.SIGUSR2, signal.SIGWINCH):
        os.kill(first.first, number)
    time.sleep(0.1)
    assert get(first.url) == b"main 1"
    os.kill(first.first, signal.SIGHUP)
    wait_until(lambda: get(first.url).startswith(b"main "))
    os.kill(first.first, signal.SIGINT)
    assert first.wait(20) == 0
