"""Cases counted by the database: one grouped pass over an index that holds all it needs."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from takedown.ledger.tables import COUNTED, cases
from takedown.report.figures import Cell

GROUPS = ("platform", "basis", "organisation")


def cells(db: Connection, by: str = "platform", batch: int | None = None, since: float | None = None) -> Iterator[Cell]:
    """Cases by group and values, a group in several cells. `since`: imported then (seconds since the epoch) or later.

    Grouped by all that the index holds, in its order, since sorting a million rows takes six times as long as reading them.
    """
    keys = [cases.c[name] for name in COUNTED]
    query = select(*keys, func.count()).group_by(*keys)
    if batch is not None:
        query = query.where(cases.c.batch == batch)
    if since is not None:
        query = query.where(cases.c.created_at >= since)
    group = GROUPS.index(by)
    for row in db.execute(query):
        yield Cell(row[group], *row[len(GROUPS) :])


def withdrawals(db: Connection, batch: int | None = None) -> dict[str, dict[str, int]]:
    """Platform -> where its withdrawals stand -> cases; what was never withdrawn is left out."""
    keys = (cases.c.platform, cases.c.withdrawal)
    query = select(*keys, func.count()).where(cases.c.withdrawal != "none").group_by(*keys)
    if batch is not None:
        query = query.where(cases.c.batch == batch)
    found: dict[str, dict[str, int]] = {}
    for platform, value, count in db.execute(query):
        found.setdefault(platform, {})[value] = count
    return found
