"""SMTP for one lane: one recipient a message, TLS except to loopback, and the line after which nobody knows.

Until the server answered DATA with 354 nothing of the message has left. A break in the line afterwards may come before or
after the server took the final dot, and aiosmtplib reports both alike: that is `Lost`.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiosmtplib

from takedown.contract import Reply
from takedown.transport.results import Answered, LookAgain, Lost, NotSent, Result


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed over. `starttls`: auto (required except to loopback) or implicit."""

    host: str
    port: int
    starttls: str
    loopback: bool
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"SmtpServer({self.host}:{self.port})"


class SmtpTransport:
    """A connection that is opened when first needed and again after it broke; not for two senders at once."""

    def __init__(self, server: SmtpServer, context: ssl.SSLContext | None = None) -> None:
        self._server, self._context = server, context or ssl.create_default_context()
        self._client: aiosmtplib.SMTP | None = None
        self._lock = asyncio.Lock()

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None and client.is_connected:
            try:
                async with asyncio.timeout(5):
                    await client.quit()
            except (aiosmtplib.SMTPException, OSError, TimeoutError):
                client.close()

    async def send(self, sender: str, recipient: str, message: bytes, deadline: float, look_again: LookAgain) -> Result:
        """Hand one message over within `deadline` seconds. The reply's status is the SMTP code, its body the server's text."""
        async with self._lock:
            handed = False
            try:
                async with asyncio.timeout(deadline):
                    client = await self._ready()
                    await client.mail(sender)
                    await client.rcpt(recipient)
                    if held := await look_again():
                        await client.rset()
                        return held
                    handed = True
                    return _reply(await client.data(message))
            except aiosmtplib.SMTPResponseException as error:
                self._broken()
                # A code of 400 or more is a no, before or after the dot; anything else is a server that makes no sense.
                return _reply(error) if error.code >= 400 else Lost(f"{error.code} {error.message}")
            except TimeoutError:
                why = f"no answer within {deadline:g} s"
            except (aiosmtplib.SMTPException, OSError, ValueError) as error:
                why = f"{type(error).__name__}: {error}"[:300]
            self._broken()
            return Lost(why) if handed else NotSent(why)

    def _broken(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    async def _ready(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        s = self._server
        client = aiosmtplib.SMTP(
            hostname=s.host,
            port=s.port,
            use_tls=s.starttls == "implicit",
            start_tls=False,
            tls_context=self._context,
            timeout=None,
        )
        await client.connect()
        self._client = client
        if s.starttls != "implicit":
            await client.ehlo()
            offered = client.supports_extension("starttls")
            if offered and (s.user or not s.loopback):
                await client.starttls(tls_context=self._context)
            elif not s.loopback:
                raise aiosmtplib.SMTPException("the server offers no STARTTLS; mail is not sent in the clear")
        if s.user:
            await client.login(s.user, s.password)
        return client


def _reply(answer: Any) -> Result:
    code = int(answer.code)
    text = str(answer.message)[:2000]
    return Answered(Reply(code, {}, text.encode(), datetime.now(UTC)))
