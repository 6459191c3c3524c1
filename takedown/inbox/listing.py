"""The mails of a ledger: a line each, or one of them."""

from __future__ import annotations

from typing import Any

from takedown.clock import iso
from takedown.contract.errors import UsageError
from takedown.ledger.ids import case_id, message_name, request_id
from takedown.ledger.reader import Reader

COLUMNS = (
    "id", "class", "request", "case", "verified", "claims", "matched_by", "matcher", "hint", "sender", "subject", "message_id",
    "number", "reasons", "state", "received_at", "sha256",
)  # fmt: skip
MAILS = "SELECT " + ", ".join(f'"{name}"' for name in COLUMNS) + " FROM messages WHERE {} ORDER BY id"  # noqa: S608 -- of constants


def mails(ledger: Reader, unmatched: bool) -> list[dict[str, Any]]:
    """As items of `inbox list --json`, the oldest first; only those that somebody must look at."""
    rows = ledger.rows(MAILS.format("state <> 'done'" if unmatched else "1 = 1"))
    return [as_item(dict(zip(COLUMNS, row, strict=True))) for row in rows]


class NoSuchMessage(UsageError):
    """There is no message {message}."""

    code, why, do = "TD-0850", "it was never stored in this ledger", "takedown inbox list"


def mail_of(ledger: Reader, ident: int) -> tuple[dict[str, Any], bytes]:
    """A mail as an item, and its bytes. Raises NoSuchMessage."""
    for row in ledger.records("SELECT * FROM messages WHERE id = :id", id=ident):
        return as_item(row), bytes(row["raw"])
    raise NoSuchMessage(message=message_name(ident))


def as_item(row: Any) -> dict[str, Any]:
    """A row of `messages`, by SQLAlchemy or as a dictionary."""
    return {
        "message": message_name(row["id"]),
        "class": row["class"],
        "request": request_id(row["request"]) if row["request"] else None,
        "case": case_id(row["case"]) if row["case"] else None,
        "verified": bool(row["verified"]),
        "claims": row["claims"],
        "how": row["verified"],
        "matched_by": row["matched_by"],
        "matcher": row["matcher"],
        "hint": row["hint"],
        "sender": row["sender"],
        "subject": row["subject"],
        "message_id": row["message_id"],
        "number": row["number"],
        "reasons": row["reasons"],
        "needs_person": row["state"] != "done",
        "received_at": iso(row["received_at"]),
        "sha256": row["sha256"],
    }
