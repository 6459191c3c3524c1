"""What became of it: figures by group over a window, as they are or as they were, and one paragraph that can be quoted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

from takedown.clock import iso, utc, whole
from takedown.contract import TakedownError, UsageError
from takedown.ledger.canonical import canonical
from takedown.ledger.ids import batch_id
from takedown.ledger.reader import Readable, Reader
from takedown.report.cells import NOW, WEEK, Rows, Scope, cells, counted
from takedown.report.contradictions import Contradiction, add_returned, contradictions, take_out_withdrawn
from takedown.report.figures import Figures, tally, total
from takedown.report.rates import percent
from takedown.report.spans import EVIDENCE, Course, Week, course
from takedown.report.survival import Spans, Times, estimate
from takedown.report.terms import HORIZONS, length, share_of
from takedown.report.units import CASE, Units, units

if TYPE_CHECKING:
    from takedown.desk import Desk

QUOTED = "report.quoted"
WHOLE = "all"


class ThresholdMissed(TakedownError):
    """The rate agreed by claim and observation is {rate}, {threshold} was asked for."""

    code, exit = "TD-1301", 13
    why, do = "{why}", "takedown status"


class NoSuchQuote(UsageError):
    """No report was quoted as {quote}."""

    code, why, do = "TD-0013", "this ledger has recorded none of that id", "takedown report --brief"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked for. `as_of` in seconds since the epoch; `listed`: how many contradictions are named."""

    by: str = "platform"
    scope: Scope = field(default_factory=Scope)
    as_of: float | None = None
    unit: str = CASE
    listed: int = 0


@dataclass(frozen=True, slots=True)
class Says:
    """What the configuration says of a report. `scale`: how much faster time passes here."""

    environment: str
    authority: str
    scale: float


@dataclass(frozen=True)
class Report:
    """`at`: the time that the figures are of, seconds since the epoch. `scope.since` bounds the cases' import.

    counted: the rates of another unit than the case. course: how long cases took. scale: how much faster time passes here.
    """

    ledger: str
    authority: str
    by: str
    scope: Scope
    at: float
    groups: Mapping[str, Figures]
    course: Course
    unit: str = CASE
    counted: Units | None = None
    scale: float = 1.0
    environment: str = "live"
    listed: Sequence[Contradiction] = ()

    @cached_property
    def whole(self) -> Figures:
        return total(self.groups.values())

    def rated(self, group: str) -> Figures:
        """The figures whose rates are in the unit that was asked for."""
        return self.groups[group] if self.counted is None else self.counted.groups.get(group, Figures(unit=self.unit))

    @property
    def whole_rated(self) -> Figures:
        return self.whole if self.counted is None else self.counted.whole

    @cached_property
    def times(self) -> Mapping[str, Mapping[str, Times]]:
        """By group, then by what ended the wait (EVIDENCE). A group without a delivered case has none."""
        return {
            name: {way: estimate(self.course.groups[name][way]) for way in EVIDENCE}
            for name in self.groups
            if name in self.course.groups
        }

    @cached_property
    def whole_times(self) -> Mapping[str, Times]:
        sums = {way: Spans() for way in EVIDENCE}
        for ways in self.course.groups.values():
            for way in EVIDENCE:
                sums[way].update(ways[way])
        return {way: estimate(spans) for way, spans in sums.items()}

    @property
    def weeks(self) -> Sequence[tuple[int, Week]]:
        return sorted(self.course.weeks.items())

    @property
    def window(self) -> str:
        """`batch B-2, cases imported from 2026-01-01 on, as of 2026-02-01 12:00 UTC`"""
        batch = f"batch {batch_id(self.scope.batch)}" if self.scope.batch is not None else "all batches"
        start = (
            f"cases imported from {utc(self.scope.since):%Y-%m-%d %H:%M} UTC on" if self.scope.since is not None else "all cases"
        )
        return f"{batch}, {start}, as of {utc(self.at):%Y-%m-%d %H:%M} UTC"

    @cached_property
    def id(self) -> str:
        """Of exactly these figures: a prefix of the sha256 over the ledger, the window and every count and estimate."""
        shaped = {
            "ledger": self.ledger, "by": self.by, "unit": self.unit, "window": self.window, "at": iso(self.at),
            "groups": {name: _counts(figures) for name, figures in self.groups.items()},
            "rated": {name: _counts(self.rated(name)) for name in self.groups} if self.counted else {},
            "times": {name: _estimates(times) for name, times in [*self.times.items(), (WHOLE, self.whole_times)]},
            "weeks": [[number, *(getattr(week, item.name) for item in fields(Week))] for number, week in self.weeks],
        }  # fmt: skip
        return hashlib.sha256(canonical(shaped).encode()).hexdigest()[:12]

    def check(self, threshold: float) -> None:
        """Raise ThresholdMissed unless the agreed rate reaches `threshold`, a fraction in [0, 1]."""
        agreed = self.whole_rated.agreed
        if agreed.value is None:
            raise ThresholdMissed(rate="none", threshold=percent(threshold), why="no case was delivered in this window")
        if agreed.value < threshold:
            seen = "" if looked(self.whole) else "; nobody has looked yet"
            why = f"{agreed.numerator} of {agreed.denominator} delivered {agreed.unit}s, {agreed.pending} pending{seen}"
            raise ThresholdMissed(rate=f"{agreed.value:.1%}", threshold=f"{threshold:.1%}", why=why)


def report(desk: Desk, asked: Asked | None = None) -> Report:
    """The figures of now, or as they were at a past time (see `past` for what can be made again).

    Raises UsageError for a time that has not come.
    """
    now, wanted = desk.clock.now(), asked or Asked()
    if wanted.as_of is None:
        with desk.ledger.view() as view:
            return figures(view, desk_says(desk), wanted, now)
    if wanted.as_of > now:
        raise UsageError(
            what=f"--as-of {iso(wanted.as_of)} has not come yet", why="only the past was recorded", do="takedown report"
        )
    from takedown.ledger.viewed import viewed
    from takedown.report.past import rows_at  # with SQLAlchemy, which figures of now do without

    at = whole(wanted.as_of)
    with desk.ledger.scratch() as db:
        return figures(viewed(db), desk_says(desk), wanted, at, rows_at(db, at))


def desk_says(desk: Desk) -> Says:
    settings = desk.settings
    return Says(settings.environment, settings.authority.name, settings.sandbox.time_scale)


def figures(view: Reader, says: Says, asked: Asked, at: float, rows: Rows = NOW) -> Report:
    """The figures of `rows`, which are the cases at `at`."""
    by, scope, at = asked.by, asked.scope, whole(at)
    found = list(counted(view, scope, rows, weekly=by == WEEK))
    groups = tally(cells(found, by))
    add_returned(view, groups, scope, by, rows)
    take_out_withdrawn(view, groups, scope, by, rows)
    return Report(
        view.setting("ledger"), says.authority or "The authority", by, scope, at,
        groups,
        course(view, found, at, by, scope, rows, says.scale),
        asked.unit,
        units(view, asked.unit, by, scope, rows) if asked.unit != CASE else None,
        says.scale,
        says.environment,
        contradictions(view, scope, rows, asked.listed) if asked.listed else (),
    )  # fmt: skip


def looked(figures: Figures) -> bool:
    """Whether anything was probed at all; without it a rate by observation says nothing."""
    return any(count for value, count in figures.seen.items() if value != "none")


def brief(found: Report) -> str:
    """One paragraph, with its unit, window, pending cases and id."""
    whole, rated = found.whole, found.whole_rated
    rates = [f"By claim, platforms acted on {rated.by_claim}"]
    if looked(whole):
        rates += [f"by observation {rated.by_observation}", f"agreed by both {rated.agreed}"]
    unseen = "" if looked(whole) else " No case has been looked at by ourselves yet."
    if looked(whole) and rated.by_observation.floor:
        unseen = (
            f" Nobody has looked at {rated.not_looked} of the {rated.asked} delivered {found.unit}s: in the rates by observation "
            "and agreed they count as not acted on, so that these are floors."
        )
    out = (
        f" {whole.left_out} delivered cases closed as mistake, duplicate or out of scope are in no rate."
        if whole.left_out
        else ""
    )
    back = f" {whole.taken_back} were taken back and are not pending." if whole.taken_back else ""
    return (
        f"{found.authority} recorded {whole.cases} cases and delivered {whole.asked} ({found.window}). {', '.join(rates)}; "
        f"the unit is the {found.unit}, the denominator the delivered {found.unit}s, the interval Wilson's at 95 %."
        f"{_ground(rated)}{_speed(found)}{unseen}{out}{back} [{found.id}]"
    )


def _ground(rated: Figures) -> str:
    if not rated.acted_claims:
        return ""
    counts = {ground: rates["claim"].numerator for ground, rates in rated.by_ground.items()}
    several = f", {counts['several']} under several" if counts.get("several") else ""
    said = f"{counts['own_rules']} under the platforms' own rules, {counts['local_law']} under local law"
    return f" Of what platforms say they acted on: {said}, {counts['not_said']} without saying{several}."


def _speed(found: Report) -> str:
    first = found.whole_times["first"]
    if not first.cases:
        return ""
    day, median = first.within(HORIZONS["24h"]), first.median.seconds
    half = f"half within {length(median)}" if median is not None else "half not reached"
    return (
        f" By claim or observation, whichever came first, {share_of(day)} of {first.cases} cases were acted on within 24 h, "
        f"{half} (cumulative incidence; pending cases censored, refusals competing)."
    )


def quoted(ledger: Readable, quote: str) -> dict[str, Any]:
    """The text and window recorded under an id. Raises NoSuchQuote."""
    with ledger.view() as view:
        for data, at in view.rows(f"SELECT data, at FROM events WHERE subject = :quote AND kind = '{QUOTED}'", quote=quote):  # noqa: S608
            return {**json.loads(data), "quoted_at": at}
    raise NoSuchQuote(quote=repr(quote))


def quote(desk: Desk, found: Report) -> str:
    """The brief; its text is recorded under its id, so that it can be found again."""
    text = brief(found)
    desk.ledger.write(lambda book: book.record(QUOTED, found.id, {"text": text, "window": found.window}, {"by": desk.who}))
    return text


def _counts(figures: Figures) -> dict[str, Any]:
    named: dict[str, Any] = {item.name: getattr(figures, item.name) for item in fields(Figures)}
    grounds = {"/".join(key): count for key, count in named.pop("grounds").items() if count}
    return {**named, "grounds": grounds}


def _estimates(times: Mapping[str, Times]) -> dict[str, Any]:
    return {
        way: [
            one.acted, one.declined, one.unended, one.before, str(one.median), str(one.median_kaplan_meier),
            *(str(one.within(seconds)) for seconds in HORIZONS.values()),
        ]
        for way, one in times.items()
    }  # fmt: skip
