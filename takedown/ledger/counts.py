"""The counts that SQLite keeps (`tables.counts`) beside what the cases themselves say."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Integer, Select, Text, column, delete, func, insert, select, table

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
        if db.execute(_beyond(select(kept), counted)).first() or db.execute(_beyond(counted, select(kept))).first():
            yield f"{kept.name}, which reports read, is not the count of the cases that are there: takedown ledger upgrade"


def _beyond(one: Select[*tuple[object, ...]], other: Select[*tuple[object, ...]]) -> Select[*tuple[object, ...]]:
    return select(one.except_(other).subquery()).limit(1)


def recount(db: Connection) -> None:
    """Count all cases anew, within the caller's transaction."""
    for kept, counted in _ANEW.items():
        db.execute(delete(kept))
        db.execute(insert(kept).from_select([item.name for item in kept.c], counted))
