"""Statements of the sending path, compiled once. On a file they go to the driver itself: SQLAlchemy takes longer than SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement, Executable


class Prepared:
    """`statement` with its parameters, of which `many` is a list of ids, for `column.in_(bindparam(many, expanding=True))`.

    `names` are those of an insert's columns. Values must be what the driver takes as it is: numbers, text, bytes, None; columns
    of results too. Errors are SQLAlchemy's.
    """

    def __init__(self, statement: Executable, *, many: str = "", names: Sequence[str] = ()) -> None:
        self._statement, self._many, self._names = statement, many, names

    def rows(self, db: Connection, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """All rows that come back, of a statement that returns some."""
        return db.execute(self._statement, values).all() if db.dialect.name != "sqlite" else self._on_a_file(db, values)

    def run(self, db: Connection, values: Mapping[str, Any]) -> None:
        """For a statement that returns nothing."""
        if db.dialect.name != "sqlite":
            db.execute(self._statement, values)
        else:
            self._on_a_file(db, values)

    def each(self, db: Connection, values: Sequence[dict[str, Any]]) -> None:
        """Once for each of `values`, which have the same names; nothing comes back."""
        if db.dialect.name != "sqlite":
            db.execute(self._statement, values)
            return
        text, fixed = self._for_a_file
        try:
            _driver(db).executemany(text, [{**fixed, **one} for one in values] if fixed else values)
        except sqlite3.Error as error:
            raise _told(text, error) from error

    def _on_a_file(self, db: Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        text, fixed = self._for_a_file
        given = {**fixed, **values}
        if self._many:
            given[self._many] = json.dumps(given[self._many])
        try:
            found: list[tuple[Any, ...]] = _driver(db).execute(text, given).fetchall()
        except sqlite3.Error as error:
            raise _told(text, error) from error
        return found

    @cached_property
    def _for_a_file(self) -> tuple[str, dict[str, Any]]:
        """The text, and the values that stand in the statement itself."""
        from sqlalchemy.dialects import sqlite

        statement: Any = self._statement
        made: Any = ClauseElement.compile(statement, dialect=sqlite.dialect(paramstyle="named"), column_keys=self._names or None)
        listed = f"(SELECT value FROM json_each(:{self._many}))"  # noqa: S608 -- a name of ours
        text = str(made).replace(f"(__[POSTCOMPILE_{self._many}])", listed)
        return text, {name: value for name, value in made.params.items() if value is not None and name not in self._names}


def _driver(db: Connection) -> Any:
    return db.connection.dbapi_connection


def _told(text: str, error: sqlite3.Error) -> BaseException:
    """As SQLAlchemy raises it, without the rows, which are about people."""
    return DBAPIError.instance(text, None, error, sqlite3.Error, hide_parameters=True)
