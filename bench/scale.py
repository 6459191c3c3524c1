"""A ledger that has grown: screens over many cases, the cost of a case among many, and reading the audit chain."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.crowd import grow
from bench.desks import UNPACED, Ground, add_cases, ground, new_desk, plan, send, write_config
from bench.figures import Figure, Sizes, median
from bench.recorded import sent
from bench.sending import seconds
from bench.startup import TAKEDOWN
from takedown.audit import Verified, verify

CHAIN, CHAIN_SECONDS = 100_000, 3.0


def screens(sizes: Sizes, seed: int) -> Iterator[Figure]:
    """The whole commands as a person waits for them; a report's figures without the time that starting takes."""
    del seed
    n = f"{sizes.ledger:,} cases"
    with TemporaryDirectory(prefix="takedown-bench-") as name:
        empty, full = Path(name) / "empty", Path(name) / "full"
        for folder, count in ((empty, 0), (full, sizes.ledger)):
            folder.mkdir()
            write_config(folder, {})
            desk = new_desk(folder)
            grow(desk, count)
            desk.ledger.close()
        status = _times(full, "status")
        yield Figure("status over many cases", status, "<=", 1, "s", f"{n}; the whole command; median of 3")
        start, report = _times(empty, "report"), _times(full, "report")
        yield Figure("report over many cases", report - start, "<=", 1, "s", f"{n}; beyond {start:.2f} s for none; median of 3")
        page = _times(full, "report", "--html", "report.html")
        yield Figure("report --html over many cases", page, "<=", 3, "s", f"{n}; the whole command, charts and all; median of 3")
        over = _peak(full) - _peak(empty)
        yield Figure("memory of a report over that of none", over, "<=", 25, "MB", f"{n}; the command's peak")


def _times(folder: Path, *words: str) -> float:
    return median(seconds(partial(_run, folder, *words)) for _ in range(3))


def _run(folder: Path, *words: str) -> None:
    subprocess.run([TAKEDOWN, "--json", *words], cwd=folder, stdout=subprocess.DEVNULL, check=True)


PEAK = """import os, sys
from bench.importing import peak
from takedown.cli import run
out, sys.stdout = sys.stdout, open(os.devnull, "w")
run(["report", "--json"])
print(peak(), file=out)"""


def _peak(folder: Path) -> float:
    """Of a process that makes a report, in MB."""
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    words = [sys.executable, "-c", PEAK]
    return float(subprocess.run(words, cwd=folder, env=here, capture_output=True, text=True, check=True).stdout)


def crowded(sizes: Sizes, seed: int) -> Iterator[Figure]:
    """Import, plan and send the same number of cases while the ledger grows."""
    n = sizes.crowd_sends
    costs: dict[int, float] = {}
    with ground(seed, {"tiktok": UNPACED}) as here:
        held = done = 0
        for size in sizes.crowd:
            grow(here.desk, size - held)
            held = size
            took: list[float] = []
            for _ in range(sizes.repeats):
                took.append(seconds(partial(_few, here, range(done, done + n))))
                done += n
            costs[size] = median(took) / n * 1000
    told = ", ".join(f"{cost:.2f} ms at {size:,}" for size, cost in costs.items())
    yield Figure(
        "cost of a case, worst / among the fewest", max(costs.values()) / costs[sizes.crowd[0]], "<=", 1.5, "x",
        f"import, plan and send {n}; {told}",
    )  # fmt: skip


def _few(here: Ground, numbers: range) -> None:
    add_cases(here.desk, "tiktok", numbers)
    send(here.desk, plan(here.desk), len(numbers))


def chain(sizes: Sizes, seed: int) -> Iterator[Figure]:
    with ground(seed, {"tiktok": UNPACED}) as here:
        sent(here, "tiktok", sizes.events)
        told: list[int] = []
        took = seconds(lambda: told.append(_sound(verify(here.desk.ledger))))
    yield Figure(
        "audit verify of 100,000 events",
        took * CHAIN / told[0],
        "<=",
        CHAIN_SECONDS,
        "s",
        f"{told[0]:,} events with {sizes.events:,} cases, requests and attempts took {took:.2f} s",
    )


def _sound(found: Verified) -> int:
    """How many events were read."""
    if found.problems:
        raise RuntimeError(f"the chain of the benchmark is not sound: {found.problems[:3]}")
    return found.events
