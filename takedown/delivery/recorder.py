"""Endings of attempts, written in groups, and where it can be in the same commit as the claims that come after them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from takedown.delivery.records import Ended
from takedown.ledger.book import Book
from takedown.ledger.store import Ledger

T = TypeVar("T")
LONG, SHORT = 0.05, 0.02
"""Seconds that an ending waits at most for others, with a key and without: what is not written when this process dies is then a
question to a person. Nobody pays for it: an attempt has given its connection back before."""

Waiting = tuple[Ended, "asyncio.Future[None]"]


class Recorder:
    """`write` puts a group of endings into an open transaction; it may be run again, with fewer of them. `gather` in seconds."""

    def __init__(self, ledger: Ledger, write: Callable[[Book, Sequence[Ended]], None], gather: float) -> None:
        self._ledger, self._write, self._gather = ledger, write, gather
        self._waiting: list[Waiting] = []
        self._timer: asyncio.TimerHandle | None = None
        self._writing: set[asyncio.Task[None]] = set()

    def put(self, ended: Ended) -> asyncio.Future[None]:
        """Done when this ending is on disk; it raises what writing it alone raises."""
        loop = asyncio.get_running_loop()
        written: asyncio.Future[None] = loop.create_future()
        self._waiting.append((ended, written))
        if self._timer is None:
            self._timer = loop.call_later(self._gather, self.hand_over)
        return written

    def hand_over(self) -> None:
        """Give the writer what has gathered, now."""
        if group := self._gathered():
            self._follow(group, self._submit(group))

    def hand_over_with(self, change: Callable[[Book], T]) -> asyncio.Future[T]:
        """Give the writer what has gathered and, for the same commit, `change`; done with what it returned."""
        group = self._gathered()
        if not group:
            return self._ledger.awrite(change)
        written, changed = self._ledger.awrite_both(self._writing_of(group), change)
        self._follow(group, written)
        return changed

    def _gathered(self) -> Sequence[Waiting]:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        group, self._waiting = self._waiting, []
        return group

    def _follow(self, group: Sequence[Waiting], commit: asyncio.Future[None]) -> None:
        task = asyncio.create_task(self._wake(group, commit))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    def _submit(self, group: Sequence[Waiting]) -> asyncio.Future[None]:
        return self._ledger.awrite(self._writing_of(group))

    def _writing_of(self, group: Sequence[Waiting]) -> Callable[[Book], None]:
        endings = [ended for ended, _ in group]
        return lambda book: self._write(book, endings)

    async def _wake(self, group: Sequence[Waiting], commit: asyncio.Future[None]) -> None:
        """Tell those who wait; where a group failed each is tried alone, so that one takes no other down."""
        try:
            await commit
        except Exception as error:  # noqa: BLE001 -- handed to the attempt that it belongs to
            if len(group) == 1:
                group[0][1].set_exception(error)
                return
            for one in group:
                await self._wake([one], self._submit([one]))
            return
        for _, written in group:
            written.set_result(None)
