"""The connections of a lane: how many are free, and a short wait for others to come back."""

from __future__ import annotations

import asyncio
from contextlib import suppress

COMPANY = 0.006
"""Seconds that is waited at most for company: half of the connections share a commit, while the other half is on the wire."""


class Connections:
    """`width` of them. `free` counts those that carry no request; one that was taken is used from `use` on."""

    def __init__(self, width: int) -> None:
        self.width = self.free = width
        self._lock, self._wanted, self._enough = asyncio.Semaphore(width), width, asyncio.Event()

    async def take(self) -> None:
        """Wait for a free one."""
        await self._lock.acquire()

    def drop(self) -> None:
        """The one that was taken is not needed."""
        self._lock.release()

    def use(self) -> None:
        self.free -= 1

    def land(self) -> None:
        """One is free again."""
        self.free += 1
        self._lock.release()
        if self.free >= self._wanted:
            self._enough.set()

    @property
    def idle(self) -> bool:
        """Whether nothing is on the wire."""
        return self.free == self.width

    async def company(self, most: int) -> None:
        """Wait until half of them are free, or `most`, whichever is fewer; or for a moment."""
        self._wanted = min(most, self.width // 2)
        if self.free >= self._wanted:
            return
        self._enough.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._enough.wait(), COMPANY)
