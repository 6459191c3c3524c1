"""Limits a day, jumps, protected speakers, conflicts of interest, measures without borders, emergencies."""

import json

import pytest
from desks import TurnedClock, add_cases, again, make_key, signed
from sqlalchemy import select, update

from takedown.ledger.tables import cases, events, openings, plans, volumes
from takedown.planning.approving import NotApproved, Tampered, approve, demands_of, verify
from takedown.planning.barring import Barred
from takedown.planning.caps import OverDay
from takedown.planning.listing import get_plan
from takedown.planning.lists import names_of
from takedown.planning.looking import Looked, NotLookedAt, Unanswered
from takedown.planning.making import OverCap, make_plan
from takedown.planning.rejecting import reject
from takedown.planning.selection import Selection
from takedown.planning.showing import review

DAY = 86400.0
WHY = "It names a person and calls for their killing on a given day; no report, no satire."
PRESS = '[[policy.protected]]\nkind = "press"\nsource = "Register of newspapers"\ndate = 2026-10-01\nentries = ["{}"]\n'
STAFF = '[[policy.conflicts]]\nkind = "staff"\nsource = "Personnel office"\ndate = 2026-10-01\nentries = ["{}"]\n'


def with_policy(desk, line="", tables=""):
    """The desk under a policy that says more; `line` in its table, `tables` after everything."""
    file = desk.config.folder / "takedown.toml"
    file.write_text(file.read_text().replace("[policy]", f"[policy]\n{line}") + tables)
    return again(desk)


def sign_as(desk, plan, name, looked=None):
    row = get_plan(desk.ledger, plan)
    return approve(again_at(desk, name), plan, row["cases"], signed(desk.config.folder / name, row["digest"]), looked or Looked())


def again_at(desk, name):
    other = again(desk, name)
    other.clock = other.ledger.clock = desk.clock
    return other


def asked(desk, plan):
    return demands_of(desk, get_plan(desk.ledger, plan))


@pytest.mark.safeguard("S11")
@pytest.mark.parametrize("limit", ["max_cases_per_platform_and_day", "max_cases_per_organisation_and_day"])
def test_a_plan_over_the_days_limit_is_not_made(desk, limit):
    desk = with_policy(desk, f"{limit} = 4")
    with pytest.raises(OverDay, match="5 cases of today"):
        make_plan(desk, Selection(platform="facebook"))
    assert make_plan(desk, Selection(platform="instagram")).cases == 2


@pytest.mark.safeguard("S11")
def test_two_plans_over_the_days_limit(desk):
    desk = with_policy(desk, "max_cases_per_platform_and_day = 5")
    desk.clock = desk.ledger.clock = TurnedClock()
    first = make_plan(desk, Selection(cases=(1, 2, 3))).plan
    second = make_plan(desk, Selection(cases=(4, 5, 6))).plan
    assert sign_as(desk, first, "alice") == 0
    assert sign_as(desk, second, "alice") == 0  # instagram counts for itself
    add_cases(desk, "facebook", [50])
    third = make_plan(desk, Selection(platform="facebook")).plan
    with pytest.raises(OverDay, match="to facebook"):
        sign_as(desk, third, "alice")
    desk.clock.at += DAY
    assert sign_as(desk, third, "alice") == 0


def history(desk, days, count):
    """So many cases were approved on each of the days before today."""
    now = desk.clock.now()
    row = {
        "state": "approved",
        "planner": "p",
        "environment": "sandbox",
        "inputs": "",
        "leaves": b"",
        "digest": "",
        "requests": 1,
    }
    for back in range(1, days + 1):

        def add(book, back=back):
            at = now - back * DAY
            made = plans.insert().values(**row, cases=count, created_at=at, valid_until=at, approved_at=at).returning(plans.c.id)
            ident = book.db.execute(made).scalar_one()
            held = {"platform": "facebook", "organisation": "", "basis": "pk-peca-37", "cases": count}
            book.db.execute(volumes.insert().values(plan=ident, **held))

        desk.ledger.write(add)


@pytest.mark.safeguard("S11")
def test_a_jump_over_three_times_the_usual_needs_two(desk):
    desk = with_policy(desk, "jump_from = 3")
    history(desk, 10, 2)
    plan = make_plan(desk, Selection()).plan
    assert asked(desk, plan).approvals == 2
    assert asked(desk, plan).why == ("7 cases today under pk-peca-37 for the authority itself, where 2 a day are usual",)
    assert sign_as(desk, plan, "alice") == 1
    with pytest.raises(NotApproved, match="not approved") as refused:
        verify(desk, plan)
    assert "2 approvals" in refused.value.as_dict()["why"]
    assert sign_as(desk, plan, "bilal") == 0


@pytest.mark.parametrize(
    ("line", "days", "count"), [("jump_from = 3", 10, 3), ("jump_from = 8", 10, 2), ("jump = 0", 10, 1), ("", 0, 0)]
)
def test_what_is_usual_is_no_jump(desk, line, days, count):
    desk = with_policy(desk, line)
    history(desk, days, count)
    assert asked(desk, make_plan(desk, Selection()).plan).approvals == 1


@pytest.mark.safeguard("S8")
@pytest.mark.parametrize("entry", ["facebook:standin.0003", "*:@Standin.0003", "facebook:STANDIN.0003"])
def test_every_protected_speaker_is_flagged_and_none_approved_with_the_others(desk, entry):
    desk = with_policy(desk, tables=PRESS.format(entry))
    plan = make_plan(desk, Selection()).plan
    assert asked(desk, plan).flagged == {"C-3": ("protected speaker (press), named by Register of newspapers of 2026-10-01",)}
    with pytest.raises(NotLookedAt, match="C-3"):
        sign_as(desk, plan, "alice")
    for words in ({}, {"C-3": "it is fine"}, {"C-3": " " * 60}, {"C-1": WHY}):
        with pytest.raises(Unanswered, match="C-3"):
            sign_as(desk, plan, "alice", Looked({"C-3": True}, answers=words))
    assert sign_as(desk, plan, "alice", Looked({"C-3": True}, answers={"C-3": WHY})) == 0


def test_the_answer_is_kept_and_can_be_erased(desk):
    desk = with_policy(desk, tables=PRESS.format("facebook:standin.0003"))
    sign_as(desk, make_plan(desk, Selection()).plan, "alice", Looked({"C-3": True}, answers={"C-3": WHY}))
    with desk.ledger.read() as db:
        told = db.execute(select(events.c.data).where(events.c.kind == "plan.signed")).scalar_one()
        kept = db.execute(select(openings.c.value).where(openings.c.name == "answers")).scalar_one()
    assert WHY not in told
    assert json.loads(kept) == {"C-3": WHY}


def test_one_more_signature_is_not_another_days_volume(desk):
    desk = with_policy(desk, "max_cases_per_platform_and_day = 5")
    plan = make_plan(desk, Selection(platform="facebook")).plan
    assert sign_as(desk, plan, "alice") == 0
    assert sign_as(desk, plan, "bilal") == 0


def test_reviewers_see_which_lists_are_in_force(desk):
    desk = with_policy(desk, tables=PRESS.format("facebook:standin.0003"))
    seen = review(desk.ledger, get_plan(desk.ledger, make_plan(desk, Selection()).plan), desk.policy)
    assert seen.lists == ("press, Register of newspapers of 2026-10-01: 1",)


def test_a_word_in_a_name_is_a_signal(desk):
    desk = with_policy(desk, tables='[policy.signals]\npress = ["standin"]\n')
    plan = make_plan(desk, Selection(cases=(1,))).plan
    assert asked(desk, plan).flagged == {"C-1": ("its name holds 'standin', a sign of protected speakers (press)",)}


def test_an_item_is_known_by_its_account():
    row = {
        "key": "1234567890",
        "identity": "post:1234567890",
        "platform_id": "42",
        "url": "https://x.com/StandIn_0042/status/1234567890",
    }
    assert names_of(row) == ["1234567890", "42", "id:42", "standin_0042", "status"]


@pytest.mark.safeguard("S22")
def test_nobody_decides_about_their_own_house(desk):
    desk = with_policy(desk, tables=STAFF.format("facebook:standin.0003"))
    made = make_plan(desk, Selection())
    assert made.cases == 6
    assert [(one.case, "Personnel office" in one.why) for one in made.left_out] == [("C-3", True)]
    with desk.ledger.read() as db:
        assert db.execute(select(cases.c.delivered).where(cases.c.id == 3)).scalar() == "draft"
    with pytest.raises(Barred, match="C-3") as refused:
        make_plan(desk, Selection(cases=(3,)))
    assert refused.value.exit == 7
    assert "out_of_scope" in refused.value.as_dict()["do"]


@pytest.mark.safeguard("S7")
def test_a_measure_without_borders_needs_two(desk):
    add_cases(desk, "facebook", [60], territory="worldwide")
    plan = make_plan(desk, Selection()).plan
    assert asked(desk, plan).why == ("1 cases ask for a measure without borders",)
    assert sign_as(desk, plan, "alice") == 1
    with pytest.raises(NotApproved):
        verify(desk, plan)


@pytest.mark.safeguard("S21")
def test_an_emergency_never_does_without_the_second_person(desk):
    file = desk.config.folder / "takedown.toml"
    file.write_text(file.read_text().replace("approvals = 1", "approvals = 0"))
    desk = again(desk)
    plan = make_plan(desk, Selection(platform="facebook"), "a threat to life").plan
    with pytest.raises(NotApproved):
        verify(desk, plan)
    assert sign_as(desk, plan, "alice") == 0
    verify(desk, plan)


@pytest.mark.safeguard("S21")
def test_an_emergency_takes_two_ignores_the_days_limit_and_is_counted(desk):
    desk = with_policy(desk, "max_cases_per_platform_and_day = 4")
    plan = make_plan(desk, Selection(platform="facebook"), "a threat to life").plan
    assert sign_as(desk, plan, "alice") == 1
    assert sign_as(desk, plan, "bilal") == 0
    with desk.ledger.read() as db:
        told = json.loads(db.execute(select(events.c.data).where(events.c.kind == "plan.made")).scalar_one())
    assert told["emergency"] is True
    assert "threat" not in json.dumps(told)


@pytest.mark.safeguard("S21")
def test_an_emergency_keeps_the_plans_limit(desk):
    with pytest.raises(OverCap):
        make_plan(with_cap(desk, 3), Selection(), "a threat to life")


def with_cap(desk, cap):
    file = desk.config.folder / "takedown.toml"
    file.write_text(file.read_text().replace("max_cases_per_plan = 500", f"max_cases_per_plan = {cap}"))
    return again(desk)


def test_what_is_left_of_an_emergency_is_one(desk):
    plan = make_plan(desk, Selection(platform="facebook"), "a threat to life").plan
    made = reject(again(desk, "bilal"), plan, "C-2 is no threat", [2])
    assert asked(desk, made.plan).emergency == "a threat to life"


@pytest.mark.safeguard("S4")
def test_one_reason_for_many_targets_is_warned_of(desk):
    add_cases(desk, "facebook", range(100, 120))
    assert "27 of 27 cases give the same reason" in " ".join(make_plan(desk, Selection()).warnings)


def test_few_alike_are_no_wonder(desk):
    assert "same reason" not in " ".join(make_plan(desk, Selection()).warnings)


def test_a_mallory_cannot_lower_what_is_asked(desk):
    make_key(desk.config.folder, "mallory")
    add_cases(desk, "facebook", [60], territory="worldwide")
    plan = make_plan(desk, Selection()).plan
    lower = asked(desk, plan).text().replace('"approvals":2', '"approvals":1')
    desk.ledger.write(lambda book: book.db.execute(update(plans).values(demands=lower)))
    with pytest.raises(Tampered):
        sign_as(desk, plan, "alice")
