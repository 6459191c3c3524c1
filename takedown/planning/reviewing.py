"""A second person looks at what one person has sent: withdrawals, after the fact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select, update

from takedown.approval import Signature, approvers, check_approval
from takedown.contract import UsageError
from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.ids import plan_id
from takedown.ledger.tables import approvals, plans, request_cases, requests
from takedown.planning.listing import get_plan


class NothingToReview(UsageError):
    """{plan} does not wait for a review: {why_not}."""

    code, why, do = "TD-0784", "only what one person sent is reviewed afterwards", "takedown review list"


def statement(desk: Desk, plan: int) -> str:
    """What a reviewer signs who finds it wrong; who finds it right signs the plan's digest. Raises NoSuchPlan."""
    row = get_plan(desk.ledger, plan)
    return f"takedown-review-v1\n{desk.ledger.setting('ledger')}\n{plan_id(plan)}\n{row['digest']}\nrejected"


def accept(desk: Desk, plan: int, signature: Signature) -> None:
    """`desk.who` stands by it as well. Raises NothingToReview, NoSuchPlan and what check_approval raises."""
    row = _due(desk, plan)
    _check(desk, row, signature, row["digest"])

    def change(book: Book) -> None:
        _end(book, plan, "accepted")
        held = {"name": desk.who, "key": signature.key, "digest": row["digest"], "signature": signature.signature}
        book.db.execute(insert(approvals).values(plan=plan, at=book.now, **held))
        book.record("plan.signed", plan_id(plan), {"digest": row["digest"], "key": signature.key}, {"by": desk.who})
        book.record("plan.reviewed", plan_id(plan), {"verdict": "accepted"}, {"by": desk.who})

    desk.ledger.write(change)


def reject(desk: Desk, plan: int, reason: str, signature: Signature) -> list[int]:
    """`desk.who` finds it wrong; returns the numbers of its cases. What was sent stays sent: to ask again takes a new plan.

    Raises NothingToReview, NoSuchPlan and what check_approval raises.
    """
    row = _due(desk, plan)
    _check(desk, row, signature, statement(desk, plan))

    def change(book: Book) -> list[int]:
        _end(book, plan, "rejected")
        seal = {"signature": signature.signature, "key": signature.key}
        book.record("plan.reviewed", plan_id(plan), {"verdict": "rejected", **seal}, {"by": desk.who, "reason": reason})
        carried = select(request_cases.c.case).join(requests).where(requests.c.plan == plan).distinct()
        return sorted(book.db.execute(carried).scalars())

    return desk.ledger.write(change)


def _due(desk: Desk, plan: int) -> Mapping[str, Any]:
    row = get_plan(desk.ledger, plan)
    if row["review"] != "due":
        raise NothingToReview(plan=plan_id(plan), why_not=f"it was {row['review']}" if row["review"] else "it needs none")
    return row


def _check(desk: Desk, row: Mapping[str, Any], signature: Signature, text: str) -> None:
    allowed = approvers(desk.policy.approvers)
    check_approval(desk.who, signature, text, plan_id(row["id"]), row["planner"], allowed)


def _end(book: Book, plan: int, verdict: str) -> None:
    mine = (plans.c.id == plan, plans.c.review == "due")
    if not book.db.execute(update(plans).where(*mine).values(review=verdict)).rowcount:
        raise NothingToReview(plan=plan_id(plan), why_not="somebody was faster")
