"""What people decided that lies in tables of its own, against the events that told of it.

The kill switch, legal holds, cases kept apart, appeals, who planned and until when it counts, how plans ended, reviews,
withdrawals, reminders that were let go, and which file was imported.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from takedown.audit.chain import FAULTS, Data, Told, rows
from takedown.clock import iso
from takedown.ledger.ids import batch_id, case_id, plan_id, request_id
from takedown.ledger.moves import WITHDRAWAL, State
from takedown.ledger.states import DORMANT
from takedown.ledger.tables import HALTED, appeals, batches, cases, holds, plans, request_cases, requests


def of_decisions(db: Connection, told: Told) -> Iterator[str]:
    """Problems of the rows, and of rows that are not there."""
    for check in (_switch, _holds, _apart, _appeals, _made, _ended, _reviewed, _withdrawals, _reminders, _files):
        try:
            yield from check(db, told)
        except FAULTS:
            yield f"what was decided cannot be understood ({check.__name__.strip('_')})"


def _switch(db: Connection, told: Told) -> Iterator[str]:
    """A switch that was set and not let go is set, by whoever set it. One that nobody recorded only stops sending."""
    since: list[int] = []
    for seq, kind, _, _ in told.decided:
        if kind in {"halted", "unhalted"}:
            since = [*since, seq] if kind == "halted" else []
    if not since:
        return
    text = db.execute(HALTED).scalar()
    if not text:
        yield f"sending was halted by event {since[-1]}, and the ledger says that it goes on"
        return
    held = json.loads(text)
    if all(told.opened.get((seq, "by"), held["by"]) != held["by"] for seq in since):
        yield f"sending was halted by another than {held['by']}, as the ledger says"


def _holds(db: Connection, told: Told) -> Iterator[str]:
    held: dict[str, int] = {}
    for seq, kind, subject, _ in told.decided:
        if kind == "case.held_back":
            held[subject] = seq
        elif kind == "case.let_go":
            held.pop(subject, None)
    for row in rows(db, select(holds)):
        name = case_id(row["case"])
        since = held.pop(name, None)
        if since is None:
            yield f"{name} is held, and nobody recorded that"
        elif any(told.opened.get((since, of), row[of]) != row[of] for of in ("by", "reason")):
            yield f"the hold of {name} is not the one that was recorded"
    for name in held:
        yield f"the hold of {name} was taken away, and no event tells of it"


def _apart(db: Connection, told: Told) -> Iterator[str]:
    """Cases that nothing is sent for, since what they point to changed, or the ledger was taken back in time.

    A case may be kept apart for both, and each ends by a word of its own.
    """
    for begins, ends, kept in APART:
        apart: dict[str, int] = {}
        for seq, kind, subject, data in told.decided:
            if kind == begins:
                apart |= dict.fromkeys(data.get("cases", [subject]), seq)
            elif kind in ends:
                for name in data.get("cases", [subject]):
                    apart.pop(name, None)
        for name in apart.keys() - {case_id(one) for (one,) in db.execute(select(cases.c.id).where(kept))}:
            yield f"{name} was kept apart by event {apart[name]}, and may be sent without anybody's word"


APART = (
    ("case.held", {"case.renamed", "case.released"}, cases.c.held != ""),
    ("cases.doubted", {"cases.cleared"}, cases.c.doubted_at.is_not(None)),
)
"""What keeps cases apart: the event that begins it, those that end it, and how their rows stand until then."""


def _appeals(db: Connection, told: Told) -> Iterator[str]:
    said: dict[str, dict[str, Any]] = {}
    for seq, kind, subject, data in told.decided:
        if kind == "appeal.received":
            known = {"case": subject, "from": data["from"], "due": data["due"], "outcome": ""}
            known |= {} if subject in told.erased else {"evidence": data.get("evidence", "")}
            said[data["appeal"]] = known | _opened(told, seq, "reason")
        elif kind == "appeal.decided":
            said[data["appeal"]] |= {"outcome": data["outcome"], **_opened(told, seq, "reason", "why")}
    for row in rows(db, select(appeals)):
        name = f"A-{row['id']}"
        was = said.pop(name, None)
        is_ = {**row, "case": case_id(row["case"]), "due": iso(row["due_at"])}
        if was is None:
            yield f"{name} is there, and nobody recorded it"
        elif any(is_[of] != value for of, value in was.items()):
            yield f"{name} is not the appeal that was recorded, or ended otherwise"
    for name in said:
        yield f"{name} is gone"


def _opened(told: Told, seq: int, name: str, column: str = "") -> dict[str, str]:
    """The value behind a commitment, as the column that keeps it; nothing once it is erased."""
    value = told.opened.get((seq, name))
    return {} if value is None else {column or name: value}


def _made(db: Connection, told: Told) -> Iterator[str]:
    """Who made a plan, until when it may be sent, and whether a second person is to look at it afterwards."""
    for number, planner, until, review in db.execute(select(plans.c.id, plans.c.planner, plans.c.valid_until, plans.c.review)):
        name = plan_id(number)
        seq, made = told.planned.get(name, 0), told.plans.get(name, {})
        if told.opened.get((seq, "by"), planner) != planner:
            yield f"{name} was made by another than {planner}"
        if made.get("until", round(until)) != round(until):
            yield f"{name} may be sent until another time than it was made for"
        if made.get("review") and not review:
            yield f"{name} was to be reviewed by a second person, and is not any more"


ENDED = frozenset({"plan.discarded", "plan.rejected", "plan.expired"})


def _ended(db: Connection, told: Told) -> Iterator[str]:
    """A plan that was ended is not in force again."""
    ended = {subject: (seq, kind) for seq, kind, subject, _ in told.decided if kind in ENDED}
    for number, state in db.execute(select(plans.c.id, plans.c.state)):
        seq, kind = ended.get(plan_id(number), (0, ""))
        if kind and kind != f"plan.{state}":
            yield f"{plan_id(number)} was ended by event {seq}, and is {state}"


def _reviewed(db: Connection, told: Told) -> Iterator[str]:
    said = {subject: data["verdict"] for _, kind, subject, data in told.decided if kind == "plan.reviewed"}
    for number, review in db.execute(select(plans.c.id, plans.c.review).where(plans.c.review != "")):
        if review != said.get(plan_id(number), "due"):
            yield f"the review of {plan_id(number)} is {review}, and {said.get(plan_id(number), 'due')} by what was recorded"


def _withdrawals(db: Connection, told: Told) -> Iterator[str]:
    """What platforms said of withdrawals, and what was seen, is what somebody recorded; none that left is forgotten."""
    said = {(subject, kind.removeprefix("withdrawal.")) for _, kind, subject, _ in told.decided if kind.startswith("withdrawal.")}
    ended = cases.c.withdrawal.in_(["acknowledged", "restored"])
    for number, value in db.execute(select(cases.c.id, cases.c.withdrawal).where(cases.c.withdrawal != "none", ended)):
        if (case_id(number), value) not in said:
            yield f"the withdrawal of {case_id(number)} is {value}, and nobody recorded that"
    asked = plans.join(requests, requests.c.plan == plans.c.id).join(request_cases, request_cases.c.request == requests.c.id)
    joined = asked.join(cases, cases.c.id == request_cases.c.case)
    left = (plans.c.purpose == WITHDRAWAL, requests.c.state == State.SENT.value, cases.c.withdrawal == "none")
    for number in db.execute(select(cases.c.id).select_from(joined).where(*left)).scalars():
        yield f"{case_id(number)} was taken back at its platform, and is called never withdrawn"


def _reminders(db: Connection, told: Told) -> Iterator[str]:
    """One that sleeps until patience ends goes out when somebody lets it."""
    awake = (requests.c.state == State.APPROVED.value, requests.c.purpose == "reminder", requests.c.not_before < DORMANT)
    for number in db.execute(select(requests.c.id).where(*awake)).scalars():
        if number not in told.woken:
            yield f"{request_id(number)} is a reminder that is to go out, and nobody let it"


def _files(db: Connection, told: Told) -> Iterator[str]:
    said: dict[str, list[Data]] = {}
    for one in told.batches:
        said.setdefault(one["batch"], []).append(one)
    for row in rows(db, select(batches.c.id, batches.c.sha256, batches.c.by)):
        known = said.get(batch_id(row["id"]))
        if known and not any(
            one["file_sha256"] == row["sha256"] and told.opened.get((one["event"], "by"), row["by"]) == row["by"] for one in known
        ):
            yield f"{batch_id(row['id'])} was imported from another file, or by another person"
    for name in said.keys() - {batch_id(number) for (number,) in db.execute(select(batches.c.id))}:
        yield f"{name} is gone"
