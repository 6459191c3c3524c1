"""Reading from a real IMAP server: nothing is lost, nothing counts twice, whatever dies and whatever the server renumbers."""

from random import Random

import pytest
from desks import again
from figures import FULL, SEED
from inbox_desk import office
from mail_server import configure, connected, die_reading, empty, flags, free_port, post, serving
from mails import SERVER, mail
from sqlalchemy import select

from takedown.inbox.mailbox import read_mailbox
from takedown.inbox.store import listed
from takedown.ledger.tables import messages
from takedown.transport.imap import MailboxFailed, MailboxRefused


@pytest.fixture(scope="module")
def server():
    with serving() as port:
        yield port


@pytest.fixture
def at(tmp_path, server):
    """Three requests, and a mailbox with an answer to each."""
    made = office(tmp_path, 3)
    configure(tmp_path, server, SERVER)
    made.desk = again(made.desk)
    post(server, *(made.reply(to=n) for n in range(3)))
    yield made
    empty(server)


def test_answers_are_read_once(at):
    done = read_mailbox(at.desk, None)
    assert (done.fetched, done.fresh, len(done.judged)) == (3, 3, 3)
    assert at.claimed() == ["removed"] * 3
    second = read_mailbox(at.desk, None)
    assert (second.fetched, second.judged) == (0, ())
    assert len(at.claims()) == 3


def test_bytes_are_those_on_the_server_and_stay_unseen(at, server):
    raw = bytes(range(1, 256)).replace(b"\n", b"").replace(b"\r", b"") + b"\r\n"
    post(server, b"Subject: bytes\r\n\r\n" + raw)
    read_mailbox(at.desk, None)
    with at.desk.ledger.read() as db:
        kept = db.execute(select(messages.c.raw).order_by(messages.c.id.desc()).limit(1)).scalar_one()
    assert kept == b"Subject: bytes\r\n\r\n" + raw
    assert not any(b"Seen" in line or b"Deleted" in line for line in flags(server))


def test_a_mailbox_read_with_kills_in_between(tmp_path, server, figure):
    """Twelve answers, and processes that die in the middle of reading them: each is there, each counts once."""
    made = office(tmp_path, 12)
    configure(tmp_path, server, SERVER)
    made.desk = again(made.desk)
    post(server, *(made.reply(to=n) for n in range(12)))
    rng, kills = Random(SEED), 0
    points = ["before storing", "before marking", "before judging", "while judging"]
    try:
        for where in rng.sample(points, 4) if FULL else ["before storing", "before marking", "while judging"]:
            die_reading(tmp_path, where, 2 if where in {"before storing", "before marking"} and not kills else 1)
            kills += 1
        read_mailbox(made.desk, None)
        read_mailbox(made.desk, None)
    finally:
        empty(server)
    assert made.claimed() == ["removed"] * 12
    wrong = abs(len(listed(made.desk)) - 12) + abs(len(made.claims()) - 12)
    figure(
        "mails lost or counted twice over kills",
        wrong,
        bound="<=",
        target=0,
        unit="mails",
        how=f"{kills} kills, 12 mails over IMAP",
    )


@pytest.mark.parametrize("where", ["before storing", "before marking", "before judging"])
def test_a_killed_process_loses_and_doubles_nothing(at, tmp_path, where):
    die_reading(tmp_path, where)
    assert at.claimed() == ["none"] * 3
    read_mailbox(at.desk, None)
    assert at.claimed() == ["removed"] * 3
    assert (len(listed(at.desk)), len(at.claims())) == (3, 3)


def test_a_mailbox_that_was_numbered_anew_is_no_new_mail(at, server):
    read_mailbox(at.desk, None)
    before = {row["sha256"]: row["uidvalidity"] for row in listed(at.desk)}
    raws = [at.reply(to=n) for n in range(3)]
    empty(server)
    post(server, mail("Hello."), *raws)
    done = read_mailbox(at.desk, None)
    assert (done.fetched, done.fresh) == (4, 1)
    assert len(at.claims()) == 3
    assert {row["uidvalidity"] for row in listed(at.desk)}.isdisjoint(before.values())
    assert read_mailbox(at.desk, None).fetched == 0


def test_a_mail_that_was_added_by_hand_is_not_read_again(at):
    at.add(at.reply(to=0))
    assert read_mailbox(at.desk, None).fresh == 2
    assert len(at.claims()) == 3


def test_a_server_that_is_not_there_is_told(at, tmp_path):
    configure(tmp_path, free_port(), SERVER)
    with pytest.raises(MailboxFailed):
        read_mailbox(again(at.desk), None)


def test_a_wrong_password_is_told(at, tmp_path):
    (tmp_path / "imap.password").write_text("other\n")
    with pytest.raises(MailboxRefused):
        read_mailbox(at.desk, None)


def test_a_folder_that_is_not_there_is_told(at, tmp_path, server):
    (tmp_path / "takedown.toml").write_text(
        (tmp_path / "takedown.toml").read_text().replace('folder = "Answers"', 'folder = "Nowhere"')
    )
    with pytest.raises(MailboxFailed):
        read_mailbox(again(at.desk), None)
    with connected(server) as client:
        assert client.select("Answers")[0] == "OK"
