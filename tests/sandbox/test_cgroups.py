"""Level A: the groups of a running server, where the machine gives them."""
import os
import pathlib
import signal
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "e2e"))
from conftest import serve  # noqa: E402, F401
from test_lives import (ECHO, config, lives,  # noqa: E402, F401
                        pid_of, status, wait_until, worker_pid)

MOUNT = pathlib.Path("/sys/fs/cgroup")


def group_of(pid):
    text = pathlib.Path(f"/proc/{pid}/cgroup").read_text()
    (path,) = [line[3:] for line in text.splitlines()
               if line.startswith("0::")]
    return MOUNT / path.lstrip("/")


def value(group, name):
    return (group / name).read_text().strip()


def start(lives, text, files=None):  # noqa: F811
    server = lives(text, files)
    sandbox = status(server)["sandbox"]
    if sandbox["level"] != "A":
        pytest.skip(f"level {sandbox['level']}: {sandbox['noHigherLevel']}")
    return server


def base_of(server):
    group = group_of(server.process.pid)
    assert group.name == "supervisor"
    return group.parent


def test_each_worker_has_a_group_of_its_own(lives):  # noqa: F811
    names = ["a", "b"]
    server = start(lives, config(*names, routes=["*/b* b"],
                                 extra="limits.memory = 32M"),
                   {f"{n}.js": ECHO for n in names})
    assert server.get("/a")[0] == server.get("/b")[0] == 200
    base = base_of(server)
    groups = [group_of(worker_pid(server, n)) for n in names]
    assert groups[0] != groups[1]
    for name, group in zip(names, groups):
        assert group.parent == base / "t0-default", group
        assert group.name.startswith("w-")
        assert value(group, "cgroup.procs") == str(worker_pid(server, name))
        assert int(value(group, "memory.max")) < 512 << 20
        assert value(group, "memory.oom.group") == "1"
        assert value(group, "pids.max") == "2"
    for role in ("front", "zygote"):
        for pid in pid_of(server, role):
            assert group_of(pid) == base / "supervisor", role
    text = server.log()
    assert "cannot be moved" not in text


def test_group_goes_with_its_process(lives):  # noqa: F811
    server = start(lives, config(extra="idleTimeout = 100ms"))
    assert server.get()[0] == 200
    base = base_of(server)
    pid = worker_pid(server)
    group = group_of(pid)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not group.exists(), what="removal after a kill")
    assert server.get()[0] == 200
    group = group_of(worker_pid(server))
    wait_until(lambda: not group.exists(), what="removal after idling")
    assert server.stop() == 0
    wait_until(lambda: not base.exists() or base == MOUNT or
               not list(base.glob("t*")))
    assert not (base / "supervisor").exists()


def test_leftovers_of_a_killed_supervisor_go(lives, tmp_path):  # noqa: F811
    server = start(lives, config())
    assert server.get()[0] == 200
    base = base_of(server)
    group = group_of(worker_pid(server))
    server.kill()
    assert group.exists()
    second = start(lives, config())
    assert second.get()[0] == 200
    wait_until(lambda: not group.exists() or
               group_of(worker_pid(second)) == group)
    assert not base.exists() or base_of(second) == base


def test_status_counts_what_a_group_uses(lives):  # noqa: F811
    server = start(lives, config())
    assert server.get()[0] == 200
    (worker,) = status(server)["workers"]
    assert worker["cpuUs"] > 0
    assert worker["memoryBytes"] > 100_000


def test_require_a(lives):  # noqa: F811
    """It serves at level A, or refuses to start and says why."""
    try:
        server = lives(config(server="sandbox = require-A"))
    except AssertionError as error:
        assert "level A is required, but only" in str(error) or \
            "sanitizers" in str(error)
        pytest.skip(str(error).splitlines()[-1])
    assert status(server)["sandbox"]["level"] == "A"
    assert server.get()[0] == 200
