"""`takedown withdraw` and `review` as an officer meets them: what is told, and the exit codes."""

import json

import pytest
from command_line import takedown
from desks import make_key
from sqlalchemy import update
from withdrawing import api, desk_with, mailed, of, planned, send, set_case, shift, stand_ins

from takedown.clock import SystemClock
from takedown.ledger.tables import requests


@pytest.fixture
def platforms(tmp_path):
    with stand_ins(tmp_path, keyed=True) as found:
        yield found


def run(desk, *words, who="planner"):
    done = takedown(*words, "--json", cwd=desk.config.folder, env={"TAKEDOWN_AS": who})
    assert "Traceback" not in done.err
    return done.code, json.loads(done.out or done.err)


def test_one_withdraws_and_another_reviews(tmp_path, platforms):
    keys = {name: make_key(tmp_path, name) for name in ("planner", "bilal")}
    lanes = {**api(platforms, idempotency=True), **mailed(platforms)}
    desk = desk_with(tmp_path, platforms, lanes, 1, clock=SystemClock(), approvals=1)
    plan = f"P-{planned(desk)}"
    assert run(desk, "approve", plan, "--cases", "2", "--key", str(keys["bilal"]), who="bilal")[0] == 0
    assert run(desk, "submit", plan)[0] == 0
    code, told = run(desk, "withdraw", "C-1", "C-2", "--reason", "Another person of that name.")
    assert code == 0
    assert [(one["case"], one["what"]) for one in told["items"]] == [("C-1", "withdrawing"), ("C-2", "withdrawing")]
    (second,) = told["summary"]["plans"]
    assert [one["withdrawal"] for one in run(desk, "case", "list", "--withdrawal", "sent")[1]["items"]] == ["sent", "sent"]
    assert takedown("case", "list", cwd=desk.config.folder).out.count("sent, taken back; ") == 2
    assert "review" in [one["kind"] for one in run(desk, "status")[1]["summary"]["needs_person"]]
    assert run(desk, "review", "list")[1]["items"][0]["reason"] == "Another person of that name."
    code, told = run(desk, "review", "accept", second, "--key", str(keys["planner"]))
    assert (code, told["error"]["code"]) == (7, "TD-0705")
    assert run(desk, "review", "accept", second, "--key", str(keys["bilal"]), who="bilal")[0] == 0
    assert run(desk, "review", "list")[1]["summary"] == {"due": 0}
    assert run(desk, "withdraw", "C-1", "--reason", "x")[1]["error"]["code"] == "TD-0782"
    assert run(desk, "withdraw", "C-2", "--answered", "refused")[0] == 0
    assert "refused the withdrawal" in " ".join(run(desk, "case", "explain", "C-2")[1]["items"][0]["story"])


def test_what_is_being_sent_is_told_and_submit_goes_on_with_it(tmp_path, platforms):
    desk = desk_with(tmp_path, platforms, mailed(platforms), 2, clock=SystemClock())
    plan = planned(desk)
    assert send(desk, plan).sent == 2
    first = of(desk, "removal")[0]["id"]
    desk.ledger.write(lambda book: book.db.execute(update(requests).where(requests.c.id == first).values(state="sending")))
    set_case(desk, 1, delivered="sending", sent_at=None)
    code, told = run(desk, "withdraw", "C-1", "--reason", "A mistake.")
    assert (code, told["items"][0]["what"]) == (8, "waiting")
    assert run(desk, "status")[1]["summary"]["needs_person"][-1]["do"] == "takedown withdraw --due"
    shift(desk, first, "sending", "sent", receipt="250 queued")
    done = takedown("submit", f"P-{plan}", cwd=desk.config.folder)
    assert "it is being withdrawn now" in done.err
    assert run(desk, "case", "show", "C-1")[1]["items"][0]["withdrawal"] == "sent"


@pytest.mark.parametrize("words", [(), ("C-1",), ("C-1", "--answered", "restored"), ("C-99", "--reason", "x")])
def test_what_cannot_be_meant_is_said_with_exit_2(tmp_path, platforms, words):
    desk = desk_with(tmp_path, platforms, mailed(platforms), 1, clock=SystemClock())
    planned(desk)
    assert run(desk, "withdraw", *words)[0] == 2
