"""What people decided that lies in tables of its own, against the events that told of it.

The kill switch, legal holds, cases kept apart, appeals, who planned, and which file was imported.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from takedown.audit.chain import FAULTS, Data, Told, rows
from takedown.clock import iso
from takedown.ledger.ids import batch_id, case_id, plan_id
from takedown.ledger.tables import appeals, batches, cases, holds, meta, plans


def of_decisions(db: Connection, told: Told) -> Iterator[str]:
    """Problems of the rows, and of rows that are not there."""
    for check in (_switch, _holds, _apart, _appeals, _planners, _files):
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
    text = db.execute(select(meta.c.value).where(meta.c.name == "halted")).scalar()
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
    """Cases that nothing is sent for, since what they point to changed, or the ledger was taken back in time."""
    apart: dict[str, int] = {}
    for seq, kind, subject, data in told.decided:
        if kind in {"case.held", "cases.held"}:
            apart |= dict.fromkeys(data.get("cases", [subject]), seq)
        elif kind in {"case.renamed", "case.released", "cases.released"}:
            for name in data.get("cases", [subject]):
                apart.pop(name, None)
    kept = {case_id(one) for (one,) in db.execute(select(cases.c.id).where(cases.c.held != ""))}
    for name in apart.keys() - kept:
        yield f"{name} was kept apart by event {apart[name]}, and may be sent without anybody's word"


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


def _planners(db: Connection, told: Told) -> Iterator[str]:
    for number, planner in db.execute(select(plans.c.id, plans.c.planner)):
        made = told.planned.get(plan_id(number))
        if made is not None and told.opened.get((made, "by"), planner) != planner:
            yield f"{plan_id(number)} was made by another than {planner}"


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
