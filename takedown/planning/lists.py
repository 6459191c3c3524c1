"""Lists of names that the policy holds: who is protected, and who concerns the authority itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar
from urllib.parse import unquote

from takedown.policy.schema import Names, Policy

N = TypeVar("N", bound=Names)
WORD = re.compile(r"[^\W\d_]+")
PROTECTED = "protected speaker"
"""Stands in every flag of such a case."""


class Listed(Generic[N]):
    """Lists ready to be asked: each target is looked up by all of its names, not compared with every entry."""

    def __init__(self, lists: Sequence[N]) -> None:
        self._held: dict[str, list[N]] = {}
        for one in lists:
            for entry in one.entries:
                platform, _, key = entry.partition(":")
                self._held.setdefault(f"{platform.lower()}:{_plain(key)}", []).append(one)

    def of(self, case: Mapping[str, Any]) -> list[N]:
        """The lists that name the target of a row of `cases`, or the account that it belongs to."""
        return self.among(case, names_of(case)) if self._held else []

    def among(self, case: Mapping[str, Any], names: Sequence[str]) -> list[N]:
        """As `of`, of a case whose names are known."""
        found: list[N] = []
        for name in names if self._held else ():
            for platform in (str(case["platform"]), "*"):
                found += (one for one in self._held.get(f"{platform}:{name}", ()) if one not in found)
        return found


def names_of(case: Mapping[str, Any]) -> list[str]:
    """What a target goes by: its key, its stable id, and each part of its link (an item's link names its account)."""
    held = [str(case["key"]), str(case["identity"]).partition(":")[2]]
    if case["platform_id"]:
        held += [str(case["platform_id"]), f"id:{case['platform_id']}"]
    path = re.split(r"[?#]", str(case["url"]).partition("://")[2].partition("/")[2], maxsplit=1)[0]
    held += (unquote(path) if "%" in path else path).split("/")
    return [*dict.fromkeys(filter(None, map(_plain, held)))]


def _plain(name: str) -> str:
    return (name.lower() if name.isascii() else unicodedata.normalize("NFKC", name).casefold()).strip("@ ")


class Protected:
    """Who may not be silenced lightly, by list and by signal. It flags; it never judges."""

    def __init__(self, policy: Policy) -> None:
        self._lists = Listed(policy.protected)
        self._any = bool(policy.protected or policy.signals)
        self._signals = {word.casefold(): kind for kind, words in policy.signals.items() for word in words}

    def flags(self, case: Mapping[str, Any]) -> Iterator[str]:
        """Why a case needs care, in people's words."""
        if not self._any:
            return
        names = names_of(case)
        for one in self._lists.among(case, names):
            yield f"{PROTECTED} ({one.kind}), named by {one.source} of {one.date}"
        if self._signals:
            words = {word.casefold() for name in names for word in WORD.findall(name)}
            for word in sorted(words & self._signals.keys()):
                yield f"its name holds {word!r}, a sign of {PROTECTED}s ({self._signals[word]})"
