"""A ledger of the first version, with requests in every state, is upgraded without a byte of them changing."""

import hashlib
from pathlib import Path

import pytest
from desks import add_cases, make_desk
from sqlalchemy import inspect, select, text, update

from takedown.audit import verify
from takedown.ledger.moves import State
from takedown.ledger.setup import HEAD, migrate, open_ledger, upgrade
from takedown.ledger.store import OldLedger, make_engine
from takedown.ledger.tables import events, metadata, requests
from takedown.planning.making import Selection, make_plan

URL = "sqlite:///takedown.db"
LATER = tuple(name for name in ("sightings", "messages") if name in metadata.tables)
"""Tables that the second version brought."""
OLD_KEY = "authority, platform, identity, basis, step"


def picture(db):
    """Everything that must not change: bytes and states of requests, and the chain."""
    rows = db.execute(
        select(requests.c.id, requests.c.state, requests.c.body, requests.c.sha256, requests.c.salt).order_by(requests.c.id)
    )
    chain = db.execute(select(events.c.seq, events.c.hash).order_by(events.c.seq)).all()
    return [tuple(row) for row in rows], [tuple(row) for row in chain]


@pytest.fixture
def old(tmp_path):
    """A ledger at version 0001 with one request in each state."""
    desk = make_desk(tmp_path, {})
    add_cases(desk, "facebook", range(1, 10))
    make_plan(desk, Selection())
    states = [state.value for state in State if state is not State.DRAFT]

    def spread(book):
        for number, state in enumerate(states, 1):
            book.db.execute(update(requests).where(requests.c.position == number).values(state=state))
        for name in LATER:
            book.db.execute(text(f"DROP TABLE {name}"))
        for name in ("ix_cases_follows", "uq_cases_open"):
            book.db.execute(text(f"DROP INDEX {name}"))
        book.db.execute(text(f"CREATE UNIQUE INDEX uq_cases_open ON cases ({OLD_KEY}) WHERE closed = ''"))
        book.db.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    desk.ledger.write(spread)
    with desk.ledger.read() as db:
        before = picture(db)
    desk.ledger.close()
    assert {row[1] for row in before[0]} == set(states)
    return tmp_path, before


def test_the_upgrade_changes_no_request_and_no_event(old):
    folder, before = old
    with pytest.raises(OldLedger):
        open_ledger(URL, folder, "sandbox")
    assert upgrade(URL, folder) == ("0001", HEAD)
    ledger = open_ledger(URL, folder, "sandbox")
    with ledger.read() as db:
        assert picture(db) == before
        assert set(metadata.tables) <= set(inspect(db).get_table_names())
        made = {one["name"]: one["column_names"] for one in inspect(db).get_indexes("cases")}
        assert made["uq_cases_open"] == OLD_KEY.split(", ")[:-1]
        assert made["ix_cases_follows"] == ["follows"]
        assert all(hashlib.sha256(row[2]).hexdigest() == row[3] for row in before[0])
    assert [what for _, what in verify(ledger).problems if "contents" in what] == []
    ledger.close()


def test_each_step_stands_alone(tmp_path):
    engine = make_engine(f"sqlite:///{Path(tmp_path) / 'steps.db'}")
    with engine.connect().execution_options(takedown_write=True) as db, db.begin():
        migrate(db, "0001")
        assert not set(LATER) & set(inspect(db).get_table_names())
    with engine.connect().execution_options(takedown_write=True) as db, db.begin():
        migrate(db, "head")
        assert set(LATER) <= set(inspect(db).get_table_names())
