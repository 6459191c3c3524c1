"""`sync`: ask status endpoints what became of requests, and write down what they claim. A second sync changes nothing.

Where an endpoint can be searched, it is also asked for what is uncertain, whatever became of its plan.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, bindparam, or_, select

from takedown.contract import Channel, Denied, ItemStatus, StatusReport, Trackable, TryLater, Unclear
from takedown.delivery.budget import Progress
from takedown.delivery.claims import recover
from takedown.delivery.deliver import Halted
from takedown.delivery.hold import Hold
from takedown.delivery.lanes import Lane, known_lane, lane_for
from takedown.delivery.settling import due_searches, settle_one
from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.halts import told_halt
from takedown.ledger.ids import case_id
from takedown.ledger.moves import State
from takedown.ledger.tables import HALTED, cases, former_names, request_cases, requests
from takedown.ledger.truths import FINAL, Claim, add_claims
from takedown.ledger.withdrawals import answered
from takedown.transport.results import Answered, Held

WIDTH = 10
BATCH = 50


@dataclass
class Synced:
    """What a sync did: requests asked, claims that were new, requests without a usable answer, lanes that stopped and why.

    settled: sendings that were uncertain, and are not any more.
    """

    asked: int = 0
    settled: int = 0
    news: int = 0
    unanswered: int = 0
    stopped: dict[str, str] = field(default_factory=dict[str, str])
    busy: list[str] = field(default_factory=list[str])

    @property
    def exit(self) -> int:
        if any(why.startswith("credentials") for why in self.stopped.values()):
            return 4
        return 5 if self.unanswered or self.busy or self.stopped else 0


def sync(desk: Desk, platform: str | None, progress: Progress) -> Synced:
    """Ask every lane that has a status endpoint about its open requests. Raises Halted and what the ledger raises."""
    if why := desk.ledger.setting("halted"):
        raise Halted(why=told_halt(why))
    return asyncio.run(_sync(desk, platform, progress))


async def _sync(desk: Desk, platform: str | None, progress: Progress) -> Synced:
    done = Synced()
    asks = [Asking(desk, lane, rows, done, progress) for lane, rows in _work(desk, platform)]
    ended = await asyncio.gather(*(one.run() for one in asks), return_exceptions=True)
    for error in ended:
        if isinstance(error, BaseException):
            raise error
    return done


def _work(desk: Desk, platform: str | None) -> Iterator[tuple[Lane, Sequence[Mapping[str, Any]]]]:
    """Open requests by lane. Mail and portal requests are asked for too where the platform grants a status endpoint."""
    open_case = and_(cases.c.closed == "", cases.c.claimed.not_in(FINAL))
    taken_back = and_(cases.c.withdrawal != "none", cases.c.withdrawal == "sent")
    carried = select(request_cases.c.request).join(cases, cases.c.id == request_cases.c.case).where(or_(open_case, taken_back))
    asked = (requests.c.state == State.SENT.value, requests.c.purpose.in_(["removal", "reminder"]))
    columns = (requests.c.id, requests.c.platform, requests.c.channel, requests.c.receipt, requests.c.reference)
    query = select(*columns).where(*asked, requests.c.id.in_(carried)).order_by(requests.c.id)
    if platform:
        query = query.where(requests.c.platform == platform)
    found: dict[str, list[Mapping[str, Any]]] = {}
    with desk.ledger.read() as db:
        for row in db.execute(query).mappings():
            found.setdefault(row["platform"], []).append({**row})
        unsure = (requests.c.state == State.UNKNOWN.value, requests.c.channel == Channel.API.value)
        uncertain = set(db.execute(select(requests.c.platform).where(*unsure).distinct()).scalars())
    for name in sorted(uncertain - found.keys()):
        lane = known_lane(desk, f"{name}:{Channel.API}") if platform in {None, name} else None
        if lane and lane.searchable:
            found[name] = []
    for name, rows in found.items():
        if desk.terms(name).base_url and isinstance(desk.platform(name), Trackable):
            yield lane_for(desk, f"{name}:{Channel.API}"), rows


@dataclass
class Asking:
    """One lane's questions, at the lane's own pace."""

    desk: Desk
    lane: Lane
    rows: Sequence[Mapping[str, Any]]
    done: Synced
    progress: Progress

    async def run(self) -> None:
        hold = Hold(self.desk.ledger, self.desk.clock, self.lane)
        if not await hold.take():
            self.done.busy.append(self.lane.name)
            return
        from takedown.delivery.senders import ApiSender  # clients of the network load slowly, and often nothing is to be asked

        self._hold, self._sender = hold, ApiSender(self.desk, self.lane)
        self._rest_until = 0.0
        self.progress.start(self.lane.name, len(self.rows))
        try:
            if self.lane.searchable:
                await self._settle()
            for start in range(0, len(self.rows), BATCH):
                if self.lane.name in self.done.stopped:
                    return
                await self._batch(self.rows[start : start + BATCH])
        finally:
            await hold.leave()
            await self._sender.aclose()

    async def _settle(self) -> None:
        """Search for what is uncertain; one that stays so may be asked for again later."""
        ledger = self.desk.ledger
        await ledger.awrite(lambda book: recover(book, self.lane))
        now = self.desk.clock.now()
        for row in ledger.peek(lambda db: due_searches(db, self.lane, None, now)):
            if self.lane.name in self.done.stopped or self.desk.clock.now() < self._hold.not_before:
                self.done.unanswered += 1
                continue
            await self._hold.pace.slot()
            word = await settle_one(ledger, self._sender, self._hold, row, self._look)
            self.done.asked += 1
            self.done.settled += word in {"sent", "approved"}
            self.done.unanswered += word == "unknown"
            if word == "stopped":
                self.done.stopped[self.lane.name] = "credentials: the platform refused them"

    async def _batch(self, rows: Sequence[Mapping[str, Any]]) -> None:
        width = asyncio.Semaphore(WIDTH)
        found: list[Claim] = []
        told: list[tuple[str, list[int]]] = []

        async def one(row: Mapping[str, Any]) -> None:
            async with width:
                if self.lane.name in self.done.stopped or self.desk.clock.now() < max(self._hold.not_before, self._rest_until):
                    self.done.unanswered += 1
                    return
                await self._hold.pace.slot()
                answer = await self._ask(row)
            found.extend(self._understood(row, answer))
            if isinstance(answer, StatusReport) and answer.withdrawal:
                told.append((answer.withdrawal, [*set(self._carried(row["id"]).values())]))
            self.progress.advance(self.lane.name, "asked")

        await asyncio.gather(*(one(row) for row in rows))
        claims = await self.desk.ledger.awrite(lambda book: add_claims(book, found)) if found else 0
        withdrawals = await self.desk.ledger.awrite(lambda book: _withdrawn(book, told)) if told else 0
        self.done.news += claims + withdrawals  # in one step: lanes ask side by side, and count into the same
        if self._rest_until > self._hold.not_before:
            await self.desk.ledger.awrite(lambda book: self._hold.rest(book, self._rest_until, "asked to wait"))

    async def _ask(self, row: Mapping[str, Any]) -> StatusReport | TryLater | Denied | Unclear:
        adapter = self.desk.platform(self.lane.platform)
        if not isinstance(adapter, Trackable):
            return Unclear("it has no status endpoint")
        self.done.asked += 1
        by_receipt = row["channel"] == Channel.API.value
        call = adapter.status_call(row["receipt"]) if by_receipt else adapter.status_call_by_reference(row["reference"])
        result = await self._sender.call(call, self._look)
        if not isinstance(result, Answered):
            return Unclear(result.why)
        try:
            if by_receipt:
                return _about(row["receipt"], adapter.read_status(result.reply))
            return adapter.read_status_by_reference(result.reply, row["reference"])
        except Exception as error:  # noqa: BLE001 -- one answer that an adapter cannot read must not end the sync
            return Unclear(f"{self.lane.platform} could not read the answer: {type(error).__name__}")

    async def _look(self) -> Held | None:
        await self._hold.pace.write()
        return Held("halted") if self.desk.ledger.peek(lambda db: db.execute(HALTED).scalar()) else None

    def _understood(self, row: Mapping[str, Any], answer: StatusReport | TryLater | Denied | Unclear) -> Iterator[Claim]:
        match answer:
            case StatusReport(items=items):
                mine = self._carried(row["id"])
                told = [(mine.get(item.case or item.url), item) for item in items]
                found = [_claim(row["id"], case, item) for case, item in told if case is not None]
                if len({one.case for one in found}) == len(set(found)):  # else it contradicts itself
                    yield from dict.fromkeys(found)
                    return
            case TryLater(after=after):
                wait = after.total_seconds() if after else self.lane.pause
                self._rest_until = max(self._rest_until, self.desk.clock.now() + wait)
            case Denied(what, why):
                self.done.stopped[self.lane.name] = f"{what}: {why}"
            case _:
                pass
        self.done.unanswered += 1

    def _carried(self, request: int) -> dict[str, int]:
        """The cases that a request carries, by id and by address, today's or an earlier one; no others are believed."""
        rows = self.desk.ledger.peek(lambda db: db.execute(_CARRIED, {"of": request}).all())
        return {name: number for number, *urls in rows for name in (case_id(number), *urls) if name}


_CARRIED = (
    select(cases.c.id, cases.c.url, former_names.c.url)
    .select_from(
        request_cases.join(cases, cases.c.id == request_cases.c.case).outerjoin(former_names, former_names.c.case == cases.c.id)
    )
    .where(request_cases.c.request == bindparam("of"), request_cases.c.excepted == "")
)


def _about(receipt: str, found: StatusReport | TryLater | Denied | Unclear) -> StatusReport | TryLater | Denied | Unclear:
    """Case ids are numbers of ours, and other authorities have the same ones: what is told of another receipt is not ours."""
    if isinstance(found, StatusReport) and found.reference != receipt:
        return Unclear("it answers for another receipt than it was asked for")
    return found


def _withdrawn(book: Book, told: Sequence[tuple[str, list[int]]]) -> int:
    """That something was restored is for us to see: by the platform's word, the withdrawal is acknowledged."""
    said = [("refused" if value == "refused" else "acknowledged", numbers) for value, numbers in told]
    return sum(len(answered(book, numbers, value, "status_api")) for value, numbers in said)


def _claim(request: int, case: int, item: ItemStatus) -> Claim:
    return Claim(
        case=case,
        value=item.status,
        source="status_api",
        request=request,
        ground=item.ground,
        territory=",".join(item.territory),
        reason_code=item.reason_code[:200],
        reason=item.reason,
        decided_at=item.decided_at.timestamp() if item.decided_at else None,
    )
