"""A platform's question: open from the claim that asks it until an answer is sent, or a person closes it with a reason."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, or_, select, update

from takedown.ledger.book import Book
from takedown.ledger.ids import case_id
from takedown.ledger.states import ASKED, DECLINED
from takedown.ledger.tables import cases, request_cases


def may_be_answered() -> ColumnElement[bool]:
    """True of cases whose platform asked, or declined: what is added to a refusal goes in its thread, once."""
    open_ = or_(cases.c.answered_at.is_(None), cases.c.answered_at < cases.c.claimed_at)
    return and_(cases.c.claimed.in_([ASKED, DECLINED]), open_)


def answered(book: Book, requests: Collection[int]) -> None:
    """These answers have been sent: the questions about their cases are no longer open."""
    if requests:
        carried = select(request_cases.c.case).where(request_cases.c.request.in_(list(requests)), request_cases.c.excepted == "")
        book.db.execute(update(cases).where(cases.c.id.in_(carried)).values(answered_at=book.now, updated_at=book.now))


def given(book: Book, numbers: Collection[int], text: str, how: str, who: str) -> None:
    """A person gave the answer another way than over the request's channel."""
    book.db.execute(update(cases).where(cases.c.id.in_(list(numbers))).values(answered_at=book.now, updated_at=book.now))
    for number in sorted(numbers):
        book.record("question.answered", case_id(number), {}, {"how": how, "text": text, "by": who})


def close(book: Book, numbers: Collection[int], reason: str, who: str) -> None:
    """A person decides that the question needs no answer of ours, or was answered another way."""
    book.db.execute(update(cases).where(cases.c.id.in_(list(numbers))).values(answered_at=book.now, updated_at=book.now))
    for number in sorted(numbers):
        book.record("question.closed", case_id(number), {}, {"reason": reason, "by": who})
