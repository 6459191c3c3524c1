"""What a plan in the making holds so far, and what follows from it for its reviewers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection

from takedown.contract import span
from takedown.intake.territories import WORLDWIDE
from takedown.planning.caps import Held, jumps
from takedown.planning.demands import Demands, sample_size
from takedown.planning.drafting import Drafted
from takedown.planning.quorum import approvals, reasons
from takedown.policy.schema import Policy

ALIKE_FROM = 20
"""In smaller plans one reason for many is no wonder."""


@dataclass
class Totals:
    """`requests` and `cases` do not count frozen reminders; `emergency` is its reason, empty for ordinary plans."""

    plan: int
    emergency: str = ""
    leaves: list[bytes] = field(default_factory=list[bytes])
    requests: int = 0
    cases: int = 0
    worldwide: int = 0
    packs: set[str] = field(default_factory=set[str])
    platforms: set[str] = field(default_factory=set[str])
    flagged: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    volumes: Counter[Held] = field(default_factory=Counter[Held])
    grounds: Counter[str] = field(default_factory=Counter[str])

    def add(self, one: Drafted) -> None:
        """Count one request with its cases."""
        self.leaves.append(one.leaf)
        self.platforms.add(one.row["platform"])
        self.packs.update(v.case.basis for v in one.cases)
        if one.row["purpose"] == "reminder":
            return
        self.requests += 1
        self.cases += len(one.cases)
        for v in one.cases:
            self.volumes[v.case.target.platform, v.case.organisation, v.case.basis] += 1
            self.grounds[v.case.reason] += 1
            self.worldwide += WORLDWIDE in v.case.territory
            if v.flags:
                self.flagged[v.case.id] = v.flags

    def rows(self) -> list[dict[str, object]]:
        """Rows of `volumes`."""
        return [
            {"plan": self.plan, "platform": platform, "organisation": organisation, "basis": basis, "cases": count}
            for (platform, organisation, basis), count in self.volumes.items()
        ]


def demands(db: Connection, policy: Policy, now: float, held: Totals) -> Demands:
    """What the plan asks of its reviewers."""
    more = [*jumps(db, policy, now, held.volumes)]
    found = [*reasons(policy, held.cases, held.emergency, held.worldwide, more, len(held.flagged))]
    needed, why = approvals(policy, found)
    sample, within = sample_size(held.cases, policy.sample_above, policy.sample_size), round(span(policy.second_within))
    return Demands(needed, why, held.flagged, sample, held.emergency, within if held.emergency else 0)


def alike(policy: Policy, held: Totals) -> Iterator[str]:
    """A warning where many different targets are given one reason, word for word."""
    most = max(held.grounds.values(), default=0)
    if held.cases >= ALIKE_FROM and most > policy.same_reason * held.cases:
        share = f"{most} of {held.cases} cases give the same reason, word for word"
        yield f"{share}; a reason is about one target"
