"""A paced run: how much longer than the pace itself asks for, and whether any window was above it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bench.desks import Ground, add_cases, afresh, ground, plan, send
from bench.figures import Figure, Sizes, rounds
from bench.sending import seconds
from takedown.sandbox import read_journal

RATES = {"tiktok": 50, "x": 30}
LATEST, WINDOW = 1.03, 2.0


def pacing(sizes: Sizes, seed: int) -> Iterator[Figure]:
    """Two lanes at once, each with work for about `sizes.paced` seconds, the second for a tenth less."""
    counts = {"tiktok": round(RATES["tiktok"] * sizes.paced), "x": round(RATES["x"] * sizes.paced * 0.9)}
    bound = max(counts[name] / rate for name, rate in RATES.items())
    with ground(seed, {name: f"{rate}/s" for name, rate in RATES.items()}) as here:
        found = rounds(lambda: [_run(here, counts)], lambda best: best[0] / bound <= LATEST, 1)
        rows = [row for row in read_journal(here.journal) if row["event"] == "accepted"]
    took = found.values[0]
    yield Figure(
        "paced run / its lower bound", took / bound, "<=", LATEST, "x",
        f"two lanes of {counts['tiktok']} at 50/s and {counts['x']} at 30/s; the whole command's sending, {took:.2f} s; "
        f"{found.told}",
    )  # fmt: skip
    arrived = {name: sorted(_moment(row["t"]) for row in rows if row["platform"] == name) for name in RATES}
    # One more than the pace allows is the jitter of two arrivals at the window's ends.
    above = max(worst(arrived[name], WINDOW) - (rate * WINDOW + 1) for name, rate in RATES.items())
    yield Figure(
        "requests above the pace", max(above, 0), "<=", 0, "requests", f"arrivals in the worst {WINDOW:g} s of either lane"
    )


def _run(here: Ground, counts: Mapping[str, int]) -> float:
    with afresh(here) as desk:
        for name, count in counts.items():
            add_cases(desk.desk, name, range(count))
        number = plan(desk.desk)
        return seconds(lambda: send(desk.desk, number, sum(counts.values())))


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def worst(times: Sequence[float], window: float) -> int:
    """The most of the sorted `times` that lie in any half-open window."""
    return max((bisect_left(times, at + window) - place for place, at in enumerate(times)), default=0)
