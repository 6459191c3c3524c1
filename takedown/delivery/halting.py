"""The kill switch: one person stops every lane before its next write, a second one lets them go on.

The oversight can pull it too; then the second person and the oversight must both let go.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, insert, update

from takedown.approval import NoKey, OwnPlan, Signature, approvers, check_approval
from takedown.contract import UsageError
from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.canonical import canonical
from takedown.ledger.oversight import pinned
from takedown.ledger.tables import meta
from takedown.planning.oversight import HOLDER, check_oversight

RELEASED = "released"
"""Who has let go of a switch that takes two, until the other does."""


class NotHalted(UsageError):
    """Nothing is halted."""

    code, exit, why, do = "TD-0721", 0, "the kill switch is not set", "takedown status"


def halt_statement(ledger: str, reason: str) -> str:
    """What the oversight signs when it halts."""
    return f"takedown-halt-v1\n{ledger}\n{reason}"


def halt(desk: Desk, reason: str, oversight: Signature | None = None, unsigned: str = "") -> None:
    """Set the switch; every sender looks at it after connecting and before writing.

    A switch that is set stays as it is, since whoever sets it cannot be the one who lets go; but the oversight's word goes over
    another's. `unsigned`: why no key stands behind it in live; the name is then no more than what somebody typed. Raises
    NoOversight, StrangeKey, BadSignature.
    """
    if oversight:
        statement = halt_statement(desk.ledger.setting("ledger"), reason)
        check_oversight(pinned(desk.ledger), oversight, statement, "the halt")
    held = _held(desk)
    stays = bool(held) and (held.get("oversight") or not oversight)

    def change(book: Book) -> None:
        mark: dict[str, Any] = {"oversight": True} if oversight else {"unsigned": True} if unsigned else {}
        told: dict[str, Any] = {"by": desk.who, "why": reason, "at": round(book.now), **mark}
        if not stays:
            book.db.execute(update(meta).where(meta.c.name == "halted").values(value=canonical(told)))
            book.db.execute(delete(meta).where(meta.c.name == RELEASED))
        seal = {**mark, **asdict(oversight)} if oversight else mark
        private = {"by": desk.who, "why": reason, **({"no_key": unsigned} if unsigned else {})}
        book.record("halted", "ledger", seal, private)

    desk.ledger.write(change)


def unhalt_statement(desk: Desk) -> str:
    """What the second person signs, and the oversight where it halted. Raises NotHalted."""
    held = desk.ledger.setting("halted")
    if not held:
        raise NotHalted
    return f"takedown-unhalt-v1\n{desk.ledger.setting('ledger')}\n{held}"


def unhalt(desk: Desk, signature: Signature | None, oversight: Signature | None = None) -> str:
    """Let go of the switch; returns who must still do so, empty when sending may go on.

    Raises NotHalted, NoKey and what check_approval and check_oversight raise: not the person who halted.
    """
    statement, held = unhalt_statement(desk), _held(desk)
    key = pinned(desk.ledger)
    if oversight:
        check_oversight(key, oversight, statement, "the release")
    elif desk.policy.approvals > 0:
        if signature is None:
            raise NoKey(what="releasing the switch needs a signature")
        check_approval(desk.who, signature, statement, "the halt", str(held["by"]), approvers(desk.policy.approvers))
        if signature.key == key:
            raise OwnPlan(name=HOLDER, what="the halt", others="an approver")
    side = "oversight" if oversight else "desk"
    sides = {side, desk.ledger.setting(RELEASED)} - {""}
    left = ({"oversight", "desk"} if held.get("oversight") else {"desk"}) - sides

    def change(book: Book) -> None:
        book.db.execute(delete(meta).where(meta.c.name == RELEASED))
        if left:
            book.db.execute(insert(meta).values(name=RELEASED, value=side))
        else:
            book.db.execute(update(meta).where(meta.c.name == "halted").values(value=""))
        given = oversight or signature
        seal = {"signature": given.signature, "key": given.key} if given else {}
        told = {"oversight": True} if oversight else {}
        book.record("unhalted" if not left else "unhalt.begun", "ledger", {**seal, **told}, {"by": desk.who})

    desk.ledger.write(change)
    return {"oversight": HOLDER, "desk": "a second person"}[next(iter(left))] if left else ""


def _held(desk: Desk) -> dict[str, Any]:
    text = desk.ledger.setting("halted")
    return json.loads(text) if text else {}
