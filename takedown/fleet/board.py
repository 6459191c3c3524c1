"""What workers tell each other beside the queue, in its schema: like the queue it may be dropped, and then it begins anew."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Float,
    Integer,
    MetaData,
    Table,
    Text,
    delete,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from takedown.ledger.book import Book

SCHEMA = "takedown_fleet"
NEVER = float("inf")
"""When a part that was given up is begun again: when a person hands its plan over."""

_board = MetaData(schema=SCHEMA)
_failing = Table(
    "failing",
    _board,
    Column("plan", BigInteger, primary_key=True),
    Column("lane", Text, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("until", Float, nullable=False),
)
"""Parts that failed by a defect `tries` times in a row, and until when they are not begun again (epoch seconds)."""


def make_board(db: Connection) -> None:
    """Make the tables unless they are there."""
    _board.create_all(db)


def rests_until(db: Connection, plan: int, lane: str) -> float:
    """Until when a part that failed is not begun again; 0 for one that did not fail."""
    return float(db.execute(select(_failing.c.until).where(*_part(plan, lane))).scalar() or 0)


def failed(book: Book, plan: int, lane: str, pause: Callable[[int], float]) -> tuple[int, float]:
    """A part failed once more: how often by now, and until when it rests, which is `pause` of that many seconds from now."""
    first = insert(_failing).values(plan=plan, lane=lane, tries=1, until=0)
    once_more = first.on_conflict_do_update(index_elements=["plan", "lane"], set_={"tries": _failing.c.tries + 1})
    tries = int(book.db.execute(once_more.returning(_failing.c.tries)).scalar_one())
    until = book.now + pause(tries)
    book.db.execute(update(_failing).where(*_part(plan, lane)).values(until=until))
    return tries, until


def given_up(book: Book, plan: int, lane: str) -> None:
    never = {"tries": 0, "until": NEVER}
    row = insert(_failing).values(plan=plan, lane=lane, **never)
    book.db.execute(row.on_conflict_do_update(index_elements=["plan", "lane"], set_=never))


def went_well(book: Book, plan: int, lane: str) -> None:
    """A part came to its end: what failed before is over."""
    book.db.execute(delete(_failing).where(*_part(plan, lane)))


def begin_anew(book: Book, plan: int) -> None:
    book.db.execute(delete(_failing).where(_failing.c.plan == plan))


def _part(plan: int, lane: str) -> tuple[ColumnElement[bool], ...]:
    return _failing.c.plan == plan, _failing.c.lane == lane
