"""What workers do by the clock: mail is read, and what was being sent when it was taken back is taken back after it."""

import json
import logging
import threading

import pytest
from crew_desk import wait_for
from desks import again
from inbox_desk import office
from mail_server import configure, free_port, post, serving
from mails import SERVER
from servers import database
from sqlalchemy import select, update
from withdrawing import back, desk_with, mailed, of, planned, shift, stand_ins, stands

from takedown.delivery.halting import halt, unhalt
from takedown.delivery.owning import make_row
from takedown.fleet.logs import everything, make_log
from takedown.fleet.metrics import Metrics
from takedown.fleet.queue import depth
from takedown.fleet.rounds import Rounds
from takedown.ledger.tables import lanes, plans
from takedown.planning.approving import release
from takedown.planning.listing import get_plan

EACH_SECOND = '[fleet]\nwithdrawals = "* * * * * *"\n'


class Said:
    """A log that keeps what it was told."""

    def __init__(self):
        self.events = []

    def info(self, event, **more):
        self.events.append((event, more))

    error = warning = info


@pytest.fixture(autouse=True)
def _on_a_server(tmp_path, monkeypatch):
    monkeypatch.setattr("desks.ledger_url", lambda folder: database(tmp_path))


@pytest.fixture
def platforms(tmp_path):
    with stand_ins(tmp_path) as sandbox:
        yield sandbox


def rounds(desk):
    async def put(task, lock, **given):
        """Nothing is queued here."""

    return Rounds(desk, Said(), Metrics(), put)


def was_being_sent(folder, platforms, **more):
    """A desk whose one case was taken back while its request was being sent; the number of that request."""
    desk = desk_with(folder, platforms, mailed(platforms), 1, **more)
    held = get_plan(desk.ledger, planned(desk))
    desk.ledger.write(lambda book: release(book, held, desk.policy))
    (row,) = of(desk, "removal")
    shift(desk, row["id"], "approved", "sending")
    assert back(desk, 1).done.waiting == (1,)
    return desk, row["id"]


def plan_of_it(desk):
    with desk.ledger.read() as db:
        return db.execute(select(plans.c.id, plans.c.handed_at).where(plans.c.purpose == "withdrawal")).first()


async def test_what_was_being_sent_is_taken_back_by_the_workers(tmp_path, platforms, workers):
    desk, request = was_being_sent(tmp_path, platforms, extra=EACH_SECOND)
    at = rounds(desk)
    await at.withdraw()
    assert (plan_of_it(desk), at.log.events) == (None, []), "nothing can be done yet"
    shift(desk, request, "sending", "sent", receipt="250 queued")
    workers()
    wait_for(lambda: stands(desk) == [("sent", "sent")])
    await rounds(desk).withdraw()
    assert len(of(desk, "withdrawal")) == 1, "once"


async def test_while_all_is_halted_nothing_is_handed_over_and_afterwards_it_is(tmp_path, platforms):
    desk, request = was_being_sent(tmp_path, platforms)
    shift(desk, request, "sending", "sent", receipt="250 queued")
    halt(desk, "a mistake")
    at = rounds(desk)
    await at.withdraw()
    assert plan_of_it(desk) is None
    unhalt(desk, None)
    await at.withdraw()
    assert plan_of_it(desk).handed_at is not None
    with desk.ledger.read() as db:
        assert depth(db).due == 1
    assert at.log.events == [("withdrawals", {"plans": ["P-2"], "waits_for_a_person": []})]


async def test_one_that_was_written_down_and_never_handed_over_is_but_no_stopped_lane_is_opened(tmp_path, platforms):
    desk, request = was_being_sent(tmp_path, platforms)
    shift(desk, request, "sending", "sent", receipt="250 queued")
    await rounds(desk).withdraw()
    given_back = update(plans).where(plans.c.purpose == "withdrawal").values(handed_at=None)
    desk.ledger.write(lambda book: book.db.execute(given_back) and None)
    await rounds(desk).withdraw()
    assert plan_of_it(desk).handed_at is not None
    desk.ledger.write(lambda book: stop_the_lane(book, given_back))
    await rounds(desk).withdraw()
    assert plan_of_it(desk).handed_at is None, "a person mends the lane first"


def stop_the_lane(book, given_back):
    make_row(book, "telegram:email")
    book.db.execute(update(lanes).values(stopped="TD-0401", why="credentials"))
    book.db.execute(given_back)


async def test_the_mailbox_is_read_once_for_all(tmp_path):
    made = office(tmp_path, 3)
    with serving() as port:
        configure(tmp_path, port, SERVER)
        made.desk = again(made.desk)
        post(port, *(made.reply(to=n) for n in range(2)), made.reply("Hm.", to=2))
        at = rounds(made.desk)
        assert "read the mail" in at.crons()
        await at.mail()
        await at.mail()
    assert made.claimed() == ["removed", "removed", "none"]
    first = ("mail read", {"fresh": 3, "for_a_person": 1})
    assert at.log.events == [first, ("mail read", {"fresh": 0, "for_a_person": 0})]


async def test_a_mailbox_that_is_not_there_is_told_and_one_that_was_never_named_is_not_read(tmp_path, platforms):
    desk = desk_with(tmp_path, platforms, mailed(platforms), 1)
    assert "read the mail" not in rounds(desk).crons()
    text = (tmp_path / "takedown.toml").read_text()
    (tmp_path / "takedown.toml").write_text(f'{text}[imap]\nhost = "127.0.0.1"\nport = {free_port()}\nuser = "desk"\n')
    at = rounds(again(desk))
    await at.mail()
    ((event, told),) = at.log.events
    assert (event, told["code"]) == ("trouble", "TD-0504")


def test_whatever_a_library_says_or_leaves_uncaught_is_a_line_of_json(capsys):
    log = make_log("here:1")
    with everything(log):
        logging.getLogger("psycopg.pool").warning("error connecting in %r: %s", "pool-1", "password of standin_0042")
        logging.getLogger("asyncio").error("Task exception was never retrieved")
        gone = threading.Thread(target=lambda: 1 / 0)
        gone.start()
        gone.join()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(one["event"], one["about"], one["error"]) for one in lines] == [
        ("engine", "psycopg.pool", ""),
        ("engine", "asyncio", ""),
        ("engine", "thread", "ZeroDivisionError"),
    ]
    assert "standin" not in str(lines)
