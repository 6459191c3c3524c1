"""What a person says became of a packet: filed, given back, uncertain, refused. Each is one move, and one event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import func, select, update

from takedown.clock import iso
from takedown.contract import Channel, RefusedByPolicy, UsageError
from takedown.delivery.portal.tasks import get_row, not_to_file, with_another
from takedown.desk import Desk
from takedown.ledger.book import Book, commitment
from takedown.ledger.ids import case_id, request_id
from takedown.ledger.moves import State, move, take_out
from takedown.ledger.seals import add_attempts
from takedown.ledger.tables import request_cases, requests
from takedown.ledger.viewed import viewed

PORTAL = requests.c.channel == Channel.PORTAL.value
LONGEST = 200
TO_FOLLOW = "filed by hand, its number is to follow"


class NotANumber(UsageError):
    """That cannot be the number that the portal gave: {what}."""

    code, why, do = "TD-0753", "the receipt is what is shown later", "copy the portal's number, and nothing else"


class AlreadyFiled(RefusedByPolicy):
    """{request} was filed already, under the number {receipt}."""

    code, why, do = "TD-0754", "what was recorded as sent stays so", "takedown portal list"


class NothingFiled(UsageError):
    """{request}: {what}."""

    code, why, do = "TD-0736", "{reason}", "{then}"


class Number(StrEnum):
    """What came of the portal's number: here it is, it comes later, or the portal gives none."""

    GIVEN = "given"
    LATER = "later"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Filed:
    """A packet filed. evidence: sha256 of a kept file; excepted: number of a case that was not filed -> why; seconds it took."""

    number: Number
    reference: str = ""
    evidence: str = ""
    excepted: Mapping[int, str] = field(default_factory=dict[int, str])
    seconds: float | None = None


def check_number(text: str) -> str:
    """The portal's number without the blanks around it. Raises NotANumber."""
    number = text.strip()
    if not number or not number.isprintable() or len(number) > LONGEST:
        raise NotANumber(what="it is empty" if not number else f"it is one line of at most {LONGEST} visible characters")
    return number


def done(desk: Desk, request: int, filed: Filed) -> None:
    """Record that a packet was filed; for one that was filed before, the number that was to follow.

    Raises NoSuchPacket, NotToFile, WithAnother, AlreadyFiled, NotANumber, NothingFiled.
    """
    reference = check_number(filed.reference) if filed.number is Number.GIVEN else ""

    def change(book: Book) -> None:
        row = get_row(book, request)
        if row["state"] == State.SENT.value:
            _follow_up(book, row, reference, filed, desk.who)
        else:
            _file(book, row, reference, filed, desk.who)

    desk.ledger.write(change)


def _file(book: Book, row: Mapping[str, Any], reference: str, filed: Filed, who: str) -> None:
    was = _held(book, row, who)
    if was is State.UNKNOWN and not reference and not filed.evidence:
        raise NothingFiled(
            request=request_id(row["id"]),
            what="whether it was filed is uncertain",
            reason="only a number from the portal's own list, or a file that shows it, settles that",
            then=f"takedown portal done {request_id(row['id'])} --ref NUMBER",
        )
    _take_out(book, row, filed.excepted)
    receipt = reference or (f"by hand, {iso(book.now)}, by {who}" if filed.number is Number.NONE else "")
    told: dict[str, Any] = {"by_hand": filed.number.value, **_proof(filed)}
    if receipt:
        told["receipt"] = commitment(row["salt"], receipt)
    if filed.excepted:
        told["excepted"] = [case_id(one) for one in sorted(filed.excepted)]
    ended: dict[str, Any] = {**_ended(row, who), "assigned": who}
    detail = {Number.GIVEN: "", Number.LATER: TO_FOLLOW, Number.NONE: "the portal gave no number"}[filed.number]
    move(
        book,
        [row["id"]],
        was,
        State.SENT,
        event=told,
        private={"by": who},
        receipt=receipt,
        receipt_at=book.now if receipt else None,
        doubt_since=None,
        detail=detail,
        seconds=_seconds(book, row, filed) if was is State.OPERATOR else None,
        **ended,
    )
    note_attempt(book, row, "sent", receipt or detail)


def note_attempt(book: Book, row: Mapping[str, Any], outcome: str, detail: str) -> None:
    """The visit to the portal, beside the attempts of machines."""
    values = {"outcome": outcome, "detail": detail, "started_at": row["opened_at"] or book.now, "ended_at": book.now}
    number = row["attempts"] + (row["opened_at"] is None)
    add_attempts(book, [(row["salt"], {"request": row["id"], "number": number, **values})])


def _seconds(book: Book, row: Mapping[str, Any], filed: Filed) -> float | None:
    if filed.seconds is not None or row["opened_at"] is None:
        return filed.seconds
    return float(book.now - row["opened_at"])


def _proof(filed: Filed) -> dict[str, str]:
    return {"evidence": filed.evidence} if filed.evidence else {}


def _ended(row: Mapping[str, Any], who: str) -> dict[str, Any]:
    """Of a packet that was never opened here, whoever speaks of it was at the portal with it."""
    first = row["opened_at"] is None
    return {"lease_until": None, "attempts": row["attempts"] + first, "assigned": who if first else row["assigned"]}


def _held(book: Book, row: Mapping[str, Any], who: str) -> State:
    """The state of a packet about which `who` may speak."""
    state = State(row["state"])
    if state not in {State.OPERATOR, State.UNKNOWN}:
        raise not_to_file(row["id"], state)
    open_elsewhere = row["opened_at"] is not None and row["assigned"] != who and (row["lease_until"] or 0) > book.now
    if state is State.OPERATOR and open_elsewhere:
        raise with_another(row)
    return state


def _take_out(book: Book, row: Mapping[str, Any], excepted: Mapping[int, str]) -> None:
    query = select(request_cases.c.case).where(request_cases.c.request == row["id"], request_cases.c.excepted == "")
    carried = {int(one[0]) for one in book.db.execute(query)}
    name = request_id(row["id"])
    if strange := sorted(set(excepted) - carried):
        what, then = f"{case_id(strange[0])} is not in it", f"takedown portal next {name}"
        raise NothingFiled(request=name, what=what, reason="only what a packet asks for can be excepted", then=then)
    if carried and carried <= set(excepted):
        what, then = "every case is excepted", f"takedown portal release {name} --not-filed"
        raise NothingFiled(request=name, what=what, reason="then nothing of it was filed", then=then)
    take_out(book, row["id"], excepted)


def _follow_up(book: Book, row: Mapping[str, Any], reference: str, filed: Filed, who: str) -> None:
    if row["receipt"] and row["receipt"] != reference:
        raise AlreadyFiled(request=request_id(row["id"]), receipt=row["receipt"])
    if filed.number is Number.LATER or row["receipt"]:
        return
    receipt = reference or f"by hand, {iso(book.now)}, by {who}"
    _receipt(book, row, receipt, "receipt.recorded", {"by_hand": filed.number.value, **_proof(filed)}, who)


def _receipt(book: Book, row: Mapping[str, Any], receipt: str, kind: str, told: Mapping[str, Any], who: str) -> None:
    values = {"receipt": receipt, "receipt_at": book.now, "detail": "", "updated_at": book.now}
    this = (requests.c.id == row["id"], requests.c.state == State.SENT.value, requests.c.receipt == row["receipt"])
    book.db.execute(update(requests).where(*this).values(**values))
    seal = {"receipt": commitment(row["salt"], receipt)}
    book.record(kind, request_id(row["id"]), {**told, **seal}, {"by": who})


def correct(desk: Desk, request: int, reference: str) -> None:
    """Mend a mistyped number: only whoever entered it may. Raises NotANumber, NotToFile, AlreadyFiled."""
    number = check_number(reference)

    def change(book: Book) -> None:
        row = get_row(book, request)
        if row["state"] != State.SENT.value:
            raise not_to_file(request, State(row["state"]))
        if row["assigned"] != desk.who:
            raise AlreadyFiled(request=request_id(request), receipt=row["receipt"])
        _receipt(book, row, number, "receipt.corrected", {"was": commitment(row["salt"], row["receipt"])}, desk.who)

    desk.ledger.write(change)


def same_number(desk: Desk, request: int, reference: str) -> str:
    """Another request to the same platform that has this number already (`R-7`); empty when there is none."""
    with desk.ledger.read() as db:
        row = get_row(viewed(db), request)
        others = (requests.c.receipt == reference.strip(), requests.c.platform == row["platform"], requests.c.id != request)
        found = db.execute(select(func.min(requests.c.id)).where(*others)).scalar()
    return request_id(found) if found else ""


def unsure(desk: Desk, request: int, why: str = "") -> None:
    """Whoever opened it does not know whether it was filed. Raises NoSuchPacket, NotToFile, WithAnother."""

    def change(book: Book) -> None:
        row = get_row(book, request)
        if _held(book, row, desk.who) is State.UNKNOWN:
            return
        detail = f"filed by hand or not: {why or 'the person is unsure'}"
        more: dict[str, Any] = {"doubt_since": book.now, "detail": detail, **_ended(row, desk.who)}
        told = {"because": "the person is unsure"}
        move(book, [request], State.OPERATOR, State.UNKNOWN, event=told, private={"by": desk.who}, **more)
        note_attempt(book, row, "unknown", detail)

    desk.ledger.write(change)


def release(desk: Desk, request: int, *, not_filed: bool = False) -> None:
    """Give a packet back. One that was opened needs the person's word that it was not filed.

    Raises NoSuchPacket, NotToFile, WithAnother, NothingFiled.
    """
    desk.ledger.write(partial(_release, request=request, who=desk.who, not_filed=not_filed))


def _release(book: Book, request: int, who: str, not_filed: bool) -> None:
    row = get_row(book, request)
    name, opened = request_id(request), row["opened_at"] is not None
    if _held(book, row, who) is State.UNKNOWN:
        raise not_to_file(request, State.UNKNOWN)
    if opened and not not_filed:
        raise NothingFiled(
            request=name,
            what="it was opened, so it may have been filed",
            reason="only whoever opened it knows",
            then=f"takedown portal release {name} --not-filed, or takedown portal unsure {name}",
        )
    move(
        book,
        [request],
        State.OPERATOR,
        State.APPROVED,
        event={"because": "not filed" if opened else "given back unopened"},
        private={"by": who},
        assigned="",
        opened_at=None,
        lease_until=None,
        attempts=row["attempts"] - opened,
        detail=f"given back by {who}",
    )


def fail(desk: Desk, request: int, reason: str) -> None:
    """The portal would not take it. Raises NoSuchPacket, NotToFile, WithAnother."""

    def change(book: Book) -> None:
        row = get_row(book, request)
        was, detail = _held(book, row, desk.who), f"portal: {reason}"
        private = {"by": desk.who, "reason": reason}
        ended: dict[str, Any] = {"detail": detail, **_ended(row, desk.who)}
        move(book, [request], was, State.REFUSED, event={"code": "portal"}, private=private, **ended)
        note_attempt(book, row, "refused", detail)

    desk.ledger.write(change)
