"""The notes of who looked are a chain that the ledger's heads vouch for: a line that was taken away or changed is found."""

import hashlib
import json

import pytest
from desks import TurnedClock, add_cases, again, make_desk
from sqlalchemy import select

from takedown.access import FILE, look, looks, newest, note
from takedown.cli import run
from takedown.clock import iso
from takedown.heads import write_head
from takedown.ledger.tables import events

DAY = 86_400


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Six notes, a day apart, of which the ledger's head vouches for four."""
    made = make_desk(tmp_path, {}, clock=TurnedClock(), extra='[retention]\naccess = "3d"\n')
    add_cases(made, "facebook", range(2))
    monkeypatch.chdir(tmp_path)
    for day in range(6):
        if day == 4:
            write_head(made)
        note(tmp_path, look(iso(made.clock.now() + day * DAY), "asma", "case show", [f"C-{day}"], {}, ""))
    yield made
    made.ledger.close()


def checked(capsys, code=12):
    capsys.readouterr()
    assert run(["audit", "access", "--verify", "--json"]) == code
    told = json.loads(capsys.readouterr().out)
    return [one["problem"] for one in told["items"]], told["summary"]


def test_honest_notes_have_no_problems(desk, capsys):
    found, summary = checked(capsys, 0)
    assert (found, summary["notes"], summary["elsewhere"]) == ([], 6, [])
    write_head(desk)
    write_head(desk)
    assert checked(capsys, 0)[0] == []


def said_otherwise(lines):
    lines[1] = lines[1].replace(b"asma", b"bilal")


def made_anew(lines):
    """Without its second note, and all hashes and numbers made to fit."""
    told = [json.loads(line) for line in lines]
    del told[1]
    prev = told[0]["prev"]
    for number, one in enumerate(told, 1):
        one |= {"note": number, "prev": prev}
        lines[number - 1] = json.dumps(one).encode()
        prev = hashlib.sha256(lines[number - 1]).hexdigest()
    del lines[len(told) :]


ATTACKS = {
    "a line cut": (lambda lines: lines.pop(2), "what stood before note 4 was taken away, added or changed"),
    "the first line cut": (lambda lines: lines.pop(0), "the notes before note 2 were taken away"),
    "a line changed": (said_otherwise, "what stood before note 3 was taken away, added or changed"),
    "a line added": (lambda lines: lines.insert(2, lines[0]), "what stood before note 1 was taken away, added or changed"),
    "two lines swapped": (lambda lines: lines.insert(1, lines.pop(2)), "what stood before note 3 was taken away"),
    "words between": (lambda lines: lines.insert(3, b"nothing"), "the line after note 3 is none"),
    "the end cut": (
        lambda lines: lines.__delitem__(slice(3, 9)),
        "knows of 4 notes, and the file ends with note 3",
    ),
    "all made anew": (made_anew, "note 4 is not the one that the ledger knows of"),
}


@pytest.mark.safeguard("S19")
@pytest.mark.figure("attacks on the notes of who looked", unit="attacks", how="found by audit access --verify")
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_found(desk, tmp_path, capsys, name):
    change, words = ATTACKS[name]
    lines = (tmp_path / FILE).read_bytes().splitlines()
    change(lines)
    (tmp_path / FILE).write_bytes(b"".join(line + b"\n" for line in lines))
    assert any(words in one for one in checked(capsys)[0])


def test_a_file_that_is_gone_is_told_of(desk, tmp_path, capsys):
    (tmp_path / FILE).unlink()
    assert checked(capsys, 0)[1]["elsewhere"] == [{"log": newest_log(desk), "notes": 4}]


def newest_log(desk):
    with desk.ledger.read() as db:
        return json.loads(db.execute(select(events.c.data).where(events.c.subject == "access")).scalar())["log"]


def test_what_a_crash_cut_is_covered_by_the_next_note(desk, tmp_path, capsys):
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"at": "20')
    note(tmp_path, look("now", "asma", "case show", ["C-1"], {}, ""))
    assert newest(tmp_path).note == 8
    assert checked(capsys)[0] == ["the line after note 6 is none"]
    assert len([*looks(tmp_path)]) == 7


def test_notes_from_before_they_were_chained_are_held_to_it_from_then_on(tmp_path, monkeypatch, capsys):
    make_desk(tmp_path, {}).ledger.close()
    monkeypatch.chdir(tmp_path)
    old = json.dumps({"at": "2026", "who": "asma", "uid": 0, "what": "case show", "cases": [], "of": {}, "to": ""}) + "\n"
    (tmp_path / FILE).write_text(old * 3)
    note(tmp_path, look("now", "asma", "case show", ["C-1"], {}, ""))
    assert checked(capsys, 0)[1]["notes"] == 4
    (tmp_path / FILE).write_text((tmp_path / FILE).read_text().removeprefix(old))
    assert checked(capsys)[0] == ["what stood before note 4 was taken away, added or changed"]


@pytest.mark.safeguard("S19")
def test_notes_past_their_date_are_deleted_and_the_rest_still_holds(desk, tmp_path, capsys, monkeypatch):
    desk.clock.at += 5 * DAY + 1
    monkeypatch.setattr("takedown.cli.desk.open_desk", lambda config, who: again(desk, who))
    assert run(["evidence", "purge", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["summary"]["notes"] == 3
    assert [one.cases for one in looks(tmp_path)] == [("C-3",), ("C-4",), ("C-5",)]
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert checked(capsys, 0)[1]["notes"] == 3
    note(tmp_path, look("now", "asma", "case show", ["C-1"], {}, ""))
    assert (newest(tmp_path).note, checked(capsys, 0)[0]) == (7, [])
    assert run(["evidence", "purge", "--json"]) == 0
    lines = (tmp_path / FILE).read_bytes().splitlines(keepends=True)
    (tmp_path / FILE).write_bytes(b"".join(lines[1:]))
    assert checked(capsys)[0][0] == "the notes before note 5 were taken away"


def test_notes_that_could_not_be_deleted_are_told_of_as_such(desk, tmp_path, capsys, monkeypatch):
    desk.clock.at += 5 * DAY + 1
    monkeypatch.setattr("takedown.cli.desk.open_desk", lambda config, who: again(desk, who))
    (tmp_path / f"{FILE}.new").mkdir()
    assert run(["evidence", "purge", "--json"]) == 5
    told = json.loads(capsys.readouterr().err.splitlines()[-1])["error"]
    assert (told["code"], told["message"].split(": ")[0]) == (
        "TD-1131",
        f"Old notes of who looked could not be deleted from {FILE}",
    )
    assert len([*looks(tmp_path)]) == 6
    (tmp_path / f"{FILE}.new").rmdir()
    assert run(["evidence", "purge"]) == 0
    assert len([*looks(tmp_path)]) == 3
    assert checked(capsys, 0)[0] == []
