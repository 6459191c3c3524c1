"""The ledger fails at its n-th commit, for every n, or comes back from a backup: nothing unrecorded leaves, nothing doubles."""

import shutil
from contextlib import contextmanager, suppress

import pytest
from desks import again
from dying import resume
from sendings import api, nothing_lost_or_doubled, planned, references, send, states, taken
from sqlalchemy import event, select, update
from sqlalchemy.exc import OperationalError

from takedown.audit import verify
from takedown.comparing import NothingToReconcile, reconcile
from takedown.ledger import backup as backups
from takedown.ledger.backup import FileThere, backup, restore
from takedown.ledger.errors import LedgerFailed, NoLedger
from takedown.ledger.tables import requests
from takedown.planning.making import Selection, make_plan
from takedown.sandbox.journal import read_journal

COUNTED = pytest.mark.figure("commits that fail", unit="runs", how="each commit, and a full disk: nothing lost or doubled")
COUNTED_2 = pytest.mark.figure("backups restored", unit="runs", how="nothing is sent again but under a key that is still known")

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


# A backup, and its return.

OF_THE_FILE = pytest.mark.sqlite("a backup of its file")


def saved(desk, name="save.db"):
    file = desk.config.folder / name
    backup(desk.settings.ledger.url, desk.config.folder, file)
    return file


def returned(desk, file):
    """The desk over a restored ledger; a head outside says that it is behind, and a person says to go on."""
    desk.ledger.close()
    restore(desk.settings.ledger.url, desk.config.folder, "sandbox", file)
    old = again(desk)
    with suppress(NothingToReconcile):
        reconcile(old, None)
    return old


def approved_and_saved(desk, plan, limit=0):
    """A backup made when everything is approved and `limit` were sent already; then the rest goes out."""
    from takedown.planning.approving import verify as check

    check(desk, plan)
    if limit:
        send(desk, plan, limit=limit)
    file = saved(desk)
    send(desk, plan)
    return file


@COUNTED_2
@OF_THE_FILE
def test_after_a_restore_the_same_keys_are_repeated_and_nothing_is_doubled(lane):
    sandbox, desk, plan = lane("keyed")
    old = returned(desk, approved_and_saved(desk, plan, limit=1))
    assert states(old) == {"sent": 1, "unknown": 2}
    assert send(old, plan, wait=60).exit == 0
    assert states(old) == {"sent": 3}
    assert set(taken(sandbox).values()) == {1}
    assert sum(row["event"] == "replayed" for row in read_journal(sandbox.journal_path)) == 2
    assert verify(old.ledger).problems == []


@COUNTED_2
@OF_THE_FILE
def test_after_a_restore_without_a_key_everything_open_waits_for_a_person(lane):
    sandbox, desk, plan = lane("neither")
    old = returned(desk, approved_and_saved(desk, plan))
    assert states(old) == {"unknown": 3}
    assert send(old, plan, wait=60).exit == 8
    assert set(taken(sandbox).values()) == {1}


@COUNTED_2
@OF_THE_FILE
def test_a_key_that_the_platform_may_have_forgotten_since_is_not_used(lane):
    sandbox, desk, plan = lane("keyed")
    file = approved_and_saved(desk, plan)
    old = returned(desk, file)
    old.clock.start -= 25 * 3600 / (old.clock.speed - 1)  # now is 25 hours later
    assert send(old, plan, wait=60).exit == 8
    assert set(taken(sandbox).values()) == {1}


@OF_THE_FILE
def test_a_repeat_that_was_under_way_keeps_the_age_of_its_key(lane):
    _, desk, plan = lane("keyed", n=1)
    approved_and_saved(desk, plan)
    born = desk.clock.now() - 23 * 3600
    values = {"state": "sending", "key_born": born, "doubt_since": born}
    desk.ledger.write(lambda book: book.db.execute(update(requests).values(**values)))
    old = returned(desk, saved(desk, "later.db"))
    with old.ledger.read() as db:
        assert db.execute(select(requests.c.state, requests.c.key_born)).one() == ("unknown", born)


@OF_THE_FILE
def test_numbers_given_out_since_the_backup_are_not_given_out_again(lane):
    """References derive from them: a search for a new request must not find one that the backup does not know."""
    from desks import add_cases

    _, desk, _ = lane("neither")
    file = saved(desk)
    add_cases(desk, "facebook", [11, 12])
    make_plan(desk, Selection())
    lost = references(desk, "planned")
    old = returned(desk, file)
    add_cases(old, "facebook", [21, 22])
    make_plan(old, Selection())
    assert not references(old, "planned") & lost


@OF_THE_FILE
def test_reminders_that_slept_in_the_backup_are_not_sent(tmp_path, stand_in):
    sandbox = stand_in("telegram", mailbox="orders@telegram.example", hosts=frozenset({"t.me"}))
    platforms = {"telegram": {"channel": "email", "to": "orders@telegram.example", "rate": "10/s"}}
    extra = f'[smtp]\nhost = "127.0.0.1"\nport = {sandbox.smtp_port}\n'
    desk, plan = planned(tmp_path, platforms, 2, platform="telegram", extra=extra)
    old = returned(desk, approved_and_saved(desk, plan))
    with old.ledger.read() as db:
        found = db.execute(select(requests.c.purpose, requests.c.state).distinct()).all()
    assert {tuple(row) for row in found} == {("removal", "unknown"), ("reminder", "withdrawn")}


@OF_THE_FILE
def test_a_restore_that_is_interrupted_leaves_nothing_that_could_send(lane, monkeypatch):
    sandbox, desk, plan = lane("neither")
    file = approved_and_saved(desk, plan)

    def died(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(backups, "doubt", died)
        with pytest.raises(KeyboardInterrupt):
            returned(desk, file)
    assert states(again(desk)) == {"sent": 3}, "the ledger that was there is there still"
    assert states(returned(desk, file)) == {"unknown": 3}
    assert set(taken(sandbox).values()) == {1}


@OF_THE_FILE
def test_what_was_there_is_kept_and_nothing_is_overwritten(lane):
    _, desk, plan = lane("neither")
    file = approved_and_saved(desk, plan)
    with pytest.raises(FileThere):
        saved(desk)
    returned(desk, file).ledger.close()
    assert (desk.config.folder / "takedown.db.before-restore").exists()
    with pytest.raises(FileThere):
        returned(desk, file)
    shutil.move(f"{file}.secret", f"{file}.gone")
    (desk.config.folder / "takedown.db.before-restore").unlink()
    with pytest.raises(NoLedger, match=r"save\.db\.secret"):
        returned(desk, file)
    assert states(again(desk)) == {"unknown": 3}
