"""A figure and its target, and how both become JSON."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

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
    """How much is measured: cases, rows and events by figure, seconds of the paced run, rounds of what varies, answers
    read, lanes and seconds of work simulated."""

    sends: int
    rounds: int
    paced: float
    rows: int
    memory: int
    crowd: tuple[int, ...]
    crowd_sends: int
    events: int
    starts: int
    answers: int
    lanes: int
    horizon: float


QUICK = Sizes(400, 2, 9.0, 15_000, 500, (1_000, 20_000), 200, 1_000, 2, 150, 1_000, 60.0)
FULL = Sizes(
    2_000, 4, 60.0, 1_000_000, 100_000, (1_000, 10_000, 100_000, 1_000_000), 300, 100_000, 9, 10_000, 1_000, 600.0
)  # fmt: skip


MORE = 3


class Best(NamedTuple):
    """The shortest of each of the things that were measured side by side, and in how many rounds."""

    values: tuple[float, ...]
    of: int

    @property
    def told(self) -> str:
        return f"best of {self.of}" if self.of > 1 else "once"


def rounds(take: Callable[[], Sequence[float]], enough: Callable[[Sequence[float]], bool], least: int) -> Best:
    """`take` measures some things side by side, `least` times, and up to `MORE` times as often while `enough(best)` says no.

    Others who use the machine make a round longer, never shorter. So the best of the rounds is what counts, of ours and of
    what stands beside it alike, and a busy moment costs a round, not the figure.
    """
    found = [take() for _ in range(least)]
    while not enough(best := _best(found)) and len(found) < least * MORE:
        found.append(take())
    return Best(best, len(found))


def _best(found: Iterable[Sequence[float]]) -> tuple[float, ...]:
    return tuple(min(column) for column in zip(*found, strict=True))


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
