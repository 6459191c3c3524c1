"""Who acted, in a bundle of a live ledger: the script inside finds acts that were forged, swapped or left out."""

import gzip
import json
import subprocess
import sys

import pytest
from desks import TurnedClock, acting, add_cases, again, live_desk

from takedown.audit.bundle import bundle
from takedown.audit.standalone import people
from takedown.audit.standalone.excerpt import event
from takedown.ledger import acts
from takedown.ledger.cases import close, note

ATTACK = pytest.mark.figure("attacks on who acted, in a bundle", unit="attacks", how="found by the script inside")


@pytest.fixture
def made(tmp_path):
    """C-2 was imported by planner, noted by alice and closed by bilal; alice also wrote of C-1."""
    desk = live_desk(tmp_path, clock=TurnedClock())
    add_cases(desk, "facebook", [1, 2])
    for who, case in (("alice", 1), ("alice", 2)):
        note(acting(again(desk), who, "case note").ledger, case, "looked at", who)
    close(acting(again(desk), "bilal", "case close").ledger, 2, "mistake", "bilal")
    bundle(desk, 2, tmp_path / "bundle")
    desk.ledger.close()
    return tmp_path / "bundle"


def checked(folder):
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "verify.py")], capture_output=True, text=True, cwd="/", check=False
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def rewritten(folder, change):
    """The whole excerpt made anew by somebody who knows how hashes are made, and no head outside that tells."""
    ends, *lines = map(json.loads, gzip.decompress((folder / "chain.jsonl.gz").read_bytes()).splitlines())
    seq, prev = ends["after"]
    record = json.loads((folder / "record.json").read_text())
    change(lines, record["openings"], seq + 1)
    for told in lines:
        seq += 1
        prev = event(seq, prev, told)["hash"]
    ends["last"] = [seq, prev]
    (folder / "chain.jsonl.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, [ends, *lines])).encode()))
    (folder / "record.json").write_text(json.dumps(record))
    (folder / "heads.jsonl").write_text("")
    code, said = checked(folder)
    assert code == 1, said
    return said.splitlines()[-1]


def at(lines, kind, number=0):
    return [place for place, told in enumerate(lines) if told[1] == kind][number]


def test_what_people_decided_is_told_with_their_keys(made):
    code, said = checked(made)
    assert code == 0, said
    for words in ("batch.imported, event", "by planner, with the key SHA256:", "(case note)", "case.closed, event", "by bilal"):
        assert words in said
    assert "3 decisions about the case are signed by keys that a policy gave" in said
    assert "of 1 decisions about other cases" in said
    assert "the policy that says so is signed by SHA256:" in said


@ATTACK
def test_a_forged_act(made):
    def change(lines, openings, first):
        told = lines[at(lines, "acted", -1)]
        told[3] = told[3].replace("case close", "case note!")

    assert "has a signature that does not hold" in rewritten(made, change)


@ATTACK
def test_a_decision_that_was_edited(made):
    def change(lines, openings, first):
        told = lines[at(lines, "case.closed")]
        told[3] = told[3].replace("mistake", "done")

    assert "is for other events than those before it" in rewritten(made, change)


@ATTACK
def test_two_acts_that_changed_places(made):
    def change(lines, openings, first):
        mine, other = at(lines, "acted", -1), at(lines, "acted", -2)
        (one, two) = (json.loads(lines[place][3]) for place in (mine, other))
        lines[mine][3], lines[other][3] = (json.dumps({**to, "by": by["by"]}) for by, to in ((one, two), (two, one)))

    assert "reaches over what was recorded before it began" in rewritten(made, change)


@ATTACK
def test_an_act_of_somebody_else_on_the_same_events(made):
    """Alice's own act, with the numbers made to fit: her key signed another hash."""

    def change(lines, openings, first):
        mine, other = at(lines, "acted", -1), at(lines, "acted", -2)
        fits = {name: json.loads(lines[mine][3])[name] for name in ("first", "by")}
        lines[mine][3] = json.dumps({**json.loads(lines[other][3]), **fits})

    assert "is for other events than those before it" in rewritten(made, change)


@ATTACK
def test_a_dropped_act(made):
    def change(lines, openings, first):
        place = at(lines, "acted", -1)
        gone = first + place
        del lines[place]
        openings[:] = [one for one in openings if one["event"] != gone]
        for one in openings:
            one["event"] -= one["event"] > gone

    assert "(case.closed) names a person, and nobody's key stands behind it" in rewritten(made, change)


@ATTACK
def test_a_name_that_is_left_out(made):
    record = json.loads((made / "record.json").read_text())
    record["openings"] = [one for one in record["openings"] if one["value"] != "bilal"]
    (made / "record.json").write_text(json.dumps(record))
    assert "is by a key that no policy gave to None" in checked(made)[1]


@ATTACK
def test_a_policy_of_ones_own(made):
    record = json.loads((made / "record.json").read_text())
    (text,) = (one for one in record["openings"] if one["name"] == "text" and "approvers" in one["value"])
    text["value"] = text["value"].replace("alice", "carla")
    (made / "record.json").write_text(json.dumps(record))
    assert "another text" in checked(made)[1]


@ATTACK
def test_no_policy_at_all(made):
    record = json.loads((made / "record.json").read_text())
    record["early"] = [one for one in record["early"] if one["told"][1] != "policy.seen"]
    record["openings"] = [one for one in record["openings"] if "approvers" not in one["value"]]
    (made / "record.json").write_text(json.dumps(record))
    assert "is by a key that no policy gave to" in checked(made)[1]


@ATTACK
def test_no_word_of_how_people_act(made):
    record = json.loads((made / "record.json").read_text())
    record["early"] = [one for one in record["early"] if one["seq"] != 1]
    (made / "record.json").write_text(json.dumps(record))
    assert "event 1, which says how people act in this ledger, is not here" in checked(made)[1]


def test_what_needs_a_key_is_what_the_ledger_says():
    assert (people.APART, people.BRAKES) == (acts.APART, acts.BRAKES)


def test_names_in_comments_of_a_policy_count_for_nothing():
    policy = 'approvers = ["alice ssh-ed25519 AAAA x"] # "carla ssh-ed25519 BBBB"\n# "bilal ssh-ed25519 CCCC"\nnote = \'a # b\'\n'
    assert [words for words in people.quoted(policy) if words] == [["alice", "ssh-ed25519", "AAAA", "x"], ["a", "#", "b"]]
