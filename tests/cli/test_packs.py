import json
import shutil
from importlib.resources import files

import pytest
from desks import add_cases, again, make_desk, make_key

from takedown.approval import approvers
from takedown.cli import run
from takedown.notices import load_packs
from takedown.planning.reviewed_packs import standing

SHIPPED = load_packs()


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    return tmp_path


@pytest.fixture
def own(here):
    """An operator's folder with a pack of its own."""
    (here / "own" / "packs").mkdir(parents=True)
    (here / "takedown.toml").write_text('[packs]\nfolder = "own"\n')
    text = (files("takedown_notices") / "packs" / "pk-peca-37.toml").read_text()
    file = here / "own" / "packs" / "desk-one.toml"
    file.write_text(text.replace('id = "pk-peca-37"', 'id = "desk-one"\ntexts_of = "pk-peca-37"', 1))
    return file


@pytest.fixture
def desk(here):
    for name in ("alice", "bilal"):
        make_key(here, name)
    desk = make_desk(here, {}, approvals=1)
    add_cases(desk, "facebook", range(1, 4))
    yield desk
    desk.ledger.close()


def answer(capsys, *words, code=0):
    assert run([*words, "--json"]) == code
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


@pytest.mark.usefixtures("here")
def test_list_says_of_each_pack_what_it_is_and_whether_it_is_verified(capsys):
    told = answer(capsys, "packs", "list")
    assert [item["pack"] for item in told["items"]] == list(SHIPPED)
    for item in told["items"]:
        pack = SHIPPED[item["pack"]]
        assert (item["instrument"], item["jurisdiction"], item["standing"]) == (pack.instrument, pack.jurisdiction, pack.standing)
        assert (item["origin"], item["fingerprint"]) == ("built-in", pack.fingerprint)
        assert item["live"]["lawful"] == pack.verified
    assert told["summary"] == {"packs": len(SHIPPED), "verified": sum(p.verified for p in SHIPPED.values())}
    assert run(["packs", "list"]) == 0
    assert capsys.readouterr().out.count("NOT VERIFIED") == sum(not p.verified for p in SHIPPED.values())


def test_list_has_the_operators_packs_too_and_warns_of_a_broken_one(capsys, own):
    (item,) = [one for one in answer(capsys, "packs", "list")["items"] if one["pack"] == "desk-one"]
    assert item["origin"].endswith("/own")
    own.write_text(own.read_text().replace("patience", "patients"))
    told = answer(capsys, "packs", "list")
    assert "desk-one" not in {one["pack"] for one in told["items"]}
    assert any("desk-one.toml: patients: there is no such field" in warning for warning in told["warnings"])


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", SHIPPED)
def test_show_leaves_nothing_out(capsys, name):
    pack = SHIPPED[name]
    assert run(["packs", "show", name]) == 0
    out = " ".join(capsys.readouterr().out.split())
    said = [pack.title, pack.law, pack.provision, pack.status_note, pack.source, pack.signatory, pack.publication.text,
            pack.user_may_be_told_note, pack.fingerprint, *pack.unverified, *pack.required, *pack.redress.values()]  # fmt: skip
    said += [text for one in pack.columns for text in (one.name, one.label["en"], one.help)]
    said += [
        text for one in pack.clocks for text in (one.name, one.starts_when, one.source, *(pause.says for pause in one.pauses))
    ]
    assert [text for text in said if " ".join(text.split()) not in out] == []
    (item,) = answer(capsys, "packs", "show", name)["items"]
    assert item["unverified"] == list(pack.unverified)
    assert [one["name"] for one in item["columns"]] == [one.name for one in pack.columns]
    assert [one["verified"] for one in item["clocks"]] == [one.verified for one in pack.clocks]
    assert item["required_columns"] == list(pack.required_columns)
    assert "en/letter.txt" in item["texts"]


@pytest.mark.usefixtures("here")
def test_an_unknown_pack_is_named_with_those_that_there_are(capsys):
    assert run(["packs", "show", "pk-peca-73"]) == 2
    err = capsys.readouterr().err
    assert "error[TD-0602]" in err
    assert "pk-peca-37" in err


@pytest.mark.usefixtures("here")
def test_what_is_shipped_is_sound(capsys):
    told = answer(capsys, "packs", "lint")
    assert told["items"] == []
    assert told["summary"] == {"packs": len(SHIPPED), "faults": 0}


def test_lint_tells_every_fault_with_its_file_and_its_remedy(capsys, own):
    own.write_text(own.read_text().replace("patience", "patients").replace('jurisdiction = "PK"', ""))
    told = answer(capsys, "packs", "lint", code=6)
    assert {item["field"] for item in told["items"]} == {"patients", "patience", "jurisdiction"}
    assert all(item["file"] == str(own) and item["do"] for item in told["items"])
    assert run(["packs", "lint"]) == 6
    assert str(own) in capsys.readouterr().out


def test_lint_compiles_the_texts_of_a_folder_that_it_is_given(capsys, here):
    shutil.copytree(str(files("takedown_notices") / "en" / "pk-peca-37"), here / "folder" / "en" / "pk-peca-37")
    assert answer(capsys, "packs", "lint", "folder")["summary"]["faults"] == 0
    letter = here / "folder" / "en" / "pk-peca-37" / "letter.txt"
    letter.write_text(letter.read_text() + "{{ nothing_of_that_name }}")
    told = answer(capsys, "packs", "lint", "folder", code=6)
    assert [item["field"] for item in told["items"]] == ["en/letter.txt"]
    assert answer(capsys, "packs", "lint", "nowhere", code=6)["items"][0]["what"] == "it is not a folder"


@pytest.mark.usefixtures("desk")
def test_check_says_which_packs_each_case_could_meet_and_what_it_lacks(capsys):
    told = answer(capsys, "packs", "check", "B-1")
    assert (told["summary"]["cases"], told["summary"]["incomplete"]) == (3, 0)
    assert told["summary"]["packs"]["pk-peca-37"] == {"complete": 3, "missing": {}}
    referral = told["summary"]["packs"]["terms-referral"]
    assert referral == {"complete": 0, "missing": {"platform_rule": 3, "why_no_order": 3}}
    for item in told["items"]:
        assert item["complete"]
        assert "pk-peca-37" in item["meets"]
        assert "pk-peca-37" not in item["missing"]
        assert [one["column"] for one in item["missing"]["terms-referral"]] == ["platform_rule", "why_no_order"]
        assert all(one["why"] and one["fix"] for one in item["missing"]["terms-referral"])
        assert {*item["meets"], *item["missing"]} == set(SHIPPED)
    assert run(["packs", "check", "B-1"]) == 0
    assert "platform_rule (3), why_no_order (3)" in capsys.readouterr().out


def test_a_case_that_its_own_pack_asks_more_of_by_now_needs_a_person(capsys, desk, here):
    folder = here / "own"
    folder.mkdir()
    text = (files("takedown_notices") / "packs" / "pk-peca-37.toml").read_text()
    (folder / "pk-peca-37.toml").write_text(text.replace("required = false\nmax_length = 300", "max_length = 300", 1))
    config = here / "takedown.toml"
    config.write_text(config.read_text() + '[packs]\nfolder = "own"\n')
    told = answer(capsys, "packs", "check", "B-1", code=8)
    assert told["summary"]["incomplete"] == 3
    assert run(["packs", "check", "B-1"]) == 8
    assert "C-1 is not complete for pk-peca-37: section_37_ground" in capsys.readouterr().err


@pytest.mark.usefixtures("desk")
def test_check_of_a_batch_that_is_none(capsys):
    assert run(["packs", "check", "B-7"]) == 2
    assert "B-7" in capsys.readouterr().err


def test_sign_keeps_a_review_that_holds(capsys, desk, here):
    told = answer(capsys, "packs", "sign", "pk-peca-37", "--as", "alice", "--key", str(here / "alice"))
    assert told["items"][0]["file"] == str(here / "reviews" / "pk-peca-37.review.toml")
    desk = again(desk)
    assert standing(desk.config, desk.packs["pk-peca-37"], approvers(desk.policy.approvers)).by == "alice"
    (item,) = answer(capsys, "packs", "show", "pk-peca-37")["items"]
    assert item["live"] == {"lawful": True, "review_needed": True, "reviewed_by": "alice", "why_not": ""}
    assert run(["packs", "list"]) == 0
    assert "yes, reviewed by alice" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "key"), [("carol", "alice"), ("alice", "bilal")])
def test_sign_by_another_is_refused_by_policy(capsys, desk, here, name, key):
    assert run(["packs", "sign", "pk-peca-37", "--as", name, "--key", str(here / key)]) == 7
    assert not (here / "reviews").exists()
