"""A desk with a record worth tampering with, and a hand that reaches past every rule."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from desks import add_cases, again, make_desk, make_key, signed

from takedown.planning.approving import approve
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection

sys.path += [str(Path(__file__).parents[1] / name) for name in ("delivery", "outcomes")]

from asking import Platform as Platform
from sendings import planned as planned
from sendings import send


@contextmanager
def sent_desk(tmp_path, clock) -> Generator:
    """Four requests, approved by alice and sent."""
    for name in ("planner", "alice", "bilal"):
        make_key(tmp_path, name)
    with Platform().open() as platform:
        desk = make_desk(tmp_path, platform.settings(), approvals=1, clock=clock)
        add_cases(desk, "facebook", range(1, 5))
        made = make_plan(desk, Selection())
        approve(again(desk, "alice"), made.plan, made.cases, signed(tmp_path / "alice", made.digest))
        assert send(desk, made.plan).exit == 0
    yield desk
    desk.ledger.close()


def edit(desk, *statements):
    """Straight into the database, past every rule."""
    with desk.ledger.engine.connect().execution_options(takedown_write=True) as db, db.begin():
        for one in statements:
            db.execute(one)
