"""What a signature is over: RFC 8785 JSON of the salted hashes of every request's exact bytes, the policy and the environment.

A list of salted hashes lets one request be proven later without showing the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import rfc8785

from takedown.ledger.book import canonical
from takedown.ledger.ids import request_id


def leaf(salt: bytes, row: Mapping[str, Any], body: bytes, carried: Sequence[str]) -> bytes:
    """Salted hash of one request: where it goes, how, which cases, and its bytes. 32 bytes."""
    return leaf_of(salt, row, hashlib.sha256(body).hexdigest(), carried)


def leaf_of(salt: bytes, row: Mapping[str, Any], sha256: str, carried: Sequence[str]) -> bytes:
    """`leaf` where the bytes were hashed already."""
    return hashlib.sha256(salt + canonical(facts_of(row, sha256, carried)).encode()).digest()  # RFC 8785: header names are ASCII


def facts_of(row: Mapping[str, Any], sha256: str, carried: Sequence[str]) -> dict[str, Any]:
    """What a leaf is over: where a request goes, how, which cases, and the hash of its bytes."""
    return {
        "request": request_id(row["id"]),
        "reference": row["reference"],
        "purpose": row["purpose"],
        "platform": row["platform"],
        "channel": row["channel"],
        "method": row["method"],
        "destination": row["destination"],
        "headers": dict(row["headers"]),
        "sha256": sha256,
        "cases": list(carried),
    }


def plan_digest(ledger: str, plan: str, environment: str, policy: str, leaves: Sequence[bytes], demands: str = "") -> str:
    """sha256 as hex: what approvers sign (as text) and what is checked again before each write.

    `policy` and `demands` are sha256 as hex of the policy and of what the plan asks of its reviewers.
    """
    document: dict[str, Any] = {
        "schema": 1,
        "ledger": ledger,
        "plan": plan,
        "environment": environment,
        "policy": policy,
        "requests": [one.hex() for one in leaves],
        **({"demands": demands} if demands else {}),
    }
    return hashlib.sha256(rfc8785.dumps(document)).hexdigest()


def split(leaves: bytes) -> list[bytes]:
    return [leaves[i : i + 32] for i in range(0, len(leaves), 32)]
