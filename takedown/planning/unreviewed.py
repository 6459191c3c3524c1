"""What one person has sent and no second one has looked at."""

from __future__ import annotations

from dataclasses import dataclass

from takedown.ledger.ids import case_id
from takedown.ledger.reader import Readable, Reader

WAITING = "SELECT id, purpose, planner, created_at, reason FROM plans WHERE review <> '' AND review = 'due' ORDER BY id"
HELD = """SELECT DISTINCT c.id, c.platform, c.reference
  FROM requests r JOIN request_cases k ON k.request = r.id JOIN cases c ON c.id = k."case" WHERE r.plan = :plan"""


@dataclass(frozen=True, slots=True)
class Unreviewed:
    """A plan that one person sent. `cases`: (case, platform, the authority's reference); `at` in seconds since the epoch."""

    plan: int
    purpose: str
    by: str
    at: float
    said: str
    cases: tuple[tuple[str, str, str], ...]


def unreviewed(ledger: Readable) -> list[Unreviewed]:
    """The oldest first."""
    with ledger.view() as view:
        waiting = list(view.rows(WAITING))
        return [Unreviewed(plan, purpose, by, at, said, _held(view, plan)) for plan, purpose, by, at, said in waiting]


def _held(view: Reader, plan: int) -> tuple[tuple[str, str, str], ...]:
    rows = view.rows(HELD, plan=plan)
    return tuple(sorted((case_id(number), platform, reference) for number, platform, reference in rows))
