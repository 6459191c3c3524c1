"""Cases one by one: lists that filter and stream, and everything that is known of one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, select

from takedown.clock import iso
from takedown.contract import UsageError
from takedown.ledger.cases import no_such
from takedown.ledger.ids import batch_id, case_id, plan_id, request_id
from takedown.ledger.moves import State
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
from takedown.ledger.truths import FINAL, UNREACHABLE
from takedown.report.contradictions import DIFFERS, differing
from takedown.report.figures import CLAIMED, DELIVERY, NOT_LOOKED, OBSERVED

VALUES: Mapping[str, Sequence[str]] = {"delivery": DELIVERY, "claimed": CLAIMED, "observed": OBSERVED}
COLUMNS = {"delivery": cases.c.delivered, "claimed": cases.c.claimed, "observed": cases.c.observed}
LISTED = (
    cases.c.id, cases.c.batch, cases.c.platform, cases.c.kind, cases.c.key, cases.c.url, cases.c.reference, cases.c.delivered,
    cases.c.claimed, cases.c.observed, cases.c.closed, cases.c.request, cases.c.updated_at,
    cases.c.held, cases.c.moved_to, requests.c.receipt, requests.c.attempts,
)  # fmt: skip


DECIDED = (
    "case.closed", "case.reopened", "case.noted", "case.made", "case.linked", "case.held", "case.released", "case.moved",
    "case.renamed", "return.proposed", "return.dismissed",
)  # fmt: skip
"""Events that a case's story tells."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases: open ones, closed ones, or (closed None) both; narrowed by value, platform, batch, or to pending ones.

    differs: a word of DIFFERS. proposed: only those of which a return is proposed, open or closed.
    """

    delivery: str | None = None
    claimed: str | None = None
    observed: str | None = None
    platform: str | None = None
    batch: int | None = None
    pending: bool = False
    closed: bool | None = False
    differs: str | None = None
    proposed: bool = False

    def __post_init__(self) -> None:
        for truth, values in VALUES.items():
            value = getattr(self, truth)
            if value is not None and value not in values:
                raise UsageError(
                    what=f"--{truth} {value!r} is no value", why=f"known are {', '.join(values)}", do="takedown case list"
                )
        if self.differs is not None and self.differs not in DIFFERS:
            known = ", ".join(DIFFERS)
            raise UsageError(what=f"--differs {self.differs!r} is no value", why=f"known are {known}", do="takedown case list")

    def where(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.closed is not None:
            found.append(cases.c.closed != "" if self.closed else cases.c.closed == "")
        for truth, column in COLUMNS.items():
            if (value := getattr(self, truth)) is not None:
                found.append(column == ("" if truth == "observed" and value == NOT_LOOKED else value))
        if self.differs is not None:
            found.append(differing()[self.differs])
        if self.proposed:
            found.append(cases.c.id.in_(select(returns.c.case).where(returns.c.state == "open")))
        if self.platform is not None:
            found.append(cases.c.platform == self.platform)
        if self.batch is not None:
            found.append(cases.c.batch == self.batch)
        if self.pending:
            found.append(cases.c.delivered == State.SENT.value)
            found += [cases.c.claimed.not_in(sorted(FINAL)), cases.c.observed.not_in(sorted(UNREACHABLE))]
        return found


def count(db: Connection, chosen: Filter) -> int:
    return int(db.execute(select(func.count()).select_from(cases).where(*chosen.where())).scalar() or 0)


def listed(db: Connection, chosen: Filter, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """Cases in the order of their numbers, as items of `case list --json`; streamed, so that any number of them fits."""
    for row in db.execution_options(yield_per=1000).execute(_query(chosen, limit)).mappings():
        yield {
            "case": case_id(row["id"]),
            "batch": batch_id(row["batch"]),
            "platform": row["platform"],
            "kind": row["kind"],
            "key": row["key"],
            "url": row["url"],
            "reference": row["reference"],
            "delivery": row["delivered"],
            "claimed": row["claimed"],
            "observed": row["observed"] or NOT_LOOKED,
            "closed": row["closed"],
            "held": row["held"],
            "moved_to": row["moved_to"],
            "request": request_id(row["request"]) if row["request"] else None,
            "receipt": row["receipt"] or None,
            "attempts": row["attempts"] or 0,
            "updated_at": iso(row["updated_at"]),
        }


def _query(chosen: Filter, limit: int | None) -> Select[*tuple[Any, ...]]:
    query = select(*LISTED).select_from(cases.outerjoin(requests, requests.c.id == cases.c.request)).order_by(cases.c.id)
    if limit is None:
        return query.where(*chosen.where())
    # Numbers first, from an index that holds what is filtered by: a rare value would else be sought in every row.
    numbers = select(cases.c.id).where(*chosen.where()).order_by(cases.c.id).limit(limit)
    return query.where(cases.c.id.in_(numbers))


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
    told = {name: value for name, value in one.items() if name not in {"id", "case", "recorded_at"}}
    return {**told, "recorded_at": iso(one["recorded_at"])}
