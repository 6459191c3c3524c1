"""What the tasks of a worker do. Each may be run again, or by two workers one after the other: the ledger says what is left."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select, update

from takedown.clock import utc
from takedown.contract import Channel, TakedownError, Temporary, span
from takedown.delivery.chunks import SECONDS, next_due, part_of, run_chunk
from takedown.delivery.deliver import open_sender, ready, wired_lanes
from takedown.delivery.lanes import lane_for
from takedown.delivery.owning import LaneLost, make_row
from takedown.desk import Desk, open_desk
from takedown.fleet.handing import CHUNK, hand
from takedown.fleet.metrics import Metrics
from takedown.fleet.queue import Queue, Task
from takedown.ledger.book import Book
from takedown.ledger.ids import plan_id
from takedown.ledger.tables import lanes, plans
from takedown.outcomes.resubmit import choose, wake
from takedown.outcomes.sync import sync
from takedown.outcomes.verify import verify
from takedown.planning.approving import Verified
from takedown.planning.making import make_plan
from takedown.report.deadlines import deadlines

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from takedown.delivery.senders import ApiSender, MailSender

SWEEP, ASK, LOOK, REMIND, DEADLINES = "sweep", "ask platforms", "look", "remind", "deadlines"
TRUSTED = 60.0
"""Seconds for which a plan that was verified is not verified anew; each request's bytes are, whenever it is claimed."""
ANEW = 300.0
"""Seconds for which a connection's credentials are used before they are read again."""
AFTER = 0.02
"""Seconds until the next part is queued: the task that asks for it must have ended, or its own lock would keep it waiting."""
AGAIN = 5.0

T = TypeVar("T")


@dataclass
class Crew:
    """One worker's hands. `stop`: what is on the wire ends, nothing new begins."""

    desk: Desk
    log: FilteringBoundLogger
    metrics: Metrics
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        settings = self.desk.settings.fleet
        tasks: dict[str, Task] = {CHUNK: self.chunk, SWEEP: self.sweep, REMIND: self.remind, DEADLINES: self.deadlines}
        tasks |= {ASK: self.ask, LOOK: self.look, "ask all": self.ask_all, "look at all": self.look_at_all}
        crons = {SWEEP: "* * * * * */30", "ask all": settings.sync, "look at all": settings.verify}
        crons |= {REMIND: settings.resubmit, DEADLINES: settings.deadlines}
        self.queue = Queue(self.desk, tasks, crons)
        self._verified: dict[int, tuple[Verified, float]] = {}
        self._senders: dict[str, tuple[ApiSender | MailSender, float]] = {}
        self._verifying = asyncio.Lock()
        self._later: set[asyncio.Task[Any]] = set()

    async def chunk(self, plan: int, lane: str) -> None:
        """Send parts of a plan on a lane for some seconds, then queue the next; the lane's lock keeps others away meanwhile."""
        due: float | None = None
        try:
            due = await self._parts(plan, lane)
        except LaneLost:
            self.log.warning("lane lost", lane=lane, plan=plan_id(plan))
        except Temporary as error:
            self._trouble(lane, error, plan=plan_id(plan))
            due = self.desk.clock.now() + AGAIN
        except TakedownError as error:
            self._trouble(lane, error, plan=plan_id(plan))
            await self._give_up(plan, lane, error)
        if due is not None:
            self._soon(CHUNK, lane, due, plan=plan, lane=lane)

    async def _parts(self, plan: int, name: str) -> float | None:
        """Raises what verifying, sending and the ledger raise."""
        if self.desk.ledger.setting("halted"):
            return None  # the sweep queues it once that is over
        verified, lane = await self._plan(plan), lane_for(self.desk, name)
        sender = await self._sender(name)
        due: float | None = self.desk.clock.now()
        until = time.monotonic() + SECONDS
        while due is not None and due <= self.desk.clock.now() and time.monotonic() < until and not self.stop.is_set():
            began = time.monotonic()
            due = await run_chunk(self.desk, lane, part_of(lane, verified), sender, self.stop, self.metrics)
            self.metrics.part(name, time.monotonic() - began)
        return due

    async def _plan(self, plan: int) -> Verified:
        async with self._verifying:
            held = self._verified.get(plan)
            if held is None or time.monotonic() - held[1] > TRUSTED:
                self._verified[plan] = held = (await asyncio.to_thread(ready, self.desk, plan), time.monotonic())
            return held[0]

    async def _sender(self, lane: str) -> ApiSender | MailSender:
        """Connections are kept from one part to the next. Raises CredentialsMissing, NotConfigured, Unreachable."""
        held = self._senders.get(lane)
        if held is None or time.monotonic() - held[1] > ANEW:
            if held is not None:
                await held[0].aclose()
            self._senders[lane] = held = (open_sender(self.desk, lane_for(self.desk, lane)), time.monotonic())
        return held[0]

    async def _give_up(self, plan: int, lane: str, error: TakedownError) -> None:
        """A person must mend something first: the lane stops and says why, until the plan is handed over again."""
        self._verified.pop(plan, None)
        if (held := self._senders.pop(lane, None)) is not None:
            await held[0].aclose()
        stopped = update(lanes).where(lanes.c.name == lane).values(stopped=error.code, why=error.message)
        back = update(plans).where(plans.c.id == plan).values(handed_at=None)

        def change(book: Book) -> None:
            make_row(book, lane)  # nothing was ever sent on it, perhaps
            book.db.execute(stopped)
            book.db.execute(back)
            book.record("plan.returned", plan_id(plan), {"lane": lane, "code": error.code})

        await self.desk.ledger.awrite(change)

    async def sweep(self) -> None:
        """Queue whatever a machine can do and nobody has queued: after a crash, a halt, or a queue that was dropped."""
        if self.desk.ledger.setting("halted"):
            return
        with self.desk.ledger.read() as db:
            handed = (
                db.execute(select(plans.c.id).where(plans.c.handed_at.is_not(None), plans.c.state == "approved")).scalars().all()
            )
        for plan in handed:
            for lane, _ in wired_lanes(self.desk, plan):
                due = next_due(self.desk, lane, plan)
                if due is not None or self._abandoned(lane.name):
                    await self.queue.put(CHUNK, lane.name, due, plan=plan, lane=lane.name)

    def _abandoned(self, lane: str) -> bool:
        """Whether its owner went without giving it back: what it was sending has to be looked after."""
        with self.desk.ledger.read() as db:
            row = db.execute(select(lanes.c.owner, lanes.c.stopped).where(lanes.c.name == lane)).first()
        return row is not None and bool(row[0]) and not row[1]

    async def ask_all(self) -> None:
        for name in self._platforms():
            await self.queue.put(ASK, f"{name}:{Channel.API}", platform=name)

    async def look_at_all(self) -> None:
        for name in self._platforms():
            await self.queue.put(LOOK, f"{name}:probe", platform=name)

    def _platforms(self) -> list[str]:
        return sorted(self.desk.settings.platforms)

    async def ask(self, platform: str) -> None:
        """What a platform says became of requests; it shares the pace of the lane that sends."""
        done = await self._apart(lambda desk: sync(desk, platform, self.metrics), platform)
        if done is not None:
            self.log.info("asked", platform=platform, asked=done.asked, news=done.news, unanswered=done.unanswered)

    async def look(self, platform: str) -> None:
        done = await self._apart(lambda desk: verify(desk, platform, self.metrics, due=True), platform)
        if done is not None:
            self.log.info("looked", platform=platform, looked=done.looked, changed=len(done.changes), returned=done.returned)

    async def remind(self) -> None:
        """Let approved reminders go, and plan anew what surely failed; such a plan waits for a person."""

        def run(desk: Desk) -> tuple[list[int], str]:
            chosen = choose(desk, span(desk.settings.fleet.older_than), None)
            woken = wake(desk, chosen)
            for plan in woken:
                hand(desk, plan)
            return woken, plan_id(make_plan(desk, chosen.selection()).plan) if chosen.anew else ""

        if (done := await self._apart(run, "")) is not None:
            self.log.info("reminded", plans=[plan_id(plan) for plan in done[0]], waits_for_a_person=done[1])

    async def deadlines(self) -> None:
        def run(desk: Desk) -> int:
            now = utc(desk.clock.now())
            with desk.ledger.read() as db:
                return sum(one.until <= now for one in deadlines(desk, db))

        if (over := await self._apart(run, "")) is not None:
            self.metrics.overdue(over)
            self.log.info("deadlines", over=over)

    async def _apart(self, run: Callable[[Desk], T], lane: str) -> T | None:
        """Something that takes its time, in a thread and over connections of its own; None when it failed, which is logged."""

        def work() -> T:
            desk = open_desk(self.desk.config, self.desk.who, self.desk.clock)
            try:
                return run(desk)
            finally:
                desk.ledger.close()

        try:
            return await asyncio.to_thread(work)
        except TakedownError as error:
            self._trouble(lane, error)
            return None

    def _trouble(self, lane: str, error: TakedownError, **more: str) -> None:
        self.metrics.trouble(lane, error.code)
        self.log.error("trouble", lane=lane, code=error.code, what=error.message, **more)

    def _soon(self, task: str, lock: str, due: float, **given: Any) -> None:
        async def put() -> None:
            await asyncio.sleep(AFTER)
            await self.queue.put(task, lock, due, **given)

        later = asyncio.create_task(put())
        self._later.add(later)
        later.add_done_callback(self._queued)

    def _queued(self, later: asyncio.Task[Any]) -> None:
        self._later.discard(later)
        if not later.cancelled() and later.exception() is not None:
            self.log.warning("not queued", error=type(later.exception()).__name__)  # the sweep will

    async def close(self) -> None:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.queue.close)
            for sender, _ in self._senders.values():
                stack.push_async_callback(sender.aclose)
            if self._later:
                await asyncio.wait(self._later)
