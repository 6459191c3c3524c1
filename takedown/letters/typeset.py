"""A letter's text as PDF/A, the same bytes on every run: fixed fonts, a fixed date, one layout, and nothing but data in it."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from takedown.contract import MissingExtra, TakedownError
from takedown.letters.document import read_document

if TYPE_CHECKING:
    from typst import Compiler

STANDARD: Final = "a-2a"
"""PDF/A-2a: for the archive, with its text in reading order."""
ATTEMPTS = 100
_LOOSE = re.compile("[\\u200c\\u200d\\ufe0e\\ufe0f](?![\\u0600-\\u06ff])")
_SIGNS = {"Mn", "Mc", "Me", "Sk"}
_USUAL = re.compile("[\\u0300-\\u036f\\u0610-\\u061a\\u064b-\\u065f\\u0670\\u06d6-\\u06ed]")
"""Accents of Latin letters and marks of Arabic ones, which our faces have."""
_UNSET = re.compile(r"""the text (?:contains the disallowed codepoint )?`"(\\u\{[0-9a-fA-F]+\}|.)""", re.S)
FOLDER = Path(str(files("takedown.letters")))


class CannotTypeset(TakedownError):
    """The letter {reference} cannot be set: {what}."""

    code, why, do = (
        "TD-0604",
        "its text goes as it is, without a PDF",
        "takedown plan show PLAN --letter REQUEST, and report this",
    )


@dataclass(frozen=True, slots=True)
class Layout:
    """What the page says besides the letter's own text, in the letter's language.

    page: with `{page}` and `{pages}`. signature: what stands under the line to sign on.
    """

    language: str
    direction: str
    page: str
    signature: str


def typeset(text: str, reference: str, issued_at: datetime, layout: Layout) -> bytes:
    """The letter as PDF/A-2a. issued_at is its date of creation. Raises MissingExtra, CannotTypeset.

    A character that no face of ours has comes out as its code point: [U+4E2D].
    """
    for _ in range(ATTEMPTS):
        try:
            return _set(text, reference, issued_at, layout)
        except CannotTypeset as error:
            found = _UNSET.search(str(error.facts["what"]))
            if not found:
                raise
            text = _spelled(text, _char(found[1]))
    raise CannotTypeset(reference=reference, what="too many of its characters are in no face of ours")


def _char(told: str) -> str:
    return chr(int(told[3:-1], 16)) if told.startswith("\\u{") else told[0]


def _spelled(text: str, char: str) -> str:
    """The text with a character, and all others of its script, as code points.

    A letter is named where a sign is joined to it that no face has: then it is that sign that goes, or the joiners outside words.
    """
    joined = {sign for letter, sign in pairwise(text) if letter == char and unicodedata.category(sign) in _SIGNS}
    if rare := {sign for sign in joined if not _USUAL.match(sign)}:
        return _as_code_points(text, rare)
    if char.isascii():
        loosened = _LOOSE.sub(lambda joiner: f"[U+{ord(joiner[0]):04X}]", text)
        return loosened if loosened != text else _as_code_points(text, joined)
    script = unicodedata.name(char, "").partition(" ")[0] if char.isalpha() else ""
    same = {one for one in set(text) if one == char or (script and unicodedata.name(one, "").partition(" ")[0] == script)}
    return _as_code_points(text, same)


def _as_code_points(text: str, chars: set[str]) -> str:
    return text.translate({ord(one): f"[U+{ord(one):04X}]" for one in chars})


def _set(text: str, reference: str, issued_at: datetime, layout: Layout) -> bytes:
    document = read_document(text)
    told = {
        **document.as_data(),
        "language": layout.language,
        "direction": layout.direction,
        "page": layout.page,
        "signature": layout.signature,
        "reference": reference,
        "title": document.title or reference,
        "author": document.head[0] if document.head else "",
    }
    compiler = _compiler()
    from typst import TypstError

    try:
        made = compiler.compile(
            sys_inputs={"letter": json.dumps(told)},
            format="pdf",
            pdf_standards=[STANDARD],
            timestamp=int(issued_at.timestamp()),
        )
    except TypstError as error:
        raise CannotTypeset(reference=reference, what=error.message) from None
    if not isinstance(made, bytes):
        raise CannotTypeset(reference=reference, what="it came out as no document")
    return made


@cache
def _compiler() -> Compiler:
    """One for all letters: reading the fonts takes longer than setting a page."""
    try:
        import typst
    except ImportError:
        raise MissingExtra(what="a letter as PDF", extra="pdf") from None
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FOLDER / "fonts")])
    return typst.Compiler(str(FOLDER / "letter.typ"), root=str(FOLDER), font_paths=fonts, ignore_system_fonts=True)
