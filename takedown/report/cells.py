"""Cases counted by the database: one grouped pass over an index that holds all it needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from takedown.ledger.reader import Reader
from takedown.ledger.states import COUNTED
from takedown.report.figures import Cell

WEEK = "week"
GROUPS = ("platform", "basis", "kind", "organisation", WEEK)
"""What figures can be told apart by; the week is the one of delivery, after ISO 8601 and in UTC."""
FIRST_MONDAY = date(1970, 1, 5)
WEEKS = f"(sent_at - {345_600.0}) / {604_800.0}"
"""Seconds at which the first Monday of the epoch began, and of a week."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Cases, in one part or several that share none: SQL of relations that have the columns of `cases` that reports read.

    values: what the SQL of the parts names.
    """

    parts: tuple[str, ...]
    values: Mapping[str, object] = field(default_factory=dict[str, object])


NOW = Rows(("cases",))
THEN = "cases_then"
"""Of a past time, the cases about which something was recorded since; they have a `carrier`, too, the newest request that
delivered them."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cases: of a batch, and imported within `since` and `until`, both included (seconds since the epoch)."""

    batch: int | None = None
    since: float | None = None
    until: float | None = None

    @property
    def where(self) -> str:
        """As SQL that goes on with what stands before it; it names `values`."""
        told = ("batch = :batch", self.batch), ("created_at >= :since", self.since), ("created_at <= :until", self.until)
        return "".join(f" AND {condition}" for condition, value in told if value is not None)

    @property
    def values(self) -> dict[str, object]:
        named = {"batch": self.batch, "since": self.since, "until": self.until}
        return {name: value for name, value in named.items() if value is not None}


EVERYTHING = Scope()


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


def kept(scope: Scope, rows: Rows) -> bool:
    """Whether the ledger keeps these counts itself, as it does of all cases as they are now."""
    return scope == EVERYTHING and rows is NOW


def sums(table: str, keys: str, shown: str = "") -> str:
    """SQL of the counts that the ledger keeps: a server's are in parts, which may add up to nothing.

    keys: all of the table's, in its order, else a file sorts them. shown: those that are read, where not all are.
    """
    return f"SELECT {shown or keys}, CAST(sum(count) AS BIGINT) FROM {table} GROUP BY {keys} HAVING sum(count) <> 0"  # noqa: S608


def counted(view: Reader, scope: Scope = EVERYTHING, rows: Rows = NOW, weekly: bool = False) -> Iterator[Counted]:
    """As the ledger kept count, or grouped by all that the index holds, in its order: sorting a million rows takes six times as
    long as reading them.

    weekly: by the week of delivery too, which no index holds, and of which no count is kept.
    """
    keys = ", ".join(COUNTED)
    if kept(scope, rows) and not weekly:
        yield from (Counted(*row) for row in view.rows(sums("case_counts", keys)))
        return
    week = f", {week_of_delivery(view)}" if weekly else ""
    for part in rows.parts:
        query = f"SELECT {keys}, count(*){week} FROM {part} c WHERE 1 = 1{scope.where} GROUP BY {keys}{week}"  # noqa: S608
        yield from (Counted(*row) for row in view.rows(query, **scope.values, **rows.values))


def cells(found: Iterable[Counted], by: str) -> Iterator[Cell]:
    """A group comes in several cells."""
    return (one.cell(by) for one in found)


def week_of_delivery(view: Reader) -> str:
    """Weeks since the first Monday of the epoch, as SQL; null of null."""
    return view.whole(WEEKS)


def grouped_by(view: Reader, by: str) -> str:
    """What a case is told apart by, as SQL."""
    return week_of_delivery(view) if by == WEEK else by


def group_name(found: Any, by: str) -> str:
    return week_name(found) if by == WEEK else str(found)


def week_starts(week: int) -> date:
    return FIRST_MONDAY + timedelta(weeks=week)


def week_name(week: int | None) -> str:
    """`2026-W01`; empty for what was not delivered."""
    if week is None:
        return ""
    year, number, _ = week_starts(week).isocalendar()
    return f"{year}-W{number:02}"
