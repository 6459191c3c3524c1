import pytest
from crew_desk import Worker
from desks import add_cases, make_desk
from sendings import api
from servers import database

from takedown.planning.making import make_plan
from takedown.planning.selection import Selection
from takedown.sandbox.behaviour import Behaviour
from takedown.sandbox.server import Sandbox

BY_THE_CLOCK = "[fleet]\n" + "".join(
    f'{task} = "0 0 1 1 *"\n' for task in ("sync", "mail", "verify", "resubmit", "withdrawals", "emergencies", "deadlines")
)
"""Once a year: a test that runs while a quarter of an hour strikes sees no more tasks than any other."""


@pytest.fixture
def stand_in(tmp_path):
    from contextlib import ExitStack

    with ExitStack() as stack:

        def start(*platforms, **behaviour):
            behaviours = {name: Behaviour(**behaviour) for name in platforms or ("facebook",)}
            return stack.enter_context(Sandbox(tmp_path / "platforms", behaviours, scale=3600.0).in_background())

        yield start


@pytest.fixture
def fleet_desk(tmp_path, monkeypatch):
    """Makes a desk on PostgreSQL, and a plan of some cases on each platform."""
    monkeypatch.setattr("desks.ledger_url", lambda folder: database(tmp_path))

    def start(sandbox, n, platforms=("facebook",), **lane):
        tables = {}
        for name in platforms:
            tables |= api(sandbox, name, **{"rate": "100/s", **lane})
        desk = make_desk(tmp_path, tables, extra=BY_THE_CLOCK)
        for name in platforms:
            add_cases(desk, name, range(1, n + 1))
        return desk, make_plan(desk, Selection()).plan

    return start


@pytest.fixture
def workers(tmp_path):
    """Starts workers; those that still live are killed at the end."""
    started = []

    def start(folder=tmp_path):
        started.append(Worker(folder, tmp_path / "work.log"))
        return started[-1]

    yield start
    for one in started:
        if one.process.is_alive():
            one.kill()
