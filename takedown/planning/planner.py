"""The planner's own signature: in live, who planned is a key and not a name that anyone can type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update

from takedown.approval import Approver, OwnPlan, Signature, approvers, check_approval
from takedown.contract import RefusedByPolicy
from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.ids import plan_id
from takedown.ledger.tables import plans
from takedown.planning.digest import planner_statement
from takedown.planning.listing import get_plan


class PlannerUnsigned(RefusedByPolicy):
    """{plan} is not signed by {planner}, who made it."""

    code = "TD-0766"
    why, do = "in live, who acts is a key; a name can be typed by anybody", "takedown plan sign {plan} --as {planner} --key FILE"


class NotPlanner(RefusedByPolicy):
    """{plan} was made by {planner}, not by {name}."""

    code, why, do = "TD-0767", "whoever made a plan signs it", "takedown plan sign {plan} --as {planner} --key FILE"


class MayNotPlan(RefusedByPolicy):
    """{name} may not plan: the policy has no key of that name."""

    code = "TD-0774"
    why, do = "in live, who acts is a key", "be one of {known}, or have the policy's oversight list you under planners"


def check_may_plan(desk: Desk) -> None:
    """Raise MayNotPlan in live for a name that could never sign what it plans."""
    if desk.live:
        known = [one.name for one in _planners(desk)]
        if desk.who not in known:
            raise MayNotPlan(name=desk.who, known=", ".join(dict.fromkeys(known)))


def _planners(desk: Desk) -> list[Approver]:
    return approvers((*desk.policy.approvers, *desk.policy.planners))


def sign_as_planner(desk: Desk, plan: int, signature: Signature) -> None:
    """Keep the planner's signature. Raises NotPlanner, NotAnApprover, StrangeKey, BadSignature."""
    row = get_plan(desk.ledger, plan)
    if desk.who != row["planner"]:
        raise NotPlanner(plan=plan_id(plan), planner=row["planner"], name=desk.who)
    _check(desk, row, signature)

    def change(book: Book) -> None:
        values = {"planner_key": signature.key, "planner_signature": signature.signature}
        book.db.execute(update(plans).where(plans.c.id == plan).values(**values))
        book.record("plan.planner_signed", plan_id(plan), {"digest": row["digest"], **values}, {"by": desk.who})

    desk.ledger.write(change)


def check_planner(desk: Desk, row: Mapping[str, Any]) -> None:
    """Raise PlannerUnsigned, or what a wrong signature raises. The sandbox takes a plan without one."""
    if row["planner_signature"]:
        _check(desk, row, Signature(row["planner_key"], row["planner_signature"]))
    elif desk.live:
        raise PlannerUnsigned(plan=plan_id(row["id"]), planner=row["planner"])


def check_apart(row: Mapping[str, Any], name: str, key: str) -> None:
    """Raise OwnPlan when the key that approves is the one that planned, under whatever name."""
    if key and key == row["planner_key"]:
        raise OwnPlan(name=f"{name}, with the planner's key,", what=plan_id(row["id"]), others="anybody else with a key")


def _check(desk: Desk, row: Mapping[str, Any], signature: Signature) -> None:
    allowed = _planners(desk)
    text = planner_statement(row["digest"])
    check_approval(row["planner"], signature, text, plan_id(row["id"]), planner="", allowed=allowed)
