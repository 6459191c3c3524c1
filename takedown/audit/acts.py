"""What people did, as the record tells, against the keys that stand behind it, and those against the policies in force then."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from takedown.acting import POLICY, SEEN
from takedown.approval import Signature, approvers, holds
from takedown.audit.chain import FAULTS, Told
from takedown.contract import RefusedByPolicy
from takedown.ledger.acts import Mandate, sealed_text
from takedown.ledger.oversight import SUBJECT
from takedown.ledger.tables import events, meta
from takedown.policy.signed import LISTS, NAMESPACE

People = list[tuple[int, set[tuple[str, str]]]]
"""Since which event a policy lies in the record, and its pairs of name and key."""


def of_acts(db: Connection, told: Told) -> Iterator[str]:
    """A ledger that is older than acts is held to them from its first one on."""
    if not told.keyed and not told.acts:
        return
    ledger = str(db.execute(select(meta.c.value).where(meta.c.name == "ledger")).scalar() or "")
    people, mandates, covered, until = _people(db, told), dict[str, bool](), set[int](), 0
    since = 0 if told.keyed else int(told.acts[0][2]["first"])
    for seq, head, data in told.acts:
        try:
            what = _wrong(ledger, seq, head, data, mandates, until)
        except FAULTS:
            what = "cannot be understood"
        if what:
            yield f"the act in event {seq} {what}"
            continue
        until, first, who = seq, int(data["first"]), told.opened.get((seq, "by"), "")
        covered.update(range(first, seq))
        if who and not any(since < seq and (who, data["key"]) in pairs for since, pairs in people):
            yield f"the act in event {seq} is by a key that no policy gave to {who}"
        for one in range(first, seq):
            if one in told.named and told.opened.get((one, "by"), who) != who:
                yield f"event {one} names another person than the one whose key acted"
    for seq, kind in told.named.items():
        if seq not in covered and seq >= since:
            yield f"event {seq} ({kind}) names a person, and nobody's key stands behind it"


def _wrong(ledger: str, seq: int, head: str, data: dict[str, Any], mandates: dict[str, bool], until: int) -> str:
    after, first = data["after"], int(data["first"])
    text = Mandate(ledger, data["what"], data["began"], int(after[0]), after[1], data["once"]).text()
    if text not in mandates:
        mandates[text] = holds(Signature(data["key"], data["signature"]), text)
    if not mandates[text]:
        return "has a signature that does not hold"
    if not holds(Signature(data["once"], data["seal"]), sealed_text(ledger, first, seq - 1, head)):
        return "is for other events than those before it"
    if not max(until, int(after[0])) < first < seq:
        return "reaches over what was recorded before it began"
    return ""


def _people(db: Connection, told: Told) -> People:
    """Whom the policies in the record list, of those that a key of the oversight signed."""
    adopted = db.execute(select(events.c.data).where(events.c.subject == SUBJECT)).scalars()
    oversight = {json.loads(data).get("oversight") for data in adopted}
    found: People = []
    query = select(events.c.seq, events.c.data).where(events.c.subject == POLICY, events.c.kind == SEEN)
    for seq, data in db.execute(query.order_by(events.c.seq)):
        said, text = json.loads(data), told.opened.get((seq, "text"), "")
        fits = hashlib.sha256(text.encode()).hexdigest() == said["policy"] and said["key"] in oversight
        if fits and holds(Signature(said["key"], said["signature"]), text, NAMESPACE):
            found.append((seq, _listed(text)))
    return found


def _listed(text: str) -> set[tuple[str, str]]:
    try:
        read = tomllib.loads(text)
        return {(one.name, one.key) for name in LISTS for one in approvers(read.get(name, []))}
    except (ValueError, TypeError, RefusedByPolicy):
        return set()
