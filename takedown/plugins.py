"""A plugin's distribution by the hash of its files, so that live loads what was looked at and nothing else."""

from __future__ import annotations

import hashlib
from importlib.metadata import Distribution
from importlib.util import find_spec
from pathlib import Path

UNTOLD = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
"""What an installer writes differs from machine to machine."""


class NotHashed(ValueError):
    """The distribution does not say which files it has, or lacks one of them."""


def files_hash(dist: Distribution) -> str:
    """sha256 as hex over the distribution's files, by name and content, without what an installer adds. Raises NotHashed."""
    found: list[str] = []
    for one in dist.files or ():
        if one.suffix == ".pyc" or one.name in UNTOLD:
            continue
        try:
            found.append(f"{hashlib.sha256(Path(str(one.locate())).read_bytes()).hexdigest()} {one.as_posix()}")
        except OSError as error:
            raise NotHashed(f"{one} cannot be read ({error.strerror})") from None
    if not found:
        raise NotHashed("it has no list of its files (RECORD)")
    return hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()


def holds_module(dist: Distribution, module: str) -> bool:
    """Whether a module would be imported from the distribution's own files; nothing is imported to find out."""
    spec = find_spec(module.partition(".")[0])
    if spec is None or spec.origin is None:
        return False
    origin = Path(spec.origin).resolve()
    return any(Path(str(one.locate())).resolve() == origin for one in dist.files or ())
