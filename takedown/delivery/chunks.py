"""A part of a lane's work, as one task of a fleet's worker: the same core as `submit`, with an end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from takedown.delivery.budget import Budget, Progress
from takedown.delivery.claims import sendable
from takedown.delivery.lanes import Lane
from takedown.delivery.run import LaneRun
from takedown.desk import Desk
from takedown.ledger.states import DORMANT, State
from takedown.ledger.tables import lanes, requests
from takedown.planning.approving import Verified

if TYPE_CHECKING:
    from takedown.delivery.senders import ApiSender, MailSender

SECONDS = 5.0
"""How long a part goes on, so that lanes take turns on few workers; measured in the lane's own pace."""
LEAST, MOST = 50, 200
OWNED = 5.0
"""Seconds until a lane is tried again on which another process sends."""


@dataclass(frozen=True, slots=True)
class Part:
    """At most `most` requests of a plan, none begun after `seconds`."""

    verified: Verified
    most: int
    seconds: float = SECONDS


def part_of(lane: Lane, verified: Verified) -> Part:
    """What the lane lets out in some seconds, within bounds."""
    return Part(verified, max(LEAST, min(MOST, int(lane.rate * SECONDS))))


async def run_chunk(
    desk: Desk, lane: Lane, part: Part, sender: ApiSender | MailSender, stop: asyncio.Event, progress: Progress
) -> float | None:
    """Send a part of what a plan has on a lane. Returns when more can be done (epoch seconds); None: nothing by a machine.

    Whatever was sent before is passed over: a task that is run again does no harm. Raises LaneLost and what the ledger raises.
    """
    budget = Budget(0.0, part.most, desk.clock.now() + part.seconds, stop)
    run = LaneRun(desk, lane, part.verified, sender, budget, progress)
    await run.run()
    for trouble in budget.trouble:
        raise trouble
    if run.busy:
        return desk.clock.now() + OWNED
    return next_due(desk, lane, part.verified.plan)


def next_due(desk: Desk, lane: Lane, plan: int) -> float | None:
    """When the plan's next request on this lane may go out, or be searched for; None when only people can go on."""
    now = desk.clock.now()
    waiting = sendable(lane, now)
    if lane.searchable:
        waiting = waiting | (requests.c.state == State.UNKNOWN.value)
    mine = (requests.c.plan == plan, requests.c.lane == lane.name, requests.c.not_before < DORMANT)
    query = select(func.min(requests.c.not_before)).where(*mine, waiting)
    with desk.ledger.read() as db:
        first = db.execute(query).scalar()
        held = db.execute(select(lanes).where(lanes.c.name == lane.name)).mappings().first()
    if first is None or (held and held["stopped"]):
        return None
    return max(float(first), held["not_before"], held["next_at"]) if held else float(first)
