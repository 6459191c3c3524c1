"""`python -m bench [--quick] [--json FILE] [--chart FILE] [--only GROUP] [--seed N]`; exit 1 when a figure does not hold."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from bench.answers import answered
from bench.chart import chart
from bench.figures import FULL, QUICK, Figure, Sizes, commit, report
from bench.fleet import fleet
from bench.importing import importing
from bench.memory import memory
from bench.pacing import pacing
from bench.scale import chain, crowded, screens
from bench.sending import sending
from bench.simulation import simulation
from bench.startup import startup
from bench.storage import storage

GROUPS: dict[str, Callable[[Sizes, int], Iterator[Figure]]] = {
    "sending": sending,
    "pacing": pacing,
    "importing": importing,
    "answers": answered,
    "memory": memory,
    "screens": screens,
    "crowded": crowded,
    "startup": startup,
    "fleet": fleet,
    "chain": chain,
    "simulation": simulation,
    "storage": storage,
}

QUICK_SECONDS: dict[str, int] = {
    "sending": 14, "pacing": 6, "importing": 5, "answers": 3, "memory": 5, "screens": 6, "crowded": 5, "startup": 4, "fleet": 6,
    "chain": 1, "simulation": 2, "storage": 3,
}  # fmt: skip
"""What each group may take of the minute that `--quick` has, on an idle machine with two cores."""


def main(argv: list[str]) -> int:
    """Measure, print a line for each figure as it is known, write what was asked for."""
    wanted = _arguments(argv)
    sizes = QUICK if wanted.quick else FULL
    kind = "quick" if wanted.quick else "full"
    print(f"commit {commit()[:12] or 'unknown'}, seed {wanted.seed}, {kind}", flush=True)
    figures: list[Figure] = []
    for name in wanted.only or GROUPS:
        begun = perf_counter()
        for figure in GROUPS[name](sizes, wanted.seed):
            figures.append(figure)
            print(line(figure), flush=True)
        took = perf_counter() - begun
        over = f", more than its {QUICK_SECONDS[name]}" if wanted.quick and took > QUICK_SECONDS[name] else ""
        print(f"        ({name} took {took:.1f} s{over})", flush=True)
    document = report(figures, wanted.seed, wanted.quick)
    if wanted.json:
        wanted.json.write_text(json.dumps(document, indent=2) + "\n")
    if wanted.chart:
        wanted.chart.write_text(chart(figures, f"takedown {document['commit'][:12]}, {kind}, {datetime.now(UTC):%Y-%m-%d}"))
    missed = [figure.name for figure in figures if not figure.holds]
    print(f"{len(figures) - len(missed)} of {len(figures)} figures hold" + (f"; not: {', '.join(missed)}" if missed else ""))
    return 1 if missed else 0


def line(figure: Figure) -> str:
    word = "holds" if figure.holds else "MISSED"
    value = f"{figure.value:,.4g} {figure.unit}"
    return f"{word:<7} {figure.name:<42} {value:>16}  {figure.bound} {figure.target:<8,g} {figure.how}"


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench", description="What the tool costs beside what it could cost.")
    parser.add_argument("--quick", action="store_true", help="under a minute, with smaller numbers")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--chart", type=Path, metavar="FILE", help="draw them there, as SVG")
    parser.add_argument(
        "--only", action="append", choices=GROUPS, metavar="GROUP", help=f"one of {', '.join(GROUPS)}; repeatable"
    )
    parser.add_argument("--seed", type=int, default=1, help="of what the stand-ins draw")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
