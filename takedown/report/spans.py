"""How long cases took, and what became of them week by week.

Each case is three whole numbers: when the platform said that it decided, when we saw it, and the week; each packed with how it
ended. How often each number occurs, SQLite keeps count of (`case_times`). Otherwise one pass over the index that holds the times
reads them, and C code counts: a million cases never become a million objects.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, bindparam, case, func, literal, or_, select

from takedown.ledger.moves import State
from takedown.ledger.tables import ALIKE, case_times
from takedown.ledger.truths import ACTED, FINAL, UNREACHABLE
from takedown.report.cells import WEEK, Counted, Rows, Scope, kept, week_name, week_of, whole
from takedown.report.figures import NEVER_MEANT
from takedown.report.survival import Spans

EXACT = 10_000
"""Up to so many delivered cases times are to the millisecond; above, rounded up to whole hours, after a week to whole days.

The watch of what still waits then ends with the last full hour: so it can be counted by the hour of its delivery, long before
somebody asks.
"""
EXACTLY, HOUR = 1, 3_600_000
"""Steps of time, in milliseconds."""
WEEK_OF_HOURS = 7 * 24
EVIDENCE = ("first", "claim", "observation")
"""What ends the wait: whichever comes first, the platform's word, or our own look."""

UNENDED, DONE, DECLINED, BEFORE = 0, 8, 16, 24
OWN = 4
"""The number is also the one of whichever came first."""
SAID, SAW, WEEKLY = 1, 2, 3
WAITING = 32
"""Nothing ended it: the number is the hour of its delivery. Of rounded times only."""
UNIT = 64
"""A packed time stands above WAITING, its end, OWN and its kind; the week, when groups are weeks, above WIDE."""
WIDE = 1 << 46


@dataclass
class Week:
    """Cases delivered in a week, and how many of them platforms say they acted on, we saw gone, both agree on, are pending."""

    delivered: int = 0
    claim: int = 0
    observation: int = 0
    agreed: int = 0
    pending: int = 0

    def add(self, flags: int, count: int) -> None:
        said, saw, waits = bool(flags & 1), bool(flags & 2), bool(flags & 4)
        self.delivered += count
        self.claim += count * said
        self.observation += count * saw
        self.agreed += count * (said and saw)
        self.pending += count * waits


Ways = dict[str, Spans]
"""By EVIDENCE."""


def ways() -> Ways:
    return {name: Spans() for name in EVIDENCE}


@dataclass
class Course:
    """`groups`: by the group's name. `weeks`: by number since the epoch. `rounded`: times are not to the millisecond."""

    rounded: bool
    groups: dict[str, Ways] = field(default_factory=dict[str, Ways])
    weeks: dict[int, Week] = field(default_factory=dict[int, Week])


def course(db: Connection, found: Iterable[Counted], at: float, by: str, scope: Scope, rows: Rows, scale: float = 1.0) -> Course:
    """Of the delivered cases among `found`, as of `at`. scale: how much faster time passes here (the sandbox's time_scale)."""
    sent = [one for one in found if one.delivered == State.SENT.value and one.closed not in NEVER_MEANT]
    rounded = sum(one.count for one in sent) > EXACT
    step = max(EXACTLY + 1, round(HOUR / scale)) if rounded else EXACTLY
    alike: dict[str | None, set[tuple[str, ...]]] = {}
    for one in sent:
        alike.setdefault(None if by == WEEK else str(getattr(one, by)), set()).add(one.alike)
    done = Course(rounded)
    read = _kept if rounded and step == HOUR and by != WEEK and kept(db, scope, rows) else _counted(at, step, scope, rows, by)
    for group, keys in alike.items():
        _unpack(_stopped_at(at, step, read(db, sorted(keys))), group, step * scale, done)
    return done


Keys = Sequence[tuple[str, ...]]
"""Values of ALIKE."""


def _kept(db: Connection, keys: Keys) -> Counter[int]:
    c = case_times.c
    query = select(c.code, c.count).where(*(c[name] == bindparam(name) for name in ALIKE))
    counts: Counter[int] = Counter()
    for key in keys:
        counts.update(dict(cast("Iterable[tuple[int, int]]", _cursor(db, query, key))))
    return counts


def _counted(at: float, step: int, scope: Scope, rows: Rows, by: str) -> Callable[[Connection, Keys], Counter[int]]:
    queries = [_packed(part, at, step, scope, by == WEEK) for part in rows]

    def read(db: Connection, keys: Keys) -> Counter[int]:
        counts: Counter[int] = Counter()
        for query in queries:
            for key in keys:
                counts.update(chain.from_iterable(_cursor(db, query, key)))
        return counts

    return read


def _cursor(db: Connection, query: Select[*tuple[Any, ...]], key: tuple[str, ...]) -> Iterable[tuple[int, ...]]:
    """The driver's own: rows that are made into objects of the library take half as long again."""
    return cast("Iterable[tuple[int, ...]]", db.execute(query, dict(zip(ALIKE, key, strict=True))).cursor)


def _packed(rows: FromClause, at: float, step: int, scope: Scope, weekly: bool) -> Select[*tuple[Any, ...]]:
    c = rows.c
    week = week_of(c.sent_at) * UNIT
    over = week * (WIDE // UNIT) if weekly else literal(0)
    columns = (_said(c, at, step) + over, _saw(c, at, step) + over, week + _flags(c))
    asked = (c.delivered == State.SENT.value, or_(c.closed == "", c.closed.not_in(sorted(NEVER_MEANT))), c.sent_at.is_not(None))
    return select(*columns).where(*asked, *(c[name] == bindparam(name) for name in ALIKE), *scope.where(rows))


def _said(c: Any, at: float, step: int) -> ColumnElement[int]:
    """When the platform said so. The first branch is what nearly every case needs: the others cost half a second a million."""
    own = case((and_(c.gone_at.is_not(None), c.gone_at < c.acted_at), 0), else_=OWN)
    waiting = _waits(c, at, step) + case((c.gone_at.is_(None), OWN + SAID), else_=SAID)
    plain = case(
        (c.acted_at.is_(None), waiting),
        (c.acted_at < c.sent_at, BEFORE + own + SAID),
        else_=_up(c.acted_at, c, step) + own + (DONE + SAID),
    )
    gone_first = and_(_in_time(c.gone_at, c), or_(c.acted_at.is_(None), c.gone_at < c.acted_at))
    rare = _ended(c.acted_at, c, step) + case((gone_first, SAID), else_=OWN + SAID)
    return case((and_(c.declined_at.is_(None), c.closed_at.is_(None), c.withdrawn_at.is_(None)), plain), else_=rare)


def _saw(c: Any, at: float, step: int) -> ColumnElement[int]:
    """When we saw it; as `_said`, and OWN only where that came first."""
    own = case((c.gone_at >= c.acted_at, SAW), else_=OWN + SAW)
    plain = case(
        (c.gone_at.is_(None), _waits(c, at, step) + SAW),
        (c.gone_at < c.sent_at, own + BEFORE),
        else_=_up(c.gone_at, c, step) + own + DONE,
    )
    gone_first = and_(_in_time(c.gone_at, c), or_(c.acted_at.is_(None), c.gone_at < c.acted_at))
    rare = _ended(c.gone_at, c, step) + case((gone_first, OWN + SAW), else_=SAW)
    return case((and_(c.declined_at.is_(None), c.closed_at.is_(None), c.withdrawn_at.is_(None)), plain), else_=rare)


def _in_time(moment: ColumnElement[Any], c: Any) -> ColumnElement[bool]:
    """Not after a refusal, nor after the case was closed or taken back."""
    return and_(moment <= func.coalesce(c.declined_at, moment), moment <= func.coalesce(_stopped(c), moment))


def _stopped(c: Any) -> ColumnElement[Any]:
    """When the watch ended: the case was closed, or taken back; null while neither is so."""
    first = func.coalesce(c.withdrawn_at, c.closed_at)
    return case((c.closed_at < first, c.closed_at), else_=first)


def _waits(c: Any, at: float, step: int) -> ColumnElement[int]:
    if step == EXACTLY:
        return _up(literal(at), c, step)
    return whole(c.sent_at / (step / 1000)) * UNIT + WAITING


def _ended(moment: ColumnElement[Any], c: Any, step: int) -> ColumnElement[int]:
    """Where a case was declined, closed or taken back."""
    stop = _stopped(c)

    def end(when: ColumnElement[Any], how: int) -> ColumnElement[int]:
        return case((when < c.sent_at, BEFORE), else_=_up(when, c, step) + how)

    return case(
        (_in_time(moment, c), end(moment, DONE)),
        (c.declined_at <= func.coalesce(stop, c.declined_at), end(c.declined_at, DECLINED)),
        else_=end(stop, UNENDED),
    )


def _up(moment: ColumnElement[Any], c: Any, step: int) -> ColumnElement[int]:
    """Steps of so many milliseconds since the delivery, rounded up; of hours, after a week, to 24 of them."""
    passed = moment - c.sent_at
    if step == EXACTLY:
        return _steps(passed, step) * UNIT
    coarse = 24 * step
    return case((passed > 7 * coarse / 1000, _steps(passed, coarse) * (24 * UNIT)), else_=_steps(passed, step) * UNIT)


def _steps(passed: ColumnElement[Any], step: int) -> ColumnElement[int]:
    return whole(passed * (1000 / step) + (1 - 0.5 / step))  # half a millisecond is more than floats are off by


def _flags(c: Any) -> ColumnElement[int]:
    """For Week.add. Comparisons one by one: SQLite looks up a list in a tree."""
    said = or_(*(c.claimed == value for value in sorted(ACTED)))
    saw = or_(*(c.observed == value for value in sorted(UNREACHABLE)))
    decided = or_(*(c.claimed == value for value in sorted(FINAL - ACTED)), c.closed != "", c.withdrawn_at.is_not(None))
    shifted = {flags: literal(flags * OWN + WEEKLY) for flags in (0, 1, 2, 3, 4)}
    return case((saw, case((said, shifted[3]), else_=shifted[2])), (said, shifted[1]), (decided, shifted[0]), else_=shifted[4])


def _stopped_at(at: float, step: int, counts: Mapping[int, int]) -> Counter[int]:
    """What waits, as watched until the last full hour before `at`: thousands of hours of delivery become some hundred times."""
    now = int(at / (step / 1000))
    found: Counter[int] = Counter()
    for code, count in counts.items():
        if code & WAITING:
            week, value = divmod(code, WIDE)
            passed = max(0, now - value // UNIT)
            up = passed if passed <= WEEK_OF_HOURS else -(-passed // 24) * 24
            found[week * WIDE + up * UNIT + value % WAITING] += count
        else:
            found[code] += count
    return found


def _unpack(counts: Mapping[int, int], group: str | None, step: float, done: Course) -> None:
    """`group` None: each week is one. `step`: milliseconds of a packed time's unit, as they pass outside the sandbox."""
    for code, count in counts.items():
        week, value = divmod(code, WIDE)
        up, kind = value // UNIT, value & 3
        if kind == WEEKLY:
            done.weeks.setdefault(up, Week()).add(value // OWN & 7, count)
            continue
        name = week_name(week) if group is None else group
        if name not in done.groups:
            done.groups[name] = ways()
        for way in ("claim" if kind == SAID else "observation", *(["first"] if value & OWN else [])):
            _put(done.groups[name][way], up * step / 1000, value & BEFORE, count)


def _put(spans: Spans, seconds: float, end: int, count: int) -> None:
    if end == BEFORE:
        spans.before += count
    else:
        {DONE: spans.acted, DECLINED: spans.declined, UNENDED: spans.unended}[end][seconds] += count
