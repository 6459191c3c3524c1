"""What waits for a person: parts that workers died of, plans that they gave back, lanes that stopped."""

import asyncio

import pytest
from crew_desk import parts, wait_for
from desks import add_cases
from hands import give_up, handed, let_die, looking, stopped, until, working
from sendings import references, taken
from sqlalchemy import select, update

from takedown.fleet.handing import hand, pass_on
from takedown.fleet.queue import RESCUES
from takedown.ledger.errors import LedgerFailed
from takedown.ledger.tables import plans, requests
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection


def test_a_part_that_its_workers_die_of_is_for_a_person(stand_in, fleet_desk, workers):
    sandbox = stand_in(keyed=True)
    desk, plan = fleet_desk(sandbox, 4, idempotency=True)
    hand(desk, plan)
    let_die(desk)
    workers()
    wait_for(lambda: stopped(desk))
    told = f"A part of P-1 failed {RESCUES} times in a row: the workers that began it died, says worker "
    assert stopped(desk)["facebook:api"][1].startswith(told)
    assert taken(sandbox) == {}
    with desk.ledger.read() as db:
        assert db.execute(select(plans.c.handed_at)).scalar() is None


async def test_what_was_given_up_does_not_start_again_though_a_part_of_it_waits(stand_in, fleet_desk):
    """Nor does another plan on that lane: both wait until a person hands over again."""
    sandbox = stand_in(keyed=True)
    desk, first = fleet_desk(sandbox, 1, idempotency=True)
    await asyncio.to_thread(hand, desk, first)
    add_cases(desk, "facebook", [7])
    second = make_plan(desk, Selection()).plan
    await asyncio.to_thread(hand, desk, second)
    async with looking(desk) as crew:
        let_die(desk)
        await crew.rescue()
        for plan in (first, second):
            await crew.chunk(plan, "facebook:api")
    assert (taken(sandbox), stopped(desk)["facebook:api"][0]) == ({}, "TD-1013")
    await asyncio.to_thread(hand, desk, second)
    async with working(desk) as crew:
        await until(lambda: len(references(desk, "sent")) == 1)
        assert stopped(desk) == {}
        await crew.chunk(first, "facebook:api")
        assert len(taken(sandbox)) == 1, "the first is not handed over"


async def test_that_a_part_needs_a_person_is_written_before_it_is_dropped(stand_in, fleet_desk, monkeypatch):
    """A worker that dies or loses its server in between leaves both to the next."""
    desk, plan = fleet_desk(stand_in(), 1)
    await asyncio.to_thread(hand, desk, plan)
    async with looking(desk) as crew:
        let_die(desk)
        with monkeypatch.context() as broken:
            broken.setattr(desk.ledger, "awrite", _no_server)
            with pytest.raises(LedgerFailed):
                await crew.rescue()
        assert (stopped(desk), parts(desk).running) == ({}, 1)
        await crew.rescue()
        assert (set(stopped(desk)), parts(desk).running) == ({"facebook:api"}, 0)


def _no_server(_):
    raise LedgerFailed(what="gone")


async def test_what_a_worker_hands_over_by_itself_opens_no_lane_that_waits_for_a_person(stand_in, fleet_desk):
    desk, plan = fleet_desk(stand_in(), 1)
    await asyncio.to_thread(hand, desk, plan)
    await give_up(desk)
    await asyncio.to_thread(pass_on, desk, plan)
    assert (handed(desk, plan), set(stopped(desk))) == (True, {"facebook:api"})
    await asyncio.to_thread(hand, desk, plan)
    assert stopped(desk) == {}


async def test_a_plan_is_given_back_with_the_last_of_its_lanes(stand_in, fleet_desk):
    desk, plan = fleet_desk(stand_in("facebook", "instagram"), 2, ("facebook", "instagram"))
    await asyncio.to_thread(hand, desk, plan)
    await give_up(desk)
    assert handed(desk, plan)
    await give_up(desk, "instagram:api")
    assert not handed(desk, plan)


async def test_other_lanes_of_a_plan_go_on_when_one_is_given_up(stand_in, fleet_desk):
    sandbox = stand_in("facebook", "instagram", keyed=True)
    desk, plan = fleet_desk(sandbox, 2, ("facebook", "instagram"), idempotency=True)
    await asyncio.to_thread(hand, desk, plan)
    await give_up(desk)
    assert handed(desk, plan)
    async with working(desk):
        await until(lambda: len(references(desk, "sent")) == 2)
    assert set(stopped(desk)) == {"facebook:api"}


@pytest.mark.parametrize(("keyed", "age", "goes_on"), [(False, 0, False), (True, 10_000_000, False), (True, 1, True)])
async def test_a_plan_of_which_only_a_person_can_settle_something_is_not_with_the_workers(
    stand_in, fleet_desk, keyed, age, goes_on
):
    """Else a plan that grew stale would stop its lane anew for each other plan that opens it. A key settles while it lives."""
    desk, plan = fleet_desk(stand_in("facebook", "instagram", keyed=keyed), 1, ("facebook", "instagram"), idempotency=keyed)
    await asyncio.to_thread(hand, desk, plan)
    mine = requests.c.lane == "instagram:api"
    uncertain = update(requests).where(mine).values(state="unknown", key_born=desk.clock.now() - age)
    desk.ledger.write(lambda book: book.db.execute(uncertain) and None)
    await give_up(desk)
    assert handed(desk, plan) is goes_on
