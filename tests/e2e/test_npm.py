"""npm packages, bundled to one ES module without lowering, run in workers.

npm/NAME.mjs exports a function that uses the package NAME and returns what it
saw; npm/NAME.json is what it returns in workerd for the same bundle.
"""
import json
import pathlib
import subprocess

import pytest

CHECKS = pathlib.Path(__file__).parent / "npm"
NAMES = sorted(p.stem for p in CHECKS.glob("*.json"))
# The compiler takes a host with `process` for one with files.
OPTIONS = {"typescript": ["--define:process=undefined"]}
LIMITS = """\
limits.cpu = 20s
limits.memory = 512M
"""


def bundle(npm, name, out):
    subprocess.run(
        [npm / ".bin" / "esbuild", CHECKS / "worker.mjs", "--bundle",
         f"--alias:checked-package={CHECKS / name}.mjs", "--format=esm",
         "--target=esnext", "--log-level=error", f"--outfile={out}",
         *OPTIONS.get(name, [])],
        check=True, env={"NODE_PATH": str(npm), "PATH": "/usr/bin:/bin"})
    return out.read_text()


@pytest.mark.parametrize("name", NAMES)
def test_package(name, npm, serve_module, tmp_path):
    source = bundle(npm, name, tmp_path / "bundle.js")
    server = serve_module(source, LIMITS)
    status, _, body = server.get("/")
    assert status == 200, body.decode() + server.log()
    wanted = json.loads((CHECKS / f"{name}.json").read_text())
    assert json.loads(body) == wanted
    server.stop()
