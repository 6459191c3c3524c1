"""What came back, and what it can mean: receipt, refusal, later, denied, unclear.

The plain answers of the takedown intake are read here once; an adapter reads its platform's own conventions first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, Literal, cast

SHORTEST, LONGEST = timedelta(seconds=1), timedelta(hours=1)
MAX_JSON = 4_000_000


@dataclass(frozen=True, slots=True)
class ReceiptItem:
    case: str
    id: str
    status: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Taken: `reference` is what the platform calls it and can be shown."""

    reference: str
    items: tuple[ReceiptItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A documented permanent answer to this one request; it is not sent again."""

    code: str
    why: str


@dataclass(frozen=True, slots=True)
class TryLater:
    """Surely not taken. `after` None means: the engine's own back-off. `lane` False when only this request must wait."""

    after: timedelta | None = None
    why: str = ""
    lane: bool = True


@dataclass(frozen=True, slots=True)
class Denied:
    """Surely not taken, and nothing else on this lane would be: it stops until a person mends it."""

    what: Literal["credentials", "endpoint"]
    why: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """Anything else. It may have been taken."""

    why: str


Reading = Receipt | Refusal | TryLater | Denied | Unclear


class BadJson(ValueError):
    """The body is not JSON that two readers would understand alike."""


def strict_json(raw: bytes) -> Any:
    """Parse JSON, refusing what parsers disagree on: duplicate keys, NaN, huge or deep documents, texts that are none.

    Raises BadJson. Python's own parser lets the last of two keys win and accepts NaN.
    """

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if len(made) != len(found):
            raise BadJson("a key occurs twice")
        return made

    def constant(name: str) -> Any:
        raise BadJson(f"{name} is not JSON")

    if len(raw) > MAX_JSON:
        raise BadJson("the document is too large")
    try:
        found = json.loads(raw.decode("utf-8"), object_pairs_hook=pairs, parse_constant=constant)
        if b"\\u" in raw:
            json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair is no text: nobody could store it
        return found
    except UnicodeEncodeError as error:
        raise BadJson(f"U+{ord(error.object[error.start]):04X} alone is half a character") from error
    except (ValueError, RecursionError) as error:
        raise BadJson(str(error)) from error


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer. Header names are lowercase; `received_at` is ours, in UTC."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def json(self) -> dict[str, Any]:
        """The body as an object; empty when it is none (cut short, not JSON, doubtful, with a NUL)."""
        return _object(self.body)

    def at(self, *path: str | int) -> Any:
        """A value inside the body, or None wherever the path does not fit."""
        found: Any = self.json
        for step in path:
            if isinstance(step, str) and isinstance(found, dict):
                found = cast("dict[str, Any]", found).get(step)
            elif isinstance(step, int) and isinstance(found, list) and step < len(cast("list[Any]", found)):
                found = cast("list[Any]", found)[step]
            else:
                return None
        return found

    @property
    def retry_after(self) -> timedelta | None:
        """`Retry-After` as a delay of 1 s to 1 h; None when absent or unreadable. RFC 9110 section 10.2.3."""
        return delay(self.headers.get("retry-after", ""), self.received_at)


@lru_cache(maxsize=1)
def _object(body: bytes) -> dict[str, Any]:
    """An answer is asked for several things, one right after the other."""
    try:
        found = strict_json(body)
    except BadJson:
        return {}
    if b"\\u0000" in body:  # PostgreSQL stores no NUL in a text
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def clamp(seconds: float) -> timedelta:
    return min(max(timedelta(seconds=min(max(seconds, 0), 1e6)), SHORTEST), LONGEST)


def delay(text: str, now: datetime) -> timedelta | None:
    """Seconds or an HTTP date, as a clamped delay. A date without a zone is GMT, as RFC 9110 has it."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return clamp(float(text[:12]))
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return clamp((when - now).total_seconds())


def until_epoch(text: str, now: datetime) -> timedelta | None:
    """A Unix time in seconds (`x-rate-limit-reset`) as a clamped delay."""
    text = text.strip()
    return clamp(float(text[:12]) - now.timestamp()) if text.isascii() and text.isdigit() else None


def problem(reply: Reply) -> str:
    """The reason in an application/problem+json or plain answer (RFC 9457), at most 500 characters."""
    told = reply.at("detail") or reply.at("title") or reply.at("message") or f"HTTP {reply.status}"
    return str(told)[:500]


def read_intake(reply: Reply) -> Reading:
    """The plain answers of the takedown intake, version 1."""
    match reply.status:
        case 200 | 201 | 202:
            return _receipt(reply)
        case 400 | 422:
            return Refusal(str(reply.status), problem(reply))
        case 401 | 403:
            return Denied("credentials", problem(reply))
        case 404 | 405 | 410 | 413 | 415:
            return Denied("endpoint", f"HTTP {reply.status}: {problem(reply)}")
        case 409:
            return Unclear("the same key is still being handled")
        case 429:
            return TryLater(reply.retry_after, problem(reply))
        case 503 if reply.retry_after is not None:
            return TryLater(reply.retry_after, problem(reply))
        case status:
            return Unclear(f"HTTP {status}: {problem(reply)}")


def _receipt(reply: Reply) -> Receipt | Unclear:
    reference = reply.at("id")
    if not isinstance(reference, str) or not reference or len(reference) > 200:
        return Unclear(f"HTTP {reply.status} without a receipt that can be read")
    found = reply.at("items")
    rows = cast("list[Any]", found) if isinstance(found, list) else []
    items = [cast("dict[str, Any]", row) for row in rows if isinstance(row, dict)]
    words = [(str(i.get("case", "")), str(i.get("id", "")), str(i.get("status", ""))) for i in items]
    return Receipt(reference, tuple(ReceiptItem(*word) for word in words))
