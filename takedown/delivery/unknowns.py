"""A person's decision about an uncertain sending."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, select

from takedown.approval import Signature, approvers, check_approval
from takedown.contract import Channel, RefusedByPolicy, UsageError
from takedown.delivery.portal.filing import check_number
from takedown.desk import Desk
from takedown.ledger.book import Book, commitment
from takedown.ledger.ids import request_id
from takedown.ledger.moves import State, move
from takedown.ledger.tables import requests
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
