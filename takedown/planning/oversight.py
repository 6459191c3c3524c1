"""The oversight key: adopted once, and changed only by itself."""

from __future__ import annotations

from dataclasses import asdict

from takedown.approval import BadSignature, Signature, StrangeKey, fingerprint, holds
from takedown.contract import RefusedByPolicy
from takedown.desk import Desk
from takedown.ledger.oversight import SUBJECT, pinned, rotation_statement
from takedown.policy.signed import NoOversight

HOLDER = "the oversight"


class Adopted(RefusedByPolicy):
    """This ledger knows its oversight key already: {known}."""

    code = "TD-0768"
    why, do = "whoever could replace it could write any policy", "takedown policy rotate NEW.pub --key OLD, by its holder"


def adopt(desk: Desk, key: str) -> None:
    """Pin the oversight key, a public blob in base64, once and for all. Raises Adopted."""
    if known := pinned(desk.ledger):
        raise Adopted(known=fingerprint(known))
    told = {"oversight": key, "fingerprint": fingerprint(key)}
    desk.ledger.write(lambda book: book.record("oversight.adopted", SUBJECT, told, {"by": desk.who}))


def rotate(desk: Desk, new: str, signature: Signature) -> None:
    """Another oversight key, by the word of the one before. Raises NoOversight, StrangeKey, BadSignature."""
    old = pinned(desk.ledger)
    check_oversight(old, signature, rotation_statement(desk.ledger.setting("ledger"), old, new), "the new key")
    told = {"oversight": new, "fingerprint": fingerprint(new), **asdict(signature)}
    desk.ledger.write(lambda book: book.record("oversight.rotated", SUBJECT, told, {"by": desk.who}))


def check_oversight(key: str, signature: Signature, text: str, what: str) -> None:
    """Raise NoOversight, StrangeKey or BadSignature unless the oversight key signed these words."""
    if not key:
        raise NoOversight
    if signature.key != key:
        raise StrangeKey(name=HOLDER)
    if not holds(signature, text):
        raise BadSignature(name=HOLDER, what=what)
