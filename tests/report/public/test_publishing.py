"""What is published was verified whole: an edit that changes no figure is found as well, and then nothing is written."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from desks import QuickClock, add_cases, again, make_desk, make_key, signed
from sqlalchemy import update

from takedown.desk import Desk
from takedown.ledger.tables import cases, requests
from takedown.planning.approving import approve
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection
from takedown.report.public.document import up_to
from takedown.report.public.publishing import publish
from takedown.report.public.record import DoesNotReconcile

sys.path += [str(Path(__file__).parents[2] / name) for name in ("delivery", "outcomes")]

from asking import Platform
from sendings import send


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Four requests, approved and sent."""
    for name in ("planner", "alice"):
        make_key(tmp_path, name)
    with Platform().open() as platform:
        desk = make_desk(tmp_path, platform.settings(), approvals=1, clock=QuickClock())
        add_cases(desk, "facebook", range(1, 5))
        made = make_plan(desk, Selection())
        approve(again(desk, "alice"), made.plan, made.cases, signed(tmp_path / "alice", made.digest))
        assert send(desk, made.plan).exit == 0
    yield desk
    desk.ledger.close()


@pytest.mark.safeguard("S17")
@pytest.mark.parametrize("change", [update(cases).values(reason="Another reason."), update(requests).values(body=b"other")])
def test_nothing_is_published_from_a_ledger_that_was_edited(desk: Desk, tmp_path: Path, change: object) -> None:
    publish(desk, "transparency", up_to(desk.clock.now()), tmp_path / "before.md")
    desk.ledger.write(lambda book: book.db.execute(change) and None)  # type: ignore[call-overload] # an update
    with pytest.raises(DoesNotReconcile):
        publish(desk, "transparency", up_to(desk.clock.now()), tmp_path / "after.md")
    assert not (tmp_path / "after.md").exists()
