"""Workbooks for tests: honest ones by XlsxWriter, hostile ones as zip members written by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
from intake_desk import HEAD, row

Edit = Callable[[Any, Any], None]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def workbook(rows: Sequence[Mapping[str, str]], edit: Edit | None = None, *, top: int = 0, sheet: str = "Cases") -> bytes:
    """Rows under a header in sheet row `top` + 1, all as text; `edit` is given the workbook and the sheet before closing."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_urls": False})
    book.set_properties({"created": datetime(2026, 1, 2)})
    page = book.add_worksheet(sheet)
    names = list(dict.fromkeys(name for one in rows for name in one)) or list(HEAD)
    page.write_row(top, 0, names)
    for n, one in enumerate(rows, top + 1):
        for column, name in enumerate(names):
            if name in one:
                page.write_string(n, column, one[name])
    if edit:
        edit(book, page)
    book.close()
    return out.getvalue()


def cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def sheet_rows(numbers: Sequence[int], *, references: bool = True) -> str:
    """Header and rows as XML; `numbers` are those of `row`."""
    lines = [HEAD, *([row(n)[name] for name in HEAD] for n in numbers)]
    made: list[str] = []
    for r, line in enumerate(lines, 1):
        cells = "".join(cell(f"{chr(65 + c)}{r}", text) for c, text in enumerate(line))
        made.append(f'<row r="{r}">{cells}</row>')
    xml = "".join(made)
    if not references:
        for r in range(1, len(lines) + 1):
            xml = xml.replace(f'<row r="{r}">', "<row>")
            for c in range(len(HEAD)):
                xml = xml.replace(f'<c r="{chr(65 + c)}{r}"', "<c")
    return xml


def members(sheet: str, before: str = "", after: str = "") -> dict[str, str]:
    """The parts of a workbook with one sheet, whose rows are given as XML."""
    return {
        "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="Cases" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{OFFICE}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">{before}<sheetData>{sheet}</sheetData>{after}'
        "</worksheet>",
    }  # fmt: skip


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def understated(raw: bytes, name: str, says: int, crc: int) -> bytes:
    """The archive with one member's unpacked size and checksum changed in both places where a zip file keeps them."""
    made = bytearray(raw)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        info = archive.getinfo(name)
        central = raw.index(b"PK\x01\x02")
        while made[central + 46 : central + 46 + len(name)] != name.encode():
            central = raw.index(b"PK\x01\x02", central + 4)
    for crc_at, size_at in ((info.header_offset + 14, info.header_offset + 22), (central + 16, central + 24)):
        made[crc_at : crc_at + 4] = crc.to_bytes(4, "little")
        made[size_at : size_at + 4] = says.to_bytes(4, "little")
    return bytes(made)
