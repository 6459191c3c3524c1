"""`takedown inbox`, `claim` and the mailbox in `sync`, as a user meets them."""

import json
from pathlib import Path

import pytest
from desks import make_key
from inbox_desk import office
from mail_server import configure, empty, free_port, post, serving
from mails import SERVER, mail

from takedown.cli import run

FAILED = {"results": f"{SERVER}; dkim=fail header.d=telegram.example"}


@pytest.fixture
def at(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TAKEDOWN_AS", "planner")
    return office(tmp_path, 2)


def save(name: str, raw: bytes) -> str:
    Path(name).write_bytes(raw)
    return name


@pytest.fixture
def told(capsys):
    def call(*words: str, code: int = 0):
        assert run([*words, "--json"]) == code
        return json.loads(capsys.readouterr().out)

    return call


def test_check_says_what_each_file_is_and_stores_nothing(at, told):
    files = [save("a.eml", at.reply()), save("b.eml", at.reply(to=1, **FAILED)), save("c.eml", mail("Hello."))]
    answer = told("inbox", "add", *files, "--check")
    fields = [{key: item[key] for key in ("file", "class", "request", "verified")} for item in answer["items"]]
    assert fields == [
        {"file": "a.eml", "class": "decision", "request": "R-1", "verified": True},
        {"file": "b.eml", "class": "decision", "request": at_request(at, 1), "verified": False},
        {"file": "c.eml", "class": "other", "request": None, "verified": True},
    ]
    assert answer["dry_run"] is True
    assert [len(item["claims"]) for item in answer["items"]] == [1, 0, 0]
    assert answer["items"][0]["claims"][0]["value"] == "removed"
    assert told("inbox", "list")["items"] == []
    assert at.claimed() == ["none", "none"]


def at_request(at, position: int) -> str:
    return f"R-{at.requests()[position]['id']}"


def test_add_exits_8_when_a_person_is_needed(at, told):
    assert told("inbox", "add", save("a.eml", at.reply()))["items"][0]["claims"] == 1
    assert told("inbox", "add", save("b.eml", at.reply(to=1, **FAILED)), code=8)["summary"] == {"messages": 1, "need_person": 1}
    assert told("inbox", "add", "a.eml")["items"][0]["new"] is False
    assert [item["message"] for item in told("inbox", "list", "--unmatched")["items"]] == ["M-2"]
    assert at.claimed() == ["removed", "none"]


@pytest.mark.parametrize("name", ["missing.eml", "."])
def test_a_file_that_is_none_is_a_usage_error(at, capsys, name):
    assert run(["inbox", "add", save("a.eml", at.reply()), name]) == 2
    assert "TD-0855" in capsys.readouterr().err
    assert at.claimed() == ["none", "none"]


def test_show_is_safe_to_look_at(at, capsys, told):
    told("inbox", "add", save("a.eml", mail("\x1b[2J\u202eWe have removed it.", subject="\x1b]8;;x\x1b\\")), code=8)
    assert run(["inbox", "show", "M-1"]) == 0
    assert run(["inbox", "list"]) == 0
    shown = capsys.readouterr().out
    assert not {"\x1b", "\u202e"} & set(shown)
    assert "removed it" in shown


def test_a_message_that_is_not_there(at, capsys):
    assert run(["inbox", "show", "M-9"]) == 2
    assert run(["inbox", "show", "nine"]) == 2
    assert "TD-0850" in capsys.readouterr().err


def test_two_people_accept_a_mail(tmp_path, monkeypatch, capsys, told):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TAKEDOWN_AS", "alice")
    make_key(tmp_path, "bilal")
    at = office(tmp_path, 1, approvals=1, who="alice")
    told("inbox", "add", save("a.eml", at.reply(**FAILED)), code=8)
    assert told("inbox", "match", "M-1", "C-1", code=8)["items"][0]["verified"] is False
    assert run(["inbox", "accept", "M-1", "--reason", "phoned", "--key", "bilal"]) == 7
    assert at.claimed() == ["none"]
    answer = told("inbox", "accept", "M-1", "--reason", "phoned", "--key", "bilal", "--as", "bilal")
    assert answer["items"][0]["claims"][0]["value"] == "removed"
    assert at.claimed() == ["removed"]
    capsys.readouterr()


def test_claims_by_hand_keep_their_evidence(at, told, tmp_path):
    Path("proof.txt").write_text("a screenshot")
    answer = told("claim", "add", "C-1", "C-2", "--value", "restricted", "--territory", "PK", "--evidence", "proof.txt")
    assert answer["summary"] == {"cases": 2, "new": 2}
    assert (tmp_path / "evidence" / at.claims()[0]["evidence"]).read_text() == "a screenshot"
    Path("list.csv").write_text("case,value\nC-1,removed\n")
    assert told("claim", "import", "list.csv")["summary"] == {"rows": 1, "cases": 1, "new": 1}
    assert at.claimed() == ["removed", "restricted"]
    Path("bad.csv").write_text("case,value\nC-1,vanished\n")
    assert run(["claim", "import", "bad.csv"]) == 6
    assert run(["claim", "add", "C-1", "--value", "vanished"]) == 2


def test_sync_reads_the_mailbox(at, told, tmp_path, capsys):
    with serving() as port:
        configure(tmp_path, port, SERVER)
        post(port, at.reply())
        assert told("sync")["summary"]["mails"] == 1
        assert at.claimed() == ["removed", "none"]
        post(port, at.reply(to=1, **FAILED))
        assert told("sync", code=8)["summary"]["need_person"] == 1
        empty(port)
    configure(tmp_path, free_port(), SERVER)
    assert run(["sync"]) == 5
    assert "could not be read" in capsys.readouterr().err
    assert at.claimed() == ["removed", "none"]


def test_a_mail_that_is_too_long_waits_for_a_person_and_stops_no_other(at, told, monkeypatch):
    monkeypatch.setattr("takedown.cli.inbox.MAX_MAIL", 5_000)
    monkeypatch.setattr("takedown.inbox.parse.MAX_MAIL", 5_000)
    long = save("long.eml", at.reply(to=1, text="We have removed the account.\n" + "x " * 10_000))
    items = told("inbox", "add", long, save("a.eml", at.reply()), "--check")["items"]
    assert [(item["class"], item["claims"] != []) for item in items] == [("other", False), ("decision", True)]
