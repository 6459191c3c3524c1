"""Batches come in: CSV, XLSX or JSON Lines into rows, rows into cases, all of a file in one transaction or none of it."""

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
