"""The ledger fails at its n-th commit, for every n: nothing unrecorded leaves, nothing doubles."""

from contextlib import contextmanager, suppress

import pytest
from desks import again
from dying import resume
from sendings import api, nothing_lost_or_doubled, planned, references, send, states, taken
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from takedown.audit import verify
from takedown.ledger.errors import LedgerFailed

COUNTED = pytest.mark.figure("commits that fail", unit="runs", how="each commit, and a full disk: nothing lost or doubled")

N, FEW, LAST = 3, 2, 14
FOR_EVER = 1_000_000
LANES = {"keyed": {"idempotency": True}, "neither": {}}


@pytest.fixture
def lane(tmp_path, stand_in):
    def start(name, n=N):
        sandbox = stand_in(keyed=name == "keyed")
        return sandbox, *planned(tmp_path, api(sandbox, **LANES[name]), n)

    return start


@contextmanager
def failing(ledger, first, count):
    """Commits number `first` to `first + count - 1` fail, as on a full disk. Gives the number of commits that were tried."""
    tried = [0]

    def commit(connection):
        if connection.get_execution_options().get("takedown_write"):
            tried[0] += 1
            if first <= tried[0] < first + count:
                raise OperationalError("COMMIT", {}, Exception("database or disk is full"))

    event.listen(ledger.engine, "commit", commit)
    try:
        yield tried
    finally:
        event.remove(ledger.engine, "commit", commit)


def calm_commits(desk, plan):
    with failing(desk.ledger, FOR_EVER, 0) as tried:
        send(desk, plan)
    return tried[0]


@COUNTED
@pytest.mark.parametrize("name", LANES)
@pytest.mark.parametrize("count", [1, FOR_EVER], ids=["once", "from then on"])
@pytest.mark.parametrize("first", range(1, LAST))
def test_the_nth_commit_fails(lane, name, count, first):
    sandbox, desk, plan = lane(name, n=FEW)
    with failing(desk.ledger, first, count) as tried, suppress(LedgerFailed):
        send(desk, plan, wait=60)
    assert set(taken(sandbox)) <= references(desk, "sending", "sent"), "it left without an intent on disk"
    in_flight = references(desk, "sending")
    assert tried[0] >= min(first, 2 * FEW), "this commit was never reached"
    resume(desk, plan, send)
    assert references(desk, "unknown") == (set() if name == "keyed" else in_flight)
    assert len(references(desk, "sent")) == FEW - len(references(desk, "unknown"))
    nothing_lost_or_doubled(desk, sandbox)
    assert verify(desk.ledger).problems == []


def test_every_commit_of_a_run_is_among_them(lane):
    _, desk, plan = lane("neither", n=FEW)
    assert 2 * FEW < calm_commits(desk, plan) < LAST


def fill(desk):
    """Use up the disk, and the free space within its last pages."""
    for size in (3000, 300, 3):
        with suppress(LedgerFailed):
            for _ in range(500):
                desk.ledger.write(lambda book, size=size: book.record("note", "x", {"fill": "x" * size}))


@COUNTED
@pytest.mark.parametrize("name", LANES)
@pytest.mark.sqlite("a limit of its pages")
def test_a_disk_that_is_full(lane, name):
    sandbox, desk, plan = lane(name)

    def full(connection, _):
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    desk.ledger.close()
    desk = again(desk)
    desk.ledger.engine.dispose()
    event.listen(desk.ledger.engine, "connect", full)
    fill(desk)
    with pytest.raises(LedgerFailed, match="full"):
        send(desk, plan)
    assert set(taken(sandbox)) <= references(desk, "sending", "sent")
    resume(desk, plan, send)
    nothing_lost_or_doubled(desk, sandbox)


def test_an_outcome_that_could_not_be_recorded_stays_an_intent(lane, monkeypatch):
    sandbox, desk, plan = lane("neither", n=1)
    from takedown.delivery import run

    def broken(*_):
        raise OperationalError("INSERT", {}, Exception("disk I/O error"))

    with monkeypatch.context() as patched:
        patched.setattr(run, "record", broken)
        with pytest.raises(LedgerFailed):
            send(desk, plan)
    assert references(desk, "sending") == set(taken(sandbox))
    assert send(again(desk), plan).exit == 8
    assert states(desk) == {"unknown": 1}
    assert sum(taken(sandbox).values()) == 1
