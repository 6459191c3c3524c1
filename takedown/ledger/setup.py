"""Making, opening and upgrading a ledger. A ledger is stamped with its environment and never changes it."""

from __future__ import annotations

import os
import uuid
from importlib import resources
from pathlib import Path

from sqlalchemy import Connection, Engine, func, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from takedown.clock import Clock, SystemClock, iso
from takedown.ledger.acts import Nobody
from takedown.ledger.book import Book
from takedown.ledger.counts import miscounted, recount
from takedown.ledger.errors import (
    Locked,
    NetworkDisk,
    NoLedger,
    NotOpen,
    NotSynchronous,
    Unreadable,
    WrongEnvironment,
    not_connected,
    other_version,
)  # fmt: skip
from takedown.ledger.ids import make_secret
from takedown.ledger.place import network_disk, newest, sqlite_file
from takedown.ledger.reader import is_locked
from takedown.ledger.server import gone, translate
from takedown.ledger.store import Ledger, make_engine
from takedown.ledger.succession import at_home
from takedown.ledger.tables import attempts, cases, claims, meta, sightings

HEAD = newest()
"""The version of the tables that this program needs."""
SYNCHRONOUS = ("on", "remote_apply")


def resolve(url: str, folder: Path) -> URL:
    """The ledger's address with a relative SQLite path taken from the configuration's folder."""
    file = sqlite_file(url, folder)
    return URL.create("sqlite", database=str(file)) if file else make_url(url)


def secret_path(url: URL, folder: Path) -> Path:
    """Beside the SQLite file; for a server, in the configuration's folder and named after the database.

    Not after the server: it is the same ledger through a pooler, and after a failover.
    """
    if url.get_backend_name() == "sqlite":
        return Path(f"{url.database}.secret")
    return folder / f"{url.database or 'takedown'}.secret"


def create(url: str, folder: Path, environment: str, clock: Clock | None = None) -> Ledger:
    """Make the ledger unless it is there, and open it. Raises what `open_ledger` raises, and LedgerFailed."""
    parsed = resolve(url, folder)
    if parsed.get_backend_name() == "sqlite":
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
        if not Path(str(parsed.database)).exists():
            os.close(os.open(str(parsed.database), os.O_CREAT | os.O_WRONLY, 0o600))
    make_secret(secret_path(parsed, folder))
    engine = make_engine(parsed.render_as_string(hide_password=False))
    try:
        _fill(engine, environment, clock or SystemClock())
    except DBAPIError as error:
        if engine.dialect.name == "postgresql" and gone(error):
            raise not_connected(parsed.render_as_string(), str(error.orig)) from None
        raise translate(error) from None
    engine.dispose()
    return open_ledger(url, folder, environment, clock)


def _fill(engine: Engine, environment: str, clock: Clock) -> None:
    with engine.connect().execution_options(takedown_write=True) as connection, connection.begin():
        if not inspect(connection).has_table("meta"):
            migrate(connection)
            _stamp(connection, environment, clock)


def _stamp(connection: Connection, environment: str, clock: Clock) -> None:
    book = Book(connection, clock.now())
    ident = uuid.uuid4().hex
    rows = {"ledger": ident, "environment": environment, "made_at": iso(book.now), "halted": ""}
    book.db.execute(meta.insert(), [{"name": name, "value": value} for name, value in rows.items()])
    at_home(book.db)
    book.record("ledger.made", ident, {"environment": environment, "acts": "keys" if environment == "live" else "names"})
    book.flush()


def open_ledger(url: str, folder: Path, environment: str, clock: Clock | None = None) -> Ledger:
    """Open a ledger that exists.

    Raises NoLedger, StrangeAddress, ServerAway, OldLedger, NewerLedger, WrongEnvironment, NetworkDisk, NotSynchronous,
    Unreadable.
    """
    parsed = resolve(url, folder)
    where = parsed.render_as_string(hide_password=True)
    home, name = folder, parsed.database or "takedown"
    if parsed.get_backend_name() == "sqlite":
        path = Path(str(parsed.database))
        if not path.exists():
            raise NoLedger(where=path)
        if kind := network_disk(path):
            raise NetworkDisk(where=path, kind=kind)
        home, name = path.parent, path.name
    engine = make_engine(parsed.render_as_string(hide_password=False))
    try:
        with engine.connect() as connection:
            found = version(connection)
            stamped = connection.execute(select(meta.c.value).where(meta.c.name == "environment")).scalar() if found else ""
            _check_commits(connection)
    except OperationalError as error:
        what = str(error.orig).strip()
        if engine.dialect.name == "sqlite":
            raise (Locked(what=what) if is_locked(error.orig) else NotOpen(where=parsed.database, what=what)) from None
        raise not_connected(where, what) from None
    except DatabaseError as error:
        raise Unreadable(where=where, what=error.orig) from None
    if not found:
        raise NoLedger(where=where)
    if found != HEAD:
        raise other_version(found, HEAD)
    if stamped != environment:
        raise WrongEnvironment(stamped=stamped, configured=environment)
    ledger = Ledger(engine, home, name, secret_path(parsed, folder), clock)
    ledger.signing = Nobody() if stamped == "live" else None
    return ledger


def _check_commits(connection: Connection) -> None:
    """SQLite is told to flush when it is opened; a server has its own setting. Raises NotSynchronous."""
    if connection.dialect.name == "postgresql":
        found = str(connection.execute(text("SHOW synchronous_commit")).scalar())
        if found not in SYNCHRONOUS:
            raise NotSynchronous(found=found)


def version(connection: Connection) -> str:
    """The migration that the tables are at; empty for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def migrate(connection: Connection, to: str = "head") -> None:
    """Bring the tables to a version, inside the caller's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(resources.files("takedown.ledger") / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def upgrade(url: str, folder: Path) -> tuple[str, str]:
    """Migrate the ledger, and count its cases anew where the counts are wrong; returns (version before, version now).

    Raises NoLedger, NewerLedger.
    """
    parsed = resolve(url, folder)
    if parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).exists():
        raise NoLedger(where=parsed.database)
    engine = make_engine(parsed.render_as_string(hide_password=False))
    with engine.connect().execution_options(takedown_write=True) as connection, connection.begin():
        was = version(connection)
        if was > HEAD:
            raise other_version(was, HEAD)
        before = _newest_rows(connection) if was < SEALED else {}
        migrate(connection)
        if any(miscounted(connection)):
            recount(connection)
        now = version(connection)
        if now != was:
            book = Book(connection, SystemClock().now())
            book.record("ledger.upgraded", "ledger", {"from": was, "to": now, **({"unsealed": before} if before else {})})
            book.flush()
    engine.dispose()
    return was, now


SEALED = "0008"
"""Since this version rows are sealed."""


def _newest_rows(connection: Connection) -> dict[str, int]:
    """The last row of each table whose rows carry no seals yet."""
    tables = [one for one in (cases, claims, sightings, attempts) if inspect(connection).has_table(one.name)]
    return {one.name: int(connection.execute(select(func.max(one.c.id))).scalar() or 0) for one in tables}
