"""What a plan asks of its reviewers: how many must sign and why, which cases are approved one by one, how many are walked.

Set when the plan is made and part of what is signed, so that nobody can ask less of the next reviewer than of the first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from takedown.ledger.canonical import canonical

PROTECTED = "protected speaker"
"""The words by which a flag says so."""


@dataclass(frozen=True, slots=True)
class Demands:
    """`approvals`: people other than the planner; `why`: what asks for more than the usual; `flagged`: case -> why it is looked
    at by itself; `sample`: how many cases are walked; `emergency`: its reason, empty for ordinary plans; `within`: in how many
    seconds the others sign an emergency."""

    approvals: int
    why: tuple[str, ...] = ()
    flagged: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    sample: int = 0
    emergency: str = ""
    within: int = 0

    @property
    def protected(self) -> tuple[str, ...]:
        """The flagged cases of protected speakers, by list or by sign."""
        return tuple(case for case, why in self.flagged.items() if any(PROTECTED in one for one in why))

    def text(self) -> str:
        """As the ledger keeps it: canonical JSON."""
        flagged = {case: list(why) for case, why in self.flagged.items()}
        told = {"approvals": self.approvals, "why": list(self.why), "flagged": flagged, "sample": self.sample}
        return canonical({**told, "emergency": self.emergency, **({"within": self.within} if self.emergency else {})})


def read_demands(text: str, usual: int) -> Demands:
    """What a plan's column `demands` says; a plan of before this column asks for the `usual` approvals and no more."""
    if not text:
        return Demands(usual)
    told = json.loads(text)
    flagged = {str(case): tuple(map(str, why)) for case, why in told["flagged"].items()}
    urgent, within = str(told["emergency"]), int(told.get("within", 0))
    return Demands(int(told["approvals"]), tuple(told["why"]), flagged, int(told["sample"]), urgent, within)


def demands_hash(text: str) -> str:
    """sha256 as hex, part of the plan's digest; empty for a plan of before this column."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def sample_size(cases: int, above: int, size: int) -> int:
    """How many cases of a plan are walked: none up to `above`, else `size`."""
    return min(size, cases) if cases > above else 0


def unanswered(wanted: Sequence[str], verdicts: Mapping[str, bool]) -> list[str]:
    """Cases that got no verdict, in the order in which they were asked for."""
    return [case for case in wanted if case not in verdicts]


def doubted(verdicts: Mapping[str, bool]) -> list[str]:
    """Cases that the reviewer does not approve."""
    return [case for case, well in verdicts.items() if not well]
