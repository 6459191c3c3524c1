"""What mends a refusal, by its class: a repeat must bring something new, and what is new differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Repair:
    """What would be new, and the command; `do` may name {case}, {request} and {platform}."""

    what: str
    do: str

    def command(self, *, case: str, request: str, platform: str) -> str:
        return self.do.format(case=case, request=request, platform=platform)


FURTHER = Repair("ask under another basis, the next step of the law", "takedown case next-step {case} --basis PACK")
MISSING = Repair("add what was missing, in the same thread", "takedown answer {request} --text FILE")
REPAIRS: Mapping[str, Repair] = {
    "insufficient_information": MISSING,
    "lacks_information": MISSING,
    "manifest_errors": MISSING,
    "wrong_entity": Repair("ask the company that answers for it", "takedown platforms {platform}"),
    "court_order_needed": Repair("bring a court's order", "takedown case next-step {case} --basis court-order"),
    "not_illegal": Repair("name the law that it breaks, under another basis", "takedown case next-step {case} --basis PACK"),
    "already_gone": Repair("look whether it is gone", "takedown verify --platform {platform}"),
    "cannot_reach": Repair("close it, or ask for the account that it is in", "takedown case close {case} --as WHY"),
}
"""Classes are those that replies are read into (inbox/phrases.py) and the forms of the law (inbox/forms.py)."""


def repair_of(reason_code: str) -> Repair:
    """For a class that is not known, the next step of the law."""
    return REPAIRS.get(reason_code, FURTHER)
