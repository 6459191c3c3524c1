"""A desk's whole life, step by step at random: whatever is done to it, its ledger says nothing that the world's journals deny."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from desks import URLS, Quiet, add_cases, again, make_desk, make_key, signed
from life.checked import Checked
from life.world import WORDS, Endpoint, Killed, World
from sqlalchemy import select

from takedown.comparing import Behind, reconcile
from takedown.comparing import statement as behind_statement
from takedown.contract import TakedownError
from takedown.delivery import senders
from takedown.delivery.again import ask_again
from takedown.delivery.deliver import deliver
from takedown.delivery.halting import halt, unhalt, unhalt_statement
from takedown.delivery.unknowns import Decision, settle_again, settle_sent, statement
from takedown.ledger.backup import backup, restore
from takedown.ledger.cases import close, note, reopen
from takedown.ledger.ids import case_id
from takedown.ledger.keeping import erase
from takedown.ledger.states import DORMANT
from takedown.ledger.store import Job, Ledger
from takedown.ledger.tables import cases, meta, plans, request_cases, requests
from takedown.outcomes.differences import clear
from takedown.outcomes.resubmit import choose, wake
from takedown.outcomes.sync import sync
from takedown.outcomes.withdraw import go_on, take_back
from takedown.planning.approving import StalePlan, approve
from takedown.planning.making import make_plan
from takedown.planning.rejecting import reject
from takedown.planning.selection import Selection
from takedown.planning.undoing import discard

DAY = 86400.0
KEY_LIFE, SETTLE = 2 * 3600.0, 600.0
API = {"channel": "api", "rate": "50/s", "settle": "10m", "key_life": "2h", "deadline": "30s"}
PLATFORMS: dict[str, dict[str, object]] = {
    "facebook": {**API, "base_url": "http://127.0.0.1:9/facebook", "idempotency": True, "cases_per_request": 2},
    "tiktok": {**API, "base_url": "http://127.0.0.1:9/tiktok", "search": True},
    "whatsapp": {**API, "base_url": "http://127.0.0.1:9/whatsapp"},
    "instagram": {**API, "base_url": "http://127.0.0.1:9/instagram", "idempotency": True, "search": True},
    "telegram": {"channel": "email", "to": "orders@telegram.example", "rate": "50/s"},
}
SIGNERS = ("planner", "alice", "bilal", "chandra")
OPEN = ("approved", "sending", "unknown")


class Life(Checked):
    """One desk. `done` counts its steps by name, `refused` what it was told by code."""

    def __init__(self, folder: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = World(seed)
        self.rng = self.world.rng
        for name, keys in PLATFORMS.items():
            if keys["channel"] == "api":
                what = bool(keys.get("idempotency")), bool(keys.get("search"))
                self.world.endpoints[name] = Endpoint(name, *what, KEY_LIFE, SETTLE / 2)
        monkeypatch.setattr(senders, "HttpTransport", self.world.http)
        monkeypatch.setattr(senders, "SmtpTransport", self.world.smtp)
        monkeypatch.setattr(Ledger, "_put", self._mortal(Ledger._put))
        for name in SIGNERS:
            make_key(folder, name)
        extra = '[audit]\ncopies = ["file:heads/"]\n[smtp]\nhost = "127.0.0.1"\nport = 9\n'
        self.desk = make_desk(folder, PLATFORMS, clock=self.world.clock, approvals=1, extra=extra)
        self.folder, self.next = folder, 1
        self.backups: list[Path] = []
        self.again: Counter[str] = Counter()
        self.vouched: set[str] = set()
        self.untold: set[str] = set()
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.trace: list[str] = []

    def _mortal(self, put: Callable[..., Any]) -> Callable[..., Any]:
        """The ledger of a process that may die before its commit, or after it and before it hears of it."""

        def mortal(ledger: Ledger, jobs: list[Job]) -> None:
            written: list[Job] = [(change, Future()) for change, _ in jobs]
            try:
                self.world.cross()
                put(ledger, written)
                if self.rng.random() < self.world.deadly:
                    wait(found for _, found in written)  # on disk by now
                    self.world.cross()
            except Killed as death:
                for _, told in jobs:
                    told.set_exception(death)
                return
            for (_, told), (_, found) in zip(jobs, written, strict=True):
                found.add_done_callback(partial(_pass_on, told))

        return mortal

    # The steps.

    def step(self) -> None:
        brake = 2.0 if self.desk.ledger.setting("halted") else 0.2
        ways: dict[Callable[[], None], float] = {
            self.bring_in: 3, self.plan: 4, self.approve: 5, self.forge: 1, self.submit: 12, self.wait: 6, self.decide: 2,
            self.ask: 3, self.remind: 2, self.withdraw: 3, self.go_on: 2, self.resolve: 3, self.drop: 0.5, self.turn_down: 0.5,
            self.shut: 1, self.note: 1, self.forget: 0.5, self.brake: brake, self.copy: 0.5, self.go_back: 0.2, self.change: 1,
        }  # fmt: skip
        way = self.rng.choices(list(ways), list(ways.values()))[0]
        self.do(way)

    def do(self, way: Callable[[], Any]) -> None:
        name = getattr(way, "__name__", "send_or_drop")
        self.done[name] += 1
        self.trace.append(f"{name} at {self.world.clock.at:.0f}")
        try:
            way()
        except Killed:
            self.trace.append("  died")
        except TakedownError as error:
            self.refused[error.code] += 1
            self.trace.append(f"  {error.code} {error.message}")
        finally:
            if self.world.dead:
                self.world.dead, deadly, self.world.deadly = False, self.world.deadly, 0.0
                self.desk.ledger.close()
                self.desk = again(self.desk, "planner")
                self.world.deadly = deadly

    def bring_in(self) -> None:
        name, count = self.rng.choice(list(PLATFORMS)), self.rng.randint(1, 4)
        add_cases(self.desk, name, range(self.next, self.next + count))
        self.next += count

    def plan(self) -> None:
        make_plan(self.desk, Selection(platform=self.rng.choice([None, *PLATFORMS])))

    def approve(self) -> None:
        if plan := self._plan("open"):
            who = self.rng.choice(SIGNERS[1:])
            approve(again_(self.desk, who), plan["id"], plan["cases"], signed(self.folder / who, plan["digest"]))

    def forge(self) -> None:
        """An approval by the planner, with another's key, of another plan, or of another number of cases."""
        if (plan := self._plan("open")) is None:
            return
        who, key, digest, typed = self.rng.choice(
            [
                ("planner", "planner", plan["digest"], plan["cases"]),
                ("alice", "planner", plan["digest"], plan["cases"]),
                ("alice", "bilal", plan["digest"], plan["cases"]),
                ("alice", "alice", plan["digest"][::-1], plan["cases"]),
                ("alice", "alice", plan["digest"], plan["cases"] + 1),
            ]
        )
        with pytest.raises(TakedownError):
            approve(again_(self.desk, who), plan["id"], typed, signed(self.folder / key, digest))

    def submit(self) -> None:
        if plan := self._plan("approved", "open"):
            limit = self.rng.choice([None, None, None, 1, 3])
            deliver(self.desk, plan["id"], wait=self.rng.choice([0.0, 3.0, 90.0]), limit=limit, progress=Quiet())
            [now] = self._rows(select(plans.c.state).where(plans.c.id == plan["id"]))
            assert now["state"] != "open", "an unapproved plan was sent"

    def send_or_drop(self, plan: int) -> None:
        """Send it; where it is about what has changed since, discard it, as an officer is told to."""
        try:
            deliver(self.desk, plan, wait=600.0, limit=None, progress=Quiet())
        except StalePlan:
            discard(self.desk.ledger, plan, "it is stale")

    def wait(self) -> None:
        self.world.clock.at += self.rng.choice([1.0, 30.0, 700.0, 3700.0, 3 * 3600.0, DAY, 4 * DAY])

    def decide(self) -> None:
        """Platforms make up their minds."""
        for one in self.world.every():
            for case in one.cases:
                if self.rng.random() < 0.4:
                    one.told[case] = self.rng.choice(WORDS)

    def ask(self) -> None:
        ask_again(self.desk, None, Quiet())
        sync(self.desk, None, Quiet())

    def remind(self) -> None:
        chosen = choose(self.desk, 0.0, None)
        for plan in wake(self.desk, chosen):
            deliver(self.desk, plan, wait=0.0, limit=None, progress=Quiet())
        if chosen.anew:
            make_plan(self.desk, chosen.selection())

    def withdraw(self) -> None:
        if number := self._case():
            take_back(again_(self.desk, "bilal"), [number], "It is another person of the same name.", 0.0, Quiet())

    def go_on(self) -> None:
        go_on(self.desk, 0.0, Quiet())

    def resolve(self) -> None:
        """People who look there, and say what they found; some let it go out again without knowing."""
        found = self._rows(select(requests).where(requests.c.state == "unknown"))
        if not found:
            return
        row, there = self.rng.choice(found), self.world.by_reference()
        name, who = self.name_of(row), again_(self.desk, "chandra")
        arrived = bool(there[name]) if row["purpose"] != "withdrawal" else self._withdrawn(row) > 0
        if arrived and self.rng.random() < 0.7:
            settle_sent(
                who, row["id"], next((one.receipt for one in self.world.every() if one.name == name), "") or "N-1", "ab" * 32
            )
            self.vouched.add(name)
            return
        decision = Decision.AGAIN if arrived else Decision.NOT_SENT
        settle_again(who, row["id"], decision, signed(self.folder / "chandra", statement(who, row["id"], decision)))
        self.again[name] += 1

    def drop(self) -> None:
        if plan := self._plan("open", "approved"):
            discard(self.desk.ledger, plan["id"], "a mistake", "alice")

    def turn_down(self) -> None:
        if plan := self._plan("open", "approved"):
            held = select(request_cases.c.case).join(requests).where(requests.c.plan == plan["id"])
            numbers = sorted({row["case"] for row in self._rows(held)})
            reject(again_(self.desk, "alice"), plan["id"], "not this one", self.rng.choice([[], numbers[:1]]))

    def shut(self) -> None:
        if number := self._case():
            if self.rng.random() < 0.6:
                close(self.desk.ledger, number, self.rng.choice(["done", "mistake"]), "planner")
            else:
                reopen(self.desk.ledger, number, "planner")

    def note(self) -> None:
        if number := self._case():
            note(self.desk.ledger, number, "somebody called", "planner")

    def forget(self) -> None:
        closed = self._rows(select(cases.c.id).where(cases.c.closed != "", cases.c.key != "erased"))
        if closed:
            erase(self.desk.ledger, self.rng.choice(closed)["id"], "a request of the person", "planner")

    def brake(self) -> None:
        if not self.desk.ledger.setting("halted"):
            halt(self.desk, "somebody is unsure")
            return
        other = again_(self.desk, "alice")
        unhalt(other, signed(self.folder / "alice", unhalt_statement(other)))

    def change(self) -> None:
        """The weather: the endpoints are away, or know the token no more, for a while."""
        self.world.away = not self.world.away and self.rng.random() < 0.3
        self.world.denied = not self.world.denied and self.rng.random() < 0.2

    def copy(self) -> None:
        file = self.folder / f"backup-{len(self.backups)}.db"
        backup(self.desk.settings.ledger.url, self.desk.config.folder, file)
        self.backups.append(file)

    def go_back(self) -> None:
        """Yesterday's backup is put in place; nothing may leave until a second person has understood it."""
        if not self.backups or self.world.deadly:
            return
        self.desk.ledger.close()
        (self.folder / "takedown.db.before-restore").unlink(missing_ok=True)
        settings = self.desk.settings
        restore(settings.ledger.url, self.desk.config.folder, settings.environment, self.rng.choice(self.backups))
        self.desk = again(self.desk, "planner")
        self.untold |= {self.name_of(row) for row in self._rows(select(requests).where(requests.c.state == "withdrawn"))}
        other = again_(self.desk, "alice")
        before = len(self.world.every())
        for plan in self._rows(select(plans).where(plans.c.state == "approved")):
            with pytest.raises(TakedownError) as said:
                deliver(self.desk, plan["id"], wait=0.0, limit=None, progress=Quiet())
            self.refused[said.value.code] += 1
        assert len(self.world.every()) == before, "something left before it was reconciled"
        try:
            reconcile(other, signed(self.folder / "alice", behind_statement(other)))
        except Behind:
            raise AssertionError("reconciled, and still behind") from None
        self._compare_by_hand()

    def _compare_by_hand(self) -> None:
        """What is in doubt since the backup came back: whoever looks finds it on the platform's list, or not."""
        known = {name for one in self.world.every() for name in one.cases}
        for row in self._rows(select(cases.c.id).where(cases.c.doubted_at.is_not(None), cases.c.closed == "")):
            if case_id(row["id"]) in known:
                close(self.desk.ledger, row["id"], "done", "planner")
            else:
                clear(self.desk, row["id"], None, "it is not on the platform's list")

    # What is asked of the ledger.

    def _plan(self, *states: str) -> dict[str, Any] | None:
        found = self._rows(select(plans).where(plans.c.state.in_(states)))
        return self.rng.choice(found) if found else None

    def _case(self) -> int:
        found = self._rows(select(cases.c.id))
        return int(self.rng.choice(found)["id"]) if found else 0

    # The end.

    def calm(self) -> None:
        """Good weather, and everybody does their work: nothing may be left hanging."""
        self.world.trouble = self.world.deadly = 0.0
        self.world.away = self.world.denied = False
        if self.desk.ledger.setting("halted"):
            self.brake()
        for _ in range(3):
            for plan in self._rows(select(plans).where(plans.c.state == "approved")):
                for _ in range(6):
                    self.world.clock.at += 700.0
                    self.do(partial(self.send_or_drop, plan["id"]))
            self.do(self.go_on)
            self.do(self.ask)
            self.world.clock.at += 700.0  # also where no plan is left: what was found uncertain just now is searched for later
        alive = self.world.clock.at - KEY_LIFE
        query = select(requests, plans.c.state.label("of_plan")).join(plans, plans.c.id == requests.c.plan)
        for row in self._rows(query.where(requests.c.state.in_(OPEN), requests.c.not_before < DORMANT)):
            keys, in_force = PLATFORMS[row["platform"]], row["of_plan"] == "approved"
            machine = keys.get("search") or (keys.get("idempotency") and in_force and (row["key_born"] or 0) > alive)
            person = row["state"] == "unknown" and not machine
            assert person, f"left hanging: R-{row['id']} on {row['lane']} is {row['state']}: {row['detail']}"

    def end(self) -> None:
        """Everybody does their work, and all of it is looked at."""
        self.calm()
        self.check()
        self.check_record()


def again_(desk: Any, who: str) -> Any:
    """The same desk, with another person at it, in the same process."""
    from dataclasses import replace

    return replace(desk, who=who)


__all__ = ["URLS", "Life", "meta"]


def _pass_on(told: Future[Any], found: Future[Any]) -> None:
    if error := found.exception():
        told.set_exception(error)
    else:
        told.set_result(found.result())
