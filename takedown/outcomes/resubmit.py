"""Resubmission for scripts: reminders that were approved with their plan, and plans for what surely failed.

A byte-identical repeat is never made: platforms say that duplicates slow them down. A case comes back only as a reminder that
was frozen and approved, or after something changed since it failed. What a platform declined is listed with what would mend it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, RowMapping, and_, delete, func, insert, select, update

from takedown.clock import utc
from takedown.clocks.cases import clocks_of, in_its_time
from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.ids import case_id, number, plan_id, request_id
from takedown.ledger.moves import State
from takedown.ledger.states import ASKED, DORMANT
from takedown.ledger.tables import cases, claims, meta, plans, request_cases, requests
from takedown.ledger.truths import FINAL, UNREACHABLE
from takedown.outcomes.clocks import said_of
from takedown.outcomes.repairs import repair_of
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
    do: str = ""


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
    """What is due: sent longer ago than `older_than` seconds and beyond its pack's patience, or changed since it was refused."""
    now = desk.clock.now()
    chosen = Resubmission()
    # Nobody is asked for what was taken back.
    open_ = [cases.c.closed == "", cases.c.held == "", cases.c.withdrawal == "none"]
    open_ += [cases.c.platform == platform] if platform else []
    delivered = [*open_, cases.c.delivered == State.SENT.value, cases.c.observed.not_in(UNREACHABLE)]
    pending = select(cases).where(*delivered, cases.c.claimed.not_in(FINAL), cases.c.sent_at <= now - older_than)
    declined = select(cases).where(*delivered, cases.c.claimed == "declined")
    failed = select(cases).where(*open_, cases.c.delivered == State.REFUSED.value)
    with desk.ledger.read() as db:
        dormant = _dormant(db)
        for row in db.execute(pending.order_by(cases.c.id)).mappings().all():
            _sort_pending(desk, db, chosen, row, now, dormant.get(row["request"]))
        for row in db.execute(declined.order_by(cases.c.id)).mappings().all():
            chosen.left.append(_mended(db, row))
        for row in db.execute(failed.order_by(cases.c.id)).mappings().all():
            _sort_failed(db, chosen, row)
        _within_budget(desk, db, chosen, now)
    return chosen


def _of(row: RowMapping, what: str, why: str, reminder: tuple[int, int] = (0, 0), do: str = "") -> Chosen:
    return Chosen(case_id(row["id"]), row["reference"], row["platform"], what, why, *reminder, do=do)


def _sort_pending(
    desk: Desk, db: Connection, chosen: Resubmission, row: RowMapping, now: float, reminder: tuple[int, int] | None
) -> None:
    age, pack = now - row["sent_at"], desk.packs[row["basis"]]
    if age < pack.patience_seconds:
        chosen.left.append(_of(row, "wait", "its pack's patience is not over"))
    elif row["claimed"] == ASKED and (row["answered_at"] or 0) < row["claimed_at"]:
        do = f"takedown answer {request_id(row['request'])} --text FILE"
        chosen.left.append(_of(row, "answer", "the platform asked a question", do=do))
    elif why := in_its_time(clocks_of(pack.clocks, {**row}, said_of(db, {**row}), now)):
        chosen.left.append(_of(row, "wait", why))
    elif max(row["sent_at"] + pack.review.seconds, row["reviewed_until"] or 0) < now:
        do = f"takedown case renew {case_id(row['id'])} --until DATE --reason TEXT --as NAME"
        chosen.left.append(_of(row, "review", "it is past its review date", do=do))
    elif reminder is not None:
        chosen.reminders.append(_of(row, "remind", f"sent {age / 86400:.0f} days ago, no final answer", reminder))
    else:
        chosen.left.append(_of(row, "decide", "no reminder is left; it needs another instrument or a person"))


def _mended(db: Connection, row: RowMapping) -> Chosen:
    """What the platform declined, with what would be new."""
    if (row["answered_at"] or 0) >= (row["claimed_at"] or 0):
        return _of(row, "wait", "something was added since it was declined; the platform has not said more")
    newest = select(claims.c.reason_code).where(claims.c.case == row["id"]).order_by(claims.c.id.desc()).limit(1)
    repair = repair_of(str(db.execute(newest).scalar() or ""))
    named = {"case": case_id(row["id"]), "request": request_id(row["request"] or 0), "platform": row["platform"]}
    return _of(row, "mend", f"declined: {repair.what}", do=repair.command(**named))


def _sort_failed(db: Connection, chosen: Resubmission, row: RowMapping) -> None:
    carried = select(request_cases.c.request, request_cases.c.version).join(requests, requests.c.id == request_cases.c.request)
    mine = (request_cases.c.case == row["id"], requests.c.purpose == "removal", requests.c.state != State.WITHDRAWN.value)
    versions = {int(one.request): one.version for one in db.execute(carried.where(*mine))}
    if versions.get(row["request"]) == row["version"]:
        chosen.left.append(_of(row, "mend", "refused, and nothing about it has changed since"))
    elif len(versions) >= MOST_REQUESTS:
        chosen.left.append(_of(row, "decide", f"asked for {len(versions)} times already; a person decides"))
    else:
        chosen.anew.append(_of(row, "plan anew", "it was changed since it was refused"))


def _within_budget(desk: Desk, db: Connection, chosen: Resubmission, now: float) -> None:
    """Leave for another day what is beyond [platforms.NAME] resubmit_per_day, the reminders first."""
    used: dict[str, int] = {}
    for held in (chosen.reminders, chosen.anew):
        kept: list[Chosen] = []
        for one in held:
            most = desk.terms(one.platform).resubmit_per_day
            if one.platform not in used:
                used[one.platform] = _used(db, one.platform, now)
            if most is not None and used[one.platform] >= most:
                why = f"platforms.{one.platform}.resubmit_per_day = {most} is used up for today (UTC)"
                chosen.left.append(replace(one, what="wait", why=why, request=0, plan=0))
                continue
            used[one.platform] += 1
            kept.append(one)
        held[:] = kept


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
        spend(book, chosen.reminders)
        told = {"requests": [request_id(one) for one in ids]}
        book.record("reminders.woken", plan_id(chosen.reminders[0].plan), told, {"by": desk.who})

    desk.ledger.write(change)
    return sorted({one.plan for one in chosen.reminders})
