"""One lane's run: own the lane, clear up after the dead, then slot, claim, connect, look again, write, record."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, cast

from sqlalchemy import bindparam, func, select, update
from tenacity import AsyncRetrying, RetryCallState, retry_if_result, stop_after_attempt, stop_any, wait_exponential_jitter
from tenacity.stop import stop_base

from takedown.delivery.budget import Budget, Progress
from takedown.delivery.claims import Claimed, recover, sendable, still_mine
from takedown.delivery.connections import Connections
from takedown.delivery.decide import Later, Outcome, Refused, Sent, Stopped, Unsure, back_off
from takedown.delivery.hold import Hold
from takedown.delivery.lanes import Lane
from takedown.delivery.recorder import LONG, SHORT, Recorder
from takedown.delivery.records import Ended, record
from takedown.delivery.settling import due_searches, settle_one
from takedown.delivery.supply import Supply
from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.moves import State
from takedown.ledger.prepared import Prepared
from takedown.ledger.succession import quiet
from takedown.ledger.tables import HALTED, lanes, requests
from takedown.planning.approving import Verified
from takedown.transport.results import Held, NotSent, Result

if TYPE_CHECKING:
    from takedown.delivery.senders import ApiSender, MailSender

SHORT_RETRIES = 3
POLL_OWNER = 1.0


@dataclass
class LaneRun:
    """Send what a verified plan has on one lane. `run` returns when nothing more can be done within the budget."""

    desk: Desk
    lane: Lane
    verified: Verified
    sender: ApiSender | MailSender
    budget: Budget
    progress: Progress
    rng: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self._ledger, self._clock = self.desk.ledger, self.desk.clock
        self._hold = Hold(self._ledger, self._clock, self.lane)
        self._recorder = Recorder(self._ledger, self._record, LONG if self.lane.keyed else SHORT)
        self._waited = 0.0
        self._connections = Connections(self.sender.width)
        self._supply = Supply(self._ledger, self._hold, self.lane, self.verified, self._recorder, self._connections, self.budget)
        self._open: set[asyncio.Task[None]] = set()
        self._stopped = self.busy = False

    async def run(self) -> None:
        if not await self._own():
            return
        try:
            await self._loop()
        finally:
            await self._finish()

    async def _own(self) -> bool:
        while True:
            while not await self._hold.take():
                if not await self._idle(self._clock.now() + POLL_OWNER, "another process is sending"):
                    self.busy = True
                    return False
            try:
                left = await self._ledger.awrite(self._begin)
            except BaseException:
                await self._hold.leave()
                raise
            if not left:
                return True
            await self._hold.leave()
            if not await self._sleep(self._clock.now() + left, "the ledger's server was restarted, or is another one"):
                return False

    def _begin(self, book: Book) -> float:
        """Returns for how many seconds others may still say what they sent; nothing begins before."""
        if left := quiet(book.db):
            return left
        if not self.lane.again:
            self._hold.reopen(book)
        recover(book, self.lane)
        return 0.0

    async def _finish(self) -> None:
        if self._open:
            await asyncio.wait(self._open)
        try:
            await self._supply.give_back()
        finally:
            await self._hold.leave()

    @property
    def _owner(self) -> str:
        return self._hold.owner

    async def _loop(self) -> None:
        while not (self._stopped or self.budget.stop.is_set() or self.budget.trouble):
            await self._settle()
            await self._connections.take()
            one = await self._next()
            if one is not None:
                self._connections.use()
                task = asyncio.create_task(self._attempt(one))
                self._open.add(task)
                task.add_done_callback(self._open.discard)
                continue
            self._connections.drop()
            if self._open:
                await asyncio.wait(self._open, return_when=asyncio.FIRST_COMPLETED)
                continue
            due = await self._due()
            if due is None or not await self._idle(due, self._why_waiting(due)):
                return

    async def _next(self) -> Claimed | None:
        """The next request that may go out now, its pace slot taken; None when none is due."""
        now = self._clock.now()
        if self._over():
            self._stopped = True
            return None
        if now < self._hold.not_before or not self._supply.waits(now):
            return None
        if not self.budget.take_one():
            self._stopped = True
            return None
        await self._hold.pace.slot()
        if self.budget.stop.is_set() or self._clock.now() < self._hold.not_before:
            self._unused()
            return None
        one = await self._supply.take()
        if one is None:
            self._unused()
        return one

    def _over(self) -> bool:
        """Whether the next slot lies beyond the budget's time."""
        return max(self._clock.now(), self._hold.pace.next_at) >= self.budget.until

    def _unused(self) -> None:
        """The slot, and the sending that it was meant for, are still to be had."""
        self._hold.pace.give_back()
        self.budget.give_back()

    async def _due(self) -> float | None:
        """When the next thing can be done: a row, the lane itself, or a search; None when only people can go on."""
        if self._supply.held:  # claimed already; the lane itself rests
            return self._hold.not_before
        now = self._clock.now()
        mine = (requests.c.plan == self.verified.plan, requests.c.lane == self.lane.name)
        waiting = sendable(self.lane, now)
        if self.lane.searchable:
            waiting = waiting | (requests.c.state == State.UNKNOWN.value)
        query = select(func.min(requests.c.not_before)).where(*mine, waiting)
        first = self._ledger.peek(lambda db: db.execute(query).scalar())
        return None if first is None else max(float(first), self._hold.not_before)

    def _why_waiting(self, until: float) -> str:
        return "Retry-After" if until <= self._hold.not_before else "to try again"

    async def _idle(self, until: float, why: str) -> bool:
        """Wait, if the budget has the time for it and nobody says stop."""
        wait = until - self._clock.now()
        if wait > self.budget.wait - self._waited or self.budget.stop.is_set():
            return False
        started = self._clock.now()
        goes_on = await self._sleep(until, why)
        self._waited += self._clock.now() - started
        return goes_on

    async def _sleep(self, until: float, why: str) -> bool:
        """Until that time, or until somebody says stop: then False."""
        self.progress.waiting(self.lane.name, until, why)
        rest = max(until - self._clock.now(), 0)
        sleeper, stopper = asyncio.ensure_future(self._clock.sleep(rest)), asyncio.ensure_future(self.budget.stop.wait())
        await asyncio.wait({sleeper, stopper}, return_when=asyncio.FIRST_COMPLETED)
        sleeper.cancel()
        stopper.cancel()
        return not self.budget.stop.is_set()

    async def _settle(self) -> None:
        """Search for what is uncertain and old enough; each search keeps the lane's pace like a sending."""
        if not self.lane.searchable:
            return
        sender = cast("ApiSender", self.sender)  # no other channel is searchable
        now = self._clock.now()
        if now < self._hold.not_before:
            return
        for row in self._ledger.peek(lambda db: due_searches(db, self.lane, self.verified.plan, now)):
            if self.budget.stop.is_set() or self._stopped or self._over() or self._clock.now() < self._hold.not_before:
                return
            await self._hold.pace.slot()
            word = await settle_one(self._ledger, sender, self._hold, row, self._halted)
            self._stopped = self._stopped or word == "stopped"
            self.progress.advance(self.lane.name, "sent" if word == "sent" else "again")

    async def _halted(self) -> Held | None:
        await self._hold.pace.write()
        return Held("halted") if self._ledger.peek(lambda db: db.execute(HALTED).scalar()) else self._unsure()

    def _unsure(self) -> Held | None:
        """The last look, without asking anybody: this process may have been asleep since it asked the ledger."""
        return None if self._hold.sure else Held("another process may own it now")

    async def _attempt(self, one: Claimed) -> None:
        released = False
        try:
            result = await self._send(one)
            self._connections.land()  # the connection is free while the outcome is committed
            released = True
            outcome = self.sender.decide(one, result)
            wait = self._retry_in(one, outcome)
            written = self._recorder.put(Ended(one, outcome, wait, result))
            self._stopped = self._stopped or isinstance(outcome, Stopped | Held)
            if self._connections.idle or not isinstance(outcome, Sent):
                self._recorder.hand_over()  # nothing comes to join it, or it is the lane's affair, too
            await written
            self.progress.advance(self.lane.name, self._word(outcome))
        except Exception as error:  # noqa: BLE001 -- the run stops, and the row stays `sending`: uncertain, never lost
            self.budget.trouble.append(error)
        finally:
            if not released:
                self._connections.land()

    def _word(self, outcome: Outcome) -> str:
        """For the screen: how a request ended, or that it will be tried again."""
        match outcome:
            case Sent():
                return "sent"
            case Refused():
                return "refused"
            case Unsure() if not (self.lane.keyed or self.lane.searchable):
                return "unknown"
            case _:
                return "again"

    async def _send(self, one: Claimed) -> Result:
        """Once bare; tenacity only after a failure that is surely not sent, and within the same deadline."""
        until = self._clock.now() + self.lane.deadline

        async def look_again() -> Held | None:
            await self._hold.pace.write()
            found = self._ledger.peek(lambda db: still_mine(db, one, self._owner, self.lane, self._clock.now()))
            return found or self._unsure()

        async def once() -> Result:
            return await self.sender.send(one, max(until - self._clock.now(), 0.01), look_again)

        result = await once()
        if not isinstance(result, NotSent):
            return result
        await self._clock.sleep(back_off(1, self.sender.first_back_off, self.rng))
        short = AsyncRetrying(
            retry=retry_if_result(lambda found: isinstance(found, NotSent)),
            stop=stop_any(stop_after_attempt(SHORT_RETRIES - 1), _Over(self, until)),
            wait=wait_exponential_jitter(multiplier=2 * self.sender.first_back_off),
            sleep=self._clock.sleep,
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else result,
        )
        return await short(once)

    def _retry_in(self, one: Claimed, outcome: Outcome) -> float:
        match outcome:
            case Later(after=float() as after):
                return after
            case Unsure() if self.lane.waits_for_search(one.born, self._clock.now()):
                return self.lane.settle
            case _:
                return back_off(one.attempt, self.sender.first_back_off, self.rng)

    def _record(self, book: Book, ended: Sequence[Ended]) -> None:
        record(book, self._owner, ended)
        for well, group in groupby(ended, lambda end: isinstance(end.outcome, Sent)):
            if well:
                _WELL.changed(book.db, {"a_lane": self.lane.name})
                continue
            for end in group:
                self._consider(book, end)

    def _consider(self, book: Book, end: Ended) -> None:
        """What an attempt that did not succeed means for the lane."""
        outcome = end.outcome
        if isinstance(outcome, Stopped):
            self._hold.stop(book, outcome.what, outcome.why)
        if isinstance(outcome, Later) and outcome.lane:
            self._hold.rest(book, book.now + end.retry_in, outcome.why)
        if isinstance(outcome, Unsure) or (isinstance(outcome, Later) and outcome.failure):
            mine = lanes.c.name == self.lane.name
            change = update(lanes).where(mine).values(failures=lanes.c.failures + 1).returning(lanes.c.failures)
            failed = int(book.db.execute(change).scalar_one())
            if failed >= self.lane.failures:  # the breaker: one failure after the pause opens it again
                self._hold.rest(book, book.now + self.lane.pause, f"{failed} failures in a row")


_WELL = Prepared(update(lanes).where(lanes.c.name == bindparam("a_lane"), lanes.c.failures > 0).values(failures=0))


class _Over(stop_base):
    """No further try after the attempt's deadline, or once somebody said stop."""

    def __init__(self, run: LaneRun, until: float) -> None:
        self._run, self._until = run, until

    def __call__(self, retry_state: RetryCallState) -> bool:
        late = self._run.desk.clock.now() + retry_state.upcoming_sleep > self._until
        return late or self._run.budget.stop.is_set()
