"""A desk whose mails have left, and the answers that come to it."""

from dataclasses import dataclass
from pathlib import Path

from desks import TurnedClock, add_cases, make_desk
from mails import SERVER, mail
from planning_facts import requests_of
from sqlalchemy import select

from takedown.desk import Desk
from takedown.inbox.store import Place, judge_new, listed, store
from takedown.ledger.book import Book, commitment
from takedown.ledger.moves import State, move
from takedown.ledger.seals import add_attempts
from takedown.ledger.tables import cases, claims, request_cases, requests
from takedown.planning.approving import release
from takedown.planning.listing import get_plan
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection

TELEGRAM = {"channel": "email", "to": "orders@telegram.example", "reply_domains": ["telegram.example"]}
IMAP = f'[imap]\nhost = "127.0.0.1"\nport = 1\nauthserv_id = "{SERVER}"\n'
NOW = 1_800_000_000.0
"""15 January 2027, a day after the mails in `mails`."""


@dataclass
class Office:
    desk: Desk

    def requests(self):
        with self.desk.ledger.read() as db:
            return [
                dict(row)
                for row in db.execute(select(requests).where(requests.c.purpose == "removal").order_by(requests.c.id)).mappings()
            ]

    def carried(self, request: int) -> list[int]:
        with self.desk.ledger.read() as db:
            return list(
                db.execute(
                    select(request_cases.c.case).where(request_cases.c.request == request).order_by(request_cases.c.position)
                ).scalars()
            )

    def claimed(self) -> list[str]:
        with self.desk.ledger.read() as db:
            return list(db.execute(select(cases.c.claimed).order_by(cases.c.id)).scalars())

    def delivered(self) -> list[str]:
        with self.desk.ledger.read() as db:
            return list(db.execute(select(cases.c.delivered).order_by(cases.c.id)).scalars())

    def claims(self) -> list[dict]:
        with self.desk.ledger.read() as db:
            return [dict(row) for row in db.execute(select(claims).order_by(claims.c.id)).mappings()]

    def reply(self, text: str = "We have removed the account.", to: int = 0, **headers: str) -> bytes:
        """A mail in the thread of the request with that position (from 0)."""
        ours = self.requests()[to]["message_id"]
        return mail(text, **{"in_reply_to": ours, "references": ours, "message_id": f"<r{to}@telegram.example>"} | headers)

    def add(self, *raws: bytes) -> list[dict]:
        stored = store(self.desk, [(Place(), raw) for raw in raws])
        judge_new(self.desk, None)
        return [dict(row) for row in listed(self.desk, numbers=[one.id for one in stored])]


def office(
    folder: Path,
    count: int = 3,
    *,
    per_request: int = 1,
    sent: bool = True,
    who: str = "planner",
    approvals: int = 0,
    letter: str = "text",
    **columns: str,
) -> Office:
    """`count` Telegram cases whose mails were sent."""
    terms = {**TELEGRAM, "cases_per_request": per_request, "letter": letter}
    desk = make_desk(folder, {"telegram": terms}, clock=TurnedClock(NOW), who=who, approvals=approvals, extra=IMAP)
    add_cases(desk, "telegram", range(1, count + 1), **columns)
    plan = make_plan(desk, Selection()).plan
    if sent:
        row = get_plan(desk.ledger, plan)
        desk.ledger.write(lambda book: release(book, row, desk.policy))
    ids = [row["id"] for row in requests_of(desk, plan) if row["purpose"] == "removal"]
    if sent:
        desk.ledger.write(lambda book: move(book, ids, State.APPROVED, State.SENDING))
        desk.ledger.write(lambda book: _sent(book, ids))
    return Office(desk)


def _sent(book: Book, ids: list[int]) -> None:
    salts = dict(book.db.execute(select(requests.c.id, requests.c.salt).where(requests.c.id.in_(ids))).all())
    times = {"started_at": book.now, "ended_at": book.now, "detail": ""}
    add_attempts(book, [(salts[one], {"request": one, "number": 1, "outcome": "sent", **times}) for one in ids])
    columns = {"receipt": "250 queued", "receipt_at": book.now, "attempts": 1}
    for one in ids:
        told = {"receipt": commitment(salts[one], "250 queued")}
        move(book, [one], State.SENDING, State.SENT, event=told, **columns)
