"""Endings of attempts, written in groups: while one group is on its way to the disk, the next one gathers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from takedown.delivery.records import Ended
from takedown.ledger.book import Book
from takedown.ledger.store import Ledger

GATHER = 0.01
"""Seconds between two groups. Nobody pays for it: an attempt has given its connection back, and the first ending never waits."""

Waiting = tuple[Ended, "asyncio.Future[None]"]


class Recorder:
    """`write` puts a group of endings into an open transaction; it may be run again, with fewer of them."""

    def __init__(self, ledger: Ledger, write: Callable[[Book, Sequence[Ended]], None]) -> None:
        self._ledger, self._write = ledger, write
        self._waiting: list[Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def put(self, ended: Ended) -> None:
        """Sleep until this ending is on disk. Raises what writing it alone raises."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((ended, written))
        if self._task is None:
            self._task = asyncio.create_task(self._drain())
        await written

    async def _drain(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            if not await self._commit(group):
                for one in group:  # one of them failed: each alone, so that it takes no other down
                    await self._commit([one])
            await asyncio.sleep(GATHER)
        self._task = None

    async def _commit(self, group: Sequence[Waiting]) -> bool:
        """Write a group and wake those who wait; False when it failed and each must be tried alone."""
        endings = [ended for ended, _ in group]
        try:
            await self._ledger.awrite(lambda book: self._write(book, endings))
        except Exception as error:  # noqa: BLE001 -- handed to the attempt that it belongs to
            if len(group) > 1:
                return False
            group[0][1].set_exception(error)
            return True
        for _, written in group:
            written.set_result(None)
        return True
