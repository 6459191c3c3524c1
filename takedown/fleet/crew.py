"""A worker's lanes: parts are sent, and queued. A task may be run again, by another worker too: the ledger says what is left."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from takedown.comparing import hold_to_own
from takedown.contract import CredentialsMissing, MissingExtra, TakedownError, Temporary
from takedown.delivery.chunks import SECONDS, next_due, part_of, run_chunk
from takedown.delivery.decide import back_off
from takedown.delivery.deliver import Halted, open_sender, ready, wired_lanes
from takedown.delivery.lanes import known_lane, lane_for
from takedown.delivery.owning import LaneLost, server_time
from takedown.desk import Desk, NoSuchPlatform
from takedown.fleet.board import NEVER, Aside, failed, rests_until, stand_aside, went_well
from takedown.fleet.calls import Calls
from takedown.fleet.handing import CHUNK
from takedown.fleet.logs import where, worker_name
from takedown.fleet.mending import FailedAgain, give_up, may_go_on
from takedown.fleet.metrics import Metrics
from takedown.fleet.queue import RESCUES, Queue, Task, living, until
from takedown.fleet.rounds import Rounds
from takedown.layers import BadConfiguration
from takedown.ledger.book import Book
from takedown.ledger.errors import TakenBack
from takedown.ledger.ids import plan_id
from takedown.ledger.tables import lanes, plans, requests
from takedown.planning.approving import StalePlan, Verified, made_as_here
from takedown.policy.signed import BadPolicy, NotInForce

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from takedown.delivery.senders import ApiSender, MailSender

SWEEP = "sweep"
DEFECT = "defect"
"""What the log and the metrics call an error that nobody foresaw, and that is tried again."""
TRUSTED = 60.0
"""Seconds for which a plan that was verified is not verified anew; each request's bytes are, whenever it is claimed."""
ANEW = 300.0
"""Seconds for which a connection's credentials are used before they are read again."""
AGAIN = 5.0
FIRST = 1.0
"""Seconds until the second try after a defect; then twice as long, and so on."""
TRIES = 5
"""How often a part is begun that fails by a defect, or whose workers die of it, until its lane waits for a person."""
ASIDE = 60.0
"""Seconds for which a worker takes no task once it met a plan that it cannot send as others perhaps can."""
OF_A_MACHINE = (CredentialsMissing, BadConfiguration, BadPolicy, MissingExtra, NotInForce, NoSuchPlatform)
"""Errors that tell of what lies on a machine: it lacks a token, certificates, a policy, an adapter or an extra."""
EVERY_HALF_MINUTE = "* * * * * */30"


@dataclass
class Crew:
    """One worker's hands. `stop`: what is on the wire ends, nothing new begins. `failed`: why a person must look first.

    `aside`: nothing new begins for ASIDE seconds.
    """

    desk: Desk
    log: FilteringBoundLogger
    metrics: Metrics
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    aside: asyncio.Event = field(default_factory=asyncio.Event)
    failed: TakedownError | None = None

    def __post_init__(self) -> None:
        rounds = Rounds(self.desk, self.log, self.metrics, self._put)
        tasks: dict[str, Task] = {CHUNK: self.chunk, SWEEP: self.sweep, **rounds.tasks()}
        told = {name: self._told(name, task) for name, task in tasks.items()}
        self.queue = Queue(self.desk, told, {SWEEP: EVERY_HALF_MINUTE, **rounds.crons()})
        self._verified: dict[int, tuple[Verified, float]] = {}
        self._senders: dict[str, tuple[ApiSender | MailSender, float]] = {}
        self._verifying = asyncio.Lock()
        self._calls = Calls(self.queue, self.desk.clock, self.log, self.stop)
        self._rng = random.Random()  # noqa: S311 -- of back-off

    async def _put(self, task: str, lock: str, **given: Any) -> None:
        await self.queue.put(task, lock, **given)

    def _told(self, name: str, task: Task) -> Task:
        """The task, with what nobody foresaw in the log: where, and never the message, which may quote anything."""

        async def run(**given: Any) -> None:
            try:
                await task(**given)
            except Exception as error:  # noqa: BLE001 -- the queue would only forget it
                self._defect(name, error)

        return run

    def _defect(self, about: str, error: BaseException, **more: Any) -> None:
        self.metrics.trouble(about, DEFECT)
        self.log.error(DEFECT, about=about, error=type(error).__name__, where=where(type(error), error), **more)

    async def chunk(self, plan: int, lane: str) -> None:
        """Send parts of a plan on a lane for some seconds, then queue the next; the lane's lock keeps others away meanwhile."""
        due: float | None = None
        try:
            due = await self._parts(plan, lane)
        except Halted:
            due = None  # the sweep queues it once that is over
        except LaneLost:
            self.log.warning("lane lost", lane=lane, plan=plan_id(plan))
        except Temporary as error:
            self._trouble(lane, error, plan=plan_id(plan))
            due = self.desk.clock.now() + AGAIN
        except TakenBack as error:
            self._trouble(lane, error, plan=plan_id(plan))
            await self._end_all(error)
        except TakedownError as error:
            self._trouble(lane, error, plan=plan_id(plan))
            if self._mine(plan, error) and await self._aside(error):
                due = self.desk.clock.now()
            else:
                await self._give_up(plan, lane, error)
        except Exception as error:  # noqa: BLE001 -- a defect: other lanes go on, and so does this one for some tries
            due = await self._failed(plan, lane, error)
        if due is not None:
            self._calls.put(CHUNK, lane, due, plan=plan, lane=lane)
        else:  # another plan may wait for the lane
            self._calls.call()

    def _mine(self, plan: int, error: TakedownError) -> bool:
        """Whether it may be this machine that differs from the others, and not the plan that nobody can send."""
        return isinstance(error, OF_A_MACHINE) or (isinstance(error, StalePlan) and not made_as_here(self.desk, plan))

    async def _aside(self, error: TakedownError) -> bool:
        """Leave the work to the others for a while; False when there are none that would take it."""
        me = self.queue.number

        def change(book: Book) -> bool:
            return stand_aside(book, me, living, Aside(worker_name(), error.code, error.message, server_time(book.db) + ASIDE))

        if not await self.desk.ledger.awrite(change):
            return False
        self.log.warning("stands aside", code=error.code, seconds=ASIDE)
        self.aside.set()
        return True

    async def rest(self) -> None:
        """The time of standing aside, or until somebody says stop."""
        await until(self.stop, ASIDE)
        self.aside.clear()

    async def _failed(self, plan: int, lane: str, error: Exception) -> float | None:
        """A part ended by a defect: until when it rests; None when it is for a person."""
        tries, rests = await self.desk.ledger.awrite(lambda book: failed(book, plan, lane, self._pause))
        self._defect(lane, error, plan=plan_id(plan), tries=tries)
        if tries < TRIES:
            return rests
        await self._for_a_person(plan, lane, tries, type(error).__name__)
        return None

    def _pause(self, tries: int) -> float:
        return back_off(tries, FIRST, self._rng)

    async def rescue(self) -> None:
        """Give the tasks of silent workers to others.

        Where one worker after the other fell silent with a task, a part is for a person, and all else comes by the clock again.
        """
        found = await self.queue.rescue()
        if found.count:
            self.metrics.rescued(found.count)
            self.log.warning("rescued", tasks=found.count)
            await self.queue.poke()
        for one in found.hopeless:
            self.log.error("given up", about=one.task, workers=RESCUES)
            if one.task == CHUNK:
                await self._for_a_person(one.given["plan"], one.given["lane"], RESCUES, "the workers that began it died")
            await self.queue.drop(one)  # last: who dies before leaves it to the next

    async def _for_a_person(self, plan: int, lane: str, tries: int, how: str) -> None:
        error = FailedAgain(plan=plan_id(plan), tries=tries, how=how)
        self._trouble(lane, error, plan=plan_id(plan))
        await self._give_up(plan, lane, error)

    async def _parts(self, plan: int, name: str) -> float | None:
        """Raises what verifying, sending and the ledger raise."""
        if self.desk.ledger.setting("halted"):
            return None
        with self.desk.ledger.read() as db:
            rests = rests_until(db, plan, name) if may_go_on(db, plan, name) else NEVER
        if rests > self.desk.clock.now():  # a sweep may queue it before its time
            return rests if rests < NEVER else None
        verified, lane = await self._plan(plan), lane_for(self.desk, name)
        sender = await self._sender(name)
        due: float | None = self.desk.clock.now()
        ends = time.monotonic() + SECONDS
        while due is not None and due <= self.desk.clock.now() and time.monotonic() < ends and not self.stop.is_set():
            began = time.monotonic()
            due = await run_chunk(self.desk, lane, part_of(lane, verified), sender, self.stop, self.metrics)
            self.metrics.part(name, time.monotonic() - began)
            if rests:
                await self.desk.ledger.awrite(lambda book: went_well(book, plan, name))
                rests = 0.0
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
        self._verified.pop(plan, None)
        if (held := self._senders.pop(lane, None)) is not None:
            await held[0].aclose()
        settling = self._settling(plan)
        await self.desk.ledger.awrite(lambda book: give_up(book, plan, lane, error, worker_name(), settling))

    def _settling(self, plan: int) -> list[str]:
        """The plan's lanes on which a machine can do more: elsewhere what is uncertain is for a person."""
        with self.desk.ledger.read() as db:
            names = db.execute(select(requests.c.lane).where(requests.c.plan == plan).distinct()).scalars().all()
        known = (known_lane(self.desk, name) for name in names)
        return [lane.name for lane in known if lane and next_due(self.desk, lane, plan) is not None]

    async def _end_all(self, error: TakedownError) -> None:
        """The ledger lost what was committed: that is told outside, what is open becomes uncertain, and this worker ends."""
        try:
            await asyncio.to_thread(hold_to_own, self.desk)
        except TakedownError as found:
            error = found
        self.failed = error
        self.stop.set()

    async def sweep(self) -> None:
        """Queue whatever a machine can do and nobody has queued: after a crash, a halt, or a queue that was dropped."""
        if self.desk.ledger.setting("halted"):
            return
        with self.desk.ledger.read() as db:
            handed = (
                db.execute(select(plans.c.id).where(plans.c.handed_at.is_not(None), plans.c.state == "approved")).scalars().all()
            )
        for plan in handed:
            try:
                await self._queue(plan)
            except TakedownError as error:  # this machine may lack an adapter: others sweep, too
                self._trouble(SWEEP, error, plan=plan_id(plan))

    async def _queue(self, plan: int) -> None:
        for lane, _ in wired_lanes(self.desk, plan):
            due = next_due(self.desk, lane, plan)
            if due is not None or self._abandoned(lane.name):
                await self.queue.put(CHUNK, lane.name, due, plan=plan, lane=lane.name)

    def _abandoned(self, lane: str) -> bool:
        """Whether its owner went without giving it back: what it was sending has to be looked after."""
        with self.desk.ledger.read() as db:
            row = db.execute(select(lanes.c.owner, lanes.c.stopped).where(lanes.c.name == lane)).first()
        return row is not None and bool(row[0]) and not row[1]

    def _trouble(self, lane: str, error: TakedownError, **more: str) -> None:
        self.metrics.trouble(lane, error.code)
        self.log.error("trouble", lane=lane, code=error.code, what=error.message, **more)

    async def close(self) -> None:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.queue.close)
            for sender, _ in self._senders.values():
                stack.push_async_callback(sender.aclose)
            await self._calls.close()
