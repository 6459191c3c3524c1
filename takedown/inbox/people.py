"""What people decide about a mail: which case it is about, and, two of them together, that an unproven one is genuine."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import RowMapping, select

from takedown.approval import Signature, approvers, check_approval
from takedown.contract import RefusedByPolicy
from takedown.desk import Desk
from takedown.inbox.authenticate import Resolver, Verdict
from takedown.inbox.judging import BY_HAND, UNSENT, Judge, Judgement, open_mail
from takedown.inbox.match import Known
from takedown.inbox.store import apply, get
from takedown.ledger.book import Book
from takedown.ledger.cases import no_such
from takedown.ledger.ids import case_id, message_name, request_id
from takedown.ledger.tables import cases, requests


class NeverSent(RefusedByPolicy):
    """No request for {case} was sent, so nothing can answer one."""

    code, why, do = "TD-0851", "a claim belongs to a request", "takedown case show {case}"


class CountedAlready(RefusedByPolicy):
    """{message} counts already."""

    code, why, do = "TD-0852", "it made claims for {request}, and claims are never taken back", "takedown inbox show {message}"


class NotMatched(RefusedByPolicy):
    """Nobody has said which case {message} is about."""

    code, why = "TD-0853", "two people accept a mail: one says what it answers, another that it is genuine"
    do = "takedown inbox match {message} CASE"


class SaysNothing(RefusedByPolicy):
    """{message} says nothing that the tool can read with certainty."""

    code, why = "TD-0854", "accepting a mail writes down what was read in it: {read}"
    do = "takedown inbox show {message}, then takedown claim add CASE --value V"


class Unsigned(RefusedByPolicy):
    """{message} counts only with the signature of a second person."""

    code, why, do = "TD-0859", "its sender is not proven", "takedown inbox accept {message} --reason TEXT --as NAME"


@dataclass(frozen=True, slots=True)
class Told:
    """`claims`: how many were new; `proven`: whether the sender is."""

    claims: int
    proven: bool
    judgement: Judgement


def match(desk: Desk, message: int, case: int, resolve: Resolver | None) -> Told:
    """Say that a mail is about a case; a proven one counts at once.

    Raises NoSuchMessage, NoSuchCase, NeverSent, CountedAlready.
    """
    row = _open(desk, message)
    request = request_of(desk, case)
    judged = Judge(desk, resolve).by_hand(open_mail(row["raw"]), request, case, row["received_at"])
    more = {"case": case, "matcher": desk.who}

    def change(book: Book) -> int:
        book.record("mail.matched", message_name(message), {"case": case_id(case)}, {"by": desk.who})
        return apply(book, message, judged, was=("new", "person", "done"), **more)

    return Told(desk.ledger.write(change), bool(judged.proof.how), judged)


def statement(desk: Desk, message: int, reason: str) -> str:
    """What the second person signs: the very mail, what it is about, and why it is believed."""
    row = get(desk, message)
    about = [message_name(message), row["sha256"], str(row["request"] or ""), str(row["case"] or ""), row["class"], reason]
    return "\n".join(["takedown-accept-v1", desk.ledger.setting("ledger"), *about])


def accept(desk: Desk, message: int, reason: str, signature: Signature | None) -> Told:
    """Count a mail whose sender is not proven, as by hand. `desk.who` signs and is another than the one who matched it.

    Unsigned only where the policy asks for no approvals, in the sandbox. Raises NotMatched, Unsigned, SaysNothing,
    CountedAlready and what check_approval raises.
    """
    row = _open(desk, message)
    name, needed = message_name(message), desk.policy.approvals
    if row["request"] is None or (needed and not row["matcher"]):
        raise NotMatched(message=name)
    if needed:
        if signature is None:
            raise Unsigned(message=name)
        allowed = approvers(desk.policy.approvers)
        check_approval(desk.who, signature, statement(desk, message, reason), name, row["matcher"], allowed)
    judged = _accepted(desk, row)
    if not judged.claims:
        raise SaysNothing(message=name, read=judged.read.why or judged.read.kind.value)
    seal = {"signature": signature.signature, "key": signature.key} if signature else {}

    def change(book: Book) -> int:
        book.record("mail.accepted", name, seal, {"by": desk.who, "reason": reason, "matched_by": row["matcher"]})
        return apply(book, message, judged, was=("person", "done"), case=row["case"], matcher=row["matcher"])

    return Told(desk.ledger.write(change), proven=True, judgement=judged)


def _open(desk: Desk, message: int) -> RowMapping:
    row = get(desk, message)
    if row["claims"]:
        raise CountedAlready(message=message_name(message), request=request_id(row["request"]))
    return row


def _accepted(desk: Desk, row: RowMapping) -> Judgement:
    request, judge = _known(desk, row["request"]), Judge(desk, None)
    whole = judge.by_hand(open_mail(row["raw"]), request, row["case"], row["received_at"])
    proof = Verdict(f"{BY_HAND}: {', '.join(filter(None, (row['matcher'], desk.who)))}")
    claims = tuple(replace(claim, by=desk.who) for claim in whole.claims)
    return replace(whole, proof=proof, claims=claims, match=replace(whole.match, by=row["matched_by"]))


def request_of(desk: Desk, case: int) -> Known:
    """The newest request that carries the case, once it left. Raises NoSuchCase, NeverSent."""
    with desk.ledger.read() as db:
        found = db.execute(select(cases.c.request).where(cases.c.id == case)).first()
    if found is None:
        no_such(case)
    if found[0] is None:
        raise NeverSent(case=case_id(case))
    known = _known(desk, found[0])
    if known.state in UNSENT:
        raise NeverSent(case=case_id(case))
    return known


def _known(desk: Desk, request: int) -> Known:
    columns = [requests.c[name] for name in Known.__slots__]
    with desk.ledger.read() as db:
        return Known(*db.execute(select(*columns).where(requests.c.id == request)).one())
