"""What a result means for the request: the one table of retry decisions. Whatever is not surely known is unsure."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from takedown.contract import Denied, Reading, Receipt, ReceiptItem, Refusal, Reply, TryLater, Unclear
from takedown.transport.results import Answered, Held, Lost, NotSent, Result

LONGEST_BACK_OFF = 3600.0


@dataclass(frozen=True, slots=True)
class Sent:
    receipt: str
    items: tuple[ReceiptItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Later:
    """Surely not taken. `after` in seconds, None for the engine's back-off; `lane`: everything on the lane waits."""

    after: float | None
    why: str
    lane: bool = False
    failure: bool = False


@dataclass(frozen=True, slots=True)
class Unsure:
    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """Surely not taken, and the lane stops until a person mends `what`."""

    what: str
    why: str


Outcome = Sent | Later | Unsure | Refused | Stopped | Held


def decide_http(result: Result, platform: str, read: Callable[[Reply], Reading]) -> Outcome:
    """`read`: how the platform's adapter reads the answer to what was sent."""
    match result:
        case Answered(reply):
            return _reading(platform, read, reply)
        case NotSent(why):
            return Later(None, why, failure=True)
        case Lost(why):
            return Unsure(why)
        case Held():
            return result


def _reading(platform: str, read: Callable[[Reply], Reading], reply: Reply) -> Outcome:
    try:
        reading = read(reply)
    except Exception as error:  # noqa: BLE001 -- an adapter that fails to read must not lose the fact that something was sent
        return Unsure(f"{platform} could not read the answer (HTTP {reply.status}): {type(error).__name__}")
    match reading:
        case Receipt(reference, items):
            return Sent(reference, items)
        case Refusal(code, why):
            return Refused(code, why)
        case TryLater(after, why, lane):
            # Not told for how long, the lane goes on until the breaker's number of them in a row.
            return Later(after.total_seconds() if after else None, why, lane=lane and after is not None, failure=after is None)
        case Denied(what, why):
            return Stopped(what, why)
        case Unclear(why):
            return Unsure(why)


def decide_mail(result: Result) -> Outcome:
    """SMTP: 2xx after the dot is a receipt, 4xx surely not taken, 5xx refused; one to login or sender stops the lane."""
    match result:
        case Answered(Reply(status=code, headers=headers, body=text)):
            said = f"{code} {text.decode('utf-8', 'replace')}"[:500]
            stage = headers.get("stage", "")
            if code in {530, 534, 535, 538} or (code >= 500 and stage == "login"):
                return Stopped("credentials", said)
            if code >= 500 and stage == "mail":  # whatever is mailed in this name: not a word about the one request
                return Stopped("sender", said)
            if code < 300:
                return Sent(said)
            return Later(None, said, failure=code == 421) if code < 500 else Refused(str(code), said)
        case NotSent(why):
            return Later(None, why, failure=True)
        case Lost(why):
            return Unsure(why)
        case Held():
            return result


def back_off(attempts: int, first: float, rng: random.Random) -> float:
    """Seconds until the next try: doubling from `first`, up to a quarter more at random, an hour at most."""
    return float(min(first * 2 ** min(max(attempts - 1, 0), 20) * (1 + rng.random() / 4), LONGEST_BACK_OFF))
