"""The counts that SQLite keeps (`tables.counts`) beside what the cases themselves say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Select,
    Table,
    Text,
    column,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    table,
    union_all,
)

from takedown.ledger.tables import ALIKE, COUNTED, case_counts, case_times, cases

_CODES = table("case_codes", *(column(name, Text) for name in ALIKE), column("code", Integer))
_ANEW = {
    case_counts: select(*(cases.c[name] for name in COUNTED), func.count()).group_by(*(cases.c[name] for name in COUNTED)),
    case_times: select(*_CODES.c, func.count()).group_by(*_CODES.c),
}
"""Each of them, as a look at every case makes it."""


def miscounted(db: Connection) -> Iterator[str]:
    """What is wrong with the counts that reports rest on."""
    if db.dialect.name != "sqlite":
        return
    for kept, counted in _ANEW.items():
        if db.execute(_differing(kept, counted)).first():
            yield f"{kept.name}, which reports read, is not the count of the cases that are there: takedown ledger upgrade"


def _differing(kept: Table, counted: Select[*tuple[Any, ...]]) -> Select[Any]:
    """What is counted on one side only, or otherwise: cases are looked at once for both."""
    both = union_all(select(kept, literal(1).label("side")), counted.add_columns(literal(-1).label("side"))).subquery()
    *names, count, side = both.c
    return select(func.max(count)).group_by(*names).having(or_(func.sum(side) != 0, func.min(count) != func.max(count))).limit(1)


def recount(db: Connection) -> None:
    """Count all cases anew, within the caller's transaction."""
    for kept, counted in _ANEW.items():
        db.execute(delete(kept))
        db.execute(insert(kept).from_select([item.name for item in kept.c], counted))
