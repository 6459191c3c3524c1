"""Backup of a SQLite ledger with its secret and its evidence, and its return."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from takedown.contract import Temporary, UsageError
from takedown.ledger.doubting import Doubted, doubt, keep_back, skip_numbers
from takedown.ledger.errors import NoLedger, Unreadable
from takedown.ledger.packing import Packed, pack, put_back, unpack
from takedown.ledger.reader import is_damage
from takedown.ledger.setup import open_ledger, resolve, secret_path
from takedown.ledger.soundness import damage_in


class NotSqlite(UsageError):
    """This is for SQLite ledgers."""

    code, why, do = "TD-1004", "a server has tools of its own for it", "pg_dump"


class FileThere(UsageError):
    """{file} exists."""

    code, why, do = "TD-1005", "a backup never overwrites anything", "give another name"


class NotBackedUp(Temporary):
    """The backup {file} could not be made: {what}."""

    code, why = "TD-1015", "what is named here could not be read or written; no half of a backup was left"
    do = "look at that file, its folder and the room on the disk; then run the same command again"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """`sha256` of the copied ledger; `damage`: what is wrong with its pages, if anything is."""

    sha256: str
    evidence: Packed
    damage: str


def _paths(url: str, folder: Path) -> tuple[Path, Path]:
    parsed = resolve(url, folder)
    if parsed.get_backend_name() != "sqlite":
        raise NotSqlite
    return Path(str(parsed.database)), secret_path(parsed, folder)


def _secret_of(file: Path) -> Path:
    return Path(f"{file}.secret")


def _evidence_of(file: Path) -> Path:
    return Path(f"{file}.evidence.tar")


def backup(url: str, folder: Path, file: Path) -> BackedUp:
    """Copy the ledger (by SQLite's own online backup), its secret, and then its evidence. Raises FileThere, NoLedger,
    NotBackedUp, Unreadable.

    Evidence is written before the row that names it, so that whatever the copied rows name is there.
    """
    source, secret = _paths(url, folder)
    if not source.exists():
        raise NoLedger(where=source)
    try:
        with _whole_or_not(file, _secret_of(file), _evidence_of(file)):
            return _copy(source, secret, file)
    except FileExistsError as error:
        raise FileThere(file=error.filename) from None
    except OSError as error:
        raise NotBackedUp(file=file, what=f"{error.filename}: {error.strerror}" if error.filename else error) from None
    except sqlite3.DatabaseError as error:
        raise (Unreadable(where=source, what=error) if is_damage(error) else NotBackedUp(file=file, what=error)) from None


@contextmanager
def _whole_or_not(*files: Path) -> Generator[None]:
    """New files, to be filled meanwhile; whatever ends that early (Ctrl-C too) takes away those that were made."""
    made: list[Path] = []
    try:
        for one in files:
            os.close(os.open(one, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            made.append(one)
        yield
    except BaseException:
        for one in made:
            one.unlink(missing_ok=True)
        raise


def _copy(source: Path, secret: Path, file: Path) -> BackedUp:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(file)) as new:
        old.backup(new)
        damage = damage_in(new)
    shutil.copyfile(secret, _secret_of(file))
    packed = pack(source.parent / "evidence", _evidence_of(file))
    with file.open("rb") as copy:
        return BackedUp(hashlib.file_digest(copy, "sha256").hexdigest(), packed, damage)


def restore(url: str, folder: Path, environment: str, file: Path) -> Doubted:
    """Put a backup in place; returns what is uncertain and in doubt now. The ledger that was there is kept as `.before-restore`.

    Whatever the backup calls unsent may have been sent after it was made. Evidence that is here and not in the backup stays: the
    ledger that is kept names it. Raises NoLedger, FileThere, DamagedBackup.
    """
    target, secret = _paths(url, folder)
    for one in (file, _secret_of(file)):
        if not one.exists():
            raise NoLedger(where=one)
    kept, fresh = (target.with_name(f"{target.name}.{tail}") for tail in ("before-restore", "restoring"))
    if target.exists() and kept.exists():
        raise FileThere(file=kept)
    evidence = target.with_name("evidence")
    unpacked = target.with_name("evidence.restoring")
    unpack(_evidence_of(file), unpacked)
    # Doubted first, put in place last: a restore that is interrupted leaves nothing that could send.
    _drop_tails(fresh)
    shutil.copy2(file, fresh)
    doubted = _doubt_in(fresh, folder, environment)
    if target.exists():
        with closing(sqlite3.connect(target)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        target.rename(kept)
    _drop_tails(target)
    shutil.copy2(_secret_of(file), secret)
    put_back(unpacked, evidence)
    fresh.rename(target)
    return doubted


def _drop_tails(file: Path) -> None:
    for tail in ("-wal", "-shm"):
        Path(f"{file}{tail}").unlink(missing_ok=True)


def _doubt_in(file: Path, folder: Path, environment: str) -> Doubted:
    ledger = open_ledger(f"sqlite:///{file.absolute()}", folder, environment)
    try:
        ledger.write(skip_numbers)
        return Doubted(ledger.write(doubt), ledger.write(keep_back))
    finally:
        ledger.close()
