"""What nobody foresaw: a part that fails by a defect, or that its workers die of, is told, and after some tries for a person."""

import asyncio
import json

import pytest
from crew_desk import parts, writing
from desks import add_cases
from hands import give_up, handed, looking, stopped, until, working
from sendings import references
from sqlalchemy import text, update

from takedown.cli import run
from takedown.desk import NoSuchPlatform
from takedown.fleet import crew as crews
from takedown.fleet.crew import TRIES
from takedown.fleet.handing import hand
from takedown.fleet.queue import SCHEMA
from takedown.ledger.tables import requests
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection

PRIVATE = "standin_0042"


def troubles(crew):
    """What the metrics tell of the lane facebook:api."""
    told = [one for family in crew.metrics.registry.collect() for one in family.samples]
    mine = [one for one in told if one.name == "takedown_troubles_total" and one.labels["lane"] == "facebook:api"]
    return {one.labels["code"]: one.value for one in mine}


@pytest.fixture
def broken(monkeypatch):
    """Each part of the lane facebook:api fails, with a message that no log may hold, as long as the list is not emptied."""
    whole, broken, seen = crews.run_chunk, ["facebook:api"], []

    async def run_chunk(desk, lane, *others):
        if lane.name in broken:
            seen.append(lane.name)
            raise ValueError(PRIVATE)
        return await whole(desk, lane, *others)

    monkeypatch.setattr(crews, "run_chunk", run_chunk)
    monkeypatch.setattr(crews, "FIRST", 0.05)
    return broken, seen


async def test_a_part_that_always_fails_is_tried_some_times_and_then_for_a_person(
    tmp_path, stand_in, fleet_desk, broken, capsys, monkeypatch
):
    sandbox = stand_in("facebook", "instagram", keyed=True)
    desk, plan = fleet_desk(sandbox, 4, ("facebook", "instagram"), idempotency=True)
    await asyncio.to_thread(hand, desk, plan)
    async with working(desk) as crew:
        await until(lambda: stopped(desk))
        await until(lambda: len(references(desk, "sent")) == 4)
        assert broken[1] == ["facebook:api"] * TRIES
        ((lane, (code, why)),) = stopped(desk).items()
        assert (lane, code) == ("facebook:api", "TD-1013")
        assert why.startswith(f"A part of P-1 failed {TRIES} times in a row: ValueError, says worker ")
        assert parts(desk).waiting == 0, "nothing goes on by itself"
        assert troubles(crew) == {"defect": TRIES, "TD-1013": 1}
    err = capsys.readouterr().err
    lines = [json.loads(line) for line in err.splitlines()]
    told = [one for one in lines if one["event"] == "defect"]
    assert [one["tries"] for one in told] == list(range(1, TRIES + 1))
    assert {(one["about"], one["error"], one["plan"]) for one in told} == {("facebook:api", "ValueError", "P-1")}
    assert any(line.startswith("takedown/fleet/crew.py:") for line in told[0]["where"])
    assert PRIVATE not in err, "a message may quote anything"
    monkeypatch.chdir(tmp_path)
    assert run(["status"]) == 0
    screen = capsys.readouterr().out
    assert "facebook:api stopped: TD-1013" in screen
    assert "take the case away or mend it, then: takedown submit P-1 --fleet" in screen
    broken[0].clear()
    await asyncio.to_thread(hand, desk, plan)
    async with working(desk):
        await until(lambda: len(references(desk, "sent")) == 8)


async def test_a_sweep_between_two_tries_neither_counts_anew_nor_begins_sooner(stand_in, fleet_desk, broken, capsys, monkeypatch):
    """Nor does what the sweep queues keep waiting: a part that fails again and again comes to its end."""
    monkeypatch.setattr(crews, "FIRST", 3600.0)
    desk, plan = fleet_desk(stand_in(keyed=True), 1, idempotency=True)
    await asyncio.to_thread(hand, desk, plan)
    async with working(desk) as crew:
        for tries in range(1, TRIES):
            await until(lambda tries=tries: len(broken[1]) == tries)
            await until(lambda: (parts(desk).waiting, parts(desk).due, parts(desk).running) == (1, 0, 0))
            await crew.sweep()
            await until(lambda: parts(desk).due + parts(desk).running == 0)
            assert (len(broken[1]), parts(desk).waiting) == (tries, 1), "its time has not come"
            let_time_pass(desk)
        await until(lambda: stopped(desk))
    assert stopped(desk)["facebook:api"][1].startswith(f"A part of P-1 failed {TRIES} times in a row")
    assert len(broken[1]) == TRIES


def let_time_pass(desk):
    """Whatever was to begin later begins now."""
    with writing(desk).begin() as db:
        db.execute(text(f"SET LOCAL search_path TO {SCHEMA}"))
        db.execute(text("UPDATE failing SET until = 0"))
        db.execute(text("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'"))


async def test_what_failed_and_went_well_since_is_counted_from_one(stand_in, fleet_desk, capsys, monkeypatch):
    whole, fails = crews.run_chunk, iter([True] * (TRIES - 1) + [False] + [True] * TRIES)

    async def run_chunk(*given):
        if next(fails):
            raise ValueError(PRIVATE)
        return await whole(*given)

    monkeypatch.setattr(crews, "run_chunk", run_chunk)
    monkeypatch.setattr(crews, "FIRST", 0.05)
    monkeypatch.setattr("takedown.delivery.chunks.LEAST", 1)
    monkeypatch.setattr("takedown.delivery.chunks.MOST", 1)
    desk, plan = fleet_desk(stand_in(keyed=True), 3, idempotency=True)
    await asyncio.to_thread(hand, desk, plan)
    async with working(desk):
        await until(lambda: stopped(desk))
    assert len(references(desk, "sent")) == 1
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [one["tries"] for one in told if one["event"] == "defect"] == [*range(1, TRIES), *range(1, TRIES + 1)]


async def test_a_part_that_was_given_up_does_not_begin_with_another_plan_of_its_lane(stand_in, fleet_desk, broken):
    """Its plan is still handed over, for its other lane's sake."""
    sandbox = stand_in("facebook", "instagram", keyed=True)
    desk, first = fleet_desk(sandbox, 1, ("facebook", "instagram"), idempotency=True, rate="1/h")
    await asyncio.to_thread(hand, desk, first)
    await give_up(desk)
    add_cases(desk, "facebook", [7])
    await asyncio.to_thread(hand, desk, make_plan(desk, Selection()).plan)
    async with looking(desk) as crew:
        await crew.chunk(first, "facebook:api")
    assert (handed(desk, first), stopped(desk), broken[1]) == (True, {}, [])
    await asyncio.to_thread(hand, desk, first)
    async with looking(desk) as crew:
        await crew.chunk(first, "facebook:api")
    assert broken[1] == ["facebook:api"]


async def test_a_part_that_fails_once_goes_on_at_once(stand_in, fleet_desk, broken):
    sandbox = stand_in(keyed=True)
    desk, plan = fleet_desk(sandbox, 4, idempotency=True)
    await asyncio.to_thread(hand, desk, plan)
    async with working(desk):
        await until(lambda: broken[1])
        broken[0].clear()
        await until(lambda: len(references(desk, "sent")) == 4)
    assert stopped(desk) == {}


async def test_any_other_task_that_fails_is_told_with_where_and_keeps_no_other(stand_in, fleet_desk, capsys, monkeypatch):
    sandbox = stand_in(keyed=True)
    desk, plan = fleet_desk(sandbox, 2, idempotency=True)
    await asyncio.to_thread(hand, desk, plan)

    def wired(*_):
        raise KeyError(PRIVATE)

    monkeypatch.setattr(crews, "wired_lanes", wired)
    async with working(desk) as crew:
        await crew.queue.put(crews.SWEEP, crews.SWEEP)
        await until(lambda: len(references(desk, "sent")) == 2)
    err = capsys.readouterr().err
    (told,) = [one for one in map(json.loads, err.splitlines()) if one["event"] == "defect"]
    assert (told["about"], told["error"], told["where"][0]) == ("sweep", "KeyError", "KeyError")
    assert PRIVATE not in err


async def test_a_plan_with_a_platform_that_a_machine_does_not_know_keeps_no_other_from_being_queued(
    stand_in, fleet_desk, monkeypatch, capsys
):
    desk, first = fleet_desk(stand_in(keyed=True), 1, idempotency=True)
    add_cases(desk, "facebook", [7])
    second = make_plan(desk, Selection()).plan
    for plan in (first, second):
        await asyncio.to_thread(hand, desk, plan)
    with writing(desk).begin() as db:
        db.execute(text(f"SET LOCAL search_path TO {SCHEMA}"))
        db.execute(text("DELETE FROM procrastinate_jobs"))
    wired = crews.wired_lanes

    def unknown(desk, plan):
        if plan == first:
            raise NoSuchPlatform(name="'chirp'", known="")
        return wired(desk, plan)

    monkeypatch.setattr(crews, "wired_lanes", unknown)
    async with looking(desk) as crew:
        await crew.sweep()
    assert parts(desk).due == 1
    (told,) = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (told["event"], told["plan"]) == ("trouble", "P-1")


async def test_a_part_whose_time_has_not_come_keeps_no_other_plan_of_its_lane_waiting(stand_in, fleet_desk):
    sandbox = stand_in(keyed=True)
    desk, first = fleet_desk(sandbox, 1, idempotency=True)
    later = desk.clock.now() + 3600
    desk.ledger.write(lambda book: book.db.execute(update(requests).values(not_before=later)) and None)
    await asyncio.to_thread(hand, desk, first)
    async with working(desk):
        await until(lambda: (parts(desk).waiting, parts(desk).due) == (1, 0))
        add_cases(desk, "facebook", [7])
        second = make_plan(desk, Selection()).plan
        await asyncio.to_thread(hand, desk, second)
        await until(lambda: len(references(desk, "sent")) == 1)
        desk.ledger.write(lambda book: book.db.execute(update(requests).values(not_before=0)) and None)
        await asyncio.to_thread(hand, desk, first)
        await until(lambda: len(references(desk, "sent")) == 2)


async def test_a_paced_lane_does_not_wait_for_the_queue_to_look(stand_in, fleet_desk, monkeypatch):
    """Its next slot is a moment ahead when a part ends: the queue looks each minute here, and is poked."""
    monkeypatch.setattr("takedown.fleet.queue.POLL", 60.0)
    monkeypatch.setattr("takedown.delivery.chunks.LEAST", 2)
    monkeypatch.setattr("takedown.delivery.chunks.MOST", 2)
    sandbox = stand_in(keyed=True)
    desk, plan = fleet_desk(sandbox, 8, idempotency=True, rate="5/s")
    await asyncio.to_thread(hand, desk, plan)
    async with working(desk):
        await until(lambda: len(references(desk, "sent")) == 8)


async def test_a_plan_that_waits_for_a_lane_is_told_when_it_is_free(stand_in, fleet_desk, monkeypatch):
    monkeypatch.setattr("takedown.fleet.queue.POLL", 600.0)
    sandbox = stand_in(keyed=True)
    desk, first = fleet_desk(sandbox, 2, idempotency=True)
    add_cases(desk, "facebook", [7])
    second = make_plan(desk, Selection()).plan
    for plan in (first, second):
        await asyncio.to_thread(hand, desk, plan)
    async with working(desk):
        await until(lambda: len(references(desk, "sent")) == 3)


async def test_a_worker_that_ends_waits_for_no_call_that_is_to_come(stand_in, fleet_desk, capsys):
    desk, plan = fleet_desk(stand_in(keyed=True), 1, idempotency=True)
    later = desk.clock.now() + 50
    desk.ledger.write(lambda book: book.db.execute(update(requests).values(not_before=later)) and None)
    await asyncio.to_thread(hand, desk, plan)
    async with asyncio.timeout(20):
        async with working(desk):
            await until(lambda: (parts(desk).waiting, parts(desk).due) == (1, 0))
    assert capsys.readouterr().err == ""
