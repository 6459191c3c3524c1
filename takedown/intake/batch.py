"""The import of one file, from its bytes to the ledger: read and checked first, stored in one transaction or not at all."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from takedown.intake.checks import Checker, Setting
from takedown.intake.columns import COLUMNS
from takedown.intake.ends import Ends
from takedown.intake.errors import EmptyFile, RejectsFile
from takedown.intake.evidence import EvidenceRoom
from takedown.intake.profiles import Profile
from takedown.intake.rejects import Rejects
from takedown.intake.results import CutOff, Imported, Kept, Linked, Misnamed, Note, OneEmpty, Problem, Refanged
from takedown.intake.rows import Layout, Source, open_binary, open_rows
from takedown.intake.spool import Spool
from takedown.intake.storing import Label, Stored, store
from takedown.ledger.book import Book
from takedown.ledger.store import Ledger


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the command line says. `batch`: the number of the batch that rows join, 0 for a new one; `profile` holds `--set`.

    `said` is the command itself, to be pasted again: without `--check` and `--rejects`.
    """

    profile: Profile = field(default_factory=Profile)
    sheet: str = ""
    header_row: int = 0
    hidden: str = ""
    batch: int = 0
    rejects: Path | None = None
    check: bool = False
    said: str = ""


@dataclass(slots=True)
class _Tally:
    rows: int = 0
    faulty: int = 0
    problems: Kept[Problem] = field(default_factory=Kept[Problem])
    notes: Kept[Refanged | Linked | Misnamed | OneEmpty | CutOff] = field(
        default_factory=Kept[Refanged | Linked | Misnamed | OneEmpty | CutOff]
    )
    ends: Ends = field(default_factory=Ends)


class _OnlyChecking(Exception):
    """Carries the result out of a transaction that is rolled back on purpose."""

    def __init__(self, stored: Stored) -> None:
        self.stored = stored


def import_file(ledger: Ledger, path: Path, options: ImportOptions, setting: Setting) -> Imported:
    """Import a file. With problems and no rejects file nothing is stored; `Imported.refused` then holds the error.

    Raises Unreadable, EmptyFile, NotText, BadQuotes, BadHeader, NotAWorkbook, TooBig, HiddenContent, SheetUnclear,
    RejectsFile, NoSuchBatch, LedgerFailed.
    """
    with ExitStack() as stack:
        file = stack.enter_context(open_binary(path))
        layout = Layout(setting.columns, options.profile, options.sheet, options.header_row, options.hidden)
        source = open_rows(file, path, layout)
        rejects = stack.enter_context(closing(_rejects(path, options, source))) if options.rejects else None
        room = stack.enter_context(closing(EvidenceRoom(ledger.folder, path.parent)))
        spool = stack.enter_context(closing(Spool(ledger.folder)))
        tally = _check(source, setting, room, spool, rejects)
        if not tally.rows:
            raise EmptyFile(file=path.name, why="there is nothing under its header")
        if tally.faulty and rejects is None:
            return _refused(path, source, tally, options)
        if tally.faulty and rejects is not None:
            rejects.prepare()
        label = Label(path.name, source.sha256, setting.authority, setting.who, tally.rows, tally.faulty, options.batch)
        stored = _store(ledger, spool, label, room, options.check)
        if rejects is not None:
            rejects.publish()
        return _told(path, source, tally, stored, options)


def known_columns(setting: Setting) -> frozenset[str]:
    """Every column that a file or a profile may name."""
    return frozenset({*COLUMNS, *setting.columns})


def _rejects(path: Path, options: ImportOptions, source: Source) -> Rejects:
    target = options.rejects or path
    if target.exists() and target.samefile(path):
        raise RejectsFile(file=target, what="it is the file that is imported")
    return Rejects(target, source.columns)


def _check(source: Source, setting: Setting, room: EvidenceRoom, spool: Spool, rejects: Rejects | None) -> _Tally:
    tally = _Tally()
    checker = Checker(setting, room, tally.notes.add)
    for row in source.rows:
        tally.rows += 1
        tally.ends.see(row)
        found = checker.check(row)
        if isinstance(found, tuple):
            spool.add(found)
            continue
        tally.faulty += 1
        tally.problems.add(*found)
        if rejects is not None:
            rejects.add(row.original, found)
    tally.notes.add(*tally.ends.alone())
    if not source.watched.ended:
        tally.notes.add(CutOff(tally.ends.last))
    return tally


def _store(ledger: Ledger, spool: Spool, label: Label, room: EvidenceRoom, check: bool) -> Stored:
    def change(book: Book) -> Stored:
        stored = store(book, spool, label)
        if check:
            raise _OnlyChecking(stored)
        return stored

    if not check:
        room.keep()  # before the rows that name them; files of a transaction that fails stay, unnamed and harmless
    try:
        return ledger.write(change)
    except _OnlyChecking as checked:
        return checked.stored


def _refused(path: Path, source: Source, tally: _Tally, options: ImportOptions) -> Imported:
    return Imported(
        file=path.name, file_sha256=source.sha256, batch="", rows=tally.rows, imported=0, rejected=tally.rows, duplicates=0,
        faulty=tally.faulty, problems=tuple(tally.problems), notes=tuple(tally.notes), problem_count=tally.problems.total,
        note_count=tally.notes.total, checked=options.check, said=options.said,
    )  # fmt: skip


def _told(path: Path, source: Source, tally: _Tally, stored: Stored, options: ImportOptions) -> Imported:
    first: list[Note] = [stored.before] if stored.before else []
    notes = (*first, *tally.notes, *stored.met)
    return Imported(
        file=path.name, file_sha256=source.sha256, batch="" if options.check else stored.batch, rows=tally.rows,
        imported=stored.imported, rejected=tally.faulty, duplicates=stored.duplicates, attached=stored.attached,
        faulty=tally.faulty, problems=tuple(tally.problems), notes=notes, problem_count=tally.problems.total,
        note_count=len(first) + tally.notes.total + stored.met.total,
        rejects=str(options.rejects) if options.rejects and tally.faulty else "", checked=options.check,
        said=options.said,
    )  # fmt: skip
