"""Looking for ourselves: which public pages tell whether a target is still there, and what each of their answers means.

Pure like the rest of an adapter. Everything that is not a documented answer is `unknown`; the engine decides what counts
(baseline, control, two sightings) and never believes an answer that came by way of a redirect to another page.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

from takedown.contract.replies import Reply
from takedown.contract.values import Target

Value = Literal["available", "gone", "suspended", "withheld", "restricted", "unknown"]
Trust = Literal["high", "medium", "low"]

SIGHTED: tuple[Value, ...] = ("available", "gone", "suspended", "withheld", "restricted", "unknown")


@dataclass(frozen=True, slots=True)
class Probe:
    """One question to one public address, by GET.

    method: a stable name that is kept with the sighting. needs_decision: the terms of the address need somebody's decision,
    whose reference is `probe_decision`. needs_token: it answers only with a bearer token of our own (`probe_token_file`).
    """

    method: str
    url: str
    trust: Trust
    needs_decision: bool = False
    needs_token: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What an answer means. countries: where it is withheld (ISO 3166). stable_id: the account's lasting id, where told."""

    value: Value
    why: str = ""
    countries: tuple[str, ...] = ()
    stable_id: str = ""


class Observable(ABC):
    """Public availability can be looked at without a login."""

    @abstractmethod
    def probes(self, target: Target) -> tuple[Probe, ...]:
        """The best first; none for a target that no trusted probe can see."""

    @abstractmethod
    def read_probe(self, probe: Probe, reply: Reply) -> Seen: ...


class Traceable(ABC):
    """A target that was renamed is found again by its lasting id. Beside Observable."""

    @abstractmethod
    def lasting(self, target: Target, stable_id: str) -> Target | None:
        """The same target addressed by its lasting id, to be probed like any other; None where that cannot be."""

    @abstractmethod
    def named(self, reply: Reply) -> Target | None:
        """What the target of an answer to a probe is called now; None where the answer does not say."""


def beside_the_point(reply: Reply) -> Seen | None:
    """The answers that say nothing about a target on any platform: busy, broken, redirecting, asking for a login."""
    match reply.status:
        case 401 | 407:
            return Seen("unknown", f"HTTP {reply.status}: it asks for a login")
        case 408 | 425 | 429:
            return Seen("unknown", f"HTTP {reply.status}: it asks us to come later")
        case 451:
            return Seen("unknown", "HTTP 451: the page itself is blocked here, which says nothing of the platform's decision")
        case status if status >= 500 or status < 200 or 300 <= status < 400:
            return Seen("unknown", f"HTTP {status}")
        case _:
            return None
