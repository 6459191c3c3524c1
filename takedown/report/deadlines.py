"""Deadlines as a calendar (RFC 5545): a platform's time, our answers, plans, appeals, reviews. No target is named in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, RowMapping, select, text

from takedown.clock import utc
from takedown.clocks import review
from takedown.clocks.cases import clocks_of
from takedown.clocks.hands import Hand
from takedown.contract import MissingExtra, span
from takedown.desk import Desk
from takedown.display import safe
from takedown.ledger.ids import case_id, plan_id
from takedown.ledger.moves import State
from takedown.ledger.states import ASKED, DORMANT
from takedown.ledger.tables import cases, notifications, plans, requests
from takedown.ledger.truths import FINAL, UNREACHABLE
from takedown.ledger.viewed import viewed
from takedown.notices.pack import Pack
from takedown.outcomes.clocks import said_of
from takedown.planning.demands import read_demands
from takedown.planning.redress_due import REVIEWED, open_appeals
from takedown.report.files import whole_file


@dataclass(frozen=True, slots=True)
class Deadline:
    """`ident` is the same each time, so that a calendar takes a second export for the first; `until` has its zone."""

    ident: str
    until: datetime
    what: str
    more: str


def deadlines(desk: Desk, db: Connection, batch: int | None = None, platform: str | None = None) -> Iterator[Deadline]:
    """Of pending cases their pack's patience and its verified clocks for the platform, of questions when ours has passed; of
    measures that stand their review; of appeals and of users who are not told yet their day; of plans their end."""
    joined = cases.outerjoin(requests, requests.c.id == cases.c.request)
    waiting = (
        cases.c.closed == "", cases.c.delivered == State.SENT.value, cases.c.sent_at.is_not(None),
        cases.c.claimed.not_in(sorted(FINAL)), cases.c.observed.not_in(sorted(UNREACHABLE)), cases.c.withdrawal == "none",
    )  # fmt: skip
    narrowed = [cases.c.batch == batch] if batch is not None else []
    narrowed += [cases.c.platform == platform] if platform is not None else []
    columns = (
        cases.c.id, cases.c.reference, cases.c.basis, cases.c.sent_at, cases.c.claimed, cases.c.claimed_at, cases.c.answered_at,
    )  # fmt: skip
    query = select(*columns, requests.c.respond_by).select_from(joined).where(*waiting, *narrowed).order_by(cases.c.id)
    for row in db.execute(query.execution_options(yield_per=1000)).mappings():
        if row["basis"] in desk.packs:  # a pack that is not installed has no patience
            yield from _of_case(db, row, desk.packs[row["basis"]], desk.clock.now())
    yield from _of_measures(desk, db, narrowed)
    yield from _of_redress(db, narrowed)
    if batch is None and platform is None:
        yield from _of_plans(db)


def _of_case(db: Connection, row: RowMapping, pack: Pack, now: float) -> Iterator[Deadline]:
    name, basis = f"{case_id(row['id'])}, {row['reference']}", row["basis"]
    more = f"takedown case explain {case_id(row['id'])}"
    if row["claimed"] == ASKED and (row["answered_at"] or 0) < row["claimed_at"]:
        ours = utc(row["claimed_at"] + pack.patience_seconds)
        yield Deadline(f"question-{case_id(row['id'])}", ours, f"{name}: the platform's question waits for our answer", more)
        return
    patience = utc(row["sent_at"] + pack.patience_seconds)
    yield Deadline(f"patience-{case_id(row['id'])}", patience, f"{name}: patience under {basis} ends", more)
    said = said_of(db, {**row})
    told = {one.clock: one for one in clocks_of(pack.clocks, {**row}, said, now)} if said else {}
    for clock in pack.clocks:
        if not (clock.verified and clock.for_platform):
            continue
        reading = told.get(clock.name)
        if reading and reading.hand in {Hand.STANDING, Hand.MET, Hand.LATE}:
            continue
        until = {"received": row["sent_at"] + span(clock.length), "issued": row["respond_by"]}.get(clock.starts)
        if reading and reading.until:
            until = reading.until.timestamp()
        if until is not None:
            place = pack.clocks.index(clock)
            yield Deadline(f"clock-{place}-{case_id(row['id'])}", utc(until), f"{name}: {clock.name} under {basis} is due", more)


def _of_measures(desk: Desk, db: Connection, narrowed: Sequence[ColumnElement[bool]]) -> Iterator[Deadline]:
    """When each measure that stands is renewed by a second person, or withdrawn."""
    columns = (cases.c.id, cases.c.reference, cases.c.basis, cases.c.sent_at, cases.c.reviewed_until)
    query = select(*columns).where(text(REVIEWED), cases.c.sent_at.is_not(None), *narrowed).order_by(cases.c.id)
    for row in db.execute(query.execution_options(yield_per=1000)).mappings():
        until = max(row["sent_at"] + _review_of(desk, row["basis"]), row["reviewed_until"] or 0)
        name = case_id(row["id"])
        do = f"takedown case renew {name} --until DATE --reason TEXT --as NAME"
        yield Deadline(f"review-{name}", utc(until), f"{name}, {row['reference']}: renew the measure, or withdraw it", do)


def _review_of(desk: Desk, basis: str) -> float:
    pack = desk.packs.get(basis)
    return pack.review.seconds if pack else span(review.AFTER)


def _of_redress(db: Connection, narrowed: Sequence[ColumnElement[bool]]) -> Iterator[Deadline]:
    """Appeals that nobody decided, and users who may be kept in the dark no longer."""
    chosen = set(db.execute(select(cases.c.id).where(*narrowed)).scalars()) if narrowed else None
    for one in open_appeals(viewed(db)):
        if chosen is None or one.case in chosen:
            do = f"takedown appeal decide A-{one.number} --as OUTCOME --reason TEXT"
            yield Deadline(
                f"appeal-A-{one.number}", utc(one.due_at), f"A-{one.number}: the appeal on {case_id(one.case)} is due", do
            )
    withheld = notifications.c.value == "withheld", notifications.c.newest == "yes"
    for number, until in db.execute(select(notifications.c.case, notifications.c.until).where(*withheld)):
        if chosen is None or number in chosen:
            name = case_id(number)
            yield Deadline(
                f"tell-{name}", utc(until), f"{name}: the user is to be told", f"takedown case notify {name} --by authority"
            )


def _of_plans(db: Connection) -> Iterator[Deadline]:
    """Plans with something that has not left."""
    unsent = requests.c.state.in_([State.PLANNED.value, State.APPROVED.value])
    left = select(requests.c.id).where(requests.c.plan == plans.c.id, unsent, requests.c.purpose != "reminder").exists()
    query = (
        select(plans.c.id, plans.c.valid_until, plans.c.state, plans.c.demands, plans.c.created_at)
        .where(plans.c.state.in_(["open", "approved"]), plans.c.valid_until < DORMANT, left)
        .order_by(plans.c.id)
    )
    for number, until, state, demands, made in db.execute(query):
        name, asked = plan_id(number), read_demands(demands, 1)
        if state == "open" and asked.emergency:
            do = f"takedown approve {name} --as NAME"
            yield Deadline(f"emergency-{name}", utc(made + asked.within), f"{name}, EMERGENCY: others are to sign", do)
        yield Deadline(f"plan-{name}", utc(until), f"{name}: the plan is too old to be sent", f"takedown plan show {name}")


def write_calendar(desk: Desk, path: Path, batch: int | None = None, platform: str | None = None) -> int:
    """Write a calendar; an existing file is replaced only by a whole one. Returns the deadlines.

    Raises MissingExtra, UsageError.
    """
    try:
        from icalendar import Calendar, Event
    except ImportError:
        raise MissingExtra(what="the calendar format", extra="calendar") from None
    calendar, ledger, now = Calendar(), desk.ledger.setting("ledger"), utc(desk.clock.now()).replace(microsecond=0)
    title = f"Deadlines of {safe(desk.settings.authority.name or 'the authority')}"
    for name, value in (("prodid", "-//takedown//deadlines//EN"), ("version", "2.0"), ("x-wr-calname", title)):
        calendar.add(name, value)
    count = 0
    with desk.ledger.read() as db:
        for count, one in enumerate(deadlines(desk, db, batch, platform), 1):  # noqa: B007 -- the last number is the count
            event = Event()
            event.add("uid", f"{one.ident}@{ledger}.takedown")
            event.add("dtstamp", now)
            event.add("dtstart", one.until.astimezone(UTC).replace(microsecond=0))
            event.add("summary", safe(one.what))
            event.add("description", one.more)
            event.add("transp", "TRANSPARENT")
            calendar.add_component(event)
    with whole_file(path) as part:
        part.write_bytes(calendar.to_ical())
    return count
