"""Bad files are refused with the line, good ones of every make are read."""

from __future__ import annotations

import codecs
import hashlib

import pytest
from intake_desk import WHY, Desk, as_csv, row, url

from takedown.contract import TakedownError
from takedown.intake import BadHeader, BadQuotes, EmptyFile, NotText, Profile, Unreadable, rows
from takedown.intake.errors import OtherKind

GOOD = as_csv([row(1)])
HEADER, LINE = GOOD.splitlines(keepends=True)
BAD: dict[str, tuple[bytes, type[TakedownError], str]] = {
    "empty": (b"", EmptyFile, "no bytes"),
    "BOM only": (codecs.BOM_UTF8, EmptyFile, "blank"),
    "blank": (b"\n\n", EmptyFile, "blank"),
    "header only": (HEADER.encode(), EmptyFile, "under its header"),
    "blank rows only": (HEADER.encode() + b"\n,,,,,\n  \n", EmptyFile, "under its header"),
    "NUL": (GOOD.encode() + b"https://nest.example/@a\0b,,,,,\n", NotText, "line 3: there is a NUL"),
    "binary": (bytes(range(256)) * 40, NotText, "line 1: there is a NUL"),
    "Latin-1": ((GOOD + row(2)["url"] + ",r\u00e9sum\u00e9").encode("latin-1"), NotText, "line 3: byte 37 (0xE9) is not utf-8"),
    "UTF-16": (codecs.BOM_UTF16_LE + GOOD.encode("utf-16-le"), NotText, "line 1: the file is UTF-16"),
    "a workbook's content": (b"PK\x03\x04" + bytes(50), NotText, "a workbook's"),
    "endless line": (HEADER.encode() + b"a" * 4_000_001, NotText, "line 2: the line is longer"),
    "unclosed quote": ((GOOD + '"' + row(2)["url"] + ",pk\n" + LINE).encode(), BadQuotes, "line 3: a quote opens"),
    "unclosed after lines": ((HEADER + 'a,b,"one\ntwo",d,"e,f\n' + LINE).encode(), BadQuotes, "line 3: a quote opens"),
    "unclosed and large": ((GOOD + '"' + LINE * 2000).encode(), BadQuotes, "line 3: a quote opens"),
    "text after a quote": ((GOOD + '"a" b,c,d,e,f,g\n').encode(), BadQuotes, "line 3: a quote opens"),
    "quote open in the header": (b'url,"legal_basis\n' + LINE.encode(), BadQuotes, "line 1"),
    "lone CR": ((GOOD + "a,b\rc,d,e,f,g\n").encode(), BadQuotes, "line 3"),
    "no url": (b"link,reason\nx,y\n", BadHeader, "neither a column url"),
    "platform without handle": (b"platform,legal_basis,reason,reference\nx,y,z,w\n", BadHeader, "neither a column url"),
    "column unknown": (b"url,legal_basis,reason,refrence\na,b,c,d\n", BadHeader, "did you mean reference?"),
    "column twice": (b"url,URL,legal_basis,reason,reference\na,b,c,d,e\n", BadHeader, "url appears 2 times"),
    "column without name": (b"url,,legal_basis,reason,reference\na,b,c,d,e\n", BadHeader, "column 2 has no name"),
    "another delimiter": (GOOD.replace(",", "^").encode(), BadHeader, "unknown column"),
    "names of another office": (b"Adresse;Grundlage;Aktenzeichen\na;b;c\n", BadHeader, "column 'Grundlage'"),
    "lines of an old Mac": (GOOD.replace("\n", "\r").encode(), BadQuotes, "old Macs"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_its_line_and_leaves_nothing(desk: Desk, name: str) -> None:
    raw, error, told = BAD[name]
    with pytest.raises(error) as caught:
        desk.run(raw)
    assert told in f"{caught.value.message} {caught.value.as_dict()['why']}"
    assert caught.value.as_dict()["do"]
    assert caught.value.exit == 6
    assert desk.untouched


@pytest.mark.parametrize("path", ["absent.csv", "folder.csv", "batch.pdf"])
def test_a_file_that_cannot_be_read_is_a_usage_error(desk: Desk, path: str) -> None:
    (desk.folder / "folder.csv").mkdir()
    (desk.folder / "batch.pdf").write_bytes(b"%PDF")
    with pytest.raises((Unreadable, OtherKind)) as caught:
        desk.run(desk.folder / path)
    assert caught.value.exit == 2


WELL = {
    "BOM": codecs.BOM_UTF8 + GOOD.encode(),
    "CRLF": GOOD.replace("\n", "\r\n").encode(),
    "no newline at the end": GOOD.rstrip().encode(),
    "semicolons": as_csv([row(1)], delimiter=";").encode(),
    "bars": as_csv([row(1)], delimiter="|").encode(),
    "tabs": as_csv([row(1)], delimiter="\t").encode(),
    "quotes": as_csv([row(1)], quoting=1).encode(),
    "blank lines": ("".join([HEADER, "\n", LINE, "\n", ",,,,,\n", "\n"])).encode(),
    "trailing commas": "".join(line.rstrip() + ",,\n" for line in (HEADER, LINE)).encode(),
    "header in words": GOOD.replace("legal_basis", "Legal Basis").replace("url", " URL ").encode(),
    "a rejects file": (HEADER.rstrip() + ",problem\n" + LINE.rstrip() + ",it was bad\n").encode(),
}


@pytest.mark.parametrize("name", WELL)
def test_a_good_file_of_any_make_is_read(desk: Desk, name: str) -> None:
    done = desk.run(WELL[name])
    assert (done.rows, done.imported, done.exit) == (1, 1, 0)
    (case,) = desk.cases
    assert (case["url"], case["reason"], case["reference"]) == (url(1), WHY, "FILE-1")


def test_a_line_separator_inside_a_cell_ends_no_row(desk: Desk) -> None:
    reason = "First.\u2028Second\x85 with\x0b parts and\nlines, \u06a9\u06c1 \u200c."
    done = desk.run([row(1, reason=reason), row(2)])
    assert [problem.column for problem in done.problems] == ["reason"]
    assert "U+0085" in done.problems[0].what
    done = desk.run([row(1, reason=reason.replace("\x85", "").replace("\x0b", "")), row(2)])
    assert (done.rows, done.imported) == (2, 2)


@pytest.mark.parametrize("many", [1, 2000, 5000])
def test_the_place_of_a_fault_is_right_however_far_down_it_is(desk: Desk, many: int) -> None:
    good = as_csv([row(n) for n in range(many)]).encode()
    with pytest.raises(NotText, match=rf"line {many + 2}: byte 3 \(0xE9\)"):
        desk.run(good + b"ab\xe9\n")
    with pytest.raises(NotText, match=f"line {many + 3}: there is a NUL"):
        desk.run(good + b"ab\nc\0\n")
    with pytest.raises(BadQuotes, match=f"line {many + 2}: a quote opens"):
        desk.run(good + b'"ab\n')


@pytest.mark.parametrize("size", [1, 7, 64])
def test_lines_are_whole_wherever_a_block_ends(desk: Desk, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(rows, "BLOCK", size)
    raw = codecs.BOM_UTF8 + as_csv([row(n, reason="\u062a\u0634\u062f\u062f \U0001f4ce\u2028 x\ny") for n in range(9)]).encode()
    done = desk.run(raw)
    assert (done.imported, done.file_sha256) == (9, hashlib.sha256(raw).hexdigest())


def test_rows_are_numbered_as_a_spreadsheet_shows_them(desk: Desk) -> None:
    done = desk.run(f"{HEADER}\n{LINE}" + '"a\nb",x,y,z,,\nhttps://nest.example/nobody,x,y,z,,\n')
    assert {problem.row for problem in done.problems} == {4, 5}
    assert done.problems[0].at(done.file) == "batch.csv:4:url"


@pytest.mark.parametrize("cells", ["a,b,c", "a,b,c,d,e,f,g"])
def test_a_row_that_does_not_fit_its_header_is_not_shifted_into_it(desk: Desk, cells: str) -> None:
    done = desk.run(f"{GOOD}{cells}\n")
    assert done.exit == 6
    assert "the header 6" in done.problems[0].what


def test_the_encoding_and_the_header_row_are_named_never_guessed(desk: Desk) -> None:
    raw = ("Register of cases\n\n" + as_csv([row(1, reason="Aufruf zur Gewalt, t\u00e4glich")], delimiter=";")).encode("cp1252")
    profile = Profile(encoding="cp1252", header_row=3, delimiter=";")
    assert desk.run(raw, profile=profile).imported == 1
    assert desk.cases[0]["reason"] == "Aufruf zur Gewalt, t\u00e4glich"
    with pytest.raises(EmptyFile):
        desk.run(raw, profile=profile, header_row=9)
