"""A ledger that moves from its file to PostgreSQL: all of it arrives, the file sends nothing more, nothing is overwritten."""

import json
import sqlite3
from pathlib import Path

import pytest
from desks import add_cases, again
from sendings import api, nothing_lost_or_doubled, planned, references, send, states, taken
from servers import database
from sqlalchemy import select, update

from takedown import moving
from takedown.audit import verify
from takedown.cli import run
from takedown.comparing import problems
from takedown.delivery.deliver import Halted
from takedown.ledger.backup import FileThere
from takedown.ledger.moves import begin
from takedown.ledger.setup import WrongEnvironment, create, open_ledger
from takedown.ledger.tables import events, metadata
from takedown.moving import Differs, NoServer, NotThere, PasswordShown, TargetInUse, move_ledger
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection

pytestmark = pytest.mark.sqlite("a file that moves")


@pytest.fixture
def desk_and_plan(tmp_path, stand_in):
    """Six requests of which two were sent, from a file."""
    sandbox = stand_in()
    desk, plan = planned(tmp_path, api(sandbox, idempotency=True), 6)
    send(desk, plan, limit=2)
    return desk, plan, sandbox


def moved(desk):
    """The desk after its move, as its operator has then configured it."""
    url = database(desk.config.folder)
    move_ledger(desk, url)
    file = desk.config.file
    file.write_text(file.read_text().replace(desk.settings.ledger.url, url))
    return again(desk)


def rows(ledger, table):
    with ledger.read() as db:
        return [tuple(row) for row in db.execute(select(table).order_by(*table.primary_key))]


def test_every_row_of_every_table_arrives_and_so_do_secret_and_heads(desk_and_plan):
    desk, _, _ = desk_and_plan
    odd = metadata.tables["meta"].insert().values(name="odd", value="tab\there, \\N and \\.\nnext line\r, \N{SNOWMAN}")
    desk.ledger.write(lambda book: book.db.execute(odd) and None)
    before = {table: rows(desk.ledger, table) for table in metadata.sorted_tables}
    assert sum(len(found) for found in before.values()) > 30
    there = moved(desk)
    for table, found in before.items():
        extra = 1 if table.name in ("events", "openings", "meta") else 0  # of the move itself, and which server it is
        assert rows(there.ledger, table)[: len(found)] == found, table.name
        assert len(rows(there.ledger, table)) == len(found) + extra
    assert there.ledger.secret == desk.ledger.secret
    assert verify(there.ledger).problems == []
    assert list(problems(there)) == []
    assert (there.config.folder / f"{there.ledger.name}.heads.jsonl").exists()


def test_the_rest_of_a_plan_is_sent_from_there_and_nothing_twice(desk_and_plan):
    desk, plan, sandbox = desk_and_plan
    desk.ledger.write(lambda book: book.db.execute(update(metadata.tables["lanes"]).values(owner="dead")) and None)
    there = moved(desk)
    assert send(there, plan).sent == 6
    assert set(taken(sandbox).values()) == {1}
    nothing_lost_or_doubled(there, sandbox)
    assert verify(there.ledger).problems == []


def test_what_was_on_the_wire_is_uncertain_there(desk_and_plan):
    desk, plan, sandbox = desk_and_plan
    (one, *_) = rows(desk.ledger, metadata.tables["requests"])[2:]
    desk.ledger.write(lambda book: begin(book, [one[0]], "somebody", {}))
    there = moved(desk)
    assert states(there) == {"sent": 2, "sending": 1, "approved": 3}
    assert send(there, plan).sent == 6
    assert {"owner died"} & {json.loads(row[4]).get("because") for row in rows(there.ledger, events)}
    assert set(taken(sandbox).values()) == {1}


def test_new_numbers_start_behind_those_that_came(desk_and_plan):
    desk, _, _ = desk_and_plan
    there = moved(desk)
    add_cases(there, "facebook", [91, 92])
    assert make_plan(there, Selection()).cases == 2
    assert len(references(there, "planned")) == 2


def test_the_file_sends_nothing_more(desk_and_plan):
    desk, plan, sandbox = desk_and_plan
    move_ledger(desk, database(desk.config.folder))
    with pytest.raises(Halted, match="was moved to postgresql"):
        send(desk, plan)
    assert sum(taken(sandbox).values()) == 2
    assert rows(desk.ledger, events)[-1][2] == "ledger.left"
    assert verify(desk.ledger).problems == []


def test_the_environment_goes_with_it(desk_and_plan):
    desk, _, _ = desk_and_plan
    url = database(desk.config.folder)
    move_ledger(desk, url)
    with pytest.raises(WrongEnvironment):
        open_ledger(url, desk.config.folder, "live")


@pytest.mark.parametrize("url", ["sqlite:///other.db", "mysql://server/db", "no address"])
def test_it_moves_to_postgresql_alone(desk_and_plan, url):
    with pytest.raises(NotThere):
        move_ledger(desk_and_plan[0], url)


def test_what_cannot_be_is_refused_and_changes_nothing(desk_and_plan, tmp_path):
    desk, plan, _ = desk_and_plan
    with pytest.raises(PasswordShown):
        move_ledger(desk, "postgresql://desk:secret@127.0.0.1:1/none")
    with pytest.raises(NoServer):
        move_ledger(desk, "postgresql://nobody@127.0.0.1:1/none")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    create(database(elsewhere), elsewhere, "sandbox").close()
    with pytest.raises(TargetInUse, match="alembic_version"):
        move_ledger(desk, database(elsewhere))
    assert send(desk, plan).sent == 6, "the file is the ledger still"


def test_what_lies_beside_the_new_place_is_not_overwritten(desk_and_plan):
    desk, plan, _ = desk_and_plan
    url = database(desk.config.folder)
    Path(desk.config.folder / f"{url.partition('?')[0].rpartition('/')[2]}.heads.jsonl").write_text("somebody's")
    with pytest.raises(FileThere):
        move_ledger(desk, url)
    assert send(desk, plan).sent == 6


def test_a_chain_that_was_edited_does_not_move(desk_and_plan):
    desk, plan, _ = desk_and_plan
    desk.ledger.write(lambda book: book.db.execute(update(events).where(events.c.seq == 3).values(data="{}")) and None)
    with pytest.raises(Differs, match="event 3"):
        move_ledger(desk, database(desk.config.folder))
    assert send(desk, plan).sent == 6


def test_a_row_that_is_lost_on_the_way_stops_it(desk_and_plan, monkeypatch):
    desk, _, _ = desk_and_plan
    whole = moving._copy
    monkeypatch.setattr(moving, "_copy", lambda here, there, table: whole(here, there, table) + (table.name == "attempts"))
    with pytest.raises(Differs, match="attempts"):
        move_ledger(desk, database(desk.config.folder))
    monkeypatch.undo()
    moved(desk)


def test_nobody_writes_to_the_file_meanwhile(desk_and_plan, monkeypatch):
    desk, _, _ = desk_and_plan
    whole, refused = moving._copy, []

    def copy(here, there, table):
        with sqlite3.connect(desk.config.folder / "takedown.db", timeout=0) as other:
            try:
                other.execute("UPDATE lanes SET why = ''")
            except sqlite3.OperationalError as error:
                refused.append(str(error))
        return whole(here, there, table)

    monkeypatch.setattr(moving, "_copy", copy)
    moved(desk)
    assert set(refused) == {"database is locked"}


def test_the_command_asks_and_says_what_to_write_where(desk_and_plan, capsys, monkeypatch):
    desk, _, _ = desk_and_plan
    monkeypatch.chdir(desk.config.folder)
    monkeypatch.setenv("TAKEDOWN_AS", "planner")
    url = database(desk.config.folder)
    assert run(["ledger", "move", url]) == 2
    capsys.readouterr()
    assert run(["ledger", "move", url, "--yes", "--json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["summary"]["rows"]["cases"] == 6
    assert run(["submit", "P-1"]) == 7
    assert "was moved to postgresql" in capsys.readouterr().err
