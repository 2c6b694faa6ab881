"""Tenants: ids, own files, grants, totals."""
import concurrent.futures
import os
import pathlib
import signal

import pytest

from test_lives import ECHO, ctl, lives, pid_of, status, wait_until  # noqa: F401

only_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can give processes ids")

HEAD = """
[server]
fronts = 1
stopTimeout = 3s
{server}
[socket http]
address = 127.0.0.1:0
service = plain
"""
WORKER = """
[worker {name}]
compatibilityDate = 2026-11-01
modules = m.js esModule embed(m.js)
{extra}
"""
# Answers with what a service says, if it has one.
ASK = """
export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (url.pathname.endsWith("/slow"))
      await new Promise((resolve) => setTimeout(resolve, 700));
    return env.BACK ? env.BACK.fetch("http://x/") : new Response(env.NAME);
  },
};
"""


def start(lives, tenants, routes=(), workers="", files=(), server=""):  # noqa: F811
    text = HEAD.format(server=server)
    text += "".join(f"routes = {route}\n" for route in routes)
    text += WORKER.format(name="plain", extra="bindings = NAME text plain")
    text += workers + tenants
    return lives(text, {"m.js": ASK, **dict(files)})


def worker_of(server, name):
    (worker,) = [w for w in status(server)["workers"] if w["worker"] == name]
    return worker


def tenant_of(server, name):
    (tenant,) = [t for t in status(server)["tenants"] if t["tenant"] == name]
    return tenant


def ids(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    lines = dict(line.split(":\t", 1) for line in text.splitlines()
                 if ":\t" in line)
    assert lines["Groups"].strip() == ""
    uid, gid = (set(lines[k].split()) for k in ("Uid", "Gid"))
    assert len(uid) == 1 and uid == gid
    return int(uid.pop())


def own(name, extra=""):
    """A worker NAME that belongs to the tenant NAME."""
    return WORKER.format(name=name, extra=f"tenant = {name}\n"
                         f"bindings = NAME text {name}\n{extra}")


@only_root
def test_each_tenant_has_an_id_of_its_own(lives):  # noqa: F811
    names = ["a", "b", "c"]
    server = start(
        lives, "[tenant a]\n[tenant b]\nuserId = 23456\n"
        "[tenant c]\nzygote = tenant\n",
        routes=[f"*/{n} {n}" for n in names],
        workers="".join(map(own, names)))
    if status(server)["sandbox"]["level"] == "none":
        pytest.skip("this build has no sandbox")
    for name in ("plain", *names):
        assert server.get("/" + name)[2] == name.encode()
    found = {n: ids(worker_of(server, n)["pid"]) for n in ("plain", *names)}
    assert len(set(found.values())) == 4, found
    assert found["b"] == 23456
    zygotes = {ids(pid) for pid in pid_of(server, "zygote")}
    # the shared one, the one of b (its id is not of the range), c's own
    assert len(zygotes) == 3
    assert {found["b"], found["c"], found["plain"]} == zygotes
    assert found["a"] not in zygotes
    assert 0 not in found.values() and 65534 not in found.values()
    assert [worker_of(server, n)["tenant"] for n in names] == names


@only_root
def test_id_stays_over_reloads(lives, tmp_path):  # noqa: F811
    server = start(lives, "[tenant a]\n[tenant b]\n", routes=["*/b b"],
                   workers=own("b"))
    assert server.get("/b")[2] == b"b"
    if status(server)["sandbox"]["level"] == "none":
        pytest.skip("this build has no sandbox")
    first = ids(worker_of(server, "b")["pid"])
    path = tmp_path / "eider.ini"
    path.write_text(path.read_text().replace("[tenant a]\n", ""))
    assert "reloaded" in ctl(server, "reload").stdout
    pid = worker_of(server, "b")["pid"]
    assert pid > 0
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: worker_of(server, "b")["pid"] == 0)
    assert server.get("/b")[2] == b"b"
    assert ids(worker_of(server, "b")["pid"]) == first


def test_own_file(lives):  # noqa: F811
    own_file = (WORKER.format(name="web", extra="bindings = BACK service back")
                + WORKER.format(name="api", extra="bindings = NAME text api"))
    server = start(
        lives, "[tenant a]\nroot = home\ninclude = own.ini\n"
        "services = back\n",
        routes=["*/web a/web", "*/api a/api"],
        workers=WORKER.format(name="back", extra="bindings = NAME text back"),
        files=[("home/own.ini", own_file), ("home/m.js", ASK)])
    assert server.get("/web")[2] == b"back"
    assert server.get("/api")[2] == b"api"
    assert worker_of(server, "a/web")["tenant"] == "a"
    assert worker_of(server, "back")["tenant"] == ""


def test_bad_own_file_changes_nothing(lives, tmp_path):  # noqa: F811
    file = WORKER.format(name="web", extra="bindings = NAME text one")
    server = start(
        lives, "[tenant a]\nroot = home\ninclude = own.ini\n",
        routes=["*/web a/web"],
        files=[("home/own.ini", file), ("home/m.js", ASK)])
    assert server.get("/web")[2] == b"one"
    for bad in ("bindings = X service plain", "bindings = X text env(HOME)",
                "limits.cpu = 11s"):
        (tmp_path / "home/own.ini").write_text(file + bad)
        assert ctl(server, "reload", check=False).returncode != 0
        assert server.get("/web")[2] == b"one"
    (tmp_path / "home/own.ini").write_text(file.replace("one", "two"))
    assert "reloaded" in ctl(server, "reload").stdout
    assert server.get("/web")[2] == b"two"


def test_processes_at_a_time(lives):  # noqa: F811
    """The third worker of a tenant that may have two gets no process."""
    names = [f"w{i}" for i in range(3)]
    server = start(
        lives, "[tenant a]\nlimits.workers = 2\n",
        routes=[f"*/{n} {n}" for n in names],
        workers="".join(WORKER.format(
            name=n, extra=f"tenant = a\nidleTimeout = 3s\n"
            f"bindings = NAME text {n}") for n in names))
    assert [server.get("/" + n)[0] for n in names] == [200, 200, 429]
    assert server.get("/plain")[0] == 200
    tenant = tenant_of(server, "a")
    assert (tenant["processes"], tenant["refusedStarts"]) == (2, 1)
    server.wait_log("too many processes")
    # and when one of them has gone, the third one's time has come
    wait_until(lambda: tenant_of(server, "a")["processes"] == 0, 20)
    assert server.get("/w2")[2] == b"w2"


def test_drained_processes_count(lives, tmp_path):  # noqa: F811
    """Reloads do not let a tenant have more processes than its limit."""
    server = start(lives, "[tenant a]\nlimits.workers = 2\n",
                   routes=["*/slow w"],
                   workers=WORKER.format(name="w", extra="tenant = a\n"
                                         "bindings = NAME text one"))
    path = tmp_path / "eider.ini"
    most = []
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        runs = []
        for i in range(6):
            runs.append(pool.submit(server.get, "/slow"))
            wait_until(lambda: runs[-1].done() or
                       worker_of(server, "w")["state"] == "serving")
            path.write_text(path.read_text().replace(
                f"text {'one' if i == 0 else i}", f"text {i + 1}"))
            ctl(server, "reload")
            most.append(tenant_of(server, "a")["processes"])
        codes = [run.result()[0] for run in runs]
    assert max(most) <= 2
    assert set(codes) <= {200, 429}
    assert 200 in codes


@only_root
def test_zygote_of_a_tenant_that_is_gone_ends(lives, tmp_path):  # noqa: F811
    server = start(lives, "[tenant a]\nzygote = tenant\n", routes=["*/a a"],
                   workers=own("a"))
    assert server.get("/a")[2] == b"a"
    assert len(pid_of(server, "zygote")) == 2
    path = tmp_path / "eider.ini"
    text = path.read_text()
    path.write_text(text.replace("[tenant a]\nzygote = tenant\n", "")
                    .replace("tenant = a\n", ""))
    assert "reloaded" in ctl(server, "reload").stdout
    wait_until(lambda: len(pid_of(server, "zygote")) == 1)
    assert server.get("/a")[2] == b"a"
    path.write_text(text)
    assert "reloaded" in ctl(server, "reload").stdout
    assert server.get("/a")[2] == b"a"
    assert len(pid_of(server, "zygote")) == 2
