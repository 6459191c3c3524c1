"""A mail's words cut into sentences and clauses, with the links taken out and kept beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from takedown.inbox import grammar
from takedown.inbox.patterns import words

MAX_TEXT = 40_000
MAX_SENTENCES = 600
MAX_SENTENCE = 700
MAX_LINKS = 2_000


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    links: tuple[str, ...] = ()
    heads: bool = False
    """It ends in a colon: what it says is about what follows."""


_LINK = re.compile(
    r"(?:h(?:tt|xx)ps?(?::|\[:\])//|(?<![\w@.-])(?:[a-z0-9-]{1,63}(?:\.|\[\.\])){1,4}[a-z]{2,24}/)[^\s<>\"'|\\^`{}⟦⟧]{1,2000}",
    re.I,
)
_TOKEN = re.compile(r"⟦(\d+)⟧")
_ITEM = re.compile(r"\s*(?:[-*•·–—▪]|@\w|\(?\d{1,4}[.)]|⟦\d+⟧)")
_FIELD = re.compile(r"\s*[A-ZÀ-Þ][\w-]{1,20}(?: [\w-]{1,20}){0,3}: ")
_SAID = re.compile(r"[\"'][^\"']{2,}[\"'][.,]?")
"""A whole sentence in quotes: somebody else's words."""
_SENTENCE_END = re.compile(
    r"(?<=[.!?])[\"')\]]*\s+(?!(?<=\d\.\s)(?:Jan|Feb|März|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez))(?=[\"'(\[¿¡]*[A-ZÀ-Þ⟦\u0370-\u03ff\u0400-\u042f\u0590-\u07ff\u0900-\u0dff])|(?<=[؟۔।。！？])\s*|\n+"
)
_SALUTATION = words(
    r"""^(?:dear|hello|hi|hey|greetings|good (?:morning|afternoon|evening|day)|to whom it may concern|sehr geehrte[rs]?
|guten tag
|hallo|liebe[rs]?|bonjour|madame|monsieur|cher|chère|hola|estimad[oa]s?|buen[oa]s? (?:días|tardes)|olá|prezad[oa]s?|caro
|gentile
|buongiorno|salve|السلام عليكم|السلام علیکم|محترم|جناب|مرحبا|عزيزي|السادة)\b[^.!?]{0,60}[,:!،]?$"""
)
_CLOSING = words(
    r"""^(?:(?:with )?(?:best|kind|kindest|warm|many|our) (?:regards|wishes|thanks)|regards|best|thanks(?: again| so much)?
|thank you
|(?:yours )?(?:sincerely|faithfully|truly)(?: yours)?|respectfully|cheers|mit (?:freundlichen|besten|vielen) grüßen
|viele grüße
|beste grüße|grüße|cordialement|bien à vous|(?:un |atentos |cordiales )?saludos(?: cordiales)?|atentamente|gracias
|atenciosamente
|cumprimentos|obrigad[oa]|cordiali saluti|distinti saluti|grazie|شکریہ|والسلام|مع التحية|شكرا|مخلص)[,.!،۔]*$"""
)
_CLAUSE = re.compile(
    r"; |(?:,|;| -| –|\.)? (?:but|however|whereas|although|though|yet|aber|jedoch|mais|nevertheless|nonetheless)\b,?"
    r"|[,;،] (?:pero|sin embargo|ma|però|tuttavia|mas|porém|ale|jednak|natomiast|ancak|ama|fakat|أما|لكن|ولكن|لیکن|مگر)\b",
    re.I,
)


def sentences(text: str) -> list[Sentence]:
    """Paragraphs joined again where they were wrapped, cut into sentences, links taken out and kept beside them."""
    links: list[str] = []

    def take(found: re.Match[str]) -> str:
        if len(links) >= MAX_LINKS:
            return " "
        link = found[0].rstrip(".,;:!?)]*_")
        links.append(link)
        return f" ⟦{len(links) - 1}⟧ {found[0][len(link) :]}"

    marked = _LINK.sub(take, text[:MAX_TEXT].replace("⟦", "[").replace("⟧", "]"))
    pieces = (piece for line in _unwrapped(marked) for piece in _SENTENCE_END.split(line))
    made: list[Sentence] = []
    for piece in pieces:
        plain = " ".join(piece.split())
        if plain and not _SAID.fullmatch(plain):
            found = tuple(links[int(number)] for number in _TOKEN.findall(plain) if int(number) < len(links))
            whole = plain if len(plain) <= MAX_SENTENCE else f"{plain[:MAX_SENTENCE]} …"
            made.append(Sentence(whole, found, heads=plain.endswith(":")))
        if len(made) >= MAX_SENTENCES:
            break
    return made


def _unwrapped(text: str) -> Iterator[str]:
    held = ""
    for line in text.split("\n"):
        begins = (
            not line.strip()
            or _ITEM.match(line)
            or _FIELD.match(line)
            or held.rstrip().endswith(":")
            or bool(_TOKEN.search(held))
        )
        if (begins or polite(held) or _CLOSING.match(line.strip())) and held:
            yield held
            held = ""
        held = f"{held} {line.strip()}" if held else line.strip()
    if held:
        yield held


def polite(line: str) -> bool:
    """Whether it is only a greeting, at the beginning or the end of a letter."""
    return len(line) < 120 and bool(_SALUTATION.match(line) or _CLOSING.match(line))


_CONCEDED = re.compile(r"^(?:while|although|though|even though|whilst) ([^,;]{3,200}),[ ]", re.I)


def clauses(one: Sentence) -> Iterator[tuple[str, tuple[str, ...]]]:
    numbers = iter(one.links)
    conceded = _CONCEDED.match(one.text)
    parts = [conceded[1], one.text[conceded.end() :]] if conceded else [one.text]
    for clause in (clause for part in parts for clause in _CLAUSE.split(part)):
        count = len(_TOKEN.findall(clause))
        yield _TOKEN.sub(grammar.LINK, clause).strip(), tuple(link for link, _ in zip(numbers, range(count), strict=False))


def with_links(clause: str, links: Sequence[str]) -> str:
    for link in links:
        clause = clause.replace(grammar.LINK, link, 1)
    return clause
