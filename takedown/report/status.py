"""Where everything stands: the three truths by platform, what waits, and the one command that comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from takedown.desk import Desk
from takedown.report.cells import Scope, cells, counted, withdrawals
from takedown.report.contradictions import add_returned
from takedown.report.figures import Figures, tally, total
from takedown.report.matters import Matter, View
from takedown.report.waiting import for_people, for_time

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


def status(desk: Desk, batch: int | None = None) -> Status:
    """Everything as it is now, in one consistent view; of one batch when its number is given."""
    now = desk.clock.now()
    with desk.ledger.read() as db:
        platforms = tally(cells(counted(db, Scope(batch)), "platform"))
        add_returned(db, platforms, Scope(batch), "platform")
        whole = total(platforms.values())
        view = View(desk, db, now, batch)
        return Status(now, platforms, whole, withdrawals(db, batch), tuple(for_people(view, whole)), tuple(for_time(view)))
