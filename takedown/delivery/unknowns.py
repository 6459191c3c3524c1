"""Uncertain sendings: what is known of each, what could settle it, and a person's decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from takedown.approval import Signature, approvers, check_approval
from takedown.contract import Channel, RefusedByPolicy, TakedownError, UsageError
from takedown.delivery.lanes import lane_for
from takedown.delivery.portal.filing import check_number
from takedown.desk import Desk
from takedown.ledger.book import Book, commitment
from takedown.ledger.ids import plan_id, request_id
from takedown.ledger.moves import State, move
from takedown.ledger.tables import cases, plans, request_cases, requests
from takedown.planning.listing import get_plan
from takedown.planning.planner import check_apart


class NotUncertain(UsageError):
    """{request} is not uncertain: it is {state}."""

    code, why, do = "TD-0755", "there is nothing to decide", "takedown unknown list"


class Unsigned(RefusedByPolicy):
    """{request} may only be sent again by the decision of a second person."""

    code, why, do = "TD-0756", "what may have arrived would arrive twice", "takedown unknown resolve {request} {flag} --as NAME"


class Decision(StrEnum):
    """Both end in another sending, so both need a second person."""

    NOT_SENT = "not-sent"
    AGAIN = "again"


class Settles(StrEnum):
    """What can tell whether it arrived."""

    KEY = "the same key, sent again"
    SEARCH = "a search for our reference"
    PORTAL = "the portal's own list"
    MAILBOX = "the sent folder, the mail server's log, an answer"
    PERSON = "the platform, asked by a person"


@dataclass(frozen=True, slots=True)
class Unknown:
    """An uncertain sending. `since` in seconds since the epoch; `who` opened it, for a portal."""

    request: int
    plan: int
    platform: str
    channel: str
    reference: str
    file_numbers: tuple[str, ...]
    cases: int
    attempts: int
    since: float
    why: str
    who: str
    settles: Settles

    @property
    def id(self) -> str:
        return request_id(self.request)

    @property
    def do(self) -> str:
        match self.settles:
            case Settles.KEY:
                return f"takedown submit {plan_id(self.plan)}"
            case Settles.SEARCH:
                return "takedown sync"
            case Settles.PORTAL:
                return f"takedown portal next {self.id}"
            case _:
                return f"takedown unknown resolve {self.id} --sent NUMBER --evidence FILE"


def uncertain(desk: Desk) -> list[Unknown]:
    """Every uncertain request, the oldest doubt first."""
    with desk.ledger.read() as db:
        in_force = select(plans.c.state).where(plans.c.id == requests.c.plan).scalar_subquery().label("in_force")
        rows = db.execute(select(requests, in_force).where(requests.c.state == State.UNKNOWN.value)).mappings().all()
        found = [_unknown(desk, db, row) for row in rows]
    return sorted(found, key=lambda one: (one.since, one.request))


def _unknown(desk: Desk, db: Connection, row: RowMapping) -> Unknown:
    carried = select(cases.c.reference).join(request_cases, request_cases.c.case == cases.c.id)
    numbers = db.execute(carried.where(request_cases.c.request == row["id"]).order_by(request_cases.c.position))
    return Unknown(
        request=row["id"],
        plan=row["plan"],
        platform=row["platform"],
        channel=row["channel"],
        reference=row["reference"],
        file_numbers=tuple(dict.fromkeys(str(one[0]) for one in numbers)),
        cases=row["cases"],
        attempts=row["attempts"],
        since=row["doubt_since"] or row["updated_at"],
        why=row["detail"],
        who=row["assigned"],
        settles=_settles(desk, row),
    )


def _settles(desk: Desk, row: RowMapping) -> Settles:
    match Channel(row["channel"]):
        case Channel.PORTAL:
            return Settles.PORTAL
        case Channel.EMAIL:
            return Settles.MAILBOX
        case Channel.API:
            pass
    try:
        lane = lane_for(desk, row["lane"])
    except TakedownError:  # its adapter is gone or wrongly configured
        return Settles.PERSON
    if lane.remembers(row["key_born"], desk.clock.now()) and row["in_force"] == "approved":
        return Settles.KEY
    return Settles.SEARCH if lane.searchable else Settles.PERSON


def get_unknown(desk: Desk, request: int) -> RowMapping:
    """The row of an uncertain request. Raises NotUncertain."""
    with desk.ledger.read() as db:
        row = db.execute(select(requests).where(requests.c.id == request)).mappings().first()
    if row is None or row["state"] != State.UNKNOWN.value:
        raise NotUncertain(request=request_id(request), state=row["state"] if row else "not in this ledger")
    return row


def settle_sent(desk: Desk, request: int, reference: str, evidence: str) -> None:
    """It did arrive: the platform's number, and the sha256 of the file that shows it. One person may say so.

    Raises NotUncertain, NotANumber.
    """
    row, receipt = get_unknown(desk, request), check_number(reference)
    told = {"because": "a person decided", "evidence": evidence, "receipt": commitment(row["salt"], receipt)}
    columns: dict[str, Any] = {"receipt": receipt, "doubt_since": None, "detail": "", "lease_until": None}

    def change(book: Book) -> list[int]:
        return move(
            book, [request], State.UNKNOWN, State.SENT, event=told, private={"by": desk.who}, receipt_at=book.now, **columns
        )

    _moved(desk, request, desk.ledger.write(change))


def statement(desk: Desk, request: int, decision: Decision) -> str:
    """What the second person signs."""
    return f"takedown-resolve-v1\n{desk.ledger.setting('ledger')}\n{request_id(request)}\n{decision.value}"


def settle_again(desk: Desk, request: int, decision: Decision, signature: Signature | None) -> State:
    """It may be sent (again): approved, or, when its plan has ended, its cases go back to draft. Returns which.

    `desk.who` signs as neither the plan's planner nor the one who was sending by hand. Unsigned only where the policy asks for
    no approvals, in the sandbox. Raises NotUncertain, Unsigned and what check_approval raises.
    """
    row = get_unknown(desk, request)
    plan = get_plan(desk.ledger, row["plan"])
    if desk.policy.approvals:
        _check(desk, request, decision, signature, [plan["planner"], row["assigned"]])
        check_apart(plan, desk.who, signature.key if signature else "")
    seal = {"signature": signature.signature, "key": signature.key} if signature else {}
    told = {"because": "a person decided", "decision": decision.value, **seal}
    why = "not sent" if decision is Decision.NOT_SENT else "to be sent again, it may have arrived"
    reset: dict[str, Any] = {"doubt_since": None, "key_born": None, "not_before": 0.0, "assigned": "", "opened_at": None}
    # A portal's packet that may have been filed keeps its attempts: whoever opens it is told to look there first.
    attempts = 0 if decision is Decision.NOT_SENT and row["channel"] == Channel.PORTAL.value else row["attempts"]

    def change(book: Book) -> list[int]:
        detail = f"decided by {desk.who}: {why}"
        private = {"by": desk.who}
        moved = move(
            book,
            [request],
            State.UNKNOWN,
            State.APPROVED,
            event=told,
            private=private,
            detail=detail,
            attempts=attempts,
            lease_until=None,
            **reset,
        )
        if plan["state"] != "approved":
            move(book, moved, State.APPROVED, State.WITHDRAWN, event={"because": "its plan has ended"})
        return moved

    _moved(desk, request, desk.ledger.write(change))
    return State.APPROVED if plan["state"] == "approved" else State.DRAFT


def _check(desk: Desk, request: int, decision: Decision, signature: Signature | None, others: Sequence[str]) -> None:
    name = request_id(request)
    if signature is None:
        raise Unsigned(request=name, flag=f"--{decision.value}")
    allowed = approvers(desk.policy.approvers)
    for other in filter(None, others):
        check_approval(desk.who, signature, statement(desk, request, decision), f"the sending of {name}", other, allowed)


def _moved(desk: Desk, request: int, moved: list[int]) -> None:
    if not moved:
        get_unknown(desk, request)
        raise NotUncertain(request=request_id(request), state="being settled by another process")
