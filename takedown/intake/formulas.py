"""Spreadsheets run a cell that begins like a formula. A cell that is written for one is guarded by an apostrophe."""

from __future__ import annotations

TRIGGERS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""Also fullwidth: some spreadsheets fold them. Source: OWASP, CSV Injection."""


def guard(cell: str) -> str:
    """The cell, with an apostrophe before it where a spreadsheet might run it."""
    return f"'{cell}" if cell.lstrip(" '").startswith(tuple(TRIGGERS)) or cell.startswith(tuple(TRIGGERS)) else cell


def unguard(cell: str) -> str:
    """What `guard` was given."""
    return cell[1:] if cell.startswith("'") and guard(cell[1:]) == cell else cell
