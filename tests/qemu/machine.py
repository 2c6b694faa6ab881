"""A small virtual machine with Debian's own kernel and this machine's programs.

The root file system is a copy of the files of installed Debian packages; into
it go the build's programs and the tests. Nothing of the host is shared with the
guest: it has an image of its own, no network card, and ends with its test. It
runs emulated, so that it needs no right that a container lacks.

The kernel is unpacked, not installed: `./dev deps --full` puts it into
BUILD/kernel.
"""
import os
import pathlib
import re
import select
import shutil
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("EIDER_BUILD", ROOT / "build"))
KERNEL = BUILD / "kernel"
MODULES = ("virtio_ring", "virtio", "virtio_pci_legacy_dev",
           "virtio_pci_modern_dev", "virtio_pci", "virtio_blk")
PACKAGES = ("bash", "coreutils", "curl", "dash", "findutils", "grep",
            "iproute2", "libc-bin", "libcmocka0", "libcurl4", "login", "mount",
            "procps", "passwd", "python3", "python3-pytest", "sed",
            "util-linux", "systemd", "systemd-sysv")
# What nothing in the guest reads.
LEFT_OUT = re.compile(
    r"/usr/share/(doc|man|locale|info|lintian|bash-completion|zsh|i18n|perl|"
    r"icons|bug|doc-base)/|/usr/lib/python3[^/]*/(test|idlelib|lib2to3)/|"
    r"/usr/lib/udev/hwdb|\.a$|/usr/lib/gcc|/usr/bin/perl")
PROGRAMS = ("eider", "eider-front", "eider-worker")
MEMORY_MB = 1024
IMAGE_MB = 900


def installed():
    """{package: names it depends on} and {name: packages that provide it}."""
    listing = subprocess.run(
        ["dpkg-query", "-W", "-f", "${binary:Package}\t${db:Status-Status}\t"
         "${Pre-Depends}, ${Depends}\t${Provides}\n"],
        capture_output=True, text=True, check=True).stdout
    needs, provides = {}, {}

    def names(text):
        return [re.split(r"[ (:]", alternative.strip())[0]
                for part in text.split(",") for alternative in part.split("|")
                if alternative.strip()]

    for line in listing.splitlines():
        package, state, depends, provided = line.split("\t")
        if state != "installed":
            continue
        needs[package] = names(depends)
        for name in [package.split(":")[0], *names(provided)]:
            provides.setdefault(name, []).append(package)
    return needs, provides


def closure(wanted):
    """WANTED and what of it is installed, with all that these need."""
    needs, provides = installed()
    todo, found = list(wanted), set()
    while todo:
        for package in provides.get(todo.pop(), ()):
            if package not in found:
                found.add(package)
                todo += needs[package]
    return sorted(found)


def libraries(program):
    """The shared libraries of PROGRAM, by what the linker says."""
    listing = subprocess.run(["ldd", str(program)], capture_output=True,
                             text=True, check=True).stdout
    return re.findall(r"(/\S+) \(0x", listing)


def copy(path, stage):
    """The file or link PATH, beneath STAGE, where /lib is /usr/lib."""
    real = os.path.realpath(os.path.dirname(path))
    source = os.path.join(real, os.path.basename(path))
    target = str(stage) + source
    if os.path.lexists(target) or not os.path.lexists(source):
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.isdir(source) and not os.path.islink(source):
        os.mkdir(target)
    else:
        shutil.copy2(source, target, follow_symlinks=False)


def make_root(stage):
    """Everything but the tests, in the folder STAGE."""
    for name in ("proc", "sys", "dev", "run", "tmp", "root", "etc", "var/lib",
                 "var/log", "usr/bin", "usr/sbin", "usr/lib", "usr/lib64",
                 "eider/build", "mnt"):
        (stage / name).mkdir(parents=True, exist_ok=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (stage / name).symlink_to("usr/" + name)
    listing = subprocess.run(["dpkg-query", "-L", *closure(PACKAGES)],
                             capture_output=True, text=True,
                             check=True).stdout
    for path in listing.splitlines():
        if path.startswith("/") and not LEFT_OUT.search(path):
            copy(path, stage)
    # Compiled, as the packages' scripts left them: emulated, it takes minutes.
    for folder in (stage / "usr/lib").glob("python3*/**/"):
        real = "/" + str(folder.relative_to(stage)) + "/__pycache__"
        if os.path.isdir(real) and folder.name != "__pycache__":
            shutil.copytree(real, folder / "__pycache__", dirs_exist_ok=True)
    for path in ("/etc/passwd", "/etc/group", "/etc/ld.so.cache",
                 "/etc/nsswitch.conf", "/usr/bin/awk", "/usr/bin/python3"):
        copy(path, stage)
    for name in ("awk", "which"):
        copy(f"/etc/alternatives/{name}", stage)
    for path in (stage / "etc").glob("rc*.d"):
        shutil.rmtree(path)
    (stage / "etc/machine-id").write_text("")
    (stage / "etc/hostname").write_text("guest\n")
    (stage / "etc/fstab").write_text("")


def add_build(stage):
    """The programs and the tests, as /eider/build and /eider."""
    for name in PROGRAMS:
        shutil.copy2(BUILD / name, stage / "eider/build" / name)
    probe = BUILD / "tests/sandbox/probe"
    for program in [*(BUILD / n for n in PROGRAMS), probe]:
        if not program.exists():
            continue
        for path in libraries(program):
            copy(path, stage)
            copy(os.path.realpath(path), stage)
    if probe.exists():
        (stage / "eider/build/tests/sandbox").mkdir(parents=True)
        shutil.copy2(probe, stage / "eider/build/tests/sandbox/probe")
    for name in ("tests/e2e", "tests/sandbox", "examples", "packaging"):
        shutil.copytree(ROOT / name, stage / "eider" / name,
                        ignore=shutil.ignore_patterns("__pycache__"))


INIT = """#!/bin/busybox sh
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
busybox mount -t devtmpfs dev /dev
for m in %s; do busybox insmod /$m.ko; done
busybox mount -t ext4 /dev/vda /root
busybox mount --move /proc /root/proc
busybox mount --move /sys /root/sys
busybox mount --move /dev /root/dev
exec busybox switch_root /root $init_program
"""

# Where there is no service manager: what one would have mounted.
FIRST = """#!/bin/bash
export PATH=/usr/sbin:/usr/bin HOME=/root LANG=C.UTF-8
export PYTHONDONTWRITEBYTECODE=1 EIDER_BUILD=/eider/build
mount -t tmpfs -o mode=1777 tmp /tmp
mount -t tmpfs run /run
mkdir -p /dev/pts /dev/shm
mount -t devpts pts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t cgroup2 cgroup2 /sys/fs/cgroup
ip link set lo up
ln -sf /proc/self/fd /dev/fd
cd /eider
%s
sync
echo o >/proc/sysrq-trigger
sleep 60
"""


def kernel_image():
    """The kernel, or None where `./dev deps --full` has not been run."""
    found = sorted(KERNEL.glob("boot/vmlinuz-*"))
    return found[-1] if found else None


def make_initramfs(folder):
    tree = folder / "initramfs"
    for name in ("bin", "proc", "sys", "dev", "root"):
        (tree / name).mkdir(parents=True)
    shutil.copy2(shutil.which("busybox"), tree / "bin/busybox")
    for name in MODULES:
        (path,) = KERNEL.glob(f"lib/modules/*/kernel/drivers/*/{name}.ko")
        shutil.copy2(path, tree)
    init = tree / "init"
    init.write_text(INIT % " ".join(MODULES))
    init.chmod(0o755)
    names = subprocess.run(["find", "."], cwd=tree, capture_output=True,
                           check=True).stdout
    with (folder / "initramfs.img").open("wb") as image:
        subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], cwd=tree,
                       input=names, stdout=image, check=True)
    return folder / "initramfs.img"


def quoted(text):
    """TEXT as one word of a shell."""
    return "'" + text.replace("'", "'\\''") + "'"


def outcomes(console):
    """{name: code} of what printed "=== name: exit code"."""
    return {name: int(code) for name, code in
            re.findall(r"^=== (\S+): exit (\d+)", console, re.M)}


def make(folder):
    """A machine; the test fails where there is no kernel for it."""
    if kernel_image() is None:
        pytest.fail(f"{KERNEL} is missing: run ./dev deps --full")
    return Machine(folder)


class Machine:
    """One guest. Its console is what the test reads."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.stage = self.folder / "root"
        make_root(self.stage)
        add_build(self.stage)
        self.initramfs = make_initramfs(self.folder)

    def write(self, path, text, mode=0o644):
        """A file of the guest's; before it runs."""
        target = self.stage / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(mode)

    def make_image(self):
        image = self.folder / "root.img"
        with image.open("wb") as f:
            f.truncate(IMAGE_MB << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", "-O", "^has_journal",
                        "-d", str(self.stage), str(image)], check=True)
        return image

    def run(self, commands, seconds):
        """Run the shell text COMMANDS as process 1's child; the console."""
        self.write("/first", FIRST % commands, 0o755)
        return self.boot("/first", seconds)

    def boot(self, init, seconds, arguments=""):
        """Boot with INIT as process 1 until it powers off; the console."""
        command = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max",
                   "-smp", "2", "-m", str(MEMORY_MB), "-nographic",
                   "-nodefaults", "-no-reboot", "-serial", "stdio",
                   "-kernel", str(kernel_image()),
                   "-initrd", str(self.initramfs),
                   "-drive", f"file={self.make_image()},if=virtio,"
                   "format=raw,cache=unsafe",
                   # no_timer_check: a busy host is late with the timer
                   "-append", "console=ttyS0 quiet no_timer_check panic=-1 "
                   "oops=panic "
                   f"init_program={init} {arguments}"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT)
        deadline = time.monotonic() + seconds
        text = b""
        try:
            while time.monotonic() < deadline:
                ready, _, _ = select.select([process.stdout], [], [], 1)
                piece = os.read(process.stdout.fileno(), 65536) if ready \
                    else b""
                if ready and not piece:
                    break
                text += piece
            else:
                text += b"\n*** out of time ***\n"
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        # Without what a terminal would take for its own.
        plain = re.sub(r"\x1b(c|\[[?\d;]*[a-zA-Z])", "",
                       text.decode(errors="replace"))
        return plain.replace("\r", "")
