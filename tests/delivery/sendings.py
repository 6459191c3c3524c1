"""Desks that send to a stand-in, and the platform's own journal, which decides what was lost or doubled."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from desks import QuickClock, Quiet, add_cases, make_desk
from sqlalchemy import select

from takedown.delivery.deliver import deliver
from takedown.ledger.tables import attempts, cases, requests
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection
from takedown.sandbox.journal import read_journal


def api(sandbox, platform="facebook", **more):
    url, token = sandbox.url(platform), str(sandbox.folder / f"{platform}.token")
    return {platform: {"channel": "api", "base_url": url, "token_file": token, "rate": "10/s", **more}}


def planned(tmp_path: Path, platforms, n, platform="facebook", **more):
    desk = make_desk(tmp_path, platforms, clock=QuickClock(), **more)
    add_cases(desk, platform, range(1, n + 1))
    return desk, make_plan(desk, Selection()).plan


def send(desk, plan, wait=20.0, limit=None):
    return deliver(desk, plan, wait=wait, limit=limit, progress=Quiet())


def states(desk):
    with desk.ledger.read() as db:
        return Counter(row[0] for row in db.execute(select(cases.c.delivered)))


def taken(sandbox):
    """How often each request reference was accepted, by the platform's own journal."""
    return Counter(row["reference"] for row in read_journal(sandbox.journal_path) if row["event"] == "accepted")


def references(desk, *wanted):
    with desk.ledger.read() as db:
        return {row[0] for row in db.execute(select(requests.c.reference).where(requests.c.state.in_(wanted)))}


def tries(desk):
    with desk.ledger.read() as db:
        return [row[0] for row in db.execute(select(attempts.c.outcome).order_by(attempts.c.id))]


def nothing_lost_or_doubled(desk, sandbox):
    took = taken(sandbox)
    assert [r for r, n in took.items() if n > 1] == [], "doubled"
    assert references(desk, "sent") - set(took) == set(), "falsely called sent"
    assert set(took) - references(desk, "sent", "unknown") == set(), "taken, but not known"
