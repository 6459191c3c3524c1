"""Counts and times in an officer's words, for the screens that are read."""

from __future__ import annotations

import time

DAY = 86400


def plural(count: int, unit: str) -> str:
    """`1 case`, `2,000 cases`, `3 switches`."""
    ending = "" if count == 1 else "es" if unit.endswith("ch") else "s"
    return f"{count:,} {unit}{ending}"


def moment(seconds: float, now: float) -> str:
    """`14:32` within a day, else `2026-01-02 14:32`: local time, since the reader compares it with the clock on the wall."""
    near = abs(seconds - now) < DAY / 2
    return time.strftime("%H:%M" if near else "%Y-%m-%d %H:%M", time.localtime(seconds))
