"""`work`: one worker of a fleet. Any number of them serve one ledger; each can be killed or paused at any time."""

from __future__ import annotations

import asyncio
import importlib
import signal
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import anyio
from sqlalchemy import func, select

from takedown.comparing import check
from takedown.contract import TakedownError
from takedown.delivery.drift import check_clock
from takedown.delivery.mailed import compare_all
from takedown.delivery.watching import LOOK, keep_comparing
from takedown.delivery.witness import witness
from takedown.desk import Desk
from takedown.fleet.crew import SWEEP, Crew
from takedown.fleet.logs import everything, make_log, worker_name
from takedown.fleet.metrics import Address, Metrics
from takedown.fleet.queue import depth, make_queue, until
from takedown.ledger.errors import LedgerFailed, ReadOnly
from takedown.ledger.tables import lanes

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

RESCUE = 5.0
WATCH = 15.0
HEADS = 4
"""Every how many watches the head of the chain is compared and written outside."""
RESTART = 2.0


def work(desk: Desk, seconds: float | None, metrics_at: Address | None, lanes_at_once: int | None = None) -> int:
    """Serve the fleet until told to stop, or for so long; returns the signal that stopped it, or 0.

    Raises NeedsServer, MissingExtra, OtherQueue, ClockOff, BadConfiguration, BadPacks, what compare_all raises and LedgerFailed
    at the start; ClockOff and what compare_all raises later too.
    """
    make_queue(desk)
    check_clock(desk)
    compare_all(desk)
    _load(desk)
    log = make_log(worker_name())
    worker = _Worker(desk, log, Metrics(), lanes_at_once or desk.settings.fleet.lanes)
    with everything(log):
        return asyncio.run(worker.run(seconds, metrics_at))


def _load(desk: Desk) -> None:
    """What loads slowly, before the first request waits for it; a pack or a platform that is broken is told at the start."""
    importlib.import_module("takedown.delivery.senders")
    asyncio.run(anyio.sleep(0))  # the rest of it, which httpcore's locks load with the first connection
    for name in desk.settings.platforms:
        desk.platform(name)
    len(desk.packs)


class _Worker:
    def __init__(self, desk: Desk, log: FilteringBoundLogger, metrics: Metrics, at_once: int) -> None:
        self._desk, self._log, self._metrics, self._at_once = desk, log, metrics, at_once

    async def run(self, seconds: float | None, metrics_at: Address | None) -> int:
        self._crew = Crew(self._desk, self._log, self._metrics)
        self._stop = self._crew.stop
        server = self._metrics.serve(metrics_at) if metrics_at else None
        caught: list[int] = []
        with _signals(self._stop, caught):
            await self._crew.queue.open()
            self._log.info("started", lanes=self._at_once)
            tasks = [asyncio.create_task(one) for one in (self._serve(), self._rescue(), self._watch())]
            comparing = asyncio.create_task(self._compare())
            try:
                await until(self._stop, seconds if seconds is not None else float("inf"))
                self._stop.set()
                await asyncio.gather(*tasks)
            finally:
                comparing.cancel()
                await self._crew.close()
                if server is not None:
                    server.shutdown()
        self._log.info("stopped", signal=caught[0] if caught else 0)
        if self._crew.failed is not None:
            raise self._crew.failed
        return caught[0] if caught else 0

    async def _serve(self) -> None:
        """Run tasks; when the queue's connection breaks, as in a restart of the server, or after standing aside, start over."""
        stop, aside = self._stop, self._crew.aside
        while not stop.is_set():
            working = asyncio.create_task(self._crew.queue.work(self._at_once))
            called = [asyncio.create_task(one.wait()) for one in (stop, aside)]
            await asyncio.wait({working, *called}, return_when=asyncio.FIRST_COMPLETED)
            for one in called:
                one.cancel()
            if not working.done():
                working.cancel()
            try:
                await working
            except asyncio.CancelledError:
                if not (stop.is_set() or aside.is_set()):
                    raise
            except Exception as error:  # noqa: BLE001 -- the engine's own troubles: it is started anew
                self._log.warning("queue failed", error=type(error).__name__)
            await (self._crew.rest() if aside.is_set() else until(stop, RESTART))

    async def _rescue(self) -> None:
        while not await until(self._stop, RESCUE):
            try:
                await self._crew.rescue()
            except Exception as error:  # noqa: BLE001 -- tried again in a moment
                self._log.warning("no rescue", error=type(error).__name__)

    async def _watch(self) -> None:
        """Tell how deep the queue is, and compare the chain with its heads outside: a ledger taken back in time sends nothing."""
        turn = 0
        while True:
            try:
                if turn % HEADS == 0:
                    await asyncio.to_thread(check, self._desk)
                    await asyncio.to_thread(witness, self._desk)
                    await self._crew.queue.put(SWEEP, SWEEP)
                await asyncio.to_thread(check_clock, self._desk)
                self._tell()
            except (LedgerFailed, ReadOnly) as error:
                self._log.warning("ledger away", what=error.message)
            except TakedownError as error:
                self._stops(error)
            except Exception as error:  # noqa: BLE001 -- told, and looked at again
                self._log.warning("not watched", error=type(error).__name__)
            turn += 1
            if await until(self._stop, WATCH):
                return

    async def _compare(self) -> None:
        """Be it idle: what this process committed may be what the server lacks that took the other's place."""
        while True:
            try:
                await keep_comparing(self._desk)
            except TakedownError as error:
                return self._stops(error)
            except Exception as error:  # noqa: BLE001 -- told, and looked at again
                self._log.warning("not compared", error=type(error).__name__)
                await asyncio.sleep(LOOK)

    def _stops(self, error: TakedownError) -> None:
        self._log.error("stops", code=error.code, what=error.message)
        self._crew.failed = error
        self._stop.set()

    def _tell(self) -> None:
        with self._desk.ledger.read() as db:
            found = depth(db)
            stopped = db.execute(select(func.count()).select_from(lanes).where(lanes.c.stopped != "")).scalar_one()
        if found is not None:
            self._metrics.seen(found, int(stopped))


@contextmanager
def _signals(stop: asyncio.Event, caught: list[int]) -> Generator[None]:
    """Ctrl-C and SIGTERM let what is in flight finish and start nothing new."""
    loop = asyncio.get_running_loop()
    handled = (signal.SIGINT, signal.SIGTERM)

    def asked(number: int) -> None:
        caught.append(number)
        stop.set()

    for number in handled:
        loop.add_signal_handler(number, asked, int(number))
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)
