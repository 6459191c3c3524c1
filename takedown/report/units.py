"""Rates of requests or accounts instead of cases. What became of a unit is read from its cases.

A request was acted on when all of its cases were, an account when one of its cases was: it is one thing, however often it was
asked for. A request counts with the newest that delivered each case; an account is a target's identity on its platform.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, case, func, literal, null, or_, select, union_all

from takedown.ledger.moves import State
from takedown.ledger.tables import request_cases, requests
from takedown.ledger.truths import ACTED, FINAL, UNREACHABLE
from takedown.report.cells import WEEK, Rows, Scope, week_name, week_of
from takedown.report.figures import GROUNDS, NEVER_MEANT, NOT_SAID, RATES, SEVERAL, Figures, total

CASE, REQUEST, ACCOUNT = "case", "request", "account"
UNITS = (CASE, REQUEST, ACCOUNT)


@dataclass(frozen=True, slots=True)
class Units:
    """Figures whose rates count units; nothing else of them is filled. A unit can stand in several groups, once in `whole`."""

    groups: Mapping[str, Figures]
    whole: Figures


def units(db: Connection, unit: str, by: str, scope: Scope, rows: Rows) -> Units:
    """`unit`: request or account."""
    asked = union_all(*(_asked(part, unit, by, scope) for part in rows)).subquery("asked")
    groups: dict[str, Figures] = {}
    for row in db.execute(_counted(asked, unit, grouped=True)):
        name = week_name(row[0]) if by == WEEK else str(row[0])
        _add(groups.setdefault(name, Figures(unit=unit)), unit, row[1:])
    if by == "platform":  # no request and no account is of two
        return Units(dict(sorted(groups.items())), total(groups.values()) if groups else Figures(unit=unit))
    whole = Figures(unit=unit)
    for row in db.execute(_counted(asked, unit, grouped=False)):
        _add(whole, unit, row[1:])
    return Units(dict(sorted(groups.items())), whole)


def _asked(rows: FromClause, unit: str, by: str, scope: Scope) -> Select[*tuple[Any, ...]]:
    """The delivered cases: group, what the unit is known by, and what became of the case."""
    c = rows.c
    said, seen = c.claimed.in_(sorted(ACTED)), c.observed.in_(sorted(UNREACHABLE))
    waits = and_(
        c.closed == "", c.withdrawn_at.is_(None), c.claimed.not_in(sorted(FINAL)), c.observed.not_in(sorted(UNREACHABLE))
    )
    flags = {"claim": said, "observation": seen, "agreed": and_(said, seen), "pending": waits, "unseen": c.observed == ""}
    key = [c.identity, c.platform] if unit == ACCOUNT else [_carrier(rows), literal("")]
    return select(
        (week_of(c.sent_at) if by == WEEK else c[by]).label("name"),
        key[0].label("one"),
        key[1].label("two"),
        *(case((flag, 1), else_=0).label(name) for name, flag in flags.items()),
        case((or_(said, seen), c.ground), else_=null()).label("ground"),
    ).where(c.delivered == State.SENT.value, c.closed.not_in(sorted(NEVER_MEANT)), *scope.where(rows))


def _carrier(rows: FromClause) -> ColumnElement[Any]:
    if "carrier" in rows.c:
        return rows.c.carrier
    joined = request_cases.join(requests, requests.c.id == request_cases.c.request)
    sent = (requests.c.state == State.SENT.value, requests.c.purpose == "removal", request_cases.c.excepted == "")
    newest = select(func.max(request_cases.c.request)).select_from(joined)
    return newest.where(request_cases.c.case == rows.c.id, *sent).correlate(rows).scalar_subquery()


def _counted(asked: FromClause, unit: str, grouped: bool) -> Select[*tuple[Any, ...]]:
    c = asked.c
    together = func.max if unit == ACCOUNT else func.min
    name = [c.name] if grouped else []
    acted = [together(c[rate]).label(rate) for rate in RATES]
    grounds = (func.min(c.ground).label("least"), func.max(c.ground).label("most"))
    # One look at one case of an account is a look at it; a request was looked at when all of its cases were.
    unseen = (func.min if unit == ACCOUNT else func.max)(c.unseen).label("unseen")
    one = select(*(name or [literal("").label("name")]), *acted, func.max(c.pending).label("pending"), unseen, *grounds)
    each = one.group_by(*name, c.one, c.two).subquery("each_unit")
    return select(*each.c, func.count()).group_by(*each.c)


def _add(figures: Figures, unit: str, row: Sequence[Any]) -> None:
    claim, seen, both, waits, unseen, least, most, count = row
    figures.not_looked += count * unseen
    figures.asked += count
    figures.acted_claims += count * claim
    figures.acted_seen += count * seen
    figures.acted_both += count * both
    figures.pending += count * (waits and not (unit == ACCOUNT and (claim or seen)))
    ground = SEVERAL if least != most else least if least in GROUNDS else NOT_SAID
    for name, acted in zip(RATES, (claim, seen, both), strict=True):
        figures.grounds[name, ground] += count * acted
