"""Open cases in which what a platform says and what we saw exclude each other: a list of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from takedown.ledger.ids import case_id, number
from takedown.ledger.reader import Reader, among
from takedown.ledger.states import ACTED, FINAL, UNREACHABLE, State
from takedown.report.cells import NOW, Rows, Scope, group_name, grouped_by
from takedown.report.differing import CONTRADICTORY, DIFFERING
from takedown.report.figures import Figures, contradiction

OPEN = "closed = ''"
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


def contradictions(view: Reader, scope: Scope, rows: Rows, limit: int) -> Sequence[Contradiction]:
    """At most `limit`, by platform and then in the order of their numbers."""
    wanted = " OR ".join(f"({DIFFERING[name]})" for name in CONTRADICTORY)
    found: list[Contradiction] = []
    for part in rows.parts:
        # Numbers first, from the index: each row would else be fetched, only to be sorted away.
        numbers = f"SELECT id FROM {part} c WHERE {OPEN} AND ({wanted}){scope.where} ORDER BY platform, id LIMIT :limit"  # noqa: S608
        query = f"SELECT c.* FROM {part} c WHERE c.id IN ({numbers})"  # noqa: S608 -- of constants, here and below
        found += [_read(row) for row in view.records(query, limit=limit, **scope.values, **rows.values)]
    return sorted(found, key=lambda one: (one.platform, number(one.case, "C")))[:limit]


def add_returned(view: Reader, groups: Mapping[str, Figures], scope: Scope, by: str, rows: Rows = NOW) -> None:
    """Put what was gone and is back again under a name of its own in the groups' contradictions, each case under one."""
    for part in rows.parts:
        # Grouped here: they are few, and the database would sort them.
        query = f"""SELECT {grouped_by(view, by)}, claimed IN {among(ACTED)} FROM {part} c
          WHERE {OPEN} AND {DIFFERING["back"]}{scope.where}"""  # noqa: S608
        for group, acted in view.rows(query, **scope.values, **rows.values):
            groups[group_name(group, by)].came_back(bool(acted))


STILL_THERE = f"""{OPEN} AND delivered = '{State.SENT.value}' AND claimed NOT IN {among(FINAL)}
  AND observed NOT IN {among(UNREACHABLE)} AND withdrawn_at IS NOT NULL
  AND c.id IN (SELECT id FROM cases WHERE withdrawal <> 'none')"""  # noqa: S608
"""The last by an index of its own."""


def take_out_withdrawn(view: Reader, groups: Mapping[str, Figures], scope: Scope, by: str, rows: Rows = NOW) -> None:
    """Count apart what would be pending, had we not taken it back: no answer is waited for, until a person closes it."""
    for part in rows.parts:
        query = f"SELECT {grouped_by(view, by)} FROM {part} c WHERE {STILL_THERE}{scope.where}"  # noqa: S608
        for (group,) in view.rows(query, **scope.values, **rows.values):
            groups[group_name(group, by)].took_back(1)


def _read(row: Mapping[str, Any]) -> Contradiction:
    same = {name: row[name] for name in ("reference", "platform", "basis", "claimed", "observed", "ground", "url")}
    said_at = row["acted_at"] if row["claimed"] in ACTED else row["declined_at"]
    what = contradiction(row["claimed"], row["observed"], row["gone_at"] is not None)
    return Contradiction(case_id(row["id"]), what=what, said_at=said_at, **same)
