"""Redress: an appeal that succeeds takes back everywhere; who is not told is told in the end; what stands stands for a time."""

import pytest
from desks import TurnedClock, add_cases, again, make_key, reading, signed
from sqlalchemy import select
from withdrawing import api, desk_with, journal, mailed, of, planned, send, stands

from takedown.approval import OwnPlan
from takedown.audit import verify as audit
from takedown.ledger.tables import cases
from takedown.outcomes.withdraw import take_back
from takedown.planning.approving import approve
from takedown.planning.listing import get_plan
from takedown.planning.redress import (
    LONGEST_WITHHOLDING,
    NoSuchAppeal,
    NotASent,
    NotRenewed,
    WithheldTooLong,
    add_appeal,
    decide_appeal,
    renew,
    renewal_statement,
    tell_user,
)
from takedown.planning.redress_due import due

DAY = 86_400.0


@pytest.fixture
def desk(tmp_path, platforms):
    """Two cases on each of two platforms, sent; the second person's key is bilal's."""
    make_key(tmp_path, "bilal")
    made = desk_with(
        tmp_path, platforms, {**api(platforms, idempotency=True), **mailed(platforms)}, 0, clock=TurnedClock(), approvals=1
    )
    for name in ("facebook", "telegram"):
        add_cases(made, name, [1], designation="ENTRY-1")
        add_cases(made, name, [2], designation="ENTRY-2")
    plan = planned(made)
    approve(again(made, "bilal"), plan, 4, signed(tmp_path / "bilal", get_plan(made.ledger, plan)["digest"]))
    assert send(made, plan).sent == 4
    return made


def what(desk):
    return [(one.what, one.case) for one in due(desk.ledger, desk.clock.now(), reading(desk).review_of)]


def reverse(desk, case):
    from desks import Quiet

    appeal = add_appeal(desk, case, "user", "It is somebody else.", desk.clock.now() + 14 * DAY, "")
    found = decide_appeal(desk, appeal, "reversed", "The court agreed.")
    take_back(desk, found.cases, "The court agreed.", 20, Quiet(), for_all=True)
    return found


@pytest.mark.safeguard("S13")
def test_a_reversal_reaches_every_platform_that_got_the_case(desk, platforms, figure):
    ids = {row.platform: row.id for row in _rows(desk) if row.reference == "FILE-1"}
    found = reverse(desk, ids["facebook"])
    assert found.cases == tuple(sorted(ids.values()))
    assert found.others == ()
    told = {row["platform"] for row in journal(platforms, "withdrawn")}
    assert told == {"facebook", "telegram"}
    assert [value for _, value in stands(desk, *ids.values())] == ["sent", "sent"]
    assert {value for _, value in stands(desk)} == {"sent", "none"}, "and no other case"
    how = "an appeal reverses a case that two platforms got; platforms whose own journal has no withdrawal"
    figure("platforms that a reversal did not reach", 2 - len(told), bound="<=", target=0, unit="platforms", how=how)
    assert audit(desk.ledger).problems == []


def _rows(desk):
    with desk.ledger.read() as db:
        return db.execute(select(cases.c.id, cases.c.platform, cases.c.reference).order_by(cases.c.id)).all()


def test_an_appeal_that_fails_withdraws_nothing_and_is_decided_once(desk, platforms):
    appeal = add_appeal(desk, 1, "user", "It is somebody else.", desk.clock.now() + DAY, "")
    assert what(desk) == [("appeal", 1)]
    assert decide_appeal(desk, appeal, "upheld", "It is him.").cases == ()
    assert (what(desk), journal(platforms, "withdrawn")) == ([], [])
    with pytest.raises(NoSuchAppeal):
        decide_appeal(desk, appeal, "reversed", "After all.")


@pytest.mark.safeguard("S13")
def test_what_was_never_sent_has_nothing_to_appeal_against(desk):
    add_cases(desk, "facebook", [9])
    with pytest.raises(NotASent):
        add_appeal(desk, 5, "user", "Why me?", desk.clock.now() + DAY, "")


def test_another_designation_under_the_same_file_number_is_named_and_left(desk):
    desk.ledger.write(lambda book: book.db.execute(cases.update().values(reference="FILE-1")))
    found = reverse(desk, 1)
    assert len(found.cases) == 2
    assert len(found.others) == 2


@pytest.mark.safeguard("S12")
@pytest.mark.parametrize(
    ("days", "basis"), [(None, "Article 11 (3)"), (30, ""), (30, "  "), (43, "Article 11 (3)"), (-1, "Article 11 (3)")]
)
def test_a_notice_is_not_withheld_for_ever_nor_without_a_law(desk, days, basis):
    until = None if days is None else desk.clock.now() + days * DAY
    with pytest.raises(WithheldTooLong):
        tell_user(desk, 1, "withheld", until, basis)


@pytest.mark.safeguard("S12")
def test_what_was_withheld_ends_by_itself(desk):
    tell_user(desk, 1, "withheld", desk.clock.now() + LONGEST_WITHHOLDING, "Article 11 (3)")
    desk.clock.at += LONGEST_WITHHOLDING - 1
    assert what(desk) == []
    desk.clock.at += 2
    assert what(desk) == [("tell the user", 1)]
    tell_user(desk, 1, "authority", None, "")
    assert what(desk) == []


@pytest.mark.safeguard("S15")
def test_what_stands_is_renewed_by_a_second_person_or_is_overdue(desk, tmp_path):
    desk.clock.at += 179 * DAY
    assert what(desk) == []
    desk.clock.at += 2 * DAY
    assert sorted(what(desk)) == [("review", number) for number in (1, 2, 3, 4)]
    until = desk.clock.now() + 90 * DAY
    second = again(desk, "bilal")
    with pytest.raises(NotRenewed, match="cannot be renewed"):
        renew(second, [1], until, "Still there.", None)
    own, text = again(desk, "planner"), renewal_statement(desk, [1], until)
    with pytest.raises(OwnPlan):
        renew(own, [1], until, "Still there.", signed(tmp_path / "bilal", text))
    with pytest.raises(NotRenewed):
        renew(second, [1], desk.clock.now() + 400 * DAY, "Still there.", signed(tmp_path / "bilal", text))
    renew(second, [1], until, "Still there.", signed(tmp_path / "bilal", text))
    assert ("review", 1) not in what(desk)
    desk.clock.at += 91 * DAY
    assert ("review", 1) in what(desk)


def test_what_was_withdrawn_needs_no_review(desk):
    reverse(desk, 1)
    desk.clock.at += 200 * DAY
    assert sorted(number for kind, number in what(desk) if kind == "review") == [2, 4]
    assert len(of(desk, "withdrawal")) == 2
