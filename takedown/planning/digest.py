"""What a signature is over: RFC 8785 JSON of the salted hashes of every request's exact bytes, the policy and the environment.

A list of salted hashes lets one request be proven later without showing the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from takedown.ledger.canonical import canonical, quoted
from takedown.ledger.ids import request_id


def leaf(salt: bytes, row: Mapping[str, Any], body: bytes, carried: Sequence[str]) -> bytes:
    """Salted hash of one request: where it goes, how, which cases, and its bytes. 32 bytes."""
    return leaf_of(salt, row, hashlib.sha256(body).hexdigest(), carried)


def leaf_of(salt: bytes, row: Mapping[str, Any], sha256: str, carried: Sequence[str]) -> bytes:
    """`leaf` where the bytes were hashed already."""
    shared = shared_text(*(row[name] for name in SHARED))
    return leaf_from(salt, row["id"], row["reference"], sha256, ",".join(map(quoted, carried)), shared)


def leaf_from(salt: bytes, number: int, reference: str, sha256: str, carried: str, shared: str) -> bytes:
    """`leaf_of` in pieces that stay the same for many requests. `carried`: names of cases as JSON, without its brackets.

    It hashes `canonical(facts_of(...))`, in a fraction of the time: before each request is sent, and whenever it is checked.
    """
    first = f'{{"cases":[{carried}],{shared},"reference":{quoted(reference)}'
    last = f'"request":{quoted(request_id(number))},"sha256":{quoted(sha256)}}}'
    return hashlib.sha256(salt + f"{first},{last}".encode()).digest()


SHARED = ("channel", "destination", "headers", "method", "platform", "purpose")
"""What requests of one plan mostly have in common, in the order of RFC 8785."""


def shared_text(*values: object) -> str:
    """Canonical JSON of `SHARED`, without its braces. RFC 8785: header names are ASCII."""
    return canonical(dict(zip(SHARED, values, strict=True)))[1:-1]


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
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def planner_statement(digest: str) -> str:
    """What the planner signs: never what an approver signs, so that neither can stand for the other."""
    return f"takedown-plan-v1\n{digest}"


def split(leaves: bytes) -> list[bytes]:
    return [leaves[i : i + 32] for i in range(0, len(leaves), 32)]
