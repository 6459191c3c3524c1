"""How each platform words its errors and rate limits, beside the plain problem document of the intake.

Sources: developers.facebook.com/docs/graph-api/guides/error-handling and /overview/rate-limiting; developers.tiktok.com/doc/tiktok-api-v2-error-handling;
docs.x.com/x-api/fundamentals/response-codes-and-errors and /rate-limits; core.telegram.org/bots/api#making-requests. Read 2026-11.
"""  # noqa: E501 - addresses

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from takedown.sandbox.wire import Answer, json_answer, problem


class Dialect:
    """The plain intake: nothing beside the problem document."""

    def success(self) -> dict[str, Any]:
        """Members that stand beside a receipt or a status."""
        return {}

    def error(self, _status: int, _detail: str, /) -> dict[str, Any]:
        """Members that stand beside a problem document."""
        return {}

    def headers(self) -> dict[str, str]:
        """Headers of every answer."""
        return {}

    def limit(self, wait: int, _now: datetime, /) -> Answer:
        """The platform's own way to say: too fast, come back in `wait` seconds."""
        return problem(429, "too many requests", {"retry-after": str(wait)})

    def good(self, status: int, document: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
        return json_answer(status, {**document, **self.success()}, {**self.headers(), **(headers or {})})

    def bad(self, status: int, detail: str, headers: Mapping[str, str] | None = None, **members: object) -> Answer:
        return problem(status, detail, {**self.headers(), **(headers or {})}, **members, **self.error(status, detail))


class Graph(Dialect):
    """Facebook, Instagram, WhatsApp."""

    # Graph code and type by HTTP status; 1 is "an unknown error", after which a write may have happened.
    CODES: Mapping[int, tuple[int, str]] = {
        400: (100, "GraphMethodException"), 401: (190, "OAuthException"), 404: (803, "GraphMethodException"),
        422: (100, "GraphMethodException"), 429: (4, "OAuthException"), 500: (1, "OAuthException"), 503: (2, "OAuthException"),
    }  # fmt: skip

    def error(self, status: int, detail: str, /) -> dict[str, Any]:
        if status not in self.CODES:
            return {}
        code, kind = self.CODES[status]
        return {
            "error": {"message": detail, "type": kind, "code": code, "fbtrace_id": "Astandin", "is_transient": code in {2, 4}}
        }

    def headers(self) -> dict[str, str]:
        return {"x-app-usage": _usage(28)}

    def limit(self, wait: int, _now: datetime, /) -> Answer:
        # The Graph API says 400, not 429, and the code tells; without a time to regain access the usage is all there is.
        headers = {"x-app-usage": _usage(100), "retry-after": str(wait)}
        told = "(#4) Application request limit reached"
        envelope = {"message": told, "type": "OAuthException", "code": 4, "fbtrace_id": "Astandin", "is_transient": True}
        return json_answer(400, {"error": envelope}, headers)


def _usage(percent: int) -> str:
    return json.dumps({"call_count": percent, "total_time": percent // 2, "total_cputime": percent // 3}, separators=(",", ":"))


class TikTok(Dialect):
    CODES: Mapping[int, str] = {401: "access_token_invalid", 404: "invalid_params", 500: "internal_error", 503: "internal_error"}

    def success(self) -> dict[str, Any]:
        return {"error": {"code": "ok", "message": "", "log_id": "standin"}}

    def error(self, status: int, detail: str, /) -> dict[str, Any]:
        code = "rate_limit_exceeded" if status == 429 else self.CODES.get(status, "invalid_params")
        return {"error": {"code": code, "message": detail, "log_id": "standin"}}

    def limit(self, _wait: int, _now: datetime, /) -> Answer:
        told = "The API rate limit was exceeded. Please try again later."
        return json_answer(200, {"error": {"code": "rate_limit_exceeded", "message": told, "log_id": "standin"}})


class X(Dialect):
    def error(self, status: int, detail: str, /) -> dict[str, Any]:
        return {"errors": [{"message": detail, "code": 88 if status == 429 else status}]}

    def limit(self, wait: int, now: datetime, /) -> Answer:
        # The reset is a whole second: rounded up, so that waiting for it is never too short.
        reset = math.ceil((now + timedelta(seconds=wait)).timestamp())
        headers = {"x-rate-limit-limit": "300", "x-rate-limit-remaining": "0", "x-rate-limit-reset": str(reset)}
        return json_answer(429, {"errors": [{"message": "Rate limit exceeded", "code": 88}]}, headers)


class Telegram(Dialect):
    def success(self) -> dict[str, Any]:
        return {"ok": True}

    def error(self, status: int, detail: str, /) -> dict[str, Any]:
        return {"ok": False, "error_code": status, "description": detail}

    def limit(self, wait: int, _now: datetime, /) -> Answer:
        told = f"Too Many Requests: retry after {wait}"
        return json_answer(
            429, {"ok": False, "error_code": 429, "description": told, "parameters": {"retry_after": wait}}
        )  # fmt: skip


DIALECTS: Mapping[str, Dialect] = {
    "plain": Dialect(),
    "graph": Graph(),
    "tiktok": TikTok(),
    "x": X(),
    "telegram": Telegram(),
}
