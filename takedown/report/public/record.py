"""Figures held against the record: what the chain of events tells must be what the tables hold. Else nothing is published."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from takedown.audit.chain import read_chain
from takedown.clock import iso
from takedown.comparing import problems
from takedown.contract import IntegrityFailed
from takedown.desk import Desk
from takedown.heads import current
from takedown.ledger.moves import State
from takedown.ledger.tables import appeals, approvals, cases, claims, events, plans, request_cases, requests, sightings
from takedown.planning.demands import read_demands
from takedown.planning.lists import PROTECTED
from takedown.report.public.document import Period, Record

KINDS = (
    "batch.imported", "case.made", "case.closed", "case.reopened", "claims.recorded", "sightings.recorded", "cases.rejected",
    "plan.rejected", "plan.reviewed", "appeal.received", "appeal.decided", "halted",
)  # fmt: skip
PLANS_APPROVED, PLANS_REJECTED, CASES_REJECTED, HALTS = (
    "plans signed by a second person", "plans rejected by a second person", "cases rejected by a second person", "halts",
)  # fmt: skip
REVIEWED, REVIEW_REJECTED = (
    "withdrawals and answers found right by a second person afterwards", "withdrawals and answers found wrong afterwards",
)  # fmt: skip
EMERGENCIES, URGENT_CASES, PROTECTED_APPROVED = (
    "plans approved as emergencies", "cases in them", "cases of protected speakers that were approved, each by itself",
)  # fmt: skip
DECISIONS = (
    PLANS_APPROVED, PLANS_REJECTED, CASES_REJECTED, EMERGENCIES, URGENT_CASES, PROTECTED_APPROVED, REVIEWED, REVIEW_REJECTED,
    HALTS,
)  # fmt: skip

AGREE = (
    "cases recorded", "cases closed, by why", "claims of platforms, by what they say", "looks, by what they showed",
    "appeals, by how they ended", "requests, by where they stand", "sent cases, each carried by a request that was sent",
)  # fmt: skip


class DoesNotReconcile(IntegrityFailed):
    """The figures do not agree with the record: {what}."""

    code = "TD-1220"
    why = "somebody changed the one without the other, or a part was lost; nothing is published from such a ledger"
    do = "takedown audit verify"


@dataclass
class Told:
    """What the events tell: counts of the whole ledger, and of what people decided within a period."""

    counts: Counter[str] = field(default_factory=Counter[str])
    decisions: Counter[str] = field(default_factory=Counter[str])

    def add(self, kind: str, data: Mapping[str, Any], in_period: bool) -> None:
        match kind:
            case "batch.imported":
                self.counts["cases recorded"] += int(data["imported"])
            case "case.made":
                self.counts["cases recorded"] += 1
            case "case.closed":
                self.counts[f"cases closed as {data['as']}"] += 1
            case "case.reopened":
                self.counts[f"cases closed as {data['was']}"] -= 1
            case "claims.recorded":
                self.counts.update(f"claims of {value}" for _, value, *_ in data["claims"])
            case "sightings.recorded":
                self.counts.update(f"looks that showed {value}" for _, value, *_ in data["sightings"])
            case "appeal.received":
                self.counts["appeals"] += 1
            case "appeal.decided":
                self.counts[f"appeals that ended {data['outcome']}"] += 1
            case _:
                self.decisions.update(_decided(kind, data) if in_period else {})


def _decided(kind: str, data: Mapping[str, Any]) -> dict[str, int]:
    match kind:
        case "plan.reviewed":
            return {REVIEWED if data["verdict"] == "accepted" else REVIEW_REJECTED: 1}
        case "plan.rejected":
            return {PLANS_REJECTED: 1}
        case "cases.rejected":
            return {CASES_REJECTED: len(data["cases"])}
        case _:
            return {HALTS: 1}


def reconcile(desk: Desk, period: Period) -> tuple[Record, Counter[str], Counter[str]]:
    """Read the record, compare, and return its newest event, the counts that agree, and the decisions of the period.

    One pass over the events. Raises DoesNotReconcile.
    """
    with desk.ledger.read() as db:
        refuse([*read_chain(db).problems, *problems(desk)])
        told, held = _told(db, period), _held(db)
        differ = [name for name in sorted(told.counts.keys() | held.keys()) if told.counts[name] != held[name]]
        if differ:
            name = differ[0]
            raise DoesNotReconcile(what=f"{name}: {told.counts[name]:,} by the record, {held[name]:,} in the ledger")
        _check_sent(db)
        told.decisions.update(_demanded(db, period))
    head = current(desk)
    return Record(head.ledger, head.seq, head.hash, head.at, AGREE), told.counts, told.decisions


def refuse(found: Sequence[tuple[int, str]]) -> None:
    """Raises DoesNotReconcile when there are problems, as (event number or 0, what)."""
    if found:
        seq, what = found[0]
        raise DoesNotReconcile(what=f"{len(found)} problems, the first at event {seq}: {what}" if seq else what)


def _told(db: Connection, period: Period) -> Told:
    told = Told()
    query = select(events.c.kind, events.c.data, events.c.at).where(events.c.kind.in_(KINDS)).order_by(events.c.seq)
    first, after = iso(period.since), iso(period.until)
    for kind, data, at in db.execute(query, execution_options={"yield_per": 2000}):
        told.add(kind, json.loads(data), first <= at < after)
    return told


def _demanded(db: Connection, period: Period) -> Counter[str]:
    """Plans that others signed in the period, and what the approved ones asked of their reviewers, which is signed too."""
    signed = approvals.join(plans, plans.c.id == approvals.c.plan)
    mine = (plans.c.purpose == "removal", approvals.c.at >= period.since, approvals.c.at < period.until)
    count = db.execute(select(func.count(approvals.c.plan.distinct())).select_from(signed).where(*mine)).scalar()
    found = Counter({PLANS_APPROVED: int(count or 0)})
    approved = (plans.c.approved_at >= period.since, plans.c.approved_at < period.until, plans.c.demands != "")
    for text, carried in db.execute(select(plans.c.demands, plans.c.cases).where(*approved)):
        asked = read_demands(text, 0)
        if asked.emergency:
            found.update({EMERGENCIES: 1, URGENT_CASES: carried})
        found[PROTECTED_APPROVED] += sum(any(PROTECTED in one for one in why) for why in asked.flagged.values())
    return found


def _held(db: Connection) -> Counter[str]:
    """The same counts, of the tables."""
    every = int(db.execute(select(func.count()).select_from(cases)).scalar() or 0)
    told = int(db.execute(select(func.count()).select_from(appeals)).scalar() or 0)
    return Counter({"cases recorded": every, "appeals": told, **dict(_grouped(db))})


def _grouped(db: Connection) -> Iterator[tuple[str, int]]:
    words = (
        (cases.c.closed, "cases closed as"), (claims.c.value, "claims of"), (sightings.c.value, "looks that showed"),
        (appeals.c.outcome, "appeals that ended"),
    )  # fmt: skip
    for column, name in words:
        for value, count in db.execute(select(column, func.count()).where(column != "").group_by(column)):
            yield f"{name} {value}", count


def _check_sent(db: Connection) -> None:
    carried = select(request_cases.c.case).join(requests, requests.c.id == request_cases.c.request)
    sent = carried.where(request_cases.c.case == cases.c.id, requests.c.state == State.SENT.value, request_cases.c.excepted == "")
    bare = select(func.count()).select_from(cases).where(cases.c.delivered == State.SENT.value, ~sent.exists())
    if count := int(db.execute(bare).scalar() or 0):
        raise DoesNotReconcile(what=f"{count:,} cases count as sent, and no request that was sent carries them")
