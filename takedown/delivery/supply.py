"""What is claimed and not begun: intents that lie on disk before a connection asks for them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from takedown.delivery.budget import Budget
from takedown.delivery.claims import Claimed, claim, let_go, put_back, work
from takedown.delivery.connections import Connections
from takedown.delivery.hold import Hold
from takedown.delivery.lanes import Lane
from takedown.delivery.recorder import Recorder
from takedown.ledger.book import Book
from takedown.ledger.store import Ledger
from takedown.ledger.tables import plans, requests
from takedown.planning.approving import Verified


@dataclass
class Supply:
    """Claims in blocks, and with a key the next block while the last of this one goes out.

    Without a key never more is claimed than there are free connections: what this process leaves behind when it dies is a
    question to a person, each of them. Nor does a slow lane claim ahead: what is claimed cannot be taken back any more, and
    waiting for a commit costs it nothing.
    """

    ledger: Ledger
    hold: Hold
    lane: Lane
    verified: Verified
    recorder: Recorder
    connections: Connections
    budget: Budget

    def __post_init__(self) -> None:
        self._held: deque[Claimed] = deque()
        self._coming: asyncio.Future[list[Claimed]] | None = None
        self._asked = 0
        self._more = False

    @property
    def held(self) -> bool:
        """Whether something is claimed already, or is being claimed."""
        return bool(self._held) or self._coming is not None

    def waits(self, now: float) -> bool:
        """Whether a claim is worth a slot; one that came back full says so of the next."""
        return self.held or self._more or self.ledger.peek(lambda db: work(db, self.lane, self.verified.plan, now))

    async def take(self) -> Claimed | None:
        """The next request, claimed; None when there is none. Raises LaneLost, Tampered and what the ledger raises."""
        if not self._held:
            if self._coming is None:
                await self._gather()
                self._order(self._size())
            await self._arrive()
        one = self._held.popleft() if self._held else None
        if (ahead := self._ahead()) > 0:
            self._order(ahead)
        return one

    def _ahead(self) -> int:
        """How many to claim while there are some left."""
        block = self.lane.block if self.lane.keyed else 0
        if block <= self.connections.width or self._coming is not None or not self._more or len(self._held) > block // 2:
            return 0
        return self.budget.most(block, len(self._held))

    async def _gather(self) -> None:
        """Without a key a claim would pay a commit for few requests where the pace lets out more of them together."""
        if not self.lane.keyed:
            await self.connections.company(self.lane.burst)

    def _size(self) -> int:
        """How many to claim: with a key a block; without one what can be in flight at once, and the pace lets out together."""
        most = self.lane.block if self.lane.keyed else min(self.connections.free, self.lane.burst)
        return max(1, self.budget.most(most, -1))  # the one that asks has been counted

    def _order(self, size: int) -> None:
        self._asked, next_at = size, self.hold.pace.next_at
        owner = self.hold.owner
        # One commit for what came back and what goes out next.
        self._coming = self.recorder.hand_over_with(lambda book: claim(book, self.lane, self.verified, owner, size, next_at))

    async def _arrive(self) -> None:
        coming, self._coming = self._coming, None
        if coming is not None:
            found: Sequence[Claimed] = await coming
            self._held.extend(found)
            self._more = len(found) == self._asked

    async def give_back(self) -> None:
        """What was claimed and not begun was surely not sent. Raises what a claim that was under way raised."""
        try:
            await self._arrive()
        finally:
            held = list(self._held)
            self._held.clear()
            await self.ledger.awrite(lambda book: self._leave(book, held))

    def _leave(self, book: Book, held: Sequence[Claimed]) -> None:
        put_back(book, held, self.hold.owner)
        plan = self.verified.plan
        if book.db.execute(select(plans.c.state).where(plans.c.id == plan)).scalar() != "approved":
            let_go(book, requests.c.plan == plan, requests.c.lane == self.lane.name)
