"""Certificates for tests, made anew with python3-cryptography."""
import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


class Certificate:
    """A certificate with its key: PEM texts, and what signs others."""

    def __init__(self, name, names=(), signer=None, kind="ec", days=90,
                 is_ca=False):
        now = datetime.datetime.utcnow()
        self.key = (ec.generate_private_key(ec.SECP256R1()) if kind == "ec"
                    else rsa.generate_private_key(65537, 2048))
        self.signer = signer
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = signer.cert.subject if signer else subject
        begin = now - DAY if days > 0 else now + (days - 1) * DAY
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject).issuer_name(issuer)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin).not_valid_after(now + days * DAY)
            .add_extension(x509.BasicConstraints(is_ca, None), is_ca)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(
                self.key.public_key()), False))
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(
                [x509.DNSName(n) for n in names]), False)
        self.cert = builder.sign(
            signer.key if signer else self.key, hashes.SHA256())

    @property
    def pem(self):
        return self.cert.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self):
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption())

    def files(self, name):
        return {f"{name}.pem": self.pem, f"{name}.key": self.key_pem}

    def ocsp_response(self):
        """A good one by the signer, DER."""
        now = datetime.datetime.utcnow()
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=self.cert, issuer=self.signer.cert, algorithm=hashes.SHA1(),
            cert_status=ocsp.OCSPCertStatus.GOOD, this_update=now - DAY,
            next_update=now + DAY, revocation_time=None,
            revocation_reason=None,
        ).responder_id(ocsp.OCSPResponderEncoding.HASH, self.signer.cert)
        return builder.sign(self.signer.key, hashes.SHA256()).public_bytes(
            serialization.Encoding.DER)


def keypair(name, extra=""):
    """The line of a config for files(name)."""
    return (f"https.tlsOptions.keypair = privateKey=embed({name}.key) "
            f"certificateChain=embed({name}.pem){extra}\n")
