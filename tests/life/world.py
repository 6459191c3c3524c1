"""Platforms, a mail relay and a process that can die, all in memory: what a desk meets in its life, drawn from one seed.

The stand-ins' own journals say what was taken; the ledger is held to them.
"""

from __future__ import annotations

import asyncio
import email
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from desks import TurnedClock

from takedown.contract import Reply
from takedown.transport.results import Answered, Held, LookAgain, Lost, NotSent, Result

FAULTS = ("reset", "lost", "error", "login page", "cut", "busy", "busy for how long", "down", "slow", "conflict")
WORDS = ("in_review", "removed", "restricted", "declined", "needs_information")


class Killed(Exception):
    """The process is dead. Whatever it still tries to do fails; nobody outside sees any of it."""


@dataclass
class Taken:
    """A removal request as an endpoint or a relay took it."""

    name: str
    cases: tuple[str, ...]
    receipt: str
    at: float
    told: dict[str, str] = field(default_factory=dict[str, str])


@dataclass
class Endpoint:
    """A platform's intake. Keys are forgotten `key_life` after they were first seen; a search knows things after `settle`."""

    name: str
    keyed: bool
    searchable: bool
    key_life: float
    settle: float
    taken: list[Taken] = field(default_factory=list[Taken])
    withdrawals: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    keys: dict[str, tuple[float, Any]] = field(default_factory=dict[str, Any])

    def file(self, key: str, document: dict[str, Any], now: float) -> tuple[int, Any]:
        cases = tuple(one["case"] for one in document["items"])

        def take() -> Any:
            ident = f"{self.name.upper()}-{len(self.taken) + 1}"
            self.taken.append(Taken(document["reference"], cases, ident, now))
            return {"id": ident, "status": "received", "items": [{"case": one, "id": f"{ident}.{one}"} for one in cases]}

        return self._once(key, now, take)

    def withdraw(self, key: str, receipt: str, now: float) -> tuple[int, Any]:
        if not any(one.receipt == receipt for one in self.taken):
            return 404, {"title": "no such request"}

        def take() -> Any:
            self.withdrawals.append((receipt, key))
            return {"id": receipt, "status": "withdrawn"}

        return self._once(key, now, take)

    def _once(self, key: str, now: float, take: Any) -> tuple[int, Any]:
        born, said = self.keys.get(key, (now, None))
        if self.keyed and said is not None and now <= born + self.key_life:
            return 200, said
        said = take()
        self.keys[key] = (now, said)
        return 201, said

    def status(self, receipt: str) -> tuple[int, Any]:
        found = next((one for one in self.taken if one.receipt == receipt), None)
        return (200, self._told(found)) if found else (404, {"title": "no such request"})

    def search(self, reference: str, now: float) -> tuple[int, Any]:
        if not self.searchable:
            return 404, {"title": "no search here"}
        return 200, {"results": [self._told(one) for one in self.taken if one.name == reference and one.at + self.settle <= now]}

    def _told(self, one: Taken) -> dict[str, Any]:
        items = [{"case": case, "status": one.told.get(case, "received")} for case in one.cases]
        withdrawn = any(receipt == one.receipt for receipt, _ in self.withdrawals)
        more = {"withdrawal": "acknowledged"} if withdrawn else {}
        return {"id": one.receipt, "reference": one.name, "status": "received", "items": items, **more}


@dataclass
class World:
    """`trouble`: the share of calls in which something goes wrong; `deadly`: the chance to die at a crossing."""

    seed: int
    trouble: float = 0.0
    deadly: float = 0.0
    dead: bool = False
    away: bool = False
    denied: bool = False
    endpoints: dict[str, Endpoint] = field(default_factory=dict[str, Endpoint])
    mails: list[Taken] = field(default_factory=list[Taken])
    met: Counter[str] = field(default_factory=Counter[str])

    def __post_init__(self) -> None:
        self.rng, self.clock = random.Random(self.seed), TurnedClock()

    def cross(self) -> None:
        """A moment in which the process may die."""
        if self.dead or self.rng.random() < self.deadly:
            self.met["deaths"] += not self.dead
            self.dead = True
            raise Killed

    def wrong(self, *kinds: str) -> str:
        """What goes wrong with a call; nothing, mostly."""
        found = self.rng.choice(kinds) if self.rng.random() < self.trouble else ""
        self.met[found] += 1
        return found

    def by_reference(self) -> Counter[str]:
        return Counter(one.name for one in self.every())

    def every(self) -> list[Taken]:
        return [*self.mails, *(one for endpoint in self.endpoints.values() for one in endpoint.taken)]

    async def pass_on(self, longest: float) -> None:
        self.clock.at += self.rng.random() * longest
        await asyncio.sleep(0)

    async def connect(self, look_again: LookAgain) -> NotSent | Held | None:
        """As far as right before the first byte; None where the next thing is to write it."""
        self.cross()
        await self.pass_on(0.3)
        if self.away or self.wrong("no line", "", "") == "no line":
            return NotSent("nobody listens")
        if held := await look_again():
            return held
        self.cross()
        return None

    def http(self, **_: Any) -> Http:
        return Http(self)

    def smtp(self, *_: Any) -> Smtp:
        return Smtp(self)


@dataclass
class Http:
    """In the place of HttpTransport, with its promises: `NotSent` before the look again, `Lost` after it."""

    world: World

    async def aclose(self) -> None: ...

    async def send(self, call: Any, deadline: float, look_again: LookAgain) -> Result:
        world = self.world
        if unsent := await world.connect(look_again):
            return unsent
        fault = world.wrong(
            "reset", "lost", "error", "login page", "cut", "busy", "busy for how long", "down", "slow", "conflict"
        )
        before = self._before(fault, call)
        if isinstance(before, Reply):
            return Answered(before)
        if fault == "reset":
            return Lost("reset before it was taken")
        await world.pass_on(min(deadline, 20.0) if fault == "slow" else 0.2)
        status, told = self._answer(call)
        world.cross()
        match fault:
            case "lost":
                return Lost("reset after it was taken")
            case "error":
                return Answered(_reply(500, {"title": "oops"}))
            case "login page":
                return Answered(_reply(200, b"<html>log in</html>"))
            case "cut":
                return Answered(_reply(status, json.dumps(told).encode()[:-3]))
            case _:
                return Answered(_reply(status, told))

    def _before(self, fault: str, call: Any) -> Reply | None:
        if self.world.denied:
            return _reply(401, {"title": "who are you?"})
        match fault:
            case "busy":
                return _reply(429, {}, {"retry-after": str(self.world.rng.choice([0, 1, 40, 7200]))})
            case "busy for how long":
                return _reply(429, {}, {"retry-after": "soon"})
            case "down":
                return _reply(503, {}, {"retry-after": "Mon, 01 Jan 2001 00:00:00 GMT"})
            case "conflict" if call.method == "POST" and self.world.endpoints[_platform(call)].keyed:
                return _reply(409, {"title": "the same key is being handled"})
            case _:
                return None

    def _answer(self, call: Any) -> tuple[int, Any]:
        endpoint, now = self.world.endpoints[_platform(call)], self.world.clock.at
        key, url = call.headers.get("idempotency-key", ""), urlsplit(call.url)
        *_, before, last = url.path.split("/")
        if call.method == "GET" and url.query:
            return endpoint.search(parse_qs(url.query)["reference"][0], now)
        if call.method == "GET":
            return endpoint.status(unquote(last))
        if last == "withdrawal":
            return endpoint.withdraw(key, unquote(before), now)
        return endpoint.file(key, json.loads(call.body), now)


@dataclass
class Smtp:
    """In the place of SmtpTransport."""

    world: World

    async def aclose(self) -> None: ...

    async def send(self, sender: str, recipient: str, message: bytes, deadline: float, look_again: LookAgain) -> Result:
        world = self.world
        if unsent := await world.connect(look_again):
            return unsent
        fault = world.wrong("greylisted", "gone before the dot", "gone after the dot", "closing")
        if fault in {"greylisted", "closing"}:
            return Answered(_said(451 if fault == "greylisted" else 421))
        if fault != "gone before the dot":
            ident = str(email.message_from_bytes(message)["Message-ID"])
            world.mails.append(Taken(ident, (), "", world.clock.at))
        world.cross()
        return Lost("the line broke") if fault else Answered(_said(250))


def _said(code: int) -> Reply:
    return Reply(code, {"stage": "data"}, b"2.0.0 as it is said", datetime.now(UTC))


def _platform(call: Any) -> str:
    return urlsplit(call.url).path.split("/")[1]


def _reply(status: int, body: object, headers: dict[str, str] | None = None) -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status, headers or {}, raw, datetime.now(UTC))
