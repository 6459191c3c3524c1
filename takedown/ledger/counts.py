"""The counts that SQLite keeps (`tables.counts`) beside what the cases themselves say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, cast

from sqlalchemy import Connection, Integer, Select, Text, bindparam, column, delete, func, insert, select, table, union

from takedown.ledger.states import ALIKE, COUNTED
from takedown.ledger.tables import case_counts, case_times, cases

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
    counts = _read(db, select(case_counts)), _read(db, _ANEW[case_counts])
    for kept, same in ((case_counts, set(counts[0]) == set(counts[1])), (case_times, _as_timed(db))):
        if not same:
            yield f"{kept.name}, which reports read, is not the count of the cases that are there: takedown ledger upgrade"


def _as_timed(db: Connection) -> bool:
    """Counted here: SQLite would sort three codes for each case."""
    kept = select(case_times.c.code, case_times.c.count).where(*(case_times.c[name] == bindparam(name) for name in ALIKE))
    codes = select(_CODES.c.code).where(*(_CODES.c[name] == bindparam(name) for name in ALIKE))
    keys = union(*(select(*(one.c[name] for name in ALIKE)) for one in (case_times, cases)))
    for row in db.execute(keys).all():
        key: dict[str, Any] = dict(zip(ALIKE, row, strict=True))
        counted = Counter(chain.from_iterable(_read(db, codes, key)))
        if dict(_read(db, kept, key)) != dict(counted):
            return False
    return True


def _read(db: Connection, query: Select[*tuple[Any, ...]], values: dict[str, Any] | None = None) -> Iterable[tuple[Any, ...]]:
    """Rows as the driver gives them: what SQLAlchemy adds to each takes as long as counting it."""
    return cast("Iterable[tuple[Any, ...]]", db.execute(query, values).cursor)


def recount(db: Connection) -> None:
    """Count all cases anew, within the caller's transaction."""
    for kept, counted in _ANEW.items():
        db.execute(delete(kept))
        db.execute(insert(kept).from_select([item.name for item in kept.c], counted))
