"""Whose key signs policies. It is adopted once; each later key was signed for by the one before, so that a row that somebody
writes into the ledger makes nobody the oversight.
"""

from __future__ import annotations

import json

from sqlalchemy import Connection, select

from takedown.approval import Signature, fingerprint, holds
from takedown.contract import IntegrityFailed
from takedown.ledger.store import Ledger
from takedown.ledger.tables import events, meta

SUBJECT = "oversight"


class NotTheOversight(IntegrityFailed):
    """The ledger names an oversight key that the one before did not sign for (event {seq}): {key}."""

    code, why, do = "TD-1230", "somebody wrote it into the ledger", "takedown halt; then find out who, with takedown audit verify"


def rotation_statement(ledger: str, old: str, new: str) -> str:
    """What the holder of the old key signs."""
    return f"takedown-rotate-v1\n{ledger}\n{old}\n{new}"


def pinned(ledger: Ledger) -> str:
    """The oversight key's public blob in base64; empty while none was adopted. Raises NotTheOversight."""
    with ledger.read() as db:
        return oversight_of(db)


def oversight_of(db: Connection) -> str:
    """As `pinned`, in the caller's view of the ledger."""
    query = select(events.c.seq, events.c.kind, events.c.data).where(events.c.subject == SUBJECT).order_by(events.c.seq)
    ledger = str(db.execute(select(meta.c.value).where(meta.c.name == "ledger")).scalar() or "")
    key = ""
    for seq, kind, data in db.execute(query):
        told = json.loads(data)
        new = str(told["oversight"])
        if not _follows(ledger, kind, key, new, told):
            raise NotTheOversight(seq=seq, key=fingerprint(new))
        key = new
    return key


def _follows(ledger: str, kind: str, old: str, new: str, told: dict[str, object]) -> bool:
    if kind == "oversight.adopted":
        return not old
    signature = Signature(str(told.get("key")), str(told.get("signature")))
    return bool(old) and signature.key == old and holds(signature, rotation_statement(ledger, old, new))
