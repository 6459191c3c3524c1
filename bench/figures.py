"""A figure and its target, and how both become JSON."""

from __future__ import annotations

import platform
import statistics
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("httpx", "httpcore", "SQLAlchemy", "pydantic", "tenacity", "typer")


@dataclass(frozen=True, slots=True)
class Figure:
    """`bound` is ">=" or "<=": on which side of `target` the value holds. `how` says what was measured."""

    name: str
    value: float
    bound: str
    target: float
    unit: str
    how: str

    @property
    def holds(self) -> bool:
        return self.value >= self.target if self.bound == ">=" else self.value <= self.target

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "value": round(self.value, 4), "holds": self.holds}


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured: cases, rows and events by figure, seconds of the paced run, repeats of what varies, answers
    read, lanes and seconds of work simulated."""

    sends: int
    repeats: int
    paced: float
    rows: int
    memory: int
    ledger: int
    crowd: tuple[int, ...]
    crowd_sends: int
    events: int
    starts: int
    answers: int
    lanes: int
    horizon: float


QUICK = Sizes(400, 3, 5.0, 50_000, 2_000, 40_000, (1_000, 10_000, 40_000), 200, 4_000, 5, 300, 1_000, 60.0)
FULL = Sizes(
    2_000, 5, 60.0, 1_000_000, 100_000, 1_000_000, (1_000, 10_000, 100_000, 1_000_000), 300, 100_000, 15, 10_000, 1_000, 600.0
)  # fmt: skip


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def report(figures: Sequence[Figure], seed: int, quick: bool) -> dict[str, Any]:
    """The document that `--json` writes."""
    return {
        "seed": seed,
        "commit": commit(),
        "quick": quick,
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
        "figures": [one.as_dict() for one in figures],
    }


def commit() -> str:
    """The commit that was measured, with a `+` when files differ from it; empty outside a checkout."""
    here = Path(__file__).parent

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=here, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S607 -- the git of whoever runs it

    return git("rev-parse", "HEAD") + ("+" if git("status", "--porcelain", "--untracked-files=no") else "")
