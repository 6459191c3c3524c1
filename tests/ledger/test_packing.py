"""Evidence goes into a backup and comes back, each file compared with its name; a damaged backup changes nothing."""

import hashlib
import io
import tarfile

import pytest
from desks import add_cases, again, make_desk

from takedown.audit.data import read_data
from takedown.cli import run
from takedown.ledger.backup import FileThere, NotBackedUp, backup, restore
from takedown.ledger.errors import Unreadable
from takedown.ledger.packing import DamagedBackup, pack, unpack

pytestmark = pytest.mark.sqlite("a backup of its file")
FILES = {hashlib.sha256(data).hexdigest(): data for data in (b"one", b"two", b"x" * 3_000_000)}


@pytest.fixture
def room(tmp_path):
    folder = tmp_path / "room"
    folder.mkdir()
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    return folder


def held(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_is_packed_comes_back(room, tmp_path):
    (room / ".taking-half").mkdir()
    (room / "notes.txt").write_text("no evidence")
    packed = pack(room, tmp_path / "e.tar")
    assert (packed.files, packed.left_out) == (3, ())
    unpack(tmp_path / "e.tar", tmp_path / "back")
    assert held(tmp_path / "back") == FILES


def test_no_room_makes_an_empty_tar(tmp_path):
    assert pack(tmp_path / "none", tmp_path / "e.tar").files == 0
    unpack(tmp_path / "e.tar", tmp_path / "back")
    assert held(tmp_path / "back") == {}


def test_a_file_that_is_not_what_it_is_called_is_left_out_and_told(room, tmp_path):
    bent = next(iter(FILES))
    (room / bent).write_bytes(b"bent")
    packed = pack(room, tmp_path / "e.tar")
    assert packed.left_out == (bent,)
    unpack(tmp_path / "e.tar", tmp_path / "back")
    assert set(held(tmp_path / "back")) == FILES.keys() - {bent}


def holding(name, data=b"", kind=tarfile.REGTYPE):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        about = tarfile.TarInfo(name)
        about.size, about.type, about.linkname = len(data), kind, "/etc/passwd"
        tar.addfile(about, io.BytesIO(data))
    return out.getvalue()


ONE = hashlib.sha256(b"one").hexdigest()
DAMAGED = {
    "other bytes": (holding(ONE, b"two"), "the bytes of"),
    "a way out": (holding("../" + ONE, b"one"), "something else"),
    "a link": (holding(ONE, kind=tarfile.SYMTYPE), "something else"),
    "another name": (holding("notes.txt", b"one"), "something else"),
    "cut": (holding(ONE, b"one")[:1024], "its end is missing"),
    "empty": (b"", "cannot be read"),
    "no tar": (b"x" * 4096 + bytes(1024), "cannot be read"),
    "the same twice": (holding(ONE, b"one")[:1024] + holding(ONE, b"one"), "cannot be read"),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_tar_is_refused_and_leaves_nothing(tmp_path, what):
    data, words = DAMAGED[what]
    (tmp_path / "e.tar").write_bytes(data)
    with pytest.raises(DamagedBackup, match=words):
        unpack(tmp_path / "e.tar", tmp_path / "back")
    assert not (tmp_path / "back").exists()
    assert not (tmp_path / ONE).exists()


@pytest.fixture
def saved(tmp_path):
    """A desk with two files of evidence, of which the second came after the backup."""
    (tmp_path / "one.png").write_bytes(b"one")
    (tmp_path / "two.png").write_bytes(b"two")
    desk = make_desk(tmp_path, {})
    add_cases(desk, "facebook", [1], evidence="one.png")
    made = backup(desk.settings.ledger.url, tmp_path, tmp_path / "save.db")
    assert made.evidence.files == 1
    add_cases(desk, "facebook", [2], evidence="two.png")
    desk.ledger.close()
    return desk


def put_back(desk):
    return restore(desk.settings.ledger.url, desk.config.folder, "sandbox", desk.config.folder / "save.db")


def test_a_restored_ledger_has_its_evidence_and_what_came_later_stays(saved, tmp_path):
    (tmp_path / "evidence" / ONE).write_bytes(b"bent")
    put_back(saved)
    assert held(tmp_path / "evidence") == {hashlib.sha256(data).hexdigest(): data for data in (b"one", b"two")}
    assert read_data(again(saved).ledger)[1] == []


def test_a_damaged_backup_of_evidence_changes_nothing(saved, tmp_path):
    before, tar = (tmp_path / "takedown.db").read_bytes(), tmp_path / "save.db.evidence.tar"
    tar.write_bytes(tar.read_bytes().replace(b"one", b"two", 1))
    with pytest.raises(DamagedBackup):
        put_back(saved)
    tar.unlink()
    with pytest.raises(DamagedBackup):
        put_back(saved)
    assert (tmp_path / "takedown.db").read_bytes() == before
    assert not (tmp_path / "takedown.db.before-restore").exists()


def test_a_backup_of_evidence_is_never_overwritten(saved, tmp_path):
    for name in ("save.db", "save.db.secret"):
        (tmp_path / name).unlink()
    with pytest.raises(FileThere, match=r"evidence\.tar"):
        backup(saved.settings.ledger.url, tmp_path, tmp_path / "save.db")


def in_the_folder(tmp_path):
    return {path.name for path in tmp_path.iterdir()}


def test_only_their_owner_reads_a_backup(saved, tmp_path):
    assert {path.stat().st_mode & 0o077 for path in tmp_path.glob("save.db*")} == {0}
    assert len(list(tmp_path.glob("save.db*"))) == 3


def test_a_file_that_is_there_is_left_alone_and_told_of_and_nothing_stays_beside_it(saved, tmp_path):
    (tmp_path / "more.db.secret").write_text("somebody's")
    before = in_the_folder(tmp_path)
    with pytest.raises(FileThere, match=r"more\.db\.secret"):
        backup(saved.settings.ledger.url, tmp_path, tmp_path / "more.db")
    assert (tmp_path / "more.db.secret").read_text() == "somebody's"
    assert in_the_folder(tmp_path) == before


def test_what_is_no_database_is_told_and_no_half_of_a_backup_stays(saved, tmp_path):
    (tmp_path / "takedown.db").write_bytes(b"this is no database" * 100)
    before = in_the_folder(tmp_path)
    with pytest.raises(Unreadable, match=r"takedown\.db"):
        backup(saved.settings.ledger.url, tmp_path, tmp_path / "more.db")
    assert in_the_folder(tmp_path) == before


def test_an_interrupt_leaves_no_half_of_a_backup(saved, tmp_path, monkeypatch):
    before = in_the_folder(tmp_path)

    def interrupted(folder, file):
        assert in_the_folder(tmp_path) > before
        raise KeyboardInterrupt

    monkeypatch.setattr("takedown.ledger.backup.pack", interrupted)
    with pytest.raises(KeyboardInterrupt):
        backup(saved.settings.ledger.url, tmp_path, tmp_path / "more.db")
    assert in_the_folder(tmp_path) == before


def test_what_could_not_be_read_is_named_and_no_half_stays(saved, tmp_path):
    (tmp_path / "evidence" / ONE).unlink()
    (tmp_path / "evidence" / ONE).mkdir()
    before = in_the_folder(tmp_path)
    with pytest.raises(NotBackedUp, match=ONE):
        backup(saved.settings.ledger.url, tmp_path, tmp_path / "more.db")
    with pytest.raises(NotBackedUp, match="nowhere"):
        backup(saved.settings.ledger.url, tmp_path, tmp_path / "nowhere" / "more.db")
    assert in_the_folder(tmp_path) == before


def test_the_screen_tells_how_many_and_what_was_left_out(saved, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["ledger", "backup", "more.db"]) == 0
    assert "evidence" in capsys.readouterr().out
    (tmp_path / "evidence" / ONE).write_bytes(b"bent")
    assert run(["ledger", "backup", "other.db"]) == 12
    assert ONE in "".join(capsys.readouterr().err.split())
