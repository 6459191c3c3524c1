"""Cases as they stood at a past time: today's rows, with those about which something was recorded since made anew.

What is exact: what our side did (every move of a request is an event), what platforms said and what we saw (claims and sightings
are never changed), and what was closed and reopened.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Float, MetaData, Table, Text, insert, select

from takedown.clock import iso
from takedown.ledger.ids import case_id, number, request_id
from takedown.ledger.moves import State
from takedown.ledger.states import TIMES
from takedown.ledger.tables import cases, claims, events, plans, request_cases, requests, sightings
from takedown.ledger.tables.base import Id
from takedown.ledger.truths import ACTED, FINAL, UNREACHABLE
from takedown.report.cells import THEN, Rows

CHUNK = 500
KEPT = ("batch", "platform", "kind", "basis", "organisation", "identity", "reference", "url", "created_at")
"""What nothing that is recorded here changes."""
DELIVERS = frozenset({"removal", "reminder"})
"""Purposes of requests by which a case is delivered; what is said about it afterwards is not."""
then = Table(
    THEN,
    MetaData(),
    Column("id", Id, primary_key=True, autoincrement=False),
    *(Column(name, cases.c[name].type) for name in KEPT),
    *(Column(name, Text, nullable=False) for name in ("delivered", "claimed", "observed", "closed", "ground")),
    *(Column(name, Float) for name in TIMES),
    Column("carrier", Id),
    prefixes=["TEMPORARY"],
)
Then = dict[str, Any]


@dataclass
class Since:
    """What was recorded after a time, as it was before it: states by request, closings by case; and what is new since.

    left_out: (request, case) where a person left the case out while filing. touched: cases said, seen or decided something about.
    taken_back: likewise, cases that somebody took back.
    """

    states: dict[int, str] = field(default_factory=dict[int, str])
    left_out: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])
    closed: dict[int, str] = field(default_factory=dict[int, str])
    touched: set[int] = field(default_factory=set[int])
    taken_back: set[int] = field(default_factory=set[int])


def rows_at(db: Connection, at: float) -> Rows:
    """The cases that existed at `at` (seconds since the epoch) as they stood then, in two parts; valid in this transaction."""
    since = _since(db, at)
    touched = sorted(since.touched | since.taken_back | set(since.closed) | _carried(db, at, since.states))
    then.create(db)
    for chunk in _chunks(touched):
        if found := list(_made(db, at, since, chunk)):
            db.execute(insert(then), found)
    columns = ", ".join(column.name for column in then.c if column.name in cases.c)
    others = f" AND id NOT IN (SELECT id FROM {THEN})" if touched else ""  # noqa: S608 -- of constants, here and below
    untouched = f"(SELECT {columns} FROM cases WHERE created_at <= :at{others})"  # noqa: S608
    return Rows((untouched, THEN), {"at": at})


def _since(db: Connection, at: float) -> Since:
    found = Since()
    later = select(events.c.kind, events.c.subject, events.c.data).where(events.c.at > iso(at)).order_by(events.c.seq)
    for kind, subject, text in db.execute(later.execution_options(yield_per=1000)):
        if kind.startswith("request."):
            data = json.loads(text)
            for request in data.get("requests", ()):
                found.states.setdefault(request, data["from"])
            found.left_out.update((data["requests"][0], number(case, "C")) for case in data.get("excepted", ()))
        elif kind == "case.closed":
            found.closed.setdefault(number(subject, "C"), "")
        elif kind == "case.reopened":
            found.closed.setdefault(number(subject, "C"), json.loads(text)["was"])
        elif kind == "case.withdrawn":
            found.taken_back.add(number(subject, "C"))
    for table in (claims, sightings):
        found.touched.update(db.execute(select(table.c.case).where(table.c.recorded_at > at).distinct()).scalars())
    return found


def _carried(db: Connection, at: float, moved: Iterable[int]) -> set[int]:
    """The cases of requests that moved or were frozen since. Plans tell the time: a request's lies behind its bytes."""
    frozen = select(requests.c.id).join(plans, plans.c.id == requests.c.plan).where(plans.c.created_at > at)
    found = set(db.execute(select(request_cases.c.case).where(request_cases.c.request.in_(frozen))).scalars())
    for chunk in _chunks(sorted(moved)):
        found.update(db.execute(select(request_cases.c.case).where(request_cases.c.request.in_(chunk))).scalars())
    return found


def _made(db: Connection, at: float, since: Since, chunk: Sequence[int]) -> Iterator[Then]:
    """The rows of `then` for these cases; those that were not imported yet have none."""
    said, saw = _said(db, at, chunk), _seen(db, at, chunk)
    sendings = _delivered(db, at, since, chunk)
    kept = select(cases).where(cases.c.id.in_(chunk), cases.c.created_at <= at)
    for row in db.execute(kept).mappings():
        ident = row["id"]
        ours = sendings.get(ident, Sending())
        made: Then = {"id": ident, **{name: row[name] for name in KEPT}}
        made |= {"delivered": ours.state, "carrier": ours.carrier}
        if ours.state == State.DRAFT.value and row["delivered"] == State.WITHDRAWN.value and ident not in since.taken_back:
            made["delivered"] = State.WITHDRAWN.value
        made |= said.get(ident, NOTHING_SAID) | saw.get(ident, NOTHING_SEEN)
        made |= _closed(db, at, {**row}, since)
        made["withdrawn_at"] = row["withdrawn_at"] if (row["withdrawn_at"] or at + 1) <= at else None
        made["sent_at"] = _sent_at(db, at, row["sent_at"], ours) if ours.state == State.SENT.value else None
        yield made


NOTHING_SAID: Then = {"claimed": "none", "ground": "", "acted_at": None, "declined_at": None}
NOTHING_SEEN: Then = {"observed": "", "gone_at": None}


def _said(db: Connection, at: float, chunk: Sequence[int]) -> dict[int, Then]:
    columns = (claims.c.case, claims.c.value, claims.c.ground, claims.c.recorded_at)
    mine = (claims.c.case.in_(chunk), claims.c.recorded_at <= at)
    found: dict[int, Then] = {}
    for case, value, ground, recorded in db.execute(select(*columns).where(*mine).order_by(claims.c.id)):
        made = found.setdefault(case, {**NOTHING_SAID})
        made["claimed"] = value
        if value in ACTED:
            made["ground"] = ground
            made["acted_at"] = made["acted_at"] or recorded
        elif value in FINAL:
            made["declined_at"] = made["declined_at"] or recorded
    return found


def _seen(db: Connection, at: float, chunk: Sequence[int]) -> dict[int, Then]:
    columns = (sightings.c.case, sightings.c.observed, sightings.c.recorded_at)
    mine = (sightings.c.case.in_(chunk), sightings.c.recorded_at <= at)
    found: dict[int, Then] = {}
    for case, observed, recorded in db.execute(select(*columns).where(*mine).order_by(sightings.c.id)):
        made = found.setdefault(case, {**NOTHING_SEEN})
        made["observed"] = observed
        if observed in UNREACHABLE:
            made["gone_at"] = made["gone_at"] or recorded
    return found


def _closed(db: Connection, at: float, row: Mapping[str, Any], since: Since) -> Then:
    if row["id"] not in since.closed:
        return {"closed": row["closed"], "closed_at": row["closed_at"]}
    was = since.closed[row["id"]]
    moments = _moments(db, at, case_id(row["id"]), "case.closed") if was else []
    return {"closed": was, "closed_at": moments[-1][1] if moments else None}


@dataclass
class Sending:
    """What our side had done for a case: its `delivered`, the requests that carried it, and the newest that delivered it."""

    state: str = State.DRAFT.value
    carriers: list[int] = field(default_factory=list[int])
    carrier: int | None = None


def _delivered(db: Connection, at: float, since: Since, chunk: Sequence[int]) -> dict[int, Sending]:
    """sending.md's rule: sent if a request that carries the case was sent then, else the state of the newest, else draft."""
    joined = request_cases.join(requests, requests.c.id == request_cases.c.request).join(plans, plans.c.id == requests.c.plan)
    columns = (request_cases.c.case, requests.c.id, requests.c.state, requests.c.purpose, request_cases.c.excepted)
    query = select(*columns).select_from(joined).where(request_cases.c.case.in_(chunk), plans.c.created_at <= at)
    found: dict[int, Sending] = {}
    for case, request, state, purpose, excepted in db.execute(query.order_by(requests.c.id)):
        if purpose not in DELIVERS or (excepted and (request, case) not in since.left_out):
            continue
        ours, was = found.setdefault(case, Sending()), since.states.get(request, str(state))
        if purpose == "removal":
            ours.carriers.append(request)
            ours.carrier = request if was == State.SENT.value else ours.carrier
        if was == State.SENT.value or (purpose == "removal" and ours.state != State.SENT.value):
            ours.state = State.DRAFT.value if was == State.WITHDRAWN.value else was
    return found


def _sent_at(db: Connection, at: float, now: float | None, ours: Sending) -> float | None:
    """When the case was delivered; of one that came back since, its requests' events tell."""
    if now is not None and now <= at:
        return now
    told = [moment for one in ours.carriers for moment in _moments(db, at, request_id(one), "request.sent", "request.returned")]
    found: float | None = None
    for _, moment, kind in sorted(told):
        found = None if kind == "request.returned" else found or moment
    return found


def _moments(db: Connection, at: float, subject: str, *kinds: str) -> list[tuple[int, float, str]]:
    """Events about one thing until `at`: number, seconds since the epoch, kind."""
    query = select(events.c.seq, events.c.at, events.c.kind).where(events.c.subject == subject, events.c.kind.in_(kinds))
    found = db.execute(query.where(events.c.at <= iso(at)).order_by(events.c.seq))
    return [(seq, datetime.fromisoformat(moment).timestamp(), kind) for seq, moment, kind in found]


def _chunks(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[start : start + CHUNK] for start in range(0, len(numbers), CHUNK))
