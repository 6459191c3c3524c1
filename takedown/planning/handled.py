"""Who brought the cases of a plan in, changed one of them last, or said since that it was not sent: they have decided on it,
and do not approve it as well.

Names are compared, and where people act with keys, keys: a key that the policy has since given another name is still one person.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, not_, or_, select, true

from takedown.approval import Approver
from takedown.contract import RefusedByPolicy
from takedown.desk import Desk
from takedown.ledger.acts import ACTED, SUBJECT
from takedown.ledger.ids import batch_id, case_id, number, plan_id
from takedown.ledger.tables import cases, events, openings, request_cases, requests

IMPORTED = ("batch.imported",)
EDITED = ("case.made", "case.linked", "case.renamed", "case.released", "case.reopened", "evidence.redacted")
CLEARED = ("cases.cleared",)
CHUNK = 500


class OwnCase(RefusedByPolicy):
    """{name} {did} and cannot approve {plan}."""

    code = "TD-0793"
    why, do = "who brings a case in, or changes it, has decided on it; a second person must look", "{do}"


NOBODY = (
    "nobody is left who may: have the policy list another approver, or have somebody who approves nothing bring the cases in"
    " (takedown plan discard {plan}; takedown case close C-N --as mistake; takedown import FILE)"
)


@dataclass(frozen=True, slots=True)
class Handled:
    """`did` says what `who` did with the cases of a plan, as in "imported B-1"; `key`: the public blob in base64 of the key that
    acted, empty where none did.
    """

    who: str
    did: str
    key: str = ""

    def is_of(self, one: Approver) -> bool:
        """Whether it was this person, by name or by key."""
        return self.who == one.name or bool(self.key and self.key == one.key)


def check_handled(desk: Desk, plan: Mapping[str, Any], people: Sequence[Approver], allowed: Sequence[Approver]) -> None:
    """Raise OwnCase when one of `people` has `handled` a case of the plan. `allowed`: who may approve at all."""
    with desk.ledger.read() as db:
        found = handled(db, plan["id"])
    own = next(((one, person) for one in found for person in people if one.is_of(person)), None)
    if own is None:
        return
    (mine, person), name = own, plan_id(plan["id"])
    free = (one.name for one in allowed if one.name != plan["planner"] and not any(done.is_of(one) for done in found))
    others = ", ".join(dict.fromkeys(free))
    who = mine.who if mine.who == person.name else f"{person.name}, whose key acted as {mine.who},"
    raise OwnCase(name=who, did=mine.did, plan=name, do=f"ask one of: {others}" if others else NOBODY.format(plan=name))


def handled(db: Connection, plan: int) -> list[Handled]:
    """Who imported the plan's cases, who changed which of them last, and who said that one was not sent, as the record tells."""
    joined = requests.join(request_cases).join(cases, cases.c.id == request_cases.c.case)
    mine, ends = requests.c.plan == plan, (func.min(cases.c.id), func.max(cases.c.id))
    spans = db.execute(select(cases.c.batch, *ends).select_from(joined).where(mine).group_by(cases.c.batch)).all()
    found: list[Handled] = []
    imported: list[tuple[int, int]] = []
    for batch, least, most in spans:
        for _, data, who, key in _told(db, IMPORTED, [batch_id(batch)]):
            first, last = (number(data[end], "C") for end in ("first", "last"))
            imported.append((first, last))
            if first <= most and least <= last:
                found.append(Handled(who, f"imported {batch_id(batch)}", key))
    apart = or_(cases.c.version > 1, not_(or_(*(cases.c.id.between(*one) for one in imported))) if imported else true())
    changed = db.execute(select(cases.c.id).distinct().select_from(joined).where(and_(mine, apart))).scalars().all()
    last_word: dict[str, tuple[int, str, str]] = {}
    for start in range(0, len(changed), CHUNK):
        names = [case_id(one) for one in changed[start : start + CHUNK]]
        last_word |= {data["subject"]: (seq, who, key) for seq, data, who, key in _told(db, EDITED, names)}
    found += (Handled(who, f"changed {name} last", key) for name, (_, who, key) in last_word.items())
    return [*found, *_cleared(db, plan, {name: seq for name, (seq, _, _) in last_word.items()})]


def _cleared(db: Connection, plan: int, changed: Mapping[str, int]) -> Iterator[Handled]:
    """Who was the last to say of a case that it was not sent, with one case each, unless it was `changed` (-> event) later."""
    any_of_them = select(events.c.seq).where(events.c.subject == "ledger", events.c.kind.in_(CLEARED)).limit(1)
    if db.execute(any_of_them).first() is None:
        return
    joined = request_cases.join(requests, requests.c.id == request_cases.c.request)
    carried = select(request_cases.c.case).select_from(joined).where(requests.c.plan == plan)
    mine = {case_id(one) for one in db.execute(carried).scalars()}
    said = _told(db, CLEARED, ["ledger"])
    last = {name: (seq, who, key) for seq, data, who, key in said for name in mine.intersection(data["cases"])}
    people = {(who, key): name for name, (seq, who, key) in last.items() if seq > changed.get(name, 0)}
    yield from (Handled(who, f"said that {name} was not sent", key) for (who, key), name in people.items())


def _told(db: Connection, kinds: Sequence[str], subjects: Sequence[str]) -> Iterator[tuple[int, dict[str, Any], str, str]]:
    """The number of each event of these kinds, what it told with its subject, who acted, and with which key; in their order."""
    by = and_(openings.c.seq == events.c.seq, openings.c.name == "by")
    query = (
        select(events.c.seq, events.c.subject, events.c.data, openings.c.value, _ACT).join(openings, by).order_by(events.c.seq)
    )
    for seq, subject, data, who, act in db.execute(query.where(events.c.subject.in_(subjects), events.c.kind.in_(kinds))):
        behind: dict[str, Any] = json.loads(act) if act else {"first": seq + 1}
        yield seq, {**json.loads(data), "subject": subject}, str(who), str(behind["key"]) if behind["first"] <= seq else ""


_LATER = events.alias()
_ACT = (
    select(_LATER.c.data)
    .where(_LATER.c.subject == SUBJECT, _LATER.c.kind == ACTED, _LATER.c.seq > events.c.seq)
    .order_by(_LATER.c.seq)
    .limit(1)
    .scalar_subquery()
)
"""What the next act after an event says: it covers the event, or nobody's key does."""
