"""`sh script/faults`: runs the tests that break things, and prints what they counted. Exit 1 when a figure does not hold.

The figures are told by the tests themselves (`tests/figures.py`), so that none can be printed that no test has just seen.
`--safeguards` names each safeguard with the tests that show its refusal, and runs none. Exit 1 when one has no test.
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

CHOSEN, SAFEGUARDS = "figure or safeguard", "safeguard"
MUTANTS, KILLED = 16, 0.8


def main(argv: list[str]) -> int:
    wanted = _arguments(argv)
    with TemporaryDirectory(prefix="takedown-faults-") as folder:
        told = Path(folder) / "figures.json"
        code, printed = _list(told) if wanted.safeguards else _run(told, wanted.quick, wanted.seed)
        if not told.exists():
            print(printed, file=sys.stderr)
            return 1
        figures: list[dict[str, Any]] = json.loads(told.read_text())
    if wanted.safeguards:
        return _named([one for one in figures if SAFEGUARDS in one])
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


def _list(told: Path) -> tuple[int, str]:
    """pytest's exit code and what it printed; no test is run."""
    return _pytest(["--collect-only", "-m", SAFEGUARDS, "--figures", str(told)], {})


def _named(safeguards: list[dict[str, Any]]) -> int:
    for one in safeguards:
        print(one["name"].removeprefix("safeguard ") + ("" if one["tests"] else ": NO TEST SHOWS ITS REFUSAL"))
        for test in one["tests"]:
            print(f"    {test}")
    missing = [one[SAFEGUARDS] for one in safeguards if not one["tests"]]
    without = f"; not: {', '.join(missing)}" if missing else ""
    print(f"{len(safeguards) - len(missing)} of {len(safeguards)} safeguards have a test{without}")
    return 1 if missing else 0


def _run(told: Path, quick: bool, seed: int) -> tuple[int, str]:
    """The tests, on as many processors as there are; returns pytest's exit code and what it printed."""
    how = {"TAKEDOWN_SEED": str(seed), "TAKEDOWN_FAULTS": "quick" if quick else "full"}
    return _pytest(["-n", str(os.cpu_count() or 1), "-m", CHOSEN, "--figures", str(told)], how)


def _pytest(words: list[str], how: dict[str, str]) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    done = subprocess.run(command, env={**os.environ, **how}, capture_output=True, text=True, check=False)
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
    parser.add_argument("--safeguards", action="store_true", help="name them with their tests; run nothing")
    parser.add_argument("--seed", type=int, default=1, help="of what the faults draw")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
