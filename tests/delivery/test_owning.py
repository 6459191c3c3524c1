"""Who owns a lane, on one machine and on several: two ledgers over one database whose locks lie in different folders."""

import asyncio

import pytest
from desks import QuickClock, Quiet, add_cases, again, open_desk, write_config
from sendings import api, nothing_lost_or_doubled, references, send, taken, tries
from servers import database
from sqlalchemy import select

from takedown.audit import verify
from takedown.delivery import owning, run
from takedown.delivery.chunks import next_due, part_of, run_chunk
from takedown.delivery.claims import claim, recover
from takedown.delivery.deliver import open_sender
from takedown.delivery.hold import Hold
from takedown.delivery.lanes import lane_for
from takedown.delivery.owning import LaneLost
from takedown.ledger.setup import create
from takedown.ledger.tables import attempts, lanes
from takedown.planning.approving import verify as verify_plan
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection
from takedown.settings import load

LANE = "facebook:api"


@pytest.fixture
def machines(tmp_path, stand_in, monkeypatch):
    """Two desks on two machines as far as their locks can tell, one database, one approved plan; a lease is half a second."""
    monkeypatch.setattr(owning, "LEASE", 0.5)
    url = database(tmp_path)

    def start(n=6, **more):
        sandbox = stand_in(keyed=bool(more.get("idempotency")))
        desks = []
        for name in ("one", "two"):
            folder = tmp_path / name
            folder.mkdir()
            write_config(folder, api(sandbox, **more))
            file = folder / "takedown.toml"
            lines = [f'url = "{url}"' if line.startswith('url = "') else line for line in file.read_text().splitlines()]
            file.write_text("\n".join(lines) + "\n")
            if name == "one":
                create(url, folder, "sandbox", QuickClock()).close()
                secret = next(folder.glob("*.secret"))
            else:
                (folder / secret.name).write_bytes(secret.read_bytes())
                (folder / secret.name).chmod(0o600)
            desks.append(open_desk(load(file), "planner", QuickClock()))
        add_cases(desks[0], "facebook", range(1, n + 1))
        plan = make_plan(desks[0], Selection()).plan
        verify_plan(desks[0], plan)
        return sandbox, *desks, plan

    return start


def hold(desk):
    return Hold(desk.ledger, desk.clock, lane_for(desk, LANE))


def row(desk):
    with desk.ledger.read() as db:
        return db.execute(select(lanes).where(lanes.c.name == LANE)).mappings().one()


async def test_a_lane_has_one_owner_until_it_is_given_back(machines):
    _, one, two, _ = machines()
    mine, theirs = hold(one), hold(two)
    assert await mine.take()
    assert not await theirs.take()
    assert not await hold(one).take(), "nor another on the same machine"
    await mine.leave()
    assert row(one)["owner"] == ""
    assert await theirs.take()
    await theirs.leave()


async def test_a_lease_that_is_renewed_is_not_taken(machines):
    _, one, two, _ = machines()
    mine, theirs = hold(one), hold(two)
    assert await mine.take()
    first = row(one)["lease_until"]
    while row(one)["lease_until"] < first + 2 * owning.LEASE:
        assert not await theirs.take()
        await asyncio.sleep(0.05)
    assert mine.sure
    await mine.leave()


async def silent(owner):
    """Its process was stopped: it renews nothing any more, and does not know it."""
    owner._owner._renewing.cancel()
    while owner.sure:
        await asyncio.sleep(0.02)


async def test_a_silent_owner_is_replaced_and_then_sends_claims_and_records_nothing(machines):
    sandbox, one, two, plan = machines(idempotency=True)
    mine, theirs, verified = hold(one), hold(two), verify_plan(one, plan)
    lane = lane_for(one, LANE)
    assert await mine.take()
    (first, *_) = one.ledger.write(lambda book: claim(book, lane, verified, mine.owner, 2, 0.0))
    await silent(mine)
    while not await theirs.take():
        await asyncio.sleep(0.05)
    found = one.ledger.peek(lambda db: run.still_mine(db, first, mine.owner, lane, one.clock.now()))
    assert found is not None
    assert "another process" in found.why
    with pytest.raises(LaneLost):
        one.ledger.write(lambda book: claim(book, lane, verified, mine.owner, 2, 0.0))
    before = row(one)["owner"]
    await mine.leave()
    assert row(one)["owner"] == before == theirs.owner, "one that lost the lane gives nothing back"
    await theirs.leave()
    assert (await asyncio.to_thread(send, two, plan)).sent == 6
    nothing_lost_or_doubled(two, sandbox)


async def test_one_that_is_paused_keeps_its_lock_but_not_its_lane(machines):
    """On one machine too: the kernel frees a lock for the dead alone."""
    _, one, _, plan = machines(idempotency=True)
    mine, heir = hold(one), hold(again(one))
    assert await mine.take()
    assert not await heir.take()
    await silent(mine)
    while not await heir.take():
        await asyncio.sleep(0.05)
    third = hold(again(one))
    mine._owner.free()
    assert not await third.take(), "the heir lives, though it has no lock"
    with pytest.raises(LaneLost):
        one.ledger.write(lambda book: claim(book, lane_for(one, LANE), verify_plan(one, plan), mine.owner, 2, 0.0))
    await heir.leave()


async def test_on_one_machine_a_death_is_known_at_once(machines, monkeypatch):
    monkeypatch.setattr(owning, "LEASE", 3600.0)
    _, one, two, _ = machines()
    mine = hold(one)
    assert await mine.take()
    mine._owner.free()  # as the kernel does
    assert not await hold(two).take(), "the other machine cannot know"
    heir = hold(again(one))
    assert await heir.take()
    await heir.leave()


@pytest.mark.parametrize("keyed", [True, False])
def test_one_that_wakes_between_look_and_write_sends_nothing(machines, monkeypatch, keyed):
    """Paused right after the ledger said yes: its own clock says no."""
    sandbox, one, _, plan = machines(n=2, idempotency=keyed)
    real, paused = run.still_mine, []

    def look(db, claimed, owner, lane, now):
        found = real(db, claimed, owner, lane, now)
        if not paused:
            paused.append(claimed.id)
            monkeypatch.setattr(owning, "_ticks", lambda ticks=owning._ticks: ticks() + 3600)
        return found

    monkeypatch.setattr(run, "still_mine", look)
    send(one, plan)
    assert sum(taken(sandbox).values()) == 0
    assert set(tries(one)) == {"held"}


def test_the_receipt_of_one_that_lost_its_lane_is_kept_but_moves_nothing(machines, monkeypatch):
    sandbox, one, two, plan = machines(n=1, idempotency=True)
    real = run.record
    robbed = []

    def late(book, owner, ended):
        if not robbed:
            robbed.append(owner)
            book.db.execute(lanes.update().values(owner="another"))
            recover(book, lane_for(one, LANE))
        real(book, owner, ended)

    monkeypatch.setattr(run, "record", late)
    with pytest.raises(LaneLost):
        send(one, plan)
    assert references(one, "unknown") == set(taken(sandbox))
    with one.ledger.read() as db:
        assert [r[0] for r in db.execute(select(attempts.c.outcome).order_by(attempts.c.id))] == ["unknown", "sent"]
    monkeypatch.undo()
    one.ledger.write(lambda book: book.db.execute(lanes.update().values(owner="", lease_until=0)) and None)
    assert send(two, plan).sent == 1
    nothing_lost_or_doubled(two, sandbox)


@pytest.mark.parametrize("keyed", [True, False])
async def test_parts_of_a_lane_send_a_plan_between_two_machines(machines, keyed):
    sandbox, one, two, plan = machines(n=12, idempotency=keyed)
    lane, due, turns = lane_for(one, LANE), 0.0, 0
    while due is not None:
        desk = (one, two)[turns % 2]
        part = part_of(lane, verify_plan(desk, plan))
        small = type(part)(part.verified, 3, 100.0)
        sender = open_sender(desk, lane)
        due = await run_chunk(desk, lane, small, sender, asyncio.Event(), Quiet())
        await sender.aclose()
        turns += 1
        if due is not None:
            await desk.clock.sleep(due - desk.clock.now())
    assert turns >= 4
    assert len(references(one, "sent")) == 12
    nothing_lost_or_doubled(one, sandbox)
    assert verify(one.ledger).problems == []


async def test_a_part_ends_before_a_slot_that_is_too_far(machines):
    sandbox, one, _, plan = machines(n=3, idempotency=True, rate="1/h")
    lane = lane_for(one, LANE)
    sender = open_sender(one, lane)
    part = part_of(lane, verify_plan(one, plan))
    due = await run_chunk(one, lane, part, sender, asyncio.Event(), Quiet())
    assert sum(taken(sandbox).values()) == 1
    assert due == pytest.approx(one.clock.now() + 3600, abs=60)
    assert next_due(one, lane, plan) == due
    await sender.aclose()
