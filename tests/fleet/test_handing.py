"""`submit --fleet`, `work` and what `status` shows of them; who may not, and what they are told."""

import json
import urllib.request

import pytest
from crew_desk import wait_for, writing
from sendings import api, planned, references, taken
from sqlalchemy import create_engine, update
from sqlalchemy.pool import StaticPool

from takedown.cli import run
from takedown.cli.flags import hoist
from takedown.fleet import work as working
from takedown.fleet.handing import hand
from takedown.fleet.metrics import Address, Metrics, address
from takedown.fleet.queue import SCHEMA, Depth, NeedsServer, OtherQueue, make_queue
from takedown.fleet.seeing import fleet
from takedown.ledger.errors import PooledByTransaction
from takedown.ledger.tables import plans


@pytest.fixture
def ask(tmp_path, monkeypatch, capsys):
    """Run a command at the desk in this folder, and read its JSON."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TAKEDOWN_AS", "planner")

    def asked(*words, code=0):
        capsys.readouterr()
        assert run([*words, "--json"]) == code
        out = capsys.readouterr()
        return json.loads(out.out) if out.out else json.loads(out.err.splitlines()[-1])

    return asked


def test_a_plan_is_handed_over_followed_to_its_end_and_seen(stand_in, fleet_desk, workers, ask):
    sandbox = stand_in(keyed=True)
    desk, _ = fleet_desk(sandbox, 8, idempotency=True)
    handed = ask("submit", "P-1", "--fleet")
    assert (handed["summary"]["handed"], handed["summary"]["sent"]) == (8, 0)
    assert handed["warnings"] == [] or "worker" in str(handed["warnings"])
    seen = ask("status")["summary"]["fleet"]
    assert (seen["depth"]["workers"], seen["depth"]["due"]) == (0, 1)
    assert taken(sandbox) == {}
    workers()
    done = ask("submit", "P-1", "--fleet", "--wait")
    assert (done["summary"]["sent"], done["summary"]["remaining"]) == (8, 0)
    assert len(references(desk, "sent")) == 8
    assert fleet(desk).depth.workers == 1
    assert ask("submit", "P-1", "--fleet")["summary"]["handed"] == 0, "again does no harm"


def test_status_shows_workers_in_words(stand_in, fleet_desk, workers, ask, capsys):
    sandbox = stand_in(keyed=True)
    fleet_desk(sandbox, 2, idempotency=True)
    ask("submit", "P-1", "--fleet")
    assert run(["status"]) == 0
    screen = capsys.readouterr().out
    assert "P-1 is with the workers" in screen
    assert "takedown submit P-1" not in screen
    assert "none: takedown work" in screen
    assert "0 running, 1 due, 0 for later" in screen


def test_a_file_has_no_fleet(tmp_path, stand_in, ask, monkeypatch):
    monkeypatch.setattr("desks.ledger_url", lambda folder: "sqlite:///takedown.db")
    desk, plan = planned(tmp_path, api(stand_in()), 1)
    with pytest.raises(NeedsServer):
        hand(desk, plan)
    assert ask("submit", "P-1", "--fleet", code=2)["error"]["code"] == "TD-1010"
    assert ask("work", code=2)["error"]["code"] == "TD-1010"
    assert "fleet" not in ask("status")["summary"]


@pytest.mark.safeguard("S5")
def test_a_plan_that_nobody_approved_is_not_handed_over(stand_in, fleet_desk, ask, tmp_path):
    sandbox = stand_in()
    fleet_desk(sandbox, 1)
    config = tmp_path / "takedown.toml"
    config.write_text(config.read_text().replace("approvals = 0", "approvals = 1"))
    assert ask("submit", "P-1", "--fleet", code=7)["error"]["code"] in {"TD-0702", "TD-0715"}


def test_nothing_is_sent_that_was_not_handed_over(stand_in, fleet_desk, workers):
    sandbox = stand_in(keyed=True)
    desk, _ = fleet_desk(sandbox, 3, idempotency=True)
    make_queue(desk)
    worker = workers()
    wait_for(lambda: fleet(desk).depth.workers == 1)
    assert worker.stop() == 143
    assert taken(sandbox) == {}


def test_a_queue_of_another_version_is_not_worked_on(stand_in, fleet_desk):
    desk, _ = fleet_desk(stand_in(), 1)
    make_queue(desk)
    make_queue(desk)
    with writing(desk).begin() as db:
        db.exec_driver_sql(f"COMMENT ON SCHEMA {SCHEMA} IS '1.0'")
    with pytest.raises(OtherQueue, match=r"1\.0"):
        make_queue(desk)


def test_a_pooler_that_gives_connections_away_between_transactions_is_refused(stand_in, fleet_desk, monkeypatch):
    """Two connections that turn out to be one of the server's, as PgBouncer's pool_mode = transaction makes them."""
    desk, plan = fleet_desk(stand_in(), 1)
    shared = create_engine(desk.ledger.engine.url, poolclass=StaticPool)
    monkeypatch.setattr(desk.ledger, "engine", shared)
    with pytest.raises(PooledByTransaction, match="between two transactions"):
        hand(desk, plan)
    shared.dispose()


def test_work_ends_after_its_time(stand_in, fleet_desk, ask, monkeypatch):
    fleet_desk(stand_in(), 1)
    monkeypatch.setattr(working, "WATCH", 0.2)
    assert run(["work", "--for", "1s", "--lanes", "2"]) == 0


@pytest.mark.parametrize("time", ["nonsense", "61 * * * *", ""])
def test_a_clock_that_tells_no_time_is_refused_at_the_start(stand_in, fleet_desk, ask, tmp_path, time):
    fleet_desk(stand_in(), 1)
    config = tmp_path / "takedown.toml"
    config.write_text(config.read_text().replace('sync = "0 0 1 1 *"', f'sync = "{time}"'))
    error = ask("work", "--for", "1s", code=2)["error"]
    assert "is no time" in error["message"]


def test_a_limit_and_a_wrong_address_are_refused(stand_in, fleet_desk, ask):
    fleet_desk(stand_in(), 1)
    assert ask("submit", "P-1", "--fleet", "--limit", "3", code=2)["error"]["message"].startswith("--limit")
    assert ask("work", "--metrics", "nowhere", code=2)["error"]["message"].startswith("--metrics")


@pytest.mark.parametrize(
    ("words", "read"),
    [
        (["submit", "P-1", "--fleet", "--wait"], "--wait=end"),
        (["submit", "--wait", "--fleet", "P-1"], "--wait=end"),
        (["submit", "--wait", "P-1", "--fleet"], "--wait=end"),
        (["submit", "P-1", "--wait", "30s"], "--wait"),
    ],
)
def test_a_wait_without_a_time_is_to_the_end(words, read):
    assert read in hoist(words)[1]


def test_metrics_are_served_on_this_machine_and_name_no_target():
    assert address("9187") == Address("127.0.0.1", 9187)
    assert address("0.0.0.0:9187").host == "0.0.0.0"
    metrics = Metrics()
    metrics.advance("facebook:api", "sent")
    metrics.part("facebook:api", 0.5)
    metrics.seen(Depth(2, 5, 3, 1, 7.5), 1)
    server = metrics.serve(Address("127.0.0.1", 0))
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/metrics") as answer:
            told = answer.read().decode()
    finally:
        server.shutdown()
        server.server_close()
    assert 'takedown_requests_total{lane="facebook:api",outcome="sent"} 1.0' in told
    assert "takedown_queue_oldest 7.5" in told
    assert "takedown_lanes_stopped 1.0" in told


def test_a_plan_is_not_swept_up_twice(stand_in, fleet_desk):
    """Handed over again while a task waits: one task waits."""
    desk, plan = fleet_desk(stand_in(keyed=True), 3, idempotency=True)
    hand(desk, plan)
    hand(desk, plan)
    assert fleet(desk).depth.waiting == 1
    desk.ledger.write(lambda book: book.db.execute(update(plans).values(handed_at=None)) and None)
    assert fleet(desk).lanes == ()
