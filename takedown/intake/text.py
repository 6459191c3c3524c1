"""Characters that a field may hold. What a header, a file name or an approver's eye could be fooled with is refused."""

from __future__ import annotations

import unicodedata
from enum import Enum

JOINERS = frozenset("\u200c\u200d\u200e\u200f\u061c")
"""Joiners and weak marks, which Urdu and Persian need."""
REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Text(Enum):
    """CODE: names and numbers. LINE: one line of language. PROSE: paragraphs."""

    CODE = "a code"
    LINE = "one line"
    PROSE = "a text"


def bad_character(value: str, text: Text) -> str:
    """The first character that has no place there, for people: `U+000D at character 4`; empty when all is well."""
    if value.isprintable():
        return ""
    for position, char in enumerate(value, 1):
        if _refused(char, text):
            return f"U+{ord(char):04X} {unicodedata.name(char, _control(char))} at character {position}"
    return ""


def _refused(char: str, text: Text) -> bool:
    category = unicodedata.category(char)
    if text is Text.PROSE:
        return char in REORDERING or category == "Cs" or (category == "Cc" and char not in "\n\t")
    if text is Text.LINE and char in JOINERS:
        return False
    return category in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def _control(char: str) -> str:
    return {"\n": "LINE FEED", "\r": "CARRIAGE RETURN", "\t": "TAB", "\0": "NUL"}.get(char, "CONTROL CHARACTER")
