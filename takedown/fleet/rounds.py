"""What workers do by the clock, one for all: ask, read the mail, look, remind, withdraw, call to emergencies, count deadlines."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from takedown.clock import utc
from takedown.contract import Channel, RefusedByPolicy, TakedownError, span
from takedown.delivery.calling import call_again
from takedown.desk import Desk, open_desk
from takedown.fleet.handing import pass_on
from takedown.fleet.metrics import Metrics
from takedown.fleet.queue import Task
from takedown.inbox.mailbox import read_mailbox
from takedown.inbox.store import listed, resolver
from takedown.ledger.ids import plan_id
from takedown.outcomes.resubmit import choose, wake
from takedown.outcomes.sync import sync
from takedown.outcomes.verify import verify
from takedown.outcomes.withdraw import follow, unsent
from takedown.planning.making import make_plan
from takedown.report.deadlines import deadlines

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

ASK_ALL, ASK, LOOK_ALL, LOOK = "ask all", "ask platforms", "look at all", "look"
MAIL, REMIND, WITHDRAW, DEADLINES = "read the mail", "remind", "go on with withdrawals", "deadlines"
CALL = "call to emergencies"
T = TypeVar("T")


@dataclass
class Rounds:
    """The tasks, with the clocks of [fleet]. `put` queues a task by name under a lock."""

    desk: Desk
    log: FilteringBoundLogger
    metrics: Metrics
    put: Callable[..., Awaitable[None]]

    def tasks(self) -> dict[str, Task]:
        return {
            ASK_ALL: self.ask_all, ASK: self.ask, LOOK_ALL: self.look_at_all, LOOK: self.look, MAIL: self.mail,
            REMIND: self.remind, WITHDRAW: self.withdraw, DEADLINES: self.deadlines, CALL: self.call,
        }  # fmt: skip

    def crons(self) -> dict[str, str]:
        said = self.desk.settings.fleet
        crons = {ASK_ALL: said.sync, LOOK_ALL: said.verify, REMIND: said.resubmit}
        crons |= {WITHDRAW: said.withdrawals, DEADLINES: said.deadlines, CALL: said.emergencies}
        return crons | ({MAIL: said.mail} if self.desk.settings.imap.host else {})

    async def ask_all(self) -> None:
        for name in self._platforms():
            await self.put(ASK, f"{name}:{Channel.API}", platform=name)

    async def look_at_all(self) -> None:
        for name in self._platforms():
            await self.put(LOOK, f"{name}:probe", platform=name)

    def _platforms(self) -> list[str]:
        return sorted(self.desk.settings.platforms)

    async def ask(self, platform: str) -> None:
        """What a platform says became of requests; it shares the pace of the lane that sends."""
        done = await self._apart(lambda desk: sync(desk, platform, self.metrics), platform)
        if done is not None:
            self.log.info("asked", platform=platform, asked=done.asked, news=done.news, unanswered=done.unanswered)

    async def mail(self) -> None:
        """Read the mailbox; what nobody can be sure of waits for a person, as after `takedown sync`."""

        def run(desk: Desk) -> tuple[int, int]:
            done = read_mailbox(desk, resolver(desk))
            return done.fresh, sum(row["state"] != "done" for row in listed(desk, done.judged))

        if (done := await self._apart(run, MAIL)) is not None:
            self.log.info("mail read", fresh=done[0], for_a_person=done[1])

    async def look(self, platform: str) -> None:
        done = await self._apart(lambda desk: verify(desk, platform, self.metrics, due=True), platform)
        if done is not None:
            self.log.info("looked", platform=platform, looked=done.looked, changed=len(done.changes), returned=done.returned)

    async def remind(self) -> None:
        """Let approved reminders go, and plan anew what surely failed; such a plan waits for a person."""

        def run(desk: Desk) -> tuple[list[int], str]:
            if desk.ledger.setting("halted"):
                return [], ""
            chosen = choose(desk, span(desk.settings.fleet.older_than), None)
            woken = wake(desk, chosen)
            for plan in woken:
                pass_on(desk, plan)
            return woken, plan_id(make_plan(desk, chosen.selection()).plan) if chosen.anew else ""

        if (done := await self._apart(run, REMIND)) is not None:
            self.log.info("reminded", plans=[plan_id(plan) for plan in done[0]], waits_for_a_person=done[1])

    async def withdraw(self) -> None:
        """Take back what could not be while it was being sent. In live whoever asked for it has to sign it first."""

        def run(desk: Desk) -> tuple[list[int], list[int]]:
            if desk.ledger.setting("halted"):
                return [], []
            follow(desk)
            plans = unsent(desk)
            handed = [plan for plan in plans if self._handed(desk, plan)]
            return handed, [plan for plan in plans if plan not in handed]

        done = await self._apart(run, WITHDRAW)
        if done is not None and any(done):
            handed, held = ([plan_id(plan) for plan in part] for part in done)
            self.log.info("withdrawals", plans=handed, waits_for_a_person=held)

    def _handed(self, desk: Desk, plan: int) -> bool:
        try:
            pass_on(desk, plan)
        except RefusedByPolicy as error:
            self._trouble(WITHDRAW, error, plan=plan_id(plan))
            return False
        return True

    async def call(self) -> None:
        """The second call to emergencies that nobody has signed in time."""
        for plan, done in await self._apart(call_again, CALL) or []:
            self.log.warning("called again", plan=plan_id(plan), reached=len(done.reached), missed=len(done.missed))

    async def deadlines(self) -> None:
        def run(desk: Desk) -> int:
            now = utc(desk.clock.now())
            with desk.ledger.read() as db:
                return sum(one.until <= now for one in deadlines(desk, db))

        if (over := await self._apart(run, DEADLINES)) is not None:
            self.metrics.overdue(over)
            self.log.info("deadlines", over=over)

    async def _apart(self, run: Callable[[Desk], T], what: str) -> T | None:
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
            self._trouble(what, error)
            return None

    def _trouble(self, lane: str, error: TakedownError, **more: Any) -> None:
        self.metrics.trouble(lane, error.code)
        self.log.error("trouble", lane=lane, code=error.code, what=error.message, **more)
