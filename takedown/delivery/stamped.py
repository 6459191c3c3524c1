"""The time-stamps that lie beside heads, held against those heads and against whoever must have made them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509

from takedown.delivery.timestamps import NotStamped, certificates, verify_answer
from takedown.desk import Desk
from takedown.heads import copies, stamps_beside


@dataclass(frozen=True, slots=True)
class Stamped:
    """`kept`: how many time-stamps there are. `problems`: (event, what) of those that do not hold."""

    kept: int
    problems: list[tuple[int, str]]


def verify_stamps(desk: Desk) -> Stamped:
    """Each one, in each copy: of a head that stands beside it, and signed by an authority of `[audit] tsa_certificate`.

    Nothing is needed where there are none. Raises StrangeAuthority, MissingExtra, StrangeCopy.
    """
    kept = [(path, line) for path in copies(desk) for line in _lines(stamps_beside(path))]
    if not kept:
        return Stamped(0, [])
    trusted = certificates(desk, "the time-stamps here")
    heads = {path: {hashlib.sha256(line.encode()).hexdigest() for line in _lines(path)} for path, _ in kept}
    wrong = [(path, *_wrong(line, heads[path], trusted)) for path, line in kept]
    return Stamped(len(kept), [(seq, f"{stamps_beside(path).name}: {what}") for path, seq, what in wrong if what])


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []


def _wrong(line: str, heads: set[str], trusted: Sequence[x509.Certificate]) -> tuple[int, str]:
    """The event that a time-stamp names, and what is wrong with it, if anything is."""
    seq = 0
    try:
        told: Mapping[str, Any] = json.loads(line)
        seq, sha256 = int(told["seq"]), str(told["sha256"])
        if sha256 not in heads:
            return seq, "a time-stamp is of no head that stands there"
        verify_answer(base64.b64decode(told["response"], validate=True), bytes.fromhex(sha256), trusted)
    except NotStamped as error:
        return seq, f"a time-stamp does not hold: {error}"
    except (ValueError, KeyError, TypeError):
        return seq, "a time-stamp cannot be read"
    return seq, ""
