"""A browser reads examples/hello: page, JSON endpoint and stream."""
import asyncio
import json
import pathlib
import subprocess
import time
import urllib.request

import pytest
import websockets

ROOT = pathlib.Path(__file__).resolve().parents[2]
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
    "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--no-proxy-server", "--remote-debugging-port=0",
]
WAIT_S = 30


@pytest.fixture
def browser(tmp_path):
    """browser(URL): headless Chromium on it; -> its debugging socket."""
    started = []

    def start(url):
        profile = tmp_path / "profile"
        process = subprocess.Popen(
            ["chromium", *FLAGS, f"--user-data-dir={profile}", url],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        started.append(process)
        port_file = profile / "DevToolsActivePort"
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            try:
                port = port_file.read_text().split()[0]
                with urllib.request.urlopen(
                        f"http://127.0.0.1:{port}/json/list") as answer:
                    for page in json.load(answer):
                        if page["url"].startswith(url):
                            return page["webSocketDebuggerUrl"]
            except (OSError, IndexError):
                pass
            time.sleep(0.05)
        raise AssertionError("the browser does not start")

    yield start
    for process in started:
        process.kill()
        process.wait()


async def evaluate(debugger, expression):
    """The value of EXPRESSION in the page, awaited."""
    async with websockets.connect(debugger, max_size=None) as socket:
        for number in range(100):
            await socket.send(json.dumps({
                "id": number, "method": "Runtime.evaluate",
                "params": {"expression": expression, "awaitPromise": True,
                           "returnByValue": True}}))
            answer = {}
            while answer.get("id") != number:
                answer = json.loads(
                    await asyncio.wait_for(socket.recv(), WAIT_S))
            if "result" in answer:
                return answer["result"]["result"].get("value")
            # The page was not there yet: its context went with a navigation.
            await asyncio.sleep(0.05)
    raise AssertionError(f"no value: {answer}")


# The page's own script sets data-json and data-stream when what it fetched
# was right.
FINISHED = """new Promise((resolve) => {
  const check = () => document.body?.dataset.stream
    ? resolve(document.documentElement.outerHTML)
    : setTimeout(check, 20);
  check();
})"""


def test_page_of_the_example_runs_in_a_browser(serve, browser):
    server = serve(args=[str(ROOT / "examples" / "hello"),
                         "--socket-addr", "http=127.0.0.1:0"])
    dom = asyncio.run(evaluate(browser(server.url + "/"), FINISHED))
    assert "<h1>A worker of your own</h1>" in dom
    assert 'data-json="ok"' in dom, dom + server.log()
    assert "lift-off" in dom, dom + server.log()
    server.stop()
