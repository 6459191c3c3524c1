"""A legal pack: one basis as dated data. What it asks of a case is checked here, at import and again before a text is made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from takedown.clocks import review
from takedown.clocks.events import Happened
from takedown.contract import Case, Instrument, LegalBasis, Measure, span
from takedown.notices.publication import LumenType, PublicationRule

Line = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
ColumnName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]

CASE_COLUMNS = frozenset(
    {"reason", "reference", "proportionality", "organisation", "evidence", "territory", "platform_id", "language"}
)
"""Columns of every case that a pack may require. `url`, `legal_basis`, `reason` and `reference` are asked for anyway."""
WORLDWIDE = frozenset({"WW", "WORLDWIDE", "GLOBAL"})
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


@dataclass(frozen=True, slots=True)
class Problem:
    """A column that a case lacks, or has in a form that the pack cannot take."""

    field: str
    why: str
    fix: str


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


class Pack(PackFile):
    """A pack as it is used. `texts`: path and source of each template; `fingerprint`: sha256 of all that shapes it."""

    origin: str
    file: str
    texts: tuple[tuple[str, str], ...]
    fingerprint: str

    @property
    def verified(self) -> bool:
        return self.verified_on is not None

    @property
    def standing(self) -> str:
        """`verified 2026-01-02`, or `NOT VERIFIED: ` and what is not."""
        return f"verified {self.verified_on}" if self.verified_on else "NOT VERIFIED: " + "; ".join(self.unverified)

    @property
    def shipped(self) -> bool:
        """Whether nothing of it is an operator's own."""
        return self.origin == "built-in"

    @property
    def lumen_type(self) -> LumenType:
        return self.publication.lumen or ("GovernmentRequest" if self.instrument is Instrument.ORDER else "Other")

    @property
    def basis(self) -> LegalBasis:
        return LegalBasis(self.id, self.law, self.provision, self.jurisdiction)

    @property
    def patience_seconds(self) -> float:
        return span(self.patience)

    @property
    def own_columns(self) -> frozenset[str]:
        """The columns that cases of this pack have besides everyone's; their values are in `Case.fields`."""
        return frozenset(column.name for column in self.columns)

    @property
    def required_columns(self) -> tuple[str, ...]:
        return (*self.required, *(column.name for column in self.columns if column.required))

    def language_for(self, wanted: str) -> str:
        """The language that its texts are in when `wanted` (`ur`, `en-GB`) is asked for: its first where it has no other."""
        return next((one for one in (wanted, wanted.partition("-")[0]) if one in self.languages), self.languages[0])

    def respond_by(self, issued_at: datetime) -> datetime | None:
        """When the platform's earliest verified clock that runs from the issue ends; None when the law sets no such time."""
        ends = [
            issued_at + timedelta(seconds=span(c.length))
            for c in self.clocks
            if c.verified and c.for_platform and c.starts is Happened.ISSUED
        ]
        return min(ends, default=None)

    def missing(self, values: Mapping[str, str], measure: Measure | str) -> list[Problem]:
        """What a case with these column values still needs for this basis; empty when it is complete.

        values: by column name, several territories or files parted by `;`. A value without a letter or digit counts as none.
        """
        lacking = [name for name in self.required if not _speaks(values.get(name, ""))]
        found = [Problem(name, f"{self.id} requires it", f"fill in the column {name}") for name in lacking]
        reason = values.get("reason", "").strip()
        if len(reason) < self.reason_at_least and _speaks(reason):
            fix = f"say in {self.reason_at_least} characters or more what is published there and why it falls under the basis"
            found.append(Problem("reason", f"{self.id} asks for a statement of reasons; this has {len(reason)} characters", fix))
        if not _speaks(values.get("proportionality", "")):
            found.extend(self._proportionality_problems(values, Measure(measure)))
        for column in self.columns:
            value, needed = values.get(column.name, "").strip(), _needed(column, values)
            if value or needed:
                found.extend(_column_problems(self.id, column, value, needed))
            held = _file_names(values.get("evidence", ""))
            if column.file and _speaks(value) and held and value not in held:
                fix = f"give the file {value} in the column evidence, or mend its name here"
                found.append(Problem(column.name, f"{value[:60]!r} is no file of this case's evidence", fix))
        return found

    def _proportionality_problems(self, values: Mapping[str, str], measure: Measure) -> Iterator[Problem]:
        if "proportionality" in self.required:
            return
        places = {place.strip().upper() for place in re.split(r"[;,]", values.get("territory", ""))}
        if measure in self.proportionality_for:
            yield Problem(
                "proportionality", f"{self.id} requires it for {measure}", "say why a single item's removal would not serve"
            )
        elif WORLDWIDE & places:
            yield Problem(
                "proportionality", f"{self.id} requires it for a worldwide measure", "say why one country would not serve"
            )


def case_values(case: Case) -> dict[str, str]:
    """A case's values by column name, as `Pack.missing` takes them."""
    return {
        **case.fields,
        "reason": case.reason,
        "reference": case.reference,
        "proportionality": case.proportionality,
        "organisation": case.organisation,
        "territory": ";".join(case.territory),
        "evidence": ";".join(one.name or one.sha256 for one in case.evidence),
        "platform_id": case.platform_id,
        "language": case.language,
    }


def _speaks(value: str) -> bool:
    return value[:1].isalnum() or any(map(str.isalnum, value))


def _needed(column: Column, values: Mapping[str, str]) -> bool:
    if column.required or column.required_where_differ is None:
        return column.required
    one, other = (values.get(name, "").strip().casefold() for name in column.required_where_differ)
    return one != other


def _file_names(evidence: str) -> set[str]:
    return {name for part in evidence.split(";") if (name := part.strip().rpartition("/")[2])}


def _column_problems(pack: str, column: Column, value: str, needed: bool) -> Iterator[Problem]:
    name = column.name
    if not _speaks(value):
        if needed or value:
            yield Problem(name, f"{pack} requires it", f"fill in the column {name}: {column.help}")
    elif len(value) > column.max_length:
        yield Problem(name, f"{len(value)} characters, {pack} takes {column.max_length}", "shorten it")
    elif not column.multiline and len(value.splitlines()) > 1:
        yield Problem(name, "it has a line break", "write it on one line")
    elif column.pattern and not re.fullmatch(column.pattern, value):
        yield Problem(name, f"{value[:60]!r} is not what {pack} takes", column.pattern_help or f"it must match {column.pattern}")
