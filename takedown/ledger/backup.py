"""Backup of a SQLite ledger with its secret and its evidence, and its return.

What was open when the backup was made may have left since.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, insert, select, update

from takedown.contract import Temporary, UsageError
from takedown.ledger.book import Book
from takedown.ledger.errors import NoLedger
from takedown.ledger.moves import State, move
from takedown.ledger.packing import Packed, pack, put_back, unpack
from takedown.ledger.setup import open_ledger, resolve, secret_path
from takedown.ledger.soundness import damage_in
from takedown.ledger.tables import events, meta, plans, requests


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
    NotBackedUp.

    Evidence is written before the row that names it, so that whatever the copied rows name is there.
    """
    source, secret = _paths(url, folder)
    if not source.exists():
        raise NoLedger(where=source)
    made: list[Path] = []
    try:
        for one in (file, _secret_of(file), _evidence_of(file)):
            os.close(os.open(one, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            made.append(one)
        return _copy(source, secret, file)
    except (OSError, sqlite3.OperationalError) as error:
        for one in made:
            one.unlink(missing_ok=True)
        if isinstance(error, FileExistsError):
            raise FileThere(file=error.filename) from None
        raise NotBackedUp(file=file, what=_said(error)) from None


def _said(error: OSError | sqlite3.OperationalError) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(getattr(error, "strerror", None) or error)


def _copy(source: Path, secret: Path, file: Path) -> BackedUp:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(file)) as new:
        old.backup(new)
        damage = damage_in(new)
    shutil.copyfile(secret, _secret_of(file))
    packed = pack(source.parent / "evidence", _evidence_of(file))
    with file.open("rb") as copy:
        return BackedUp(hashlib.file_digest(copy, "sha256").hexdigest(), packed, damage)


def restore(url: str, folder: Path, environment: str, file: Path) -> int:
    """Put a backup in place; returns how many requests are uncertain now. The ledger that was there is kept as `.before-restore`.

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
    held = _doubt_in(fresh, folder, environment)
    if target.exists():
        with closing(sqlite3.connect(target)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        target.rename(kept)
    _drop_tails(target)
    shutil.copy2(_secret_of(file), secret)
    put_back(unpacked, evidence)
    fresh.rename(target)
    return held


def _drop_tails(file: Path) -> None:
    for tail in ("-wal", "-shm"):
        Path(f"{file}{tail}").unlink(missing_ok=True)


def _doubt_in(file: Path, folder: Path, environment: str) -> int:
    ledger = open_ledger(f"sqlite:///{file.absolute()}", folder, environment)
    try:
        ledger.write(skip_numbers)
        return ledger.write(doubt)
    finally:
        ledger.close()


def doubt(book: Book) -> int:
    """Hold every open request as uncertain, under the key that it may have been sent with; returns how many.

    Its key may be as old as the newest event that is still known: it was first used after that. What this process remembers of a
    later chain holds no longer.
    """
    book.after = None
    at = book.db.execute(select(events.c.at).order_by(events.c.seq.desc()).limit(1)).scalar()
    born = datetime.fromisoformat(at).timestamp() if at else book.now
    because = {"because": "the ledger was taken back in time"}
    held = 0
    for state in (State.SENDING, State.APPROVED):
        # What was being sent keeps the birth of its key: a repeat may have been under way, and its key is older than that.
        age = born if state is State.APPROVED else requests.c.key_born
        begun = (requests.c.purpose != "reminder") | (requests.c.attempts > 0)
        query = select(requests.c.id).where(requests.c.state == state.value, begun)
        ids = [row[0] for row in book.db.execute(query)]
        held += len(move(book, ids, state, State.UNKNOWN, event=because, owner="", doubt_since=book.now, key_born=age))
    ended = update(plans).where(plans.c.state == "open").values(state="discarded", reason="the ledger was taken back in time")
    book.db.execute(ended)
    withdrawn = 0
    for state in (State.PLANNED, State.APPROVED):  # approved ones: reminders, which may have woken since and left
        ids = [row[0] for row in book.db.execute(select(requests.c.id).where(requests.c.state == state.value))]
        withdrawn += len(move(book, ids, state, State.WITHDRAWN, event=because))
    if held or withdrawn:
        book.record("ledger.doubted", "ledger", {"uncertain": held})
    return held


def skip_numbers(book: Book) -> None:
    """Leave out the request numbers that were given out since, by an unknown width: references and Message-IDs derive from them.

    A mail server would drop a second mail of one Message-ID, and a search would find the wrong request.
    """
    mine = meta.c.name == "next_request"
    held = int(book.db.execute(select(meta.c.value).where(mine)).scalar() or 1)
    after = held + 1_000_000 * (1 + secrets.randbelow(1000))  # drawn: the same backup may be restored twice
    book.db.execute(delete(meta).where(mine))
    book.db.execute(insert(meta).values(name="next_request", value=str(after)))
