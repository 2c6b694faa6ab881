"""Two clones of one zygote share nothing that should be random."""
import concurrent.futures
import json
import re

from test_lives import (config, lives, pid_of, wait_until,  # noqa: F401
                        worker_pid)

SOURCES = """
const early = [Math.random(), Math.random()];
export default {
  async fetch() {
    const hex = async (key, format) => [...new Uint8Array(
      await crypto.subtle.exportKey(format, key))].join();
    const aes = await crypto.subtle.generateKey(
      { name: "AES-GCM", length: 128 }, true, ["encrypt"]);
    const ec = await crypto.subtle.generateKey(
      { name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]);
    const bytes = new Uint8Array(16);
    crypto.getRandomValues(bytes);
    const sources = {
      early,
      random: Array.from({ length: 8 }, () => Math.random()),
      bytes: [...bytes],
      uuid: [crypto.randomUUID()],
      aes: [await hex(aes, "raw")],
      ec: [await hex(ec.publicKey, "raw")],
    };
    return new Response(JSON.stringify(sources));
  },
};
"""
CLONES = 12


def test_clones_differ_in_every_source(lives):  # noqa: F811
    server = lives(config(extra="idleTimeout = 20ms", server="fronts = 1"),
                   {"main.js": SOURCES})
    seen = {}
    for _ in range(CLONES):
        code, _, body = server.get()
        assert code == 200
        for source, values in json.loads(body).items():
            seen.setdefault(source, []).append(tuple(values))
        wait_until(lambda: worker_pid(server) == 0)
    assert server.log().count("started in") == CLONES
    for source, values in seen.items():
        assert len(set(values)) == CLONES, (source, values)
    # not one number in common, at any place of the sequences
    numbers = [n for values in seen["random"] + seen["early"] for n in values]
    assert len(set(numbers)) == len(numbers)


def test_two_workers_at_once_differ(lives):  # noqa: F811
    names = ["a", "b"]
    server = lives(config(*names, routes=["*/b* b"]),
                   {f"{n}.js": SOURCES for n in names})
    a = json.loads(server.get("/a")[2])
    b = json.loads(server.get("/b")[2])
    for source in a:
        assert not set(map(str, a[source])) & set(map(str, b[source])) or \
            source == "bytes" and a[source] != b[source], source


MANY = 1020  # more than one zygote makes
ANSWER = 'export default { fetch: () => new Response("ok") };'


def test_zygote_is_renewed(lives):  # noqa: F811
    """After so many clones another one, with another memory layout."""
    names = [f"w{i}" for i in range(MANY)]
    text = config(*names, routes=[f"*/{n} {n}" for n in names],
                  server="fronts = 1", extra="idleTimeout = 50ms")
    text = re.sub(r"modules = \w+\.js esModule embed\(\w+\.js\)",
                  "modules = m.js esModule embed(m.js)", text)
    server = lives(text + "[logging]\nlevel = debug\n", {"m.js": ANSWER})
    (first,) = pid_of(server, "zygote")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for code, _, body in pool.map(lambda n: server.get("/" + n), names):
            assert (code, body) == (200, b"ok")
    server.wait_log("it has made its share of clones")
    wait_until(lambda: pid_of(server, "zygote") not in ([], [first]))
    assert "quarantine" not in server.log()
