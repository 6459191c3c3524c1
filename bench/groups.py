"""What the benchmark measures, group by group."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bench.answers import answered
from bench.figures import Figure, Sizes
from bench.fleet import fleet
from bench.importing import importing
from bench.memory import memory
from bench.pacing import pacing
from bench.portal import portal
from bench.scale import chain, crowded
from bench.sending import sending
from bench.simulation import simulation
from bench.startup import startup
from bench.storage import storage

GROUPS: dict[str, Callable[[Sizes, int], Iterator[Figure]]] = {
    "sending": sending,
    "pacing": pacing,
    "importing": importing,
    "answers": answered,
    "crowded": crowded,
    "startup": startup,
    "fleet": fleet,
    "chain": chain,
    "memory": memory,
    "simulation": simulation,
    "storage": storage,
    "portal": portal,
}
UNTIMED = ("memory", "simulation", "storage", "portal")
"""They tell bytes, keys, or times of a model: others may run beside them."""

QUICK_SECONDS: dict[str, int] = {
    "sending": 15, "pacing": 10, "importing": 2, "answers": 3, "crowded": 6, "startup": 4, "fleet": 10, "chain": 3, "memory": 4,
    "simulation": 1, "storage": 1, "portal": 1,
}  # fmt: skip
"""What each may take of the minute that `--quick` has, on an idle machine with two cores; those of UNTIMED side by side."""


def measured(name: str, sizes: Sizes, seed: int) -> list[Figure]:
    return list(GROUPS[name](sizes, seed))
