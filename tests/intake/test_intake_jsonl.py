"""JSON Lines: one object a line; a bad line spoils no other."""

from __future__ import annotations

import json

import pytest
from intake_desk import WHY, Desk, row, url

from takedown.intake import BadHeader, EmptyFile, NotText, Profile


def lines(*objects: object) -> str:
    return "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in objects)


def test_objects_become_cases(desk: Desk) -> None:
    (desk.folder / "page.png").write_bytes(b"picture")
    one = row(1) | {
        "followers": 12_345_678_901,
        "territory": ["PK", "DE"],
        "evidence": ["page.png"],
        "notes": None,
        "platform_id": 2**70,
    }
    assert desk.run(lines(one, "", row(2) | {"problem": "old"}), name="b.jsonl").problems == ()
    first, second = desk.cases
    assert (first["url"], first["reason"], first["followers"], first["territory"]) == (url(1), WHY, 12_345_678_901, "PK,DE")
    assert (first["platform_id"], first["notes"], len(first["evidence"])) == (str(2**70), "", 1)
    assert second["reference"] == "FILE-2"


BAD = {
    "not JSON": ("{", "not JSON"),
    "a list": ("[1]", "not an object"),
    "two keys": ('{"url": "a", "url": "b"}', "a key occurs twice"),
    "NaN": ('{"followers": NaN}', "NaN"),
    "deep": ("[" * 100_000, "not JSON"),
    "digits": ('{"followers": ' + "9" * 5000 + "}", "not JSON"),
    "an object inside": (json.dumps(row(1) | {"notes": {"a": 1}}), "an object or a mixed list"),
    "a mixed list": (json.dumps(row(1) | {"territory": ["PK", 1]}), "an object or a mixed list"),
    "unknown column": (json.dumps(row(1) | {"colour": "red"}), "no column 'colour'"),
    "two spellings": (json.dumps(row(1) | {"URL": url(2)}), "url is given twice"),
    "no reason": (json.dumps({k: v for k, v in row(1).items() if k != "reason"}), "no column reason"),
    "half a character": (
        '{"url": "' + url(1) + '", "legal_basis": "pk-peca-37", "reason": "x \\ud800", "reference": "R"}',
        "U+D800",
    ),
    "NUL escaped": (json.dumps(row(1) | {"reason": "a\0b"}), "U+0000"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_is_one_bad_row(desk: Desk, name: str) -> None:
    line, told = BAD[name]
    rejects = desk.folder / "rejects.csv"
    done = desk.run(lines(row(5), line, row(6)), name="b.jsonl", rejects=rejects)
    assert (done.rows, done.imported, done.rejected, done.duplicates) == (3, 2, 1, 0)
    assert told in " ".join(str(problem) for problem in done.problems)
    assert {problem.row for problem in done.problems} == {2}
    assert rejects.read_text(encoding="utf-8-sig").startswith('"')


def test_keys_are_mapped_and_set_by_a_profile(desk: Desk) -> None:
    profile = Profile({"link": "url"}, frozenset({"colour"}), {"legal_basis": "pk-peca-37"})
    foreign = {"Link": url(1), "Colour": "red", "reason": WHY, "reference": "R-1", "measure": "restrict"}
    assert desk.run(lines(foreign), name="b.ndjson", profile=profile).imported == 1


@pytest.mark.parametrize(("raw", "error"), [(b"", EmptyFile), (b"\n\n", EmptyFile), (b"{}\0", NotText), (b"\xff{}", NotText)])
def test_a_file_that_is_no_text_is_refused(desk: Desk, raw: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        desk.run(raw, name="b.jsonl")
    assert desk.untouched
    assert not issubclass(error, BadHeader)
