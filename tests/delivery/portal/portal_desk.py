"""Packets that wait at a portal, and an officer whose keys are written down."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from desks import TurnedClock, add_cases, again, make_desk
from sqlalchemy import select

from takedown.delivery.deliver import hand_over
from takedown.delivery.portal.visit import View
from takedown.desk import Desk
from takedown.ledger.tables import attempts, cases, events, request_cases, requests
from takedown.planning.approving import verify
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection

PORTAL = {"channel": "portal"}


def waiting(tmp_path: Path, n: int = 3, platforms: Iterable[str] = ("facebook",), per_request: int = 1, **columns: str) -> Desk:
    """A desk of `asma`'s at which n packets for each platform wait to be filed. Its clock stands still unless turned."""
    terms = {name: {**PORTAL, "cases_per_request": per_request} for name in platforms}
    if "x" in terms:
        terms["x"]["first_step_waived"] = "sample"
    desk = make_desk(tmp_path, terms, clock=TurnedClock())
    for at, name in enumerate(terms):
        add_cases(desk, name, range(at * 1000 + 1, at * 1000 + n * per_request + 1), **columns)
    hand_in(desk)
    return again(desk, "asma")


def hand_in(desk: Desk) -> int:
    plan = make_plan(desk, Selection()).plan
    verify(desk, plan)
    hand_over(desk, plan)
    return plan


def evidence(tmp_path: Path, name: str = "order.pdf", data: bytes = b"%PDF stand-in") -> str:
    (tmp_path / name).write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def column(desk: Desk, name: str) -> list:
    with desk.ledger.read() as db:
        return [row[0] for row in db.execute(select(requests.c[name]).order_by(requests.c.id))]


def row(desk: Desk, request: int):
    with desk.ledger.read() as db:
        return db.execute(select(requests).where(requests.c.id == request)).mappings().one()


def delivered(desk: Desk) -> list[str]:
    with desk.ledger.read() as db:
        return [one[0] for one in db.execute(select(cases.c.delivered).order_by(cases.c.id))]


def excepted(desk: Desk, request: int) -> dict[int, str]:
    with desk.ledger.read() as db:
        query = select(request_cases.c.case, request_cases.c.excepted).where(request_cases.c.request == request)
        return dict(db.execute(query).all())


def told(desk: Desk) -> list[str]:
    with desk.ledger.read() as db:
        return [one[0] for one in db.execute(select(events.c.kind).order_by(events.c.seq))]


def tries(desk: Desk, request: int) -> list[str]:
    with desk.ledger.read() as db:
        return [one[0] for one in db.execute(select(attempts.c.outcome).where(attempts.c.request == request))]


@dataclass
class Scripted:
    """A screen whose officer types these lines; None is the end of input. Each line takes `pace` seconds."""

    desk: Desk
    lines: list[str | None]
    pace: float = 10.0
    views: list[View] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    def packet(self, view: View) -> None:
        self.views.append(view)

    def say(self, text: str) -> None:
        self.said.append(text)

    def ask(self, question: str) -> str | None:
        self.asked.append(question)
        self.desk.clock.at += self.pace
        line = self.lines.pop(0)
        if line == "^C":
            raise KeyboardInterrupt
        return line

    def copy(self, text: str) -> bool:
        self.copied.append(text)
        return True

    def open(self, url: str) -> bool:
        self.opened.append(url)
        return True
