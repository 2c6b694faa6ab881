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
