"""What the documents show works as they show it."""
import json
import re
import subprocess

import pytest

from conftest import EIDER, ROOT


def blocks(path, language):
    text = (ROOT / path).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.S | re.M)


def literals(path):
    """The examples of a manual, as a reader sees them."""
    done = subprocess.run(["mandoc", "-T", "utf8", str(ROOT / path)],
                          capture_output=True, check=True)
    return re.sub(r".\x08", "", done.stdout.decode())


def test_readme_config_and_worker(serve):
    (config,) = blocks("README.md", "ini")
    (worker,) = blocks("README.md", "js")
    server = serve(config, {"hello.js": worker},
                   ["--socket-addr", "http=127.0.0.1:0"])
    assert server.get("/there")[2] == b"Hello from /there\n"


def test_manual_example_is_a_config(tmp_path):
    text = literals("man/eider.ini.5").partition("\nEXAMPLES")[2]
    config = "\n".join(line.strip() for line in
                       text.partition("SEE ALSO")[0].splitlines())
    (tmp_path / "src").mkdir()
    code = "export default { fetch() { return new Response('x') } }\n" \
        "export const Internal = { fetch() {} }\n"
    for name in ("site.js", "page.html", "api.js"):
        (tmp_path / "src" / name).write_text(code)
    (tmp_path / "api-token").write_text("s3cret")
    (tmp_path / "eider.ini").write_text(config)
    done = subprocess.run(
        [str(EIDER), "check", "eider.ini"], cwd=tmp_path, timeout=60,
        capture_output=True, text=True,
        env={"CREDENTIALS_DIRECTORY": str(tmp_path), "PATH": "/usr/bin:/bin"})
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("path, want", [
    ("/", "<!doctype html>"), ("/api/hello", "Hello from Eider"),
    ("/countdown?from=2", "lift-off")])
def test_example_hello(serve, path, want):
    server = serve(None, None, [str(ROOT / "examples/hello"), "--socket-addr",
                                "http=127.0.0.1:0"])
    status, headers, body = server.get(path)
    assert status == 200
    assert want in body.decode()
    if path == "/api/hello":
        assert "message" in json.loads(body)
