"""What a mail that was read claims of the cases that its request carries."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from takedown.inbox.classify import Class, Read
from takedown.inbox.forms import Answer
from takedown.inbox.match import Known
from takedown.inbox.verdicts import Verdict, per_case
from takedown.ledger.truths import Claim

MAX_AHEAD = timedelta(days=1)
"""How far a date may lie ahead of us and still be believed: clocks differ."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A case that a request carries."""

    case: int
    key: str
    identity: str
    claimed: str
    basis: str
    former: tuple[str, ...] = ()
    """Identities that the target had under earlier names."""

    def named_in(self, listed: Container[str]) -> str:
        """The identity under which a mail speaks of the target: that of today, unless it uses an earlier one."""
        return next((one for one in (self.identity, *self.former) if one in listed), self.identity)


def claims_of(request: Known, read: Read, carried: Sequence[Carried], dated: float | None) -> Iterable[Claim]:
    """dated: when the mail says that it was written, in seconds since 1970; None where it does not say so believably."""
    if read.form:
        yield from (_formal(one.case, request, read.form, dated) for one in carried)
    elif read.kind is Class.DECISION or read.reading.decides:
        found = per_case(read.reading, {one.case: one.named_in(read.reading.listed) for one in carried})
        yield from (_claim(case, request, decision, dated) for case, decision in found.items())
    elif read.kind is Class.RECEIPT:
        words = f"ticket {read.number}" if read.number else ""
        yield from (Claim(one.case, "received", "mail", request.id, reason=words, decided_at=dated) for one in carried)
    elif read.kind is Class.QUESTION:
        yield from (
            Claim(one.case, "needs_information", "mail", request.id, reason=read.asks, decided_at=dated) for one in carried
        )


def _formal(case: int, request: Known, form: Answer, dated: float | None) -> Claim:
    """What a form of the order says of a case. Who acts on the order acts under the law that it names, in all Member States."""
    at = form.at.timestamp() if form.at else None
    believable = at is not None and dated is not None and at <= dated + MAX_AHEAD.total_seconds()
    return Claim(
        case=case,
        value=form.value,
        source="mail",
        request=request.id,
        ground="local_law" if form.acted else "",
        territory="EU" if form.value == "restricted" else "",
        reason_code=form.reason_code,
        reason=form.words,
        decided_at=at if believable else dated,
    )


def _claim(case: int, request: Known, said: Verdict, dated: float | None) -> Claim:
    return Claim(
        case=case,
        value=said.value,
        source="mail",
        request=request.id,
        ground=said.ground,
        territory=",".join(said.territory),
        reason_code=said.reason_code,
        reason=said.words[:1000],
        decided_at=dated,
    )
