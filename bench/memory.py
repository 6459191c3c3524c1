"""Memory of a long run over that of the idle desk. Runs in a process of its own, since a peak never falls."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.desks import UNPACED, add_cases, ground, plan, send
from bench.figures import Figure, Sizes
from bench.importing import peak
from takedown.desk import open_desk
from takedown.settings import load


def memory(sizes: Sizes, seed: int) -> Iterator[Figure]:
    n = sizes.memory
    with ground(seed, {"tiktok": UNPACED}) as here:
        add_cases(here.desk, "tiktok", range(n))
        words = [sys.executable, "-m", "bench.memory", str(here.folder), str(plan(here.desk)), str(n)]
        found = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    over = found["peak"] - found["idle"]
    yield Figure("memory of a run over idle", over, "<=", 60, "MB", f"{n:,} cases sent; {found['idle']:.0f} MB when idle")


def measure(folder: Path, number: int, expected: int) -> dict[str, float]:
    desk = open_desk(load(folder / "takedown.toml"), "bench")
    _ = desk.registry, desk.packs  # idle is a desk that has loaded what it needs
    idle = peak()
    send(desk, number, expected)
    desk.ledger.close()
    return {"idle": idle, "peak": peak()}


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
