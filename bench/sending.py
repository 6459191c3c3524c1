"""Sending: durable runs beside the bare loop and the naive script, and how long a batch of 850 takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from time import perf_counter

from bench.desks import UNPACED, Ground, add_cases, ground, plan, send
from bench.figures import Figure, Sizes, median
from bench.yardsticks import Rows, naive_script, planned, raw_loop

BATCH = 850


def seconds(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def sending(sizes: Sizes, seed: int) -> Iterator[Figure]:
    """Each ratio is of requests per second in one run; a run's other half is never measured on another day."""
    runs = [_keyed(sizes.sends, seed) for _ in range(sizes.repeats)]
    unkeyed = [_unkeyed(sizes.sends, seed) for _ in range(sizes.repeats)]
    n = sizes.sends
    rate = n / median(ours for ours, _, _ in runs)
    yield Figure(
        "durable run / bare loop, with key", median(raw / ours for ours, raw, _ in runs), ">=", 0.85, "x",
        f"{n} requests, unpaced, same client settings; median of {sizes.repeats}; {rate:.0f} requests/s",
    )  # fmt: skip
    yield Figure(
        "durable run / bare loop, without key", median(raw / ours for ours, raw in unkeyed), ">=", 0.70, "x",
        f"{n} requests, a fresh connection for each; {n / median(ours for ours, _ in unkeyed):.0f} requests/s",
    )  # fmt: skip
    yield Figure(
        "durable run / naive script", median(naive / ours for ours, _, naive in runs), ">=", 4, "x",
        "httpx with 50 connections, tenacity, asyncio.gather, JSON log; the same requests",
    )  # fmt: skip
    yield _batch(seed)


def _keyed(n: int, seed: int) -> tuple[float, float, float]:
    """Seconds of (durable run, bare loop, naive script) for `n` requests."""
    with ground(seed, {"tiktok": UNPACED}) as here:
        number, rows = _ready(here, n)
        token = here.token("tiktok")
        ours = seconds(lambda: send(here.desk, number, n))
        raw = seconds(lambda: asyncio.run(raw_loop(rows, token, keep_alive=True)))
        naive = seconds(lambda: asyncio.run(naive_script(rows, token, here.folder / "naive.jsonl")))
    return ours, raw, naive


def _unkeyed(n: int, seed: int) -> tuple[float, float]:
    with ground(seed, {"tiktok": UNPACED}, keyed=False) as here:
        number, rows = _ready(here, n)
        token = here.token("tiktok")
        ours = seconds(lambda: send(here.desk, number, n))
        return ours, seconds(lambda: asyncio.run(raw_loop(rows, token, keep_alive=False)))


def _ready(here: Ground, n: int) -> tuple[int, Rows]:
    """A plan of `n` requests, and what lies in the ledger of them."""
    add_cases(here.desk, "tiktok", range(n))
    return plan(here.desk), planned(here.desk)


def _batch(seed: int) -> Figure:
    with ground(seed, {"tiktok": UNPACED}) as here:
        begun = perf_counter()
        add_cases(here.desk, "tiktok", range(BATCH))
        send(here.desk, plan(here.desk), BATCH)
        took = perf_counter() - begun
    return Figure("a batch of 850 cases", took, "<=", 5, "s", "import, plan and send, against an unpaced stand-in")
