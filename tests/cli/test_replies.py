"""Replies by mail through the command line: a genuine one makes a claim, forged ones change nothing."""

import json
from email.message import EmailMessage

import pytest
from desks import add_cases, make_desk
from planning_facts import requests_of
from sqlalchemy import select, update

from takedown.cli import run
from takedown.ledger.tables import cases, requests
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection

OURS = "mx.authority.example"
GOOD = f"{OURS}; dkim=pass header.d=telegram.example"
MAIL = {"channel": "email", "to": "orders@telegram.example", "reply_domains": ["telegram.example"]}
IMAP = f'[imap]\nhost = "127.0.0.1"\nport = 1\nauthserv_id = "{OURS}"\n'


@pytest.fixture
def desk(tmp_path, monkeypatch):
    desk = make_desk(tmp_path, {"telegram": MAIL}, extra=IMAP)
    add_cases(desk, "telegram", [1])
    plan = make_plan(desk, Selection()).plan
    desk.ledger.write(lambda book: book.db.execute(update(requests).where(requests.c.purpose == "removal").values(state="sent")))
    desk.ledger.write(lambda book: book.db.execute(update(cases).values(delivered="sent", sent_at=book.now)))
    monkeypatch.chdir(tmp_path)
    desk.sent = requests_of(desk, plan)[0]
    yield desk
    desk.ledger.close()


def reply(desk, *results, sender="legal@telegram.example", thread=True, text="We have removed the account."):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "desk@authority.example", f"Re: [{desk.sent['reference']}]"
    message["Message-ID"] = "<answer@telegram.example>"
    if thread:
        message["In-Reply-To"] = message["References"] = desk.sent["message_id"]
    message.set_content(text)
    heads = "".join(f"Authentication-Results: {one}\r\n" for one in results)
    path = desk.config.folder / "answer.eml"
    path.write_bytes(heads.encode() + message.as_bytes().replace(b"\n", b"\r\n"))
    return path


def claimed(desk):
    with desk.ledger.read() as db:
        return db.execute(select(cases.c.claimed)).scalar()


def test_a_genuine_reply_makes_a_claim_once(desk):
    path = reply(desk, GOOD)
    assert run(["inbox", "add", str(path)]) == 0
    assert claimed(desk) == "removed"
    run(["inbox", "add", str(path)])
    assert claimed(desk) == "removed"


@pytest.mark.parametrize(
    ("results", "more"),
    [
        ((), {}),
        ((f"{OURS}; dkim=fail header.d=telegram.example",), {}),
        (("mx.evil.test; dkim=pass header.d=telegram.example",), {}),
        ((f"{OURS}; dkim=pass header.d=evil.test",), {}),
        ((f"{OURS}; dkim=fail header.d=telegram.example", GOOD), {}),
        ((f"{OURS}; dkim=pass header.d=telegram.example.evil.test",), {"sender": "legal@telegram.example.evil.test"}),
        ((GOOD,), {"text": "We have not removed the account."}),
        ((GOOD,), {"text": "If you send a court order, the account will be removed."}),
    ],
)
def test_what_is_not_proven_or_not_said_is_no_removal(desk, results, more):
    run(["inbox", "add", str(reply(desk, *results, **more))])
    assert claimed(desk) != "removed"


def test_a_bounce_is_no_answer(desk):
    path = reply(desk, GOOD, sender="mailer-daemon@telegram.example", text="550 5.1.1 orders@telegram.example: user unknown")
    run(["inbox", "add", str(path)])
    assert claimed(desk) == "none"


def test_a_bounce_says_whom_it_did_not_reach(desk, capsys):
    def said(*args: str) -> dict:
        capsys.readouterr()
        run([*args, "--json"])
        return json.loads(capsys.readouterr().out)["items"][0]

    text = "Your message could not be delivered to\n\n<orders@telegram.example>\n\nDelivery attempts will continue."
    path = str(reply(desk, GOOD, sender="mailer-daemon@telegram.example", text=text))
    checked = said("inbox", "add", path, "--check")
    assert (checked["class"], checked["failed"], checked["permanent"]) == ("bounce", "orders@telegram.example", False)
    added = said("inbox", "add", path)
    assert "not delivered to orders@telegram.example, but still tried" in added["reasons"]
    shown = said("inbox", "show", added["message"])
    assert (shown["failed"], shown["permanent"]) == ("orders@telegram.example", False)
