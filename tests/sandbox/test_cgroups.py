"""Level A: the groups of a running server, where the machine gives them."""
import concurrent.futures
import os
import pathlib
import signal
import sys
import time

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
    server = start(lives, config(extra="idleTimeout = 3s"))
    assert server.get()[0] == 200
    base = base_of(server)
    pid = worker_pid(server)
    assert pid > 0
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


HOG = """
const held = [];
export default {
  fetch(request) {
    const url = new URL(request.url);
    if (url.pathname.endsWith("/fill"))
      for (let i = 0; i < 24; i++) held.push("x".repeat(1 << 20) + i);
    if (url.pathname.endsWith("/spin")) for (;;);
    return new Response("ok");
  },
};
"""


def hogs(lives, tenant, extra=""):  # noqa: F811
    """A server with worker `main` of nobody and a, b, c of one tenant."""
    names = ["a", "b", "c"]
    text = config("main", *names, routes=[f"*/{n}/* {n}" for n in names],
                  extra="limits.memory = 64M\n" + extra)
    for name in names:
        text = text.replace(f"[worker {name}]\n",
                            f"[worker {name}]\ntenant = t\n")
    return start(lives, text + "[tenant t]\n" + tenant,
                 {f"{n}.js": HOG for n in ("main", *names)})


def tenant_of(server, name):
    (tenant,) = [t for t in status(server)["tenants"] if t["tenant"] == name]
    return tenant


def test_memory_of_a_tenant(lives):  # noqa: F811
    """Over its total the kernel ends one of its processes, and only those."""
    server = hogs(lives, "limits.totalMemory = 60M\n")
    assert server.get("/")[0] == 200
    other = worker_pid(server, "main")
    codes = [server.get(f"/{n}/fill")[0] for n in ("a", "b", "c")]
    assert codes[0] == 200, server.log()
    wait_until(lambda: tenant_of(server, "t")["oomKills"] > 0)
    server.wait_log("out of memory in its cgroup")
    assert set(codes) <= {200, 503}, codes  # whoever of them it was
    assert worker_pid(server, "main") == other
    assert tenant_of(server, "")["oomKills"] == 0
    assert server.get("/a/")[0] == server.get("/c/")[0] == 200


def test_request_that_ends_by_the_memory_of_its_tenant(lives):  # noqa: F811
    """A limit of memory, not a crash: 503, and the next one is served."""
    server = hogs(lives, "limits.totalMemory = 20M\n")
    for n in (1, 2):
        assert server.get("/a/")[0] == 200
        assert server.get("/a/fill")[0] == 503, server.log()
        wait_until(lambda: tenant_of(server, "t")["oomKills"] == n)
    assert tenant_of(server, "")["oomKills"] == 0


def test_cpu_time_of_a_tenant(lives):  # noqa: F811
    server = hogs(lives, "limits.totalCpu = 20\nlimits.cpu = 60s\n",
                  "limits.cpu = 60s")
    assert server.get("/a/")[0] == 200
    group = group_of(worker_pid(server, "a")).parent
    assert group.name.endswith("-t")
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        spins = [pool.submit(server.get, f"/{n}/spin") for n in "abc"]
        wait_until(lambda: tenant_of(server, "t")["processes"] == 3, 60)
        before, began = tenant_of(server, "t")["cpuUs"], time.monotonic()
        time.sleep(3)  # what is measured is a rate
        used = tenant_of(server, "t")["cpuUs"] - before
        share = used / 1e6 / (time.monotonic() - began)
        for n in "abc":
            pid = worker_pid(server, n)
            assert pid > 0
            os.kill(pid, signal.SIGKILL)
        assert {spin.result()[0] for spin in spins} <= {502, 503}
    assert 0.05 < share < 0.3, share


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
