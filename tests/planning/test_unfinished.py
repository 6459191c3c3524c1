"""A plan whose making is broken off leaves its cases where they were, and nothing for the audit to wonder at."""

import pytest
from desks import again
from sqlalchemy import select, update

from takedown.audit import verify as audit
from takedown.ledger.tables import cases, plans, requests
from takedown.planning import making
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection
from takedown.planning.unfinished import LONGEST, CasesChanged


class Died(BaseException):
    """The process is gone: nothing of it runs any more."""


def die(*words, **more):
    raise Died


@pytest.fixture
def interrupted(desk, monkeypatch):
    """A desk whose process died after it had frozen the requests, and before it had finished the plan."""
    with monkeypatch.context() as mortal:
        mortal.setattr(making, "_finish", die)
        mortal.setattr(making, "undo", die)
        with pytest.raises(Died):
            make_plan(desk, Selection())
    desk.ledger.close()
    return again(desk)


def states(desk, column):
    with desk.ledger.read() as db:
        return set(db.execute(select(column)).scalars())


def test_what_a_dead_process_was_planning_is_planned_by_the_next(interrupted):
    assert states(interrupted, cases.c.delivered) == {"planned"}
    if interrupted.ledger.engine.dialect.name != "sqlite":
        interrupted.ledger.write(lambda book: book.db.execute(update(plans).values(created_at=book.now - LONGEST - 1)))
    assert make_plan(interrupted, Selection()).cases == 7
    assert states(interrupted, plans.c.state) == {"discarded", "open"}
    assert audit(interrupted.ledger).problems == []


def test_what_is_being_made_is_left_alone(desk, monkeypatch):
    """Two people plan at once: the second one ends nothing of the first one's."""
    finish = making._finish

    def meanwhile(*words):
        monkeypatch.setattr(making, "_finish", finish)
        other = again(desk)
        with pytest.raises(making.NothingToPlan):
            make_plan(other, Selection())
        other.ledger.close()
        return finish(*words)

    monkeypatch.setattr(making, "_finish", meanwhile)
    assert make_plan(desk, Selection()).cases == 7
    assert states(desk, plans.c.state) == {"open"}


@pytest.mark.parametrize("step", ["_store", "_finish"])
def test_a_maker_whose_plan_was_ended_begins_anew(desk, monkeypatch, step):
    whole = getattr(making, step)

    def too_late(*words):
        desk.ledger.write(lambda book: book.db.execute(update(plans).values(state="discarded")))
        return whole(*words)

    monkeypatch.setattr(making, step, too_late)
    with pytest.raises(CasesChanged):
        make_plan(desk, Selection())
    assert states(desk, plans.c.state) == {"discarded"}


@pytest.mark.parametrize("step", ["_store", "_finish"])
@pytest.mark.parametrize("why", [CasesChanged, KeyboardInterrupt])
def test_a_plan_that_fails_leaves_no_trace_that_the_audit_takes_for_a_forgery(desk, monkeypatch, step, why):
    def fails(*words):
        raise why

    monkeypatch.setattr(making, step, fails)
    with pytest.raises(why):
        make_plan(desk, Selection())
    assert states(desk, cases.c.delivered) == {"draft"}
    assert audit(desk.ledger).problems == []


def test_nothing_hides_in_a_plan_that_was_never_finished(interrupted):
    interrupted.ledger.write(lambda book: book.db.execute(update(requests).where(requests.c.id == 1).values(state="sent")))
    assert (0, "R-1 is sent, and its plan was never recorded") in audit(interrupted.ledger).problems
