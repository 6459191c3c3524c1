"""An .xlsx file as the zip of XML parts that it is: weighed before anything unpacks it, and read without entities."""

from __future__ import annotations

import copy
import lzma
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO
from xml.parsers import expat

from takedown.intake.errors import NotAWorkbook, TooBig

FILE_LIMIT, MEMBER_LIMIT, UNPACKED_LIMIT, RATIO_LIMIT = 100_000_000, 2_000, 400_000_000, 150
"""Bytes, parts, bytes, times. Sheets of repetitive text are packed 20 to 60 times smaller; above 10 MB more is a bomb."""
RATIO_FROM = 10_000_000
CHUNK = 1 << 18
DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError,
    OSError, OverflowError,
)  # fmt: skip
"""What zipfile is known to raise for a damaged file; seen by flipping every byte of one."""
Attributes = Mapping[str, str]


class DoctypeFound(Exception):
    """An XML part declares a document type; no spreadsheet program writes one."""


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet as the workbook lists it; `part` is its member in the package."""

    name: str
    part: str
    hidden: bool


class Package:
    """Raises NotAWorkbook and TooBig when made; afterwards every part can be read without surprises of size."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._name = name
        try:
            self._zip = zipfile.ZipFile(file)
        except DAMAGE as error:
            raise self.bad(str(error), "the file is cut off, or something else under this name") from None
        self._weigh()
        self.sheets = self._sheets()

    def bad(self, what: str, why: str, do: str = "save it again as .xlsx, or the sheet as CSV UTF-8") -> NotAWorkbook:
        return NotAWorkbook(file=self._name, what=what, why=why, do=do)

    def _weigh(self) -> None:
        infos = self._zip.infolist()
        if len(infos) > MEMBER_LIMIT:
            raise TooBig(file=self._name, what=f"it has {len(infos):,} parts, more than {MEMBER_LIMIT:,}")
        if len({info.filename.lower() for info in infos}) != len(infos):
            raise self.bad("two parts have one name", "two programs would read two different workbooks")
        if any(info.flag_bits & 1 for info in infos):
            raise self.bad("its parts are encrypted", "nobody can look inside", "save it without a password")
        declared = sum(info.file_size for info in infos)
        packed = sum(info.compress_size for info in infos)
        if declared > UNPACKED_LIMIT or (declared > RATIO_FROM and declared > RATIO_LIMIT * max(packed, 1)):
            raise TooBig(file=self._name, what=f"{packed:,} bytes unfold into {declared:,}")
        for info in infos:
            real = sum(map(len, self._unpack(info)))
            if real != info.file_size:
                raise self.bad(
                    f"{info.filename} says {info.file_size:,} bytes and has more or less", "its table of contents lies"
                )

    def _unpack(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """All bytes of a part, also where more come than the table of contents says (zipfile itself would stop there)."""
        whole = copy.copy(info)
        whole.file_size = UNPACKED_LIMIT + 1
        read = 0
        try:
            with self._zip.open(whole) as stream:
                while block := stream.read(CHUNK):
                    read += len(block)
                    if read > info.file_size + CHUNK:
                        raise TooBig(file=self._name, what=f"{info.filename} unfolds into more than its {info.file_size:,} bytes")
                    yield block
        except DAMAGE as error:
            raise self.bad(f"{info.filename}: {error}", "the file is damaged") from None

    def has(self, part: str) -> bool:
        return part in self._zip.NameToInfo

    def parse(self, part: str, start: Callable[[str, Attributes], None], *, end: Callable[[str], None] | None = None,
              text: Callable[[str], None] | None = None) -> None:  # fmt: skip
        """Stream a part through expat; names come without prefix. Raises NotAWorkbook, also for a DTD."""
        if not self.has(part):
            raise self.bad(f"it has no {part}", "every workbook has one")
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _no_doctype
        parser.StartElementHandler = lambda tag, attributes: start(tag[tag.rfind(":") + 1 :], attributes)
        if end is not None:
            parser.EndElementHandler = lambda tag: end(tag[tag.rfind(":") + 1 :])
        if text is not None:
            parser.CharacterDataHandler = text
        try:
            for block in self._unpack(self._zip.getinfo(part)):
                parser.Parse(block, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise self.bad(f"{part}: {error}", "the XML is damaged") from None
        except DoctypeFound:
            raise self.bad(f"{part} declares a document type", "entities can unfold without end or fetch other files") from None

    def refuse_doctypes(self) -> None:
        """Look through the parts that are not parsed here but by the library that reads the values."""
        for part in self._zip.NameToInfo:
            if part.endswith((".xml", ".rels")):
                self.parse(part, lambda _tag, _attributes: None)

    def links(self, part: str) -> dict[str, str]:
        """Targets of a part's relationships by id; inner ones as members of the package."""
        folder, base = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{base}.rels")
        found: dict[str, str] = {}

        def start(tag: str, attributes: Attributes) -> None:
            if tag == "Relationship":
                target = attributes.get("Target", "")
                inner = attributes.get("TargetMode") != "External"
                found[attributes.get("Id", "")] = posixpath.normpath(posixpath.join("/", folder, target))[1:] if inner else target

        if self.has(rels):
            self.parse(rels, start)
        return found

    def _sheets(self) -> list[SheetPart]:
        workbook = "xl/workbook.xml"
        targets = self.links(workbook) if self.has(workbook) else {}
        found: list[SheetPart] = []

        def start(tag: str, attributes: Attributes) -> None:
            if tag == "sheet":
                ident = next((value for key, value in attributes.items() if re.fullmatch(r"(\w+:)id", key)), "")
                hidden = attributes.get("state", "visible") != "visible"
                found.append(SheetPart(attributes.get("name", ""), targets.get(ident, ""), hidden))

        self.parse(workbook, start)
        return found


def _no_doctype(*_: object) -> None:
    raise DoctypeFound
