"""The ways in which a plan ends without being sent: discarded, rejected, expired, stale."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select, update

from takedown.contract import RefusedByPolicy
from takedown.ledger.book import Book
from takedown.ledger.ids import plan_id
from takedown.ledger.moves import State, move
from takedown.ledger.store import Ledger
from takedown.ledger.tables import plans, requests
from takedown.planning.listing import get_plan


class PlanEnded(RefusedByPolicy):
    """The plan {plan} was {state}."""

    code, why, do = "TD-0709", "{reason}", "takedown plan"


class NothingLeft(RefusedByPolicy):
    """Everything in {plan} has left already."""

    code, why, do = "TD-0710", "what left cannot be discarded", "takedown case list"


def discard(ledger: Ledger, plan: int, reason: str, who: str = "", to: str = "discarded") -> int:
    """End a plan: what surely has not left goes back to draft, what has left stays. Returns how many requests have left.

    `who` decided it; nobody where the tool ends it by itself.

    Raises NoSuchPlan, PlanEnded, NothingLeft.
    """
    row = get_plan(ledger, plan)
    if row["state"] not in {"open", "approved"}:
        raise PlanEnded(plan=plan_id(plan), state=row["state"], reason=row["reason"] or "a plan is used once")
    with ledger.read() as db:
        mine = (requests.c.plan == plan, requests.c.purpose != "reminder")
        unsent = len(db.execute(select(requests.c.id).where(*mine, or_(*(unsent_in(state) for state in UNSENT)))).all())
        every = len(db.execute(select(requests.c.id).where(*mine)).all())
    if not unsent:
        raise NothingLeft(plan=plan_id(plan))
    ledger.write(lambda book: undo(book, plan, ("open", "approved"), to, reason, who))
    return every - unsent


UNSENT = (State.PLANNED, State.APPROVED, State.OPERATOR)


def unsent_in(state: State) -> ColumnElement[bool]:
    """Requests in a state that surely have not left; a packet that was opened may have been filed."""
    if state is State.OPERATOR:
        return and_(requests.c.state == state.value, requests.c.opened_at.is_(None))
    return requests.c.state == state.value


def undo(book: Book, plan: int, was: Sequence[str], to: str, reason: str, who: str = "") -> None:
    """End a plan inside a transaction: what surely has not left is withdrawn, everything else stays as it is."""
    ended = book.db.execute(update(plans).where(plans.c.id == plan, plans.c.state.in_(was)).values(state=to, reason=reason))
    if not ended.rowcount:
        return
    for state in UNSENT:
        found = book.db.execute(select(requests.c.id).where(requests.c.plan == plan, unsent_in(state)))
        ids = [int(row[0]) for row in found]
        move(book, ids, state, State.WITHDRAWN, where=[unsent_in(state)], event={"plan": plan_id(plan)})
    book.record(f"plan.{to}", plan_id(plan), {}, {name: value for name, value in (("reason", reason), ("by", who)) if value})
