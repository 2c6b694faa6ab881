"""Workers that were taken over: floods from inside, and who suffers."""
import concurrent.futures
import http.client
import os
import pathlib
import shutil
import time

import pytest

import conftest
from test_lives import lives, status, wait_until  # noqa: F401

PROGRAMS = ("eider", "eider-front")
ROGUE = conftest.BUILD / "tests/sandbox/rogue"
SECONDS = 10 if os.environ.get("EIDER_FULL") else 0.7
# What each process may have, whatever is sent to it. A build with sanitizers
# has other allocators.
BOUND_MB = 48

CONFIG = """
[server]
fronts = 1
stopTimeout = 500ms
[logging]
level = warn
[socket http]
address = 127.0.0.1:0
service = good
routes = */bad bad
[worker good]
compatibilityDate = 2026-11-01
modules = main esModule serve
[worker bad]
compatibilityDate = 2026-11-01
modules = main esModule {deed}
bindings = B service good
"""

# What it does; whether the supervisor ends it for that.
DEEDS = [
    ("requests", True),
    ("limits", True),
    ("draining", True),
    ("garbage", True),
    ("large", True),
    ("spawned", True),
    ("log", False),
    ("deaf", False),
    ("deaf-data", False),
    ("garbage-data", False),
    ("credit", False),
    ("late", False),
    ("goaway", False),
    ("data", False),
    ("heads", False),
]


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A folder in which the rogue is what the supervisor finds as worker."""
    if not ROGUE.exists():
        pytest.skip(f"{ROGUE} was not built")
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in PROGRAMS:
        shutil.copy2(conftest.BUILD / name, folder / name)
    shutil.copy2(ROGUE, folder / "eider-worker")
    monkeypatch.setattr(conftest, "EIDER", folder / "eider")


def peak_mb(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmHWM:")[1].split()[0]) / 1024


@pytest.mark.parametrize("deed, is_ended", DEEDS, ids=[d[0] for d in DEEDS])
def test_flood_hurts_nobody_else(lives, programs, deed, is_ended):  # noqa: F811
    server = lives(CONFIG.format(deed=deed), {})
    assert server.get("/")[2] == b"ok"
    slowest, n = 0, 0
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        # what comes of these is the bad one's matter
        bad = [pool.submit(server.get, "/bad") for _ in range(3)]
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            begin = time.monotonic()
            assert server.get("/")[2] == b"ok"
            slowest = max(slowest, time.monotonic() - begin)
            n += 1
        (front,) = server.pids("eider-front")
        peaks = {"supervisor": peak_mb(server.process.pid),
                 "front": peak_mb(front)}
        if is_ended:
            server.wait_log("worker bad")
            server.wait_log("killed: ")
        server.stop(expect=None)
        for run in bad:
            try:
                assert run.result()[0] in (200, 429, 500, 502, 503)
            except (OSError, http.client.HTTPException):
                pass  # cut off
    assert slowest < 1 and n >= 10, (slowest, n)
    assert max(peaks.values()) < BOUND_MB, peaks
    assert "assert" not in server.log().lower()


def test_zygote_that_lies_is_replaced(lives, programs):  # noqa: F811
    """A worker does not pass for the zygote: SPAWNED is not its to say."""
    server = lives(CONFIG.format(deed="spawned"), {})
    assert server.get("/")[2] == b"ok"
    server.get("/bad")
    server.wait_log("message not for this direction")
    assert server.get("/")[2] == b"ok"
    wait_until(lambda: [w for w in status(server)["workers"]
                        if w["worker"] == "bad"][0]["crashes"] > 0)
