"""Batches come in: CSV, XLSX or JSON Lines into rows, rows into cases, all of a file in one transaction or none of it.

A name is looked up when it is first asked for: who only wants the words for territories must not load all that an import needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from takedown.intake.batch import ImportOptions, import_file, known_columns
    from takedown.intake.checks import Setting
    from takedown.intake.errors import (
        BadHeader,
        BadProfile,
        BadQuotes,
        EmptyFile,
        HiddenContent,
        NotAWorkbook,
        NotText,
        RejectsFile,
        RowsRejected,
        SheetUnclear,
        TooBig,
        Unreadable,
    )
    from takedown.intake.profiles import Profile, find_profile, load_profile
    from takedown.intake.results import Imported, Linked, Met, Note, Problem, Refanged, SeenBefore

__all__ = [
    "BadHeader",
    "BadProfile",
    "BadQuotes",
    "EmptyFile",
    "HiddenContent",
    "ImportOptions",
    "Imported",
    "Linked",
    "Met",
    "NotAWorkbook",
    "NotText",
    "Note",
    "Problem",
    "Profile",
    "Refanged",
    "RejectsFile",
    "RowsRejected",
    "SeenBefore",
    "Setting",
    "SheetUnclear",
    "TooBig",
    "Unreadable",
    "find_profile",
    "import_file",
    "known_columns",
    "load_profile",
]

_ROOMS = ("errors", "results", "profiles", "checks", "batch")
"""Where names live, what loads quickly first."""


def __getattr__(name: str) -> object:
    if name in __all__:
        for room in _ROOMS:
            module = import_module(f"takedown.intake.{room}")
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
