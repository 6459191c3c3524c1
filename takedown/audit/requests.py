"""Requests against the events: the bytes that were planned, the state that was recorded, a receipt that somebody gave."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Text, cast, select

from takedown.audit.chain import FAULTS, Told, rows, tuples
from takedown.ledger.book import commitment
from takedown.ledger.ids import case_id, plan_id, request_id
from takedown.ledger.seals import ATTEMPT, attempt_seal
from takedown.ledger.tables import attempts, meta, plans, request_cases, requests
from takedown.planning.demands import demands_hash
from takedown.planning.digest import leaf_of, plan_digest, split

LEFT = frozenset({"sending", "sent", "returned", "unknown", "operator", "approved"})
"""States that only an approved plan's requests come to."""
FACTS = (
    "id", "plan", "position", "state", "channel", "purpose", "platform", "method", "reference", "destination", "body", "sha256",
    "salt", "receipt",
)  # fmt: skip


def of_requests(db: Connection, told: Told) -> Iterator[str]:
    """Problems of plans, requests and attempts."""
    leaves: dict[int, list[bytes]] = {}
    yield from _plans(db, told, leaves)
    salts: dict[int, bytes] = {}
    sent: list[int] = []
    yield from _rows(db, told, leaves, salts, sent)
    answered: set[int] = set()
    yield from _attempts(db, told, salts, answered)
    for number in sent:
        if number not in answered and number not in told.settled:
            yield f"{request_id(number)} is sent, but no attempt is recorded that was"
    for number in sorted(told.states.keys() - salts.keys()):
        yield f"{request_id(number)} is gone"


def _plans(db: Connection, told: Told, leaves: dict[int, list[bytes]]) -> Iterator[str]:
    ledger = str(db.execute(select(meta.c.value).where(meta.c.name == "ledger")).scalar())
    columns = (plans.c.id, plans.c.environment, plans.c.leaves, plans.c.digest, plans.c.inputs, plans.c.demands)
    for number, environment, blob, digest, inputs, demands in db.execute(select(*columns).where(plans.c.state != "making")):
        name = plan_id(number)
        made = told.plans.pop(name, None)
        leaves[number] = split(blob)
        if made is None:
            yield f"{name} was never recorded"
        elif (made.get("digest"), made.get("inputs")) != (digest, inputs):
            yield f"{name} is not the plan that was recorded"
        elif "policy" in made and digest != plan_digest(
            ledger, name, environment, made["policy"], leaves[number], demands_hash(demands)
        ):
            yield f"{name} has another digest than its requests make"
    for name in told.plans:
        yield f"{name} is gone"


def _rows(db: Connection, told: Told, leaves: dict[int, list[bytes]], salts: dict[int, bytes], sent: list[int]) -> Iterator[str]:
    carried, excepted = _carried(db)
    held = {number: len(one) for number, one in leaves.items()}
    states = told.states
    for row in rows(db, select(cast(requests.c.headers, Text).label("headers"), *(requests.c[name] for name in FACTS))):
        row["headers"] = _headers(str(row["headers"]))
        number, plan, state, salt = row["id"], row["plan"], row["state"], row["salt"]
        salts[number] = salt
        if plan not in leaves:  # it is being made
            continue
        held[plan] -= 1
        if salt:
            if not _as_planned(row, leaves[plan], carried.get(number, [])):
                yield f"{request_id(number)} is not what was planned"
        elif request_id(number) not in told.erased:
            yield f"{request_id(number)} was emptied, and no erasure tells of it"
        if states.get(number, "planned") != state:
            yield f"{request_id(number)} is {state}, but its last event says {states.get(number, 'nothing')}"
        if state in LEFT and plan_id(plan) not in told.approved:
            yield f"{request_id(number)} left without an approved plan"
        if state == "sent" and row["channel"] != "portal":
            sent.append(number)
        if problem := _receipt(row, told.receipts.get(number)):
            yield problem
        if (left_out := excepted.get(number, set())) != told.excepted.get(number, set()):
            yield f"{request_id(number)} was filed without {len(left_out)} cases, but other ones were recorded"
    for number, more in held.items():
        if more:
            yield f"{plan_id(number)} has {abs(more)} {'fewer' if more > 0 else 'more'} requests than were planned"


@lru_cache(maxsize=1000)
def _headers(text: str) -> dict[str, str]:
    """Of many requests the same."""
    try:
        return dict(json.loads(text))
    except FAULTS:
        return {"unreadable": text}


def _as_planned(row: Mapping[str, Any], leaves: list[bytes], carried: list[str]) -> bool:
    try:
        place, sha256 = row["position"] - 1, hashlib.sha256(row["body"]).hexdigest()
        if sha256 != row["sha256"] or not 0 <= place < len(leaves):
            return False
        return leaf_of(row["salt"], row, sha256, carried) in leaves[place : place + 1]
    except FAULTS:  # a value of another type than any program of ours would write
        return False


def _receipt(row: Mapping[str, Any], said: str | None) -> str:
    """What is wrong with a receipt, if anything is."""
    if not row["salt"] or (not said and not row["receipt"]):
        return ""
    if not said:
        return f"{request_id(row['id'])} has a receipt that nobody recorded"
    same = commitment(row["salt"], row["receipt"]) == said
    return "" if same else f"{request_id(row['id'])} has another receipt than was recorded"


def _carried(db: Connection) -> tuple[dict[int, list[str]], dict[int, set[int]]]:
    carried: dict[int, list[str]] = {}
    excepted: dict[int, set[int]] = {}
    columns = (request_cases.c.request, request_cases.c.case, request_cases.c.excepted)
    query = select(*columns).order_by(request_cases.c.request, request_cases.c.position)
    for request, case, why in tuples(db, query):
        carried.setdefault(request, []).append(case_id(case))
        if why:
            excepted.setdefault(request, set()).add(case)
    return carried, excepted


def _attempts(db: Connection, told: Told, salts: Mapping[int, bytes], answered: set[int]) -> Iterator[str]:
    """Each attempt is one that was recorded, and none is gone."""
    expected = dict(told.attempts)
    oldest = told.unsealed.get("attempts", 0)
    query = select(attempts.c.id, *(attempts.c[name] for name in ATTEMPT))
    for ident, *values in tuples(db, query):
        request, outcome = values[0], values[2]
        if outcome == "sent":
            answered.add(request)
        salt = salts.get(request)
        if not salt or ident <= oldest:
            continue
        try:
            known = expected.pop(attempt_seal(salt, values), None)
        except FAULTS:
            known = None
        if known is None:
            yield f"an attempt of {request_id(request)} is not what was recorded"
    for request in sorted(set(expected.values())):
        if salts.get(request):
            yield f"an attempt of {request_id(request)} that was recorded is gone"
