"""A fleet under SIGKILL, SIGSTOP, and restarts of its server: the platform's own journal decides what was lost or doubled."""

import json
import random
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from crew_desk import wait_for, writing
from desks import open_desk
from figures import FULL, SEED
from sendings import nothing_lost_or_doubled, references, taken
from servers import restart
from sqlalchemy import insert, select, text

from takedown.audit import verify
from takedown.delivery.halting import halt, unhalt
from takedown.fleet.handing import hand
from takedown.fleet.queue import SCHEMA, depth
from takedown.heads import current, write_head
from takedown.ledger.tables import heads, lanes, plans
from takedown.sandbox.behaviour import Fault
from takedown.settings import load

ROUGH = {Fault.NONE: 80, Fault.BUSY: 4, Fault.ERROR: 6, Fault.LOST: 6, Fault.RESET: 4}
COUNTED = pytest.mark.figure("fleet under kills, pauses and restarts", unit="runs", how="two workers: nothing lost or doubled")


def settled(desk):
    return not references(desk, "approved", "sending")


def all_sent(desk, n):
    return lambda: len(references(desk, "sent")) == n


def everything_is_right(desk, sandbox, n, *, keyed):
    if keyed:
        assert len(references(desk, "sent")) == n
    else:
        assert len(references(desk, "sent", "unknown")) == n
    nothing_lost_or_doubled(desk, sandbox)
    assert verify(desk.ledger).problems == []


@COUNTED
@pytest.mark.parametrize("keyed", [True, False])
@pytest.mark.parametrize("seed", range(SEED, SEED + (10 if FULL else 1)))
def test_workers_that_are_killed_again_and_again(stand_in, fleet_desk, workers, keyed, seed):
    sandbox, rng, n = stand_in(keyed=keyed, faults=ROUGH if keyed else {Fault.NONE: 1}), random.Random(seed), 60
    desk, plan = fleet_desk(sandbox, n, idempotency=keyed, rate="20/s")
    hand(desk, plan)
    pair = [workers(), workers()]
    for _ in range(3):
        before = len(taken(sandbox))
        wait_for(lambda before=before: len(taken(sandbox)) > before or settled(desk))
        time.sleep(rng.uniform(0, 0.2))
        which = rng.randrange(2)
        pair[which].kill()
        pair[which] = workers()
    wait_for(all_sent(desk, n) if keyed else lambda: settled(desk), 90)
    everything_is_right(desk, sandbox, n, keyed=keyed)


@COUNTED
@pytest.mark.parametrize("elsewhere", [True, False], ids=["two machines", "one machine"])
def test_one_that_was_paused_and_wakes_after_its_lane_was_rescued_sends_nothing(
    tmp_path, stand_in, fleet_desk, workers, elsewhere
):
    sandbox, n = stand_in(keyed=False), 60
    desk, plan = fleet_desk(sandbox, n, rate="20/s")
    folder = tmp_path
    if elsewhere:  # its locks are other files: for the lane's owner it is another machine
        folder = tmp_path / "elsewhere"
        folder.mkdir()
        shutil.copy(tmp_path / "takedown.toml", folder)
        shutil.copy(desk.ledger.secret_path, folder)
    hand(desk, plan)
    paused = workers()
    wait_for(lambda: len(taken(sandbox)) >= 3)
    paused.send(signal.SIGSTOP)
    on_the_wire = set(references(desk, "sending"))
    began, before = time.monotonic(), len(taken(sandbox))
    workers(folder)
    wait_for(lambda: len(taken(sandbox)) > before + 3)
    assert time.monotonic() - began < 30
    paused.send(signal.SIGCONT)
    wait_for(lambda: settled(desk))
    everything_is_right(desk, sandbox, n, keyed=False)
    assert set(references(desk, "unknown")) <= on_the_wire


@COUNTED
@pytest.mark.parametrize("keyed", [True, False])
def test_a_server_that_restarts_in_the_middle(stand_in, fleet_desk, workers, keyed):
    sandbox, n = stand_in(keyed=keyed), 60
    desk, plan = fleet_desk(sandbox, n, idempotency=keyed, rate="20/s")
    hand(desk, plan)
    worker = workers()
    workers()
    for _ in range(2):
        before = len(taken(sandbox))
        wait_for(lambda before=before: len(taken(sandbox)) > before + 3)
        restart()
    wait_for(lambda: settled(desk), 90)
    if keyed:
        wait_for(all_sent(desk, n))
    everything_is_right(desk, sandbox, n, keyed=keyed)
    assert [line for line in worker.log.read_text().splitlines() if not is_an_object(line)] == []


def is_an_object(line):
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def test_a_worker_that_is_told_to_stop_ends_what_it_began(stand_in, fleet_desk, workers):
    sandbox, n = stand_in(keyed=False), 40
    desk, plan = fleet_desk(sandbox, n, rate="20/s")
    hand(desk, plan)
    worker = workers()
    wait_for(lambda: len(taken(sandbox)) >= 3)
    assert worker.stop() == 143
    assert references(desk, "sending", "unknown") == set()
    assert set(taken(sandbox)) == references(desk, "sent")
    with desk.ledger.read() as db:
        assert db.execute(select(lanes.c.owner)).scalars().all() == [""]
        assert depth(db).workers == 0
    log = [json.loads(line) for line in worker.log.read_text().splitlines() if line.startswith("{")]
    assert [one["event"] for one in log][-1] == "stopped"
    assert "standin" not in worker.log.read_text()
    workers()
    wait_for(all_sent(desk, n))
    nothing_lost_or_doubled(desk, sandbox)


def test_a_halt_stops_all_lanes_and_what_was_handed_over_goes_on_after_it(stand_in, fleet_desk, workers):
    sandbox, n = stand_in("facebook", "instagram", keyed=True), 30
    desk, plan = fleet_desk(sandbox, n, ("facebook", "instagram"), idempotency=True, rate="20/s")
    hand(desk, plan)
    workers()
    wait_for(lambda: len(taken(sandbox)) >= 4)
    halt(desk, "a mistake")
    wait_for(lambda: not references(desk, "sending"))
    at = len(taken(sandbox))
    time.sleep(1)
    assert len(taken(sandbox)) == at
    unhalt(desk, None)
    wait_for(all_sent(desk, 2 * n))
    nothing_lost_or_doubled(desk, sandbox)


def test_a_queue_that_is_dropped_is_filled_again_from_the_ledger(stand_in, fleet_desk, workers):
    sandbox, n = stand_in(keyed=True), 10
    desk, plan = fleet_desk(sandbox, n, idempotency=True)
    hand(desk, plan)
    with writing(desk).begin() as db:
        db.execute(text(f"DROP SCHEMA {SCHEMA} CASCADE"))
    workers()
    wait_for(all_sent(desk, n))
    nothing_lost_or_doubled(desk, sandbox)


def test_a_lane_that_a_person_must_mend_stops_and_goes_on_when_handed_over_again(tmp_path, stand_in, fleet_desk, workers):
    sandbox = stand_in(keyed=True)
    desk, plan = fleet_desk(sandbox, 5, idempotency=True)
    token = sandbox.folder / "facebook.token"
    kept = token.read_bytes()
    token.unlink()
    hand(desk, plan)
    workers()

    def given_back():
        with desk.ledger.read() as db:
            return db.execute(select(plans.c.handed_at)).scalar() is None

    wait_for(given_back)
    with desk.ledger.read() as db:
        name, mend = db.execute(select(lanes.c.name, lanes.c.mend)).one()
    assert (name, mend.split("; ")[-1]) == ("facebook:api", "when that is mended: takedown submit P-1 --fleet")
    assert mend.startswith("mend the file or the command"), "as the error itself says"
    assert sum(taken(sandbox).values()) == 0
    token.write_bytes(kept)
    token.chmod(0o600)
    again = open_desk(load(tmp_path / "takedown.toml"), "planner")
    hand(again, plan)
    wait_for(all_sent(desk, 5))


def test_two_workers_write_the_head_of_one_event_at_once(stand_in, fleet_desk):
    desk, _ = fleet_desk(stand_in(), 1)
    head = current(desk)
    with writing(desk).connect() as other, ThreadPoolExecutor(1) as second:
        values = {"seq": head.seq, "document": head.text(), "signature": "", "key": "", "at": 0.0}
        with other.begin():
            other.execute(insert(heads).values(values))
            written = second.submit(write_head, desk)
            wait_for(lambda: waits_for_a_lock(desk))
        assert written.result().seq == head.seq


def waits_for_a_lock(desk):
    with desk.ledger.read() as db:
        return db.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar() > 0
