"""What was sent within a period, counted by legal basis and platform. Each thing that is counted is one query of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, func, select

from takedown.ledger.moves import State
from takedown.ledger.tables import appeals, cases, request_cases, requests, sightings
from takedown.ledger.truths import ACTED, UNREACHABLE
from takedown.report.figures import NEVER_MEANT, contradiction
from takedown.report.public.document import Period

Of = tuple[str, str]
"""Legal basis and platform."""
Counts = Mapping[Of, Counter[str]]
OUTCOMES = ("platform acted", "declined", "no final answer yet", "found not to be meant")
"""Each case that was sent is in exactly one of these."""
SEEN_GONE, STILL_UP = "seen gone by us", "said to be gone, seen still up"
WITHDRAWN, RESTORED, NO_BASELINE = "withdrawn", "put back after a withdrawal", "not seen up before"
APPEALED, REVERSED = "appealed against", "reversed on appeal"
REQUESTS, MISTAKES = "requests sent", "closed as mistakes"


def within(period: Period) -> list[ColumnElement[bool]]:
    """Of cases: sent first in the period."""
    return [cases.c.delivered == State.SENT.value, cases.c.sent_at >= period.since, cases.c.sent_at < period.until]


def outcome(claimed: str, closed: str) -> str:
    """One of OUTCOMES."""
    if closed in NEVER_MEANT:
        return "found not to be meant"
    if claimed in ACTED:
        return "platform acted"
    return "declined" if claimed == "declined" else "no final answer yet"


def outcomes(db: Connection, period: Period) -> Counts:
    """By outcome, and by what we saw; read from an index that holds all of it."""
    keys = (cases.c.basis, cases.c.platform, cases.c.claimed, cases.c.observed, cases.c.closed)
    found: dict[Of, Counter[str]] = {}
    for basis, platform, claimed, observed, closed, count in db.execute(
        select(*keys, func.count()).where(*within(period)).group_by(*keys)
    ):
        of = found.setdefault((basis, platform), Counter())
        of[outcome(claimed, closed)] += count
        of[SEEN_GONE] += count * (observed in UNREACHABLE)
        of[STILL_UP] += count * (contradiction(claimed, observed) == "says_acted_still_up")
        of[MISTAKES] += count * (closed == "mistake")
    return found


def withdrawn(db: Connection, period: Period) -> Counts:
    return _by(db, WITHDRAWN, func.count(), cases, *within(period), cases.c.withdrawal != "none")


def restored(db: Connection, period: Period) -> Counts:
    return _by(db, RESTORED, func.count(), cases, *within(period), cases.c.withdrawal == "restored")


def appealed(db: Connection, period: Period) -> Counts:
    return _by(db, APPEALED, func.count(cases.c.id.distinct()), cases.join(appeals), *within(period))


def reversed_on_appeal(db: Connection, period: Period) -> Counts:
    outcome = appeals.c.outcome == "reversed"
    return _by(db, REVERSED, func.count(cases.c.id.distinct()), cases.join(appeals), *within(period), outcome)


def without_baseline(db: Connection, period: Period) -> Counts:
    """Cases of which no look ever showed that they were up: that they are gone proves little."""
    up = select(sightings.c.case).where(sightings.c.case == cases.c.id, sightings.c.observed == "available")
    return _by(db, NO_BASELINE, func.count(), cases, *within(period), ~up.exists())


def sent_requests(db: Connection, period: Period) -> Counts:
    """All cases of a request have one legal basis."""
    carried = cases.join(request_cases, request_cases.c.case == cases.c.id).join(
        requests, requests.c.id == request_cases.c.request
    )
    mine = (requests.c.state == State.SENT.value, requests.c.purpose == "removal", request_cases.c.excepted == "")
    return _by(db, REQUESTS, func.count(requests.c.id.distinct()), carried, *within(period), *mine)


def _by(db: Connection, name: str, counted: ColumnElement[Any], of: FromClause, *where: ColumnElement[bool]) -> Counts:
    keys = (cases.c.basis, cases.c.platform)
    found = db.execute(select(*keys, counted).select_from(of).where(*where).group_by(*keys))
    return {(basis, platform): Counter({name: count}) for basis, platform, count in found}


BESIDE: Mapping[str, Callable[[Connection, Period], Counts] | None] = {
    REQUESTS: sent_requests, SEEN_GONE: None, STILL_UP: None, NO_BASELINE: without_baseline, WITHDRAWN: withdrawn,
    RESTORED: restored, APPEALED: appealed, REVERSED: reversed_on_appeal, MISTAKES: None,
}  # fmt: skip
"""What is counted of the same cases beside their outcome, and by which query; None: with the outcomes."""


def counted(db: Connection, period: Period) -> dict[Of, Counter[str]]:
    """Everything, by legal basis and platform, in their order."""
    found = {of: Counter(counts) for of, counts in outcomes(db, period).items()}
    for query in BESIDE.values():
        if query is not None:
            for of, counts in query(db, period).items():
                found.setdefault(of, Counter()).update(counts)
    return dict(sorted(found.items()))
