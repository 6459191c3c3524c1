"""Checked rows into the ledger, in one transaction with one event. The unique index of open cases is what finds duplicates."""

from __future__ import annotations

import hashlib
import json
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, func, select, text

from takedown.clock import iso
from takedown.intake.checks import NEW_CASE, NewCase
from takedown.intake.results import Kept, Met, SeenBefore
from takedown.intake.spool import Spool
from takedown.ledger.book import Book
from takedown.ledger.errors import NoSuchBatch
from takedown.ledger.ids import batch_id, case_id
from takedown.ledger.seals import CASE, case_values, salts, seal
from takedown.ledger.server import copy_in
from takedown.ledger.tables import batches, case_references, cases

Salted = tuple[NewCase, bytes]
Key = tuple[str, str, str]
"""platform, identity, basis: with the authority, what makes two rows one case while it is open."""
WRITTEN = (*NEW_CASE, "batch", "authority", "created_at", "updated_at", "salt")
SEALED = itemgetter(*(NEW_CASE.index(name) for name in CASE if name != "authority"))
PLATFORM, IDENTITY, URL, BASIS, REFERENCE, ORGANISATION, EVIDENCE = (
    NEW_CASE.index(name) for name in ("platform", "identity", "url", "basis", "reference", "organisation", "evidence")
)


@dataclass(frozen=True, slots=True)
class Label:
    """What is known of a file before its rows are stored. `batch` 0: a new one."""

    file: str
    sha256: str
    authority: str
    who: str
    rows: int
    rejected: int
    batch: int = 0


@dataclass(slots=True)
class Stored:
    batch: str = ""
    imported: int = 0
    duplicates: int = 0
    attached: int = 0
    met: Kept[Met] = field(default_factory=Kept[Met])
    before: SeenBefore | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """An open case that a row meets."""

    id: int
    organisation: str
    reference: str


def store(book: Book, spool: Spool, label: Label) -> Stored:
    """Insert every row of the spool that meets no open case. Raises NoSuchBatch. May be run again after a rollback."""
    return _Storing(book, label).run(spool)


class _Storing:
    def __init__(self, book: Book, label: Label) -> None:
        self._book, self._db, self._label = book, book.db, label
        self._result = Stored(before=_seen_before(book.db, label))
        self._batch = self._join() if label.batch else self._begin()
        self._tail = (self._batch, label.authority, book.now, book.now)
        self._insert = _inserter(book.db)
        self._last = self._highest()
        self._ids, self._numbers = array("q"), array("q")
        self._digest = hashlib.sha256()

    def run(self, spool: Spool) -> Stored:
        for chunk in spool.chunks():
            self._add(chunk)
        result = self._result
        if result.imported:
            result.batch = batch_id(self._batch)
        elif not self._label.batch:
            self._db.execute(batches.delete().where(batches.c.id == self._batch))
        self._record()
        return result

    def _join(self) -> int:
        if not self._db.execute(select(batches.c.id).where(batches.c.id == self._label.batch)).first():
            raise NoSuchBatch(batch=batch_id(self._label.batch))
        return self._label.batch

    def _begin(self) -> int:
        row = {"file": self._label.file, "sha256": self._label.sha256, "imported_at": self._book.now, "by": self._label.who}
        return int(self._db.execute(batches.insert().returning(batches.c.id), row).scalar_one())

    def _highest(self) -> int:
        return int(self._db.execute(select(func.max(cases.c.id))).scalar() or 0)

    def _add(self, chunk: list[NewCase]) -> None:
        salted = list(zip(chunk, salts(len(chunk)), strict=True))
        self._insert([(*row, *self._tail, salt) for row, salt in salted])
        made = select(cases.c.id, cases.c.batch).where(cases.c.id > self._last).order_by(cases.c.id)
        ids = [row[0] for row in self._db.execute(made).all() if row[1] == self._batch]
        fresh = salted if len(ids) == len(chunk) else self._sort_out(salted)
        self._ids.extend(ids)
        self._numbers.extend([row[0] for row, _ in fresh])
        authority = (self._label.authority,)
        self._digest.update(b"".join([seal(salt, case_values(authority + SEALED(row))) for row, salt in fresh]))
        self._result.imported += len(ids)
        self._last = ids[-1] if ids else self._last

    def _sort_out(self, salted: list[Salted]) -> list[Salted]:
        """The rows of the chunk that were inserted; the others are duplicates, and told to the cases that they meet."""
        held = self._open(_key(row) for row, _ in salted)
        fresh: list[Salted] = []
        met: list[tuple[NewCase, Open]] = []
        taken: set[int] = set()
        for row, salt in salted:
            found = held[_key(row)]
            if found.id > self._last and found.id not in taken:
                taken.add(found.id)
                fresh.append((row, salt))
            else:
                met.append((row, found))
        attached = self._attach(met)
        made = dict(zip(sorted(taken), (row[0] for row, _ in fresh), strict=True))
        for position, (row, found) in enumerate(met):
            same_as = made.get(found.id) or self._row_of(found.id)
            self._result.met.add(Met(row[0], case_id(found.id), row[URL], same_as, position in attached))
        self._result.duplicates += len(met)
        return fresh

    def _open(self, keys: Iterable[Key]) -> dict[Key, Open]:
        """The open cases of these targets. One query a platform: with an OR between them no index would be used."""
        by_platform: dict[str, set[str]] = {}
        for platform, identity, _ in keys:
            by_platform.setdefault(platform, set()).add(identity)
        columns = (cases.c.identity, cases.c.basis, cases.c.id, cases.c.organisation, cases.c.reference)
        ours = select(*columns).where(cases.c.authority == self._label.authority, cases.c.closed == "")
        held: dict[Key, Open] = {}
        for platform, identities in by_platform.items():
            query = ours.where(cases.c.platform == platform, cases.c.identity.in_(identities))
            for identity, basis, case, organisation, reference in self._db.execute(query):
                held[platform, identity, basis] = Open(case, organisation, reference)
        return held

    def _attach(self, met: list[tuple[NewCase, Open]]) -> set[int]:
        """Keep other agencies' references beside the case that they meet; returns the positions of those that were new."""
        known = {(found.id, found.organisation, found.reference) for _, found in met}
        query = select(case_references.c.case, case_references.c.organisation, case_references.c.reference)
        held = self._db.execute(query.where(case_references.c.case.in_({found.id for _, found in met})))
        known.update((case, organisation, reference) for case, organisation, reference in held)
        new: list[dict[str, Any]] = []
        positions: set[int] = set()
        for position, (row, found) in enumerate(met):
            if (told := (found.id, row[ORGANISATION], row[REFERENCE])) not in known:
                known.add(told)
                positions.add(position)
                new.append({"case": told[0], "organisation": told[1], "reference": told[2],
                            "evidence": json.loads(row[EVIDENCE]), "added_at": self._book.now})  # fmt: skip
        if new:
            self._db.execute(case_references.insert(), new)
        self._result.attached += len(new)
        return positions

    def _row_of(self, case: int) -> int:
        """The row of this file that made a case; 0 when none did."""
        place = bisect_left(self._ids, case)
        return self._numbers[place] if place < len(self._ids) and self._ids[place] == case else 0

    def _record(self) -> None:
        label, result = self._label, self._result
        data = {
            "rows": label.rows, "imported": result.imported, "rejected": label.rejected, "duplicates": result.duplicates,
            "attached": result.attached, "file_sha256": label.sha256, "seals_sha256": self._digest.hexdigest(),
            "first": case_id(self._ids[0]) if self._ids else None, "last": case_id(self._ids[-1]) if self._ids else None,
        }  # fmt: skip
        kind, subject = (
            ("batch.imported", result.batch)
            if result.batch
            else ("batch.repeated", result.before.batch if result.before else "B-0")
        )
        self._book.record(kind, subject, data, {"file": label.file, "by": label.who})


def _key(row: NewCase) -> Key:
    return (row[PLATFORM], row[IDENTITY], row[BASIS])


def _inserter(db: Connection) -> Callable[[list[NewCase]], object]:
    """Inserts rows in the order of `WRITTEN`, whose first is no column, and passes over those that meet an open case.

    Through the driver: Core's handling of each parameter takes as long as the insertion itself.
    """
    if db.dialect.name != "sqlite":
        return _by_copy(db)
    from sqlalchemy.dialects import sqlite  # it loads slowly, and a server does without

    keys = [cases.c.authority, cases.c.platform, cases.c.identity, cases.c.basis]
    statement = sqlite.insert(cases).on_conflict_do_nothing(index_elements=keys, index_where=text("closed = ''"))
    compiled = statement.compile(dialect=db.dialect, column_keys=list(WRITTEN[1:]))
    sql, order = str(compiled), compiled.positiontup or ()
    arranged = itemgetter(*map(WRITTEN.index, order))
    return lambda rows: db.exec_driver_sql(sql, list(map(arranged, rows)))


def _by_copy(db: Connection) -> Callable[[list[NewCase]], None]:
    """A server counts its cases anew after each statement (`tables.counts`), so all rows come in one."""
    columns = ", ".join(f'"{name}"' for name in WRITTEN[1:])
    made = f"CREATE TEMPORARY TABLE IF NOT EXISTS incoming ON COMMIT DROP AS SELECT {columns} FROM cases WITH NO DATA"  # noqa: S608
    db.exec_driver_sql(made)
    taken = f"""INSERT INTO cases ({columns}) SELECT {columns} FROM incoming
        ON CONFLICT (authority, platform, identity, basis) WHERE closed = '' DO NOTHING"""  # noqa: S608 -- names of ours

    def insert(rows: list[NewCase]) -> None:
        copy_in(db, "incoming", columns, (row[1:] for row in rows))
        db.exec_driver_sql(taken)
        db.exec_driver_sql("TRUNCATE incoming")

    return insert


def _seen_before(db: Connection, label: Label) -> SeenBefore | None:
    query = select(batches.c.id, batches.c.imported_at).where(batches.c.sha256 == label.sha256).order_by(batches.c.id.desc())
    row = db.execute(query.limit(1)).first()
    return SeenBefore(batch_id(row[0]), iso(row[1])) if row else None
