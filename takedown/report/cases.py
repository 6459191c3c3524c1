"""Everything that is known of one case."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from takedown.clock import iso
from takedown.ledger.errors import NoSuchCase
from takedown.ledger.ids import batch_id, case_id, plan_id, request_id
from takedown.ledger.reader import Reader, among, parsed
from takedown.report.figures import NOT_LOOKED

DECIDED = (
    "case.closed", "case.reopened", "case.noted", "case.made", "case.linked", "case.held", "case.released", "case.moved",
    "case.held_back", "case.let_go",
    "case.renamed", "return.proposed", "return.dismissed", "case.withdrawn", "withdrawal.acknowledged", "withdrawal.refused",
    "withdrawal.restored", "question.closed", "question.answered", "appeal.received", "appeal.decided",
    "user.notice", "case.renewed",
)  # fmt: skip
"""Events that a case's story tells."""
OF_MANY = ("cases.doubted", "cases.cleared")
"""Events of the ledger that name many cases; the story of each tells them."""


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


OF_CASE = 'SELECT * FROM {table} WHERE "case" = :case ORDER BY id'
CARRIED = """SELECT r.id, r.plan, r.purpose, r.platform, r.channel, r.state, r.reference, r.destination, r.receipt, r.receipt_at,
  r.detail, r.sha256, r.attempts, r.not_before, r.created_at, c.excepted
  FROM requests r JOIN request_cases c ON c.request = r.id WHERE c."case" = :case ORDER BY r.id"""
TRIED = """SELECT number, started_at, outcome, status, detail FROM attempts WHERE request = :request ORDER BY number"""
TOLD = f"""SELECT seq, at, kind, data FROM events WHERE subject = :subject AND kind IN {among(DECIDED)}
  UNION ALL SELECT seq, at, kind, data FROM events WHERE subject = 'ledger' AND kind IN {among(OF_MANY)} AND data LIKE :named
  ORDER BY seq"""  # noqa: S608 -- of constants


def dossier(ledger: Reader, case: int) -> Dossier:
    """Raises NoSuchCase."""
    row = next(iter(ledger.records("SELECT * FROM cases WHERE id = :case", case=case)), None)
    if row is None:
        raise NoSuchCase(case=case_id(case))
    row |= {name: parsed(row[name]) for name in ("fields", "evidence")}
    (batch,) = ledger.records("SELECT * FROM batches WHERE id = :batch", batch=row["batch"])
    references, claims, sightings, former, returns = (
        ledger.records(OF_CASE.format(table=table), case=case)
        for table in ("case_references", "claims", "sightings", "former_names", "returns")
    )
    later = ledger.rows("SELECT id FROM cases WHERE follows = :case ORDER BY id", case=case)
    return Dossier(
        row, batch, references, _requests(ledger, case), claims, sightings, tuple(_events(ledger, case_id(case))),
        [one for (one,) in later], _before(ledger, row), former, returns[-1] if returns else None,
    )  # fmt: skip


def _before(ledger: Reader, row: Mapping[str, Any]) -> str:
    """A case that follows another under the same basis is that one's return, and waits for nothing."""
    first = "SELECT claimed FROM cases WHERE id = :follows AND basis <> :basis"
    return ledger.value(first, follows=row["follows"], basis=row["basis"]) or "" if row["follows"] else ""


def _requests(ledger: Reader, case: int) -> list[dict[str, Any]]:
    found = ledger.records(CARRIED, case=case)
    return [{**one, "tries": ledger.records(TRIED, request=one["id"])} for one in found]


def _events(ledger: Reader, subject: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """What people decided about the case, with the private values that have not been erased."""
    for seq, at, kind, data in list(ledger.rows(TOLD, subject=subject, named=f'%"{subject}"%')):
        opened = dict(ledger.rows("SELECT name, value FROM openings WHERE seq = :seq", seq=seq))
        yield at, kind, {**({} if kind in OF_MANY else json.loads(data)), **opened}


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
        "doubted_at": iso(row["doubted_at"]) if row["doubted_at"] else None,
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
