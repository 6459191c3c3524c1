"""Every answer and every break in the line has one meaning. HTTP is mocked with respx; real sockets are in the other files."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpcore
import httpx
import pytest
import respx

from takedown.contract import Reply
from takedown.delivery.decide import Later, Refused, Sent, Stopped, Unsure, back_off, decide_http, decide_mail
from takedown.registry import load
from takedown.transport.http import Call, HttpTransport
from takedown.transport.results import Answered, Held, Lost, NotSent

URL = "http://127.0.0.1:9/v1/removal-requests"
TAKEN = {"id": "R1", "status": "received", "items": [{"case": "C-1", "id": "R1-0", "status": "received"}]}
SOON = "in ninety seconds"


async def nothing_against_it():
    return None


def outcome(answer, deadline=5.0):
    async def call():
        transport = HttpTransport(keep_alive=False)
        try:
            with respx.mock:
                respx.post(URL).mock(**answer)
                return await transport.send(Call("POST", URL, {}, b"{}"), deadline, nothing_against_it)
        finally:
            await transport.aclose()

    return decide_http(asyncio.run(call()), "facebook", load().platforms["facebook"]().read)


@pytest.mark.parametrize(
    ("status", "headers", "body", "kind"),
    [
        (201, {}, TAKEN, Sent),
        (202, {}, TAKEN, Sent),
        (200, {}, TAKEN, Sent),
        (201, {}, {"status": "received"}, Unsure),
        (201, {}, "no json", Unsure),
        (200, {}, "<html>please log in</html>", Unsure),
        (400, {}, {"title": "bad"}, Refused),
        (422, {}, {"title": "bad"}, Refused),
        (401, {}, {}, Stopped),
        (403, {}, {}, Stopped),
        (404, {}, {}, Stopped),
        (405, {}, {}, Stopped),
        (410, {}, {}, Stopped),
        (413, {}, {}, Stopped),
        (415, {}, {}, Stopped),
        (409, {}, {}, Unsure),
        (429, {}, {}, Later),
        (429, {"retry-after": "3"}, {}, Later),
        (503, {"retry-after": "3"}, {}, Later),
        (503, {}, {}, Unsure),
        (503, {"retry-after": "soon"}, {}, Unsure),
        (500, {}, {}, Unsure),
        (502, {"retry-after": "3"}, {}, Unsure),
        (301, {"location": "http://127.0.0.1:9/other"}, {}, Unsure),
        (307, {"location": "http://127.0.0.1:9/other"}, {}, Unsure),
        (418, {}, {}, Unsure),
    ],
)
def test_answers(status, headers, body, kind):
    content = {"text": body} if isinstance(body, str) else {"json": body}
    assert isinstance(outcome({"return_value": httpx.Response(status, headers=headers, **content)}), kind)


@pytest.mark.parametrize("error", [httpcore.ConnectError("x"), httpcore.ConnectTimeout("x"), httpcore.PoolTimeout("x")])
def test_what_fails_before_the_first_byte_was_surely_not_sent(error):
    assert outcome({"side_effect": error}) == Later(None, f"{type(error).__name__}: x", failure=True)


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [("0", 1, 1), ("7", 7, 7), ("999999999999", 3600, 3600), (SOON, 60, 90), ("Mon, 01 Jan 2001 00:00:00 GMT", 1, 1)],
)
def test_retry_after_is_clamped(header, low, high):
    if header == SOON:
        header = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    found = outcome({"return_value": httpx.Response(429, headers={"retry-after": header}, json={})})
    assert isinstance(found, Later)
    assert low <= (found.after or 0) <= high
    assert found.lane


def test_an_adapter_that_cannot_read_loses_nothing():
    class Clumsy(load().platforms["facebook"]):
        def read(self, reply):
            raise RecursionError

    assert isinstance(decide_http(Answered(Reply(201, {}, b"{}")), "clumsy", Clumsy().read), Unsure)


@pytest.mark.parametrize(
    ("code", "kind"),
    [(250, Sent), (451, Later), (421, Later), (452, Later), (550, Refused), (554, Refused), (535, Stopped), (530, Stopped)],
)
def test_smtp_codes(code, kind):
    assert isinstance(decide_mail(Answered(Reply(code, {}, b"2.0.0 queued as Q1"))), kind)


def test_breaks_in_the_line():
    assert isinstance(decide_mail(Lost("gone")), Unsure)
    assert isinstance(decide_mail(NotSent("refused")), Later)
    assert decide_mail(Held("halted")) == Held("halted")


def test_back_off_doubles_and_ends():
    class Even:
        def random(self):
            return 0.0

    assert [back_off(n, 1.0, Even()) for n in (1, 2, 3, 4, 40)] == [1, 2, 4, 8, 3600]
