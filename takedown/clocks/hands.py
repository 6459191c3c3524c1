"""A pack's clocks against what happened in a case: when each runs out, stands still, or is not known. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from takedown.clocks.events import Happened
from takedown.contract.times import span


class Pause(Protocol):
    """What makes a clock stand still, and what makes it go on: with its whole length `anew`, or with what was left of it."""

    @property
    def stops(self) -> Happened: ...
    @property
    def restarts(self) -> Happened: ...
    @property
    def anew(self) -> bool: ...
    @property
    def says(self) -> str: ...


class Clock(Protocol):
    """A time limit of the law, as a pack has it (`takedown.notices.Clock`) or as a reading command takes it from the file."""

    @property
    def name(self) -> str: ...
    @property
    def length(self) -> str: ...
    @property
    def starts(self) -> Happened: ...
    @property
    def starts_when(self) -> str: ...
    @property
    def pauses(self) -> Sequence[Pause]: ...
    @property
    def ends(self) -> Sequence[Happened]: ...
    @property
    def for_platform(self) -> bool: ...
    @property
    def verified(self) -> bool: ...
    @property
    def source(self) -> str: ...


ORDER = tuple(Happened)
"""Of two events at the same moment."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a case. `at` has its zone."""

    what: Happened
    at: datetime


class Hand(StrEnum):
    """Where a clock's hand is. Values are for JSON, and read as words."""

    UNKNOWN = "not verified"
    WAITING = "not started"
    RUNNING = "running"
    STANDING = "stands still"
    MET = "met"
    LATE = "met late"
    OUT = "ran out"


@dataclass(frozen=True, slots=True)
class Reading:
    """One clock read. `until`: when it runs or ran out, None while nobody can say; `since`: when it came to where it is."""

    clock: str
    hand: Hand
    since: datetime | None = None
    until: datetime | None = None
    why: str = ""

    @property
    def overdue(self) -> bool:
        return self.hand in {Hand.OUT, Hand.LATE}


def read_clocks(clocks: Sequence[Clock], events: Iterable[Event], now: datetime) -> tuple[Reading, ...]:
    """Every clock of a pack, in its order. Events may come in any order; those after `now` are left out.

    A clock starts with the first event that starts it. While it stands still it has no end; what makes it go on gives it its
    whole length anew, or what was left. Once it ran out, only the event that it waited for changes it: then it was met late.
    One that is not verified is never counted. Raises ValueError for a time without a zone.
    """
    latest = _zoned(now)
    told = sorted((one for one in events if _zoned(one.at) <= latest), key=lambda one: (one.at, ORDER.index(one.what)))
    return tuple(_read(clock, told, now) for clock in clocks)


def _zoned(when: datetime) -> datetime:
    if when.tzinfo is None:
        raise ValueError("a time needs its zone")
    return when


def _read(clock: Clock, told: Sequence[Event], now: datetime) -> Reading:
    if not clock.verified:
        return Reading(clock.name, Hand.UNKNOWN, why=f"not verified, and so never counted: {clock.source}")
    walk = _Walk(clock)
    for event in told:
        walk.step(event)
    return walk.reading(now)


@dataclass
class _Walk:
    """One clock walked through a case's events in their order. `left`: what it has to run once nothing holds it."""

    clock: Clock
    started: datetime | None = None
    until: datetime | None = None
    left: timedelta = timedelta()
    held: dict[int, datetime] = field(default_factory=dict[int, datetime])
    """Open pauses, by their place in the clock, with when they began."""
    ended: datetime | None = None
    over: bool = False

    @property
    def length(self) -> timedelta:
        return timedelta(seconds=span(self.clock.length))

    def step(self, event: Event) -> None:
        self.over = self.over or (self.until is not None and not self.held and event.at > self.until)
        if self.ended is None and self.started is not None and event.what in self.clock.ends:
            self.ended = event.at
        if self.ended is None and not self.over:
            self._pause(event)
        if event.what is self.clock.starts and self.started is None:
            self.started, self.left = event.at, self.length
            self.until = event.at + self.length

    def _pause(self, event: Event) -> None:
        was_held, anew = bool(self.held), False
        for at, pause in enumerate(self.clock.pauses):
            if event.what is pause.stops and at not in self.held:
                self.held[at] = event.at
            elif event.what is pause.restarts and at in self.held:
                del self.held[at]
                anew = anew or pause.anew
        if self.started is None or self.until is None:
            return
        if self.held and not was_held:
            self.left = self.until - event.at
        if anew:
            self.left = self.length
        if was_held and not self.held:
            self.until = event.at + self.left

    def reading(self, now: datetime) -> Reading:
        name, held = self.clock.name, self.held
        if self.started is None or self.until is None:
            return Reading(name, Hand.WAITING, why=f"it runs from: {self.clock.starts_when}")
        if self.ended is not None:
            return Reading(name, Hand.LATE if self.over else Hand.MET, self.ended, None if held else self.until)
        if held and not self.over:
            at, since = min(held.items(), key=lambda pair: pair[1])
            return Reading(name, Hand.STANDING, max(since, self.started), why=self.clock.pauses[at].says)
        if now > self.until:
            return Reading(name, Hand.OUT, self.until, self.until)
        return Reading(name, Hand.RUNNING, self.started, self.until)
