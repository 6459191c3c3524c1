"""An emergency calls a second person at once, and never does without: who is called, what is said, when it is overdue."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from desks import TurnedClock, add_cases, again, make_desk, make_key, signed, status_of
from post_office import PostOffice
from sqlalchemy import select

from takedown.cli import run
from takedown.delivery.calling import PAUSE, TRIES, call_again, call_second
from takedown.ledger.tables import events
from takedown.planning.approving import NotApproved, approve, verify
from takedown.planning.listing import get_plan
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection
from takedown.planning.undoing import discard
from takedown.report.deadlines import deadlines

PORTAL = {"facebook": {"channel": "portal"}}
ADDRESSES = 'second_within = "30m"\n[policy.addresses]\n{}\n[smtp]\nport = {}\n'
TWO = 'alice = "alice@authority.example"\nbilal = "bilal@authority.example"'


def desk_at(folder, port, addresses=TWO):
    for name in ("planner", "alice", "bilal"):
        make_key(folder, name)
    desk = make_desk(folder, PORTAL, approvals=1, clock=TurnedClock())
    file = folder / "takedown.toml"
    told = ADDRESSES.format(addresses, port).split("[policy.addresses]")
    file.write_text(file.read_text().replace("[ledger]", f"{told[0]}[policy.addresses]{told[1]}[ledger]", 1))
    desk = again(desk)
    add_cases(desk, "facebook", [1, 2])
    return desk


def planned(desk):
    return get_plan(desk.ledger, make_plan(desk, Selection(), "a threat to life at standin_0042's").plan)


def waiting(desk):
    return next(one for one in status_of(desk).people if one.kind == "approval")


@pytest.mark.safeguard("S21")
def test_who_may_sign_is_called_and_no_target_is_named(tmp_path):
    with PostOffice().open() as office:
        desk = desk_at(tmp_path, office.port)
        plan = planned(desk)
        done = call_second(desk, plan)
    assert done.reached == ("alice", "bilal")
    assert len(office.taken) == 2
    for raw in office.taken:
        assert b"Subject: Emergency plan P-1: a second signature is needed" in raw
        assert b"2 cases" in raw
        assert b"takedown approve P-1" in raw
        assert b"standin" not in raw.replace(b"standin.test", b"")
        assert b"facebook" not in raw
    with desk.ledger.read() as db:
        (data,) = db.execute(select(events.c.data).where(events.c.kind == "emergency.called")).scalars()
    assert json.loads(data)["called"] == 2
    assert "alice" not in data
    desk.ledger.close()


@pytest.mark.safeguard("S21")
def test_an_emergency_that_nobody_signs_is_overdue_and_not_sent(tmp_path):
    with PostOffice().open() as office:
        desk = desk_at(tmp_path, office.port)
        plan = planned(desk)
        call_second(desk, plan)
    assert waiting(desk).what == "EMERGENCY: P-1 waits for approval"
    assert "0 of 2 approvals given; 2 called by mail" in waiting(desk).why
    assert waiting(desk).until == plan["created_at"] + 1800
    with desk.ledger.read() as db:
        assert [one.until.timestamp() for one in deadlines(desk, db) if one.ident == "emergency-P-1"] == [
            plan["created_at"] + 1800
        ]
    desk.clock.at += 1801
    assert waiting(desk).what == "EMERGENCY, OVERDUE: P-1 waits for approval"
    with pytest.raises(NotApproved):
        verify(desk, 1)
    for name in ("alice", "bilal"):
        approve(again(desk, name), 1, 2, signed(tmp_path / name, plan["digest"]))
    assert verify(again(desk), 1).plan == 1
    assert not [one for one in status_of(desk).people if one.kind == "approval"]
    desk.ledger.close()


def test_who_cannot_be_called_is_told(tmp_path):
    with PostOffice({"RCPT": "550 5.1.1 no such mailbox"}).open() as office:
        desk = desk_at(tmp_path, office.port, 'alice = "alice@authority.example"')
        done = call_second(desk, planned(desk))
    assert done.reached == ()
    assert "no such mailbox" in done.missed["alice"]
    assert done.missed["bilal"] == "the policy has no address"
    assert "nobody was reached by mail: call somebody" in waiting(desk).why
    desk.ledger.close()


def test_a_relay_that_is_away_and_a_world_outside_the_sandbox(tmp_path):
    desk = desk_at(tmp_path, 9, 'alice = "alice@authority.example"\nbilal = "bilal@authority.org"')
    missed = call_second(desk, planned(desk)).missed
    assert "reserved domains only" in missed["bilal"]
    assert missed["alice"]
    desk.ledger.close()


def test_who_brought_the_cases_in_is_not_called(tmp_path):
    with PostOffice().open() as office:
        desk = desk_at(tmp_path, office.port)
        add_cases(again(desk, "alice"), "facebook", [3])
        assert call_second(desk, planned(desk)).reached == ("bilal",)
    desk.ledger.close()


@pytest.mark.safeguard("S21")
def test_planning_an_emergency_calls(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TAKEDOWN_AS", "planner")
    with PostOffice().open() as office:
        desk_at(tmp_path, office.port, 'alice = "alice@authority.example"').ledger.close()
        assert run(["plan"]) == 0
        assert office.commands == []
        assert run(["plan", "discard", "P-1"]) == 0
        capsys.readouterr()
        assert run(["plan", "--emergency", "a threat to life"]) == 0
    told = " ".join(capsys.readouterr().err.split())
    assert "Called by mail: alice." in told
    assert "bilal was not called: the policy has no address" in told
    assert len(office.taken) == 1


def called(desk):
    with desk.ledger.read() as db:
        query = select(events.c.kind, events.c.data).where(events.c.kind.like("emergency.%")).order_by(events.c.seq)
        return [(kind, json.loads(data)) for kind, data in db.execute(query)]


def tries(desk):
    return sum(kind == "emergency.calling" for kind, _ in called(desk))


@pytest.mark.safeguard("S21")
def test_who_has_not_signed_in_time_is_called_a_second_time_and_no_more(tmp_path):
    with PostOffice().open() as office:
        desk = desk_at(tmp_path, office.port)
        plan = planned(desk)
        call_second(desk, plan)
        assert call_again(desk) == []
        approve(again(desk, "alice"), 1, 2, signed(tmp_path / "alice", plan["digest"]))
        desk.clock.at += 1801
        ((number, done),) = call_again(desk)
        assert (number, done.reached, done.missed) == (1, ("bilal",), {})
        assert "1 called by mail a second time" in waiting(desk).why
        for _ in range(5):
            desk.clock.at += 3600
            assert call_again(desk) == []
    first, _, second = office.taken
    assert b"To: bilal@" in second
    assert b"You are called a second time, and by mail not again: 20" in second
    assert b"standin" not in second.replace(b"standin.test", b"")
    assert [line for line in second.splitlines() if line.startswith(b"Message-ID")] != [
        line for line in first.splitlines() if line.startswith(b"Message-ID")
    ]
    assert next(one for one in called(desk) if one[1].get("again"))[1]["called"] == 1
    desk.ledger.close()


@pytest.mark.safeguard("S21")
def test_two_who_call_at_once_call_once(tmp_path):
    with PostOffice().open() as office:
        desk = desk_at(tmp_path, office.port)
        planned(desk)
        desk.clock.at += 1801
        desks = [again(desk) for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            done = [one for found in pool.map(call_again, desks) for one in found]
        for one in desks:
            one.ledger.close()
    assert len(done) == 1
    assert len(office.taken) == 2
    desk.ledger.close()


def test_a_second_call_that_reaches_nobody_is_tried_again_a_few_times(tmp_path):
    desk = desk_at(tmp_path, 9)
    planned(desk)
    desk.clock.at += 1801
    assert call_again(desk)[0][1].reached == ()
    assert call_again(desk) == []  # not so soon
    for _ in range(5):
        desk.clock.at += PAUSE + 1
        call_again(desk)
    assert tries(desk) == TRIES
    assert "nobody was reached by mail: call somebody" in waiting(desk).why
    desk.ledger.close()


@pytest.mark.safeguard("S21")
@pytest.mark.parametrize("end", ["signed", "discarded", "not an emergency"])
def test_nobody_is_called_to_what_waits_for_nobody(tmp_path, end):
    with PostOffice().open() as office:
        desk = desk_at(tmp_path, office.port)
        plan = planned(desk) if end != "not an emergency" else get_plan(desk.ledger, make_plan(desk, Selection()).plan)
        for name in ("alice", "bilal") if end == "signed" else ():
            approve(again(desk, name), 1, 2, signed(tmp_path / name, plan["digest"]))
        if end == "discarded":
            discard(desk.ledger, 1, "a mistake")
        desk.clock.at += 7200
        assert call_again(desk) == []
        assert office.taken == []
    desk.ledger.close()


def test_the_command_for_cron(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("takedown.clock.SystemClock.now", lambda self: 1_800_001_802.0)
    with PostOffice().open() as office:
        desk = desk_at(tmp_path, office.port)
        planned(desk)
        desk.ledger.close()
        assert run(["plan", "call", "--as", "cron"]) == 8
        assert "P-1: called a second time: alice, bilal." in capsys.readouterr().err
        assert run(["plan", "call", "--as", "cron"]) == 0
    assert len(office.taken) == 2


def test_a_password_that_is_missing_is_told_like_a_relay_that_is_away(tmp_path):
    desk = desk_at(tmp_path, 9)
    file = tmp_path / "takedown.toml"
    file.write_text(file.read_text().replace("[smtp]\n", '[smtp]\nuser = "desk"\npassword_file = "nowhere"\n'))
    desk = again(desk)
    done = call_second(desk, planned(desk))
    assert (done.reached, {*done.missed}) == ((), {"alice", "bilal"})
    assert "password" in done.missed["alice"]
    desk.ledger.close()
