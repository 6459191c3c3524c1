"""What a transport can know of one sending. The line between `NotSent` and `Lost` is the first byte that may have left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from takedown.contract import Reply

LookAgain = Callable[[], Awaitable["Held | None"]]
"""Called after connecting and just before writing; a `Held` stops the sending with zero bytes on the wire."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole answer came back."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class NotSent:
    """Surely not sent: it failed before the first byte."""

    why: str


@dataclass(frozen=True, slots=True)
class Lost:
    """It may have arrived; nobody here knows."""

    why: str


@dataclass(frozen=True, slots=True)
class Held:
    """The look again said no; nothing was written."""

    why: str


Result = Answered | NotSent | Lost | Held
