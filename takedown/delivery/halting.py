"""The kill switch: one person stops every lane before its next write, a second one lets them go on."""

from __future__ import annotations

import json

from sqlalchemy import update

from takedown.approval import NoKey, Signature, approvers, check_approval
from takedown.contract import UsageError
from takedown.desk import Desk
from takedown.ledger.book import Book, canonical
from takedown.ledger.tables import meta


class NotHalted(UsageError):
    """Nothing is halted."""

    code, exit, why, do = "TD-0721", 0, "the kill switch is not set", "takedown status"


def halt(desk: Desk, reason: str) -> None:
    """Set the switch; every sender looks at it after connecting and before writing."""

    def change(book: Book) -> None:
        value = canonical({"by": desk.who, "why": reason, "at": round(book.now)})
        book.db.execute(update(meta).where(meta.c.name == "halted").values(value=value))
        book.record("halted", "ledger", {}, {"by": desk.who, "why": reason})

    desk.ledger.write(change)


def unhalt_statement(desk: Desk) -> str:
    """What the second person signs. Raises NotHalted."""
    held = desk.ledger.setting("halted")
    if not held:
        raise NotHalted
    return f"takedown-unhalt-v1\n{desk.ledger.setting('ledger')}\n{held}"


def unhalt(desk: Desk, signature: Signature | None) -> None:
    """Release the switch. Raises NotHalted, NoKey and what check_approval raises: not the person who halted."""
    statement = unhalt_statement(desk)
    halted_by = str(json.loads(desk.ledger.setting("halted"))["by"])
    if desk.policy.approvals > 0:
        if signature is None:
            raise NoKey(what="releasing the switch needs a signature")
        check_approval(desk.who, signature, statement, "the halt", halted_by, approvers(desk.policy.approvers))

    def change(book: Book) -> None:
        book.db.execute(update(meta).where(meta.c.name == "halted").values(value=""))
        seal = {"signature": signature.signature, "key": signature.key} if signature else {}
        book.record("unhalted", "ledger", seal, {"by": desk.who})

    desk.ledger.write(change)
