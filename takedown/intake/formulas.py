"""Spreadsheets run a cell that begins like a formula. A cell that is written for one is guarded by an apostrophe."""

from __future__ import annotations

import re

TRIGGERS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""Also fullwidth: some spreadsheets fold them. Source: OWASP, CSV Injection."""

_BEFORE = re.compile(r"^[\s']+")
"""What spreadsheets may pass over: also U+001C to U+001F, which count as space."""


def guard(cell: str) -> str:
    """The cell, with an apostrophe before it where a spreadsheet might run it."""
    bare, own = _BEFORE.sub("", cell, count=1), cell.lstrip("'")  # its own apostrophes must not pass for ours
    return f"'{cell}" if bare.startswith(tuple(TRIGGERS)) or own.startswith(tuple(TRIGGERS)) else cell


def unguard(cell: str) -> str:
    """What `guard` was given."""
    return cell[1:] if cell.startswith("'") and guard(cell[1:]) == cell else cell
