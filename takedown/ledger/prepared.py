"""Statements of the sending path, compiled once. On a file they go to the driver itself: SQLAlchemy takes longer than SQLite.

Python's driver lets go of the interpreter at each step of a statement, so a step is one row written or read, and has to win it
back from the thread that sends: that costs more than the row. Rows are therefore written and read many in a step.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from sqlalchemy import BindParameter, Connection, Insert, Integer, Select, Text, Update, column, table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement, Executable
from sqlalchemy.sql.visitors import replacement_traverse

STEPS = (64, 32, 16, 12, 10, 8, 7, 6, 5, 4, 3, 2, 1)
"""Rows written in one step: few sizes, since each is a statement that SQLite compiles once."""


class Prepared:
    """`statement` with its parameters, of which `many` is a list of ids, for `column.in_(bindparam(many, expanding=True))`.

    `names` are those of an insert's columns. Values must be what the driver takes as it is: numbers, text, bytes, None; columns
    of results too. Errors are SQLAlchemy's.
    """

    def __init__(self, statement: Executable, *, many: str = "", names: Sequence[str] = ()) -> None:
        self._statement, self._many, self._names = statement, many, names

    def rows(self, db: Connection, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """All rows that come back, of a statement that returns some; in no order that can be relied on where it has `many`."""
        if db.dialect.name != "sqlite":
            return db.execute(self._statement, values).all()
        found: list[tuple[Any, ...]] = self._on_a_file(db, values).fetchall()
        return json.loads(found[0][0]) if self._at_once else found

    def changed(self, db: Connection, values: Mapping[str, Any]) -> int:
        """Do it, and tell how many rows it changed."""
        if db.dialect.name != "sqlite":
            return db.execute(self._statement, values).rowcount
        return int(self._on_a_file(db, values).rowcount)

    def each(self, db: Connection, values: Sequence[dict[str, Any]]) -> None:
        """Once for each of `values`, which have the same names and change rows of their own; nothing comes back.

        What stands in the statement itself is text or numbers.
        """
        if db.dialect.name != "sqlite":
            db.execute(self._statement, values)
            return
        if not values:
            return
        names, at = tuple(values[0]), 0
        for size in STEPS:
            while len(values) - at >= size:
                flat = [one[name] for one in values[at : at + size] for name in names]
                _run(db, self._of_many(names, size), flat)
                at += size

    def _on_a_file(self, db: Connection, values: Mapping[str, Any]) -> Any:
        given = {**self._plain.fixed, **values}
        if self._many:
            given[self._many] = json.dumps(given[self._many])
        return _run(db, self._plain.text, given)

    @cached_property
    def _at_once(self) -> bool:
        """Whether the rows come back as one: JSON holds whole numbers and text as they are, and nothing else."""
        if not (self._many and isinstance(self._statement, Select)):
            return False
        return all(isinstance(one.type, Integer | Text) for one in cast("Select[Any]", self._statement).selected_columns)

    @cached_property
    def _plain(self) -> _Text:
        made = _compiled(self._statement, self._names)
        listed = f"(SELECT value FROM json_each(:{self._many}))"  # noqa: S608 -- a name of ours
        text = made.text.replace(f"(__[POSTCOMPILE_{self._many}])", listed)
        if self._at_once:
            columns = [str(one.key) for one in cast("Select[Any]", self._statement).selected_columns]
            text = f"SELECT json_group_array(json_array({_quoted(columns)})) FROM ({text})"  # noqa: S608 -- names of ours
        return _Text(text, made.fixed)

    def _of_many(self, names: tuple[str, ...], size: int) -> str:
        """The text for `size` rows at once, their values in the order of `names`."""
        made = self._texts.get((names, size))
        if made is None:
            row = f"({', '.join('?' * len(names))})"
            made = self._texts[names, size] = self._stencil(names).replace("VALUES ?", f"VALUES {', '.join([row] * size)}", 1)
        return made

    @cached_property
    def _texts(self) -> dict[tuple[tuple[str, ...], int], str]:
        return {}

    def _stencil(self, names: tuple[str, ...]) -> str:
        """The statement with one `?` where its rows come: VALUES of an insert, or a table that an update reads."""
        if isinstance(self._statement, Insert):
            into = self._plain.text.partition(" (")[0]
            return f"{into} ({_quoted(names)}) VALUES ?"
        columns: Any = [column(name) for name in names]
        given = table("given", *columns)

        def as_column(element: Any, **_: object) -> Any:
            name = str(element.key) if isinstance(element, BindParameter) else ""
            return cast("Any", given.c)[name] if name in names else None

        read: Any = replacement_traverse(cast("Update", self._statement), {}, as_column)
        constants = {"literal_binds": True}  # what stands in the statement itself is ours
        return f"WITH given ({_quoted(names)}) AS (VALUES ?) {read.compile(dialect=_dialect(), compile_kwargs=constants)}"


@dataclass(frozen=True, slots=True)
class _Text:
    """SQL for a file, and the values that stand in the statement itself."""

    text: str
    fixed: Mapping[str, Any]


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _compiled(statement: Executable, names: Sequence[str]) -> _Text:
    made: Any = ClauseElement.compile(cast("Any", statement), dialect=_dialect(), column_keys=names or None)
    return _Text(str(made), {name: value for name, value in made.params.items() if value is not None and name not in names})


def _dialect() -> Any:
    from sqlalchemy.dialects import sqlite

    return sqlite.dialect(paramstyle="named")


def _run(db: Connection, text: str, values: Any) -> Any:
    try:
        return cast("Any", db.connection.dbapi_connection).execute(text, values)
    except sqlite3.Error as error:
        # As SQLAlchemy raises it, without the rows, which are about people.
        raise DBAPIError.instance(text, None, error, sqlite3.Error, hide_parameters=True) from error
