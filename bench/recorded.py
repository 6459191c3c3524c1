"""A ledger whose every request was sent as sending would have recorded it, without a network: what the audit reads back."""

from __future__ import annotations

from functools import partial

from bench.desks import Ground, add_cases, plan
from takedown.contract import Reply
from takedown.delivery.claims import claim
from takedown.delivery.decide import Sent
from takedown.delivery.lanes import Lane, lane_for
from takedown.delivery.owning import Owner
from takedown.delivery.records import Ended, record
from takedown.ledger.book import Book
from takedown.planning.approving import Verified, verify
from takedown.transport.results import Answered

GROUP, AT_ONCE = 200, 10_000


def sent(here: Ground, platform: str, count: int) -> None:
    """Import, plan and record the sending of `count` cases, a request and an event each."""
    desk, lane = here.desk, lane_for(here.desk, f"{platform}:api")
    owner = Owner(desk.ledger, lane.name)
    owner.lock()
    desk.ledger.write(owner.take)
    for first in range(0, count, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, count))
        add_cases(desk, platform, numbers)
        verified = verify(desk, plan(desk))
        for _ in range(0, len(numbers), GROUP):
            desk.ledger.write(partial(_send, lane, verified, owner.token))
    owner.free()


def _send(lane: Lane, verified: Verified, owner: str, book: Book) -> None:
    taken = claim(book, lane, verified, owner, GROUP, book.now)
    ended = [Ended(one, Sent(f"BN-{one.id:08d}"), 0.0, Answered(_reply(one.id))) for one in taken]
    record(book, owner, ended)


def _reply(number: int) -> Reply:
    body = (
        f'{{"id":"BN-{number:08d}","status":"received","items":[{{"case":"C-{number}","id":"I-{number}","status":"received"}}]}}'
    )
    return Reply(201, {"content-type": "application/json"}, body.encode())
