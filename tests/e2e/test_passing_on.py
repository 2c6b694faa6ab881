"""A request passed on to a service: untouched, or changed on the way."""
import http.client
import json

import pytest

BACKEND = """
export default { async fetch(request) {
  const headers = {};
  for (const [k, v] of request.headers)
    if (!['host', 'accept-encoding', 'cf-connecting-ip'].includes(k))
      headers[k] = v;
  return Response.json({method: request.method, url: request.url, headers,
    body: await request.text(), cf: request.cf?.mark ?? null});
} };
"""

# What the worker in front does, and what the backend then sees of
# POST or GET PATH with x-a: 1.
CASES = {
    "untouched": "return env.next.fetch(request)",
    "after a look": """
        request.url; request.headers.get('x-a'); request.method;
        return env.next.fetch(request)""",
    "a copy": "return env.next.fetch(new Request(request))",
    "a copy of a copy": """
        return env.next.fetch(new Request(new Request(request)))""",
    "a clone": "return env.next.fetch(request.clone())",
    "headers changed": """
        const r = new Request(request);
        r.headers.set('x-a', '2'); r.headers.append('x-b', '3');
        return env.next.fetch(r)""",
    "copy of changed headers": """
        const r = new Request(request);
        r.headers.delete('x-a');
        return env.next.fetch(new Request(r))""",
    "headers by init": """
        return env.next.fetch(request, {headers: {'x-c': '4'}})""",
    "method by init": """
        return env.next.fetch(new Request(request, {method: 'PUT'}))""",
    "url by string": """
        return env.next.fetch('https://other.example/x?y#z', request)""",
    "cf by init": """
        return env.next.fetch(new Request(request, {cf: {mark: 'm'}}))""",
    "cf changed": """
        const r = new Request(request);
        if (r.cf) r.cf.mark = 'n';
        return env.next.fetch(r)""",
}


def want(case, method, url, body):
    seen = {"method": method, "url": url, "body": body, "cf": None,
            "headers": {"x-a": "1"}}
    if method == "POST":
        seen["headers"]["content-length"] = str(len(body))
    headers = seen["headers"]
    if case == "headers changed":
        headers.update({"x-a": "2", "x-b": "3"})
    elif case == "copy of changed headers":
        del headers["x-a"]
    elif case == "headers by init":
        del headers["x-a"]
        headers["x-c"] = "4"
    elif case == "method by init":
        seen["method"] = "PUT"
        if method == "GET":
            headers["content-length"] = "0"
    elif case == "url by string":
        seen["url"] = "https://other.example/x?y"
    elif case == "cf by init":
        seen["cf"] = "m"
    elif case == "cf changed":
        seen["cf"] = "n"
    return seen


@pytest.fixture(scope="module")
def paths():
    """What a client asks for, and what a worker is told."""
    return {"/": "/", "/a/b?c=d&e=f": "/a/b?c=d&e=f",
            "/a/../b/./c": "/b/c", "/%7e%41'?'\"": "/%7e%41'?%27%22",
            "/a.b/..c": "/a.b/..c", "/x/%2e%2e/y": "/y"}


@pytest.mark.parametrize("case", CASES)
def test_what_the_service_sees(serve, paths, case):
    server = serve(config="""
[socket http]
address = 127.0.0.1:0
service = front
[worker front]
compatibilityDate = 2026-11-01
modules = front.js esModule embed(front.js)
bindings = next service backend
[worker backend]
compatibilityDate = 2026-11-01
modules = backend.js esModule embed(backend.js)
""", files={"backend.js": BACKEND, "front.js": """
export default { async fetch(request, env) {
  const response = await (async () => { %s })();
  return new Response(response.body, {headers: {
    'x-url': response.url, 'content-type': 'text/plain'}});
} };
""" % CASES[case]})
    # Twice each: what was seen once may be passed on another way.
    for _ in range(2):
        for path, told in paths.items():
            for method, body in (("GET", ""), ("POST", "some text")):
                connection = http.client.HTTPConnection(
                    "127.0.0.1", server.port, timeout=30)
                connection.request(method, path, body=body or None, headers={
                    "x-a": "1", "Accept-Encoding": "x", "Host": "a.example"})
                response = connection.getresponse()
                text = response.read().decode()
                connection.close()
                assert response.status == 200, text
                url = "http://a.example" + told
                seen = json.loads(text)
                expected = want(case, method, url, body)
                for got in (seen, expected):
                    got["headers"].pop("content-length", None)
                    got["headers"].pop("content-type", None)
                if case == "cf changed" and seen["cf"] is None:
                    expected["cf"] = None  # no cf to change
                assert seen == expected, (path, method)
                assert response.headers["x-url"] == expected["url"]
