"""After the wire: how an attempt ended, in one transaction with the request's new state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam, func, insert, update

from takedown.contract import ReceiptItem
from takedown.delivery.claims import Claimed
from takedown.delivery.decide import Later, Outcome, Refused, Sent, Stopped, Unsure
from takedown.delivery.lanes import Lane
from takedown.ledger.book import Book, commitment
from takedown.ledger.moves import State, move
from takedown.ledger.tables import attempts, lanes, request_cases, requests
from takedown.transport.results import Answered, Held, Result

KEPT = 65_536


def record(book: Book, one: Claimed, owner: str, lane: Lane, outcome: Outcome, retry_in: float, result: Result) -> None:
    """Move the request, write down the attempt with the raw answer; `retry_in` in seconds, for what is tried again."""
    word, detail, to, told, columns = _ending(book, one, outcome, retry_in)
    event = {"attempt": one.attempt, **told}
    move(book, [one.id], State.SENDING, to, where=[requests.c.owner == owner], event=event, owner="", detail=detail, **columns)
    match outcome:
        case Sent(items=items):
            _items(book, one.id, items)
        case Stopped(what, why):
            book.db.execute(update(lanes).where(lanes.c.name == lane.name).values(stopped=what, why=why))
        case _:
            pass
    reply = result.reply if isinstance(result, Answered) else None
    kept = {"status": reply.status if reply else None, "reply": reply.body[:KEPT] if reply else None}
    times = {"number": one.attempt, "started_at": one.started_at, "ended_at": book.now}
    book.db.execute(insert(attempts).values(request=one.id, outcome=word, detail=detail[:2000], **times, **kept))


def _ending(
    book: Book, one: Claimed, outcome: Outcome, retry_in: float
) -> tuple[str, str, State, dict[str, Any], dict[str, Any]]:
    """(the attempt's word, its detail, the request's new state, what the event tells, columns to set)."""
    unsent = State.UNKNOWN if one.doubtful else State.APPROVED
    again = {"not_before": book.now + retry_in}
    match outcome:
        case Sent(receipt):
            columns = {"receipt": receipt, "receipt_at": book.now, "doubt_since": None}
            return "sent", receipt, State.SENT, {"receipt": commitment(one.row["salt"], receipt)}, columns
        case Later(why=why):
            return "not_sent", why, unsent, {}, again
        case Unsure(why):
            doubt = func.coalesce(requests.c.doubt_since, book.now)
            return "unknown", why, State.UNKNOWN, {}, {**again, "doubt_since": doubt}
        case Refused(code, why):
            # A refusal of a repeat does not say what became of the first sending.
            to = State.UNKNOWN if one.doubtful else State.REFUSED
            return "refused", f"{code}: {why}", to, {"code": code}, {}
        case Stopped(what, why):
            return "lane_stopped", why, unsent, {"lane": what}, {}
        case Held(why):
            return "held", why, unsent, {"held": why}, again


def _items(book: Book, request: int, items: Sequence[ReceiptItem]) -> None:
    named = [{"a_case": int(i.case[2:]), "an_item": i.id} for i in items if i.id and i.case[:2] == "C-" and i.case[2:].isdigit()]
    if named:
        theirs = and_(request_cases.c.request == request, request_cases.c.case == bindparam("a_case"))
        book.db.execute(update(request_cases).where(theirs).values(item=bindparam("an_item")), named)
