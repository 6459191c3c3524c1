"""Who acts is a key: in live, whatever the record says that a person did is signed by that person.

A person's key signs once for a command, before anything is written, so that no lock waits for an agent that asks its owner: the
mandate. It names the ledger, the command, the time, the event that the record ended with, and a key that lives in the memory of
that one process. That key signs each transaction: which events it wrote, and the hash that the last of them has. A hash is over
its event and all before it, so what was done, to what, with which details and when is signed with it, and no signature fits
another place of the record. `audit verify` checks both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from takedown.approval import KeyPair, Signature
from takedown.clock import iso
from takedown.contract import RefusedByPolicy
from takedown.ledger.book import Recorded

ACTED, SUBJECT = "acted", "desk"
LASTS = 12 * 3600
"""Seconds in which a mandate counts: a day at the desk."""
APART = frozenset(
    {
        *("plan.planner_signed", "plan.signed"),  # signatures over the plan's digest, which the audit checks against its row
        "plan.made",  # in live nobody can approve it before plan.planner_signed
        *("oversight.adopted", "oversight.rotated"),  # before anybody has a key; by the word of the key before
        *("plan.handed", "reminders.woken", "designations.checked", "case.disclosed", "report.quoted", "public.written"),
        *("ledger.moved", "ledger.left"),
    }
)
"""Events that name a person and need no act: signed in another way, or no decision about a case, which cron may bring about."""
BRAKES = frozenset({"halted", "unhalted", "unhalt.begun"})


class Unsigned(RefusedByPolicy):
    """Nobody's key stands behind this: {kind}."""

    code = "TD-0794"
    why, do = "in live, who acts is a key; a name can be typed by anybody", "give --key FILE, or load the key with ssh-add"


class MandateOver(RefusedByPolicy):
    """The signature with which this command began is too old."""

    code, why, do = "TD-0795", "a key's word for what a process does counts for 12 hours", "start the command again"


def needs_key(kind: str, data: Mapping[str, Any]) -> bool:
    """Whether an event names a person (`by`) whose act must cover it.

    The oversight signs at the kill switch for itself. Anybody may halt: the event then says that it is unsigned.
    """
    if "by" not in data or kind in APART:
        return False
    return not (kind in BRAKES and "oversight" in data) and not (kind == "halted" and "unsigned" in data)


@dataclass(frozen=True, slots=True)
class Mandate:
    """What a person signs before a command writes. `what`: its words; `began`: when, as events say it; `seq`, `head`: the newest
    event then; `once`: the public blob, in base64, of the key of that process.
    """

    ledger: str
    what: str
    began: str
    seq: int
    head: str
    once: str

    def text(self) -> str:
        return "\n".join(("takedown-act-v1", self.ledger, self.what, self.began, f"{self.seq} {self.head}", self.once))


def sealed_text(ledger: str, first: int, last: int, head: str) -> str:
    """What the process's key signs for the events from `first` to `last`, whose hash is `head`."""
    return f"takedown-acted-v1\n{ledger}\n{first}-{last}\n{head}"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at work, for one process. `signature`: theirs, over the mandate; `since`: when, in seconds since the epoch."""

    name: str
    mandate: Mandate
    signature: Signature
    once: KeyPair
    since: float

    def closing(self, told: Sequence[Recorded], first: int, last: int, head: str, now: float) -> Recorded:
        """The event that ends the person's transaction. Raises MandateOver."""
        del told
        if now > self.since + LASTS:
            raise MandateOver
        of, seal = self.mandate, self.once.sign(sealed_text(self.mandate.ledger, first, last, head))
        data = {
            "what": of.what, "began": of.began, "after": [of.seq, of.head], "once": of.once,
            "key": self.signature.key, "signature": self.signature.signature, "first": first, "seal": seal.signature,
        }  # fmt: skip
        return Recorded(ACTED, SUBJECT, data, {"by": self.name})


class Nobody:
    """A live ledger at which no key acts: machines may work, and people may look."""

    def closing(self, told: Sequence[Recorded], first: int, last: int, head: str, now: float) -> None:
        """Raises Unsigned for an event that a person must sign."""
        del first, last, head, now
        for one in told:
            if needs_key(one.kind, {**one.data, **one.private}):
                raise Unsigned(kind=one.kind)


def mandate(ledger: str, what: str, now: float, newest: tuple[int, str], once: KeyPair) -> Mandate:
    """`newest`: number and hash of the event that the record ends with."""
    return Mandate(ledger, what, iso(now), *newest, once.key)
