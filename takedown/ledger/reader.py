"""A ledger that is only read, without SQLAlchemy: importing it takes twice as long as all else that a reading command does.

Its SQL is written so that SQLite and PostgreSQL both understand it. What changes the ledger, or makes a report of it, is
elsewhere: `store.py`.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Protocol

from takedown.contract.errors import MissingExtra
from takedown.ledger.errors import (
    Damaged,
    Locked,
    NetworkDisk,
    NoLedger,
    NoSuchBatch,
    NotOpen,
    Unreadable,
    WrongEnvironment,
    not_connected,
    other_version,
)  # fmt: skip
from takedown.ledger.ids import batch_id
from takedown.ledger.place import network_disk, newest, sqlite_file

BUSY_SECONDS = 20.0
AT_ONCE = 1000
"""Rows that a stream holds in memory."""
NAMED = re.compile(r":(\w+)")
PASSWORD = re.compile(r"(//[^/:@]*:)[^@/]*@")


def among(values: Iterable[str]) -> str:
    """`('gone', 'withheld')`: constants of ours as SQL."""
    return "(" + ", ".join(f"'{value}'" for value in sorted(values)) + ")"


def numbered(values: Iterable[int]) -> str:
    """`(3, 12)`: numbers of rows as SQL; without any, what no row has."""
    return "(" + (", ".join(str(int(value)) for value in values) or "0") + ")"


def parsed(value: Any) -> Any:
    """What a column of JSON holds: a file gives it as text, a server as what it says."""
    return json.loads(value) if isinstance(value, str) else value


class Readable(Protocol):
    """What can be read without SQLAlchemy: a ledger that is open for everything (`store.Ledger`), a transaction that changes it
    (`book.Book`), or a view."""

    def view(self) -> AbstractContextManager[Reader]: ...


class Reader:
    """One consistent view of a ledger. SQL names its parameters `:name`."""

    def __init__(self, connection: Any, server: bool) -> None:
        self._connection, self._server = connection, server

    def view(self) -> AbstractContextManager[Reader]:
        """This one: what asks for a view of a ledger may have been given one."""
        return nullcontext(self)

    def closing(self) -> AbstractContextManager[Any]:
        return closing(self._connection)

    def rows(self, sql: str, **values: object) -> Iterator[tuple[Any, ...]]:
        """All at once from a server: for answers that are small."""
        return iter(self._connection.execute(self._spelt(sql), values))

    def stream(self, sql: str, **values: object) -> Iterator[tuple[Any, ...]]:
        """Any number of rows, a thousand in memory at a time, and one stream at a time."""
        if self._server:
            return self._streamed(self._spelt(sql), values)
        # not the cursor itself: `yield from` closes it, and when the answer broke off its connection is closed already
        return map(tuple, self._connection.execute(sql, values))

    def _streamed(self, sql: str, values: Mapping[str, object]) -> Iterator[tuple[Any, ...]]:
        with self._connection.cursor(name="takedown") as cursor:
            cursor.itersize = AT_ONCE
            yield from cursor.execute(sql, values)

    def value(self, sql: str, **values: object) -> Any:
        """The first column of the first row; None without one."""
        return next(self.rows(sql, **values), (None,))[0]

    def records(self, sql: str, **values: object) -> list[dict[str, Any]]:
        """Rows by the names of their columns, all at once."""
        found = self._connection.execute(self._spelt(sql), values)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]

    def setting(self, name: str) -> str:
        """A value of the ledger's own table `meta`; empty when unset."""
        return self.value("SELECT value FROM meta WHERE name = :name", name=name) or ""

    def whole(self, sql: str) -> str:
        """SQL of the whole number at or below one that is not negative; a server's CAST would round."""
        return f"CAST(floor({sql}) AS BIGINT)" if self._server else f"CAST({sql} AS INTEGER)"

    def known_batch(self, batch: int) -> None:
        """Raises NoSuchBatch: a batch that was mistyped must not look like an empty one."""
        if self.value("SELECT 1 FROM batches WHERE id = :batch", batch=batch) is None:
            raise NoSuchBatch(batch=batch_id(batch))

    def _spelt(self, sql: str) -> str:
        return NAMED.sub(r"%(\1)s", sql) if self._server else sql


@contextmanager
def open_reader(url: str, folder: Path, environment: str) -> Generator[Reader]:
    """Raises what `open_ledger` raises; MissingExtra; Damaged also while rows are read."""
    file = sqlite_file(url, folder)
    try:
        reader = _of_server(url, environment) if file is None else _of_file(file, environment)
        with reader.closing():
            yield reader
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            raise Damaged(what=error) from None
        if is_locked(error):
            raise Locked(what=error) from None
        raise


def is_locked(error: BaseException | None) -> bool:
    """Whether an error of SQLite's says that somebody else has held its file for too long."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def is_damage(error: sqlite3.Error) -> bool:
    """Whether an error of SQLite's says that its file is not what it was."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB} or "decode to UTF-8" in str(error)


def _of_file(file: Path, environment: str) -> Reader:
    if not file.exists():
        raise NoLedger(where=file)
    if kind := network_disk(file):
        raise NetworkDisk(where=file, kind=kind)
    try:
        # rw, not ro: a write-ahead log that is not there yet must be made, by readers too
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", BUSY_SECONDS, isolation_level=None, uri=True)
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        reader = Reader(connection, server=False)
        there = reader.value("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'")
    except sqlite3.OperationalError as error:
        raise (Locked(what=error) if is_locked(error) else NotOpen(where=file, what=error)) from None
    except sqlite3.DatabaseError as error:
        raise Unreadable(where=file, what=error) from None
    _fits(reader, environment, bool(there), str(file))
    return reader


def _of_server(url: str, environment: str) -> Reader:
    scheme, _, place = url.partition("://")
    where = PASSWORD.sub(r"\1***@", url)
    try:
        import psycopg
    except ModuleNotFoundError:
        raise MissingExtra(what=scheme, extra="postgres") from None
    try:
        connection = psycopg.connect(f"postgresql://{place}")
    except psycopg.OperationalError as error:
        raise not_connected(where, str(error).strip()) from None
    connection.isolation_level, connection.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
    reader = Reader(connection, server=True)
    _fits(reader, environment, reader.value("SELECT to_regclass('alembic_version')") is not None, where)
    return reader


def _fits(reader: Reader, environment: str, there: bool, where: str) -> None:
    """Raises NoLedger, OldLedger, NewerLedger, WrongEnvironment."""
    found = str(reader.value("SELECT version_num FROM alembic_version") or "") if there else ""
    if not found:
        raise NoLedger(where=where)
    if found != (needed := newest()):
        raise other_version(found, needed)
    if (stamped := reader.setting("environment")) != environment:
        raise WrongEnvironment(stamped=stamped, configured=environment)
