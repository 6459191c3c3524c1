"""A row becomes a case, or the list of everything that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from takedown.contract import NotATarget, Platform, Target, refang
from takedown.intake.cells import (
    MOST_WORDS,
    SHIFTED,
    misplaced,
    no_pack,
    read_first_seen,
    read_followers,
    read_language,
    read_lasting_id,
    read_measure,
    texts,
)  # fmt: skip
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

WANTED = {
    "url": "give the address of one account, post, channel or group",
    "handle": "write the bare name as the platform shows it, a number with its country code as +44 7700 900123",
}
"""What a row's target is to be written as, by the column that holds it."""
SHORT = 200
"""No column takes fewer characters than this, but for those that have a grammar of their own."""
BLANKS = " \t\u00a0"
WRITTEN_PLAINLY = ("https://", "http://")
BRACKETS = frozenset("[({")
SINGULAR = frozenset({"url", "reference"})
"""What differs from row to row of a batch. The rest is the same for many, and judged once for all that share it."""


@dataclass(frozen=True)
class Setting:
    """What rows are checked against, and who acts. `authority` is its name, `country` where its measures have effect.

    `today` in UTC: nothing was first seen after it; None takes any day.
    """

    platforms: Mapping[str, Platform]
    packs: Mapping[str, Pack]
    authority: str
    country: str
    who: str
    today: date | None = None

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
REMEMBERED = 500
"""Kinds of row; a batch has one or a few, and a file of which every row is its own kind gains nothing."""


class Checker:
    """Checks rows one by one; `note` is told what was changed on the way."""

    def __init__(self, setting: Setting, room: EvidenceRoom, note: Callable[[Refanged | Linked | Misnamed], None]) -> None:
        self._setting, self._room, self._note = setting, room, note
        self._recognise, self._handles = Recogniser(setting.platforms), Handles(setting.platforms)
        self._fields = frozenset({*setting.columns} - {*COLUMNS} | {"designation"})
        self._texts = texts(setting.packs.values())
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
        measure = read_measure(row.number, values.get("measure", ""), target.kind if target else None, found)
        values["territory"] = self._territory(row.number, values, found)
        pack = self._setting.packs.get(values.get("legal_basis", ""))
        if pack is None:
            found.append(no_pack(row.number, values.get("legal_basis", ""), self._setting.packs))
        else:
            lacks = pack.missing(values, measure)
            found += [
                Problem(row.number, lack.field, "the case is not complete", lack.why, lack.fix, "TD-0230") for lack in lacks
            ]
        get = values.get
        followers = read_followers(row.number, values["followers"], found) if get("followers") else None
        language = read_language(row.number, values["language"], found) if get("language") else ""
        first_seen = read_first_seen(row.number, values["first_seen"], self._setting.today, found) if get("first_seen") else ""
        misplaced(row.number, values, self._setting.packs, found)
        lasting = read_lasting_id(row.number, values["platform_id"], found) if get("platform_id") else ""
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
                        WANTED[column], target.reason.code)
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
