"""The report on a screen, in the order in which it is asked about: what became of it, how fast, by which ground, trend, odds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from takedown.cli.truths import CLOSED, Section, named, section, truths_table, with_all
from takedown.cli.wording import plural
from takedown.display import TRUTHS, Block, Cell, Column, Prose, Styled, Table
from takedown.report.cells import week_name
from takedown.report.figures import Figures
from takedown.report.outcomes import WHOLE, Report, looked
from takedown.report.rates import Rate, percent
from takedown.report.spans import Week
from takedown.report.survival import Median
from takedown.report.terms import (
    CONTRADICTION_WORDS,
    EVIDENCE_WORDS,
    GROUND_WORDS,
    HORIZON_WORDS,
    HORIZONS,
    RATE_WORDS,
    length,
    share_of,
)

SECTIONS = (
    Section(
        "cases",
        [
            ("recorded", lambda figures: figures.cases),
            ("delivered", lambda figures: figures.asked),
            ("pending", lambda figures: figures.pending),
        ],
    ),
    section(f"{TRUTHS['delivery']}, open cases", lambda figures: figures.delivery, named("delivery")),
    section(f"{TRUTHS['claimed']}, of delivered", lambda figures: figures.said, named("claimed")),
    section(f"{TRUTHS['observed']}, of delivered", lambda figures: figures.seen, named("observed")),
    CLOSED,
)
NOT_LOOKED = "We have not looked ourselves yet: there is no rate by observation."
NONE = "(none)"
LATEST = 12
"""Weeks of the trend on a screen; all of them are in the data."""


def screen(found: Report, columns: int) -> Iterator[Block]:
    groups = with_all(found.groups, found.whole)
    yield Prose(f"{found.authority}: {found.window}\n")
    if not groups:
        yield Prose("No cases in this window.")
        return
    yield truths_table(found.by, groups, SECTIONS, columns)
    yield Prose("")
    rated = _rated(found)
    yield _rates(found, rated)
    if found.whole_times["first"].cases:
        yield Prose("")
        yield _times(found)
        yield Prose(_medians(found))
    if found.whole_rated.acted_claims or found.whole_rated.acted_seen:
        yield Prose("")
        yield _grounds(found, rated)
    if found.weeks:
        yield Prose("")
        yield _trend(found.weeks, looked(found.whole))
    if found.whole.contradictions:
        yield Prose("")
        yield _contradictions(found.by, groups)
        yield Prose("to see them: takedown case list --differs still_up (or yet_gone, back)")
    yield Prose(_remarks(found))


Group = tuple[str, Figures, Figures]
"""Its name, its cases, and the figures whose rates are in the unit that was asked for."""


def _rated(found: Report) -> list[Group]:
    groups = [(name, figures, found.rated(name)) for name, figures in found.groups.items()]
    return groups if len(groups) < 2 else [*groups, (WHOLE, found.whole, found.whole_rated)]


def _rates(found: Report, groups: Sequence[Group]) -> Table:
    """A line for each rate; beside them what may still change them, and what is in no numerator."""
    rows: list[list[Cell]] = []
    for name, figures, rated in groups:
        rows.append([Styled(name or NONE, "bold"), "", "", "", ""])
        shown = [*RATE_WORDS] if looked(found.whole) else ["claim"]
        rows += [[*_rate(one, figures, rated), beside] for one, beside in zip(shown, _beside(figures, rated), strict=False)]
    columns = [Column(found.by), Column("acted on", number=True), Column("share"), Column("95 % interval"), Column("beside it")]
    return Table(columns, rows, f"Rates: of delivered {found.unit}s; interval after Wilson")


def _beside(figures: Figures, rated: Figures) -> list[str]:
    unseen = f"{rated.not_looked:,} not looked at, " if rated.not_looked else ""
    return [
        f"{rated.pending:,} pending", f"{unseen}{figures.could_not_check:,} could not check",
        f"{figures.contradictions.total():,} contradicting",
    ]  # fmt: skip


def _rate(name: str, figures: Figures, rated: Figures) -> list[Cell]:
    words, rate = f"  {RATE_WORDS[name]}", rated.rates[name]
    if name != "claim" and not figures.sighted:
        return [words, "", "could not check" if looked(figures) else "not looked at yet", ""]
    if rate.value is None:
        return [words, "", "none delivered", ""]
    return [words, f"{rate.numerator:,} of {rate.denominator:,}", rate.words, str(rate.interval)]


def _times(found: Report) -> Table:
    groups = [(name or NONE, times["first"]) for name, times in found.times.items()]
    whole = [(EVIDENCE_WORDS[way] if way != "first" else WHOLE, times) for way, times in found.whole_times.items()]
    if not looked(found.whole):
        whole = whole[:1]
    rows = [
        [name, f"{times.cases:,}", *(share_of(times.within(seconds)) for seconds in HORIZONS.values()), _half(times.median)]
        for name, times in [*(groups if len(groups) > 1 else []), *whole]
    ]
    within = [Column(f"within {HORIZON_WORDS[name]}") for name in HORIZONS]
    columns = [Column(found.by), Column("cases", number=True), *within, Column("half within")]
    return Table(columns, rows, "How fast: share acted on since the delivery, by claim or observation")


def _half(median: Median) -> str:
    return "not reached" if median.seconds is None else length(median.seconds)


def _medians(found: Report) -> str:
    first = found.whole_times["first"]
    said = [
        "Cumulative incidence (Aalen-Johansen), 95 % interval: pending cases are censored, refusals compete.",
        f"Kaplan-Meier median, had none of the {first.declined:,} refused been refused: {_half(first.median_kaplan_meier)}.",
    ]
    if first.before:
        said.append(f"Not timed: {plural(first.before, 'case')} decided or gone before it was delivered.")
    if found.course.rounded:
        said.append("With so many cases times are rounded up to whole hours, after a week to whole days.")
    if found.scale != 1:
        said.append(f"Sandbox: time passes {found.scale:g} times as fast here, and is shown as it would be outside.")
    return "\n".join(said)


def _grounds(found: Report, groups: Sequence[Group]) -> Table:
    shown = [*RATE_WORDS] if looked(found.whole) else ["claim"]
    rows: list[list[Cell]] = []
    for name, figures, rated in groups:
        told = [(ground, rates) for ground, rates in rated.by_ground.items() if any(rates[one].numerator for one in shown)]
        for ground, rates in told:
            cells = [_short(rates[one]) if one == "claim" or figures.sighted else "" for one in shown]
            rows.append([name or NONE, GROUND_WORDS[ground], *cells])
    columns = [Column(found.by), Column("ground"), *(Column(RATE_WORDS[one]) for one in shown)]
    return Table(columns, rows, f"By ground: under what a platform acted, of all delivered {found.unit}s")


def _short(rate: Rate) -> str:
    return "" if rate.value is None else f"{rate.numerator:,}, {percent(rate.value)}"


def _trend(weeks: Sequence[tuple[int, Week]], seen: bool) -> Table:
    rows = [
        [
            week_name(number), f"{week.delivered:,}", f"{week.pending:,}", _of(week.claim, week),
            *([_of(week.observation, week), _of(week.agreed, week)] if seen else []),
        ]
        for number, week in weeks[-LATEST:]
    ]  # fmt: skip
    columns = [Column("week"), Column("delivered", number=True), Column("pending", number=True), Column("by claim")]
    more = f"; the latest {LATEST} of {len(weeks)} weeks" if len(weeks) > LATEST else ""
    both = [Column("by observation"), Column("agreed by both")] if seen else []
    return Table([*columns, *both], rows, f"Trend: by the week of delivery, cases acted on so far{more}")


def _of(acted: int, week: Week) -> str:
    return _short(Rate(acted, week.delivered))


def _contradictions(label: str, groups: Sequence[tuple[str, Figures]]) -> Table:
    columns = [Column(label), *(Column(words, number=True) for words in CONTRADICTION_WORDS.values())]
    rows = [
        [name or NONE, *(f"{figures.contradictions[one]:,}" for one in CONTRADICTION_WORDS)]
        for name, figures in groups
        if figures.contradictions
    ]
    return Table(columns, rows, "Contradictions: open cases; the platform's word against our look")


def _remarks(found: Report) -> str:
    whole = found.whole
    said = [] if looked(whole) else [NOT_LOOKED]
    if whole.pending:
        said.append(f"So far: {plural(whole.pending, 'case')} pending, which may still change these figures.")
    if whole.taken_back:
        said.append(f"Taken back: {plural(whole.taken_back, 'case')} that we withdrew and nobody closed yet; not pending.")
    if looked(whole) and whole.by_observation.floor:
        said.append(
            f"At least: nobody has looked at {whole.not_looked:,} of {whole.asked:,} delivered cases;\n"
            "they count as not acted on in the rates by observation and agreed."
        )
    if whole.left_out:
        said.append(f"In no rate: {whole.left_out:,} delivered cases closed as duplicate, out of scope or mistake.")
    return "\n".join(["", *said]) if said else ""
