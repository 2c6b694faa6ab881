"""As a container runs it: process 1, no capability, no user namespaces, a root
file system that is read-only, a user of its own."""
import json
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import tempfile
import urllib.request

import pytest

from conftest import EIDER, ROOT, START_S
from test_lives import ECHO, config, wait_until

USER = 10001
# What a container's runtime does, in namespaces that end with it.
RUNTIME = """
set -e
mount -t proc proc /proc
echo 0 >/proc/sys/user/max_user_namespaces
mount -t tmpfs -o mode=1777 tmp /run
mount -o remount,bind,ro /
exec setpriv --reuid {user} --regid {user} --clear-groups --no-new-privs \
    --bounding-set=-all --inh-caps=-all \
    env -i XDG_STATE_HOME=/run XDG_RUNTIME_DIR=/run \
    {eider} serve {config} --control-fd {fd} --ctl-socket /run/ctl
"""


# Makes the namespaces, waits for its ids, and goes on as their process 1.
LAUNCHER = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
new_user, new_mount, new_pid = 0x10000000, 0x00020000, 0x20000000
if libc.unshare(new_user | new_mount | new_pid) != 0:
    sys.exit("unshare failed: " + os.strerror(ctypes.get_errno()))
print("unshared", flush=True)
sys.stdin.readline()
pid = os.fork()
if pid == 0:
    libc.prctl(1, 9)  # SIGKILL when the launcher is gone
    os.execv("/bin/sh", ["/bin/sh", "-c", sys.argv[1]])
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


def is_readable(path):
    """For the container's user, who is nobody here."""
    return all(p.stat().st_mode & 0o005 == 0o005 for p in path.parents) and \
        path.stat().st_mode & 0o005 == 0o005


@pytest.fixture
def container():
    if os.geteuid() != 0:
        pytest.skip("only root can make a container's namespaces here")
    if not is_readable(EIDER):
        pytest.skip(f"other users cannot execute {EIDER}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        (folder / "main.js").write_text(ECHO)
        (folder / "eider.ini").write_text(config())
        yield from run(folder)


def run(folder):
    read_fd, write_fd = os.pipe()
    command = ["/usr/bin/python3", "-c", LAUNCHER,
               RUNTIME.format(user=USER, eider=EIDER, fd=write_fd,
                              config=folder / "eider.ini")]
    with subprocess.Popen(command, pass_fds=[write_fd], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as process:
        if process.stdout.readline() != "unshared\n":
            pytest.skip("no namespaces here")
        for kind in ("uid", "gid"):
            path = pathlib.Path(f"/proc/{process.pid}/{kind}_map")
            path.write_text("0 0 100000")
        process.stdin.write("\n")
        process.stdin.flush()
        os.close(write_fd)
        ready, _, _ = select.select([read_fd], [], [], START_S)
        event = os.read(read_fd, 4096).decode() if ready else ""
        os.close(read_fd)
        try:
            if not event:
                process.kill()
                output = process.communicate()[0]
                pytest.fail(output)
            process.url = "http://127.0.0.1:%s/" % re.search(
                r'"port":(\d+)', event)[1]
            (process.first,) = below(process.pid)
            yield process
        finally:
            # The first one too: its death signal went with its ids.
            for pid in below(process.pid) if process.poll() is None else []:
                os.kill(pid, signal.SIGKILL)
            process.kill()


def below(pid):
    path = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
    return [int(p) for p in path.read_text().split()]


def get(url):
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.read()


def status_of(container):
    run = subprocess.run(
        [str(EIDER), "ctl", "--ctl-socket",
         f"/proc/{container.first}/root/run/ctl", "status", "--json"],
        capture_output=True, text=True, timeout=30, check=True)
    return json.loads(run.stdout)


def fields(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return dict(line.split(":\t", 1) for line in text.splitlines()
                if ":\t" in line)


def test_it_serves_and_says_its_level(container):
    assert get(container.url) == b"main 1"
    now = status_of(container)
    assert now["sandbox"]["level"] in ("C", "none")
    if now["sandbox"]["level"] == "none":
        pytest.skip("this build has no sandbox")
    for layer in ("seccomp", "landlock", "no_new_privs"):
        assert layer in now["sandbox"]["layers"]
    pids = [container.first, *below(container.first)]
    assert len(pids) >= 4  # with a front, the zygote and a worker
    for pid in pids:
        f = fields(pid)
        assert f["Uid"].split() == [str(USER)] * 4
        assert int(f["CapEff"], 16) == int(f["CapPrm"], 16) == 0
        assert (f["NoNewPrivs"], f["Seccomp"]) == ("1", "2")


def test_it_writes_nothing_outside(container):
    assert get(container.url) == b"main 1"
    root = pathlib.Path(f"/proc/{container.first}/root")
    with pytest.raises(OSError):
        (root / "tmp/x").write_text("x")
    assert {p.name for p in (root / "run").iterdir()} <= {
        "ctl", "eider", "mount"}  # the last one is mount(8)'s


def test_it_is_process_1(container):
    """Reaps what is orphaned, comes back after a crash, stops when told."""
    assert get(container.url) == b"main 1"
    ours = set(below(container.first))
    subprocess.run(["nsenter", f"--target={container.first}", "--pid", "--",
                    "/bin/sh", "-c", "(sleep 0.3 &); (sleep 0.4 &)"],
                   check=True, timeout=20)
    wait_until(lambda: set(below(container.first)) - ours)
    wait_until(lambda: not set(below(container.first)) - ours)
    worker = status_of(container)["workers"][0]["pid"]
    assert worker > 0
    for pid in ours:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: is_up(container.url))
    os.kill(container.first, signal.SIGTERM)
    assert container.wait(20) == 0
    assert "stopped" in container.stdout.read()


def is_up(url):
    try:
        return get(url) == b"main 1"
    except OSError:
        return False


def package_of(library):
    """The Debian package that a shared library came with."""
    real = os.path.realpath(library)
    for path in (real, real.removeprefix("/usr"), library):
        found = subprocess.run(["dpkg", "-S", path], capture_output=True,
                               text=True).stdout
        if found:
            return found.split(":")[0]
    return None


def test_the_containerfile_has_what_the_programs_link_to():
    if shutil.which("dpkg") is None:
        pytest.skip("no Debian")
    text = (ROOT / "packaging/Containerfile").read_text()
    final = text.split("\nFROM ")[-1]
    needed = set()
    for name in ("eider", "eider-front", "eider-worker"):
        listing = subprocess.run(["ldd", str(EIDER.parent / name)],
                                 capture_output=True, text=True,
                                 check=True).stdout
        needed |= {package_of(p)
                   for p in re.findall(r"=> (/\S+)", listing)}
    needed -= {"libc6", "libgcc-s1", "libstdc++6", None}
    assert needed and not {p for p in needed if p not in final}, needed
