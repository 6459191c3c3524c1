"""Why the ledger flushes at every commit: an intent that was acknowledged is there after a power cut, whenever it comes."""

import random

import apsw
import pytest
from figures import FULL, SEED
from ledger.power_cuts import Recording, images

from takedown.ledger.store import make_engine

COMMITS = 60
IMAGES = 2000 if FULL else 150


def record(path, synchronous):
    """Sixty intents, each committed on its own, with a checkpoint on the way."""
    recording = Recording()
    db = recording.open(path, synchronous)
    db.execute("CREATE TABLE intents (id INTEGER PRIMARY KEY, bytes BLOB)")
    recording.acknowledged()
    for number in range(1, COMMITS):
        with db:
            db.execute("INSERT INTO intents VALUES (?, ?)", (number, bytes([number]) * 1500))
        recording.acknowledged()
        if number == COMMITS // 2:
            db.execute("PRAGMA wal_checkpoint")
    return recording


def after(folder):
    """(the number of intents that are there, whether the file is whole)"""
    db = apsw.Connection(str(folder / "ledger.db"))
    try:
        whole = db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return db.execute("SELECT count(*) FROM intents").fetchone()[0] + 1, whole
    except apsw.SQLError:
        return 0, True  # the cut came before the table
    finally:
        db.close()


def cuts(tmp_path, synchronous):
    """(images that lost an acknowledged intent, images that are damaged)"""
    made, laid = tmp_path / "made", tmp_path / "laid"
    made.mkdir()
    laid.mkdir()
    recording = record(made / "ledger.db", synchronous)
    lost = damaged = 0
    for acknowledged in images(recording, laid, random.Random(SEED), IMAGES):
        found, whole = after(laid)
        lost += found < acknowledged
        damaged += not whole
    return lost, damaged


@pytest.mark.figure("power cuts: runs", unit="runs", how="SQLite's writes and flushes are noted below it and cut anywhere")
def test_nothing_that_was_acknowledged_is_lost(tmp_path, figure):
    lost, damaged = cuts(tmp_path, "FULL")
    how = f"of {IMAGES} images, as the ledger writes (WAL, synchronous=FULL)"
    figure("power cuts: intents lost", lost, bound="<=", target=0, unit="images", how=how)
    figure("power cuts: damaged ledgers", damaged, bound="<=", target=0, unit="images", how=how)


@pytest.mark.figure("power cuts: runs", unit="runs", how="SQLite's writes and flushes are noted below it and cut anywhere")
def test_a_weaker_mode_loses_what_it_acknowledged(tmp_path, figure):
    lost, damaged = cuts(tmp_path, "NORMAL")
    assert not damaged
    figure("power cuts: intents lost by a weaker mode", lost, unit="images", how=f"of {IMAGES}; synchronous=NORMAL, to compare")


def test_the_ledger_is_opened_in_the_mode_that_was_tried(tmp_path):
    with make_engine(f"sqlite:///{tmp_path}/x.db").connect() as db:
        pragmas = [db.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 2]
