"""Redress: appeals with a due date, what a reversal takes back, whether the user was told, how long a measure stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, RowMapping, insert, select, update

from takedown.approval import Signature, approvers, check_approval
from takedown.clock import iso
from takedown.contract import RefusedByPolicy, UsageError
from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.cases import no_such
from takedown.ledger.ids import case_id
from takedown.ledger.states import State
from takedown.ledger.tables import appeals, cases, notifications, plans, requests
from takedown.planning.withdrawable import can_be_withdrawn

SOURCES = ("user", "provider", "other")
OUTCOMES = ("upheld", "reversed")
TOLD_BY = ("platform", "authority", "withheld")
LONGEST_WITHHOLDING = 42 * 86_400.0
"""Seconds: the six weeks of Regulation (EU) 2021/784, Article 11 (3). After them it is decided anew, or the user is told."""
LONGEST_RENEWAL = 366 * 86_400.0


class NoSuchAppeal(UsageError):
    """There is no open appeal A-{appeal}."""

    code, why, do = "TD-0787", "it was never recorded, or is decided", "takedown appeal list"


class NotASent(RefusedByPolicy):
    """{case} was never sent."""

    code, why, do = "TD-0788", "there is nothing that stands", "takedown case explain {case}"


class WithheldTooLong(RefusedByPolicy):
    """{case}: the user's notice cannot be withheld so: {what}."""

    code, why = "TD-0789", "who is not told cannot appeal, so it ends by itself, after six weeks at the latest"
    do = "--until a day within six weeks and --basis with the law, or --by platform"


class NotRenewed(RefusedByPolicy):
    """{case} cannot be renewed: {what}."""

    code, why = "TD-0779", "a measure stands for a time, and longer only by a new approval"
    do = "--until a day within a year, signed by somebody other than {planner}; or takedown withdraw {case} --reason TEXT"


def add_appeal(desk: Desk, case: int, source: str, reason: str, due_at: float, evidence: str) -> int:
    """Record an appeal against what was asked for a case; returns its number. Times in seconds since the epoch.

    Raises NoSuchCase, NotASent.
    """

    def change(book: Book) -> int:
        _sent(book.db, case)
        row = {"case": case, "from": source, "reason": reason, "evidence": evidence}
        made = insert(appeals).values(**row, received_at=book.now, due_at=due_at).returning(appeals.c.id)
        number = int(book.db.execute(made).scalar_one())
        told = {"appeal": f"A-{number}", "from": source, "due": iso(due_at), **({"evidence": evidence} if evidence else {})}
        book.record("appeal.received", case_id(case), told, {"reason": reason, "by": desk.who})
        return number

    return desk.ledger.write(change)


@dataclass(frozen=True, slots=True)
class Reversal:
    """What an appeal that succeeded takes back: every case that asked for the same, on every platform that has it.

    others: cases under the same file number of which nothing says that they are about the same; a person looks at them.
    """

    cases: tuple[int, ...]
    others: tuple[int, ...]


def decide_appeal(desk: Desk, appeal: int, outcome: str, why: str) -> Reversal:
    """Record how an appeal ended. A reversal names what is to be withdrawn; sending that is the caller's. Raises NoSuchAppeal."""
    with desk.ledger.read() as db:
        row = db.execute(select(appeals).where(appeals.c.id == appeal, appeals.c.outcome == "")).mappings().first()
        if row is None:
            raise NoSuchAppeal(appeal=appeal)
        found = _everywhere(db, row["case"]) if outcome == "reversed" else Reversal((), ())
    desk.ledger.write(partial(_decide, row=row, outcome=outcome, why=why, who=desk.who))
    return found


def _decide(book: Book, row: RowMapping, outcome: str, why: str, who: str) -> None:
    mine = (appeals.c.id == row["id"], appeals.c.outcome == "")
    if not book.db.execute(update(appeals).where(*mine).values(outcome=outcome, why=why, decided_at=book.now)).rowcount:
        raise NoSuchAppeal(appeal=row["id"])
    told = {"appeal": f"A-{row['id']}", "outcome": outcome}
    book.record("appeal.decided", case_id(row["case"]), told, {"reason": why, "by": who})


def _designation(fields: Mapping[str, str] | None) -> str:
    return (fields or {}).get("designation", "").strip()


def _everywhere(db: Connection, case: int) -> Reversal:
    """The same target under any basis, its steps, and the same designation under the same file number on other platforms."""
    own = db.execute(select(cases).where(cases.c.id == case)).mappings().one()
    chain, waiting = {case}, [case]
    while waiting:
        row = db.execute(select(cases.c.id, cases.c.follows).where(cases.c.id == waiting.pop())).one()
        later = db.execute(select(cases.c.id).where(cases.c.follows == row.id)).scalars().all()
        fresh: set[int] = {*later, *([row.follows] if row.follows else [])} - chain
        chain |= fresh
        waiting += fresh
    alike = (cases.c.authority == own["authority"], cases.c.platform == own["platform"], cases.c.identity == own["identity"])
    chain |= set(db.execute(select(cases.c.id).where(*alike)).scalars())
    others = set[int]()
    named = _designation(own["fields"])
    same_file = (cases.c.authority == own["authority"], cases.c.reference == own["reference"])
    for row in db.execute(select(cases.c.id, cases.c.fields).where(*same_file)):
        designation = _designation(row.fields)
        (chain if named and designation == named else others).add(row.id)
    return Reversal(
        tuple(one for one in sorted(chain) if can_be_withdrawn(db, one)),
        tuple(one for one in sorted(others - chain) if can_be_withdrawn(db, one)),
    )


def tell_user(desk: Desk, case: int, value: str, until: float | None, basis: str) -> None:
    """Record who tells the user: platform or authority, or that it is withheld until a time, on a basis; that ends by itself.

    Raises NoSuchCase, NotASent, WithheldTooLong.
    """
    if value == "withheld":
        now = desk.clock.now()
        if until is None or not basis.strip():
            raise WithheldTooLong(case=case_id(case), what="there is no end to it" if until is None else "no law is named for it")
        if not now < until <= now + LONGEST_WITHHOLDING:
            raise WithheldTooLong(case=case_id(case), what="its end is past" if until <= now else "it is longer than six weeks")

    def change(book: Book) -> None:
        _sent(book.db, case)
        book.db.execute(update(notifications).where(notifications.c.case == case).values(newest=""))
        row = {"case": case, "value": value, "until": until, "basis": basis, "by": desk.who, "at": book.now}
        book.db.execute(insert(notifications).values(**row))
        told = {"user": value, **({"until": iso(until)} if until else {}), **({"basis": basis} if basis else {})}
        book.record("user.notice", case_id(case), told, {"by": desk.who})

    desk.ledger.write(change)


def renewal_statement(desk: Desk, numbers: Sequence[int], until: float) -> str:
    """What the second person signs."""
    named = " ".join(case_id(one) for one in sorted(numbers))
    return f"takedown-renew-v1\n{desk.ledger.setting('ledger')}\n{named}\n{iso(until)}"


def renew(desk: Desk, numbers: Sequence[int], until: float, reason: str, signature: Signature | None) -> None:
    """Let measures stand longer, by the signature of somebody other than who planned them.

    Unsigned only where the policy asks for no approvals, in the sandbox. Raises NoSuchCase, NotASent, NotRenewed and what
    check_approval raises.
    """
    now, text = desk.clock.now(), renewal_statement(desk, numbers, until)
    with desk.ledger.read() as db:
        for one in numbers:
            planner, name = _planner(db, _sent(db, one)), case_id(one)
            if not now < until <= now + LONGEST_RENEWAL:
                what = "its end is past" if until <= now else "it is longer than a year"
                raise NotRenewed(case=name, planner=planner, what=what)
            if desk.policy.approvals and signature is None:
                raise NotRenewed(case=name, planner=planner, what="nobody signed it")
            if desk.policy.approvals and signature:
                check_approval(desk.who, signature, text, f"the renewal of {name}", planner, approvers(desk.policy.approvers))

    def change(book: Book) -> None:
        book.db.execute(update(cases).where(cases.c.id.in_(list(numbers))).values(reviewed_until=until, updated_at=book.now))
        seal = {"signature": signature.signature, "key": signature.key} if signature else {}
        for one in numbers:
            book.record("case.renewed", case_id(one), {"until": iso(until), **seal}, {"reason": reason, "by": desk.who})

    desk.ledger.write(change)


def _sent(db: Connection, case: int) -> RowMapping:
    row = db.execute(select(cases).where(cases.c.id == case)).mappings().first()
    if row is None:
        no_such(case)
    if row["delivered"] != State.SENT.value:
        raise NotASent(case=case_id(case))
    return row


def _planner(db: Connection, row: RowMapping) -> str:
    query = select(plans.c.planner).join(requests, requests.c.plan == plans.c.id).where(requests.c.id == row["request"])
    return str(db.execute(query).scalar() or "")
