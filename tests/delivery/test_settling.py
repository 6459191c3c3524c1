"""What is uncertain is settled without a new sending, by whatever command comes first, and whatever became of its plan."""

import json
from threading import Lock

import pytest
from desks import Quiet, again
from dying import STEPS, WRITTEN, send_and_die
from raw_server import Break, RawServer, http, ident_in, receipt_of
from sendings import planned, send, states
from sqlalchemy import select, update

from takedown.audit import verify as audit
from takedown.delivery.again import ask_again
from takedown.delivery.uncertain import Settles, uncertain
from takedown.delivery.unknowns import Decision, settle_again
from takedown.ledger.tables import lanes, plans, requests
from takedown.outcomes.sync import sync
from takedown.outcomes.withdraw import take_back
from takedown.planning.approving import StalePlan, Tampered
from takedown.planning.undoing import discard


class Forgetful:
    """Takes what it is sent, or only some of it, and loses its answers until `heals`; knows what it took when it is asked."""

    def __init__(self, takes=lambda number: True):
        self.takes, self.heals, self.taken = takes, False, {}

    def __call__(self, asked):
        if asked.method == "GET":
            reference = asked.path.partition("reference=")[2]
            if not reference:
                return (http(200, next(one for one in self.taken.values() if one["id"] == ident_in(asked.path))),)
            return (
                http(200, {"results": [{**one, "reference": name} for name, one in self.taken.items() if name == reference]}),
            )
        number = int(asked.cases[0][2:])
        if self.takes(number):
            self.taken.setdefault(asked.reference, receipt_of(asked, f"R{number}"))
        if not self.heals:
            return (Break.RESET,)
        return (http(200, self.taken[asked.reference]),)


def api(server, **more):
    return {
        "facebook": {"channel": "api", "base_url": f"http://127.0.0.1:{server.port}/in", "rate": "50/s", "settle": "1s", **more}
    }


def due_now(desk):
    desk.clock.start -= 2  # a hundred seconds later
    desk.ledger.write(lambda book: book.db.execute(update(requests).where(requests.c.state == "unknown").values(not_before=0.0)))


def test_sync_searches_for_what_is_uncertain(tmp_path):
    endpoint = Forgetful(takes=lambda number: number < 3)
    with RawServer(endpoint).open() as server:
        desk, plan = planned(tmp_path, api(server, search=True, settle="60s"), 4)
        send(desk, plan, wait=0, limit=4)
        assert states(desk) == {"unknown": 4}
        due_now(desk)
        assert {one.do for one in uncertain(desk.ledger, lambda: desk)} == {"takedown sync"}
        done = sync(again(desk), None, Quiet())
        assert (done.settled, done.unanswered) == (4, 0)
        assert states(desk) == {"sent": 2, "approved": 2}
        assert len(server.posts()) == 4, "it only asks"
        assert audit(desk.ledger).problems == []


def test_what_a_search_does_not_find_goes_with_its_plan_where_that_has_ended(tmp_path):
    endpoint = Forgetful(takes=lambda number: number == 1)
    with RawServer(endpoint).open() as server:
        desk, plan = planned(tmp_path, api(server, search=True, idempotency=True, settle="60s"), 3)
        send(desk, plan, wait=0, limit=2)
        discard(desk.ledger, plan, "a mistake")
        due_now(desk)
        assert [one.settles for one in uncertain(desk.ledger, lambda: desk)] == [Settles.SEARCH] * 2
        assert sync(again(desk), None, Quiet()).settled == 2
        assert states(desk) == {"sent": 1, "draft": 2}
        assert audit(desk.ledger).problems == []


def test_a_search_before_the_platform_can_know_settles_nothing_of_a_plan_that_has_ended(tmp_path):
    """Its key is young, so that it was to be tried again soon; a search so early would find nothing, and it would go out anew."""
    with RawServer(Forgetful()).open() as server:
        desk, plan = planned(tmp_path, api(server, search=True, idempotency=True, settle="1h"), 2)
        send(desk, plan, wait=0, limit=1)
        discard(desk.ledger, plan, "a mistake")
        due_now(desk)
        assert sync(again(desk), None, Quiet()).settled == 0
        tried = update(requests).values(updated_at=requests.c.updated_at - 3600)
        desk.ledger.write(lambda book: book.db.execute(tried) and None)
        assert sync(again(desk), None, Quiet()).settled == 1


def test_a_plan_that_grew_stale_has_its_uncertain_sendings_searched_for(tmp_path):
    """Nothing of it may go out, also not under a key that is young."""
    endpoint = Forgetful(takes=lambda number: number == 1)
    with RawServer(endpoint).open() as server:
        desk, plan = planned(tmp_path, api(server, search=True, idempotency=True, settle="60s"), 3)
        send(desk, plan, wait=0, limit=2)
        desk.ledger.write(lambda book: book.db.execute(update(plans).values(inputs="others")) and None)
        due_now(desk)
        now = again(desk)
        with pytest.raises(StalePlan):
            send(now, plan)
        assert ask_again(now, None, Quiet()).settled == 0
        assert sync(now, None, Quiet()).settled == 2
        assert states(desk) == {"sent": 1, "approved": 2}
        assert len(server.posts()) == 2


def test_a_key_that_ends_soon_is_not_waited_for_but_the_search(tmp_path):
    """Once the key is old the search settles it; it must not do so before its answer can be believed."""
    with RawServer(Forgetful()).open() as server:
        desk, plan = planned(tmp_path, api(server, search=True, idempotency=True, settle="5m", key_life="1h"), 1)
        send(desk, plan, wait=0, limit=1)
        nearly = desk.clock.now() - 3400.0
        desk.ledger.write(lambda book: book.db.execute(update(requests).values(not_before=0.0, key_born=nearly)) and None)
        send(desk, plan, wait=0, limit=1)
        assert len(server.posts()) == 2
        with desk.ledger.read() as db:
            due, tried = db.execute(select(requests.c.not_before, requests.c.updated_at)).one()
        assert due - tried >= 290.0


def test_to_settle_does_not_open_a_lane_that_stopped_sending(tmp_path):
    endpoint = Forgetful()
    with RawServer(endpoint).open() as server:
        desk, plan = planned(tmp_path, api(server, idempotency=True), 3)
        send(desk, plan, wait=0, limit=1)
        stopped = update(lanes).values(stopped="credentials", why="401")
        desk.ledger.write(lambda book: book.db.execute(stopped) and None)
        due_now(desk)
        assert ask_again(again(desk), None, Quiet()).stopped == {"facebook:api": "401"}
        endpoint.heals = True
        due_now(desk)
        done = ask_again(again(desk), None, Quiet())
        assert (done.settled, done.stopped) == (1, {})
        with desk.ledger.read() as db:
            assert db.execute(select(lanes.c.stopped, lanes.c.why)).one() == ("credentials", "401")
        send(again(desk), plan)
        with desk.ledger.read() as db:
            assert db.execute(select(lanes.c.stopped)).scalar() == "", "who sends opens it"


def test_sync_asks_again_under_the_same_key_and_sends_nothing_else(tmp_path):
    endpoint = Forgetful()
    with RawServer(endpoint).open() as server:
        desk, plan = planned(tmp_path, api(server, idempotency=True), 5)
        send(desk, plan, wait=0, limit=2)
        assert states(desk) == {"unknown": 2, "approved": 3}
        endpoint.heals = True
        due_now(desk)
        done = ask_again(again(desk), None, Quiet())
        assert (done.settled, done.unsure, done.stopped) == (2, 0, {})
        assert states(desk) == {"sent": 2, "approved": 3}
        assert len({one.headers["idempotency-key"] for one in server.posts()}) == 2
        assert ask_again(again(desk), None, Quiet()).settled == 0


def test_a_key_is_no_way_out_of_a_plan_that_has_ended(tmp_path):
    endpoint = Forgetful()
    with RawServer(endpoint).open() as server:
        desk, plan = planned(tmp_path, api(server, idempotency=True), 2)
        send(desk, plan, wait=0, limit=1)
        discard(desk.ledger, plan, "a mistake")
        due_now(desk)
        assert [one.settles for one in uncertain(desk.ledger, lambda: desk)] == [Settles.PERSON]
        assert ask_again(again(desk), None, Quiet()).settled == 0
        assert len(server.posts()) == 1


def test_what_is_taken_back_before_it_is_sent_again_is_not_sent_again(tmp_path):
    """A person let it go out again, which made its key young, and another took it back: then nobody knows the key's age."""
    with RawServer(Forgetful()).open() as server:
        desk, plan = planned(tmp_path, api(server, idempotency=True), 1)
        send(desk, plan, wait=0, limit=1)
        settle_again(desk, 1, Decision.AGAIN, None)
        take_back(desk, [1], "It is another person.", 0.0, Quiet())
        assert states(desk) == {"unknown": 1}
        assert send(again(desk), plan, wait=600).unknown == 1
        assert len(server.posts()) == 1
        assert [one.settles for one in uncertain(desk.ledger, lambda: desk)] == [Settles.PERSON]


def test_a_clock_that_was_set_back_makes_no_key_young(tmp_path):
    with RawServer(Forgetful()).open() as server:
        desk, plan = planned(tmp_path, api(server, idempotency=True), 1)
        send(desk, plan, wait=0, limit=1)
        desk.ledger.write(lambda book: book.db.execute(update(requests).values(not_before=0.0, key_born=book.now + 3600)))
        assert send(again(desk), plan, wait=0).unknown == 1
        assert len(server.posts()) == 1


def test_what_was_on_its_way_when_its_plan_was_discarded_goes_with_it_unless_it_was_taken(tmp_path):
    """It was being sent, so that the discarding could not take it along; and the platform was too busy to take it."""
    discarded, one_by_one = [], Lock()

    def answer(asked):
        with one_by_one:
            if not discarded:
                discarded.append(discard(again(desk).ledger, plan, "a mistake"))
        busy = int(asked.cases[0][2:]) % 2
        return (http(429, b"", "retry-after: 1") if busy else http(201, receipt_of(asked, f"R{asked.cases[0]}")),)

    with RawServer(answer).open() as server:
        desk, plan = planned(tmp_path, api(server), 25)  # more than are on the wire at once
        send(desk, plan, wait=0)
        took = {case for one in server.posts() for case in one.cases if not int(case[2:]) % 2}
        with desk.ledger.read() as db:
            held = db.execute(select(requests.c.state, requests.c.body)).all()
        sent = {one["case"] for state, body in held if state == "sent" for one in json.loads(body)["items"]}
        assert sent == took
        assert {state for state, _ in held} <= {"sent", "withdrawn"}, "nothing waits for a plan that nobody sends"
        assert audit(desk.ledger).problems == []


def test_what_a_dead_process_was_sending_is_found_though_its_plan_has_ended(tmp_path):
    """Nobody would send on that lane again, and what is being sent can neither be searched for nor decided."""
    with RawServer(Forgetful()).open() as server:
        desk, plan = planned(tmp_path, api(server), 25)
        assert send_and_die(desk, plan, STEPS[WRITTEN])
        discard(desk.ledger, plan, "a mistake")
        assert "sending" in states(desk)
        ask_again(again(desk), None, Quiet())
        assert states(desk)["unknown"] >= 1
        assert "sending" not in states(desk)
        assert [one.settles for one in uncertain(desk.ledger, lambda: desk)] == [Settles.PERSON] * states(desk)["unknown"]


def test_bytes_that_somebody_changed_end_the_sync_and_are_not_passed_over(tmp_path):
    with RawServer(Forgetful()).open() as server:
        desk, plan = planned(tmp_path, api(server, idempotency=True), 1)
        send(desk, plan, wait=0, limit=1)
        due_now(desk)
        desk.ledger.write(lambda book: book.db.execute(update(requests).values(body=b"{}")) and None)
        with pytest.raises(Tampered):
            ask_again(again(desk), None, Quiet())
        assert len(server.posts()) == 1


def test_what_no_key_can_settle_is_left_to_the_search_and_counted_there(tmp_path):
    with RawServer(Forgetful()).open() as server:
        desk, plan = planned(tmp_path, api(server, idempotency=True), 2)
        send(desk, plan, wait=0, limit=2)
        old = update(requests).where(requests.c.id == 1).values(key_born=0.0)
        desk.ledger.write(lambda book: book.db.execute(old) and None)
        done = ask_again(again(desk), None, Quiet())
        assert (done.settled, done.unsure) == (0, 1)
