"""Who looked at which case data is noted: shown all the same when it cannot be, and not let out to a file."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from desks import add_cases, make_desk

from takedown.access import FILE, NAMED, look, looks, note
from takedown.cli import run


@pytest.fixture
def desk(tmp_path, monkeypatch):
    made = make_desk(tmp_path, {"facebook": {"channel": "portal"}})
    add_cases(made, "facebook", range(3))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TAKEDOWN_AS", "asma")
    return made


SEEING = [
    (["case", "show", "C-2"], "case show", ("C-2",), {}, ""),
    (["case", "explain", "C-2"], "case explain", ("C-2",), {}, ""),
    (["case", "list", "--batch", "B-1"], "case list", (), {"batch": "B-1", "cases": "3"}, ""),
    (["audit", "bundle", "C-2", "-o", "bundle"], "audit bundle", ("C-2",), {}, "bundle"),
    (["export", "--format", "csv", "-o", "all.csv"], "export csv", (), {}, "all.csv"),
    (["export", "--format", "jsonl", "-o", "some.jsonl", "--batch", "B-1"], "export jsonl", (), {"batch": "B-1"}, "some.jsonl"),
    (["report", "--html", "page.html"], "report", (), {}, "page.html"),
    (["report", "--csv", "figures.csv"], "report", (), {}, "figures.csv"),
    (["report", "--batch", "B-1", "--xlsx", "figures.xlsx"], "report", (), {"batch": "B-1"}, "figures.xlsx"),
    (["plan", "show", "P-1"], "plan show", (), {"plan": "P-1"}, ""),
    (["ledger", "backup", "copy.db"], "ledger backup", (), {}, "copy.db"),
]


@pytest.mark.safeguard("S19")
@pytest.mark.parametrize(("words", "what", "cases", "of", "to"), SEEING, ids=[" ".join(row[0][:3]) for row in SEEING])
@pytest.mark.sqlite("a backup of its file, among others; nothing here is about the database")
def test_a_look_is_noted_with_who_and_what(desk, tmp_path, words, what, cases, of, to):
    if words[0] == "plan":
        run(["plan"])
    assert run(words) == 0
    (one,) = [one for one in looks(tmp_path) if one.what == what]
    assert (one.who, one.uid, one.cases, one.to) == ("asma", os.getuid(), cases, to)
    assert {name: one.of.get(name) for name in of} == of
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert "standin" not in (tmp_path / FILE).read_text()


@pytest.mark.safeguard("S19")
@pytest.mark.parametrize("words", [row[0] for row in SEEING if row[4]], ids=lambda words: " ".join(words[:3]))
@pytest.mark.sqlite("a backup of its file, among others; nothing here is about the database")
def test_nothing_leaves_for_a_file_without_a_note(desk, tmp_path, words, capsys):
    (tmp_path / FILE).mkdir()
    assert run(words) == 5
    assert "TD-1130" in capsys.readouterr().err
    assert not (tmp_path / words[-1]).exists()


def test_a_person_in_a_hurry_is_warned_and_shown(desk, tmp_path, capsys):
    (tmp_path / FILE).symlink_to(tmp_path / "elsewhere")  # a note is not written through a link
    assert run(["case", "show", "C-2"]) == 0
    told = capsys.readouterr()
    assert "standin" in told.out
    assert "could not be noted" in told.err
    assert not (tmp_path / "elsewhere").exists()


def test_the_notes_are_told_by_case(desk, tmp_path, capsys):
    for words in (["case", "show", "C-1"], ["case", "show", "C-2"], ["export", "--format", "csv", "-o", "all.csv"]):
        assert run(words) == 0
    with (tmp_path / FILE).open("a") as file:
        file.write('{"at": "2026\nno line\n[]\n{"of": []}\n')
    capsys.readouterr()
    assert run(["audit", "access", "--case", "C-2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["what"], one["cases"]) for one in told["items"]] == [("case show", ["C-2"]), ("export csv", [])]
    assert run(["audit", "access", "--since", "2999-01-01", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["summary"]["looks"] == 0


def test_of_a_long_list_the_number_is_told(tmp_path):
    one = look("now", "asma", "case list", [f"C-{n}" for n in range(NAMED + 1)], {"batch": None}, "")
    assert (one.cases, one.of) == ((), {"cases": str(NAMED + 1)})
    assert one.may_concern("C-9000")


def test_notes_of_many_at_once_do_not_mix(tmp_path):
    ones = [look(f"{n}", "asma", "case list", [f"C-{m}" for m in range(100)], {}, "") for n in range(200)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: note(tmp_path, one), ones))
    assert sorted(looks(tmp_path), key=lambda one: int(one.at)) == ones
