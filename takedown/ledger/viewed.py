"""A connection of SQLAlchemy's as what commands read that do without it, so that no query is written twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from takedown.ledger.reader import AT_ONCE, Reader


class _Driven:
    """SQLAlchemy's connection as a Reader knows its driver's: within the same transaction, with the same errors."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def execute(self, sql: str, values: Mapping[str, object]) -> Any:
        return self._db.exec_driver_sql(sql, dict(values)).cursor


class _Viewed(Reader):
    def __init__(self, db: Connection) -> None:
        super().__init__(_Driven(db), server=db.dialect.name != "sqlite")
        self._db = db

    def _streamed(self, sql: str, values: Mapping[str, object]) -> Iterator[tuple[Any, ...]]:
        """By a cursor of SQLAlchemy's, which knows the errors of its driver as its own."""
        with self._db.exec_driver_sql(sql, dict(values), execution_options={"yield_per": AT_ONCE}) as found:
            yield from map(tuple, found)


def viewed(db: Connection) -> Reader:
    """What the connection sees, also of what its own transaction has changed."""
    return _Viewed(db)
