"""Heads on their way out of the operators' hands, at both ends of a run and while it lasts: to files, mailboxes, time-stamps."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from typing import Any

from takedown.clock import utc
from takedown.desk import Desk
from takedown.heads import CannotCopy, Head, authorities, current, head_line, mailboxes, write_head
from takedown.ledger.book import Mark
from takedown.planning.destinations import is_reserved
from takedown.transport.results import Answered, Held

EVERY = 1000
"""Events between two heads."""


def witness(desk: Desk) -> Head:
    """Write a head to every copy; the relay has taken the mails, and time-stamps lie beside the heads, when this returns.

    Raises CannotCopy, NoKey, StrangeCopy and what `questions` raises.
    """
    head = write_head(desk)
    if addresses := mailboxes(desk):
        _outside(_post(desk, head, addresses))
    if authorities(desk):
        from takedown.delivery.timestamps import questions, stamp  # certificates load slowly

        if asked := questions(desk, head):
            _outside(stamp(desk, head, asked))
    return head


def _outside(work: Coroutine[Any, Any, None]) -> None:
    with ThreadPoolExecutor(1) as outside:  # there may be a running loop here, or none
        outside.submit(asyncio.run, work).result()


async def keep_witnessing(desk: Desk) -> None:
    """A head whenever so many events have come since the last one; ends when it is cancelled. Raises as `witness` does."""
    last, loop, due = current(desk).seq, asyncio.get_running_loop(), asyncio.Event()

    def told(newest: Mark) -> None:
        if newest[0] - last >= EVERY:
            loop.call_soon_threadsafe(due.set)

    with desk.ledger.telling(told):
        while True:
            await due.wait()
            last = (await asyncio.to_thread(witness, desk)).seq
            due.clear()
            told(desk.ledger.committed or (last, ""))  # what came meanwhile was held against the last but one


async def _post(desk: Desk, head: Head, addresses: list[str]) -> None:
    from takedown.contract import span
    from takedown.delivery.senders import MailSender  # clients of the network load slowly

    sender = MailSender(desk)
    try:
        for address in addresses:
            if desk.settings.environment == "sandbox" and not is_reserved(address.rpartition("@")[2]):
                raise CannotCopy(where=address, what="the sandbox writes to reserved domains only (.example, .test, .invalid)")
            result = await sender.post(address, _mail(desk, head, address), span(desk.settings.smtp.deadline))
            match result:
                case Answered(reply) if reply.status < 300:
                    continue
                case Answered(reply):
                    what = f"{reply.status} {reply.body.decode('utf-8', 'replace')}"[:200]
                case Held(why):
                    what = why
                case _:
                    what = result.why
            raise CannotCopy(where=address, what=what)
    finally:
        await sender.aclose()


def _mail(desk: Desk, head: Head, address: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = desk.settings.authority.email, address
    mail["Subject"] = f"Audit head {head.seq} of ledger {head.ledger[:12]}"
    mail["Date"] = utc(desk.clock.now())
    mail["Message-ID"] = f"<head.{head.ledger}.{head.generation}.{head.seq}@{mail['From'].addresses[0].domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(head_line(desk, head) + "\n", cte="8bit")
    return mail.as_bytes(policy=mail.policy.clone(linesep="\r\n", max_line_length=998))
