"""Signatures of people over a plan's digest: OpenSSH Ed25519 keys, from a file or an ssh-agent (`takedown.agent`).

The signed bytes are those of `ssh-keygen -Y sign -n takedown-approval` over the digest's text, so that anybody can check
an approval with OpenSSH alone (PROTOCOL.sshsig). Approvers are named as in an allowed-signers file.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from takedown.contract import CredentialsMissing, RefusedByPolicy

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NAMESPACE = "takedown-approval"
ALGORITHM = b"ssh-ed25519"


class NotAnApprover(RefusedByPolicy):
    """{name} is not among the approvers."""

    code = "TD-0703"
    why, do = "policy.approvers names who may approve: {known}", "ask one of them"


class StrangeKey(RefusedByPolicy):
    """The key that signed is not {name}'s."""

    code = "TD-0704"
    why, do = "policy.approvers has another key under that name; a name alone proves nothing", "sign with {name}'s own key"


class OwnPlan(RefusedByPolicy):
    """{name} made {what} and cannot approve it."""

    code = "TD-0705"
    why, do = "a second person, with a key of their own, must look", "ask one of: {others}"


class BadSignature(RefusedByPolicy):
    """The signature of {name} does not fit {what}."""

    code = "TD-0706"
    why, do = "either the plan or the approval was changed afterwards", "takedown plan show {what}, then approve it anew"


class NoKey(CredentialsMissing):
    """No Ed25519 key to sign with: {what}."""

    code, why, do = "TD-0401", "an approval is a signature", "give --key FILE, or load the key with ssh-add"


@dataclass(frozen=True, slots=True)
class Approver:
    """`key` is the OpenSSH public key blob in base64."""

    name: str
    key: str

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.key)


@dataclass(frozen=True, slots=True)
class Signature:
    """`signature` is the raw 64 bytes as hex, `key` the public key blob in base64."""

    key: str
    signature: str


def fingerprint(key: str) -> str:
    """`SHA256:...` as OpenSSH prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(base64.b64decode(key)).digest()).decode().rstrip("=")


def approvers(lines: Sequence[str]) -> list[Approver]:
    """Lines of `NAME ssh-ed25519 BASE64 [comment]`. Raises RefusedByPolicy for a line that is none."""
    found: list[Approver] = []
    for line in lines:
        words = line.split()
        if len(words) < 3 or words[1] != ALGORITHM.decode() or not _is_key(words[2]):
            what, why = f"policy.approvers: {line[:60]!r} is not usable", "a line is NAME ssh-ed25519 KEY"
            raise RefusedByPolicy(what=what, why=why, do="ssh-keygen -t ed25519, then NAME and what is in its .pub file")
        found.append(Approver(words[0], words[2]))
    return found


def public_key(line: str) -> str:
    """The blob in base64 of an OpenSSH public key line, `ssh-ed25519 BASE64 [comment]`. Raises ValueError."""
    words = line.split()
    if len(words) < 2 or words[0] != ALGORITHM.decode() or not _is_key(words[1]):
        raise ValueError("it is no Ed25519 key")
    return words[1]


def _is_key(text: str) -> bool:
    try:
        blob = base64.b64decode(text, validate=True)
        name, rest = take(blob)
        key, end = take(rest)
    except (ValueError, struct.error):
        return False
    return name == ALGORITHM and len(key) == 32 and not end


def string(data: bytes) -> bytes:
    """A string as SSH writes it (RFC 4251, 5)."""
    return struct.pack(">I", len(data)) + data


def take(blob: bytes) -> tuple[bytes, bytes]:
    """The first string of an SSH message, and what follows it. Raises struct.error."""
    (length,) = struct.unpack(">I", blob[:4])
    return blob[4 : 4 + length], blob[4 + length :]


def signed_bytes(text: str, namespace: str = NAMESPACE) -> bytes:
    """What an SSH signature is really over: magic, namespace, reserved, hash name, hash of the message."""
    digest = hashlib.sha512(text.encode()).digest()
    return b"SSHSIG" + string(namespace.encode()) + string(b"") + string(b"sha512") + string(digest)


def armored(signature: Signature, namespace: str = NAMESPACE) -> str:
    """The signature as a file that `ssh-keygen -Y verify` reads."""
    raw = string(ALGORITHM) + string(bytes.fromhex(signature.signature))
    key = base64.b64decode(signature.key)
    blob = (
        b"SSHSIG"
        + struct.pack(">I", 1)
        + string(key)
        + string(namespace.encode())
        + string(b"")
        + string(b"sha512")
        + string(raw)
    )
    text = base64.b64encode(blob).decode()
    lines = [text[i : i + 70] for i in range(0, len(text), 70)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""])


def dearmored(text: str, namespace: str = NAMESPACE) -> Signature:
    """An armored SSH signature (PROTOCOL.sshsig) by an Ed25519 key, of this namespace, over a sha512. Raises ValueError."""
    lines = text.strip().splitlines()
    if not lines or lines[0] != "-----BEGIN SSH SIGNATURE-----" or lines[-1] != "-----END SSH SIGNATURE-----":
        raise ValueError("no SSH signature")
    blob = base64.b64decode("".join(lines[1:-1]), validate=True)
    if blob[:10] != b"SSHSIG" + struct.pack(">I", 1):
        raise ValueError("not version 1")
    try:
        key, rest = take(blob[10:])
        said, rest = take(rest)
        _, rest = take(rest)
        hashed, rest = take(rest)
        algorithm, raw = take(take(rest)[0])
    except struct.error:
        raise ValueError("it is cut short") from None
    if said != namespace.encode() or hashed != b"sha512" or algorithm != ALGORITHM:
        raise ValueError(f"it is for {said.decode(errors='replace')!r}")
    return Signature(base64.b64encode(key).decode(), take(raw)[0].hex())


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An Ed25519 key that is open in memory. `key` is the public blob in base64."""

    key: str
    private: Ed25519PrivateKey

    def sign(self, text: str, namespace: str = NAMESPACE) -> Signature:
        return Signature(self.key, self.private.sign(signed_bytes(text, namespace)).hex())


def new_key() -> KeyPair:
    """One that nobody else ever sees."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return _pair(Ed25519PrivateKey.generate())


def open_key(path: Path, passphrase: Callable[[], str]) -> KeyPair:
    """An OpenSSH private key; `passphrase` is asked only when the key has one. Raises NoKey."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # only who signs or checks loads it
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    try:
        raw = path.read_bytes()
        if path.stat().st_mode & 0o077:
            raise NoKey(what=f"{path} can be read by others (chmod 600 it)")
        try:
            key = load_ssh_private_key(raw, None)
        except (TypeError, ValueError) as error:
            if "password" not in str(error).lower() and "passphrase" not in str(error).lower():
                raise
            key = load_ssh_private_key(raw, passphrase().encode())
    except OSError as error:
        raise NoKey(what=f"{path}: {error.strerror}") from None
    except ValueError:
        raise NoKey(what=f"{path} is not an OpenSSH private key that can be opened") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise NoKey(what=f"{path} is not an Ed25519 key")
    return _pair(key)


def sign_with_file(path: Path, text: str, passphrase: Callable[[], str], namespace: str = NAMESPACE) -> Signature:
    """Sign with an OpenSSH private key. Raises NoKey."""
    return open_key(path, passphrase).sign(text, namespace)


def _pair(private: Ed25519PrivateKey) -> KeyPair:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return KeyPair(base64.b64encode(string(ALGORITHM) + string(public)).decode(), private)


def holds(signature: Signature, text: str, namespace: str = NAMESPACE) -> bool:
    """Whether the signature is of these very words, by the key it names."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        _, rest = take(base64.b64decode(signature.key))
        raw, _ = take(rest)
        Ed25519PublicKey.from_public_bytes(raw).verify(bytes.fromhex(signature.signature), signed_bytes(text, namespace))
    except (InvalidSignature, ValueError, struct.error):
        return False
    return True


def check_approval(name: str, signature: Signature, text: str, what: str, planner: str, allowed: Sequence[Approver]) -> Approver:
    """The approver whose valid approval this is. Raises NotAnApprover, OwnPlan, StrangeKey, BadSignature."""
    own = [a for a in allowed if a.name == name]
    others = [a.name for a in allowed if a.name != planner]
    if name == planner:
        raise OwnPlan(name=name, what=what, others=", ".join(others) or "nobody is configured")
    if not own:
        raise NotAnApprover(name=name, known=", ".join(sorted({a.name for a in allowed})) or "nobody")
    match = [a for a in own if a.key == signature.key]
    if not match:
        raise StrangeKey(name=name)
    if any(a.key == signature.key for a in allowed if a.name == planner):
        raise OwnPlan(name=f"the key of {planner}", what=what, others=", ".join(others))
    if not holds(signature, text):
        raise BadSignature(name=name, what=what)
    return match[0]
