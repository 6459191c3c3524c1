"""Resubmission for scripts: reminders that were approved with their plan, and plans for what surely failed.

A byte-identical repeat is never made: platforms say that duplicates slow them down. A case comes back only as a reminder that
was frozen and approved, or after something changed since it failed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, RowMapping, and_, func, select, update

from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.ids import case_id, number, plan_id, request_id
from takedown.ledger.moves import State
from takedown.ledger.questions import ASKED
from takedown.ledger.states import DORMANT
from takedown.ledger.tables import cases, plans, request_cases, requests
from takedown.ledger.truths import FINAL, UNREACHABLE
from takedown.planning.making import Selection


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


def choose(desk: Desk, older_than: float, platform: str | None) -> Resubmission:
    """What is due: sent longer ago than `older_than` seconds and beyond its pack's patience, or changed since it was refused."""
    now = desk.clock.now()
    chosen = Resubmission()
    narrowed = (cases.c.platform == platform,) if platform else ()
    open_ = and_(
        cases.c.closed == "", cases.c.held == "", cases.c.withdrawal == "none"
    )  # nobody is asked for what was taken back
    unfinished = and_(open_, cases.c.claimed.not_in(FINAL), cases.c.observed.not_in(UNREACHABLE))
    pending = select(cases).where(
        unfinished, cases.c.delivered == State.SENT.value, cases.c.sent_at <= now - older_than, *narrowed
    )
    failed = select(cases).where(open_, cases.c.delivered == State.REFUSED.value, *narrowed)
    with desk.ledger.read() as db:
        waiting = _dormant(db)
        for row in db.execute(pending.order_by(cases.c.id)).mappings():
            _sort_pending(desk, chosen, row, now - row["sent_at"], waiting.get(row["request"]))
        for row in db.execute(failed.order_by(cases.c.id)).mappings():
            sent = select(request_cases.c.version).where(
                request_cases.c.request == row["request"], request_cases.c.case == row["id"]
            )
            if db.execute(sent).scalar() == row["version"]:
                chosen.left.append(_of(row, "mend", "refused, and nothing about it has changed since"))
            else:
                chosen.anew.append(_of(row, "plan anew", "it was changed since it was refused"))
    return chosen


def _of(row: RowMapping, what: str, why: str, reminder: tuple[int, int] = (0, 0)) -> Chosen:
    return Chosen(case_id(row["id"]), row["reference"], row["platform"], what, why, *reminder)


def _sort_pending(desk: Desk, chosen: Resubmission, row: RowMapping, age: float, reminder: tuple[int, int] | None) -> None:
    if age < desk.packs[row["basis"]].patience_seconds:
        chosen.left.append(_of(row, "wait", "its pack's patience is not over"))
    elif row["claimed"] == ASKED and (row["answered_at"] or 0) < row["claimed_at"]:
        chosen.left.append(_of(row, "answer", "the platform asked a question"))
    elif reminder is not None:
        chosen.reminders.append(_of(row, "remind", f"sent {age / 86400:.0f} days ago, no final answer", reminder))
    else:
        chosen.left.append(_of(row, "decide", "no reminder is left; it needs another instrument or a person"))


def _dormant(db: Connection) -> dict[int, tuple[int, int]]:
    """Frozen reminders that were approved and never woken, of unchanged cases: by the request they follow, (number, plan)."""
    changed = select(request_cases.c.request).join(cases, cases.c.id == request_cases.c.case)
    changed = changed.where((cases.c.version != request_cases.c.version) | (cases.c.closed != ""))
    approved = and_(requests.c.purpose == "reminder", requests.c.state == State.APPROVED.value, requests.c.not_before == DORMANT)
    joined = requests.join(plans, plans.c.id == requests.c.plan)
    query = select(requests.c.follows, func.min(requests.c.id), requests.c.plan).select_from(joined)
    query = query.where(approved, plans.c.state == "approved", requests.c.id.not_in(changed)).group_by(
        requests.c.follows, requests.c.plan
    )
    return {row[0]: (row[1], row[2]) for row in db.execute(query)}


def wake(desk: Desk, chosen: Resubmission) -> list[int]:
    """Let the chosen reminders go; returns the plans that have something to send now."""
    ids = sorted({one.request for one in chosen.reminders})
    if not ids:
        return []

    def change(book: Book) -> None:
        book.db.execute(update(requests).where(requests.c.id.in_(ids), requests.c.not_before == DORMANT).values(not_before=0.0))
        told = {"requests": [request_id(one) for one in ids]}
        book.record("reminders.woken", plan_id(chosen.reminders[0].plan), told, {"by": desk.who})

    desk.ledger.write(change)
    return sorted({one.plan for one in chosen.reminders})
