"""A second person looks at what one person took back: once, signed, and never whoever did it."""

import pytest
from desks import again, make_key, signed
from sqlalchemy import select
from withdrawing import (
    api,
    back,
    desk_with,
    planned,
    send,
)

from takedown.approval import OwnPlan
from takedown.audit import verify as audit
from takedown.ledger.tables import events, openings
from takedown.planning.approving import approve
from takedown.planning.listing import get_plan
from takedown.planning.reviewing import NothingToReview, accept, reject, statement
from takedown.planning.unreviewed import unreviewed


@pytest.fixture
def reviewed(tmp_path, platforms):
    keys = {name: make_key(tmp_path, name) for name in ("planner", "bilal")}
    desk = desk_with(tmp_path, platforms, api(platforms), 2, approvals=1)
    plan = planned(desk)
    approve(again(desk, "bilal"), plan, 2, signed(keys["bilal"], get_plan(desk.ledger, plan)["digest"]))
    send(desk, plan)
    done = back(desk, 1)
    assert done.sent.exit == 0, "one person is enough"
    return desk, done.done.plan, keys, get_plan(desk.ledger, done.done.plan)["digest"]


@pytest.mark.safeguard("S5")
def test_whoever_withdrew_it_cannot_review_it(reviewed):
    desk, plan, keys, digest = reviewed
    with pytest.raises(OwnPlan):
        accept(desk, plan, signed(keys["planner"], digest))
    with pytest.raises(OwnPlan):
        accept(again(desk, "planner"), plan, signed(keys["bilal"], digest))
    assert [one.plan for one in unreviewed(desk.ledger)] == [plan]


def test_a_second_person_stands_by_it_once(reviewed):
    desk, plan, keys, digest = reviewed
    second = again(desk, "bilal")
    accept(second, plan, signed(keys["bilal"], digest))
    with pytest.raises(NothingToReview):
        accept(second, plan, signed(keys["bilal"], digest))
    assert unreviewed(desk.ledger) == []
    assert audit(desk.ledger).problems == []


def test_or_finds_it_wrong_and_the_record_keeps_that(reviewed):
    desk, plan, keys, _ = reviewed
    second = again(desk, "bilal")
    assert reject(second, plan, "It was right.", signed(keys["bilal"], statement(second, plan))) == [1]
    assert unreviewed(desk.ledger) == []
    with desk.ledger.read() as db:
        seq = db.execute(select(events.c.seq).where(events.c.kind == "plan.reviewed")).scalar_one()
        held = dict(db.execute(select(openings.c.name, openings.c.value).where(openings.c.seq == seq)).all())
    assert held == {"by": "bilal", "reason": "It was right."}
    assert audit(desk.ledger).problems == []
