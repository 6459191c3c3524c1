"""Where everything stands: the three truths by platform, what waits, and the one command that comes next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from takedown.ledger.reader import among
from takedown.ledger.states import ACTED, COUNTED, FINAL, UNREACHABLE, State
from takedown.reading import Reading
from takedown.report.cells import sums
from takedown.report.differences import silent
from takedown.report.differing import DIFFERING
from takedown.report.figures import Cell, Figures, tally, total
from takedown.report.matters import Matter, View
from takedown.report.waiting import for_people, for_time

if TYPE_CHECKING:
    from takedown.desk import Desk

CELLS = """SELECT platform, delivered, claimed, observed, closed, ground, count(*) FROM cases WHERE 1 = 1 {mine}
  GROUP BY platform, kind, basis, organisation, delivered, claimed, observed, closed, ground"""
"""Grouped by all that the index holds, in its order: sorting a million rows takes six times as long as reading them."""
CELLS_KEPT = sums("case_counts", ", ".join(COUNTED), "platform, delivered, claimed, observed, closed, ground")
"""The same of all cases, of which the ledger keeps count: `ledger/tables/counts.py`."""
WITHDRAWN = (
    "SELECT platform, withdrawal, batch, count(*) FROM cases WHERE withdrawal <> 'none' GROUP BY platform, withdrawal, batch"
)
BACK = f"SELECT platform, claimed IN {among(ACTED)} FROM cases WHERE closed = '' AND {DIFFERING['back']} {{mine}}"  # noqa: S608 -- of constants
STILL_THERE = f"""SELECT platform FROM cases WHERE withdrawal <> 'none' AND closed = ''
  AND delivered = '{State.SENT.value}' AND claimed NOT IN {among(FINAL)} AND observed NOT IN {among(UNREACHABLE)} {{mine}}"""  # noqa: S608
NOTHING_LEFT = "takedown report"


@dataclass(frozen=True, slots=True)
class Status:
    """`platforms` and `whole` count cases; `withdrawal` is platform -> value -> cases."""

    at: float
    platforms: Mapping[str, Figures]
    whole: Figures
    withdrawal: Mapping[str, Mapping[str, int]]
    people: tuple[Matter, ...]
    time: tuple[Matter, ...]

    @property
    def next(self) -> str:
        """The command to paste: of the first matter that names one."""
        named = [matter.do for matter in (*self.people, *self.time) if matter.do]
        if named:
            return named[0]
        if not self.whole.cases:
            return "takedown import FILE"
        return "takedown sync" if self.whole.pending else NOTHING_LEFT


def status(reading: Reading, desk: Callable[[], Desk], batch: int | None = None) -> Status:
    """Everything as it is now, in one consistent view; of one batch when its number is given.

    `desk` is asked for only when a sending is uncertain: what an endpoint remembers, its adapter knows.
    """
    now = reading.clock.now()
    with reading.ledger() as ledger:
        view = View(reading, ledger, desk, now, batch)
        platforms = tally(Cell(*row) for row in view.cases(CELLS_KEPT if batch is None else CELLS))
        for platform, acted in view.cases(BACK):
            platforms[platform].came_back(bool(acted))
        for (platform,) in view.cases(STILL_THERE):
            platforms[platform].took_back(1)
        whole = total(platforms.values())
        people = (*for_people(view, whole), *silent(view, platforms))
        return Status(now, platforms, whole, _withdrawals(view), people, tuple(for_time(view)))


def _withdrawals(view: View) -> dict[str, Counter[str]]:
    """Platform -> where its withdrawals stand -> cases; what was never withdrawn is left out."""
    found: dict[str, Counter[str]] = {}
    # The batch is chosen here: asked of the database, it would read a whole batch for the few that were withdrawn.
    for platform, value, theirs, count in view.ledger.rows(WITHDRAWN):
        if view.batch in (None, theirs):
            found.setdefault(platform, Counter())[value] += count
    return found
