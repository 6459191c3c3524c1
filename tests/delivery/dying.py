"""A process that sends, and kills itself with SIGKILL when it reaches a chosen step for the n-th time."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import aiosmtplib.protocol
from desks import QuickClock, Quiet, again

from takedown.delivery import run, supply
from takedown.delivery.deliver import deliver
from takedown.desk import open_desk
from takedown.settings import load
from takedown.transport import stream

STEPS = (
    "before the claim",
    "after the claim's commit",
    "connected, before the look again",
    "looked again, before the write",
    "after the write, before the reply",
    "after the reply, before the outcome's commit",
    "after the outcome's commit",
)
WRITTEN = STEPS.index("after the write, before the reply")
CLAIMED = STEPS.index("after the claim's commit")
RECORDED = STEPS.index("after the outcome's commit")

# Children are forked from a server that has one thread and the modules loaded: quick, and no lock of the tests is copied.
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["takedown.delivery.deliver", "takedown.delivery.senders", "sqlalchemy.dialects.sqlite"])


class Reaper:
    """Dies at the n-th crossing of a step, or of any step when none is named."""

    def __init__(self, step: str, nth: int) -> None:
        self.step, self.left = step, nth

    def cross(self, step: str) -> None:
        if self.step in ("", step):
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)

    def before(self, step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*words: Any, **more: Any) -> Any:
            self.cross(step)
            return function(*words, **more)

        return wrapped

    def around(self, first: str, second: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*words: Any, **more: Any) -> Any:
            self.cross(first)
            found = function(*words, **more)
            self.cross(second)
            return found

        return wrapped


class Last(Quiet):
    def __init__(self, reaper: Reaper) -> None:
        self.reaper = reaper

    def advance(self, lane: str, outcome: str) -> None:
        self.reaper.cross(STEPS[6])


def request_leaves(reaper: Reaper) -> Callable[[stream.Stream], None]:
    """The step between the bytes of a request, which the kernel has then, and its answer."""
    whole = stream.Stream._leave

    def leave(self: stream.Stream) -> None:
        something = bool(self._to_send)
        whole(self)
        if something:
            reaper.cross(STEPS[4])

    return leave


def mail_data(reaper: Reaper) -> Callable[..., Any]:
    """aiosmtplib's DATA, with the step between the final dot and the reading of what is said to it."""
    whole = aiosmtplib.protocol.SMTPProtocol.execute_data_command

    async def data(self: Any, message: bytes, timeout: float | None = None) -> Any:
        read, asked = self.read_response, 0

        async def reading(*words: Any, **more: Any) -> Any:
            nonlocal asked
            asked += 1
            if asked == 2:  # the first answer is the 354 that asks for the message
                reaper.cross(STEPS[4])
            return await read(*words, **more)

        self.read_response = reading
        try:
            return await whole(self, message, timeout=timeout)
        finally:
            del self.read_response

    return data


def live(folder: Path, start: float, plan: int, step: str, nth: int) -> None:
    clock, reaper = QuickClock(), Reaper(step, nth)
    clock.start = start
    with (
        patch.object(supply, "claim", reaper.before(STEPS[0], supply.claim)),
        patch.object(run.LaneRun, "_send", reaper.before(STEPS[1], run.LaneRun._send)),
        patch.object(run, "still_mine", reaper.around(STEPS[2], STEPS[3], run.still_mine)),
        patch.object(stream.Stream, "_leave", request_leaves(reaper)),
        patch.object(aiosmtplib.protocol.SMTPProtocol, "execute_data_command", mail_data(reaper)),
        patch.object(run, "record", reaper.before(STEPS[5], run.record)),
    ):
        desk = open_desk(load(folder / "takedown.toml"), "planner", clock)
        deliver(desk, plan, wait=20.0, limit=None, progress=Last(reaper))


def send_and_die(desk: Any, plan: int, step: str = "", nth: int = 1) -> bool:
    """Send in a process that dies at the n-th crossing of `step`; False when it ended before that."""
    child = CONTEXT.Process(target=live, args=(desk.config.folder, desk.clock.start, plan, step, nth))
    child.start()
    child.join(60)
    assert child.exitcode in (0, -signal.SIGKILL), child.exitcode
    return child.exitcode != 0


def resume(desk: Any, plan: int, send: Callable[..., Any]) -> Any:
    """Run until only people can go on."""
    for _ in range(8):
        done = send(again(desk), plan, wait=60)
        if done.exit != 5:
            return done
    raise AssertionError(done)
