"""Whose packet is next: taking one, giving some to a person, and what becomes of those that nobody finished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from sqlalchemy import and_, or_, update

from takedown.contract import TakedownError
from takedown.delivery.deliver import Halted
from takedown.delivery.portal.filing import PORTAL, note_attempt
from takedown.delivery.portal.tasks import (
    NotToFile,
    Only,
    Task,
    carried_by,
    free_tasks,
    get_row,
    get_task,
    given_back,
    leases_over,
    next_task,
    not_to_file,
    with_another,
)
from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.halts import told_halt
from takedown.ledger.ids import case_id, plan_id, request_id
from takedown.ledger.moves import WITHDRAWAL, State, move
from takedown.ledger.tables import HALTED, requests
from takedown.planning.approving import Tampered, Verified, verify
from takedown.planning.digest import leaf

LEASE = 30 * 60.0
"""Seconds that an opened packet stays with its officer: several times what the longest form takes, yet short enough that a
packet which somebody left before lunch is known to be uncertain after it."""
ASSIGNED = 8 * 3600.0
"""Seconds that packets given to a person wait for them to be opened: a working day."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The packet that is now the officer's, if there is one; `notes` say what cannot be filed, and why."""

    task: Task | None
    notes: tuple[str, ...] = ()


@dataclass
class _Search:
    """What was found on the way to the next packet."""

    shut: dict[int, TakedownError] = field(default_factory=dict[int, TakedownError])
    notes: list[str] = field(default_factory=list[str])


def take(desk: Desk, only: Only) -> Taken:
    """Open the next packet for `desk.who`: theirs first, then by platform, form and basis.

    Raises Halted, Tampered; what verify raises when no plan with packets can be filed at all.
    """
    search = _Search(notes=ready(desk))
    while (found := next_task(desk.ledger, desk.who, replace(only, shut=frozenset(search.shut)))) is not None:
        number, plan = found
        try:
            verified = verify(desk, plan)
        except Tampered:
            raise
        except TakedownError as error:  # its packets wait; those of other plans need not
            search.shut[plan] = error
            continue
        opened = desk.ledger.write(partial(_open, request=number, verified=verified, who=desk.who))
        if isinstance(opened, Task):
            return Taken(opened, tuple(search.notes))
        if opened:
            search.notes.append(opened)
    if search.shut and not search.notes:
        raise next(iter(search.shut.values()))
    return Taken(None, (*search.notes, *(error.message for error in search.shut.values())))


def ready(desk: Desk) -> list[str]:
    """Before anything is filed: the switch, ended leases, and what was given back. Returns what could not be handed over."""
    if why := desk.ledger.setting("halted"):
        raise Halted(why=told_halt(why))
    desk.ledger.write(sweep)
    return _hand_over_again(desk)


def open_task(desk: Desk, request: int) -> Task:
    """Open this very packet, also again; one that is uncertain is only shown, to be looked for on the portal's list.

    Raises Halted, NoSuchPacket, NotToFile, WithAnother, and what verify raises.
    """
    ready(desk)
    task = get_task(desk.ledger, request)
    if task.state is State.UNKNOWN:
        return task
    if task.state is not State.OPERATOR:
        raise not_to_file(task.request, task.state)
    verified = verify(desk, task.plan)
    opened = desk.ledger.write(partial(_open, request=request, verified=verified, who=desk.who))
    if isinstance(opened, Task):
        return opened
    if opened:
        raise NotToFile(request=task.id, state=State.WITHDRAWN.value, reason=opened)
    raise with_another(get_row(desk.ledger, request))


def sweep(book: Book) -> None:
    """End the leases whose time is over: opened and left may have been filed; never opened is surely not."""
    rows = leases_over(book, book.now)
    left = [row for row in rows if row["opened_at"] is not None]
    moved = move(
        book,
        [row["id"] for row in left],
        State.OPERATOR,
        State.UNKNOWN,
        where=[requests.c.lease_until <= book.now],
        event={"because": "opened by hand and left"},
        lease_until=None,
        doubt_since=book.now,
        detail="opened to be filed by hand, and left",
    )
    for row in left:
        if row["id"] in moved:
            note_attempt(book, row, "unknown", "opened and left")
    move(
        book,
        [row["id"] for row in rows if row["opened_at"] is None],
        State.OPERATOR,
        State.APPROVED,
        where=[requests.c.lease_until <= book.now, requests.c.opened_at.is_(None)],
        event={"because": "not opened in time"},
        assigned="",
        lease_until=None,
        detail="given back: not opened in time",
    )


def _hand_over_again(desk: Desk) -> list[str]:
    """Packets that were given back, or surely not filed, are on the list again. A plan's first time is `submit`'s."""
    notes: list[str] = []
    for plan, numbers in given_back(desk.ledger).items():
        try:
            verify(desk, plan)
        except Tampered:
            raise
        except TakedownError as error:
            notes.append(error.message)
            continue
        told = {"plan": plan_id(plan), "because": "handed over again"}
        again = partial(move, ids=numbers, was=State.APPROVED, to=State.OPERATOR, event=told)
        desk.ledger.write(again)
    return notes


def _open(book: Book, request: int, verified: Verified, who: str) -> Task | str | None:
    """Compare and set: the task, why it was withdrawn instead, or None when somebody else was faster."""
    if book.db.execute(HALTED).scalar():
        raise Halted(why="it was halted a moment ago")
    task = get_task(book, request)
    row, carried = get_row(book, request), carried_by(book, request)
    if not verified.vouches(row["position"], leaf(row["salt"], row, row["body"], [case_id(one["id"]) for one in carried])):
        raise Tampered(plan=plan_id(row["plan"]), what=f"request {task.id}")
    stale = [one for one in carried if not one["excepted"] and (one["closed"] or one["version"] != one["planned"])]
    if row["purpose"] == WITHDRAWAL:
        stale = []  # a case may be closed as soon as it is taken back
    if stale and row["opened_at"] is None and row["state"] == State.OPERATOR.value:
        why = f"{case_id(stale[0]['id'])} {'was closed' if stale[0]['closed'] else 'changed'} after it was planned"
        move(book, [request], State.OPERATOR, State.WITHDRAWN, event={"because": why}, detail=why, lease_until=None)
        return f"{task.id} is not to be filed any more: {why}. What it still asks for can be planned again."
    free = and_(requests.c.opened_at.is_(None), requests.c.assigned.in_(["", who]))
    own = and_(requests.c.opened_at.is_not(None), requests.c.assigned == who)
    this = and_(requests.c.id == request, PORTAL, requests.c.state == State.OPERATOR.value)
    first = row["opened_at"] is None
    values = {"assigned": who, "lease_until": book.now + LEASE, "updated_at": book.now}
    begun = {"opened_at": book.now, "attempts": requests.c.attempts + 1} if first else {}
    if not book.db.execute(update(requests).where(this, or_(free, own)).values(**values, **begun)).rowcount:
        return None
    if first:
        book.record("portal.opened", task.id, {"lease": round(LEASE)}, {"by": who})
    return replace(
        task, assigned=who, opened_at=row["opened_at"] or book.now, lease_until=book.now + LEASE, check_first=row["attempts"] > 0
    )


def assign(desk: Desk, name: str, wanted: Sequence[int], count: int, only: Only, seconds: float = ASSIGNED) -> list[int]:
    """Give packets that nobody opened to a person: these, or the next `count` that nobody has. Returns their numbers.

    Raises NoSuchPacket, NotToFile.
    """
    ready(desk)

    def change(book: Book) -> list[int]:
        unopened = and_(PORTAL, requests.c.state == State.OPERATOR.value, requests.c.opened_at.is_(None))
        chosen = list(wanted) or free_tasks(book, only, count)
        values = {"assigned": name, "lease_until": book.now + seconds, "updated_at": book.now}
        for number in chosen:
            if not book.db.execute(update(requests).where(requests.c.id == number, unopened).values(**values)).rowcount:
                row = get_row(book, number)
                raise with_another(row) if row["opened_at"] else not_to_file(number, State(row["state"]))
        if chosen:
            book.record("portal.assigned", request_id(chosen[0]), {"requests": chosen}, {"to": name, "by": desk.who})
        return chosen

    return desk.ledger.write(change)
