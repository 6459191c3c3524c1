"""Plans whose making ended with its process, by a kill or a power cut: what they held goes back to draft.

Until it is finished nobody sees a plan, so that nobody could discard it, and its cases would wait in it for ever. Ending one that
is being made after all does no harm: its maker looks whether it is still its own with each step, and has to begin anew.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import select

from takedown.contract import RefusedByPolicy
from takedown.ledger.book import Book
from takedown.ledger.store import Ledger
from takedown.ledger.tables import plans
from takedown.planning.undoing import undo

LONGEST = 3600.0
"""Seconds after which a plan on a server counts as given up. On one machine a file lock tells at once."""
MAKING = "making"


class CasesChanged(RefusedByPolicy):
    """Cases changed while they were being planned."""

    code, why, do = "TD-0708", "another process works on them", "run the same command again"


@contextmanager
def making(ledger: Ledger) -> Generator[None]:
    """Held while a plan is made. First, plans that nobody makes any more are ended."""
    if ledger.engine.dialect.name != "sqlite":
        ledger.write(lambda book: end(book, book.now - LONGEST))
        yield
        return
    file = os.open(ledger.folder / f"{ledger.name}.planning.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass  # others are making plans, and so may those be that are unfinished
        else:
            ledger.write(lambda book: end(book, book.now))
        fcntl.flock(file, fcntl.LOCK_SH)
        yield
    finally:
        os.close(file)


def end(book: Book, before: float) -> None:
    """End the unfinished plans that were begun at or before a time (epoch seconds)."""
    query = select(plans.c.id).where(plans.c.state == MAKING, plans.c.created_at <= before)
    for number in book.db.execute(query).scalars().all():
        undo(book, int(number), (MAKING,), "discarded", "its making was interrupted")


def check_making(book: Book, plan: int) -> None:
    """Raise CasesChanged unless the plan is still being made, and keep others from ending it until the transaction ends."""
    if book.db.execute(select(plans.c.state).where(plans.c.id == plan).with_for_update()).scalar() != MAKING:
        raise CasesChanged
