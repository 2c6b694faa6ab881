"""Who gets the processor when there is not enough of it."""
import concurrent.futures
import os
import pathlib
import time

import pytest

from test_lives import (config, lives, pid_of, status,  # noqa: F401
                        wait_until, worker_pid)

COUNT = """
export default {
  fetch(request) {
    const n = Number(new URL(request.url).searchParams.get("n") ?? 0);
    let x = 0;
    for (let i = 0; i < n; i++) x = (x * 7 + i) | 0;
    return new Response(String(x));
  },
};
"""
SECONDS = 10 if os.environ.get("EIDER_FULL") else 3


def stat(pid):
    text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    return text.rsplit(")", 1)[1].split()


def nice(pid):
    return int(stat(pid)[16])


def cpu_s(pid):
    fields = stat(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def may_come_back(pid):
    text = pathlib.Path(f"/proc/{pid}/limits").read_text()
    return int(text.split("Max nice priority")[1].split()[0]) >= 20


def test_a_long_event_makes_way(lives):  # noqa: F811
    server = lives(config(server="fronts = 1", extra="limits.cpu = 10m"),
                   {"main.js": COUNT})
    assert server.get("/?n=1")[0] == 200
    pid = worker_pid(server)
    base = nice(pid)
    assert base == os.getpriority(os.PRIO_PROCESS, 0)
    if not may_come_back(pid):
        pytest.skip("RLIMIT_NICE is 0 here and cannot be raised")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        long = pool.submit(server.get, "/?n=10000000")
        wait_until(lambda: nice(pid) == min(base + 10, 19) or long.done())
        assert not long.done()
        assert long.result(200)[0] == 200
    wait_until(lambda: nice(pid) == base)
    assert worker_pid(server) == pid
    assert server.get("/?n=1")[0] == 200


def test_fronts_go_before_workers(lives):  # noqa: F811
    server = lives(config(server="fronts = 1"), {"main.js": COUNT})
    assert server.get("/?n=1")[0] == 200
    base = os.getpriority(os.PRIO_PROCESS, 0)
    if nice(server.process.pid) == base:
        pytest.skip("it takes CAP_SYS_NICE")
    (front,) = pid_of(server, "front")
    (zygote,) = pid_of(server, "zygote")
    assert nice(front) == nice(server.process.pid) == max(base - 5, -20)
    assert nice(worker_pid(server)) == nice(zygote) == base


def test_spinners_share_and_others_are_answered(lives):  # noqa: F811
    """More that never end than there are cores."""
    n = 2 * os.cpu_count() + 1
    names = ["quiet", *(f"spin{i}" for i in range(n))]
    text = config(*names, server="fronts = 1", extra="limits.cpu = 1m",
                  routes=[f"*/{name}/* {name}" for name in names])
    server = lives(text, {f"{name}.js": COUNT for name in names})
    assert server.get("/quiet/")[0] == 200
    with concurrent.futures.ThreadPoolExecutor(n) as pool:
        for i in range(n):
            assert server.get(f"/spin{i}/")[0] == 200
        running = [pool.submit(server.get, f"/spin{i}/?n=1e12")
                   for i in range(n)]
        time.sleep(0.3)
        pids = [w["pid"] for w in status(server)["workers"]
                if w["worker"] != "quiet"]
        before = [cpu_s(p) for p in pids]
        end = time.monotonic() + SECONDS
        took = []
        while time.monotonic() < end:
            begin = time.monotonic()
            assert server.get("/quiet/")[0] == 200
            took.append(time.monotonic() - begin)
        used = [cpu_s(p) - b for p, b in zip(pids, before)]
        server.kill()
        for run in running:
            run.exception(20)
    mean = sum(used) / n
    assert mean > 0.02 * SECONDS, used
    assert min(used) > mean / 3 and max(used) < mean * 3, used
    took.sort()
    assert took[len(took) // 2] < 0.05, took[len(took) // 2]
    assert len(took) > 10 * SECONDS
