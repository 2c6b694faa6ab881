"""The real processes of a running server, seen from outside."""
import os
import pathlib
import re
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "e2e"))
from conftest import serve  # noqa: E402, F401
from test_lives import (ECHO, config, lives,  # noqa: E402, F401
                        pid_of, status, wait_until, worker_pid)

NAMESPACES = ("user", "mnt", "net", "ipc", "uts", "cgroup")
# In its own user namespace: what cloning into pid namespaces takes, and what
# giving clones the ids of their tenants does.
ZYGOTE_CAPS = (1 << 21) | (1 << 8) | (1 << 7) | (1 << 6)
SUPERVISOR_CAPS = sum(1 << n for n in (0, 1, 3, 5, 6, 7, 8, 10, 21))


# The processes are not dumpable, so that their own user may not look either.
only_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root may look into /proc/PID of these")


def fields(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return dict(line.split(":\t", 1) for line in text.splitlines()
                if ":\t" in line)


def namespaces(pid):
    return {n: os.readlink(f"/proc/{pid}/ns/{n}") for n in NAMESPACES}


@pytest.fixture
def server(lives):  # noqa: F811
    names = ["a", "b"]
    server = lives(config(*names, routes=["*/b* b"]),
                   {f"{n}.js": ECHO for n in names})
    assert server.get("/a")[0] == 200
    assert server.get("/b")[0] == 200
    level = status(server)["sandbox"]["level"]
    if level == "none":
        pytest.skip("this build has no sandbox")
    server.level = level
    return server


def roles(server):
    found = {"front": pid_of(server, "front"),
             "zygote": pid_of(server, "zygote"),
             "worker": [worker_pid(server, "a"), worker_pid(server, "b")]}
    assert all(found.values())
    return found


def test_process_flags(server):
    for role, pids in roles(server).items():
        for pid in pids:
            f = fields(pid)
            assert f["NoNewPrivs"] == "1", role
            assert f["Seccomp"] == "2", role
            assert f["Threads"] == "1", role
            caps = int(f["CapPrm"], 16) | int(f["CapEff"], 16)
            allowed = ZYGOTE_CAPS if role == "zygote" else 0
            assert caps & ~allowed == 0, (role, f["CapPrm"])
            assert int(f["CapInh"], 16) == int(f["CapAmb"], 16) == 0, role
            if server.level != "C":
                assert int(f["CapBnd"], 16) & ~allowed == 0, role


def test_supervisor_flags(server):
    f = fields(server.process.pid)
    assert f["NoNewPrivs"] == "1"
    assert f["Seccomp"] == "2"
    assert int(f["CapEff"], 16) & ~SUPERVISOR_CAPS == 0
    assert int(f["CapBnd"], 16) & ~SUPERVISOR_CAPS == 0 or os.geteuid() != 0


def test_user_ids(server):
    if os.geteuid() != 0:
        pytest.skip("not root: all have the same id")
    found = roles(server)
    uids = {}
    for role, pids in found.items():
        uids[role] = {tuple(fields(pid)["Uid"].split()) for pid in pids}
        assert len(uids[role]) == 1, role
        (ids,) = uids[role]
        assert len(set(ids)) == 1
        assert int(ids[0]) not in (0, 65534), role
        assert fields(pids[0])["Groups"].strip() == ""
    assert uids["front"] != uids["zygote"]


@only_root
def test_namespaces(server):
    if server.level == "C":
        pytest.skip("no namespaces here")
    ours = namespaces("self")
    for role, pids in roles(server).items():
        for pid in pids:
            theirs = namespaces(pid)
            if role == "zygote" and server.level == "A":
                theirs.pop("cgroup")  # stays, to clone into groups
            shared = [n for n in theirs if theirs[n] == ours[n]]
            assert not shared, (role, shared)
    a, b = roles(server)["worker"]
    assert os.readlink(f"/proc/{a}/ns/pid") != os.readlink(f"/proc/{b}/ns/pid")
    assert re.search(r"\t1$", fields(a)["NSpid"])


@only_root
def test_root_is_empty_and_read_only(server):
    if server.level == "C":
        pytest.skip("no namespaces here")
    for role, pids in roles(server).items():
        for pid in pids:
            assert os.listdir(f"/proc/{pid}/root") == [], role
            mounts = pathlib.Path(f"/proc/{pid}/mounts").read_text()
            lines = mounts.splitlines()
            assert len(lines) == 1, (role, lines)
            assert re.match(r"\S+ / tmpfs ro,nosuid,nodev,noexec", lines[0])


@only_root
def test_descriptors(server):
    """Nothing is open but pipes, sockets and what the loop is made of."""
    allowed = re.compile(r"(socket|pipe):\[\d+\]$|anon_inode:\[?(eventpoll|"
                         r"timerfd|eventfd)\]?$")
    for role, pids in roles(server).items():
        for pid in pids:
            folder = pathlib.Path(f"/proc/{pid}/fd")
            for fd in folder.iterdir():
                target = os.readlink(fd)
                if fd.name == "0" and target in ("/dev/null",
                                                 "/dev/null (deleted)",
                                                 "/null"):
                    continue
                assert allowed.match(target), (role, fd.name, target)


@only_root
def test_environment_is_not_inherited(lives):  # noqa: F811
    server = lives(config(), env={"SECRET_OF_THE_OPERATOR": "x"})
    server.get()
    for name in ("eider-front", "eider-zygote", "eider-worker"):
        for pid in server.pids(name):
            environ = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
            assert b"SECRET" not in environ
            assert len(environ) < 100


def test_limits(server):
    for role, pids in roles(server).items():
        for pid in pids:
            text = pathlib.Path(f"/proc/{pid}/limits").read_text()
            limits = {line[:26].strip(): line[26:].split()
                      for line in text.splitlines()[1:]}
            assert limits["Max core file size"][:2] == ["0", "0"], role
            # a front writes access logs
            if role != "front":
                assert limits["Max file size"][:2] == ["0", "0"], role
            assert limits["Max locked memory"][:2] == ["0", "0"], role
            if role != "zygote":
                assert limits["Max processes"][:2] == ["0", "0"], role
            if role == "worker":
                assert limits["Max data size"][0] != "unlimited"


@only_root
def test_no_memory_is_writable_and_executable(server):
    for role, pids in roles(server).items():
        for pid in pids:
            maps = pathlib.Path(f"/proc/{pid}/maps").read_text()
            for line in maps.splitlines():
                assert "wx" not in line.split()[1], (role, line)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look")
def test_their_own_user_may_not_look_into_them(server):
    for role, pids in roles(server).items():
        for pid in pids:
            for name in ("fd", "environ", "maps", "root"):
                with pytest.raises(PermissionError):
                    path = pathlib.Path(f"/proc/{pid}/{name}")
                    if path.is_dir():
                        os.listdir(path)
                    path.read_bytes()
