"""Values from outside as plain text that cannot pose as anything else in a letter."""

from __future__ import annotations

import re
import unicodedata

_BREAKS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_PLAIN = re.compile(r"[ -~\u00a1-\u00ac\u00ae-\u02ff]*")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_LINK = re.compile(r"https?://[^\s\u2066-\u2069]+")
LRI, FSI, PDI = "\u2066", "\u2068", "\u2069"
"""Isolates (UAX 9): what stands between an opening one and PDI keeps its own order in a line of the other direction."""
_JOINERS = "\u200c\u200d\u200e\u200f\u061c"
"""Joiners and weak marks, which Urdu, Persian and emoji need. What reorders a line (overrides, isolates) is not among them."""


def one_line(value: str) -> str:
    """Line breaks and runs of spaces become one space; control, bidi and invisible characters become visible: [U+202E]."""
    if _PLAIN.fullmatch(value) and "  " not in value:
        return value.strip()
    joined = _BREAKS.sub(" ", value).replace("\t", " ")
    return re.sub(r" {2,}", " ", "".join(map(_visible, joined))).strip()


def paragraphs(value: str) -> tuple[str, ...]:
    """The lines of a longer value, each as `one_line`, without empty ones."""
    return tuple(line for part in _BREAKS.split(value) if (line := one_line(part)))


def isolated(value: str) -> str:
    """A cleaned value for a right-to-left text: in isolates, so that digits, Latin letters and signs keep their order in it."""
    return f"{FSI if _runs_left(value) else LRI}{value}{PDI}" if value else value


def isolated_line(line: str) -> str:
    """A whole line of someone's words in a right-to-left text: isolated where it is in Latin letters, else the links in it."""
    return _LINK.sub(lambda link: isolated(link[0]), line) if _runs_left(line) else isolated(line)


def without_isolates(text: str) -> str:
    """For what is no running text: a header, a box of a form, a document for machines."""
    return text.translate({ord(mark): None for mark in (LRI, FSI, PDI)})


def _runs_left(value: str) -> bool:
    return any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in value)


def _visible(char: str) -> str:
    if char in _JOINERS:
        return char
    return f"[U+{ord(char):04X}]" if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} else char
