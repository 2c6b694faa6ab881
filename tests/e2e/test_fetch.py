"""fetch() in a worker: what rejects it, and with what; data: URLs; messages."""
import json

import pytest

from test_lives import config, lives  # noqa: F401

CALLER = """
const outcome = (promise) => promise.then((x) => x, (e) =>
  `${e.name}: ${e.message}`);
const endless = () => new ReadableStream({
  pull(c) { c.enqueue(new Uint8Array(1024)); },
});
const deeds = {
  "/body-throws": () => outcome(fetch("http://b/echo", { method: "POST",
    duplex: "half", body: new ReadableStream({
      pull() { throw new RangeError("on purpose"); } }) })),
  "/body-not-bytes": () => outcome(fetch("http://b/echo", { method: "POST",
    duplex: "half", body: new ReadableStream({
      start(c) { c.enqueue("text"); c.close(); } }) })),
  "/redirects": () => outcome(fetch("http://b/again")),
  "/bad-location": () => outcome(fetch("http://b/nowhere")),
  "/manual": async () =>
    (await fetch("http://b/again", { redirect: "manual" })).status,
  "/fragment": async () => (await fetch("http://b/echo#x")).url,
  "/to-get": async () => await (await fetch("http://b/see-other", {
    method: "POST", body: "x",
    headers: { "content-language": "de" } })).text(),
  "/aborted": async () => {
    const controller = new AbortController();
    const response = await fetch("http://b/endless",
      { signal: controller.signal });
    controller.abort(new Error("my reason"));
    return outcome(response.text());
  },
  "/data": async () => {
    const response = await fetch("data:text/html;charset=utf-8;base64,aMOp");
    return [response.status, response.headers.get("content-type"),
      await response.text()].join();
  },
  "/bad-data": () => outcome(fetch("data:no comma")),
  "/messages": () => new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const buffer = new ArrayBuffer(8);
    port2.onmessage = ({ data }) =>
      resolve(`${data.byteLength},${buffer.byteLength}`);
    port1.postMessage(buffer, [buffer]);
  }),
  "/gbk": async () => {
    const bytes = new Blob([Uint8Array.of(0xc4, 0xe3, 0xba),
      Uint8Array.of(0xc3)]).stream();
    let text = "";
    for await (const s of bytes.pipeThrough(new TextDecoderStream("gbk")))
      text += s;
    return text;
  },
  "/digest": async (request) => {
    const digest = new crypto.DigestStream("SHA-256");
    await request.body.pipeTo(digest);
    return `${digest.bytesWritten},${new Uint8Array(await digest.digest)[0]}`;
  },
};
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    return Response.json(await deeds[pathname](request));
  },
};
"""

CALLED = """
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/again")
      return new Response(null, { status: 302,
        headers: { Location: "/again" } });
    if (pathname === "/nowhere")
      return new Response(null, { status: 302,
        headers: { Location: "http://[" } });
    if (pathname === "/see-other")
      return new Response(null, { status: 303,
        headers: { Location: "/headers" } });
    if (pathname === "/headers")
      return new Response(`${request.method} ${
        request.headers.get("content-language")}`);
    if (pathname === "/endless")
      return new Response(new ReadableStream({
        async pull(c) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          c.enqueue(new Uint8Array(16));
        },
      }));
    return new Response(await request.text());
  },
};
"""

CASES = [
    ("/body-throws", "RangeError: on purpose"),
    ("/redirects", "TypeError: Too many redirects."),
    ("/bad-location", "TypeError: Invalid redirect location"),
    ("/manual", 302),
    ("/fragment", "http://b/echo"),
    ("/to-get", "GET null"),
    ("/aborted", "Error: my reason"),
    ("/data", "200,text/html;charset=utf-8,h\u00e9"),
    ("/bad-data", "TypeError: Invalid data: URL."),
    ("/messages", "8,0"),
    ("/gbk", "\u4f60\u597d"),
]


@pytest.fixture
def pair(lives):  # noqa: F811
    text = config("a", "b").replace("[worker a]",
                                    "[worker a]\nglobalOutbound = b")
    return lives(text, {"a.js": CALLER, "b.js": CALLED})


def test_outcomes(pair):
    for path, want in CASES:
        code, _, body = pair.get(path)
        assert (path, code, json.loads(body)) == (path, 200, want)
    _, _, body = pair.get("/body-not-bytes")
    assert json.loads(body).startswith("TypeError: ")


def test_digest_of_a_request_body(pair):
    code, _, body = pair.get("/digest", data=b"abc", method="POST")
    assert (code, json.loads(body)) == (200, "3,186")
