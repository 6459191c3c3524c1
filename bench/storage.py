"""How many bytes a case takes in the ledger once it was sent."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench.desks import UNPACED, add_cases, ground, plan, send
from bench.figures import Figure, Sizes

MOST = 8_192


def storage(sizes: Sizes, seed: int) -> Iterator[Figure]:
    """The growth between two sizes, so that empty tables do not count."""
    n = sizes.sends
    with ground(seed, {"tiktok": UNPACED}) as here:
        held: list[int] = []
        for first in (0, n):
            add_cases(here.desk, "tiktok", range(first, first + n))
            send(here.desk, plan(here.desk), n)
            held.append(_size(here.folder / "takedown.db"))
        with closing(sqlite3.connect(here.folder / "takedown.db")) as db:
            events = db.execute("SELECT sum(length(data) + length(hash) + length(prev)) FROM events").fetchone()[0]
    grown = (held[1] - held[0]) / n
    yield Figure(
        "a sent case in SQLite", grown, "<=", MOST, "bytes", f"{n} cases, a request each, its body and its events; indexes too"
    )
    yield Figure(
        "of it the audit chain", events / (2 * n), "<=", 2_048, "bytes", "events and their hashes; shared by the cases of a plan"
    )


def _size(file: Path) -> int:
    """In bytes, after what the write-ahead log holds was brought home."""
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file.stat().st_size
