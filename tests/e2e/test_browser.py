"""A browser reads examples/hello: page, JSON endpoint and stream."""
import asyncio
import base64
import hashlib
import json
import pathlib
import re
import subprocess
import time
import urllib.request

import pytest
import websockets
from cryptography.hazmat.primitives import serialization

from certs import Certificate, keypair

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

    def start(url, *flags):
        profile = tmp_path / "profile"
        process = subprocess.Popen(
            ["chromium", *FLAGS, *flags, f"--user-data-dir={profile}", url],
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


def test_page_over_tls(serve, browser, tmp_path):
    """The same by HTTP/2 over TLS, with a certificate the browser checks."""
    site = Certificate("a.test", ["a.test"])
    text = (ROOT / "examples" / "hello" / "eider.ini").read_text()
    text = re.sub(r"(?m)^address = .*$", "address = 127.0.0.1:0\n" +
                  keypair("a") + "accessLog = ./access.log\n"
                  "accessLogFormat = json", text)
    files = {path.name: path.read_text()
             for path in (ROOT / "examples" / "hello" / "src").iterdir()}
    server = serve(text, {**{f"src/{n}": t for n, t in files.items()},
                          **site.files("a")})
    key = site.key.public_key().public_bytes(
        serialization.Encoding.DER,
        serialization.PublicFormat.SubjectPublicKeyInfo)
    spki = base64.b64encode(hashlib.sha256(key).digest()).decode()
    url = f"https://a.test:{server.port}/"
    dom = asyncio.run(evaluate(browser(
        url, "--host-resolver-rules=MAP a.test 127.0.0.1",
        f"--ignore-certificate-errors-spki-list={spki}"), FINISHED))
    assert 'data-json="ok"' in dom, dom + server.log()
    assert "lift-off" in dom, dom + server.log()
    rows = [json.loads(line) for line in
            (tmp_path / "access.log").read_text().splitlines()]
    assert rows and all(r["protocol"] == "HTTP/2.0" and
                        r["tlsVersion"] == "TLSv1.3" for r in rows)
    server.stop()
