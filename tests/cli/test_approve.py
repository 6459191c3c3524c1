"""`takedown approve`: on a terminal each flagged case and each of the sample is asked for; without one, options say it."""

import json

import pytest
from desks import add_cases, make_desk, make_key

from takedown.cli import run
from takedown.cli.context import Context

POLICY = """[[policy.protected]]
kind = "press"
source = "Register of newspapers"
date = 2026-10-01
entries = ["facebook:standin.0002"]
"""
WHY = "It names a person and calls for their killing on a given day."
SIGN = ("approve", "P-1", "--as", "alice", "--key", "alice")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A plan of three cases, of which C-2 is a newspaper's and two are walked."""
    make_key(tmp_path, "alice")
    desk = make_desk(tmp_path, {}, approvals=1, extra=POLICY)
    file = tmp_path / "takedown.toml"
    file.write_text(file.read_text().replace("[policy]", "[policy]\nsample_above = 2\nsample_size = 3"))
    add_cases(desk, "facebook", [1, 2, 3])
    desk.ledger.close()
    monkeypatch.chdir(tmp_path)
    assert run(["plan", "--as", "planner"]) == 0
    return tmp_path


def answering(monkeypatch, *answers):
    """A terminal at which somebody types these lines; returns what was asked."""
    asked, left = [], list(answers)
    monkeypatch.setattr(Context, "interactive", True)
    monkeypatch.setattr(Context, "ask", lambda self, question, flag: (asked.append(question), left.pop(0))[1])
    return asked


def test_everything_is_asked_for_on_a_terminal(here, monkeypatch, capsys):
    asked = answering(monkeypatch, "y", "maybe", "y", "yes", WHY, "3")
    assert run([*SIGN]) == 0
    assert [question.split("do you approve ")[-1][:3] for question in asked[:4]] == ["C-2", "C-1", "C-1", "C-3"]
    assert "hold?" in asked[-1]
    shown = capsys.readouterr()
    assert "protected speaker (press)" in shown.out
    assert "likelihood of harm" in shown.err


def test_a_no_ends_it(here, monkeypatch, capsys):
    answering(monkeypatch, "n", "y", "y", "3")
    assert run([*SIGN]) == 7
    assert "takedown reject P-1 --reason TEXT --case C-2" in capsys.readouterr().err


def test_without_a_terminal_options_say_it(here, capsys):
    assert run([*SIGN]) == 2
    assert "--cases N" in capsys.readouterr().err
    assert run([*SIGN, "--cases", "3"]) == 7
    flagged = ("--cases", "3", "--flagged", "C-2=yes")
    assert run([*SIGN, *flagged]) == 7
    assert '--answer "C-2=TEXT"' in capsys.readouterr().err
    assert run([*SIGN, *flagged, "--answer", f"C-2={WHY}"]) == 2
    assert "--sample C-1=yes" in capsys.readouterr().err
    sample = [f"--sample=C-{number}=yes" for number in (1, 2, 3)]
    assert run([*SIGN, *flagged, "--answer", f"C-2={WHY}", *sample, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["summary"]["missing"] == 0


@pytest.mark.parametrize("words", [("--flagged", "C-2"), ("--flagged", "C-2=perhaps"), ("--sample", "two=yes")])
def test_what_is_no_verdict(here, words):
    assert run([*SIGN, "--cases", "3", *words]) == 2


def test_what_is_left_of_a_plan_is_shown_by_its_difference(here, monkeypatch, capsys):
    assert run(["reject", "P-1", "--reason", "a newspaper", "--case", "C-2", "--as", "alice"]) == 0
    answering(monkeypatch, "2")
    capsys.readouterr()
    assert run(["approve", "P-2", "--as", "alice", "--key", "alice"]) == 0
    shown = capsys.readouterr().out
    assert "P-1 to P-2" in shown
    assert "no longer in it" in shown
    assert "A sample" not in shown


def test_whose_name_it_is_the_key_says(tmp_path, monkeypatch, capsys):
    """Nobody types who they are; a name that is typed all the same must be the key's."""
    for name in ("planner", "alice", "bilal", "mallory"):
        make_key(tmp_path, name)
    (tmp_path / "mallory.pub").unlink()
    desk = make_desk(tmp_path, {}, approvals=1)
    add_cases(desk, "facebook", [1, 2])
    desk.ledger.close()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TAKEDOWN_AS", raising=False)
    assert run(["plan", "--as", "alice", "--key", "planner"]) == 7
    assert "The key that signed is not alice's" in capsys.readouterr().err
    assert run(["plan", "--key", "planner"]) == 0
    assert run(["plan", "sign", "P-1", "--key", "planner"]) == 0
    assert run(["approve", "P-1", "--as", "bilal", "--key", "alice", "--cases", "2"]) == 7
    assert run(["approve", "P-1", "--key", "mallory", "--cases", "2"]) == 7
    assert run(["reject", "P-1", "--as", "alice", "--key", "bilal", "--reason", "no", "--case", "C-2"]) == 7
    assert run(["reject", "P-1", "--key", "bilal", "--reason", "no", "--case", "C-2"]) == 0
    capsys.readouterr()
    assert run(["approve", "P-2", "--key", "alice", "--cases", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["summary"]["approved_by"] == "alice"
    monkeypatch.setenv("TAKEDOWN_AS", "bilal")
    assert run(["case", "note", "C-2", "seen", "--key", "alice"]) == 7
    assert "The key that signed is not bilal's" in capsys.readouterr().err
