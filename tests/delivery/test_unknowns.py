import pytest
from desks import TurnedClock, add_cases, again, make_desk, make_key, signed
from sqlalchemy import select, update

from takedown.approval import BadSignature, NotAnApprover, OwnPlan, StrangeKey
from takedown.audit import verify as audit
from takedown.delivery.claims import recover
from takedown.delivery.deliver import hand_over
from takedown.delivery.lanes import lane_for
from takedown.delivery.portal.filing import unsure
from takedown.delivery.portal.taking import take
from takedown.delivery.portal.tasks import Only
from takedown.delivery.uncertain import Settles, uncertain
from takedown.delivery.unknowns import (
    Decision,
    NotUncertain,
    Unsigned,
    settle_again,
    settle_sent,
    statement,
)
from takedown.ledger.moves import State, move
from takedown.ledger.tables import cases, events, plans, requests
from takedown.planning.approving import approve, verify
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection

URL = "http://127.0.0.1:9/fb"
LANES = {
    "facebook": {"channel": "portal"},
    "x": {"channel": "api", "base_url": URL, "automation_consent": "C-1", "idempotency": True, "key_life": "1h"},
    "tiktok": {"channel": "api", "base_url": URL, "search": True},
    "telegram": {"channel": "api", "base_url": URL},
    "instagram": {"channel": "email", "to": "orders@instagram.example"},
}


@pytest.fixture
def desk(tmp_path):
    """One case on each of five lanes, all of them uncertain: filed by asma, planned by planner, approved by alice."""
    for name in ("planner", "asma", "alice", "bilal"):
        make_key(tmp_path, name)
    desk = make_desk(tmp_path, LANES, approvals=1, clock=TurnedClock())
    for at, name in enumerate(LANES):
        add_cases(desk, name, range(10 * at + 1, 10 * at + 2))
    made = make_plan(desk, Selection())
    approve(again(desk, "alice"), made.plan, made.cases, signed(tmp_path / "alice", made.digest))
    verify(desk, made.plan)
    hand_over(desk, made.plan)
    asma = again(desk, "asma")
    unsure(asma, take(asma, Only()).task.request)

    def doubt(book):
        found = book.db.execute(select(requests.c.id).where(requests.c.state == "approved", requests.c.not_before == 0))
        move(book, [int(row[0]) for row in found], State.APPROVED, State.SENDING, key_born=book.now, attempts=1)
        for name in ("x:api", "tiktok:api", "telegram:api", "instagram:email"):
            recover(book, lane_for(desk, name))

    desk.ledger.write(doubt)
    yield desk
    desk.ledger.close()


def of(desk, platform):
    return next(one for one in uncertain(desk.ledger, lambda: desk) if one.platform == platform)


def state(desk, request):
    with desk.ledger.read() as db:
        return db.execute(select(requests.c.state).where(requests.c.id == request)).scalar()


def decide(desk, who, request, decision=Decision.NOT_SENT, key=None):
    mine = again(desk, who)
    signature = signed(desk.config.folder / (key or who), statement(mine, request, decision))
    return settle_again(mine, request, decision, signature)


def test_each_says_what_could_settle_it(desk):
    found = {one.platform: one for one in uncertain(desk.ledger, lambda: desk)}
    assert {name: one.settles for name, one in found.items()} == {
        "facebook": Settles.PORTAL,
        "x": Settles.KEY,
        "tiktok": Settles.SEARCH,
        "telegram": Settles.PERSON,
        "instagram": Settles.MAILBOX,
    }
    assert found["facebook"].file_numbers == ("FILE-1",)
    assert (found["facebook"].who, found["facebook"].attempts) == ("asma", 1)
    assert (found["x"].why, found["x"].do) == ("the process that was sending it died", "takedown submit P-1")
    assert found["facebook"].do == f"takedown portal next {found['facebook'].id}"
    desk.clock.at += 3601
    assert of(desk, "x").settles is Settles.PERSON


def test_one_person_may_say_that_it_arrived(desk):
    number = of(desk, "telegram").request
    settle_sent(again(desk, "asma"), number, "TG-1", "ab" * 32)
    assert state(desk, number) == "sent"
    with desk.ledger.read() as db:
        row = db.execute(select(requests).where(requests.c.id == number)).mappings().one()
        told = db.execute(select(events.c.data).where(events.c.kind == "request.sent").order_by(events.c.seq.desc())).scalar()
        assert db.execute(select(cases.c.delivered).where(cases.c.platform == "telegram")).scalar() == "sent"
    assert (row["receipt"], row["doubt_since"]) == ("TG-1", None)
    assert "ab" * 32 in told
    with pytest.raises(NotUncertain, match="it is sent"):
        settle_sent(desk, number, "TG-2", "")


@pytest.mark.parametrize("decision", list(Decision))
def test_a_second_person_may_let_it_be_sent_again(desk, decision):
    number = of(desk, "facebook").request
    assert decide(desk, "bilal", number, decision) is State.APPROVED
    with desk.ledger.read() as db:
        row = db.execute(select(requests).where(requests.c.id == number)).mappings().one()
        data = db.execute(select(events.c.data).where(events.c.kind == "request.approved").order_by(events.c.seq.desc())).scalar()
    assert (row["state"], row["assigned"], row["opened_at"]) == ("approved", "", None)
    assert f'"decision":"{decision.value}"' in data
    assert '"signature"' in data
    task = take(again(desk, "asma"), Only()).task
    assert (task.request, task.check_first) == (number, decision is Decision.AGAIN)


@pytest.mark.parametrize(
    ("who", "key", "error"),
    [
        ("planner", None, OwnPlan),
        ("asma", None, OwnPlan),
        ("bilal", "planner", StrangeKey),
        ("dina", "bilal", NotAnApprover),
    ],
)
def test_nobody_else_may(desk, who, key, error):
    number = of(desk, "facebook").request
    with pytest.raises(error):
        decide(desk, who, number, key=key)
    assert state(desk, number) == "unknown"


def test_a_signature_is_for_one_request_and_one_decision(desk):
    number, other, bilal = of(desk, "facebook").request, of(desk, "telegram").request, again(desk, "bilal")
    for words in (statement(bilal, other, Decision.AGAIN), statement(bilal, number, Decision.NOT_SENT)):
        with pytest.raises(BadSignature):
            settle_again(bilal, number, Decision.AGAIN, signed(desk.config.folder / "bilal", words))
    with pytest.raises(Unsigned):
        settle_again(bilal, number, Decision.AGAIN, None)
    assert state(desk, number) == "unknown"
    assert statement(bilal, number, Decision.AGAIN) == f"takedown-resolve-v1\n{desk.ledger.setting('ledger')}\nR-{number}\nagain"


def test_when_its_plan_has_ended_its_cases_can_be_planned_again(desk):
    number = of(desk, "x").request
    desk.ledger.write(lambda book: book.db.execute(update(plans).values(state="expired")))
    assert decide(desk, "bilal", number) is State.DRAFT
    assert state(desk, number) == "withdrawn"
    with desk.ledger.read() as db:
        assert db.execute(select(cases.c.delivered).where(cases.c.platform == "x")).scalar() == "draft"


def test_the_record_makes_sense_afterwards(desk):
    settle_sent(desk, of(desk, "telegram").request, "TG-1", "ab" * 32)
    decide(desk, "bilal", of(desk, "facebook").request)
    settle_sent(desk, of(desk, "instagram").request, "IG-1", "cd" * 32)
    assert audit(desk.ledger).problems == []


def test_in_the_sandbox_without_approvals_one_person_is_enough(tmp_path):
    desk = make_desk(tmp_path, {"facebook": {"channel": "portal"}}, clock=TurnedClock())
    add_cases(desk, "facebook", range(1, 2))
    plan = make_plan(desk, Selection()).plan
    verify(desk, plan)
    hand_over(desk, plan)
    number = take(desk, Only()).task.request
    unsure(desk, number)
    assert settle_again(desk, number, Decision.AGAIN, None) is State.APPROVED
