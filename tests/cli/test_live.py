"""A live desk from its first command to a packet on the officers' list, with nothing but the command line."""

import json
import shutil
import subprocess

import pytest
from desks import ELSEWHERE, LIVE, make_key

from takedown.cli import run

ROW = "{},pk-peca-37,Account publishes calls to violence for a banned organisation.,FILE-{},remove_account,All is alike.,{}\n"
HEAD = "url,legal_basis,reason,reference,measure,proportionality,territory\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Keys, a configuration, a policy that nobody has signed yet, and two cases of which one is in another country."""
    for name in ("carla", "alice", "bilal", "oversight"):
        make_key(tmp_path, name)
    public = {name: (tmp_path / f"{name}.pub").read_text().strip() for name in ("carla", "alice", "bilal")}
    (tmp_path / "takedown.toml").write_text(LIVE + ELSEWHERE)
    (tmp_path / "policy.toml").write_text(
        f'approvers = ["alice {public["alice"]}", "bilal {public["bilal"]}"]\nplanners = ["carla {public["carla"]}"]\n'
        '[[powers]]\nlaw = "PECA 2016, s. 37 (1)"\nbasis = "pk-peca-37"\nterritories = ["PK"]\n'
    )
    rows = (ROW.format(f"https://www.facebook.com/standin.{n}", n, where) for n, where in ((1, "PK"), (2, "DE")))
    (tmp_path / "cases.csv").write_text(HEAD + "".join(rows))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return tmp_path


def step(*words, code=0):
    assert run([*words]) == code, words


def told(capsys):
    return " ".join(capsys.readouterr().err.split())


def test_from_init_to_a_packet(here, capsys):
    step("init", "--no-input", code=7)  # doctor misses the oversight
    step("import", "cases.csv", "--key", "carla", code=7)
    step("policy", "adopt", "oversight.pub")
    step("import", "cases.csv", "--key", "carla", code=7)
    step("plan", "--as", "carla", "--key", "carla", code=7)
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", "takedown-policy", "-f", "oversight", "policy.toml"]
    assert shutil.which("ssh-keygen")
    subprocess.run(command, check=True, capture_output=True)
    step("policy", "check", "policy.toml")
    step("import", "cases.csv", "--as", "alice", "--key", "carla", code=7)
    step("import", "cases.csv", code=4)
    step("import", "cases.csv", "--key", "carla")
    step("packs", "sign", "pk-peca-37", "--as", "alice", "--key", "alice")
    step("plan", "--as", "mallory", code=7)
    step("plan", "--as", "carla", "--key", "alice", code=7)
    assert "The key that signed is not carla's" in told(capsys)
    step("plan", "--as", "carla", code=3)
    err = capsys.readouterr().err
    assert "C-2 was left out: PECA 2016, s. 37 (1) does not reach DE" in err
    assert "next: takedown plan sign P-1 --as carla --key FILE" in err
    step("approve", "P-1", "--as", "alice", "--key", "alice", "--cases", "1", code=7)
    capsys.readouterr()
    step("status")
    assert "P-1 waits for its planner's signature" in capsys.readouterr().out
    step("plan", "show", "P-1")
    assert "not by carla yet: takedown plan sign P-1" in capsys.readouterr().out
    step("plan", "sign", "P-1", "--as", "alice", "--key", "alice", code=7)
    step("plan", "sign", "P-1", "--as", "carla", "--key", "carla")
    step("approve", "P-1", "--as", "carla", "--key", "carla", "--cases", "1", code=7)
    step("submit", "P-1", "--as", "carla", code=7)
    step("approve", "P-1", "--as", "alice", "--key", "alice", "--cases", "1")
    step("halt", "--oversight", "oversight", "--reason", "a drill")
    step("submit", "P-1", "--as", "carla", code=7)
    assert "Sending is halted: by the oversight since " in capsys.readouterr().err
    step("unhalt", "--as", "bilal", "--key", "bilal", code=8)
    step("unhalt", "--oversight", "oversight")
    capsys.readouterr()
    (here / "takedown.toml").write_text(LIVE)
    step("submit", "P-1", "--as", "carla", code=7)
    assert 'set [audit] copies to a place that operators cannot write: "file:FOLDER" elsewhere' in told(capsys)
    (here / "takedown.toml").write_text(LIVE + ELSEWHERE)
    step("submit", "P-1", "--as", "carla", code=8)
    assert (here / "elsewhere" / "takedown.db.heads.jsonl").read_text()
    capsys.readouterr()
    step("case", "list", "--json")
    assert {item["case"]: item["delivery"] for item in json.loads(capsys.readouterr().out)["items"]} == {
        "C-1": "operator",
        "C-2": "draft",
    }
    step("audit", "verify")


def begun():
    """A live desk in force with two cases."""
    step("init", "--no-input", code=7)
    step("policy", "adopt", "oversight.pub")
    step("policy", "sign", "policy.toml", "--key", "oversight")
    step("import", "cases.csv", "--key", "carla")


def test_who_acts_is_the_key_whatever_name_was_typed(here, capsys, monkeypatch):
    begun()
    monkeypatch.setenv("TAKEDOWN_AS", "")
    step("case", "note", "C-1", "looked at", code=4)
    step("case", "note", "C-1", "looked at", "--as", "alice", "--key", "bilal", code=7)
    step("case", "note", "C-1", "looked at", "--key", "oversight", code=7)
    assert "The policy gives the key SHA256:" in told(capsys)
    step("case", "note", "C-1", "looked at", "--key", "bilal")
    (here / "takedown.toml").write_text(LIVE + ELSEWHERE + '[signing]\nkey = "alice"\n')
    step("case", "close", "C-1", "--as", "mistake")
    step("case", "reopen", "C-1")
    step("case", "note", "C-1", "not a mistake")
    capsys.readouterr()
    step("case", "show", "C-1")
    shown = capsys.readouterr().out
    assert "bilal: looked at" in shown
    assert "alice: not a mistake" in shown
    step("audit", "verify")


def test_a_plan_is_thrown_away_by_a_key(here):
    begun()
    step("packs", "sign", "pk-peca-37", "--key", "alice")
    step("plan", "--as", "carla", "--key", "carla", code=3)
    step("plan", "discard", "P-1", "--as", "alice", code=4)
    step("reject", "P-1", "--reason", "the wrong file", "--as", "alice", code=4)
    step("reject", "P-1", "--reason", "the wrong file", "--key", "alice")
    step("audit", "verify")


@pytest.mark.safeguard("S23")
def test_anybody_may_halt_but_a_typed_name_is_shown_as_such(here, capsys):
    begun()
    step("halt", "--reason", "a drill", "--as", "alice", "--key", "alice")
    step("unhalt", "--as", "bilal", "--key", "bilal")
    step("halt", "--reason", "the agent is gone", "--as", "alice")
    assert "Nobody's key stands behind this halt: No Ed25519 key to sign with" in told(capsys)
    step("status")
    assert "by alice (a name that was typed, no key) since" in " ".join(capsys.readouterr().out.split())
    (here / "policy.toml.sig").unlink()
    step("halt", "--reason", "no policy either")
    step("policy", "sign", "policy.toml", "--key", "oversight")
    step("unhalt", "--as", "bilal", code=4)
    step("unhalt", "--key", "alice", code=7)
    step("unhalt", "--key", "bilal")
    step("audit", "verify")


def test_the_environment_loosens_nothing(here, monkeypatch, capsys):
    step("init", "--no-input", code=7)
    step("policy", "adopt", "oversight.pub")
    step("policy", "sign", "policy.toml", "--key", "oversight")
    step("import", "cases.csv", "--key", "carla")
    monkeypatch.setenv("TAKEDOWN_POLICY__MAX_CASES_PER_PLAN", "100000")
    step("plan", "--as", "carla", "--key", "carla", code=7)
    assert "remove [policy] and TAKEDOWN_POLICY variables" in capsys.readouterr().err
