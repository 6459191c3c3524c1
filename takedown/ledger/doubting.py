"""A ledger that was taken back in time: what it calls open or unsent may have left since.

What was approved is uncertain. What was not even that is in doubt: it may have been planned, approved and sent since, under a
number and a key that this ledger has never heard of, so that nothing but a person can find out.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Update, delete, insert, select, update

from takedown.ledger.book import Book
from takedown.ledger.ids import case_id
from takedown.ledger.moves import State, move
from takedown.ledger.tables import cases, events, meta, plans, requests

PLANNABLE = (State.DRAFT.value, State.REFUSED.value)
AT_ONCE = 1000
"""Cases that one event names."""


@dataclass(frozen=True, slots=True)
class Doubted:
    """How many requests are uncertain now, and how many cases are in doubt."""

    uncertain: int
    doubted: int


def doubt(book: Book) -> int:
    """Hold every open request, packets too, as uncertain, under the key that it may have been sent with; returns how many.

    Its key may be as old as the newest event that is still known: it was first used after that. What this process remembers of a
    later chain holds no longer.
    """
    book.after = None
    at = book.db.execute(select(events.c.at).order_by(events.c.seq.desc()).limit(1)).scalar()
    born = datetime.fromisoformat(at).timestamp() if at else book.now
    because = {"because": "the ledger was taken back in time"}
    uncertain = 0
    for state in (State.SENDING, State.APPROVED, State.OPERATOR):
        # What was being sent keeps the birth of its key: a repeat may have been under way, and its key is older than that.
        # A packet for a portal has no key; nobody need have opened it by then to have filed it since.
        age = born if state is State.APPROVED else requests.c.key_born
        begun = [(requests.c.purpose != "reminder") | (requests.c.attempts > 0)] if state is State.APPROVED else []
        ids = [row[0] for row in book.db.execute(select(requests.c.id).where(requests.c.state == state.value, *begun))]
        since: dict[str, Any] = {"doubt_since": book.now, "key_born": age, "detail": because["because"]}
        uncertain += len(move(book, ids, state, State.UNKNOWN, event=because, owner="", lease_until=None, **since))
    ended = update(plans).where(plans.c.state == "open").values(state="discarded", reason="the ledger was taken back in time")
    book.db.execute(ended)
    withdrawn = 0
    for state in (State.PLANNED, State.APPROVED):  # approved ones: reminders, which may have woken since and left
        ids = [row[0] for row in book.db.execute(select(requests.c.id).where(requests.c.state == state.value))]
        withdrawn += len(move(book, ids, state, State.WITHDRAWN, event=because))
    if uncertain or withdrawn:
        book.record("ledger.doubted", "ledger", {"uncertain": uncertain})
    return uncertain


def skip_numbers(book: Book) -> None:
    """Leave out the request numbers that were given out since, by an unknown width: references and Message-IDs derive from them.

    A mail server would drop a second mail of one Message-ID, and a search would find the wrong request.
    """
    mine = meta.c.name == "next_request"
    held = int(book.db.execute(select(meta.c.value).where(mine)).scalar() or 1)
    after = held + 1_000_000 * (1 + secrets.randbelow(1000))  # drawn: the same backup may be restored twice
    book.db.execute(delete(meta).where(mine))
    book.db.execute(insert(meta).values(name="next_request", value=str(after)))


def keep_back(book: Book) -> int:
    """Doubt every case that could be planned, also once it is opened again; returns how many."""
    unsent = (cases.c.doubted_at.is_(None), cases.c.delivered.in_(PLANNABLE))
    change = update(cases).where(*unsent).values(doubted_at=book.now, updated_at=book.now)
    return _tell(book, "cases.doubted", change, None)


def clear(book: Book, private: Mapping[str, str], *which: ColumnElement[bool]) -> int:
    """End the doubt of these cases, on a person's word (`private`: who and why); returns of how many."""
    change = update(cases).where(cases.c.doubted_at.is_not(None), *which).values(doubted_at=None, updated_at=book.now)
    return _tell(book, "cases.cleared", change, private)


def _tell(book: Book, kind: str, change: Update, private: Mapping[str, str] | None) -> int:
    found = sorted(book.db.execute(change.returning(cases.c.id)).scalars())
    for start in range(0, len(found), AT_ONCE):
        book.record(kind, "ledger", {"cases": [case_id(one) for one in found[start : start + AT_ONCE]]}, private)
    return len(found)
