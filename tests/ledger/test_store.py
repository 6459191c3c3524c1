"""The writer: durable, in groups, and nobody pays for another's mistake."""

import asyncio
import threading
from pathlib import Path

import pytest
from servers import ledger_url
from sqlalchemy import select, text

from takedown.audit import verify
from takedown.contract import CredentialsMissing
from takedown.ledger.book import GENESIS
from takedown.ledger.errors import LedgerFailed, NetworkDisk, NoLedger, OldLedger, Unreadable, WrongEnvironment
from takedown.ledger.place import network_disk
from takedown.ledger.setup import HEAD, create, open_ledger, upgrade
from takedown.ledger.tables import counting, events, meta, metadata


@pytest.fixture
def ledger(tmp_path):
    made = create(ledger_url(tmp_path), tmp_path, "sandbox")
    yield made
    made.close()


def test_a_change_that_its_caller_gives_up_stops_no_other(ledger):
    gate = threading.Event()

    async def given_up():
        first = ledger.awrite(lambda book: gate.wait(20))
        second = ledger.awrite(lambda book: 2)
        third = ledger.awrite(lambda book: 3)
        second.cancel()
        gate.set()
        assert await first
        assert await third == 3
        running = asyncio.Event()
        loop = asyncio.get_running_loop()
        fourth = ledger.awrite(lambda book: loop.call_soon_threadsafe(running.set) and gate.wait(20))
        gate.clear()
        await running.wait()
        fourth.cancel()
        gate.set()
        return await ledger.awrite(lambda book: 5)

    assert asyncio.run(asyncio.wait_for(given_up(), 20)) == 5


@pytest.mark.sqlite("its journal")
def test_it_is_in_wal_mode_and_syncs_fully(ledger):
    with ledger.read() as db:
        assert db.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert db.execute(text("PRAGMA synchronous")).scalar() == 2


@pytest.mark.sqlite("its file and the secret beside it")
def test_the_secret_and_the_ledger_are_their_owners_alone(ledger, tmp_path):
    for name in ("takedown.db", "takedown.db.secret"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


def test_a_secret_open_to_others_is_refused(ledger, tmp_path):
    ledger.secret_path.chmod(0o644)
    with pytest.raises(CredentialsMissing, match="can be read by others"):
        _ = ledger.secret


def test_events_of_many_threads_form_one_chain(ledger):
    def work(n):
        for i in range(50):
            ledger.write(lambda book, i=i: book.record("test", f"R-{n}", {"i": i}))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ledger.read() as db:
        rows = db.execute(select(events.c.seq, events.c.prev, events.c.hash).order_by(events.c.seq)).all()
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) == 201  # and the one of its making
    assert all(row[1] == before for row, before in zip(rows, [GENESIS, *(r[2] for r in rows)], strict=False))


def test_writers_of_several_processes_take_turns_on_one_chain(ledger, tmp_path):
    ledgers = [open_ledger(ledger_url(tmp_path), tmp_path, "sandbox") for _ in range(3)]

    def work(one):
        for i in range(40):
            one.write(lambda book, i=i: book.record("test", "R-1", {"i": i}))

    threads = [threading.Thread(target=work, args=(one,)) for one in ledgers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = verify(ledger)
    assert (found.events, found.problems) == (121, [])
    for one in ledgers:
        one.close()


def test_one_failing_change_takes_no_other_down(ledger):
    gate = threading.Event()

    def slow(book):
        gate.wait(5)

    def wrong(book):
        book.record("wrong", "x", {})
        raise ValueError("mine alone")

    first = ledger._submit(slow)
    changes = (lambda book: book.record("good", "a", {}), wrong, lambda book: book.record("good", "b", {}))
    futures = [ledger._submit(change) for change in changes]
    gate.set()
    first.result(5)
    assert [futures[0].exception(5), futures[2].exception(5)] == [None, None]
    assert isinstance(futures[1].exception(5), ValueError)
    with ledger.read() as db:
        kinds = [row[0] for row in db.execute(select(events.c.kind).order_by(events.c.seq))]
    assert kinds == ["ledger.made", "good", "good"]


@pytest.mark.parametrize("failing", [0, 1])
def test_of_two_that_share_a_commit_one_may_fail_alone(ledger, failing):
    def change(number):
        def run(book):
            book.record("pair", str(number), {})
            if number == failing:
                raise ValueError("mine alone")

        return run

    async def both():
        return await asyncio.gather(*ledger.awrite_both(change(0), change(1)), return_exceptions=True)

    told = asyncio.run(both())
    assert [isinstance(one, ValueError) for one in told] == [failing == 0, failing == 1]
    with ledger.read() as db:
        assert db.execute(select(events.c.subject).where(events.c.kind == "pair")).scalars().all() == [str(1 - failing)]


@pytest.mark.sqlite("a limit of its pages")
def test_a_full_disk_is_told_as_such(ledger):
    ledger.write(lambda book: book.db.execute(text("PRAGMA max_page_count = 1")))

    def fill(book):
        book.db.execute(meta.insert().values(name="big", value="x" * 1_000_000))

    with pytest.raises(LedgerFailed, match="full"):
        ledger.write(fill)
    with ledger.read() as db:
        assert db.execute(text("PRAGMA integrity_check")).scalar() == "ok"


def test_an_environment_never_changes(ledger, tmp_path):
    with pytest.raises(WrongEnvironment, match="made for sandbox"):
        open_ledger(ledger_url(tmp_path), tmp_path, "live")


def test_no_ledger_and_an_old_ledger(tmp_path):
    with pytest.raises(NoLedger):
        open_ledger(ledger_url(tmp_path), tmp_path, "sandbox")
    create(ledger_url(tmp_path), tmp_path, "sandbox").close()
    ledger = open_ledger(ledger_url(tmp_path), tmp_path, "sandbox")
    ledger.write(lambda book: book.db.execute(text("UPDATE alembic_version SET version_num = '0000'")) and None)
    ledger.close()
    with pytest.raises(OldLedger, match=HEAD):
        open_ledger(ledger_url(tmp_path), tmp_path, "sandbox")


@pytest.mark.sqlite("what is in its file")
def test_a_file_that_is_something_else(tmp_path):
    (tmp_path / "other.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(Unreadable):
        open_ledger("sqlite:///other.db", tmp_path, "sandbox")


def test_making_it_twice_changes_nothing(ledger, tmp_path):
    before = ledger.setting("ledger"), ledger.secret
    create(ledger_url(tmp_path), tmp_path, "sandbox").close()
    assert (ledger.setting("ledger"), ledger.secret) == before
    assert upgrade(ledger_url(tmp_path), tmp_path) == (HEAD, HEAD)


def test_the_migrations_make_the_very_tables_of_the_program(ledger):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with ledger.read() as db:
        assert compare_metadata(MigrationContext.configure(db), [metadata, counting]) == []


@pytest.mark.sqlite("the disk under its file")
@pytest.mark.parametrize(("kind", "refused"), [("nfs4", True), ("ext4", False), ("cifs", True)])
def test_a_network_disk_is_refused(tmp_path, monkeypatch, kind, refused):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nserver:/x {tmp_path} {kind} rw 0 0\n")
    assert (network_disk(tmp_path / "takedown.db", mounts) == kind) is refused
    create(ledger_url(tmp_path), tmp_path, "sandbox").close()
    monkeypatch.setattr("takedown.ledger.setup.network_disk", lambda path: network_disk(Path(path), mounts))
    if refused:
        with pytest.raises(NetworkDisk, match=kind):
            open_ledger(ledger_url(tmp_path), tmp_path, "sandbox")
