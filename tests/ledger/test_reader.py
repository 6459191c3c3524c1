"""A ledger that is only read is refused for the same reasons as one that is opened to write."""

import sqlite3
from contextlib import closing, nullcontext

import pytest

from takedown.contract import TakedownError
from takedown.ledger.errors import Locked
from takedown.ledger.place import network_disk, sqlite_file
from takedown.ledger.reader import open_reader
from takedown.ledger.setup import create, open_ledger

URL = "sqlite:///takedown.db"
pytestmark = pytest.mark.sqlite("what can be wrong with a file")


def nothing(folder):
    pass


def empty_file(folder):
    (folder / "takedown.db").touch()


def no_database(folder):
    (folder / "takedown.db").write_bytes(b"this is no database" * 100)


def old_tables(folder):
    create(URL, folder, "live").close()
    with sqlite3.connect(folder / "takedown.db") as db:
        db.execute("UPDATE alembic_version SET version_num = '0000'")


def other_environment(folder):
    create(URL, folder, "sandbox").close()


def a_folder(folder):
    (folder / "takedown.db").mkdir()


@pytest.mark.parametrize("scene", [nothing, empty_file, no_database, old_tables, other_environment, a_folder])
def test_both_ways_in_refuse_alike(scene, tmp_path):
    scene(tmp_path)
    with pytest.raises(TakedownError) as writer:
        open_ledger(URL, tmp_path, "live")
    with pytest.raises(TakedownError) as reader, open_reader(URL, tmp_path, "live"):
        pass
    assert (type(reader.value), reader.value.facts.keys()) == (type(writer.value), writer.value.facts.keys())


def test_a_network_disk_is_refused_to_readers_too(tmp_path, monkeypatch):
    create(URL, tmp_path, "sandbox").close()
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/x {tmp_path} nfs4 rw 0 0\n")
    monkeypatch.setattr("takedown.ledger.reader.network_disk", lambda path: network_disk(path, mounts))
    with pytest.raises(TakedownError, match="nfs4"), open_reader(URL, tmp_path, "sandbox"):
        pass


def test_a_reader_sees_one_moment_and_changes_nothing(tmp_path):
    ledger = create(URL, tmp_path, "sandbox")
    with open_reader(URL, tmp_path, "sandbox") as reader:
        before = reader.value("SELECT count(*) FROM events")
        ledger.write(lambda book: book.record("test", "R-1", {}))
        assert reader.value("SELECT count(*) FROM events") == before
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.value("DELETE FROM events")
    ledger.close()


def test_a_file_is_found_from_the_folder_of_the_configuration(tmp_path):
    assert sqlite_file("sqlite:///a/b.db", tmp_path) == tmp_path / "a/b.db"
    assert str(sqlite_file("sqlite:////var/a.db", tmp_path)) == "/var/a.db"
    assert sqlite_file("sqlite://", tmp_path) == tmp_path / "takedown.db"
    assert sqlite_file("postgresql://desk:word@host/db", tmp_path) is None


def test_a_ledger_that_somebody_holds_is_locked_and_no_other_fault(tmp_path, monkeypatch):
    monkeypatch.setattr("takedown.ledger.store.BUSY_MS", 1)
    ledger = create(URL, tmp_path, "sandbox")
    with closing(sqlite3.connect(tmp_path / "takedown.db", isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Locked) as told:
            ledger.write(lambda book: None)
    ledger.close()
    assert (told.value.exit, told.value.retryable) == (11, True)


@pytest.mark.parametrize("way", [open_ledger, open_reader])
def test_one_that_is_held_whole_cannot_be_opened_and_is_called_locked(tmp_path, monkeypatch, way):
    monkeypatch.setattr("takedown.ledger.store.BUSY_MS", 1)
    monkeypatch.setattr("takedown.ledger.reader.BUSY_SECONDS", 0.001)
    create(URL, tmp_path, "sandbox").close()
    with closing(sqlite3.connect(tmp_path / "takedown.db", isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        with (
            pytest.raises(Locked),
            nullcontext(way(URL, tmp_path, "sandbox")) if way is open_ledger else way(URL, tmp_path, "sandbox"),
        ):
            pass
