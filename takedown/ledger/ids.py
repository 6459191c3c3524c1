"""Ids as people see them (`C-12`, `R-3`, `P-1`, `B-2`), and the names derived from the ledger's secret.

Derived, not drawn: a restored backup that sends again uses the same key, reference and Message-ID, so that the platform can
tell. The payload's digest is part of the key, since a key must never be reused for other bytes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from pathlib import Path

from takedown.contract import CredentialsMissing, UsageError


class UnknownId(UsageError):
    """{what} is not the id of a {noun}."""

    code, why, do = "TD-0010", "ids look like {example}", "takedown {command}"


NOUNS = {
    "C": ("case", "case list"),
    "R": ("request", "plan list"),
    "P": ("plan", "plan list"),
    "B": ("batch", "status"),
    "M": ("message", "inbox list"),
    "A": ("appeal", "appeal list"),
}


def case_id(number: int) -> str:
    return f"C-{number}"


def request_id(number: int) -> str:
    return f"R-{number}"


def plan_id(number: int) -> str:
    return f"P-{number}"


def batch_id(number: int) -> str:
    return f"B-{number}"


def message_name(number: int) -> str:
    return f"M-{number}"


def number(text: str, prefix: str) -> int:
    """The integer behind `C-12`; the prefix and its case may be left out. Raises UnknownId."""
    found = re.fullmatch(rf"(?:{prefix}-?)?(\d{{1,15}})", text.strip(), re.I)
    if not found:
        noun, command = NOUNS[prefix]
        raise UnknownId(what=repr(text), noun=noun, example=f"{prefix}-12", command=command)
    return int(found[1])


def load_secret(path: Path) -> bytes:
    """The ledger's secret, 32 bytes as hex in a file that only its owner may read. Raises CredentialsMissing."""
    try:
        if path.stat().st_mode & 0o077:
            raise CredentialsMissing(
                what=f"{path} can be read by others", why="it is the secret behind every key", do=f"chmod 600 {path}"
            )
        return bytes.fromhex(path.read_text().strip())
    except FileNotFoundError as error:
        raise CredentialsMissing(
            what=f"the ledger's secret {path} is missing",
            why="keys and Message-IDs are derived from it; without it a second sending could not be told from the first",
            do="restore it from the backup of the ledger",
        ) from error


def make_secret(path: Path) -> None:
    """Write a new secret unless there is one."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        file.write(os.urandom(32).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())


def _derive(secret: bytes, purpose: str, *parts: object) -> bytes:
    text = "\x1f".join([purpose, *(str(part) for part in parts)])
    return hmac.new(secret, text.encode(), hashlib.sha256).digest()


def reference(secret: bytes, request: int, revision: int) -> str:
    """Our reference, short enough to be typed: `TD-` and 12 letters or digits (60 bits)."""
    letters = base64.b32encode(_derive(secret, "reference", request, revision)).decode()[:12]
    return f"TD-{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def message_id(secret: bytes, request: int, revision: int, domain: str) -> str:
    return f"<{_derive(secret, 'message-id', request, revision).hex()[:32]}@{domain}>"


def idempotency_key(secret: bytes, request: int, sha256: str, revision: int) -> str:
    return _derive(secret, "key", request, sha256, revision).hex()[:40]
