"""Evidence and how long it is kept: files that the ledger names, legal holds, files whose time is over, the erasure of a person.

Erased is what this ledger holds. Platforms, mailboxes, bundles, exports and backups keep what they have.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Text, and_, cast, delete, exists, insert, not_, null, or_, select, update

from takedown.contract import RefusedByPolicy, UsageError
from takedown.ledger.book import Book
from takedown.ledger.cases import no_such
from takedown.ledger.ids import case_id, message_name, request_id
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


def named(db: Connection) -> Iterator[tuple[str, int]]:
    """(sha256, case) of every file that a case, a claim, a sighting or an appeal names, and of the originals of redacted copies.

    Not mails, which the ledger holds itself.
    """
    for one, number in _held(db):
        yield one["sha256"], number
        if original := one.get("redacts"):
            yield original, number
    yield from _told(db)


def _told(db: Connection) -> Iterator[tuple[str, int]]:
    """(sha256, case) of every file that a claim, a sighting or an appeal names."""
    mail = exists().where(messages.c.sha256 == claims.c.evidence)
    for query in (
        select(claims.c.evidence, claims.c.case).where(claims.c.evidence != "", not_(mail)),
        select(sightings.c.evidence, sightings.c.case).where(sightings.c.evidence != ""),
        select(appeals.c.evidence, appeals.c.case).where(appeals.c.evidence != ""),
    ):
        yield from ((str(sha256), int(number)) for sha256, number in db.execute(query, execution_options={"yield_per": 2000}))


def _held(db: Connection) -> Iterator[tuple[dict[str, str], int]]:
    """Each file as a case holds it, with the case."""
    for table, case in ((cases, cases.c.id), (case_references, case_references.c.case)):
        held = cast(table.c.evidence, Text)
        for text, number in db.execute(select(held, case).where(held != "[]"), execution_options={"yield_per": 2000}):
            yield from ((one, int(number)) for one in json.loads(text or "[]"))


def originals_due(db: Connection, redacted_before: str) -> list[str]:
    """Originals of which a redacted copy was made before that moment (as events say it), and that nothing else needs."""
    back = set(db.execute(select(holds.c.case)).scalars())
    over: set[str] = set()
    needed = {sha256 for sha256, _ in _told(db)}
    for one, case in _held(db):
        needed.add(one["sha256"])
        if original := one.get("redacts"):
            free = one.get("redacted_at", "") < redacted_before and case not in back
            (over if free else needed).add(original)
    return sorted(over - needed)


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


def due(db: Connection, closed_before: float) -> list[str]:
    """Files all of whose cases were closed before that time and are not held."""
    kept: set[str] = set()
    over: set[str] = set()
    held = exists().where(holds.c.case == cases.c.id)
    free = set(
        db.execute(select(cases.c.id).where(cases.c.closed_at < closed_before, cases.c.closed != "", not_(held))).scalars()
    )
    for sha256, case in named(db):
        (over if case in free else kept).add(sha256)
    return sorted(over - kept)


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
    with ledger.read() as db:
        mine = {sha256 for sha256, number in named(db) if number == case}
        others = {sha256 for sha256, number in named(db) if number != case}
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
