"""Evidence that was altered is found, what is over goes, what is held stays, and a person can be erased with the chain intact."""

import sys
from pathlib import Path

import pytest
from desks import TurnedClock, add_cases, make_desk
from sqlalchemy import select, update

sys.path += [str(Path(__file__).parents[1])]

from inbox_desk import office

from takedown.audit import verify
from takedown.audit.data import read_data
from takedown.ledger.cases import close
from takedown.ledger.ids import case_id
from takedown.ledger.keeping import NotHeld, OnHold, StillOpen, erase, hold, release, remove
from takedown.ledger.kept import due, named
from takedown.ledger.tables import events, openings, requests
from takedown.ledger.tables.base import metadata
from takedown.ledger.truths import Claim, Sighting, add_claims, add_sightings

DAY = 86400.0


@pytest.fixture
def at(tmp_path):
    """Three sent cases with evidence of their own; the second was answered by mail, claimed by hand and seen."""
    at = office(tmp_path)
    at.add(at.reply("We have removed the account.", to=1))
    said = Claim(2, "removed", "by_hand", 2, reason="their words about standin_0002", by="planner")
    seen = Sighting(2, "gone", "page", "high", "PK", final_url="https://t.me/standin_0002", stable_id="777")
    at.desk.ledger.write(lambda book: (add_claims(book, [said]), add_sightings(book, [seen])))
    assert verify(at.desk.ledger).problems == []
    return at


@pytest.fixture
def files(tmp_path):
    """Two cases, each with a file of its own, and one file that both name."""
    desk = make_desk(tmp_path, {}, clock=TurnedClock())
    for number, names in ((1, "both.txt;one.txt"), (2, "both.txt;two.txt")):
        for name in names.split(";"):
            (tmp_path / name).write_bytes(f"what {name} shows".encode())
        add_cases(desk, "facebook", [number], evidence=names)
    return desk


def room(desk):
    return desk.ledger.folder / "evidence"


@pytest.mark.figure("bytes of evidence flipped", unit="bytes", how="each is found by audit verify --read-data")
@pytest.mark.parametrize("at", range(len(b"what both.txt shows")))
def test_a_flipped_byte_is_found(files, at):
    path = sorted(room(files).iterdir())[0]
    assert read_data(files.ledger) == (3, [])
    data = bytearray(path.read_bytes())
    at %= len(data)
    data[at] ^= 1
    path.write_bytes(bytes(data))
    ((_, what),) = read_data(files.ledger)[1]
    assert f"the evidence {path.name[:12]}" in what
    assert "other bytes" in what


def test_evidence_that_is_gone_is_found(files):
    next(iter(sorted(room(files).iterdir()))).unlink()
    assert "cannot be read" in read_data(files.ledger)[1][0][1]


def test_a_mail_that_was_altered_is_found(at):
    assert read_data(at.desk.ledger)[1] == []
    at.desk.ledger.write(lambda book: book.db.exec_driver_sql("UPDATE messages SET raw = 'other'"))
    assert read_data(at.desk.ledger)[1] == [(0, "M-1 has other bytes than were stored")]


def test_files_go_when_all_who_name_them_are_closed_long_enough(files):
    first = {sha256 for sha256, case in named_in(files) if case == 1}
    close(files.ledger, 1, "done", "planner")
    files.clock.at += 10 * DAY
    assert set(due_in(files, 9)) == first - {sha256 for sha256, case in named_in(files) if case == 2}
    assert due_in(files, 11) == []
    hold(files.ledger, 1, "a court asked", "planner")
    assert due_in(files, 9) == []
    release(files.ledger, 1, "the court is done", "planner")
    assert remove(files.ledger, due_in(files, 9), "over", "planner") == 1
    assert read_data(files.ledger)[1] == []
    assert verify(files.ledger).problems == []
    with pytest.raises(NotHeld):
        release(files.ledger, 1, "again", "planner")


def named_in(desk):
    return list(named(desk.ledger))


def due_in(desk, days):
    return due(desk.ledger, desk.clock.now() - days * DAY)


def everything(desk):
    """Every word of every table, and every file beside the ledger; that of the ledger itself without what was deleted from it."""
    with desk.ledger.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        if db.dialect.name == "sqlite":
            db.exec_driver_sql("VACUUM")
            db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        words = repr([tuple(row) for table in metadata.sorted_tables for row in db.execute(select(table))]).encode()
    desk.ledger.close()
    return words + b"".join(
        path.read_bytes() for path in desk.ledger.folder.rglob("*") if path.is_file() and path.name != "batch.csv"
    )


@pytest.mark.safeguard("S19")
def test_a_person_is_erased_and_the_chain_stays_valid(at):
    desk = at.desk
    with desk.ledger.read() as db:
        before = dict(db.execute(select(events.c.seq, events.c.hash)).all())
    close(desk.ledger, 2, "done", "planner")
    done = erase(desk.ledger, 2, "the person asked for it", "planner")
    assert (done.case, done.shared) == ("C-2", ())
    assert verify(desk.ledger).problems == []
    assert read_data(desk.ledger)[1] == []
    with desk.ledger.read() as db:
        after = dict(db.execute(select(events.c.seq, events.c.hash)).all())
        left = list(db.execute(select(openings.c.name, openings.c.value)))
        db.exec_driver_sql("SELECT 1")
    assert before.items() <= after.items()
    assert ("by", "planner") in [tuple(one) for one in left]
    held = everything(desk)
    assert b"standin_0001" in held
    assert b"standin_0002" not in held


@pytest.mark.safeguard("S19")
def test_what_is_open_or_held_is_not_erased(at):
    with pytest.raises(StillOpen, match="it is not closed"):
        erase(at.desk.ledger, 1, "asked", "planner")
    close(at.desk.ledger, 1, "done", "planner")
    hold(at.desk.ledger, 1, "a court asked", "planner")
    with pytest.raises(OnHold, match="a court asked"):
        erase(at.desk.ledger, 1, "asked", "planner")


def test_what_may_still_be_sent_is_not_erased(tmp_path):
    at = office(tmp_path, sent=False)
    close(at.desk.ledger, 1, "mistake", "planner")
    with pytest.raises(StillOpen, match="R-1 is not over"):
        erase(at.desk.ledger, 1, "asked", "planner")


def test_bytes_that_carry_others_stay_until_those_are_erased_too(tmp_path):
    at = office(tmp_path, 2, per_request=2)
    for one in (1, 2):
        close(at.desk.ledger, one, "done", "planner")
    assert erase(at.desk.ledger, 1, "asked", "planner").shared != ()
    assert verify(at.desk.ledger).problems == []
    assert erase(at.desk.ledger, 2, "asked", "planner").shared == ()
    assert verify(at.desk.ledger).problems == []


def test_an_erasure_that_nobody_recorded_is_found(at):
    case = case_id(2)
    at.desk.ledger.write(lambda book: book.db.exec_driver_sql("UPDATE cases SET salt = NULL, key = 'erased' WHERE id = 2"))
    emptied = update(requests).where(requests.c.id == 2).values(salt=b"")
    at.desk.ledger.write(lambda book: book.db.execute(emptied) and None)
    at.desk.ledger.write(lambda book: book.db.exec_driver_sql("UPDATE claims SET salt = NULL"))
    found = [what for _, what in verify(at.desk.ledger).problems]
    assert f"a claim of {case} is not what was recorded" in found
    assert "R-2 was emptied, and no erasure tells of it" in found
    assert any("not what was imported" in what for what in found)
