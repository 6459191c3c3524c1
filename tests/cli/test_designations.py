"""Open cases that rest on an entry of a list, looked up again: what changed or is gone is listed for a person."""

import json

import pytest
from desks import add_cases, make_desk
from notice_samples import OWN_VALUES, PACKS

from takedown.audit import verify
from takedown.cli import run
from takedown.ledger.cases import close

HEAD = "reference_number,name,last_updated\n"


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Three cases: the version of the list that each rests on is of 2026-01-01."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    (tmp_path / "page.png").write_bytes(b"invented")
    desk = make_desk(tmp_path, {})
    own = {name: OWN_VALUES[name] for name in PACKS["un-1267"].own_columns}
    for number, entry in ((1, "QDi.9001"), (2, "QDe.9002"), (3, "QDi.9003")):
        add_cases(
            desk, "facebook", [number], basis="un-1267", evidence="page.png", territory="PK", **(own | {"designation": entry})
        )
    add_cases(desk, "facebook", [4])
    yield desk
    desk.ledger.close()


def looked_up(capsys, tmp_path, rows, code):
    (tmp_path / "list.csv").write_text(HEAD + rows)
    assert run(["packs", "designations", "list.csv", "--json"]) == code
    told = json.loads(capsys.readouterr().out)
    return {item["case"]: item["standing"] for item in told["items"]}, told["summary"]


def test_changed_and_delisted_entries_are_for_a_person(capsys, tmp_path, desk):
    found, summary = looked_up(capsys, tmp_path, "QDi.9001,A,2025-12-31\nQDe.9002,B,2026-10-11\nQDi.1,C,2026-01-01\n", 8)
    assert found == {"C-1": "listed", "C-2": "changed", "C-3": "delisted"}
    assert summary == {"dated": None, "entries": 3, "cases": 3, "need_person": 2}
    assert run(["packs", "designations", "list.csv"]) == 8
    out, err = capsys.readouterr()
    assert "no longer on the list: withdraw" in " ".join(out.split())
    assert "C-1" not in out
    assert "3 open cases rest on one, 2 for a person" in err
    assert verify(desk.ledger).problems == []


def test_when_nothing_changed_there_is_nothing_to_do(capsys, tmp_path, desk):
    rows = "QDi.9001,A,2026-01-01\nqde.9002,B,2025-01-01\nQDi.9003,C,\n"
    found, _ = looked_up(capsys, tmp_path, rows, 0)
    assert set(found.values()) == {"listed"}


def test_a_closed_case_is_not_asked_about(capsys, tmp_path, desk):
    close(desk.ledger, 3, "mistake", "planner")
    found, _ = looked_up(capsys, tmp_path, "QDi.9001,A,2026-01-01\nQDe.9002,B,2025-01-01\n", 0)
    assert set(found) == {"C-1", "C-2"}


def test_a_copy_older_than_the_case_says_nothing_about_it(capsys, tmp_path, desk):
    entry = "<ENTITY><REFERENCE_NUMBER>QDi.1</REFERENCE_NUMBER></ENTITY>"
    (tmp_path / "list.xml").write_text(f'<CONSOLIDATED_LIST dateGenerated="2025-06-01">{entry}</CONSOLIDATED_LIST>')
    assert run(["packs", "designations", "list.xml", "--json"]) == 8
    told = json.loads(capsys.readouterr().out)
    assert {item["standing"] for item in told["items"]} == {"list older than the case"}


def test_what_is_no_list_changes_nothing(capsys, tmp_path, desk):
    (tmp_path / "list.xml").write_text("<html/>")
    assert run(["packs", "designations", "list.xml"]) == 6
    assert "error[TD-0607]" in capsys.readouterr().err
