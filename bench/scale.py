"""A ledger that has grown: screens over many cases, the cost of a case among many, and reading the audit chain."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.crowd import grow, tell
from bench.desks import UNPACED, Ground, add_cases, ground, new_desk, plan, send, write_config
from bench.figures import Figure, Sizes, median
from bench.sending import seconds
from bench.startup import TAKEDOWN
from takedown.audit import verify

CHAIN, CHAIN_SECONDS = 100_000, 3.0


def screens(sizes: Sizes, seed: int) -> Iterator[Figure]:
    """The whole commands, start-up and all, as a person waits for them."""
    del seed
    with TemporaryDirectory(prefix="takedown-bench-") as name:
        folder = Path(name)
        write_config(folder, {})
        desk = new_desk(folder)
        grow(desk, sizes.ledger)
        desk.ledger.close()
        for word in ("status", "report"):
            took = median(seconds(partial(_run, folder, word)) for _ in range(3))
            yield Figure(f"{word} over many cases", took, "<=", 1, "s", f"{sizes.ledger:,} cases; the whole command; median of 3")


def _run(folder: Path, word: str) -> None:
    subprocess.run([TAKEDOWN, "--json", word], cwd=folder, stdout=subprocess.DEVNULL, check=True)


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
    del seed
    with TemporaryDirectory(prefix="takedown-bench-") as name:
        write_config(Path(name), {})
        desk = new_desk(Path(name))
        grow(desk, sizes.events)
        tell(desk, sizes.events)
        took = seconds(lambda: _sound(verify(desk.ledger).problems))
        desk.ledger.close()
    yield Figure(
        "audit verify of 100,000 events",
        took * CHAIN / sizes.events,
        "<=",
        CHAIN_SECONDS,
        "s",
        f"{sizes.events:,} events, a request for each, took {took:.2f} s",
    )


def _sound(problems: list[tuple[int, str]]) -> None:
    if problems:
        raise RuntimeError(f"the chain of the benchmark is not sound: {problems[:3]}")
