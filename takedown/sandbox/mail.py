"""A mail server on loopback that takes removal requests, defers them, refuses them, or drops the line after the final dot."""

from __future__ import annotations

import asyncio
import email
import hashlib
import ssl
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from typing import TYPE_CHECKING
from weakref import WeakSet

from takedown.contract import MissingExtra
from takedown.sandbox.behaviour import Fault, fingerprint
from takedown.sandbox.book import Book, Filed
from takedown.sandbox.texts import links, reference_in

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

ACCEPTED, DEFERRED, REFUSED = "250 2.0.0 Ok: queued as {}", "451 4.3.0 Try again later", "550 5.7.1 Refused by policy"


Taken = Callable[[Book, Filed], None]
"""Told of each letter that was taken."""


class Mailboxes:
    """The handler of aiosmtpd: one mailbox a platform. The queue id is the platform's id of the request."""

    def __init__(self, books: Mapping[str, Book], taken: Taken) -> None:
        self._taken = taken
        self.books = {book.behaviour.mailbox.lower(): book for book in books.values() if book.behaviour.mailbox}
        self._attempts: Counter[str] = Counter()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.lower() not in self.books:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        raw = envelope.original_content or b""
        message = email.message_from_bytes(raw, policy=policy.default)
        replies = [
            self._take(self.books[address.lower()], message, raw, tuple(envelope.rcpt_tos)) for address in envelope.rcpt_tos
        ]
        if all(replies):
            return replies[0]
        # aiosmtpd takes this for a line that was lost: it hangs up and answers nothing.
        raise asyncio.CancelledError

    def _take(self, book: Book, message: EmailMessage, raw: bytes, to: tuple[str, ...]) -> str:
        """The reply to the final dot; empty to drop the line instead."""
        body = message.get_body(("plain",))
        text = str(body.get_content()) if body is not None else ""
        urls = links(text, book.behaviour.hosts)
        what = "mail " + "+".join(fingerprint(url) for url in urls)
        self._attempts[what] += 1
        fault = book.behaviour.fault(book.behaviour.mail_faults, what, self._attempts[what])
        if fault is Fault.DEFER:
            return DEFERRED
        if fault is Fault.REFUSE:
            return REFUSED
        reference = str(message["X-Takedown-Reference"] or "") or reference_in(str(message["Subject"] or ""))
        if (earlier := book.filed_under(str(message["X-Takedown-Withdraws"] or ""))) is not None:
            named = {fingerprint(url) for url in urls}
            items = [item.id for item in earlier.items if fingerprint(item.url) in named]
            filed = book.withdraw(earlier, str(message["Subject"]), items, reference)
            return "" if fault is Fault.LOST else ACCEPTED.format(f"{filed.id}-withdrawal")
        filed = book.take(
            "email", reference, [("", url) for url in urls],
            key=str(message["Message-ID"] or ""), sha256=hashlib.sha256(raw).hexdigest(), to=to, fault=fault.value,
            sender=str(message["From"] or ""),
        )  # fmt: skip
        self._taken(book, filed)
        return "" if fault is Fault.LOST else ACCEPTED.format(filed.id)


def drop(session: SMTP) -> None:
    """End a mail connection at once, without a word."""
    if isinstance(session.transport, asyncio.WriteTransport):
        session.transport.abort()


@dataclass(frozen=True, slots=True)
class MailServer:
    """A listening mail server and the conversations that it has open."""

    listener: asyncio.Server
    sessions: WeakSet[SMTP]

    @property
    def port(self) -> int:
        return int(self.listener.sockets[0].getsockname()[1])

    def close(self) -> None:
        self.listener.close()
        for session in self.sessions:
            drop(session)


async def open_mail(books: Mapping[str, Book], host: str, port: int, tls: ssl.SSLContext | None, taken: Taken) -> MailServer:
    """Listen. STARTTLS is offered when there is a context. Raises MissingExtra without the extra `sandbox`."""
    try:
        from aiosmtpd.smtp import SMTP
    except ImportError as error:
        raise MissingExtra(what="The stand-in mail server", extra="sandbox") from error
    handler, loop = Mailboxes(books, taken), asyncio.get_running_loop()

    sessions: WeakSet[SMTP] = WeakSet()

    def session() -> SMTP:
        made = SMTP(handler, hostname="standin.test", ident="stand-in", tls_context=tls, loop=loop, enable_SMTPUTF8=True)
        sessions.add(made)
        return made

    return MailServer(await loop.create_server(session, host, port), sessions)
