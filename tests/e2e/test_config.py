"""The config end to end: what `eider` says about it, and what workers see."""
import http.client
import json
import os
import socket
import subprocess

import pytest

from conftest import EIDER

BASE = """\
[socket http]
address = 127.0.0.1:0
service = main

"""

HELLO = "export default { fetch() { return new Response('hello') } }\n"


def eider(*args, cwd=None, env=None):
    """Run a command to its end: (exit code, stdout, stderr)."""
    done = subprocess.run(
        [str(EIDER), *map(str, args)], cwd=cwd, capture_output=True,
        text=True, timeout=60, env=dict(os.environ, **(env or {})))
    return done.returncode, done.stdout, done.stderr


def get(port, path="/", host=None, family="127.0.0.1"):
    """(status, body) of a request with a Host field of one's own."""
    connection = http.client.HTTPConnection(family, port, timeout=30)
    connection.request("GET", path, headers={"Host": host or "localhost"})
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body


def get_by(address, family=socket.AF_UNIX):
    """The body of a response over a socket of its own kind."""
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(30)
        s.connect(address)
        s.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        data = b""
        while chunk := s.recv(65536):
            data += chunk
    return data


# --- commands

def test_bad_config_is_refused_with_every_message(tmp_path):
    config = tmp_path / "bad.ini"
    config.write_text("[server]\nfronts = many\nsandbx = auto\n"
                      "[socket http]\naddress = *:0\nservice = nobody\n")
    want = (f'{config}:2: fronts: "many" is not a number; use digits alone, '
            "such as 4\n"
            f'{config}:3: unknown key "sandbx"; nearest is "sandbox"\n'
            f'{config}:6: socket "http": no service "nobody" is defined; add '
            "[worker nobody]\n")
    for command in ("check", "serve"):
        assert eider(command, config) == (1, "", want)


def test_missing_file(tmp_path):
    code, out, err = eider("serve", tmp_path / "none.ini")
    assert (code, out) == (1, "")
    assert "cannot open" in err and "none.ini" in err


def test_relative_names_stay_in_messages(tmp_path):
    (tmp_path / "a.ini").write_text("x\n")
    code, _, err = eider("check", "a.ini", cwd=tmp_path)
    assert code == 1
    assert err.startswith("a.ini:1: ")


def test_dump_loads_to_itself(tmp_path):
    (tmp_path / "main.js").write_text(HELLO)
    first = tmp_path / "first.ini"
    first.write_text(BASE + """\
[worker main]
compatibilityDate = 2026-11-01
modules = main.js esModule embed(main.js)
bindings = SECRET text env(EIDER_TEST_SECRET)
bindings = self service main props.json='{"a": 1}'
limits.cpu = 50ms
""")
    env = {"EIDER_TEST_SECRET": "s3cret"}
    code, dump, err = eider("check", "--dump", first, env=env)
    assert (code, err) == (0, "")
    assert "s3cret" not in dump
    assert "bindings = SECRET text env(EIDER_TEST_SECRET)\n" in dump
    assert "limits.cpu = 50ms\n" in dump
    assert "limits.memory = 64M\n" in dump
    second = tmp_path / "second.ini"
    second.write_text(dump)
    assert eider("check", "--dump", second, env=env) == (0, dump, "")


def test_check_evaluates_every_worker(tmp_path):
    config = tmp_path / "eider.ini"
    (tmp_path / "good.js").write_text(HELLO)
    (tmp_path / "syntax.js").write_text("\n\nlet x = ;\n")
    (tmp_path / "throws.js").write_text("\nthrow new Error('at start')\n")
    config.write_text(BASE + "".join(
        f"[worker {name}]\ncompatibilityDate = 2026-11-01\n"
        f"modules = {file} esModule embed({file})\n"
        for name, file in (("main", "good.js"), ("second", "syntax.js"),
                           ("third", "throws.js"))))
    code, out, err = eider("check", config)
    assert (code, out) == (1, "")
    assert 'worker "main"' not in err
    assert 'worker "second"' in err and "syntax.js:3" in err
    assert 'worker "third"' in err and "at start" in err
    config.write_text(config.read_text().replace("syntax.js", "good.js")
                      .replace("throws.js", "good.js"))
    code, out, err = eider("check", config)
    assert (code, err) == (0, "")


@pytest.mark.parametrize("args", [
    ["frobnicate"], [], ["serve", "--frobnicate"], ["serve", "a", "b"],
    ["serve", "--socket-addr"], ["serve", "--socket-addr", "x"],
    ["serve", "--control-fd", "x"], ["version", "x"]])
def test_bad_usage_is_2(args):
    code, out, err = eider(*args)
    assert (code, out) == (2, "")
    assert err


@pytest.mark.parametrize("args", [
    ["--help"], ["serve", "--help"], ["check", "--help"],
    ["version", "--help"]])
def test_help(args):
    code, out, err = eider(*args)
    assert (code, err) == (0, "")
    assert "usage: eider" in out


def test_version():
    code, out, err = eider("version")
    assert (code, err) == (0, "")
    assert out.startswith("eider ")


# --- what is served

def test_script(serve, tmp_path):
    files = {"src/app.js": "import { name } from './lib/name.js'\n"
                           "import text from './text.txt'\n"
                           "export default { fetch() {"
                           " return new Response(name + text) } }\n",
             "src/lib/name.js": "export const name = 'script '\n",
             "src/text.txt": "and text"}
    server = serve(None, files, ["src/app.js", "--socket-addr",
                                 "http=127.0.0.1:0"])
    assert server.get()[2] == b"script and text"


def test_script_with_an_error_ends(tmp_path):
    (tmp_path / "app.js").write_text("let x = ;\n")
    code, _, err = eider("serve", "--socket-addr", "http=127.0.0.1:0",
                         "app.js", cwd=tmp_path)
    assert code == 1
    assert "app.js:1" in err


@pytest.mark.parametrize("files", [
    {"index.js": HELLO},
    {"package.json": '{"main": "src/x.js"}', "src/x.js": HELLO,
     "index.js": "throw new Error('not this one')"},
])
def test_directory(serve, tmp_path, files):
    server = serve(None, files, [".", "--socket-addr", "http=127.0.0.1:0"])
    assert server.get()[2] == b"hello"


def test_directory_with_config(serve, tmp_path):
    files = {"site/eider.ini": BASE + "[worker main]\n"
             "compatibilityDate = 2026-11-01\n"
             "modules = a.js esModule embed(a.js)\n",
             "site/a.js": HELLO, "site/index.js": "throw 1"}
    assert serve(None, files, ["site"]).get()[2] == b"hello"


# --- sockets

WORKER = """\
[worker main]
compatibilityDate = 2026-11-01
modules = main.js esModule 'export default { fetch(r) { \
return new Response("main " + new URL(r.url).pathname) } }'
"""


def test_sockets_of_every_kind(serve, tmp_path):
    abstract = f"eider-test-{os.getpid()}"
    server = serve(f"""\
[socket ip4]
address = 127.0.0.1:0
service = main
[socket any]
address = *:0
service = main
[socket path]
address = unix:x.sock
service = main
[socket abstract]
address = unix-abstract:{abstract}
service = main
{WORKER}""", sockets=4)
    assert get(server.ports["ip4"]) == (200, "main /")
    assert get(server.ports["any"]) == (200, "main /")
    assert get_by(str(tmp_path / "x.sock")).endswith(b"main /")
    assert get_by("\0" + abstract).endswith(b"main /")


def test_ip6_socket(serve):
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6")
    server = serve("[socket six]\naddress = [::1]:0\nservice = main\n"
                   + WORKER)
    assert get(server.port, family="::1") == (200, "main /")


def test_socket_addr_replaces_the_address(serve):
    server = serve("[socket http]\naddress = 192.0.2.1:1\nservice = main\n"
                   + WORKER, args=["--socket-addr", "http=127.0.0.1:0"])
    assert server.get()[2] == b"main /"


def test_socket_fd_is_taken(tmp_path):
    config = tmp_path / "a.ini"
    config.write_text("[socket http]\nservice = main\n" + WORKER)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        process = subprocess.Popen(
            [str(EIDER), "serve", str(config), "--socket-fd",
             f"http={listener.fileno()}"], pass_fds=[listener.fileno()],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            # the connection waits in the socket until it is accepted
            assert get(port) == (200, "main /")
        finally:
            process.terminate()
            assert process.wait(20) == 0


def test_address_in_use(tmp_path):
    config = tmp_path / "a.ini"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        config.write_text(f"[socket http]\naddress = 127.0.0.1:{port}\n"
                          f"service = main\n" + WORKER)
        code, out, err = eider("serve", config)
    assert (code, out) == (1, "")
    assert str(port) in err and "use" in err


def test_routes(serve):
    config = """\
[socket http]
address = 127.0.0.1:0
routes = example.com/api/* api
routes = *.example.com/* sub
routes = */exact exact
service = main

[socket strict]
address = 127.0.0.1:0
routes = only.example/* main
""" + WORKER + "".join(f"""\
[worker {name}]
compatibilityDate = 2026-11-01
modules = m.js esModule 'export default {{ fetch() {{ \
return new Response("{name}") }} }}'
""" for name in ("api", "sub", "exact"))
    server = serve(config, sockets=2)
    http_port, strict = server.ports["http"], server.ports["strict"]
    for path, host, want in (
            ("/", "example.com", "main /"),
            ("/api/x", "example.com", "api"),
            ("/api/x?q", "EXAMPLE.com:1234", "api"),
            ("/apix", "example.com", "main /apix"),
            ("/", "a.example.com", "sub"),
            ("/api/x", "a.b.example.com", "sub"),
            ("/", "notexample.com", "main /"),
            ("/exact", "whoever", "exact"),
            ("/exact?x=1", "whoever", "exact"),
            ("/exact/", "whoever", "main /exact/")):
        assert get(http_port, path, host) == (200, want), (path, host)
    assert get(strict, "/", "only.example") == (200, "main /")
    assert get(strict, "/", "other.example")[0] == 404


# --- workers

def test_bindings(serve):
    server = serve(BASE + """\
[worker main]
compatibilityDate = 2026-11-01
modules = main.js esModule embed(main.js)
bindings = TEXT text "a \\"quoted\\" \\u00e4 text"
bindings = EMPTY text ""
bindings = JSON json '{"a": [1, 2, null]}'
bindings = DATA data base64(AAH/)
bindings = SET fromEnvironment EIDER_TEST_SET
bindings = UNSET fromEnvironment EIDER_TEST_NOT_SET
bindings = FILE text embed(file.txt)
bindings = callee service callee entrypoint=Named props.json='{"who": "main"}'
[worker callee]
compatibilityDate = 2026-11-01
modules = callee.js esModule embed(callee.js)
""", {"main.js": """\
export default {
	async fetch(request, env) {
		return Response.json({
			text: env.TEXT, empty: env.EMPTY, json: env.JSON,
			data: [...new Uint8Array(env.DATA)],
			isBuffer: env.DATA instanceof ArrayBuffer,
			set: env.SET, unset: env.UNSET, file: env.FILE,
			callee: await (await env.callee.fetch('http://x/')).json(),
		})
	}
}
""", "callee.js": """\
import { WorkerEntrypoint } from 'cloudflare:workers'
export class Named extends WorkerEntrypoint {
	fetch() { return Response.json({ props: this.ctx.props }) }
}
export default { fetch() { return new Response('wrong', { status: 500 }) } }
""", "file.txt": "from a file\n"}, env={"EIDER_TEST_SET": "value"})
    status, _, body = server.get()
    assert status == 200, server.log()
    assert json.loads(body) == {
        "text": 'a "quoted" ä text', "empty": "",
        "json": {"a": [1, 2, None]}, "data": [0, 1, 255], "isBuffer": True,
        "set": "value", "unset": None, "file": "from a file\n",
        "callee": {"props": {"who": "main"}}}


def test_modules_of_every_kind(serve):
    server = serve(BASE + """\
[worker main]
compatibilityDate = 2026-11-01
modules = src/main.js esModule embed(main.js)
modules = src/lib.js esModule 'export const es = "es"'
modules = src/old.cjs commonJsModule embed(old.cjs) namedExports=one
modules = text.txt text "some text"
modules = data.bin data base64(AAECAw==)
modules = json.json json '{"a": 1}'
""", {"main.js": """\
import { es } from './lib.js'
import old, { one } from './old.cjs'
import text from '../text.txt'
import data from '../data.bin'
import json from '../json.json'
export default {
	fetch() {
		return Response.json({ es, two: old.two, one, text, json,
			data: [...new Uint8Array(data)] })
	}
}
""", "old.cjs": "exports.one = 1; exports.two = 2\n"})
    status, _, body = server.get()
    assert status == 200, server.log()
    assert json.loads(body) == {"es": "es", "one": 1, "two": 2,
                                "text": "some text", "json": {"a": 1},
                                "data": [0, 1, 2, 3]}


def test_service_worker_script(serve):
    server = serve(BASE + """\
[worker main]
compatibilityDate = 2026-11-01
serviceWorkerScript = embed(sw.js)
bindings = GREETING text hello
""", {"sw.js": "addEventListener('fetch', event => "
               "event.respondWith(new Response(GREETING + ' from a script')))"})
    assert server.get()[2] == b"hello from a script", server.log()


def test_include(serve):
    server = serve(BASE + "[server]\ninclude = workers/*.ini\n", {
        "workers/main.ini": "[worker main]\ncompatibilityDate = 2026-11-01\n"
        "modules = m.js esModule embed(main.js)\n",
        "workers/main.js": HELLO})
    assert server.get()[2] == b"hello"


# --- logging

CONSOLE = """\
[worker main]
compatibilityDate = 2026-11-01
modules = m.js esModule 'export default { fetch() { \
console.log("a line"); return new Response("x") } }'
"""


def test_log_is_json_lines_off_a_terminal(serve):
    server = serve(BASE + CONSOLE)
    server.get()
    record = json.loads(server.wait_log("a line"))
    assert "a line" in record["message"]


def test_structured_logging_off(serve):
    server = serve("[logging]\nstructuredLogging = false\n" + BASE + CONSOLE)
    server.get()
    line = server.wait_log("a line")
    assert not line.startswith("{")
    assert "main" in line


def test_log_level(serve):
    server = serve("[logging]\nlevel = error\n" + BASE + """\
[worker main]
compatibilityDate = 2026-11-01
modules = m.js esModule 'export default { fetch() { \
console.warn("a warning"); console.error("an error"); \
return new Response("x") } }'
""")
    server.get()
    server.wait_log("an error")
    assert "a warning" not in server.log()


# --- limits

LATE = BASE + """\
[worker main]
compatibilityDate = 2026-11-01
modules = main.js esModule embed(main.js)
limits.wall = 300ms
"""

LATE_JS = """\
const sleep = ms => new Promise(done => setTimeout(done, ms))
export default {
	async fetch(request, env, ctx) {
		switch (new URL(request.url).pathname) {
		case '/late':
			await sleep(60000)
			return new Response('too late')
		case '/stream':
			return new Response(new ReadableStream({
				async pull(c) {
					c.enqueue(new TextEncoder().encode('.'))
					await sleep(50)
				}
			}))
		case '/after':
			ctx.waitUntil(sleep(60000))
		}
		return new Response('in time')
	}
}
"""


def test_wall_limit_ends_the_event(serve):
    server = serve(LATE, {"main.js": LATE_JS})
    assert server.get("/late")[0] == 503
    assert "300 ms" in server.wait_log("took longer")
    assert server.get("/")[2] == b"in time"


def test_wall_limit_ends_a_stream(serve):
    server = serve(LATE, {"main.js": LATE_JS})
    connection = http.client.HTTPConnection("127.0.0.1", server.port,
                                            timeout=30)
    connection.request("GET", "/stream")
    response = connection.getresponse()
    assert response.status == 200
    with pytest.raises(http.client.IncompleteRead) as caught:
        response.read()
    assert 0 < len(caught.value.partial) < 20
    assert get(server.port, "/") == (200, "in time")


def test_wall_limit_ends_what_was_left_to_do(serve):
    server = serve(LATE + "idleTimeout = 100ms\n", {"main.js": LATE_JS})
    assert server.get("/after")[2] == b"in time"
    server.wait_log("took longer")
    server.wait_log("idle")


# --- HTTP options

def test_injected_headers(serve):
    server = serve(BASE.replace("service", """\
http.injectRequestHeaders = X-Set "by the config"
http.injectRequestHeaders = X-Secret
http.injectResponseHeaders = X-Powered-By Eider
http.injectResponseHeaders = X-Internal
http.injectResponseHeaders = Cache-Control no-store
service""") + """\
[worker main]
compatibilityDate = 2026-11-01
modules = main.js esModule embed(main.js)
""", {"main.js": """\
export default {
	fetch(request) {
		return Response.json(Object.fromEntries(request.headers), {
			headers: { 'x-internal': 'seen by nobody',
				'cache-control': 'public', 'x-kept': 'yes' } })
	}
}
"""})
    for http2 in (False, True):
        done = subprocess.run(
            ["curl", "-sS", "-i", "--max-time", "20",
             *(["--http2-prior-knowledge"] if http2 else []),
             "-H", "X-Secret: s3cret", "-H", "x-set: by the client",
             server.url + "/"], capture_output=True, text=True, check=True)
        head, _, body = done.stdout.replace("\r", "").partition("\n\n")
        seen = json.loads(body)
        assert seen["x-set"] == "by the config"
        assert "x-secret" not in seen
        fields = [line.lower() for line in head.split("\n")[1:]]
        assert "x-powered-by: eider" in fields
        assert "x-kept: yes" in fields
        assert [f for f in fields if f.startswith("cache-control")] == \
            ["cache-control: no-store"]
        assert not [f for f in fields if f.startswith("x-internal")]


def test_scheme_and_cf_from_headers(serve):
    server = serve(BASE.replace("service", """\
http.forwardedProtoHeader = X-Forwarded-Proto
http.cfBlobHeader = CF-Blob
service""") + """\
[worker main]
compatibilityDate = 2026-11-01
modules = main.js esModule embed(main.js)
""", {"main.js": """\
export default {
	fetch(request) {
		return Response.json({ url: request.url, cf: request.cf,
			names: [...request.headers.keys()] })
	}
}
"""})
    _, _, body = server.get("/x", headers={
        "X-Forwarded-Proto": "https", "CF-Blob": '{"colo": "X"}'})
    seen = json.loads(body)
    assert seen["url"].startswith("https://")
    assert seen["cf"] == {"colo": "X"}
    assert "x-forwarded-proto" not in seen["names"]
    assert "cf-blob" not in seen["names"]


def test_script_finds_files_without_endings(serve):
    server = serve(None, {
        "app.ts": "import { a } from './a'\nimport { b } from './lib'\n"
                  "import { c } from './c.js'\n"
                  "export default { fetch(): Response {"
                  " return new Response(a + b + c) } }\n",
        "a.js": "export const a = 'A'\n",
        "lib/index.mjs": "export const b = 'B'\n",
        "c.ts": "export const c: string = 'C' as string\n",
    }, ["app.ts", "--socket-addr", "http=127.0.0.1:0"])
    assert server.get()[2] == b"ABC"
