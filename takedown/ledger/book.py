"""One write transaction, and the hash chain of audit events that belongs to it.

`hash = SHA256(prev || canonical JSON of the event)`. Events hold no personal data: what is personal is committed to with a
salt, and value and salt lie in `openings`, where they can be erased while the chain stays valid.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, bindparam, insert, select, text

from takedown.clock import iso, whole
from takedown.ledger.canonical import canonical, quoted
from takedown.ledger.errors import TakenBack
from takedown.ledger.prepared import Prepared
from takedown.ledger.reader import Reader
from takedown.ledger.tables import events, openings
from takedown.ledger.viewed import viewed

Mark = tuple[int, str]
"""An event of the chain: its number and its hash."""
GENESIS = "0" * 64
SCHEMA = 1


def commitment(salt: bytes, value: str) -> str:
    return hashlib.sha256(salt + value.encode()).hexdigest()


def event_hash(prev: str, seq: int, at: str, kind: str, subject: str, data: str) -> str:
    # canonical() of the six members, three times as fast: each event is hashed before it is sent, and whenever it is checked
    first = f'{prev}{{"at":{quoted(at)},"data":{quoted(data)},"kind":{quoted(kind)},'
    return hashlib.sha256(f'{first}"schema":{SCHEMA},"seq":{seq},"subject":{quoted(subject)}}}'.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event before it is chained. `private`: what it only commits to."""

    kind: str
    subject: str
    data: Mapping[str, Any]
    private: Mapping[str, str]


class Signing(Protocol):
    """Who answers for what a transaction records (`takedown.ledger.acts`)."""

    def closing(self, told: Sequence[Recorded], first: int, last: int, head: str, now: float) -> Recorded | None:
        """An event to end with, given those from `first` to `last` and the last one's hash."""
        ...


class Book:
    """An open write transaction. Events are chained and written together, right before the commit.

    `now` is a whole millisecond, so that a row and the event that tells of it have the very same time. `after` is an event that
    must be in the chain to which this is added; None where nothing is known of it.
    """

    def __init__(self, connection: Connection, now: float, after: Mark | None = None, signing: Signing | None = None) -> None:
        self.db = connection
        self.now = whole(now)
        self.after = after
        self._signing = signing
        self._told: list[Recorded] = []
        self.head: Mark | None = None
        """The newest event, once this was flushed with something to tell."""

    def view(self) -> AbstractContextManager[Reader]:
        """What this transaction sees."""
        return nullcontext(viewed(self.db))

    def record(self, kind: str, subject: str, data: Mapping[str, Any], private: Mapping[str, str] | None = None) -> None:
        """Append an event; `private` values are committed to, not written into it."""
        self._told.append(Recorded(kind, subject, data, private or {}))

    def flush(self) -> None:
        """Chain what was recorded to what is there. The last thing that a transaction does: on a server it waits for its turn.

        Raises TakenBack.
        """
        if not self._told:
            return
        seq, prev = self._last()
        first, seq, prev = seq + 1, *self._chain(self._told, seq, prev)
        if self._signing and (closing := self._signing.closing(self._told, first, seq, prev, self.now)):
            seq, prev = self._chain([closing], seq, prev)
        self._told, self.head = [], (seq, prev)

    def _chain(self, told: Sequence[Recorded], seq: int, prev: str) -> Mark:
        """Append events to the chain that ends with `seq` and `prev`; returns with what it ends then."""
        at, chained, opened = iso(self.now), list[dict[str, Any]](), list[dict[str, Any]]()
        for one in told:
            seq += 1
            held = dict(one.data)
            for name, value in one.private.items():
                salt = os.urandom(16)
                held[name] = {"committed": commitment(salt, value)}
                opened.append({"seq": seq, "name": name, "salt": salt, "value": value})
            data = canonical(held)
            digest = event_hash(prev, seq, at, one.kind, one.subject, data)
            event = {"seq": seq, "at": at, "kind": one.kind, "subject": one.subject, "data": data, "prev": prev, "hash": digest}
            chained.append(event)
            prev = digest
        _TOLD.each(self.db, chained)
        if opened:
            self.db.execute(insert(openings), opened)
        return seq, prev

    def is_there(self, db: Connection) -> bool:
        """Whether this transaction was committed, as its last event tells: asked when the line broke during the commit."""
        if self.head is None:
            return False
        seq, digest = self.head
        return db.execute(select(events.c.hash).where(events.c.seq == seq)).scalar() == digest

    def _last(self) -> Mark:
        if self.db.dialect.name == "postgresql":
            # SQLite has one writer by nature; here the chain's row is the lock that orders writers.
            self.db.execute(text("SELECT value FROM meta WHERE name = 'ledger' FOR UPDATE"))
        seq, digest = self.after or (0, "")
        (row,) = _LAST.rows(self.db, {"known": seq}) or (None,)
        if seq and (row is None or row[2] != digest):
            raise TakenBack(known=seq, here=row[0] if row else 0)
        return (int(row[0]), str(row[1])) if row else (0, GENESIS)


_AS_KNOWN = select(events.c.hash).where(events.c.seq == bindparam("known")).scalar_subquery()
_LAST = Prepared(select(events.c.seq, events.c.hash, _AS_KNOWN).order_by(events.c.seq.desc()).limit(1))
_TOLD = Prepared(insert(events), names=("seq", "at", "kind", "subject", "data", "prev", "hash"))
