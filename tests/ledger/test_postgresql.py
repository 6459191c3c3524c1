"""What only PostgreSQL can do wrong: not be there, and commit without waiting for its disk."""

import pytest
from desks import add_cases, make_desk
from servers import database
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from takedown.ledger.setup import NotSynchronous, create, open_ledger
from takedown.ledger.store import NoLedger
from takedown.ledger.tables import cases


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
