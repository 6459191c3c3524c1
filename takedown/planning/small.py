"""A plan that is made at once from requests drafted one by one: follow-ups to what was sent. Inside one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, update

from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.ids import number, plan_id
from takedown.ledger.tables import plans, request_cases, requests
from takedown.planning.digest import plan_digest
from takedown.planning.drafting import Drafted


@dataclass(frozen=True, slots=True)
class SmallPlan:
    """What a plan is made of. `review`: `due` where a second person looks at it afterwards; `valid_until` as in `plans`."""

    purpose: str
    drafted: tuple[Drafted, ...]
    said: str
    planner: str
    environment: str
    ledger: str
    policy: str
    inputs: str
    valid_until: float
    review: str = ""

    @property
    def cases(self) -> int:
        return len({one.case.id for drafted in self.drafted for one in drafted.cases})


def small_plan(
    desk: Desk, purpose: str, drafted: Sequence[Drafted], said: str, valid_until: float, review: str = ""
) -> SmallPlan:
    """Everything that a plan of these requests needs, read from the desk."""
    platforms = sorted({str(one.row["platform"]) for one in drafted})
    packs = sorted({case.case.basis for one in drafted for case in one.cases})
    return SmallPlan(
        purpose, tuple(drafted), said, desk.who, desk.settings.environment, desk.ledger.setting("ledger"), desk.policy_hash(),
        desk.inputs_hash(platforms, packs), valid_until, review,
    )  # fmt: skip


def store(book: Book, made: SmallPlan) -> int:
    """Write the plan down, open; returns its number."""
    held = {
        "state": "open", "purpose": made.purpose, "planner": made.planner, "environment": made.environment,
        "inputs": made.inputs, "leaves": b"".join(one.leaf for one in made.drafted), "digest": "", "reason": made.said,
        "requests": len(made.drafted), "cases": made.cases, "review": made.review, "created_at": book.now,
        "valid_until": made.valid_until,
    }  # fmt: skip
    plan = int(book.db.execute(insert(plans).values(**held).returning(plans.c.id)).scalar_one())
    digest = plan_digest(made.ledger, plan_id(plan), made.environment, made.policy, [one.leaf for one in made.drafted], "")
    book.db.execute(update(plans).where(plans.c.id == plan).values(digest=digest))
    book.db.execute(insert(requests), [{**one.row, "plan": plan} for one in made.drafted])
    carried = [
        {"request": one.row["id"], "position": at, "case": number(each.case.id, "C"), "version": each.version}
        for one in made.drafted
        for at, each in enumerate(one.cases)
    ]
    book.db.execute(insert(request_cases), carried)
    counts = {"requests": len(made.drafted), "cases": made.cases}
    told = {"digest": digest, "inputs": made.inputs, "purpose": made.purpose, "until": round(made.valid_until), **counts}
    told |= {"review": made.review} if made.review else {}
    book.record("plan.made", plan_id(plan), told, {"by": made.planner})
    return plan
