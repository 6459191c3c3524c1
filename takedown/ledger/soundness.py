"""The SQLite file looked at as a file: do its pages make a database that hangs together?

`PRAGMA quick_check` reads every page. It finds pages that are torn, lost or of something else; not a byte that changed within a
value, which `audit verify` finds, nor an index that lacks a row.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from takedown.ledger.book import Book
from takedown.ledger.errors import Damaged
from takedown.ledger.store import Ledger

LOOKED = "looked_at_file"
"""The row of `meta` with the time of the last look, in seconds."""
EVERY = 24 * 3600.0
"""Seconds between two looks of sending commands: one takes some tenths of a second for 40,000 cases, and grows with the file."""


def look_daily(ledger: Ledger) -> None:
    """Before something is sent: look at the file unless that was done today, and note it. A server's pages are its own affair.

    Raises Damaged.
    """
    now = ledger.clock.now()
    if ledger.engine.dialect.name != "sqlite" or abs(now - float(ledger.setting(LOOKED) or 0)) < EVERY:
        return
    if what := damage_of(ledger):
        raise Damaged(what=what)

    def note(book: Book) -> None:
        book.db.execute(_NOTED, {"name": LOOKED, "value": str(round(now))})

    ledger.write(note)


_NOTED = text("INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value")


def damage_of(ledger: Ledger) -> str:
    """What is wrong with a ledger's file; empty when nothing is, or when it has none."""
    if ledger.engine.dialect.name != "sqlite":
        return ""
    with ledger.read() as db:
        return damage_in(db)


def damage_in(db: Connection | sqlite3.Connection) -> str:
    """The first thing that SQLite finds wrong; empty when there is nothing."""
    try:
        found = db.execute(_LOOK).scalar() if isinstance(db, Connection) else db.execute(_LOOK.text).fetchone()[0]
    except (DatabaseError, sqlite3.DatabaseError) as error:
        return str(getattr(error, "orig", error))
    return "" if found == "ok" else " ".join(str(found).split())


_LOOK = text("PRAGMA quick_check(1)")
