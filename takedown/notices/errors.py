"""What can be wrong with a pack, a case under it, or a text that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from takedown.contract import RefusedByPolicy, TakedownError, UsageError


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a pack. `field` is a dotted path in the file, or the name of a template."""

    file: str
    field: str
    what: str
    do: str

    def __str__(self) -> str:
        return f"{self.file}: {self.field}: {self.what}"


class BadPacks(UsageError):
    """{count} fault(s) in the legal packs: {faults}."""

    code, why, do = "TD-0601", "a pack that is not sound is never used", "{first}; then: takedown packs lint"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(count=len(faults), faults="; ".join(map(str, faults)), first=faults[0].do)


class NoSuchPack(UsageError):
    """There is no legal pack {name}."""

    code, why, do = "TD-0602", "known are {known}", "takedown packs list"


class BadTemplate(TakedownError):
    """The template {template} of pack {pack} cannot be used: {what}."""

    code, exit = "TD-0603", 2
    why, do = "templates only print and repeat the values they are given", "mend it, then: takedown packs lint"


class IncompleteCase(RefusedByPolicy):
    """{case} is not complete for {pack}: {fields}."""

    code, why, do = "TD-0731", "{whys}", "{fixes}"


class NoIdentity(RefusedByPolicy):
    """The authority has no {fields}."""

    code = "TD-0732"
    why, do = "no request leaves without saying who sends it", "set it under [authority] in takedown.toml"


class NoTerritory(RefusedByPolicy):
    """The request for {cases} names no territory."""

    code = "TD-0733"
    why, do = "every request says where it is meant to have effect", "set [authority] country, or the column territory"


class TextTooLong(RefusedByPolicy):
    """The {template} of pack {pack} would be longer than {limit} bytes."""

    code = "TD-0734"
    why, do = "no platform reads a text of that size", "fewer cases in a request, or shorter reasons"
