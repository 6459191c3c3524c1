"""Owning a lane: one process at a time sends on it, on one machine or on many.

On one machine a file lock proves it, which the kernel frees when its owner dies. Between machines nothing can prove a death, so
there an owner holds a lease that it renews, and fences itself: it looks whether the lane is still its own right before each write
and in every update of an outcome. Whoever waits for a lease to end goes by the server's clock; its owner goes by its own, which
counts from before it asked. One that was paused, and wakes after another took over, sends nothing.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import platform
import secrets
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, RowMapping, bindparam, select, text, update

from takedown.contract import Temporary
from takedown.ledger.book import Book
from takedown.ledger.prepared import Prepared
from takedown.ledger.store import Ledger
from takedown.ledger.tables import lanes

LEASE = 10.0
"""Seconds of the server's clock until another machine may take over from an owner that is silent."""
RENEWED = 3
"""How often within a lease it is renewed."""
SURE = 0.8
"""The share of a lease that its owner relies on: what it sent in the rest might cross with another's."""


class LaneLost(Temporary):
    """Another process took over the lane {lane}."""

    code, why, do = "TD-1105", "this one was silent for too long; what it was sending is looked after there", "takedown status"


class Owner:
    """Sole use of a lane. `token` names this owner in the ledger."""

    def __init__(self, ledger: Ledger, lane: str) -> None:
        self._ledger, self._lane = ledger, lane
        self._lock = _Lock(lock_path(ledger, lane))
        self._leased = ledger.engine.dialect.name == "postgresql"
        self._sure_until = float("inf")
        self._renewing: asyncio.Task[None] | None = None
        self.token = ""

    def lock(self) -> bool:
        """Exclude the other processes of this machine; False where they alone decide, and one of them is the owner.

        With a lease the lock is no more than a proof that an owner on this machine died: one that is paused keeps it.
        """
        locked = self._lock.take()
        self.token = f"{self._lock.place if locked else 'leased'}.{secrets.token_hex(8)}"
        return locked or self._leased

    def take(self, book: Book) -> RowMapping | None:
        """Become the owner in the ledger: the lane's row as its last owner left it; None while another holds it.

        Where we have the file's lock, an owner that had it before us is dead.
        """
        make_row(book, self._lane)
        mine = lanes.c.name == self._lane
        row = book.db.execute(select(lanes).where(mine).with_for_update()).mappings().one()
        asked, now = _ticks(), server_time(book.db)
        dead = self._lock.held and str(row["owner"]).startswith(f"{self._lock.place}.")
        if row["owner"] and not dead and row["lease_until"] > now:
            return None
        until = now + LEASE if self._leased else 0.0
        book.db.execute(update(lanes).where(mine).values(owner=self.token, lease_until=until))
        self._relied_on(asked)
        return row

    def keep(self) -> None:
        """Go on renewing the lease until `free`."""
        if self._leased:
            self._renewing = asyncio.create_task(self._renew())

    @property
    def sure(self) -> bool:
        """Whether nobody else can have become the owner yet, as far as this machine's clock tells."""
        return _ticks() < self._sure_until

    def free(self) -> None:
        if self._renewing is not None:
            self._renewing.cancel()
        self._lock.free()

    def _relied_on(self, asked: float) -> None:
        if self._leased:
            self._sure_until = asked + LEASE * SURE

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(LEASE / RENEWED)
            asked = _ticks()
            with suppress(Exception):  # without a renewal the owner stops to be sure, and that is told when it sends
                if not await self._ledger.awrite(self._prolong):
                    self._sure_until = 0.0
                    return
                self._relied_on(asked)

    def _prolong(self, book: Book) -> bool:
        mine = (lanes.c.name == self._lane, lanes.c.owner == self.token)
        return book.db.execute(update(lanes).where(*mine).values(lease_until=server_time(book.db) + LEASE)).rowcount == 1


class _Lock:
    """A file lock. `place` names this machine, as far as the lock reaches: the kernel that runs, and the file that it locks."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None
        self.place = ""

    def take(self) -> bool:
        file = os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        about = os.fstat(file.fileno())
        self._file, self.place = file, f"{_kernel()}-{about.st_dev:x}-{about.st_ino:x}"
        return True

    @property
    def held(self) -> bool:
        return self._file is not None

    def free(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def make_row(book: Book, lane: str) -> None:
    """A lane has a row from when it is first used."""
    book.db.execute(_MADE, {"a_lane": lane})


def check_owner(book: Book, lane: str, token: str) -> None:
    """Raise LaneLost unless this owner still has the lane, and keep others from taking it until the transaction ends."""
    if [tuple(row) for row in _HELD.rows(book.db, {"a_lane": lane})] != [(token,)]:
        raise LaneLost(lane=lane)


def lock_path(ledger: Ledger, lane: str) -> Path:
    return ledger.folder / f"{ledger.name}.{lane.replace(':', '-')}.lock"


def _kernel() -> str:
    """A name of the running kernel that no other machine has, nor this one after its next start."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return platform.node()


def _ticks() -> float:
    """Seconds that never jump, and that go on while the machine sleeps where the system has such a clock."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def server_time(db: Connection) -> float:
    """The server's clock in seconds since the epoch; 0 where there is no server, and so no lease."""
    if db.dialect.name != "postgresql":
        return 0.0
    return float(db.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())


_HELD = Prepared(select(lanes.c.owner).where(lanes.c.name == bindparam("a_lane")).with_for_update())
_MADE = text("INSERT INTO lanes (name) VALUES (:a_lane) ON CONFLICT DO NOTHING")
