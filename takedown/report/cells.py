"""Cases counted by the database: one grouped pass over an index that holds all it needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from takedown.intake.errors import NoSuchBatch
from takedown.ledger.ids import batch_id
from takedown.ledger.tables import COUNTED, batches, cases
from takedown.report.figures import Cell

GROUPS = ("platform", "basis", "organisation")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cases: of a batch, and imported within `since` and `until`, both included (seconds since the epoch)."""

    batch: int | None = None
    since: float | None = None
    until: float | None = None

    def where(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.batch is not None:
            found.append(cases.c.batch == self.batch)
        if self.since is not None:
            found.append(cases.c.created_at >= self.since)
        if self.until is not None:
            found.append(cases.c.created_at <= self.until)
        return found


EVERYTHING = Scope()


def known_batch(db: Connection, batch: int) -> None:
    """Raises NoSuchBatch: a batch that was mistyped must not look like an empty one."""
    if not db.execute(select(batches.c.id).where(batches.c.id == batch)).first():
        raise NoSuchBatch(batch=batch_id(batch))


def cells(db: Connection, by: str = "platform", scope: Scope = EVERYTHING) -> Iterator[Cell]:
    """Cases by group and values, a group in several cells.

    Grouped by all that the index holds, in its order, since sorting a million rows takes six times as long as reading them.
    """
    keys = [cases.c[name] for name in COUNTED]
    query = select(*keys, func.count()).where(*scope.where()).group_by(*keys)
    group = GROUPS.index(by)
    for row in db.execute(query):
        yield Cell(row[group], *row[len(GROUPS) :])


def withdrawals(db: Connection, batch: int | None = None) -> dict[str, Counter[str]]:
    """Platform -> where its withdrawals stand -> cases; what was never withdrawn is left out."""
    keys = (cases.c.platform, cases.c.withdrawal, cases.c.batch)
    found: dict[str, Counter[str]] = {}
    # The batch is chosen here: asked of the database, it would read a whole batch for the few that were withdrawn.
    for platform, value, theirs, count in db.execute(
        select(*keys, func.count()).where(cases.c.withdrawal != "none").group_by(*keys)
    ):
        if batch in (None, theirs):
            found.setdefault(platform, Counter())[value] += count
    return found
