"""Sending to a stand-in over real sockets: faults, halts, resumption, two processes. The stand-in's journal decides."""

import os
import signal
import threading

import pytest
from desks import add_cases, again
from figures import FULL, SEED
from sendings import api, nothing_lost_or_doubled, planned, references, send, states, taken, tries
from sqlalchemy import select, update

from takedown.approval import BadSignature
from takedown.delivery import run
from takedown.delivery.deliver import Halted
from takedown.delivery.halting import halt
from takedown.ledger.tables import lanes, meta, requests
from takedown.planning.approving import Tampered
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection
from takedown.sandbox.behaviour import Fault

COUNTED = pytest.mark.figure("hostile networks", unit="runs", how="a quarter of the answers are faults: nothing lost or doubled")

ROUGH = {
    Fault.NONE: 60,
    Fault.BUSY: 4,
    Fault.DOWN: 3,
    Fault.RESET: 6,
    Fault.ERROR: 8,
    Fault.LOST: 9,
    Fault.CUT_SILENT: 5,
    Fault.CUT: 5,
}


def test_a_calm_run_sends_everything_once(tmp_path, stand_in):
    sandbox = stand_in()
    desk, plan = planned(tmp_path, api(sandbox, idempotency=True), 30)
    done = send(desk, plan)
    assert (done.sent, done.exit) == (30, 0)
    assert set(taken(sandbox).values()) == {1}
    assert len(taken(sandbox)) == 30


def test_a_second_run_sends_nothing(tmp_path, stand_in):
    sandbox = stand_in()
    desk, plan = planned(tmp_path, api(sandbox), 5)
    send(desk, plan)
    assert send(again(desk), plan).sent == 5
    assert sum(taken(sandbox).values()) == 5


@COUNTED
@pytest.mark.parametrize("seed", range(SEED, SEED + (20 if FULL else 2)))
def test_with_a_key_a_hostile_network_loses_and_doubles_nothing(tmp_path, stand_in, seed):
    sandbox = stand_in(faults=ROUGH, seed=seed)
    desk, plan = planned(tmp_path, api(sandbox, idempotency=True), 60)
    for _ in range(8):
        if send(desk, plan, wait=60).exit == 0:
            break
    assert states(desk) == {"sent": 60}
    nothing_lost_or_doubled(desk, sandbox)


@COUNTED
def test_without_a_key_a_search_settles_what_is_uncertain(tmp_path, stand_in):
    sandbox = stand_in(faults=ROUGH, keyed=False)
    desk, plan = planned(tmp_path, api(sandbox, search=True, settle="2s"), 60)
    for _ in range(8):
        if send(desk, plan, wait=60).exit == 0:
            break
    assert states(desk) == {"sent": 60}
    nothing_lost_or_doubled(desk, sandbox)


@COUNTED
def test_with_neither_it_is_for_a_person_and_never_sent_again(tmp_path, stand_in):
    sandbox = stand_in(faults=ROUGH, keyed=False)
    desk, plan = planned(tmp_path, api(sandbox), 60)
    done = send(desk, plan)
    assert done.exit == 8
    before = sum(taken(sandbox).values())
    send(again(desk), plan)
    assert sum(taken(sandbox).values()) == before
    assert states(desk)["unknown"] == done.unknown > 0
    nothing_lost_or_doubled(desk, sandbox)


def test_a_refusal_of_a_repeat_does_not_settle_the_first_sending(tmp_path, stand_in):
    sandbox = stand_in(faults={Fault.LOST: 1})
    desk, plan = planned(tmp_path, api(sandbox, idempotency=True), 1)
    send(desk, plan, wait=0, limit=1)
    assert states(desk) == {"unknown": 1}
    (sandbox.folder / "facebook.token").write_text("wrong\n")
    desk.ledger.write(lambda book: book.db.execute(update(requests).values(not_before=0.0)))
    assert send(again(desk), plan, wait=0).exit == 4
    assert states(desk) == {"unknown": 1}


def test_wrong_credentials_stop_the_lane(tmp_path, stand_in):
    sandbox = stand_in()
    desk, plan = planned(tmp_path, api(sandbox, idempotency=True), 40)
    (sandbox.folder / "facebook.token").write_text("wrong\n")
    done = send(desk, plan)
    assert done.exit == 4
    assert done.stopped
    assert len(tries(desk)) <= 15  # those in flight, not all of them
    assert states(desk) == {"approved": 40}


def test_nobody_listens(tmp_path, stand_in):
    sandbox = stand_in()
    platforms = api(sandbox, idempotency=True, deadline="9s")
    platforms["facebook"]["base_url"] = "http://127.0.0.1:1/x"
    desk, plan = planned(tmp_path, platforms, 3)
    done = send(desk, plan, wait=0)
    assert done.exit == 5
    assert states(desk) == {"approved": 3}
    assert set(tries(desk)) == {"not_sent"}


@pytest.mark.safeguard("S23")
def test_a_halt_stops_what_has_connected_but_not_written(tmp_path, stand_in, monkeypatch):
    sandbox = stand_in()
    desk, plan = planned(tmp_path, api(sandbox, idempotency=True), 10)
    from takedown.delivery import pace

    write = pace.Pace.write

    async def halted_in_between(self):
        await write(self)
        if not desk.ledger.setting("halted"):
            await desk.ledger.awrite(
                lambda book: book.db.execute(update(meta).where(meta.c.name == "halted").values(value="by a test"))
            )

    monkeypatch.setattr(pace.Pace, "write", halted_in_between)
    send(desk, plan)
    assert taken(sandbox) == {}
    assert states(desk) == {"approved": 10}
    assert set(tries(desk)) == {"held"}


def test_a_halted_desk_does_not_begin(tmp_path, stand_in):
    sandbox = stand_in()
    desk, plan = planned(tmp_path, api(sandbox), 2)
    halt(desk, "somebody is unsure")
    with pytest.raises(Halted):
        send(desk, plan)


def test_a_row_that_changed_hands_after_the_claim_is_not_written(tmp_path, stand_in, monkeypatch):
    sandbox = stand_in()
    desk, plan = planned(tmp_path, api(sandbox, idempotency=True), 4)

    look = run.still_mine

    def robbed(db, one, owner, lane, now):
        return look(db, one, "somebody else", lane, now)

    monkeypatch.setattr(run, "still_mine", robbed)
    send(desk, plan, wait=0)
    assert taken(sandbox) == {}


def test_an_old_key_is_not_used_for_a_doubtful_request(tmp_path, stand_in):
    sandbox = stand_in(faults={Fault.LOST: 1})
    desk, plan = planned(tmp_path, api(sandbox, idempotency=True), 1)
    send(desk, plan, wait=0)
    desk.ledger.write(lambda book: book.db.execute(update(requests).values(not_before=0.0, key_born=book.now - 25 * 3600)))
    done = send(again(desk), plan, wait=0)
    assert (done.unknown, done.exit) == (1, 8)
    assert sum(taken(sandbox).values()) == 1


def test_bytes_edited_after_approval_are_not_sent(tmp_path, stand_in):
    sandbox = stand_in()
    desk, plan = planned(tmp_path, api(sandbox), 3)
    desk.ledger.write(lambda book: book.db.execute(update(requests).where(requests.c.position == 2).values(body=b'{"x":1}')))
    with pytest.raises((Tampered, BadSignature)):
        send(desk, plan)
    assert references(desk, "sent") <= set(taken(sandbox))
    assert len(taken(sandbox)) <= 2


def test_a_limit_is_kept_and_the_next_run_goes_on(tmp_path, stand_in):
    sandbox = stand_in()
    desk, plan = planned(tmp_path, api(sandbox, idempotency=True), 12)
    done = send(desk, plan, limit=5)
    assert (done.sent, done.remaining, done.exit) == (5, 7, 5)
    assert send(again(desk), plan).sent == 12
    assert sum(taken(sandbox).values()) == 12


def test_a_term_signal_finishes_what_is_in_flight(tmp_path, stand_in):
    sandbox = stand_in()
    desk, plan = planned(tmp_path, api(sandbox, idempotency=True, rate="1/s"), 40)

    class Terminator:
        def start(self, lane, total): ...
        def waiting(self, lane, until, why): ...
        def advance(self, lane, outcome):
            os.kill(os.getpid(), signal.SIGTERM)

    from takedown.delivery.deliver import deliver

    done = deliver(desk, plan, wait=5, limit=None, progress=Terminator())
    assert done.exit == 143
    assert 0 < done.sent < 40
    assert set(states(desk)) == {"sent", "approved"}
    nothing_lost_or_doubled(desk, sandbox)


def test_two_runs_at_once_share_the_work_without_doubling(tmp_path, stand_in):
    sandbox = stand_in()
    desk, plan = planned(tmp_path, api(sandbox, idempotency=True, rate="4/s"), 80)
    others = [threading.Thread(target=send, args=(again(desk), plan)) for _ in range(3)]
    for other in others:
        other.start()
    send(desk, plan)
    for other in others:
        other.join()
    assert states(desk) == {"sent": 80}
    assert set(taken(sandbox).values()) == {1}


def test_retry_after_closes_the_lane_for_every_process(tmp_path, stand_in):
    sandbox = stand_in(faults={Fault.BUSY: 1}, wait=3600)
    desk, plan = planned(tmp_path, api(sandbox, idempotency=True), 20)
    send(desk, plan, wait=0)
    first = len(tries(desk))
    assert send(again(desk), plan, wait=0).exit == 5
    assert len(tries(desk)) == first
    with desk.ledger.read() as db:
        assert db.execute(select(lanes.c.not_before)).scalar() > desk.clock.now()


def test_the_breaker_opens(tmp_path, stand_in):
    sandbox = stand_in(faults={Fault.ERROR: 1}, keyed=False)
    desk, plan = planned(tmp_path, api(sandbox, breaker="3 failures, 1h"), 40)
    send(desk, plan, wait=0)
    assert len(tries(desk)) <= 14
    with desk.ledger.read() as db:
        assert db.execute(select(lanes.c.not_before)).scalar() > desk.clock.now() + 1800


def test_portal_requests_go_to_people(tmp_path):
    desk, plan = planned(tmp_path, {}, 3, platform="whatsapp")
    done = send(desk, plan)
    assert (done.operator, done.exit) == (3, 8)


def test_another_case_after_the_first_plan_goes_its_own_way(tmp_path, stand_in):
    sandbox = stand_in()
    desk, plan = planned(tmp_path, api(sandbox), 2)
    add_cases(desk, "facebook", [7])
    second = make_plan(desk, Selection()).plan
    assert send(desk, second).sent == 1
    assert send(desk, plan).sent == 2


def test_a_lane_without_its_token_keeps_no_other_waiting(tmp_path, stand_in):
    sandbox = stand_in()
    desk, plan = planned(
        tmp_path, {**api(sandbox), "x": {"channel": "api", "automation_consent": "EX-1", "token_file": "none"}}, 2
    )
    add_cases(desk, "x", [1])
    (tmp_path / "takedown.toml").write_text((tmp_path / "takedown.toml").read_text() + 'base_url = "http://127.0.0.1:9/x"\n')
    desk = again(desk)
    second = make_plan(desk, Selection()).plan
    assert send(desk, plan).exit == 0
    done = send(desk, second)
    assert (done.exit, list(done.stopped or {})) == (4, ["x:api"])


def test_a_rest_at_the_end_is_waited_for(tmp_path, stand_in):
    sandbox = stand_in(faults={Fault.BUSY: 1, Fault.NONE: 1}, wait=1)
    desk, plan = planned(tmp_path, api(sandbox, idempotency=True), 12)
    assert send(desk, plan, wait=600).exit == 0
    assert states(desk) == {"sent": 12}
