"""Pages of the ledger's file are destroyed, one at a time: nothing is sent from a file that does not hang together."""

import pytest
from desks import TurnedClock, add_cases, again, make_desk
from sendings import api, planned, send, taken
from sqlalchemy import text

from takedown.audit.data import read_data
from takedown.cli import run
from takedown.ledger import soundness
from takedown.ledger.backup import backup
from takedown.ledger.errors import Damaged, Unreadable
from takedown.ledger.soundness import damage_of, look_daily

pytestmark = pytest.mark.sqlite("pages of its file")
PAGE = 4096


@pytest.fixture
def desk(tmp_path):
    desk = make_desk(tmp_path, {}, clock=TurnedClock(1_800_000_000.0))
    add_cases(desk, "facebook", range(1, 9))
    yield desk
    desk.ledger.close()


def closed(desk):
    """Its file, with everything in it."""
    with desk.ledger.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    desk.ledger.close()
    return desk.ledger.folder / desk.ledger.name


def destroy(desk, name="ix_appeals_case"):
    """Empty the first page of a table or index; without a name, of one that nothing else here looks at."""
    with desk.ledger.read() as db:
        page = db.execute(text("SELECT rootpage FROM sqlite_master WHERE name = :name"), {"name": name}).scalar()
    file = closed(desk)
    with file.open("r+b") as out:
        out.seek((page - 1) * PAGE)
        out.write(bytes(PAGE))


@pytest.mark.figure(
    "pages destroyed", unit="pages", how="each page of a ledger emptied in turn, refused when opened or looked at"
)
def test_every_page_that_is_destroyed_is_found(desk):
    file = closed(desk)
    whole = file.read_bytes()
    found = 0
    for at in range(0, len(whole), PAGE):
        file.write_bytes(whole[:at] + bytes(PAGE) + whole[at + PAGE :])
        try:
            ledger = again(desk).ledger
        except Unreadable:
            found += 1
            continue
        found += bool(damage_of(ledger))
        ledger.close()
    assert found == len(whole) // PAGE > 50


def test_nothing_is_sent_from_a_damaged_file(tmp_path, stand_in):
    sandbox = stand_in()
    desk, plan = planned(tmp_path, api(sandbox, idempotency=True), 3)
    destroy(desk)
    with pytest.raises(Damaged):
        send(again(desk), plan)
    assert taken(sandbox) == {}


def test_sending_looks_once_a_day(desk, monkeypatch):
    looks = []
    monkeypatch.setattr(soundness, "damage_of", lambda ledger: looks.append(ledger) or "")
    for _ in range(2):
        look_daily(desk.ledger)
    assert len(looks) == 1
    desk.clock.at += 25 * 3600
    look_daily(desk.ledger)
    assert len(looks) == 2


def test_a_backup_and_the_reading_of_all_data_tell_of_it(desk, monkeypatch, capsys):
    destroy(desk)
    assert backup(desk.settings.ledger.url, desk.config.folder, desk.config.folder / "save.db").damage
    monkeypatch.chdir(desk.config.folder)
    assert run(["ledger", "backup", "again.db"]) == 12
    assert "damaged" in "".join(capsys.readouterr())
    ((_, what),) = read_data(again(desk).ledger)[1]
    assert "the ledger's file is damaged" in what


def test_a_row_that_cannot_be_read_is_damage_and_no_traceback(desk, monkeypatch, capsys):
    destroy(desk, "events")
    monkeypatch.chdir(desk.config.folder)
    assert run(["audit", "verify"]) == 12
    assert "TD-1222" in "".join(capsys.readouterr())
