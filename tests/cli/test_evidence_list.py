"""`evidence list` tells what is held and what is over, wherever the configuration says how long files are kept."""

import json

import pytest
from desks import TurnedClock, add_cases, make_desk

from takedown.cli import run
from takedown.ledger.cases import close
from takedown.ledger.keeping import hold

YEARS_AGO = 1_600_000_000.0


@pytest.fixture
def listed(tmp_path, monkeypatch, capsys):
    """What is listed of two cases with a file each, closed years ago, of which the second is held."""
    monkeypatch.chdir(tmp_path)

    def listed(extra="", code=0):
        desk = make_desk(tmp_path, {}, clock=TurnedClock(YEARS_AGO), extra=extra)
        for number in (1, 2):
            (tmp_path / f"{number}.txt").write_bytes(f"what {number} shows".encode())
            add_cases(desk, "facebook", [number], evidence=f"{number}.txt")
            close(desk.ledger, number, "done", "planner")
        hold(desk.ledger, 2, "a court asked", "planner")
        desk.ledger.close()
        assert run(["evidence", "list", "--json"]) == code
        out, err = capsys.readouterr()
        return json.loads(err if code else out)

    return listed


def test_without_a_time_nothing_is_ever_over(listed):
    found = listed()
    assert found["summary"] == {"held": 1, "due": 0}
    (item,) = found["items"]
    assert (item["case"], item["by"], item["reason"], item["since"][:10]) == ("C-2", "planner", "a court asked", "2020-09-13")


def test_what_is_over_is_counted_and_what_is_held_is_not(listed):
    assert listed('[retention]\nevidence = "365d"\n')["summary"] == {"held": 1, "due": 1}


def test_a_time_from_the_environment_counts_as_well(listed, monkeypatch):
    monkeypatch.setenv("TAKEDOWN_RETENTION__EVIDENCE", "365d")
    assert listed()["summary"] == {"held": 1, "due": 1}


def test_a_length_that_is_none_is_told(listed):
    assert listed('[retention]\nevidence = "long"\n', code=2)["error"]["message"].startswith("retention.evidence")
