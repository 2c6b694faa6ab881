"""HTTP/2 with prior knowledge through all processes, with real clients."""
import os
import re
import shutil
import subprocess

import pytest

from test_http1 import MAIN, rss_kb


@pytest.fixture
def server(serve_module):
    return serve_module(MAIN)


def run(*args, **kwargs):
    if shutil.which(args[0]) is None:
        pytest.fail(f"{args[0]} is missing: run ./dev deps")
    return subprocess.run(args, capture_output=True, check=True, timeout=120,
                          **kwargs)


def curl(server, path, *args):
    return run("curl", "-sS", "--max-time", "60", "--http2-prior-knowledge",
               *args, server.url + path).stdout


def test_curl(server, tmp_path):
    assert curl(server, "/") == b"hello"
    blob = tmp_path / "blob"
    blob.write_bytes(os.urandom(3_000_000))
    assert curl(server, "/echo", "--data-binary",
                f"@{blob}") == blob.read_bytes()
    assert curl(server, "/count", "--data-binary", f"@{blob}") == b"3000000"
    head = curl(server, "/early", "-I", "-X", "GET")
    assert head.startswith(b"HTTP/2 403")
    assert curl(server, "/throw") == b"Internal Server Error"


def test_large_download(server):
    size = 1 << 28
    done = subprocess.run(
        ["curl", "-sS", "--http2-prior-knowledge", "--max-time", "100",
         "-o", "/dev/null", "-w", "%{size_download}",
         f"{server.url}/bytes/{size}"],
        capture_output=True, text=True, check=True)
    assert done.stdout == str(size)
    for pid, kb in rss_kb(server).items():
        assert kb < 100_000, f"process {pid} had {kb} kB"


def test_nghttp(server):
    out = run("nghttp", "-nv", server.url + "/", text=True).stdout
    assert ":status: 200" in out and "GOAWAY" in out


def test_h2load(server):
    out = run("h2load", "-c10", "-m50", "-n20000", server.url + "/",
              text=True).stdout
    assert re.search(r"20000 succeeded, 0 failed, 0 errored", out), out


@pytest.mark.skipif(not os.environ.get("EIDER_FULL"),
                    reason="a minute: set EIDER_FULL=1")
def test_h2load_for_a_minute(serve_module):
    """100 connections of 100 requests at a time each, without an error."""
    server = serve_module(MAIN, extra="limits.requests = 20000\n")
    out = run("h2load", "-c100", "-m100", "-D60", server.url + "/",
              text=True).stdout
    done = re.search(r"requests: (\d+) total, \d+ started, (\d+) done, "
                     r"(\d+) succeeded, 0 failed, 0 errored, 0 timeout", out)
    assert done and int(done[3]) > 100_000 and done[2] == done[3], out


def test_no_growth(server):
    args = ("h2load", "-c8", "-m32", server.url + "/")
    run(*args, "-n20000")
    before = rss_kb(server)
    run(*args, "-n100000")
    for pid, kb in rss_kb(server).items():
        assert kb - before.get(pid, kb) < 3000, \
            f"process {pid}: {before[pid]} -> {kb}"
