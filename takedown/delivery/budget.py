"""What one command or task may still do, and whom it tells how far it got."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Protocol


class Progress(Protocol):
    """What a screen wants to know; times in seconds since the epoch."""

    def start(self, lane: str, total: int) -> None: ...

    def advance(self, lane: str, outcome: str) -> None: ...

    def waiting(self, lane: str, until: float, why: str) -> None: ...


@dataclass
class Budget:
    """What one command or task may still do: seconds of idle waiting in each lane, how many sendings, and whether to stop.

    Nothing begins at or after `until` (epoch seconds).
    """

    wait: float
    limit: int | None = None
    until: float = float("inf")
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    trouble: list[BaseException] = field(default_factory=list[BaseException])

    def take_one(self) -> bool:
        if self.limit is not None:
            if self.limit <= 0:
                return False
            self.limit -= 1
        return True

    def give_back(self) -> None:
        if self.limit is not None:
            self.limit += 1

    def most(self, wanted: int, taken: int = 0) -> int:
        """`wanted`, or what is left for others than the `taken` ones."""
        return wanted if self.limit is None else min(wanted, self.limit - taken)
