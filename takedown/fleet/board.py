"""What workers tell each other beside the queue, in its schema: like the queue it may be dropped, and then it begins anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

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
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from takedown.delivery.owning import server_time
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

_aside = Table(
    "aside",
    _board,
    Column("worker", BigInteger, primary_key=True),
    Column("name", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("until", Float, nullable=False),
)
"""Workers that take no task until then (epoch seconds of the server), since they met a plan that others perhaps can send."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A worker by name (machine and process) that takes no task until then, and the error that made it stand aside."""

    name: str
    code: str
    why: str
    until: float


Living = Callable[[Connection], Iterable[int]]


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


def stand_aside(book: Book, worker: int, living: Living, told: Aside) -> bool:
    """A worker takes no task for a while; False, and nothing is written, when no other would.

    worker: as the engine numbers it, which knows who is living.
    """
    book.db.execute(_ONE_BY_ONE)  # of two that do so at once, each would count on the other
    book.db.execute(delete(_aside).where(_aside.c.until <= server_time(book.db)))
    if not set(living(book.db)) - set(book.db.execute(select(_aside.c.worker)).scalars()) - {worker}:
        return False
    values = asdict(told)
    book.db.execute(insert(_aside).values(worker=worker, **values).on_conflict_do_update(index_elements=["worker"], set_=values))
    return True


def who_stands_aside(db: Connection) -> tuple[Aside, ...]:
    """By name; nobody where there is no board yet."""
    if not inspect(db).has_table(_aside.name, schema=SCHEMA):
        return ()
    query = select(_aside.c.name, _aside.c.code, _aside.c.why, _aside.c.until).where(_aside.c.until > server_time(db))
    return tuple(Aside(*row) for row in db.execute(query.order_by(_aside.c.name)))


def _part(plan: int, lane: str) -> tuple[ColumnElement[bool], ...]:
    return _failing.c.plan == plan, _failing.c.lane == lane


_ONE_BY_ONE = text(f"LOCK TABLE {SCHEMA}.aside IN EXCLUSIVE MODE")
