"""Single cells whose words have a grammar of their own: each is read, or what is wrong with it is added to `found`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from takedown.contract import Kind, Measure
from takedown.intake.results import Problem
from takedown.intake.text import Text
from takedown.notices import Pack

PLACES = frozenset({Kind.ACCOUNT, Kind.CHANNEL, Kind.GROUP, Kind.INVITE, Kind.PHONE})
"""Kinds that are removed as a whole; the default measure for others is `remove_item`."""
LINES = {"organisation": 200, "designation": 500}
PROSE = {"reason": 10_000, "proportionality": 10_000, "notes": 5_000}
CODES = {"url": 2048, "platform": 200, "handle": 200, "legal_basis": 200, "reference": 200, "measure": 200, "evidence": 4000,
         "territory": 1000, "platform_id": 200, "followers": 200, "language": 200, "first_seen": 200}  # fmt: skip
SHIFTED = "rows may have been shifted against each other"
MEASURES = {measure.value: measure for measure in Measure}
MOST_WORDS = 12
"""Of a file number."""
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
LASTING_ID = re.compile(r"-?[A-Za-z0-9_-]{1,64}")
AHEAD = timedelta(days=1)
"""How far ahead of UTC a day may be somewhere on earth."""


def texts(packs: Collection[Pack]) -> dict[str, tuple[Text, int]]:
    """What kind of text each column holds, and how many characters at most."""
    own = {
        column.name: (Text.PROSE if column.multiline else Text.LINE, column.max_length)
        for pack in packs
        for column in pack.columns
    }
    return (
        own
        | {name: (Text.LINE, limit) for name, limit in LINES.items()}
        | {name: (Text.PROSE, limit) for name, limit in PROSE.items()}
        | {name: (Text.CODE, limit) for name, limit in CODES.items()}
    )


def read_measure(number: int, given: str, kind: Kind | None, found: list[Problem]) -> Measure:
    """The measure that is asked for; without one, what fits the kind of target."""
    if given in MEASURES:
        return MEASURES[given]
    if given:
        fix = f"write one of {', '.join(MEASURES)}"
        found.append(Problem(number, "measure", f"{given[:60]!r} is no measure", "a request asks for one thing", fix, "TD-0231"))
    return Measure.REMOVE_ACCOUNT if kind in PLACES else Measure.REMOVE_ITEM


def read_followers(number: int, given: str, found: list[Problem]) -> int | None:
    if given.isascii() and given.isdigit() and len(given) <= 12:
        return int(given)
    found.append(
        Problem(number, "followers", f"{given[:40]!r} is no whole number", "it is counted", "write digits only", "TD-0234")
    )
    return None


def read_language(number: int, given: str, found: list[Problem]) -> str:
    if not LANGUAGE.fullmatch(given):
        fix = "write a code such as en or ur (BCP 47)"
        found.append(Problem(number, "language", f"{given[:40]!r} is no language code", "it picks the text", fix, "TD-0235"))
    return given.lower()


def read_first_seen(number: int, given: str, today: date | None, found: list[Problem]) -> str:
    """A day or a time, ISO 8601; none that is still to come, where it is known which day it is."""
    try:
        read = date.fromisoformat(given) if len(given) <= 10 else datetime.fromisoformat(given)
    except ValueError:
        why = "03/04 is two different days in two countries"
        found.append(Problem(number, "first_seen", f"{given[:40]!r} is no date", why, "write it as 2026-01-31", "TD-0236"))
        return ""
    if today is not None and (read.date() if isinstance(read, datetime) else read) > today + AHEAD:
        why = "nothing was seen on a day that is still to come"
        found.append(
            Problem(
                number,
                "first_seen",
                f"{given[:40]!r} lies ahead of us",
                why,
                "look at the year, the month and the day",
                "TD-0236",
            )
        )
    return read.isoformat()


def read_lasting_id(number: int, given: str, found: list[Problem]) -> str:
    if not LASTING_ID.fullmatch(given):
        fix = "write it as the platform does, digits and letters without blanks, or leave it out"
        found.append(Problem(number, "platform_id", f"{given[:60]!r} is no lasting id", SHIFTED, fix, "TD-0244"))
    return given


def misplaced(number: int, values: Mapping[str, str], packs: Collection[str], found: list[Problem]) -> None:
    """What stands under the wrong name: a code where sentences are asked for, a sentence where a file number is."""
    fix = "look whether two columns were exchanged"
    for name in ("reason", "proportionality"):
        text = values.get(name, "")
        code = text.isascii() and " " not in text and any(map(str.isdigit, text))
        if code or text in MEASURES or text in packs:
            why = "it reads like a code from another column"
            found.append(Problem(number, name, f"{text[:60]!r} is no text", why, fix, "TD-0245"))
    reference = values.get("reference", "")
    if len(reference.split()) > MOST_WORDS:
        why = "it reads like a text from another column"
        found.append(Problem(number, "reference", f"{reference[:60]!r} is no file number", why, fix, "TD-0245"))


def no_pack(number: int, given: str, packs: Collection[str]) -> Problem:
    what = f"there is no legal pack {given[:60]!r}" if given else "it is empty"
    fix = f"write one of {', '.join(packs)}"
    return Problem(number, "legal_basis", what, "a request without a legal basis is never sent", fix, "TD-0233")
