"""Cases that follow each other: a platform is asked under one basis, and after its answer under another.

`cases.follows` names the earlier case, `step` is the place in the chain. The chain is about one target: figures by
account count it once.
"""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, select

from takedown.ledger.tables import cases

LONGEST = 20
"""Steps that are followed back: no target has so many, and a damaged ledger must not loop."""


def earlier(db: Connection, case: RowMapping) -> list[RowMapping]:
    """The cases before this one, nearest first."""
    found: list[RowMapping] = []
    follows = case["follows"]
    while follows is not None and len(found) < LONGEST:
        row = db.execute(select(cases).where(cases.c.id == follows)).mappings().one()
        found.append(row)
        follows = row["follows"]
    return found
