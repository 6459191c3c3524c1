"""A worker in this process, and what a test can see of what it did."""

import asyncio
from contextlib import asynccontextmanager

from crew_desk import writing
from sqlalchemy import select, text

from takedown.fleet.crew import Crew
from takedown.fleet.logs import make_log
from takedown.fleet.metrics import Metrics
from takedown.fleet.queue import RESCUES, SCHEMA
from takedown.ledger.tables import lanes, plans


@asynccontextmanager
async def working(desk):
    """A worker in this process."""
    crew = Crew(desk, make_log("here:1"), Metrics())
    crew.queue.crons = {}
    await crew.queue.open()
    hands = asyncio.create_task(crew.queue.work(2))
    try:
        yield crew
    finally:
        hands.cancel()
        await asyncio.gather(hands, return_exceptions=True)
        await crew.close()


async def until(what):
    await asyncio.wait_for(_until(what), 60)


async def _until(what):
    while not what():
        await asyncio.sleep(0.02)


def stopped(desk):
    with desk.ledger.read() as db:
        return {row[0]: row[1:] for row in db.execute(select(lanes.c.name, lanes.c.stopped, lanes.c.why)) if row[1]}


def handed(desk, plan):
    with desk.ledger.read() as db:
        return db.execute(select(plans.c.handed_at).where(plans.c.id == plan)).scalar() is not None


def let_die(desk, lane="facebook:api"):
    """One worker after the other began what waited first for this lane, and died."""
    first = f"(SELECT min(id) FROM procrastinate_jobs WHERE lock = '{lane}')"
    died = f"UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL, attempts = {RESCUES - 1} WHERE id = {first}"
    with writing(desk).begin() as db:
        db.execute(text(f"SET LOCAL search_path TO {SCHEMA}"))
        db.execute(text(died))


@asynccontextmanager
async def looking(desk):
    """A worker that begins nothing."""
    crew = Crew(desk, make_log("here:1"), Metrics())
    await crew.queue.open()
    try:
        yield crew
    finally:
        await crew.close()


async def give_up(desk, lane="facebook:api"):
    async with looking(desk) as crew:
        let_die(desk, lane)
        await crew.rescue()
