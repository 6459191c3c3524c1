"""A lane: one platform over one channel with one credential. One process owns it at a time."""

from __future__ import annotations

from dataclasses import dataclass

from takedown.contract import Channel, TakedownError, breaker, per_second, span
from takedown.desk import Desk

SKEW = 60.0
"""Seconds by which a clock may be corrected without anybody wondering."""


@dataclass(frozen=True, slots=True)
class Lane:
    """`channel` None: it looks and sends nothing. rate in 1/s; settle, key_life, deadline and pause in seconds.

    again: nothing leaves but what is uncertain, under the key that it had.
    """

    name: str
    platform: str
    channel: Channel | None
    rate: float
    keyed: bool
    searchable: bool
    settle: float
    key_life: float
    deadline: float
    failures: int
    pause: float
    again: bool = False

    @property
    def interval(self) -> float:
        return 1 / self.rate

    def remembers(self, born: float | None, now: float) -> bool:
        """Whether the platform surely still knows a key that was born then. None: its age is not known.

        Nor is that of one that will be born: the clock was set back since.
        """
        return self.keyed and born is not None and now - self.key_life < born <= now + SKEW

    def waits_for_search(self, born: float | None, now: float) -> bool:
        """Whether what is uncertain now rests until a search can be believed: no key of that age will settle it before."""
        return self.searchable and not self.remembers(born, now + self.settle)

    @property
    def block(self) -> int:
        """Requests claimed at once on a lane with a key: about half a second's worth."""
        return max(1, min(64, int(self.rate / 2)))

    @property
    def burst(self) -> int:
        """Requests whose slots are so close together (10 ms in all) that they may as well be claimed at once."""
        return max(1, int(self.rate / 100))


def lane_for(desk: Desk, name: str) -> Lane:
    """The lane of a stored request (`platform:channel`) under the settings of now."""
    platform_name, _, word = name.partition(":")
    platform, channel = desk.platform(platform_name), Channel(word)
    settings, terms = platform.settings, platform.channels[channel]
    api = channel is Channel.API
    failures, pause = breaker(settings.breaker)
    default = "2s" if desk.settings.environment == "sandbox" else "10m"
    return Lane(
        name=name,
        platform=platform_name,
        channel=channel,
        rate=per_second(settings.rate or terms.pace),
        keyed=api and settings.idempotency,
        searchable=api and settings.search,
        settle=span(settings.settle or default),
        key_life=span(settings.key_life),
        deadline=span(settings.deadline),
        failures=failures,
        pause=pause,
    )


def known_lane(desk: Desk, name: str) -> Lane | None:
    """The same, or None where its adapter is gone or wrongly configured: one platform's trouble keeps no other waiting."""
    try:
        return lane_for(desk, name)
    except TakedownError:
        return None


def probe_lane(desk: Desk, platform: str) -> Lane:
    """Looking has a lane of its own: it must not use up the pace of sending, nor wait for it."""
    settings = desk.terms(platform)
    failures, pause = breaker(settings.breaker)
    rate, deadline = per_second(settings.probe_rate), span(settings.deadline)
    return Lane(f"{platform}:probe", platform, None, rate, False, False, 0.0, 0.0, deadline, failures, pause)
