"""A file as a stream of rows. What is read is hashed on the way, so that the digest is of exactly the bytes that were used."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from takedown.intake.errors import EmptyFile, NotAWorkbook, NotText, OtherKind, Unreadable
from takedown.intake.profiles import Profile
from takedown.intake.results import Problem

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BLOCK = 1 << 18
LINE_LIMIT = 4_000_000


class Row(NamedTuple):
    """`number` as a spreadsheet shows it. `values` by our column names, `original` by the file's; `label` of a link cell."""

    number: int
    values: dict[str, str]
    original: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read a file: the profile, and what the command line says instead of it. `known`: every column there is."""

    known: Collection[str]
    profile: Profile = field(default_factory=Profile)
    sheet: str = ""
    header_row: int = 0
    hidden: str = ""


class Digested(Protocol):
    """Something that knows the digest of what was read."""

    @property
    def sha256(self) -> str: ...

    @property
    def ended(self) -> bool:
        """Whether what was read so far ends as it should; a text file ends with a line end."""
        ...


class Watched:
    """The lines of an open file, decoded strictly, without the BOM; `sha256` is of what was read so far."""

    def __init__(self, file: BinaryIO, name: str, encoding: str) -> None:
        self._file, self._name, self._encoding = file, name, encoding
        self._hash = hashlib.sha256()
        self.ended = True

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def lines(self) -> Iterator[str]:
        """Lines with their ends; only LF ends one (U+2028 and its like do not). Raises NotText."""
        number, rest = 1, b""
        while block := self._file.read(BLOCK):
            self._hash.update(block)
            data = self._checked(rest + block, number)
            cut = data.rfind(b"\n") + 1
            data, rest = data[:cut], data[cut:]
            yield from StringIO(self._decoded(data, number), newline="\n")
            number += data.count(b"\n")
        self.ended = not rest
        yield from StringIO(self._decoded(rest, number), newline="\n")

    def _checked(self, data: bytes, number: int) -> bytes:
        if number == 1:
            if data.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise self._not_text(1, "the file is UTF-16", "its first bytes say so", "save it as CSV UTF-8")
            data = data.removeprefix(b"\xef\xbb\xbf")
        if b"\0" in data:
            line = number + data[: data.index(b"\0")].count(b"\n")
            why = "a text file has none; it may be a workbook or cut off"
            raise self._not_text(line, "there is a NUL byte", why, "save it again as CSV UTF-8")
        if len(data) > LINE_LIMIT and b"\n" not in data:
            what = f"the line is longer than {LINE_LIMIT:,} bytes"
            raise self._not_text(number, what, "no case is that long", "look at the file in a text editor")
        return data

    def _decoded(self, data: bytes, number: int) -> str:
        try:
            return data.decode(self._encoding)
        except UnicodeDecodeError as error:
            byte, before = data[error.start], data[: error.start]
            place = error.start - before.rfind(b"\n")
            guess = bytes([byte]).decode("cp1252", errors="replace")
            raise self._not_text(
                number + before.count(b"\n"), f"byte {place} (0x{byte:02X}) is not {self._encoding}",
                f"in Windows-1252 it would be {guess!r}",
                'save it as CSV UTF-8, or name its encoding in a profile: [file] encoding = "cp1252"',
            ) from None  # fmt: skip

    def _not_text(self, line: int, what: str, why: str, do: str) -> NotText:
        return NotText(file=self._name, line=line, what=what, why=why, do=do)


@dataclass(frozen=True, slots=True)
class Source:
    """`columns`: the header as written, empty for JSON Lines. `sha256` is whole when `rows` is exhausted."""

    columns: tuple[str, ...]
    rows: Iterator[Row]
    watched: Digested

    @property
    def sha256(self) -> str:
        return self.watched.sha256


def open_rows(file: BinaryIO, path: Path, layout: Layout) -> Source:
    """The rows of an open file, by its extension; blank rows are left out.

    Raises EmptyFile, NotText, BadQuotes, BadHeader, NotAWorkbook, TooBig, HiddenContent, SheetUnclear, at once or while
    the rows are read.
    """
    start = file.read(8)
    file.seek(0)
    if not start:
        raise EmptyFile(file=path.name, why="it has no bytes")
    match path.suffix.lower():
        case ".xlsx" | ".xlsm":
            from takedown.intake.workbook import workbook_rows

            return workbook_rows(file, path.name, layout)
        case ".csv" | ".tsv" | ".txt" | ".jsonl" | ".ndjson" if start.startswith((ZIP, OLE)):
            raise NotText(
                file=path.name, line=1, what="the content is a workbook's, not text", why="its first bytes say so",
                do=f"rename it to {path.stem}.xlsx, or save it as CSV UTF-8",
            )  # fmt: skip
        case ".jsonl" | ".ndjson":
            from takedown.intake.json_lines import json_rows

            return json_rows(file, path.name, layout)
        case ".csv" | ".tsv" | ".txt":
            from takedown.intake.csv_file import csv_rows

            return csv_rows(file, path.name, layout)
        case ".xls" | ".xlsb" | ".ods":
            raise NotAWorkbook(
                file=path.name, what=f"{path.suffix} files are not read", why="only .xlsx tells what is hidden and linked",
                do="save it as .xlsx or CSV UTF-8",
            )  # fmt: skip
        case other:
            raise OtherKind(file=path.name, suffix=other or "a name without an ending")


def open_binary(path: Path) -> BinaryIO:
    """Raises Unreadable."""
    try:
        return path.open("rb")
    except OSError as error:
        raise Unreadable(file=path, what=error.strerror) from None
