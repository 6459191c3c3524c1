"""A plan freezes bytes and opens no socket."""

import hashlib
import socket

import pytest
from desks import add_cases, again, write_config
from planning_facts import requests_of
from sqlalchemy import event, select, update

from takedown.contract import strict_json
from takedown.ledger.tables import cases, plans, requests
from takedown.planning.destinations import Unreachable
from takedown.planning.listing import get_plan
from takedown.planning.making import NothingToPlan, OverCap, make_plan
from takedown.planning.selection import Selection
from takedown.planning.showing import items, raw, review
from takedown.planning.undoing import NothingLeft, PlanEnded, discard


def test_no_socket_is_opened(desk, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a plan opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert make_plan(desk, Selection()).cases == 7


def test_what_is_shown_is_what_lies_in_the_ledger(desk):
    plan = make_plan(desk, Selection()).plan
    shown = list(items(desk.ledger, plan))
    assert [one["cases"] for one in shown] == [1] * 7
    for one in shown:
        assert hashlib.sha256(raw(desk.ledger, plan, int(one["request"][2:]))).hexdigest() == one["bytes_sha256"]


def test_an_api_request_says_everything_the_intake_asks_for(desk):
    plan = make_plan(desk, Selection(platform="facebook")).plan
    row = requests_of(desk, plan)[0]
    body = strict_json(row["body"])
    assert row["destination"] == "http://127.0.0.1:9/fb/v1/removal-requests"
    assert body["reference"] == row["reference"]
    assert body["instrument"] == "order"
    assert body["territory"] == ["PK"]
    assert body["authority"]["name"] == "Example Authority"
    assert [i["case"] for i in body["items"]] == ["C-1"]
    assert body["statement"]
    assert body["redress"]


@pytest.mark.sqlite("about the indexes of a file")
@pytest.mark.parametrize("narrow", [{}, {"batch": 1}, {"platform": "facebook"}, {"limit": 2}], ids=str)
def test_a_plan_looks_at_drafts_and_not_at_all_that_was_ever_sent(desk, narrow):
    asked = []
    event.listen(desk.ledger.engine, "before_cursor_execute", lambda _c, _r, sql, given, _x, _m: asked.append((sql, given)))
    make_plan(desk, Selection(**narrow))
    with desk.ledger.engine.connect() as db:
        look = db.connection.driver_connection.execute
        looks = [one for one in asked if one[0].startswith("SELECT") and "FROM cases" in one[0]]
        plans = [row[3] for sql, given in looks for row in look(f"EXPLAIN QUERY PLAN {sql}", given)]
    read = [line for line in plans if " cases" in line or " drafts" in line]
    assert len(read) >= 6
    assert [line for line in read if "ix_cases_draft" not in line and "INTEGER PRIMARY KEY" not in line] == []


def test_cases_follow_their_requests(desk):
    plan = make_plan(desk, Selection(platform="facebook")).plan
    with desk.ledger.read() as db:
        found = db.execute(select(cases.c.delivered, cases.c.request).where(cases.c.platform == "facebook")).all()
    assert {row[0] for row in found} == {"planned"}
    assert {row[1] for row in found} == {row["id"] for row in requests_of(desk, plan)}


def test_several_cases_to_a_request(desk, tmp_path):
    write_config(tmp_path, {"facebook": {**_api(), "cases_per_request": 2}}, approvals=1)
    made = make_plan(again(desk), Selection(platform="facebook"))
    assert (made.requests, made.cases) == (3, 5)


def test_a_second_plan_takes_only_what_is_left(desk):
    make_plan(desk, Selection(platform="facebook"))
    assert make_plan(desk, Selection()).cases == 2
    with pytest.raises(NothingToPlan):
        make_plan(desk, Selection())


def test_a_cap_is_kept(desk, tmp_path):
    text = (tmp_path / "takedown.toml").read_text().replace("max_cases_per_plan = 500", "max_cases_per_plan = 6")
    (tmp_path / "takedown.toml").write_text(text)
    with pytest.raises(OverCap, match="7 cases, the policy allows 6"):
        make_plan(again(desk), Selection())


def test_what_is_more_than_a_plan_may_hold_is_planned_in_parts(desk, tmp_path):
    text = (tmp_path / "takedown.toml").read_text().replace("max_cases_per_plan = 500", "max_cases_per_plan = 4")
    (tmp_path / "takedown.toml").write_text(text)
    small = again(desk)
    with pytest.raises(OverCap, match="5 cases"):
        make_plan(small, Selection(limit=5))
    assert [make_plan(small, Selection(limit=4)).cases for _ in range(2)] == [4, 3]
    with pytest.raises(NothingToPlan):
        make_plan(small, Selection(limit=4))


def test_a_mail_plan_freezes_a_reminder_that_threads(desk):
    plan = make_plan(desk, Selection(platform="instagram")).plan
    rows = requests_of(desk, plan)
    first, reminder = (row for row in rows[:2])
    assert (first["purpose"], reminder["purpose"]) == ("removal", "reminder")
    assert reminder["follows"] == first["id"]
    assert b"In-Reply-To: " + first["message_id"].encode() in reminder["body"]
    assert len(list(items(desk.ledger, plan))) == 2  # the reminders are not counted as requests


def test_a_discarded_plan_gives_its_cases_back(desk):
    plan = make_plan(desk, Selection()).plan
    discard(desk.ledger, plan, "not today", "planner")
    with desk.ledger.read() as db:
        assert {row[0] for row in db.execute(select(cases.c.delivered))} == {"draft"}
    assert make_plan(desk, Selection()).cases == 7
    with pytest.raises(PlanEnded, match="discarded"):
        discard(desk.ledger, plan, "again", "planner")


def test_what_has_left_stays_when_the_rest_is_discarded(desk):
    plan = make_plan(desk, Selection(platform="facebook")).plan
    desk.ledger.write(lambda book: book.db.execute(update(requests).where(requests.c.position == 1).values(state="sent")))
    assert discard(desk.ledger, plan, "stale", "planner") == 1
    assert [row["state"] for row in requests_of(desk, plan)] == ["sent", *["withdrawn"] * 4]


def test_a_packet_that_was_opened_is_not_taken_back(desk):
    plan = make_plan(desk, Selection(platform="facebook")).plan
    opened = update(requests).values(state="operator", opened_at=1.0)
    desk.ledger.write(lambda book: book.db.execute(opened.where(requests.c.position == 2)))
    discard(desk.ledger, plan, "stale", "planner")
    assert [row["state"] for row in requests_of(desk, plan)].count("operator") == 1


def test_what_has_left_cannot_be_discarded(desk):
    plan = make_plan(desk, Selection(platform="facebook")).plan
    desk.ledger.write(lambda book: book.db.execute(update(requests).values(state="sent")))
    with pytest.raises(NothingLeft):
        discard(desk.ledger, plan, "too late", "planner")


@pytest.mark.parametrize(
    "base_url", ["http://intake.authority.gov/x", "https://10.0.0.1/x", "http://user@127.0.0.1/x", "ftp://127.0.0.1/"]
)
def test_the_sandbox_cannot_reach_the_world(desk, tmp_path, base_url):
    write_config(tmp_path, {"facebook": {**_api(), "base_url": base_url}}, approvals=1)
    with pytest.raises(Unreachable):
        make_plan(again(desk), Selection(platform="facebook"))
    with desk.ledger.read() as db:
        assert db.execute(select(plans.c.state)).scalar() == "discarded"
        assert {row[0] for row in db.execute(select(cases.c.delivered))} == {"draft"}


def test_the_sandbox_writes_to_reserved_domains_only(desk, tmp_path):
    write_config(tmp_path, {"instagram": {"channel": "email", "to": "orders@platform.com"}}, approvals=1)
    with pytest.raises(Unreachable, match=r"orders@platform\.com"):
        make_plan(again(desk), Selection(platform="instagram"))


def test_reviewers_see_the_doubtful_first(desk):
    add_cases(desk, "facebook", [99], followers="2500000")
    seen = review(desk.ledger, get_plan(desk.ledger, make_plan(desk, Selection(platform="facebook")).plan), desk.policy)
    assert [(flag.url.rpartition("/")[2], flag.what) for flag in seen.flags] == [("standin.0099", "2,500,000 followers")]
    assert seen.counts == (("facebook", "api", "pk-peca-37", "remove_account", 6, 6),)
    assert len(seen.sample) == 5


def _api():
    return {"channel": "api", "base_url": "http://127.0.0.1:9/fb", "idempotency": True}
