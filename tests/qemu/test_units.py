"""packaging/: the units, under a systemd of their own (`--full`), and what
systemd-analyze says of them."""
import os
import re
import shutil
import subprocess

import machine
import pytest

PACKAGING = machine.ROOT / "packaging"
# The default unit, and with the drop-in for machines without namespaces.
EXPOSURE = {"": 2.7, "eider-locked.conf": 1.1}

CONFIG = """
[server]
fronts = 1
[socket http]
service = main
[worker main]
compatibilityDate = 2026-11-01
modules = main.js esModule embed(main.js)
"""
MAIN = """
export default { fetch: () => new Response("served\\n") };
"""
# What is asked of each of the two: a line each, "=== name: exit code" behind.
STEPS = {
    "start": "systemctl start eider.service && "
             "systemctl is-active eider.service",
    "serve": "curl -sS --max-time 60 http://127.0.0.1/",
    "level": "eider ctl --ctl-socket /run/eider/ctl.sock status",
    "reload": "systemctl reload eider.service && sleep 2 && "
              "systemctl show -P StatusText eider.service | "
              "grep 'generation 2'",
    "again": "curl -sS --max-time 60 http://127.0.0.1/",
    "log": "journalctl -q -o cat -u eider.service | tail -n 15",
    "stop": "systemctl stop eider.service && "
            "test $(systemctl show -P Result eider.service) = success",
}


def exposure(folder, drop_in):
    """What systemd-analyze security gives, from 0 to 10."""
    units = folder / "etc/systemd/system"
    units.mkdir(parents=True)
    shutil.copy2(PACKAGING / "eider.service", units)
    if drop_in:
        (units / "eider.service.d").mkdir()
        shutil.copy2(PACKAGING / drop_in, units / "eider.service.d")
    run = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager",
         f"--root={folder}", "eider.service"], capture_output=True, text=True)
    return float(re.search(r"exposure level for eider.service: ([\d.]+)",
                           run.stdout)[1])


@pytest.mark.parametrize("drop_in", EXPOSURE)
def test_exposure(tmp_path, drop_in):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze here")
    assert exposure(tmp_path, drop_in) <= EXPOSURE[drop_in]


def steps(name):
    return "\n".join(f"timeout 120 bash -c {machine.quoted(command)}\n"
                     f'echo "=== {name}-{step}: exit $?"'
                     for step, command in STEPS.items())


def script():
    """Both variants, one after the other, then the end of the machine."""
    return f"""#!/bin/bash
exec >/dev/ttyS0 2>&1
ip link set lo up
systemctl start eider.socket
{steps("default")}
mkdir /etc/systemd/system/eider.service.d
cp /eider/packaging/eider-locked.conf /etc/systemd/system/eider.service.d/
systemctl daemon-reload
{steps("locked")}
sync
systemctl --force --force poweroff
"""


UNIT = """[Unit]
DefaultDependencies=no
After=basic.target
Wants=basic.target systemd-journald.service
[Service]
Type=oneshot
TimeoutStartSec=infinity
ExecStart=/script
"""


@pytest.mark.skipif(not os.environ.get("EIDER_FULL"),
                    reason="a virtual machine takes minutes: "
                           "./dev test --full")
def test_units_under_systemd(tmp_path):
    guest = machine.make(tmp_path)
    for name in machine.PROGRAMS:
        shutil.copy2(machine.BUILD / name, guest.stage / "usr/bin" / name)
    for name in ("eider.service", "eider.socket"):
        guest.write(f"/etc/systemd/system/{name}",
                    (PACKAGING / name).read_text())
    guest.write("/etc/eider/eider.ini", CONFIG)
    guest.write("/etc/eider/main.js", MAIN)
    guest.write("/etc/systemd/system/script.service", UNIT)
    guest.write("/script", script(), 0o755)
    console = guest.boot("/usr/lib/systemd/systemd", 900,
                         "systemd.unit=script.service systemd.show_status=0 "
                         "systemd.default_timeout_start_sec=300")
    print(console)
    wanted = {f"{v}-{s}": 0 for v in ("default", "locked") for s in STEPS}
    assert machine.outcomes(console) == wanted, console[-20000:]
    default, _, locked = console.partition("=== default-stop")
    assert default.count("served\n") == locked.count("served\n") == 2
    assert re.search(r"sandbox level [AB]:", default), default[-5000:]
    assert re.search(r"sandbox level C:", locked), locked[-5000:]
