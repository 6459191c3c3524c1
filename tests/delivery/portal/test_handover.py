"""What an officer on leave was assigned becomes another's; what was opened stays, for only that officer knows how it ended."""

import json

import pytest
from portal_desk import column, row, waiting
from sqlalchemy import select

from takedown.audit import verify
from takedown.delivery.portal.handover import SamePerson, hand_over
from takedown.delivery.portal.taking import LEASE, Only, assign, open_task
from takedown.desk import Desk
from takedown.ledger.tables import events, openings


@pytest.fixture
def desk(tmp_path) -> Desk:
    """Four packets: asma has opened the first, was assigned the second and third, and bilal the fourth."""
    desk = waiting(tmp_path, 4)
    open_task(desk, 1)
    assign(desk, "asma", [2, 3], 0, Only(), LEASE)
    assign(desk, "bilal", [4], 0, Only(), LEASE)
    return desk


def test_what_was_not_opened_is_another_s_now(desk):
    done = hand_over(desk, "asma", "carla")
    assert (done.moved, done.open) == (("R-2", "R-3"), ("R-1",))
    assert column(desk, "assigned") == ["asma", "carla", "carla", "bilal"]
    assert row(desk, 2)["lease_until"] > desk.clock.now() + LEASE


def test_it_is_recorded_by_whom_and_for_whom(desk):
    hand_over(desk, "asma", "carla")
    with desk.ledger.read() as db:
        seq, data = db.execute(select(events.c.seq, events.c.data).where(events.c.kind == "handed_over")).one()
        told = dict(db.execute(select(openings.c.name, openings.c.value).where(openings.c.seq == seq)).all())
    assert json.loads(data)["requests"] == [2, 3]
    assert told == {"from": "asma", "to": "carla", "by": "asma"}
    assert verify(desk.ledger).problems == []


def test_to_oneself_is_no_handover(desk):
    with pytest.raises(SamePerson):
        hand_over(desk, "asma", "asma")
