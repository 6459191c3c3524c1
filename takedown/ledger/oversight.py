"""Whose key signs policies: the newest event about it says so, and so the chain of events guards it."""

from __future__ import annotations

import json

from sqlalchemy import select

from takedown.ledger.store import Ledger
from takedown.ledger.tables import events

SUBJECT = "oversight"


def pinned(ledger: Ledger) -> str:
    """The oversight key's public blob in base64; empty while none was adopted."""
    newest = select(events.c.data).where(events.c.subject == SUBJECT).order_by(events.c.seq.desc()).limit(1)
    with ledger.read() as db:
        data = db.execute(newest).scalar()
    return str(json.loads(data)["oversight"]) if data else ""
