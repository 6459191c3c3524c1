"""One write transaction, and the hash chain of audit events that belongs to it.

`hash = SHA256(prev || canonical JSON of the event)`. Events hold no personal data: what is personal is committed to with a
salt, and value and salt lie in `openings`, where they can be erased while the chain stays valid.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, text

from takedown.clock import iso, whole
from takedown.ledger.tables import events, openings

GENESIS = "0" * 64
SCHEMA = 1


def canonical(value: object) -> str:
    """RFC 8785 for what events hold: strings, whole numbers, lists and objects with ASCII keys."""
    return _encode(value)


_quoted = json.encoder.encode_basestring
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def commitment(salt: bytes, value: str) -> str:
    return hashlib.sha256(salt + value.encode()).hexdigest()


def event_hash(prev: str, seq: int, at: str, kind: str, subject: str, data: str) -> str:
    # canonical() of the six members, three times as fast: each event is hashed before it is sent, and whenever it is checked
    first = f'{{"at":{_quoted(at)},"data":{_quoted(data)},"kind":{_quoted(kind)},'
    body = f'{first}"schema":{SCHEMA},"seq":{seq},"subject":{_quoted(subject)}}}'
    return hashlib.sha256((prev + body).encode()).hexdigest()


class Book:
    """An open write transaction. Events are chained as they are recorded and written together before the commit.

    `now` is a whole millisecond, so that a row and the event that tells of it have the very same time.
    """

    def __init__(self, connection: Connection, now: float) -> None:
        self.db = connection
        self.now = whole(now)
        self._tail: tuple[int, str] | None = None
        self._events: list[dict[str, Any]] = []
        self._openings: list[dict[str, Any]] = []

    def record(self, kind: str, subject: str, data: Mapping[str, Any], private: Mapping[str, str] | None = None) -> int:
        """Append an event; `private` values are committed to, not written into it. Returns its number."""
        seq, prev = self._tail or self._last()
        seq += 1
        held = dict(data)
        for name, value in (private or {}).items():
            salt = os.urandom(16)
            held[name] = {"committed": commitment(salt, value)}
            self._openings.append({"seq": seq, "name": name, "salt": salt, "value": value})
        at, written = iso(self.now), canonical(held)
        digest = event_hash(prev, seq, at, kind, subject, written)
        self._events.append(
            {"seq": seq, "at": at, "kind": kind, "subject": subject, "data": written, "prev": prev, "hash": digest}
        )
        self._tail = (seq, digest)
        return seq

    def _last(self) -> tuple[int, str]:
        if self.db.dialect.name == "postgresql":
            # SQLite has one writer by nature; here the chain's row is the lock that orders writers.
            self.db.execute(text("SELECT value FROM meta WHERE name = 'ledger' FOR UPDATE"))
        row = self.db.execute(_LAST).first()
        return (int(row[0]), str(row[1])) if row else (0, GENESIS)

    def flush(self) -> None:
        if self._events:
            self.db.execute(_TOLD, self._events)
            self._events = []
        if self._openings:
            self.db.execute(insert(openings), self._openings)
            self._openings = []


_LAST = select(events.c.seq, events.c.hash).order_by(events.c.seq.desc()).limit(1)
_TOLD = insert(events)
