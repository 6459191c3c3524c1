"""A ledger on PostgreSQL: how it is connected to, and what its errors mean."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError

from takedown.ledger.errors import Damaged, LedgerFailed, Locked, PooledByTransaction, ReadOnly
from takedown.ledger.reader import is_damage, is_locked
from takedown.ledger.tables.base import for_server

AGAIN = 1.0
IDLE = 8.0
"""Seconds after which a server ends the transaction of a writer that says nothing: a paused one would hold up all others."""
CUT_OFF: Mapping[str, Any] = {
    "connect_timeout": 5, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000,
}  # fmt: skip
"""How soon a line on which nothing comes back is given up, about ten seconds; by itself the system waits a quarter of an hour.
What the ledger's URL says of these goes before it (libpq, Parameter Key Words)."""
Mode = tuple[int | None, bool | None]
READING: Mode = (3, True)
"""REPEATABLE READ READ ONLY, by psycopg's numbers (IsolationLevel): one view from the first statement to the last."""
SCRATCH: Mode = (3, None)
"""The same with temporary tables, which READ ONLY forbids to make."""
WRITING: Mode = (2, None)
"""READ COMMITTED, whatever the server's default is. READ WRITE, said aloud, a replica would refuse before it is waited for."""
LOOKS = 3
READ_ONLY = "25006"
"""read_only_sql_transaction (PostgreSQL, Appendix A): a replica, or a primary that was just demoted."""
FORGOTTEN = {"26000", "42P05"}
"""invalid_sql_statement_name and duplicate_prepared_statement: somebody else's session was at the other end."""


def server_engine(url: URL) -> Engine:
    """An engine whose transactions only read, in one view, unless the connection's options say `takedown_write`."""
    # pool_pre_ping: a connection that did not outlive a restart of the server is replaced when it is next asked for
    for_server()
    patience = {name: value for name, value in CUT_OFF.items() if name not in url.query}
    where = url.set(drivername="postgresql+psycopg")
    engine = create_engine(where, hide_parameters=True, pool_pre_ping=True, connect_args=patience)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:  # pyright: ignore[reportUnusedFunction] -- called by SQLAlchemy
        options = connection.get_execution_options()
        if options.get("takedown_write"):
            _begins(connection, WRITING)
            connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = {round(IDLE * 1000)}")
        elif options.get("isolation_level") != "AUTOCOMMIT":
            _begins(connection, SCRATCH if options.get("takedown_scratch") else READING)

    return engine


def _begins(connection: Connection, mode: Mode) -> None:
    """What the driver says with its next BEGIN: no statement more. A connection of the pool has served others before."""
    driver: Any = connection.connection.driver_connection
    if (driver.isolation_level, driver.read_only) != mode:
        driver.isolation_level, driver.read_only = mode


def copy_in(db: Connection, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> int:
    """Write rows to a table in one statement, five times as fast as by insertions; returns how many.

    Values are as the driver takes them, JSON as text; columns as in SQL. Raises DBAPIError, as statements do.
    """
    import psycopg

    driver: Any = db.connection.driver_connection
    into, count = f"COPY {table} ({columns}) FROM STDIN", 0
    try:
        with driver.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row(row)
                count += 1
    except psycopg.Error as error:
        raise DBAPIError.instance(into, None, error, psycopg.Error, hide_parameters=True) from error
    return count


def keeps_sessions(engine: Engine) -> bool:
    """Whether a connection keeps its own process of the server; a pooler by transaction gives it to the next one meanwhile."""
    with engine.connect() as first, engine.connect() as second:
        for _ in range(LOOKS):
            with first.begin():
                before = _process(first)
            with second.begin():
                if _process(second) == before:
                    return False
                with first.begin():
                    if _process(first) != before:
                        return False
    return True


def _process(connection: Connection) -> int:
    return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def gone(error: DBAPIError) -> bool:
    """The server went away, is not back yet, or takes no writes yet. A file does not."""
    connecting = isinstance(error, OperationalError) and _is_connecting(error)
    return error.connection_invalidated or connecting or _state(error) == READ_ONLY


def _is_connecting(error: OperationalError) -> bool:
    return error.statement is None and type(error.orig).__module__.startswith("psycopg")


def _state(error: BaseException) -> str:
    """The five characters by which PostgreSQL names a kind of error; empty when it said none."""
    return str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")


def back(connection: Connection, until: float) -> bool:
    """Wait for a server that takes writes, at most until that time (monotonic); whether it came."""
    while True:
        end(connection)
        try:
            with connection.begin():
                if connection.execute(text("SHOW transaction_read_only")).scalar() != "on":
                    return True  # else a replica, which may be promoted in a moment
        except DBAPIError as error:
            if not gone(error):
                return False
        if time.monotonic() > until:
            return False
        time.sleep(AGAIN)


def end(connection: Connection) -> None:
    """End a transaction whose COMMIT failed: SQLAlchemy then sends no ROLLBACK, and the lock would be kept from everybody."""
    with suppress(Exception):  # a connection that is gone has no transaction
        connection.connection.rollback()
    with suppress(Exception):  # SQLAlchemy's own idea of it, after a connection broke
        connection.rollback()


def translate(error: BaseException) -> BaseException:
    """Faults of the disk or the server become an error that says so; everything else stays as it is."""
    if _state(error) == READ_ONLY:
        return ReadOnly(what=str(getattr(error, "orig", "")))
    if _state(error) in FORGOTTEN:
        return PooledByTransaction()
    cause = getattr(error, "orig", error)
    if is_locked(cause):
        return Locked(what=cause)
    if isinstance(cause, sqlite3.Error) and (cause is error or is_damage(cause)):  # bare ones come of reading rows
        return Damaged(what=cause)
    return LedgerFailed(what=str(error.orig)) if isinstance(error, OperationalError) else error
