"""An app made with hono, bundled to one ES module and served unchanged.

The answers are those that workerd gives for the same bundle.
"""
import base64
import json
import pathlib
import subprocess

import pytest

APP = pathlib.Path(__file__).parent / "hono" / "app.mjs"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SECRET = {"Authorization": "Basic " + base64.b64encode(b"u:p").decode()}

# method, path, headers, body, status, answer, headers expected
CASES = [
    ("GET", "/", {}, None, 200, "Hello Hono!",
     {"content-type": "text/plain;charset=UTF-8", "x-elapsed": "true"}),
    ("GET", "/json?q=a%20b", {}, None, 200,
     {"ok": True, "path": "/json", "q": "a b"},
     {"content-type": "application/json"}),
    ("GET", "/user/J%C3%BCrgen", {}, None, 200, "Hello Jürgen", {}),
    ("GET", "/post/2026/title", {}, None, 200,
     {"date": "2026", "title": "title"}, {}),
    ("GET", "/post/x/title", {}, None, 404, "Custom 404", {}),
    ("GET", "/wild/any/card", {}, None, 200, "wild", {}),
    ("GET", "/html/%3Cb%3E", {}, None, 200, "<h1>Hello &lt;b&gt;</h1>",
     {"content-type": "text/html; charset=UTF-8"}),
    ("POST", "/api/echo", dict(JSON, Origin="https://example.com"),
     '{"a":[1,{"b":null}],"ü":"€😀"}', 201,
     {"a": [1, {"b": None}], "ü": "€😀"},
     {"access-control-allow-origin": "https://example.com"}),
    ("POST", "/form", FORM, "a=1&b=x+y", 200, {"a": "1", "b": "x y"}, {}),
    ("POST", "/validate", JSON, '{"n":21}', 200, {"doubled": 42}, {}),
    ("POST", "/validate", JSON, '{"n":"x"}', 400, "Invalid!", {}),
    ("GET", "/cookie", {"Cookie": "seen=before"}, None, 200, "cookie before",
     {"set-cookie": "seen=yes; Path=/; HttpOnly"}),
    ("GET", "/stream", {}, None, 200, "line 1\nline 2\nline 3\n", {}),
    ("GET", "/error", {}, None, 418, "teapot", {}),
    ("GET", "/throw", {}, None, 500, "Error: boom", {}),
    ("GET", "/secret/page", {}, None, 401, "Unauthorized",
     {"www-authenticate": 'Basic realm="Secure Area"'}),
    ("GET", "/secret/page", SECRET, None, 200, "secret", {}),
    ("GET", "/etag", {}, None, 200, "tagged",
     {"etag": '"8e1ec218dc7ecaadd65388fba9b6723ce114268a"'}),
    ("GET", "/pretty?pretty", {}, None, 200, {"a": 1}, {}),
    ("GET", "/secure", {}, None, 200, "secure",
     {"x-content-type-options": "nosniff", "x-frame-options": "SAMEORIGIN"}),
    ("GET", "/sub/a", {}, None, 200, "sub a", {}),
    ("GET", "/nothing", {}, None, 404, "Custom 404", {}),
    ("HEAD", "/", {}, None, 200, "", {}),
]


@pytest.fixture(scope="module")
def bundle(npm, tmp_path_factory):
    out = tmp_path_factory.mktemp("hono") / "hono.js"
    subprocess.run(
        [npm / ".bin" / "esbuild", APP, "--bundle", "--format=esm",
         "--target=esnext", "--log-level=error", f"--outfile={out}"],
        check=True, env={"NODE_PATH": str(npm), "PATH": "/usr/bin:/bin"})
    return out.read_text()


def test_hono_app_is_served_unchanged(serve_module, bundle):
    server = serve_module(bundle)
    for method, path, headers, body, status, answer, expected in CASES:
        data = body.encode() if body is not None else None
        got, got_headers, got_body = server.get(
            path, method=method, headers=headers, data=data)
        text = got_body.decode()
        assert (path, got) == (path, status), text + server.log()
        if isinstance(answer, str):
            assert text == answer
        else:
            assert json.loads(text) == answer
        for name, value in expected.items():
            assert got_headers[name] == value, (path, name)
    server.stop()
