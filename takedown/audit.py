"""The audit chain read back: hashes, order, commitments, and whether what is recorded makes sense."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from takedown.ledger.book import GENESIS, commitment, event_hash
from takedown.ledger.ids import plan_id, request_id
from takedown.ledger.store import Ledger
from takedown.ledger.tables import approvals, attempts, events, heads, openings, plans, requests


@dataclass
class Verified:
    """How many events and heads were read, and every problem found, as (event number, what)."""

    events: int = 0
    heads: int = 0
    head: str = GENESIS
    problems: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])


def verify(ledger: Ledger) -> Verified:
    """Read the whole chain in one pass, then check states against it."""
    found = Verified()
    with ledger.read() as db:
        _chain(db, found)
        _commitments(db, found)
        found.heads = int(db.execute(select(func.count()).select_from(heads)).scalar() or 0)
        found.problems += ((0, what) for what in _meaning(db))
    return found


def _chain(db: Connection, found: Verified) -> None:
    columns = (events.c.seq, events.c.at, events.c.kind, events.c.subject, events.c.data, events.c.prev, events.c.hash)
    prev = GENESIS
    for seq, at, kind, subject, data, said, digest in db.execution_options(yield_per=2000).execute(
        select(*columns).order_by(events.c.seq)
    ):
        found.events += 1
        if seq != found.events:
            found.problems.append((seq, f"event {found.events} is missing"))
            found.events = seq
        if said != prev:
            found.problems.append((seq, "it does not follow the event before it"))
        if event_hash(said, seq, at, kind, subject, data) != digest:
            found.problems.append((seq, "its contents are not those that were recorded"))
        prev = digest
    found.head = prev


def _commitments(db: Connection, found: Verified) -> None:
    """Values that were not erased must be those that were committed to."""
    joined = openings.join(events, events.c.seq == openings.c.seq)
    query = select(openings.c.seq, openings.c.name, openings.c.salt, openings.c.value, events.c.data).select_from(joined)
    for seq, name, salt, value, data in db.execution_options(yield_per=2000).execute(query):
        try:
            said = json.loads(data)[name]["committed"]
        except (ValueError, KeyError, TypeError):
            found.problems.append((seq, f"it commits to no {name}"))
            continue
        if said != commitment(salt, str(value)):
            found.problems.append((seq, f"{name} is not what was committed to"))


def _meaning(db: Connection) -> Iterator[str]:
    """Every request that left has an approved plan with enough signatures, every receipt an attempt or a person's word."""
    left = requests.c.state.in_(["sending", "sent", "returned", "unknown"])
    unapproved = (
        select(requests.c.id).join(plans, plans.c.id == requests.c.plan).where(left, plans.c.state.in_(["open", "making"]))
    )
    for (number,) in db.execute(unapproved):
        yield f"{request_id(number)} left without an approved plan"
    differing = select(approvals.c.plan).join(plans, plans.c.id == approvals.c.plan).where(approvals.c.digest != plans.c.digest)
    for (number,) in db.execute(differing):
        yield f"an approval of {plan_id(number)} is for another digest"
    yield from _signatures(db)
    yield from _states(db)


def _signatures(db: Connection) -> Iterator[str]:
    """As many approvals as were signed, for each plan."""
    signed = select(events.c.subject, func.count()).where(events.c.kind == "plan.signed").group_by(events.c.subject)
    told = {str(name): int(count) for name, count in db.execute(signed)}
    held = {plan_id(plan): n for plan, n in db.execute(select(approvals.c.plan, func.count()).group_by(approvals.c.plan))}
    for name in sorted(told.keys() | held.keys()):
        if told.get(name, 0) != held.get(name, 0):
            yield f"{name} has {held.get(name, 0)} approvals, but {told.get(name, 0)} were recorded"


def _states(db: Connection) -> Iterator[str]:
    """The newest event about each request must name the state that its row has, and what was sent an answer that said so."""
    newest: dict[int, str] = {}
    settled: set[int] = set()
    query = select(events.c.data).where(events.c.kind.like("request.%")).order_by(events.c.seq)
    for (data,) in db.execution_options(yield_per=2000).execute(query):
        try:
            told = json.loads(data)
            newest.update(dict.fromkeys(told["requests"], told["to"]))
            if told["to"] == "sent" and "because" in told:  # a person's word, or a search
                settled.update(told["requests"])
        except (ValueError, KeyError, TypeError):
            continue  # its hash is wrong as well, and was reported
    columns = select(requests.c.id, requests.c.state).where(requests.c.state != "planned")
    for number, state in db.execution_options(yield_per=2000).execute(columns):
        if newest.get(number) != state:
            yield f"{request_id(number)} is {state}, but its last event says {newest.get(number, 'nothing')}"
    answered = select(attempts.c.request).where(attempts.c.request == requests.c.id, attempts.c.outcome == "sent")
    sent = (requests.c.state == "sent", requests.c.channel != "portal")
    for (number,) in db.execute(select(requests.c.id).where(*sent, ~answered.exists())):
        if number not in settled:
            yield f"{request_id(number)} is sent, but no attempt is recorded that was"
