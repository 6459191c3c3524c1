"""What only PostgreSQL can do wrong: not be there, and commit without waiting for its disk."""

import pytest
from desks import add_cases, make_desk, reading, status_of
from servers import database
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from takedown.ledger.errors import NoLedger, NoSuchBatch, NotSynchronous, WrongEnvironment
from takedown.ledger.setup import create, open_ledger
from takedown.ledger.tables import cases
from takedown.planning.making import Selection, make_plan
from takedown.reading import Reading
from takedown.report.listing import Filter, count, listed


def test_a_server_that_is_not_there_is_told(tmp_path):
    with pytest.raises(NoLedger):
        open_ledger("postgresql://nobody@127.0.0.1:1/none", tmp_path, "sandbox")
    with pytest.raises(NoLedger):
        open_ledger(database(tmp_path), tmp_path, "sandbox")


@pytest.mark.parametrize("found", ["off", "local", "remote_write"])
def test_a_server_that_commits_without_its_disk_is_refused(tmp_path, found):
    ledger = create(database(tmp_path), tmp_path, "sandbox")
    ledger.write(lambda book: book.db.execute(text(f"ALTER DATABASE {ledger.name} SET synchronous_commit = {found}")) and None)
    ledger.close()
    with pytest.raises(NotSynchronous, match=found):
        open_ledger(database(tmp_path), tmp_path, "sandbox")


def test_an_open_case_is_there_once(tmp_path):
    desk = make_desk(tmp_path, {})
    add_cases(desk, "facebook", [1])
    with desk.ledger.read() as db:
        row = dict(db.execute(cases.select()).mappings().one())
    del row["id"]
    with pytest.raises(IntegrityError):
        desk.ledger.write(lambda book: book.db.execute(cases.insert().values(**row)))
    desk.ledger.close()


def test_what_only_reads_a_ledger_reads_a_servers(tmp_path, monkeypatch):
    url = database(tmp_path)
    monkeypatch.setattr("desks.ledger_url", lambda _: url)
    desk = make_desk(tmp_path, {"facebook": {"channel": "portal"}}, approvals=1)
    add_cases(desk, "facebook", range(1, 5))
    make_plan(desk, Selection())
    for batch in (None, 1):
        found = status_of(desk, batch)
        assert found.whole.delivery == {"planned": 4}
        assert [(matter.kind, matter.count) for matter in found.people] == [("approval", 4)]
    with reading(desk).ledger() as ledger:
        assert [one["case"] for one in listed(ledger, Filter(platform="facebook", batch=1))] == ["C-1", "C-2", "C-3", "C-4"]
        assert [one["case"] for one in listed(ledger, Filter(delivery="planned"), 2)] == ["C-1", "C-2"]
        assert count(ledger, Filter(pending=True)) == 0
        with pytest.raises(NoSuchBatch):
            ledger.known_batch(2)
    desk.ledger.close()


def test_a_server_that_cannot_be_read_is_told_without_its_password(tmp_path):
    away = Reading("postgresql://desk:secret@127.0.0.1:1/none", tmp_path)
    with pytest.raises(NoLedger) as told, away.ledger():
        pass
    assert "secret" not in str(told.value.as_dict())
    with pytest.raises(NoLedger), Reading(database(tmp_path), tmp_path).ledger():
        pass
    create(database(tmp_path), tmp_path, "sandbox").close()
    with pytest.raises(WrongEnvironment), Reading(database(tmp_path), tmp_path, "live").ledger():
        pass
