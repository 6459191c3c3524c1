"""A thousand lanes with outages and changes of pace, in simulated time: who waits for whom, and how long it takes in all.

Pace, the table of what an answer means, back-off and the breaker's terms are the program's own code; the queue from which
workers take chunks of lanes is a model of the fleet's. An answer takes no time: the subject is waiting.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from typing import Any

from bench.figures import Figure, Sizes
from takedown.contract import Platform, PlatformSettings, Reply, breaker
from takedown.delivery.decide import Later, Sent, back_off, decide_http
from takedown.delivery.pace import Pace
from takedown.registry import load
from takedown.transport.results import Answered, NotSent, Result

LANES, SLOTS = 1_000, 400
RATES = ((1 / 60, 30), (1 / 6, 30), (1.0, 38), (5.0, 2))
"""Requests per second, and how many lanes in a hundred have them."""
RETRY_AFTER = 15


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time jumps to the next thing that is due."""

    def __init__(self) -> None:
        super().__init__()
        self._at = 0.0
        self._clock_resolution = 1e-9

    def time(self) -> float:
        return self._at

    def _run_once(self) -> None:
        waiting: list[Any] = self._scheduled  # type: ignore[attr-defined] # of asyncio.base_events
        if not self._ready and waiting:  # type: ignore[attr-defined]
            self._at = max(self._at, waiting[0].when())
        super()._run_once()  # type: ignore[misc]


class LoopClock:
    """The loop's time as the program's clock."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Chunk:
    """How long a worker stays with a lane: requests, seconds, and the longest it waits for the lane's next slot."""

    count: float
    seconds: float
    gap: float


COUNTED, BOUNDED = Chunk(100, inf, inf), Chunk(100, 10.0, 1.0)


@dataclass
class Weather:
    """What happens to a lane: `out` from and until when it is out, and whether it says so (503) or is not there at all;
    `changes`: when which rate begins, in order."""

    out: tuple[float, float]
    polite: bool
    changes: Sequence[tuple[float, float]]

    def rate(self, now: float) -> float:
        return next(rate for at, rate in reversed(self.changes) if at <= now)

    def answer(self, now: float) -> Result:
        if not self.out[0] <= now < self.out[1]:
            return Answered(_reply(201, {}))
        return Answered(_reply(503, {"retry-after": str(RETRY_AFTER)})) if self.polite else NotSent("ConnectError")

    def floor(self, count: int) -> float:
        """The earliest moment at which `count` requests can have been taken, were every outage and change foreseen."""
        now, done = 0.0, 0
        while True:
            if self.out[0] <= now < self.out[1]:
                now = self.out[1]
            done += 1
            if done == count:
                return now
            now += 1 / self.rate(now)


def _reply(status: int, headers: dict[str, str]) -> Reply:
    body = json.dumps({"id": "SIM-1", "status": "received"}).encode()
    return Reply(status, {"content-type": "application/json", **headers}, body, datetime(2026, 1, 1, tzinfo=UTC))


@dataclass
class Queue:
    """A lane's work and where it stands; times in seconds of the simulation."""

    weather: Weather
    left: int
    platform: Platform
    rng: random.Random
    total: int = 0
    next_at: float = 0.0
    not_before: float = 0.0
    failures: int = 0
    ready_at: float = 0.0
    waited: float = 0.0
    done_at: float = 0.0
    again: list[float] = field(default_factory=list[float])

    async def work(self, clock: LoopClock, chunk: Chunk) -> None:
        """One chunk. What it leaves is due at `self.due()`."""
        began, tried = clock.now(), 0
        interval = 1 / self.weather.rate(began)
        pace = Pace(clock, interval, min(max(self.next_at, began), began + interval))  # as an owner takes over a lane
        while self.left and tried < chunk.count and clock.now() - began < chunk.seconds:
            if max(self.due(), pace.next_at) - clock.now() > chunk.gap:
                break
            await clock.sleep(max(self.due() - clock.now(), 0))
            await pace.slot()
            tried += 1
            self._take(clock.now())
        self.next_at = pace.next_at

    def due(self) -> float:
        """When the lane's next request may be tried, its pace apart."""
        waiting = len(self.again) == self.left
        return max(self.not_before, min(self.again)) if waiting and self.again else self.not_before

    def _take(self, now: float) -> None:
        if ripe := [at for at in self.again if at <= now]:
            self.again.remove(min(ripe))
        outcome = decide_http(self.weather.answer(now), self.platform.name, self.platform.read)
        match outcome:
            case Sent():
                self.left -= 1
                self.failures, self.done_at = 0, now
            case Later(after=float() as after, lane=True):
                self.not_before = now + after
            case Later():
                self.again.append(now + back_off(1, 1.0, self.rng))
                most, pause = breaker(self.platform.settings.breaker)
                self.failures += 1
                if self.failures >= most:
                    self.not_before = now + pause
            case _:
                raise RuntimeError(f"the weather knows no {outcome}")


@dataclass(frozen=True, slots=True)
class Course:
    """makespan and longest_wait in seconds; shares: of each lane, its own lower bound / when it was done."""

    makespan: float
    floor: float
    longest_wait: float
    shares: Sequence[float]

    @property
    def jain(self) -> float:
        """1 when every lane is slowed down alike. Source: Jain, Chiu, Hawe 1984, DEC-TR-301."""
        return sum(self.shares) ** 2 / (len(self.shares) * sum(one * one for one in self.shares))


def queues(count: int, horizon: float, seed: int) -> list[Queue]:
    """Lanes with work for a tenth to all of `horizon` seconds; one in five is out for a while, one in five changes its pace."""
    rng = random.Random(seed)  # noqa: S311
    platform = load().platforms["facebook"](PlatformSettings())
    found: list[Queue] = []
    for _ in range(count):
        rate = rng.choices([rate for rate, _ in RATES], [share for _, share in RATES])[0]
        begins = rng.random() * horizon if rng.random() < 0.2 else inf
        changes = [(0.0, rate)]
        if rng.random() < 0.2:
            changes.append((rng.random() * horizon, rate * rng.choice((0.5, 2.0))))
        weather = Weather((begins, begins + horizon * 0.1), rng.random() < 0.5, changes)
        work = max(1, round(rate * horizon * rng.uniform(0.1, 1.0)))
        found.append(Queue(weather, work, platform, rng, total=work))
    return found


def run(found: Sequence[Queue], slots: int, chunk: Chunk) -> Course:
    """Everything that lies in the queues, with as many chunks at a time as there are slots, first come first served."""
    loop = VirtualLoop()
    try:
        loop.run_until_complete(_all(found, slots, chunk))
    finally:
        loop.close()
    floors = [one.weather.floor(one.total) for one in found]
    shares = [(floor + 1) / (one.done_at + 1) for floor, one in zip(floors, found, strict=True)]
    return Course(max(one.done_at for one in found), max(floors), max(one.waited for one in found), shares)


async def _all(found: Sequence[Queue], slots: int, chunk: Chunk) -> None:
    clock, loop = LoopClock(), asyncio.get_running_loop()
    ready: asyncio.Queue[Queue] = asyncio.Queue()
    unfinished = len(found)
    finished = asyncio.Event()

    def offer(one: Queue) -> None:
        one.ready_at = clock.now()
        ready.put_nowait(one)

    async def worker() -> None:
        nonlocal unfinished
        while True:
            one = await ready.get()
            one.waited = max(one.waited, clock.now() - one.ready_at)
            await one.work(clock, chunk)
            if one.left:
                loop.call_at(max(one.due(), one.next_at, clock.now()), offer, one)
            else:
                unfinished -= 1
                if not unfinished:
                    finished.set()

    for one in found:
        offer(one)
    over = asyncio.ensure_future(finished.wait())
    tasks: list[asyncio.Task[Any]] = [over, *(asyncio.ensure_future(worker()) for _ in range(slots))]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    for found_wrong in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(found_wrong, Exception):
            raise found_wrong


def simulation(sizes: Sizes, seed: int) -> Iterator[Figure]:
    """The same lanes twice: in chunks that are bounded in time too, and in chunks that only count."""
    lanes, slots = sizes.lanes, sizes.lanes * SLOTS // LANES
    fleet = run(queues(lanes, sizes.horizon, seed), slots, BOUNDED)
    counted = run(queues(lanes, sizes.horizon, seed), slots, COUNTED)
    n = f"{lanes:,} lanes, {sizes.horizon:g} s of work, simulated"
    yield Figure(
        "lanes in bounded chunks / their lower bound", fleet.makespan / fleet.floor, "<=", 1.1, "x",
        f"{n}, outages, changes of pace; {slots} at a time; chunks that only count: {counted.makespan / counted.floor:.2f} x",
    )  # fmt: skip
    yield Figure(
        "fairness of bounded chunks", fleet.jain, ">=", 0.95, "Jain",
        f"{n}; over each lane's own bound / its end; chunks that only count: {counted.jain:.2f}",
    )  # fmt: skip
    yield Figure(
        "longest wait of a ready lane", fleet.longest_wait, "<=", 30, "s",
        f"{n}; chunks of {BOUNDED.seconds:g} s; that only count: {counted.longest_wait:.0f} s",
    )  # fmt: skip
