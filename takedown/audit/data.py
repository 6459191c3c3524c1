"""Every file and every mail read and hashed, and the ledger's own pages: what `audit verify --read-data` does besides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from takedown.audit.chain import Told, read_chain, tuples
from takedown.ledger.ids import case_id, message_name
from takedown.ledger.kept import named
from takedown.ledger.soundness import damage_of
from takedown.ledger.store import Ledger
from takedown.ledger.tables import messages
from takedown.ledger.viewed import viewed

CHUNK = 1 << 20


def read_data(ledger: Ledger) -> tuple[int, list[tuple[int, str]]]:
    """How many files and mails were read, and the problems found, as (0, what)."""
    with ledger.read() as db:
        told = read_chain(db)
        files: dict[str, int] = {}
        for sha256, case in named(viewed(db)):
            files.setdefault(sha256, case)
        problems = [*_files(ledger.folder / "evidence", files, told)]
        count = len(files)
        for ident, sha256, raw in tuples(db, select(messages.c.id, messages.c.sha256, messages.c.raw)):
            count += 1
            read = raw if isinstance(raw, bytes) else str(raw).encode()
            if hashlib.sha256(read).hexdigest() != sha256 and message_name(ident) not in told.erased:
                problems.append(f"{message_name(ident)} has other bytes than were stored")
    if what := damage_of(ledger):
        problems.append(f"the ledger's file is damaged: {what}")
    return count, [(0, what) for what in problems]


def _files(folder: Path, files: dict[str, int], told: Told) -> Iterator[str]:
    for sha256, case in sorted(files.items()):
        if sha256 in told.removed:
            continue
        try:
            found = digest_of(folder / sha256)
        except OSError as error:
            yield f"the evidence {sha256[:12]} of {case_id(case)} cannot be read: {error.strerror}"
            continue
        if found != sha256:
            yield f"the evidence {sha256[:12]} of {case_id(case)} has other bytes than were kept"


def digest_of(path: Path) -> str:
    """sha256 as hex of a file, read in pieces. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            digest.update(block)
    return digest.hexdigest()
