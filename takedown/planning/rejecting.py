"""A reviewer's no: to the whole plan, or to single cases of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import or_, select, update

from takedown.contract import UsageError
from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.ids import case_id, plan_id
from takedown.ledger.tables import plans, request_cases, requests
from takedown.planning.demands import read_demands
from takedown.planning.listing import get_plan
from takedown.planning.making import Planned, make_plan
from takedown.planning.selection import Selection
from takedown.planning.undoing import UNSENT, discard, unsent_in


class NotCarried(UsageError):
    """{case} is not in {plan}."""

    code, why, do = "TD-0016", "only what is in a plan can be taken out", "takedown plan show {plan}"


def reject(desk: Desk, plan: int, reason: str, out: Sequence[int]) -> Planned | None:
    """Reject a plan. With cases in `out` the others become a successor plan, in the planner's name, to be approved anew.

    Raises NoSuchPlan, PlanEnded, NothingLeft, NotCarried.
    """
    row = get_plan(desk.ledger, plan)
    unsent = or_(*(unsent_in(state) for state in UNSENT))
    carried = select(request_cases.c.case).join(requests).where(requests.c.plan == plan, unsent).distinct()
    with desk.ledger.read() as db:
        held = [int(one[0]) for one in db.execute(carried.order_by(request_cases.c.case))]
    for case in out:
        if case not in held:
            raise NotCarried(case=case_id(case), plan=plan_id(plan))
    discard(desk.ledger, plan, reason, desk.who, "rejected")
    told = {"plan": plan_id(plan), "cases": [case_id(case) for case in out or held]}
    desk.ledger.write(lambda book: book.record("cases.rejected", plan_id(plan), told, {"reason": reason, "by": desk.who}))
    rest = tuple(case for case in held if case not in set(out))
    if not out or not rest:
        return None
    made = make_plan(replace(desk, who=row["planner"]), Selection(cases=rest), read_demands(row["demands"], 0).emergency)

    def follow(book: Book) -> None:
        book.db.execute(update(plans).where(plans.c.id == made.plan).values(successor_of=plan))

    desk.ledger.write(follow)
    return made
