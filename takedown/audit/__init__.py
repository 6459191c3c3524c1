"""The record read back: is it what was recorded, is it all of it, and does it make sense?

Three things tell. The chain: hashes and order of the events. Meaning: every row that a report would rest on against the events
that told of it. And heads kept elsewhere (`takedown.heads`), against whoever can write the whole ledger anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from takedown.audit.acts import of_acts
from takedown.audit.approvals import of_approvals
from takedown.audit.beside import Check, rows_beside
from takedown.audit.chain import read_chain
from takedown.audit.decided import of_decisions
from takedown.audit.oversight import of_oversight
from takedown.audit.requests import of_requests
from takedown.audit.rows import of_rows
from takedown.ledger.book import GENESIS
from takedown.ledger.store import Ledger, roomy
from takedown.ledger.tables import heads


@dataclass
class Verified:
    """How many events and heads were read, and every problem found, as (event number or 0, what)."""

    events: int = 0
    heads: int = 0
    head: str = GENESIS
    problems: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])


def verify(ledger: Ledger) -> Verified:
    """Read the whole chain in one pass, then every row against it, in one view of the ledger."""
    with ledger.read() as db, roomy(db), rows_beside(ledger, db) as check_rows:
        return verify_in(db, check_rows)


def verify_in(db: Connection, check_rows: Check = of_rows) -> Verified:
    """`verify` over a connection, which sees what its own transaction has not committed yet."""
    told = read_chain(db)
    found = Verified(told.events, int(db.execute(select(func.count()).select_from(heads)).scalar() or 0), told.head)
    found.problems += told.problems
    for check in (of_requests, of_approvals, of_acts, of_oversight, of_decisions, check_rows):
        found.problems += ((0, what) for what in check(db, told))
    return found
