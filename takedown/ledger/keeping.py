"""Evidence and how long it is kept: legal holds, the end of files whose time is over, the erasure of a person.

Erased is what this ledger holds. Platforms, mailboxes, bundles, exports and backups keep what they have.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, not_, null, or_, select, update

from takedown.contract import RefusedByPolicy, UsageError
from takedown.ledger.book import Book
from takedown.ledger.cases import no_such
from takedown.ledger.ids import case_id, message_name, request_id
from takedown.ledger.kept import named
from takedown.ledger.moves import State, move
from takedown.ledger.seals import set_aside
from takedown.ledger.store import Ledger
from takedown.ledger.tables import (
    appeals,
    attempts,
    case_references,
    cases,
    claims,
    events,
    former_names,
    holds,
    messages,
    openings,
    request_cases,
    requests,
    sightings,
)

OPEN = ("planned", "approved", "sending", "unknown", "operator")
"""States of a request that may still leave, or may have left: what it says must stay."""
ASLEEP = ("planned", "approved")
"""Where a reminder waits for its day."""
GONE = "erased"


class OnHold(RefusedByPolicy):
    """{case} is held: {why}."""

    code, why, do = (
        "TD-0743",
        "what a court or a review may ask for is not erased",
        "takedown evidence release {case} --reason TEXT",
    )


class StillOpen(RefusedByPolicy):
    """{case} cannot be erased: {what}."""

    code, why, do = "TD-0744", "what may still be sent, or may have been, must stay provable", "takedown case explain {case}"


class NotHeld(UsageError):
    """{case} is not held."""

    code, why, do = "TD-0745", "there is nothing to release", "takedown evidence list"


@dataclass(frozen=True, slots=True)
class Erased:
    """`files`: sha256 of evidence that nothing names any more; `shared`: requests that keep their bytes, for others' sake."""

    case: str
    files: tuple[str, ...]
    shared: tuple[str, ...]


def hold(ledger: Ledger, case: int, reason: str, who: str) -> None:
    """Keep everything about a case until it is released. Raises NoSuchCase."""

    def change(book: Book) -> None:
        if book.db.execute(select(cases.c.id).where(cases.c.id == case)).first() is None:
            no_such(case)
        book.db.execute(delete(holds).where(holds.c.case == case))
        book.db.execute(insert(holds).values(case=case, reason=reason, by=who, at=book.now))
        book.record("case.held_back", case_id(case), {}, {"reason": reason, "by": who})

    ledger.write(change)


def release(ledger: Ledger, case: int, reason: str, who: str) -> None:
    """End a hold. Raises NotHeld."""

    def change(book: Book) -> None:
        if not book.db.execute(delete(holds).where(holds.c.case == case)).rowcount:
            raise NotHeld(case=case_id(case))
        book.record("case.let_go", case_id(case), {}, {"reason": reason, "by": who})

    ledger.write(change)


def remove(ledger: Ledger, files: Iterable[str], why: str, who: str = "") -> int:
    """Record that files go, then delete them; returns how many were there. `who` decided it; nobody where a setting did."""
    gone = [one for one in sorted(files) if (ledger.folder / "evidence" / one).exists()]
    if not gone:
        return 0
    ledger.write(
        lambda book: book.record("evidence.removed", "ledger", {"files": gone, "why": why}, {"by": who} if who else None)
    )
    for one in gone:
        (ledger.folder / "evidence" / one).unlink(missing_ok=True)
    return len(gone)


def erase(ledger: Ledger, case: int, reason: str, who: str) -> Erased:
    """Erase the person behind a closed case from this ledger; what was counted stays counted, and the chain stays valid.

    Raises NoSuchCase, StillOpen, OnHold.
    """
    with ledger.view() as view:
        held = list(named(view))
    mine, others = {sha256 for sha256, one in held if one == case}, {sha256 for sha256, one in held if one != case}
    shared: list[str] = []

    def change(book: Book) -> None:
        _refuse(book.db, case)
        numbers, also = _requests(book.db, case)
        shared[:] = also
        mails = list(book.db.execute(select(messages.c.id).where(_of(numbers, case))).scalars())
        rows = [case_id(case), *map(request_id, numbers), *map(message_name, mails)]
        opened = _close(book.db, rows)
        set_aside(book, case)
        for state in ASLEEP:  # reminders that never wake again; of anything else that is open erase() refuses to hear
            move(book, numbers, State(state), State.WITHDRAWN, event={"because": "erased"})
        _blank(book, case, numbers, mails)
        told = {"rows": rows, "openings": opened}
        book.record("erased", case_id(case), told, {"reason": reason, "by": who})

    ledger.write(change)
    files = tuple(sorted(mine - others))
    remove(ledger, files, "erased", who)
    return Erased(case_id(case), files, tuple(shared))


def _refuse(db: Connection, case: int) -> None:
    closed = db.execute(select(cases.c.closed).where(cases.c.id == case)).scalar()
    if closed is None:
        no_such(case)
    if why := db.execute(select(holds.c.reason).where(holds.c.case == case)).scalar():
        raise OnHold(case=case_id(case), why=why)
    if not closed:
        raise StillOpen(case=case_id(case), what="it is not closed")
    carried = requests.join(request_cases, request_cases.c.request == requests.c.id)
    asleep = and_(requests.c.purpose == "reminder", requests.c.state.in_(ASLEEP), requests.c.attempts == 0)
    mine = (request_cases.c.case == case, requests.c.state.in_(OPEN), not_(asleep))
    if number := db.execute(select(requests.c.id).select_from(carried).where(*mine).limit(1)).scalar():
        raise StillOpen(case=case_id(case), what=f"{request_id(number)} is not over")


def _requests(db: Connection, case: int) -> tuple[list[int], list[str]]:
    """Requests that carried this case and, besides, only erased ones; and the names of the others."""
    mine = list(db.execute(select(request_cases.c.request).where(request_cases.c.case == case)).scalars())
    joined = request_cases.join(cases, cases.c.id == request_cases.c.case)
    live = (request_cases.c.request.in_(mine), cases.c.id != case, cases.c.key != GONE)
    shared = set(db.execute(select(request_cases.c.request).select_from(joined).where(*live)).scalars())
    return sorted(set(mine) - shared), sorted(map(request_id, shared))


def _of(numbers: list[int], case: int) -> Any:
    return or_(messages.c.request.in_(numbers), messages.c.case == case)


def _close(db: Connection, rows: list[str]) -> list[list[object]]:
    """Erase what stood behind commitments about these rows, but for the names of our own people."""
    about = select(events.c.seq).where(events.c.subject.in_(rows))
    mine = (openings.c.seq.in_(about), openings.c.name.not_in(["by", "to", "matched_by"]))
    found: list[list[object]] = [[seq, name] for seq, name in db.execute(select(openings.c.seq, openings.c.name).where(*mine))]
    db.execute(delete(openings).where(*mine))
    return found


def _blank(book: Book, case: int, numbers: list[int], mails: list[int]) -> None:
    nothing = dict.fromkeys(("url", "reference", "reason", "proportionality", "platform_id", "first_seen", "notes"), "")
    values: dict[str, Any] = {
        **nothing,
        "key": GONE,
        "identity": f"{GONE}:{case}",
        "fields": {},
        "evidence": [],
        "followers": None,
    }
    book.db.execute(update(cases).where(cases.c.id == case).values(**values, salt=null(), updated_at=book.now))
    book.db.execute(delete(case_references).where(case_references.c.case == case))
    book.db.execute(delete(former_names).where(former_names.c.case == case))
    book.db.execute(update(appeals).where(appeals.c.case == case).values(reason="", why="", evidence=""))
    said = {"reason": "", "evidence": "", "salt": null()}
    book.db.execute(update(claims).where(claims.c.case == case).values(**said))
    saw = {"why": "", "stable_id": "", "final_url": "", "evidence": "", "salt": null()}
    book.db.execute(update(sightings).where(sightings.c.case == case).values(**saw))
    sent: dict[str, Any] = {"body": b"", "salt": b"", "headers": {}, "detail": ""}
    book.db.execute(update(requests).where(requests.c.id.in_(numbers)).values(**sent))
    book.db.execute(update(attempts).where(attempts.c.request.in_(numbers)).values(reply=null(), detail=""))
    wrote = {"raw": b"", "sender": "", "subject": "", "reasons": ""}
    book.db.execute(update(messages).where(messages.c.id.in_(mails)).values(**wrote))
