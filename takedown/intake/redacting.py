"""A redacted copy of evidence: what shows people whom the case is not about does not leave the desk.

The copy takes the original's place in the case, so that packets, bundles and whatever else is made from the case hold the copy
and never the original. The original stays beside the ledger for as long as `[retention] originals` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Select, bindparam, select, update

from takedown.clock import iso
from takedown.contract import RefusedByPolicy, UsageError
from takedown.intake.evidence import CannotHold, Held, keep_file
from takedown.ledger.book import Book
from takedown.ledger.cases import no_such
from takedown.ledger.ids import case_id, request_id
from takedown.ledger.seals import reseal, set_aside
from takedown.ledger.store import Ledger
from takedown.ledger.tables import cases, request_cases, requests

EVIDENCE = select(cases.c.evidence).where(cases.c.id == bindparam("case"))


class NoSuchFile(UsageError):
    """{case} holds no evidence {which}, or several."""

    code, why, do = "TD-0775", "a file is named as it came, or by the beginning of its sha256", "takedown case show {case}"


class NoCopy(UsageError):
    """{file} cannot be a redacted copy: {what}."""

    code, why, do = "TD-0776", "it takes the place of the original in whatever leaves", "give another file with --copy"


class OnItsWay(RefusedByPolicy):
    """{request} of {case} is being sent, or waits at a portal, with the original."""

    code, why = "TD-0777", "what is uploaded must be what was approved"
    do = "finish or withdraw it first: takedown case explain {case}"


@dataclass(frozen=True, slots=True)
class Redacted:
    """`original` and `copy`: sha256 as hex. `carried`: requests that carried the case before, and may have shown the original."""

    original: str
    copy: str
    carried: tuple[str, ...]


def redact(ledger: Ledger, case: int, which: str, copy: Path, reason: str, who: str) -> Redacted:
    """Put a redacted copy in the place of a file that the case holds; of a copy, another one of the same original.

    A plan that holds the case unsent becomes stale. Raises NoSuchCase, NoSuchFile, NoCopy, OnItsWay.
    """
    with ledger.read() as db:  # what is refused leaves no file behind
        _found(_held(db, case, EVIDENCE), which, case_id(case))
        _carried(db, case)
    try:
        taken = keep_file(ledger.folder, copy)
    except CannotHold as error:
        raise NoCopy(file=copy, what=error) from None

    def write(book: Book) -> Redacted:
        held = _held(book.db, case, EVIDENCE.with_for_update())
        at = _found(held, which, case_id(case))
        original = held[at].get("redacts", held[at]["sha256"])
        if taken["sha256"] in {original, held[at]["sha256"]}:
            raise NoCopy(file=copy, what="it has the same bytes")
        carried = _carried(book.db, case)
        held[at] = {**taken, "name": held[at]["name"], "redacts": original, "redacted_at": iso(book.now)}
        set_aside(book, case)
        changed = {"evidence": held, "version": cases.c.version + 1, "updated_at": book.now}
        book.db.execute(update(cases).where(cases.c.id == case).values(**changed))
        told = {"of": original, "copy": taken["sha256"]}
        book.record("evidence.redacted", case_id(case), told, {"by": who, "reason": reason})
        reseal(book, case)
        return Redacted(original, taken["sha256"], carried)

    return ledger.write(write)


def _held(db: Connection, case: int, query: Select[tuple[Any]]) -> list[Held]:
    row = db.execute(query, {"case": case}).first() or no_such(case)
    return cast("list[Held]", list(row[0] or []))


def _found(held: Sequence[Held], which: str, case: str) -> int:
    fits = [at for at, one in enumerate(held) if which == one["name"] or (len(which) >= 8 and one["sha256"].startswith(which))]
    if len(fits) != 1:
        raise NoSuchFile(case=case, which=which)
    return fits[0]


def _carried(db: Connection, case: int) -> tuple[str, ...]:
    """Requests that have left with the case. Raises OnItsWay."""
    joined = requests.join(request_cases, request_cases.c.request == requests.c.id)
    query = select(requests.c.id, requests.c.state).select_from(joined).where(request_cases.c.case == case)
    found = db.execute(query.order_by(requests.c.id)).all()
    for number, state in found:
        if state in {"sending", "operator"}:
            raise OnItsWay(request=request_id(number), case=case_id(case))
    return tuple(request_id(number) for number, state in found if state not in {"planned", "approved", "withdrawn"})
