"""Evidence that shows third parties: a redacted copy leaves the desk in its place, and the original goes on its date (R8)."""

import hashlib
import json

import pytest
from desks import TurnedClock, add_cases, again, make_desk, make_key, signed
from sqlalchemy import select, update

from takedown.audit import verify
from takedown.audit.bundle import bundle
from takedown.audit.data import read_data
from takedown.cli import run
from takedown.clock import iso
from takedown.delivery.portal.attachments import gather
from takedown.delivery.portal.packet import read_packet
from takedown.delivery.portal.tasks import get_task
from takedown.intake.redacting import NoCopy, NoSuchFile, OnItsWay, redact
from takedown.ledger.cases import NoSuchCase, close
from takedown.ledger.keeping import erase, hold, release, remove
from takedown.ledger.kept import named, originals_due
from takedown.ledger.tables import cases, requests
from takedown.ledger.truths import Sighting, add_sightings
from takedown.planning.approving import StalePlan, approve
from takedown.planning.handled import OwnCase
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection
from takedown.planning.undoing import discard

DAY = 86_400.0
ORIGINAL, COPY = b"a picture of standin_0042 and of a child", b"a picture of standin_0042 and of a black box"


def sha(data):
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def desk(tmp_path):
    """Two cases for a portal, both with the same picture."""
    for name in ("planner", "alice", "bilal"):
        make_key(tmp_path, name)
    made = make_desk(tmp_path, {"facebook": {"channel": "portal"}}, approvals=1, clock=TurnedClock())
    (tmp_path / "page.png").write_bytes(ORIGINAL)
    (tmp_path / "black.png").write_bytes(COPY)
    add_cases(made, "facebook", [1, 2], evidence="page.png")
    yield made
    made.ledger.close()


def cover(desk, case, which="page.png", who="planner"):
    return redact(desk.ledger, case, which, desk.config.folder / "black.png", "a child is seen", who)


def packets(desk, plan):
    with desk.ledger.read() as db:
        return b"".join(db.execute(select(requests.c.body).where(requests.c.plan == plan).order_by(requests.c.id)).scalars())


@pytest.mark.safeguard("S19")
@pytest.mark.figure("pieces of evidence that were redacted", unit="pieces", how="what leaves holds the copy")
def test_a_packet_holds_the_copy_and_not_the_original(desk, tmp_path):
    for case in (1, 2):
        cover(desk, case)
    plan = make_plan(again(desk), Selection()).plan
    body = packets(desk, plan)
    assert sha(COPY).encode() in body
    assert sha(ORIGINAL).encode() not in body
    with desk.ledger.read() as db:
        number = db.execute(select(requests.c.id).where(requests.c.plan == plan)).scalars().first()
        row = db.execute(select(requests.c.body).where(requests.c.id == number)).scalar()
    task = get_task(desk.ledger, number)
    assert sha(COPY) in read_packet(row).attachments
    folder = gather(desk.ledger, number, task.attachments)
    assert [path.read_bytes() for path in folder.iterdir() if path.suffix == ".png"] == [COPY]
    assert verify(desk.ledger).problems == []
    assert read_data(desk.ledger) == (2, [])


@pytest.mark.safeguard("S19")
@pytest.mark.figure("pieces of evidence that were redacted", unit="pieces", how="what leaves holds the copy")
def test_a_bundle_holds_the_copy_and_says_of_what(desk, tmp_path):
    cover(desk, 1)
    bundle(desk, 1, tmp_path / "bundle")
    held = [path.read_bytes() for path in (tmp_path / "bundle").rglob("*") if path.is_file()]
    assert COPY in held
    assert not any(ORIGINAL in one for one in held)
    (told,) = json.loads((tmp_path / "bundle" / "record.json").read_text())["files"]
    assert told["what"] == f"evidence of the case, a redacted copy of {sha(ORIGINAL)}"


@pytest.mark.safeguard("S5")
def test_a_plan_that_holds_the_original_is_stale_and_the_redactor_does_not_approve(desk, tmp_path):
    made = make_plan(again(desk), Selection())
    cover(desk, 1, who="alice")
    with pytest.raises(StalePlan):
        approve(again(desk, "bilal"), made.plan, 2, signed(tmp_path / "bilal", made.digest))
    discard(desk.ledger, made.plan, "it shows the original")
    fresh = make_plan(again(desk), Selection(cases=(1,)))
    with pytest.raises(OwnCase, match="alice changed C-1 last"):
        approve(again(desk, "alice"), fresh.plan, 1, signed(tmp_path / "alice", fresh.digest))
    assert approve(again(desk, "bilal"), fresh.plan, 1, signed(tmp_path / "bilal", fresh.digest)) == 0


@pytest.mark.safeguard("S19")
@pytest.mark.figure("originals past their date", unit="originals", how="none is kept")
def test_originals_go_on_their_date_and_copies_stay(desk):
    for case in (1, 2):
        cover(desk, case)
        desk.clock.at += DAY
    room = desk.ledger.folder / "evidence"
    assert over(desk, 1.5) == []  # C-2's is younger
    hold(desk.ledger, 1, "a court asked", "planner")
    desk.clock.at += 10 * DAY
    assert over(desk, 5) == []
    release(desk.ledger, 1, "the court is done", "planner")
    assert over(desk, 5) == [sha(ORIGINAL)]
    assert remove(desk.ledger, over(desk, 5), "a redacted copy is kept") == 1
    assert remove(desk.ledger, over(desk, 5), "a redacted copy is kept") == 0
    assert [path.name for path in room.iterdir()] == [sha(COPY)]
    assert read_data(desk.ledger)[1] == []
    assert verify(desk.ledger).problems == []


def over(desk, days):
    return originals_due(desk.ledger, iso(desk.clock.now() - days * DAY))


def test_an_original_that_another_case_shows_stays(desk):
    cover(desk, 1)
    desk.clock.at += 10 * DAY
    assert over(desk, 5) == []


def test_an_original_that_a_sighting_shows_stays(desk):
    for case in (1, 2):
        cover(desk, case)
    shown = Sighting(1, "available", "person", "medium", "PK", "by_hand", evidence=sha(ORIGINAL), by="planner")
    desk.ledger.write(lambda book: add_sightings(book, [shown]))
    desk.clock.at += 10 * DAY
    assert over(desk, 5) == []


def test_erasing_takes_both(desk):
    for case in (1, 2):
        cover(desk, case)
    close(desk.ledger, 1, "mistake", "planner")
    assert erase(desk.ledger, 1, "asked to", "planner").files == ()
    close(desk.ledger, 2, "mistake", "planner")
    assert set(erase(desk.ledger, 2, "asked to", "planner").files) == {sha(ORIGINAL), sha(COPY)}
    assert list((desk.ledger.folder / "evidence").iterdir()) == []


def test_a_copy_is_replaced_by_another_of_the_same_original(desk, tmp_path):
    cover(desk, 1)
    (tmp_path / "black.png").write_bytes(b"more black")
    assert cover(desk, 1, sha(COPY)[:12]).original == sha(ORIGINAL)
    assert {one for one, case in named(desk.ledger) if case == 1} == {sha(b"more black"), sha(ORIGINAL)}
    assert verify(desk.ledger).problems == []


def test_what_is_no_copy(desk, tmp_path):
    with pytest.raises(NoSuchFile):
        cover(desk, 1, "other.png")
    with pytest.raises(NoSuchCase):
        cover(desk, 9)
    for data, why in ((ORIGINAL, "the same bytes"), (b"", "0 bytes")):
        (tmp_path / "black.png").write_bytes(data)
        with pytest.raises(NoCopy, match=why):
            cover(desk, 1)
    (tmp_path / "black.png").write_bytes(COPY)
    with pytest.raises(NoSuchFile):
        cover(desk, 1, "other.png")
    assert [path.name for path in (desk.ledger.folder / "evidence").iterdir()] == [sha(ORIGINAL)], (
        "what is refused leaves no file"
    )


def test_what_waits_at_a_portal_is_not_changed_under_somebodys_hands(desk):
    plan = make_plan(again(desk), Selection()).plan
    desk.ledger.write(lambda book: book.db.execute(update(requests).where(requests.c.plan == plan).values(state="operator")))
    with pytest.raises(OnItsWay):
        cover(desk, 1)


@pytest.mark.safeguard("S19")
def test_the_row_cannot_be_changed_back_unseen(desk):
    with desk.ledger.read() as db:
        before = db.execute(select(cases.c.evidence).where(cases.c.id == 1)).scalar()
    cover(desk, 1)
    desk.ledger.write(lambda book: book.db.execute(update(cases).where(cases.c.id == 1).values(evidence=before)))
    assert any("C-1" in what for _, what in verify(desk.ledger).problems)


def test_the_command_and_the_screen(desk, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["evidence", "redact", "C-1", "page.png", "--copy", "black.png", "--reason", "a child", "--as", "planner"]) == 0
    assert sha(COPY) in capsys.readouterr().out
    assert run(["case", "show", "C-1"]) == 0
    assert "page.png, redacted" in capsys.readouterr().out
