#!/usr/bin/python3
"""Benchmarks: Eider beside its peers, medians of interleaved rounds.

The first figure is always CPU time per unit, summed over all processes of the
server: it survives a noisy machine better than any other.
"""
import argparse
import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

import servers
from servers import Eider

HERE = servers.HERE


def wrk(server, seconds, connections, script=None, args=()):
    """(requests/s, p50 ms, p99 ms, CPU us/request, errors)"""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    if script:
        command += ["-s", str(HERE / script)]
    command += [f"http://127.0.0.1:{server.port}/"]
    if args:
        command += ["--", *map(str, args)]
    before = server.cpu_seconds()
    out = subprocess.run(command, capture_output=True, text=True,
                         timeout=seconds + 60).stdout
    cpu = server.cpu_seconds() - before
    requests = int(re.search(r"(\d+) requests in", out)[1])
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)

    def latency(percent):
        value, unit = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)", out).groups()
        return float(value) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]

    return {"cpu_us": cpu / max(requests, 1) * 1e6,
            "per_s": requests / seconds,
            "p50_ms": latency(50), "p99_ms": latency(99),
            "errors": int(bad[1]) if bad else 0}


def h2load(server, seconds, _connections):
    before = server.cpu_seconds()
    out = subprocess.run(
        ["h2load", "-c8", "-m32", f"-D{seconds}", "--warm-up-time=1",
         f"http://127.0.0.1:{server.port}/"],
        capture_output=True, text=True, timeout=seconds + 60).stdout
    cpu = server.cpu_seconds() - before
    per_s = float(re.search(r"([\d.]+) req/s", out)[1])
    failed = int(re.search(r"(\d+) failed", out)[1])
    total = per_s * (seconds + 1)  # the warm-up's CPU is in the sum as well
    return {"cpu_us": cpu / max(total, 1) * 1e6, "per_s": per_s,
            "errors": failed}


def transfer(server, path, upload):
    """MB/s of 100 MiB by curl, and the server's CPU ms."""
    command = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{time_total}",
               f"http://127.0.0.1:{server.port}{path}"]
    stdin = None
    if upload:
        command += ["-X", "POST", "-H", "Expect:", "--data-binary", "@-"]
        stdin = bytes(100 << 20)
    before = server.cpu_seconds()
    out = subprocess.run(command, input=stdin, capture_output=True,
                         timeout=120).stdout.decode().split()
    return {"cpu_ms": (server.cpu_seconds() - before) * 1e3,
            "mb_per_s": 104.8576 / float(out[1]),
            "errors": int(out[0] != "200")}


def median(samples):
    keys = samples[0].keys()
    return {k: statistics.median(s[k] for s in samples) for k in keys}


class Bench:
    def __init__(self, options):
        self.o = options
        self.rows = []
        self.makers = servers.makers(options.build, options.peers)

    def wanted(self, name):
        return not self.o.only or any(w in name for w in self.o.only)

    def add(self, bench, server, values):
        row = {"bench": bench, "server": server, **values}
        self.rows.append(row)
        figures = "  ".join(
            f"{k} {v:,.2f}" if isinstance(v, float) else f"{k} {v}"
            for k, v in values.items())
        print(f"{bench:24} {server:16} {figures}", flush=True)

    def interleaved(self, bench, workload, measure, names=None):
        """MEASURE(server) on every server, round by round."""
        if not self.wanted(bench):
            return
        samples = {}
        for _ in range(self.o.rounds):
            for name, make in self.makers:
                if names and name not in names:
                    continue
                with servers.scratch() as folder, make(folder) as server:
                    server.start(workload)
                    samples.setdefault(name, []).append(measure(server))
        for name, values in samples.items():
            self.add(bench, name, median(values))

    def eider_only(self, bench, config, measure):
        if not self.wanted(bench):
            return
        samples = []
        for _ in range(self.o.rounds):
            with servers.scratch() as folder, \
                    Eider(folder, self.o.build) as server:
                samples.append(measure(server, config))
        self.add(bench, "eider", median(samples))

    # ---- the benchmarks ----

    def requests(self):
        s = self.o.seconds
        self.interleaved("http1 hello c64", "hello.mjs",
                         lambda v: wrk(v, s, 64))
        self.interleaved("http1 hello c1", "hello.mjs",
                         lambda v: wrk(v, s, 1))
        self.interleaved("http1 json c64", "json.mjs",
                         lambda v: wrk(v, s, 64, "post.lua"))
        self.interleaved("http2 hello c8 m32", "hello.mjs",
                         lambda v: h2load(v, s, 8), ["eider"])
        for count in (64, 1000):
            self.eider_only(
                f"http1 over {count} workers", Eider.many("hello.mjs", count),
                lambda v, c, n=count: wrk(v.start(c), s, 64, "spread.lua", [n]))
        hop = ("[socket http]\naddress = 127.0.0.1:@PORT@\nservice = a\n\n" +
               Eider.worker("a", "hop.mjs", "bindings = next service b\n") +
               Eider.worker("b", "hello.mjs"))
        self.eider_only("service hop c64", hop,
                        lambda v, c: wrk(v.start(c), s, 64))

    def bodies(self):
        for path, upload in (("/stream", False), ("/echo", True),
                             ("/sink", True)):
            self.interleaved(f"100 MiB {path[1:]}", "body.mjs",
                             lambda v, p=path, u=upload: transfer(v, p, u))

    def starts(self):
        def exec_to_200(server):
            server.stop()
            began = time.monotonic()
            server.start("hello.mjs")
            get(server.port, "/")
            return {"ms": (time.monotonic() - began) * 1e3,
                    "cpu_ms": server.cpu_seconds() * 1e3}

        self.interleaved("exec to first 200", "hello.mjs", exec_to_200)

        def stopped(server, config):
            server.start(config)
            get(server.port, "/w0/")
            times = sorted(timed_get(server.port, f"/w{i}/")
                           for i in range(1, 200))
            return {"p50_ms": times[len(times) // 2],
                    "p99_ms": times[int(len(times) * 0.99)]}

        self.eider_only("stopped worker", Eider.many("hello.mjs", 200), stopped)

        def thousand(server, config):
            began = time.monotonic()
            server.start(config)
            ready = (time.monotonic() - began) * 1e3
            began = time.monotonic()
            for i in range(1000):
                get(server.port, f"/w{i}/")
            return {"ready_ms": ready,
                    "each_once_ms": (time.monotonic() - began) * 1e3}

        self.eider_only("1,000 workers", Eider.many("hello.mjs", 1000), thousand)

    def density(self):
        def alone(server, config):
            server.start(config)
            get(server.port, "/")
            time.sleep(0.5)
            worker = max(server.tree())
            return {"all_pss_kb": server.memory_kb(),
                    "worker_pss_kb": servers.memory_of(worker, "Pss"),
                    "worker_private_dirty_kb":
                        servers.memory_of(worker, "Private_Dirty")}

        self.eider_only("one idle worker", Eider.simple("hello.mjs"), alone)
        for count, workload, title in (
                (100, "hello.mjs", ""), (1000, "hello.mjs", ""),
                (100, "garbage.mjs", ", after a collection")):
            def measure(server, config, n=count):
                server.start(config)
                get(server.port, "/w0/")
                time.sleep(0.5)
                pss, dirty = (server.memory_kb(k)
                              for k in ("Pss", "Private_Dirty"))
                free = available_kb()
                for i in range(1, n):
                    get(server.port, f"/w{i}/")
                time.sleep(0.5)
                each = {"pss_kb": server.memory_kb() - pss,
                        "private_dirty_kb":
                            server.memory_kb("Private_Dirty") - dirty,
                        "mem_available_kb": free - available_kb()}
                return {k: v / (n - 1) for k, v in each.items()}

            self.eider_only(
                f"per idle worker of {count}{title}",
                Eider.many(workload, count, "idleTimeout = 10m\n"), measure)

    def fairness(self):
        """One tenant's clients, while others do not end: as many as half of
        the cores, and more than there are."""
        cores = os.cpu_count()
        for n in (max(cores // 2, 1), 3 * cores):
            self.eider_only(f"beside {n} spinner{'s' if n > 1 else ''}",
                            Eider.beside_spinners(n), self.beside)

    def beside(self, server, config):
        server.start(config)
        quiet = wrk(server, self.o.seconds, 16)
        n = config.count("[worker spinner")
        others = server.cpu_by_process().keys()
        spinners = [http.client.HTTPConnection("127.0.0.1", server.port)
                    for _ in range(n)]
        for i, spinner in enumerate(spinners):
            spinner.request("GET", f"/spin{i}/")
        time.sleep(0.5)
        before = server.cpu_by_process()
        beside = wrk(server, self.o.seconds, 16)
        after = server.cpu_by_process()
        for spinner in spinners:
            spinner.close()
        used = [after[p] - before[p] for p in before if p not in others]
        return {"quiet_p99_ms": quiet["p99_ms"],
                "beside_p99_ms": beside["p99_ms"],
                "ratio": beside["p99_ms"] / quiet["p99_ms"],
                "quiet_per_s": quiet["per_s"],
                "beside_per_s": beside["per_s"],
                # CPU of a spinner; the most that one got, by the least
                "spinner_s": statistics.mean(used),
                "spread": max(used) / max(min(used), 0.01)}

    def front_end(self):
        """Source to tree, and to ES5 text: the language tests, repeated."""
        if not self.wanted("front-end"):
            return
        files = sorted((HERE.parent / "tests" / "lang").glob("*.*js"))
        sources = [f.read_text(encoding="utf-8") for f in files]
        text = "".join("(async function () {\n" + s + "\n})();\n"
                       for s in sources
                       if not re.search(r"^(im|ex)port\b|import\.meta", s,
                                        re.MULTILINE))
        text *= -(-4_000_000 // len(text))
        with tempfile.NamedTemporaryFile("w", suffix=".js",
                                         encoding="utf-8") as source:
            source.write(text)
            source.flush()
            for name, flags in (("parse", []), ("parse, lower", ["--lower"])):
                out = subprocess.run(
                    [f"{self.o.build}/eider-parse", "--kind", "script",
                     "--time", "5", *flags, source.name],
                    capture_output=True, text=True, check=True).stdout
                speed = float(re.search(r"([\d.]+) MB/s", out)[1])
                print(f"front-end: {name}: {speed:.0f} MB/s")

    def scripts(self):
        names = ("fib", "json", "regex", "strcat", "math", "intloop", "arrays",
                 "objects")
        if not self.wanted("cpu"):
            return

        def measure(server):
            out = {}
            for name in names:
                timed_get(server.port, "/" + name)
                out[name + "_ms"] = timed_get(server.port, "/" + name)
            return out

        if self.o.peers:
            binary = [(n, m) for n, m in self.makers if n == "workerd"]
            if binary:
                path = binary[0][1]("/tmp").binary
                self.makers.append((
                    "workerd-jitless",
                    lambda f: servers.WorkerdJitless(f, path)))
            binary = [(n, m) for n, m in self.makers if n == "bun"]
            if binary:
                bun = binary[0][1]("/tmp").binary
                self.makers.append((
                    "bun-jitless", lambda f: servers.BunJitless(f, bun)))
        self.interleaved("cpu scripts", "cpu.mjs", measure)
        by_server = {r["server"]: r for r in self.rows
                     if r["bench"] == "cpu scripts"}
        for peer in ("workerd-jitless", "bun-jitless"):
            if peer in by_server:
                self.add("cpu, times " + peer, "eider", {
                    name: by_server["eider"][name + "_ms"] /
                    by_server[peer][name + "_ms"] for name in names})


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {body[:200]}")
    return body


def timed_get(port, path):
    began = time.monotonic()
    get(port, path)
    return (time.monotonic() - began) * 1e3


def available_kb():
    with open("/proc/meminfo") as f:
        return int(re.search(r"MemAvailable:\s+(\d+)", f.read())[1])


def noise():
    """Relative spread of a fixed loop: what the machine adds by itself."""
    times = []
    for _ in range(7):
        began = time.perf_counter()
        sum(range(2_000_000))
        times.append(time.perf_counter() - began)
    return (max(times) - min(times)) / statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help="names of benchmarks, or parts")
    parser.add_argument("--build", default="build")
    parser.add_argument("--peers", help="a node_modules with peers' binaries")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--json", help="write the rows to this file")
    options = parser.parse_args()
    before = noise()
    bench = Bench(options)
    for part in (bench.requests, bench.bodies, bench.starts, bench.density,
                 bench.fairness, bench.front_end, bench.scripts):
        part()
    worst = max(before, noise())
    print(f"spread of a fixed loop on this machine: {worst:.0%}" +
          (" - too noisy for the wall-clock figures" if worst > 0.3 else ""))
    if options.json:
        servers.dump(bench.rows, options.json)


if __name__ == "__main__":
    sys.exit(main())
