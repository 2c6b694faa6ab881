"""The APIs' own tests: workers whose test() handlers `eider test` runs."""
import subprocess

import pytest

from conftest import EIDER, ROOT

FILES = sorted((ROOT / "tests" / "api").glob("*.js"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_worker(path, tmp_path):
    (tmp_path / path.name).write_text(path.read_text())
    (tmp_path / "eider.ini").write_text(f"""\
[worker {path.stem}]
compatibilityDate = 2026-08-04
modules = {path.name} esModule embed({path.name})
bindings = FROM_TEXT text "a text"
""")
    done = subprocess.run([str(EIDER), "test", "--timeout", "20",
                           "eider.ini"], cwd=tmp_path, text=True,
                          capture_output=True, timeout=100, check=False)
    assert "[ FAIL ]" not in done.stderr, done.stderr
    assert done.stderr.count("[ PASS ]") >= 3, done.stderr
    assert done.returncode == 0, done.stderr
