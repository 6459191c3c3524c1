"""Before the wire: claims as intents on disk, the look again, and what a dead owner left behind."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    Integer,
    and_,
    bindparam,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)

from takedown.delivery.lanes import SKEW, Lane
from takedown.delivery.owning import check_owner
from takedown.ledger.book import Book
from takedown.ledger.ids import case_id, plan_id
from takedown.ledger.moves import WITHDRAWAL, State, begin, move
from takedown.ledger.prepared import Prepared
from takedown.ledger.seals import add_attempts
from takedown.ledger.tables import FREE, HALTED, cases, lanes, plans, request_cases, requests
from takedown.planning.approving import Tampered, Verified
from takedown.planning.digest import leaf
from takedown.transport.results import Held


@dataclass(frozen=True, slots=True)
class Claimed:
    """A request that this process is sending. `row` has the columns of `requests` as they were when it was claimed.

    `cases`: names of those that it carries.
    """

    row: Mapping[str, Any]
    started_at: float
    cases: Sequence[str]

    @property
    def id(self) -> int:
        return int(self.row["id"])

    @property
    def attempt(self) -> int:
        return int(self.row["attempts"]) + 1

    @property
    def born(self) -> float | None:
        """When its key was: at the first attempt that may have arrived. None: nobody knows."""
        return self.row["key_born"] if self.doubtful else self.started_at

    @property
    def doubtful(self) -> bool:
        """An earlier attempt may have arrived, so that nothing said of this one settles the matter, but a receipt."""
        return self.row["doubt_since"] is not None


def sendable(lane: Lane, now: ColumnElement[Any] | float) -> ColumnElement[bool]:
    """Rows that may go out: surely unsent ones, and uncertain ones of `FREE` cases whose key the platform still knows."""
    ways = _ways(lane, now)
    # The states are named apart from the rest, so that an index finds them among all that was sent.
    return and_(requests.c.state.in_([state.value for state in ways]), or_(*ways.values()))


def _ways(lane: Lane, now: ColumnElement[Any] | float) -> dict[State, ColumnElement[bool]]:
    unsent = {State.APPROVED: requests.c.state == State.APPROVED.value}
    if not lane.keyed:  # and so never `again`
        return unsent
    born = requests.c.key_born
    young = and_(born.is_not(None), born > now - lane.key_life, born <= now + SKEW)  # as `lane.remembers`
    theirs = request_cases.join(cases, cases.c.id == request_cases.c.case)
    held = select(1).select_from(theirs).where(request_cases.c.request == requests.c.id, not_(and_(*FREE))).exists()
    free = or_(requests.c.purpose == WITHDRAWAL, not_(held))
    again = {State.UNKNOWN: and_(requests.c.state == State.UNKNOWN.value, young, free)}
    return again if lane.again else {**again, **unsent}


def work(db: Connection, lane: Lane, plan: int, now: float) -> bool:
    """Whether anything is due."""
    return bool(_any_due(lane).rows(db, {"a_plan": plan, "now": now}))


def claim(book: Book, lane: Lane, verified: Verified, owner: str, size: int, next_at: float) -> list[Claimed]:
    """Take up to `size` requests that are due, as intents on disk.

    Raises LaneLost, and Tampered when bytes are not those approved.
    """
    now = book.now
    check_owner(book, lane.name, owner)
    found: list[dict[str, Any]] = []
    for due in _due(lane):
        left = {"a_plan": verified.plan, "now": now, "size": size - len(found)}
        found += [_row(values) for values in due.rows(book.db, left)] if left["size"] else []
    if not found:
        return []
    carried = _checked(book, verified, found)
    if repeats := [row["id"] for row in found if row["state"] == State.UNKNOWN.value]:
        move(book, repeats, State.UNKNOWN, State.APPROVED, event={"because": "same key"})
    told = {"plan": plan_id(verified.plan), "digest": verified.digest}
    moved = set(begin(book, [row["id"] for row in found], owner, told))
    _PACED.changed(book.db, {"a_lane": lane.name, "a_time": next_at})
    return [Claimed(row, now, carried.get(row["id"], ())) for row in found if row["id"] in moved]


def _row(values: Sequence[Any]) -> dict[str, Any]:
    row = dict(zip(_COLUMNS, values, strict=True))
    if isinstance(row["headers"], str):  # so a file holds them
        row["headers"] = _headers(row["headers"])
    return row


@lru_cache(maxsize=64)
def _headers(text: str) -> Mapping[str, str]:
    """Of a lane's requests most have the same, which nobody changes."""
    found: dict[str, str] = json.loads(text)
    return found


_COLUMNS = tuple(one.name for one in requests.c)


@lru_cache(maxsize=64)
def _due(lane: Lane) -> tuple[Prepared, ...]:
    """A look for each state that may go out: one for both would read and sort all that the plan has on the lane."""
    return tuple(
        Prepared(select(requests).where(way).order_by(requests.c.position).limit(bindparam("size", type_=Integer)))
        for way in _ways_of_a_plan(lane)
    )


@lru_cache(maxsize=64)
def _any_due(lane: Lane) -> Prepared:
    """One statement for all states: what moved from one to another between two would be in neither."""
    return Prepared(select(literal(1)).where(or_(*(select(requests.c.id).where(way).exists() for way in _ways_of_a_plan(lane)))))


def _ways_of_a_plan(lane: Lane) -> list[ColumnElement[bool]]:
    now = bindparam("now", type_=Float)
    mine = and_(requests.c.plan == bindparam("a_plan"), requests.c.lane == lane.name, requests.c.not_before <= now)
    return [and_(mine, way) for way in _ways(lane, now).values()]


_PACED = Prepared(update(lanes).where(lanes.c.name == bindparam("a_lane")).values(next_at=bindparam("a_time")))
_CARRIED = Prepared(
    select(request_cases.c.request, request_cases.c.position, request_cases.c.case).where(
        request_cases.c.request.in_(bindparam("ids", expanding=True))
    ),
    many="ids",
)


def _checked(book: Book, verified: Verified, found: Sequence[Mapping[str, Any]]) -> dict[int, list[str]]:
    """The cases of each request, after a look whether all is as it was approved. Raises Tampered."""
    carried: dict[int, list[str]] = {}
    for request, _, carried_case in sorted(map(tuple, _CARRIED.rows(book.db, {"ids": [row["id"] for row in found]}))):
        carried.setdefault(request, []).append(case_id(carried_case))
    for row in found:
        if not verified.vouches(row["position"], leaf(row["salt"], row, row["body"], carried.get(row["id"], []))):
            raise Tampered(plan=plan_id(verified.plan), what=f"request R-{row['id']}")
    return carried


_LOOK = Prepared(
    select(
        requests.c.state,
        requests.c.owner,
        requests.c.key_born,
        requests.c.sha256,
        plans.c.state,
        HALTED.scalar_subquery(),
        select(lanes.c.owner).where(lanes.c.name == requests.c.lane).scalar_subquery(),
    )
    .select_from(requests.join(plans, plans.c.id == requests.c.plan))
    .where(requests.c.id == bindparam("an_id"))
)


def still_mine(db: Connection, one: Claimed, owner: str, lane: Lane, now: float) -> Held | None:
    """The look again: are row and lane still ours, the plan in force, the key young, the switch off?"""
    ((state, holder, born, sha256, plan, halt, lane_holder),) = _LOOK.rows(db, {"an_id": one.id})
    if halt:
        return Held("halted")
    if state != State.SENDING.value or holder != owner or lane_holder != owner:
        return Held("another process owns it now")
    if plan != "approved" or sha256 != one.row["sha256"]:
        return Held("its plan is no longer in force")
    if one.doubtful and not lane.remembers(born, now):
        return Held("the platform may have forgotten its key")
    return None


def recover(book: Book, lane: Lane) -> int:
    """What a dead owner of the lane was sending may have arrived: unknown. The caller holds the lane."""
    found = (
        book.db.execute(select(requests).where(requests.c.lane == lane.name, requests.c.state == State.SENDING.value))
        .mappings()
        .all()
    )
    rests = [row["id"] for row in found if lane.waits_for_search(row["key_born"], book.now)]
    wait = case((requests.c.id.in_(rests), lane.settle), else_=0.0)
    doubt = func.coalesce(requests.c.doubt_since, book.now)
    why = "the process that was sending it died"
    move(
        book,
        [row["id"] for row in found],
        State.SENDING,
        State.UNKNOWN,
        event={"because": "owner died"},
        owner="",
        doubt_since=doubt,
        not_before=book.now + wait,
        detail=why,
    )
    tries = [
        (
            row["salt"],
            {
                "request": row["id"],
                "number": row["attempts"],
                "started_at": row["updated_at"],
                "ended_at": book.now,
                "outcome": "unknown",
                "detail": why,
            },
        )
        for row in found
    ]
    add_attempts(book, tries)
    return len(tries)


def let_go(book: Book, *which: ColumnElement[bool]) -> None:
    """Of these requests, what surely did not leave and whose plan has ended meanwhile, goes the way of that plan.

    `undo` could not take it along: it was being sent then, or was uncertain.
    """
    ended = requests.c.plan.in_(select(plans.c.id).where(plans.c.state != "approved"))
    found = book.db.execute(select(requests.c.id).where(*which, requests.c.state == State.APPROVED.value, ended))
    move(book, [int(row[0]) for row in found], State.APPROVED, State.WITHDRAWN, event={"because": "its plan has ended"})


def put_back(book: Book, held: Sequence[Claimed], owner: str) -> None:
    """Claimed but never begun: surely not sent by this attempt."""
    for doubtful, to in ((False, State.APPROVED), (True, State.UNKNOWN)):
        ids = [one.id for one in held if one.doubtful is doubtful]
        move(
            book,
            ids,
            State.SENDING,
            to,
            where=[requests.c.owner == owner],
            event={"because": "not begun"},
            owner="",
            attempts=requests.c.attempts - 1,
        )
