"""Taking back what is being sent, may have arrived, or did not leave after all: it never stays standing unseen."""

import threading

import pytest
from desks import Quiet, again
from sqlalchemy import select
from withdrawing import (
    PORTAL,
    api,
    back,
    desk_with,
    journal,
    mailed,
    of,
    planned,
    send,
    sent,
    shift,
    stand_ins,
    stands,
    withdrawn,
)

from takedown.audit import verify as audit
from takedown.delivery.portal.taking import open_task
from takedown.delivery.unknowns import Decision, settle_again, settle_sent
from takedown.ledger.tables import plans
from takedown.outcomes.withdraw import go_on
from takedown.planning.approving import release
from takedown.planning.listing import get_plan
from takedown.planning.withdrawing import withdraw


def test_what_is_being_sent_is_withdrawn_as_soon_as_it_was(tmp_path, platforms):
    desk = desk_with(tmp_path, platforms, mailed(platforms), 1)
    send_later(desk)
    (row,) = of(desk, "removal")
    made = back(desk, 1)
    assert (made.done.waiting, made.sent) == ((1,), None)
    assert stands(desk) == [("sending", "requested")]
    assert go_on(desk, 5, Quiet()) == [], "nothing can be done yet"
    shift(desk, row["id"], "sending", "sent", receipt="250 queued")
    (one,) = go_on(again(desk, "somebody"), 5, Quiet())
    assert (one.done.withdrawing, one.sent.exit) == ((1,), 0)
    assert stands(desk) == [("sent", "sent")]
    with desk.ledger.read() as db:
        assert db.execute(select(plans.c.planner, plans.c.reason).where(plans.c.purpose == "withdrawal")).one() == (
            "planner",
            "It is another person of the same name.",
        )
    assert go_on(desk, 5, Quiet()) == []


def send_later(desk):
    """Approved, and in the hands of a process."""
    plan = planned(desk)
    held = get_plan(desk.ledger, plan)
    desk.ledger.write(lambda book: release(book, held, desk.policy))
    for row in of(desk, "removal"):
        shift(desk, row["id"], "approved", "sending")


@pytest.mark.parametrize("arrived", [True, False])
def test_what_may_have_arrived_and_shall_go_out_again_is_uncertain_until_somebody_knows(tmp_path, platforms, arrived):
    desk = desk_with(tmp_path, platforms, mailed(platforms), 1)
    send_later(desk)
    (row,) = of(desk, "removal")
    shift(desk, row["id"], "sending", "unknown", attempts=1)
    settle_again(again(desk, "bilal"), row["id"], Decision.AGAIN, None)
    assert back(desk, 1).done.waiting == (1,)
    assert stands(desk) == [("unknown", "requested")]
    assert go_on(desk, 5, Quiet()) == []
    if arrived:
        settle_sent(again(desk, "bilal"), row["id"], "250 queued", "0" * 64)
        (one,) = go_on(desk, 5, Quiet())
        assert (one.done.withdrawing, one.sent.exit) == ((1,), 0)
    else:
        settle_again(again(desk, "bilal"), row["id"], Decision.NOT_SENT, None)
        go_on(desk, 5, Quiet())
        assert of(desk, "withdrawal") == []
    assert stands(desk) == [("sent", "sent") if arrived else ("withdrawn", "none")]
    assert audit(desk.ledger).problems == [] or not arrived


@pytest.mark.parametrize(("ended", "delivered"), [("approved", "withdrawn"), ("refused", "refused")])
def test_what_was_not_sent_after_all_never_leaves(tmp_path, platforms, ended, delivered):
    desk = desk_with(tmp_path, platforms, mailed(platforms), 1)
    send_later(desk)
    back(desk, 1)
    shift(desk, of(desk, "removal")[0]["id"], "sending", ended)
    go_on(desk, 5, Quiet())
    assert stands(desk) == [(delivered, "none")]
    assert of(desk, "withdrawal") == []
    assert journal(platforms, "accepted") == []


def test_a_packet_that_is_open_at_the_portal_counts_as_being_sent(tmp_path, platforms):
    desk = sent(tmp_path, platforms, PORTAL, 1)
    open_task(desk, of(desk, "removal")[0]["id"])
    assert back(desk, 1).done.waiting == (1,)


@pytest.mark.safeguard("S14")
def test_withdrawing_while_it_is_sent_never_leaves_a_request_standing(tmp_path, platforms, figure):
    """faults.md C13. Many threads withdraw while the plan is being sent."""
    count = 40
    desk = desk_with(tmp_path, platforms, api(platforms, idempotency=True, rate="200/s"), count)
    plan = planned(desk)
    start = threading.Barrier(5)

    def sender():
        start.wait()
        send(again(desk), plan)

    def officer(numbers):
        mine = again(desk)
        start.wait()
        for one in numbers:
            withdraw(mine, [one], "A mistake.")

    work = [threading.Thread(target=sender)]
    work += [threading.Thread(target=officer, args=(range(1 + at, count + 1, 4),)) for at in range(4)]
    for one in work:
        one.start()
    for one in work:
        one.join()
    for _ in range(3):
        go_on(desk, 20, Quiet())
        for row in of(desk, "withdrawal"):
            if row["state"] != "sent":
                send(desk, row["plan"])
    took = [case for row in journal(platforms, "accepted") for case in row["cases"]]
    kept = [item for row in journal(platforms, "accepted") for item in [row["id"] + "-1"] if item not in withdrawn(platforms)]
    assert set(stands(desk)) <= {("sent", "sent"), ("withdrawn", "none")}
    assert max(withdrawn(platforms).values(), default=1) == 1
    assert len(took) == len(set(took))
    assert audit(desk.ledger).problems == []
    how = "40 cases withdrawn by four people while their plan is being sent: taken by the platform and not withdrawn"
    figure("withdrawals that raced a sending and lost", len(kept), bound="<=", target=0, unit="requests", how=how)


def test_an_answer_that_was_lost_is_settled_by_asking(tmp_path):
    with stand_ins(tmp_path, searchable=True) as platforms:
        desk = sent(tmp_path, platforms, api(platforms, search=True, settle="1s"))
        plan = withdraw(desk, [1, 2], "A mistake.").plan
        first, second = of(desk, "withdrawal")
        for row in (first, second):
            shift(desk, row["id"], "approved", "sending", "unknown", attempts=1)
        book = platforms.books["facebook"]
        book.withdraw(book.by_id(of(desk, "removal")[0]["receipt"]), "it had arrived")
        assert send(desk, plan).exit == 0
        assert stands(desk) == [("sent", "sent"), ("sent", "sent")]
        assert set(withdrawn(platforms).values()) == {1}


# Refusals.
