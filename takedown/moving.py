"""`ledger move`: a SQLite ledger copied whole to PostgreSQL, verified there, and stopped where it was.

The file is locked from the first row that is read until it is marked as moved, so that nothing can be written to it in between.
It is marked with the kill switch, at which every sender looks right before it writes: two ledgers that send would send twice.
"""

from __future__ import annotations

import shutil
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Column, Connection, Table, func, inspect, select, text, update
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from takedown.audit import verify_in
from takedown.contract import IntegrityFailed, Temporary, UsageError
from takedown.desk import Desk
from takedown.heads import copies, stamps_beside
from takedown.ledger.backup import FileThere
from takedown.ledger.book import Book
from takedown.ledger.canonical import canonical
from takedown.ledger.errors import StrangeAddress
from takedown.ledger.server import copy_in
from takedown.ledger.setup import migrate, resolve, secret_path
from takedown.ledger.store import make_engine
from takedown.ledger.succession import at_home
from takedown.ledger.tables import meta, metadata

BESIDE = ("evidence", "portal")


class NotThere(UsageError):
    """A ledger cannot be moved from {source} to {target}."""

    code, why, do = (
        "TD-1008",
        "a file moves to a server, and nothing moves back",
        "takedown ledger move postgresql://HOST/DATABASE",
    )


class PasswordShown(UsageError):
    """The password in the address can be read by everybody on this machine."""

    code = "TD-1009"
    why, do = "command lines are public", "leave it out and write it to ~/.pgpass (chmod 600), where PostgreSQL's clients look"


class TargetInUse(UsageError):
    """{where} holds tables already: {tables}."""

    code, why, do = "TD-1007", "a move overwrites nothing", "name an empty database: createdb NAME"


class NoServer(Temporary):
    """{where} does not answer: {what}."""

    code, why, do = "TD-1103", "nothing was moved", "look at the server and the address, then run it again"


class Differs(IntegrityFailed):
    """What arrived is not what was there: {what}."""

    code, why, do = "TD-1204", "nothing was moved", "takedown audit verify"


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the ledger is now (without a password), and how many rows of each table were copied."""

    where: str
    rows: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def move_ledger(desk: Desk, url: str) -> Moved:
    """Copy the desk's ledger to an empty PostgreSQL database; returns what was copied.

    Raises NotThere, PasswordShown, NoServer, TargetInUse, FileThere, Differs.
    """
    target = _target(desk, url)
    where = target.render_as_string(hide_password=True)
    beside = _beside(desk, target)
    with _filling(target) as there:
        rows = desk.ledger.write(lambda book: _move(book, there, where, desk.who))
    for old, new in beside.items():
        _copy_file(old, new)
    return Moved(where, rows)


def _target(desk: Desk, url: str) -> URL:
    source = resolve(desk.settings.ledger.url, desk.config.folder)
    try:
        target = resolve(url, desk.config.folder)
    except ArgumentError:
        raise NotThere(source="the ledger", target=url) from None
    except StrangeAddress:  # what it says is about the configuration
        raise NotThere(source="the ledger", target=url.partition(":")[0]) from None
    if source.get_backend_name() != "sqlite" or target.get_backend_name() != "postgresql":
        raise NotThere(source=source.get_backend_name(), target=target.get_backend_name())
    if target.password:
        raise PasswordShown
    return target


def _beside(desk: Desk, target: URL) -> dict[Path, Path]:
    """What lies beside the ledger and goes with it: the secret behind every key, heads, evidence. Raises FileThere."""
    folder = desk.config.folder
    moved = {desk.ledger.secret_path: secret_path(target, folder)}
    for path in copies(desk):
        new = path.with_name(f"{target.database}.heads.jsonl")
        moved |= {path: new, stamps_beside(path): stamps_beside(new)}
    moved |= {desk.ledger.folder / name: folder / name for name in BESIDE}
    moved = {old: new for old, new in moved.items() if old.exists() and old.resolve() != new.resolve()}
    for new in moved.values():
        if new.exists():
            raise FileThere(file=new)
    return moved


def _copy_file(old: Path, new: Path) -> None:
    if old.is_dir():
        shutil.copytree(old, new)
    else:
        new.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(old, new)


@contextmanager
def _filling(target: URL) -> Generator[Connection]:
    """An empty database in one transaction, committed by whoever fills it. Raises NoServer, TargetInUse."""
    engine = make_engine(target.render_as_string(hide_password=False))
    where = target.render_as_string(hide_password=True)
    try:
        with engine.connect().execution_options(takedown_write=True) as there:
            if found := inspect(there).get_table_names():
                raise TargetInUse(where=where, tables=", ".join(sorted(found)[:5]))
            there.rollback()  # the look was a transaction of its own
            yield there
    except OperationalError as error:
        raise NoServer(where=where, what=str(error.orig).strip()) from None
    except DatabaseError as error:  # hidden parameters: it names no row
        raise Differs(what=str(error.orig).strip()) from None
    finally:
        engine.dispose()


def _move(book: Book, there: Connection, where: str, who: str) -> dict[str, int]:
    """Copy and verify, commit there, and stop here; `book` holds the file's one lock for writing."""
    with there.begin():
        for name in ("idle_in_transaction_session_timeout", "statement_timeout"):  # it takes as long as it takes
            there.execute(text(f"SET LOCAL {name} = 0"))
        migrate(there)
        rows = {table.name: _copy(book.db, there, table) for table in metadata.sorted_tables}
        for name, copied in rows.items():
            count = select(func.count()).select_from(metadata.tables[name])
            if (found := there.execute(count).scalar()) != copied or book.db.execute(count).scalar() != copied:
                raise Differs(what=f"{copied} rows of {name} were read and {found} arrived")
        _same_chain(book.db, there)
        arrived = Book(there, book.now)
        arrived.record("ledger.moved", "ledger", {"from": "sqlite", "rows": sum(rows.values())}, {"by": who})
        arrived.flush()
        at_home(there)
    halted = canonical({"by": who, "why": f"this ledger was moved to {where}", "at": round(book.now)})
    book.db.execute(update(meta).where(meta.c.name == "halted").values(value=halted))
    book.record("ledger.left", "ledger", {}, {"by": who, "to": where})
    return rows


def _copy(here: Connection, there: Connection, table: Table) -> int:
    """Stream a table's rows, as the file holds them; returns how many. Numbers that are given out later start behind them."""
    columns = ", ".join(f'"{column.name}"' for column in table.c)
    source: Any = here.connection.driver_connection
    count = copy_in(there, table.name, columns, source.execute(f"SELECT {columns} FROM {table.name}"))  # noqa: S608 -- names of ours
    numbered: Sequence[Column[Any]] = [one for one in table.primary_key if one is table.autoincrement_column]
    if count and numbered:
        name = numbered[0].name
        after = f"SELECT setval(pg_get_serial_sequence('{table.name}', '{name}'), max({name})) FROM {table.name}"  # noqa: S608
        there.execute(text(after))
    return count


def _same_chain(here: Connection, there: Connection) -> None:
    was, now = verify_in(here), verify_in(there)
    if now.problems:
        raise Differs(what="; ".join(f"event {number}: {what}" for number, what in now.problems[:3]))
    if (was.events, was.head) != (now.events, now.head):
        raise Differs(what=f"the chain ends at event {now.events}, not {was.events}")
