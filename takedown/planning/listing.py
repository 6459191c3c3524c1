"""Plans by number, and every plan in a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from takedown.clock import iso
from takedown.contract import UsageError
from takedown.ledger.ids import plan_id
from takedown.ledger.reader import Readable, Reader

PLANS = """SELECT id, created_at, state, planner, requests, cases, digest FROM plans WHERE state <> 'making' ORDER BY id DESC"""


class NoSuchPlan(UsageError):
    """There is no plan {plan}."""

    code, why, do = "TD-0011", "it was never made in this ledger", "takedown plan list"


def get_plan(ledger: Readable, plan: int) -> Mapping[str, Any]:
    """The row of a plan. Raises NoSuchPlan."""
    with ledger.view() as view:
        found = view.records("SELECT * FROM plans WHERE id = :plan AND state <> 'making'", plan=plan)
    if not found:
        raise NoSuchPlan(plan=plan_id(plan))
    return found[0]


def plans(ledger: Reader) -> list[dict[str, Any]]:
    """As items of `plan list --json`, newest first."""
    names = ("state", "planner", "requests", "cases", "digest")
    return [
        {"plan": plan_id(number), "created_at": iso(made), **dict(zip(names, rest, strict=True))}
        for number, made, *rest in ledger.rows(PLANS)
    ]
