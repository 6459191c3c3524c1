"""A time-stamping authority on this machine: tokens by `openssl ts`, which is an implementation of its own."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONFIG = """[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
"""


class Authority:
    """`root` is the file with what its time-stamps lead to."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.root = folder, folder / "root.pem"
        roots, signers = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        root = _certificate("Root", roots, "Root", roots, x509.BasicConstraints(ca=True, path_length=None))
        signer = _certificate("Signer", signers, "Root", roots, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]))
        self.root.write_bytes(root.public_bytes(Encoding.PEM))
        (folder / "signer.pem").write_bytes(signer.public_bytes(Encoding.PEM))
        (folder / "signer.key").write_bytes(signers.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")

    def answer(self, query: bytes) -> bytes:
        (self.folder / "query").write_bytes(query)
        words = ["openssl", "ts", "-reply", "-config", str(self.folder / "tsa.cnf")]
        words += ["-queryfile", str(self.folder / "query"), "-out", str(self.folder / "answer")]
        subprocess.run(words, check=True, capture_output=True)
        return (self.folder / "answer").read_bytes()


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, by: str, signing: ec.EllipticCurvePrivateKey, what: x509.ExtensionType
) -> x509.Certificate:
    now = datetime.now(UTC)
    subject, issuer = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, by))
    made = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    return made.add_extension(what, critical=True).sign(signing, hashes.SHA256())
