"""A second person is called at once when a plan is an emergency: by mail, to the addresses that the policy has for approvers.

Where the time in which others are to sign has passed, those who have not signed are called a second time, and never a third: who
gets two mails about a plan gets no more. A call that reached nobody, as while the relay is away, is tried again a few times.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from sqlalchemy import select

from takedown.approval import approvers
from takedown.clock import iso, utc
from takedown.contract import TakedownError, span
from takedown.delivery.senders import MailSender
from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.ids import plan_id
from takedown.ledger.tables import approvals, events, plans
from takedown.planning.demands import Demands, read_demands
from takedown.planning.destinations import is_reserved
from takedown.planning.handled import handled
from takedown.transport.results import Answered, Held, Result

TEXT = """\
{planner} planned an emergency at {authority}: {plan}, {cases} cases.

It waits for {needed} signatures of others, by {until} UTC. Nothing is sent before.
At the desk:

    takedown plan show {plan}
    takedown approve {plan}

This mail names nobody whom the plan is about, and has no links. What counts is
what the desk shows, not this mail.
"""
AGAIN = """\
You are called a second time, and by mail not again: {until} UTC has passed.

"""
CALLED, CALLING = "emergency.called", "emergency.calling"
TRIES, PAUSE = 3, 600.0
"""How often a second call that reaches nobody is tried, and seconds between two tries."""


@dataclass(frozen=True, slots=True)
class Called:
    """Names whose mail the relay took, and why others could not be called (name -> why)."""

    reached: tuple[str, ...]
    missed: Mapping[str, str]


def call_second(desk: Desk, plan: Mapping[str, Any]) -> Called:
    """Mail everybody who may approve the emergency, and record who was called. Never fails: what went wrong is told."""
    return _call(desk, plan, TEXT, {})


def call_again(desk: Desk) -> list[tuple[int, Called]]:
    """The second call to each open emergency whose time is over: (plan, who was called). Made to be run every few minutes."""
    return [(plan["id"], _call(desk, plan, AGAIN + TEXT, {"again": True})) for plan in _over(desk) if _taken(desk, plan["id"])]


def _over(desk: Desk) -> list[Mapping[str, Any]]:
    """Emergencies that wait for signatures longer than the policy said when they were planned."""
    now, query = desk.clock.now(), select(plans).where(plans.c.state == "open").order_by(plans.c.id)
    with desk.ledger.read() as db:
        asked = ((plan, read_demands(plan["demands"], 1)) for plan in db.execute(query).mappings())
        return [{**plan} for plan, its in asked if its.emergency and plan["created_at"] + its.within < now]


def _taken(desk: Desk, plan: int) -> bool:
    """Whether this process is the one that calls now: said in the record before anybody is called, so that no other does."""

    def take(book: Book) -> bool:
        book.db.execute(select(plans.c.id).where(plans.c.id == plan).with_for_update())  # on a server one asks after the other
        mine = select(events.c.at, events.c.kind, events.c.data).where(events.c.subject == plan_id(plan)).order_by(events.c.seq)
        told = list(book.db.execute(mine.where(events.c.kind.in_([CALLED, CALLING]))))
        reached = any(kind == CALLED and (said := json.loads(data)).get("again") and said["called"] for _, kind, data in told)
        tries = [at for at, kind, _ in told if kind == CALLING]
        if reached or len(tries) >= TRIES or (tries and datetime.fromisoformat(tries[-1]).timestamp() + PAUSE > book.now):
            return False
        book.record(CALLING, plan_id(plan), {"try": len(tries) + 1})
        return True

    return desk.ledger.write(take)


def _call(desk: Desk, plan: Mapping[str, Any], text: str, more: Mapping[str, bool]) -> Called:
    asked = read_demands(plan["demands"], desk.policy.approvals)
    with desk.ledger.read() as db:
        signed = db.execute(select(approvals.c.name).where(approvals.c.plan == plan["id"])).scalars()
        barred, done = {plan["planner"], *signed}, handled(db, plan["id"])
    free = (one for one in approvers(desk.policy.approvers) if one.name not in barred and not any(it.is_of(one) for it in done))
    names = [*dict.fromkeys(one.name for one in free)]
    with ThreadPoolExecutor(1) as outside:  # there may be a running loop here, or none
        missed = outside.submit(asyncio.run, _mail(desk, plan, asked, names, text)).result()
    reached = tuple(name for name in names if name not in missed)
    told = {"called": len(reached), "missed": len(missed), **more}
    private = {"names": ", ".join(reached)} if reached else None
    desk.ledger.write(lambda book: book.record(CALLED, plan_id(plan["id"]), told, private))
    return Called(reached, missed)


async def _mail(desk: Desk, plan: Mapping[str, Any], asked: Demands, names: Sequence[str], text: str) -> dict[str, str]:
    missed: dict[str, str] = {}
    try:
        sender = MailSender(desk)
    except TakedownError as error:
        return dict.fromkeys(names, error.message)
    try:
        for name in names:
            address = desk.policy.addresses.get(name, "")
            if not address:
                missed[name] = "the policy has no address"
            elif not desk.live and not is_reserved(address.rpartition("@")[2]):
                missed[name] = "the sandbox writes to reserved domains only (.example, .test, .invalid)"
            elif why := await _posted(desk, sender, address, _words(desk, plan, asked, address, text)):
                missed[name] = why
    finally:
        await sender.aclose()
    return missed


async def _posted(desk: Desk, sender: MailSender, address: str, raw: bytes) -> str:
    """Why the relay has not taken it; empty when it has."""
    try:
        result: Result = await sender.post(address, raw, span(desk.settings.smtp.deadline))
    except TakedownError as error:
        return error.message
    match result:
        case Answered(reply) if reply.status < 300:
            return ""
        case Answered(reply):
            return f"{reply.status} {reply.body.decode('utf-8', 'replace')}"[:200]
        case Held(why):
            return why
        case _:
            return result.why


def _words(desk: Desk, plan: Mapping[str, Any], asked: Demands, address: str, text: str) -> bytes:
    name, authority, until = plan_id(plan["id"]), desk.settings.authority, plan["created_at"] + asked.within
    mail = EmailMessage()
    mail["From"], mail["To"] = authority.email, address
    mail["Subject"] = f"Emergency plan {name}: a second signature is needed"
    mail["Date"] = utc(desk.clock.now())
    which, at = "call" if text == TEXT else "again", mail["From"].addresses[0].domain
    mail["Message-ID"] = f"<{which}.{plan['digest'][:32]}.{address.partition('@')[0]}@{at}>"
    mail["Auto-Submitted"] = "auto-generated"
    facts = {"planner": plan["planner"], "authority": authority.name, "plan": name, "cases": plan["cases"]}
    when = iso(until)[:16].replace("T", " ")
    mail.set_content(text.format(**facts, needed=asked.approvals, until=when), cte="8bit")
    return mail.as_bytes(policy=mail.policy.clone(linesep="\r\n", max_line_length=998))
