"""Where cases stand that are to be taken back: with the platform, on the way, or not sent yet; and whether they may be."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, RowMapping, select

from takedown.contract import RefusedByPolicy, UsageError
from takedown.display import words
from takedown.ledger.cases import no_such
from takedown.ledger.ids import case_id, request_id
from takedown.ledger.moves import WITHDRAWAL, State
from takedown.ledger.tables import case_references, cases, events, openings, request_cases, requests

OVER = (State.REFUSED.value, State.WITHDRAWN.value)


class NothingToWithdraw(UsageError):
    """{case} is not with the platform: {state}."""

    code, why, do = (
        "TD-0781",
        "only what was sent, or will be, can be taken back",
        "takedown case close {case} --as mistake",
    )


class TakenBackAlready(RefusedByPolicy):
    """{case} is taken back already: {state}."""

    code, why, do = "TD-0782", "a withdrawal is not repeated either", "takedown case explain {case}"


class OthersToo(RefusedByPolicy):
    """{case} was reported by {others} too."""

    code, why = "TD-0783", "one agency's withdrawal does not end the other's"
    do = "ask them; if all agree: takedown withdraw {case} --reason TEXT --for-all"


@dataclass
class Look:
    """What was found of the cases: requests by what can be done with them, and the states on which that rests.

    doubtful: a person decided to send it again although it may have arrived, and it has not left since.
    """

    cases: dict[int, RowMapping] = field(default_factory=dict[int, RowMapping])
    sent: dict[int, set[int]] = field(default_factory=dict[int, set[int]])
    unsent: dict[int, set[int]] = field(default_factory=dict[int, set[int]])
    in_flight: dict[int, set[int]] = field(default_factory=dict[int, set[int]])
    doubtful: dict[int, set[int]] = field(default_factory=dict[int, set[int]])
    rows: dict[int, RowMapping] = field(default_factory=dict[int, RowMapping])

    def of(self, held: Mapping[int, set[int]]) -> set[int]:
        return {case for named in held.values() for case in named}


def check(db: Connection, number: int, for_all: bool) -> None:
    row = db.execute(select(cases).where(cases.c.id == number)).mappings().first()
    name = case_id(number)
    if row is None:
        no_such(number)
    if row["withdrawal"] not in {"none", "refused"}:
        raise TakenBackAlready(case=name, state=words("withdrawal", row["withdrawal"]))
    found = look(db, [number])
    if not (found.sent or found.unsent or found.in_flight or found.doubtful):
        raise NothingToWithdraw(case=name, state=words("delivery", row["delivered"]))
    others = select(case_references.c.organisation).where(
        case_references.c.case == number, case_references.c.organisation != row["organisation"]
    )
    held = sorted(set(db.execute(others).scalars()))
    if held and not for_all:
        raise OthersToo(case=name, others=", ".join(one or "another file" for one in held))


def can_be_withdrawn(db: Connection, number: int) -> bool:
    """Whether a case is with its platform, or will be, and was not taken back."""
    found = look(db, [number])
    asked = found.cases[number]["withdrawal"] in {"none", "refused"}
    return asked and bool(found.sent or found.unsent or found.in_flight or found.doubtful)


def look(db: Connection, numbers: Iterable[int]) -> Look:
    found = Look()
    joined = requests.join(request_cases, request_cases.c.request == requests.c.id)
    for number in numbers:
        found.cases[number] = db.execute(select(cases).where(cases.c.id == number)).mappings().one()
        mine = (request_cases.c.case == number, request_cases.c.excepted == "", requests.c.purpose != WITHDRAWAL)
        for row in db.execute(select(requests).select_from(joined).where(*mine)).mappings():
            found.rows[row["id"]] = row
            if (held := _place(found, db, row, number)) is not None:
                held.setdefault(row["id"], set()).add(number)
    return found


def _place(found: Look, db: Connection, row: RowMapping, case: int) -> dict[int, set[int]] | None:
    asleep = row["purpose"] == "reminder"
    match State(row["state"]):
        case State.SENT if row["purpose"] == "removal" and not _covered(db, row["id"], case):
            return found.sent
        case State.PLANNED | State.APPROVED:
            return found.doubtful if _may_have_arrived(db, row) else found.unsent
        case State.OPERATOR if row["opened_at"] is None:
            return found.doubtful if _may_have_arrived(db, row) else found.unsent
        case State.SENDING | State.UNKNOWN | State.OPERATOR if not asleep:
            return found.in_flight
        case _:
            return None


def _may_have_arrived(db: Connection, row: RowMapping) -> bool:
    """Whether the last word on an earlier try is a person's, who let it go out again without knowing what became of it."""
    if not row["attempts"]:
        return False
    mine = (events.c.subject == request_id(row["id"]), events.c.kind == "request.approved")
    said = db.execute(select(events.c.data).where(*mine).order_by(events.c.seq.desc()).limit(1)).scalar()
    return said is not None and json.loads(said).get("decision") == "again"


def _covered(db: Connection, request: int, case: int) -> bool:
    """Whether a withdrawal of this request for this case is under way or done."""
    joined = requests.join(request_cases, request_cases.c.request == requests.c.id)
    mine = (requests.c.purpose == WITHDRAWAL, requests.c.follows == request, request_cases.c.case == case)
    query = select(requests.c.id).select_from(joined).where(*mine, requests.c.state.not_in(OVER))
    return db.execute(query).first() is not None


def nothing_came(db: Connection, case: int, found: Look) -> bool:
    """It was asked for while the request was under way, and the platform has not taken the request after all."""
    if found.in_flight or found.cases[case]["withdrawal"] != "requested":
        return False
    joined = requests.join(request_cases, request_cases.c.request == requests.c.id)
    under_way = (request_cases.c.case == case, requests.c.purpose == WITHDRAWAL, requests.c.state.not_in(OVER))
    return db.execute(select(requests.c.id).select_from(joined).where(*under_way)).first() is None


def asked_by(db: Connection, case: int, who: str) -> tuple[str, str]:
    """Who asked for a case to be withdrawn, and why."""
    mine = (events.c.subject == case_id(case), events.c.kind == "case.withdrawn")
    seq = db.execute(select(events.c.seq).where(*mine).order_by(events.c.seq.desc()).limit(1)).scalar()
    held = dict(db.execute(select(openings.c.name, openings.c.value).where(openings.c.seq == seq)).all())
    return held.get("by", who), held.get("reason", "(the reason was erased)")
