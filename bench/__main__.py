"""`python -m bench [--quick] [--json FILE] [--chart FILE] [--only GROUP] [--seed N]`; exit 1 when a figure does not hold."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from bench.chart import chart
from bench.figures import FULL, QUICK, Figure, Sizes, commit, report
from bench.groups import GROUPS, QUICK_SECONDS, UNTIMED, measured


def main(argv: list[str]) -> int:
    """Measure, print a line for each figure as it is known, write what was asked for."""
    wanted = _arguments(argv)
    sizes = QUICK if wanted.quick else FULL
    kind = "quick" if wanted.quick else "full"
    print(f"commit {commit()[:12] or 'unknown'}, seed {wanted.seed}, {kind}", flush=True)
    figures: list[Figure] = []
    begun = since = perf_counter()
    for name, found in figures_of(wanted.only or list(GROUPS), sizes, wanted.seed):
        for figure in found:
            figures.append(figure)
            print(line(figure), flush=True)
        took, since = perf_counter() - since, perf_counter()
        over = f", more than its {QUICK_SECONDS[name]}" if wanted.quick and took > QUICK_SECONDS[name] else ""
        print(f"        ({name} took {took:.1f} s{over})", flush=True)
    document = report(figures, wanted.seed, wanted.quick)
    if wanted.json:
        wanted.json.write_text(json.dumps(document, indent=2) + "\n")
    if wanted.chart:
        wanted.chart.write_text(chart(figures, f"takedown {document['commit'][:12]}, {kind}, {datetime.now(UTC):%Y-%m-%d}"))
    missed = [figure.name for figure in figures if not figure.holds]
    print(f"{len(figures) - len(missed)} of {len(figures)} figures hold" + (f"; not: {', '.join(missed)}" if missed else ""))
    print(f"{perf_counter() - begun:.0f} s in all")
    return 1 if missed else 0


def figures_of(names: list[str], sizes: Sizes, seed: int) -> Iterator[tuple[str, Iterable[Figure]]]:
    """Each group's figures: those of time one after the other, alone; then the others, two at once."""
    for name in names:
        if name not in UNTIMED:
            yield name, GROUPS[name](sizes, seed)
    if beside := [name for name in names if name in UNTIMED]:
        with ProcessPoolExecutor(2, get_context("spawn")) as pool:
            yield from zip(beside, pool.map(partial(measured, sizes=sizes, seed=seed), beside), strict=True)


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
