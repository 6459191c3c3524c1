"""The catalogue of powers: nothing is asked for that no power in force allows."""

from itertools import product

import pytest
from desks import TurnedClock, add_cases, again, make_desk, make_key, signed

from takedown.planning.approving import approve, verify
from takedown.planning.barring import Barred
from takedown.planning.caps import OverDay
from takedown.planning.listing import get_plan
from takedown.planning.making import make_plan
from takedown.planning.powers import PowerEnded, competent
from takedown.planning.selection import Selection
from takedown.policy.schema import Power

NOW = 1_800_000_000.0  # 15 January 2027
POWERS = (
    Power(law="Act A", basis="pk-peca-37", territories=("PK",), platforms=("facebook", "x")),
    Power(
        law="Act B", basis="eu-dsa-16", organisations=("Trusted Flagger",), territories=("DE", "FR"), platforms=("x",),
        kinds=("post",),
    ),
)  # fmt: skip
CASE = {
    "organisation": "", "basis": "pk-peca-37", "platform": "facebook", "territory": "PK", "kind": "account",
    "measure": "remove_account", "created_at": NOW,
}  # fmt: skip


@pytest.mark.safeguard("S2")
def test_the_whole_matrix_of_who_under_what_where_and_on_which_platform(figure):
    lawful = {
        *(("", "pk-peca-37", platform, "PK", kind) for platform in ("facebook", "x") for kind in ("account", "post")),
        *(("Trusted Flagger", "eu-dsa-16", "x", territory, "post") for territory in ("DE", "FR", "DE,FR")),
    }
    asked = product(
        ("", "Trusted Flagger", "Somebody"), ("pk-peca-37", "eu-dsa-16", "court-order"), ("facebook", "x", "tiktok"),
        ("PK", "DE", "FR", "DE,FR", "PK,DE", "WORLDWIDE", ""), ("account", "post"),
    )  # fmt: skip
    wrong = tried = 0
    for organisation, basis, platform, territory, kind in asked:
        case = {**CASE, "organisation": organisation, "basis": basis, "platform": platform, "territory": territory, "kind": kind}
        wrong += (not competent(POWERS, case, "api", NOW)) != ((organisation, basis, platform, territory, kind) in lawful)
        tried += 1
    how = f"of {tried} combinations of organisation, basis, platform, territory and kind"
    figure("wrongly allowed or refused by competence", wrong, bound="<=", target=0, unit="combinations", how=how)


@pytest.mark.parametrize(
    ("power", "case", "why"),
    [
        ({"valid_until": "2027-01-14"}, {}, "Act A was over on 2027-01-14"),
        ({"measures": ["remove_item"]}, {}, "does not allow remove_account"),
        ({"channels": ["email"]}, {}, "not served over the api channel"),
        ({"kinds": ["post"]}, {}, "kind account"),
        ({"max_age": "72h"}, {"created_at": NOW - 73 * 3600}, "older than the 72h"),
        ({}, {"territory": "PK,WORLDWIDE"}, "does not reach WORLDWIDE"),
        ({}, {"territory": ""}, "without a territory"),
        ({}, {"organisation": "Somebody"}, "Somebody has no power under pk-peca-37"),
        ({}, {"basis": "court-order"}, "no power is listed under court-order"),
        ({"platforms": ["x"]}, {}, "no power over facebook"),
    ],
)
@pytest.mark.safeguard("S1")
def test_what_is_missing_is_said(power, case, why):
    one = Power(**{"law": "Act A", "basis": "pk-peca-37", "territories": ["PK"], **power})
    assert why in competent([one], {**CASE, **case}, "api", NOW)
    assert competent([one], {**CASE, **case}, "api", NOW) != ""
    assert competent([], CASE, "api", NOW) == "the policy lists no powers"


def test_the_last_day_of_a_power_counts():
    one = Power(law="Act A", basis="pk-peca-37", territories=("PK",), valid_until="2027-01-15")
    assert competent([one], CASE, "api", NOW) == ""


@pytest.fixture
def desk(tmp_path):
    for name in ("planner", "alice"):
        make_key(tmp_path, name)
    table = '[[policy.powers]]\nlaw = "Act A"\nbasis = "pk-peca-37"\nterritories = ["PK"]\nplatforms = ["facebook"]\n'
    table += "valid_until = 2027-01-16\nper_day = 3\n"
    clock = TurnedClock(NOW)
    desk = make_desk(tmp_path, {}, approvals=1, clock=clock, extra=table)
    add_cases(desk, "facebook", [1, 2])
    add_cases(desk, "tiktok", [3])
    yield desk
    desk.ledger.close()


@pytest.mark.safeguard("S1")
@pytest.mark.safeguard("S2")
def test_a_case_without_a_power_never_leaves_draft(desk):
    made = make_plan(desk, Selection())
    assert made.cases == 2
    assert [one.case for one in made.left_out] == ["C-3"]
    assert "Act A gives the authority itself no power over tiktok" in made.left_out[0].why
    with pytest.raises(Barred, match="no power over tiktok") as refused:
        make_plan(desk, Selection(cases=(3,)))
    assert refused.value.exit == 7
    assert "oversight list the power" in refused.value.as_dict()["do"]


@pytest.mark.safeguard("S1")
def test_a_power_that_ends_after_the_approval_sends_nothing_more(desk):
    plan = make_plan(desk, Selection(platform="facebook")).plan
    row = get_plan(desk.ledger, plan)
    other = again(desk, "alice")
    approve(other, plan, 2, signed(desk.config.folder / "alice", row["digest"]))
    assert verify(desk, plan).plan == plan
    desk.clock.at += 2 * 86400
    with pytest.raises(PowerEnded, match="pk-peca-37 on facebook"):
        verify(desk, plan)


@pytest.mark.safeguard("S11")
def test_a_power_has_its_own_limit_a_day(desk):
    add_cases(desk, "facebook", [4, 5])
    with pytest.raises(OverDay, match="4 cases of today, under Act A"):
        make_plan(desk, Selection(platform="facebook"))
