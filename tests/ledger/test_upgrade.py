"""Ledgers of every earlier version are upgraded without a byte of a request or an event changing."""

import hashlib

import pytest
from desks import TurnedClock, add_cases, make_desk
from sqlalchemy import MetaData, inspect, select, update

from takedown.audit import verify
from takedown.ledger.cases import close, reopen
from takedown.ledger.errors import OldLedger
from takedown.ledger.moves import State
from takedown.ledger.setup import HEAD, migrate, open_ledger, resolve, upgrade
from takedown.ledger.store import make_engine
from takedown.ledger.tables import cases, events, metadata, requests
from takedown.ledger.truths import Claim, Sighting, add_claims, add_sightings
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection

VERSIONS = [f"{number:04}" for number in range(1, int(HEAD))]


def picture(db):
    """Everything that must not change: bytes and states of requests, and the chain."""
    columns = (requests.c.id, requests.c.state, requests.c.body, requests.c.sha256, requests.c.salt)
    chain = db.execute(select(events.c.seq, events.c.hash).order_by(events.c.seq)).all()
    return [tuple(row) for row in db.execute(select(*columns).order_by(requests.c.id))], [tuple(row) for row in chain]


def shape(db):
    """Tables with their columns and indexes."""
    found = inspect(db)
    return {
        table: (
            sorted(column["name"] for column in found.get_columns(table)),
            sorted((one["name"], one["column_names"], bool(one["unique"])) for one in found.get_indexes(table)),
        )
        for table in metadata.tables
    }


def taken_back(desk, version):
    """The desk's ledger as it would have been at an earlier version: that version's tables, with what they can hold."""
    desk.ledger.close()
    engine, now, then = make_engine(str(resolve(desk.settings.ledger.url, desk.config.folder))), MetaData(), MetaData()
    with engine.connect().execution_options(takedown_write=True) as db, db.begin():
        now.reflect(db)
        held = {name: [{**row} for row in db.execute(select(table)).mappings()] for name, table in metadata.tables.items()}
        db.exec_driver_sql("DROP VIEW IF EXISTS case_codes")
        now.drop_all(db)
        migrate(db, version)
        then.reflect(db)
        for table in then.sorted_tables:
            rows = [
                {column.name: row[column.name] for column in table.c if column.name in row} for row in held.get(table.name, [])
            ]
            if rows:
                db.execute(table.insert(), rows)
    engine.dispose()


@pytest.fixture
def desk(tmp_path):
    """One request in each state."""
    desk = make_desk(tmp_path, {}, clock=TurnedClock())
    add_cases(desk, "facebook", range(1, 10))
    make_plan(desk, Selection())
    states = [state.value for state in State if state is not State.DRAFT]

    def spread(book):
        for number, state in enumerate(states, 1):
            book.db.execute(update(requests).where(requests.c.position == number).values(state=state))

    desk.ledger.write(spread)
    return desk


@pytest.mark.parametrize("version", VERSIONS)
def test_the_upgrade_changes_no_request_and_no_event(desk, version):
    with desk.ledger.read() as db:
        before, wanted = picture(db), shape(db)
    taken_back(desk, version)
    with pytest.raises(OldLedger):
        open_ledger(desk.settings.ledger.url, desk.config.folder, "sandbox")
    assert upgrade(desk.settings.ledger.url, desk.config.folder) == (version, HEAD)
    ledger = open_ledger(desk.settings.ledger.url, desk.config.folder, "sandbox")
    with ledger.read() as db:
        now = picture(db)
        assert (now[0], now[1][:-1]) == before
        assert db.execute(select(events.c.kind).order_by(events.c.seq.desc()).limit(1)).scalar() == "ledger.upgraded"
        assert shape(db) == wanted, "an upgraded ledger is not made like a new one"
        assert all(hashlib.sha256(row[2]).hexdigest() == row[3] for row in before[0])
    assert [what for _, what in verify(ledger).problems if "contents" in what] == []
    ledger.close()


def test_times_are_read_from_what_was_recorded(tmp_path):
    desk = make_desk(tmp_path, {}, clock=TurnedClock())
    add_cases(desk, "facebook", range(1, 5))
    for value, ground in (("received", ""), ("removed", "own_rules"), ("declined", ""), ("restricted", "local_law")):
        desk.clock.at += 60
        desk.ledger.write(lambda book, said=(value, ground): add_claims(book, [Claim(1, said[0], "status_api", ground=said[1])]))
    for value in ("available", "gone", "available", "suspended"):
        desk.clock.at += 60
        seen = [Sighting(2, value, "m", "high", "PK", source="by_hand")]
        desk.ledger.write(lambda book, seen=seen: add_sightings(book, seen))
    desk.clock.at += 60.5
    close(desk.ledger, 3, "done", "alice")
    reopen(desk.ledger, 3, "alice")
    desk.clock.at += 60
    close(desk.ledger, 3, "done", "alice")
    close(desk.ledger, 4, "done", "alice")
    reopen(desk.ledger, 4, "alice")
    columns = (cases.c.id, *(cases.c[name] for name in ("ground", "acted_at", "declined_at", "gone_at", "closed_at")))
    with desk.ledger.read() as db:
        before = db.execute(select(*columns).order_by(cases.c.id)).all()
    assert before[0][1] == "local_law"
    assert [sum(value is not None for value in row[2:]) for row in before] == [2, 1, 1, 0]
    taken_back(desk, "0003")
    upgrade(desk.settings.ledger.url, tmp_path)
    with open_ledger(desk.settings.ledger.url, tmp_path, "sandbox").read() as db:
        assert db.execute(select(*columns).order_by(cases.c.id)).all() == before
