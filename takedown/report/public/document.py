"""A report for the public as a value, and its three forms: JSON for programs, CSV for spreadsheets, Markdown to be read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from takedown.contract import UsageError
from takedown.display import safe
from takedown.report.files import whole_file
from takedown.report.public.hiding import LESS, Shown
from takedown.report.sheets import write_csv

SCHEMA = "takedown-public/1"


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` up to and without `until`, seconds since the epoch."""

    since: float
    until: float
    name: str


def year(number: int) -> Period:
    """A calendar year in UTC."""
    first, after = (datetime(n, 1, 1, tzinfo=UTC).timestamp() for n in (number, number + 1))
    return Period(first, after, str(number))


def up_to(now: float) -> Period:
    return Period(0.0, now + 1, f"everything up to {datetime.fromtimestamp(now, UTC):%Y-%m-%d}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: `labels` columns of words, then figures. `notes` stand under it."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Shown]]
    labels: int = 1
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """The newest event of the record that the figures agree with, and what of them was compared with it."""

    ledger: str
    seq: int
    hash: str
    at: str
    agree: Sequence[str]


@dataclass(frozen=True, slots=True)
class Document:
    kind: str
    title: str
    authority: str
    period: str
    practice: bool
    sheets: Sequence[Sheet]
    notes: Sequence[str]
    record: Record


def write(document: Document, path: Path) -> int:
    """Write it in the form that the file's ending says; an existing file is replaced only by a whole one. Returns the figures.

    Raises UsageError.
    """
    form = FORMS.get(path.suffix.lower())
    if form is None:
        raise UsageError(
            what=f"{path} says no form", why=f"a report for the public is written as {', '.join(FORMS)}",
            do=f"takedown export --format {document.kind} -o report.md",
        )  # fmt: skip
    with whole_file(path) as part:
        form(document, part)
    return sum(len(row) - sheet.labels for sheet in document.sheets for row in sheet.rows)


def _json(document: Document, path: Path) -> None:
    path.write_text(json.dumps({"schema": SCHEMA, **asdict(document)}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _csv(document: Document, path: Path) -> None:
    """A row for each figure."""
    write_csv(("report", "period", "table", "of", "figure", "value", "record_event", "record_hash"), _lines(document), path)


def _lines(document: Document) -> Iterator[list[Shown]]:
    seal: list[Shown] = [document.record.seq, document.record.hash]
    for sheet in document.sheets:
        for row in sheet.rows:
            of = " / ".join(map(str, row[: sheet.labels]))
            for name, value in zip(sheet.columns[sheet.labels :], row[sheet.labels :], strict=True):
                yield [document.title, document.period, sheet.title, of, name, value, *seal]


def _markdown(document: Document, path: Path) -> None:
    path.write_text("\n".join(_told(document)) + "\n", encoding="utf-8")


def _told(document: Document) -> Iterator[str]:
    yield f"# {_cell(document.title)}"
    yield f"\n{_cell(document.authority)}. Period: {document.period}."
    if document.practice:
        yield "\n**PRACTICE: made in a sandbox. None of this happened.**"
    for sheet in document.sheets:
        yield f"\n## {_cell(sheet.title)}\n"
        yield _row(sheet.columns)
        yield _row(["---"] * sheet.labels + ["---:"] * (len(sheet.columns) - sheet.labels))
        yield from map(_row, sheet.rows)
        for note in sheet.notes:
            yield f"\n{_cell(note)}"
    yield "\n## How to read it\n"
    yield from (f"- {_cell(note)}" for note in document.notes)
    record = document.record
    yield "\n## The record behind it\n"
    yield f"- Ledger `{record.ledger}`, event {record.seq:,}, {record.at}"
    yield f"- Hash `{record.hash}`"
    yield f"- What agrees with it: {'; '.join(map(_cell, record.agree))}"


def _row(cells: Sequence[Shown]) -> str:
    return "| " + " | ".join(f"{one:,}" if isinstance(one, int) else _cell(one) for one in cells) + " |"


def _cell(text: str) -> str:
    """Nothing in a name is markup: not for Markdown, nor for the HTML that is made of it."""
    if text == LESS:
        return text
    plain = safe(text).replace("\\", "\\\\")
    for mark in "|*_`[]#":
        plain = plain.replace(mark, f"\\{mark}")
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


FORMS: Mapping[str, Callable[[Document, Path], None]] = {".md": _markdown, ".json": _json, ".csv": _csv}
