"""What only PostgreSQL can do wrong: not be there, and commit without waiting for its disk."""

import threading

import pytest
from desks import add_cases, make_desk, reading, status_of
from servers import database, restart
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from takedown import audit
from takedown.audit import verify
from takedown.ledger import server
from takedown.ledger.cases import close
from takedown.ledger.counts import miscounted
from takedown.ledger.errors import (
    LedgerFailed,
    NoLedger,
    NoSuchBatch,
    NotSynchronous,
    ReadOnly,
    ServerAway,
    WrongEnvironment,
    not_connected,
)
from takedown.ledger.setup import create, open_ledger
from takedown.ledger.tables import cases
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection
from takedown.reading import Reading
from takedown.report.listing import Filter, count, listed


def test_a_server_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ServerAway, match="cannot be reached"):
        open_ledger("postgresql://nobody@127.0.0.1:1/none", tmp_path, "sandbox")
    with pytest.raises(NoLedger, match="does not exist"):
        open_ledger(make_url(database(tmp_path)).set(database="none").render_as_string(), tmp_path, "sandbox")
    with pytest.raises(NoLedger):
        open_ledger(database(tmp_path), tmp_path, "sandbox")


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ('connection failed: FATAL:  database "desk" does not exist', NoLedger),
        ("connection failed: FATAL:  password authentication failed", NoLedger),
        ("connection failed: FATAL:  the database system is starting up", ServerAway),
        ("connection failed: FATAL:  sorry, too many clients already", ServerAway),
        ("connection timeout expired", ServerAway),
    ],
)
def test_a_server_that_will_be_back_is_no_ledger_that_is_missing(said, error):
    assert type(not_connected("postgresql://db.authority.example/desk", said)) is error


@pytest.mark.parametrize("found", ["off", "local", "remote_write"])
def test_a_server_that_commits_without_its_disk_is_refused(tmp_path, found):
    ledger = create(database(tmp_path), tmp_path, "sandbox")
    ledger.write(lambda book: book.db.execute(text(f"ALTER DATABASE {ledger.name} SET synchronous_commit = {found}")) and None)
    ledger.close()
    with pytest.raises(NotSynchronous, match=found):
        open_ledger(database(tmp_path), tmp_path, "sandbox")


def test_a_writer_that_is_paused_in_the_middle_holds_up_nobody(tmp_path, monkeypatch):
    monkeypatch.setattr(server, "IDLE", 0.3)
    paused = create(database(tmp_path), tmp_path, "sandbox")
    other = open_ledger(database(tmp_path), tmp_path, "sandbox")
    said, gate = threading.Event(), threading.Event()

    def silent(book):
        book.db.execute(text("SELECT value FROM meta WHERE name = 'ledger' FOR UPDATE"))
        said.set()
        gate.wait(20)
        return book.db.execute(text("SELECT 1")).scalar()

    waiting = paused._submit(silent)
    assert said.wait(10)
    other.write(lambda book: book.record("note", "x", {}))
    gate.set()
    assert waiting.result(30) == 1, "its transaction was ended, and it was done again"
    for one in (paused, other):
        one.close()


def test_a_restart_of_the_server_is_waited_for_and_nothing_is_written_twice(tmp_path):
    ledger = create(database(tmp_path), tmp_path, "sandbox")
    for turn in range(3):
        ledger.peek(lambda db: db.execute(text("SELECT 1")).scalar())
        restart()
        ledger.write(lambda book, turn=turn: book.record("note", "x", {"turn": turn}))
        assert ledger.peek(lambda db: db.execute(text("SELECT count(*) FROM events")).scalar()) == turn + 2
    assert verify(ledger).problems == []
    ledger.close()


def test_a_commit_whose_answer_is_lost_is_not_made_again(tmp_path):
    """The line breaks after the server committed: the chain tells that it did."""
    ledger = create(database(tmp_path), tmp_path, "sandbox")
    broken = []

    def commit(connection):
        if not broken:
            broken.append(1)
            raw = connection.connection.driver_connection
            raw.commit()
            raw.close()

    event.listen(ledger.engine, "commit", commit)
    ledger.write(lambda book: book.record("note", "x", {}))
    event.remove(ledger.engine, "commit", commit)
    assert broken
    with ledger.read() as db:
        assert db.execute(text("SELECT count(*) FROM events WHERE kind = 'note'")).scalar() == 1
    assert verify(ledger).problems == []
    ledger.close()


def test_an_open_case_is_there_once(tmp_path):
    desk = make_desk(tmp_path, {})
    add_cases(desk, "facebook", [1])
    with desk.ledger.read() as db:
        row = dict(db.execute(cases.select()).mappings().one())
    del row["id"]
    with pytest.raises(IntegrityError):
        desk.ledger.write(lambda book: book.db.execute(cases.insert().values(**row)))
    desk.ledger.close()


def counted(db):
    return db.execute(text("SELECT count(*) FROM events")).scalar()


@pytest.fixture
def ledger(tmp_path):
    made = create(database(tmp_path), tmp_path, "sandbox")
    yield made
    made.close()


def test_what_is_read_is_one_view_from_beginning_to_end_and_changes_nothing(ledger):
    with ledger.read() as db, ledger.view() as view:
        assert (counted(db), view.value("SELECT count(*) FROM events")) == (1, 1)
        ledger.write(lambda book: book.record("note", "x", {}))
        assert (counted(db), view.value("SELECT count(*) FROM events")) == (1, 1)
    for sql in ("DELETE FROM events", "SELECT * FROM events FOR UPDATE"):
        with pytest.raises(ReadOnly), ledger.read() as db:
            db.execute(text(sql))
    with ledger.read() as db:
        assert counted(db) == 2


def test_a_view_with_tables_of_its_own_is_one_view_too_and_they_go_with_it(ledger):
    with ledger.scratch() as db:
        before = counted(db)
        ledger.write(lambda book: book.record("note", "x", {}))
        db.execute(text("CREATE TEMPORARY TABLE mine AS SELECT * FROM events"))
        assert (counted(db), db.execute(text("SELECT count(*) FROM mine")).scalar()) == (before, before)
    with ledger.read() as db:
        assert db.execute(text("SELECT to_regclass('mine')")).scalar() is None


def test_a_case_that_is_closed_while_the_ledger_is_verified_is_no_tampering(tmp_path, monkeypatch):
    url, read = database(tmp_path), audit.read_chain
    monkeypatch.setattr("desks.ledger_url", lambda _: url)
    desk = make_desk(tmp_path, {})
    add_cases(desk, "facebook", [1])

    def meanwhile(db):
        told = read(db)
        close(desk.ledger, 1, "mistaken", "planner")
        return told

    monkeypatch.setattr(audit, "read_chain", meanwhile)
    assert verify(desk.ledger).problems == []
    desk.ledger.close()


def test_who_counts_and_who_puts_counts_together_keep_nobody_waiting(tmp_path, monkeypatch):
    url = database(tmp_path)
    monkeypatch.setattr("desks.ledger_url", lambda _: url)
    desk = make_desk(tmp_path, {})
    add_cases(desk, "facebook", range(1, 5))
    engine = desk.ledger.engine.execution_options(takedown_write=True)
    with engine.connect() as one, engine.connect() as other, engine.connect() as third:
        for number, db in enumerate([one, other, third, one, other], 1):
            db.execute(text("SET LOCAL lock_timeout = '2s'"))
            db.execute(text(f"UPDATE cases SET claimed = 'removed' WHERE id = {1 + number % 3}"))
            if db is not third:
                db.execute(text("SELECT fold_case_counts()"))
        for db in (third, one, other):
            db.commit()
    with desk.ledger.read() as db:
        assert [*miscounted(db)] == []
        found = db.execute(text("SELECT claimed, sum(count) FROM case_counts GROUP BY claimed HAVING sum(count) <> 0"))
        assert dict(found.all()) == {"none": 1, "removed": 3}
    desk.ledger.close()


CANCELLED = "SELECT n, CASE WHEN n > 1500 THEN pg_cancel_backend(pg_backend_pid()) END FROM generate_series(1, 3000) AS n"


def test_a_stream_that_breaks_off_is_the_servers_fault_and_no_defect(ledger):
    """As where statement_timeout ends it."""

    def told():
        with ledger.view() as view:
            yield from view.stream(CANCELLED)

    rows = told()
    assert next(rows) == (1, None)
    with pytest.raises(LedgerFailed, match="cancel"):
        list(rows)


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
    with pytest.raises(ServerAway) as told, away.ledger():
        pass
    assert "secret" not in str(told.value.as_dict())
    with pytest.raises(NoLedger), Reading(database(tmp_path), tmp_path).ledger():
        pass
    create(database(tmp_path), tmp_path, "sandbox").close()
    with pytest.raises(WrongEnvironment), Reading(database(tmp_path), tmp_path, "live").ledger():
        pass
