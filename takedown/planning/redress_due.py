"""What is due of redress: appeals, users who are to be told now, measures past their review date."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from takedown.ledger.ids import case_id
from takedown.ledger.reader import Readable, Reader

OPEN = """SELECT id, "case", "from", reason, received_at, due_at FROM appeals WHERE outcome = '' ORDER BY due_at, id"""
ENDED = """SELECT "case", until, basis FROM notifications WHERE value = 'withheld' AND newest = 'yes' AND until <= :now
  ORDER BY until"""
STANDING = "delivered = 'sent' AND withdrawal = 'none'"
"""True of cases that were asked for and stand, as the index of them has it."""
REVIEWED = f"{STANDING} AND closed IN ('', 'done')"
"""True of cases that are reviewed when their basis says so."""
NEXT_STANDING = f"SELECT min(basis) FROM cases WHERE {STANDING} AND basis > :basis"  # noqa: S608 -- of constants, here and below
PAST = f"{REVIEWED} AND basis = :basis AND sent_at < :by AND (reviewed_until IS NULL OR reviewed_until < :now)"
LISTED = 200
"""As many measures past their review date as a list names."""
PAST_REVIEW = f"SELECT id, sent_at, reviewed_until FROM cases WHERE {PAST} ORDER BY sent_at LIMIT {LISTED}"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal that is open."""

    number: int
    case: int
    source: str
    reason: str
    received_at: float
    due_at: float


@dataclass(frozen=True, slots=True)
class Due:
    """Something of redress that is due; `due_at` in seconds since the epoch."""

    what: str
    appeal: str
    case: int
    due_at: float
    why: str
    do: str


def open_appeals(ledger: Readable) -> list[Appeal]:
    """The one that is due first, first."""
    with ledger.view() as view:
        return [Appeal(*row) for row in view.rows(OPEN)]


def due(ledger: Readable, now: float, review_of: Callable[[str], float]) -> list[Due]:
    """Appeals, then users who are to be told now, then measures past their review date, each in the order of their days.

    `review_of`: seconds after which a measure under a basis is reviewed.
    """
    with ledger.view() as view:
        past = sorted(_past_review(view, now, review_of), key=lambda one: one.due_at)[:LISTED]
        return [*_appeals(view), *_untold(view, now), *past]


def _appeals(view: Reader) -> Iterator[Due]:
    for one in open_appeals(view):
        do = f"takedown appeal decide A-{one.number} --as OUTCOME --reason TEXT"
        yield Due("appeal", f"A-{one.number}", one.case, one.due_at, f"{one.source}: {one.reason}", do)


def _untold(view: Reader, now: float) -> Iterator[Due]:
    for case, until, basis in view.rows(ENDED, now=now):
        do = f"takedown case notify {case_id(case)} --by authority"
        yield Due("tell the user", "", case, until, f"withheld until then: {basis}", do)


def _past_review(view: Reader, now: float, review_of: Callable[[str], float]) -> Iterator[Due]:
    basis = ""
    while basis := view.value(NEXT_STANDING, basis=basis) or "":
        after = review_of(basis)
        for number, sent_at, until in view.rows(PAST_REVIEW, basis=basis, by=now - after, now=now):
            do = f"takedown case renew {case_id(number)} --until DATE --reason TEXT --as NAME"
            yield Due("review", "", number, until or sent_at + after, "renew it, or withdraw it", do)
