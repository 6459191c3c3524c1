"""All of a file is stored, with one event, or none of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from intake_desk import Desk, row
from servers import ledger_url
from sqlalchemy import event

from takedown.audit import verify
from takedown.intake import Met, batch, storing
from takedown.intake.spool import CHUNK
from takedown.ledger.errors import LedgerFailed, NoSuchBatch
from takedown.ledger.seals import CASE
from takedown.ledger.setup import open_ledger
from takedown.ledger.tables import batches, case_references, events, openings

MANY = [row(n) for n in range(3 * CHUNK)]


def test_one_event_tells_of_the_batch_without_personal_data(desk: Desk) -> None:
    done = desk.run([row(1), row(2), row(1), row(3, reason="")], name="list of names.csv", rejects=desk.folder / "r.csv")
    assert (done.batch, done.exit) == ("B-1", 3)
    made, told = desk.rows(events)
    assert (made["kind"], told["kind"], told["subject"]) == ("ledger.made", "batch.imported", "B-1")
    data = json.loads(told["data"])
    assert {name: data[name] for name in ("rows", "imported", "rejected", "duplicates")} == {
        "rows": 4, "imported": 2, "rejected": 1, "duplicates": 1,
    }  # fmt: skip
    assert (data["first"], data["last"], data["file_sha256"]) == ("C-1", "C-2", done.file_sha256)
    assert set(data["file"]) == set(data["by"]) == {"committed"}
    assert "standin" not in told["data"]
    assert {held["value"] for held in desk.rows(openings)} == {"list of names.csv", "Clerk"}
    (held,) = desk.rows(batches)
    assert (held["file"], held["by"], held["sha256"]) == ("list of names.csv", "Clerk", done.file_sha256)


@pytest.mark.parametrize("column", [column for column in CASE if column != "evidence"])
def test_the_batchs_event_seals_every_field(desk: Desk, column: str) -> None:
    desk.run([row(1, followers="7"), row(2, followers="7"), row(1)])
    assert verify(desk.ledger).problems == []
    changed = {"followers": "8", "fields": "'{\"a\":1}'"}.get(column, "'another'")
    desk.ledger.write(lambda book: book.db.exec_driver_sql(f'UPDATE cases SET "{column}" = {changed} WHERE id = 2'))
    assert [what for _, what in verify(desk.ledger).problems] == ["the cases C-1 to C-2 of B-1 are not what was imported"]


def test_checking_tells_all_and_stores_nothing(desk: Desk) -> None:
    (desk.folder / "page.png").write_bytes(b"picture")
    done = desk.run([row(1, evidence="page.png"), row(2), row(1)], check=True)
    assert (done.rows, done.imported, done.duplicates, done.batch, done.checked) == (3, 2, 1, "", True)
    assert done.notes == (Met(4, "C-1", row(1)["url"], same_as=2),)
    assert desk.untouched


def test_corrected_rejects_rejoin_their_batch(desk: Desk) -> None:
    rejects = desk.folder / "rejects.csv"
    desk.run([row(1), row(2, reason="")], rejects=rejects)
    corrected = rejects.read_text(encoding="utf-8-sig").replace('"",', '"Calls to violence",', 1)
    done = desk.run(corrected, name="corrected.csv", batch=1)
    assert (done.batch, done.imported) == ("B-1", 1)
    assert [case["batch"] for case in desk.cases] == [1, 1]
    assert len(desk.rows(batches)) == 1


def test_a_batch_that_is_not_there_takes_nothing(desk: Desk) -> None:
    with pytest.raises(NoSuchBatch):
        desk.run([row(1)], batch=7)
    assert desk.untouched


@pytest.mark.sqlite("a limit of its pages")
def test_a_full_disk_in_the_middle_leaves_nothing(desk: Desk) -> None:
    def small(connection: object, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 200")  # type: ignore[attr-defined]

    desk.ledger.engine.dispose()
    event.listen(desk.ledger.engine, "connect", small)
    with pytest.raises(LedgerFailed):
        desk.run(MANY)
    event.remove(desk.ledger.engine, "connect", small)
    assert desk.untouched


def test_a_change_that_is_tried_again_stores_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []
    real = batch.store

    def twice(book: object, spool: object, label: object) -> object:
        tries.append(1)
        with book.db.begin_nested() as attempt:  # type: ignore[attr-defined]
            real(book, spool, label)  # type: ignore[arg-type]
            attempt.rollback()
        book._told.clear()  # type: ignore[attr-defined]
        book._tail = None  # type: ignore[attr-defined]
        return real(book, spool, label)  # type: ignore[arg-type]

    monkeypatch.setattr(batch, "store", twice)
    assert desk.run(MANY).imported == len(MANY)
    assert len(desk.cases) == len(MANY)
    assert tries


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from intake_desk import Desk, Nest, row
from takedown.intake import Setting, storing
from takedown.ledger.setup import open_ledger
from takedown.notices import load_packs
folder = Path(sys.argv[1])
real, left = storing._Storing._add, [2]
def dying(self, chunk):
    real(self, chunk)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
storing._Storing._add = dying
desk = Desk(folder, open_ledger(sys.argv[3], folder, "sandbox"),
            Setting({"nest": Nest()}, load_packs(), "Example Authority", "PK", "Clerk"))
desk.run([row(n) for n in range(3000)])
"""


def test_a_process_that_is_killed_in_the_middle_leaves_nothing(desk: Desk) -> None:
    words = [sys.executable, "-c", KILLED, str(desk.folder), str(Path(__file__).parent), ledger_url(desk.folder)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert desk.untouched
    left = {name.name for name in desk.folder.iterdir()} - {"takedown.db", "takedown.db-wal", "takedown.db-shm"}
    assert left == {desk.ledger.secret_path.name, "batch.csv"}
    assert open_ledger(ledger_url(desk.folder), desk.folder, "sandbox").setting("environment") == "sandbox"
    assert desk.run(MANY).imported == len(MANY)


def test_the_spool_lies_beside_the_ledger_without_a_name(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[set[str]] = []
    real = storing._Storing._add

    def looking(self: object, chunk: object) -> None:
        there = {name for name in os.listdir(desk.folder) if not name.startswith("takedown")}  # noqa: PTH208
        seen.append(there - {desk.ledger.secret_path.name})
        real(self, chunk)  # type: ignore[arg-type]

    monkeypatch.setattr(storing._Storing, "_add", looking)
    desk.run([row(1)])
    assert seen == [{"batch.csv"}]
    assert desk.rows(case_references) == []


def test_a_seal_holds_however_json_is_written(desk: Desk) -> None:
    desk.run([row(1, notes="x")])
    desk.ledger.write(lambda book: book.db.exec_driver_sql("UPDATE cases SET fields = ' { } ', evidence = '[ ]'"))
    assert verify(desk.ledger).problems == []
