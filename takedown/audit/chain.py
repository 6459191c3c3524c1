"""The events in one pass: hashes, order and commitments, and what they tell of each row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Connection, Select, select

from takedown.ledger.acts import ACTED, needs_key
from takedown.ledger.book import GENESIS, commitment, event_hash
from takedown.ledger.ids import number, request_id
from takedown.ledger.moves import ALLOWED
from takedown.ledger.tables import events, openings

Data = Mapping[str, Any]
FAULTS = (ValueError, KeyError, TypeError, AttributeError, IndexError, LookupError)
"""What reading a made-up event may raise."""


@dataclass
class Told:
    """What the events say. By the number of the request: its state, its receipt's commitment, the cases left out of it.

    `attempts`: seal -> request. `claims`, `sightings`, `cases`: number -> seal. `mails`: name -> sha256. `judged`: name -> what a
    mail was last taken for. `plans`: name -> what was told when it was made. `signed`: plan -> (event, digest, key).
    `unsealed`: table -> its last row before rows were sealed. `removed`: sha256 of files that are not kept any more. `erased`:
    names of rows of a person who was erased. `keyed`: in this ledger people always acted with keys. `named`: events that
    name a person who must have signed -> kind. `acts`: (event, hash of the one before it, what it says). `decided`: what people
    decided that lies in tables of its own, as (event, kind, subject, what it says). `planned`: plan -> the event that made it.
    `woken`: numbers of reminders that were let go.
    """

    events: int = 0
    head: str = GENESIS
    problems: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    states: dict[int, str] = field(default_factory=dict[int, str])
    settled: set[int] = field(default_factory=set[int])
    receipts: dict[int, str] = field(default_factory=dict[int, str])
    excepted: dict[int, set[int]] = field(default_factory=dict[int, set[int]])
    attempts: dict[str, int] = field(default_factory=dict[str, int])
    claims: dict[int, str] = field(default_factory=dict[int, str])
    sightings: dict[int, str] = field(default_factory=dict[int, str])
    batches: list[Data] = field(default_factory=list[Data])
    cases: dict[int, str] = field(default_factory=dict[int, str])
    closed: dict[int, str] = field(default_factory=dict[int, str])
    mails: dict[str, str] = field(default_factory=dict[str, str])
    judged: dict[str, Data] = field(default_factory=dict[str, Data])
    plans: dict[str, Data] = field(default_factory=dict[str, Data])
    planned: dict[str, int] = field(default_factory=dict[str, int])
    decided: list[tuple[int, str, str, Data]] = field(default_factory=list[tuple[int, str, str, Data]])
    woken: set[int] = field(default_factory=set[int])
    approved: dict[str, str] = field(default_factory=dict[str, str])
    signed: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict[str, list[tuple[int, str, str]]])
    unsealed: dict[str, int] = field(default_factory=dict[str, int])
    erased: set[str] = field(default_factory=set[str])
    removed: set[str] = field(default_factory=set[str])
    keyed: bool = False
    named: dict[int, str] = field(default_factory=dict[int, str])
    acts: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list[tuple[int, str, dict[str, Any]]])
    opened: dict[tuple[int, str], str] = field(default_factory=dict[tuple[int, str], str])


def read_chain(db: Connection) -> Told:
    """Every event in order, then every value that was committed to. Problems are noted, nothing is raised."""
    told = Told()
    committed = _events(db, told)
    _openings(db, told, committed)
    return told


def told_of_rows(db: Connection) -> Told:
    """What events tell of rows, their hashes not looked at: for who reads rows while `read_chain` is under way elsewhere."""
    told = Told()
    kinds = HEEDED.keys() - {"attempts.recorded"}  # most of the text, and read with the requests
    query = select(events.c.seq, events.c.kind, events.c.subject, events.c.data).where(events.c.kind.in_(kinds))
    for seq, kind, subject, data in tuples(db, query.order_by(events.c.seq)):
        with suppress(*FAULTS):  # `read_chain` tells of it
            _heed(told, seq, kind, subject, _decoded(data)[0])
    told.head = head_of(db)
    return told


def head_of(db: Connection) -> str:
    """The hash of the newest event."""
    return str(db.execute(select(events.c.hash).order_by(events.c.seq.desc()).limit(1)).scalar() or GENESIS)


def tuples(db: Connection, query: Select[*tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """A query's rows, streamed. From SQLite as its driver gives them: what Core adds to each takes as long as hashing it."""
    if db.dialect.name != "sqlite":
        return (tuple(row) for row in db.execute(query, execution_options={"yield_per": 2000}))
    compiled = query.compile(db.engine, compile_kwargs={"render_postcompile": True})
    cursor = db.connection.cursor()
    cursor.execute(str(compiled), tuple(compiled.params[name] for name in compiled.positiontup or ()))
    return cast("Iterator[tuple[Any, ...]]", cursor)


def rows(db: Connection, query: Select[*tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    """`tuples` with names. JSON is read as its text."""
    names = tuple(query.selected_columns.keys())
    return (dict(zip(names, row, strict=True)) for row in tuples(db, query))


def _events(db: Connection, told: Told) -> dict[tuple[int, str], str]:
    columns = (events.c.seq, events.c.at, events.c.kind, events.c.subject, events.c.data, events.c.prev, events.c.hash)
    committed: dict[tuple[int, str], str] = {}
    erased: list[tuple[int, str]] = []
    prev, expected = GENESIS, 0
    for seq, at, kind, subject, data, said, digest in tuples(db, select(*columns).order_by(events.c.seq)):
        told.events += 1
        expected += 1
        if seq != expected:
            told.problems.append((seq, f"event {expected} is missing"))
            expected = seq
        if said != prev:
            told.problems.append((seq, "it does not follow the event before it"))
        if event_hash(said, seq, at, kind, subject, data) != digest:
            told.problems.append((seq, "its contents are not those that were recorded"))
        prev = digest
        try:
            read, end = _decoded(data)  # json.loads looks for blanks around it too, which takes as long again
            if end != len(data):
                raise ValueError(data[end:])
            if '"committed"' in data:
                committed |= {(seq, name): one["committed"] for name, one in read.items() if _is_commitment(one)}
            if kind == "erased":
                erased += [(int(event), str(name)) for event, name in read["openings"]]
            if kind == ACTED:
                told.acts.append((seq, said, read))
            elif needs_key(kind, read):
                told.named[seq] = kind
            _heed(told, seq, kind, subject, read)
        except FAULTS:
            told.problems.append((seq, "it cannot be understood"))
    told.head = prev
    for one in erased:
        committed.pop(one, None)
    return committed


_decoded = json.JSONDecoder().raw_decode


def _is_commitment(value: object) -> bool:
    return isinstance(value, dict) and "committed" in value


def _openings(db: Connection, told: Told, committed: dict[tuple[int, str], str]) -> None:
    """Values that were not erased must be there, and be those that were committed to."""
    columns = (openings.c.seq, openings.c.name, openings.c.salt, openings.c.value)
    for seq, name, salt, value in tuples(db, select(*columns)):
        said = committed.pop((seq, name), None)
        if said is None:
            told.problems.append((seq, f"it commits to no {name}"))
        elif said != commitment(salt, str(value)):
            told.problems.append((seq, f"{name} is not what was committed to"))
        else:
            told.opened[seq, name] = str(value)
    for seq, name in committed:
        told.problems.append((seq, f"{name} was taken away, and no erasure tells of it"))


def _heed(told: Told, seq: int, kind: str, subject: str, data: Data) -> None:
    if kind.startswith("request."):
        _moved(told, seq, data)
    elif (heed := HEEDED.get(kind)) is not None:
        heed(told, seq, subject, data)


def _moved(told: Told, seq: int, data: Data) -> None:
    was, to, states = data["from"], data["to"], told.states
    if to not in ALLOWED[was]:
        told.problems.append((seq, f"no request goes from {was} to {to}"))
    for one in data["requests"]:
        if states.get(one, "planned") != was:
            told.problems.append((seq, f"{request_id(one)} was {states.get(one, 'planned')}, not {was}"))
        states[one] = to
    if "receipt" in data:
        told.receipts.update(dict.fromkeys(data["requests"], data["receipt"]))
    if "excepted" in data:
        told.excepted.setdefault(data["requests"][0], set()).update(number(case, "C") for case in data["excepted"])
    if to == "sent" and "because" in data:  # a person's word, or a search
        told.settled.update(data["requests"])


def _receipt(told: Told, seq: int, subject: str, data: Data) -> None:
    del seq
    told.receipts[number(subject, "R")] = data["receipt"]


def _attempts(told: Told, seq: int, subject: str, data: Data) -> None:
    del seq, subject
    told.attempts.update((seal, request) for request, seal in data["attempts"])


def _claims(told: Told, seq: int, subject: str, data: Data) -> None:
    del seq, subject
    told.claims.update((one[3], one[4]) for one in data["claims"] if len(one) > 3)


def _sightings(told: Told, seq: int, subject: str, data: Data) -> None:
    del seq, subject
    told.sightings.update((one[3], one[4]) for one in data["sightings"] if len(one) > 3)


def _batch(told: Told, seq: int, subject: str, data: Data) -> None:
    if data["first"] and "seals_sha256" in data:
        told.batches.append({**data, "batch": subject, "event": seq})


def _case(told: Told, seq: int, subject: str, data: Data) -> None:
    del seq
    if "seal" in data:
        told.cases[number(subject, "C")] = data["seal"]


def _closed(told: Told, seq: int, subject: str, data: Data) -> None:
    del seq
    told.closed[number(subject, "C")] = data["as"]


def _reopened(told: Told, seq: int, subject: str, data: Data) -> None:
    del seq, data
    told.closed[number(subject, "C")] = ""


def _mails(told: Told, seq: int, subject: str, data: Data) -> None:
    del seq, subject
    told.mails.update((name, sha256) for name, sha256 in data["messages"])


def _judged(told: Told, seq: int, subject: str, data: Data) -> None:
    del seq
    told.judged[subject] = data


def _planned(told: Told, seq: int, subject: str, data: Data) -> None:
    told.plans[subject], told.planned[subject] = data, seq


def _woken(told: Told, seq: int, subject: str, data: Data) -> None:
    del seq, subject
    told.woken.update(number(one, "R") for one in data["requests"])


def _approved(told: Told, seq: int, subject: str, data: Data) -> None:
    del seq
    told.approved[subject] = data["digest"]


def _signed(told: Told, seq: int, subject: str, data: Data) -> None:
    told.signed.setdefault(subject, []).append((seq, data["digest"], data["key"]))


def _made(told: Told, seq: int, subject: str, data: Data) -> None:
    del subject
    told.keyed = seq == 1 and data.get("acts") == "keys"


def _upgraded(told: Told, seq: int, subject: str, data: Data) -> None:
    del seq, subject
    told.unsealed.update(data.get("unsealed", {}))


def _erased(told: Told, seq: int, subject: str, data: Data) -> None:
    del seq, subject
    told.erased.update(data["rows"])


def _removed(told: Told, seq: int, subject: str, data: Data) -> None:
    del seq, subject
    told.removed.update(data["files"])


def _kept(kind: str) -> Callable[[Told, int, str, Data], None]:
    return lambda told, seq, subject, data: told.decided.append((seq, kind, subject, data))


DECIDED = (
    *("halted", "unhalted", "case.held_back", "case.let_go", "case.released", "case.held", "case.renamed"),
    *("cases.doubted", "cases.cleared", "appeal.received", "appeal.decided"),
    *("plan.discarded", "plan.rejected", "plan.expired", "plan.reviewed", "withdrawal.acknowledged", "withdrawal.restored"),
)
HEEDED: dict[str, Callable[[Told, int, str, Data], None]] = {
    "attempts.recorded": _attempts,
    "batch.imported": _batch,
    "case.closed": _closed,
    "case.made": _case,
    "case.reopened": _reopened,
    "case.sealed": _case,
    "claims.recorded": _claims,
    "erased": _erased,
    "evidence.removed": _removed,
    "ledger.made": _made,
    "ledger.upgraded": _upgraded,
    "mail.judged": _judged,
    "mail.stored": _mails,
    "plan.approved": _approved,
    "plan.made": _planned,
    "plan.signed": _signed,
    "receipt.corrected": _receipt,
    "receipt.recorded": _receipt,
    "reminders.woken": _woken,
    "sightings.recorded": _sightings,
    **{kind: _kept(kind) for kind in DECIDED},
}
