"""SubtleCrypto: a worker's answers are those of other runtimes."""
import pathlib

HERE = pathlib.Path(__file__).parent / "crypto"


def test_subtle_crypto_answers_as_others_do(serve_module):
    server = serve_module((HERE / "worker.js").read_text())
    status, _, body = server.get()
    assert status == 200, server.log()
    expected = (HERE / "expected.txt").read_text()
    assert body.decode().splitlines() == expected.splitlines()
    server.stop()


LIMITS = """
const { subtle } = crypto;
async function pbkdf2(iterations, bits) {
  const key = await subtle.importKey("raw", new Uint8Array(8), "PBKDF2", false,
    ["deriveBits"]);
  await subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256",
    salt: new Uint8Array(8), iterations }, key, bits);
}
const rsa = (modulusLength) => subtle.generateKey({ name: "RSA-PSS",
  modulusLength, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
  true, ["sign", "verify"]);
const cases = {
  "/fair": () => pbkdf2(100000, 256),
  "/iterations": () => pbkdf2(4000000000, 256),
  "/bits": () => pbkdf2(1000000, 1 << 20),
  "/modulus": () => rsa(8192),
  "/primes": async () => { for (;;) await rsa(4096); },
};
export default {
  async fetch(request) {
    try {
      await cases[new URL(request.url).pathname]();
      return new Response("done");
    } catch (e) {
      return new Response(e.name);
    }
  },
};
"""


def test_work_that_cannot_be_interrupted_is_bounded(serve_module):
    server = serve_module(LIMITS, "limits.cpu = 2s\n")
    assert server.get("/fair")[2] == b"done"
    for path in ("/iterations", "/bits", "/modulus"):
        assert server.get(path)[2] == b"OperationError", path
    assert server.get("/primes")[0] == 503  # the CPU limit
    assert server.get("/fair")[2] == b"done"
    server.stop()
