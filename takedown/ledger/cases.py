"""Closing, reopening and annotating a case: what a person decides about it, beside what its requests do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import RowMapping, func, select, update

from takedown.clock import iso
from takedown.contract import RefusedByPolicy, UsageError
from takedown.ledger.book import Book
from takedown.ledger.errors import NoSuchCase
from takedown.ledger.ids import case_id
from takedown.ledger.store import Ledger
from takedown.ledger.tables import cases, requests

LONGEST_NOTE = 4000


class ClosedAlready(RefusedByPolicy):
    """Case {case} is closed already, as {why_closed}."""

    code, why, do = "TD-0740", "a reason is not overwritten", "takedown case reopen {case}"


class NotClosed(RefusedByPolicy):
    """Case {case} is open."""

    code, why, do = "TD-0741", "only a closed case can be reopened", "takedown case show {case}"


class OpenTwin(RefusedByPolicy):
    """Case {case} cannot be reopened: {twin} is open for the same target under the same basis."""

    code, why, do = "TD-0742", "two open cases would ask for the same thing twice", "takedown case show {twin}"


class NothingProposed(RefusedByPolicy):
    """No return of {case} is proposed."""

    code, why, do = (
        "TD-0791",
        "its target was not seen gone and then there again, or somebody decided",
        "takedown case list --proposed",
    )


@dataclass(frozen=True, slots=True)
class Changed:
    """A case after a person's decision: its `delivered` value, and the plan (0: none) that it made stale."""

    case: int
    delivered: str
    plan: int = 0


def close(ledger: Ledger, case: int, reason: str, who: str) -> Changed:
    """Close a case as one of REASONS. A plan that holds it unsent becomes stale. Raises NoSuchCase, ClosedAlready."""

    def write(book: Book) -> Changed:
        row = _row(book, case)
        if row["closed"]:
            raise ClosedAlready(case=case_id(case), why_closed=row["closed"])
        _set(book, case, closed=reason, closed_at=book.now)
        book.record("case.closed", case_id(case), {"as": reason}, {"by": who})
        return Changed(case, row["delivered"], _unsent_plan(book, row))

    return ledger.write(write)


def reopen(ledger: Ledger, case: int, who: str) -> Changed:
    """Undo `close`. Raises NoSuchCase, NotClosed, OpenTwin."""

    def write(book: Book) -> Changed:
        row = _row(book, case)
        if not row["closed"]:
            raise NotClosed(case=case_id(case))
        _refuse_twin(book, row)
        _set(book, case, closed="", closed_at=None)
        book.record("case.reopened", case_id(case), {"was": row["closed"]}, {"by": who})
        return Changed(case, row["delivered"], _unsent_plan(book, row))

    return ledger.write(write)


def note(ledger: Ledger, case: int, text: str, who: str) -> None:
    """Append a dated line to the case's notes, which no request carries. Raises NoSuchCase, UsageError."""
    said = " ".join(text.split())
    if not said or len(said) > LONGEST_NOTE:
        what = "the note is empty" if not said else f"the note has {len(said)} characters"
        raise UsageError(
            what=what, why=f"a note has 1 to {LONGEST_NOTE} characters", do=f'takedown case note {case_id(case)} "..."'
        )

    def write(book: Book) -> None:
        held = _row(book, case)["notes"]
        line = f"{iso(book.now)} {who}: {said}"
        book.db.execute(
            update(cases).where(cases.c.id == case).values(notes=f"{held}\n{line}" if held else line, updated_at=book.now)
        )
        book.record("case.noted", case_id(case), {}, {"note": said, "by": who})

    ledger.write(write)


def no_such(case: int) -> NoReturn:
    raise NoSuchCase(case=case_id(case))


def _row(book: Book, case: int) -> RowMapping:
    found = book.db.execute(select(cases).where(cases.c.id == case).with_for_update()).mappings().first()
    return found if found is not None else no_such(case)


def _set(book: Book, case: int, **values: Any) -> None:
    book.db.execute(update(cases).where(cases.c.id == case).values(version=cases.c.version + 1, updated_at=book.now, **values))


def _refuse_twin(book: Book, row: RowMapping) -> None:
    same = [cases.c[name] == row[name] for name in ("authority", "platform", "identity", "basis")]
    twin = book.db.execute(select(func.min(cases.c.id)).where(*same, cases.c.closed == "", cases.c.id != row["id"])).scalar()
    if twin is not None:
        raise OpenTwin(case=case_id(row["id"]), twin=case_id(twin))


def _unsent_plan(book: Book, row: RowMapping) -> int:
    unsent = (requests.c.id == row["request"], requests.c.state.in_(["planned", "approved"]))
    return int(book.db.execute(select(requests.c.plan).where(*unsent)).scalar() or 0)
