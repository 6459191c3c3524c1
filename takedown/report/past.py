"""A past figure made again: today's values, corrected for everything that was recorded since.

What is exact: what our side did (every move of a request is an event), what platforms said and what we saw (claims and sightings
are never changed), and what was closed and reopened.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, RowMapping, select

from takedown.clock import iso
from takedown.ledger.ids import number
from takedown.ledger.moves import State
from takedown.ledger.tables import cases, claims, events, plans, request_cases, requests, sightings
from takedown.report.cells import Scope, cells
from takedown.report.figures import Cell

CHUNK = 500
Values = tuple[str, str, str, str, str]


@dataclass
class Since:
    """What was recorded after a time, as it was before it: states by request, closings by case; and what is new since.

    left_out: (request, case) where a person left the case out while filing. claimed: cases about which something was said.
    seen: those that were looked at.
    """

    states: dict[int, str] = field(default_factory=dict[int, str])
    left_out: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])
    closed: dict[int, str] = field(default_factory=dict[int, str])
    claimed: set[int] = field(default_factory=set[int])
    seen: set[int] = field(default_factory=set[int])


def cells_at(db: Connection, at: float, by: str, scope: Scope) -> Iterator[Cell]:
    """As `cells`, of the cases that existed at `at` (seconds since the epoch) and as they stood then."""
    then = Scope(scope.batch, scope.since, min(at, scope.until) if scope.until is not None else at)
    counts: Counter[Values] = Counter()
    for cell in cells(db, by, then):
        counts[cell.group, cell.delivered, cell.claimed, cell.observed, cell.closed] += cell.count
    since = _since(db, at)
    touched = set(since.closed) | since.claimed | since.seen | _carried(db, at, since.states)
    for chunk in _chunks(sorted(touched)):
        _correct(db, at, by, then, since, chunk, counts)
    return (Cell(*values, count) for values, count in counts.items() if count)


def _since(db: Connection, at: float) -> Since:
    found = Since()
    later = select(events.c.kind, events.c.subject, events.c.data).where(events.c.at > iso(at)).order_by(events.c.seq)
    for kind, subject, text in db.execution_options(yield_per=1000).execute(later):
        if kind.startswith("request."):
            data = json.loads(text)
            for request in data.get("requests", ()):
                found.states.setdefault(request, data["from"])
            found.left_out.update((data["requests"][0], number(case, "C")) for case in data.get("excepted", ()))
        elif kind == "case.closed":
            found.closed.setdefault(number(subject, "C"), "")
        elif kind == "case.reopened":
            found.closed.setdefault(number(subject, "C"), json.loads(text)["was"])
    found.claimed.update(case for (case,) in db.execute(select(claims.c.case).where(claims.c.recorded_at > at).distinct()))
    found.seen.update(case for (case,) in db.execute(select(sightings.c.case).where(sightings.c.recorded_at > at).distinct()))
    return found


def _carried(db: Connection, at: float, moved: Iterable[int]) -> set[int]:
    """The cases of requests that moved or were frozen since. Plans tell the time: a request's lies behind its bytes."""
    frozen = select(requests.c.id).join(plans, plans.c.id == requests.c.plan).where(plans.c.created_at > at)
    found = {case for (case,) in db.execute(select(request_cases.c.case).where(request_cases.c.request.in_(frozen)))}
    for chunk in _chunks(sorted(moved)):
        found.update(case for (case,) in db.execute(select(request_cases.c.case).where(request_cases.c.request.in_(chunk))))
    return found


def _correct(
    db: Connection, at: float, group: str, scope: Scope, since: Since, chunk: Sequence[int], counts: Counter[Values]
) -> None:
    said, saw = _claims_at(db, at, chunk), _observed_at(db, at, chunk)
    ours = _delivered_at(db, at, since, chunk)
    for row in db.execute(select(cases).where(cases.c.id.in_(chunk), *scope.where())).mappings():
        ident = row["id"]
        claimed, closed = said.get(ident, "none"), since.closed.get(ident, str(row["closed"]))
        observed = saw.get(ident, "") if ident in since.seen else row["observed"]
        counts[_values(row, group)] -= 1
        counts[row[group], ours.get(ident, State.DRAFT.value), claimed, observed, closed] += 1


def _values(row: RowMapping, group: str) -> Values:
    return row[group], row["delivered"], row["claimed"], row["observed"], row["closed"]


def _claims_at(db: Connection, at: float, chunk: Sequence[int]) -> dict[int, str]:
    mine = (claims.c.case.in_(chunk), claims.c.recorded_at <= at)
    return dict(db.execute(select(claims.c.case, claims.c.value).where(*mine).order_by(claims.c.id)).all())


def _observed_at(db: Connection, at: float, chunk: Sequence[int]) -> dict[int, str]:
    mine = (sightings.c.case.in_(chunk), sightings.c.recorded_at <= at)
    return dict(db.execute(select(sightings.c.case, sightings.c.observed).where(*mine).order_by(sightings.c.id)).all())


def _delivered_at(db: Connection, at: float, since: Since, chunk: Sequence[int]) -> dict[int, str]:
    """sending.md's rule: sent if a request that carries the case was sent then, else the state of the newest, else draft."""
    joined = request_cases.join(requests, requests.c.id == request_cases.c.request).join(plans, plans.c.id == requests.c.plan)
    columns = (request_cases.c.case, requests.c.id, requests.c.state, requests.c.purpose, request_cases.c.excepted)
    query = select(*columns).select_from(joined).where(request_cases.c.case.in_(chunk), plans.c.created_at <= at)
    found: dict[int, str] = {}
    for case, request, state, purpose, excepted in db.execute(query.order_by(requests.c.id)):
        if excepted and (request, case) not in since.left_out:
            continue
        was = since.states.get(request, str(state))
        if was == State.SENT.value or (purpose == "removal" and found.get(case) != State.SENT.value):
            found[case] = State.DRAFT.value if was == State.WITHDRAWN.value else was
    return found


def _chunks(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[start : start + CHUNK] for start in range(0, len(numbers), CHUNK))
