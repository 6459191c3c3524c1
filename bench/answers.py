"""Answers: how long the tool takes to read many, by mail and from a status endpoint. Both are told per 10,000."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from time import perf_counter

from sqlalchemy import insert, select

from bench.desks import UNPACED, Quiet, add_cases, ground, plan, send
from bench.figures import Figure, Sizes, rounds
from takedown.desk import Desk
from takedown.inbox.mailbox import BATCH
from takedown.inbox.store import Place, judge_new, store
from takedown.ledger.book import Book
from takedown.ledger.moves import State, move
from takedown.ledger.tables import attempts, cases, requests
from takedown.outcomes.sync import sync
from takedown.planning.approving import release
from takedown.planning.listing import get_plan
from takedown.sandbox.answers import MX
from takedown.sandbox.answers import answers as letters
from takedown.sandbox.behaviour import Behaviour, Decisions
from takedown.sandbox.book import Filed, Item

MANY, MAILS, STATUS_ANSWERS = 10_000, 60, 30
FEW = 20
"""Mails read before any is timed: with its first decision a process compiles the patterns of sentences."""
MAILBOX = "orders@telegram.example"
STATUSES = {"removed": 5.0, "restricted": 2.0, "declined": 3.0, "needs_information": 1.0, "not_found": 1.0}


def answered(sizes: Sizes, seed: int) -> Iterator[Figure]:
    n = sizes.answers
    once = _mails(FEW, seed)
    mails = rounds(lambda: [_mails(n, seed)], lambda best: best[0] * MANY / n <= MAILS, 1)
    how = f"{n} mails stored, proven by their header, matched and written down; told per 10,000; {mails.told}"
    how += f"; the first {FEW} of a process, with its patterns, {once:.1f} s"
    yield Figure("10,000 mails matched", mails.values[0] * MANY / n, "<=", MAILS, "s", how)
    statuses = rounds(lambda: [_statuses(n, seed)], lambda best: best[0] * MANY / n <= STATUS_ANSWERS, 1)
    how = f"{n} requests asked about one by one, unpaced, each answer written down; told per 10,000; {statuses.told}"
    yield Figure("10,000 status answers", statuses.values[0] * MANY / n, "<=", STATUS_ANSWERS, "s", how)


def _mails(n: int, seed: int) -> float:
    """Seconds for a receipt and a decision of each of n / 2 letters: stored, authenticated, matched, classified, written down."""
    mail = {"telegram": {"channel": "email", "to": MAILBOX, "reply_domains": ["telegram.example"], "cases_per_request": 1}}
    with ground(seed, {}, platforms=mail, extra=f'[imap]\nhost = "127.0.0.1"\nport = 1\nauthserv_id = "{MX}"\n') as here:
        add_cases(here.desk, "telegram", range(n // 2))
        _as_sent(here.desk, plan(here.desk))
        raws = list(_raws(here.desk, seed))
        begun = perf_counter()
        for start in range(0, len(raws), BATCH):
            store(here.desk, [(Place(), raw) for raw in raws[start : start + BATCH]])
        judged = judge_new(here.desk, None)
        took = perf_counter() - begun
        with here.desk.ledger.read() as db:
            claimed = len(db.execute(select(cases.c.id).where(cases.c.claimed.in_(STATUSES))).all())
    if len(judged) != n or claimed != n // 2:
        raise RuntimeError(f"{len(judged)} of {n} mails were judged, {claimed} of {n // 2} cases answered")
    return took


def _as_sent(desk: Desk, number: int) -> None:
    """All of a plan's mails have left."""
    row = get_plan(desk.ledger, number)
    desk.ledger.write(lambda book: release(book, row, desk.policy))
    with desk.ledger.read() as db:
        ids = list(db.execute(select(requests.c.id).where(requests.c.purpose == "removal")).scalars())

    def leave(book: Book) -> None:
        move(book, ids, State.APPROVED, State.SENDING)
        times = {"number": 1, "outcome": "sent", "started_at": book.now, "ended_at": book.now}
        book.db.execute(insert(attempts), [{"request": one, **times} for one in ids])
        move(book, ids, State.SENDING, State.SENT, receipt="250 queued", receipt_at=book.now, attempts=1)

    desk.ledger.write(leave)


def _raws(desk: Desk, seed: int) -> Iterator[bytes]:
    behaviour = Behaviour(mailbox=MAILBOX, answers=True, decisions=Decisions(STATUSES), territory=("PK",), seed=seed)
    columns = (requests.c.id, requests.c.reference, requests.c.message_id, cases.c.url)
    joined = requests.join(cases, cases.c.request == requests.c.id)
    with desk.ledger.read() as db:
        rows = db.execute(select(*columns).select_from(joined).order_by(requests.c.id)).all()
    for ident, reference, key, url in rows:
        items = (Item(f"TE-{ident}-1", "", url),)
        filed = Filed(f"TE-{ident}", reference, "email", datetime.now(UTC), items, key=key, sender="desk@authority.example")
        yield from (one.raw for one in letters(behaviour, filed, 1e6))


def _statuses(n: int, seed: int) -> float:
    """Seconds in which a status endpoint is asked about n requests, without a pace."""
    with ground(seed, {"tiktok": UNPACED}) as here:
        add_cases(here.desk, "tiktok", range(n))
        send(here.desk, plan(here.desk), n)
        begun = perf_counter()
        done = sync(here.desk, None, Quiet())
        took = perf_counter() - begun
    if done.asked != n or done.news != n:
        raise RuntimeError(f"{done.asked} of {n} requests were asked about, {done.news} answers were new")
    return took
