"""Which cases a plan is made of, and how they are found among all that were ever sent."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, literal, select

from takedown.ledger.moves import State
from takedown.ledger.tables import FREE, cases

_DRAFTS = cases.alias("drafts")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which cases: those in `delivered` states, narrowed by batch, platform or case numbers. All are numbers or names.

    `limit`: how many of them at most, the first by platform and basis; None takes all.
    """

    batch: int | None = None
    platform: str | None = None
    cases: tuple[int, ...] = ()
    delivered: tuple[str, ...] = (State.DRAFT.value,)
    limit: int | None = None

    def where(self) -> list[ColumnElement[bool]]:
        narrowed: list[ColumnElement[bool]] = [self._state(), cases.c.closed == "", *FREE]
        # Added to nothing, so that no index of theirs is taken: it would lead to all of a platform that was ever sent.
        if self.batch is not None:
            narrowed.append(cases.c.batch + 0 == self.batch)
        if self.platform is not None:
            narrowed.append(cases.c.platform + "" == self.platform)
        if self.cases:
            narrowed.append(cases.c.id.in_(self.cases))
        return narrowed

    def _state(self) -> ColumnElement[bool]:
        if self.delivered != (State.DRAFT.value,):
            return cases.c.delivered.in_(self.delivered)
        # By number, from the index of drafts, which SQLite takes only for a value that is written out: else it reads, for
        # the order or the platform, every case that was ever sent.
        draft = _DRAFTS.c.delivered == literal(State.DRAFT.value, literal_execute=True)
        return cases.c.id.in_(select(_DRAFTS.c.id).where(draft))
