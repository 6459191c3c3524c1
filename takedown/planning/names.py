"""Letters that pass for others: what a reader of a name or a link would not see, told as code points.

Unicode's own list of confusables (UTS #39) does not know zero-width marks, directions and fullwidth letters, so that three rules
stand beside each other: characters that are invisible or nobody's (categories Cf, Cc, Co, Cn, Cs), characters that NFKC would
change, and letters of several scripts, or of another script that all look Latin, in one name.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

SHOWN = 5
INVISIBLE = frozenset({"Cf", "Cc", "Co", "Cn", "Cs"})
SELECTORS = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
BLANK = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0") | {chr(code) for code in SELECTORS}
"""Invisible, though their categories do not say so: joiners, fillers, variation selectors."""
TOGETHER = frozenset({"LATIN", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "CJK", "HANGUL", "BOPOMOFO"})
"""Scripts that are written together as a matter of course (UTS #39, highly restrictive)."""
LATIN_LOOKS = frozenset("асеһіјӏорԛѕԝхуԁɡɑոսհօցοανκρτυχɩιѵꮪꭰꮯꮃ")
"""Letters of other scripts that look like small Latin ones, of the kind that names are forged with (from UTS #39's data)."""


def code_points(text: str) -> str:
    """The letters that may pass for others, as `U+0430 CYRILLIC SMALL LETTER A`; empty for plain text.

    Escapes of a link (`%D0%B0`) are read as the letters that a browser shows.
    """
    if text.isascii() and text.isprintable() and "%" not in text:
        return ""
    plain = unquote(text)
    odd = [char for char in dict.fromkeys(plain) if _odd(char)]
    odd = odd or [char for part in re.split(r"[/?&=]", plain) for char in _foreign(part)]
    return ", ".join(f"U+{ord(char):04X} {unicodedata.name(char, '(no name)')}" for char in odd[:SHOWN])


def _odd(char: str) -> bool:
    return unicodedata.category(char) in INVISIBLE or char in BLANK or unicodedata.normalize("NFKC", char) != char


def _foreign(text: str) -> list[str]:
    """Letters outside ASCII in a text of several scripts, or of one that all look Latin."""
    letters = [char for char in dict.fromkeys(text) if char.isalpha()]
    beyond = [char for char in letters if not char.isascii()]
    if not beyond:
        return []
    scripts = {unicodedata.name(char, "?").split(maxsplit=1)[0] for char in letters}  # a letter's name begins with its script
    mixed = len(scripts) > 1 and not scripts <= TOGETHER
    return beyond if mixed or all(char.lower() in LATIN_LOOKS for char in beyond) else []
