"""Resubmission for scripts: reminders that were approved with their plan, and plans for what surely failed.

A byte-identical repeat is never made: platforms say that duplicates slow them down. A case comes back only as a reminder that
was frozen and approved, or after something changed since it failed. What a platform declined is listed with what would mend it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, delete, func, insert, select, update

from takedown.clock import utc
from takedown.clocks.cases import clocks_of, in_its_time
from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.ids import case_id, number, plan_id, request_id
from takedown.ledger.moves import State
from takedown.ledger.states import ASKED, DORMANT
from takedown.ledger.tables import FREE, cases, claims, meta, plans, request_cases, requests
from takedown.ledger.truths import FINAL, UNREACHABLE
from takedown.outcomes.clocks import said_of
from takedown.outcomes.repairs import repair_of
from takedown.planning.selection import Selection


@dataclass(frozen=True, slots=True)
class Chosen:
    """A pending case and what is to be done with it; `request` is the reminder's number where there is one."""

    case: str
    reference: str
    platform: str
    what: str
    why: str
    request: int = 0
    plan: int = 0
    do: str = ""


REMIND, ANEW = "remind", "plan anew"
"""What is to be done about a case, where anything is: the reminder is let go, or it comes into a new plan."""


@dataclass
class Resubmission:
    reminders: list[Chosen] = field(default_factory=list[Chosen])
    anew: list[Chosen] = field(default_factory=list[Chosen])
    left: list[Chosen] = field(default_factory=list[Chosen])

    def all(self) -> Sequence[Chosen]:
        return [*self.reminders, *self.anew, *self.left]

    def selection(self) -> Selection:
        """The cases to be planned anew."""
        return Selection(cases=tuple(number(one.case, "C") for one in self.anew), delivered=AGAIN)


AGAIN = (State.DRAFT.value, State.REFUSED.value)
"""Surely not delivered: never planned or withdrawn before sending, and refused."""


MOST_REQUESTS = 3
"""How often a case is asked for in all, reminders apart: after that a person decides."""


def choose(desk: Desk, older_than: float, platform: str | None) -> Resubmission:
    """What `look` finds, at hand."""
    chosen = Resubmission()
    lists = {REMIND: chosen.reminders, ANEW: chosen.anew}
    for one in look(desk, older_than, platform):
        lists.get(one.what, chosen.left).append(one)
    return chosen


def look(desk: Desk, older_than: float, platform: str | None) -> Iterator[Chosen]:
    """What is due, streamed: sent longer ago than `older_than` seconds and beyond its pack's patience, or changed since it was
    refused. What is beyond [platforms.NAME] resubmit_per_day waits for another day; reminders come first.
    """
    now = desk.clock.now()
    # Nobody is asked for what was taken back.
    open_ = [cases.c.closed == "", *FREE, cases.c.withdrawal == "none"]
    open_ += [cases.c.platform == platform] if platform else []
    delivered = [*open_, cases.c.delivered == State.SENT.value, cases.c.observed.not_in(UNREACHABLE)]
    asleep = _dormant().subquery()
    late = (*delivered, cases.c.claimed.not_in(FINAL), cases.c.sent_at <= now - older_than)
    joined = cases.outerjoin(asleep, asleep.c.follows == cases.c.request)
    pending = select(cases, asleep.c.reminder, asleep.c.of_plan).select_from(joined).where(*late)
    declined = select(cases).where(*delivered, cases.c.claimed == "declined")
    failed = select(cases).where(*open_, cases.c.delivered == State.REFUSED.value)
    with desk.ledger.read() as db:
        left = _Budget(desk, db, now)
        yield from (left.spend(_pending(desk, db, row, now)) for row in _rows(db, pending))
        yield from (_mended(db, row) for row in _rows(db, declined))
        yield from (left.spend(_failed(db, row)) for row in _rows(db, failed))


def _rows(db: Connection, query: Select[*tuple[Any, ...]]) -> Iterator[RowMapping]:
    return iter(db.execute(query.order_by(cases.c.id), execution_options={"yield_per": 500}).mappings())


def _of(row: RowMapping, what: str, why: str, reminder: tuple[int, int] = (0, 0), do: str = "") -> Chosen:
    return Chosen(case_id(row["id"]), row["reference"], row["platform"], what, why, *reminder, do=do)


def _pending(desk: Desk, db: Connection, row: RowMapping, now: float) -> Chosen:
    age, pack = now - row["sent_at"], desk.packs[row["basis"]]
    if age < pack.patience_seconds:
        return _of(row, "wait", "its pack's patience is not over")
    if row["claimed"] == ASKED and (row["answered_at"] or 0) < row["claimed_at"]:
        do = f"takedown answer {request_id(row['request'])} --text FILE"
        return _of(row, "answer", "the platform asked a question", do=do)
    if why := in_its_time(clocks_of(pack.clocks, {**row}, said_of(db, {**row}), now)):
        return _of(row, "wait", why)
    if max(row["sent_at"] + pack.review.seconds, row["reviewed_until"] or 0) < now:
        do = f"takedown case renew {case_id(row['id'])} --until DATE --reason TEXT --as NAME"
        return _of(row, "review", "it is past its review date", do=do)
    if row["reminder"] is not None:
        asleep = (row["reminder"], row["of_plan"])
        return _of(row, REMIND, f"sent {age / 86400:.0f} days ago, no final answer", asleep)
    return _of(row, "decide", "no reminder is left; it needs another instrument or a person")


def _mended(db: Connection, row: RowMapping) -> Chosen:
    """What the platform declined, with what would be new."""
    if (row["answered_at"] or 0) >= (row["claimed_at"] or 0):
        return _of(row, "wait", "something was added since it was declined; the platform has not said more")
    newest = select(claims.c.reason_code).where(claims.c.case == row["id"]).order_by(claims.c.id.desc()).limit(1)
    repair = repair_of(str(db.execute(newest).scalar() or ""))
    named = {"case": case_id(row["id"]), "request": request_id(row["request"] or 0), "platform": row["platform"]}
    return _of(row, "mend", f"declined: {repair.what}", do=repair.command(**named))


def _failed(db: Connection, row: RowMapping) -> Chosen:
    carried = select(request_cases.c.request, request_cases.c.version).join(requests, requests.c.id == request_cases.c.request)
    mine = (request_cases.c.case == row["id"], requests.c.purpose == "removal", requests.c.state != State.WITHDRAWN.value)
    versions = {int(one.request): one.version for one in db.execute(carried.where(*mine))}
    if versions.get(row["request"]) == row["version"]:
        return _of(row, "mend", "refused, and nothing about it has changed since")
    if len(versions) >= MOST_REQUESTS:
        return _of(row, "decide", f"asked for {len(versions)} times already; a person decides")
    return _of(row, ANEW, "it was changed since it was refused")


class _Budget:
    """What may still be brought back to each platform today."""

    def __init__(self, desk: Desk, db: Connection, now: float) -> None:
        self._desk, self._db, self._now = desk, db, now
        self._used: dict[str, int] = {}

    def spend(self, one: Chosen) -> Chosen:
        """The same, or that it waits for another day."""
        if one.what not in {REMIND, ANEW}:
            return one
        most = self._desk.terms(one.platform).resubmit_per_day
        if one.platform not in self._used:
            self._used[one.platform] = _used(self._db, one.platform, self._now)
        if most is not None and self._used[one.platform] >= most:
            why = f"platforms.{one.platform}.resubmit_per_day = {most} is used up for today (UTC)"
            return replace(one, what="wait", why=why, request=0, plan=0)
        self._used[one.platform] += 1
        return one


def _used(db: Connection, platform: str, now: float) -> int:
    """How many cases were brought back to a platform today."""
    value = db.execute(select(meta.c.value).where(meta.c.name == f"resubmitted:{platform}")).scalar() or ""
    day, _, count = value.partition(" ")
    return int(count) if day == _day(now) else 0


def _day(now: float) -> str:
    return f"{utc(now):%Y-%m-%d}"


def spend(book: Book, found: Sequence[Chosen]) -> None:
    """Count what is brought back today, against each platform's budget."""
    for platform in sorted({one.platform for one in found}):
        name = f"resubmitted:{platform}"
        count = _used(book.db, platform, book.now) + sum(one.platform == platform for one in found)
        book.db.execute(delete(meta).where(meta.c.name == name))
        book.db.execute(insert(meta).values(name=name, value=f"{_day(book.now)} {count}"))


def _dormant() -> Select[*tuple[Any, ...]]:
    """Frozen reminders that were approved and never woken, of unchanged cases: (follows, reminder, of_plan), once a request."""
    changed = select(request_cases.c.request).join(cases, cases.c.id == request_cases.c.case)
    changed = changed.where((cases.c.version != request_cases.c.version) | (cases.c.closed != ""))
    approved = and_(requests.c.purpose == "reminder", requests.c.state == State.APPROVED.value, requests.c.not_before == DORMANT)
    joined = requests.join(plans, plans.c.id == requests.c.plan)
    columns = (requests.c.follows, func.min(requests.c.id).label("reminder"), func.min(requests.c.plan).label("of_plan"))
    query = select(*columns).select_from(joined).where(approved, plans.c.state == "approved", requests.c.id.not_in(changed))
    return query.group_by(requests.c.follows)


def wake(desk: Desk, chosen: Resubmission) -> list[int]:
    """Let the chosen reminders go; returns the plans that have something to send now."""
    ids = sorted({one.request for one in chosen.reminders})
    if not ids:
        return []

    def change(book: Book) -> None:
        book.db.execute(update(requests).where(requests.c.id.in_(ids), requests.c.not_before == DORMANT).values(not_before=0.0))
        spend(book, chosen.reminders)
        told = {"requests": [request_id(one) for one in ids]}
        book.record("reminders.woken", plan_id(chosen.reminders[0].plan), told, {"by": desk.who})

    desk.ledger.write(change)
    return sorted({one.plan for one in chosen.reminders})
