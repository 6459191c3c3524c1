"""The rejects file is what was there, safe to open in a spreadsheet, and can be corrected and imported again."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake_desk import HEAD, Desk, row

from takedown.intake import Profile, RejectsFile, batch
from takedown.intake.formulas import TRIGGERS, guard, unguard


def cells(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file, strict=True))


def test_good_rows_go_in_and_bad_ones_come_back_as_they_were(desk: Desk) -> None:
    rejects = desk.folder / "rejects.csv"
    done = desk.run([row(1), row(2, measure="delete", reason=" two\nlines "), row(3)], rejects=rejects)
    assert (done.rows, done.imported, done.rejected, done.exit, done.rejects) == (3, 2, 1, 3, str(rejects))
    header, only = cells(rejects)
    assert header == [*HEAD, "problem"]
    assert dict(zip(header, only, strict=True)) | {"problem": ""} == {
        **row(2, measure="delete", reason=" two\nlines "),
        "problem": "",
    }
    assert "measure: 'delete' is no measure" in only[-1]
    assert rejects.stat().st_mode & 0o777 == 0o600


def test_rejects_go_round_until_nothing_is_left(desk: Desk) -> None:
    first, second = desk.folder / "first.csv", desk.folder / "second.csv"
    rows = [row(1, reason=""), row(2, reference="+49 30 5550", measure="delete"), row(3, legal_basis="=cmd()")]
    desk.run(rows, rejects=first)
    assert all(line[3] != "+49 30 5550" for line in cells(first))
    desk.run(first.read_text(encoding="utf-8-sig").replace("delete", "restrict"), name="once.csv", rejects=second)
    assert [case["reference"] for case in desk.cases] == ["+49 30 5550"]
    assert [line[3] for line in cells(second)[1:]] == ["FILE-1", "FILE-3"]
    assert cells(second)[0].count("problem") == 1


def test_rejects_keep_the_headers_of_the_other_system(desk: Desk) -> None:
    profile = Profile({"link": "url", "ground": "legal_basis", "why": "reason", "file": "reference"}, delimiter=";", header_row=2)
    rejects = desk.folder / "rejects.csv"
    raw = "A list\nLink;Ground;Why;File\nhttps://nest.example/p/7;pk-peca-37;Calls to violence;F-1\nhttps://nest.example/p/8;;x;F-2\n"
    done = desk.run(raw, profile=profile, rejects=rejects)
    assert (done.imported, done.rejected) == (1, 1)
    assert cells(rejects)[0] == ["Link", "Ground", "Why", "File", "problem"]
    again = rejects.read_text(encoding="utf-8-sig").replace('"","x"', '"pk-peca-37","Calls to violence"')
    assert desk.run(again, profile=profile).imported == 1


def test_without_a_bad_row_there_is_no_rejects_file(desk: Desk) -> None:
    rejects = desk.folder / "rejects.csv"
    assert desk.run([row(1)], rejects=rejects).exit == 0
    assert not rejects.exists()


def test_when_every_row_is_bad_the_file_is_written_and_the_exit_says_nothing_was_taken(desk: Desk) -> None:
    rejects = desk.folder / "rejects.csv"
    done = desk.run([row(1, reason=""), row(2, reason="")], rejects=rejects)
    assert (done.exit, done.imported, done.rejected) == (6, 0, 2)
    assert done.refused is not None
    assert "rejects.csv" in done.refused.as_dict()["do"]  # type: ignore[operator]
    assert len(cells(rejects)) == 3


@pytest.mark.parametrize("where", ["absent/rejects.csv", "batch.csv"])
def test_nothing_is_imported_when_the_rejects_cannot_be_kept(desk: Desk, where: str) -> None:
    with pytest.raises(RejectsFile):
        desk.run([row(1), row(2, reason="")], rejects=desk.folder / where)
    assert desk.untouched


def test_corrections_are_never_overwritten(desk: Desk) -> None:
    rejects = desk.folder / "rejects.csv"
    desk.run([row(1, reason="")], rejects=rejects)
    assert desk.run([row(1, reason="")], rejects=rejects).exit == 6  # the same rows again: nothing is lost
    rejects.write_text("corrected")
    with pytest.raises(RejectsFile, match="may hold corrections"):
        desk.run([row(1), row(2, reason="")], rejects=rejects)
    assert rejects.read_text() == "corrected"


def test_rejects_are_put_in_their_place_last(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(batch, "store", fail)
    with pytest.raises(ZeroDivisionError):
        desk.run([row(1), row(2, reason="")], rejects=desk.folder / "rejects.csv")
    assert [path.name for path in desk.folder.iterdir() if "rejects" in path.name] == []


@given(st.text())
def test_no_guarded_cell_is_live_and_every_one_can_be_read_back(text: str) -> None:
    guarded = guard(text)
    assert not guarded.startswith(tuple(TRIGGERS))
    assert not guarded.lstrip().startswith(tuple(TRIGGERS))
    assert unguard(guarded) == text


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\x1f=1", "\uff1d1", "'=1", "''=1"]
)
def test_what_a_spreadsheet_would_run_is_guarded(cell: str) -> None:
    assert guard(cell) == f"'{cell}"


def test_a_text_with_an_apostrophe_stays(desk: Desk) -> None:
    assert guard("it's") == "it's"
    assert unguard("'quoted'") == "'quoted'"
