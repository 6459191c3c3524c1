"""The rows of a big ledger are read by a second process: it finds what one alone would, and is no reason to fail."""

import pytest
from desks import add_cases, make_desk
from sqlalchemy import update

from takedown.audit import beside, verify
from takedown.ledger.tables import cases

pytestmark = pytest.mark.sqlite("two processes read its file")
EDITED = [(0, "the cases C-1 to C-2 of B-1 are not what was imported")]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.setattr(beside, "PAYS", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    desk = make_desk(tmp_path, {})
    add_cases(desk, "facebook", range(1, 3))
    yield desk
    desk.ledger.close()


def edit(desk):
    """Past every rule."""
    with desk.ledger.engine.connect().execution_options(takedown_write=True) as db, db.begin():
        db.execute(update(cases).where(cases.c.id == 2).values(reason="another"))


def test_the_second_process_reads_the_rows(desk, monkeypatch):
    monkeypatch.setattr(beside, "of_rows", None)
    assert verify(desk.ledger).problems == []
    edit(desk)
    assert verify(desk.ledger).problems == EDITED


@pytest.mark.parametrize("program", ["/bin/false", "/nowhere/python"])
def test_rows_are_read_here_where_the_second_process_fails(desk, monkeypatch, program):
    monkeypatch.setattr("sys.executable", program)
    edit(desk)
    assert verify(desk.ledger).problems == EDITED


def test_rows_are_read_here_where_somebody_wrote_in_between(desk, monkeypatch):
    start = beside._start

    def late(file):
        desk.ledger.write(lambda book: book.record("lane.opened", "facebook", {}))
        edit(desk)
        return start(file)

    monkeypatch.setattr(beside, "_start", late)
    assert verify(desk.ledger).problems == []
