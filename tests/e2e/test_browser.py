"""A browser reads examples/hello: page, JSON endpoint and stream."""
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
    "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--no-proxy-server", "--virtual-time-budget=8000",
]


def browse(url, profile):
    """The DOM that headless Chromium ends up with."""
    done = subprocess.run(
        ["chromium", *FLAGS, f"--user-data-dir={profile}", "--dump-dom", url],
        capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_page_of_the_example_runs_in_a_browser(serve, tmp_path):
    server = serve(args=[str(ROOT / "examples" / "hello"),
                         "--socket-addr", "http=127.0.0.1:0"])
    dom = browse(server.url + "/", tmp_path / "profile")
    assert "<h1>" in dom, dom
    # The page's own script fetches the JSON endpoint and reads the stream.
    assert 'data-json="ok"' in dom, dom + server.log()
    assert 'data-stream="ok"' in dom, dom + server.log()
    server.stop()
