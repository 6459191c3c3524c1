"""What waits for a person: a lane that stopped, a part that failed again and again, a plan that workers gave back."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, Exists, and_, exists, or_, select, update

from takedown.contract import Channel, TakedownError
from takedown.delivery.owning import make_row
from takedown.fleet.board import begin_anew, given_up
from takedown.ledger.book import Book
from takedown.ledger.ids import plan_id
from takedown.ledger.states import DORMANT, State
from takedown.ledger.tables import lanes, plans, requests

LEFT = (State.APPROVED.value, State.SENDING.value, State.UNKNOWN.value)


class FailedAgain(TakedownError):
    """A part of {plan} failed {tries} times in a row: {how}."""

    code, exit = "TD-1013", 1
    why = "a defect of this program or of an adapter; the workers' log says where, under `where`"
    do = "take the case away or mend it, then: takedown submit {plan} --fleet"


def may_go_on(db: Connection, plan: int, lane: str) -> bool:
    """Whether the plan is handed over and the lane open. Else a person comes first, whose next handing over opens both."""
    stopped = db.execute(select(lanes.c.stopped).where(lanes.c.name == lane)).scalar()
    return not stopped and db.execute(select(plans.c.handed_at).where(plans.c.id == plan)).scalar() is not None


def give_up(book: Book, plan: int, lane: str, error: TakedownError, worker: str, settling: Collection[str]) -> None:
    """A person must mend something first: the lane stops and says why, until the plan is handed over again.

    Other lanes of the plan go on; workers give it back with the last of them that has something left. A part that failed again
    and again does not begin again with another plan's handing over. settling: lanes that settle by themselves what is uncertain.
    """
    make_row(book, lane)  # nothing was ever sent on it, perhaps
    why = f"{error.message}, says worker {worker}"
    book.db.execute(update(lanes).where(lanes.c.name == lane).values(stopped=error.code, why=why, mend=_mend(error, plan)))
    book.db.execute(update(plans).where(plans.c.id == plan, ~_goes_on(plan, settling)).values(handed_at=None))
    if isinstance(error, FailedAgain):
        given_up(book, plan, lane)
    book.record("plan.returned", plan_id(plan), {"lane": lane, "code": error.code})


def _mend(error: TakedownError, plan: int) -> str:
    """What the error says is to be done, and how the workers hear that it was."""
    do, again = str(error.as_dict()["do"]), f"takedown submit {plan_id(plan)} --fleet"
    return do if again in do else f"{do}; when that is mended: {again}"


def mended(book: Book, plan: int, on: list[str]) -> None:
    """A person hands the plan over: whatever was given up is tried again."""
    book.db.execute(update(lanes).where(lanes.c.name.in_(on)).values(stopped="", why="", mend=""))
    begin_anew(book, plan)


def _goes_on(plan: int, settling: Collection[str]) -> Exists:
    """Whether a lane that did not stop has something left of the plan that is not for a person."""
    theirs = or_(requests.c.state != State.UNKNOWN.value, requests.c.lane.in_(settling))
    left = and_(requests.c.state.in_(LEFT), theirs)
    wired = (requests.c.channel != Channel.PORTAL.value, requests.c.not_before < DORMANT)
    shut = exists().where(lanes.c.name == requests.c.lane, lanes.c.stopped != "")
    return exists().where(requests.c.plan == plan, left, *wired, ~shut)
