"""A ledger with invented cases in the states that a test names; every move is made by the ledger's own functions."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from servers import ledger_url
from sqlalchemy import insert, select, update

from takedown.clock import whole
from takedown.contract import Channel, ChannelTerms, Kind, Platform, PlatformSettings
from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.moves import State, move
from takedown.ledger.setup import create
from takedown.ledger.tables import batches, cases, lanes, plans, request_cases, requests
from takedown.ledger.truths import Claim, add_claims
from takedown.notices import Packs
from takedown.registry import Broken, Registry
from takedown.settings import Config, Settings

START = 1_767_268_800.0
"""2026-01-01 12:00 UTC"""
DAY = 86_400.0


@dataclass
class HandClock:
    """A clock that moves when it is told to; like the ledger's times, it shows whole milliseconds."""

    at: float = START

    def now(self) -> float:
        return whole(self.at)

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


class Chirp(Platform):
    name, title, hosts = "chirp", "Chirp", frozenset({"chirp.example"})
    channels = {
        Channel.API: ChannelTerms("invented"),
        Channel.EMAIL: ChannelTerms("invented"),
        Channel.PORTAL: ChannelTerms("invented"),
    }

    def recognise(self, url: Any) -> Any:
        return self.target(Kind.ACCOUNT, url.path, str(url))

    def prepare(self, request: Any) -> Any:
        raise AssertionError("nothing is prepared here")

    def read(self, reply: Any) -> Any:
        raise AssertionError("nothing is read here")


class Wren(Chirp):
    name, title, hosts = "wren", "Wren", frozenset({"wren.example"})


@dataclass(frozen=True)
class Patience:
    """The one thing of a pack that reading asks for."""

    patience: str = "72h"
    patience_seconds: float = 3 * DAY


@dataclass
class Scene:
    """A desk, and shorthand for what happens at it. Methods return case or request numbers."""

    desk: Desk
    clock: HandClock
    made: int = 0
    plans: dict[str, int] = field(default_factory=dict[str, int])

    def write(self, change: Any) -> Any:
        return self.desk.ledger.write(change)

    def case(self, platform: str = "chirp", **more: Any) -> int:
        self.made += 1
        key = f"standin_{self.made:04d}"
        row = {
            "batch": 1, "platform": platform, "kind": "account", "key": key, "identity": f"account:{key}", "authority": "Example",
            "url": f"https://{platform}.example/{key}", "basis": "pk-peca-37", "measure": "remove_account",
            "organisation": "Unit 1",
            "reference": f"FILE-{self.made}", "reason": "Calls for violence.", "fields": {}, "evidence": [],
            "created_at": self.clock.now(), "updated_at": self.clock.now(), **more,
        }  # fmt: skip
        return int(self.write(lambda book: book.db.execute(insert(cases).values(**row).returning(cases.c.id)).scalar_one()))

    def delivered(self, case: int) -> str:
        with self.desk.ledger.read() as db:
            return str(db.execute(select(cases.c.delivered).where(cases.c.id == case)).scalar_one())

    def state(self, request: int) -> str:
        with self.desk.ledger.read() as db:
            return str(db.execute(select(requests.c.state).where(requests.c.id == request)).scalar_one())

    def plan(
        self,
        *carried: int,
        channel: str = "api",
        purpose: str = "removal",
        platform: str = "chirp",
        valid_for: float = 3 * DAY,
        **more: Any,
    ) -> int:
        """One request for these cases, planned, in a plan of its own. Returns the request's number."""
        now = self.clock.now()

        def change(book: Book) -> int:
            values = {"state": "open", "planner": "alice", "environment": "sandbox", "inputs": "", "leaves": b"", "digest": "d"}
            counts = {"requests": 1, "cases": len(carried), "created_at": now, "valid_until": now + valid_for}
            plan = book.db.execute(insert(plans).values(**values, **counts).returning(plans.c.id)).scalar_one()
            row = {
                "plan": plan, "position": 1, "purpose": purpose, "platform": platform, "channel": channel,
                "lane": f"{platform}:{channel}",
                "state": "planned", "reference": f"TD-{plan}", "destination": f"https://{platform}.example/in", "headers": {},
                "body": b"b",
                "sha256": "0" * 64, "salt": b"s" * 16, "cases": len(carried), "created_at": now, "updated_at": now, **more,
            }  # fmt: skip
            request = book.db.execute(insert(requests).values(**row).returning(requests.c.id)).scalar_one()
            for at, case in enumerate(carried):
                version = book.db.execute(select(cases.c.version).where(cases.c.id == case)).scalar_one()
                book.db.execute(insert(request_cases).values(request=request, position=at, case=case, version=version))
                if purpose == "removal":
                    book.db.execute(
                        update(cases).where(cases.c.id == case, cases.c.sent_at.is_(None)).values(delivered="planned")
                    )
                    book.db.execute(update(cases).where(cases.c.id == case).values(request=request))
            return int(request)

        return int(self.write(change))

    def go(self, request: int, *states: State, **columns: Any) -> None:
        """Move a request through these states, from the one it is in."""
        for to in states:
            with self.desk.ledger.read() as db:
                was = State(db.execute(select(requests.c.state).where(requests.c.id == request)).scalar_one())
            self.write(lambda book, was=was, to=to: move(book, [request], was, to, **columns))
            if to is State.APPROVED:
                mine = plans.c.id == select(requests.c.plan).where(requests.c.id == request).scalar_subquery()
                self.write(lambda book, mine=mine: book.db.execute(update(plans).where(mine).values(state="approved")) and None)

    def sent(self, *carried: int, **more: Any) -> int:
        request = self.plan(*carried, **more)
        self.go(request, State.APPROVED, State.SENDING)
        self.go(request, State.SENT, receipt=f"CH-{request}", receipt_at=self.clock.now())
        return request

    def claim(self, case: int, value: str, **more: Any) -> None:
        self.write(lambda book: add_claims(book, [Claim(case, value, "status_api", **more)]))

    def change(self, case: int, **values: Any) -> None:
        self.write(lambda book: book.db.execute(update(cases).where(cases.c.id == case).values(**values)) and None)

    def see(self, case: int, value: str) -> None:
        self.write(lambda book: book.db.execute(update(cases).where(cases.c.id == case).values(observed=value)) and None)

    def lane(self, name: str, **values: Any) -> None:
        self.write(lambda book: book.db.execute(insert(lanes).values(name=name, **values)) and None)


@contextmanager
def scene(
    folder: Path,
    platforms: Mapping[str, Any] | None = None,
    broken: tuple[Broken, ...] = (),
    approvals: int = 1,
    url: str = "",
) -> Iterator[Scene]:
    clock = HandClock()
    settings = Settings(authority={"name": "Example Authority"}, policy={"approvals": approvals}, platforms=dict(platforms or {}))
    ledger = create(url or ledger_url(folder), folder, "sandbox", clock)
    desk = Desk(Config(settings, folder, folder / "takedown.toml", {}), ledger, "alice", clock)
    claims = {one.name: partial(Broken, one.name, one.why) for one in broken}
    desk.__dict__["registry"] = Registry({"chirp": lambda: Chirp, "wren": lambda: Wren, **claims})
    desk.__dict__["packs"] = Packs({"pk-peca-37": Patience()})  # type: ignore[dict-item] # only its patience is read
    ledger.write(
        lambda book: (
            book.db.execute(insert(batches).values(id=1, file="list.csv", sha256="0" * 64, imported_at=START, by="alice"))
            and None
        )
    )
    try:
        yield Scene(desk, clock)
    finally:
        ledger.close()


__all__ = ["DAY", "START", "Channel", "HandClock", "PlatformSettings", "Scene", "scene"]
