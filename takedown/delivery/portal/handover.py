"""Somebody goes on leave: what is theirs to do becomes another person's."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update

from takedown.contract import UsageError
from takedown.delivery.portal.filing import PORTAL
from takedown.delivery.portal.taking import ASSIGNED
from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.ids import request_id
from takedown.ledger.moves import State
from takedown.ledger.tables import requests


class SamePerson(UsageError):
    """{name} cannot hand over to {name}."""

    code, why, do = "TD-0746", "nothing would change", "takedown handover --from NAME --to ANOTHER"


@dataclass(frozen=True, slots=True)
class Handed:
    """Packets that are the other person's now; `open`: those that were opened, of which only that person knows the end."""

    moved: tuple[str, ...]
    open: tuple[str, ...]


def hand_over(desk: Desk, old: str, new: str) -> Handed:
    """Give every packet that `old` has and never opened to `new`, and record it; `desk.who` says so. Raises SamePerson.

    Who filed, planned, matched or approved something stays as it is: that keeps two pairs of eyes two.
    """
    if old == new:
        raise SamePerson(name=old)

    def change(book: Book) -> Handed:
        theirs = (PORTAL, requests.c.state == State.OPERATOR.value, requests.c.assigned == old)
        free = (*theirs, requests.c.opened_at.is_(None))
        values = {"assigned": new, "lease_until": book.now + ASSIGNED, "updated_at": book.now}
        moved = sorted(book.db.execute(update(requests).where(*free).values(**values).returning(requests.c.id)).scalars())
        left = select(requests.c.id).where(*theirs, requests.c.opened_at.is_not(None)).order_by(requests.c.id)
        opened = tuple(map(request_id, book.db.execute(left).scalars()))
        book.record("handed_over", "desk", {"requests": moved}, {"from": old, "to": new, "by": desk.who})
        return Handed(tuple(map(request_id, moved)), opened)

    return desk.ledger.write(change)
