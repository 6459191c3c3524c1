"""Decisions as values: what a mail says of its request, and of each case that the request carries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

Identify = Callable[[str], str]
"""A link, or a name, as the identity of a target; empty when it leads to none."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`value` is a claimed value; `words` the sentence that says so. `mild`: it denies a breach rather than an action."""

    value: str
    ground: str = ""
    territory: tuple[str, ...] = ()
    reason_code: str = ""
    words: str = ""
    mild: bool = False

    @property
    def said(self) -> tuple[str, str, tuple[str, ...], str]:
        return self.value, self.ground, self.territory, self.reason_code


@dataclass
class Reading:
    """All that a text decides.

    `general` counts for the whole request; `listed` by identity, None where no decision stands by it; `headed` for a list below,
    of which nothing may be known. `strangers`: names that a decision gives to its target and that are not ours. `doubt` says why
    nothing counts; `unread` is a clause that tells of a decision in words that are not understood, so that none counts either.
    """

    general: list[Verdict] = field(default_factory=list[Verdict])
    listed: dict[str, Verdict | None] = field(default_factory=dict[str, "Verdict | None"])
    headed: list[Verdict] = field(default_factory=list[Verdict])
    strangers: list[str] = field(default_factory=list[str])
    doubt: str = ""
    unread: str = ""

    @property
    def decides(self) -> bool:
        return not self.doubt and not self.unread and bool(self.general or self.headed or any(self.listed.values()))

    @property
    def every(self) -> list[Verdict]:
        return [one for one in (*self.general, *self.headed, *self.listed.values()) if one]

    def key(self) -> object:
        """For comparing two versions of one mail."""
        general = {one.said for one in (*self.general, *self.headed)}
        return (
            general,
            tuple(sorted(self.strangers)),
            {name: one.said if one else None for name, one in self.listed.items()},
            bool(self.doubt),
            bool(self.unread),
        )


def one_of(general: Sequence[Verdict]) -> Verdict | None:
    """The one decision that the sentences agree on; None when they do not."""
    values = {one.value for one in general}
    if values == {"restricted", "declined"} and all(one.mild for one in general if one.value == "declined"):
        values = {"restricted"}  # no breach of its rules, but withheld under local law
    if values == {"declined", "not_found"}:
        values = {"not_found"}
    if len(values) != 1:
        return None
    alike = [one for one in general if one.value in values]
    territory = tuple(dict.fromkeys(code for one in alike for code in one.territory))
    ground = next((one.ground for one in alike if one.ground), "")
    code = next((one.reason_code for one in alike if one.reason_code), "")
    return replace(alike[0], territory=territory, ground=ground, reason_code=code)


def per_case(reading: Reading, identities: Mapping[int, str]) -> dict[int, Verdict]:
    """The decision on each case of the request (case number -> identity of its target); cases without one are left out.

    A mail that names targets speaks of those only: if none of them is ours, it decides nothing here.
    """
    if not reading.decides or reading.strangers:
        return {}
    general = one_of(reading.general)
    if not reading.listed:
        return dict.fromkeys(identities, general) if general else {}
    made = {case: reading.listed[identity] or general for case, identity in identities.items() if identity in reading.listed}
    return {case: verdict for case, verdict in made.items() if verdict is not None}
