"""Holding a lane: sole use of it, its pace and its rest, all of them shared with other processes through the ledger."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import update

from takedown.clock import Clock
from takedown.delivery.lanes import Lane
from takedown.delivery.owning import Owner
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
    not_before: float = 0.0

    def __post_init__(self) -> None:
        self._owner = Owner(self.ledger, self.lane.name)
        self._pace: Pace | None = None

    @property
    def owner(self) -> str:
        return self._owner.token

    @property
    def sure(self) -> bool:
        """Whether the lane is still ours, as far as this machine's clock tells; the ledger tells the rest."""
        return self._owner.sure

    @property
    def pace(self) -> Pace:
        if self._pace is None:
            raise RuntimeError("the lane is not held")
        return self._pace

    async def take(self) -> bool:
        """Become the lane's owner and take over its pace and rest where the last one left them; False while there is another."""
        if not self._owner.lock():
            return False
        taken = False
        try:
            taken = await self.ledger.awrite(self._enter)
        finally:
            if not taken:
                self._owner.free()
        if taken:
            self._owner.keep()
        return taken

    def _enter(self, book: Book) -> bool:
        row = self._owner.take(book)
        if row is None:
            return False
        # A clock that was set back must not close a lane for longer than its own interval or the longest Retry-After.
        self.not_before = min(row["not_before"], book.now + LONGEST_REST)
        latest = book.now + self.lane.interval
        # An owner that died wrote last at some time before now; one that left said when.
        first = latest if row["owner"] else min(row["next_at"], latest)
        self._pace = Pace(self.clock, self.lane.interval, max(first, book.now))
        return True

    def reopen(self, book: Book) -> None:
        """Why it was stopped may hold no longer: its sender tries again."""
        book.db.execute(update(lanes).where(lanes.c.name == self.lane.name).values(stopped="", why="", mend=""))

    def stop(self, book: Book, what: str, why: str) -> None:
        """Nothing goes out on this lane until a person mends `what`."""
        mend = "takedown auth test" if what == "credentials" else f"takedown platforms {self.lane.platform}"
        book.db.execute(update(lanes).where(lanes.c.name == self.lane.name).values(stopped=what, why=why, mend=mend))

    def rest(self, book: Book, until: float, why: str) -> None:
        """Nothing goes out on this lane before `until`, by any process."""
        if until > self.not_before:
            self.not_before = until
            book.db.execute(update(lanes).where(lanes.c.name == self.lane.name).values(not_before=until, why=why))

    async def leave(self) -> None:
        """Give the lane back, and say when its next owner may write. One that lost it says nothing."""
        try:
            if self._pace is not None:
                left = {"owner": "", "lease_until": 0.0, "next_at": self._pace.free_at}
                mine = (lanes.c.name == self.lane.name, lanes.c.owner == self.owner)
                await self.ledger.awrite(lambda book: book.db.execute(update(lanes).where(*mine).values(**left)) and None)
        finally:
            self._owner.free()
