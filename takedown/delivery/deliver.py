"""`submit`: send what an approved plan has left, on all its lanes at once, and say where it stands."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from takedown.comparing import hold_to_own
from takedown.contract import Channel, RefusedByPolicy, TakedownError
from takedown.delivery.budget import Budget, Progress
from takedown.delivery.lanes import Lane, lane_for
from takedown.delivery.mailed import compare_all
from takedown.delivery.run import LaneRun
from takedown.delivery.watching import keep_comparing
from takedown.delivery.witness import keep_witnessing, witness
from takedown.desk import Desk
from takedown.heads import require_outside
from takedown.ledger.errors import TakenBack
from takedown.ledger.halts import told_halt
from takedown.ledger.ids import plan_id
from takedown.ledger.moves import State, move
from takedown.ledger.reader import among
from takedown.ledger.soundness import look_daily
from takedown.ledger.states import DORMANT
from takedown.ledger.tables import requests
from takedown.planning.approving import Verified, verify

if TYPE_CHECKING:
    from takedown.delivery.senders import ApiSender, MailSender


class Halted(RefusedByPolicy):
    """Sending is halted: {why}."""

    code, why, do = "TD-0720", "the kill switch was set", "takedown unhalt --as NAME (a second person)"


@dataclass(frozen=True, slots=True)
class Delivered:
    """Where a plan's requests stand after a run, in requests. `stopped` is lane -> why, `signal` what interrupted it."""

    plan: int
    sent: int = 0
    unknown: int = 0
    refused: int = 0
    operator: int = 0
    retry_later: int = 0
    remaining: int = 0
    stopped: Mapping[str, str] | None = None
    busy: tuple[str, ...] = ()
    signal: int = 0

    @property
    def exit(self) -> int:
        """The first that applies of: interrupted, 4, 3, 5, 8, 0."""
        if self.signal:
            return 128 + self.signal
        if self.stopped:
            return 4
        if self.refused:
            return 3
        if self.retry_later or self.remaining:
            return 5
        return 8 if self.unknown or self.operator else 0


def deliver(desk: Desk, plan: int, *, wait: float, limit: int | None, progress: Progress) -> Delivered:
    """Send an approved plan; again to resume. Raises what verify and compare_all raise, Halted, and what the ledger raises."""
    verified = ready(desk, plan)
    hand_over(desk, plan)
    return run_lanes(desk, verified, wired_lanes(desk, plan), Budget(wait, limit), progress)


def run_lanes(desk: Desk, verified: Verified, on: list[tuple[Lane, int]], budget: Budget, progress: Progress) -> Delivered:
    try:
        return asyncio.run(_deliver(desk, verified, on, budget, progress))
    except TakenBack:
        hold_to_own(desk)  # tells it outside, and holds what is open
        raise
    finally:
        witness(desk)


def ready(desk: Desk, plan: int) -> Verified:
    """Everything that must hold before a request of a plan leaves.

    Raises NoOutsideCopy, Damaged, what verify and compare_all raise, Halted, and what the ledger raises.
    """
    if why := desk.ledger.setting("halted"):
        raise Halted(why=told_halt(why))
    require_outside(desk)
    look_daily(desk.ledger)
    compare_all(desk)
    verified = verify(desk, plan)
    witness(desk)
    return verified


def hand_over(desk: Desk, plan: int) -> None:
    """Packets for portals go to the operators' list; nothing leaves by itself."""
    portal = (requests.c.plan == plan, requests.c.channel == Channel.PORTAL.value, requests.c.state == State.APPROVED.value)
    with desk.ledger.read() as db:
        ids = [int(row[0]) for row in db.execute(select(requests.c.id).where(*portal))]
    if ids:
        desk.ledger.write(lambda book: move(book, ids, State.APPROVED, State.OPERATOR, event={"plan": plan_id(plan)}))


async def _deliver(desk: Desk, verified: Verified, on: list[tuple[Lane, int]], budget: Budget, progress: Progress) -> Delivered:
    runs: list[LaneRun] = []
    closed: dict[str, str] = {}
    with _signals(budget) as caught:
        for lane, total in on:
            try:
                sender = open_sender(desk, lane)
            except TakedownError as error:  # one platform's missing token keeps no other waiting
                closed[lane.name] = f"{error.message}: {error.as_dict()['why']}"
                continue
            progress.start(lane.name, total)
            runs.append(LaneRun(desk, lane, verified, sender, budget, progress))
        watch = [asyncio.create_task(_meanwhile(desk, budget, look)) for look in (keep_witnessing, keep_comparing)]
        ended = await asyncio.gather(*(run.run() for run in runs), return_exceptions=True)
        for one in watch:
            one.cancel()
        await asyncio.wait(watch)
        for run in runs:
            await run.sender.aclose()
    for trouble in [*budget.trouble, *ended]:
        if isinstance(trouble, BaseException):
            raise trouble
    busy = tuple(run.lane.name for run in runs if run.busy)
    found = standing(desk, verified.plan, busy, caught[0] if caught else 0)
    return replace(found, stopped={**(found.stopped or {}), **closed} or None)


async def _meanwhile(desk: Desk, budget: Budget, look: Callable[[Desk], Coroutine[Any, Any, None]]) -> None:
    """A head that cannot be copied, or a server that lacks what was committed, stops the run as trouble of a lane does.

    So does what nobody foresaw: nothing is sent that nobody looks after.
    """
    try:
        await look(desk)
    except Exception as error:  # noqa: BLE001 -- raised again where the run ends
        budget.trouble.append(error)
        budget.stop.set()


def open_sender(desk: Desk, lane: Lane) -> ApiSender | MailSender:
    """The lane's wire; who opens it closes it. Raises CredentialsMissing, NotConfigured, Unreachable."""
    from takedown.delivery.senders import sender_for  # clients of the network load slowly, and nothing may be left to send

    return sender_for(desk, lane)


def wired_lanes(desk: Desk, plan: int) -> list[tuple[Lane, int]]:
    """The lanes on which a plan has something left that no person files, and how many requests."""
    with desk.ledger.view() as view:
        return [(lane_for(desk, name), total) for name, total in view.rows(WIRED, plan=plan)]


AWAKE = f"FROM requests WHERE plan = :plan AND not_before < {DORMANT}"
WIRED = f"""SELECT lane, count(*) {AWAKE} AND state IN {among([State.APPROVED, State.UNKNOWN, State.SENDING])}
  AND channel <> '{Channel.PORTAL}' GROUP BY lane"""
STANDING = f"""SELECT lane, state, attempts > 0, CASE WHEN state = '{State.UNKNOWN}' THEN key_born END, count(*) {AWAKE}
  GROUP BY 1, 2, 3, 4"""
SHUT = "SELECT name, why FROM lanes WHERE stopped <> ''"


def standing(desk: Desk, plan: int, busy: tuple[str, ...] = (), interrupted: int = 0) -> Delivered:
    """Count a plan's requests (reminders that sleep apart) by what has to happen next."""
    now = desk.clock.now()
    counts = dict.fromkeys(("sent", "unknown", "refused", "operator", "retry_later", "remaining"), 0)
    with desk.ledger.view() as view:
        rows, shut = list(view.rows(STANDING, plan=plan)), dict(view.rows(SHUT))
    for name, state, tried, key_born, count in rows:
        lane = lane_for(desk, name)
        match State(state):
            case State.SENT | State.RETURNED | State.WITHDRAWN:
                word = "sent" if state == "sent" else "unknown" if state == "returned" else ""
            case State.REFUSED | State.OPERATOR:
                word = state
            case State.UNKNOWN:
                word = "retry_later" if lane.remembers(key_born, now) or lane.searchable else "unknown"
            case _:
                word = "retry_later" if tried else "remaining"
        if word:
            counts[word] += count
    mine = {name for name, *_ in rows}
    return Delivered(plan, **counts, stopped={k: v for k, v in shut.items() if k in mine} or None, busy=busy, signal=interrupted)


@contextmanager
def _signals(budget: Budget) -> Generator[list[int]]:
    """Ctrl-C and SIGTERM let what is in flight finish and start nothing new."""
    caught: list[int] = []
    loop = asyncio.get_running_loop()

    def stop(number: int) -> None:
        caught.append(number)
        budget.stop.set()

    handled: tuple[signal.Signals, ...] = (signal.SIGINT, signal.SIGTERM)
    try:
        for number in handled:
            loop.add_signal_handler(number, stop, int(number))
    except (ValueError, RuntimeError):  # not the main thread: the caller's own handling stands
        handled = ()
    try:
        yield caught
    finally:
        for number in handled:
            loop.remove_signal_handler(number)
