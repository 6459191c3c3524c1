"""Everything that is known of one case."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from takedown.clock import iso
from takedown.ledger.cases import no_such
from takedown.ledger.ids import batch_id, case_id, plan_id, request_id
from takedown.ledger.steps import later
from takedown.ledger.tables import (
    attempts,
    batches,
    case_references,
    cases,
    claims,
    events,
    former_names,
    openings,
    request_cases,
    requests,
    returns,
    sightings,
)
from takedown.report.figures import NOT_LOOKED

DECIDED = (
    "case.closed", "case.reopened", "case.noted", "case.made", "case.linked", "case.held", "case.released", "case.moved",
    "case.renamed", "return.proposed", "return.dismissed", "case.withdrawn", "withdrawal.acknowledged", "withdrawal.refused",
    "withdrawal.restored", "question.closed", "question.answered", "appeal.received", "appeal.decided",
    "user.notice", "case.renewed",
)  # fmt: skip
"""Events that a case's story tells."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that is known of a case: its row, and what carries it, newest last. Rows have the tables' columns.

    events: (time as text, kind, data) of what people decided; `requests` have their `attempts` under that name.
    """

    row: Mapping[str, Any]
    batch: Mapping[str, Any]
    references: Sequence[Mapping[str, Any]]
    requests: Sequence[Mapping[str, Any]]
    claims: Sequence[Mapping[str, Any]]
    sightings: Sequence[Mapping[str, Any]]
    events: Sequence[tuple[str, str, Mapping[str, Any]]]
    followed_by: Sequence[int] = ()
    answer_before: str = ""
    """What the platform claims of the step that this one waits for; empty where it waits for none."""
    former: Sequence[Mapping[str, Any]] = ()
    """What the target was called before, oldest first."""
    returned: Mapping[str, Any] | None = None
    """The newest return that was proposed."""

    @property
    def newest(self) -> Mapping[str, Any] | None:
        """The request that says where the case stands."""
        return next((one for one in self.requests if one["id"] == self.row["request"]), None)


def dossier(db: Connection, case: int) -> Dossier:
    """Raises NoSuchCase."""
    row = db.execute(select(cases).where(cases.c.id == case)).mappings().first()
    if row is None:
        no_such(case)
    batch = db.execute(select(batches).where(batches.c.id == row["batch"])).mappings().one()
    others = select(case_references).where(case_references.c.case == case).order_by(case_references.c.id)
    said = select(claims).where(claims.c.case == case).order_by(claims.c.id)
    saw = select(sightings).where(sightings.c.case == case).order_by(sightings.c.id)
    return Dossier(
        {**row}, {**batch}, _rows(db, others), _requests(db, case), _rows(db, said), _rows(db, saw),
        tuple(_events(db, case_id(case))), later(db, case), _before(db, row),
        _rows(db, select(former_names).where(former_names.c.case == case).order_by(former_names.c.id)),
        next(iter(_rows(db, select(returns).where(returns.c.case == case).order_by(returns.c.id.desc()).limit(1))), None),
    )  # fmt: skip


def _before(db: Connection, row: RowMapping) -> str:
    """A case that follows another under the same basis is that one's return, and waits for nothing."""
    step = (cases.c.id == row["follows"], cases.c.basis != row["basis"])
    return str(db.execute(select(cases.c.claimed).where(*step)).scalar() or "")


def _rows(db: Connection, query: Select[*tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [{**row} for row in db.execute(query).mappings()]


def _requests(db: Connection, case: int) -> list[dict[str, Any]]:
    wanted = [column for column in requests.c if column.name not in {"body", "headers", "salt"}]
    carried = requests.join(request_cases, request_cases.c.request == requests.c.id)
    query = select(*wanted, request_cases.c.item, request_cases.c.excepted).select_from(carried)
    found = _rows(db, query.where(request_cases.c.case == case).order_by(requests.c.id))
    told = [column for column in attempts.c if column.name != "reply"]
    for one in found:
        one["tries"] = _rows(db, select(*told).where(attempts.c.request == one["id"]).order_by(attempts.c.number))
    return found


def _events(db: Connection, subject: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """What people decided about the case, with the private values that have not been erased."""
    query = select(events.c.seq, events.c.at, events.c.kind, events.c.data).where(events.c.subject == subject)
    mine = query.where(events.c.kind.in_(DECIDED)).order_by(events.c.seq)
    for seq, at, kind, data in db.execute(mine).all():
        opened = dict(db.execute(select(openings.c.name, openings.c.value).where(openings.c.seq == seq)).all())
        yield at, kind, {**json.loads(data), **opened}


def as_item(file: Dossier) -> dict[str, Any]:
    """A dossier as the one item of `case show --json`: the item of `case list`, and what else is known."""
    row, newest = file.row, file.newest
    kept = ("basis", "measure", "reason", "proportionality", "organisation", "platform_id", "language", "first_seen", "notes")
    return {
        "case": case_id(row["id"]), "batch": batch_id(row["batch"]), "platform": row["platform"], "kind": row["kind"],
        "key": row["key"], "url": row["url"], "reference": row["reference"], "delivery": row["delivered"],
        "claimed": row["claimed"], "observed": row["observed"] or NOT_LOOKED, "withdrawal": row["withdrawal"],
        "closed": row["closed"], "request": request_id(newest["id"]) if newest else None,
        "receipt": (newest["receipt"] or None) if newest else None, "attempts": newest["attempts"] if newest else 0,
        **{name: row[name] for name in kept}, "step": row["step"], "held": row["held"],
        "moved_to": row["moved_to"], "former": [{"url": one["url"], "until": iso(one["until"])} for one in file.former],
        "returned": file.returned["state"] if file.returned else None,
        "follows": case_id(row["follows"]) if row["follows"] else None, "followed_by": [*map(case_id, file.followed_by)],
        "followers": row["followers"], "territory": row["territory"].split(",") if row["territory"] else [],
        "fields": row["fields"], "evidence": row["evidence"], "file": file.batch["file"],
        "imported_at": iso(row["created_at"]), "updated_at": iso(row["updated_at"]),
        "sent_at": iso(row["sent_at"]) if row["sent_at"] else None,
        "references": [
            {"organisation": one["organisation"], "reference": one["reference"], "added_at": iso(one["added_at"])}
            for one in file.references
        ],
        "requests": [_request_item(one) for one in file.requests],
        "claims": [_claim_item(one) for one in file.claims],
        "sightings": [_sighting_item(one) for one in file.sightings],
        "decisions": [{"at": at, "kind": kind, **data} for at, kind, data in file.events],
    }  # fmt: skip


def _request_item(one: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("purpose", "platform", "channel", "state", "reference", "destination", "receipt", "detail", "excepted")
    tries = [
        {
            "number": t["number"],
            "started_at": iso(t["started_at"]),
            "outcome": t["outcome"],
            "status": t["status"],
            "detail": t["detail"],
        }
        for t in one["tries"]
    ]
    dated = {"receipt_at": iso(one["receipt_at"]) if one["receipt_at"] else None, "bytes_sha256": one["sha256"]}
    return {
        "request": request_id(one["id"]),
        "plan": plan_id(one["plan"]),
        **{k: one[k] for k in kept},
        **dated,
        "attempts": tries,
    }


def _claim_item(one: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("value", "ground", "territory", "reason_code", "reason", "source", "by")
    decided = iso(one["decided_at"]) if one["decided_at"] else None
    return {**{name: one[name] for name in kept}, "decided_at": decided, "recorded_at": iso(one["recorded_at"])}


def _sighting_item(one: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in one.items() if name not in {"id", "case", "salt", "recorded_at"}}
    return {**told, "recorded_at": iso(one["recorded_at"])}
