"""SMTP for one lane: one recipient a message, TLS except to loopback, and the line after which nobody knows.

Until DATA nothing of the message has left. A break in the line afterwards may come before or after the server took the final
dot, and aiosmtplib reports both alike: that is `Lost`. So is an answer that is no answer of SMTP.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import aiosmtplib

from takedown.contract import Reply
from takedown.transport.results import Answered, LookAgain, Lost, NotSent, Result
from takedown.transport.trust import Speaks, trust


class Stage(StrEnum):
    """What the server was asked when it answered; an answer carries it in its header `stage`."""

    CONNECT = "connect"
    LOGIN = "login"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"


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

    def __init__(self, server: SmtpServer, ca_file: Path | None = None) -> None:
        self._server, self._context = server, trust(Speaks.MAIL, ca_file)
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
            stage = Stage.CONNECT
            try:
                async with asyncio.timeout(deadline):
                    client = await self._ready()
                    stage = Stage.MAIL
                    await client.mail(sender)
                    stage = Stage.RCPT
                    await client.rcpt(recipient)
                    if held := await look_again():
                        self._broken()
                        return held
                    stage = Stage.DATA
                    return _reply(await client.data(message), stage)
            except aiosmtplib.SMTPResponseException as error:
                stage = Stage.LOGIN if isinstance(error, aiosmtplib.SMTPAuthenticationError) else stage
                why = f"{error.code} {error.message}"[:300].replace("\0", "\\x00")
                if stage is not Stage.CONNECT and 400 <= error.code < 600:
                    self._broken()
                    return _reply(error, stage)
            except TimeoutError:
                why = f"no answer within {deadline:g} s"
            except (aiosmtplib.SMTPException, OSError, ValueError) as error:
                why = f"{type(error).__name__}: {error}"[:300]
            self._broken()
            return Lost(why) if stage is Stage.DATA else NotSent(why)

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


def _reply(answer: Any, stage: Stage) -> Result:
    text = str(answer.message)[:2000].replace("\0", "\\x00")  # PostgreSQL stores no NUL in a text
    return Answered(Reply(int(answer.code), {"stage": stage.value}, text.encode(errors="backslashreplace"), datetime.now(UTC)))
