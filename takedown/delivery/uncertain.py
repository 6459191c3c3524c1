"""Uncertain sendings as they are read: what is known of each, and what could settle it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from takedown.contract import Channel
from takedown.ledger.ids import plan_id, request_id
from takedown.ledger.reader import Readable, Reader
from takedown.ledger.states import State

if TYPE_CHECKING:
    from takedown.desk import Desk

UNCERTAIN = f"""SELECT r.id, r.plan, r.platform, r.channel, r.lane, r.reference, r.cases, r.attempts, r.key_born, r.doubt_since,
  r.updated_at, r.detail, r.assigned, (SELECT p.state FROM plans p WHERE p.id = r.plan) AS in_force
  FROM requests r WHERE r.state = '{State.UNKNOWN.value}'"""  # noqa: S608 -- of constants
NUMBERS = """SELECT c.reference FROM request_cases k JOIN cases c ON c.id = k."case" WHERE k.request = :request
  ORDER BY k.position"""


class Settles(StrEnum):
    """What can tell whether it arrived."""

    KEY = "the same key, sent again"
    SEARCH = "a search for our reference"
    PORTAL = "the portal's own list"
    MAILBOX = "the sent folder, the mail server's log, an answer"
    PERSON = "the platform, asked by a person"


@dataclass(frozen=True, slots=True)
class Unknown:
    """An uncertain sending. `since` in seconds since the epoch; `who` opened it, for a portal."""

    request: int
    plan: int
    platform: str
    channel: str
    reference: str
    file_numbers: tuple[str, ...]
    cases: int
    attempts: int
    since: float
    why: str
    who: str
    settles: Settles

    @property
    def id(self) -> str:
        return request_id(self.request)

    @property
    def do(self) -> str:
        match self.settles:
            case Settles.KEY:
                return f"takedown submit {plan_id(self.plan)}"
            case Settles.SEARCH:
                return "takedown sync"
            case Settles.PORTAL:
                return f"takedown portal next {self.id}"
            case _:
                return f"takedown unknown resolve {self.id} --sent NUMBER --evidence FILE"


def uncertain(ledger: Readable, desk: Callable[[], Desk]) -> list[Unknown]:
    """Every uncertain request, the oldest doubt first. `desk` is asked for where only an adapter knows what can settle it."""
    with ledger.view() as view:
        rows = view.records(UNCERTAIN)
        asked = desk() if any(row["channel"] == Channel.API.value for row in rows) else None
        found = [_unknown(view, row, _settles(asked, row)) for row in rows]
    return sorted(found, key=lambda one: (one.since, one.request))


def _unknown(view: Reader, row: Mapping[str, Any], settles: Settles) -> Unknown:
    return Unknown(
        request=row["id"],
        plan=row["plan"],
        platform=row["platform"],
        channel=row["channel"],
        reference=row["reference"],
        file_numbers=tuple(dict.fromkeys(str(one) for (one,) in view.rows(NUMBERS, request=row["id"]))),
        cases=row["cases"],
        attempts=row["attempts"],
        since=row["doubt_since"] or row["updated_at"],
        why=row["detail"],
        who=row["assigned"],
        settles=settles,
    )


def _settles(desk: Desk | None, row: Mapping[str, Any]) -> Settles:
    if desk is None or row["channel"] != Channel.API.value:
        return Settles.PORTAL if row["channel"] == Channel.PORTAL.value else Settles.MAILBOX
    from takedown.delivery.lanes import known_lane  # slow to load, and seldom needed

    lane = known_lane(desk, row["lane"])
    if lane is None:  # its adapter is gone or wrongly configured
        return Settles.PERSON
    if lane.remembers(row["key_born"], desk.clock.now()) and row["in_force"] == "approved":
        return Settles.KEY
    return Settles.SEARCH if lane.searchable else Settles.PERSON
