"""Cases that follow each other: a platform is asked under one basis, and after its answer under another.

`cases.follows` names the earlier case, `step` is the place in the chain. The chain is about one target, so figures count it once.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, not_, or_, select

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


def counted_once() -> ColumnElement[bool]:
    """True of exactly one case of each chain: the last whose request left, or the first while none has.

    For figures per target; a case outside any chain is always counted. A case that is passed over is superseded, or still waits.
    """
    after = cases.alias("after")
    overtaken = exists().where(after.c.follows == cases.c.id, after.c.sent_at.is_not(None))
    waiting = and_(cases.c.follows.is_not(None), cases.c.sent_at.is_(None))
    return not_(or_(overtaken, waiting))
