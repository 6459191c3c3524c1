import random
from contextlib import suppress
from pathlib import Path

import pytest
from busy import busy
from ledger_scenes import DAY, START, Scene, scene

from takedown.contract import UsageError
from takedown.ledger.book import Book
from takedown.ledger.cases import ClosedAlready, NotClosed, close, reopen
from takedown.ledger.moves import State, move, take_out
from takedown.ledger.truths import Sighting, add_sightings
from takedown.notices.errors import NoSuchPack
from takedown.planning.withdrawing import withdraw
from takedown.report.cells import Scope
from takedown.report.outcomes import Asked, report

STEPS = {
    State.PLANNED: [State.APPROVED, State.WITHDRAWN],
    State.APPROVED: [State.SENDING, State.OPERATOR],
    State.SENDING: [State.SENT, State.REFUSED, State.UNKNOWN, State.APPROVED],
    State.UNKNOWN: [State.SENT, State.APPROVED],
    State.OPERATOR: [State.SENT, State.UNKNOWN],
}


def happen(at_desk: Scene, rng: random.Random, open_requests: dict[int, State]) -> None:
    """One thing of all that changes a figure."""
    case = rng.randint(1, at_desk.made)
    match rng.choice(["case", "plan", "move", "move", "move", "claim", "see", "close", "reopen", "take back"]):
        case "case":
            at_desk.case(rng.choice(["chirp", "wren"]))
        case "plan" if at_desk.delivered(case) in {"draft", "refused", "sent"}:
            open_requests[at_desk.plan(case)] = State.PLANNED
        case "move" if open_requests:
            request = rng.choice(sorted(open_requests))
            to = rng.choice(STEPS[open_requests.pop(request)])
            at_desk.go(request, to)
            if to in STEPS:
                open_requests[request] = to
        case "claim":
            at_desk.claim(case, rng.choice(["received", "in_review", "removed", "declined"]))
        case "see":
            value = rng.choice(["available", "gone", "suspended", "unknown"])
            seen = Sighting(case, value, "m", "high", "PK", source=rng.choice(["probe", "by_hand"]))
            at_desk.desk.ledger.write(lambda book: add_sightings(book, [seen]))
        case "take back" if at_desk.delivered(case) in {"planned", "approved"}:
            with suppress(NoSuchPack):  # one that was sent before, too: its withdrawal would be drafted
                withdraw(at_desk.desk, [case], "A mistake.")
                for request in [*open_requests]:
                    if at_desk.state(request) == "withdrawn":
                        del open_requests[request]
        case "close":
            with suppress(ClosedAlready):
                close(at_desk.desk.ledger, case, rng.choice(["done", "mistake"]), "alice")
        case "reopen":
            with suppress(NotClosed):
                reopen(at_desk.desk.ledger, case, "alice")


@pytest.mark.parametrize("seed", range(8))
def test_every_past_figure_can_be_made_again(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    with scene(tmp_path) as at_desk:
        at_desk.case()
        open_requests: dict[int, State] = {}
        kept = []
        for _ in range(60):
            happen(at_desk, rng, open_requests)
            kept.append((at_desk.clock.at, report(at_desk.desk)))
            at_desk.clock.at += rng.choice([0.01, 60, DAY])
        assert len({str(found.groups) for _, found in kept}) > 20
        for at, then in kept:
            again = report(at_desk.desk, Asked(as_of=at))
            assert again.groups == then.groups
            assert again.id == then.id


def test_a_case_left_out_while_filing_was_carried_until_then(at_desk: Scene) -> None:
    filed, left = at_desk.case(), at_desk.case()
    request = at_desk.plan(filed, left, channel="portal")
    at_desk.go(request, State.APPROVED, State.OPERATOR)
    before, then = at_desk.clock.at, report(at_desk.desk)
    at_desk.clock.at += DAY

    def file(book: Book) -> None:
        take_out(book, request, {left: "gone already"})
        move(book, [request], State.OPERATOR, State.SENT, event={"excepted": [f"C-{left}"]}, receipt="CH-1")

    at_desk.write(file)
    after, now = at_desk.clock.at, report(at_desk.desk)
    at_desk.clock.at += DAY
    assert (then.whole.delivery, now.whole.delivery) == ({"operator": 2}, {"sent": 1, "draft": 1})
    assert report(at_desk.desk, Asked(as_of=before)).groups == then.groups
    assert report(at_desk.desk, Asked(as_of=after)).groups == now.groups


def test_a_case_imported_later_was_not_there(at_desk: Scene) -> None:
    at_desk.case()
    at_desk.clock.at += DAY
    at_desk.case()
    assert report(at_desk.desk, Asked(as_of=START)).whole.cases == 1
    assert report(at_desk.desk, Asked(scope=Scope(since=START + 1))).whole.cases == 1


def test_the_future_has_no_figures(at_desk: Scene) -> None:
    with pytest.raises(UsageError, match="has not come yet"):
        report(at_desk.desk, Asked(as_of=at_desk.clock.at + 1))


def test_a_mail_that_came_back_twice_was_out_in_between(at_desk: Scene) -> None:
    """The row forgets when it was delivered as soon as it comes back; the events do not."""
    request = at_desk.sent(at_desk.case(), channel="email")
    moments = []
    for state in (State.RETURNED, State.SENT, State.RETURNED, State.SENT):
        moments.append((at_desk.clock.at, report(at_desk.desk)))
        at_desk.clock.at += DAY
        at_desk.go(request, state)
    assert [found.whole.asked for _, found in moments] == [1, 0, 1, 0]
    at_desk.clock.at += DAY
    for at, then in moments:
        assert report(at_desk.desk, Asked(as_of=at)).id == then.id


def test_a_closing_that_was_undone_since_ended_the_watch(at_desk: Scene) -> None:
    case = at_desk.case()
    at_desk.sent(case)
    at_desk.clock.at += DAY
    close(at_desk.desk.ledger, case, "unverifiable", "alice")
    at_desk.clock.at += DAY
    before = report(at_desk.desk)
    at_desk.clock.at += 1
    reopen(at_desk.desk.ledger, case, "alice")
    at_desk.clock.at += DAY
    assert dict(before.course.groups["chirp"]["first"].unended) == {DAY: 1}
    assert report(at_desk.desk, Asked(as_of=before.at)).id == before.id
    assert dict(report(at_desk.desk).course.groups["chirp"]["first"].unended) == {3 * DAY + 1: 1}


@pytest.mark.parametrize(("by", "unit"), [("week", "account"), ("kind", "request"), ("organisation", "case"), ("basis", "case")])
def test_a_quoted_id_is_found_again_by_its_own_window(tmp_path: Path, by: str, unit: str) -> None:
    with scene(tmp_path) as at_desk:
        busy(at_desk, 5, 80)
        then = report(at_desk.desk, Asked(by, unit=unit))
        at_desk.clock.at += 1
        busy(at_desk, 6, 40)
        assert report(at_desk.desk, Asked(by, unit=unit, as_of=then.at)).id == then.id
        assert report(at_desk.desk, Asked(by, unit=unit)).id != then.id
