"""Just before a plan is sent: another look at targets with a lasting id, since a name can have changed hands."""

from __future__ import annotations

from sqlalchemy import or_, select

from takedown.contract import span
from takedown.delivery.budget import Progress
from takedown.desk import Desk
from takedown.ledger.moves import State
from takedown.ledger.states import DORMANT
from takedown.ledger.tables import cases, request_cases, requests, sightings
from takedown.outcomes.looking import hour_of, unlookable
from takedown.outcomes.verify import Verified, Work, look_at, with_history

HOUR = 3600.0


def look_before(desk: Desk, plan: int, progress: Progress) -> Verified:
    """Look at what the plan has left to send, where the last look is older than [observe] fresh; what changed is held.

    Only targets whose lasting id is known: of others a look could not tell that they changed. A platform that is not looked
    at, or whose look fails, keeps nothing from being sent.
    """
    unsent = [State.APPROVED.value, *([State.PLANNED.value] if not desk.policy.approvals else [])]
    left = (requests.c.plan == plan, requests.c.state.in_(unsent), requests.c.attempts == 0, requests.c.not_before < DORMANT)
    with desk.ledger.read() as db:
        found = db.execute(select(requests.c.platform).where(*left).distinct()).scalars()
        platforms = [name for name in found if not unlookable(desk, name)]
    if not platforms or desk.ledger.setting("halted"):
        return Verified()
    carried = select(request_cases.c.case).join(requests).where(*left, requests.c.platform.in_(platforms))
    told = select(sightings.c.case).where(sightings.c.case.in_(carried), sightings.c.stable_id != "").correlate(None)
    known = (cases.c.id.in_(carried.correlate(None)), cases.c.held == "", or_(cases.c.platform_id != "", cases.c.id.in_(told)))
    old = desk.clock.now() - span(desk.settings.observe.fresh) * hour_of(desk) / HOUR
    chosen: dict[str, list[Work]] = {}
    for row, earlier in with_history(desk, known):
        if not earlier or earlier[-1]["recorded_at"] <= old:
            chosen.setdefault(row["platform"], []).append((row, earlier))
    return look_at(desk, chosen, progress) if chosen else Verified()
