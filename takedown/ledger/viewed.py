"""A connection of SQLAlchemy's as what commands read that do without it, so that no query is written twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Connection

from takedown.ledger.reader import Reader


class _Driven:
    """SQLAlchemy's connection as a Reader knows its driver's: within the same transaction, with the same errors."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def execute(self, sql: str, values: Mapping[str, object]) -> Any:
        return self._db.exec_driver_sql(sql, dict(values)).cursor

    def cursor(self, name: str) -> Any:
        return cast("Any", self._db.connection.driver_connection).cursor(name=name)


def viewed(db: Connection) -> Reader:
    """What the connection sees, also of what its own transaction has changed."""
    return Reader(_Driven(db), server=db.dialect.name != "sqlite")
