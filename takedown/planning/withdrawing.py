"""Taking cases back: out of their plan while they have not left, by a withdrawal once they have. One person is enough.

A case that is being sent, or may have arrived, cannot be taken back yet: that it shall be is written down, and `follow_up` does
it as soon as it is known what became of the sending.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import RowMapping, and_, select, update

from takedown.contract import UsageError
from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.ids import case_id, plan_id
from takedown.ledger.moves import WITHDRAWAL, State, move
from takedown.ledger.states import DORMANT
from takedown.ledger.tables import cases, request_cases, requests
from takedown.ledger.withdrawals import asked
from takedown.planning.approving import release
from takedown.planning.drafting import Drafted, Drafter
from takedown.planning.follow_ups import About, about, draft_follow_up
from takedown.planning.listing import get_plan
from takedown.planning.numbers import Numbers
from takedown.planning.small import SmallPlan, small_plan, store
from takedown.planning.undoing import UNSENT, undo, unsent_in
from takedown.planning.unfinished import CasesChanged
from takedown.planning.withdrawable import Look, asked_by, check, look, nothing_came

LONGEST_REASON = 4000


TRIES = 5


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What became of it, as numbers of cases. `plan`: of the withdrawals that are to be sent, 0 when there are none.

    taken_out: had not left, and does not. loosened: were in the same unsent requests, and are to be planned anew. waiting: are
    being sent or uncertain; their withdrawal follows.
    """

    withdrawing: tuple[int, ...] = ()
    taken_out: tuple[int, ...] = ()
    loosened: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()
    plan: int = 0


def withdraw(desk: Desk, numbers: Sequence[int], reason: str, *, for_all: bool = False) -> Withdrawn:
    """Take these cases back, in one step: either all of it is written down or nothing. Sending it is `deliver`'s.

    Raises NoSuchCase, NothingToWithdraw, TakenBackAlready, OthersToo, UsageError, CasesChanged and what drafting raises.
    """
    said = " ".join(reason.split())
    if not said or len(said) > LONGEST_REASON:
        what = "the reason is empty" if not said else f"the reason has {len(said)} characters"
        why = f"the platform and the reviewer read it: 1 to {LONGEST_REASON} characters"
        raise UsageError(what=what, why=why, do='--reason "..."')
    with desk.ledger.read() as db:
        for one in numbers:
            check(db, one, for_all)
    return _again_and_again(desk, list(dict.fromkeys(numbers)), said)


def follow_up(desk: Desk) -> list[Withdrawn]:
    """Withdrawals that had to wait, and can be gone on with now; each in the name and for the reason of who asked for it."""
    wanted: dict[tuple[str, str], list[int]] = {}
    with desk.ledger.read() as db:
        for case in asked(db):
            found = look(db, [case])
            if found.sent or found.unsent or found.doubtful or nothing_came(db, case, found):
                wanted.setdefault(asked_by(db, case, desk.who), []).append(case)
    return [_again_and_again(replace(desk, who=who), numbers, said) for (who, said), numbers in wanted.items()]


def _again_and_again(desk: Desk, numbers: Sequence[int], said: str) -> Withdrawn:
    """Others may send or decide in between: then everything is looked at anew."""
    for _ in range(TRIES):
        with desk.ledger.read() as db:
            found = look(db, numbers)
            of = [about(db, found.rows[request], named) for request, named in sorted(found.sent.items())]
        made = _drafts(desk, of, said)
        try:
            return desk.ledger.write(partial(_write, found=found, made=made, said=said, desk=desk))
        except CasesChanged:
            continue
    raise CasesChanged


def _drafts(desk: Desk, of: Sequence[About], said: str) -> SmallPlan | None:
    if not of:
        return None
    numbers = Numbers(desk, len(of))
    drafter = Drafter(desk, 0, desk.clock.now(), numbers.take)
    drafted: list[Drafted] = [draft_follow_up(drafter, "withdrawal", drafter.take_id(), one, said) for one in of]
    review = "due" if desk.policy.approvals else ""
    return small_plan(desk, WITHDRAWAL, drafted, said, DORMANT, review)


def _write(book: Book, found: Look, made: SmallPlan | None, said: str, desk: Desk) -> Withdrawn:
    _compare(book, found)
    out, loosened = _take_out(book, found)
    _hold_back(book, found)
    plan = 0
    if made:
        plan = store(book, made)
        release(book, get_plan(book, plan), desk.policy)
    going, flying = found.of(found.sent), found.of(found.in_flight) | found.of(found.doubtful)
    for number, row in found.cases.items():
        how, values = "not sent", _not_sent(row, number in out)
        if number in going or number in flying:
            how = "sent" if number in going else "being sent"
            values = {"withdrawal": "requested", "withdrawn_at": row["withdrawn_at"] or book.now}
        book.db.execute(update(cases).where(cases.c.id == number).values(updated_at=book.now, **values))
        told = {"how": how, **({"plan": plan_id(plan)} if number in going else {})}
        book.record("case.withdrawn", case_id(number), told, {"by": desk.who, "reason": said})
    parts = [tuple(sorted(one)) for one in (going, out - going - flying, loosened, flying - going)]
    return Withdrawn(parts[0], parts[1], parts[2], parts[3], plan)


def _not_sent(row: RowMapping, out: bool) -> dict[str, Any]:
    if row["sent_at"] is not None:
        return {}
    return {"withdrawal": "none", **({"delivered": State.WITHDRAWN.value} if out else {})}


def _compare(book: Book, found: Look) -> None:
    """Raises CasesChanged when something moved since it was read.

    Requests are locked before cases, as senders do it: the other way round, on PostgreSQL the two would wait for each other.
    """
    for number, row in sorted(found.rows.items()):
        held = select(requests.c.state, requests.c.opened_at).where(requests.c.id == number).with_for_update()
        if tuple(book.db.execute(held).one()) != (row["state"], row["opened_at"]):
            raise CasesChanged
    for number, row in sorted(found.cases.items()):
        now = select(cases.c.withdrawal, cases.c.request).where(cases.c.id == number).with_for_update()
        if tuple(book.db.execute(now).one()) != (row["withdrawal"], row["request"]):
            raise CasesChanged


def _hold_back(book: Book, found: Look) -> None:
    """What shall not go out again, but may have arrived, is uncertain once more: when that is settled, the withdrawal follows."""
    for number in found.doubtful:
        was = State(found.rows[number]["state"])
        told = {"because": "taken back before it was sent again"}
        detail = "taken back before it was sent again; an earlier sending may have arrived"
        move(book, [number], was, State.UNKNOWN, event=told, detail=detail, doubt_since=book.now)


def _take_out(book: Book, found: Look) -> tuple[set[int], set[int]]:
    """Withdraw requests that have not left: the cases meant, and the others that were in them. A plan that is empty then ends."""
    out, loosened = set[int](), set[int]()
    for state in UNSENT:
        ids = [one for one in found.unsent if found.rows[one]["state"] == state.value]
        moved = move(book, ids, state, State.WITHDRAWN, where=[unsent_in(state)], event={"because": "taken back"})
        if len(moved) != len(ids):
            raise CasesChanged
    for number, named in found.unsent.items():
        if found.rows[number]["purpose"] == "removal":
            out |= named
            carried = select(request_cases.c.case).where(request_cases.c.request == number, request_cases.c.excepted == "")
            loosened |= set(book.db.execute(carried).scalars())
    for plan in sorted({int(found.rows[one]["plan"]) for one in found.unsent}):
        live = and_(requests.c.plan == plan, requests.c.state != State.WITHDRAWN.value)
        if book.db.execute(select(requests.c.id).where(live).limit(1)).first() is None:
            undo(book, plan, ("open", "approved"), "discarded", "all that it held was taken back")
    return out, loosened - set(found.cases)
