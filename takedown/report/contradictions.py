"""Open cases in which what a platform says and what we saw exclude each other: a list of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, or_, select, text

from takedown.ledger.ids import case_id, number
from takedown.ledger.moves import State
from takedown.ledger.tables import cases
from takedown.ledger.truths import ACTED, FINAL, UNREACHABLE
from takedown.report.cells import NOW, WEEK, Rows, Scope, week_name, week_of
from takedown.report.differing import CONTRADICTORY, DIFFERING
from takedown.report.figures import Figures, contradiction

OPEN = text("closed = ''")
LISTED = 200
"""As many as a page names; of more it says how many there are."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """`said_at`: when the platform first said so, seconds since the epoch. `url` is the target's: not for every reader."""

    case: str
    reference: str
    platform: str
    basis: str
    what: str
    claimed: str
    observed: str
    ground: str
    said_at: float | None
    url: str


def contradictions(db: Connection, scope: Scope, rows: Rows, limit: int) -> Sequence[Contradiction]:
    """At most `limit`, by platform and then in the order of their numbers."""
    found: list[Contradiction] = []
    for part in rows:
        c = part.c
        # Numbers first, from the index: each row would else be fetched, only to be sorted away.
        wanted = or_(*(text(f"({DIFFERING[name]})") for name in CONTRADICTORY))
        numbers = select(c.id).where(OPEN, wanted, *scope.where(part))
        query = select(part).where(c.id.in_(numbers.order_by(c.platform, c.id).limit(limit)))
        found += [_read(row) for row in db.execute(query).mappings()]
    return sorted(found, key=lambda one: (one.platform, number(one.case, "C")))[:limit]


def add_returned(db: Connection, groups: Mapping[str, Figures], scope: Scope, by: str, rows: Rows = NOW) -> None:
    """Put what was gone and is back again under a name of its own in the groups' contradictions, each case under one."""
    for part in rows:
        key: ColumnElement[Any] = week_of(part.c.sent_at) if by == WEEK else part.c[by]
        said = part.c.claimed.in_(sorted(ACTED))
        # Grouped here: they are few, and the database would sort them.
        query = select(key, said).where(OPEN, text(DIFFERING["back"]), *scope.where(part))
        for group, acted in db.execute(query):
            groups[week_name(group) if by == WEEK else str(group)].came_back(bool(acted))


def take_out_withdrawn(db: Connection, groups: Mapping[str, Figures], scope: Scope, by: str, rows: Rows = NOW) -> None:
    """Count apart what would be pending, had we not taken it back: no answer is waited for, until a person closes it."""
    withdrawn = select(cases.c.id).where(text("withdrawal <> 'none'"))  # by its own index
    for part in rows:
        c = part.c
        key: ColumnElement[Any] = week_of(c.sent_at) if by == WEEK else c[by]
        waits = (
            OPEN, c.delivered == State.SENT.value, c.claimed.not_in(sorted(FINAL)), c.observed.not_in(sorted(UNREACHABLE)),
            c.withdrawn_at.is_not(None), c.id.in_(withdrawn),
        )  # fmt: skip
        for group in db.execute(select(key).where(*waits, *scope.where(part))).scalars():
            groups[week_name(group) if by == WEEK else str(group)].took_back(1)


def _read(row: RowMapping) -> Contradiction:
    same = {name: row[name] for name in ("reference", "platform", "basis", "claimed", "observed", "ground", "url")}
    said_at = row["acted_at"] if row["claimed"] in ACTED else row["declined_at"]
    what = contradiction(row["claimed"], row["observed"], row["gone_at"] is not None)
    return Contradiction(case_id(row["id"]), what=what, said_at=said_at, **same)
