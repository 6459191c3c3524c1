"""Workers whose policy, configuration or tokens are not those of the others: they send nothing, and keep nobody from sending."""

import asyncio
import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from crew_desk import Parts, parts, wait_for, writing
from sendings import nothing_lost_or_doubled, references, taken
from sqlalchemy import select, text

from takedown.cli import run
from takedown.fleet import crew as crews
from takedown.fleet.board import Aside, stand_aside
from takedown.fleet.handing import hand
from takedown.fleet.logs import make_log
from takedown.fleet.metrics import Metrics
from takedown.fleet.queue import SCHEMA, depth, make_queue
from takedown.fleet.seeing import fleet
from takedown.layers import BadConfiguration
from takedown.ledger.book import Book
from takedown.ledger.tables import lanes

POLICY = ("max_cases_per_plan = 500", "max_cases_per_plan = 400")
TOKEN = ("facebook.token", "absent.token")


@pytest.fixture
def elsewhere(tmp_path):
    """Makes another machine's folder, where the configuration says one thing in place of another."""

    def start(desk, before, after):
        folder = tmp_path / "elsewhere"
        folder.mkdir()
        shutil.copy(desk.ledger.secret_path, folder)
        config = (tmp_path / "takedown.toml").read_text()
        assert before in config
        (folder / "takedown.toml").write_text(config.replace(before, after))
        return folder

    return start


def lane(desk):
    with desk.ledger.read() as db:
        return tuple(db.execute(select(lanes.c.stopped, lanes.c.why)).first() or ("", ""))


def queue(desk):
    with desk.ledger.read() as db:
        return depth(db)


def aside(desk):
    return [(one.name.rpartition(":")[2], one.code) for one in fleet(desk).aside]


def another_lives(desk):
    """A worker that takes nothing, as one does whose hands are full."""
    with writing(desk).begin() as db:
        db.execute(text(f"INSERT INTO {SCHEMA}.procrastinate_workers (last_heartbeat) VALUES (now() + interval '1 hour')"))


@pytest.mark.parametrize(("differs", "code"), [(POLICY, "TD-0715"), (TOKEN, "TD-0403")], ids=["policy", "token"])
def test_one_that_differs_stands_aside_and_another_goes_on(
    tmp_path, stand_in, fleet_desk, workers, elsewhere, monkeypatch, capsys, differs, code
):
    sandbox, n = stand_in(keyed=True), 20
    desk, plan = fleet_desk(sandbox, n, idempotency=True)
    hand(desk, plan)
    another_lives(desk)
    wrong = workers(elsewhere(desk, *differs))
    wait_for(lambda: aside(desk))
    assert aside(desk) == [(str(wrong.process.pid), code)]
    wait_for(lambda: parts(desk) == Parts(due=1, waiting=1, running=0))
    assert (taken(sandbox), lane(desk)) == ({}, ("", "")), "the lane is free for others"
    monkeypatch.chdir(tmp_path)
    assert run(["status"]) == 0
    told = capsys.readouterr().out
    assert f":{wrong.process.pid} " in told
    assert "stands aside until" in told
    workers()
    wait_for(lambda: len(references(desk, "sent")) == n)
    assert lane(desk) == ("", "")
    nothing_lost_or_doubled(desk, sandbox)
    assert wrong.stop() == 143


async def test_a_machine_whose_certificates_cannot_be_read_stands_aside(stand_in, fleet_desk, monkeypatch):
    desk, plan = fleet_desk(stand_in(keyed=True), 1, idempotency=True)
    await asyncio.to_thread(hand, desk, plan)

    def refuse(*_):
        raise BadConfiguration(what="[network] ca_file: authority.pem cannot be used", why="No such file or directory")

    monkeypatch.setattr(crews, "open_sender", refuse)
    monkeypatch.setattr(crews, "stand_aside", lambda *_: True)
    crew = crews.Crew(desk, make_log("here:1"), Metrics())
    await crew.queue.open()
    try:
        await crew.chunk(plan, "facebook:api")
        assert (crew.aside.is_set(), lane(desk)) == (True, ("", ""))
    finally:
        await crew.close()


def test_where_all_differ_the_lane_stops_and_says_why(stand_in, fleet_desk, workers, elsewhere):
    sandbox = stand_in(keyed=True)
    desk, plan = fleet_desk(sandbox, 5, idempotency=True)
    folder = elsewhere(desk, *POLICY)
    wrong = [workers(folder), workers(folder)]
    wait_for(lambda: fleet(desk) is not None and queue(desk).workers == 2)
    hand(desk, plan)
    wait_for(lambda: lane(desk)[0])
    stopped, why = lane(desk)
    assert stopped == "TD-0715"
    assert {f":{one.process.pid}" in why for one in wrong} == {True, False}
    assert len(aside(desk)) == 1
    assert taken(sandbox) == {}
    told = [json.loads(line)["event"] for line in wrong[0].log.read_text().splitlines()]
    assert (told.count("trouble"), told.count("stands aside")) == (2, 1), "each is asked once"
    assert [one.stop() for one in wrong] == [143, 143]
    hand(desk, plan)
    workers()
    wait_for(lambda: len(references(desk, "sent")) == 5)
    nothing_lost_or_doubled(desk, sandbox)


def test_of_those_that_stand_aside_none_counts_on_another(stand_in, fleet_desk):
    desk, _ = fleet_desk(stand_in(), 1)
    make_queue(desk)
    living, now = [1, 2, 3], desk.clock.now()

    def asks(worker, until):
        told = Aside(f"here:{worker}", "TD-0715", "another policy", until)
        return desk.ledger.write(lambda book: stand_aside(book, worker, lambda _: living, told))

    assert [asks(1, now + 60), asks(1, now + 60), asks(2, now + 60), asks(3, now + 60)] == [True, True, True, False]
    assert [one.name for one in fleet(desk).aside] == ["here:1", "here:2"]
    assert asks(2, now - 1), "its time is over as soon as it is written"
    assert asks(3, now + 60), "the second is there for it"
    assert [one.name for one in fleet(desk).aside] == ["here:1", "here:3"]


def test_two_that_stand_aside_at_once_do_so_one_after_the_other(stand_in, fleet_desk):
    desk, _ = fleet_desk(stand_in(), 1)
    make_queue(desk)
    told = Aside("here:1", "TD-0715", "another policy", desk.clock.now() + 60)
    with writing(desk).connect() as first, ThreadPoolExecutor(1) as second:
        with first.begin():
            stand_aside(Book(first, desk.clock.now()), 1, lambda _: [1, 2], told)
            done = second.submit(desk.ledger.write, lambda book: stand_aside(book, 2, lambda _: [1, 2], told))
            wait_for(lambda: waits_for_a_lock(desk))
        assert done.result() is False


def waits_for_a_lock(desk):
    with desk.ledger.read() as db:
        return db.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar() > 0
