"""How long cases took, and what became of them week by week.

Each case is three whole numbers: when the platform said that it decided, when we saw it, and the week; each packed with how it
ended. How often each number occurs, the ledger keeps count of (`case_times`). Otherwise one pass over the index that holds the
times reads them, and C code counts: a million cases never become a million objects.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from takedown.ledger.reader import Reader, among
from takedown.ledger.states import ACTED, ALIKE, FINAL, UNREACHABLE, State
from takedown.report.cells import WEEK, WEEKS, Counted, Rows, Scope, kept, sums, week_name
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


def course(view: Reader, found: Iterable[Counted], at: float, by: str, scope: Scope, rows: Rows, scale: float = 1.0) -> Course:
    """Of the delivered cases among `found`, as of `at`. scale: how much faster time passes here (the sandbox's time_scale)."""
    sent = [one for one in found if one.delivered == State.SENT.value and one.closed not in NEVER_MEANT]
    rounded = sum(one.count for one in sent) > EXACT
    step = max(EXACTLY + 1, round(HOUR / scale)) if rounded else EXACTLY
    alike: dict[str | None, set[tuple[str, ...]]] = {}
    for one in sent:
        alike.setdefault(None if by == WEEK else str(getattr(one, by)), set()).add(one.alike)
    done = Course(rounded)
    at_hand = rounded and step == HOUR and by != WEEK and kept(scope, rows)
    read = _kept(view) if at_hand else _counted(view, at, step, scope, rows, by)
    for group, keys in alike.items():
        _unpack(_stopped_at(at, step, read(sorted(keys))), group, step * scale, done)
    return done


Keys = Sequence[tuple[str, ...]]
"""Values of ALIKE."""
SAME = " AND ".join(f"{name} = :{name}" for name in ALIKE)


def _kept(view: Reader) -> Callable[[Keys], Counter[int]]:
    held: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for *key, code, count in view.rows(sums("case_times", f"{', '.join(ALIKE)}, code")):
        held.setdefault(tuple(key), []).append((code, count))

    def read(keys: Keys) -> Counter[int]:
        counts: Counter[int] = Counter()
        for key in keys:
            counts.update(dict(held.get(key, ())))
        return counts

    return read


def _counted(view: Reader, at: float, step: int, scope: Scope, rows: Rows, by: str) -> Callable[[Keys], Counter[int]]:
    def read(keys: Keys) -> Counter[int]:
        counts: Counter[int] = Counter()
        for part in rows.parts:
            query = _packed(Packing(view.whole, step), part, scope, by == WEEK)
            for key in keys:
                named = {**dict(zip(ALIKE, key, strict=True)), **scope.values, **rows.values}
                counts.update(chain.from_iterable(view.rows(query, now=at, **named)))
        return counts

    return read


ASKED = f"delivered = '{State.SENT.value}' AND (closed = '' OR closed NOT IN {among(NEVER_MEANT)}) AND sent_at IS NOT NULL"


def _packed(pack: Packing, part: str, scope: Scope, weekly: bool) -> str:
    """Three numbers of each case; `:now` is the time up to which it was watched."""
    week = f"{pack.whole(WEEKS)} * {UNIT}"
    over = f" + {week} * {WIDE // UNIT}" if weekly else ""
    columns = f"{pack.said}{over}, {pack.saw}{over}, {week} + {FLAGS}"
    return f"SELECT {columns} FROM {part} c WHERE {ASKED} AND {SAME}{scope.where}"  # noqa: S608 -- of constants


NOTHING_ELSE = "declined_at IS NULL AND closed_at IS NULL AND withdrawn_at IS NULL"
"""True of nearly every case: what the others need costs half a second a million."""
STOPPED = "CASE WHEN closed_at < coalesce(withdrawn_at, closed_at) THEN closed_at ELSE coalesce(withdrawn_at, closed_at) END"
"""When the watch ended: the case was closed, or taken back; null while neither is so."""


def _in_time(moment: str) -> str:
    """Not after a refusal, nor after the case was closed or taken back."""
    return f"{moment} <= coalesce(declined_at, {moment}) AND {moment} <= coalesce({STOPPED}, {moment})"


GONE_FIRST = f"{_in_time('gone_at')} AND (acted_at IS NULL OR gone_at < acted_at)"


@dataclass(frozen=True, slots=True)
class Packing:
    """The packed times as SQL, in steps of so many milliseconds; `whole` makes SQL of a whole number."""

    whole: Callable[[str], str]
    step: int

    @property
    def said(self) -> str:
        """When the platform said so."""
        own = f"CASE WHEN gone_at IS NOT NULL AND gone_at < acted_at THEN 0 ELSE {OWN} END"
        waiting = f"{self._waits()} + CASE WHEN gone_at IS NULL THEN {OWN + SAID} ELSE {SAID} END"
        plain = f"""CASE WHEN acted_at IS NULL THEN {waiting} WHEN acted_at < sent_at THEN {BEFORE + SAID} + {own}
          ELSE {self._up("acted_at")} + {own} + {DONE + SAID} END"""
        rare = f"{self._ended('acted_at')} + CASE WHEN {GONE_FIRST} THEN {SAID} ELSE {OWN + SAID} END"
        return f"(CASE WHEN {NOTHING_ELSE} THEN {plain} ELSE {rare} END)"

    @property
    def saw(self) -> str:
        """When we saw it; as `said`, and OWN only where that came first."""
        own = f"CASE WHEN gone_at >= acted_at THEN {SAW} ELSE {OWN + SAW} END"
        plain = f"""CASE WHEN gone_at IS NULL THEN {self._waits()} + {SAW} WHEN gone_at < sent_at THEN {own} + {BEFORE}
          ELSE {self._up("gone_at")} + {own} + {DONE} END"""
        rare = f"{self._ended('gone_at')} + CASE WHEN {GONE_FIRST} THEN {OWN + SAW} ELSE {SAW} END"
        return f"(CASE WHEN {NOTHING_ELSE} THEN {plain} ELSE {rare} END)"

    def _waits(self) -> str:
        if self.step == EXACTLY:
            return self._up(":now")
        return f"{self.whole(f'sent_at / {self.step / 1000}')} * {UNIT} + {WAITING}"

    def _ended(self, moment: str) -> str:
        """Where a case was declined, closed or taken back."""

        def end(when: str, how: int) -> str:
            return f"CASE WHEN {when} < sent_at THEN {BEFORE} ELSE {self._up(when)} + {how} END"

        refused = f"declined_at <= coalesce({STOPPED}, declined_at)"
        return f"""(CASE WHEN {_in_time(moment)} THEN {end(moment, DONE)} WHEN {refused} THEN {end("declined_at", DECLINED)}
          ELSE {end(f"({STOPPED})", UNENDED)} END)"""

    def _up(self, moment: str) -> str:
        """Steps since the delivery, rounded up; of hours, after a week, to 24 of them."""
        passed = f"({moment} - sent_at)"
        if self.step == EXACTLY:
            return f"{self._steps(passed, self.step)} * {UNIT}"
        coarse = 24 * self.step
        days, hours = f"{self._steps(passed, coarse)} * {24 * UNIT}", f"{self._steps(passed, self.step)} * {UNIT}"
        return f"(CASE WHEN {passed} > {7 * coarse / 1000} THEN {days} ELSE {hours} END)"

    def _steps(self, passed: str, step: int) -> str:
        return self.whole(f"{passed} * {1000 / step} + {1 - 0.5 / step}")  # half a millisecond is more than floats are off by


def _any(column: str, values: Iterable[str]) -> str:
    """Comparisons one by one: SQLite looks up a list in a tree."""
    return " OR ".join(f"{column} = '{value}'" for value in sorted(values))


_TOLD, _SEEN = _any("claimed", ACTED), _any("observed", UNREACHABLE)
_DECIDED = f"{_any('claimed', FINAL - ACTED)} OR closed <> '' OR withdrawn_at IS NOT NULL"
_SHIFTED = [flags * OWN + WEEKLY for flags in range(5)]
FLAGS = f"""CASE WHEN {_SEEN} THEN CASE WHEN {_TOLD} THEN {_SHIFTED[3]} ELSE {_SHIFTED[2]} END
  WHEN {_TOLD} THEN {_SHIFTED[1]} WHEN {_DECIDED} THEN {_SHIFTED[0]} ELSE {_SHIFTED[4]} END"""
"""For Week.add."""


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
