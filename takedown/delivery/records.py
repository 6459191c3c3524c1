"""After the wire: how attempts ended, in one transaction with the requests' new states."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import and_, bindparam, func, update

from takedown.clock import whole
from takedown.delivery.claims import Claimed
from takedown.delivery.decide import Later, Outcome, Refused, Sent, Stopped, Unsure
from takedown.ledger.book import Book, commitment
from takedown.ledger.moves import Each, State, move, move_each
from takedown.ledger.prepared import Prepared
from takedown.ledger.seals import add_attempts
from takedown.ledger.tables import request_cases, requests
from takedown.transport.results import Answered, Held, Result

KEPT = 65_536


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt that is over; `retry_in` in seconds, for what is tried again."""

    one: Claimed
    outcome: Outcome
    retry_in: float
    result: Result


def record(book: Book, owner: str, ended: Sequence[Ended]) -> None:
    """Move the requests, and write down each attempt with the raw answer."""
    rows: list[dict[str, Any]] = []
    for are_sent, group in groupby(ended, lambda end: isinstance(end.outcome, Sent)):
        rows += (_sent if are_sent else _unsent)(book, owner, list(group))
    by_request = {end.one.id: end.one.row["salt"] for end in ended}
    add_attempts(book, [(by_request[row["request"]], row) for row in rows])


def _sent(book: Book, owner: str, ended: Sequence[Ended]) -> list[dict[str, Any]]:
    """Receipts, which are most of what comes back, all at once."""
    rows: list[dict[str, Any]] = []
    each: list[Each] = []
    items: list[dict[str, Any]] = []
    for end in ended:
        word, receipt, _, told, columns = _ending(book, end.one, end.outcome, end.retry_in)
        changed = {"owner": "", "detail": receipt, **columns}
        each.append(Each(end.one.id, changed, {"attempt": end.one.attempt, **told}))
        items += _items(end)
        rows.append(_attempt(book, end, word, receipt))
    move_each(book, State.SENDING, State.SENT, owner, each)
    if items:
        _NAMED.each(book.db, items)
    return rows


def _unsent(book: Book, owner: str, ended: Sequence[Ended]) -> list[dict[str, Any]]:
    return [_one(book, owner, end) for end in ended]


def _one(book: Book, owner: str, end: Ended) -> dict[str, Any]:
    word, detail, to, told, columns = _ending(book, end.one, end.outcome, end.retry_in)
    event = {"attempt": end.one.attempt, **told}
    mine = [requests.c.owner == owner]
    move(book, [end.one.id], State.SENDING, to, where=mine, event=event, owner="", detail=detail, **columns)
    return _attempt(book, end, word, detail)


def _attempt(book: Book, end: Ended, word: str, detail: str) -> dict[str, Any]:
    reply = end.result.reply if isinstance(end.result, Answered) else None
    kept = {"status": reply.status if reply else None, "reply": reply.body[:KEPT] if reply else None}
    times = {"number": end.one.attempt, "started_at": end.one.started_at, "ended_at": book.now}
    return {"request": end.one.id, "outcome": word, "detail": detail[:2000], **times, **kept}


def _ending(
    book: Book, one: Claimed, outcome: Outcome, retry_in: float
) -> tuple[str, str, State, dict[str, Any], dict[str, Any]]:
    """(the attempt's word, its detail, the request's new state, what the event tells, columns to set)."""
    unsent = State.UNKNOWN if one.doubtful else State.APPROVED
    again = {"not_before": whole(book.now + retry_in)}  # as `now` is: what is due is found by the next claim
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


def _items(end: Ended) -> Iterator[dict[str, Any]]:
    """What the platform calls the cases that the request carried."""
    for item in end.outcome.items if isinstance(end.outcome, Sent) else ():
        prefix, _, number = item.case.partition("-")
        if item.id and prefix == "C" and number.isdigit():
            yield {"a_request": end.one.id, "a_case": int(number), "an_item": item.id}


_THEIRS = and_(request_cases.c.request == bindparam("a_request"), request_cases.c.case == bindparam("a_case"))
_NAMED = Prepared(update(request_cases).where(_THEIRS).values(item=bindparam("an_item")))
