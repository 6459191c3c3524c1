"""Progress of a run, lane by lane: bars on a terminal, else one line each 30 s, else nothing."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from takedown.display.safe import safe
from takedown.display.words import words

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

EVERY = 30.0


class Lanes(Protocol):
    """What a run tells the screen. A lane is a platform's title or name; `until` is in seconds since the epoch."""

    def start(self, lane: str, total: int) -> None: ...

    def advance(self, lane: str, outcome: str) -> None:
        """One request came to its end for now; `outcome` is a value of `delivery` or `retry_later`."""
        ...

    def waiting(self, lane: str, until: float, why: str) -> None: ...

    def done(self) -> None:
        """The run has ended; may be called twice."""
        ...


class NoLanes:
    """For --quiet and --json."""

    def start(self, lane: str, total: int) -> None: ...

    def advance(self, lane: str, outcome: str) -> None: ...

    def waiting(self, lane: str, until: float, why: str) -> None: ...

    def done(self) -> None: ...


AGAIN, PLAIN = "again", frozenset({"sent", "asked"})


def _words(outcome: str) -> str:
    return "tried again" if outcome == AGAIN else words("delivery", outcome)


@dataclass(slots=True)
class _Lane:
    total: int
    outcomes: Counter[str] = field(default_factory=Counter[str])
    until: float = 0
    why: str = ""

    def note(self, now: float) -> str:
        """`waiting 14:32, Retry-After`, else what did not go straight through: `2 sending uncertain`."""
        if self.until > now:
            # Local time of day: the reader compares it with the clock on the wall.
            return f"waiting {time.strftime('%H:%M', time.localtime(self.until))}, {safe(self.why)}"
        return ", ".join(f"{n} {_words(outcome)}" for outcome, n in self.outcomes.items() if outcome not in PLAIN)

    @property
    def ended(self) -> int:
        """Requests that came to an end; what is tried again did not."""
        return sum(n for outcome, n in self.outcomes.items() if outcome != AGAIN)

    def line(self, now: float) -> str:
        return ", ".join(filter(None, (f"{self.ended} of {self.total}", self.note(now))))


class LineLanes:
    """For logs and cron: one line for all lanes each 30 s, and one at the end."""

    def __init__(self, say: Callable[[str], None], now: Callable[[], float] = time.time, every: float = EVERY) -> None:
        self._say, self._now, self._every = say, now, every
        self._lanes: dict[str, _Lane] = {}
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._ticker: threading.Thread | None = None

    def start(self, lane: str, total: int) -> None:
        with self._lock:
            self._lanes[lane] = _Lane(total)
        if self._ticker is None:
            self._ticker = threading.Thread(target=self._tick, name="progress", daemon=True)
            self._ticker.start()

    def advance(self, lane: str, outcome: str) -> None:
        with self._lock:
            self._lanes[lane].outcomes[outcome] += 1
            self._lanes[lane].until = 0

    def waiting(self, lane: str, until: float, why: str) -> None:
        with self._lock:
            self._lanes[lane].until, self._lanes[lane].why = until, why

    def tell(self) -> None:
        with self._lock:
            now = self._now()
            line = "; ".join(f"{safe(name)}: {lane.line(now)}" for name, lane in self._lanes.items())
        self._say(line)

    def done(self) -> None:
        if self._lanes and not self._stop.is_set():
            self._stop.set()
            self.tell()

    def _tick(self) -> None:
        while not self._stop.wait(self._every):
            self.tell()


class BarLanes:
    """For a terminal: a bar for each lane with its ETA and what it waits for."""

    def __init__(self, console: Console, now: Callable[[], float] = time.time) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        narrow = console.width < 60
        columns = [TextColumn("{task.description}", markup=False), BarColumn(bar_width=8 if narrow else 20), MofNCompleteColumn()]
        note = TextColumn("{task.fields[note]}", markup=False)
        self._progress = Progress(*columns, TimeRemainingColumn(compact=True), note, console=console, transient=True)
        self._now = now
        self._lanes: dict[str, tuple[_Lane, TaskID]] = {}

    def start(self, lane: str, total: int) -> None:
        if not self._lanes:
            self._progress.start()
        self._lanes[lane] = (_Lane(total), self._progress.add_task(safe(lane), total=total, note=""))

    def advance(self, lane: str, outcome: str) -> None:
        state, task = self._lanes[lane]
        state.outcomes[outcome] += 1
        state.until = 0
        self._progress.update(task, completed=state.ended, note=state.note(self._now()))

    def waiting(self, lane: str, until: float, why: str) -> None:
        state, task = self._lanes[lane]
        state.until, state.why = until, why
        self._progress.update(task, note=state.note(self._now()))

    def done(self) -> None:
        self._progress.stop()
