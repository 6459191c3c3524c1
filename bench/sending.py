"""Sending: durable runs beside the bare loop and the naive script, and how long a batch of 850 takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from functools import partial
from time import perf_counter
from typing import Any

from bench.desks import UNPACED, Ground, add_cases, afresh, ground, plan, send
from bench.figures import Best, Figure, Sizes, rounds
from bench.yardsticks import Rows, naive_script, planned, raw_loop, wire_loop

BATCH, BATCH_SECONDS = 850, 5.0


def seconds(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def sending(sizes: Sizes, seed: int) -> Iterator[Figure]:
    """Each ratio is of requests per second in one run; a run's other half is never measured on another day."""
    n, once = sizes.sends, 1
    with ground(seed, {"tiktok": UNPACED}) as here:
        kept = _measured(here, n, _bare(keep_alive=True), 0.85, sizes.rounds)
        naive = _measured(here, n, [naive_script], 4, once)
        whole = rounds(lambda: [_batch(here)], lambda best: best[0] <= BATCH_SECONDS, once)
    with ground(seed, {"tiktok": UNPACED}, keyed=False) as here:
        fresh = _measured(here, n, _bare(keep_alive=False), 0.70, sizes.rounds)
    for which, found, target in (("with key", kept, 0.85), ("without key", fresh, 0.70)):
        own = found.values[2] / found.values[0]
        how = f"{n} requests, unpaced, httpx with the same settings; {own:.2f} of our own connections with nothing recorded"
        yield _figure(f"durable run / bare loop, {which}", found, target, how, n)
    yield _figure(
        "durable run / naive script", naive, 4, f"httpx with 50 connections, tenacity, asyncio.gather, JSON log; {n} requests", n
    )
    yield Figure(
        "a batch of 850 cases", whole.values[0], "<=", BATCH_SECONDS, "s",
        f"import, plan and send, against an unpaced stand-in; {whole.told}",
    )  # fmt: skip


Yardstick = Callable[[Rows, str], Coroutine[Any, Any, None]]


def _bare(*, keep_alive: bool) -> Sequence[Yardstick]:
    return [partial(raw_loop, keep_alive=keep_alive), partial(wire_loop, keep_alive=keep_alive)]


def _measured(here: Ground, n: int, yardsticks: Sequence[Yardstick], target: float, least: int) -> Best:
    """Seconds of (a durable run, each yardstick) for the same `n` requests, one right after the other. The first has a target."""
    return rounds(lambda: _side_by_side(here, n, yardsticks), lambda best: best[1] / best[0] >= target, least)


def _side_by_side(here: Ground, n: int, yardsticks: Sequence[Yardstick]) -> Sequence[float]:
    with afresh(here) as desk:
        add_cases(desk.desk, "tiktok", range(n))
        number, rows = plan(desk.desk), planned(desk.desk)
        ours = seconds(lambda: send(desk.desk, number, n))
        token = here.token("tiktok")
        return [ours, *(seconds(partial(asyncio.run, one(rows, token))) for one in yardsticks)]


def _figure(name: str, found: Best, target: float, how: str, n: int) -> Figure:
    ours, other = found.values[:2]
    return Figure(name, other / ours, ">=", target, "x", f"{how}; {found.told}; {n / ours:.0f} requests/s")


def _batch(here: Ground) -> float:
    with afresh(here) as desk:
        begun = perf_counter()
        add_cases(desk.desk, "tiktok", range(BATCH))
        send(desk.desk, plan(desk.desk), BATCH)
        return perf_counter() - begun
