"""Certificates for a Kafka on this machine: an issuer made for the occasion, and one certificate that it signed.

The issuer's key is never written down, so nobody can make a second certificate that our clients would trust. Kafka
wants PEM files with PKCS#8 keys, key and chain in one.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ledger.private import private_file

VALID = timedelta(days=397)
RENEWED_BEFORE_END = timedelta(days=30)
SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Certificates:
    """The files that a Kafka of this machine shows, and by which its clients know it."""

    folder: Path

    @property
    def issuer(self) -> Path:
        """The file that clients trust; nothing in it is secret."""
        return self.folder / "ca.pem"

    @property
    def node(self) -> Path:
        """The file with the node's key and certificate; for Kafka alone."""
        return self.folder / "node.pem"

    def make_unless_valid(self, name: str, now: datetime) -> None:
        """Make both files, unless they are there and stay valid for a month. `name` is who the node says it is."""
        if self.node.exists() and self._end() > now + RENEWED_BEFORE_END:
            return
        issuer_key, node_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        issuer = _certificate("Waakvlam, this machine", issuer_key, None, issuer_key, now)
        node = _certificate(name, node_key, issuer, issuer_key, now)
        key = node_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        private_file(self.node).write_bytes(key + node.public_bytes(Encoding.PEM) + issuer.public_bytes(Encoding.PEM))
        private_file(self.issuer).write_bytes(issuer.public_bytes(Encoding.PEM))

    def _end(self) -> datetime:
        return x509.load_pem_x509_certificate(self.issuer.read_bytes()).not_valid_after_utc


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:
    """Return a certificate; one without an issuer issues itself, and others."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    hosts = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - SKEW)
        .not_valid_after(now.astimezone(UTC) + VALID)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(_usage(signs=issuer is None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if issuer:
        made = made.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        made = made.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    return made.sign(issuer_key, hashes.SHA256())


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )
