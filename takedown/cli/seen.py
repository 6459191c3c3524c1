"""Notes of who sees case data: on a screen it is shown all the same when it cannot be noted, to a file it is not written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from takedown.access import FILE, CannotNote, look, note
from takedown.cli.context import current
from takedown.clock import Clock, iso

NOTHING: Mapping[str, object] = MappingProxyType({})


class Place(Protocol):
    """A desk, or what a reading command works with."""

    @property
    def clock(self) -> Clock: ...
    @property
    def folder(self) -> Path: ...


def shown(place: Place, what: str, cases: Sequence[str] = (), of: Mapping[str, object] = NOTHING) -> None:
    """Note that these cases are shown, or what was asked for; a person in a hurry is warned, not stopped."""
    try:
        _note(place, what, cases, of, "")
    except OSError as error:
        current().display.warn(f"this look could not be noted in {FILE}: {error.strerror}")


def leaving(place: Place, what: str, to: Path, cases: Sequence[str] = (), of: Mapping[str, object] = NOTHING) -> None:
    """Note that case data leave for a file, before they do. Raises CannotNote."""
    try:
        _note(place, what, cases, of, str(to))
    except OSError as error:
        raise CannotNote(where=FILE, what=error.strerror) from None


def _note(place: Place, what: str, cases: Sequence[str], of: Mapping[str, object], to: str) -> None:
    note(place.folder, look(iso(place.clock.now()), current().acting(), what, cases, of, to))
