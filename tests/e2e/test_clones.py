"""Two clones of one zygote share nothing that should be random."""
import json

from test_lives import config, lives, wait_until, worker_pid  # noqa: F401

SOURCES = """
const early = [Math.random(), Math.random()];
export default {
  fetch() {
    const bytes = new Uint8Array(16);
    crypto.getRandomValues(bytes);
    const sources = {
      early,
      random: Array.from({ length: 8 }, () => Math.random()),
      bytes: [...bytes],
      uuid: [crypto.randomUUID()],
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
