"""Lives of processes: start, idle end, crash, recovery, stop, reload."""
import concurrent.futures
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from conftest import EIDER

RELOADS = 100 if os.environ.get("EIDER_FULL") else 30

ECHO = """
let count = 0;
export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (url.pathname === "/slow")
      await new Promise((resolve) => setTimeout(resolve, 700));
    if (url.pathname === "/never")
      await new Promise((resolve) => setTimeout(resolve, 60000));
    return new Response(`${env.NAME ?? "main"} ${++count}`);
  },
};
"""

WORKER = """
[worker {name}]
compatibilityDate = 2026-11-01
modules = {name}.js esModule embed({name}.js)
bindings = NAME text {name}
{extra}
"""


def config(*workers, server="", extra="", routes=()):
    """A config with one socket; the first worker answers the rest."""
    names = workers or ("main",)
    text = f"[server]\nstopTimeout = 3s\n{server}\n"
    text += f"[socket http]\naddress = 127.0.0.1:0\nservice = {names[0]}\n"
    for route in routes:
        text += f"routes = {route}\n"
    for name in names:
        text += WORKER.format(name=name, extra=extra)
    return text


def wait_until(condition, timeout=10, what="condition"):
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"timed out waiting for {what}")
        time.sleep(0.01)


def ctl(server, *args, check=True):
    run = subprocess.run(
        [str(EIDER), "ctl", "--ctl-socket", server.ctl, *args],
        capture_output=True, text=True, timeout=30)
    if check:
        assert run.returncode == 0, run.stderr
    return run


def status(server):
    return json.loads(ctl(server, "status", "--json").stdout)


@pytest.fixture
def lives(serve, tmp_path):
    """A server with a control socket."""

    def start(text, files=None, args=(), **kwargs):
        path = str(tmp_path / "ctl")
        files = files or {"main.js": ECHO}
        server = serve(text, files, args=[*args, "--ctl-socket", path],
                       **kwargs)
        server.ctl = path
        return server

    return start


def worker_pid(server, name="main"):
    for worker in status(server)["workers"]:
        if worker["worker"] == name:
            return worker["pid"]
    raise AssertionError(f"no worker {name}")


def pid_of(server, role):
    return [p["pid"] for p in status(server)["processes"]
            if p["role"] == role]


def test_starts_with_the_first_request(lives):
    server = lives(config())
    assert worker_pid(server) == 0
    assert server.get()[0] == 200
    first = worker_pid(server)
    assert first > 0
    assert server.get()[2] == b"main 2"
    assert worker_pid(server) == first
    assert server.stop() == 0


def test_ends_when_idle_and_starts_again(lives):
    server = lives(config(extra="idleTimeout = 200ms"))
    assert server.get()[2] == b"main 1"
    first = worker_pid(server)
    server.wait_log("ended (idle or drained)")
    wait_until(lambda: worker_pid(server) == 0)
    assert not pathlib.Path(f"/proc/{first}").exists()
    assert server.get()[2] == b"main 1"
    assert server.stop() == 0


def test_is_not_idle_while_it_answers(lives):
    server = lives(config(extra="idleTimeout = 100ms"))
    assert server.get("/slow")[2] == b"main 1"


def test_no_request_is_lost_to_idle_ends(lives):
    """The idle timeout is as long as the gap: the race is provoked."""
    server = lives(config(extra="idleTimeout = 10ms"))
    for i in range(150):
        assert server.get()[0] == 200, server.log()
        time.sleep(0.008 + (i % 5) * 0.001)
    assert server.log().count("started in") > 1


def test_killed_in_flight(lives):
    server = lives(config())
    assert server.get()[0] == 200
    with concurrent.futures.ThreadPoolExecutor() as pool:
        slow = pool.submit(server.get, "/never")
        pid = worker_pid(server)
        time.sleep(0.2)
        os.kill(pid, signal.SIGKILL)
        code, headers, body = slow.result(10)
    assert code == 502
    assert body == b"Bad Gateway"
    assert headers["x-request-id"]
    server.wait_log("killed by SIGKILL")
    assert server.get()[2] == b"main 1"
    assert server.stop() == 0


def test_crash_of_one_leaves_others(lives):
    server = lives(
        config("a", "b", routes=["*/b* b"]), {"a.js": ECHO, "b.js": ECHO})
    assert server.get("/")[2] == b"a 1"
    assert server.get("/b")[2] == b"b 1"
    os.kill(worker_pid(server, "a"), signal.SIGKILL)
    assert server.get("/b")[2] == b"b 2"
    wait_until(lambda: server.get("/")[0] == 200)


def test_front_is_replaced(lives):
    server = lives(config(server="fronts = 2"))
    assert server.get()[0] == 200
    before = pid_of(server, "front")
    assert len(before) == 2
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: len(pid_of(server, "front")) == 2 and
               not set(pid_of(server, "front")) & set(before))
    worker = worker_pid(server)
    assert server.get()[0] == 200
    assert worker_pid(server) == worker  # it has not noticed
    assert server.stop() == 0


def test_zygote_is_replaced(lives):
    server = lives(config("a", "b", routes=["*/b* b"]),
                   {"a.js": ECHO, "b.js": ECHO})
    assert server.get("/")[2] == b"a 1"
    before = pid_of(server, "zygote")
    os.kill(before[0], signal.SIGKILL)
    wait_until(lambda: pid_of(server, "zygote") not in ([], before))
    assert server.get("/")[2] == b"a 2"  # its clone lives on
    assert server.get("/b")[2] == b"b 1"
    assert server.stop() == 0


@pytest.mark.parametrize("role", ["front", "zygote"])
def test_one_that_crashes_again_and_again_backs_off(lives, role):
    """Not as fast as it can, and not for ever: the supervisor stays."""
    server = lives(config(server="fronts = 1\nsandbox = none"))
    assert server.get()[0] == 200
    starts = []
    end = time.monotonic() + 4
    last = None
    while time.monotonic() < end:
        found = pid_of(server, role)
        if found and found != last:
            starts.append(time.monotonic())
            last = found
            os.kill(found[0], signal.SIGSEGV)
        time.sleep(0.005)
    # 50, 100, 200, 400, 800 ms and so on, not hundreds of times.
    assert 4 <= len(starts) <= 10, len(starts)
    gaps = [b - a for a, b in zip(starts, starts[1:])]
    assert max(gaps) < 2 and gaps[-1] > gaps[0]
    wait_until(lambda: pid_of(server, role) not in ([], last))
    assert server.get()[0] == 200
    assert server.process.poll() is None
    assert server.stop() == 0


def test_zygote_killed_during_a_start(lives):
    server = lives(config(extra="idleTimeout = 20ms"))
    for _ in range(10):
        wait_until(lambda: worker_pid(server) == 0)
        for pid in pid_of(server, "zygote"):
            os.kill(pid, signal.SIGKILL)
        assert server.get()[0] == 200, server.log()


def test_worker_lives_no_longer_than_the_supervisor(lives):
    server = lives(config(server="fronts = 1"))
    assert server.get()[0] == 200
    below = server.children()
    assert len(below) == 3
    server.process.kill()
    server.process.wait(10)
    wait_until(lambda: not any(server._is_alive(p, n)
                               for p, n in below.items()))


CRASH = """
export default { fetch() { return new Response("x"); } };
"""


def test_crash_loop_ends_in_quarantine(lives):
    """SIGBUS from outside is what a bug of the engine would look like; in a
    pid namespace of its own a worker would not get it."""
    server = lives(config(server="sandbox = none"), {"main.js": CRASH})
    codes = []
    for _ in range(8):
        codes.append(server.get()[0])
        pid = worker_pid(server)
        if pid == 0:
            break
        os.kill(pid, signal.SIGBUS)
        wait_until(lambda: worker_pid(server) != pid)
    server.wait_log("in quarantine for 10 s")
    code, _, body = server.get()
    assert (code, body) == (503, b"Service Unavailable")
    worker = status(server)["workers"][0]
    assert worker["state"] == "in quarantine"
    assert worker["crashes"] == 5
    assert set(codes) <= {200, 502, 503}
    assert server.stop() == 0


def test_an_abort_is_reported_as_one(lives):
    """Also of process 1 of a namespace, which no signal ends by itself."""
    server = lives(config())
    for _ in range(2):
        assert server.get()[0] == 200
        pid = worker_pid(server)
        os.kill(pid, signal.SIGABRT)
        server.wait_log(f"main[{pid}]: killed by SIGABRT")
        wait_until(lambda: worker_pid(server) != pid)
    worker = status(server)["workers"][0]
    assert worker["ends"]["crash"] == worker["crashes"] == 2
    assert server.get()[0] == 200


def test_kill_9_from_outside_is_no_reason_for_quarantine(lives):
    server = lives(config())
    for _ in range(12):
        assert server.get()[0] == 200
        os.kill(worker_pid(server), signal.SIGKILL)
        wait_until(lambda: worker_pid(server) == 0)
    assert server.get()[0] == 200


def test_code_that_does_not_load(lives):
    server = lives(config(), {"main.js": "export default {;\n"})
    assert server.get()[0] == 500
    line = server.wait_log("main.js:1:")
    assert "error" in line
    assert status(server)["workers"][0]["state"] == "its code does not load"
    time.sleep(1.1)
    assert server.get()[0] == 500  # tried again
    wait_until(lambda: server.log().count("main.js:1:") >= 2)
    assert server.stop() == 0


def test_sigterm_waits_for_what_is_in_flight(lives):
    server = lives(config())
    assert server.get()[0] == 200
    with concurrent.futures.ThreadPoolExecutor() as pool:
        slow = pool.submit(server.get, "/slow")
        time.sleep(0.3)
        server.signal(signal.SIGTERM)
        assert slow.result(10)[2] == b"main 2"
    assert server.stop() == 0
    assert "stopped" in server.log()


def test_sigterm_has_a_deadline(lives):
    server = lives(config(server="").replace("stopTimeout = 3s",
                                             "stopTimeout = 500ms"))
    assert server.get()[0] == 200
    with concurrent.futures.ThreadPoolExecutor() as pool:
        never = pool.submit(server.get, "/never")
        time.sleep(0.3)
        begin = time.monotonic()
        server.signal(signal.SIGTERM)
        server.process.wait(10)
        assert time.monotonic() - begin < 3
        with pytest.raises((urllib.error.URLError, ConnectionError,
                            AssertionError)):
            code = never.result(10)[0]
            assert code == 200  # 502 and 503 are as good
    assert server.process.returncode == 0


def test_second_sigint_stops_at_once(lives):
    server = lives(config().replace("stopTimeout = 3s", "stopTimeout = 1h"))
    assert server.get()[0] == 200
    with concurrent.futures.ThreadPoolExecutor() as pool:
        never = pool.submit(server.get, "/never")
        time.sleep(0.3)
        server.signal(signal.SIGINT)
        server.wait_log("SIGINT: stopping")
        time.sleep(0.6)
        server.signal(signal.SIGINT)
        server.process.wait(10)
        never.exception(10)
    assert server.process.returncode == 0


def test_a_worker_calls_another(lives):
    caller = """
export default { async fetch(request, env) {
  const answer = await env.B.fetch("http://b/deep?x=1");
  return new Response(`a got ${await answer.text()}`);
} };
"""
    server = lives(
        config("a", "b").replace(
            "bindings = NAME text a",
            "bindings = NAME text a\nbindings = B service b"),
        {"a.js": caller, "b.js": ECHO})
    assert server.get()[2] == b"a got b 1"
    os.kill(worker_pid(server, "b"), signal.SIGKILL)
    wait_until(lambda: worker_pid(server, "b") == 0)
    assert server.get()[2] == b"a got b 1"
    assert server.stop() == 0


def serving(server):
    return [w["pid"] for w in status(server)["workers"] if w["pid"]]


def test_instances_serve_at_the_same_time(lives):
    """One front; a process more for each request that finds all busy."""
    server = lives(config(extra="instances = 3", server="fronts = 1"))
    assert len(status(server)["workers"]) == 3
    for _ in range(10):
        assert server.get()[0] == 200
    assert len(serving(server)) == 1  # one at a time needs one
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        for _ in range(4):
            slow = [pool.submit(server.get, "/slow") for _ in range(6)]
            assert {run.result(10)[0] for run in slow} == {200}
        assert len(serving(server)) == 3
        slow = [pool.submit(server.get, "/slow") for _ in range(6)]
        counts = [int(run.result(10)[2].split()[1]) for run in slow]
    # Of 40 requests one alone would have had 35 before these.
    assert max(counts) < 34, counts
    assert server.stop() == 0


def test_an_instance_in_quarantine_is_not_asked(lives):
    server = lives(config(extra="instances = 2",
                          server="fronts = 1\nsandbox = none"))
    while "in quarantine" not in [w["state"]
                                  for w in status(server)["workers"]]:
        server.get()
        for pid in serving(server)[:1]:
            os.kill(pid, signal.SIGBUS)
            wait_until(lambda: pid not in serving(server))
    for _ in range(10):
        assert server.get()[0] == 200
    assert server.stop() == 0


def test_instances_are_for_all_fronts(lives):
    server = lives(config(extra="instances = 3", server="fronts = 3"))
    wait_until(lambda: server.get()[0] == 200 and len(serving(server)) > 1)


# --- reload ---


def reload(server, tmp_path, text):
    (tmp_path / "eider.ini").write_text(text)
    return ctl(server, "reload", check=False)


def test_reload_restarts_what_changed(lives, tmp_path):
    text = config("a", "b", routes=["*/b* b"])
    server = lives(text, {"a.js": ECHO, "b.js": ECHO})
    assert server.get("/")[2] == b"a 1"
    assert server.get("/b")[2] == b"b 1"
    (tmp_path / "b.js").write_text(ECHO.replace("++count", "'new'"))
    assert reload(server, tmp_path, text).returncode == 0
    assert server.get("/")[2] == b"a 2"
    assert server.get("/b")[2] == b"b new"
    assert status(server)["generation"] == 2
    assert server.stop() == 0


def test_reload_by_signal_adds_and_removes(lives, tmp_path):
    server = lives(config("a"), {"a.js": ECHO, "b.js": ECHO})
    assert server.get("/b")[2] == b"a 1"
    (tmp_path / "eider.ini").write_text(config("a", "b", routes=["*/b* b"]))
    server.signal(signal.SIGHUP)
    server.wait_log("generation 2 is in force")
    wait_until(lambda: server.get("/b")[2].startswith(b"b"))
    (tmp_path / "eider.ini").write_text(config("b"))
    server.signal(signal.SIGHUP)
    server.wait_log("generation 3 is in force")
    wait_until(lambda: server.get("/")[2].startswith(b"b"))
    assert [w["worker"] for w in status(server)["workers"]] == ["b"]
    assert server.stop() == 0


def test_bad_reload_changes_nothing(lives, tmp_path):
    server = lives(config())
    assert server.get()[2] == b"main 1"
    answer = reload(server, tmp_path, "[worker main]\nnonsense = 1\n")
    assert answer.returncode == 1
    assert "nothing has changed" in answer.stderr
    server.wait_log("nonsense")
    assert server.get()[2] == b"main 2"
    assert status(server)["generation"] == 1


def test_reload_moves_a_socket(lives, tmp_path):
    server = lives(config())
    assert server.get()[0] == 200
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    text = config().replace("127.0.0.1:0", f"127.0.0.1:{port}")
    assert reload(server, tmp_path, text).returncode == 0
    old = server.port

    def is_refused():
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{old}/", timeout=5)
        except (urllib.error.URLError, ConnectionError):
            return True
        return False

    wait_until(is_refused)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as r:
        assert r.status == 200


def test_no_request_fails_during_reloads(lives, tmp_path):
    texts = [config(extra=f"idleTimeout = {s}s") for s in (10, 11)]
    server = lives(texts[0])
    stop = False
    failures = []
    served = [0]

    def load():
        while not stop:
            code, _, body = server.get()
            served[0] += 1
            if code != 200:
                failures.append((code, body))

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        running = [pool.submit(load) for _ in range(4)]
        for i in range(RELOADS):
            assert reload(server, tmp_path, texts[(i + 1) % 2]).returncode == 0
            time.sleep(0.02)
        stop = True
        for run in running:
            run.result(20)
    assert not failures, f"{failures[:3]} of {served}\n" + server.log()
    assert served[0] > 30
    assert server.stop() == 0


# --- check, control, the service manager ---


def run_eider(*args, cwd=None, timeout=60):
    return subprocess.run([str(EIDER), *args], capture_output=True, text=True,
                          cwd=cwd, timeout=timeout)


@pytest.mark.parametrize("files, code, text", [
    ({"a.js": "export default {};"}, 0, "good"),
    ({"a.js": "export default {"}, 1, "a.js:1:"),
    ({"a.js": "throw new TypeError('not today');"}, 1, "not today"),
    ({"a.js": "import './b.js';"}, 1, "b.js"),
    ({"a.js": "await new Promise(() => {});"}, 1, 'worker "a"'),
    ({"a.js": "for (;;);"}, 1, 'worker "a"'),
])
def test_check(tmp_path, files, code, text):
    for name, source in files.items():
        (tmp_path / name).write_text(source)
    (tmp_path / "eider.ini").write_text(
        config("a", extra="limits.cpu = 300ms"))
    run = run_eider("check", str(tmp_path / "eider.ini"))
    assert run.returncode == code, run.stderr
    assert text in run.stdout + run.stderr


def test_check_looks_at_all_workers(tmp_path):
    (tmp_path / "a.js").write_text("throw new Error('first');")
    (tmp_path / "b.js").write_text("throw new Error('second');")
    (tmp_path / "eider.ini").write_text(config("a", "b"))
    run = run_eider("check", str(tmp_path))
    assert run.returncode == 1
    assert "first" in run.stderr and "second" in run.stderr


def test_script_with_an_error_ends_serve(tmp_path):
    (tmp_path / "a.js").write_text("export default {{\n")
    run = run_eider("serve", str(tmp_path / "a.js"), "--socket-addr",
                    "http=127.0.0.1:0")
    assert run.returncode == 1
    assert "a.js:1:" in run.stderr


@pytest.mark.parametrize("args", [
    [], ["nonsense"], ["serve", "--nonsense"], ["serve", "a", "b"],
    ["ctl"], ["ctl", "nonsense"], ["version", "x"],
    ["serve", "--control-fd", "77"], ["serve", "--socket-addr", "x"],
])
def test_usage_errors(args):
    run = run_eider(*args)
    assert run.returncode == 2
    assert run.stderr


@pytest.mark.parametrize("args", [
    ["--help"], ["serve", "--help"], ["check", "--help"], ["ctl", "--help"],
    ["version"], ["--version"]])
def test_help(args):
    run = run_eider(*args)
    assert run.returncode == 0
    assert "eider" in run.stdout


def test_ctl_without_a_server(tmp_path):
    run = run_eider("ctl", "--ctl-socket", str(tmp_path / "none"), "status")
    assert run.returncode == 1
    assert "cannot reach" in run.stderr


def test_ctl_status_and_stop(lives):
    server = lives(config())
    server.get()
    text = ctl(server, "status").stdout
    assert "worker main [" in text and "socket http http://127" in text
    assert ctl(server, "stop").stdout == "stopping\n"
    assert server.process.wait(10) == 0


def test_ctl_socket_bears_nonsense(lives):
    server = lives(config())
    for line in (b"nonsense\n", b"\n", b"x" * 5000, b"status", b"\0\n"):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10)
            s.connect(server.ctl)
            try:
                s.sendall(line)
                s.shutdown(socket.SHUT_WR)
                s.recv(1000)
            except OSError:
                pass
    assert server.get()[0] == 200
    assert ctl(server, "status").returncode == 0


@pytest.mark.skipif(os.geteuid() != 0,
                    reason="the supervisor is not dumpable")
def test_no_zombies_and_no_leaked_descriptors(lives):
    server = lives(config(extra="idleTimeout = 20ms"))
    descriptors = pathlib.Path(f"/proc/{server.process.pid}/fd")
    server.get()
    wait_until(lambda: worker_pid(server) == 0)
    before = len(list(descriptors.iterdir()))
    for _ in range(30):
        assert server.get()[0] == 200
        wait_until(lambda: worker_pid(server) == 0)
    wait_until(lambda: len(list(descriptors.iterdir())) <= before)
    children = pathlib.Path(
        f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    wait_until(lambda: len(children.read_text().split()) <=
               len(pid_of(server, "front")) + 1)
