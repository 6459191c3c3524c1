"""Open cases in which what a platform says and what we saw exclude each other: a list of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, and_, or_, select

from takedown.ledger.ids import case_id, number
from takedown.ledger.truths import ACTED, UNREACHABLE
from takedown.report.cells import Rows, Scope
from takedown.report.figures import contradiction

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
        still_up = and_(c.claimed.in_(sorted(ACTED)), c.observed == "available")
        yet_gone = and_(c.claimed == "declined", c.observed.in_(sorted(UNREACHABLE)))
        # Numbers first, from the index: each row would else be fetched, only to be sorted away.
        numbers = select(c.id).where(c.closed == "", or_(still_up, yet_gone), *scope.where(part))
        query = select(part).where(c.id.in_(numbers.order_by(c.platform, c.id).limit(limit)))
        found += [_read(row) for row in db.execute(query).mappings()]
    return sorted(found, key=lambda one: (one.platform, number(one.case, "C")))[:limit]


def _read(row: RowMapping) -> Contradiction:
    same = {name: row[name] for name in ("reference", "platform", "basis", "claimed", "observed", "ground", "url")}
    said_at = row["acted_at"] if row["claimed"] in ACTED else row["declined_at"]
    return Contradiction(case_id(row["id"]), what=contradiction(row["claimed"], row["observed"]), said_at=said_at, **same)
