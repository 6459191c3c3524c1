"""A ledger that has grown: screens over many cases, the cost of a case among many, and reading the audit chain."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import count
from pathlib import Path

from bench.crowd import grow
from bench.desks import UNPACED, Ground, add_cases, afresh, ground, plan, send
from bench.figures import Figure, Sizes, rounds
from bench.recorded import sent
from bench.sending import seconds
from bench.startup import TAKEDOWN
from bench.yardsticks import read_and_hash
from takedown.audit import Verified, verify
from takedown.audit.beside import PAYS

CHAIN, CHAIN_SECONDS = 100_000, 3.0
HELD = 1.5
"""Of each row `audit verify` looks up what the record says, besides reading and hashing it."""
FLAT = 1.5


def crowded(sizes: Sizes, seed: int) -> Iterator[Figure]:
    """The whole commands as a person waits for them, and what a case costs, beside the same in a ledger with few cases."""
    with ExitStack() as stack:
        here = stack.enter_context(ground(seed, {"tiktok": UNPACED}))
        empty = stack.enter_context(afresh(here))
        grown = {size: stack.enter_context(afresh(here)) for size in sizes.crowd}
        for size, one in grown.items():
            grow(one.desk, size)
        yield from _screens(empty.folder, grown[sizes.crowd[-1]].folder, sizes)
        yield _cost(grown, sizes)


def _screens(empty: Path, full: Path, sizes: Sizes) -> Iterator[Figure]:
    n, least = f"{sizes.crowd[-1]:,} cases, the target is that of a million; the whole command", sizes.rounds
    status = rounds(lambda: [_seconds(full, "status")], lambda best: best[0] <= 1, least)
    yield Figure("status over many cases", status.values[0], "<=", 1, "s", f"{n}; {status.told}")
    report = rounds(lambda: [*_report(full), *_report(empty)], lambda best: best[0] <= 1, least)
    took, most, none, idle = report.values
    yield Figure("report over many cases", took, "<=", 1, "s", f"{n}; {none:.2f} s for none; {report.told}")
    page = rounds(lambda: [_seconds(full, "report", "--html", "report.html")], lambda best: best[0] <= 3, 1)
    yield Figure("report --html over many cases", page.values[0], "<=", 3, "s", f"{n}, charts and all; {page.told}")
    yield Figure("memory of a report over that of none", most - idle, "<=", 25, "MB", f"{n}'s peak")


def _seconds(folder: Path, *words: str) -> float:
    return seconds(partial(subprocess.run, [TAKEDOWN, "--json", *words], cwd=folder, stdout=subprocess.DEVNULL, check=True))


REPORT = """import os, sys
from takedown.cli import run
out, sys.stdout = sys.stdout, open(os.devnull, "w")
run(["report", "--json"])
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")), file=out)"""


def _report(folder: Path) -> tuple[float, float]:
    """Seconds of a process that makes a report, and its highest resident memory in MB."""
    told: list[str] = []
    words = [sys.executable, "-c", REPORT]
    took = seconds(lambda: told.append(subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True).stdout))
    return took, float(told[0]) / 1024


def _cost(grown: Mapping[int, Ground], sizes: Sizes) -> Figure:
    """Import, plan and send the same number of cases in each ledger, in turn."""
    n, parts = sizes.crowd_sends, count()

    def around() -> list[float]:
        first = next(parts) * n
        return [seconds(partial(_few, one, range(first, first + n))) for one in grown.values()]

    found = rounds(around, lambda best: max(best) / best[0] <= FLAT, sizes.rounds)
    told = ", ".join(f"{took / n * 1000:.2f} ms at {size:,}" for size, took in zip(grown, found.values, strict=True))
    return Figure(
        "cost of a case, worst / among the fewest", max(found.values) / found.values[0], "<=", FLAT, "x",
        f"import, plan and send {n}; {told}; {found.told}",
    )  # fmt: skip


def _few(here: Ground, numbers: range) -> None:
    add_cases(here.desk, "tiktok", numbers)
    send(here.desk, plan(here.desk), len(numbers))


def chain(sizes: Sizes, seed: int) -> Iterator[Figure]:
    """`PAYS` events and more are read by two processes, and seconds are told of them; of fewer, what is done for each."""
    with ground(seed, {"tiktok": UNPACED}) as here, afresh(here) as empty:
        sent(here, "tiktok", sizes.events)
        events = _sound(verify(here.desk.ledger)).events
        yield _whole(here, events) if events >= PAYS else _each(here, empty, events)


def _whole(here: Ground, events: int) -> Figure:
    def told(took: float) -> float:
        return took * CHAIN / events

    found = rounds(lambda: [seconds(partial(verify, here.desk.ledger))], lambda best: told(best[0]) <= CHAIN_SECONDS, 3)
    how = f"{events:,} with as many cases, requests and attempts, two processes; {found.told}"
    return Figure("audit verify of 100,000 events", told(found.values[0]), "<=", CHAIN_SECONDS, "s", how)


def _each(here: Ground, empty: Ground, events: int) -> Figure:
    """What both take of an empty ledger is no event's, and taken off."""
    pairs = [(one.desk.ledger, one.folder / "takedown.db") for one in (here, empty)]

    def around() -> list[float]:
        return [
            took for ledger, file in pairs for took in (seconds(partial(verify, ledger)), seconds(partial(read_and_hash, file)))
        ]

    def ratio(best: Sequence[float]) -> float:
        ours, bare, none, nothing = best
        return (ours - none) / max(bare - nothing, 1e-9)

    found = rounds(around, lambda best: ratio(best) <= HELD, 5)
    each = (found.values[0] - found.values[2]) / events * 1e6
    how = f"{events:,} events, each with case, request and attempt, one process; {each:.0f} us each; {found.told}"
    return Figure("audit verify / reading and hashing the same rows", ratio(found.values), "<=", HELD, "x", how)


def _sound(found: Verified) -> Verified:
    if found.problems:
        raise RuntimeError(f"the chain of the benchmark is not sound: {found.problems[:3]}")
    return found
