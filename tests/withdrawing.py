"""Desks that have sent over every channel, and what the stand-ins' own journal says was withdrawn."""

from collections import Counter
from contextlib import contextmanager
from itertools import pairwise

from desks import QuickClock, Quiet, add_cases, make_desk
from sqlalchemy import select, update

from takedown.delivery.deliver import deliver
from takedown.delivery.portal.filing import Filed, Number, done
from takedown.delivery.portal.taking import open_task
from takedown.ledger.moves import State, move
from takedown.ledger.tables import cases, requests
from takedown.outcomes.withdraw import take_back
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection
from takedown.sandbox.behaviour import Behaviour
from takedown.sandbox.journal import read_journal
from takedown.sandbox.server import Sandbox

MAILBOX = "orders@telegram.example"
PORTAL = {"instagram": {"channel": "portal"}}


@contextmanager
def stand_ins(folder, **facebook):
    """Facebook over its intake, Telegram by mail, Instagram through its portal."""
    behaviours = {
        "facebook": Behaviour(**facebook),
        "telegram": Behaviour(mailbox=MAILBOX, hosts=("t.me",)),
        "instagram": Behaviour(hosts=("www.instagram.com",)),
    }
    with Sandbox(folder / "platforms", behaviours, scale=3600.0).in_background() as sandbox:
        yield sandbox


def api(sandbox, **more):
    token = str(sandbox.folder / "facebook.token")
    return {"facebook": {"channel": "api", "base_url": sandbox.url("facebook"), "token_file": token, "rate": "50/s", **more}}


def mailed(sandbox, **more):
    return {"telegram": {"channel": "email", "to": MAILBOX, "rate": "10/s", **more}}


def desk_with(folder, sandbox, platforms, n=2, clock=None, **more):
    extra = f'[smtp]\nhost = "127.0.0.1"\nport = {sandbox.smtp_port}\n' + more.pop("extra", "")
    desk = make_desk(folder, platforms, clock=clock or QuickClock(), extra=extra, **more)
    for name in platforms if n else ():
        add_cases(desk, name, range(1, n + 1))
    return desk


def planned(desk):
    return make_plan(desk, Selection()).plan


def send(desk, plan):
    return deliver(desk, plan, wait=20, limit=None, progress=Quiet())


def sent(folder, sandbox, platforms, n=2, **more):
    desk = desk_with(folder, sandbox, platforms, n, **more)
    send(desk, planned(desk))
    return desk


def back(desk, *numbers, reason="It is another person of the same name.", **more):
    return take_back(desk, numbers, reason, 20, Quiet(), **more)


def stands(desk, *numbers):
    """(delivered, withdrawal) of cases, of all of them unless some are named."""
    query = select(cases.c.delivered, cases.c.withdrawal).order_by(cases.c.id)
    with desk.ledger.read() as db:
        found = db.execute(query.where(cases.c.id.in_(numbers)) if numbers else query).all()
    return [tuple(one) for one in found]


def of(desk, purpose):
    with desk.ledger.read() as db:
        query = select(requests).where(requests.c.purpose == purpose).order_by(requests.c.id)
        return [dict(row) for row in db.execute(query).mappings()]


def journal(sandbox, event):
    return [row for row in read_journal(sandbox.journal_path) if row["event"] == event]


def withdrawn(sandbox):
    """How often each item was withdrawn, by the platform's journal: id of the item -> times."""
    return Counter(item for row in journal(sandbox, "withdrawn") for item in row["items"])


def file_by_hand(desk, request, number):
    open_task(desk, request)
    done(desk, request, Filed(Number.GIVEN, number))


def shift(desk, request, *states, **columns):
    """Move a request along, as delivery would."""
    for was, to in pairwise(states):
        desk.ledger.write(lambda book, was=was, to=to: move(book, [request], State(was), State(to), **columns))


def set_case(desk, number, **values):
    desk.ledger.write(lambda book: book.db.execute(update(cases).where(cases.c.id == number).values(**values)))
