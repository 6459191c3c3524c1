"""Claims: how many at once, how far ahead, and what becomes of those that were not begun."""

import json
from collections import Counter

import pytest
from desks import again
from sendings import api, nothing_lost_or_doubled, planned, send, taken
from sqlalchemy import select

from takedown.delivery import connections, supply
from takedown.delivery.budget import Budget
from takedown.delivery.claims import work
from takedown.delivery.lanes import lane_for
from takedown.ledger.tables import events, requests


def test_without_a_key_half_of_the_connections_claim_together(tmp_path, stand_in, monkeypatch):
    monkeypatch.setattr(connections, "COMPANY", 3600.0)
    sandbox = stand_in(keyed=False)
    desk, plan = planned(tmp_path, api(sandbox, rate="100000/s"), 33)
    assert send(desk, plan).sent == 33
    with desk.ledger.read() as db:
        told = db.execute(select(events.c.data).where(events.c.kind == "request.sending").order_by(events.c.seq)).scalars()
        sizes = [len(json.loads(data)["requests"]) for data in told]
    assert max(sizes) <= 10, "never more than can be in flight"
    assert min(sizes[:-1]) >= 5, "few commits"
    nothing_lost_or_doubled(desk, sandbox)


def test_with_a_key_the_next_block_is_claimed_while_the_last_of_this_one_goes_out(tmp_path, stand_in):
    sandbox = stand_in()
    desk, plan = planned(tmp_path, api(sandbox, idempotency=True, rate="100000/s"), 140)
    assert send(desk, plan).sent == 140
    with desk.ledger.read() as db:
        told = db.execute(select(events.c.kind, events.c.data).where(events.c.kind.like("request.sen%")).order_by(events.c.seq))
        moved = [(kind.removeprefix("request."), json.loads(data)["requests"]) for kind, data in told]
    first, second = [at for at, (kind, _) in enumerate(moved) if kind == "sending"][:2]
    ended = sum(len(ids) for kind, ids in moved[first + 1 : second] if kind == "sent")
    assert len(moved[first][1]) - ended > 10, "more than can be on the wire: some of the block had not begun"
    nothing_lost_or_doubled(desk, sandbox)


@pytest.mark.parametrize(("rate", "keyed", "some"), [("100/s", True, True), ("20/s", True, False), ("100000/s", False, False)])
def test_only_a_quick_lane_with_a_key_claims_ahead(tmp_path, stand_in, monkeypatch, rate, keyed, some):
    """What is claimed cannot be taken back any more."""
    left, order = [], supply.Supply._order
    monkeypatch.setattr(supply.Supply, "_order", lambda self, size: left.append(len(self._held)) or order(self, size))
    sandbox = stand_in(keyed=keyed)
    desk, plan = planned(tmp_path, api(sandbox, idempotency=keyed, rate=rate), 120)
    assert send(desk, plan, wait=600).sent == 120
    assert any(left) is some


def test_what_was_claimed_ahead_and_not_begun_is_put_back(tmp_path, stand_in):
    sandbox = stand_in()
    desk, plan = planned(tmp_path, api(sandbox, idempotency=True, rate="100000/s"), 140)
    assert send(desk, plan, limit=60).sent == 60
    assert len(taken(sandbox)) == 60
    with desk.ledger.read() as db:
        assert Counter(map(tuple, db.execute(select(requests.c.state, requests.c.attempts)))) == {
            ("sent", 1): 60,
            ("approved", 0): 80,
        }
    assert send(again(desk), plan).sent == 140
    nothing_lost_or_doubled(desk, sandbox)


def test_a_limit_that_several_lanes_share_is_used_up_whole():
    budget = Budget(0.0, limit=1)
    assert budget.take_one()
    assert not budget.take_one()
    assert not budget.take_one()
    budget.give_back()
    assert budget.take_one()


@pytest.mark.sqlite("counts what its driver is given")
def test_a_look_for_work_is_one_statement(tmp_path):
    """Over a connection without transactions a second one could see less than the first: what moved meanwhile is in neither."""
    desk, plan = planned(tmp_path, {"facebook": {"channel": "api", "base_url": "http://127.0.0.1:9/in", "idempotency": True}}, 1)
    lane, asked = lane_for(desk, "facebook:api"), []

    def look(db):
        db.connection.dbapi_connection.set_trace_callback(asked.append)
        return work(db, lane, plan, desk.clock.now())

    assert not desk.ledger.peek(look)
    assert len(asked) == 1
