"""Statuses become claims, case by case and once; what a platform says of anything else is not believed."""

import json
import time

import pytest
from asking import Platform, asked, claims_of, facts, sent, sync_now
from desks import QuickClock, Quiet, add_cases, again, make_desk
from sqlalchemy import select, update

from takedown.audit import verify
from takedown.delivery.deliver import Halted, deliver
from takedown.delivery.halting import halt
from takedown.ledger.tables import cases, claims, lanes, requests
from takedown.outcomes import sync as syncing
from takedown.outcomes.sync import sync
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection
from takedown.sandbox.behaviour import Behaviour, Decisions, Fault
from takedown.sandbox.server import Sandbox

WORDS = ("removed", "restricted", "declined", "needs_information", "in_review")


@pytest.fixture
def stand_in(tmp_path):
    from contextlib import ExitStack

    with ExitStack() as stack:

        def start(*platforms, **behaviour):
            told = {"ripening": (0, 0), "decisions": Decisions(dict.fromkeys(WORDS, 1.0)), **behaviour}
            names = platforms or ("facebook",)
            sandbox = Sandbox(tmp_path / "platforms", {name: Behaviour(**told) for name in names}, scale=3600.0)
            return stack.enter_context(sandbox.in_background())

        yield start


@pytest.fixture
def platform():
    with Platform().open() as found:
        yield found


def at(sandbox, platform="facebook", **more):
    token = str(sandbox.folder / f"{platform}.token")
    keys = {"channel": "api", "base_url": sandbox.url(platform), "token_file": token, "rate": "20/s", "idempotency": True}
    return {platform: {**keys, **more}}


def test_claims_come_case_by_case_and_a_second_sync_changes_nothing(tmp_path, stand_in):
    sandbox = stand_in()
    desk = sent(tmp_path, at(sandbox, cases_per_request=4), 12)
    done = sync_now(desk)
    assert (done.asked, done.unanswered, done.exit) == (3, 0, 0)
    assert done.news == 12
    with desk.ledger.read() as db:
        told = dict(db.execute(select(cases.c.url, cases.c.claimed)).all())
    decide = sandbox.books["facebook"].behaviour.decisions.of
    assert told == {url: decide(url, 1).status for url in told}
    assert len(set(told.values())) > 2
    before = facts(desk)
    later = sync_now(desk)
    assert later.news == 0
    assert facts(desk) == before
    assert verify(desk.ledger).problems == []


def test_lanes_that_ask_side_by_side_count_all_that_is_new(tmp_path, stand_in, monkeypatch):
    sandbox = stand_in("facebook", "instagram")
    desk = make_desk(tmp_path, {**at(sandbox), **at(sandbox, "instagram")}, clock=QuickClock())
    for name in ("facebook", "instagram"):
        add_cases(desk, name, [1, 2, 3])
    deliver(desk, make_plan(desk, Selection()).plan, wait=20, limit=None, progress=Quiet())
    written, record = [], syncing.add_claims

    def together(book, found):
        """What one lane was told is not back before the other's is on its way."""
        written.append(found)
        until = time.monotonic() + 20
        while len(written) == 1 and desk.ledger._queue.empty() and time.monotonic() < until:
            time.sleep(0.001)
        return record(book, found)

    monkeypatch.setattr(syncing, "add_claims", together)
    assert sync_now(desk).news == 6


def test_what_is_final_is_not_asked_again(tmp_path, stand_in):
    sandbox = stand_in(decisions=Decisions({"removed": 1.0}))
    desk = sent(tmp_path, at(sandbox), 3)
    assert (sync_now(desk).asked, sync_now(desk).asked) == (3, 0)


def test_a_change_of_mind_is_another_claim(tmp_path, platform):
    desk = sent(tmp_path, platform.settings(), 1)
    for status in ("in_review", "in_review", "needs_information", "removed"):
        platform.says = [{"case": "C-1", "status": status}]
        sync_now(desk)
    assert claims_of(desk, 1) == ["in_review", "needs_information", "removed"]


def test_mail_and_portal_requests_are_asked_for_by_reference(tmp_path, stand_in):
    mailbox = "orders@telegram.example"
    sandbox = stand_in("telegram", mailbox=mailbox, hosts=frozenset({"t.me"}), decisions=Decisions({"removed": 1.0}))
    keys = at(sandbox, "telegram", channel="email", to=mailbox)
    extra = f'[smtp]\nhost = "127.0.0.1"\nport = {sandbox.smtp_port}\n'
    desk = sent(tmp_path, keys, 2, platform="telegram", extra=extra)
    done = sync_now(desk)
    assert (done.asked, done.news) == (2, 2)
    with desk.ledger.read() as db:
        assert set(db.execute(select(cases.c.claimed)).scalars()) == {"removed"}


def test_two_requests_for_one_case_do_not_talk_it_to_and_fro(tmp_path, platform):
    """A reminder has a status of its own at the platform; each sync would find the other one's word to be news."""
    desk = sent(tmp_path, platform.settings(), 1)
    add_cases(desk, "facebook", [2])
    deliver(desk, make_plan(desk, Selection()).plan, wait=20, limit=None, progress=Quiet())

    def carry_both(book):
        from takedown.ledger.tables import request_cases

        book.db.execute(update(request_cases).values(case=1))

    desk.ledger.write(carry_both)
    platform.by_receipt = {"FB-1": [{"case": "C-1", "status": "in_review"}], "FB-2": [{"case": "C-1", "status": "received"}]}
    assert sync_now(desk).news == 2
    before = facts(desk)
    assert [sync_now(desk).news for _ in range(3)] == [0, 0, 0]
    assert facts(desk) == before


@pytest.mark.parametrize(
    "items",
    [
        [{"case": "C-2", "status": "removed"}],
        [{"case": "C-999", "status": "removed"}],
        [{"case": "", "url": "https://www.facebook.com/standin.0002", "status": "removed"}],
        [{"status": "removed"}],
        [{"case": "C-1", "status": "gone for good"}],
        [{"case": "C-1", "status": "unknown"}],
        [{"case": "C-1"}],
        [{"case": ["C-1"], "status": "removed"}],
        [{"case": "C-1", "status": ["removed"]}],
        [{"case": "C-1", "status": {"removed": 1}}],
        [{"case": "C-1", "status": "removed"}, {"case": "C-1", "status": "declined"}],
        ["removed"],
        [],
        "removed",
        {"C-1": "removed"},
        None,
    ],
)
def test_what_is_not_said_of_a_carried_case_is_not_believed(tmp_path, platform, items):
    desk = sent(tmp_path, platform.settings(), 1)
    add_cases(desk, "facebook", [2])
    platform.says = items
    assert sync_now(desk).news == 0
    with desk.ledger.read() as db:
        assert set(db.execute(select(cases.c.claimed)).scalars()) == {"none"}
        assert db.execute(select(claims)).first() is None


def test_what_is_told_of_another_receipt_is_not_ours(tmp_path, platform):
    """Case ids are our own numbers: another authority's request, under an id that was mixed up, carries a C-1 as well."""
    desk = sent(tmp_path, platform.settings(), 1)
    platform.raw = (200, {}, b'{"id": "FB-2", "status": "removed", "items": [{"case": "C-1", "status": "removed"}]}')
    done = sync_now(desk)
    assert (done.news, done.unanswered, done.exit) == (0, 1, 5)
    assert claims_of(desk, 1) == []


DEEP = b'{"id": "FB-1", "items": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
ITEM = b'{"id": "FB-1", "status": "removed", "items": [{"case": "C-1", "status": "removed"%s}]}'


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"<html>log in</html>", b'{"id": "FB-1", "items"', b"\xff\xfe", DEEP,
        ITEM % b', "reason": "\\ud800"', ITEM % b', "reason": "\\u0000"', ITEM % b', "status": "declined"', ITEM % b', "n": NaN',
        b'{"id": 7, "items": [{"case": "C-1", "status": "removed"}]}',
        b'{"items": [{"case": "C-1", "status": "removed"}]}',
        b"1" * 5000, b'"' + b"x" * 1_100_000 + b'"',
    ],
)  # fmt: skip
def test_hostile_bodies_say_nothing_and_break_nothing(tmp_path, platform, body):
    desk = sent(tmp_path, platform.settings(), 1)
    platform.raw = (200, {}, body)
    done = sync_now(desk)
    assert (done.news, done.unanswered, done.exit) == (0, 1, 5)
    platform.raw = None
    platform.says = [{"case": "C-1", "status": "removed"}]
    assert sync_now(desk).news == 1


def test_odd_details_of_a_believed_status(tmp_path, platform):
    desk = sent(tmp_path, platform.settings(), 1)
    odd = {
        "ground": {"x": 1},
        "territory": "PK",
        "decided_at": "yesterday",
        "reason": "<b>\x1b[2J\u202e</b>",
        "reason_code": "x" * 9000,
    }
    platform.says = [{"case": "C-1", "status": "declined", **odd}]
    assert sync_now(desk).news == 1
    with desk.ledger.read() as db:
        row = db.execute(select(claims)).mappings().one()
    assert (row["value"], row["ground"], row["territory"], row["decided_at"]) == ("declined", "", "", None)
    assert len(row["reason_code"]) == 200


def test_a_platform_that_asks_for_rest_gets_it_from_every_process(tmp_path, platform):
    desk = sent(tmp_path, platform.settings(), 30)
    platform.raw = (429, {"retry-after": "1800"}, b"{}")
    done = sync_now(desk)
    assert done.exit == 5
    first = len(asked(platform))
    assert first <= 10, "what was on its way may arrive, nothing else"
    with desk.ledger.read() as db:
        assert db.execute(select(lanes.c.not_before)).scalar() > desk.clock.now() + 1500
    sync_now(desk)
    assert len(asked(platform)) == first
    add_cases(desk, "facebook", [77])
    plan = make_plan(desk, Selection()).plan
    posted = platform.posts
    assert deliver(again(desk), plan, wait=0, limit=None, progress=Quiet()).exit == 5
    assert platform.posts == posted


@pytest.mark.parametrize(
    ("status", "exit_code", "stops"),
    [(401, 4, True), (403, 4, True), (404, 5, False), (405, 5, True), (500, 5, False), (503, 5, False), (302, 5, False)],
)
def test_other_answers(tmp_path, platform, status, exit_code, stops):
    desk = sent(tmp_path, platform.settings(), 30)
    platform.raw = (status, {"location": "http://127.0.0.1:9/"}, b"{}")
    done = sync_now(desk)
    assert (done.exit, done.news) == (exit_code, 0)
    assert bool(done.stopped) is stops
    assert len(asked(platform)) <= (10 if stops else 30)


def test_to_ask_does_not_open_a_lane_that_stopped_sending(tmp_path, platform):
    desk = sent(tmp_path, platform.settings(), 2)
    desk.ledger.write(lambda book: book.db.execute(update(lanes).values(stopped="credentials", why="401")) and None)
    assert sync_now(desk).exit == 0
    with desk.ledger.read() as db:
        assert db.execute(select(lanes.c.stopped, lanes.c.why)).one() == ("credentials", "401")
    add_cases(desk, "facebook", [77])
    plan = make_plan(desk, Selection()).plan
    assert deliver(again(desk), plan, wait=0, limit=None, progress=Quiet()).exit == 0
    with desk.ledger.read() as db:
        assert db.execute(select(lanes.c.stopped)).scalar() == ""


def test_a_platform_that_is_away(tmp_path, stand_in):
    sandbox = stand_in(read_faults={Fault.RESET: 1, Fault.CUT: 1, Fault.CUT_SILENT: 1, Fault.DOWN_BARE: 1})
    desk = sent(tmp_path, at(sandbox), 8)
    done = sync_now(desk)
    assert (done.news, done.unanswered, done.exit) == (0, 8, 5)


def test_the_pace_is_kept(tmp_path, stand_in):
    sandbox = stand_in()
    desk = sent(tmp_path, at(sandbox, rate="2/s"), 6)
    before = desk.clock.now()
    sync_now(desk)
    assert desk.clock.now() - before >= 2.5


def test_a_halt_stops_the_questions_too(tmp_path, platform):
    desk = sent(tmp_path, platform.settings(), 1)
    halt(desk, "somebody is unsure")
    with pytest.raises(Halted):
        sync(desk, None, Quiet())
    assert asked(platform) == []


def test_only_the_named_platform_and_only_what_was_sent(tmp_path, platform):
    desk = make_desk(tmp_path, platform.settings(), clock=QuickClock())
    add_cases(desk, "facebook", [1, 2])
    assert sync_now(desk).asked == 0
    deliver(desk, make_plan(desk, Selection()).plan, wait=20, limit=None, progress=Quiet())
    assert sync_now(desk, "tiktok").asked == 0
    desk.ledger.write(lambda book: book.db.execute(update(requests).where(requests.c.id == 1).values(state="unknown")))
    assert sync_now(desk, "facebook").asked == 1
    assert {json.loads(body)["items"][0]["case"] for body in platform.bodies} == {"C-1", "C-2"}  # in either order
