"""Foreign text made visible: what could move the cursor, turn the reading direction or hide becomes an escape."""

from __future__ import annotations

import re
import unicodedata

# Drawn as nothing, yet printable to Python: the letters and marks with Default_Ignorable_Code_Point
# (DerivedCoreProperties.txt) and the blank braille pattern.
_BLANK = frozenset({0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0})
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_SHORT = {0x09: r"\t", 0x0A: r"\n", 0x0D: r"\r"}


def _shown(code: int) -> str:
    char = chr(code)
    blank = code in _BLANK or any(code in span for span in _SELECTORS)
    if not blank and (char.isprintable() or unicodedata.category(char) == "Zs"):
        return char
    if code in _SHORT:
        return _SHORT[code]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


class _Escapes(dict[int, str]):
    """A `str.translate` table that learns each character once."""

    def __missing__(self, code: int) -> str:
        shown = self[code] = _shown(code)
        return shown


_ESCAPES = _Escapes()


def safe(text: str) -> str:
    r"""The text on one line, with every control, bidi, zero-width, unassigned and surrogate character as `\x1b`, `\u202e`, `\n`.

    Idempotent. A backslash stays as it is, so the escapes are for eyes and cannot be turned back.
    """
    return text if text.isascii() and text.isprintable() else text.translate(_ESCAPES)


def safe_lines(text: str) -> str:
    """As `safe`, but line breaks (LF, CRLF) are kept; a lone CR, which overwrites a line, is not one."""
    return "\n".join(safe(line) for line in re.split(r"\r?\n", text))
