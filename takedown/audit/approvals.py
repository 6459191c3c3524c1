"""Approvals against plans and events: signed by another person than the planner, over this very digest, and all there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from takedown.approval import Signature, holds
from takedown.audit.chain import FAULTS, Told, rows
from takedown.ledger.ids import plan_id
from takedown.ledger.moves import WITHDRAWAL
from takedown.ledger.tables import approvals, meta, plans
from takedown.planning.demands import read_demands
from takedown.planning.digest import planner_statement


def statement(plan: Mapping[str, Any], approval: Mapping[str, Any]) -> str:
    """The words that an approver signed."""
    del approval
    return str(plan["digest"])


def of_approvals(db: Connection, told: Told) -> Iterator[str]:
    """Problems of the signatures, and of approved plans that lack them."""
    named = ("id", "planner", "planner_key", "planner_signature", "digest", "purpose", "demands")
    known = {row["id"]: row for row in rows(db, select(*(plans.c[name] for name in named)))}
    for number, plan in known.items():
        own = Signature(plan["planner_key"], plan["planner_signature"])
        if own.signature and not holds(own, planner_statement(plan["digest"])):
            yield f"{plan_id(number)} has a planner's signature that does not hold"
    live = db.execute(select(meta.c.value).where(meta.c.name == "environment")).scalar() == "live"
    held: dict[str, int] = {}
    for row in rows(db, select(approvals)):
        name = plan_id(row["plan"])
        held[name] = held.get(name, 0) + 1
        yield from _one(row, known[row["plan"]], told)
    for name in sorted(told.signed.keys() | held.keys()):
        signed = len(told.signed.get(name, []))
        if signed != held.get(name, 0):
            yield f"{name} has {held.get(name, 0)} approvals, but {signed} were recorded"
    for number, plan in known.items():
        name = plan_id(number)
        if name in told.approved:
            try:
                yield from _enough(name, plan, held.get(name, 0), live=live)
            except FAULTS:
                yield f"what {name} asks of its reviewers cannot be understood"


def _enough(name: str, plan: Mapping[str, Any], signed: int, *, live: bool) -> Iterator[str]:
    """An approved plan has the signatures that it asked for; a withdrawal is one person's, who signed it."""
    asked = 0 if plan["purpose"] == WITHDRAWAL else read_demands(plan["demands"], int(live)).approvals
    if signed < asked:
        yield f"{name} was approved with {signed} of {asked} signatures"
    if live and not plan["planner_signature"]:
        yield f"{name} was approved without its planner's signature"


def _one(row: Mapping[str, Any], plan: Mapping[str, Any], told: Told) -> Iterator[str]:
    name = plan_id(row["plan"])
    if row["digest"] != plan["digest"]:
        yield f"an approval of {name} is for another digest"
    if row["name"] == plan["planner"] or row["key"] == plan["planner_key"]:
        yield f"an approval of {name} is by the person who planned it"
    if not holds(Signature(row["key"], row["signature"]), statement(plan, row)):
        yield f"an approval of {name} has a signature that does not hold"
    recorded = [seq for seq, digest, key in told.signed.get(name, []) if (digest, key) == (row["digest"], row["key"])]
    if not any(told.opened.get((seq, "by"), row["name"]) == row["name"] for seq in recorded):
        yield f"an approval of {name} is not one that was recorded"
