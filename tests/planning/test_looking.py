"""Flagged cases are approved one by one, large plans are walked, and what a plan asks for is part of what is signed."""

import json

import pytest
from desks import add_cases, again, signed
from sqlalchemy import select, update

from takedown.contract import UsageError
from takedown.ledger.tables import events, plans
from takedown.planning.approving import Tampered, approve, demands_of, verify
from takedown.planning.demands import Demands
from takedown.planning.listing import get_plan
from takedown.planning.looking import Doubted, Looked, NotLookedAt, NotWalked, sample_of
from takedown.planning.making import make_plan
from takedown.planning.rejecting import reject
from takedown.planning.selection import Selection


def sign_as(desk, plan, name, looked=None, typed=None):
    row = get_plan(desk.ledger, plan)
    signature = signed(desk.config.folder / name, row["digest"])
    return approve(again(desk, name), plan, typed or row["cases"], signature, looked or Looked())


@pytest.fixture
def flagged(desk):
    """A plan of eight cases, of which C-8 has two and a half million followers."""
    add_cases(desk, "facebook", [99], followers="2500000")
    return make_plan(desk, Selection()).plan


def policy(desk, line):
    file = desk.config.folder / "takedown.toml"
    file.write_text(file.read_text().replace("[policy]", f"[policy]\n{line}"))
    return again(desk)


@pytest.mark.safeguard("S8")
def test_a_flagged_case_is_never_approved_with_the_others(desk, flagged):
    with pytest.raises(NotLookedAt, match="C-8") as refused:
        sign_as(desk, flagged, "alice")
    assert refused.value.exit == 7
    assert "--flagged C-8=yes" in refused.value.as_dict()["do"]
    assert "2,500,000 followers" in refused.value.as_dict()["why"]


def test_a_flagged_case_that_was_looked_at(desk, flagged):
    assert sign_as(desk, flagged, "alice", Looked({"C-8": True})) == 0
    with desk.ledger.read() as db:
        told = json.loads(db.execute(select(events.c.data).where(events.c.kind == "plan.signed")).scalar_one())
    assert told["looked_at"] == ["C-8"]


@pytest.mark.safeguard("S8")
def test_a_doubted_case_stops_the_plan_and_may_be_taken_out(desk, flagged):
    with pytest.raises(Doubted, match="C-8") as refused:
        sign_as(desk, flagged, "alice", Looked({"C-8": False}))
    assert "--case C-8" in refused.value.as_dict()["do"]
    made = reject(again(desk, "alice"), flagged, "C-8 is a newspaper", [8])
    assert demands_of(desk, get_plan(desk.ledger, made.plan)).flagged == {}
    assert sign_as(desk, made.plan, "alice") == 0


def test_a_large_plan_is_walked(desk):
    desk = policy(desk, "sample_above = 5\nsample_size = 3")
    plan = make_plan(desk, Selection()).plan
    row = get_plan(desk.ledger, plan)
    sample = sample_of(desk.ledger, row, demands_of(desk, row).sample)
    assert len(sample) == 3
    with pytest.raises(NotWalked) as refused:
        sign_as(desk, plan, "alice", Looked(sample=dict.fromkeys(sample[:2], True)))
    assert isinstance(refused.value, UsageError)
    assert f"--sample {sample[2]}=yes" in refused.value.as_dict()["do"]
    assert sign_as(desk, plan, "alice", Looked(sample=dict.fromkeys(sample, True))) == 0


def test_everybody_walks_the_same_sample(desk):
    desk = policy(desk, "sample_above = 5\nsample_size = 3")
    row = get_plan(desk.ledger, make_plan(desk, Selection()).plan)
    assert sample_of(desk.ledger, row, 3) == sample_of(again(desk, "alice").ledger, row, 3)
    assert sample_of(desk.ledger, {**row, "digest": "0" * 64}, 3) != sample_of(desk.ledger, {**row, "digest": "1" * 64}, 3)


@pytest.mark.safeguard("S5")
@pytest.mark.parametrize("text", ["", Demands(1).text(), Demands(0).text()])
def test_what_a_plan_asks_for_cannot_be_edited_away(desk, flagged, text):
    desk.ledger.write(lambda book: book.db.execute(update(plans).where(plans.c.id == flagged).values(demands=text)))
    with pytest.raises(Tampered):
        sign_as(desk, flagged, "alice")


@pytest.mark.safeguard("S5")
def test_nor_after_it_was_approved(desk, flagged):
    sign_as(desk, flagged, "alice", Looked({"C-8": True}))
    desk.ledger.write(lambda book: book.db.execute(update(plans).values(demands=Demands(0).text())))
    with pytest.raises(Tampered):
        verify(desk, flagged)
