"""Four eyes, bound to bytes: every way around them is refused."""

import subprocess

import pytest
from desks import add_cases, again, make_key, signed, write_config
from planning_facts import requests_of
from sqlalchemy import delete, insert, update

from takedown.agent import sign_with_agent
from takedown.approval import BadSignature, NotAnApprover, OwnPlan, StrangeKey, armored
from takedown.ledger.tables import approvals, cases, plans, requests
from takedown.planning.approving import NotApproved, StalePlan, Tampered, WrongCount, approve, verify
from takedown.planning.listing import get_plan
from takedown.planning.making import make_plan
from takedown.planning.rejecting import reject
from takedown.planning.selection import Selection
from takedown.planning.undoing import PlanEnded


@pytest.fixture
def plan(desk):
    return make_plan(desk, Selection()).plan


def digest(desk, plan):
    return get_plan(desk.ledger, plan)["digest"]


def sign_as(desk, plan, name, key=None, typed=7):
    folder = desk.config.folder
    return approve(again(desk, name), plan, typed, signed(folder / (key or name), digest(desk, plan)))


def test_an_approved_plan_may_be_sent(desk, plan):
    assert sign_as(desk, plan, "alice") == 0
    assert verify(desk, plan).digest == digest(desk, plan)
    assert {row["state"] for row in requests_of(desk, plan)} == {"approved"}


def test_unapproved_nothing_may_be_sent(desk, plan):
    with pytest.raises(NotApproved, match="is not approved"):
        verify(desk, plan)


@pytest.mark.parametrize(
    ("name", "key", "refused"),
    [
        ("planner", "planner", OwnPlan),
        ("alice", "planner", StrangeKey),
        ("alice", "bilal", StrangeKey),
        ("mallory", "mallory", NotAnApprover),
        ("alice", "mallory", StrangeKey),
    ],
)
@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_who_cannot_approve(desk, plan, name, key, refused):
    make_key(desk.config.folder, "mallory").with_suffix(".pub").unlink()
    with pytest.raises(refused):
        sign_as(desk, plan, name, key)
    with pytest.raises(NotApproved):
        verify(desk, plan)


@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_one_key_under_two_names_is_one_person(desk, tmp_path):
    (tmp_path / "alice.pub").write_text((tmp_path / "planner.pub").read_text())
    write_config(tmp_path, {}, approvals=1)
    desk = again(desk)
    plan = make_plan(desk, Selection(platform="facebook")).plan
    with pytest.raises(OwnPlan):
        sign_as(desk, plan, "alice", "planner", typed=5)


@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_a_signature_of_other_words(desk, plan):
    with pytest.raises(BadSignature):
        approve(again(desk, "alice"), plan, 7, signed(desk.config.folder / "alice", "something else"))


@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_the_number_of_cases_is_typed(desk, plan):
    with pytest.raises(WrongCount, match="7 cases, not 8"):
        sign_as(desk, plan, "alice", typed=8)


def test_two_approvals_are_two_people(desk, tmp_path):
    write_config(tmp_path, {}, approvals=2)
    desk = again(desk)
    plan = make_plan(desk, Selection(platform="facebook")).plan
    assert sign_as(desk, plan, "alice", typed=5) == 1
    assert sign_as(desk, plan, "alice", typed=5) == 1
    with pytest.raises(NotApproved):
        verify(desk, plan)
    assert sign_as(desk, plan, "bilal", typed=5) == 0


def test_two_names_with_one_key_are_one_approver(desk, tmp_path):
    (tmp_path / "aleece.pub").write_text((tmp_path / "alice.pub").read_text())
    write_config(tmp_path, {}, approvals=2)
    desk = again(desk)
    plan = make_plan(desk, Selection(platform="facebook")).plan
    assert sign_as(desk, plan, "alice", typed=5) == 1
    assert sign_as(desk, plan, "aleece", "alice", typed=5) == 1
    with pytest.raises(NotApproved):
        verify(desk, plan)
    assert sign_as(desk, plan, "bilal", typed=5) == 0


def forge(desk, plan, **values):
    row = {"plan": plan, "name": "alice", "key": "", "digest": digest(desk, plan), "signature": "00" * 64, "at": 0.0, **values}
    desk.ledger.write(lambda book: book.db.execute(insert(approvals).values(**row)))
    desk.ledger.write(lambda book: book.db.execute(update(plans).values(state="approved")))


@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_a_row_written_into_the_ledger_is_no_approval(desk, plan):
    forge(desk, plan)
    with pytest.raises(StrangeKey):
        verify(desk, plan)


@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_a_state_written_into_the_ledger_is_no_approval(desk, plan):
    desk.ledger.write(lambda book: book.db.execute(update(plans).values(state="approved")))
    with pytest.raises(NotApproved):
        verify(desk, plan)


@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_an_approval_moved_from_another_plan(desk, plan):
    sign_as(desk, plan, "alice")
    add_cases(desk, "facebook", [50])
    other = make_plan(desk, Selection()).plan
    desk.ledger.write(lambda book: book.db.execute(update(approvals).values(plan=other)))
    with pytest.raises(BadSignature):
        verify(desk, other)


@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_bytes_edited_before_approval_are_found(desk, plan):
    desk.ledger.write(lambda book: book.db.execute(update(requests).where(requests.c.position == 2).values(body=b"{}")))
    with pytest.raises(Tampered):
        sign_as(desk, plan, "alice")


@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_a_request_taken_out_of_the_ledger_is_missed(desk, plan):
    from takedown.ledger.tables import request_cases

    def cut(book):
        gone = requests_of(desk, plan)[-1]["id"]
        book.db.execute(delete(request_cases).where(request_cases.c.request == gone))
        book.db.execute(delete(requests).where(requests.c.id == gone))

    desk.ledger.write(cut)
    with pytest.raises(Tampered):
        sign_as(desk, plan, "alice")


@pytest.mark.parametrize("change", ["closed", "version"])
@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_a_case_that_changed_makes_the_plan_stale(desk, plan, change):
    sign_as(desk, plan, "alice")
    values = {"closed": "mistake"} if change == "closed" else {"version": 2}
    desk.ledger.write(lambda book: book.db.execute(update(cases).where(cases.c.id == 3).values(**values)))
    with pytest.raises(StalePlan, match="case C-3"):
        verify(desk, plan)


@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_another_policy_makes_the_plan_stale(desk, plan, tmp_path):
    sign_as(desk, plan, "alice")
    text = (tmp_path / "takedown.toml").read_text()
    (tmp_path / "takedown.toml").write_text(text.replace("max_cases_per_plan = 500", "max_cases_per_plan = 501"))
    with pytest.raises(StalePlan):
        verify(again(desk), plan)


@pytest.mark.figure("attacks on four eyes", unit="attacks", how="refused; nothing may be sent")
def test_another_destination_makes_the_plan_stale(desk, plan, tmp_path):
    sign_as(desk, plan, "alice")
    text = (tmp_path / "takedown.toml").read_text()
    (tmp_path / "takedown.toml").write_text(text.replace("127.0.0.1:9/fb", "127.0.0.1:10/fb"))
    with pytest.raises(StalePlan):
        verify(again(desk), plan)


def test_a_plan_expires_and_gives_its_cases_back(desk, plan):
    from desks import TurnedClock

    sign_as(desk, plan, "alice")
    late = again(desk)
    late.clock = TurnedClock(desk.clock.now() + 73 * 3600)
    with pytest.raises(PlanEnded, match="expired"):
        verify(late, plan)
    assert make_plan(desk, Selection()).cases == 7


def test_taking_a_case_out_makes_a_successor_to_be_approved_anew(desk, plan):
    sign_as(desk, plan, "alice")
    made = reject(again(desk, "bilal"), plan, "C-2 is a newspaper", [2])
    assert made is not None
    assert made.cases == 6
    successor = get_plan(desk.ledger, made.plan)
    assert (successor["planner"], successor["successor_of"]) == ("planner", plan)
    with pytest.raises(PlanEnded, match="rejected"):
        verify(desk, plan)
    with pytest.raises(NotApproved):
        verify(desk, made.plan)


def test_openssh_itself_can_check_an_approval(desk, plan, tmp_path):
    signature = signed(tmp_path / "alice", digest(desk, plan))
    (tmp_path / "sig").write_text(armored(signature))
    (tmp_path / "allowed").write_text("alice " + (tmp_path / "alice.pub").read_text())
    command = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "alice", "-n", "takedown-approval", "-s", "sig"]
    done = subprocess.run(command, cwd=tmp_path, input=digest(desk, plan).encode(), capture_output=True)
    assert done.returncode == 0, done.stderr


def test_an_agent_signs_as_a_file_does(desk, plan, tmp_path, ssh_agent):
    signature = sign_with_agent((tmp_path / "alice.pub").read_text().split()[1], digest(desk, plan), ssh_agent)
    assert approve(again(desk, "alice"), plan, 7, signature) == 0


@pytest.fixture
def ssh_agent(tmp_path):
    address = str(tmp_path / "agent")
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", address], stdout=subprocess.PIPE, text=True)
    try:
        agent.stdout.readline()  # it listens once it has said where
        done = subprocess.run(["ssh-add", "-q", str(tmp_path / "alice")], env={"SSH_AUTH_SOCK": address, "PATH": "/usr/bin:/bin"})
        assert done.returncode == 0
        yield address
    finally:
        agent.terminate()
        agent.wait()
