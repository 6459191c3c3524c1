"""A server that fails over to a replica which lags: what was committed is gone, and only those who committed it can tell."""

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from crew_desk import parts, wait_for, writing
from desks import again, open_desk
from sendings import nothing_lost_or_doubled, references, send, states, taken
from servers import bring_back, keep_for_later, server
from sqlalchemy import text

from takedown import doctor
from takedown.audit import verify
from takedown.comparing import Behind, Forked, check, reconcile
from takedown.delivery import deliver, run, watching
from takedown.fleet.handing import hand
from takedown.heads import copies
from takedown.ledger import server as ledgers_server
from takedown.ledger import store, succession
from takedown.ledger.errors import ReadOnly, TakenBack
from takedown.ledger.succession import quiet, served_by
from takedown.settings import load

COUNTED = pytest.mark.figure("failovers that lost commits", unit="runs", how="nothing is sent again; who committed them says so")


class Replica:
    """A server that will take over, as it was when this was made; of the heads outside, none was written since."""

    def __init__(self, desk):
        desk.ledger.close()
        self.folder, (self.heads,) = desk.config.folder, copies(desk)
        keep_for_later(self.folder)
        shutil.copy(self.heads, self.folder / "heads.then")

    def take_over(self):
        shutil.copy(self.folder / "heads.then", self.heads)
        bring_back(self.folder)


@pytest.fixture
def behind(stand_in, fleet_desk):
    """A keyless platform, twelve requests of which two were sent when the replica stopped following, and three more since."""
    sandbox = stand_in(keyed=False)
    desk, plan = fleet_desk(sandbox, 12)
    send(desk, plan, limit=2)
    replica = Replica(desk)
    desk = again(desk)
    send(desk, plan, limit=3)
    return desk, plan, sandbox, replica


@COUNTED
def test_the_process_that_committed_what_is_gone_sends_nothing_and_tells_all_others(behind):
    desk, plan, sandbox, replica = behind
    replica.take_over()
    with pytest.raises(Behind):
        send(desk, plan)
    assert states(desk) == {"sent": 2, "unknown": 10}
    with pytest.raises(Behind):
        send(again(desk), plan)
    assert sum(taken(sandbox).values()) == 5
    assert reconcile(again(desk), None) == 2
    check(again(desk))


@COUNTED
def test_nothing_is_added_to_a_chain_that_lost_what_was_committed(behind):
    desk, _, sandbox, replica = behind
    replica.take_over()
    for _ in range(2):
        with pytest.raises(TakenBack, match="went back in time"):
            desk.ledger.write(lambda book: book.record("note", "ledger", {}))
    assert sum(taken(sandbox).values()) == 5


def test_a_chain_that_has_grown_since_is_seen_to_be_another(behind):
    desk, plan, sandbox, replica = behind
    replica.take_over()
    other = again(desk)
    for _ in range(40):
        other.ledger.write(lambda book: book.record("note", "ledger", {}))
    with pytest.raises(TakenBack):
        desk.ledger.write(lambda book: book.record("note", "ledger", {}))
    with pytest.raises(Forked):
        check(desk)
    with pytest.raises(Forked):
        send(other, plan)
    assert sum(taken(sandbox).values()) == 5
    assert reconcile(again(desk), None) == 2
    check(again(desk))


def is_noted(desk):
    """Whether somebody who wants to send has seen this server, and waits."""
    with desk.ledger.read() as db:
        return desk.ledger.setting("server").startswith(f"{served_by(db)} ")


def ended_well(sending):
    """A run found nothing left to send, or had time to read what was told outside."""
    error = sending.exception()
    assert isinstance(error, Behind) if error else sending.result().sent == 2


@COUNTED
def test_who_knows_nothing_of_it_begins_only_when_those_who_do_had_time_to_tell(behind, monkeypatch):
    desk, plan, sandbox, replica = behind
    monkeypatch.setattr(succession, "QUIET", 4.0)
    other = again(desk)
    replica.take_over()
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(send, other, plan)
        wait_for(lambda: is_noted(desk))
        with pytest.raises(Behind):
            check(desk)
        ended_well(sending)
    assert states(other) == {"sent": 2, "unknown": 10}
    assert sum(taken(sandbox).values()) == 5


@COUNTED
def test_who_waits_sees_that_the_server_is_another(behind, monkeypatch):
    desk, _, _, replica = behind
    with pytest.raises(Behind):
        asyncio.run(seen_while_waiting(desk, monkeypatch, replica.take_over))
    assert states(again(desk)) == {"sent": 2, "unknown": 10}


@COUNTED
def test_who_waits_sees_what_went_where_it_lay(behind, monkeypatch):
    """As where a machine is set back with its memory: the server is the same."""
    desk, *_ = behind

    def set_back():
        with writing(desk).begin() as db:
            db.execute(text("DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)"))

    with pytest.raises(Behind):
        asyncio.run(seen_while_waiting(desk, monkeypatch, set_back))


async def seen_while_waiting(desk, monkeypatch, happens):
    """Lets it happen between two looks, and waits for what the next one says."""
    monkeypatch.setattr(watching, "LOOK", 0.05)
    looks, look = [], watching._look
    monkeypatch.setattr(watching, "_look", lambda *given: looks.append(look(*given)) or looks[-1])
    told = asyncio.create_task(watching.keep_comparing(desk))
    await asyncio.to_thread(wait_for, lambda: len(looks) > 2)
    await asyncio.to_thread(happens)
    await asyncio.wait_for(told, 30)


@COUNTED
def test_a_failover_while_a_run_makes_ready_is_seen_by_it(behind, monkeypatch):
    desk, plan, sandbox, replica = behind
    monkeypatch.setattr(succession, "QUIET", 4.0)
    other, hand_over = again(desk), deliver.hand_over
    with ThreadPoolExecutor(1) as pool:
        began = []

        def meanwhile(at, number):
            hand_over(at, number)
            if at is desk:
                replica.take_over()
                began.append(pool.submit(send, other, plan))
                wait_for(lambda: is_noted(desk))

        mine = desk.ledger.engine  # the other one gets the lane first
        monkeypatch.setattr(run, "quiet", lambda db: (left := quiet(db)) and left + (2.0 if db.engine is mine else 0.0))
        monkeypatch.setattr(deliver, "hand_over", meanwhile)
        with pytest.raises(Behind):
            send(desk, plan)
        ended_well(began[0])
    assert sum(taken(sandbox).values()) == 5


@COUNTED
def test_a_worker_with_nothing_to_do_tells_what_it_committed(stand_in, fleet_desk, workers):
    sandbox = stand_in(keyed=False)
    desk, plan = fleet_desk(sandbox, 6)
    hand(desk, plan)
    replica = Replica(desk)
    desk = again(desk)
    worker = workers()
    wait_for(lambda: states(desk) == {"sent": 6})
    wait_for(lambda: parts(desk).running == 0)
    replica.take_over()
    assert worker.ended() == 12
    assert states(again(desk)) == {"unknown": 6}
    assert sum(taken(sandbox).values()) == 6


@COUNTED
def test_workers_in_the_middle_end_with_twelve_and_send_nothing_twice(stand_in, fleet_desk, workers, tmp_path):
    sandbox, n = stand_in(keyed=False), 60
    desk, plan = fleet_desk(sandbox, n, rate="20/s")
    hand(desk, plan)
    first = workers()
    wait_for(lambda: len(taken(sandbox)) >= 4)
    assert first.stop() == 143
    replica = Replica(desk)
    pair = [workers(), workers()]
    before = len(taken(sandbox))
    wait_for(lambda: len(taken(sandbox)) >= before + 5)
    replica.take_over()
    wait_for(lambda: not all(one.process.is_alive() for one in pair))
    codes = {one.stop() if one.process.is_alive() else one.ended() for one in pair}
    assert {12} <= codes <= {12, 143}
    desk = open_desk(load(tmp_path / "takedown.toml"), "planner")
    assert references(desk, "approved", "sending") == set()
    nothing_lost_or_doubled(desk, sandbox)
    with pytest.raises((Behind, Forked)):
        check(desk)
    assert workers().ended() == 12


def test_a_replica_that_is_not_promoted_yet_is_waited_for_and_then_named(behind, monkeypatch):
    desk, *_ = behind
    monkeypatch.setattr(store, "PATIENCE", 0.2)
    monkeypatch.setattr(ledgers_server, "AGAIN", 0.05)
    name = desk.ledger.engine.url.database
    with writing(desk).begin() as db:
        db.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    other = again(desk)
    with pytest.raises(ReadOnly, match="takes no writes"):
        other.ledger.write(lambda book: book.record("note", "ledger", {}))
    server().psql(f"ALTER DATABASE {name} RESET default_transaction_read_only;")
    third = again(desk)
    third.ledger.write(lambda book: book.record("note", "ledger", {}))
    assert verify(third.ledger).problems == []


def test_doctor_names_a_replica_that_commits_do_not_wait_for(behind):
    desk, *_ = behind
    told = {"SHOW server_version": "18.1 (Debian)", "SHOW synchronous_standby_names": ""}
    told["SELECT count(*) FROM pg_stat_replication"] = 1

    class Server:
        def execute(self, asked):
            return SimpleNamespace(scalar=lambda: told[str(asked)])

    assert doctor._server(Server()).mark == "look"
    told["SHOW synchronous_standby_names"] = "ANY 1 (*)"
    assert doctor._server(Server()).mark == "ok"
    with desk.ledger.read() as db:
        assert doctor._server(db).detail.startswith("PostgreSQL")
