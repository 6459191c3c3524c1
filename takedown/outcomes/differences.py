"""What a look shows beside whether a target is there: another account under its name, another name, a return.

A reused name or an address that leads elsewhere holds the case: its unsent requests are taken back, and nothing is planned or
sent for it until a person decides. A return is proposed to a person and files nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, insert, select, update

from takedown.contract import RefusedByPolicy
from takedown.desk import Desk
from takedown.ledger import doubting
from takedown.ledger.book import Book
from takedown.ledger.cases import NothingProposed, no_such
from takedown.ledger.ids import case_id
from takedown.ledger.moves import WITHDRAWAL, State, move
from takedown.ledger.seals import reseal, set_aside
from takedown.ledger.tables import cases, request_cases, requests, returns, sightings
from takedown.ledger.truths import Change, Sighting, add_sightings
from takedown.planning.undoing import UNSENT, unsent_in


class NotHeld(RefusedByPolicy):
    """{case} is not held."""

    code, why, do = "TD-0790", "{why}", "takedown case explain {case}"


class NoneDoubted(RefusedByPolicy):
    """No such case is in doubt because the ledger was taken back in time."""

    code, why, do = "TD-0798", "there is nothing to release", "takedown case list --differs doubted"


DOUBTED_ONLY = "its target is the one that is meant; whether it was sent since a backup is another question"


@dataclass(frozen=True, slots=True)
class Noticed:
    """Beside a sighting: `other`, the lasting id of another account that has the name; where the target is, where it leads to."""

    case: int
    other: str = ""
    moved_to: str = ""
    leads_to: str = ""

    @property
    def why(self) -> str:
        """Why nothing may be sent; empty where something may."""
        if self.other:
            return f"another account has this name now, with the lasting id {self.other}"
        return f"its address leads to {self.leads_to} now" if self.leads_to else ""


def known_id(case: Mapping[str, Any], earlier: Sequence[Mapping[str, Any]]) -> str:
    """The lasting id of the case's target: the one that was imported or confirmed, else the first that a look showed."""
    return str(case["platform_id"]) or next((str(one["stable_id"]) for one in earlier if one["stable_id"]), "")


def record(book: Book, found: Sequence[Sighting], noticed: Sequence[Noticed], hour: float) -> list[Change]:
    """Append what was seen, propose what came back, hold what is another's now. Returns the cases that changed."""
    changes = add_sightings(book, found, hour)
    for change in changes:
        if change.came_back:
            _propose(book, change.case)
    for one in noticed:
        if one.moved_to:
            fresh = update(cases).where(cases.c.id == one.case, cases.c.moved_to != one.moved_to)
            if book.db.execute(fresh.values(moved_to=one.moved_to, updated_at=book.now)).rowcount:
                book.record("case.moved", case_id(one.case), {}, {"to": one.moved_to})
        if why := one.why or _stray(book, one):
            hold(book, one.case, why)
    return changes


def _stray(book: Book, one: Noticed) -> str:
    """Why a request that has not left would name nobody: its target is elsewhere."""
    sent_at = select(cases.c.sent_at).where(cases.c.id == one.case)
    gone = bool(one.moved_to) and book.db.execute(sent_at).scalar() is None
    return f"its target is at {one.moved_to} now" if gone else ""


def hold(book: Book, case: int, why: str) -> bool:
    """Nothing more is planned or sent for an open case; what has not left is taken back. False when it was held already."""
    free = (cases.c.id == case, cases.c.held == "", cases.c.closed == "")
    if not book.db.execute(update(cases).where(*free).values(held=why[:500], updated_at=book.now)).rowcount:
        return False
    taken = take_back(book, case)
    book.record("case.held", case_id(case), {"requests": taken}, {"why": why})
    return True


def take_back(book: Book, case: int) -> list[int]:
    """Withdraw every request with the case that surely has not left; its other cases can be planned again. Returns them.

    The withdrawal of what was sent before still leaves.
    """
    joined = request_cases.join(requests, requests.c.id == request_cases.c.request)
    removals = (request_cases.c.case == case, requests.c.purpose != WITHDRAWAL)
    mine = select(request_cases.c.request).select_from(joined).where(*removals)
    taken: list[int] = []
    for state in UNSENT:
        ids = [
            int(one) for one in book.db.execute(select(requests.c.id).where(requests.c.id.in_(mine), unsent_in(state))).scalars()
        ]
        taken += move(book, ids, state, State.WITHDRAWN, where=[unsent_in(state)], event={"because": case_id(case)})
    return taken


def release(desk: Desk, case: int, reason: str) -> None:
    """A person says that the target is still the one that is meant; the lasting id it has now is the known one from here on.

    It must be planned and approved anew. Whether it was sent since a backup is another question (`clear`). Raises NoSuchCase,
    NotHeld.
    """

    def write(book: Book) -> None:
        row = case_row(book, case)
        if not row["held"]:
            raise NotHeld(case=case_id(case), why=DOUBTED_ONLY if row["doubted_at"] else "there is nothing to release")
        told = select(sightings.c.stable_id).where(sightings.c.case == case, sightings.c.stable_id != "").order_by(sightings.c.id)
        shown = [str(one) for one in book.db.execute(told).scalars()]
        known = known_id({**row}, [{"stable_id": one} for one in shown])
        newest = next((one for one in reversed(shown) if one != known), known)
        set_aside(book, case)
        values = {"held": "", "moved_to": "", "platform_id": newest, "version": row["version"] + 1, "updated_at": book.now}
        book.db.execute(update(cases).where(cases.c.id == case).values(**values))
        reseal(book, case)
        book.record("case.released", case_id(case), {}, {"reason": reason, "by": desk.who, "id": newest})

    desk.ledger.write(write)


def clear(desk: Desk, case: int | None, platform: str | None, reason: str) -> int:
    """A person says that a case was not sent since the ledger was taken back in time; returns how many were in doubt.

    `case` None: all open ones that are in doubt, or those of a platform. What is held besides stays so. Raises NoSuchCase,
    NoneDoubted.
    """

    def write(book: Book) -> int:
        if case is not None:
            which = [cases.c.id == case_row(book, case)["id"]]
        else:
            which = [cases.c.closed == "", *([cases.c.platform == platform] if platform else [])]
        return doubting.clear(book, {"by": desk.who, "reason": reason}, *which)

    cleared = desk.ledger.write(write)
    if not cleared:
        raise NoneDoubted
    return cleared


def dismiss(desk: Desk, case: int, reason: str) -> None:
    """A person says that a proposed return is none, or not worth a case. Raises NoSuchCase, NothingProposed."""

    def write(book: Book) -> None:
        case_row(book, case)
        waiting = update(returns).where(returns.c.case == case, returns.c.state == "open")
        if not book.db.execute(waiting.values(state="dismissed", decided_at=book.now)).rowcount:
            raise NothingProposed(case=case_id(case))
        book.record("return.dismissed", case_id(case), {}, {"reason": reason, "by": desk.who})

    desk.ledger.write(write)


def case_row(book: Book, case: int) -> RowMapping:
    found = book.db.execute(select(cases).where(cases.c.id == case).with_for_update()).mappings().first()
    return found if found is not None else no_such(case)


def _propose(book: Book, case: int) -> None:
    """Only of what a platform was asked to remove and not to leave after all, and once until a person decides."""
    row = case_row(book, case)
    waiting = book.db.execute(select(returns.c.id).where(returns.c.case == case, returns.c.state == "open")).first()
    if row["sent_at"] is None or row["withdrawal"] != "none" or waiting is not None:
        return
    book.db.execute(insert(returns).values(case=case, url=row["url"], seen_at=book.now))
    book.record("return.proposed", case_id(case), {})
