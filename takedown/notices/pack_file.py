"""The TOML file of a legal pack: one basis as dated data, and what makes such a file sound."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from takedown.clocks import review
from takedown.clocks.events import Happened
from takedown.contract import Instrument, Measure, span
from takedown.notices.publication import PublicationRule

Line = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
ColumnName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]

CASE_COLUMNS = frozenset(
    {"reason", "reference", "proportionality", "organisation", "evidence", "territory", "platform_id", "language"}
)
"""Columns of every case that a pack may require. `url`, `legal_basis`, `reason` and `reference` are asked for anyway."""
LEAST_REASON = 10
"""Characters. Shorter is no statement of reasons under any pack."""


def _length_of_time(text: str) -> str:
    span(text)
    return text


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a pattern: {error}") from None
    return text


Span = Annotated[str, AfterValidator(_length_of_time)]


class Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Data):
    """A column that only cases of this pack have. `max_length` in characters; `pattern` must match the whole value.

    file: the value is the name of a file in the case's evidence. required_where_differ: two columns; where a case has different
    values in them, this one is required.
    """

    name: ColumnName
    label: Mapping[Language, Line]
    help: Prose
    required: bool = True
    max_length: int = Field(default=500, ge=1, le=20_000)
    multiline: bool = False
    pattern: Annotated[str, AfterValidator(_pattern)] = ""
    pattern_help: str = ""
    file: bool = False
    required_where_differ: tuple[ColumnName, ColumnName] | None = None

    @model_validator(mode="after")
    def _in_words(self) -> Self:
        if self.pattern and not self.pattern_help.strip():
            raise ValueError("pattern_help: a pattern alone tells an officer nothing; say in words what to write")
        return self


class Pause(Data):
    """What makes a clock stand still, and what makes it go on: with its whole length `anew`, or with what was left of it."""

    stops: Happened
    restarts: Happened
    anew: bool = True
    says: Line


class Clock(Data):
    """A time limit of the law. One that is not verified is there for people to see; it is never counted nor put in a letter.

    starts: what it runs from; `starts_when` is that in the law's words. ends: what is done within it. says: by language, the
    phrase that letters print after "Time limit:".
    """

    name: Line
    length: Span
    starts: Happened
    starts_when: Line
    says: Mapping[Language, Line] = Field(default_factory=dict[str, str])
    pauses: tuple[Pause, ...] = ()
    ends: tuple[Happened, ...] = ()
    for_platform: bool = True
    verified: bool = False
    source: Line


class Review(Data):
    """How long a measure stands before a second person renews it, or it is withdrawn; and who says so."""

    after: Span
    source: Line

    @property
    def seconds(self) -> float:
        return span(self.after)


class Checked(Data):
    """Something of the pack that was compared with the law's own words: where they were read, and when."""

    what: Line
    source: Line
    on: date


class SanctionsList(Data):
    """The columns in which a case names an entry of a list and the version of the list that was read."""

    name: Line
    entry: ColumnName
    version: ColumnName


class PackFile(Data):
    """A pack as its TOML file has it. `patience`: how long a case may stay unanswered before it counts as overdue.

    checked: what was compared with the law's own words; it leaves the pack unverified as long as `unverified` says something.
    letter: its letters go as PDF where the channel takes files. first_order_notice: how long before its first order a provider
    is told of the procedure. waits_for_first_step: False where the law's own time leaves none for a platform's first step.
    forms: texts that the provider fills in and returns, printed under the letter (`annex_ii` is LANGUAGE/ID/annex_ii.txt).
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
    version: date
    title: Line
    law: Line
    provision: Line
    jurisdiction: Line
    status: Literal["in_force", "amended", "under_challenge", "no_law"]
    status_note: Prose
    source: Prose
    verified_on: date | None = None
    checked: tuple[Checked, ...] = ()
    unverified: tuple[Prose, ...] = ()
    instrument: Instrument
    required: tuple[str, ...] = ("reason", "reference")
    reason_at_least: int = Field(default=LEAST_REASON, ge=LEAST_REASON, le=1000)
    proportionality_for: tuple[Measure, ...] = (Measure.REMOVE_ACCOUNT,)
    columns: tuple[Column, ...] = ()
    signatory: Prose
    clocks: tuple[Clock, ...] = ()
    review: Review = Review(after=review.AFTER, source=review.SOURCE)
    patience: Span
    reminders: int = Field(ge=0, le=5)
    user_may_be_told: Literal["yes", "no", "not_before"]
    user_may_be_told_note: Prose
    publication: PublicationRule
    languages: tuple[Language, ...] = Field(min_length=1)
    redress: Mapping[Language, Prose]
    texts_of: Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9-]{1,39})?$")] = ""
    letter: bool = False
    forms: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")], ...] = ()
    first_order_notice: Span | None = None
    waits_for_first_step: bool = True
    sanctions_list: SanctionsList | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if bool(self.verified_on) == bool(self.unverified):
            raise ValueError("say either verified_on (a date) or, in unverified, what is not verified; one of the two")
        if unknown := [name for name in self.required if name not in CASE_COLUMNS]:
            raise ValueError(f"required: {', '.join(unknown)} is not a case column; declare it under [[columns]]")
        if missing := {"reason", "reference"} - set(self.required):
            raise ValueError(f"required: every pack asks for {', '.join(sorted(missing))}")
        if Measure.REMOVE_ACCOUNT not in self.proportionality_for:
            raise ValueError("proportionality_for: an account-level measure always needs its reason")
        names = [column.name for column in self.columns]
        if twice := {name for name in names if names.count(name) > 1 or name in CASE_COLUMNS}:
            raise ValueError(f"columns: {', '.join(sorted(twice))} is declared twice or is a column of every case")
        named = [name for column in self.columns for name in column.required_where_differ or ()]
        named += [self.sanctions_list.entry, self.sanctions_list.version] if self.sanctions_list else []
        if strange := sorted(set(named) - set(names)):
            raise ValueError(f"columns: {', '.join(strange)} is referred to and not declared")
        if (self.instrument is Instrument.REFERRAL) != (self.status == "no_law"):
            raise ValueError("status: a referral claims no law (no_law), an order or a notice names one")
        return self

    @model_validator(mode="after")
    def _in_every_language(self) -> Self:
        printed = {"redress": self.redress}
        printed |= {f"columns.{column.name}.label": column.label for column in self.columns}
        printed |= {f"clocks.{clock.name}.says": clock.says for clock in self.clocks if clock.verified and clock.for_platform}
        for field, texts in printed.items():
            if missing := [language for language in self.languages if language not in texts]:
                raise ValueError(f"{field}: no text in {', '.join(missing)}; letters print it")
        return self
