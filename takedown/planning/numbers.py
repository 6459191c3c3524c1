"""Numbers for new requests, given out by the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import insert, select, update

from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.tables import meta


class Numbers:
    """Request numbers, reserved in blocks: a gap is harmless, a number used twice is not."""

    def __init__(self, desk: Desk, block: int = 500) -> None:
        self._desk, self._block = desk, block
        self._numbers: Iterator[int] = iter(())

    def take(self) -> int:
        found = next(self._numbers, None)
        if found is None:
            first = self._desk.ledger.write(lambda book: _reserve(book, "next_request", self._block))
            self._numbers = iter(range(first, first + self._block))
            return next(self._numbers)
        return found


def _reserve(book: Book, name: str, count: int) -> int:
    held = book.db.execute(select(meta.c.value).where(meta.c.name == name).with_for_update()).scalar()
    first = int(held or 1)
    if held is None:
        book.db.execute(insert(meta).values(name=name, value=str(first + count)))
    else:
        book.db.execute(update(meta).where(meta.c.name == name).values(value=str(first + count)))
    return first
