"""The one function that moves a request's state: compare, set, and record, in one transaction. Nothing else writes a state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, bindparam, case, func, null, select, update
from sqlalchemy.sql.elements import ColumnElement

from takedown.contract import TakedownError
from takedown.ledger.book import Book
from takedown.ledger.ids import request_id
from takedown.ledger.prepared import Prepared
from takedown.ledger.questions import answered
from takedown.ledger.states import State as State  # moves and states are asked for together
from takedown.ledger.tables import cases, request_cases, requests

ALLOWED: Mapping[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.APPROVED, State.WITHDRAWN}),
    State.APPROVED: frozenset({State.SENDING, State.OPERATOR, State.WITHDRAWN, State.UNKNOWN}),
    State.SENDING: frozenset({State.SENT, State.APPROVED, State.REFUSED, State.UNKNOWN}),
    State.OPERATOR: frozenset({State.SENT, State.UNKNOWN, State.APPROVED, State.REFUSED, State.WITHDRAWN}),
    State.UNKNOWN: frozenset({State.SENT, State.APPROVED, State.REFUSED}),
    State.SENT: frozenset({State.RETURNED}),
    State.RETURNED: frozenset({State.SENT}),
    State.REFUSED: frozenset(),
    State.WITHDRAWN: frozenset(),
}
"""sending.md's picture. approved -> unknown is the repeat whose key has died; operator -> refused is `portal fail`."""


class IllegalMove(TakedownError):
    """A request cannot go from {was} to {to}."""

    code, exit = "TD-1201", 12
    why, do = "the states of a request allow no such step", "report this as a defect"


def move(
    book: Book,
    ids: Sequence[int],
    was: State,
    to: State,
    *,
    where: Sequence[ColumnElement[bool]] = (),
    event: Mapping[str, Any] | None = None,
    private: Mapping[str, str] | None = None,
    **columns: object,
) -> list[int]:
    """Move requests that are still in `was` (and meet `where`) to `to`; returns those that moved, in order.

    One event tells of all of them. The cases whose newest request moved follow, unless another one that carried them was
    sent. Raises IllegalMove.
    """
    if to not in ALLOWED[was]:
        raise IllegalMove(was=was, to=to)
    moved: list[int] = []
    retracting: list[int] = []
    answers: list[int] = []
    for start in range(0, len(ids), 500):
        change = (
            update(requests)
            .where(requests.c.id.in_(ids[start : start + 500]), requests.c.state == was.value, *where)
            .values(state=to.value, updated_at=book.now, **columns)
            .returning(requests.c.id, requests.c.purpose)
        )
        found = book.db.execute(change).all()
        moved += [int(number) for number, _ in found]
        retracting += [int(number) for number, purpose in found if purpose == WITHDRAWAL]
        answers += [int(number) for number, purpose in found if purpose == ANSWER]
    if not moved:
        return []
    moved.sort()
    _carry(book, moved, to)
    _retract(book, retracting, to)
    if to is State.SENT:
        answered(book, answers)
    data = {"from": was.value, "to": to.value, "requests": moved, **(event or {})}
    book.record(f"request.{to.value}", request_id(moved[0]), data, private)
    return moved


def begin(book: Book, ids: Sequence[int], owner: str, event: Mapping[str, Any]) -> list[int]:
    """`owner` begins to send approved requests, at most 500: approved -> sending, the attempt counted. Returns them in order."""
    taken = {"ids": ids, "a_time": book.now, "an_owner": owner}
    all_of_them = _BEGIN.changed(book.db, taken) == len(ids)
    moved = sorted(ids if all_of_them else (int(row[0]) for row in _BEGUN.rows(book.db, {"ids": ids, "owner": owner})))
    if moved:
        _carry(book, moved, State.SENDING)
        data = {"from": State.APPROVED.value, "to": State.SENDING.value, "requests": moved, **event}
        book.record("request.sending", request_id(moved[0]), data)
    return moved


_NOW: BindParameter[float] = bindparam("a_time")
_BEGIN = Prepared(
    update(requests)
    .where(requests.c.id.in_(bindparam("ids", expanding=True)), requests.c.state == State.APPROVED.value)
    .values(
        state=State.SENDING.value,
        owner=bindparam("an_owner"),
        attempts=requests.c.attempts + 1,
        # A key that never arrived does not age.
        key_born=case((requests.c.doubt_since.is_(None), _NOW), else_=requests.c.key_born),
        updated_at=_NOW,
    ),
    many="ids",
)
_BEGUN = Prepared(
    select(requests.c.id).where(
        requests.c.id.in_(bindparam("ids", expanding=True)),
        requests.c.state == State.SENDING.value,
        requests.c.owner == bindparam("owner"),
    ),
    many="ids",
)


@dataclass(frozen=True, slots=True)
class Each:
    """One request's part in `move_each`: the values of its columns, and what its event tells."""

    id: int
    columns: Mapping[str, object]
    event: Mapping[str, Any]


def move_each(book: Book, was: State, to: State, owner: str, each: Sequence[Each]) -> list[int]:
    """Like `move` for `owner`'s requests, of which each has columns and an event of its own; all name the same columns.

    A handful of statements for all of them: this is what most of sending writes. Raises IllegalMove.
    """
    if to not in ALLOWED[was]:
        raise IllegalMove(was=was, to=to)
    mine = {"ids": [one.id for one in each], "was": was.value, "owner": owner}
    held = {int(number): str(purpose) for number, purpose in _HELD.rows(book.db, mine)}
    moved = [one for one in each if one.id in held]
    if not moved:
        return []
    fixed = {"a_state": to.value, "a_time": book.now}
    rows = [{"an_id": one.id, **fixed, **{f"a_{name}": value for name, value in one.columns.items()}} for one in moved]
    _setting(tuple(moved[0].columns)).each(book.db, rows)
    ids = sorted(one.id for one in moved)
    _carry(book, ids, to)
    _retract(book, [number for number in ids if held[number] == WITHDRAWAL], to)
    if to is State.SENT:
        answered(book, [number for number in ids if held[number] == ANSWER])
    for one in moved:
        data = {"from": was.value, "to": to.value, "requests": [one.id], **one.event}
        book.record(f"request.{to.value}", request_id(one.id), data)
    return ids


_HELD = Prepared(
    select(requests.c.id, requests.c.purpose)
    .where(
        requests.c.id.in_(bindparam("ids", expanding=True)),
        requests.c.state == bindparam("was"),
        requests.c.owner == bindparam("owner"),
    )
    .with_for_update(),
    many="ids",
)


@cache
def _setting(names: tuple[str, ...]) -> Prepared:
    values: dict[str, BindParameter[Any]] = {name: bindparam(f"a_{name}") for name in ("state", *names)}
    return Prepared(update(requests).where(requests.c.id == bindparam("an_id")).values(**values, updated_at=bindparam("a_time")))


def _carry(book: Book, moved: list[int], to: State) -> None:
    for start in range(0, len(moved), 500):
        _following(to).changed(book.db, {"moved": moved[start : start + 500], "a_time": book.now})


@cache
def _following(to: State) -> Prepared:
    """What becomes of the cases whose newest request moved."""
    theirs = update(cases).where(cases.c.request.in_(bindparam("moved", expanding=True)))
    match to:
        case State.SENT:
            change = theirs.values(delivered="sent", sent_at=case((cases.c.sent_at.is_(None), _NOW), else_=cases.c.sent_at))
        case State.RETURNED:
            change = theirs.values(delivered="returned", sent_at=null())
        case _:
            value = State.DRAFT if to is State.WITHDRAWN else to
            change = theirs.where(cases.c.sent_at.is_(None)).values(delivered=value.value)
    return Prepared(change.values(updated_at=_NOW), many="moved")


WITHDRAWAL = "withdrawal"
"""The purpose of a request that takes back what another one asked for; its cases follow it in a field of their own."""
ANSWER = "answer"
"""The purpose of a request that answers what a platform asked."""
STANDS = {State.SENT: "sent", State.REFUSED: "refused", State.WITHDRAWN: "none"}
"""A case's `withdrawal` after its withdrawal moved; `requested` everywhere else."""


def _retract(book: Book, moved: Sequence[int], to: State) -> None:
    """What becomes of the cases whose withdrawals moved. One that is taken back from several requests waits for the last."""
    if not moved:
        return
    theirs = select(request_cases.c.case).where(request_cases.c.request.in_(moved))
    change = update(cases).where(cases.c.id.in_(theirs), cases.c.withdrawal.in_(["requested", "sent", "refused"]))
    if to is State.SENT:
        other = request_cases.join(requests, requests.c.id == request_cases.c.request)
        waiting = (requests.c.purpose == WITHDRAWAL, requests.c.state.in_(["approved", "sending", "unknown", "operator"]))
        change = change.where(
            cases.c.id.not_in(select(request_cases.c.case).select_from(other).where(*waiting, requests.c.id.not_in(moved)))
        )
    book.db.execute(change.values(withdrawal=STANDS.get(to, "requested"), updated_at=book.now))


def take_out(book: Book, request: int, excepted: Mapping[int, str]) -> None:
    """Cases (number -> why) that a request carries but that were not filed with it: it does not send them.

    They go back to the request that carried them before, or to draft. Called before the request moves.
    """
    for number, why in excepted.items():
        theirs = (request_cases.c.request == request, request_cases.c.case == number)
        book.db.execute(update(request_cases).where(*theirs).values(excepted=why or "not filed"))
        others = (request_cases.c.case == number, request_cases.c.excepted == "", request_cases.c.request < request)
        earlier = select(func.max(request_cases.c.request)).where(*others).scalar_subquery()
        state = case((cases.c.sent_at.is_(None), State.DRAFT.value), else_=cases.c.delivered)
        change = update(cases).where(cases.c.id == number, cases.c.request == request)
        book.db.execute(change.values(request=earlier, delivered=state, updated_at=book.now))
