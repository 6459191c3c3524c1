"""`submit --fleet`: a plan is handed to the workers, and followed if somebody waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy import func, select, update

from takedown.delivery.budget import Progress
from takedown.delivery.chunks import next_due
from takedown.delivery.deliver import Delivered, hand_over, ready, standing, wired_lanes
from takedown.delivery.lanes import Lane
from takedown.desk import Desk
from takedown.fleet.mending import LEFT, mended
from takedown.fleet.queue import Queue, make_queue
from takedown.ledger.book import Book
from takedown.ledger.ids import plan_id
from takedown.ledger.moves import State
from takedown.ledger.tables import plans, requests

CHUNK = "send a part of a lane"
LOOK_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Handed:
    """What the workers have to do now: lane -> requests."""

    plan: int
    lanes: dict[str, int]

    @property
    def requests(self) -> int:
        return sum(self.lanes.values())


def hand(desk: Desk, plan: int) -> Handed:
    """A person lets the workers send an approved plan; again does no harm, and lets stopped lanes try again.

    Raises what `deliver` raises, NeedsServer, MissingExtra, OtherQueue.
    """
    return _hand(desk, plan, mended)


def pass_on(desk: Desk, plan: int) -> Handed:
    """`hand` by a worker itself: what waits for a person goes on waiting. Raises the same."""
    return _hand(desk, plan, _as_it_is)


def _hand(desk: Desk, plan: int, opened: Callable[[Book, int, list[str]], None]) -> Handed:
    make_queue(desk)
    ready(desk, plan)
    hand_over(desk, plan)
    found = {lane.name: count for lane, count in wired_lanes(desk, plan)}

    def change(book: Book) -> None:
        book.db.execute(update(plans).where(plans.c.id == plan).values(handed_at=book.now))
        opened(book, plan, list(found))
        book.record("plan.handed", plan_id(plan), {"lanes": found}, {"by": desk.who})

    if found:
        desk.ledger.write(change)
        asyncio.run(_queue(desk, plan, list(found)))
    return Handed(plan, found)


def _as_it_is(book: Book, plan: int, on: list[str]) -> None:
    """Opens nothing."""
    del book, plan, on


async def _queue(desk: Desk, plan: int, names: list[str]) -> None:
    queue = Queue(desk, {CHUNK: _nothing})
    await queue.open()
    try:
        for name in names:
            await queue.put(CHUNK, name, plan=plan, lane=name)
    finally:
        await queue.close()


async def _nothing(plan: int, lane: str) -> None:
    """Stands for the task, which only workers know how to do."""
    del plan, lane


def follow(desk: Desk, handed: Handed, wait: float, progress: Progress) -> Delivered:
    """Look on until nothing is left that a machine can do, or `wait` seconds are over; where the plan stands then."""
    return asyncio.run(_follow(desk, handed, wait, progress))


async def _follow(desk: Desk, handed: Handed, wait: float, progress: Progress) -> Delivered:
    for name, count in handed.lanes.items():
        progress.start(name, count)
    seen = dict.fromkeys(handed.lanes, 0)
    ends = desk.clock.now() + wait
    while True:
        for name, settled in _settled(desk, handed):
            for _ in range(settled - seen[name]):
                progress.advance(name, "sent")
            seen[name] = max(seen[name], settled)
        done = standing(desk, handed.plan)
        open_ = [lane for lane, _ in wired_lanes(desk, handed.plan) if _busy(desk, handed.plan, lane)]
        if not open_ or desk.clock.now() >= ends:
            return replace(done, busy=())
        await desk.clock.sleep(LOOK_EVERY)


def _settled(desk: Desk, handed: Handed) -> Iterator[tuple[str, int]]:
    mine = (requests.c.plan == handed.plan, requests.c.lane.in_(list(handed.lanes)), requests.c.state.in_(LEFT))
    query = select(requests.c.lane, func.count()).where(*mine).group_by(requests.c.lane)
    with desk.ledger.read() as db:
        open_ = {str(name): int(count) for name, count in db.execute(query)}
    for name, count in handed.lanes.items():
        yield name, max(count - open_.get(name, 0), 0)


def _busy(desk: Desk, plan: int, lane: Lane) -> bool:
    """Whether a machine is sending on the lane, or will when its time has come."""
    mine = (requests.c.plan == plan, requests.c.lane == lane.name, requests.c.state == State.SENDING.value)
    with desk.ledger.read() as db:
        sending = db.execute(select(requests.c.id).where(*mine).limit(1)).first() is not None
    return sending or next_due(desk, lane, plan) is not None
