"""Time as a value that is passed in: tests turn the waiting off, not the retrying."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """`now` is wall time in seconds since the epoch; `sleep` takes seconds."""

    def now(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        import asyncio  # as slow to load as all else that a reading command needs

        await asyncio.sleep(seconds)


def whole(seconds: float) -> float:
    """The millisecond in which a moment lies: never later than it, and the same when asked again."""
    count = round(seconds * 1000)
    return (count if count / 1000 <= seconds else count - 1) / 1000


def iso(seconds: float) -> str:
    """`2026-01-02T03:04:05.678Z`"""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
