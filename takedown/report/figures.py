"""Counting and rates, pure. What our side did, what platforms say and what we saw are never added to each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from takedown.ledger.states import ACTED, FINAL, UNREACHABLE, State
from takedown.report.rates import Rate

NOT_LOOKED = "none"
"""The observed value of a case that no probe has looked at; `unknown` is one that was looked at in vain."""

DELIVERY = tuple(state.value for state in State)
CLAIMED = ("none", "received", "in_review", "removed", "restricted", "declined", "needs_information", "not_found")
OBSERVED = (NOT_LOOKED, "available", "gone", "suspended", "withheld", "restricted", "unknown")

RATES = ("claim", "observation", "agreed")
"""What says that a platform acted: it does, we saw it, or both."""
NOT_SAID = "not_said"
GROUNDS = ("own_rules", "local_law", NOT_SAID)
"""On which ground a platform acted; that of the newest claim that it did."""
SEVERAL = "several"
"""The ground of a unit whose cases were acted on under different ones."""
FUNNEL = ("imported", "planned", "delivered", "answered", "acted", "gone")
NEVER_MEANT = frozenset({"duplicate", "out_of_scope", "mistake"})
"""Closed for these reasons, a case should not have been asked for: it is in no rate, and counted beside them."""


@dataclass(frozen=True, slots=True)
class Cell:
    """How many cases of a group share these values. observed "" is unseen, ground "" not said."""

    group: str
    delivered: str
    claimed: str
    observed: str
    closed: str
    ground: str
    count: int


@dataclass
class Figures:
    """A group's counts. The three maps count open cases, `closed` the others by why; rates are over `asked`.

    asked: delivered cases, open or closed as done or unverifiable. pending: of the open ones, those that may still be acted on;
    taken_back: those that would be, had we not withdrawn them, and that nobody has closed yet.
    meant: all but those closed because they should not have been asked for; planned: of these, those in a plan or further.
    not_looked: of `asked`, those at which nobody has looked.
    grounds: of what counts in a rate (claim, observation or agreed), how much under each ground.
    """

    cases: int = 0
    meant: int = 0
    planned: int = 0
    delivery: Counter[str] = field(default_factory=Counter[str])
    claimed: Counter[str] = field(default_factory=Counter[str])
    observed: Counter[str] = field(default_factory=Counter[str])
    closed: Counter[str] = field(default_factory=Counter[str])
    contradictions: Counter[str] = field(default_factory=Counter[str])
    said: Counter[str] = field(default_factory=Counter[str])
    seen: Counter[str] = field(default_factory=Counter[str])
    asked: int = 0
    left_out: int = 0
    pending: int = 0
    taken_back: int = 0
    acted_claims: int = 0
    acted_seen: int = 0
    acted_both: int = 0
    not_looked: int = 0
    unit: str = "case"
    grounds: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])

    def add(self, cell: Cell) -> None:
        n = cell.count
        self.cases += n
        self.meant += n * (cell.closed not in NEVER_MEANT)
        self.planned += n * (cell.closed not in NEVER_MEANT and cell.delivered != State.DRAFT.value)
        if cell.closed:
            self.closed[cell.closed] += n
        else:
            self.delivery[cell.delivered] += n
            self.claimed[cell.claimed] += n
            self.observed[cell.observed or NOT_LOOKED] += n
            if found := contradiction(cell.claimed, cell.observed):
                self.contradictions[found] += n
        if cell.delivered == State.SENT.value:
            self._asked(cell)

    def _asked(self, cell: Cell) -> None:
        if cell.closed in NEVER_MEANT:
            self.left_out += cell.count
            return
        n, claimed, seen = cell.count, cell.claimed in ACTED, cell.observed in UNREACHABLE
        self.asked += n
        self.said[cell.claimed] += n
        self.seen[cell.observed or NOT_LOOKED] += n
        self.pending += n * pending(cell)
        self.acted_claims += n * claimed
        self.acted_seen += n * seen
        self.acted_both += n * (claimed and seen)
        self.not_looked += n * (not cell.observed)
        for name, acted in (("claim", claimed), ("observation", seen), ("agreed", claimed and seen)):
            self.grounds[name, cell.ground if cell.ground in GROUNDS else NOT_SAID] += n * acted

    def came_back(self, acted: bool) -> None:
        """Count an open case that was gone and is there again under a name of its own, and under no other."""
        self.contradictions["gone_back"] += 1
        self.contradictions["says_acted_still_up"] -= acted

    def took_back(self, count: int) -> None:
        """So many of the pending ones were withdrawn: no answer is waited for."""
        self.pending -= count
        self.taken_back += count

    @property
    def by_claim(self) -> Rate:
        return Rate(self.acted_claims, self.asked, self.pending, self.unit)

    @property
    def by_observation(self) -> Rate:
        return Rate(self.acted_seen, self.asked, self.pending, self.unit, self.not_looked)

    @property
    def agreed(self) -> Rate:
        return Rate(self.acted_both, self.asked, self.pending, self.unit, self.not_looked)

    @property
    def rates(self) -> dict[str, Rate]:
        return {"claim": self.by_claim, "observation": self.by_observation, "agreed": self.agreed}

    @property
    def by_ground(self) -> dict[str, dict[str, Rate]]:
        """Ground -> the three rates, each over everything that was delivered; `several` only where it occurs."""
        grounds = [*GROUNDS, *([SEVERAL] if any(ground == SEVERAL for _, ground in self.grounds) else [])]
        return {
            ground: {name: Rate(self.grounds[name, ground], self.asked, self.pending, self.unit) for name in RATES}
            for ground in grounds
        }

    @property
    def funnel(self) -> dict[str, int]:
        """From imported to gone; each step is of the one before it. Cases that were not meant are in none."""
        answered = self.asked - self.said["none"]
        steps = (self.meant, self.planned, self.asked, answered, self.acted_claims, self.acted_both)
        return dict(zip(FUNNEL, steps, strict=True))

    @property
    def sighted(self) -> bool:
        """Whether a look told anything; without it a rate by observation is none, and a 0 would look like a finding."""
        return any(count for value, count in self.seen.items() if value not in {NOT_LOOKED, "unknown"})

    @property
    def could_not_check(self) -> int:
        """Delivered cases that were looked at in vain: in no numerator."""
        return self.seen["unknown"]


def pending(cell: Cell) -> bool:
    """Open, delivered, without a final claim, and not observed gone; whether it was withdrawn, a cell does not know."""
    delivered = cell.delivered == State.SENT.value and not cell.closed
    return delivered and cell.claimed not in FINAL and cell.observed not in UNREACHABLE


def contradiction(claimed: str, observed: str, was_gone: bool = False) -> str:
    """`gone_back`, `says_acted_still_up`, `declined_yet_gone`, or empty. `was_gone`: it was seen gone before."""
    if was_gone and observed == "available":
        return "gone_back"
    if claimed in ACTED and observed == "available":
        return "says_acted_still_up"
    return "declined_yet_gone" if claimed == "declined" and observed in UNREACHABLE else ""


def tally(cells: Iterable[Cell]) -> dict[str, Figures]:
    """Figures of each group, in the groups' order of name."""
    found: dict[str, Figures] = {}
    for cell in cells:
        found.setdefault(cell.group, Figures()).add(cell)
    return dict(sorted(found.items()))


def total(groups: Iterable[Figures]) -> Figures:
    """The sum of groups that share no case."""
    found = [*groups]
    every = Figures(unit=found[0].unit if found else "case")
    for one in found:
        for item in fields(Figures):
            if item.name != "unit":
                setattr(every, item.name, getattr(every, item.name) + getattr(one, item.name))
    return every


def full(counts: Mapping[str, int], values: Iterable[str]) -> dict[str, int]:
    """The counts with a zero for every value that truths.md knows and no case has."""
    return {**dict.fromkeys(values, 0), **counts}
