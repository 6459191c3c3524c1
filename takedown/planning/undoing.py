"""Plans by number, and the ways in which a plan ends without being sent: discarded, rejected, expired, stale."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping, select, update

from takedown.contract import RefusedByPolicy, UsageError
from takedown.ledger.book import Book
from takedown.ledger.ids import plan_id
from takedown.ledger.moves import State, move
from takedown.ledger.store import Ledger
from takedown.ledger.tables import plans, requests


class NoSuchPlan(UsageError):
    """There is no plan {plan}."""

    code, why, do = "TD-0011", "it was never made in this ledger", "takedown plan list"


class PlanEnded(RefusedByPolicy):
    """The plan {plan} was {state}."""

    code, why, do = "TD-0709", "{reason}", "takedown plan"


class AlreadySending(RefusedByPolicy):
    """Some requests of {plan} have left already."""

    code, why, do = "TD-0710", "what left cannot be discarded", "takedown withdraw CASE --reason TEXT"


def get_plan(ledger: Ledger, plan: int) -> RowMapping:
    """The row of a plan. Raises NoSuchPlan."""
    with ledger.read() as db:
        row = db.execute(select(plans).where(plans.c.id == plan)).mappings().first()
    if row is None or row["state"] == "making":
        raise NoSuchPlan(plan=plan_id(plan))
    return row


def discard(ledger: Ledger, plan: int, reason: str, who: str, to: str = "discarded") -> None:
    """End a plan of which nothing has left; its cases go back to draft. Raises NoSuchPlan, PlanEnded, AlreadySending."""
    row = get_plan(ledger, plan)
    if row["state"] not in {"open", "approved"}:
        raise PlanEnded(plan=plan_id(plan), state=row["state"], reason=row["reason"] or "a plan is used once")
    with ledger.read() as db:
        unsent = (State.PLANNED.value, State.APPROVED.value)
        gone = db.execute(select(requests.c.id).where(requests.c.plan == plan, requests.c.state.not_in(unsent)).limit(1)).first()
    if gone is not None:
        raise AlreadySending(plan=plan_id(plan))
    ledger.write(lambda book: undo(book, plan, ("open", "approved"), to, reason, who))


def undo(book: Book, plan: int, was: Sequence[str], to: str, reason: str, who: str = "") -> None:
    """End a plan inside a transaction: what surely has not left is withdrawn, everything else stays as it is."""
    ended = book.db.execute(update(plans).where(plans.c.id == plan, plans.c.state.in_(was)).values(state=to, reason=reason))
    if not ended.rowcount:
        return
    for state in (State.PLANNED, State.APPROVED):
        found = book.db.execute(select(requests.c.id).where(requests.c.plan == plan, requests.c.state == state.value))
        ids = [int(row[0]) for row in found]
        move(book, ids, state, State.WITHDRAWN, event={"plan": plan_id(plan)})
    book.record(f"plan.{to}", plan_id(plan), {}, {"reason": reason, "by": who} if reason else None)
