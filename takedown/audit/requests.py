"""Requests against the events: the bytes that were planned, the state that was recorded, a receipt that somebody gave."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import Connection, Text, cast, func, select

from takedown.audit.attempts import of_attempts
from takedown.audit.chain import FAULTS, Told, tuples
from takedown.ledger.book import commitment
from takedown.ledger.ids import case_id, plan_id, request_id
from takedown.ledger.tables import meta, plans, request_cases, requests, volumes
from takedown.planning.demands import demands_hash
from takedown.planning.digest import leaf_from, plan_digest, shared_text, split

LEFT = frozenset({"sending", "sent", "returned", "unknown", "operator", "approved"})
"""States that only an approved plan's requests come to."""


class Kept(NamedTuple):
    """A request as it lies in the ledger. `headers`: the text of the JSON."""

    id: int
    plan: int
    position: int
    state: str
    channel: str
    purpose: str
    platform: str
    method: str
    reference: str
    destination: str
    body: bytes
    sha256: str
    salt: bytes
    receipt: str
    headers: str


@dataclass
class Seen:
    """Noted in passing. `salts`: of each request. `sent`: those that a platform must have answered. `volumes`: how many cases
    removals of (plan, platform) carry.
    """

    salts: dict[int, bytes] = field(default_factory=dict[int, bytes])
    sent: list[int] = field(default_factory=list[int])
    volumes: Counter[tuple[int, str]] = field(default_factory=Counter[tuple[int, str]])


KEPT = select(*(requests.c[name] for name in Kept._fields[:-1]), cast(requests.c.headers, Text))


def of_requests(db: Connection, told: Told) -> Iterator[str]:
    """Problems of plans, requests and attempts."""
    leaves: dict[int, list[bytes]] = {}
    seen = Seen()
    yield from _plans(db, told, leaves)
    yield from _rows(db, told, leaves, seen)
    yield from of_attempts(db, told, seen.salts, seen.sent)
    yield from _volumes(db, told, seen.volumes)
    for number in sorted(told.states.keys() - seen.salts.keys()):
        yield f"{request_id(number)} is gone"


def _plans(db: Connection, told: Told, leaves: dict[int, list[bytes]]) -> Iterator[str]:
    ledger = str(db.execute(select(meta.c.value).where(meta.c.name == "ledger")).scalar())
    columns = (plans.c.id, plans.c.state, plans.c.environment, plans.c.leaves, plans.c.digest, plans.c.inputs, plans.c.demands)
    gone = set(told.plans)
    for number, state, environment, blob, digest, inputs, demands in db.execute(select(*columns)):
        name = plan_id(number)
        made = told.plans.get(name)
        gone.discard(name)
        if made is None and state in {"making", "discarded"} and not blob:
            continue  # it is being made, or was given up before it was
        leaves[number] = split(blob)
        if made is None:
            yield f"{name} was never recorded"
        elif (made.get("digest"), made.get("inputs")) != (digest, inputs):
            yield f"{name} is not the plan that was recorded"
        elif "policy" in made and digest != plan_digest(
            ledger, name, environment, made["policy"], leaves[number], demands_hash(demands)
        ):
            yield f"{name} has another digest than its requests make"
    for name in sorted(gone):
        yield f"{name} is gone"


def _rows(db: Connection, told: Told, leaves: dict[int, list[bytes]], seen: Seen) -> Iterator[str]:
    carried, excepted = _carried(db)
    held = {number: len(one) for number, one in leaves.items()}
    states, receipts = told.states, told.receipts
    for row in map(Kept._make, tuples(db, KEPT)):
        number, plan, state = row.id, row.plan, row.state
        mine = carried.get(number, "")
        seen.salts[number] = row.salt
        if state == "sent" and row.channel != "portal" and number not in told.settled:
            seen.sent.append(number)
        if row.purpose == "removal" and mine:
            seen.volumes[plan, row.platform] += mine.count(",") + 1
        if plan not in leaves:  # a plan that was never finished
            if state not in {"planned", "withdrawn"}:
                yield f"{request_id(number)} is {state}, and its plan was never recorded"
            continue
        held[plan] -= 1
        if row.salt:
            if not _as_planned(row, leaves[plan], mine):
                yield f"{request_id(number)} is not what was planned"
            if problem := _receipt(row, receipts.get(number, "")):
                yield problem
        elif request_id(number) not in told.erased:
            yield f"{request_id(number)} was emptied, and no erasure tells of it"
        if states.get(number, "planned") != state:
            yield f"{request_id(number)} is {state}, but its last event says {states.get(number, 'nothing')}"
        if row.purpose == "reminder" and state in LEFT - {"approved"} and number not in told.woken and row.channel != "portal":
            yield f"{request_id(number)} is a reminder that nobody let go"
        if state in LEFT and plan_id(plan) not in told.approved:
            yield f"{request_id(number)} left without an approved plan"
    for number, more in held.items():
        if more:
            yield f"{plan_id(number)} has {abs(more)} {'fewer' if more > 0 else 'more'} requests than were planned"
    for number in sorted(excepted.keys() | told.excepted.keys()):
        if (left_out := excepted.get(number, set())) != told.excepted.get(number, set()):
            yield f"{request_id(number)} was filed without {len(left_out)} cases, but other ones were recorded"


def _volumes(db: Connection, told: Told, carried: Mapping[tuple[int, str], int]) -> Iterator[str]:
    """What a plan counts against the limits of a day is what its requests carry."""
    counted = select(volumes.c.plan, volumes.c.platform, func.sum(volumes.c.cases)).group_by(volumes.c.plan, volumes.c.platform)
    held = {(plan, platform): count for plan, platform, count in db.execute(counted)}
    for (plan, platform), count in carried.items():
        if held.get((plan, platform), 0) != count and plan_id(plan) in told.planned:
            yield f"{plan_id(plan)} carries {count} cases to {platform}, and counts {held.get((plan, platform), 0)}"


@lru_cache(maxsize=1000)
def _shared(channel: str, destination: str, headers: str, method: str, platform: str, purpose: str) -> str:
    """Of many requests the same."""
    return shared_text(channel, destination, dict(json.loads(headers)), method, platform, purpose)


def _as_planned(row: Kept, leaves: list[bytes], carried: str) -> bool:
    try:
        place, sha256 = row.position - 1, hashlib.sha256(row.body).hexdigest()
        if sha256 != row.sha256 or not 0 <= place < len(leaves):
            return False
        shared = _shared(row.channel, row.destination, row.headers, row.method, row.platform, row.purpose)
        return leaf_from(row.salt, row.id, row.reference, sha256, carried, shared) == leaves[place]
    except FAULTS:  # a value of another type than any program of ours would write
        return False


def _receipt(row: Kept, said: str) -> str:
    """What is wrong with a receipt, if anything is."""
    if not said:
        return f"{request_id(row.id)} has a receipt that nobody recorded" if row.receipt else ""
    try:
        same = commitment(row.salt, row.receipt) == said
    except FAULTS:
        same = False
    return "" if same else f"{request_id(row.id)} has another receipt than was recorded"


def _carried(db: Connection) -> tuple[dict[int, str], dict[int, set[int]]]:
    """The cases of each request, as JSON in their order without its brackets; and those that were left out of it."""
    columns = (request_cases.c.request, request_cases.c.case, request_cases.c.excepted)
    query = select(*columns).order_by(request_cases.c.request, request_cases.c.position)
    carried: dict[int, str] = {}
    excepted: dict[int, set[int]] = {}
    for request, group in groupby(tuples(db, query), itemgetter(0)):
        cases: list[str] = []
        for _, case, why in group:
            cases.append(f'"{case_id(case)}"')
            if why:
                excepted.setdefault(request, set()).add(case)
        carried[request] = ",".join(cases)
    return carried, excepted
