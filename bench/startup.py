"""How long a command takes to begin, in units of `python -c pass` on the same machine at the same moment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.desks import UNPACED, add_cases, ground, plan, send
from bench.figures import Figure, Sizes, rounds
from bench.sending import seconds

TAKEDOWN = str(Path(sys.executable).parent / "takedown")
COMPLETING = {"_TAKEDOWN_COMPLETE": "complete_bash", "COMP_WORDS": "takedown re", "COMP_CWORD": "1"}


@dataclass(frozen=True, slots=True)
class Start:
    name: str
    words: tuple[str, ...]
    target: float
    env: Mapping[str, str] = field(default_factory=dict[str, str])


STARTS = (
    Start("--version", ("--version",), 3),
    Start("--help", ("--help",), 8),
    Start("completion", (), 8, COMPLETING),
    Start("status", ("status",), 12),
    Start("case list", ("case", "list"), 12),
    Start("plan show", ("plan", "show", "P-1"), 12),
)


def startup(sizes: Sizes, seed: int) -> Iterator[Figure]:
    """Each command in turn with the yardstick beside it."""
    with ground(seed, {"tiktok": UNPACED}) as here:
        add_cases(here.desk, "tiktok", range(5))
        number = plan(here.desk)
        send(here.desk, number, 5)
        for start in (*STARTS, Start("submit of a finished plan", ("submit", f"P-{number}"), 45)):
            yield _figure(here.folder, start, sizes.starts)


def _figure(folder: Path, start: Start, least: int) -> Figure:
    found = rounds(lambda: _pair(folder, start), lambda best: best[0] / best[1] <= start.target, least)
    took, bare = found.values
    return Figure(f"start of {start.name}", took / bare, "<=", start.target, "x", f"python -c pass is 1; {found.told}")


def _pair(folder: Path, start: Start) -> tuple[float, float]:
    return _run(folder, (TAKEDOWN, *start.words), start.env), _run(folder, (sys.executable, "-c", "pass"), {})


def _run(folder: Path, words: tuple[str, ...], env: Mapping[str, str]) -> float:
    """Seconds. What pip compiles when it installs, the first round compiles here, whatever the environment says."""
    none = subprocess.DEVNULL
    whole = {**os.environ, **env}
    whole.pop("PYTHONDONTWRITEBYTECODE", None)
    return seconds(lambda: subprocess.run(words, cwd=folder, env=whole, stdin=none, stdout=none, stderr=none, check=True))
