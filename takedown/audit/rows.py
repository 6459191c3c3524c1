"""Cases, claims, sightings and mails against the seals that events hold, and the sums that cases keep of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, exists, func, select

from takedown.audit.chain import FAULTS, Told, rows, tuples
from takedown.ledger.counts import miscounted
from takedown.ledger.ids import batch_id, case_id, message_name, number
from takedown.ledger.seals import CASE_ROW, case_seal, case_values, claim_seal, seal, sighting_seal
from takedown.ledger.tables import cases, claims, messages, past_seals, request_cases, requests, sightings

MANY = 20
"""Problems of a kind that are told one by one."""


def of_rows(db: Connection, told: Told) -> Iterator[str]:
    """Problems of everything that is sealed row by row."""
    yield from _cases(db, told)
    yield from _sealed(db, told, claims, "claim", claim_seal, told.claims)
    yield from _sealed(db, told, sightings, "sighting", sighting_seal, told.sightings)
    yield from _mails(db, told)
    yield from _sums(db)
    yield from _closings(db, told)
    yield from miscounted(db)


def _cases(db: Connection, told: Told) -> Iterator[str]:
    kept = {int(case): str(one) for case, one in db.execute(select(past_seals))}
    known = 0
    for batch in told.batches:
        first, last, own = number(batch["first"], "C"), number(batch["last"], "C"), number(batch["batch"], "B")
        mine = and_(cases.c.id.between(first, last), cases.c.batch == own)
        digest, count = hashlib.sha256(), 0
        for one, _, salt, *values in tuples(db, CASE_ROW.where(mine).order_by(cases.c.id)):
            past = kept.get(one)
            if past is None and one in told.cases:
                continue  # made later by a person, in the same batch
            count += 1
            try:
                digest.update(bytes.fromhex(past) if past else seal(salt or b"", case_values(values)))
            except FAULTS:
                digest.update(b"unreadable")
        known += count
        if count != batch["imported"]:
            yield f"of {batch_id(own)}, {count} of {batch['imported']} cases that were imported are there"
        elif digest.hexdigest() != batch["seals_sha256"]:
            yield f"the cases {batch['first']} to {batch['last']} of {batch_id(own)} are not what was imported"
    yield from _single(db, told, kept)
    oldest = told.unsealed.get("cases", 0)
    every = int(db.execute(select(func.count()).select_from(cases).where(cases.c.id > oldest)).scalar() or 0)
    alone = sum(one > oldest and one not in kept for one in told.cases)
    if every != known + alone:
        yield f"{every - known - alone:+} cases are there that nobody recorded"


def _single(db: Connection, told: Told, kept: Mapping[int, str]) -> Iterator[str]:
    """Cases with an event of their own: made by a person, or changed since they were imported."""
    numbers = sorted(told.cases)
    for start in range(0, len(numbers), 500):
        chunk = numbers[start : start + 500]
        found = {row["id"]: row for row in rows(db, CASE_ROW.where(cases.c.id.in_(chunk)))}
        for one in chunk:
            row = found.get(one)
            if row is None:
                yield f"{case_id(one)} is gone"
            elif case_id(one) not in told.erased and (not row["salt"] or _seal_of(case_seal, row) != told.cases[one]):
                yield f"{case_id(one)} is not what was recorded"
    for one in sorted(kept.keys() - told.cases.keys()):
        if case_id(one) not in told.erased:
            yield f"{case_id(one)} was changed, and no event tells of it"


def _sealed(
    db: Connection, told: Told, table: Table, noun: str, sealed: Callable[[Mapping[str, Any]], str], expected: Mapping[int, str]
) -> Iterator[str]:
    left, oldest = dict(expected), told.unsealed.get(table.name, 0)
    for row in rows(db, select(table).order_by(table.c.id)):
        said, name = left.pop(row["id"], None), case_id(row["case"])
        if row["id"] <= oldest or (said and name in told.erased):
            continue
        if said is None:
            yield f"a {noun} of {name} is there that nobody recorded"
        elif not row["salt"] or _seal_of(sealed, row) != said:
            yield f"a {noun} of {name} is not what was recorded"
    if left:
        yield f"{len(left)} {noun}s that were recorded are gone"


def _seal_of(sealed: Callable[[Mapping[str, Any]], str], row: Mapping[str, Any]) -> str:
    try:
        return sealed(row)
    except FAULTS:  # a value of another type than any program of ours would write
        return ""


def _mails(db: Connection, told: Told) -> Iterator[str]:
    left = dict(told.mails)
    for row in rows(db, MAILS):
        name = message_name(row["id"])
        said = left.pop(name, None)
        if said is None:
            yield f"{name} is there, but nobody recorded it"
        elif said != row["sha256"] and name not in told.erased:
            yield f"{name} is not the mail that was stored"
        elif not _as_judged(row, told.judged.get(name)):
            yield f"{name} is not judged as was recorded"
    for name in left:
        yield f"{name} is gone"


MAILS = select(*(messages.c[name] for name in ("id", "sha256", "state", "class", "request", "verified", "matched_by")))


def _as_judged(row: Mapping[str, Any], said: Mapping[str, Any] | None) -> bool:
    """What a mail was taken for, which request it answers and by what, and whether its sender was proven."""
    if said is None or row["state"] == "new":
        return said is None and row["state"] == "new"
    holds = {**row, "verified": bool(row["verified"])}
    return all(holds[name] == value for name, value in said.items() if name in holds)


UNSENT = ("draft", "planned", "approved", "sending")
"""What a case is called for which something is to be sent, or is about to be."""


def _sums(db: Connection) -> Iterator[str]:
    """What a case says of itself is what its requests, claims and sightings make."""
    claimed = _differs(claims, claims.c.value, cases.c.claimed, "none")
    observed = _differs(sightings, sightings.c.observed, cases.c.observed, "")
    told = [
        (_all(claimed), "says that the platform claims otherwise than it did"),
        (_all(observed), "says that we saw otherwise than we did"),
        (_all(cases.c.delivered == "sent").except_(_CARRIED), "is called sent, but no request for it was"),
        (_all(cases.c.delivered.in_(UNSENT), _removal_was_sent()), "is called unsent, but a request for it was"),
    ]
    for query, what in told:
        found = query.subquery().c.id
        for (one,) in db.execute(select(found).order_by(found).limit(MANY)):
            yield f"{case_id(one)} {what}"


def _all(*where: ColumnElement[bool]) -> Select[int]:
    return select(cases.c.id).where(*where)


_CARRIED = (
    select(request_cases.c.case)
    .join(requests, requests.c.id == request_cases.c.request)
    .where(requests.c.state == "sent", request_cases.c.excepted == "")
)
"""All at once: a look for each case takes three times as long."""


def _differs(table: Table, value: ColumnElement[str], kept: ColumnElement[str], none: str) -> ColumnElement[bool]:
    newest = select(value).where(table.c.case == cases.c.id).order_by(table.c.id.desc()).limit(1)
    return kept != func.coalesce(newest.correlate(cases).scalar_subquery(), none)


def _removal_was_sent() -> ColumnElement[bool]:
    carried = and_(request_cases.c.case == cases.c.id, request_cases.c.excepted == "", requests.c.id == request_cases.c.request)
    return exists().where(carried, requests.c.state == "sent", requests.c.purpose == "removal").correlate(cases)


def _closings(db: Connection, told: Told) -> Iterator[str]:
    closed = {int(one): str(why) for one, why in db.execute(select(cases.c.id, cases.c.closed).where(cases.c.closed != ""))}
    for one in sorted(closed.keys() | {case for case, why in told.closed.items() if why}):
        said, holds = told.closed.get(one, ""), closed.get(one, "")
        if said != holds:
            yield f"{case_id(one)} is {holds or 'open'}, but was recorded as {said or 'open'}"
