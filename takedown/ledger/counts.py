"""The counts that the ledger keeps (`tables.counts`) beside what the cases themselves say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, cast

from sqlalchemy import Connection, text

from takedown.ledger.states import ALIKE, COUNTED

KEYS = {"case_counts": ", ".join(COUNTED), "case_times": f"{', '.join(ALIKE)}, code"}
COUNTED_IN = {"case_counts": "cases", "case_times": "case_codes"}
"""What has a row for each that is counted."""


def miscounted(db: Connection) -> Iterator[str]:
    """What is wrong with the counts that reports rest on."""
    for kept in KEYS:
        if not (_as_timed(db) if kept == "case_times" and db.dialect.name == "sqlite" else _as_counted(db, kept)):
            yield f"{kept}, which reports read, is not the count of the cases that are there: takedown ledger upgrade"


def _as_counted(db: Connection, kept: str) -> bool:
    """Of each count less what it should be, nothing may be left."""
    keys = KEYS[kept]
    parts = f"SELECT {keys}, count AS n FROM {kept} UNION ALL SELECT {keys}, -n FROM ({_anew(kept)}) AS anew"  # noqa: S608
    left = f"SELECT 1 FROM ({parts}) AS parts GROUP BY {keys} HAVING sum(n) <> 0 LIMIT 1"  # noqa: S608
    return db.execute(text(left)).first() is None


def _anew(kept: str) -> str:
    """As a look at every case makes it."""
    return f"SELECT {KEYS[kept]}, count(*) AS n FROM {COUNTED_IN[kept]} GROUP BY {KEYS[kept]}"  # noqa: S608 -- names of ours


def _as_timed(db: Connection) -> bool:
    """Counted here: SQLite would sort three codes for each case."""
    same = " AND ".join(f"{name} = :{name}" for name in ALIKE)
    kept = f"SELECT code, count FROM case_times WHERE {same}"  # noqa: S608 -- names of ours, here and below
    codes = f"SELECT code FROM case_codes WHERE {same}"  # noqa: S608
    alike = ", ".join(ALIKE)
    for row in db.execute(text(f"SELECT {alike} FROM case_times UNION SELECT {alike} FROM cases")).all():  # noqa: S608
        key: dict[str, Any] = dict(zip(ALIKE, row, strict=True))
        counted = Counter(chain.from_iterable(_read(db, codes, key)))
        if dict(_read(db, kept, key)) != dict(counted):
            return False
    return True


def _read(db: Connection, query: str, values: dict[str, Any]) -> Iterable[tuple[Any, ...]]:
    """Rows as the driver gives them: what SQLAlchemy adds to each takes as long as counting it."""
    return cast("Iterable[tuple[Any, ...]]", db.execute(text(query), values).cursor)


def recount(db: Connection) -> None:
    """Count all cases anew, within the caller's transaction; no case changes on a server until that ends."""
    if db.dialect.name == "postgresql":
        db.execute(text("LOCK TABLE cases IN SHARE ROW EXCLUSIVE MODE"))
    for kept, keys in KEYS.items():
        db.execute(text(f"DELETE FROM {kept}"))  # noqa: S608
        db.execute(text(f"INSERT INTO {kept} ({keys}, count) {_anew(kept)}"))
