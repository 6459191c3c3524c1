"""Files that support a case: copied beside the ledger under their sha256, never under the name they came with."""

from __future__ import annotations

import hashlib
import mimetypes
import os
import re
import shutil
import stat
import tempfile
from contextlib import closing
from pathlib import Path
from typing import NotRequired, TypedDict

LIMIT = 100_000_000
"""Bytes in one file: no platform takes more."""
CHUNK = 1 << 20
TYPES = mimetypes.MimeTypes()


class Held(TypedDict):
    """A file as a case holds it; `name` is for people. `redacts`: sha256 of the original of which this is a redacted copy,
    made at `redacted_at`.
    """

    sha256: str
    media_type: str
    name: str
    redacts: NotRequired[str]
    redacted_at: NotRequired[str]


class CannotHold(ValueError):
    """Why a file is no evidence, in one phrase."""


class EvidenceRoom:
    """Takes files while rows are checked; `keep` moves them to their place, `close` throws away what was not kept."""

    def __init__(self, folder: Path, base: Path) -> None:
        self._folder, self._base = folder / "evidence", base.resolve()
        self._staged: Path | None = None
        self._held: dict[str, Held] = {}

    def take(self, name: str) -> Held:
        """Copy and hash a file named in a row, once. Raises CannotHold."""
        if name not in self._held:
            path = self._locate(name)
            self._held[name] = Held(
                sha256=self._copy(path), media_type=TYPES.guess_type(path.name)[0] or "application/octet-stream", name=path.name
            )
        return self._held[name]

    def _locate(self, name: str) -> Path:
        if not name.isprintable() or "\\" in name:
            raise CannotHold("its name holds a backslash or an invisible character")
        if len(os.fsencode(name)) > 1000:
            raise CannotHold("its name is too long")
        parts = Path(name).parts
        if Path(name).is_absolute() or ".." in parts:
            raise CannotHold("it lies outside the folder of the imported file")
        path = self._base.joinpath(*parts)
        if path.resolve() != path:
            raise CannotHold("a symbolic link leads to it")
        return path

    def _copy(self, path: Path) -> str:
        try:
            source = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            raise CannotHold((error.strerror or "it cannot be opened").lower()) from None
        about = os.fstat(source)
        if not stat.S_ISREG(about.st_mode):
            os.close(source)
            raise CannotHold("it is not a file")
        with os.fdopen(source, "rb") as file:
            if not 0 < about.st_size <= LIMIT:
                raise CannotHold(f"it has {about.st_size:,} bytes; files of 1 to {LIMIT:,} are taken")
            with tempfile.NamedTemporaryFile(dir=self._staging(), delete=False) as copy:
                digest, size = hashlib.sha256(), 0
                while block := file.read(CHUNK):
                    size += len(block)
                    if size > LIMIT:
                        raise CannotHold("it grew while it was read")
                    digest.update(block)
                    copy.write(block)
                copy.flush()
                os.fsync(copy.fileno())
        Path(copy.name).replace(self._staging() / digest.hexdigest())
        return digest.hexdigest()

    def _staging(self) -> Path:
        if self._staged is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._staged = Path(tempfile.mkdtemp(prefix=".taking-", dir=self._folder))
        return self._staged

    def keep(self) -> None:
        """Move what was taken to its place. A file that is there already has, by its name, the same bytes."""
        if self._staged is None:
            return
        for staged in self._staged.iterdir():
            if re.fullmatch(r"[0-9a-f]{64}", staged.name):
                staged.replace(self._folder / staged.name)
        handle = os.open(self._folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)

    def close(self) -> None:
        if self._staged is not None:
            shutil.rmtree(self._staged, ignore_errors=True)
            self._staged = None


def keep_file(folder: Path, file: Path) -> Held:
    """Copy one file that a person names beside the ledger in `folder`. Raises CannotHold."""
    path = file.expanduser().resolve()
    with closing(EvidenceRoom(folder, path.parent)) as room:
        held = room.take(path.name)
        room.keep()
    return held
