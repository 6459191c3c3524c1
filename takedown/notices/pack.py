"""A legal pack as it is used. What it asks of a case is checked here, at import and again before a text is made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from takedown.clocks.events import Happened
from takedown.contract import Case, Instrument, LegalBasis, Measure, span
from takedown.notices.pack_file import Column, PackFile
from takedown.notices.publication import LumenType

WORLDWIDE = frozenset({"WW", "WORLDWIDE", "GLOBAL"})


@dataclass(frozen=True, slots=True)
class Problem:
    """A column that a case lacks, or has in a form that the pack cannot take."""

    field: str
    why: str
    fix: str


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
