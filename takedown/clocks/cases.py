"""What the ledger knows of a case, in the words that packs write their clocks in; whether the platform is still in its time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from takedown.clock import utc
from takedown.clocks.events import Happened, told_by
from takedown.clocks.hands import Clock, Event, Hand, Reading, read_clocks

AT_WORK = frozenset({"received", "in_review"})
"""What a platform says that had told of an obstacle, when it has ended."""


def clocks_of(
    clocks: Iterable[Clock], case: Mapping[str, Any], said: Sequence[Mapping[str, Any]], now: float
) -> tuple[Reading, ...]:
    """Every verified clock that binds the platform. `said`: the case's claims, oldest first; rows of the tables."""
    held = binding(clocks)
    return read_clocks(held, list(events_of(case, said)), utc(now)) if held else ()


def binding(clocks: Iterable[Clock]) -> list[Clock]:
    """Those that count against a platform."""
    return [clock for clock in clocks if clock.verified and clock.for_platform]


def events_of(case: Mapping[str, Any], said: Iterable[Mapping[str, Any]]) -> Iterator[Event]:
    """What happened in a case that a clock cares about. What a platform told happened when we learned of it: who is asked for
    something must not be held to a time before the question was here."""
    if case["sent_at"]:
        yield Event(Happened.ISSUED, utc(case["sent_at"]))
        yield Event(Happened.RECEIVED, utc(case["sent_at"]))
    hindered = False
    for one in said:
        at: datetime = utc(one["recorded_at"])
        what = told_by(one["value"], one["reason_code"])
        if hindered and one["value"] in AT_WORK:
            hindered = False
            yield Event(Happened.POSSIBLE, at)
        elif what is not None:
            hindered = hindered or what is Happened.IMPOSSIBLE
            yield Event(what, at)
    if case["answered_at"]:
        yield Event(Happened.ANSWERED, utc(case["answered_at"]))


def in_its_time(readings: Iterable[Reading]) -> str:
    """Why the platform is not late: a clock that lawfully stands still, or still runs. Empty when none does."""
    for one in readings:
        if one.hand is Hand.STANDING:
            return f"its clock stands still: {one.why}"
    for one in readings:
        if one.hand is Hand.RUNNING and one.until:
            return f"its time runs until {one.until:%Y-%m-%d %H:%M} UTC: {one.clock}"
    return ""
