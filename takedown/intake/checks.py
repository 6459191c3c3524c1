"""A row becomes a case, or the list of everything that is wrong with it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from takedown.contract import Kind, Measure, NotATarget, Platform, Target, refang
from takedown.intake.columns import COLUMNS
from takedown.intake.evidence import CannotHold, EvidenceRoom, Held
from takedown.intake.handles import Handles
from takedown.intake.naming import names_another
from takedown.intake.results import Linked, Misnamed, Problem, Refanged
from takedown.intake.rows import Row
from takedown.intake.territories import read_territory
from takedown.intake.text import Text, bad_character
from takedown.notices import Pack
from takedown.registry import Recogniser

PLACES = frozenset({Kind.ACCOUNT, Kind.CHANNEL, Kind.GROUP, Kind.INVITE, Kind.PHONE})
"""Kinds that are removed as a whole; the default measure for others is `remove_item`."""
LINES = {"organisation": 200, "designation": 500}
PROSE = {"reason": 10_000, "proportionality": 10_000, "notes": 5_000}
CODES = {"url": 2048, "platform": 200, "handle": 200, "legal_basis": 200, "reference": 200, "measure": 200, "evidence": 4000,
         "territory": 1000, "platform_id": 200, "followers": 200, "language": 200, "first_seen": 200}  # fmt: skip
SHIFTED = "rows may have been shifted against each other"
SHORT = 200
"""No column takes fewer characters than this, but for those that have a grammar of their own."""
BLANKS = " \t\u00a0"
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
MEASURES = {measure.value: measure for measure in Measure}
WRITTEN_PLAINLY = ("https://", "http://")
BRACKETS = frozenset("[({")
SINGULAR = frozenset({"url", "reference"})
"""What differs from row to row of a batch. The rest is the same for many, and judged once for all that share it."""


@dataclass(frozen=True)
class Setting:
    """What rows are checked against, and who acts. `authority` is its name, `country` where its measures have effect."""

    platforms: Mapping[str, Platform]
    packs: Mapping[str, Pack]
    authority: str
    country: str
    who: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that a file may have: ours and each pack's own."""
        own = sorted({name for pack in self.packs.values() for name in pack.own_columns})
        return (*COLUMNS, *(name for name in own if name not in COLUMNS))


NEW_CASE = (
    "row", "platform", "kind", "key", "identity", "url", "basis", "measure", "reference", "reason", "proportionality",
    "organisation", "territory", "platform_id", "language", "first_seen", "notes", "fields", "evidence", "followers",
)  # fmt: skip
"""The row's number, then the columns of `cases` that come from the file. All text but for the first and the last."""
NewCase = tuple[Any, ...]
"""Values in the order of `NEW_CASE`: a bare tuple, as a million of them are written to a spool and read again."""
BASIS, REFERENCE = NEW_CASE.index("basis"), NEW_CASE.index("reference")
KEY, URL = NEW_CASE.index("key"), NEW_CASE.index("url")
TEXTS = (NEW_CASE.index("reason"), NEW_CASE.index("proportionality"))
MOST_WORDS = 12
"""Of a file number."""
LASTING_ID = re.compile(r"-?[A-Za-z0-9_-]{1,64}")
REMEMBERED = 500
"""Kinds of row; a batch has one or a few, and a file of which every row is its own kind gains nothing."""


class Checker:
    """Checks rows one by one; `note` is told what was changed on the way."""

    def __init__(self, setting: Setting, room: EvidenceRoom, note: Callable[[Refanged | Linked | Misnamed], None]) -> None:
        self._setting, self._room, self._note = setting, room, note
        self._recognise, self._handles = Recogniser(setting.platforms), Handles(setting.platforms)
        self._fields = frozenset({*setting.columns} - {*COLUMNS} | {"designation"})
        self._texts = _texts(setting)
        self._alike: dict[tuple[str, ...], NewCase] = {}
        self._shape: tuple[str, ...] = ()
        self._others: Callable[[Mapping[str, str]], tuple[str, ...]] = lambda _: ()

    def check(self, row: Row) -> NewCase | list[Problem]:
        """The case, or every problem of the row."""
        found = self._check(row)
        if isinstance(found, tuple):
            for text in TEXTS:
                if named := names_another(found[text], found[KEY], found[URL]):
                    self._note(Misnamed(row.number, NEW_CASE[text], named, found[URL]))
        return found

    def _check(self, row: Row) -> NewCase | list[Problem]:
        target = self._plain(row)
        if target is None:
            return self._whole(row)
        values = row.values
        if self._shape != (shape := tuple(values)):
            self._shape = shape
            # A third name that is always there: with a single one, itemgetter gives no tuple.
            self._others = itemgetter(*(name for name in shape if name not in SINGULAR), "reason", "legal_basis")
        kind = (target.platform, target.kind.value, *self._others(values))
        if alike := self._alike.get(kind):
            facts = (row.number, *kind[:2], target.key, target.identity, target.url)
            return (*facts, *alike[BASIS:REFERENCE], values["reference"], *alike[REFERENCE + 1 :])
        found = self._whole(row)
        if isinstance(found, tuple):
            if len(self._alike) == REMEMBERED:
                self._alike.clear()
            self._alike[kind] = found
        return found

    def _plain(self, row: Row) -> Target | None:
        """The target of a row in whose address and reference there is nothing to say, so that one like it says all of it."""
        values = row.values
        url, reference = values.get("url", ""), values.get("reference", "")
        if row.problems or row.label or values.get("handle") or "reason" not in values or "legal_basis" not in values:
            return None
        plain = url.startswith(WRITTEN_PLAINLY) and url.isprintable() and not BRACKETS.intersection(url)
        if not plain or not reference[:1].isalnum() or not reference.isprintable() or reference[-1] == " ":
            return None
        if reference.count(" ") >= MOST_WORDS:
            return None
        target = self._recognise(url) if len(url) <= SHORT and len(reference) <= SHORT else None
        return target if isinstance(target, Target) else None

    def _whole(self, row: Row) -> NewCase | list[Problem]:
        found = list(row.problems)
        if found and not row.values:
            return found
        values = self._tidied(row, found)
        target = self._target(row, values, found)
        measure = self._measure(row.number, values, target, found)
        values["territory"] = self._territory(row.number, values, found)
        pack = self._setting.packs.get(values.get("legal_basis", ""))
        if pack is None:
            found.append(self._no_pack(row.number, values.get("legal_basis", "")))
        else:
            lacks = pack.missing(values, measure)
            found += [
                Problem(row.number, lack.field, "the case is not complete", lack.why, lack.fix, "TD-0230") for lack in lacks
            ]
        get = values.get
        followers = self._followers(row.number, values["followers"], found) if get("followers") else None
        language = self._language(row.number, values["language"], found) if get("language") else ""
        first_seen = self._first_seen(row.number, values["first_seen"], found) if get("first_seen") else ""
        self._misplaced(row.number, values, found)
        lasting = self._lasting_id(row.number, values["platform_id"], found) if get("platform_id") else ""
        evidence = self._evidence(row.number, values["evidence"], found) if get("evidence") else "[]"
        if found or target is None:
            return found
        fields = {} if self._fields.isdisjoint(values) else {name: values[name] for name in self._fields if get(name)}
        noted = json.dumps(fields, ensure_ascii=False, sort_keys=True) if fields else "{}"
        return (
            row.number, target.platform, target.kind.value, target.key, target.identity, target.url, values["legal_basis"],
            measure.value, values["reference"], values["reason"], get("proportionality", ""), get("organisation", ""),
            values["territory"], lasting, language, first_seen, get("notes", ""), noted, evidence, followers,
        )  # fmt: skip

    def _tidied(self, row: Row, found: list[Problem]) -> dict[str, str]:
        """The values without blanks around them; a character that has no place in its column is a problem."""
        joined = f"|{'|'.join(row.values.values())}|"
        blanks = "| " in joined or " |" in joined
        if not blanks and joined.isprintable() and len(max(row.values.values(), key=len)) <= SHORT:
            return dict(row.values)
        values = {name: value.strip(BLANKS) for name, value in row.values.items()}
        for name, value in values.items():
            text, limit = self._texts[name]
            if text is Text.PROSE and "\r" in value:
                value = values[name] = value.replace("\r\n", "\n")
            if len(value) > limit:
                what = f"{len(value):,} characters"
                found.append(Problem(row.number, name, what, f"at most {limit:,} are taken", "shorten it", "TD-0226"))
            if not value.isprintable() and (bad := bad_character(value, text)):
                why = "mail headers, file names and readers' eyes can be fooled with it"
                found.append(
                    Problem(row.number, name, f"it holds {bad}", why, f"write it as {text.value}, without it", "TD-0227")
                )
        return values

    def _target(self, row: Row, values: dict[str, str], found: list[Problem]) -> Target | None:
        url, platform, handle = values.get("url", ""), values.get("platform", ""), values.get("handle", "")
        if not url and handle:
            target = self._handles.read(platform, handle)
            column = "handle"
        else:
            target = self._recognise(url)
            column = "url"
        if isinstance(target, NotATarget):
            found.append(
                Problem(row.number, column, f"{(url or handle)[:200]!r} is not a target", target.message,
                        "give the address of one account, post, channel or group", target.reason.code)
            )  # fmt: skip
            return None
        if url:
            if not url.startswith(WRITTEN_PLAINLY) or BRACKETS.intersection(url):
                self._refanged(row.number, url)
            if platform and target.platform != platform.lower():
                found.append(
                    Problem(row.number, "platform", f"the link is on {target.platform}, the column says {platform!r}",
                            SHIFTED, "look at the row and its neighbours", "TD-0228")
                )  # fmt: skip
            if handle:
                self._handle(row.number, handle, target, found)
            if row.label:
                self._labelled(row, target, found)
        return target

    def _handle(self, number: int, handle: str, target: Target, found: list[Problem]) -> None:
        """A handle beside a link must agree with it, where it names the same kind; a number in a link says nothing of a name."""
        told = self._handles.read(target.platform, handle)
        if isinstance(told, NotATarget):
            what, why = f"{handle[:60]!r} is no handle", told.message
        elif target.kind is told.kind and target.identity != told.identity and not target.key.isdigit():
            what, why = f"the link is of {target.key}, the column says {handle[:60]!r}", SHIFTED
        else:
            return
        found.append(
            Problem(number, "handle", what, why, "look at the row and its neighbours, or leave the column out", "TD-0243")
        )

    def _misplaced(self, number: int, values: Mapping[str, str], found: list[Problem]) -> None:
        """What stands under the wrong name: a code where sentences are asked for, a sentence where a file number is."""
        fix = "look whether two columns were exchanged"
        for name in ("reason", "proportionality"):
            text = values.get(name, "")
            code = text.isascii() and " " not in text and any(map(str.isdigit, text))
            if code or text in MEASURES or text in self._setting.packs:
                why = "it reads like a code from another column"
                found.append(Problem(number, name, f"{text[:60]!r} is no text", why, fix, "TD-0245"))
        reference = values.get("reference", "")
        if len(reference.split()) > MOST_WORDS:
            why = "it reads like a text from another column"
            found.append(Problem(number, "reference", f"{reference[:60]!r} is no file number", why, fix, "TD-0245"))

    def _lasting_id(self, number: int, given: str, found: list[Problem]) -> str:
        if not LASTING_ID.fullmatch(given):
            fix = "write it as the platform does, digits and letters without blanks, or leave it out"
            found.append(Problem(number, "platform_id", f"{given[:60]!r} is no lasting id", SHIFTED, fix, "TD-0244"))
        return given

    def _refanged(self, number: int, url: str) -> None:
        now = refang(url)
        if now.casefold() != url.casefold():
            self._note(Refanged(number, url, now))

    def _labelled(self, row: Row, target: Target, found: list[Problem]) -> None:
        shown = self._recognise(row.label)
        if isinstance(shown, Target) and (shown.platform, shown.identity) != (target.platform, target.identity):
            found.append(
                Problem(row.number, "url", f"the cell shows {shown.url}, its link leads to {target.url}",
                        "only one of them is meant", "remove the link, or correct the text", "TD-0229")
            )  # fmt: skip
        elif row.label.rstrip("/") != target.url:
            self._note(Linked(row.number, row.label, target.url))

    def _measure(self, number: int, values: dict[str, str], target: Target | None, found: list[Problem]) -> Measure:
        given = values.get("measure", "")
        if given in MEASURES:
            return MEASURES[given]
        if given:
            fix = f"write one of {', '.join(MEASURES)}"
            found.append(
                Problem(number, "measure", f"{given[:60]!r} is no measure", "a request asks for one thing", fix, "TD-0231")
            )
        return Measure.REMOVE_ACCOUNT if target is not None and target.kind in PLACES else Measure.REMOVE_ITEM

    def _territory(self, number: int, values: dict[str, str], found: list[Problem]) -> str:
        given = values.get("territory", "")
        if not given and self._setting.country:
            return self._setting.country
        territory, wrong = read_territory(given)
        if not territory:
            what = f"{wrong[:20]!r} is no country code" if wrong else "there is no territory"
            fix = "write codes such as PK or DE;FR, or worldwide; or set [authority] country"
            why = "every request says where it is to have effect"
            found.append(Problem(number, "territory", what, why, fix, "TD-0232"))
        return territory

    def _no_pack(self, number: int, given: str) -> Problem:
        what = f"there is no legal pack {given[:60]!r}" if given else "it is empty"
        fix = f"write one of {', '.join(self._setting.packs)}"
        return Problem(number, "legal_basis", what, "a request without a legal basis is never sent", fix, "TD-0233")

    def _followers(self, number: int, given: str, found: list[Problem]) -> int | None:
        if given.isascii() and given.isdigit() and len(given) <= 12:
            return int(given)
        found.append(
            Problem(number, "followers", f"{given[:40]!r} is no whole number", "it is counted", "write digits only", "TD-0234")
        )
        return None

    def _language(self, number: int, given: str, found: list[Problem]) -> str:
        if not LANGUAGE.fullmatch(given):
            fix = "write a code such as en or ur (BCP 47)"
            found.append(Problem(number, "language", f"{given[:40]!r} is no language code", "it picks the text", fix, "TD-0235"))
        return given.lower()

    def _first_seen(self, number: int, given: str, found: list[Problem]) -> str:
        try:
            read = date.fromisoformat(given) if len(given) <= 10 else datetime.fromisoformat(given)
        except ValueError:
            why = "03/04 is two different days in two countries"
            found.append(Problem(number, "first_seen", f"{given[:40]!r} is no date", why, "write it as 2026-01-31", "TD-0236"))
            return ""
        return read.isoformat()

    def _evidence(self, number: int, given: str, found: list[Problem]) -> str:
        held: dict[str, Held] = {}
        for name in filter(None, (part.strip() for part in given.split(";"))):
            try:
                taken = self._room.take(name)
                held.setdefault(taken["sha256"], taken)
            except CannotHold as error:
                fix = "put the file beside the imported one, and write its path from there"
                found.append(
                    Problem(number, "evidence", f"{name[:200]!r}: {error}", "evidence is copied and kept", fix, "TD-0237")
                )
        return json.dumps(list(held.values()), ensure_ascii=False)


def _texts(setting: Setting) -> dict[str, tuple[Text, int]]:
    own = {
        column.name: (Text.PROSE if column.multiline else Text.LINE, column.max_length)
        for pack in setting.packs.values()
        for column in pack.columns
    }
    return (
        own
        | {name: (Text.LINE, limit) for name, limit in LINES.items()}
        | {name: (Text.PROSE, limit) for name, limit in PROSE.items()}
        | {name: (Text.CODE, limit) for name, limit in CODES.items()}
    )
