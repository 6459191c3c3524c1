"""The evidence folder as one file, and back: each file under the sha256 of its bytes, which is compared both ways."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path

from takedown.contract import IntegrityFailed

NAME = re.compile(r"[0-9a-f]{64}")


class DamagedBackup(IntegrityFailed):
    """{file} cannot be put back: {what}."""

    code, why, do = "TD-1205", "the ledger that is here stays as it is", "take another copy of this backup"


class _Strange(Exception):
    """Why a tar is none of ours, or not whole any more."""


@dataclass(frozen=True, slots=True)
class Packed:
    """How many files went in, and the names of those that were left out, since their bytes are not what they are named after."""

    files: int
    left_out: tuple[str, ...]


def pack(folder: Path, file: Path) -> Packed:
    """Write a folder's files into an empty file as a tar. Raises OSError."""
    names = sorted(path.name for path in folder.iterdir() if NAME.fullmatch(path.name)) if folder.is_dir() else []
    left_out: list[str] = []
    with tarfile.open(file, mode="w") as tar:
        for name in names:
            with (folder / name).open("rb") as source:
                if hashlib.file_digest(source, "sha256").hexdigest() != name:
                    left_out.append(name)
                    continue
                about = tarfile.TarInfo(name)
                about.size, about.mode = source.seek(0, os.SEEK_END), 0o600
                source.seek(0)
                tar.addfile(about, source)
    return Packed(len(names) - len(left_out), tuple(left_out))


def unpack(file: Path, folder: Path) -> None:
    """Write a tar's files into a folder, which is made anew. Raises DamagedBackup."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        _check_end(file)
        with tarfile.open(file, "r:") as tar:
            for about in tar:
                _take(tar, about, folder)
    except (OSError, tarfile.TarError, _Strange) as error:
        shutil.rmtree(folder, ignore_errors=True)
        what = f"it cannot be read ({getattr(error, 'strerror', None) or error})"
        raise DamagedBackup(file=file.name, what=str(error) if isinstance(error, _Strange) else what) from None


def _check_end(file: Path) -> None:
    """A tar that was cut between two files reads as a whole one, but for the two empty blocks that end it."""
    with file.open("rb") as tar:
        tar.seek(-2 * tarfile.BLOCKSIZE, os.SEEK_END)
        if any(tar.read()):
            raise _Strange("its end is missing")


def _take(tar: tarfile.TarFile, about: tarfile.TarInfo, folder: Path) -> None:
    source = tar.extractfile(about) if about.isreg() and NAME.fullmatch(about.name) else None
    if source is None:  # nothing else is in a tar of ours: no folder, no link, no other name
        raise _Strange("it holds something else than evidence")
    with os.fdopen(os.open(folder / about.name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb+") as out:
        shutil.copyfileobj(source, out)
        out.seek(0)
        if hashlib.file_digest(out, "sha256").hexdigest() != about.name:
            raise _Strange(f"the bytes of {about.name} are others")


def put_back(unpacked: Path, folder: Path) -> None:
    """Move unpacked files to their place; what lies there and was not in the backup stays."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for path in unpacked.iterdir():
        path.replace(folder / path.name)
    unpacked.rmdir()
