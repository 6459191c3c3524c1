"""`sh script/faults`: runs the tests that break things, and prints what they counted. Exit 1 when a figure does not hold.

The figures are told by the tests themselves (`tests/figures.py`), so that none can be printed that no test has just seen.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.figures import commit
from bench.mutants import chosen, tried

CHOSEN = "figure or safeguard"
MUTANTS, KILLED = 16, 0.8


def main(argv: list[str]) -> int:
    wanted = _arguments(argv)
    with TemporaryDirectory(prefix="takedown-faults-") as folder:
        told = Path(folder) / "figures.json"
        code, printed = _run(told, wanted.quick, wanted.seed)
        if not told.exists():
            print(printed, file=sys.stderr)
            return 1
        figures: list[dict[str, Any]] = json.loads(told.read_text())
    if not wanted.quick:
        figures.append(_mutants(wanted.seed))
    for one in figures:
        print(line(one))
    if code:
        print(printed, file=sys.stderr)
    if wanted.json:
        document = {"seed": wanted.seed, "commit": commit(), "quick": wanted.quick, "figures": figures}
        wanted.json.write_text(json.dumps(document, indent=2) + "\n")
    missed = [one["name"] for one in figures if not one["holds"]]
    print(f"{len(figures) - len(missed)} of {len(figures)} figures hold" + (f"; not: {', '.join(missed)}" if missed else ""))
    return 1 if missed or code else 0


def _run(told: Path, quick: bool, seed: int) -> tuple[int, str]:
    """The tests, on as many processors as there are; returns pytest's exit code and what it printed."""
    words = ["-q", "-n", str(os.cpu_count() or 1), "-p", "no:cacheprovider", "-m", CHOSEN, "--figures", str(told)]
    chosen = {**os.environ, "TAKEDOWN_SEED": str(seed), "TAKEDOWN_FAULTS": "quick" if quick else "full"}
    done = subprocess.run([sys.executable, "-m", "pytest", *words], env=chosen, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def _mutants(seed: int) -> dict[str, Any]:
    """The share of small faults in the code that sends which its tests notice; one at a time, for the tests need the machine."""
    ended = list(tried(chosen(seed, MUTANTS), at_once=1))
    missed = ", ".join(str(one.mutant) for one in ended if not one.killed)
    share = sum(one.killed for one in ended) / len(ended)
    told = {"name": "mutants of the sending killed", "value": share, "bound": ">=", "target": KILLED, "unit": "of 1"}
    return {**told, "how": f"of {len(ended)} drawn; survived: {missed or 'none'}", "holds": share >= KILLED}


def line(one: dict[str, Any]) -> str:
    word = "holds" if one["holds"] else "MISSED"
    return f"{word:<7} {one['name']:<56} {one['value']:>9,g} {one['unit']:<9} {one['bound']} {one['target']:<6,g} {one['how']}"


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/faults", description="What happens when things go wrong, counted.")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--seed", type=int, default=1, help="of what the faults draw")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
