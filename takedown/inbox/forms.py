"""The forms that come with a removal order (Annexes II and III of Regulation (EU) 2021/784), filled in and sent back.

Only a marked box says something, and only in what the sender wrote: a form filled in inside a quotation may be an old answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from takedown.inbox.patterns import Words, words

KNOWN = frozenset({"annex_ii", "annex_iii"})
"""Names that packs give to forms which can be read."""
MAX_TEXT = 60_000
LINES, FREE, FEW = 25, 60, 12
"""How many lines a form goes on for: after its heading, after where free words begin, after a section's heading."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a filled form says. `value` and `reason_code` are a claim's; `at` as the form has it; `reference` that it names."""

    value: str
    reason_code: str = ""
    words: str = ""
    reference: str = ""
    at: datetime | None = None

    @property
    def acted(self) -> bool:
        return self.value in {"removed", "restricted"}


@dataclass(frozen=True, slots=True)
class Misfilled:
    """A form that cannot be read with certainty."""

    why: str


_HEADING = words(r"\b(?:feedback following (?:the )?removal|information (?:about|on) the impossibility to execute)\b")
_MARKED = re.compile(r"^[\s>|]*(?:[\[(]\s*[xX✓✔☒✗✘]\s*[\])]|[☒☑✓✔])\s*(.*)")
_CUT = re.compile(r"[\s>|]*-{5,}\s*$")
_QUOTED = re.compile(r"\s*[>|]")
_MEANINGS: tuple[tuple[str, str, Words], ...] = (
    ("removed", "", words(r"^the terrorist content has been removed\W*$")),
    ("restricted", "", words(r"^access to (?:the )?terrorist content has been disabled(?: in all member states)?\W*$")),
    ("in_review", "force_majeure", words(r"^(?:there is )?force majeure\b|^de facto impossibility\b")),
    ("needs_information", "manifest_errors", words(r"^the removal order contains manifest errors\W*$")),
    ("needs_information", "lacks_information", words(r"^the removal order does not contain sufficient information\W*$")),
)
_OURS = words(r"^\W*(?:file )?reference of the (?:issuing )?competent authority\s*:\s*(.{0,60})$")
_WHEN = words(r"^\W*time and date of the measure(?: taken)?\s*:\s*(.{0,60})$")
_FURTHER = words(r"^\W*further information\b[^:]{0,120}:\s*(.*)$")
_FILLED = (_MARKED, _OURS, _WHEN, _FURTHER)
_SECTION = words(r"^\W*section [a-c]\b")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(?::\d\d)?\s*(UTC|GMT|Z|[+-]\d\d:?\d\d)\b", re.I)


def read_form(texts: Iterable[str]) -> Answer | Misfilled | None:
    """The one filled form among a mail's texts; None where there is none, or none is filled in."""
    found = [one for text in texts if (one := _read(text[:MAX_TEXT]))]
    wrong = next((one for one in found if isinstance(one, Misfilled)), None)
    told = {one for one in found if isinstance(one, Answer)}
    if len({(one.value, one.reason_code, one.reference) for one in told}) > 1:
        return Misfilled("it holds several forms that say different things")
    return wrong or max(told, key=lambda one: (bool(one.at), len(one.words)), default=None)


def beside(text: str) -> str:
    """A text without the form in it, also where the lines that repeat ours were taken out before."""
    return "\n".join(line for line, of_form in _marked_out(text) if not of_form and not any(one.match(line) for one in _FILLED))


def _marked_out(text: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it belongs to a form: from its heading on, for as long as a form goes on."""
    left, quoted = 0, False
    for line in text.split("\n"):
        if _HEADING.search(line):
            left, quoted = LINES, bool(_QUOTED.match(line))
        elif _CUT.match(line) or (left and not quoted and _QUOTED.match(line) and not _MARKED.match(line)):
            left = 0
        elif left and _SECTION.match(line):
            left = max(left, FEW)
        elif left and _FURTHER.match(line):
            left = FREE
        yield line, left > 0
        left = max(left - 1, 0)


def _read(text: str) -> Answer | Misfilled | None:
    if not _HEADING.search(text):
        return None
    lines = [line for line, of_form in _marked_out(text) if of_form]
    marked = [(line, found[1].strip()) for line in lines if (found := _MARKED.match(line))]
    if not marked:
        return None
    if any(_QUOTED.match(line) for line, _ in marked):
        return Misfilled("its form is filled in inside what it quotes, which may be an older answer")
    meant = [_meaning(box) for _, box in marked]
    if None in meant:
        return Misfilled("a box is marked that is not one of the form's")
    said = {one for one in meant if one}
    values = {value for value, _ in said}
    if len(values) > 1:
        return Misfilled("its form is marked for several answers at once")
    codes = sorted(code for _, code in said if code)
    told = " ".join(_further(lines)) or " ".join(box for _, box in marked)
    return Answer(values.pop(), codes[0] if codes else "", told[:1000], _field(lines, _OURS), _moment(_field(lines, _WHEN)))


def _meaning(box: str) -> tuple[str, str] | None:
    return next(((value, code) for value, code, pattern in _MEANINGS if pattern.search(box)), None)


def _field(lines: list[str], pattern: Words) -> str:
    return next((found[1].strip() for line in lines if (found := pattern.match(line)) and found[1].strip()), "")


def _further(lines: list[str]) -> Iterator[str]:
    """What stands after "Further information", up to the next section."""
    inside = False
    for line in lines:
        if inside and _SECTION.match(line):
            return
        if found := _FURTHER.match(line):
            inside, line = True, found[1]
        if inside and line.strip():
            yield line.strip()


def _moment(text: str) -> datetime | None:
    """A moment with its zone in an order of day and month that nobody can mistake; None for any other."""
    found = _MOMENT.search(text)
    if not found:
        return None
    zone = "+00:00" if found[3].upper() in {"UTC", "GMT", "Z"} else found[3]
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}").astimezone(UTC)
    except ValueError:
        return None
