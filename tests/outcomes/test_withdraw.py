"""Taking back: over the channel that a case was sent on, once, never silently, also while it is being sent."""

import json
import urllib.request
from email import message_from_bytes, policy

import pytest
from desks import Quiet, TurnedClock, again, make_key
from inbox_desk import office
from sqlalchemy import select, update
from withdrawing import (
    PORTAL,
    api,
    back,
    desk_with,
    file_by_hand,
    journal,
    mailed,
    of,
    planned,
    send,
    sent,
    set_case,
    shift,
    stands,
    withdrawn,
)

from takedown.audit import verify as audit
from takedown.contract import RefusedByPolicy, UsageError
from takedown.ledger.cases import close
from takedown.ledger.ids import plan_id
from takedown.ledger.tables import case_references, cases, plans, requests
from takedown.ledger.truths import Sighting, add_sightings
from takedown.ledger.withdrawals import answered
from takedown.outcomes.resubmit import choose
from takedown.outcomes.sync import sync
from takedown.planning import follow_ups
from takedown.planning.approving import StalePlan, Tampered, verify
from takedown.planning.digest import leaf, plan_digest
from takedown.planning.follow_ups import NoWayToSay
from takedown.planning.withdrawable import NothingToWithdraw, OthersToo, TakenBackAlready
from takedown.planning.withdrawing import withdraw


def see(desk, number, value):
    look = Sighting(number, value, "by_eye", "by_hand", "PK", source="by_hand", evidence="0" * 64)
    desk.ledger.write(lambda book: add_sightings(book, [look]))


# Over each channel.


def test_over_the_endpoint_a_case_goes_from_sent_to_acknowledged_to_restored(tmp_path, platforms):
    desk = sent(tmp_path, platforms, api(platforms, idempotency=True))
    see(desk, 1, "gone")
    made = back(desk, 1)
    assert (made.done.withdrawing, made.sent.exit) == ((1,), 0)
    assert stands(desk) == [("sent", "sent"), ("sent", "none")]
    assert json.loads(of(desk, "withdrawal")[0]["body"]) == {"reason": "It is another person of the same name."}
    sync(desk, None, Quiet())
    assert stands(desk, 1) == [("sent", "acknowledged")]
    close(desk.ledger, 1, "mistake", "planner")
    see(desk, 1, "available")
    assert stands(desk, 1) == [("sent", "restored")]
    assert list(withdrawn(platforms).values()) == [1]
    assert audit(desk.ledger).problems == []


def test_by_mail_it_goes_in_the_thread_and_names_its_request(tmp_path, platforms):
    desk = sent(tmp_path, platforms, mailed(platforms))
    assert back(desk, 1).sent.exit == 0
    first, letter = (message_from_bytes(of(desk, p)[0]["body"], policy=policy.default) for p in ("removal", "withdrawal"))
    assert letter["In-Reply-To"] == letter["References"] == first["Message-ID"] != letter["Message-ID"]
    assert letter["X-Takedown-Withdraws"] == first["X-Takedown-Reference"] != letter["X-Takedown-Reference"]
    text = letter.get_content()
    assert "We withdraw it" in text
    assert "another person of the same name" in text
    assert "queued as" not in text, "a mail server's words are no number of the platform's"
    assert stands(desk) == [("sent", "sent"), ("sent", "none")]
    assert [row["reference"] for row in journal(platforms, "withdrawn")] == [first["X-Takedown-Reference"]]
    assert {one["state"] for one in of(desk, "reminder")} == {"withdrawn", "approved"}, (
        "nobody is reminded of what was taken back"
    )


def test_at_a_portal_a_person_withdraws_it_there(tmp_path, platforms):
    desk = sent(tmp_path, platforms, PORTAL)
    for row in of(desk, "removal"):
        file_by_hand(desk, row["id"], _post(platforms, row["body"]))
    made = back(desk, 1)
    assert (made.sent.operator, made.sent.exit) == (1, 8)
    assert stands(desk, 1) == [("sent", "requested")]
    task = of(desk, "withdrawal")[0]
    packet = json.loads(task["body"])
    assert {"label": "Number at the portal", "value": of(desk, "removal")[0]["receipt"]} in packet["fields"]
    close(desk.ledger, 1, "mistake", "planner")
    file_by_hand(desk, task["id"], _post(platforms, task["body"]))
    assert stands(desk, 1) == [("sent", "sent")]
    assert list(withdrawn(platforms).values()) == [1]


def _post(platforms, body):
    ask = urllib.request.Request(platforms.url("instagram") + "/portal", body, {"content-type": "application/json"})
    with urllib.request.urlopen(ask, timeout=5) as answer:
        return json.load(answer)["reference"]


@pytest.mark.parametrize("channel", ["api", "email"])
def test_of_several_cases_only_those_named_are_withdrawn(tmp_path, platforms, channel):
    many = {"cases_per_request": 3}
    desk = sent(tmp_path, platforms, api(platforms, **many) if channel == "api" else mailed(platforms, **many), 3)
    back(desk, 2)
    assert [value for _, value in stands(desk)] == ["none", "sent", "none"]
    (line,) = journal(platforms, "withdrawn")
    assert [item.rpartition("-")[2] for item in line["items"]] == ["2"]
    body = of(desk, "withdrawal")[0]["body"]
    if channel == "api":
        assert json.loads(body)["items"] == [{"case": "C-2"}]
        sync(desk, None, Quiet())
        assert [value for _, value in stands(desk)] == ["none", "acknowledged", "none"]
    else:
        text = message_from_bytes(body, policy=policy.default).get_content()
        assert ("standin_0002" in text, "standin_0001" in text, "it stands unchanged" in text) == (True, False, True)


def test_a_receipt_by_mail_acknowledges_it_and_says_nothing_of_the_case(tmp_path):
    at = office(tmp_path, 1)
    plan = withdraw(at.desk, [1], "A mistake.").plan
    (row,) = of(at.desk, "withdrawal")
    shift(at.desk, row["id"], "approved", "sending", "sent", receipt="250 queued")
    ours = {"in_reply_to": row["message_id"], "references": row["message_id"]}
    (mail,) = at.add(at.reply("We have received your message. Ticket 4711.", subject="Receipt", **ours))
    assert (mail["state"], mail["claims"]) == ("done", 0)
    assert stands(at.desk) == [("sent", "acknowledged")]
    assert at.claimed() == ["none"]
    assert plan


def test_an_answer_that_is_no_receipt_is_for_a_person(tmp_path):
    at = office(tmp_path, 1)
    withdraw(at.desk, [1], "A mistake.")
    (row,) = of(at.desk, "withdrawal")
    shift(at.desk, row["id"], "approved", "sending", "sent", receipt="250 queued")
    (mail,) = at.add(at.reply("We have removed the account.", in_reply_to=row["message_id"], references=row["message_id"]))
    assert mail["state"] == "person"
    assert (at.claimed(), stands(at.desk)) == (["none"], [("sent", "sent")])


def test_an_endpoint_that_refuses_leaves_it_to_a_person_and_may_be_tried_again(tmp_path, platforms):
    desk = sent(tmp_path, platforms, api(platforms))
    platforms.books["facebook"]._filed.clear()
    assert back(desk, 1).sent.exit == 4, "an endpoint that does not know its own receipt stops the lane"
    shift(desk, of(desk, "withdrawal")[0]["id"], "approved", "sending", "refused")
    assert stands(desk, 1) == [("sent", "refused")]
    assert withdraw(desk, [1], "Once more.").withdrawing == (1,)


def test_a_platform_without_a_way_to_say_it_is_named(tmp_path, platforms, monkeypatch):
    desk = sent(tmp_path, platforms, api(platforms))
    monkeypatch.setattr("takedown.planning.follow_ups.Retractable", type("Nobody", (), {}))
    with pytest.raises(NoWayToSay):
        withdraw(desk, [1], "A mistake.")
    assert stands(desk, 1) == [("sent", "none")]


# What has not left, and what is leaving.


def test_what_has_not_left_is_taken_out_and_the_others_are_planned_anew(tmp_path, platforms):
    desk = desk_with(tmp_path, platforms, api(platforms, cases_per_request=2), 4)
    plan = planned(desk)
    made = back(desk, 1)
    assert (made.done.taken_out, made.done.loosened, made.sent) == ((1,), (2,), None)
    assert stands(desk) == [("withdrawn", "none"), ("draft", "none"), ("planned", "none"), ("planned", "none")]
    assert send(desk, plan).sent == 1
    send(desk, planned(desk))
    told = [case for row in journal(platforms, "accepted") for case in row["cases"]]
    assert sorted(told) == ["C-2", "C-3", "C-4"], "and it is in no later plan"


def test_a_plan_of_which_nothing_is_left_has_ended(tmp_path, platforms):
    desk = desk_with(tmp_path, platforms, api(platforms), 2)
    planned(desk)
    back(desk, 1, 2)
    with desk.ledger.read() as db:
        assert db.execute(select(plans.c.state)).scalar() == "discarded"


@pytest.mark.safeguard("S14")
def test_nothing_is_withdrawn_twice_nor_without_a_reason_nor_when_it_was_never_sent(tmp_path, platforms):
    desk = sent(tmp_path, platforms, api(platforms))
    with pytest.raises(UsageError, match="reason is empty"):
        back(desk, 1, reason="  ")
    back(desk, 1)
    with pytest.raises(TakenBackAlready):
        back(desk, 1)
    set_case(desk, 2, delivered="draft")
    desk.ledger.write(lambda book: book.db.execute(update(requests).where(requests.c.id == 2).values(state="refused")))
    with pytest.raises(NothingToWithdraw):
        back(desk, 2)
    assert list(withdrawn(platforms).values()) == [1]


def test_one_agency_s_withdrawal_does_not_end_the_other_s(tmp_path, platforms):
    desk = sent(tmp_path, platforms, api(platforms))
    other = {"case": 1, "organisation": "Another Agency", "reference": "OTHER-1", "evidence": [], "added_at": 0.0}
    desk.ledger.write(lambda book: book.db.execute(case_references.insert().values(**other)))
    with pytest.raises(OthersToo, match="Another Agency"):
        back(desk, 1)
    assert stands(desk, 1) == [("sent", "none")]
    assert back(desk, 1, for_all=True).done.withdrawing == (1,)


def test_what_was_taken_back_is_not_reminded_of_nor_planned(tmp_path, platforms):
    desk = sent(tmp_path, platforms, mailed(platforms), clock=TurnedClock())
    back(desk, 1)
    desk.clock.at += 100 * 3600
    assert [one.case for one in choose(desk, 0.0, None).all()] == ["C-2"]


@pytest.mark.safeguard("S5")
def test_a_removal_cannot_be_passed_off_as_a_withdrawal(tmp_path, platforms):
    """One person may send a withdrawal: whoever can write to the ledger must not send anything else under that name."""
    make_key(tmp_path, "bilal")
    desk = desk_with(tmp_path, platforms, api(platforms), 2, approvals=1)
    plan = planned(desk)
    desk.ledger.write(lambda book: book.db.execute(update(plans).values(purpose="withdrawal", state="approved")))
    desk.ledger.write(lambda book: book.db.execute(update(requests).values(state="approved")))
    with pytest.raises(Tampered, match="no withdrawal"):
        send(desk, plan)
    _forge(desk, plan)
    with pytest.raises(RefusedByPolicy):
        send(desk, plan)
    assert journal(platforms, "accepted") == []


def _forge(desk, plan):
    """The same with every leaf and the digest made to fit."""

    def change(book):
        book.db.execute(update(requests).values(purpose="withdrawal", follows=1))
        rows = [dict(row) for row in book.db.execute(select(requests).order_by(requests.c.position)).mappings()]
        leaves = [leaf(row["salt"], row, row["body"], [f"C-{row['id']}"]) for row in rows]
        ledger = desk.ledger.setting("ledger")
        digest = plan_digest(ledger, plan_id(plan), "sandbox", desk.policy_hash(), leaves)
        book.db.execute(update(plans).values(leaves=b"".join(leaves), digest=digest))

    desk.ledger.write(change)


def test_a_withdrawal_whose_case_was_renamed_is_made_anew(tmp_path, platforms):
    desk = sent(tmp_path, platforms, mailed(platforms), 1)
    plan = withdraw(desk, [1], "A mistake.").plan
    set_case(desk, 1, key="another", url="https://t.me/another", version=2)
    with pytest.raises(StalePlan):
        send(desk, plan)


def test_withdrawals_are_drafted_anew_once_and_again_when_something_changed(tmp_path, platforms, monkeypatch):
    """A worker verifies its plans each minute."""
    desk, seen = sent(tmp_path, platforms, mailed(platforms)), []
    plan = withdraw(desk, [1, 2], "A mistake.").plan
    whole = follow_ups.made_again
    monkeypatch.setattr(follow_ups, "made_again", lambda *given: seen.append(1) or whole(*given))
    verify(desk, plan)
    verify(desk, plan)
    assert len(seen) == 2
    verify(again(desk), plan)
    assert len(seen) == 4, "another process trusts nobody"
    (first, _), (drafted, _) = of(desk, "removal"), of(desk, "withdrawal")
    for row, values in (
        (first, {"message_id": "<another@authority.example>"}),
        (drafted, {"destination": "other@mail.example"}),
    ):
        was = {name: row[name] for name in values}
        desk.ledger.write(lambda book, row=row, to=values: set_row(book, row, to))
        with pytest.raises(Tampered):
            verify(desk, plan)
        desk.ledger.write(lambda book, row=row, to=was: set_row(book, row, to))
        verify(desk, plan)


def set_row(book, row, values):
    book.db.execute(update(requests).where(requests.c.id == row["id"]).values(**values))


def test_what_a_platform_answered_otherwise_is_written_down_once(tmp_path, platforms):
    desk = sent(tmp_path, platforms, mailed(platforms))
    back(desk, 1)
    note = lambda value: desk.ledger.write(lambda book: answered(book, [1, 2], value, "by_hand", by="asma"))  # noqa: E731
    assert note("acknowledged") == [1]
    assert note("acknowledged") == []
    assert note("refused") == [1]
    with desk.ledger.read() as db:
        assert db.execute(select(cases.c.withdrawal).order_by(cases.c.id)).scalars().all() == ["refused", "none"]
