"""HTTPS: versions, names, tickets, client certificates, reloads."""
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import time

import pytest

from certs import Certificate, keypair

FULL = os.environ.get("EIDER_FULL") == "1"
WAIT_S = 20
WORKER = """
let release = [];
export default {
  async fetch(request) {
    const path = new URL(request.url).pathname;
    if (path === "/slow") {
      const { readable, writable } = new TransformStream();
      const writer = writable.getWriter();
      (async () => {
        await writer.write(new TextEncoder().encode("first\\n"));
        await new Promise((resolve) => setTimeout(resolve, 1500));
        await writer.write(new TextEncoder().encode("last\\n"));
        await writer.close();
      })();
      return new Response(readable);
    }
    if (path === "/big") return new Response("x".repeat(5_000_000));
    if (path === "/echo") return new Response(request.body);
    if (path === "/break") {
      const { readable, writable } = new TransformStream();
      const writer = writable.getWriter();
      (async () => {
        await writer.write(new TextEncoder().encode("part"));
        await new Promise((resolve) => setTimeout(resolve, 100));
        await writer.abort(new Error("broken"));
      })();
      return new Response(readable);
    }
    return Response.json({ url: request.url, cf: request.cf });
  }
};
"""


def config(tls, server="", socket_lines=""):
    return f"""\
[server]
fronts = 2
{server}
[socket web]
address = 127.0.0.1:0
service = main
{tls}{socket_lines}
[worker main]
compatibilityDate = 2026-11-01
modules = main.js esModule embed(main.js)
"""


@pytest.fixture
def serve_tls(serve):
    """serve_tls(TLS_LINES, files) -> Server."""

    def start(tls, files, server="", socket_lines=""):
        return serve(config(tls, server, socket_lines),
                     dict(files, **{"main.js": WORKER}))

    return start


@pytest.fixture(scope="module")
def ca():
    return Certificate("Test CA", is_ca=True)


@pytest.fixture(scope="module")
def site(ca):
    return Certificate("a.test", ["a.test", "*.b.test"], ca)


def context(ca_pem=None, **options):
    c = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    if ca_pem:
        c.load_verify_locations(cadata=ca_pem.decode())
    else:
        c.check_hostname = False
        c.verify_mode = ssl.CERT_NONE
    for name, value in options.items():
        setattr(c, name, value)
    return c


def connect(server, ctx, name="a.test", session=None):
    raw = socket.create_connection(("127.0.0.1", server.port), WAIT_S)
    return ctx.wrap_socket(raw, server_hostname=name, session=session)


def ask(s, path="/", host="a.test", close=True):
    s.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n"
              f"{'Connection: close' if close else 'X: y'}\r\n\r\n".encode())
    data = b""
    while True:
        piece = s.recv(65536)
        if not piece:
            return data
        data += piece
        if close:
            continue
        head, _, rest = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if data.endswith(b"\r\n0\r\n\r\n") or (
                length and len(rest) >= int(length[1])):
            return data


def body(answer):
    text = answer.partition(b"\r\n\r\n")[2]
    return json.loads(text[text.index(b"{"):text.rindex(b"}") + 1])


def curl(server, *args, host="a.test", path="/"):
    return subprocess.run(
        ["curl", "-sS", "-m", "20", "--resolve",
         f"{host}:{server.port}:127.0.0.1", *args,
         f"https://{host}:{server.port}{path}"],
        capture_output=True, text=True)


def s_client(server, *args, text="Q\n"):
    return subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", *args],
        input=text, capture_output=True, text=True, timeout=WAIT_S).stdout


def test_curl_by_http1_and_http2(serve_tls, ca, site, tmp_path):
    server = serve_tls(keypair("a"), site.files("a"))
    (tmp_path / "ca.pem").write_bytes(ca.pem)
    assert server.url  # the address is logged as https
    server.wait_log(f"https://127.0.0.1:{server.port}/")
    for flag, version in (("--http1.1", "1.1"), ("--http2", "2")):
        r = curl(server, flag, "--cacert", str(tmp_path / "ca.pem"),
                 "-w", "\n%{http_version}")
        assert r.returncode == 0, r.stderr
        text, _, got = r.stdout.rpartition("\n")
        assert got == version
        answer = json.loads(text)
        assert answer["url"] == f"https://a.test:{server.port}/"
        assert answer["cf"]["tlsVersion"] == "TLSv1.3"
        assert answer["cf"]["tlsCipher"].startswith("AEAD-")
        assert answer["cf"]["clientIp"].startswith("127.0.0.1:")
        assert "tlsClientAuth" not in answer["cf"]
    server.stop()


def test_big_bodies(serve_tls, site, tmp_path):
    server = serve_tls(keypair("a"), site.files("a"))
    data = os.urandom(3_000_001)
    (tmp_path / "data").write_bytes(data)
    for flag in ("--http1.1", "--http2"):
        out = tmp_path / "out"
        r = curl(server, "-k", flag, "--data-binary", f"@{tmp_path}/data",
                 "-o", str(out), path="/echo")
        assert r.returncode == 0, r.stderr
        assert out.read_bytes() == data
        r = curl(server, "-k", flag, path="/big")
        assert len(r.stdout) == 5_000_000
    server.stop()


@pytest.mark.parametrize("client,wanted", [
    (["-tls1_2"], "TLSv1.2"), (["-tls1_3"], "TLSv1.3"),
    (["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], None)])
def test_versions(serve_tls, site, client, wanted):
    server = serve_tls(keypair("a"), site.files("a"))
    out = s_client(server, *client)
    found = re.search(r"^New, (\S+), Cipher is (\S+)", out, re.M)
    if wanted:
        assert found[1] == wanted, out
        assert "Compression: NONE" in out or wanted == "TLSv1.3"
    else:
        assert found is None or found[2] == "(NONE)", out
    server.stop()


def test_min_version_and_ciphers(serve_tls, site):
    server = serve_tls(
        keypair("a") + "https.tlsOptions.minVersion = tls1Dot3\n",
        site.files("a"))
    assert "Cipher is (NONE)" in s_client(server, "-tls1_2")
    assert "New, TLSv1.3" in s_client(server, "-tls1_3")
    server.stop()


def test_cipher_list(serve_tls, site):
    server = serve_tls(
        keypair("a") +
        "https.tlsOptions.cipherList = ECDHE-ECDSA-AES256-GCM-SHA384\n",
        site.files("a"))
    out = s_client(server, "-tls1_2")
    assert "Cipher is ECDHE-ECDSA-AES256-GCM-SHA384" in out
    assert "Cipher is (NONE)" in s_client(
        server, "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256")
    server.stop()


def peer_name(server, ca, name, **options):
    """The common name of the certificate that NAME gets."""
    ctx = context(ca.pem, check_hostname=False, **options)
    with connect(server, ctx, name) as s:
        subject = dict(x[0] for x in s.getpeercert()["subject"])
        return subject["commonName"]


def test_certificates_by_name(serve_tls, ca):
    first = Certificate("first", ["first.test"], ca)
    exact = Certificate("exact", ["x.wild.test"], ca)
    wild = Certificate("wild", ["*.wild.test", "wild.test"], ca)
    other = Certificate("no-names.test", [], ca)
    files = {}
    for name, c in (("f", first), ("e", exact), ("w", wild), ("o", other)):
        files.update(c.files(name))
    server = serve_tls(
        keypair("f") + keypair("w") + keypair("e") + keypair("o"), files)
    for name, wanted in [
            ("first.test", "first"), ("FIRST.Test", "first"),
            ("x.wild.test", "exact"), ("y.wild.test", "wild"),
            ("wild.test", "wild"), ("a.b.wild.test", "first"),
            ("no-names.test", "no-names.test"), ("unknown.test", "first"),
            (None, "first")]:
        assert peer_name(server, ca, name) == wanted, name
    server.stop()


def test_two_kinds_of_key_for_one_name(serve_tls, ca):
    a = Certificate("ec", ["a.test"], ca)
    b = Certificate("rsa", ["a.test"], ca, kind="rsa")
    server = serve_tls(keypair("a") + keypair("b"),
                       {**a.files("a"), **b.files("b")})
    out = s_client(server, "-servername", "a.test", "-tls1_2", "-cipher",
                   "ECDHE-RSA-AES128-GCM-SHA256")
    assert "CN = rsa" in out, out
    out = s_client(server, "-servername", "a.test", "-tls1_2", "-cipher",
                   "ECDHE-ECDSA-AES128-GCM-SHA256")
    assert "CN = ec" in out, out
    server.stop()


def test_alpn(serve_tls, site):
    server = serve_tls(keypair("a"), site.files("a"))
    for offered, wanted in ((["h2", "http/1.1"], "h2"),
                            (["http/1.1"], "http/1.1"), ([], None)):
        ctx = context()
        if offered:
            ctx.set_alpn_protocols(offered)
        with connect(server, ctx) as s:
            assert s.selected_alpn_protocol() == wanted
    ctx = context()
    ctx.set_alpn_protocols(["spdy/3"])
    with pytest.raises(ssl.SSLError, match="no application protocol"):
        connect(server, ctx)
    # without ALPN it is HTTP/1, whatever comes
    with connect(server, context()) as s:
        s.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        assert s.recv(100).startswith(b"HTTP/1.1 ")
    server.stop()


def front_of(server, s):
    """The pid of the front that has the other end of S."""
    port = s.getsockname()[1]
    table = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
    ends = f":{server.port:04X}", f":{port:04X}"
    inode = next(line.split()[9] for line in table
                 if line.split()[1].endswith(ends[0])
                 and line.split()[2].endswith(ends[1]))
    for pid in server.pids("eider-front"):
        for fd in pathlib.Path(f"/proc/{pid}/fd").iterdir():
            try:
                if os.readlink(fd) == f"socket:[{inode}]":
                    return pid
            except OSError:
                pass
    raise AssertionError("no front has it")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2,
                                     ssl.TLSVersion.TLSv1_3])
def test_tickets_are_good_at_all_fronts(serve_tls, site, version):
    server = serve_tls(keypair("a"), site.files("a"))
    ctx = context(maximum_version=version)
    with connect(server, ctx) as s:
        ask(s)
        session, first = s.session, None
    fronts = set()
    deadline = time.monotonic() + WAIT_S
    while len(fronts) < 2 and time.monotonic() < deadline:
        with connect(server, ctx, session=session) as s:
            assert s.session_reused
            fronts.add(front_of(server, s))
            ask(s)
    assert len(fronts) == 2
    server.stop()


def test_ticket_keys_rotate(serve_tls, site):
    server = serve_tls(keypair("a"), site.files("a"),
                       server="ticketRotation = 1s")
    ctx = context(maximum_version=ssl.TLSVersion.TLSv1_2)
    with connect(server, ctx) as s:
        session = s.session
    with connect(server, ctx, session=session) as s:
        assert s.session_reused
    # its key is gone after three rotations
    deadline = time.monotonic() + WAIT_S
    reused = True
    while reused and time.monotonic() < deadline:
        time.sleep(0.2)
        with connect(server, ctx, session=session) as s:
            reused = s.session_reused
    assert not reused
    server.stop()


def test_tickets_are_good_after_a_front_died(serve_tls, site):
    server = serve_tls(keypair("a"), site.files("a"))
    ctx = context()
    with connect(server, ctx) as s, connect(server, ctx) as other:
        ask(s, close=False)
        session = s.session
        victim = front_of(server, s)
        while front_of(server, other) == victim:
            other = connect(server, ctx)
        os.kill(victim, signal.SIGKILL)
        # its connections are lost, those of the other one are not
        with pytest.raises((OSError, ssl.SSLError)):
            if not s.recv(1):
                raise OSError("closed")
        assert body(ask(other, close=False))["url"]
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        pids = server.pids("eider-front")
        if len(pids) == 2 and victim not in pids:
            break
        time.sleep(0.02)
    fronts = set()
    while len(fronts) < 2 and time.monotonic() < deadline:
        with connect(server, ctx, session=session) as s:
            assert s.session_reused
            fronts.add(front_of(server, s))
            assert body(ask(s))["url"]
    assert len(fronts) == 2
    server.stop()


def test_ocsp_response_is_stapled(serve_tls, ca, site):
    server = serve_tls(
        keypair("a", " ocspResponse=embed(a.ocsp)"),
        {**site.files("a"), "a.ocsp": site.ocsp_response()})
    for version in ("-tls1_2", "-tls1_3"):
        out = s_client(server, "-status", version)
        assert "OCSP Response Status: successful" in out, out
        assert "Cert Status: good" in out
    server.stop()


def test_no_ocsp_response(serve_tls, site):
    server = serve_tls(keypair("a"), site.files("a"))
    assert "OCSP response: no response sent" in s_client(server, "-status")
    server.stop()


@pytest.fixture
def clients(ca, tmp_path):
    """{name: context} of clients: good, of another signer, expired, none."""
    stranger = Certificate("Other CA", is_ca=True)
    made = {
        "good": Certificate("client \"1\"\x07\u00e9", [], ca),
        "stranger": Certificate("stranger", [], stranger),
        "expired": Certificate("expired", [], ca, days=-2),
    }
    contexts = {"none": context()}
    for name, c in made.items():
        path = tmp_path / f"client-{name}.pem"
        path.write_bytes(c.pem + c.key_pem)
        contexts[name] = context()
        contexts[name].load_cert_chain(str(path))
    return contexts


def test_required_client_certificates(serve_tls, ca, site, clients):
    server = serve_tls(
        keypair("a") + "https.tlsOptions.requireClientCerts = true\n"
        "https.tlsOptions.trustedCertificates = embed(ca.pem)\n",
        {**site.files("a"), "ca.pem": ca.pem})
    with connect(server, clients["good"]) as s:
        auth = body(ask(s))["cf"]["tlsClientAuth"]
        session = s.session
    assert auth["certPresented"] == "1"
    assert auth["certVerified"] == "SUCCESS"
    assert auth["certIssuerDN"] == "CN=Test CA"
    assert auth["certSubjectDN"].startswith("CN=client \\\"1\\\"\\07")
    assert re.fullmatch("[0-9a-f]{64}", auth["certFingerprintSHA256"])
    assert auth["certNotAfter"].endswith("GMT")
    for name in ("none", "stranger", "expired"):
        # in TLS 1.3 the client learns it with its first read
        with pytest.raises((ssl.SSLError, OSError)):
            with connect(server, clients[name]) as s:
                answer = ask(s)
                assert not answer, f"{name}: {answer!r}"
                raise OSError("closed")
    # a resumed session is the same client
    with connect(server, clients["good"], session=session) as s:
        assert s.session_reused
        assert body(ask(s))["cf"]["tlsClientAuth"] == auth
    server.wait_log("refused")
    server.stop()


def test_optional_client_certificates(serve_tls, ca, site, clients):
    server = serve_tls(
        keypair("a") + "https.tlsOptions.requireClientCerts = optional\n"
        "https.tlsOptions.trustedCertificates = embed(ca.pem)\n",
        {**site.files("a"), "ca.pem": ca.pem})
    for name, presented, verified in [
            ("good", "1", "SUCCESS"), ("none", "0", "NONE"),
            ("stranger", "1", "FAILED:unable to"),
            ("expired", "1", "FAILED:certificate has expired")]:
        with connect(server, clients[name]) as s:
            auth = body(ask(s))["cf"]["tlsClientAuth"]
        assert auth["certPresented"] == presented, name
        assert auth["certVerified"].startswith(verified), name
        assert (auth["certSubjectDN"] == "") == (name == "none")
    server.stop()


def test_ticket_of_another_socket_does_not_stand_for_a_certificate(
        serve, ca, site, clients):
    """Fronts share ticket keys over sockets: the rules on clients differ."""
    text = config(keypair("a")) + f"""
[socket strict]
address = 127.0.0.1:0
service = main
{keypair("a")}
https.tlsOptions.requireClientCerts = true
https.tlsOptions.trustedCertificates = embed(ca.pem)
"""
    server = serve(text, {**site.files("a"), "ca.pem": ca.pem,
                          "main.js": WORKER}, sockets=2)
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        ctx = context(maximum_version=version)
        with connect(server, ctx) as s:
            ask(s)
            session = s.session
        raw = socket.create_connection(
            ("127.0.0.1", server.ports["strict"]), WAIT_S)
        with pytest.raises((ssl.SSLError, OSError)):
            with ctx.wrap_socket(raw, server_hostname="a.test",
                                 session=session) as s:
                assert not ask(s), "was served"
                raise OSError("closed")
    server.stop()


def test_reload_swaps_certificates_under_a_running_request(
        serve_tls, ca, tmp_path):
    old = Certificate("old", ["a.test"], ca)
    new = Certificate("new", ["a.test"], ca)
    server = serve_tls(keypair("a"), old.files("a"))
    fronts = server.pids("eider-front")
    assert peer_name(server, ca, "a.test") == "old"
    with connect(server, context()) as s:
        s.sendall(b"POST /echo HTTP/1.1\r\nHost: a.test\r\n"
                  b"Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        got = b""
        while b"first" not in got:
            got += s.recv(65536)
        for name, data in new.files("a").items():
            (tmp_path / name).write_bytes(data)
        server.signal(signal.SIGHUP)
        server.wait_log("generation 2 is in force")
        deadline = time.monotonic() + WAIT_S
        while (peer_name(server, ca, "a.test") != "new" and
               time.monotonic() < deadline):
            time.sleep(0.02)
        # the fronts are told at the same time; the other may be a bit later
        time.sleep(0.1)
        assert [peer_name(server, ca, "a.test") for _ in range(10)] == \
            ["new"] * 10
        s.sendall(b"4\r\nlast\r\n0\r\n\r\n")
        while not got.endswith(b"\r\n0\r\n\r\n"):
            got += s.recv(65536)
        assert b"last" in got
    assert server.pids("eider-front") == fronts
    server.stop()


def test_reload_with_a_key_that_does_not_fit_changes_nothing(
        serve_tls, ca, tmp_path):
    good = Certificate("good", ["a.test"], ca)
    server = serve_tls(keypair("a"), good.files("a"))
    (tmp_path / "a.key").write_bytes(Certificate("x").key_pem)
    server.signal(signal.SIGHUP)
    line = server.wait_log("does not belong to the first certificate")
    assert "eider.ini:7" in line
    server.wait_log("the old one stays in force")
    assert peer_name(server, ca, "a.test") == "good"
    server.stop()


def test_expired_certificate_is_a_warning(serve_tls, ca):
    old = Certificate("a.test", ["a.test"], ca, days=-2)
    server = serve_tls(keypair("a"), old.files("a"))
    assert "eider.ini:7" in server.wait_log("has expired on")
    server.stop()


def test_socket_becomes_https_and_back_by_reload(serve, site, tmp_path):
    plain = config("")
    server = serve(plain, {**site.files("a"), "main.js": WORKER})
    assert server.get()[0] == 200
    ini = tmp_path / "eider.ini"

    def reload(text, number):
        ini.write_text(text)
        server.signal(signal.SIGHUP)
        server.wait_log(f"generation {number} is in force")

    port = server.port
    reload(config(keypair("a")), 2)
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        r = curl(server, "-k")
        if r.returncode == 0:
            break
    assert json.loads(r.stdout)["url"] == f"https://a.test:{port}/"
    reload(plain, 3)
    while time.monotonic() < deadline:
        try:
            if server.get()[0] == 200:
                break
        except OSError:
            pass
    assert server.get()[0] == 200
    server.stop()


def test_garbage_and_plain_http(serve_tls, site):
    server = serve_tls(keypair("a"), site.files("a"),
                       socket_lines="timeouts.handshake = 500ms\n")

    def talk(data):
        with socket.create_connection(("127.0.0.1", server.port), WAIT_S) as s:
            s.sendall(data)
            got = b""
            try:
                while piece := s.recv(65536):
                    got += piece
            except ConnectionResetError:
                pass
            return got

    answer = talk(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ") and b"https://" in answer
    # an alert, or nothing: never a byte of HTTP
    for data in (os.urandom(1000), b"\x16\x03\x01\xff\xff" + bytes(70000),
                 b"\x16\x03\x01\x00\x05hello", b"\x80\x2e\x01\x03\x01",
                 b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x15\x03\x03\x00\x02\x01\x00"):
        answer = talk(data)
        assert answer == b"" or answer[0] == 0x15, (data[:20], answer)
    assert "TLS" in server.wait_log("refused")
    # the failures of a second are one line
    for _ in range(200):
        talk(b"\x15\x03\x03\x00\x02\x01\x00")
    assert len(re.findall("refused", server.log())) < 30
    assert body(ask(connect(server, context())))["url"]
    server.stop()


def test_slow_handshake_is_ended(serve_tls, site):
    server = serve_tls(keypair("a"), site.files("a"),
                       socket_lines="timeouts.handshake = 500ms\n")
    with socket.create_connection(("127.0.0.1", server.port), WAIT_S) as s:
        begin = time.monotonic()
        # progress does not help: the time is for all of it
        while time.monotonic() - begin < WAIT_S:
            try:
                s.sendall(b"\x16" if time.monotonic() == begin else b"")
                s.settimeout(0.1)
                if s.recv(1) == b"":
                    break
            except socket.timeout:
                continue
            except ConnectionError:
                break
        assert 0.4 < time.monotonic() - begin < 5
    # an established connection may idle for longer
    with connect(server, context()) as s:
        time.sleep(1)
        assert body(ask(s))["url"]
    server.stop()


def test_end_of_a_response_is_said_and_a_break_is_not(serve_tls, site):
    server = serve_tls(keypair("a"), site.files("a"))
    strict = context()
    # a missing close_notify is to be an error
    strict.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0x80)
    with connect(server, strict) as s:
        # suppress_ragged_eofs would hide a missing close_notify
        s.suppress_ragged_eofs = False
        assert body(ask(s))["url"]
    with connect(server, strict) as s:
        s.suppress_ragged_eofs = False
        s.sendall(b"GET /break HTTP/1.0\r\nHost: a.test\r\n\r\n")
        with pytest.raises(ssl.SSLError, match="EOF"):
            while s.recv(65536):
                pass
    server.stop()


def test_idle_connection_is_ended_properly(serve_tls, site):
    server = serve_tls(keypair("a"), site.files("a"),
                       socket_lines="timeouts.idle = 300ms\n")
    strict = context()
    strict.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0x80)
    with connect(server, strict) as s, connect(server, strict) as fresh:
        for c in (s, fresh):
            c.suppress_ragged_eofs = False
        ask(s, close=False)
        assert s.recv(1) == b""
        assert fresh.recv(1) == b""
    server.stop()


def test_client_that_ends_its_side_gets_its_answer(serve_tls, site):
    """close_notify from the client is a half-close."""
    server = serve_tls(keypair("a"), site.files("a"))
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    obj = context().wrap_bio(incoming, outgoing, server_hostname="a.test")
    with socket.create_connection(("127.0.0.1", server.port), WAIT_S) as s:

        def pump(call):
            while True:
                try:
                    result = call()
                    s.sendall(outgoing.read())
                    return result
                except ssl.SSLWantReadError:
                    s.sendall(outgoing.read())
                    data = s.recv(65536)
                    if not data:
                        return b""
                    incoming.write(data)

        pump(obj.do_handshake)
        obj.write(b"GET /slow HTTP/1.1\r\nHost: a.test\r\n\r\n")
        try:
            obj.unwrap()
        except ssl.SSLWantReadError:
            pass
        s.sendall(outgoing.read())
        got = b""
        while piece := s.recv(65536):
            got += piece
        incoming.write(got)
        text = b""
        try:
            while piece := obj.read(65536):
                text += piece
        except ssl.SSLError:
            pass
    # Python drops what comes after its own close: records have come anyway
    assert len(got) > 200
    server.stop()


def rss_kb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").open():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


def test_idle_connections_cost_little(serve_tls, site):
    """A thousand of them: at most 40 kB each, and others are served."""
    server = serve_tls(keypair("a"), site.files("a"),
                       socket_lines="timeouts.idle = 5m\n")
    count = 1000
    ctx = context()
    with connect(server, ctx) as s:
        ask(s)
        session = s.session
    before = sum(map(rss_kb, server.pids("eider-front")))
    open_ones = []
    for _ in range(count):
        s = connect(server, ctx, session=session)
        ask(s, close=False)
        open_ones.append(s)
    after = sum(map(rss_kb, server.pids("eider-front")))
    each = (after - before) / count
    print(f"{each:.1f} kB for each idle TLS connection")
    assert each < 40
    assert body(ask(open_ones[0], close=False))["url"]
    assert body(ask(open_ones[-1], close=False))["url"]
    for s in open_ones:
        s.close()
    server.stop()


def test_nghttp_and_h2load(serve_tls, site):
    server = serve_tls(keypair("a"), site.files("a"))
    url = f"https://127.0.0.1:{server.port}/"
    r = subprocess.run(["nghttp", "-v", "--no-verify-peer", url],
                       capture_output=True, text=True, timeout=WAIT_S)
    assert ":status: 200" in r.stdout, r.stdout + r.stderr
    n = 200000 if FULL else 5000
    r = subprocess.run(["h2load", f"-n{n}", "-c20", "-m20", url],
                       capture_output=True, text=True, timeout=120)
    assert f"{n} succeeded, 0 failed, 0 errored" in r.stdout, r.stdout
    assert "TLS Protocol: TLSv1.3" in r.stdout
    server.stop()


def test_check_finds_what_does_not_fit(tmp_path, ca, site):
    from conftest import EIDER
    for name, data in {**site.files("a"), "main.js": WORKER.encode(),
                       "b.key": Certificate("b").key_pem}.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "eider.ini").write_text(config(
        "https.tlsOptions.keypair = privateKey=embed(b.key) "
        "certificateChain=embed(a.pem)\n"))
    r = subprocess.run([str(EIDER), "check", str(tmp_path / "eider.ini")],
                       capture_output=True, text=True, timeout=WAIT_S)
    assert r.returncode == 1
    assert "eider.ini:7: https.tlsOptions.keypair: " in r.stderr
    assert "does not belong to the first certificate" in r.stderr


def test_keys_are_in_fronts_only(serve_tls, site):
    """The supervisor's memory has no key once the fronts have theirs."""
    server = serve_tls(keypair("a"), site.files("a"))
    assert body(ask(connect(server, context())))["url"]
    secret = site.key_pem.splitlines()[1]
    pid = server.process.pid
    found = 0
    with open(f"/proc/{pid}/maps") as maps, \
            open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            low, high = (int(x, 16) for x in line.split()[0].split("-"))
            if "rw" not in line.split()[1]:
                continue
            mem.seek(low)
            try:
                found += mem.read(high - low).count(secret)
            except OSError:
                pass
    assert found == 0
    server.stop()
