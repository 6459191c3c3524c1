"""Files that are there whole or not at all."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from takedown.contract import UsageError


@contextmanager
def whole_file(path: Path) -> Generator[Path]:
    """A file beside `path` to write to, which takes its place when the block ends well. Raises UsageError."""
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        raise UsageError(
            what=f"{path} cannot be written: {error.strerror}",
            why="the folder or the disk does not let it",
            do="give another path",
        ) from None
    finally:
        part.unlink(missing_ok=True)
