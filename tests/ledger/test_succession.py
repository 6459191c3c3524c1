"""Who may begin after a server took another's place, and when."""

import pytest
from servers import bring_back, database, keep_for_later, restart
from sqlalchemy import text

from takedown.ledger import succession
from takedown.ledger.setup import create, open_ledger
from takedown.ledger.succession import quiet, served_by


@pytest.fixture
def ledger(tmp_path):
    opened = create(database(tmp_path), tmp_path, "sandbox")
    yield opened
    opened.close()


def left(ledger):
    return ledger.write(lambda book: quiet(book.db))


def server_of(ledger):
    with ledger.read() as db:
        return served_by(db)


def test_nobody_waits_where_the_ledger_was_made(ledger):
    assert left(ledger) == 0.0


@pytest.mark.parametrize("how", ["restart", "another"])
def test_all_wait_from_when_the_first_asks(ledger, tmp_path, monkeypatch, how):
    before = server_of(ledger)
    if how == "restart":
        restart()
    else:
        ledger.close()
        keep_for_later(tmp_path)
        bring_back(tmp_path)
    one, other = (open_ledger(database(tmp_path), tmp_path, "sandbox") for _ in range(2))
    assert server_of(one) != before
    assert left(one) == succession.QUIET
    assert 0 < left(other) < succession.QUIET, "the first one's time goes on"
    monkeypatch.setattr(succession, "QUIET", 0.0)
    assert left(one) == left(other) == 0.0, "once it is over nobody starts it anew"
    one.close()
    other.close()


def test_a_clock_that_was_ahead_and_was_put_right_closes_no_lane_for_longer(ledger):
    ahead = text("UPDATE meta SET value = split_part(value, ' ', 1) || ' 9e9' WHERE name = 'server'")
    ledger.write(lambda book: book.db.execute(ahead) and None)
    assert left(ledger) == succession.QUIET
    assert left(ledger) < succession.QUIET


@pytest.mark.sqlite("a file has no server")
def test_a_file_is_served_by_nobody(tmp_path):
    ledger = create("sqlite:///takedown.db", tmp_path, "sandbox")
    assert (left(ledger), server_of(ledger), ledger.setting("server")) == (0.0, "", "")
    ledger.close()
