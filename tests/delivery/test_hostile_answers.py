"""Answers that no honest endpoint gives, over real sockets: what is not surely taken is never called sent, nor sent twice."""

import json

import pytest
from desks import QuickClock, again
from raw_server import SILENCE, Break, RawServer, http, receipt_of
from sendings import planned, send, states, tries
from sqlalchemy import select, update

from takedown.audit import verify as audit
from takedown.contract import ReceiptItem
from takedown.delivery.claims import Claimed
from takedown.delivery.decide import Sent, Unsure
from takedown.delivery.senders import _of_ours
from takedown.ledger.tables import lanes, requests
from takedown.registry import load

TAKEN = {"id": "R1", "status": "received"}
BOMB = b'{"id": "R1", "x": ' + b"[" * 300_000 + b"]" * 300_000 + b"}"
GZIP = "content-encoding: gzip"


def api(server, **more):
    return {"facebook": {"channel": "api", "base_url": f"http://127.0.0.1:{server.port}/in", "rate": "50/s", **more}}


def chunk(data):
    return b"%x\r\n%b\r\n" % (len(data), data)


CHUNKED = b"HTTP/1.1 201 X\r\ntransfer-encoding: chunked\r\n\r\n"
DOUBTFUL = {
    "a login page": (http(200, b"<html><form action=/login>", "content-type: text/html"),),
    "no id": (http(202, {"status": "received"}),),
    "nothing at all": (http(201),),
    "a number for an id": (http(201, {"id": 7}),),
    "an id that is too long": (http(201, {"id": "R" * 201}),),
    "two ids": (http(201, b'{"id": "R1", "id": "R2"}'),),
    "not a number": (http(201, b'{"id": "R1", "n": NaN}'),),
    "a huge number": (http(201, b'{"id": "R1", "n": ' + b"9" * 5000 + b"}"),),
    "a deep document": (http(201, BOMB),),
    "half a character": (http(201, b'{"id": "R1\\ud800"}'),),
    "a NUL": (http(201, b'{"id": "R1\\u0000"}'),),
    "what was not asked for": (http(201, b"\x1f\x8b\x08\x00bomb", GZIP),),
    "a cut body": (http(201, b'{"id": "R1"', length=90), Break.CLOSE),
    "a cut chunk": (CHUNKED, b"40\r\n", b'{"id": "R1"}', Break.CLOSE),
    "a chunk that lies": (CHUNKED, b"zz\r\n", b'{"id": "R1"}\r\n0\r\n\r\n'),
    "no last chunk": (CHUNKED, chunk(json.dumps(TAKEN).encode()), Break.CLOSE),
    "two lengths": (b'HTTP/1.1 201 X\r\ncontent-length: 12\r\ncontent-length: 40\r\n\r\n{"id": "R1"}', Break.CLOSE),
    "a negative length": (b'HTTP/1.1 201 X\r\ncontent-length: -1\r\n\r\n{"id": "R1"}', Break.CLOSE),
    "endless headers": (b"HTTP/1.1 201 X\r\n" + b"x: y\r\n" * 60_000, Break.CLOSE),
    "another protocol": (b"SSH-2.0-OpenSSH_9.6\r\n", Break.CLOSE),
    "a switch of protocols": (b"HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", Break.CLOSE),
    "only promises": (b"HTTP/1.1 100 Continue\r\n\r\n" * 2000, Break.CLOSE),
    "go on, then silence": (b"HTTP/1.1 100 Continue\r\n\r\n", SILENCE),
    "half a status line": (b"HTTP/1.1 20", SILENCE),
    "headers, then silence": (b"HTTP/1.1 201 X\r\ncontent-length: 12\r\n\r\n", SILENCE),
    "a reset": (Break.RESET,),
    "an end": (Break.CLOSE,),
    "elsewhere, with the body": (http(307, TAKEN, "location: http://127.0.0.1:9/x"),),
    "elsewhere for ever": (http(308, TAKEN, "location: http://127.0.0.1:9/x"),),
    "too early": (http(425, TAKEN),),
    "a conflict": (http(409, TAKEN),),
    "a conflict without a key": (http(409, {"title": "duplicate"}),),
    "a broken gateway": (http(502, TAKEN, "retry-after: 1"),),
    "away, for how long is not said": (http(503, TAKEN),),
    "away, in words that are none": (http(503, TAKEN, "retry-after: -5"),),
}


def test_what_is_doubtful_is_uncertain_and_without_a_key_never_sent_again(tmp_path):
    kinds = list(DOUBTFUL)
    with RawServer(lambda asked: DOUBTFUL[kinds[int(asked.cases[0][2:]) - 1]]).open() as server:
        desk, plan = planned(tmp_path, api(server, deadline="1s", breaker="1000 failures, 1s"), len(kinds))
        done = send(desk, plan)
        assert (done.unknown, done.exit) == (len(kinds), 8), states(desk)
        send(again(desk), plan)
        assert len(server.posts()) == len(kinds)
        assert audit(desk.ledger).problems == []


def test_with_a_key_the_same_bytes_are_asked_again_under_the_same_key(tmp_path):
    kinds = list(DOUBTFUL)

    def answer(asked):
        number = int(asked.cases[0][2:])
        first = [one.cases for one in server.posts()].count(asked.cases) == 1
        return DOUBTFUL[kinds[number - 1]] if first else (http(200, receipt_of(asked, f"R{number}")),)

    with RawServer(answer).open() as server:
        settings = api(server, idempotency=True, deadline="2s", breaker="1000 failures, 1s")
        desk, plan = planned(tmp_path, settings, len(kinds))
        assert send(desk, plan).sent == len(kinds)
        assert len({(one.body, one.headers["idempotency-key"]) for one in server.posts()}) == len(kinds)
        assert tries(desk).count("unknown") >= len(kinds)


def test_a_receipt_that_names_another_case_is_another_requests(tmp_path):
    """A cache in between answers the second request with what it kept of the first one."""
    with RawServer(lambda asked: (http(201, receipt_of(server.posts()[0], "R1")),)).open() as server:
        desk, plan = planned(tmp_path, api(server), 2)
        done = send(desk, plan)
        assert (done.sent, done.unknown) == (1, 1)
        with desk.ledger.read() as db:
            unsure = db.execute(select(requests.c.detail).where(requests.c.state == "unknown")).scalar_one()
        assert unsure.startswith("the receipt R1 is about C-")


@pytest.mark.parametrize(("case", "kind"), [("C-1", Sent), ("C-7", Unsure), ("item 7", Sent)])
def test_which_cases_a_request_carries_is_no_matter_of_its_words(case, kind):
    one = Claimed({"purpose": "removal", "body": b'{"reason": "see section C-7 of the annex"}'}, 0.0, ("C-1",))
    assert isinstance(_of_ours(one, Sent("R1", (ReceiptItem(case, "x", "received"),))), kind)


def test_too_many_without_a_time_is_for_the_breaker(tmp_path):
    with RawServer(lambda asked: (http(429, b"", "retry-after: -1"),)).open() as server:
        desk, plan = planned(tmp_path, api(server, idempotency=True, breaker="5 failures, 1h", rate="4/s"), 60)
        assert send(desk, plan, wait=0).exit == 5
        assert len(server.posts()) <= 5 + 10  # those in flight when the breaker opened
        assert states(desk) == {"approved": 60}


class Searching:
    """Loses every answer to a request after taking it, and answers searches with what a test says."""

    def __init__(self, said):
        self.said, self.searches = said, 0

    def __call__(self, asked):
        if asked.method == "POST":
            return (Break.RESET,)
        self.searches += 1
        return (self.said,)


def searched(tmp_path, said, n=1, times=1, **more):
    """What a run says after its requests became uncertain, and the endpoint."""
    answers = Searching(said)
    with RawServer(answers).open() as server:
        desk, plan = planned(tmp_path, api(server, search=True, settle="60s", **more), n)
        send(desk, plan, wait=0, limit=n)
        desk.ledger.write(lambda book: book.db.execute(update(lanes).values(not_before=0.0)))
        desk.clock.start -= 2  # a hundred seconds later
        found = [send(again(desk), plan, wait=0) for _ in range(times)][-1]
        return desk, found, server, answers


DEEP = b'{"results": [{"reference": "x", "n": ' + b"[" * 900 + b"]" * 900 + b"}]}"
NO_ANSWERS = {
    "a page of many": http(200, {"results": [], "next": "/v1/removal-requests?page=2"}),
    "none of some": http(200, {"results": [], "total": 3}),
    "somebody else's": http(200, {"results": [{"reference": "TD-OTHER", "id": "R9", "status": "received"}]}),
    "a login page": http(200, b"<html>"),
    "a deep document": http(200, DEEP),
    "not there at all": http(404, {"title": "no search here"}),
    "no list": http(200, {"results": None}),
    "an error beside": http(200, {"results": [], "error": {"code": 1, "message": "x"}}),
}


@pytest.mark.parametrize("said", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_a_search_that_is_no_believable_no_sends_nothing_again(tmp_path, said):
    desk, done, server, answers = searched(tmp_path, said)
    assert (done.retry_later, done.exit, answers.searches) == (1, 5, 1)
    assert (states(desk), len(server.posts())) == ({"unknown": 1}, 1)


def test_an_adapter_that_fails_at_a_search_ends_no_run(tmp_path, monkeypatch):
    def fails(self, reply, reference):
        raise RecursionError

    monkeypatch.setattr(load().platforms["facebook"], "read_search", fails)
    desk, done, _, _ = searched(tmp_path, http(200, {"results": []}))
    assert (states(desk), done.exit) == ({"unknown": 1}, 5)


def test_a_wait_that_a_search_is_told_holds_the_lane(tmp_path):
    desk, done, _, answers = searched(tmp_path, http(429, b"", "retry-after: 3600"), n=5, times=3)
    assert (answers.searches, done.exit) == (1, 5)
    with desk.ledger.read() as db:
        assert db.execute(select(lanes.c.not_before)).scalar_one() > QuickClock().start + 3000


def test_a_token_that_ended_before_a_search_stops_the_lane(tmp_path):
    desk, done, _, answers = searched(tmp_path, http(401, b""), n=3)
    assert (answers.searches, done.exit) == (1, 4)
    assert states(desk) == {"unknown": 3}


def test_a_token_that_ends_in_the_middle_stops_the_lane_and_goes_on_later(tmp_path):
    valid = [True]

    def answer(asked):
        if len(server.posts()) > 5 and valid[0]:
            valid[0] = False
        return (http(201, receipt_of(asked, f"R{len(server.posts())}")),) if valid[0] else (http(401),)

    with RawServer(answer).open() as server:
        desk, plan = planned(tmp_path, api(server), 20)
        assert send(desk, plan).exit == 4
        before = states(desk)
        assert set(before) == {"sent", "approved"}
        server.answer = lambda asked: (http(201, receipt_of(asked, f"R{len(server.posts())}")),)
        assert send(again(desk), plan).sent == 20
        assert audit(desk.ledger).problems == []
