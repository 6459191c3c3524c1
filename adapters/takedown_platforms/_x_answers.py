"""How X answers: its errors and limits, and what a look at oEmbed or at its read API says of a target."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from takedown.contract import Reply, Seen, until_epoch

# developer.x.com/en/support/x-api/error-troubleshooting
TOO_MANY = frozenset({88})
NOT_ALLOWED = frozenset({32, 64, 89, 99, 135, 215, 220, 326, 416})
MAYBE_TAKEN = frozenset({130, 131, 187})
"""Over capacity, internal error, duplicate: after each of them the request may have been taken."""

A_WHILE = timedelta(hours=1)


def errors(reply: Reply) -> list[dict[str, Any]]:
    found = reply.at("errors")
    rows = cast("list[Any]", found) if isinstance(found, list) else []
    return [cast("dict[str, Any]", row) for row in rows if isinstance(row, dict)]


def codes(reply: Reply) -> frozenset[int]:
    """The codes of all errors; none when one of them has no readable code."""
    told = [error.get("code") for error in errors(reply)]
    known = [code for code in told if isinstance(code, int) and not isinstance(code, bool)]
    return frozenset(known) if len(known) == len(told) else frozenset()


def why(reply: Reply) -> str:
    told = [error.get("message") or error.get("detail") or error.get("title") for error in errors(reply)]
    told = [*told, reply.at("detail"), reply.at("title")]
    return "; ".join(dict.fromkeys(text for text in told if isinstance(text, str) and text))[:500] or f"HTTP {reply.status}"


def wait(reply: Reply) -> timedelta | None:
    """The longer of Retry-After and `x-rate-limit-reset`; an hour when a spent cap says neither."""
    asked = [reply.retry_after, until_epoch(reply.headers.get("x-rate-limit-reset", ""), reply.received_at)]
    longest = max((delay for delay in asked if delay is not None), default=None)
    spent = str(reply.at("type")).endswith("/usage-capped")
    return longest or (A_WHILE if spent else None)


def read_oembed(reply: Reply) -> Seen:
    """404 is gone; 403 is protected or suspended, and does not say which (FxEmbed #43, twitteroauth #472)."""
    if reply.status == 200 and isinstance(reply.at("html"), str) and reply.at("html"):
        return Seen("available")
    if reply.status == 404 and "json" in reply.headers.get("content-type", "") and reply.at("error"):
        return Seen("gone", "oEmbed knows the post no more")
    if reply.status == 403 and "not authorized to see this status" in str(reply.at("error")):
        return Seen("restricted", "protected or suspended; X does not say which")
    return Seen("unknown", f"HTTP {reply.status} without a documented answer")


def read_lookup(reply: Reply, asked: str) -> Seen:
    """A lookup answers 200 for everything; `type` is the same for suspended and missing, so the words are read."""
    if reply.status != 200:
        return Seen("unknown", f"HTTP {reply.status}: {why(reply)}"[:300])
    found, faults = reply.at("data", 0), errors(reply)
    if isinstance(found, dict) and not faults:
        return _found(reply)
    if found is not None or len(faults) != 1:
        return Seen("unknown", "neither the one target nor the one reason why not")
    title, detail = str(faults[0].get("title")), str(faults[0].get("detail"))
    if f"[{asked}]" not in detail.lower():
        return Seen("unknown", "an answer about something else")
    match title:
        case "Forbidden" if detail.startswith("User has been suspended"):
            return Seen("suspended", detail[:300])
        case "Not Found Error" if detail.startswith("Could not find"):
            return Seen("gone", detail[:300])
        case _ if "not authorized to see" in detail:
            return Seen("restricted", "protected, or of a protected or suspended account")
        case _:
            return Seen("unknown", detail[:300])


def _found(reply: Reply) -> Seen:
    ident, listed = str(reply.at("data", 0, "id") or ""), reply.at("data", 0, "withheld", "country_codes")
    countries = tuple(str(one)[:2] for one in cast("list[Any]", listed)) if isinstance(listed, list) else ()
    if not ident:
        return Seen("unknown", "an answer that names no id")
    return Seen("withheld", "X withholds it", countries, ident) if countries else Seen("available", stable_id=ident)
