"""Making a plan: cases are grouped, drafted and frozen. It opens no socket: the plan is the dry run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, Update, and_, bindparam, case, func, insert, or_, select, update

from takedown.contract import RefusedByPolicy, UsageError, span
from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.ids import plan_id
from takedown.ledger.moves import State
from takedown.ledger.rows import to_case
from takedown.ledger.tables import cases, meta, plans, request_cases, requests, volumes
from takedown.planning.demands import Demands, demands_hash, sample_size
from takedown.planning.digest import plan_digest
from takedown.planning.drafting import Drafted, Drafter, LeftOut, Versioned, groups
from takedown.planning.first_orders import first_orders
from takedown.planning.flags import flags_of
from takedown.planning.reviewed_packs import check_reviewed
from takedown.planning.steps import refuse, waiting
from takedown.planning.undoing import undo

CHUNK = 250
Held = tuple[str, str, str]
"""Platform, organisation, basis: what volumes are counted by."""


class NothingToPlan(UsageError):
    """No case is waiting to be planned{where}."""

    code, exit, why, do = "TD-0701", 0, "all of them are planned, sent or closed", "takedown status"


class OverCap(RefusedByPolicy):
    """The plan would hold {count} cases, the policy allows {cap}."""

    code = "TD-0707"
    why, do = "policy.max_cases_per_plan keeps a plan small enough to be reviewed", "plan a part: --platform or --batch"


class CasesChanged(RefusedByPolicy):
    """Cases changed while they were being planned."""

    code, why, do = "TD-0708", "another process works on them", "run the same command again"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which cases: those in `delivered` states, narrowed by batch, platform or case numbers. All are numbers or names."""

    batch: int | None = None
    platform: str | None = None
    cases: tuple[int, ...] = ()
    delivered: tuple[str, ...] = (State.DRAFT.value,)

    def where(self) -> list[ColumnElement[bool]]:
        narrowed: list[ColumnElement[bool]] = [cases.c.delivered.in_(self.delivered), cases.c.closed == ""]
        if self.batch is not None:
            narrowed.append(cases.c.batch == self.batch)
        if self.platform is not None:
            narrowed.append(cases.c.platform == self.platform)
        if self.cases:
            narrowed.append(cases.c.id.in_(self.cases))
        return narrowed


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan that was made; `requests` and `cases` do not count frozen reminders. `warnings` are for its planner."""

    plan: int
    digest: str
    requests: int
    cases: int
    left_out: tuple[LeftOut, ...]
    warnings: tuple[str, ...] = ()


@dataclass
class _Making:
    """The running totals of a plan in the making."""

    plan: int
    leaves: list[bytes] = field(default_factory=list[bytes])
    requests: int = 0
    cases: int = 0
    packs: set[str] = field(default_factory=set[str])
    platforms: set[str] = field(default_factory=set[str])
    flagged: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    volumes: Counter[Held] = field(default_factory=Counter["Held"])

    def add(self, one: Drafted) -> None:
        self.leaves.append(one.leaf)
        self.platforms.add(one.row["platform"])
        self.packs.update(v.case.basis for v in one.cases)
        if one.row["purpose"] == "reminder":
            return
        self.requests += 1
        self.cases += len(one.cases)
        for v in one.cases:
            self.volumes[v.case.target.platform, v.case.organisation, v.case.basis] += 1
            if v.flags:
                self.flagged[v.case.id] = v.flags


class Numbers:
    """Request numbers, reserved in blocks: a gap is harmless, a number used twice is not."""

    def __init__(self, desk: Desk, block: int = 500) -> None:
        self._desk, self._block = desk, block
        self._numbers: Iterator[int] = iter(())

    def take(self) -> int:
        found = next(self._numbers, None)
        if found is None:
            first = self._desk.ledger.write(lambda book: _reserve(book, "next_request", self._block))
            self._numbers = iter(range(first, first + self._block))
            return next(self._numbers)
        return found


def _reserve(book: Book, name: str, count: int) -> int:
    held = book.db.execute(select(meta.c.value).where(meta.c.name == name).with_for_update()).scalar()
    first = int(held or 1)
    if held is None:
        book.db.execute(insert(meta).values(name=name, value=str(first + count)))
    else:
        book.db.execute(update(meta).where(meta.c.name == name).values(value=str(first + count)))
    return first


def make_plan(desk: Desk, selection: Selection) -> Planned:
    """Freeze the selected cases into requests.

    Raises NothingToPlan, OverCap, FirstStepMissing, NotReviewed, ChannelBarred, Unreachable, CasesChanged.
    """
    count = _count(desk, selection)
    cap = desk.policy.max_cases_per_plan
    if not count:
        raise NothingToPlan(where=f" in B-{selection.batch}" if selection.batch else "")
    if count > cap:
        raise OverCap(count=count, cap=cap)
    if desk.settings.environment == "live":
        check_reviewed(desk, _bases(desk, selection))
    wait = _waiting(desk, selection, count)
    now = desk.clock.now()
    plan = desk.ledger.write(lambda book: _begin(book, desk, now))
    making = _Making(plan)
    numbers = Numbers(desk, min(500, 2 * count))
    drafter = Drafter(desk, plan, now, numbers.take, left_out=[*wait.values()])
    try:
        with desk.ledger.read() as db:
            chunk: list[Drafted] = []
            ready = (one for one in _selected(db, selection) if one.case.id not in wait)
            for group in groups(_sized(desk, ready)):
                chunk += drafter.draft(group)
                if len(chunk) >= CHUNK:
                    _store(desk, making, chunk, selection)
                    chunk = []
            _store(desk, making, chunk, selection)
        if not making.requests:
            raise NothingToPlan(where=": " + "; ".join(f"{one.case} {one.why}" for one in drafter.left_out[:3]))
        return _finish(desk, making, tuple(drafter.left_out), tuple(_warnings(desk, making, drafter)))
    except BaseException:
        desk.ledger.write(lambda book: undo(book, plan, ("making",), "discarded", ""))
        raise


def _count(desk: Desk, selection: Selection) -> int:
    with desk.ledger.read() as db:
        return int(db.execute(select(func.count()).select_from(cases).where(*selection.where())).scalar() or 0)


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


def _selected(db: Connection, selection: Selection) -> Iterator[Versioned]:
    order = (cases.c.platform, cases.c.basis, cases.c.territory, cases.c.language, cases.c.organisation, cases.c.id)
    query = select(cases).where(*selection.where()).order_by(*order)
    for row in db.execution_options(yield_per=1000).execute(query).mappings():
        yield Versioned(to_case(row), row["version"], tuple(flags_of({**row})))


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
        "state": "making",
        "planner": desk.who,
        "environment": desk.settings.environment,
        "inputs": "",
        "leaves": b"",
        "digest": "",
    }
    made = insert(plans).values(**row, requests=0, cases=0, created_at=now, valid_until=valid).returning(plans.c.id)
    return int(book.db.execute(made).scalar_one())


def _store(desk: Desk, making: _Making, chunk: Sequence[Drafted], selection: Selection) -> None:
    if not chunk:
        return
    desk.ledger.write(lambda book: _insert(book, chunk, selection))
    for one in chunk:
        making.add(one)


def _insert(book: Book, chunk: Sequence[Drafted], selection: Selection) -> None:
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


def _warnings(desk: Desk, making: _Making, drafter: Drafter) -> Iterator[str]:
    yield from first_orders(desk, making.plan)
    if drafter.without_letter:
        yield f"{drafter.without_letter} portal packets could carry their letter as PDF: pip install 'takedown-desk[pdf]'"


def _demands(desk: Desk, making: _Making) -> Demands:
    policy = desk.policy
    return Demands(
        policy.approvals, flagged=making.flagged, sample=sample_size(making.cases, policy.sample_above, policy.sample_size)
    )


def _finish(desk: Desk, making: _Making, left_out: tuple[LeftOut, ...], warnings: tuple[str, ...]) -> Planned:
    inputs = desk.inputs_hash(sorted(making.platforms), sorted(making.packs))
    demands = _demands(desk, making).text()
    ledger, name = desk.ledger.setting("ledger"), plan_id(making.plan)
    digest = plan_digest(ledger, name, desk.settings.environment, desk.policy_hash(), making.leaves, demands_hash(demands))
    held = [
        {"plan": making.plan, "platform": platform, "organisation": organisation, "basis": basis, "cases": count}
        for (platform, organisation, basis), count in making.volumes.items()
    ]

    def finish(book: Book) -> None:
        values = {"state": "open", "inputs": inputs, "leaves": b"".join(making.leaves), "digest": digest, "demands": demands}
        book.db.execute(insert(volumes), held)
        book.db.execute(
            update(plans).where(plans.c.id == making.plan).values(**values, requests=making.requests, cases=making.cases)
        )
        counts = {"requests": making.requests, "cases": making.cases}
        book.record("plan.made", name, {"digest": digest, "inputs": inputs, **counts}, {"by": desk.who})

    desk.ledger.write(finish)
    return Planned(making.plan, digest, making.requests, making.cases, left_out, warnings)
