"""What can be seen of a fleet from any desk: its workers, what waits for them, and on which lanes they are."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from takedown.desk import Desk
from takedown.fleet.board import Aside, who_stands_aside
from takedown.fleet.queue import Depth, depth
from takedown.ledger.moves import State
from takedown.ledger.states import DORMANT
from takedown.ledger.tables import lanes, plans, requests


@dataclass(frozen=True, slots=True)
class LaneSeen:
    """`left`: requests that were handed over and are not sent yet; `not_before` in epoch seconds; `stopped` says why."""

    name: str
    left: int
    working: bool
    not_before: float
    stopped: str

    @property
    def title(self) -> str:
        platform, _, channel = self.name.partition(":")
        return f"{platform} by {channel}"


@dataclass(frozen=True, slots=True)
class Fleet:
    depth: Depth
    lanes: tuple[LaneSeen, ...]
    aside: tuple[Aside, ...] = ()


def fleet(desk: Desk) -> Fleet | None:
    """The fleet that serves this ledger; None when it never had one."""
    if desk.ledger.engine.dialect.name != "postgresql":
        return None
    left = requests.c.state.in_([State.APPROVED.value, State.SENDING.value]) & (requests.c.not_before < DORMANT)
    handed = select(plans.c.id).where(plans.c.handed_at.is_not(None)).scalar_subquery()
    waiting = select(requests.c.lane, func.count()).where(requests.c.plan.in_(handed), left).group_by(requests.c.lane)
    with desk.ledger.read() as db:
        found = depth(db)
        if found is None:
            return None
        aside = who_stands_aside(db)
        counts = {str(name): int(count) for name, count in db.execute(waiting)}
        now = float(db.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one())
        rows = db.execute(select(lanes).order_by(lanes.c.name)).mappings().all()
    seen = (
        LaneSeen(
            row["name"],
            counts.get(row["name"], 0),
            bool(row["owner"]) and row["lease_until"] > now,
            row["not_before"],
            row["why"] if row["stopped"] else "",
        )
        for row in rows
    )
    return Fleet(found, tuple(one for one in seen if one.left or one.working or one.stopped), aside)
