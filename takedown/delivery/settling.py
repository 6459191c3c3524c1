"""Uncertain sendings that the platform itself can settle: it is searched for our reference, once the answer can be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, not_, or_, select, update

from takedown.contract import Receipt, TryLater
from takedown.delivery.claims import let_go, sendable
from takedown.delivery.decide import Stopped
from takedown.delivery.hold import Hold
from takedown.delivery.lanes import Lane
from takedown.delivery.owning import check_owner
from takedown.ledger.book import Book, commitment
from takedown.ledger.moves import WITHDRAWAL, State, move
from takedown.ledger.store import Ledger
from takedown.ledger.tables import requests
from takedown.transport.results import LookAgain

if TYPE_CHECKING:
    from takedown.delivery.senders import ApiSender


def due_searches(db: Connection, lane: Lane, plan: int | None, now: float) -> Sequence[Mapping[str, Any]]:
    """Uncertain requests that a search may settle now. Of a plan: those that no key can. `plan` None: of every plan, and those
    that a key could, once the answer can be believed: their plan may have ended, or may not be sent any more.
    """
    waiting = (requests.c.lane == lane.name, requests.c.state == State.UNKNOWN.value, requests.c.not_before <= now)
    no_key = not_(sendable(lane, now))
    mine = or_(no_key, requests.c.updated_at <= now - lane.settle) if plan is None else and_(requests.c.plan == plan, no_key)
    followed = requests.alias("followed")
    theirs = select(followed.c.receipt).where(followed.c.id == requests.c.follows).scalar_subquery()
    query = select(
        requests.c.id, requests.c.reference, requests.c.salt, requests.c.attempts, requests.c.purpose, theirs.label("followed")
    )
    return [{**row} for row in db.execute(query.where(*waiting, mine)).mappings()]


async def settle_one(ledger: Ledger, sender: ApiSender, hold: Hold, row: Mapping[str, Any], look_again: LookAgain) -> str:
    """Search for one request on a lane that is held; a wait that the platform asks for is the whole lane's.

    Returns what became of it: sent, approved (surely not sent), unknown, or stopped with the lane. Raises LaneLost.
    """
    lane = hold.lane
    if row["purpose"] == WITHDRAWAL:
        found = await sender.search_withdrawal(row["followed"], look_again)
    else:
        found = await sender.search(row["reference"], look_again)

    def write(book: Book) -> str:
        check_owner(book, lane.name, hold.owner)  # the answer may have grown old in a process that was paused
        match found:
            case Receipt(reference):
                seal = {"receipt": commitment(row["salt"], reference), "because": "found by our reference"}
                done: dict[str, Any] = {"receipt": reference, "receipt_at": book.now, "doubt_since": None, "detail": ""}
                move(book, [row["id"]], State.UNKNOWN, State.SENT, event=seal, **done)
                return "sent"
            case None:
                clear: dict[str, Any] = {"doubt_since": None, "not_before": 0.0, "detail": "the platform has no such request"}
                move(book, [row["id"]], State.UNKNOWN, State.APPROVED, event={"because": "searched, not there"}, **clear)
                let_go(book, requests.c.id == row["id"])
                return "approved"
            case Stopped(what, why):
                hold.stop(book, what, why)
                return "stopped"
            case TryLater(after=after, why=why) if after:
                wait = after.total_seconds()
                hold.rest(book, book.now + wait, why)
            case _:
                wait = max(lane.settle, 1.0)
        book.db.execute(update(requests).where(requests.c.id == row["id"]).values(not_before=book.now + wait))
        return "unknown"

    return await ledger.awrite(write)
