"""Parts that are queued for later, and the calls that make workers look for them at their time.

By itself the engine looks every few seconds only, tells nobody that a lock is free, and forgets what it is told while it looks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from takedown.clock import Clock
from takedown.fleet.queue import Queue, until

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

AFTER = 0.02
"""Seconds until the next part is queued: the task that asks for it must have ended, or its own lock would keep it waiting."""
AHEAD = 60.0
"""Up to so many seconds before its time whoever queues a part calls for it; a later one is found when the engine looks."""
AGAIN = (AFTER, 0.5)
"""Seconds until a call is repeated: the engine may just have looked, and the server's clock may be behind this one."""


@dataclass
class Calls:
    """`stop`: nothing is called for any more; what is being queued still is."""

    queue: Queue
    clock: Clock
    log: FilteringBoundLogger
    stop: asyncio.Event
    _open: set[asyncio.Task[None]] = field(default_factory=set["asyncio.Task[None]"])

    def put(self, task: str, lock: str, due: float, **given: Any) -> None:
        """Queue a part once the task that asks for it has ended."""

        async def put() -> None:
            await asyncio.sleep(AFTER)
            await self.queue.put(task, lock, due, **given)
            if due - self.clock.now() <= AHEAD:
                self._begin(self._call(due), "not called")

        self._begin(put(), "not queued")  # the sweep will

    def call(self) -> None:
        """Let workers look once the task that asks for it has ended: its lock is free then."""
        self._begin(self._call(self.clock.now() + AFTER), "not called")

    async def _call(self, due: float) -> None:
        for pause in (max(due - self.clock.now(), 0.0), *AGAIN):
            if await until(self.stop, pause):
                return  # the next worker looks when it begins
            await self.queue.poke()

    def _begin(self, what: Coroutine[Any, Any, None], failed: str) -> None:
        def over(one: asyncio.Task[None]) -> None:
            self._open.discard(one)
            if not one.cancelled() and (error := one.exception()) is not None:
                self.log.warning(failed, error=type(error).__name__)

        task = asyncio.create_task(what)
        self._open.add(task)
        task.add_done_callback(over)

    async def close(self) -> None:
        """Call for nothing any more, and wait until all that was begun has ended."""
        self.stop.set()
        while self._open:
            await asyncio.wait(self._open)
