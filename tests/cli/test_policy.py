"""`takedown policy`: shown, checked, signed, compared, and the oversight key adopted."""

import json

import pytest
from desks import POWER, add_cases, make_desk, make_key
from sqlalchemy import update

from takedown.cli import run
from takedown.desk import open_desk
from takedown.ledger.tables import cases
from takedown.settings import load


@pytest.fixture
def here(tmp_path, monkeypatch):
    for name in ("alice", "oversight"):
        make_key(tmp_path, name)
    make_desk(tmp_path, {}, approvals=1).ledger.close()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answer(capsys, *words, code=0):
    capsys.readouterr()
    assert run([*words, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_from_adopting_to_a_policy_that_live_takes(here, capsys):
    (here / "policy.toml").write_text(f"approvers = ['alice {(here / 'alice.pub').read_text().strip()}']\n{POWER}")
    told = answer(capsys, "policy", "check", "policy.toml", code=7)
    assert told["items"] == [{"problem": "nobody has signed it"}]
    assert answer(capsys, "policy", "adopt", "oversight.pub")["summary"]["oversight"].startswith("SHA256:")
    answer(capsys, "policy", "sign", "policy.toml", "--key", "oversight")
    assert answer(capsys, "policy", "check", "policy.toml")["summary"]["problems"] == 0
    assert run(["policy", "adopt", "alice.pub"]) == 7


def test_keys_that_look_like_one_persons_are_pointed_at(here, capsys):
    for name in ("bilal", "carla"):
        make_key(here, name)
    alice, bilal, carla = ((here / f"{name}.pub").read_text().strip() for name in ("alice", "bilal", "carla"))
    (here / "policy.toml").write_text(
        f"approvals = 2\napprovers = ['alice {alice} a@desk.example', 'bilal {bilal} A@desk.example']\n"
        f"planners = ['carla {carla} c@desk.example', 'dana {carla}']\n{POWER}"
    )
    told = answer(capsys, "policy", "check", "policy.toml", code=7)
    assert {"problem": "carla and dana have one key: a key is one person"} in told["items"]
    assert told["warnings"][0] == "the keys of alice and bilal both say 'a@desk.example': are they two people?"
    assert "2 must approve and 2 may" in told["warnings"][1]


def test_the_policy_in_force_is_shown(here, capsys):
    told = answer(capsys, "policy", "show")
    assert told["items"][0]["max_cases_per_plan"] == 500
    assert told["summary"]["oversight"] is None
    assert run(["policy", "show"]) == 0
    assert "alice" in capsys.readouterr().out


def test_what_a_file_would_change(here, capsys):
    (here / "policy.toml").write_text("max_cases_per_plan = 7\n")
    found = {one["key"]: (one["now"], one["then"]) for one in answer(capsys, "policy", "diff", "policy.toml")["items"]}
    assert found["max_cases_per_plan"] == ("500", "7")
    assert "sample_size" not in found


@pytest.mark.parametrize("text", ["", "ssh-rsa AAAA", "ssh-ed25519 AAAA"])
def test_what_is_no_key_is_not_adopted(here, capsys, text):
    (here / "key.pub").write_text(text)
    assert run(["policy", "adopt", "key.pub"]) == 2
    assert "key.pub" in capsys.readouterr().err


def test_the_work_of_an_organisation_is_shown_and_reviewed(here, capsys):
    desk = again_at(here)
    add_cases(desk, "facebook", [1, 2], organisation="Hasty")
    change = update(cases).values(claimed="declined", declined_at=desk.clock.now(), delivered="sent")
    desk.ledger.write(lambda book: book.db.execute(change))
    desk.ledger.close()
    (item,) = answer(capsys, "policy", "precision")["items"]
    assert (item["organisation"], item["granted"], item["decided"], item["stopped"]) == ("Hasty", 0, 2, False)
    words = ("policy", "review", "Hasty", "--reason", "both were satire", "--as", "alice", "--key", "alice")
    assert answer(capsys, *words)["summary"] == {"organisation": "Hasty", "granted": 0, "decided": 2}
    assert answer(capsys, "policy", "precision")["items"] == []
    assert run(["policy", "review", "--reason", "none named", "--key", "alice"]) == 2
    assert run(["policy", "precision"]) == 0
    assert "Nothing is decided yet" in capsys.readouterr().out


def again_at(folder):
    return open_desk(load(folder / "takedown.toml"), "planner")
