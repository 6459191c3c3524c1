"""The pace of a lane: slots on a grid, and the spacing of the writes themselves. No burst, no catching up, no jitter."""

from __future__ import annotations

import asyncio

from takedown.clock import Clock


class Pace:
    """`first_at` is when the first write may be; times in seconds since the epoch."""

    def __init__(self, clock: Clock, interval: float, first_at: float) -> None:
        self._clock, self._interval = clock, interval
        self.next_at = first_at
        self._written = first_at - interval
        self._turn = asyncio.Lock()

    async def slot(self) -> None:
        """Wait for the next slot of the grid; a slot that was missed by more than one interval is gone."""
        now = self._clock.now()
        at = self.next_at if now - self.next_at < self._interval else now
        self.next_at = at + self._interval
        await self._until(at)

    def give_back(self) -> None:
        """The slot was not used."""
        self.next_at -= self._interval

    async def write(self) -> None:
        """Called right before the first byte: connections take different times to open, so slots alone would bunch up."""
        async with self._turn:
            at = max(self._clock.now(), self._written + self._interval)
            await self._until(at)
            late = self._clock.now() - at
            # Who woke late pushes back those behind: a machine that stood still would let them all out at once.
            self._written = at if late < self._interval else at + late

    @property
    def free_at(self) -> float:
        """When the next owner of the lane may write."""
        return self._written + self._interval

    async def _until(self, at: float) -> None:
        wait = at - self._clock.now()
        if wait > 0:
            await self._clock.sleep(wait)
