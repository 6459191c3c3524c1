"""The kill switch: one pulls it, another lets go; where the oversight pulled it, both must."""

import pytest
from desks import adopt_oversight, again, make_desk, make_key, signed

from takedown.approval import BadSignature, NoKey, NotAnApprover, OwnPlan, StrangeKey
from takedown.delivery.deliver import Halted, deliver
from takedown.delivery.halting import NotHalted, halt, halt_statement, unhalt, unhalt_statement
from takedown.policy.signed import NoOversight


@pytest.fixture
def desk(tmp_path):
    for name in ("alice", "bilal"):
        make_key(tmp_path, name)
    desk = make_desk(tmp_path, {}, approvals=1, who="alice")
    for name in ("oversight", "mallory"):
        make_key(tmp_path, name)
    yield desk
    desk.ledger.close()


def key(desk, name):
    return desk.config.folder / name


def by_oversight(desk, reason="a mistake", name="oversight"):
    halt(desk, reason, signed(key(desk, name), halt_statement(desk.ledger.setting("ledger"), reason)))


def let_go(desk, who, name=None):
    other = again(desk, who)
    return unhalt(other, signed(key(desk, name or who), unhalt_statement(other)))


def oversight_lets_go(desk, name="oversight"):
    return unhalt(desk, None, signed(key(desk, name), unhalt_statement(desk)))


def halted(desk):
    return bool(desk.ledger.setting("halted"))


@pytest.mark.safeguard("S23")
def test_who_pulled_it_cannot_let_go(desk):
    halt(desk, "a mistake")
    with pytest.raises(OwnPlan):
        let_go(desk, "alice")
    with pytest.raises(StrangeKey):
        let_go(desk, "bilal", "alice")
    with pytest.raises(NotAnApprover):
        let_go(desk, "mallory")
    with pytest.raises(NoKey):
        unhalt(again(desk, "bilal"), None)
    assert halted(desk)
    assert let_go(desk, "bilal") == ""
    assert not halted(desk)
    with pytest.raises(NotHalted):
        let_go(desk, "bilal")


@pytest.mark.safeguard("S23")
def test_pulling_it_again_in_another_name_changes_nothing(desk):
    halt(desk, "a mistake")
    halt(again(desk, "bilal"), "me too")
    with pytest.raises(OwnPlan):
        let_go(desk, "alice")


@pytest.mark.safeguard("S23")
@pytest.mark.parametrize("first", ["desk", "oversight"])
def test_what_the_oversight_pulled_takes_both(desk, first):
    adopt_oversight(desk)
    by_oversight(desk)
    steps = {"desk": lambda: let_go(desk, "bilal"), "oversight": lambda: oversight_lets_go(desk)}
    one = steps.pop(first)
    assert one() != ""
    assert one() != "", "twice the same side is one side"
    assert halted(desk)
    with pytest.raises(Halted):
        deliver(desk, 1, wait=0, limit=None, progress=None)
    (other,) = steps.values()
    assert other() == ""
    assert not halted(desk)


@pytest.mark.safeguard("S23")
def test_an_ordinary_halt_does_not_stand_in_for_the_oversights(desk):
    adopt_oversight(desk)
    by_oversight(desk)
    halt(desk, "mine now")
    assert let_go(desk, "bilal") == "the oversight"
    assert halted(desk)


@pytest.mark.safeguard("S23")
def test_the_oversight_goes_over_an_ordinary_halt(desk):
    adopt_oversight(desk)
    halt(desk, "a doubt")
    by_oversight(desk)
    assert let_go(desk, "bilal") == "the oversight"


def test_half_a_release_is_not_kept_for_the_next_halt(desk):
    adopt_oversight(desk)
    by_oversight(desk)
    assert let_go(desk, "bilal") == "the oversight"
    assert oversight_lets_go(desk) == ""
    by_oversight(desk, "again")
    assert oversight_lets_go(desk) == "a second person"
    assert halted(desk)


@pytest.mark.safeguard("S23")
def test_only_the_oversights_own_key_is_the_oversight(desk):
    with pytest.raises(NoOversight):
        by_oversight(desk)
    adopt_oversight(desk)
    with pytest.raises(StrangeKey):
        by_oversight(desk, name="alice")
    with pytest.raises(BadSignature):
        halt(desk, "one thing", signed(key(desk, "oversight"), halt_statement(desk.ledger.setting("ledger"), "another")))
    assert not halted(desk)
    by_oversight(desk)
    with pytest.raises(StrangeKey):
        oversight_lets_go(desk, "bilal")
