"""The mailbox into which stand-in platforms answer, and others in their name: a whole desk writes and reads over real servers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from desks import URLS, Quiet, add_cases, make_desk
from sqlalchemy import select

from takedown.clock import SystemClock
from takedown.delivery.deliver import deliver
from takedown.desk import Desk
from takedown.inbox.mailbox import read_mailbox
from takedown.ledger.tables import cases, messages
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection
from takedown.sandbox import Behaviour, Sandbox, read_journal
from takedown.sandbox.answers import FORGERS, Letter, answers
from takedown.sandbox.behaviour import REASONS, Decisions, fingerprint
from takedown.sandbox.book import Filed, Item

COUNT = 40
MAILBOX = "orders@telegram.example"
STATUSES = {"removed": 3, "restricted": 2, "declined": 5, "needs_information": 2, "in_review": 1, "not_found": 2}
ADDRESSES = [URLS["telegram"].format(n) for n in range(1, COUNT + 1)]


def mailing(**changes: Any) -> Behaviour:
    return Behaviour(
        dialect="telegram", mailbox=MAILBOX, answers=True, decisions=Decisions(STATUSES), ripening=(0.5, 1.0), territory=("PK",),
        bounces=frozenset({fingerprint(ADDRESSES[0])}), absent=0.2, forged=0.5, hosts=frozenset({"t.me"}), **changes,
    )  # fmt: skip


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Sandbox]:
    """An hour passes in 0.18 seconds."""
    sandbox = Sandbox(tmp_path / "sandbox", {"telegram": mailing()}, imap_port=0, scale=20_000)
    with sandbox.in_background():
        yield sandbox


def desk_for(tmp_path: Path, sandbox: Sandbox) -> Desk:
    told = sandbox.description()["imap"]
    mail = f'[smtp]\nhost = "127.0.0.1"\nport = {sandbox.smtp_port}\n[imap]\nhost = "127.0.0.1"\nport = {told["port"]}\n'
    mail += f'user = "{told["user"]}"\npassword_file = "{told["password_file"]}"\nauthserv_id = "{told["authserv_id"]}"\n'
    table = {"channel": "email", "to": MAILBOX, "reply_domains": ["telegram.example"], "rate": "500/s"}
    return make_desk(tmp_path, {"telegram": table}, clock=SystemClock(), extra=mail)


def mails(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [row for row in read_journal(sandbox.journal_path) if row["event"] == "mailed"]


def wait_for(sandbox: Sandbox, count: int) -> None:
    """The sandbox's own time must pass; a minute is far beyond it."""
    for _ in range(600):
        if len(mails(sandbox)) >= count:
            return
        time.sleep(0.1)
    raise AssertionError(f"{len(mails(sandbox))} of {count} mails came")


def expected(sandbox: Sandbox) -> int:
    book = sandbox.books["telegram"]
    return sum(len(list(answers(book.behaviour, one, book.scale))) for one in book.all())


@pytest.mark.safeguard("S16")
def test_what_platforms_answer_is_believed_and_what_others_write_is_not(tmp_path: Path, post: Sandbox) -> None:
    desk = desk_for(tmp_path, post)
    add_cases(desk, "telegram", range(1, COUNT + 1))
    assert deliver(desk, make_plan(desk, Selection()).plan, wait=0, limit=None, progress=Quiet()).sent == COUNT
    wait_for(post, expected(post))
    read = read_mailbox(desk, None)
    assert read.fresh == expected(post)
    told = mails(post)
    kinds = Counter(row["kind"] for row in told)
    assert all(kinds[kind] for kind in ("receipt", "out_of_office", "bounce", "decision", "question", "forgery")), kinds
    with desk.ledger.read() as db:
        seen = [dict(row) for row in db.execute(select(messages)).mappings()]
        stands = {row["url"]: row for row in db.execute(select(cases)).mappings()}
    # Each class is right; forgeries look like decisions, and prove nothing.
    assert Counter(row["class"] for row in seen) == kinds - Counter(forgery=kinds["forgery"]) + Counter(decision=kinds["forgery"])
    assert all(not row["verified"] and not row["claims"] for row in seen if b"standin-mail" in row["raw"])
    said = {url: status for row in told for url, status in row["claims"]}
    for url, row in stands.items():
        wanted = said.get(url, "none")
        assert row["claimed"] == wanted, (url, row["claimed"], wanted)
    assert stands[ADDRESSES[0]]["delivered"] == "returned"
    assert {row["delivered"] for url, row in stands.items() if url != ADDRESSES[0]} == {"sent"}
    again = read_mailbox(desk, None)
    assert (again.fresh, again.judged) == (0, ())


def test_a_sandbox_that_is_started_again_has_its_mails_and_goes_on_answering(tmp_path: Path) -> None:
    behaviour, folder = mailing(), tmp_path / "sandbox"
    with Sandbox(folder, {"telegram": behaviour}, imap_port=0, scale=20_000).in_background() as first:
        desk = desk_for(tmp_path, first)
        add_cases(desk, "telegram", range(2, 6))
        deliver(desk, make_plan(desk, Selection()).plan, wait=0, limit=None, progress=Quiet())
        wait_for(first, 1)
    with Sandbox(folder, {"telegram": behaviour}, imap_port=0, scale=20_000).in_background() as second:
        wait_for(second, expected(second))
        read = read_mailbox(desk_for(tmp_path, second), None)
        assert read.fresh == expected(second)
    names = [row["name"] for row in mails(second)]
    assert len(names) == len(set(names))


def letters(status: str, reason: str = "", **changes: Any) -> list[Letter]:
    filed = Filed("TE-1", "TD-AAAA-BBBB-CCCC", "email", datetime(2027, 1, 14, tzinfo=UTC), (Item("TE-1-1", "", ADDRESSES[1]),),
                  key="<1@authority.example>", sender="desk@authority.example")  # fmt: skip
    decisions = Decisions({status: 1}, refusals={reason: 1} if reason else {"not_illegal": 1})
    behaviour = Behaviour(mailbox=MAILBOX, answers=True, decisions=decisions, **changes)
    return list(answers(behaviour, filed, 1))


@pytest.mark.parametrize("reason", [one for one in REASONS if one not in {"community_rules", "local_law", "already_gone"}])
def test_each_refusal_is_read_as_what_it_is(tmp_path: Path, reason: str) -> None:
    from takedown.inbox.judging import Judge, known_requests, open_mail

    desk = make_desk(tmp_path, {"telegram": {"channel": "email", "to": MAILBOX}})
    raw = next(one.raw for one in letters("declined", reason) if one.kind == "decision")
    opened = open_mail(raw)
    judged = Judge(desk, None).judge(opened, known_requests(desk, [opened]), time.time())
    assert judged.read.kind.value == "decision"
    assert {one.reason_code for one in judged.read.reading.general} == {reason}


def test_every_kind_of_forgery_has_something_wrong() -> None:
    domain = "telegram.example"
    for sender, results in FORGERS:
        vouched = results[0].format(domain=domain)
        assert sender != domain
        assert f"header.d={domain}" not in vouched
