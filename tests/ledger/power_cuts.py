"""SQLite files as a power cut leaves them: what was flushed is there, and of what was written since, anything may be.

A shim below SQLite notes every write and flush. An image is made from a point of that record: each file has what had been flushed
to it, and a random part of the later writes, cut at sectors.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import apsw

SECTOR = 512


@dataclass(frozen=True)
class Op:
    """`kind`: write, truncate, sync, delete, or commit, which is the moment when a commit was acknowledged."""

    kind: str
    file: str = ""
    at: int = 0
    data: bytes = b""


@dataclass
class Recording:
    ops: list[Op] = field(default_factory=list)
    shim: object = None

    def open(self, path: Path, synchronous: str) -> apsw.Connection:
        """A connection as the ledger's, whose writes are noted."""
        self.shim = _Shim("noting", self)  # SQLite forgets one that nobody holds
        db = apsw.Connection(str(path), vfs="noting")
        # The shim has no shared memory, which WAL does without when the file has one user.
        for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", f"synchronous={synchronous}"):
            db.execute(f"PRAGMA {pragma}")
        return db

    def acknowledged(self) -> None:
        self.ops.append(Op("commit"))


class _Shim(apsw.VFS):
    def __init__(self, name: str, recording: Recording) -> None:
        super().__init__(name, "")
        self.recording = recording

    def xOpen(self, name: apsw.URIFilename | str | None, flags: list[int]) -> _File:  # noqa: N802 -- SQLite's name
        return _File(name, flags, self.recording)

    def xDelete(self, name: str, syncdir: bool) -> None:  # noqa: N802
        self.recording.ops.append(Op("delete", Path(name).name))
        super().xDelete(name, syncdir)


class _File(apsw.VFSFile):
    def __init__(self, name: apsw.URIFilename | str | None, flags: list[int], recording: Recording) -> None:
        super().__init__("", name, flags)
        self.recording = recording
        self.file = Path(name.filename() if isinstance(name, apsw.URIFilename) else str(name)).name

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self.recording.ops.append(Op("write", self.file, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self.recording.ops.append(Op("truncate", self.file, size))
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self.recording.ops.append(Op("sync", self.file))
        super().xSync(flags)


def images(recording: Recording, folder: Path, rng: random.Random, count: int) -> Iterator[int]:
    """Lay `count` images into the folder, one after the other; gives how many commits had been acknowledged before each cut."""
    for _ in range(count):
        cut = rng.randrange(1, len(recording.ops) + 1)
        ops = recording.ops[:cut]
        for old in folder.iterdir():
            old.unlink()
        for name in {op.file for op in ops if op.file}:
            (folder / name).write_bytes(_content([op for op in ops if op.file == name], rng))
        yield sum(op.kind == "commit" for op in ops)


def _content(ops: list[Op], rng: random.Random) -> bytes:
    flushed = max((number for number, op in enumerate(ops) if op.kind in {"sync", "delete"}), default=-1)
    held = bytearray()
    for number, op in enumerate(ops):
        lucky = number <= flushed or rng.random() < 0.5
        if op.kind == "delete":
            held = bytearray()
        elif op.kind == "truncate" and lucky:
            del held[op.at :]
        elif op.kind == "write":
            for start in range(0, len(op.data), SECTOR):
                if number <= flushed or (lucky and rng.random() < 0.8):
                    piece, at = op.data[start : start + SECTOR], op.at + start
                    held.extend(bytes(max(at + len(piece) - len(held), 0)))
                    held[at : at + len(piece)] = piece
    return bytes(held)
