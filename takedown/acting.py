"""A person at a live desk: which key acts, whose it is by the policy in force, and the policy itself on the record."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace

from sqlalchemy import Connection, select

from takedown.approval import Approver, NoKey, NotAnApprover, Signature, StrangeKey, fingerprint, new_key
from takedown.contract import RefusedByPolicy, UsageError
from takedown.desk import Desk
from takedown.ledger.acts import Actor, mandate
from takedown.ledger.book import GENESIS
from takedown.ledger.store import Ledger
from takedown.ledger.tables import events

POLICY, SEEN = "policy", "policy.seen"
Sign = Callable[[str], Signature]


class UnknownKey(RefusedByPolicy):
    """The policy gives the key {key} to nobody."""

    code, why = "TD-0796", "in live, who acts is a key that the oversight has listed"
    do = "sign with a key of {known}, or have the oversight list this one (approvers, planners or officers)"


class SeveralKeys(UsageError):
    """The ssh-agent holds keys of several people: {names}."""

    code, why, do = "TD-0797", "one of them acts", "say which: --as NAME, or TAKEDOWN_AS"


def owner(people: Sequence[Approver], key: str, wanted: str | None) -> Approver:
    """Whose the key is, by the policy's lists; `wanted` is the name that was said, if any. Raises UnknownKey, StrangeKey."""
    found = next((one for one in people if one.key == key), None)
    if found is None:
        raise UnknownKey(key=fingerprint(key), known=_names(people))
    if wanted and wanted != found.name:
        raise StrangeKey(name=wanted)
    return found


def chosen(people: Sequence[Approver], held: Sequence[str], wanted: str | None, user: str) -> Approver:
    """Who acts with the keys that an agent holds: the name that was said, else the only one, else the system's `user`.

    Raises NotAnApprover, NoKey, SeveralKeys.
    """
    if wanted and wanted not in {one.name for one in people}:
        raise NotAnApprover(name=wanted, known=_names(people))
    mine = [one for one in people if one.key in held and (not wanted or one.name == wanted)]
    names = list(dict.fromkeys(one.name for one in mine))
    if not mine:
        raise NoKey(what=f"the ssh-agent holds no key of {wanted or _names(people)}")
    if len(names) > 1 and user not in names:
        raise SeveralKeys(names=", ".join(names))
    return next(one for one in mine if len(names) == 1 or one.name == user)


def _names(people: Sequence[Approver]) -> str:
    return ", ".join(sorted({one.name for one in people})) or "nobody"


def act(desk: Desk, who: Approver, what: str, sign: Sign) -> Desk:
    """The desk with `who` at it: what it records from here on is signed. `what`: the command's words, without what was typed.

    Raises what `sign` and `in_force` raise.
    """
    ledger, once, now = desk.ledger, new_key(), desk.clock.now()
    with ledger.read() as db:
        newest = _newest(db)
    of = mandate(ledger.setting("ledger"), what, now, newest, once)
    signature = sign(of.text())
    if signature.key != who.key:
        raise StrangeKey(name=who.name)
    ledger.signing = Actor(who.name, of, signature, once, now)
    _on_record(desk, ledger)
    return replace(desk, who=who.name)


def _newest(db: Connection) -> tuple[int, str]:
    row = db.execute(select(events.c.seq, events.c.hash).order_by(events.c.seq.desc()).limit(1)).first()
    return (int(row[0]), str(row[1])) if row else (0, GENESIS)


def _on_record(desk: Desk, ledger: Ledger) -> None:
    """Each policy under which somebody acts lies in the record with the oversight's signature: it says whose keys those are."""
    held = desk.in_force
    with ledger.read() as db:
        query = select(events.c.data).where(events.c.subject == POLICY, events.c.kind == SEEN)
        known = {json.loads(data)["policy"] for (data,) in db.execute(query)}
    if held.signature and held.hash not in known:
        told = {"policy": held.hash, **asdict(held.signature)}
        ledger.write(lambda book: book.record(SEEN, POLICY, told, {"text": held.text}))
