"""A paced run: how much longer than the pace itself asks for, and whether any window was above it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime

from bench.desks import add_cases, ground, plan, send
from bench.figures import Figure, Sizes
from bench.sending import seconds
from takedown.sandbox import read_journal

RATES = {"tiktok": 50, "x": 30}
WINDOW = 2.0


def pacing(sizes: Sizes, seed: int) -> Iterator[Figure]:
    """Two lanes at once, each with work for about `sizes.paced` seconds, the second for a tenth less."""
    counts = {"tiktok": round(RATES["tiktok"] * sizes.paced), "x": round(RATES["x"] * sizes.paced * 0.9)}
    with ground(seed, {name: f"{rate}/s" for name, rate in RATES.items()}) as here:
        for name, count in counts.items():
            add_cases(here.desk, name, range(count))
        number = plan(here.desk)
        took = seconds(lambda: send(here.desk, number, sum(counts.values())))
        rows = [row for row in read_journal(here.journal) if row["event"] == "accepted"]
    arrived = {name: sorted(_moment(row["t"]) for row in rows if row["platform"] == name) for name in RATES}
    bound = max(counts[name] / rate for name, rate in RATES.items())
    yield Figure(
        "paced run / its lower bound", took / bound, "<=", 1.03, "x",
        f"two lanes of {counts['tiktok']} at 50/s and {counts['x']} at 30/s; the whole command's sending, {took:.2f} s",
    )  # fmt: skip
    # One more than the pace allows is the jitter of two arrivals at the window's ends.
    above = max(worst(arrived[name], WINDOW) - (rate * WINDOW + 1) for name, rate in RATES.items())
    yield Figure(
        "requests above the pace", max(above, 0), "<=", 0, "requests", f"arrivals in the worst {WINDOW:g} s of either lane"
    )


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def worst(times: Sequence[float], window: float) -> int:
    """The most of the sorted `times` that lie in any half-open window."""
    return max((bisect_left(times, at + window) - place for place, at in enumerate(times)), default=0)
