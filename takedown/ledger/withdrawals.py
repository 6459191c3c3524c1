"""What becomes of a withdrawal after it was sent: what the platform says of it, and that the target is there again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select, update

from takedown.ledger.book import Book
from takedown.ledger.ids import case_id
from takedown.ledger.tables import cases

ANSWERABLE = frozenset({"sent", "acknowledged"})
"""Where a withdrawal may still be answered, or its target be seen again."""
_AFTER: Mapping[str, frozenset[str]] = {
    "acknowledged": frozenset({"sent"}),
    "refused": ANSWERABLE,
    "restored": ANSWERABLE | {"refused"},
}


def asked(db: Connection) -> list[int]:
    """Cases that are to be taken back, in order: what became of their requests may not have been known then."""
    mine = (cases.c.withdrawal != "none", cases.c.withdrawal.in_(["requested", "sent"]))
    return list(db.execute(select(cases.c.id).where(*mine).order_by(cases.c.id)).scalars())


def answered(book: Book, numbers: Iterable[int], value: str, source: str, *, by: str = "", evidence: str = "") -> list[int]:
    """Write down what became of the withdrawals of these cases; returns those for which it was news.

    value: acknowledged, refused or restored. source: status_api, mail, by_hand, or probe, which alone can tell restored.
    """
    fresh: list[int] = []
    for number in numbers:
        mine = (cases.c.id == number, cases.c.withdrawal.in_(sorted(_AFTER[value])))
        if book.db.execute(update(cases).where(*mine).values(withdrawal=value, updated_at=book.now)).rowcount:
            fresh.append(number)
            told = {"source": source, **({"evidence": evidence} if evidence else {})}
            book.record(f"withdrawal.{value}", case_id(number), told, {"by": by} if by else None)
    return fresh
