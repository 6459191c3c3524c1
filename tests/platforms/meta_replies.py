"""Answers in the Graph API's own words, for the tests of every Meta platform."""

from __future__ import annotations

import json

from takedown.contract import Reply
from takedown.testing import reply


def graph(status: int, code: object, headers: dict[str, str] | None = None, **more: object) -> Reply:
    error = {"message": "An invented message", "type": "OAuthException", "code": code, "fbtrace_id": "Astandin0042", **more}
    return reply(status, {"error": error}, headers)


def usage(minutes: object) -> dict[str, str]:
    entry = {"type": "pages", "call_count": 100, "total_cputime": 25, "total_time": 25}
    return {"X-Business-Use-Case-Usage": json.dumps({"100000000000001": [{**entry, "estimated_time_to_regain_access": minutes}]})}


LATER = (
    *(graph(400, code) for code in (4, 17, 32, 341, 613, 80000, 80004, 80014, "4")),
    graph(403, 4, usage(19)),
    graph(400, 80001, usage(10**400)),
    graph(200, 4),
    graph(400, 17, is_transient=True),
    graph(429, 1),
    reply(429, headers=usage(3)),
    reply(429, headers={"X-App-Usage": '{"call_count": 104, "total_time": [}'}),
)
DENIED = tuple(graph(status, code) for status in (200, 400, 401, 403) for code in (3, 10, 102, 190, 200, 299, 368))
REFUSAL = (graph(400, 100, error_subcode=33), graph(200, 100), graph(400, 2500), graph(422, {}))
UNCLEAR = (
    *(graph(status, code) for status in (200, 400, 500) for code in (1, 2, 506)),
    *(graph(status, code) for status in (302, 409, 500, 502) for code in (4, 100, 190)),
    graph(400, 100, is_transient=True),
    graph(400, 2500, is_transient=True),
    graph(200, 2500),
    *(reply(200, {"id": "R-1", "error": {"code": code}}) for code in (4, 100, 190, 2500, "x")),
    reply(200, {"id": "R-1", "error": "x"}),
)
