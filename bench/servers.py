"""The servers that are measured: Eider and, where their binaries are, peers."""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
WORKLOADS = HERE / "workloads"
TICKS = os.sysconf("SC_CLK_TCK")
START_S = 30


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def process_tree(pid):
    """PID and all processes below it."""
    above = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as f:
                    above[int(entry)] = int(f.read().rsplit(")", 1)[1].split()[1])
            except OSError:
                pass
    tree, todo = [pid], [pid]
    while todo:
        parent = todo.pop()
        found = [p for p, a in above.items() if a == parent]
        tree += found
        todo += found
    return tree


def memory_of(pid, key):
    """KEY of a process's smaps_rollup in kB; 0 if it is gone."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            for line in f:
                if line.startswith(key + ":"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


class Server:
    """One running server; the subclasses know how to start it."""

    name = "?"
    env = {}

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.process = None
        self.port = None

    def command(self, workload):
        raise NotImplementedError

    def start(self, workload):
        self.port = free_port()
        self.log = open(self.folder / f"{self.name}.log", "w")
        self.process = subprocess.Popen(
            self.command(workload), cwd=self.folder,
            env={**os.environ, **self.env},
            stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    return self
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.002)
        raise RuntimeError(f"{self.name} does not start: " +
                           (self.folder / f"{self.name}.log").read_text())

    def cpu_seconds(self):
        """User and system time of all processes, those reaped included."""
        total = 0
        for pid in process_tree(self.process.pid):
            try:
                with open(f"/proc/{pid}/stat") as f:
                    fields = f.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            total += int(fields[11]) + int(fields[12])
            if pid == self.process.pid:
                total += int(fields[13]) + int(fields[14])
        return total / TICKS

    def cpu_by_process(self):
        """{pid: user and system time} of all processes."""
        found = {}
        for pid in process_tree(self.process.pid):
            try:
                with open(f"/proc/{pid}/stat") as f:
                    fields = f.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            found[pid] = (int(fields[11]) + int(fields[12])) / TICKS
        return found

    def tree(self):
        return process_tree(self.process.pid)

    def memory_kb(self, key="Pss"):
        return sum(memory_of(pid, key) for pid in self.tree())

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Eider(Server):
    name = "eider"

    def __init__(self, folder, build):
        super().__init__(folder)
        self.build = pathlib.Path(build).resolve()

    def command(self, workload):
        config = workload if "\n" in str(workload) else self.simple(workload)
        path = self.folder / "eider.ini"
        path.write_text(config.replace("@PORT@", str(self.port)))
        return [self.build / "eider", "serve", path]

    @staticmethod
    def worker(name, workload, extra=""):
        return (f"[worker {name}]\ncompatibilityDate = 2026-11-01\n"
                f"modules = main.js esModule embed({WORKLOADS / workload})\n"
                f"{extra}\n")

    @classmethod
    def simple(cls, workload):
        # 100 MiB at once need more than the default heap.
        extra = "limits.memory = 512M\n" if workload == "body.mjs" else ""
        return ("[socket http]\naddress = 127.0.0.1:@PORT@\nservice = main\n\n"
                + cls.worker("main", workload, extra))

    @classmethod
    def beside_spinners(cls, n):
        """A quiet worker at /, N that never end at /spin0/ and so on."""
        routes = "".join(f"routes = */spin{i}/* spinner{i}\n"
                         for i in range(n))
        workers = "".join(cls.worker(f"spinner{i}", "spin.mjs",
                                     "limits.cpu = 10m\n")
                          for i in range(n))
        return ("[socket http]\naddress = 127.0.0.1:@PORT@\n"
                "service = quiet\n" + routes + "\n" +
                cls.worker("quiet", "hello.mjs") + workers)

    @classmethod
    def many(cls, workload, count, extra=""):
        """COUNT workers; /wN/ goes to worker N."""
        routes = "".join(f"routes = */w{i}/* w{i}\n" for i in range(count))
        workers = "".join(cls.worker(f"w{i}", workload, extra)
                          for i in range(count))
        return ("[socket http]\naddress = 127.0.0.1:@PORT@\nservice = w0\n" +
                routes + "\n" + workers)


class Workerd(Server):
    name = "workerd"
    jitless = False

    def __init__(self, folder, binary):
        super().__init__(folder)
        self.binary = binary

    def command(self, workload):
        shutil.copy(WORKLOADS / workload, self.folder / "main.js")
        flags = 'v8Flags = ["--jitless"],' if self.jitless else ""
        (self.folder / "config.capnp").write_text(f"""\
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  {flags}
  services = [(name = "main", worker = (
    modules = [(name = "main.js", esModule = embed "main.js")],
    compatibilityDate = "2026-11-01"))],
  sockets = [(name = "http", address = "127.0.0.1:{self.port}", http = (),
    service = "main")]
);
""")
        return [self.binary, "serve", self.folder / "config.capnp"]


class WorkerdJitless(Workerd):
    name = "workerd-jitless"
    jitless = True


class Bun(Server):
    name = "bun"

    def __init__(self, folder, binary):
        super().__init__(folder)
        self.binary = binary

    def command(self, workload):
        return [self.binary, HERE / "peers" / "bun.mjs", WORKLOADS / workload,
                str(self.port)]


class BunJitless(Bun):
    name = "bun-jitless"
    env = {"BUN_JSC_useJIT": "0"}


class Deno(Bun):
    name = "deno"

    def command(self, workload):
        return [self.binary, "run", "-A", "--no-config",
                HERE / "peers" / "deno.mjs", WORKLOADS / workload,
                str(self.port)]


# Where the npm packages keep their binaries, below node_modules.
PEERS = [
    (Workerd, "@cloudflare/workerd-linux-64/bin/workerd"),
    (Bun, "@oven/bun-linux-x64/bin/bun"),
    (Bun, "bun/bin/bun.exe"),
    (Deno, "@deno/linux-x64-glibc/deno"),
]


def makers(build, peers_dir):
    """[(name, function: folder -> Server)], Eider first."""
    found = [("eider", lambda folder: Eider(folder, build))]
    if peers_dir:
        for kind, where in PEERS:
            binary = pathlib.Path(peers_dir).resolve() / where
            if binary.exists() and kind.name not in dict(found):
                found.append((kind.name,
                              lambda f, k=kind, b=binary: k(f, b)))
    return found


def scratch():
    return tempfile.TemporaryDirectory(prefix="eider-bench-")


def dump(rows, path):
    pathlib.Path(path).write_text(json.dumps(rows, indent=1) + "\n")
