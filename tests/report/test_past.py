import random
from contextlib import suppress
from pathlib import Path

import pytest
from ledger_scenes import DAY, START, Scene, scene

from takedown.contract import UsageError
from takedown.ledger.cases import ClosedAlready, NotClosed, close, reopen
from takedown.ledger.moves import State
from takedown.report.cells import Scope
from takedown.report.outcomes import report

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
    match rng.choice(["case", "plan", "move", "move", "move", "claim", "close", "reopen"]):
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
            again = report(at_desk.desk, as_of=at)
            assert again.groups == then.groups
            assert again.id == then.id


def test_a_case_imported_later_was_not_there(at_desk: Scene) -> None:
    at_desk.case()
    at_desk.clock.at += DAY
    at_desk.case()
    assert report(at_desk.desk, as_of=START).whole.cases == 1
    assert report(at_desk.desk, scope=Scope(since=START + 1)).whole.cases == 1


def test_the_future_has_no_figures(at_desk: Scene) -> None:
    with pytest.raises(UsageError, match="has not come yet"):
        report(at_desk.desk, as_of=at_desk.clock.at + 1)
