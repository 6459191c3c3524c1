"""The second person's signature, and the check that everything still is what was signed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from takedown.approval import Approver, Signature, approvers, check_approval
from takedown.contract import RefusedByPolicy, UsageError
from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.canonical import canonical
from takedown.ledger.ids import case_id, plan_id
from takedown.ledger.moves import WITHDRAWAL, State, move
from takedown.ledger.reader import among
from takedown.ledger.states import DORMANT
from takedown.ledger.tables import approvals, cases, plans, request_cases, requests
from takedown.ledger.viewed import viewed
from takedown.planning.caps import check_day, held_by, today, volume
from takedown.planning.demands import Demands, demands_hash, read_demands
from takedown.planning.digest import leaf, plan_digest, split
from takedown.planning.handled import check_handled
from takedown.planning.listing import get_plan
from takedown.planning.looking import NOT_LOOKED, Looked, check_looked, sample_of
from takedown.planning.planner import check_apart, check_planner
from takedown.planning.powers import check_powers
from takedown.planning.undoing import PlanEnded, undo
from takedown.policy.schema import Policy


class NotApproved(RefusedByPolicy):
    """Plan {plan} is not approved."""

    code = "TD-0702"
    why = "{needed} by a person other than its planner is required, {given} given"
    do = "takedown approve {plan} --as NAME"


class StalePlan(RefusedByPolicy):
    """Plan {plan} was made for something that has changed since: {what}."""

    code, why, do = (
        "TD-0715",
        "what was reviewed is no longer what would be meant",
        "takedown plan discard {plan} && takedown plan",
    )


class Tampered(RefusedByPolicy):
    """Plan {plan} is not the one that was made: {what}."""

    code, why, do = "TD-0716", "bytes, digest and signatures must fit each other", "takedown plan discard {plan} && takedown plan"


class WrongCount(UsageError):
    """Plan {plan} holds {cases} cases, not {typed}."""

    code, exit = "TD-0717", 7
    why, do = "the number is typed to show that the plan was read", "takedown plan show {plan}"


@dataclass(frozen=True, slots=True)
class Verified:
    """A plan that may be sent: its digest, and the leaf of each request by position (from 1)."""

    plan: int
    digest: str
    leaves: tuple[bytes, ...]

    def vouches(self, position: int, found: bytes) -> bool:
        return 0 < position <= len(self.leaves) and self.leaves[position - 1] == found


def check_withdrawals(desk: Desk, row: Mapping[str, Any]) -> None:
    """One person may send a plan of withdrawals, so it must hold nothing else: each is drafted anew, and must come out the same.

    A process does so once, and again when something changed of which they are made. Raises Tampered, StalePlan.
    """
    from takedown.planning.follow_ups import made_again  # drafting loads slowly, and few plans are withdrawals

    name = plan_id(row["id"])
    with desk.ledger.read() as db:
        made_of = _made_of(db, row)
        if desk.proven.get(row["id"]) == made_of:
            return
        for one in db.execute(select(requests).where(requests.c.plan == row["id"])).mappings().all():
            if one["purpose"] != WITHDRAWAL:
                raise Tampered(plan=name, what=f"R-{one['id']} is no withdrawal")
            again, changed = made_again(desk, db, {**one}, row["reason"])
            if any(again.row[key] != one[key] for key in ("sha256", "destination", "method", "headers")):
                if changed:
                    raise StalePlan(plan=name, what="a case that it takes back")
                raise Tampered(plan=name, what=f"R-{one['id']} does not say what a withdrawal says")
    desk.proven[row["id"]] = made_of


def _made_of(db: Connection, row: Mapping[str, Any]) -> bytes:
    """sha256 over all that withdrawals are drafted from, and what was drafted; of a case its version."""
    first, c = requests.alias("first"), requests.c
    mine = c.plan == row["id"]
    drafted = (c.id, c.purpose, c.sha256, c.destination, c.method, c.headers, c.created_at)
    rows = select(*drafted, *(first.c[one] for one in FOLLOWED)).select_from(requests.outerjoin(first, c.follows == first.c.id))
    both = select(c.id).where(mine).union(select(c.follows).where(mine))
    held = select(*request_cases.c, cases.c.version).join(cases, cases.c.id == request_cases.c.case)
    carried = held.where(request_cases.c.request.in_(both)).order_by(request_cases.c.request, request_cases.c.position)
    made = hashlib.sha256(repr((row["inputs"], row["reason"])).encode())
    for query in (rows.where(mine).order_by(c.id), carried):
        for one in db.execute(query, execution_options={"yield_per": 500}):
            made.update(repr(tuple(one)).encode())
    return made.digest()


FOLLOWED = ("id", "reference", "platform", "channel", "receipt", "message_id", "destination", "created_at")


def check_fresh(desk: Desk, row: Mapping[str, Any]) -> None:
    """Raise PlanEnded or StalePlan unless the plan is in force and nothing under it changed."""
    name = plan_id(row["id"])
    if row["state"] in {"open", "approved"} and desk.clock.now() > row["valid_until"] and _has_unsent(desk, row["id"]):
        desk.ledger.write(lambda book: undo(book, row["id"], ("open", "approved"), "expired", "its time was over"))
        raise PlanEnded(plan=name, state="expired", reason="[plan] valid_for is over; frozen mails carry their date")
    if row["state"] not in {"open", "approved"}:
        raise PlanEnded(plan=name, state=row["state"], reason=row["reason"] or "a plan is used once")
    if row["environment"] != desk.settings.environment:
        raise StalePlan(plan=name, what="the environment")
    with desk.ledger.read() as db:
        changed = _changed_case(db, row["id"]) if row["purpose"] != WITHDRAWAL else ""
    if not _as_here(desk, row):
        raise StalePlan(plan=name, what="the policy, the authority, a pack or a platform's settings")
    if changed:
        raise StalePlan(plan=name, what=f"case {changed}")


def made_as_here(desk: Desk, plan: int) -> bool:
    """Whether this desk's policy, authority, packs and platforms' settings are those that the plan was made with."""
    return _as_here(desk, get_plan(desk.ledger, plan))


def _as_here(desk: Desk, row: Mapping[str, Any]) -> bool:
    with desk.ledger.read() as db:
        platforms, packs = _shaped_by(db, row["id"])
    return bool(desk.inputs_hash(platforms, packs) == row["inputs"])


def _has_unsent(desk: Desk, plan: int) -> bool:
    """Only what was never sent grows stale with time; reminders that sleep were dated for later."""
    unsent = requests.c.state.in_([State.PLANNED.value, State.APPROVED.value])
    query = select(requests.c.id).where(requests.c.plan == plan, unsent, requests.c.purpose != "reminder").limit(1)
    with desk.ledger.read() as db:
        return db.execute(query).first() is not None


def _shaped_by(db: Connection, plan: int) -> tuple[list[str], list[str]]:
    view = viewed(db)
    platforms, packs = view.rows(PLATFORMS, plan=plan), view.rows(PACKS, plan=plan)
    return sorted(str(row[0]) for row in platforms), sorted(str(row[0]) for row in packs)


PLATFORMS = "SELECT DISTINCT platform FROM requests WHERE plan = :plan"
CARRIED = """FROM requests r JOIN request_cases k ON k.request = r.id JOIN cases c ON c.id = k."case" WHERE r.plan = :plan"""
PACKS = f"SELECT DISTINCT c.basis {CARRIED}"
CHANGED = f"""SELECT c.id {CARRIED} AND r.state IN {among([State.PLANNED, State.APPROVED])} AND r.not_before < {DORMANT}
  AND (c.version <> k.version OR c.closed <> '') LIMIT 1"""


def _changed_case(db: Connection, plan: int) -> str:
    number = viewed(db).value(CHANGED, plan=plan)
    return case_id(number) if number else ""


def recomputed_digest(desk: Desk, row: Mapping[str, Any]) -> str:
    """The digest made anew from the bytes that lie in the ledger. Raises Tampered where a leaf does not fit its row."""
    name, leaves = plan_id(row["id"]), split(row["leaves"])
    found: dict[int, bytes] = {}
    with desk.ledger.read() as db:
        carried: dict[int, list[str]] = {}
        pairs = select(request_cases.c.request, request_cases.c.case).join(requests).where(requests.c.plan == row["id"])
        for request, case in db.execute(pairs.order_by(request_cases.c.request, request_cases.c.position)):
            carried.setdefault(request, []).append(case_id(case))
        every = select(requests).where(requests.c.plan == row["id"]).order_by(requests.c.position)
        for one in db.execute(every, execution_options={"yield_per": 500}).mappings():
            found[one["position"]] = leaf(one["salt"], {**one}, one["body"], carried.get(one["id"], []))
    if [found.get(at + 1) for at in range(len(leaves))] != leaves or len(found) != len(leaves):
        raise Tampered(plan=name, what="a request is not the one that was planned")
    return digest_of(desk, row)


def digest_of(desk: Desk, row: Mapping[str, Any]) -> str:
    """The digest that a plan's row makes under the policy in force."""
    ledger, leaves, demands = desk.ledger.setting("ledger"), split(row["leaves"]), demands_hash(row["demands"])
    return plan_digest(ledger, plan_id(row["id"]), row["environment"], desk.policy_hash(), leaves, demands)


def demands_of(desk: Desk, row: Mapping[str, Any]) -> Demands:
    """What the plan asks of its reviewers, never less than the policy's approvals."""
    return read_demands(row["demands"], desk.policy.approvals)


def approve(desk: Desk, plan: int, typed: int, signature: Signature, looked: Looked = NOT_LOOKED) -> int:
    """Record `desk.who`'s approval; returns how many are still missing. The bytes are hashed anew first.

    Raises what check_fresh, check_approval and check_handled raise, WrongCount, NotLookedAt, Unanswered, NotWalked, Doubted,
    Tampered, OverDay.
    """
    row = get_plan(desk.ledger, plan)
    name, demands = plan_id(plan), demands_of(desk, row)
    allowed = approvers(desk.policy.approvers)
    check_approval(desk.who, signature, row["digest"], name, row["planner"], allowed)
    check_planner(desk, row)
    check_apart(row, desk.who, signature.key)
    check_handled(desk, row, [Approver(desk.who, signature.key)], allowed)
    check_fresh(desk, row)
    if typed != row["cases"]:
        raise WrongCount(plan=name, cases=row["cases"], typed=typed)
    check_looked(name, demands, sample_of(desk.ledger, row, demands.sample), looked)
    if recomputed_digest(desk, row) != row["digest"]:
        raise Tampered(plan=name, what="its digest")
    told = {"digest": row["digest"], "key": signature.key}
    told |= {"looked_at": sorted(looked.flagged), "walked": sorted(looked.sample)} if demands.flagged or demands.sample else {}

    answers = {"answers": canonical(dict(looked.answers))} if demands.protected else {}

    def record(book: Book) -> int:
        known = book.db.execute(select(approvals.c.name, approvals.c.key).where(approvals.c.plan == plan)).all()
        held, keys = {one.name for one in known}, {one.key for one in known}
        if desk.who not in held:
            values = {"name": desk.who, "key": signature.key, "digest": row["digest"], "signature": signature.signature}
            book.db.execute(insert(approvals).values(plan=plan, at=book.now, **values))
            book.record("plan.signed", name, told, {"by": desk.who, **answers})
        missing = demands.approvals - min(len(held | {desk.who}), len(keys | {signature.key}))
        if missing <= 0:
            release(book, row, desk.policy)
        return max(missing, 0)

    return desk.ledger.write(record)


def release(book: Book, row: Mapping[str, Any], policy: Policy) -> None:
    """All signatures are there: the plan's requests may be sent. Raises OverDay, but not for an emergency."""
    plan, digest = row["id"], row["digest"]
    if row["purpose"] == "removal" and not read_demands(row["demands"], 0).emergency:
        check_day(policy, plan_id(plan), held_by(book.db, plan), volume(book.db, today(book.now), book.now + 1, but=plan))
    if not book.db.execute(
        update(plans).where(plans.c.id == plan, plans.c.state == "open").values(state="approved", approved_at=book.now)
    ).rowcount:
        return
    found = book.db.execute(select(requests.c.id).where(requests.c.plan == plan, requests.c.state == State.PLANNED.value))
    moved = move(
        book, [int(one[0]) for one in found], State.PLANNED, State.APPROVED, event={"plan": plan_id(plan), "digest": digest}
    )
    book.record("plan.approved", plan_id(plan), {"digest": digest, "requests": len(moved)})


def verify(desk: Desk, plan: int) -> Verified:
    """Check at claim: fresh, the digest fits the leaves, and enough valid signatures of others are there.

    With `approvals = 0`, which only the sandbox allows, an open plan is approved here. Raises NotApproved and what
    check_fresh, check_approval and check_handled raise.
    """
    desk.read_policy_again()
    row = get_plan(desk.ledger, plan)
    check_fresh(desk, row)
    name, demands, digest = plan_id(plan), demands_of(desk, row), digest_of(desk, row)
    leaves = tuple(split(row["leaves"]))
    if digest != row["digest"]:
        raise Tampered(plan=name, what="its digest")
    with desk.ledger.read() as db:
        held = db.execute(select(approvals).where(approvals.c.plan == plan)).mappings().all()
    allowed = approvers(desk.policy.approvers)
    if demands.approvals:
        check_planner(desk, row)
    if row["purpose"] == "removal":
        check_powers(desk, row["id"])
    for one in held:
        check_approval(one["name"], Signature(one["key"], one["signature"]), digest, name, row["planner"], allowed)
        check_apart(row, one["name"], one["key"])
    if held:
        check_handled(desk, row, [Approver(one["name"], one["key"]) for one in held], allowed)
    given = min(len({one["name"] for one in held}), len({one["key"] for one in held}))
    if row["purpose"] == WITHDRAWAL:
        check_planner(desk, row)
        check_withdrawals(desk, row)
    elif given < demands.approvals:
        needed = f"{demands.approvals} approval{'s' * (demands.approvals > 1)}"
        raise NotApproved(plan=name, needed=needed, given=given)
    if row["state"] == "open":
        desk.ledger.write(lambda book: release(book, row, desk.policy))
    return Verified(plan, digest, leaves)
