"""Invented requests, replies and disguised links: what an adapter's tests are made of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from takedown.contract import (
    Authority,
    Case,
    Channel,
    Denied,
    Evidence,
    Instrument,
    Kind,
    LegalBasis,
    Measure,
    Notice,
    Platform,
    Reading,
    Receipt,
    Refusal,
    Reply,
    Request,
    TryLater,
    Unclear,
)

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def reply(status: int, body: object = None, headers: Mapping[str, str] | None = None) -> Reply:
    """An answer received at `NOW`; `body` is sent as JSON unless it is bytes already."""
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return Reply(status, {name.lower(): value for name, value in (headers or {}).items()}, raw, NOW)


def sample_request(platform: Platform, channel: Channel, n: int = 1) -> Request:
    """A request for `n` invented accounts (at least one) on the platform, as the engine would hand it over."""
    host = min(platform.hosts)
    cases = tuple(
        Case(
            id=f"C-{i}",
            target=platform.target(Kind.ACCOUNT, f"standin_{i:04}", f"https://{host}/standin_{i:04}"),
            basis="sample",
            reason="An invented reason.",
            reference=f"FILE/{i}",
            measure=Measure.REMOVE_ACCOUNT,
            evidence=(Evidence(f"{i:064x}", "image/png", f"screen_{i}.png"),),
        )
        for i in range(1, n + 1)
    )
    urls = "\n".join(case.target.url for case in cases)
    notice = Notice(
        instrument=Instrument.NOTICE,
        basis=LegalBasis("sample", "Sample Act 2026", "section 1", "PK"),
        subject="Removal of accounts",
        statement=f"The accounts are listed here.\n{urls}",
        letter=f"To whom it may concern,\n\n{urls}\n\nExample Authority\n",
        redress="An appeal lies to the Example Court.",
    )
    authority = Authority("Example Authority", "Desk", "A. Clerk", "desk@authority.example", "PK")
    return Request(
        "TD-SAMPLE-1", platform.name, channel, cases, notice, authority, ("PK",), NOW,
        respond_by=NOW + timedelta(days=1), message_id="<td-sample-1@authority.example>",
    )  # fmt: skip


PLAIN: Mapping[type[Reading], Sequence[Reply]] = {
    Receipt: (
        reply(201, {"id": "R-1", "status": "received", "items": [{"case": "C-1", "id": "I-1", "status": "received"}]}),
        reply(202, {"id": "R-1", "status": "received"}),
        reply(200, {"id": "R-1", "status": "received"}),
    ),
    TryLater: (
        reply(429),
        reply(429, b"<html>slow down</html>", {"Retry-After": "7"}),
        reply(429, headers={"Retry-After": "99999999999999999999"}),
        reply(429, headers={"Retry-After": "soon"}),
        reply(503, headers={"Retry-After": "Fri, 02 Jan 2026 03:05:05 GMT"}),
    ),
    Denied: (reply(401), reply(401, b"<html>log in</html>"), reply(403, {"title": "Forbidden"}), reply(404), reply(415)),
    Refusal: (reply(422, {"title": "Unprocessable", "detail": "items[0].url is unknown"}), reply(400, {"title": "Bad"})),
    Unclear: (
        reply(409),
        *(reply(status, {"id": "R-1", "status": "received"}) for status in (301, 302, 307, 308, 500, 502, 503, 504)),
    ),
}
"""What the takedown intake answers, by what it means; tried on every adapter that speaks it."""

MISFITS = (
    b"null", b"7", b"true", b'""', b'"x"', b"[]", b"{}", b"[[]]", b"[null]",
    b'{"code": "x"}', b'{"code": {}}', b'{"code": null, "message": []}', b'[{"code": []}]',
)  # fmt: skip
HOSTILE: Sequence[Reply] = tuple(
    reply(status, body)
    for status in (200, 201, 202, 500, 502)
    for body in (
        b"",
        b'{"id": "R-1", "stat',
        b'{"id": "R-1", "id": "R-2"}',
        b'{"id": "R-1", "n": NaN}',
        b'{"id": "R-1", "n": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'\xff\xfe{"id": "R-1"}',
        b'{"id": "' + b"R" * 5000 + b'"}',
        b"<!doctype html><title>Log in</title><form action=/login></form>",
        b'[{"id": "R-1"}]',
        *(misfit for misfit in MISFITS),
        *(b'{"%b": %b}' % (key, misfit) for key in (b"error", b"errors", b"error_code", b"ok", b"status") for misfit in MISFITS),
        *(b'{"id": %b}' % misfit for misfit in MISFITS if misfit != b'"x"'),
    )
)
"""Answers after which nobody can say whether the request was taken."""


def lookalikes(text: str) -> list[str]:
    """The link in the disguises that a front door must see through; none of them is the target."""
    scheme, colon, rest = text.partition("://")
    if not colon:
        scheme, rest = ("https", text) if ":" not in text.partition("/")[0] else tuple(text.split(":", 1))
    cut = min((i for i in map(rest.find, "/?#") if i >= 0), default=len(rest))
    host, tail = rest[:cut], rest[cut:]
    spoofs = [
        f"{scheme}://user@{host}{tail}",
        f"{scheme}://{host}@evil.test{tail}",
        f"{scheme}://{host}\\@evil.test{tail}",
        f"{scheme}://evil.test\\{host}{tail}",
        f"{scheme}://{host}\u200b{tail}",
        f"{scheme}://{host}{tail}\x00",
        f"{scheme}://{host}/\u202e{tail.lstrip('/')}",
        f"{scheme}x://{host}{tail}",
        f"javascript://{host}{tail}",
    ]
    if scheme not in {"http", "https"}:
        return spoofs
    fullwidth = chr(ord(host[0]) + 0xFEE0) + host[1:]
    return [
        *spoofs,
        *(f"{scheme}://{other}{tail}" for other in (f"{host}.evil.test", f"evil-{host}", f"xn--{host}", fullwidth, f"%{host}")),
        *(f"{scheme}://{host}:{port}{tail}" for port in (22, 8443, "")),
        f"{scheme}://{host}%2eevil.test{tail}",
        f"{scheme}://{host.replace('.', '。')}{tail}",
        f"https://evil.test/{host}{tail}",
        f"https://evil.test/?u={scheme}://{host}{tail}",
        f"https://evil.test/#{scheme}://{host}{tail}",
        f"{scheme}:///{host}{tail}",
        f"ftp://{host}{tail}",
        f"{scheme}://{host}/..{tail or '/'}",
        f"{scheme}://{host}/%2e%2e{tail or '/'}",
    ]
