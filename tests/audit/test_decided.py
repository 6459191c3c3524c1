"""What people decided and rows alone keep: the switch, holds, appeals, planners, files. Who edits those rows is found."""

import json

import pytest
from desks import Quiet, TurnedClock, add_cases, again, signed, write_config
from sqlalchemy import delete, insert, select, update
from tampering import Platform, edit, planned, sent_desk

from takedown.audit import verify
from takedown.delivery.halting import halt, unhalt, unhalt_statement
from takedown.ledger.cases import close
from takedown.ledger.keeping import erase, hold, release
from takedown.ledger.tables import appeals, batches, cases, holds, meta, plans, request_cases, requests, volumes
from takedown.outcomes.differences import hold as keep_apart
from takedown.outcomes.withdraw import take_back
from takedown.planning.approving import verify as check
from takedown.planning.making import make_plan
from takedown.planning.redress import add_appeal, decide_appeal
from takedown.planning.selection import Selection
from takedown.planning.undoing import discard


@pytest.fixture
def desk(tmp_path):
    """Four cases sent; C-1 is held back for a court, of C-2 one appeal was reversed and one is open; sending is halted."""
    with sent_desk(tmp_path, TurnedClock()) as desk:
        hold(desk.ledger, 1, "a court asked", "planner")
        hold(desk.ledger, 3, "a mistake", "planner")
        release(desk.ledger, 3, "it was one", "alice")
        for why in ("the user says no", "the user says so again"):
            add_appeal(desk, 2, "user", why, desk.clock.now() + 86400, "")
        decide_appeal(desk, 1, "upheld", "it calls for violence")
        halt(desk, "a drill")
        assert problems(desk) == []
        yield desk


def problems(desk):
    return [what for _, what in verify(desk.ledger).problems]


HALTED = meta.c.name == "halted"
OTHER = json.dumps({"by": "mallory", "why": "a drill", "at": 1})
ATTACKS = {
    "let go of the switch": (update(meta).where(HALTED).values(value=""), "and the ledger says that it goes on"),
    "take the switch away": (delete(meta).where(HALTED), "and the ledger says that it goes on"),
    "halt in another's name, to let go oneself": (update(meta).where(HALTED).values(value=OTHER), "by another than mallory"),
    "end a legal hold": (delete(holds), "the hold of C-1 was taken away"),
    "hold another case in its place": (update(holds).values(case=4), "C-4 is held, and nobody recorded that"),
    "another reason for a hold": (update(holds).values(reason="none"), "the hold of C-1 is not the one"),
    "decide an appeal": (update(appeals).where(appeals.c.id == 2).values(outcome="upheld"), "A-2 is not the appeal"),
    "turn an appeal round": (update(appeals).where(appeals.c.id == 1).values(outcome="reversed"), "A-1 is not the appeal"),
    "give an appeal more time": (update(appeals).where(appeals.c.id == 2).values(due_at=4e9), "A-2 is not the appeal"),
    "make an appeal go away": (delete(appeals).where(appeals.c.id == 2), "A-2 is gone"),
    "make an appeal up": (
        insert(appeals).values({"case": 3, "from": "user", "reason": "x", "received_at": 1.0, "due_at": 2.0}),
        "A-3 is there, and nobody recorded it",
    ),
    "plan in another's name, to approve oneself": (update(plans).values(planner="bilal"), "P-1 was made by another than bilal"),
    "import another file": (update(batches).values(sha256="0" * 64), "B-1 was imported from another file"),
    "import in another's name": (update(batches).values(by="bilal"), "B-1 was imported from another file, or by another person"),
    "have a plan live longer": (update(plans).values(valid_until=plans.c.valid_until + 86400), "may be sent until another time"),
    "invent a platform's yes to a withdrawal": (
        update(cases).where(cases.c.id == 4).values(withdrawal="acknowledged"),
        "the withdrawal of C-4 is acknowledged, and nobody recorded that",
    ),
    "have a case sent twice": (
        update(cases).where(cases.c.id == 2).values(delivered="draft", sent_at=None),
        "C-2 is called unsent, but a request for it was",
    ),
    "call a case sent that was left out": (
        update(request_cases).where(request_cases.c.case == 2).values(excepted="another desk's"),
        "C-2 is called sent, but no request for it was",
    ),
    "make room under a day's limit": (delete(volumes), "P-1 carries 4 cases to facebook, and counts 0"),
    "spoil what a plan asks for": (update(plans).values(demands="{"), "cannot be understood"),
    "spoil the switch": (update(meta).where(HALTED).values(value="{"), "cannot be understood"),
}


@pytest.mark.figure("attacks on what people decided", unit="attacks", how="found by audit verify")
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_found(desk, name):
    statement, words = ATTACKS[name]
    edit(desk, statement)
    assert any(words in one for one in problems(desk)), problems(desk)


@pytest.mark.figure("attacks on what people decided", unit="attacks", how="found by audit verify")
def test_a_case_that_was_kept_apart_is_not_freed_unseen(desk):
    desk.ledger.write(lambda book: keep_apart(book, 4, "another account has its name"))
    assert problems(desk) == []
    edit(desk, update(cases).values(held=""))
    assert any("C-4 was kept apart by event" in one for one in problems(desk))


ENDS = {
    "hide that a second person is to look": (update(plans).where(plans.c.id == 2).values(review=""), "P-2 was to be reviewed"),
    "say that one has": (
        update(plans).where(plans.c.id == 2).values(review="accepted"),
        "the review of P-2 is accepted, and due",
    ),
    "forget a withdrawal": (update(cases).where(cases.c.id == 4).values(withdrawal="none"), "C-4 was taken back at its platform"),
    "put an ended plan in force": (update(plans).where(plans.c.id == 3).values(state="approved"), "P-3 was ended by event"),
}


@pytest.mark.figure("attacks on what people decided", unit="attacks", how="found by audit verify")
@pytest.mark.parametrize("name", ENDS)
def test_who_changes_how_a_plan_ended_is_found(desk, name):
    """C-4 is withdrawn by P-2, which nobody has reviewed; P-3 was discarded."""
    statement = unhalt_statement(desk)
    unhalt(again(desk, "alice"), signed(desk.config.folder / "alice", statement))
    with Platform().open() as platform:
        write_config(desk.config.folder, platform.settings(), approvals=1)
        desk = again(desk)
        take_back(desk, [4], "a mistake", 0.0, Quiet())
        add_cases(desk, "facebook", [9])
        discard(desk.ledger, make_plan(desk, Selection()).plan, "another day", "planner")
    assert problems(desk) == []
    edit(desk, ENDS[name][0])
    assert any(ENDS[name][1] in one for one in problems(desk)), problems(desk)


def test_a_reminder_that_nobody_woke_is_found(tmp_path):
    platforms = {"telegram": {"channel": "email", "to": "orders@telegram.example"}}
    desk, _ = planned(tmp_path, platforms, 1, platform="telegram", extra='[smtp]\nhost = "127.0.0.1"\nport = 9\n')
    check(desk, 1)
    assert problems(desk) == []
    edit(desk, update(requests).where(requests.c.purpose == "reminder").values(not_before=0.0))
    assert any("is a reminder that is to go out, and nobody let it" in one for one in problems(desk))


def test_an_honest_end_of_all_of_it_has_no_problems(desk):
    release(desk.ledger, 1, "the court is done", "alice")
    decide_appeal(desk, 2, "reversed", "a mistake")
    statement = unhalt_statement(desk)
    assert unhalt(again(desk, "alice"), signed(desk.config.folder / "alice", statement)) == ""
    assert problems(desk) == []
    halt(desk, "again")
    halt(again(desk, "bilal"), "a second word")
    assert problems(desk) == []


def test_a_person_who_is_erased_is_erased_from_appeals_too(desk):
    close(desk.ledger, 2, "mistake", "planner")
    erase(desk.ledger, 2, "asked to", "planner")
    with desk.ledger.read() as db:
        assert {tuple(row) for row in db.execute(select(appeals.c.reason, appeals.c.why, appeals.c.evidence))} == {("", "", "")}
    assert problems(desk) == []
