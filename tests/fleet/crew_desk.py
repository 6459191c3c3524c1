"""Workers as processes of their own, in a hurry: heartbeats, leases and rescues take a second instead of ten."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine, text

from takedown.contract import TakedownError
from takedown.delivery import chunks, owning, watching
from takedown.desk import Desk, open_desk
from takedown.fleet import crew, queue, work
from takedown.fleet.handing import CHUNK
from takedown.ledger import server, store, succession
from takedown.settings import load


class Parts(NamedTuple):
    """Parts of lanes in the queue, apart from what workers do by the clock: whose time has come, all that wait, begun ones."""

    due: int
    waiting: int
    running: int


def writing(desk: Desk) -> Engine:
    """The ledger's engine for what a test changes there behind everybody's back."""
    return desk.ledger.engine.execution_options(takedown_write=True)


def parts(desk: Desk) -> Parts:
    due = "status = 'todo' AND coalesce(scheduled_at, now()) <= now()"
    counts = f"count(*) FILTER (WHERE {due}), count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'doing')"
    with desk.ledger.read() as db:
        found = db.execute(
            text(f"SELECT {counts} FROM {queue.SCHEMA}.procrastinate_jobs WHERE task_name IN (:now, :later)"),
            {"now": CHUNK, "later": queue.LATER},
        )
        return Parts(*found.one())


CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["takedown.fleet.work", "takedown.delivery.senders", "procrastinate", "structlog", "prometheus_client"]
)
HURRIED = {owning: {"LEASE": 1.5}, queue: {"HEARTBEAT": 0.4, "SILENT": 1.5, "POLL": 0.2}, work: {"RESCUE": 0.5, "WATCH": 0.5}}
HURRIED |= {crew: {"AGAIN": 0.5, "ASIDE": 60.0}, server: {"IDLE": 1.0}, store: {"PATIENCE": 5.0}, chunks: {"OWNED": 0.5}}
HURRIED |= {succession: {"QUIET": 3.0}, watching: {"LOOK": 0.3}}


def hurry() -> None:
    for module, values in HURRIED.items():
        for name, value in values.items():
            setattr(module, name, value)


def serve(folder: Path, log: Path) -> None:
    """A worker's whole life, in a process of its own."""
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
    hurry()
    desk = open_desk(load(folder / "takedown.toml"), "worker")
    try:
        code = work.work(desk, None, None)
    except TakedownError as error:
        os._exit(error.exit)
    os._exit(128 + code if code else 0)


FRONT = "intake.standin.test"
"""What a live worker of a test calls the stand-in: live reaches no address of this machine."""
HERE = (FRONT, FRONT.encode())


def serve_live(folder: Path, log: Path) -> None:
    """`serve` where FRONT is this machine."""
    look_up = socket.getaddrinfo
    socket.getaddrinfo = lambda host, *more, **named: look_up("127.0.0.1" if host in HERE else host, *more, **named)
    serve(folder, log)


class Worker:
    """A running worker; `life`: what its process does."""

    def __init__(self, folder: Path, log: Path | None = None, life: Callable[[Path, Path], None] = serve) -> None:
        self.log = log or folder / "work.log"
        self.process: Any = CONTEXT.Process(target=life, args=(folder, self.log))
        self.process.start()

    def send(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        self.process.join(10)

    def ended(self) -> int:
        """Wait for it to end by itself; returns its exit code."""
        self.process.join(60)
        return int(self.process.exitcode)

    def stop(self) -> int:
        """Ask it to end; returns its exit code."""
        self.send(signal.SIGTERM)
        self.process.join(30)
        return int(self.process.exitcode)


def wait_for(what: Any, seconds: float = 60.0) -> None:
    """Until it is so; fails after that time, which is far more than it should take."""
    ends = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < ends, "it did not come about"
        time.sleep(0.05)
