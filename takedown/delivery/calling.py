"""A second person is called at once when a plan is an emergency: by mail, to the addresses that the policy has for approvers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import EmailMessage

from sqlalchemy import RowMapping

from takedown.approval import approvers
from takedown.clock import iso, utc
from takedown.contract import TakedownError, span
from takedown.delivery.senders import MailSender
from takedown.desk import Desk
from takedown.ledger.ids import plan_id
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


@dataclass(frozen=True, slots=True)
class Called:
    """Names whose mail the relay took, and why others could not be called (name -> why)."""

    reached: tuple[str, ...]
    missed: Mapping[str, str]


def call_second(desk: Desk, plan: RowMapping) -> Called:
    """Mail everybody who may approve the emergency, and record who was called. Never fails: what went wrong is told."""
    asked = read_demands(plan["demands"], desk.policy.approvals)
    with desk.ledger.read() as db:
        barred = {plan["planner"], *(one.who for one in handled(db, plan["id"]))}
    names = [name for name in dict.fromkeys(one.name for one in approvers(desk.policy.approvers)) if name not in barred]
    with ThreadPoolExecutor(1) as outside:  # there may be a running loop here, or none
        missed = outside.submit(asyncio.run, _mail(desk, plan, asked, names)).result()
    reached = tuple(name for name in names if name not in missed)
    told, private = {"called": len(reached), "missed": len(missed)}, {"names": ", ".join(reached)} if reached else None
    desk.ledger.write(lambda book: book.record("emergency.called", plan_id(plan["id"]), told, private))
    return Called(reached, missed)


async def _mail(desk: Desk, plan: RowMapping, asked: Demands, names: Sequence[str]) -> dict[str, str]:
    missed: dict[str, str] = {}
    sender = MailSender(desk)
    try:
        for name in names:
            address = desk.policy.addresses.get(name, "")
            if not address:
                missed[name] = "the policy has no address"
            elif not desk.live and not is_reserved(address.rpartition("@")[2]):
                missed[name] = "the sandbox writes to reserved domains only (.example, .test, .invalid)"
            elif why := await _posted(desk, sender, address, _words(desk, plan, asked, address)):
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


def _words(desk: Desk, plan: RowMapping, asked: Demands, address: str) -> bytes:
    name, authority, until = plan_id(plan["id"]), desk.settings.authority, plan["created_at"] + asked.within
    mail = EmailMessage()
    mail["From"], mail["To"] = authority.email, address
    mail["Subject"] = f"Emergency plan {name}: a second signature is needed"
    mail["Date"] = utc(desk.clock.now())
    mail["Message-ID"] = f"<call.{plan['digest'][:32]}.{address.partition('@')[0]}@{mail['From'].addresses[0].domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    facts = {"planner": plan["planner"], "authority": authority.name, "plan": name, "cases": plan["cases"]}
    when = iso(until)[:16].replace("T", " ")
    mail.set_content(TEXT.format(**facts, needed=asked.approvals, until=when), cte="8bit")
    return mail.as_bytes(policy=mail.policy.clone(linesep="\r\n", max_line_length=998))
