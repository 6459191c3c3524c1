"""Making a plan: cases are grouped, drafted and frozen. It opens no socket: the plan is the dry run."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection, RowMapping, Update, and_, bindparam, case, func, insert, or_, select, update

from takedown.contract import RefusedByPolicy, UsageError, span
from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.errors import NoSuchBatch, NoSuchCase
from takedown.ledger.ids import batch_id, case_id, plan_id
from takedown.ledger.moves import State
from takedown.ledger.rows import to_case
from takedown.ledger.tables import batches, cases, plans, request_cases, requests, volumes
from takedown.planning.barring import Bar, Barred, rules, why_barred
from takedown.planning.caps import check_day
from takedown.planning.demands import demands_hash
from takedown.planning.digest import plan_digest
from takedown.planning.drafting import Drafted, Drafter, LeftOut, Versioned, groups
from takedown.planning.first_orders import first_orders
from takedown.planning.flags import flags_of
from takedown.planning.lists import Protected
from takedown.planning.numbers import Numbers
from takedown.planning.planner import check_may_plan
from takedown.planning.reviewed_packs import check_reviewed
from takedown.planning.selection import Selection
from takedown.planning.steps import refuse, waiting
from takedown.planning.totals import Totals, alike, demands
from takedown.planning.undoing import undo
from takedown.planning.unfinished import MAKING, CasesChanged, check_making, making

CHUNK = 250


class NothingToPlan(UsageError):
    """No case is waiting to be planned{where}."""

    code, exit, why, do = "TD-0701", 0, "all of them are planned, sent, held or closed", "takedown status"


class OverCap(RefusedByPolicy):
    """The plan would hold {count} cases, the policy allows {cap}."""

    code, why = "TD-0707", "policy.max_cases_per_plan keeps a plan small enough to be reviewed"
    do = "plan a part: takedown plan --limit {cap}, and again for the others"


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan that was made; `requests` and `cases` do not count frozen reminders. `warnings` are for its planner."""

    plan: int
    digest: str
    requests: int
    cases: int
    left_out: tuple[LeftOut, ...]
    warnings: tuple[str, ...] = ()


def make_plan(desk: Desk, selection: Selection, emergency: str = "") -> Planned:
    """Freeze the selected cases into requests. `emergency`: why it cannot wait; a second person signs all the same.

    Raises NothingToPlan, OverCap, OverDay, MayNotPlan, Barred, FirstStepMissing, NotReviewed, ChannelBarred, Unreachable,
    NoSuchBatch, NoSuchCase, CasesChanged.
    """
    with making(desk.ledger):
        return _make(desk, selection, emergency)


def _make(desk: Desk, selection: Selection, emergency: str) -> Planned:
    count = _count(desk, selection)
    _check_known(desk, selection)
    cap = desk.policy.max_cases_per_plan
    if not count:
        raise NothingToPlan(where=f" in B-{selection.batch}" if selection.batch else "")
    if (most := min(count, selection.limit or count)) > cap:
        raise OverCap(count=most, cap=cap)
    check_may_plan(desk)
    if desk.settings.environment == "live":
        check_reviewed(desk, _bases(desk, selection))
    wait = _waiting(desk, selection, count)
    now = desk.clock.now()
    plan = desk.ledger.write(lambda book: _begin(book, desk, now))
    totals = Totals(plan, emergency)
    numbers = Numbers(desk, min(500, 2 * most))
    drafter = Drafter(desk, plan, now, numbers.take, left_out=[*wait.values()])
    try:
        with desk.ledger.read() as db:
            chunk: list[Drafted] = []
            look = Look(desk, [*wait])
            ready = islice(_selected(db, selection, look), selection.limit)
            for group in groups(_sized(desk, ready)):
                chunk += drafter.draft(group)
                if len(chunk) >= CHUNK:
                    _store(desk, totals, chunk, selection)
                    chunk = []
            _store(desk, totals, chunk, selection)
        drafter.left_out += look.barred
        if not totals.requests:
            look.refuse()
            raise NothingToPlan(where=": " + "; ".join(f"{one.case} {one.why}" for one in drafter.left_out[:3]))
        return _finish(desk, totals, tuple(drafter.left_out), tuple(_warnings(desk, totals, drafter)))
    except BaseException:
        desk.ledger.write(lambda book: undo(book, plan, (MAKING,), "discarded", ""))
        raise


def _count(desk: Desk, selection: Selection) -> int:
    with desk.ledger.read() as db:
        return int(db.execute(select(func.count()).select_from(cases).where(*selection.where())).scalar() or 0)


def _check_known(desk: Desk, selection: Selection) -> None:
    """A number that was mistyped must not look like one of which nothing waits. Raises NoSuchBatch, NoSuchCase."""
    with desk.ledger.read() as db:
        mine = select(batches.c.id).where(batches.c.id == selection.batch)
        if selection.batch is not None and db.execute(mine).first() is None:
            raise NoSuchBatch(batch=batch_id(selection.batch))
        known = {row[0] for row in db.execute(select(cases.c.id).where(cases.c.id.in_(selection.cases)))}
    if missing := sorted(set(selection.cases) - known):
        raise NoSuchCase(case=case_id(missing[0]))


def _waiting(desk: Desk, selection: Selection, count: int) -> dict[str, LeftOut]:
    """What waits for a step that its platform wants first, by case. Raises FirstStepMissing when everything does."""
    with desk.ledger.read() as db:
        found = list(waiting(desk, db, selection.where()))
        if found and len(found) == count:
            refuse(found, desk, db)
    return {one.case: one for _, one in found}


def _bases(desk: Desk, selection: Selection) -> list[str]:
    with desk.ledger.read() as db:
        return sorted(db.execute(select(cases.c.basis).where(*selection.where()).distinct()).scalars())


class Look:
    """What the policy says to each case: left for later, kept out, or taken with its flags."""

    def __init__(self, desk: Desk, waiting: Sequence[str]) -> None:
        self._rules, self._protected = rules(desk), Protected(desk.policy)
        self._waiting = frozenset(waiting)
        self.barred: list[LeftOut] = []
        self._first: tuple[str, Bar] | None = None

    def refuse(self) -> None:
        """Raise Barred when cases were kept out."""
        if self._first:
            case, why = self._first
            raise Barred(count=len(self.barred), case=case, what=why.what, do=why.do.format(case=case))

    def at(self, row: RowMapping) -> Versioned | None:
        """The case of a row of `cases`, or None when it is not planned now."""
        name = case_id(row["id"])
        if name in self._waiting:
            return None
        facts = {**row}
        if why := why_barred(self._rules, facts):
            self.barred.append(LeftOut(name, f"{why.what}; {why.do.format(case=name)}"))
            self._first = self._first or (name, why)
            return None
        return Versioned(to_case(row), row["version"], (*self._protected.flags(facts), *flags_of(facts)))


def _selected(db: Connection, selection: Selection, look: Look) -> Iterator[Versioned]:
    order = (cases.c.platform, cases.c.basis, cases.c.territory, cases.c.language, cases.c.organisation, cases.c.id)
    query = select(cases).where(*selection.where()).order_by(*order)
    for row in db.execute(query, execution_options={"yield_per": 1000}).mappings():
        if one := look.at(row):
            yield one


def _sized(desk: Desk, found: Iterator[Versioned]) -> Generator[tuple[Versioned, int]]:
    sizes: dict[str, int] = {}
    for one in found:
        name = one.case.target.platform
        if name not in sizes:
            platform, channel = desk.platform(name), desk.channel(name)
            sizes[name] = platform.settings.cases_per_request or platform.channels[channel].cases_per_request
        yield one, sizes[name]


def _begin(book: Book, desk: Desk, now: float) -> int:
    valid = now + span(desk.settings.plan.valid_for)
    row = {
        "state": MAKING,
        "planner": desk.who,
        "environment": desk.settings.environment,
        "inputs": "",
        "leaves": b"",
        "digest": "",
    }
    made = insert(plans).values(**row, requests=0, cases=0, created_at=now, valid_until=valid).returning(plans.c.id)
    return int(book.db.execute(made).scalar_one())


def _store(desk: Desk, totals: Totals, chunk: Sequence[Drafted], selection: Selection) -> None:
    if not chunk:
        return
    desk.ledger.write(lambda book: _insert(book, totals.plan, chunk, selection))
    for one in chunk:
        totals.add(one)


def _insert(book: Book, plan: int, chunk: Sequence[Drafted], selection: Selection) -> None:
    check_making(book, plan)
    book.db.execute(insert(requests), [one.row for one in chunk])
    carried = [
        {"request": one.row["id"], "position": at, "case": int(v.case.id[2:]), "version": v.version}
        for one in chunk
        for at, v in enumerate(one.cases)
    ]
    book.db.execute(insert(request_cases), carried)
    removals = {one.row["id"] for one in chunk if one.row["purpose"] != "reminder"}
    taken = [
        {"a_case": row["case"], "a_version": row["version"], "a_request": row["request"]}
        for row in carried
        if row["request"] in removals
    ]
    if book.db.execute(_take(selection, book.now), taken).rowcount != len(taken):
        raise CasesChanged


def _take(selection: Selection, now: float) -> Update:
    """Cases that are still as they were read now belong to their new request; what was sent once stays so."""
    still = and_(or_(*(cases.c.delivered == state for state in selection.delivered)), cases.c.closed == "")
    mine = and_(cases.c.id == bindparam("a_case"), cases.c.version == bindparam("a_version"))
    state = case((cases.c.sent_at.is_(None), State.PLANNED.value), else_=cases.c.delivered)
    return update(cases).where(mine, still).values(delivered=state, request=bindparam("a_request"), updated_at=now)


def _warnings(desk: Desk, totals: Totals, drafter: Drafter) -> Iterator[str]:
    yield from first_orders(desk, totals.plan)
    yield from alike(desk.policy, totals)
    if drafter.without_letter:
        yield f"{drafter.without_letter} portal packets could carry their letter as PDF: pip install 'takedown-desk[pdf]'"


def _finish(desk: Desk, totals: Totals, left_out: tuple[LeftOut, ...], warnings: tuple[str, ...]) -> Planned:
    inputs = desk.inputs_hash(sorted(totals.platforms), sorted(totals.packs))
    with desk.ledger.read() as db:
        asked = demands(db, desk.policy, desk.clock.now(), totals).text()
    ledger, name = desk.ledger.setting("ledger"), plan_id(totals.plan)
    digest = plan_digest(ledger, name, desk.settings.environment, desk.policy_hash(), totals.leaves, demands_hash(asked))
    if not totals.emergency:
        check_day(desk.policy, "this plan", totals.volumes, {})

    def finish(book: Book) -> None:
        check_making(book, totals.plan)
        values = {"state": "open", "inputs": inputs, "leaves": b"".join(totals.leaves), "digest": digest, "demands": asked}
        book.db.execute(insert(volumes), totals.rows())
        book.db.execute(
            update(plans).where(plans.c.id == totals.plan).values(**values, requests=totals.requests, cases=totals.cases)
        )
        counts = {"requests": totals.requests, "cases": totals.cases, **({"emergency": True} if totals.emergency else {})}
        until = round(book.db.execute(select(plans.c.valid_until).where(plans.c.id == totals.plan)).scalar_one())
        told = {"digest": digest, "inputs": inputs, "policy": desk.policy_hash(), "until": until, **counts}
        book.record("plan.made", name, told, {"by": desk.who})

    desk.ledger.write(finish)
    return Planned(totals.plan, digest, totals.requests, totals.cases, left_out, warnings)
