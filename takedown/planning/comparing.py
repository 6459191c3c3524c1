"""What one plan has that another had not: for reading a successor without reading everything again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from takedown.ledger.ids import case_id
from takedown.ledger.store import Ledger
from takedown.ledger.tables import cases, request_cases, requests


@dataclass(frozen=True, slots=True)
class Difference:
    """`change`: + only in the new plan, - only in the old one, ~ in both, but not alike."""

    change: str
    case: str
    url: str
    what: str


def compare(ledger: Ledger, old: int, new: int) -> list[Difference]:
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


def _contents(ledger: Ledger, plan: int) -> dict[int, tuple[str, str, str, int]]:
    joined = requests.join(request_cases).join(cases, cases.c.id == request_cases.c.case)
    columns = (cases.c.id, cases.c.url, requests.c.channel, requests.c.destination, request_cases.c.version)
    query = select(*columns).select_from(joined).where(requests.c.plan == plan, requests.c.purpose != "reminder")
    with ledger.read() as db:
        return {row[0]: (row[1], row[2], row[3], row[4]) for row in db.execute(query.order_by(cases.c.id))}
