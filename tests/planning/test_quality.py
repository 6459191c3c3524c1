"""An organisation whose requests are mostly declined looks at its own work before it goes on."""

import pytest
from desks import TurnedClock, add_cases, again, make_desk, make_key, signed
from sqlalchemy import update

from takedown.approval import NotAnApprover, StrangeKey
from takedown.ledger.tables import cases
from takedown.planning.barring import Barred
from takedown.planning.making import make_plan
from takedown.planning.quality import NothingDecided, of, precision, review, review_statement
from takedown.planning.selection import Selection


@pytest.fixture
def desk(tmp_path):
    """Two organisations: of thirty decisions each, 27 and 6 were for them."""
    make_key(tmp_path, "alice")
    desk = make_desk(tmp_path, {}, approvals=1, clock=TurnedClock())
    make_key(tmp_path, "mallory")
    file = tmp_path / "takedown.toml"
    file.write_text(file.read_text().replace("[policy]", "[policy]\nprecision_floor = 0.5"))
    add_cases(desk, "facebook", range(1, 31), organisation="Careful")
    add_cases(desk, "facebook", range(31, 61), organisation="Hasty")
    decide(desk, range(1, 28), "removed", "acted_at")
    decide(desk, [*range(28, 31), *range(37, 61)], "declined", "declined_at")
    decide(desk, range(31, 37), "restricted", "acted_at")
    add_cases(desk, "telegram", [100], organisation="Careful")
    add_cases(desk, "telegram", [101], organisation="Hasty")
    yield again(desk)
    desk.ledger.close()


def decide(desk, numbers, value, when):
    change = update(cases).where(cases.c.id.in_([*numbers]))
    told = {"claimed": value, when: desk.clock.now(), "delivered": "sent"}
    desk.ledger.write(lambda book: book.db.execute(change.values(told)))


def look(desk, name="Hasty", who="alice", key=None):
    one = of(desk, name)
    text = review_statement(desk.ledger.setting("ledger"), one)
    review(again(desk, who), one, "six of thirty", signed(desk.config.folder / (key or who), text))


@pytest.mark.safeguard("S18")
def test_an_organisation_under_the_floor_is_stopped_and_the_others_are_not(desk):
    made = make_plan(desk, Selection())
    assert made.cases == 1
    assert [one.case for one in made.left_out] == ["C-62"]
    assert "6 of 30 decided cases of Hasty were granted (surely 10% or more), the policy asks for 50%" in made.left_out[0].why
    with pytest.raises(Barred) as refused:
        make_plan(desk, Selection(cases=(62,)))
    assert "takedown policy review 'Hasty'" in refused.value.as_dict()["do"]


@pytest.mark.safeguard("S18")
def test_a_review_lets_it_go_on_and_it_is_counted_anew(desk):
    desk.clock.at += 60
    look(desk)
    assert [one.organisation for one in precision(desk)] == ["Careful"]
    assert make_plan(desk, Selection()).cases == 2
    desk.clock.at += 60
    add_cases(desk, "tiktok", range(200, 220), organisation="Hasty")
    decide(desk, range(63, 83), "declined", "declined_at")
    assert [(one.won, one.decided) for one in precision(desk) if one.too_low] == [(0, 20)]


@pytest.mark.safeguard("S18")
@pytest.mark.parametrize(("who", "key", "refused"), [("mallory", "mallory", NotAnApprover), ("alice", "mallory", StrangeKey)])
def test_only_an_approver_reviews(desk, who, key, refused):
    with pytest.raises(refused):
        look(desk, who=who, key=key)
    assert any(one.too_low for one in precision(desk))


def test_few_decisions_say_nothing_yet(desk):
    file = desk.config.folder / "takedown.toml"
    file.write_text(file.read_text().replace("[policy]", "[policy]\nprecision_from = 31"))
    assert make_plan(again(desk), Selection()).cases == 2


def test_there_is_nothing_to_review_where_nothing_is_decided(desk):
    with pytest.raises(NothingDecided, match="the authority itself"):
        of(desk, "")
