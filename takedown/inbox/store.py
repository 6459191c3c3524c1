"""The mails of the ledger: stored raw first, judged in a second transaction that acts on each mail once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import RowMapping, bindparam, insert, select, update

from takedown.desk import Desk
from takedown.inbox.authenticate import Resolver
from takedown.inbox.judging import Judge, Judgement, known_requests, open_mail
from takedown.inbox.listing import NoSuchMessage
from takedown.ledger.book import Book
from takedown.ledger.ids import message_name
from takedown.ledger.moves import State, move
from takedown.ledger.tables import cases, claims, messages, request_cases
from takedown.ledger.truths import Claim, add_claims
from takedown.ledger.withdrawals import answered

BATCH = 200
FILES = "file"
"""The mailbox of mails that a person added."""
SHOWN = [column for column in messages.c if column.name != "raw"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail lies on a server (RFC 9051, 2.3.1.1)."""

    mailbox: str = FILES
    uidvalidity: int | None = None
    uid: int | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """`fresh` is False when the very same bytes were there already."""

    id: int
    fresh: bool


def store(desk: Desk, mails: Sequence[tuple[Place, bytes]]) -> list[Stored]:
    """Keep raw mails, durably, before anything is done with them. The same bytes are kept once, whatever their place."""

    def change(book: Book) -> list[Stored]:
        kept = [_store(book, place, raw) for place, raw in mails]
        fresh = [
            [message_name(one.id), hashlib.sha256(raw).hexdigest()]
            for one, (_, raw) in zip(kept, mails, strict=True)
            if one.fresh
        ]
        if fresh:
            book.record("mail.stored", fresh[0][0], {"messages": fresh})
        return kept

    return desk.ledger.write(change)


def _store(book: Book, place: Place, raw: bytes) -> Stored:
    digest = hashlib.sha256(raw).hexdigest()
    where: dict[str, Any] = {"mailbox": place.mailbox, "uidvalidity": place.uidvalidity, "uid": place.uid}
    held = book.db.execute(_HELD, {"digest": digest}).scalar()
    if held is not None:
        if place.uid is not None:  # moved, or the server numbered its mails anew
            book.db.execute(update(messages).where(messages.c.id == held).values(**where))
        return Stored(held, fresh=False)
    row = {**where, "sha256": digest, "raw": raw, "received_at": book.now, "state": "new"}
    return Stored(int(book.db.execute(_KEPT, row).scalar_one()), fresh=True)


_HELD = select(messages.c.id).where(messages.c.sha256 == bindparam("digest"))
_KEPT = insert(messages).returning(messages.c.id)


def judge_new(desk: Desk, resolve: Resolver | None) -> list[int]:
    """Judge every mail that is stored but not judged, also those that a killed process left. Returns their numbers."""
    judge, judged = Judge(desk, resolve), list[int]()
    query = select(messages.c.id, messages.c.raw, messages.c.received_at).where(messages.c.state == "new")
    while True:
        with desk.ledger.read() as db:
            rows = db.execute(query.order_by(messages.c.id).limit(BATCH)).all()
        if not rows:
            return judged
        opened = [open_mail(raw) for _, raw, _ in rows]
        known = known_requests(desk, opened)
        found = [(row[0], judge.judge(one, known, row[2])) for row, one in zip(rows, opened, strict=True)]
        desk.ledger.write(partial(_apply_all, found))
        judged += [ident for ident, _ in found]


def check(desk: Desk, raws: Iterable[bytes], resolve: Resolver | None) -> Iterator[Judgement]:
    """What would be made of these mails; nothing is stored."""
    judge = Judge(desk, resolve)
    for raw in raws:
        opened = open_mail(raw)
        yield judge.judge(opened, known_requests(desk, [opened]), desk.clock.now())


def _apply_all(found: Sequence[tuple[int, Judgement]], book: Book) -> None:
    for ident, one in found:
        apply(book, ident, one)


def apply(book: Book, ident: int, one: Judgement, *, was: Sequence[str] = ("new",), **more: Any) -> int:
    """Write a judgement down, once: only while the mail is in one of the states `was`. Returns how many claims were new."""
    twin = _twin(book, ident, one)
    row = {
        "state": "person" if one.person and not twin else "done",
        "class": one.read.kind.value,
        "sender": one.sender,
        "subject": one.subject,
        "message_id": one.message_id,
        "dated": one.dated,
        "request": one.match.request.id if one.match.request else None,
        "matched_by": one.match.by,
        "verified": one.proof.how,
        "hint": one.match.hint,
        "number": one.read.number,
        "reasons": "; ".join((f"the same mail as {message_name(twin)}",) if twin else one.why)[:2000],
        "judged_at": book.now,
        **more,
    }
    changed = book.db.execute(update(messages).where(messages.c.id == ident, messages.c.state.in_(was)).values(**row))
    if not changed.rowcount:
        return 0
    told = {"class": row["class"], "request": row["request"], "verified": bool(one.proof.how), "matched_by": one.match.by}
    book.record("mail.judged", message_name(ident), told)
    if twin:
        return 0
    if one.returned and one.match.request:
        why = {"because": "a bounce", "message": message_name(ident)}
        move(book, [one.match.request.id], State.SENT, State.RETURNED, event=why, detail=f"came back: {one.read.why}"[:500])
    return _claim(book, ident, one)


def _twin(book: Book, ident: int, one: Judgement) -> int:
    """A mail that was counted before under the same Message-ID: a copy, or a genuine mail that somebody sent on once more."""
    if not one.message_id or one.match.request is None or not one.counts:
        return 0
    same = {"a_request": one.match.request.id, "a_key": one.message_id, "but": ident}
    return int(book.db.execute(_BEFORE, same).scalar() or 0)


_BEFORE = (
    select(messages.c.id)
    .where(
        messages.c.request == bindparam("a_request"),
        messages.c.message_id == bindparam("a_key"),
        messages.c.verified != "",
        messages.c.id != bindparam("but"),
        messages.c.state != "new",
    )
    .limit(1)
)


def _claim(book: Book, ident: int, one: Judgement) -> int:
    if not one.counts:
        return 0
    sha256 = book.db.execute(_DIGEST, {"ident": ident}).scalar_one()
    if one.acknowledges and one.match.request:
        carried = book.db.execute(_CARRIED, {"a_request": one.match.request.id}).scalars().all()
        answered(book, carried, "acknowledged", "mail", evidence=sha256)
    news = [replace(claim, evidence=sha256) for claim in one.claims if not _overtaken(book, claim)]
    stale = len(one.claims) - len(news)
    added = add_claims(book, news)
    values: dict[str, Any] = {"claims": added}
    if stale and not news and one.read.kind.value == "decision":
        values |= {"state": "person", "reasons": "it is older than what the platform said since"}
    book.db.execute(update(messages).where(messages.c.id == ident).values(**values))
    return added


_DIGEST = select(messages.c.sha256).where(messages.c.id == bindparam("ident"))
_CARRIED = select(request_cases.c.case).where(request_cases.c.request == bindparam("a_request"))


def _overtaken(book: Book, claim: Claim) -> bool:
    """A late receipt says nothing any more, and a mail that was read late does not undo what was said after it."""
    if claim.value in {"received", "in_review"}:
        known = book.db.execute(_CLAIMED, {"a_case": claim.case}).scalar()
        return known not in ({"none"} if claim.value == "received" else {"none", "received"})
    last = book.db.execute(_DECIDED, {"a_case": claim.case}).scalar()
    return last is not None and claim.decided_at is not None and last > claim.decided_at


_CLAIMED = select(cases.c.claimed).where(cases.c.id == bindparam("a_case"))
_DECIDED = select(claims.c.decided_at).where(claims.c.case == bindparam("a_case")).order_by(claims.c.id.desc()).limit(1)


def get(desk: Desk, ident: int) -> RowMapping:
    """A mail with its raw bytes. Raises NoSuchMessage."""
    with desk.ledger.read() as db:
        row = db.execute(select(messages).where(messages.c.id == ident)).mappings().first()
    if row is None:
        raise NoSuchMessage(message=message_name(ident))
    return row


def resolver(desk: Desk) -> Resolver | None:
    """How signing keys are looked up; not at all in the sandbox, which reaches this machine only."""
    if desk.settings.environment != "live":
        return None
    from takedown.transport.txt import lookup_txt

    return lookup_txt


def listed(desk: Desk, numbers: Sequence[int] | None = None) -> list[RowMapping]:
    """Mails without their bytes, in order: those of `numbers`, or all."""
    query = select(*SHOWN).order_by(messages.c.id)
    with desk.ledger.read() as db:
        if numbers is None:
            return list(db.execute(query).mappings())
        found: list[RowMapping] = []
        for start in range(0, len(numbers), 500):
            found += db.execute(query.where(messages.c.id.in_(numbers[start : start + 500]))).mappings()
        return found
