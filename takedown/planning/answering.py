"""A platform's question about a request, answered in the same thread: a small plan, signed like any other; or closed without."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, RowMapping, select

from takedown.contract import UsageError, span
from takedown.desk import Desk
from takedown.ledger.ids import request_id
from takedown.ledger.moves import State
from takedown.ledger.questions import close, given, may_be_answered
from takedown.ledger.tables import cases, request_cases, requests
from takedown.planning.drafting import Drafter
from takedown.planning.follow_ups import about, draft_follow_up
from takedown.planning.numbers import Numbers
from takedown.planning.small import small_plan, store

LONGEST = 20_000
"""Characters of an answer."""


class NoQuestion(UsageError):
    """No question about {request} is open: {what}."""

    code, why, do = (
        "TD-0785",
        "only what a platform asked or declined is answered",
        "takedown case list --claimed needs_information",
    )


class NoAnswer(UsageError):
    """{file} is no answer: {what}."""

    code, why, do = "TD-0786", "the platform reads it as it is", "write it as UTF-8 text"


def read_answer(file: Path) -> str:
    """The text of an answer. Raises NoAnswer."""
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise NoAnswer(file=file, what=error) from None
    if not text or len(text) > LONGEST:
        raise NoAnswer(file=file, what=f"it has {len(text)} characters, 1 to {LONGEST:,} can be sent")
    return text


def plan_answer(desk: Desk, request: int, text: str) -> tuple[int, tuple[int, ...]]:
    """Freeze the answer to what was asked about a request; returns the plan and the cases it answers for.

    Raises NoQuestion, and what drafting raises.
    """
    with desk.ledger.read() as db:
        row, asked = _asked(db, request)
        of = about(db, row, asked)
    drafter = Drafter(desk, 0, desk.clock.now(), Numbers(desk, 1).take)
    drafted = draft_follow_up(drafter, "answer", drafter.take_id(), of, text)
    made = small_plan(desk, "answer", [drafted], "", desk.clock.now() + span(desk.settings.plan.valid_for))
    return desk.ledger.write(lambda book: store(book, made)), asked


def record_answer(desk: Desk, request: int, text: str, how: str) -> tuple[int, ...]:
    """The answer was given another way, and `how`: it is kept with its text, and nothing is sent. Returns the cases.

    Raises NoQuestion, UsageError.
    """
    way = " ".join(how.split())
    if not way:
        raise UsageError(what="how it was given is empty", why="it is kept with the case", do='--sent-by-hand "..."')
    with desk.ledger.read() as db:
        _, asked = _asked(db, request)
    desk.ledger.write(lambda book: given(book, asked, text, way, desk.who))
    return asked


def close_question(desk: Desk, request: int, reason: str) -> tuple[int, ...]:
    """The question needs no answer of ours, or had one another way. Returns the cases. Raises NoQuestion, UsageError."""
    said = " ".join(reason.split())
    if not said:
        raise UsageError(what="the reason is empty", why="it is kept with the case", do='--reason "..."')
    with desk.ledger.read() as db:
        _, asked = _asked(db, request)
    desk.ledger.write(lambda book: close(book, asked, said, desk.who))
    return asked


def _asked(db: Connection, request: int) -> tuple[RowMapping, tuple[int, ...]]:
    """The request, and those of its cases about which a question is open."""
    name = request_id(request)
    row = db.execute(select(requests).where(requests.c.id == request)).mappings().first()
    if row is None or row["state"] != State.SENT.value:
        raise NoQuestion(request=name, what="there is no such request" if row is None else f"it is {row['state']}")
    joined = request_cases.join(cases, cases.c.id == request_cases.c.case)
    mine = (request_cases.c.request == request, request_cases.c.excepted == "", cases.c.closed == "", may_be_answered())
    asked = tuple(db.execute(select(cases.c.id).select_from(joined).where(*mine).order_by(cases.c.id)).scalars())
    if not asked:
        raise NoQuestion(request=name, what="none of its open cases waits for an answer")
    return row, asked
