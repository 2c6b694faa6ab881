#!/usr/bin/env python3
"""Run the URL data of the Web Platform Tests in a worker.

usage: wpt_url.py BUILD DIR [-v]

BUILD is a build directory, DIR one with urltestdata.json, setters_tests.json
and toascii.json (wpt: url/resources). Fails when a case fails that
wpt_url.expected does not name, or passes though it does.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request

WORKER = r"""
import parse from 'urltestdata.json';
import setters from 'setters_tests.json';
import ascii from 'toascii.json';

const parts = ['href', 'protocol', 'username', 'password', 'host', 'hostname',
	'port', 'pathname', 'search', 'hash', 'origin'];

function parsing(failed) {
	let n = 0;
	for (const t of parse) {
		if (typeof t === 'string')
			continue;
		n++;
		const name = `parse ${JSON.stringify(t.input)} ` +
		    `${JSON.stringify(t.base)}`;
		let u = null;
		try {
			u = t.base === null ? new URL(t.input) :
			    new URL(t.input, t.base);
		} catch (e) {
			if (!t.failure)
				failed.push(`${name}: ${e.message}`);
			continue;
		}
		if (t.failure) {
			failed.push(`${name}: parsed as ${u.href}`);
			continue;
		}
		for (const p of parts) {
			if (t[p] !== undefined && u[p] !== t[p]) {
				failed.push(`${name}: ${p} is ` +
				    `${JSON.stringify(u[p])}, not ` +
				    `${JSON.stringify(t[p])}`);
				break;
			}
		}
	}
	return n;
}
function setting(failed) {
	let n = 0;
	for (const part of Object.keys(setters)) {
		if (part === 'comment')
			continue;
		for (const t of setters[part]) {
			n++;
			const u = new URL(t.href);
			u[part] = t.new_value;
			for (const p of Object.keys(t.expected)) {
				if (u[p] !== t.expected[p]) {
					failed.push(`set ${t.href} ${part} ` +
					    `${JSON.stringify(t.new_value)}: ` +
					    `${p} is ${JSON.stringify(u[p])}`);
					break;
				}
			}
		}
	}
	return n;
}
function hosts(failed) {
	let n = 0;
	for (const t of ascii) {
		if (typeof t === 'string')
			continue;
		n++;
		let got = null;
		try {
			got = new URL(`https://${t.input}/x`).host;
		} catch {
			got = null;
		}
		if (got !== t.output)
			failed.push(`host ${JSON.stringify(t.input)}: ` +
			    `${JSON.stringify(got)}, not ` +
			    `${JSON.stringify(t.output)}`);
	}
	return n;
}
export default {
	fetch() {
		const failed = [];
		const n = parsing(failed) + setting(failed) + hosts(failed);
		return Response.json({ n, failed });
	},
};
"""

CONFIG = """
[socket http]
address = 127.0.0.1:0
service = wpt
[worker wpt]
compatibilityDate = 2026-11-01
modules = wpt.js esModule embed(wpt.js)
modules = urltestdata.json json embed(urltestdata.json)
modules = setters_tests.json json embed(setters_tests.json)
modules = toascii.json json embed(toascii.json)
limits.cpu = 30s
"""


def run(build, data):
    with tempfile.TemporaryDirectory() as d:
        for name in ("urltestdata.json", "setters_tests.json", "toascii.json"):
            with open(os.path.join(data, name), encoding="utf-8") as f:
                text = f.read()
            with open(os.path.join(d, name), "w", encoding="utf-8") as f:
                f.write(text)
        with open(os.path.join(d, "wpt.js"), "w", encoding="utf-8") as f:
            f.write(WORKER)
        with open(os.path.join(d, "eider.ini"), "w", encoding="utf-8") as f:
            f.write(CONFIG)
        read_end, write_end = os.pipe()
        server = subprocess.Popen(
            [os.path.join(build, "eider"), "serve",
             os.path.join(d, "eider.ini"), "--control-fd", str(write_end)],
            pass_fds=(write_end,))
        os.close(write_end)
        try:
            with os.fdopen(read_end) as events:
                port = json.loads(events.readline())["port"]
            with urllib.request.urlopen(
                    f"http://127.0.0.1:{port}/", timeout=60) as r:
                return json.load(r)
        finally:
            server.terminate()
            server.wait(20)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    result = run(sys.argv[1], sys.argv[2])
    here = os.path.dirname(os.path.abspath(__file__))
    expected = []
    with open(os.path.join(here, "wpt_url.expected"), encoding="utf-8") as f:
        for line in f:
            line = line.rstrip("\n")
            if line and not line.startswith("#"):
                expected.append(line)
    failed = result["failed"]
    new = [x for x in failed if not any(x.startswith(e) for e in expected)]
    gone = [e for e in expected if not any(x.startswith(e) for x in failed)]
    for line in new:
        print("failed:", line)
    for line in gone:
        print("passes now:", line)
    print(f"{result['n'] - len(failed)} of {result['n']} pass")
    sys.exit(1 if new or gone else 0)


if __name__ == "__main__":
    main()
