"""Workbooks that lie, unfold without end, or fetch. Refused, or read to the last row; never a surprise."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from intake_desk import Desk, row
from servers import ledger_url
from workbooks import cell, members, sheet_rows, understated, workbook, zipped

from takedown.intake import NotAWorkbook, TooBig
from takedown.intake import package as packages

COUNTED = pytest.mark.figure("hostile workbooks", unit="files", how="refused, within little memory")
SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
FETCHES = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("dimension", ["A1", "A1:F2", "A1:XFD1048576", "nonsense"])
def test_all_rows_are_read_whatever_the_dimension_says(desk: Desk, dimension: str) -> None:
    count = 1500
    raw = zipped(members(sheet_rows(range(count)), before=f'<dimension ref="{dimension}"/>'))
    if dimension == "nonsense":
        with pytest.raises(NotAWorkbook):
            desk.run(raw, name="b.xlsx")
        assert desk.untouched
    else:
        assert desk.run(raw, name="b.xlsx").imported == count
        assert [case["reference"] for case in desk.cases] == [f"FILE-{n}" for n in range(count)]


@pytest.mark.parametrize(
    "part", [SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "docProps/core.xml", "xl/sharedStrings.xml"]
)
@COUNTED
@pytest.mark.parametrize("doctype", [LAUGHS, FETCHES])
def test_a_document_type_is_refused_in_every_part(desk: Desk, part: str, doctype: str) -> None:
    parts = members(sheet_rows([1]))
    parts[part] = doctype + parts.get(part, "<x>&b;</x>")
    with pytest.raises(NotAWorkbook, match="document type"):
        desk.run(zipped(parts), name="b.xlsx")
    assert desk.untouched


def test_a_document_type_in_utf_16_is_refused_too(desk: Desk) -> None:
    hidden = ('<?xml version="1.0" encoding="UTF-16"?>' + LAUGHS + "<x/>").encode("utf-16")
    with pytest.raises(NotAWorkbook, match="document type"):
        desk.run(zipped(members(sheet_rows([1])) | {"xl/styles.xml": hidden}), name="b.xlsx")


BOMBS = {
    "one huge part": {"xl/media/image1.bin": bytes(11_000_000)},
    "many parts": {f"xl/media/{n}.bin": b"" for n in range(2001)},
}


@COUNTED
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_is_unpacked(desk: Desk, name: str) -> None:
    with pytest.raises(TooBig):
        desk.run(zipped({**members(sheet_rows([1])), **BOMBS[name]}), name="b.xlsx")
    assert desk.untouched


def test_the_sum_of_parts_counts_not_only_each(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "UNPACKED_LIMIT", 100_000)
    with pytest.raises(TooBig, match="unfold into"):
        desk.run(zipped({**members(sheet_rows([1])), **{f"{n}.bin": bytes(30_000) for n in range(4)}}), name="b.xlsx")


@pytest.mark.parametrize("says", [10, 5000])
def test_a_part_that_understates_its_size_is_found_out(desk: Desk, says: int) -> None:
    content = members(sheet_rows(range(50)))
    real = content[SHEET].encode()
    raw = understated(zipped(content), SHEET, says, zlib.crc32(real[:says]))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert len(archive.read(SHEET)) == says  # Python's own reader is content with it
    with pytest.raises(NotAWorkbook):
        desk.run(raw, name="b.xlsx")
    assert desk.untouched


def test_a_part_that_overstates_its_size_is_found_out(desk: Desk) -> None:
    content = members(sheet_rows([1]))
    real = content[SHEET].encode()
    with pytest.raises(NotAWorkbook, match="more or less"):
        desk.run(understated(zipped(content), SHEET, len(real) + 5000, zlib.crc32(real)), name="b.xlsx")


def test_a_part_that_unfolds_far_beyond_its_word_is_cut_off(desk: Desk) -> None:
    big = bytes(3_000_000)
    raw = understated(zipped({**members(sheet_rows([1])), "x.bin": big}), "x.bin", 10, zlib.crc32(big[:10]))
    with pytest.raises(TooBig, match=r"x\.bin unfolds"):
        desk.run(raw, name="b.xlsx")


CORNER = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


def test_one_cell_in_the_far_corner_does_not_fill_the_memory(desk: Desk) -> None:
    raw = zipped(members(sheet_rows([1]) + CORNER))
    with pytest.raises(TooBig, match="spans"):
        desk.run(raw, name="b.xlsx")
    assert desk.untouched


STRANGE = {
    "rows out of order": '<row r="2"/><row r="1"/>',
    "a row twice": '<row r="1"/><row r="1"/>',
    "a row beyond the last": '<row r="1048577"/>',
    "a row that is no number": '<row r="x"/>',
    "a row in another script": '<row r="\u0663"/>',
    "a cell in another row": f'<row r="1">{cell("A2", "url")}</row>',
    "cells out of order": f'<row r="1">{cell("B1", "x")}{cell("A1", "url")}</row>',
    "a cell twice": f'<row r="1">{cell("A1", "x")}{cell("A1", "url")}</row>',
    "a column beyond the last": f'<row r="1">{cell("ZZZ1", "x")}</row>',
    "XML cut off": '<row r="1">',
}


@COUNTED
@pytest.mark.parametrize("name", STRANGE)
def test_a_sheet_that_two_programs_would_read_differently_is_refused(desk: Desk, name: str) -> None:
    with pytest.raises(NotAWorkbook):
        desk.run(zipped(members(STRANGE[name])), name="b.xlsx")
    assert desk.untouched


@pytest.mark.parametrize("span", ['min="x" max="2"', 'min="1" max="\u00b2"', 'min="-1" max="2"'])
def test_hidden_columns_are_numbered(desk: Desk, span: str) -> None:
    raw = zipped(members(sheet_rows([1]), before=f'<cols><col {span} hidden="1"/></cols>'))
    with pytest.raises(NotAWorkbook, match="numbered"):
        desk.run(raw, name="b.xlsx")


def test_two_parts_of_one_name_are_refused(desk: Desk) -> None:
    out = io.BytesIO(zipped(members(sheet_rows([1]))))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(SHEET.upper(), members(sheet_rows([2]))[SHEET])
    with pytest.raises(NotAWorkbook, match="two parts"):
        desk.run(out.getvalue(), name="b.xlsx")


@pytest.mark.parametrize(
    "raw", [b"PK\x03\x04 not a workbook", b"PK\x03\x04" + bytes(100), zipped({"a.txt": "x"}), b"<html>", b"url,reason"]
)
@COUNTED
def test_what_is_no_workbook_is_named_so(desk: Desk, raw: bytes) -> None:
    with pytest.raises(NotAWorkbook) as caught:
        desk.run(raw, name="b.xlsx")
    assert caught.value.exit == 6
    assert desk.untouched


def test_a_workbook_cut_off_anywhere_is_an_error_and_no_crash(desk: Desk) -> None:
    whole = workbook([row(1), row(2)])
    for end in range(10, len(whole), 97):
        with pytest.raises(NotAWorkbook):
            desk.run(whole[:end], name="b.xlsx")
    assert desk.untouched


def test_flipped_bytes_are_an_error_or_the_same_cases(desk: Desk) -> None:
    whole = workbook([row(1), row(2)])
    for place in range(30, len(whole), 53):
        broken = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        try:
            done = desk.run(broken, name="b.xlsx", check=True)
        except (NotAWorkbook, TooBig):
            continue
        assert (done.rows, done.imported, done.problems) == (2, 2, ())
    assert desk.untouched


LIMITED = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from intake_desk import Desk, Nest
from takedown.intake import Setting, TooBig
from takedown.ledger.setup import open_ledger
from takedown.notices import load_packs
folder = Path(sys.argv[1])
desk = Desk(folder, open_ledger(sys.argv[4], folder, "sandbox"),
            Setting({"nest": Nest()}, load_packs(), "Example Authority", "PK", "Clerk"))
import python_calamine

resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[3]), int(sys.argv[3])))
try:
    desk.run(folder / "bomb.xlsx")
except TooBig:
    print("refused")
"""


@COUNTED
@pytest.mark.parametrize("name", ["corner", "zeros"])
def test_bombs_are_refused_within_a_small_memory(desk: Desk, name: str) -> None:
    parts: dict[str, str | bytes] = dict(members(sheet_rows([1]) + (CORNER if name == "corner" else "")))
    if name == "zeros":
        parts["xl/sharedStrings.xml"] = b"<sst>" + bytes(200_000_000)
    desk.write(zipped(parts), "bomb.xlsx")
    words = [sys.executable, "-c", LIMITED, str(desk.folder), str(Path(__file__).parent), "600000000", ledger_url(desk.folder)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "refused", done.stderr
