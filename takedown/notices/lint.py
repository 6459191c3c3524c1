"""What a pack's texts must say and must not: orders, notices and referrals are never worded alike."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Literal

from pydantic import ValidationError

from takedown.contract import Instrument, Kind, Measure
from takedown.notices.errors import Fault
from takedown.notices.pack import Pack
from takedown.notices.pack_file import Data
from takedown.sources import FOLLOW_UPS, INCLUDE

FIRST = "en"
"""The language in which every text is there, to be translated from."""
COMMENT = re.compile(r"{#.*?#}", re.S)
LETTER_SAYS = {
    "authority.name": "who sends it",
    "authority.unit": "the office",
    "authority.contact": "whom to ask",
    "authority.email": "where to answer",
    "reference": "our reference",
    "item.url": "the exact URLs",
    "item.file_number": "the file numbers",
    "measures": "what is asked",
    "reasons": "the reasons",
    "proportionality": "why nothing less serves",
    "territory": "where it is meant to have effect",
    "issued": "when it was issued",
    "redress": "redress for the user",
    "evidence": "the hashes of the evidence",
}
REMINDER_SAYS = {
    "authority.name": "who sends it",
    "reference": "our reference",
    "first.reference": "the reference of the request",
    "first.message_id": "the mail it answers to",
    "item.url": "the exact URLs",
    "redress": "redress for the user",
}


FOLLOW_UP_SAYS = {
    "authority.name": "who sends it",
    "reference": "our reference",
    "first.reference": "the reference of the request",
    "item.url": "the exact URLs",
    "said": "what is said",
}


class Wording(Data):
    """For one instrument: phrases of which one must be there, and words that may not be, save within `allowed` phrases."""

    needs: tuple[str, ...]
    forbidden: tuple[str, ...]
    allowed: tuple[str, ...] = ()


class Words(Data):
    """`words.toml` of a language. All of it is lower case; measures are phrases that follow "we ask for" and "we order"."""

    direction: Literal["ltr", "rtl"] = "ltr"
    comma: str = ", "
    page: str = "{page} / {pages}"
    signature: str = ""
    wording: Mapping[Instrument, Wording]
    instruments: Mapping[Instrument, str]
    measures: Mapping[Measure, str]
    kinds: Mapping[Kind, str]
    item: str
    items: str
    worldwide: str


@lru_cache(maxsize=64)
def words_of(texts: tuple[tuple[str, str], ...], language: str) -> Words:
    """Raises ValidationError, TOMLDecodeError or KeyError for a language whose words are not sound."""
    return Words.model_validate(tomllib.loads(dict(texts)[f"{language}/words.toml"]))


def lint(pack: Pack) -> list[Fault]:
    """Faults of wording and completeness. Looks at the templates as text; `check_templates` compiles and tries them."""
    texts = dict(pack.texts)
    return [fault for language in pack.languages for fault in _language_faults(pack, language, texts)]


def _language_faults(pack: Pack, language: str, texts: Mapping[str, str]) -> Iterator[Fault]:
    wanted = [
        "subject.txt",
        "statement.txt",
        "letter.txt",
        "words.toml",
        *(["reminder.txt", "reminder_subject.txt"] if pack.reminders else []),
        *(f"{name}.txt" for name in (*pack.forms, *FOLLOW_UPS)),
    ]
    lost = [name for name in wanted if f"{language}/{name}" not in texts]
    place = f"{language}/{pack.texts_of or pack.id}"
    yield from (_lost(pack, language, name) for name in lost)
    included = {
        name: path for path in texts if path.startswith(f"{language}/") for name in INCLUDE.findall(COMMENT.sub(" ", texts[path]))
    }
    for name in sorted(name for name in included if f"{language}/{name}" not in texts):
        what = f"there is no such text; {included[name]} prints it"
        yield Fault(pack.file, f"{language}/{name}", what, f"write it, as in {FIRST}/, or take it out of {included[name]}")
        lost.append(name)
    if lost:
        return
    try:
        words = words_of(pack.texts, language)
        wording, _ = words.wording[pack.instrument], words.instruments[pack.instrument]
    except (ValidationError, tomllib.TOMLDecodeError, KeyError) as error:
        yield Fault(
            pack.file, f"{language}/words.toml", f"not sound: {_short(error)}", "mend it after the shape of en/words.toml"
        )
        return
    for path, text in sorted(texts.items()):
        if path.startswith(f"{language}/") and path.endswith(".txt"):
            yield from _forbidden(pack, path, text, wording)
    for field, text in _printed(pack, language):
        yield from _forbidden(pack, field, text, wording)
    follow_ups = (("withdrawal", FOLLOW_UP_SAYS), ("reply", FOLLOW_UP_SAYS))
    for name, says in (("letter", LETTER_SAYS), ("reminder", REMINDER_SAYS if pack.reminders else {}), *follow_ups):
        whole = _with_includes(texts, language, f"{language}/{name}.txt") if says else ""
        for value, meaning in says.items():
            if value not in whole or not re.search(rf"\b{re.escape(value)}\b", whole):
                yield Fault(pack.file, f"{place}/{name}.txt", f"it does not print {value} ({meaning})", f"print {value} in it")
        if says and name not in FOLLOW_UPS and not any(phrase in _flat(whole) for phrase in wording.needs):
            needs = " or ".join(repr(phrase) for phrase in wording.needs)
            yield Fault(
                pack.file, f"{place}/{name}.txt", f"it does not say that it is a {pack.instrument}: {needs}", "say what it is"
            )


SIMILAR = "pk-peca-37"
"""A pack whose texts are named as an example."""


def _lost(pack: Pack, language: str, name: str) -> Fault:
    """A text that a language lacks. What every pack has in common stands once, in shared/; the rest in the pack's own folder."""
    of, purpose = pack.texts_of or pack.id, FOLLOW_UPS.get(name.removesuffix(".txt"))
    place = name if name.endswith(".toml") else f"shared/{name}" if purpose else f"{of}/{name}"
    what = f"there is no such text, which {purpose} and every language needs" if purpose else "there is no such text"
    do = f"translate {FIRST}/{place}, or take {language} out of languages"
    if language == FIRST and not purpose:
        do = f'write it beside the pack, or take the texts of another one: texts_of = "{SIMILAR}"'
    return Fault(pack.file, f"{language}/{place}", what, do)


def _printed(pack: Pack, language: str) -> Iterator[tuple[str, str]]:
    """What letters print from the pack itself. The title is in the pack's own language."""
    yield "title", pack.title
    yield f"redress.{language}", pack.redress[language]
    yield from ((f"columns.{column.name}.label.{language}", column.label[language]) for column in pack.columns)
    yield from ((f"clocks.{clock.name}.says", clock.says[language]) for clock in pack.clocks if language in clock.says)


def _forbidden(pack: Pack, path: str, text: str, wording: Wording) -> Iterator[Fault]:
    flat = _flat(text)
    for phrase in wording.allowed:
        flat = flat.replace(phrase, " ")
    for word in wording.forbidden:
        # Looking for the letters first spares compiling a pattern for each word in each text, at each start of a sending command.
        if word in flat and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", flat):
            do = "the three instruments are never worded alike: say it otherwise"
            yield Fault(pack.file, path, f"{word!r} has no place in a {pack.instrument}", do)


def _with_includes(texts: Mapping[str, str], language: str, path: str) -> str:
    """A template's source with all that it includes, each once."""
    seen: dict[str, str] = {}
    waiting = [path]
    while waiting:
        path = waiting.pop()
        if path in texts and path not in seen:
            seen[path] = COMMENT.sub(" ", texts[path])
            waiting += [f"{language}/{name}" for name in INCLUDE.findall(seen[path])]
    return "\n".join(seen.values())


def _flat(text: str) -> str:
    return " ".join(COMMENT.sub(" ", text).lower().split())


def _short(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:3])
    return f"{error}"
