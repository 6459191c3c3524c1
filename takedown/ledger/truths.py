"""What platforms claim, appended and never changed; a case's `claimed` is the newest one that counts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select, update

from takedown.ledger.book import Book
from takedown.ledger.ids import case_id
from takedown.ledger.tables import cases, claims

FINAL = frozenset({"removed", "restricted", "declined"})
"""Claims after which the platform is not asked again."""
UNREACHABLE = frozenset({"gone", "suspended", "withheld", "restricted"})
"""Observations that say the public cannot see it, at least from where we looked."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What was said of one case. `source`: status_api, mail or by_hand; `decided_at` in seconds since the epoch."""

    case: int
    value: str
    source: str
    request: int | None = None
    ground: str = ""
    territory: str = ""
    reason_code: str = ""
    reason: str = ""
    decided_at: float | None = None
    by: str = ""
    evidence: str = ""


def add_claims(book: Book, found: list[Claim]) -> int:
    """Append those claims that say something new; returns how many did. One event tells of all of them."""
    fresh = [one for one in found if _is_news(book, one)]
    for one in fresh:
        row = {name: getattr(one, name) for name in Claim.__slots__}
        book.db.execute(insert(claims).values(**row, recorded_at=book.now))
        values = {"claimed": one.value, "claimed_at": book.now, "updated_at": book.now}
        book.db.execute(update(cases).where(cases.c.id == one.case).values(**values))
    if fresh:
        told = [[case_id(one.case), one.value, one.ground] for one in fresh]
        book.record("claims.recorded", case_id(fresh[0].case), {"source": fresh[0].source, "claims": told})
    return len(fresh)


def _is_news(book: Book, one: Claim) -> bool:
    newest = select(claims).where(claims.c.case == one.case).order_by(claims.c.id.desc()).limit(1)
    last = book.db.execute(newest).mappings().first()
    if last is None:
        return True
    said = ("value", "ground", "territory", "reason_code", "reason", "decided_at")
    return any(last[name] != getattr(one, name) for name in said)
