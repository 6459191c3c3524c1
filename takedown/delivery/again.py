"""What is uncertain, asked for again without a new sending: the part of `sync` that needs keys, and what it must find first."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from functools import partial

from sqlalchemy import select

from takedown.contract import Channel, RefusedByPolicy
from takedown.delivery.budget import Budget, Progress
from takedown.delivery.claims import recover, sendable
from takedown.delivery.deliver import Halted, ready, run_lanes
from takedown.delivery.hold import Hold
from takedown.delivery.lanes import Lane, known_lane
from takedown.desk import Desk
from takedown.heads import NoOutsideCopy
from takedown.ledger.moves import State
from takedown.ledger.tables import plans, requests
from takedown.planning.approving import Tampered


@dataclass
class AskedAgain:
    """Sendings that are not uncertain any more, and those that are; lanes that stopped and why; what interrupted it."""

    settled: int = 0
    unsure: int = 0
    stopped: dict[str, str] = field(default_factory=dict[str, str])
    signal: int = 0


def ask_again(desk: Desk, platform: str | None, progress: Progress) -> AskedAgain:
    """Ask for what is uncertain once more, under the same keys; nothing else leaves. What dead processes left is uncertain too.

    Plans that may not be sent any more are left alone. Raises what compare_all raises, Halted,
    NoOutsideCopy, Tampered, and what the ledger raises.
    """
    if begun := _begun(desk, platform):
        asyncio.run(_recover(desk, begun))
    done, before = AskedAgain(), _uncertain(desk, platform)
    shut: dict[str, str] = {}
    for plan, on in sorted(before.items()):
        try:
            lanes = [(lane, len(ids)) for lane, ids in on]
            ended = run_lanes(desk, ready(desk, plan), lanes, Budget(0.0), progress)
        except (Halted, NoOutsideCopy, Tampered):
            raise
        except RefusedByPolicy:  # it has grown stale, say: `submit` tells whoever goes on with it, and a search may settle it
            continue
        shut |= ended.stopped or {}
        if ended.signal:
            done.signal = ended.signal
            break
    asked = {request: lane.name for on in before.values() for lane, ids in on for request in ids}
    unsure = asked.keys() & _still(desk) if asked else set[int]()
    done.unsure, done.settled = len(unsure), len(asked) - len(unsure)
    kept = {asked[request] for request in unsure}
    done.stopped = {name: why for name, why in shut.items() if name in kept}  # another may have stopped for what it sends only
    return done


Uncertain = dict[int, list[tuple[Lane, list[int]]]]


def _still(desk: Desk) -> set[int]:
    with desk.ledger.read() as db:
        return {*db.execute(select(requests.c.id).where(requests.c.state == State.UNKNOWN.value)).scalars()}


def _uncertain(desk: Desk, platform: str | None) -> Uncertain:
    """By plan in force: its keyed lanes, and what is uncertain there and may go out again. What may not, is searched for."""
    mine = (requests.c.state == State.UNKNOWN.value, requests.c.channel == Channel.API.value, plans.c.state == "approved")
    query = select(requests.c.plan, requests.c.lane).join(plans, plans.c.id == requests.c.plan).where(*mine).distinct()
    found: Uncertain = {}
    with desk.ledger.read() as db:
        for plan, name in db.execute(query).all():
            lane = known_lane(desk, name)
            if lane and lane.keyed and platform in {None, lane.platform}:
                again = replace(lane, again=True)
                theirs = (requests.c.plan == plan, requests.c.lane == name, sendable(again, desk.clock.now()))
                ids = [*db.execute(select(requests.c.id).where(*theirs)).scalars()]
                if ids:
                    found.setdefault(plan, []).append((again, ids))
    return found


def _begun(desk: Desk, platform: str | None) -> list[Lane]:
    """The lanes on which something is being sent, as the ledger has it."""
    query = select(requests.c.lane).where(requests.c.state == State.SENDING.value).distinct()
    with desk.ledger.read() as db:
        names = db.execute(query.where(requests.c.platform == platform) if platform else query).scalars().all()
    return [lane for name in names if (lane := known_lane(desk, name))]


async def _recover(desk: Desk, begun: list[Lane]) -> None:
    """What a dead process was sending is uncertain, also where nothing is left to send: else it would be sending for ever.

    Who holds the lane is alive, or has not been found dead yet.
    """
    for lane in begun:
        hold = Hold(desk.ledger, desk.clock, lane)
        if await hold.take():
            try:
                await desk.ledger.awrite(partial(recover, lane=lane))
            finally:
                await hold.leave()
