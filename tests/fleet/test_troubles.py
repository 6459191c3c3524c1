"""What befalls a fleet from outside in the middle of its work: the platform's journal decides what was lost or doubled."""

import json
import shutil
from contextlib import contextmanager, suppress

import psycopg
import pytest
from crew_desk import wait_for, writing
from desks import again, open_desk
from lossy import Loses, line
from sendings import nothing_lost_or_doubled, references, taken
from servers import database, server
from sqlalchemy import text

from takedown import doctor
from takedown.audit import verify
from takedown.contract import Temporary
from takedown.delivery.drift import ClockOff, check_clock
from takedown.fleet.handing import hand
from takedown.ledger.errors import LedgerFailed
from takedown.settings import load

COUNTED = pytest.mark.figure(
    "fleet beside a server in trouble", unit="runs", how="nothing lost or doubled, by the platform's journal"
)
N = 60


def settled(desk):
    return not references(desk, "approved", "sending")


def everything_is_right(desk, sandbox, n, *, keyed):
    assert len(references(desk, "sent")) == n if keyed else len(references(desk, "sent", "unknown")) == n
    nothing_lost_or_doubled(desk, sandbox)
    assert verify(desk.ledger).problems == []


def said(worker):
    return [json.loads(one) for one in worker.log.read_text().splitlines()]


def ask(desk, *statements):
    with writing(desk).begin() as db:
        for one in statements:
            db.execute(text(one))


@pytest.fixture(params=[True, False], ids=["with keys", "without"])
def keyed(request):
    return request.param


@pytest.fixture
def sending(stand_in, fleet_desk, workers, keyed):
    """A worker in the middle of sixty requests."""
    sandbox = stand_in(keyed=keyed)
    desk, plan = fleet_desk(sandbox, N, idempotency=keyed, rate="20/s")
    hand(desk, plan)
    worker = workers()
    wait_for(lambda: len(taken(sandbox)) >= 4)
    return desk, sandbox, worker


FULL = (
    "CREATE TABLE disk (full_now boolean)",
    "INSERT INTO disk VALUES (true)",
    """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF (SELECT full_now FROM disk) THEN
        RAISE 'could not extend file "base/1/2": No space left on device' USING ERRCODE = 'disk_full';
      END IF; RETURN NEW; END $$""",
    "CREATE TRIGGER full_disk BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION full_disk()",
)


@COUNTED
def test_a_server_whose_disk_is_full_is_told_and_waited_for(sending, keyed):
    desk, sandbox, worker = sending
    ask(desk, *FULL)
    wait_for(lambda: any(one["event"] == "trouble" for one in said(worker)))
    at = len(taken(sandbox))
    told = next(one for one in said(worker) if one["event"] == "trouble")
    assert told["code"] == "TD-1101"
    assert told["what"].startswith("The ledger cannot be written: could not extend file")
    wait_for(lambda: sum(one["event"] == "trouble" for one in said(worker)) >= 3)
    assert len(taken(sandbox)) == at, "nothing that is not recorded is sent"
    ask(desk, "UPDATE disk SET full_now = false")
    wait_for(lambda: settled(desk))
    ask(desk, "DROP TRIGGER full_disk ON events")
    everything_is_right(desk, sandbox, N, keyed=keyed)
    assert [one for one in said(worker) if one["event"] == "defect"] == []


@COUNTED
def test_a_server_that_takes_no_writes_for_a_while_is_waited_for(sending, keyed):
    desk, sandbox, worker = sending
    name = desk.ledger.engine.url.database
    server().psql(f"ALTER DATABASE {name} SET default_transaction_read_only = on;")
    server().psql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}';")
    wait_for(lambda: any(one["event"] != "started" for one in said(worker)))
    at = len(taken(sandbox))
    server().psql(f"ALTER DATABASE {name} RESET default_transaction_read_only;")
    server().psql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}';")
    wait_for(lambda: settled(desk), 90)
    assert at < N
    everything_is_right(desk, sandbox, N, keyed=keyed)


@contextmanager
def a_full_house(desk):
    """Every connection that the server has is taken by others, and those of the workers are cut."""
    url = desk.ledger.engine.url
    words = {"dbname": "postgres", "host": url.query["host"], "user": url.username}
    held = []
    try:
        first = psycopg.connect(**words, autocommit=True)
        held.append(first)
        while True:
            cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{url.database}'"
            with suppress(psycopg.OperationalError):
                while True:
                    held.append(psycopg.connect(**words))
            if not first.execute(cut).fetchall():
                break
        yield
    finally:
        for one in held:
            one.close()


@COUNTED
def test_a_server_that_has_no_connection_left_is_waited_for(sending, keyed):
    desk, sandbox, worker = sending
    desk.ledger.close()
    with a_full_house(desk):
        wait_for(lambda: any(one["event"] != "started" for one in said(worker)))
    desk = again(desk)
    wait_for(lambda: settled(desk), 90)
    everything_is_right(desk, sandbox, N, keyed=keyed)
    assert not {"defect", "given up", "stops", "stopped", "stands aside"} & {one["event"] for one in said(worker)}


@COUNTED
@pytest.mark.parametrize("loses", [Loses.REPLY, Loses.COMMIT])
def test_a_line_that_breaks_at_the_commit_loses_and_doubles_nothing(tmp_path, stand_in, fleet_desk, workers, keyed, loses):
    sandbox = stand_in(keyed=keyed)
    desk, plan = fleet_desk(sandbox, N, idempotency=keyed, rate="50/s")
    hand(desk, plan)
    with lossy(tmp_path, desk, loses) as (folder, lost):
        workers(folder)
        wait_for(lambda: len(taken(sandbox)) >= 4)
        lost.every = 7
        wait_for(lambda: settled(desk), 90)
        assert lost.lost >= 3
        everything_is_right(desk, sandbox, N, keyed=keyed)
        assert references(desk, "unknown") == set(), "the chain tells whether a commit took place"


@COUNTED
def test_one_whose_commits_are_never_answered_loses_its_lane(tmp_path, stand_in, fleet_desk, workers, keyed):
    sandbox = stand_in(keyed=keyed)
    desk, plan = fleet_desk(sandbox, N, idempotency=keyed, rate="20/s")
    hand(desk, plan)
    with lossy(tmp_path, desk, Loses.EVERYTHING) as (folder, lost):
        workers(folder)
        wait_for(lambda: len(taken(sandbox)) >= 4)
        lost.every = 5
        wait_for(lambda: lost.lost)
        workers()
        wait_for(lambda: settled(desk), 90)
        everything_is_right(desk, sandbox, N, keyed=keyed)


def test_a_line_that_breaks_while_a_plan_is_handed_over_is_told_in_words(tmp_path, stand_in, fleet_desk):
    desk, plan = fleet_desk(stand_in(), 1)
    with lossy(tmp_path, desk, Loses.COMMIT) as (folder, lost):
        other = open_desk(load(folder / "takedown.toml"), "planner")
        lost.every = 1
        with pytest.raises(LedgerFailed, match="The ledger cannot be written"):
            hand(other, plan)
        lost.every = 0
        hand(other, plan)
        other.ledger.close()


@contextmanager
def lossy(folder, desk, loses, every=0):
    """Another machine's folder, whose line to the server is such a one."""
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    url = desk.ledger.engine.url
    shutil.copy(desk.ledger.secret_path, elsewhere)
    with line(f"{url.query['host']}/.s.PGSQL.{url.query.get('port', 5432)}", loses, every) as bad:
        there = f"postgresql://{url.username}@127.0.0.1:{bad.port}/{url.database}"
        config = (folder / "takedown.toml").read_text()
        (elsewhere / "takedown.toml").write_text(config.replace(f'url = "{database(folder)}"', f'url = "{there}"'))
        yield elsewhere, bad


class Ahead:
    """A clock that somebody set wrong."""

    def __init__(self, clock, seconds):
        self._clock, self.seconds = clock, seconds

    def now(self):
        return self._clock.now() + self.seconds

    async def sleep(self, seconds):
        await self._clock.sleep(seconds)


@pytest.mark.parametrize(("seconds", "words"), [(600, "600 s ahead of"), (-600, "600 s behind")])
def test_a_machine_whose_clock_is_wrong_works_nothing(stand_in, fleet_desk, seconds, words):
    from takedown.fleet.work import work

    desk, _ = fleet_desk(stand_in(), 1)
    check_clock(desk)
    assert doctor._clock(desk).mark == "ok"
    desk.clock = Ahead(desk.clock, seconds)
    with pytest.raises(ClockOff, match=f"This machine's clock is {words} that of the ledger's server") as off:
        work(desk, 1, None)
    assert isinstance(off.value, Temporary)
    assert (doctor._clock(desk).mark, doctor._clock(desk).detail) == ("look", f"{words} the server's; no worker starts here")


def test_a_clock_that_is_set_wrong_while_a_worker_runs_ends_it(stand_in, fleet_desk, monkeypatch):
    from takedown.fleet import work as working

    desk, _ = fleet_desk(stand_in(), 1)
    clock = desk.clock = Ahead(desk.clock, 0)
    monkeypatch.setattr(working, "WATCH", 0.2)
    whole = working._Worker._tell

    def tell(self):
        clock.seconds = 600
        whole(self)

    monkeypatch.setattr(working._Worker, "_tell", tell)
    with pytest.raises(ClockOff):
        working.work(desk, 30, None)
