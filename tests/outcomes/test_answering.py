"""What a platform asks is answered in its thread once a second person signed it, or closed with a reason."""

import json
from email import message_from_bytes, policy

import pytest
from desks import TurnedClock, again, make_key, reading, signed
from withdrawing import PORTAL, api, desk_with, file_by_hand, mailed, of, planned, send, stand_ins

from takedown.audit import verify as audit
from takedown.contract import UsageError
from takedown.ledger.truths import Claim, add_claims
from takedown.outcomes.resubmit import choose
from takedown.planning.answering import NoAnswer, NoQuestion, close_question, plan_answer, read_answer, record_answer
from takedown.planning.approving import NotApproved, approve
from takedown.planning.follow_ups import NoWayToSay
from takedown.planning.listing import get_plan
from takedown.report.cases import dossier
from takedown.report.story import tell


@pytest.fixture
def platforms(tmp_path):
    with stand_ins(tmp_path) as found:
        yield found


def asks(desk, number):
    desk.clock.at += 1
    desk.ledger.write(lambda book: add_claims(book, [Claim(number, "needs_information", "by_hand")]))


def what(desk):
    return {one.case: one.what for one in choose(desk, 0.0, None).all()}


def sent(folder, platforms, lanes, n=2, **more):
    desk = desk_with(folder, platforms, lanes, n, clock=TurnedClock(), **more)
    send(desk, planned(desk))
    return desk


def test_the_answer_goes_in_the_thread_and_the_case_moves_on(tmp_path, platforms):
    desk = sent(tmp_path, platforms, mailed(platforms))
    asks(desk, 1)
    desk.clock.at += 80 * 3600
    assert what(desk)["C-1"] == "answer"
    plan, asked = plan_answer(desk, of(desk, "removal")[0]["id"], "The account is the one at this link.\nNo other.")
    assert asked == (1,)
    assert send(desk, plan).sent == 1
    first, letter = (message_from_bytes(of(desk, p)[0]["body"], policy=policy.default) for p in ("removal", "answer"))
    assert letter["In-Reply-To"] == first["Message-ID"]
    assert letter["X-Takedown-Withdraws"] is None
    assert "The account is the one at this link." in letter.get_content()
    assert what(desk)["C-1"] == "remind"
    assert audit(desk.ledger).problems == []
    asks_again = [Claim(1, "needs_information", "by_hand", reason="And which country?")]
    desk.clock.at += 1
    desk.ledger.write(lambda book: add_claims(book, asks_again))
    assert what(desk)["C-1"] == "answer"


@pytest.mark.safeguard("S5")
def test_no_answer_leaves_without_a_second_person(tmp_path, platforms):
    key = make_key(tmp_path, "bilal")
    desk = desk_with(tmp_path, platforms, mailed(platforms), 1, clock=TurnedClock(), approvals=1)
    plan = planned(desk)
    approve(again(desk, "bilal"), plan, 1, signed(key, get_plan(desk.ledger, plan)["digest"]))
    send(desk, plan)
    asks(desk, 1)
    plan, _ = plan_answer(desk, of(desk, "removal")[0]["id"], "Yes.")
    with pytest.raises(NotApproved):
        send(desk, plan)
    approve(again(desk, "bilal"), plan, 1, signed(key, get_plan(desk.ledger, plan)["digest"]))
    assert send(desk, plan).sent == 1


def test_at_a_portal_it_cites_the_number(tmp_path, platforms):
    desk = sent(tmp_path, platforms, PORTAL, 1)
    file_by_hand(desk, of(desk, "removal")[0]["id"], "IN-000007")
    asks(desk, 1)
    plan, _ = plan_answer(desk, of(desk, "removal")[0]["id"], "Yes.")
    assert send(desk, plan).operator == 1
    packet = json.loads(of(desk, "answer")[0]["body"])
    assert {"label": "Number at the portal", "value": "IN-000007"} in packet["fields"]


def test_an_endpoint_takes_none_and_a_person_closes_the_question(tmp_path, platforms):
    desk = sent(tmp_path, platforms, api(platforms), 1)
    asks(desk, 1)
    request = of(desk, "removal")[0]["id"]
    with pytest.raises(NoWayToSay) as error:
        plan_answer(desk, request, "Yes.")
    assert f"takedown answer R-{request} --text FILE --sent-by-hand HOW" in error.value.as_dict()["do"]
    assert close_question(desk, request, "Told them by telephone.") == (1,)
    desk.clock.at += 80 * 3600
    assert what(desk)["C-1"] == "decide"
    with pytest.raises(NoQuestion):
        close_question(desk, request, "Once more.")


def test_an_answer_given_another_way_is_written_down_with_its_text(tmp_path, platforms):
    desk = sent(tmp_path, platforms, api(platforms), 1)
    asks(desk, 1)
    request = of(desk, "removal")[0]["id"]
    before = story_of(desk)
    assert "Its endpoint takes none" in before.next
    assert [step.do for step in before.can if "answer" in step.do] == [
        f"takedown answer R-{request} --text FILE --sent-by-hand HOW"
    ]
    with pytest.raises(UsageError):
        record_answer(desk, request, "Yes.", " ")
    assert record_answer(desk, request, "Yes, the whole account.", "their portal, ticket 4411") == (1,)
    assert of(desk, "answer") == [], "nothing is sent"
    told = " ".join(story_of(desk).so_far)
    assert 'given by hand, their portal, ticket 4411: "Yes, the whole account."' in told
    desk.clock.at += 80 * 3600
    assert what(desk)["C-1"] == "decide", "the platform's turn again"
    with pytest.raises(NoQuestion):
        record_answer(desk, request, "Once more.", "by telephone")
    assert audit(desk.ledger).problems == []


def story_of(desk):
    with reading(desk).ledger() as ledger:
        return tell(dossier(ledger, 1), None, desk.clock.now())


def test_what_was_not_asked_is_not_answered(tmp_path, platforms):
    desk = sent(tmp_path, platforms, mailed(platforms), 1)
    for request in (of(desk, "removal")[0]["id"], 999):
        with pytest.raises(NoQuestion):
            plan_answer(desk, request, "Yes.")


@pytest.mark.parametrize("raw", [b"", b"  \n", b"\xff\xfe\x00", b"x" * 20_001])
def test_what_is_no_text_is_no_answer(tmp_path, raw):
    file = tmp_path / "answer.txt"
    file.write_bytes(raw)
    with pytest.raises(NoAnswer):
        read_answer(file)
