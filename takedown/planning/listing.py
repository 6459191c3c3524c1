"""Every plan in a line."""

from __future__ import annotations

from typing import Any

from takedown.clock import iso
from takedown.ledger.ids import plan_id
from takedown.ledger.reader import Reader

PLANS = """SELECT id, created_at, state, planner, requests, cases, digest FROM plans WHERE state <> 'making' ORDER BY id DESC"""


def plans(ledger: Reader) -> list[dict[str, Any]]:
    """As items of `plan list --json`, newest first."""
    names = ("state", "planner", "requests", "cases", "digest")
    return [
        {"plan": plan_id(number), "created_at": iso(made), **dict(zip(names, rest, strict=True))}
        for number, made, *rest in ledger.rows(PLANS)
    ]
