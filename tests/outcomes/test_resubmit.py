"""Reminders that were frozen with their plan leave once; what surely failed comes back only when something changed."""

import json
import sys
import time
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from desks import Quiet, TurnedClock, add_cases, again, make_desk
from sqlalchemy import select, update

from takedown.cli import resubmit as commands
from takedown.cli import run as cli
from takedown.clocks.cases import clocks_of, in_its_time
from takedown.delivery.deliver import deliver
from takedown.ledger.cases import close
from takedown.ledger.doubting import keep_back
from takedown.ledger.states import DORMANT
from takedown.ledger.tables import cases, request_cases, requests
from takedown.ledger.truths import Claim, add_claims
from takedown.notices import load_packs
from takedown.outcomes.differences import clear
from takedown.outcomes.resubmit import choose, wake
from takedown.planning.answering import plan_answer
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection
from takedown.planning.undoing import PlanEnded

sys.path += [str(Path(__file__).parents[1] / name) for name in ("delivery", "cli")]

from command_line import takedown
from post_office import DROP, PostOffice

HOUR = 3600.0
TO = "orders@telegram.example"
EVERYTHING = 0.0


@pytest.fixture
def office():
    with PostOffice().open() as found:
        yield found


def mailed(folder, office, n=2, at=None):
    """A desk on the mailed lane whose n cases were sent a moment ago, as its clock has it."""
    platforms = {"telegram": {"channel": "email", "to": TO, "rate": "10/s"}}
    extra = f'[smtp]\nhost = "127.0.0.1"\nport = {office.port}\n'
    desk = make_desk(folder, platforms, clock=TurnedClock(at or 1_800_000_000.0), extra=extra)
    add_cases(desk, "telegram", range(1, n + 1))
    plan = make_plan(desk, Selection()).plan
    assert send(desk, plan).sent == n
    return desk, plan


def send(desk, plan):
    return deliver(desk, plan, wait=600, limit=None, progress=Quiet())


def later(desk, hours):
    desk.clock.at += hours * HOUR


def what(chosen):
    return {one.case: one.what for one in chosen.all()}


def claim(desk, case, value):
    desk.ledger.write(lambda book: add_claims(book, [Claim(case, value, "by_hand")]))


def letters(office):
    return [message_from_bytes(raw, policy=policy.default) for raw in office.taken]


def of_purpose(desk, purpose):
    with desk.ledger.read() as db:
        return db.execute(select(requests).where(requests.c.purpose == purpose).order_by(requests.c.id)).mappings().all()


def test_before_its_patience_is_over_a_case_waits(tmp_path, office):
    desk, _ = mailed(tmp_path, office, 1)
    later(desk, 71)
    assert what(choose(desk, EVERYTHING, None)) == {"C-1": "wait"}
    later(desk, 2)
    assert what(choose(desk, EVERYTHING, None)) == {"C-1": "remind"}


def test_older_than_narrows_further(tmp_path, office):
    desk, _ = mailed(tmp_path, office, 1)
    later(desk, 100)
    assert what(choose(desk, 200 * HOUR, None)) == {}
    assert what(choose(desk, 99 * HOUR, None)) == {"C-1": "remind"}
    assert what(choose(desk, EVERYTHING, "facebook")) == {}


def test_a_reminder_leaves_once_and_threads_on_the_first_mail(tmp_path, office):
    desk, plan = mailed(tmp_path, office, 1)
    later(desk, 80)
    assert wake(desk, choose(desk, EVERYTHING, None)) == [plan]
    assert send(desk, plan).exit == 0
    first, reminder = letters(office)
    assert reminder["In-Reply-To"] == first["Message-ID"] == reminder["References"]
    assert reminder["Message-ID"] != first["Message-ID"]
    assert reminder["X-Takedown-Reference"] != first["X-Takedown-Reference"]
    assert office.taken[1] == of_purpose(desk, "reminder")[0]["body"], "as it was frozen and approved"
    for _ in range(3):
        later(desk, 100)
        chosen = choose(desk, EVERYTHING, None)
        assert what(chosen) == {"C-1": "decide"}
        assert wake(desk, chosen) == []
        send(desk, plan)
    assert len(office.taken) == 2
    with desk.ledger.read() as db:
        assert db.execute(select(cases.c.delivered, cases.c.request)).one() == ("sent", of_purpose(desk, "removal")[0]["id"])


def test_a_reminder_that_may_have_arrived_is_not_repeated(tmp_path):
    with PostOffice({".": ["250 2.0.0 queued as Q1", DROP, "250 2.0.0 queued as Q2"]}).open() as office:
        desk, plan = mailed(tmp_path, office, 1)
        later(desk, 80)
        wake(desk, choose(desk, EVERYTHING, None))
        assert send(desk, plan).unknown == 1
        later(desk, 80)
        assert what(choose(desk, EVERYTHING, None)) == {"C-1": "decide"}
        send(desk, plan)
        assert len(office.taken) == 2
        with desk.ledger.read() as db:
            assert db.execute(select(cases.c.delivered)).scalar() == "sent"


def test_two_commands_at_once_wake_it_once(tmp_path, office):
    desk, plan = mailed(tmp_path, office, 1)
    later(desk, 80)
    one, other = choose(desk, EVERYTHING, None), choose(again(desk), EVERYTHING, None)
    wake(desk, one)
    send(desk, plan)
    wake(again(desk), other)
    send(again(desk), plan)
    assert len(office.taken) == 2


@pytest.mark.parametrize("value", ["removed", "restricted"])
def test_what_was_decided_is_left_alone(tmp_path, office, value):
    desk, _ = mailed(tmp_path, office)
    claim(desk, 1, value)
    later(desk, 80)
    assert what(choose(desk, EVERYTHING, None)) == {"C-2": "remind"}


@pytest.mark.parametrize(
    ("code", "do"),
    [
        ("insufficient_information", "takedown answer R-1 --text FILE"),
        ("court_order_needed", "takedown case next-step C-1 --basis court-order"),
        ("wrong_entity", "takedown platforms telegram"),
        ("already_gone", "takedown verify --platform telegram"),
        ("not_illegal", "takedown case next-step C-1 --basis PACK"),
        ("", "takedown case next-step C-1 --basis PACK"),
    ],
)
def test_a_refusal_is_listed_with_what_would_mend_it(tmp_path, office, code, do):
    desk, _ = mailed(tmp_path, office, 1)
    later(desk, 1)
    desk.ledger.write(lambda book: add_claims(book, [Claim(1, "declined", "by_hand", reason_code=code)]))
    (one,) = choose(desk, EVERYTHING, None).all()
    assert (one.what, one.do) == ("mend", do)
    assert one.why.startswith("declined: ")


def test_what_was_added_to_a_refusal_is_waited_for(tmp_path, office):
    desk, _ = mailed(tmp_path, office, 1)
    later(desk, 1)
    claim(desk, 1, "declined")
    later(desk, 1)
    plan, _ = plan_answer(desk, of_purpose(desk, "removal")[0]["id"], "Here is the court's order.")
    assert send(desk, plan).sent == 1
    assert what(choose(desk, EVERYTHING, None)) == {"C-1": "wait"}


def test_nobody_is_reminded_while_a_clock_lawfully_stands_still(tmp_path, office):
    """The clock of an EU removal order stops while the platform reports an obstacle that is not its doing."""
    desk, _ = mailed(tmp_path, office, 1)
    hour = next(clock for clock in desk.packs["eu-tco-3"].clocks if clock.verified)
    desk.packs["pk-peca-37"] = desk.packs["pk-peca-37"].model_copy(update={"clocks": (hour,)})
    desk.clock.at += 60
    hindered = [Claim(1, "in_review", "by_hand", reason_code="force_majeure")]
    desk.ledger.write(lambda book: add_claims(book, hindered))
    later(desk, 80)
    (one,) = choose(desk, EVERYTHING, None).all()
    assert (one.what, one.why.split(":")[0]) == ("wait", "its clock stands still")
    claim(desk, 1, "received")
    desk.clock.at += 60
    assert what(choose(desk, EVERYTHING, None)) == {"C-1": "wait"}, "the hour starts anew"
    later(desk, 2)
    assert what(choose(desk, EVERYTHING, None)) == {"C-1": "remind"}


def test_a_clock_that_stands_or_runs_is_in_its_time():
    hour = load_packs()["eu-tco-3"]
    case = {"sent_at": 1000.0, "answered_at": None}
    asked = [{"value": "needs_information", "reason_code": "manifest_errors", "recorded_at": 1500.0}]
    assert "stands still" in in_its_time(clocks_of(hour.clocks, case, asked, 900_000.0))
    answered = {**case, "answered_at": 10_000.0}
    assert "its time runs until" in in_its_time(clocks_of(hour.clocks, answered, asked, 10_000.0 + HOUR - 1))
    assert in_its_time(clocks_of(hour.clocks, answered, asked, 10_000.0 + HOUR + 1)) == ""
    hindered = [{"value": "in_review", "reason_code": "force_majeure", "recorded_at": 1500.0}]
    assert "stands still" in in_its_time(clocks_of(hour.clocks, case, hindered, 900_000.0))
    ended = [*hindered, {"value": "in_review", "reason_code": "", "recorded_at": 20_000.0}]
    assert "its time runs until" in in_its_time(clocks_of(hour.clocks, case, ended, 20_000.0 + HOUR - 1))


@pytest.mark.safeguard("S15")
def test_nobody_is_reminded_of_what_is_past_its_review_date(tmp_path, office):
    desk, _ = mailed(tmp_path, office, 1)
    later(desk, 24 * 181)
    assert what(choose(desk, EVERYTHING, None)) == {"C-1": "review"}


def test_a_platform_is_not_asked_again_beyond_its_budget_of_a_day(tmp_path, office):
    platforms = {"telegram": {"channel": "email", "to": TO, "rate": "10/s", "resubmit_per_day": 2}}
    extra = f'[smtp]\nhost = "127.0.0.1"\nport = {office.port}\n'
    desk = make_desk(tmp_path, platforms, clock=TurnedClock(), extra=extra)
    add_cases(desk, "telegram", range(1, 4))
    plan = make_plan(desk, Selection()).plan
    send(desk, plan)
    later(desk, 80)
    first = choose(desk, EVERYTHING, None)
    assert sorted(what(first).values()) == ["remind", "remind", "wait"]
    wake(desk, first)
    assert send(desk, plan).exit == 0
    assert sorted(what(choose(desk, EVERYTHING, None)).values()) == ["decide", "decide", "wait"]
    later(desk, 24)
    assert sorted(what(choose(desk, EVERYTHING, None)).values()) == ["decide", "decide", "remind"]


def test_what_was_asked_for_often_enough_is_for_a_person(tmp_path, office):
    desk, plan = mailed(tmp_path, office, 1)
    first = of_purpose(desk, "removal")[0]
    for more in (1, 2):
        row = {**first, "id": first["id"] + 100 + more, "reference": f"TD-{more}", "position": 100 + more, "state": "refused"}
        desk.ledger.write(lambda book, row=row: book.db.execute(requests.insert().values(**row)))
        carried = {"request": row["id"], "position": 0, "case": 1, "version": more}
        desk.ledger.write(lambda book, carried=carried: book.db.execute(request_cases.insert().values(**carried)))
    values = {"delivered": "refused", "version": 9, "request": first["id"] + 102}
    desk.ledger.write(lambda book: book.db.execute(update(cases).values(**values)))
    assert what(choose(desk, EVERYTHING, None)) == {"C-1": "decide"}
    assert plan


def test_a_question_is_to_be_answered_and_not_reminded_of(tmp_path, office):
    desk, _ = mailed(tmp_path, office)
    claim(desk, 1, "needs_information")
    later(desk, 80)
    assert what(choose(desk, EVERYTHING, None)) == {"C-1": "answer", "C-2": "remind"}


@pytest.mark.parametrize("column", [{"observed": "gone"}, {"observed": "withheld"}, {"withdrawal": "requested"}])
def test_what_is_not_there_and_what_was_taken_back_is_not_reminded_of(tmp_path, office, column):
    desk, _ = mailed(tmp_path, office, 1)
    later(desk, 80)
    desk.ledger.write(lambda book: book.db.execute(update(cases).values(**column)))
    assert what(choose(desk, EVERYTHING, None)) == {}


def test_a_closed_or_changed_case_does_not_wake_what_was_frozen(tmp_path, office):
    desk, _ = mailed(tmp_path, office)
    later(desk, 80)
    close(desk.ledger, 1, "mistake", "asma")
    desk.ledger.write(lambda book: book.db.execute(update(cases).where(cases.c.id == 2).values(version=cases.c.version + 1)))
    assert what(choose(desk, EVERYTHING, None)) == {"C-2": "decide"}


def test_a_plan_that_ran_out_keeps_its_sleeping_reminders(tmp_path, office):
    desk, plan = mailed(tmp_path, office, 1)
    later(desk, 24 * 30)
    assert send(desk, plan).exit == 0, "a late submit is no reason to end it"
    wake(desk, choose(desk, EVERYTHING, None))
    assert send(desk, plan).exit == 0
    assert len(office.taken) == 2


def test_a_plan_that_ran_out_unsent_takes_its_reminders_along(tmp_path, office):
    platforms = {"telegram": {"channel": "email", "to": TO}}
    desk = make_desk(tmp_path, platforms, clock=TurnedClock(), extra=f'[smtp]\nhost = "127.0.0.1"\nport = {office.port}\n')
    add_cases(desk, "telegram", [1])
    plan = make_plan(desk, Selection()).plan
    later(desk, 80)
    with pytest.raises(PlanEnded):
        send(desk, plan)
    assert {row["state"] for row in [*of_purpose(desk, "removal"), *of_purpose(desk, "reminder")]} == {"withdrawn"}
    assert what(choose(desk, EVERYTHING, None)) == {}


# From the command line.


@pytest.fixture
def refusing():
    with PostOffice({"RCPT": ["550 5.1.1 no such mailbox", "250 Ok"]}).open() as found:
        yield found


def run(desk, *words):
    done = takedown(*words, "--json", cwd=desk.config.folder)
    assert "Traceback" not in done.err
    return done.code, json.loads(done.out)


def test_with_nothing_due_the_exit_is_0(tmp_path, office):
    desk, _ = mailed(tmp_path, office, 1, at=time.time())
    code, told = run(desk, "resubmit", "--pending")
    assert (code, told["items"]) == (0, [])


def test_a_dry_run_tells_and_sends_nothing(tmp_path, office):
    desk, _ = mailed(tmp_path, office, 1, at=time.time() - 100 * HOUR)
    code, told = run(desk, "resubmit", "--pending", "--dry-run")
    assert (code, told["dry_run"]) == (0, True)
    assert [one["what"] for one in told["items"]] == ["remind"]
    assert len(office.taken) == 1
    assert of_purpose(desk, "reminder")[0]["not_before"] == DORMANT


@pytest.mark.parametrize("at_once", [1, 2, 3, 500])
def test_a_dry_run_of_many_is_told_as_it_is_found(tmp_path, office, monkeypatch, capsys, at_once):
    monkeypatch.setattr(commands, "AT_ONCE", at_once)
    mailed(tmp_path, office, 3, at=time.time() - 100 * HOUR)
    monkeypatch.chdir(tmp_path)
    assert cli(["resubmit", "--pending", "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["case"] for one in told["items"]] == ["C-1", "C-2", "C-3"]
    assert told["summary"] == {"reminders": 3, "anew": 0, "left_alone": 0, "plan": None}
    assert cli(["resubmit", "--pending", "--dry-run"]) == 0
    screen = capsys.readouterr().out
    assert [f"FILE-{n}" in screen for n in (1, 2, 3)] == [True] * 3


def test_the_command_reminds_once_whatever_the_plan_s_age(tmp_path, office):
    desk, _ = mailed(tmp_path, office, 1, at=time.time() - 100 * HOUR)
    assert run(desk, "resubmit", "--pending")[0] == 0
    assert len(office.taken) == 2
    code, told = run(desk, "resubmit", "--pending", "--older-than", "1h")
    assert (code, [one["what"] for one in told["items"]]) == (0, ["decide"])
    assert len(office.taken) == 2


def test_what_was_refused_comes_back_as_a_plan_and_only_when_it_changed(tmp_path, refusing):
    platforms = {"telegram": {"channel": "email", "to": TO, "rate": "10/s"}}
    extra = f'[smtp]\nhost = "127.0.0.1"\nport = {refusing.port}\n'
    desk = make_desk(tmp_path, platforms, clock=TurnedClock(time.time()), extra=extra)
    add_cases(desk, "telegram", [1])
    assert send(desk, make_plan(desk, Selection()).plan).refused == 1
    assert what(choose(desk, EVERYTHING, None)) == {"C-1": "mend"}
    assert run(desk, "resubmit", "--pending")[0] == 0
    with desk.ledger.read() as db:
        assert db.execute(select(cases.c.delivered)).scalar() == "refused"
    desk.ledger.write(lambda book: book.db.execute(update(cases).values(version=2, reason="A better reason, of enough words.")))
    desk.ledger.write(keep_back)
    assert what(choose(desk, EVERYTHING, None)) == {}, "it may have been asked for since a backup was made"
    clear(desk, 1, None, "Not in the sent folder.")
    assert what(choose(desk, EVERYTHING, None)) == {"C-1": "plan anew"}
    code, told = run(desk, "resubmit", "--pending")
    assert (code, told["summary"]["plan"], told["summary"]["anew"]) == (8, "P-2", 1)
    with desk.ledger.read() as db:
        assert db.execute(select(cases.c.delivered)).scalar() == "planned"
    assert refusing.taken == [], "a new plan waits for its approval"
