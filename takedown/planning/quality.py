"""How often platforms agreed with an organisation: decided for us of all that was decided, with Wilson's lower bound.

Only what was first decided after the organisation's last review counts, so that a review lets it go on and is not forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from takedown.approval import Signature, approvers, check_approval
from takedown.contract import UsageError
from takedown.desk import Desk
from takedown.ledger.tables import cases, events
from takedown.ledger.truths import ACTED, FINAL
from takedown.proportions import wilson

KIND = "precision.reviewed"
OURS = "the authority itself"


class NothingDecided(UsageError):
    """{organisation} has no decisions to be reviewed."""

    code, why, do = (
        "TD-0771",
        "its name is that of the column organisation; the authority itself is --own",
        "takedown policy precision",
    )


@dataclass(frozen=True, slots=True)
class Precision:
    """`won` of `decided` requests of an organisation (empty: the authority itself) since `reviewed`, a time as text or empty."""

    organisation: str
    won: int
    decided: int
    floor: float
    enough: int
    reviewed: str = ""

    @property
    def low(self) -> float:
        """Wilson's lower bound at 95 %, of 0 to 1."""
        return wilson(self.won, self.decided).low

    @property
    def too_low(self) -> bool:
        return bool(self.floor) and self.decided >= self.enough and self.low < self.floor

    def told(self) -> str:
        share = f"{self.won} of {self.decided} decided cases of {self.organisation or OURS} were granted"
        return f"{share} (surely {self.low:.0%} or more), the policy asks for {self.floor:.0%}"

    def do(self) -> str:
        return f"look at what was declined, then: takedown policy review {_flag(self.organisation)} --reason TEXT --as NAME"


def _flag(organisation: str) -> str:
    return f"'{organisation}'" if organisation else "--own"


def standing(desk: Desk) -> list[Precision]:
    """Each organisation with decisions; nothing where the policy asks for no floor."""
    return precision(desk) if desk.policy.precision_floor else []


def precision(desk: Desk) -> list[Precision]:
    """Each organisation's decisions since its last review. Reads an index of every case once, twice where there was one."""
    policy = desk.policy
    with desk.ledger.read() as db:
        found = _counted(db, {})
        since = reviews(db, found)
        found = _counted(db, since) if since else found
    asked = (policy.precision_floor, policy.precision_from)
    return [Precision(name, won, n, *asked, since.get(name, "")) for name, (won, n) in sorted(found.items())]


def _counted(db: Connection, since: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """Granted and decided cases by organisation, of those first decided after `since`."""
    acted, declined = cases.c.acted_at, cases.c.declined_at
    first = case((acted.is_(None), declined), (declined.is_(None), acted), (acted < declined, acted), else_=declined)
    after = {name: datetime.fromisoformat(at).timestamp() for name, at in since.items()}
    won = func.sum(case((cases.c.claimed.in_(sorted(ACTED)), 1), else_=0))
    query = select(cases.c.organisation, won, func.count()).where(cases.c.claimed.in_(sorted(FINAL)))
    if after:
        query = query.where(first > case(after, value=cases.c.organisation, else_=0.0))
    return {name: (int(granted or 0), int(n)) for name, granted, n in db.execute(query.group_by(cases.c.organisation))}


def reviews(db: Connection, organisations: Iterable[str]) -> dict[str, str]:
    """When each of these organisations was last reviewed, as the record writes times; without those that never were."""
    named = {_subject(name): name for name in organisations}
    newest = select(events.c.subject, func.max(events.c.at)).where(events.c.subject.in_(named), events.c.kind == KIND)
    return {named[subject]: str(at) for subject, at in db.execute(newest.group_by(events.c.subject))}


def _subject(organisation: str) -> str:
    return f"organisation:{organisation}"


def review_statement(ledger: str, one: Precision) -> str:
    """What the reviewer signs: the figures that were looked at."""
    told = {"organisation": one.organisation, "won": one.won, "decided": one.decided, "since": one.reviewed}
    return f"takedown-review-v1\n{ledger}\n{json.dumps(told, sort_keys=True, ensure_ascii=False)}"


def of(desk: Desk, organisation: str) -> Precision:
    """An organisation's figures. Raises NothingDecided."""
    found: Iterator[Precision] = (one for one in precision(desk) if one.organisation == organisation)
    one = next(found, None)
    if one is None:
        raise NothingDecided(organisation=organisation or OURS)
    return one


def review(desk: Desk, one: Precision, reason: str, signature: Signature | None) -> None:
    """Record that an approver looked at an organisation's work. Raises what check_approval raises."""
    if desk.policy.approvals:
        statement = review_statement(desk.ledger.setting("ledger"), one)
        given = signature or Signature("", "")
        check_approval(
            desk.who, given, statement, f"the review of {one.organisation or OURS}", "", approvers(desk.policy.approvers)
        )
    told = {"won": one.won, "decided": one.decided, **(asdict(signature) if signature else {})}
    private = {"by": desk.who, "reason": reason}
    desk.ledger.write(lambda book: book.record(KIND, _subject(one.organisation), told, private))
