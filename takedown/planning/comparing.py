"""What one plan has that another had not: for reading a successor without reading everything again."""

from __future__ import annotations

from dataclasses import dataclass

from takedown.ledger.ids import case_id
from takedown.ledger.reader import Readable

CONTENTS = """SELECT c.id, c.url, r.channel, r.destination, k.version
  FROM requests r JOIN request_cases k ON k.request = r.id JOIN cases c ON c.id = k."case"
  WHERE r.plan = :plan AND r.purpose <> 'reminder' ORDER BY c.id"""


@dataclass(frozen=True, slots=True)
class Difference:
    """`change`: + only in the new plan, - only in the old one, ~ in both, but not alike."""

    change: str
    case: str
    url: str
    what: str


def compare(ledger: Readable, old: int, new: int) -> list[Difference]:
    """Case by case; a case whose channel, destination or own row changed is `~`."""
    before, after = _contents(ledger, old), _contents(ledger, new)
    found = [Difference("-", case_id(n), url, "no longer in it") for n, (url, *_) in before.items() if n not in after]
    for number, (url, *rest) in after.items():
        if number not in before:
            found.append(Difference("+", case_id(number), url, "new"))
        elif before[number][1:] != tuple(rest):
            changed = [
                name for name, a, b in zip(("channel", "destination", "case"), before[number][1:], rest, strict=True) if a != b
            ]
            found.append(Difference("~", case_id(number), url, ", ".join(changed) + " changed"))
    return found


def _contents(ledger: Readable, plan: int) -> dict[int, tuple[str, str, str, int]]:
    with ledger.view() as view:
        return {number: (url, channel, where, version) for number, url, channel, where, version in view.rows(CONTENTS, plan=plan)}
