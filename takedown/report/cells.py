"""Cases counted by the database: one grouped pass over an index that holds all it needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, FromClause, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from takedown.ledger.errors import NoSuchBatch
from takedown.ledger.ids import batch_id
from takedown.ledger.tables import COUNTED, batches, case_counts, cases
from takedown.report.figures import Cell

WEEK = "week"
GROUPS = ("platform", "basis", "kind", "organisation", WEEK)
"""What figures can be told apart by; the week is the one of delivery, after ISO 8601 and in UTC."""
FIRST_MONDAY = date(1970, 1, 5)
MONDAY, WEEK_LENGTH = 345_600.0, 604_800.0
Rows = Sequence[FromClause]
"""Cases, in one part or several that share none; each has the columns of `cases` that reports read."""
NOW: Rows = (cases,)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cases: of a batch, and imported within `since` and `until`, both included (seconds since the epoch)."""

    batch: int | None = None
    since: float | None = None
    until: float | None = None

    def where(self, rows: FromClause = cases) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.batch is not None:
            found.append(rows.c.batch == self.batch)
        if self.since is not None:
            found.append(rows.c.created_at >= self.since)
        if self.until is not None:
            found.append(rows.c.created_at <= self.until)
        return found


EVERYTHING = Scope()


def known_batch(db: Connection, batch: int) -> None:
    """Raises NoSuchBatch: a batch that was mistyped must not look like an empty one."""
    if not db.execute(select(batches.c.id).where(batches.c.id == batch)).first():
        raise NoSuchBatch(batch=batch_id(batch))


@dataclass(frozen=True, slots=True)
class Counted:
    """How many cases share the values of COUNTED, and the week of delivery where it was asked for."""

    platform: str
    kind: str
    basis: str
    organisation: str
    delivered: str
    claimed: str
    observed: str
    closed: str
    ground: str
    count: int
    week: int | None = None

    @property
    def alike(self) -> tuple[str, ...]:
        return self.platform, self.kind, self.basis, self.organisation

    def cell(self, by: str) -> Cell:
        group = week_name(self.week) if by == WEEK else str(getattr(self, by))
        return Cell(group, self.delivered, self.claimed, self.observed, self.closed, self.ground, self.count)


def kept(db: Connection, scope: Scope, rows: Rows) -> bool:
    """Whether the ledger keeps these counts itself: SQLite's, of all cases as they are now."""
    return db.dialect.name == "sqlite" and scope == EVERYTHING and rows is NOW


def counted(db: Connection, scope: Scope = EVERYTHING, rows: Rows = NOW, weekly: bool = False) -> Iterator[Counted]:
    """As the ledger kept count, or grouped by all that the index holds, in its order: sorting a million rows takes six times as
    long as reading them.

    weekly: by the week of delivery too, which no index holds, and of which no count is kept.
    """
    if kept(db, scope, rows) and not weekly:
        yield from (Counted(*row) for row in db.execute(select(case_counts)))
        return
    for part in rows:
        keys: list[ColumnElement[Any]] = [part.c[name] for name in COUNTED]
        week = [week_of(part.c.sent_at)] if weekly else []
        query = select(*keys, func.count(), *week).where(*scope.where(part)).group_by(*keys, *week)
        yield from (Counted(*row) for row in db.execute(query))


def cells(found: Iterable[Counted], by: str) -> Iterator[Cell]:
    """A group comes in several cells."""
    return (one.cell(by) for one in found)


class whole(FunctionElement[int]):  # noqa: N801 -- a function of SQL
    """The whole number at or below one that is not negative."""

    type = BigInteger()
    inherit_cache = True


@compiles(whole)
def _truncated(element: whole, compiler: SQLCompiler, **more: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **more)} AS INTEGER)"


@compiles(whole, "postgresql")
def _floored(element: whole, compiler: SQLCompiler, **more: Any) -> str:
    return f"CAST(floor({compiler.process(element.clauses, **more)}) AS BIGINT)"  # its CAST rounds


def week_of(moment: ColumnElement[Any]) -> ColumnElement[int]:
    """Weeks since the first Monday of the epoch; null of null."""
    return whole((moment - MONDAY) / WEEK_LENGTH)


def week_starts(week: int) -> date:
    return FIRST_MONDAY + timedelta(weeks=week)


def week_name(week: int | None) -> str:
    """`2026-W01`; empty for what was not delivered."""
    if week is None:
        return ""
    year, number, _ = week_starts(week).isocalendar()
    return f"{year}-W{number:02}"
