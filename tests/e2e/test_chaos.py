"""Processes killed at random under load: nothing wrong is ever answered."""
import concurrent.futures
import http.client
import os
import random
import signal
import time

import pytest

from test_lives import config, lives, status, wait_until  # noqa: F401

FULL = bool(os.environ.get("EIDER_FULL"))
KILLS = 1000 if FULL else 80

ECHO = """
export default {
  async fetch(request, env) {
    const id = new URL(request.url).searchParams.get("id");
    const text = await request.text();
    return new Response(`${env.NAME} ${id} ${text.length}`);
  },
};
"""


def processes(server):
    """{pid: role} of what runs now, the supervisor not among it."""
    now = status(server)
    found = {p["pid"]: p["role"] for p in now["processes"]}
    found.update({w["pid"]: "worker" for w in now["workers"] if w["pid"]})
    return found


class Load:
    """Clients that check every byte of what they get."""

    def __init__(self, server, names):
        self.server = server
        self.names = names
        self.stop = False
        self.served = 0
        self.refused = {502: 0, 503: 0}
        self.broken = 0
        self.wrong = []

    def one(self, connection, rng):
        name = rng.choice(self.names)
        number = rng.randrange(10**9)
        body = b"x" * rng.choice([0, 10, 5000, 100000])
        connection.request("POST", f"/{name}?id={number}", body)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status == 200:
            self.served += 1
            if text != f"{name} {number} {len(body)}".encode():
                self.wrong.append((name, number, len(body), text))
        elif answer.status in self.refused:
            self.refused[answer.status] += 1
        else:
            self.wrong.append((answer.status, text))

    def run(self, seed):
        rng = random.Random(seed)
        connection = None
        while not self.stop:
            if connection is None:
                connection = http.client.HTTPConnection(
                    "127.0.0.1", self.server.port, timeout=20)
            try:
                self.one(connection, rng)
            except (OSError, http.client.HTTPException):
                self.broken += 1  # its front was killed, or closed it
                connection.close()
                connection = None
                time.sleep(0.01)


def test_kill_9_of_random_processes(lives):  # noqa: F811
    names = ["a", "b", "c"]
    server = lives(
        config(*names, server="fronts = 2",
               routes=[f"*/{n}* {n}" for n in names]),
        {f"{n}.js": ECHO for n in names})
    load = Load(server, names)
    rng = random.Random(7)
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        running = [pool.submit(load.run, seed) for seed in range(6)]
        killed = {}
        while sum(killed.values()) < KILLS and not load.wrong:
            victims = processes(server)
            if not victims:
                continue
            # roles first: there are more workers than zygotes
            role = rng.choice(sorted(set(victims.values())))
            pid = rng.choice([p for p, r in victims.items() if r == role])
            try:
                os.kill(pid, signal.SIGKILL)
                killed[role] = killed.get(role, 0) + 1
            except ProcessLookupError:
                pass
            time.sleep(rng.choice([0, 0.01, 0.05, 0.1]))
        begin = time.monotonic()
        before = load.served
        wait_until(lambda: load.served > before + 20 or load.wrong, 5)
        recovery = time.monotonic() - begin
        load.stop = True
        for run in running:
            run.result(30)
    assert not load.wrong, (load.wrong[:5], server.log()[-3000:])
    assert set(killed) == {"front", "zygote", "worker"}
    assert recovery < 1.5, f"{recovery:.2f} s to recover"
    assert load.served > KILLS
    assert "quarantine" not in server.log()
    for name in names:
        assert server.get(f"/{name}?id=1")[2] == f"{name} 1 0".encode()
    assert server.stop() == 0


def test_stopped_processes_do_not_stall_the_rest(lives):  # noqa: F811
    """A worker that answers nothing any more hurts nobody else."""
    names = ["a", "b"]
    server = lives(config(*names, routes=[f"*/{n}* {n}" for n in names]),
                   {f"{n}.js": ECHO for n in names})
    for name in names:
        assert server.get(f"/{name}?id=1")[0] == 200
    victim = [w["pid"] for w in status(server)["workers"]
              if w["worker"] == "a"][0]
    os.kill(victim, signal.SIGSTOP)
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        stuck = [pool.submit(server.get, f"/a?id={i}") for i in range(30)]
        for i in range(200):
            begin = time.monotonic()
            assert server.get(f"/b?id={i}")[2] == f"b {i} 0".encode()
            assert time.monotonic() - begin < 2
        os.kill(victim, signal.SIGCONT)
        for i, run in enumerate(stuck):
            assert run.result(20)[2] == f"a {i} 0".encode()
    assert server.stop() == 0


@pytest.mark.parametrize("signo", [signal.SIGTERM, signal.SIGINT,
                                   signal.SIGHUP])
def test_signals_to_children_are_ignored(lives, signo):  # noqa: F811
    """What a terminal sends to its whole group is the supervisor's to act
    on."""
    server = lives(config("a"), {"a.js": ECHO})
    assert server.get("/a?id=1")[0] == 200
    before = processes(server)
    for pid in before:
        os.kill(pid, signo)
    time.sleep(0.1)
    assert server.get("/a?id=2")[0] == 200
    assert processes(server) == before
