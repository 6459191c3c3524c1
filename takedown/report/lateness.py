"""What is late: platforms whose time is over, by their pack's patience and the law's clocks; measures nobody looked at again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from takedown.clocks.cases import clocks_of, in_its_time
from takedown.clocks.events import STOPPING, Happened
from takedown.contract.times import span
from takedown.ledger.reader import among
from takedown.ledger.states import FINAL, UNREACHABLE, State
from takedown.planning.redress_due import NEXT_STANDING, PAST
from takedown.reading import UNKNOWN, Limits
from takedown.report.matters import Matter, View

WAITING = f"closed = '' AND delivered = '{State.SENT.value}'"
NEXT_BASIS = f"SELECT min(basis) FROM cases WHERE {WAITING} AND basis > :basis"  # noqa: S608 -- of constants, here and below
LATE = f"""SELECT count(*) FROM cases WHERE {WAITING} AND basis = :basis AND sent_at < :by
  AND claimed NOT IN {among(FINAL)} AND observed NOT IN {among(UNREACHABLE)} {{mine}}"""  # noqa: S608
WITHDRAWN = "(SELECT id AS number FROM cases WHERE withdrawal <> 'none') back CROSS JOIN cases WHERE id = back.number AND"
LATE_BACK = LATE.replace("cases WHERE", WITHDRAWN)
"""From the few to their cases, too: the index that finds what waits does not know what was withdrawn."""
SAID = f"value = 'needs_information' OR reason_code IN {among(STOPPING)}"
"""Of the partial index on claims."""
STOPPED = f"""SELECT c.id, c.sent_at, c.answered_at, c.claimed, c.claimed_at, k.value, k.reason_code, k.recorded_at
  FROM (SELECT DISTINCT "case" AS number FROM claims WHERE {SAID}) touched CROSS JOIN cases c CROSS JOIN claims k
  WHERE c.id = touched.number AND k."case" = c.id AND c.basis = :basis AND c.sent_at < :by
  AND c.closed = '' AND c.delivered = '{State.SENT.value}' AND c.withdrawal = 'none'
  AND c.claimed NOT IN {among(FINAL)} AND c.observed NOT IN {among(UNREACHABLE)} {{mine}} ORDER BY c.id, k.id"""  # noqa: S608
"""A cross join is read in its order by SQLite: from the few to their cases, never the other way round."""

SUNSET = f"SELECT count(*) FROM cases WHERE {PAST} {{mine}}"  # noqa: S608


def overdue(view: View) -> Iterator[Matter]:
    """Pending cases beyond their pack's patience whose platform is not lawfully in its time; `resubmit` judges each the same way.

    A basis whose pack is not installed has no patience. An open question waits for us, and is told as such.
    """
    for basis in _bases(view, NEXT_BASIS):
        limits = view.reading.limits(basis)
        if limits and (count := _late(view, basis, limits)):
            why = f"no final answer under {basis} within {limits.text}"
            yield Matter("overdue", "overdue", count, "case", why, "takedown resubmit --pending --dry-run")


def _bases(view: View, following: str) -> Iterator[str]:
    basis = ""
    while basis := view.ledger.value(following, basis=basis) or "":
        yield basis


def _late(view: View, basis: str, limits: Limits) -> int:
    """Cases whose clock nothing has touched are all alike, and counted from the index; the others are few, and read."""
    runs = [span(one.length) for one in limits.clocks if one.starts in {Happened.ISSUED, Happened.RECEIVED}]
    by = view.now - max([limits.patience, *runs])
    count = int(next(view.cases(LATE, basis=basis, by=by))[0])
    # Those taken back have an index of their own; the one that counts does not know of them.
    count -= int(next(view.cases(LATE_BACK, basis=basis, by=by))[0]) if count else 0
    touched = list(_touched(view, basis, view.now - limits.patience))
    alike = sum(bool(case["sent_at"] < by) for case, _ in touched)
    return count - alike + sum(_is_late(one, limits, view.now) for one in touched)


_Told = tuple[dict[str, Any], Sequence[dict[str, Any]]]


def _touched(view: View, basis: str, by: float) -> Iterator[_Told]:
    """Cases with a question or an obstacle in their past, with all that was said of them."""
    rows = view.cases(STOPPED, basis=basis, by=by)
    for _, lines in groupby(rows, lambda row: row[0]):
        found = list(lines)
        _, sent_at, answered_at, claimed, claimed_at, *_ = found[0]
        case = {"sent_at": sent_at, "answered_at": answered_at or 0, "claimed": claimed, "claimed_at": claimed_at or 0}
        yield case, [{"value": value, "reason_code": code, "recorded_at": at} for *_, value, code, at in found]


def _is_late(told: _Told, limits: Limits, now: float) -> bool:
    case, said = told
    if case["claimed"] == "needs_information" and case["answered_at"] < case["claimed_at"]:
        return False
    return not in_its_time(clocks_of(limits.clocks, case, said, now))


def past_review(view: View) -> Iterator[Matter]:
    """Measures that stand longer than their pack lets them without another look."""
    found: dict[float, int] = {}
    for basis in _bases(view, NEXT_STANDING):
        limits = view.reading.limits(basis) or UNKNOWN
        if count := int(next(view.cases(SUNSET, basis=basis, by=view.now - limits.review, now=view.now))[0]):
            days = limits.review / 86_400
            found[days] = found.get(days, 0) + count
    for days, count in sorted(found.items()):
        why = f"sent {days:.0f} days ago or more: renew or withdraw"
        yield Matter("sunset", "past their review date", count, "case", why, "takedown appeal list")
