"""Debian 12's own kernel, with Landlock ABI 2 and cgroup v2 (`--full`)."""
import os
import re

import machine
import pytest

pytestmark = pytest.mark.skipif(
    not os.environ.get("EIDER_FULL"),
    reason="a virtual machine takes minutes: ./dev test --full")

# What the guest runs, one line each: a name and a shell command. A command
# that has not ended in time counts as failed.
PYTEST = "/usr/bin/python3 -m pytest -q -rs --tb=short -p no:cacheprovider "
SANDBOX = {
    "kernel": "uname -r; test -e /sys/fs/cgroup/cgroup.controllers",
    "probe": "/eider/build/tests/sandbox/probe",
    "processes": PYTEST + "tests/sandbox",
    "limits": PYTEST + "tests/e2e/test_limits.py",
    "lives": PYTEST + "tests/e2e/test_lives.py -k "
             "'idle or killed or quarantine or sigterm or replaced'",
    "fairness": PYTEST + "tests/e2e/test_fairness.py",
    "manager": PYTEST + "tests/e2e/test_manager.py",
    "clones": PYTEST + "tests/e2e/test_clones.py",
}


def script(commands, seconds):
    """Shell text that runs COMMANDS and prints how each has ended."""
    return "\n".join(f"timeout {seconds} bash -c {machine.quoted(command)}\n"
                     f'echo "=== {name}: exit $?"'
                     for name, command in commands.items())


def test_sandbox_on_its_own_kernel(tmp_path):
    guest = machine.make(tmp_path)
    console = guest.run(script(SANDBOX, 900), 1800)
    print(console)
    found = machine.outcomes(console)
    assert found == {name: 0 for name in SANDBOX}, console[-20000:]
    assert re.search(r"\b6\.1\.\d", console)
    assert re.search(r"^plain: level [AB] .*landlock", console, re.M)
