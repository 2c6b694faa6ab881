"""The APIs over HTTP: handlers, bodies, service bindings, limits of events."""
import http.client
import json
import urllib.error
import urllib.request

import pytest

MAIN = """
const seen = [];
const handlers = {
  '/json': async (request) => Response.json(await request.json()),
  '/echo': (request) => new Response(request.body),
  '/through': (request) =>
    new Response(request.body.pipeThrough(new TransformStream())),
  '/count': async (request) => {
    let n = 0;
    for await (const chunk of request.body) n += chunk.length;
    return new Response(String(n));
  },
  '/unread': () => new Response('done'),
  '/text': () => new Response('h\\u00e9llo \\u{1f600}'),
  '/bytes': () => new Response(new Uint8Array(1 << 20).fill(65)),
  '/generated': () => {
    let left = 64;
    return new Response(new ReadableStream({
      pull(c) {
        if (left-- > 0) c.enqueue(new Uint8Array(65536));
        else c.close();
      },
    }));
  },
  '/drip': () => {
    const { readable, writable } = new TransformStream();
    (async () => {
      const writer = writable.getWriter(), encoder = new TextEncoder();
      for (let i = 0; i < 3; i++) {
        await writer.write(encoder.encode(`${i};`));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await writer.close();
    })();
    return new Response(readable);
  },
  '/fixed': () => {
    const { readable, writable } = new FixedLengthStream(3);
    const writer = writable.getWriter();
    writer.write(new TextEncoder().encode('abc'));
    writer.close();
    return new Response(readable);
  },
  '/cookies': () => {
    const h = new Headers();
    h.append('set-cookie', 'a=1');
    h.append('set-cookie', 'b=2');
    return new Response(null, { status: 204, headers: h });
  },
  '/form': async (request) => {
    const form = await request.formData();
    return Response.json([...form].map(([k, v]) =>
      [k, typeof v === 'string' ? v : `${v.name}:${v.size}:${v.type}`]));
  },
  '/later': (request, env, ctx) => {
    ctx.waitUntil(scheduler.wait(20).then(() => console.log('it waited')));
    return new Response('now');
  },
  '/throw': () => { throw new RangeError('on purpose'); },
  '/reject': async () => { throw new TypeError('also on purpose'); },
  '/notresponse': () => 'a string',
  '/hang': () => new Promise(() => {}),
  '/badstream': () => new Response(new ReadableStream({
    start(c) { c.enqueue('a string'); },
  })),
  '/unhandled': () => { Promise.reject(new Error('nobody cares'));
    return new Response('ok'); },
  '/outbound': async () => {
    try { await fetch('http://example.com/'); } catch (e) {
      return new Response(e.message); } },
  '/log': () => { console.log('a %s', 'b', { c: [1] });
    console.error('worse'); return new Response(''); },
};
export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    return handlers[pathname](request, env, ctx);
  },
};
"""


@pytest.fixture
def main(serve_module):
    return serve_module(MAIN)


def test_bodies(main):
    text = main.get("/text")
    assert text[2].decode() == "h\u00e9llo \U0001f600"
    assert text[1]["content-type"] == "text/plain;charset=UTF-8"
    data = bytes(range(256)) * 4000
    for path in ("/echo", "/through"):
        assert main.get(path, data=data)[2] == data
    assert main.get("/count", data=data)[2] == b"1024000"
    assert main.get("/json", data=b'{"a":[1,"\xc3\xa9"]}')[2].decode() == \
        '{"a":[1,"\u00e9"]}'
    assert main.get("/bytes")[2] == b"A" * (1 << 20)
    assert len(main.get("/generated")[2]) == 64 * 65536
    assert main.get("/drip")[2] == b"0;1;2;"
    fixed = main.get("/fixed")
    assert fixed[2] == b"abc" and fixed[1]["content-length"] == "3"


def test_unread_upload_is_drained(main):
    for _ in range(3):
        assert main.get("/unread", data=b"x" * 2_000_000)[2] == b"done"
    assert main.get("/text")[0] == 200


def test_headers_of_responses(main):
    status, headers, body = main.get("/cookies")
    assert status == 204 and body == b""
    assert headers.get_all("set-cookie") == ["a=1", "b=2"]


def test_form_data(main):
    body = ('--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
            '--XX\r\nContent-Disposition: form-data; name="f"; '
            'filename="n.txt"\r\nContent-Type: text/plain\r\n\r\nabc\r\n'
            '--XX--\r\n').encode()
    got = main.get("/form", data=body, headers={
        "content-type": "multipart/form-data; boundary=XX"})
    assert json.loads(got[2]) == [["a", "1"], ["f", "n.txt:3:text/plain"]]
    got = main.get("/form", data=b"x=1+2&y=%C3%A9", headers={
        "content-type": "application/x-www-form-urlencoded"})
    assert json.loads(got[2]) == [["x", "1 2"], ["y", "\u00e9"]]


@pytest.mark.parametrize("path, line", [
    ("/throw", "Uncaught RangeError: on purpose"),
    ("/reject", "Uncaught TypeError: also on purpose"),
    ("/notresponse", "the Promise did not resolve to 'Response'"),
    ("/hang", "would never generate a response"),
])
def test_failures_answer_500(main, path, line):
    status, headers, body = main.get(path)
    assert (status, body) == (500, b"Internal Server Error")
    assert headers["x-request-id"]
    main.wait_log(line)
    assert main.get("/text")[0] == 200


def test_stream_of_strings_fails(main):
    # the failure may overtake the head on its way to the client
    try:
        status, _, body = main.get("/badstream")
    except (urllib.error.URLError, OSError, http.client.HTTPException):
        pass
    else:
        assert (status, body) == (500, b"Internal Server Error")
    main.wait_log("did not return bytes")


def test_log_and_background_work(main):
    main.get("/log")
    main.wait_log("a b { c: [ 1 ] }")
    main.wait_log("worse")
    assert main.get("/later")[2] == b"now"
    main.wait_log("it waited")
    main.get("/unhandled")
    main.wait_log("nobody cares")


def test_no_outbound(main):
    assert b"not permitted to access the internet" in main.get("/outbound")[2]


A = """
const cases = {
  '/plain': (env) => env.B.fetch('http://b/x?y', { headers: { 'x-a': 'q' } }),
  '/pass': (env, request) => env.B.fetch(new Request('http://b/echo', request)),
  '/three': async (env) => {
    const all = await Promise.all([1, 2, 3].map(() =>
      env.B.fetch('http://b/slow')));
    return new Response((await Promise.all(all.map((r) => r.text()))).join());
  },
  '/follow': async (env) => {
    const r = await env.B.fetch('http://b/redirect');
    return new Response(`${r.url} ${r.redirected} ${await r.text()}`);
  },
  '/manual': async (env) => {
    const r = await env.B.fetch('http://b/redirect', { redirect: 'manual' });
    return new Response(`${r.status} ${r.headers.get('location')}`);
  },
  '/error': (env) => env.B.fetch('http://b/error'),
  '/stream': (env) => {
    let n = 0;
    const body = new ReadableStream({ pull(c) {
      if (n++ < 50) c.enqueue(new Uint8Array(10000)); else c.close(); } });
    return env.B.fetch('http://b/count', { method: 'POST', body });
  },
  '/abort': (env) => {
    const c = new AbortController();
    setTimeout(() => c.abort(), 5);
    return env.B.fetch('http://b/slow', { signal: c.signal });
  },
  '/clone': async (env) => {
    const r = await env.B.fetch('http://b/slow'), c = r.clone();
    return new Response(await r.text() + await c.text());
  },
  '/other': (env) => env.OTHER.fetch('http://b/'),
  '/loop': (env) => env.SELF.fetch('http://a/loop'),
};
export default {
  async fetch(request, env) {
    try {
      return await cases[new URL(request.url).pathname](env, request);
    } catch (e) {
      return new Response(`${e.name}: ${e.message}`, { status: 599 });
    }
  },
};
"""

B = """
import { WorkerEntrypoint, env, waitUntil } from 'cloudflare:workers';
export default class extends WorkerEntrypoint {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    switch (pathname) {
    case '/slow':
      await scheduler.wait(30);
      return new Response(`slow ${this.env.NAME} ${env.NAME}`);
    case '/error': throw new RangeError('from b');
    case '/redirect': return Response.redirect('http://b/target');
    case '/target': return new Response('target');
    case '/echo': return new Response(request.body,
      { headers: { 'x-method': request.method } });
    case '/count':
      return new Response(String((await request.bytes()).length));
    }
    waitUntil(Promise.resolve());
    return Response.json([request.url, request.method,
      request.headers.get('x-a')]);
  }
}
export const other = { fetch: () => new Response('other') };
"""

TWO = """\
[socket http]
address = 127.0.0.1:0
service = a

[worker a]
compatibilityDate = 2026-11-01
modules = a.js esModule embed(a.js)
bindings = B service b
bindings = OTHER service b entrypoint=other
bindings = SELF service a

[worker b]
compatibilityDate = 2026-11-01
modules = b.js esModule embed(b.js)
bindings = NAME text bee
"""


def test_service_bindings(serve):
    s = serve(TWO, {"a.js": A, "b.js": B})
    assert json.loads(s.get("/plain")[2]) == ["http://b/x?y", "GET", "q"]
    data = b"z" * 3_000_000
    status, headers, body = s.get("/pass", data=data)
    assert (status, headers["x-method"], body) == (200, "POST", data)
    assert s.get("/three")[2] == b"slow bee bee,slow bee bee,slow bee bee"
    assert s.get("/follow")[2] == b"http://b/target true target"
    assert s.get("/manual")[2] == b"302 http://b/target"
    assert s.get("/stream")[2] == b"500000"
    assert s.get("/clone")[2] == b"slow bee beeslow bee bee"
    assert s.get("/other")[2] == b"other"
    assert s.get("/abort")[2] == b"AbortError: The operation was aborted"
    assert s.get("/error")[2] == b"RangeError: from b"
    assert b"Subrequest depth limit exceeded" in s.get("/loop")[2]


def test_service_worker_syntax(serve):
    s = serve("""\
[socket http]
address = 127.0.0.1:0
service = sw

[worker sw]
compatibilityDate = 2026-11-01
serviceWorkerScript = embed(sw.js)
bindings = NAME text there
""", {"sw.js": """
addEventListener('fetch', (event) => {
  const { pathname } = new URL(event.request.url);
  if (pathname === '/throw') throw new Error('in a listener');
  if (pathname !== '/none') event.respondWith(answer(event.request));
});
async function answer(request) {
  return new Response(`hello ${NAME} ${request.method}`);
}
"""})
    assert s.get("/")[2] == b"hello there GET"
    assert s.get("/throw")[0] == 500
    assert s.get("/none")[0] == 500
    s.wait_log("in a listener")


def test_cpu_limit_ends_the_worker(serve_module):
    s = serve_module("""
export default { fetch(request) {
  if (request.url.endsWith('/spin')) for (;;);
  return new Response('fine');
} };
""", extra="limits.cpu = 100ms")
    assert s.get("/")[2] == b"fine"
    assert s.get("/spin")[0] == 503
    s.wait_log("exceeded CPU time limit")
    assert s.get("/")[2] == b"fine"


def test_memory_limit_ends_the_worker(serve_module):
    s = serve_module("""
export default { fetch(request) {
  if (request.url.endsWith('/eat')) { const all = [];
    for (;;) all.push(new Uint8Array(1 << 20)); }
  return new Response('fine');
} };
""", extra="limits.memory = 16M")
    assert s.get("/")[2] == b"fine"
    assert s.get("/eat")[0] == 503
    s.wait_log("exceeded memory limit")
    assert s.get("/")[2] == b"fine"
