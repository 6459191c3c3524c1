"""Holding a lane: its lock, its pace and its rest, all of them shared with other processes through the ledger."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from sqlalchemy import insert, select, update

from takedown.clock import Clock
from takedown.delivery.lanes import Lane, LaneLock
from takedown.delivery.pace import Pace
from takedown.ledger.book import Book
from takedown.ledger.store import Ledger
from takedown.ledger.tables import lanes

LONGEST_REST = 3600.0


@dataclass
class Hold:
    """Sole use of a lane. `not_before`: until when the platform asked for rest (epoch seconds)."""

    ledger: Ledger
    clock: Clock
    lane: Lane
    owner: str = field(default_factory=lambda: secrets.token_hex(8))
    not_before: float = 0.0

    def __post_init__(self) -> None:
        self._lock = LaneLock(self.ledger, self.lane.name)
        self._pace: Pace | None = None

    @property
    def pace(self) -> Pace:
        if self._pace is None:
            raise RuntimeError("the lane is not held")
        return self._pace

    def take(self) -> bool:
        """Try once to become the owner; False while another process is."""
        return self._lock.take()

    async def enter(self) -> None:
        """Take over the lane's pace and rest where its last owner left them."""
        self._pace = await self.ledger.awrite(self._begin)

    def _begin(self, book: Book) -> Pace:
        mine = lanes.c.name == self.lane.name
        row = book.db.execute(select(lanes).where(mine)).mappings().first()
        if row is None:
            book.db.execute(insert(lanes).values(name=self.lane.name, owner=self.owner))
            return Pace(self.clock, self.lane.interval, book.now)
        # A clock that was set back must not close a lane for longer than its own interval or the longest Retry-After.
        self.not_before = min(row["not_before"], book.now + LONGEST_REST)
        latest = book.now + self.lane.interval
        # An owner that died wrote last at some time before now; one that left said when.
        first = latest if row["owner"] else min(row["next_at"], latest)
        book.db.execute(update(lanes).where(mine).values(owner=self.owner, stopped="", why=""))
        return Pace(self.clock, self.lane.interval, max(first, book.now))

    def rest(self, book: Book, until: float, why: str) -> None:
        """Nothing goes out on this lane before `until`, by any process."""
        if until > self.not_before:
            self.not_before = until
            book.db.execute(update(lanes).where(lanes.c.name == self.lane.name).values(not_before=until, why=why))

    async def leave(self) -> None:
        """Give the lane back, and say when its next owner may write."""
        try:
            if self._pace is not None:
                free_at = self._pace.free_at
                mine = lanes.c.name == self.lane.name
                await self.ledger.awrite(
                    lambda book: book.db.execute(update(lanes).where(mine).values(owner="", next_at=free_at))
                )
        finally:
            self._lock.free()
