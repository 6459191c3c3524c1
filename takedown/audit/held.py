"""What the ledger holds of one case, read in one view: the record of its bundle."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, or_, select

from takedown.audit.chain import rows, tuples
from takedown.clock import iso
from takedown.contract import RefusedByPolicy
from takedown.desk import Desk
from takedown.ledger.cases import no_such
from takedown.ledger.ids import batch_id, case_id, message_name, number, plan_id, request_id
from takedown.ledger.seals import (
    ATTEMPT,
    CASE,
    CASE_ROW,
    attempt_values,
    case_seal,
    case_values,
    claim_values,
    sighting_values,
)
from takedown.ledger.tables import (
    approvals,
    attempts,
    claims,
    events,
    messages,
    past_seals,
    plans,
    request_cases,
    requests,
    sightings,
)
from takedown.planning.demands import demands_hash
from takedown.planning.digest import facts_of

Record = dict[str, Any]


class ErasedCase(RefusedByPolicy):
    """What {case} was about is erased."""

    code, why, do = "TD-1215", "a bundle shows the target, and that was erased from this ledger", "takedown case show {case}"


class Held:
    """What the ledger holds of a case, read in one view."""

    def __init__(self, db: Connection, desk: Desk, case: int) -> None:
        self.db, self.desk, self.case = db, desk, case
        row = next(rows(db, CASE_ROW.where(CASE_ROW.selected_columns.id == case)), None) or no_such(case)
        if not row["salt"]:
            raise ErasedCase(case=case_id(case))
        self.row = row
        carried = select(request_cases.c.request).where(request_cases.c.case == case).order_by(request_cases.c.request)
        self.numbers = [int(one) for (one,) in db.execute(carried)]
        self.requests = list(rows(db, select(requests).where(requests.c.id.in_(self.numbers)).order_by(requests.c.id)))
        self.plans = list(rows(db, select(plans).where(plans.c.id.in_({one["plan"] for one in self.requests}))))
        about = or_(messages.c.request.in_(self.numbers), messages.c.case == case)
        self.mails = list(rows(db, select(messages).where(about).order_by(messages.c.id)))

    def record(self) -> Record:
        values = case_values([self.row[name] for name in CASE])
        return {
            "schema": 1,
            "ledger": self.desk.ledger.setting("ledger"),
            "environment": self.desk.ledger.setting("environment"),
            "made_at": iso(self.desk.clock.now()),
            "case": {
                "id": case_id(self.case),
                "salt": self.row["salt"].hex(),
                "values": values,
            },
            "batch": batch_id(self.batch),
            "numbers": self.numbers,
            "requests": [self._request(one) for one in self.requests],
            "plans": [self._plan(one) for one in self.plans],
            "attempts": [*self._attempts()],
            "claims": [*self._rows(claims, claim_values, "value", "source")],
            "sightings": [*self._rows(sightings, sighting_values, "value", "vantage")],
        }

    def _request(self, row: Mapping[str, Any]) -> Record:
        query = select(request_cases.c.case).where(request_cases.c.request == row["id"]).order_by(request_cases.c.position)
        carried = [case_id(one) for (one,) in self.db.execute(query)]
        held = {**row, "headers": json.loads(row["headers"]) if isinstance(row["headers"], str) else row["headers"]}
        return {
            "facts": facts_of(held, row["sha256"], carried),
            "salt": row["salt"].hex(),
            "plan": plan_id(row["plan"]),
            "position": row["position"],
            "state": row["state"],
            "receipt": row["receipt"],
            "file": f"requests/{request_id(row['id'])}",
        }

    def _plan(self, row: Mapping[str, Any]) -> Record:
        name = plan_id(row["id"])
        made = next(json.loads(data) for (data,) in tuples(self.db, _told(name, "plan.made")))
        signed = rows(self.db, select(approvals).where(approvals.c.plan == row["id"]))
        return {
            "id": name,
            "planner": row["planner"],
            "digest": row["digest"],
            "policy": made.get("policy", ""),
            "demands": demands_hash(row["demands"]),
            "leaves": f"plans/{name}.leaves",
            "planner_key": row["planner_key"],
            "planner_signature": row["planner_signature"],
            "approvals": [{column: one[column] for column in ("name", "key", "digest", "signature")} for one in signed],
        }

    def _attempts(self) -> Iterator[Record]:
        salts = {one["id"]: one["salt"] for one in self.requests}
        mine = select(attempts).where(attempts.c.request.in_(self.numbers)).order_by(attempts.c.id)
        for row in rows(self.db, mine):
            told = f"{request_id(row['request'])}, attempt {row['number']}: {row['outcome']}, answer {row['status'] or 'none'}"
            values = attempt_values([row[name] for name in ATTEMPT])
            reply = (row["reply"] or b"").decode("utf-8", "backslashreplace")
            yield {"salt": salts[row["request"]].hex(), "values": values, "told": told, "reply": reply}

    def _rows(self, table: Any, values: Callable[[Mapping[str, Any]], list[object]], *words: str) -> Iterator[Record]:
        for row in rows(self.db, select(table).where(table.c.case == self.case).order_by(table.c.id)):
            if row["salt"]:
                told = ", ".join(str(row[name]) for name in words)
                yield {"salt": row["salt"].hex(), "values": values(row), "told": told}

    def names(self) -> set[str]:
        """Of the case, its import, plans, requests and mails, as events call them."""
        named = {case_id(self.case), batch_id(self.batch), *(plan_id(one["id"]) for one in self.plans)}
        return named | {*map(request_id, self.numbers), *(message_name(one["id"]) for one in self.mails)}

    @property
    def batch(self) -> int:
        return int(self.row["batch"])

    def seals(self) -> bytes:
        """The seals of all cases of the import that this one came with, in order; empty for a case that a person made."""
        for (data,) in tuples(self.db, _told(batch_id(self.batch), "batch.imported")):
            told = json.loads(data)
            if not told["first"] or not number(told["first"], "C") <= self.case <= number(told["last"], "C"):
                continue
            kept = {int(case): str(one) for case, one in self.db.execute(select(past_seals))}
            made = {
                number(name, "C") for (name,) in tuples(self.db, select(events.c.subject).where(events.c.kind == "case.made"))
            }
            known = CASE_ROW.selected_columns
            mine = known.id.between(number(told["first"], "C"), number(told["last"], "C")) & (known.batch == self.batch)
            every = rows(self.db, CASE_ROW.where(mine).order_by(known.id))
            seals = (kept.get(one["id"]) or case_seal(one) for one in every if one["id"] not in made)
            return b"".join(map(bytes.fromhex, seals))
        return b""

    def evidence(self) -> Iterator[tuple[str, str]]:
        """(sha256, what it is) of every file that supports the case."""
        seen: set[str] = {one["sha256"] for one in self.mails}
        for one in json.loads(self.row["evidence"]):
            if one["sha256"] not in seen:
                seen.add(one["sha256"])
                original = f", a redacted copy of {one['redacts']}" if "redacts" in one else ""
                yield one["sha256"], f"evidence of the case{original}"
        for table, what in ((claims, "evidence of a claim"), (sightings, "evidence of a sighting")):
            for (sha256,) in self.db.execute(select(table.c.evidence).where(table.c.case == self.case)):
                if sha256 and sha256 not in seen:
                    seen.add(sha256)
                    yield sha256, what


def _told(subject: str, kind: str) -> Any:
    return select(events.c.data).where(events.c.subject == subject, events.c.kind == kind).order_by(events.c.seq)
