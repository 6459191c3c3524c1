"""In live the policy is a file that the oversight key signed, and who acts is a key."""

import subprocess

import pytest
from desks import ELSEWHERE, LIVE, POWER, acting, add_cases, adopt_oversight, again, make_key, sign_policy, signed, write_policy
from sqlalchemy import delete, update

from takedown.approval import BadSignature, NotAnApprover, StrangeKey, armored, dearmored, public_key
from takedown.audit import verify as audit
from takedown.desk import open_desk
from takedown.ledger.oversight import NotTheOversight, pinned, rotation_statement
from takedown.ledger.setup import create
from takedown.ledger.tables import approvals, plans
from takedown.planning.approving import StalePlan, approve, verify
from takedown.planning.digest import planner_statement
from takedown.planning.listing import get_plan
from takedown.planning.making import make_plan
from takedown.planning.oversight import Adopted, adopt, rotate
from takedown.planning.planner import MayNotPlan, NotPlanner, PlannerUnsigned, sign_as_planner
from takedown.planning.reviewed_packs import review_text, sign_pack
from takedown.planning.selection import Selection
from takedown.policy.signed import BadPolicy, NoOversight, NotInForce, SaidElsewhere, signature_file
from takedown.settings import load


@pytest.fixture
def live(tmp_path):
    """A live desk of three people, whose oversight signed its policy; three cases for Facebook's portal."""
    for name in ("planner", "alice", "bilal"):
        make_key(tmp_path, name)
    write_policy(tmp_path)
    (tmp_path / "takedown.toml").write_text(LIVE + ELSEWHERE)
    config = load(tmp_path / "takedown.toml")
    create(config.settings.ledger.url, config.folder, "live", None).close()
    desk = open_desk(config, "planner")
    adopt_oversight(desk)
    add_cases(desk, "facebook", [1, 2, 3])
    pack = desk.packs["pk-peca-37"]
    sign_pack(acting(again(desk), "alice"), pack, signed(tmp_path / "alice", review_text(pack)))
    yield desk
    desk.ledger.close()


def planned(desk, key="planner"):
    made = make_plan(desk, Selection())
    if key:
        sign_as_planner(desk, made.plan, signed(desk.config.folder / key, planner_statement(made.digest)))
    return made.plan


def sign_as(desk, plan, name, key=None):
    row = get_plan(desk.ledger, plan)
    return approve(again(desk, name), plan, row["cases"], signed(desk.config.folder / (key or name), row["digest"]))


@pytest.mark.safeguard("S5")
def test_a_plan_of_two_people_with_keys_may_be_sent(live):
    plan = planned(live)
    assert sign_as(live, plan, "alice") == 0
    assert verify(live, plan).plan == plan


@pytest.mark.safeguard("S5")
@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_a_planner_who_only_typed_a_name_gets_no_approval(live):
    plan = planned(live, key=None)
    with pytest.raises(PlannerUnsigned, match="not signed by planner") as refused:
        sign_as(live, plan, "alice")
    assert "takedown plan sign" in refused.value.as_dict()["do"]


@pytest.mark.safeguard("S5")
@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_only_the_planner_signs_as_planner(live):
    plan = planned(live, key=None)
    digest = get_plan(live.ledger, plan)["digest"]
    with pytest.raises(NotPlanner):
        sign_as_planner(again(live, "bilal"), plan, signed(live.config.folder / "bilal", planner_statement(digest)))
    with pytest.raises(StrangeKey):
        sign_as_planner(live, plan, signed(live.config.folder / "bilal", planner_statement(digest)))
    with pytest.raises(BadSignature):  # what an approver signs is not what a planner signs
        sign_as_planner(live, plan, signed(live.config.folder / "planner", digest))


@pytest.mark.safeguard("S5")
@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_a_name_under_which_nobody_has_a_key_cannot_plan(live):
    make_key(live.config.folder, "stranger")
    with pytest.raises(MayNotPlan, match="stranger") as refused:
        make_plan(again(live, "stranger"), Selection())
    assert "alice, bilal, planner" in refused.value.as_dict()["do"]


@pytest.mark.safeguard("S5")
@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_a_policy_with_one_key_under_two_names_is_not_in_force(live):
    folder = live.config.folder
    (folder / "carla.pub").write_text((folder / "planner.pub").read_text())
    people = [f'"{name} {(folder / f"{name}.pub").read_text().strip()}"' for name in ("alice", "bilal", "carla")]
    planner = f'"planner {(folder / "planner.pub").read_text().strip()}"'
    (folder / "policy.toml").write_text(f"approvers = [{', '.join(people)}]\nplanners = [{planner}]\n{POWER}")
    sign_policy(folder / "policy.toml", folder / "oversight")
    with pytest.raises(NotInForce, match="carla and planner have one key: a key is one person"):
        make_plan(again(live), Selection())


@pytest.mark.safeguard("S5")
@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_a_planner_may_not_approve_what_another_planned(live):
    folder = live.config.folder
    people = [f'"{name} {(folder / f"{name}.pub").read_text().strip()}"' for name in ("alice", "planner")]
    bilal = f'"bilal {(folder / "bilal.pub").read_text().strip()}"'
    (folder / "policy.toml").write_text(f"approvers = [{', '.join(people)}]\nplanners = [{bilal}]\n{POWER}")
    sign_policy(folder / "policy.toml", folder / "oversight")
    desk = again(live)
    with pytest.raises(NotAnApprover):
        sign_as(desk, planned(desk), "bilal")


@pytest.mark.parametrize("text", ["approvals = 0\n", "max_cases_per_plan = 100000\n"])
@pytest.mark.safeguard("S5")
@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_an_edited_policy_is_none(live, text):
    file = live.config.folder / "policy.toml"
    file.write_text(text + file.read_text())
    with pytest.raises(NotInForce, match="changed after it was signed") as refused:
        make_plan(again(live), Selection())
    assert refused.value.exit == 7


@pytest.mark.safeguard("S5")
@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_a_policy_that_an_approver_signed_is_none(live):
    sign_policy(live.config.folder / "policy.toml", live.config.folder / "alice")
    with pytest.raises(NotInForce, match="not the oversight key"):
        make_plan(again(live), Selection())


@pytest.mark.parametrize("text", ["", "no signature", "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"])
def test_what_is_no_signature(live, text):
    signature_file(live.config.folder / "policy.toml").write_text(text)
    with pytest.raises(NotInForce, match="is not a signature"):
        _ = again(live).policy


def test_a_signature_for_something_else_is_none(live, tmp_path):
    signature = signed(tmp_path / "oversight", (tmp_path / "policy.toml").read_text())
    signature_file(tmp_path / "policy.toml").write_text(armored(signature))
    with pytest.raises(NotInForce, match="takedown-approval"):
        _ = again(live).policy


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("valid_until = 2020-01-31\n", "2020-01-31"),
        ("approvals = 0\n", "at least 1"),
    ],
)
def test_a_signed_policy_that_live_does_not_take(live, text, what):
    write_policy(live.config.folder, text)
    with pytest.raises(NotInForce, match=what):
        _ = again(live).policy


@pytest.mark.parametrize(
    "text", ["approvals = 'many'\n", "aprovals = 2\n", "= \n", "protected = [{kind = 'press', source = 'x'}]\n"]
)
def test_what_is_no_policy(live, text):
    (live.config.folder / "policy.toml").write_text(text)
    with pytest.raises(BadPolicy):
        _ = again(live).policy


@pytest.mark.safeguard("S5")
@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
@pytest.mark.parametrize("where", ["environment", "file"])
def test_neither_the_environment_nor_takedown_toml_loosens_it(live, monkeypatch, where):
    if where == "environment":
        monkeypatch.setenv("TAKEDOWN_POLICY__MAX_CASES_PER_PLAN", "100000")
    else:
        file = live.config.folder / "takedown.toml"
        file.write_text(file.read_text() + "[policy]\nmax_cases_per_plan = 100000\n")
    with pytest.raises(SaidElsewhere):
        make_plan(again(live), Selection())


def test_without_an_oversight_key_nothing_is_planned(tmp_path):
    write_policy(tmp_path)
    (tmp_path / "takedown.toml").write_text(LIVE + ELSEWHERE)
    config = load(tmp_path / "takedown.toml")
    create(config.settings.ledger.url, config.folder, "live", None).close()
    desk = open_desk(config, "planner")
    with pytest.raises(NoOversight):
        _ = desk.policy
    desk.ledger.close()


@pytest.mark.safeguard("S5")
@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_the_oversight_key_is_adopted_once_and_changed_only_by_itself(live):
    folder = live.config.folder
    make_key(folder, "newer")
    new, old = (public_key((folder / f"{name}.pub").read_text()) for name in ("newer", "oversight"))
    with pytest.raises(Adopted):
        adopt(live, new)
    text = rotation_statement(live.ledger.setting("ledger"), old, new)
    with pytest.raises(StrangeKey):
        rotate(live, new, signed(folder / "newer", text))
    with pytest.raises(BadSignature):
        rotate(live, new, signed(folder / "oversight", text + " "))
    rotate(live, new, signed(folder / "oversight", text))
    with pytest.raises(NotInForce, match="not the oversight key"):
        _ = again(live).policy
    sign_policy(folder / "policy.toml", folder / "newer")
    assert again(live).policy.approvals == 1


@pytest.mark.safeguard("S5")
@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_another_signed_policy_makes_a_plan_stale(live):
    plan = planned(live)
    sign_as(live, plan, "alice")
    write_policy(live.config.folder, "max_cases_per_plan = 3\n")
    with pytest.raises(StalePlan):
        verify(again(live), plan)


@pytest.mark.safeguard("S5")
@pytest.mark.parametrize("change", ["another policy", "an edited one", "none"])
def test_a_process_that_runs_for_days_sees_the_policy_that_counts_now(live, change):
    plan, file = planned(live), live.config.folder / "policy.toml"
    sign_as(live, plan, "alice")
    assert verify(live, plan).plan == plan
    match change:
        case "another policy":
            write_policy(live.config.folder, "max_cases_per_plan = 3\n")
        case "an edited one":
            file.write_text("max_cases_per_plan = 3\n" + file.read_text())
        case _:
            signature_file(file).unlink()
    with pytest.raises((StalePlan, NotInForce)):
        verify(live, plan)


def test_a_planners_signature_edited_in_the_ledger(live):
    plan = planned(live)
    sign_as(live, plan, "alice")
    live.ledger.write(lambda book: book.db.execute(update(plans).values(planner_signature="00" * 64)))
    with pytest.raises(BadSignature):
        verify(live, plan)


def test_openssh_itself_can_sign_a_policy(live, tmp_path):
    signature_file(tmp_path / "policy.toml").unlink()
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", "takedown-policy", "-f", str(tmp_path / "oversight"), "policy.toml"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert again(live).policy.approvals == 1


def test_a_signature_survives_its_armor(tmp_path):
    make_key(tmp_path, "alice")
    signature = signed(tmp_path / "alice", "words")
    assert dearmored(armored(signature)) == signature


@pytest.mark.safeguard("S5")
@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
@pytest.mark.parametrize("kind", ["oversight.adopted", "oversight.rotated"])
@pytest.mark.parametrize("by", ["mallory", "oversight"])
def test_an_oversight_that_somebody_wrote_into_the_ledger_is_none(live, kind, by):
    """Its place in the chain is as whoever may write the ledger gives it; its signature is another's, or of other words."""
    folder = live.config.folder
    make_key(folder, "mallory")
    key = public_key((folder / "mallory.pub").read_text())
    given = signed(folder / by, rotation_statement(live.ledger.setting("ledger"), "another key", key))
    told = {"oversight": key, "key": given.key, "signature": given.signature}
    live.ledger.write(lambda book: book.record(kind, "oversight", told))
    sign_policy(folder / "policy.toml", folder / "mallory")
    with pytest.raises(NotTheOversight) as refused:
        _ = again(live).policy
    assert refused.value.exit == 12
    assert any("did not sign for" in what for _, what in audit(live.ledger).problems)


def test_a_true_rotation_is_no_problem(live):
    folder = live.config.folder
    make_key(folder, "newer")
    old, new = pinned(live.ledger), public_key((folder / "newer.pub").read_text())
    rotate(live, new, signed(folder / "oversight", rotation_statement(live.ledger.setting("ledger"), old, new)))
    assert pinned(live.ledger) == new
    assert audit(live.ledger).problems == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda: delete(approvals), "P-1 was approved with 0 of 1 signatures"),
        (lambda: update(plans).values(planner_key="", planner_signature=""), "P-1 was approved without its planner's signature"),
    ],
)
def test_the_record_misses_a_signature(live, change, what):
    sign_as(live, planned(live), "alice")
    assert audit(live.ledger).problems == []
    live.ledger.write(lambda book: book.db.execute(change()))
    assert what in [told for _, told in audit(live.ledger).problems]
