"""The authority's own mailbox on a real IMAP server (pymap) inside the sandbox, and the answers that come into it in time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from takedown.contract import MissingExtra
from takedown.sandbox.answers import Letter, answers
from takedown.sandbox.book import Book, Filed
from takedown.sandbox.certificate import write_secret

USER, FOLDER = "desk", "INBOX"


@dataclass
class Post:
    """A mailbox that listens. Mails lie in `folder` too, each under its own name, and are there again after a restart."""

    folder: Path
    books: Mapping[str, Book]
    clock: Callable[[], datetime]
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    port: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def open(self, host: str, port: int) -> None:
        """Listen, and take up what was on its way when an earlier sandbox ended. Raises MissingExtra without `sandbox`."""
        try:
            from proxyprotocol.reader import ProxyProtocolReader
            from pymap.backend.dict import DictBackend
            from pymap.imap import IMAPServer
            from pymap.parsing.message import AppendMessage
        except ImportError as error:
            raise MissingExtra(what="The stand-in mailbox", extra="sandbox") from error
        logging.getLogger("pymap").setLevel(logging.CRITICAL)  # a client that hangs up is no news
        given = Namespace(
            host=[host], port=str(port), cert=None, key=None, tls=False, debug=False, proxy_protocol=None, passlib_cfg=None,
            inherited_sockets=None, demo_data=False, demo_user=USER, demo_password=self.password,
        )  # fmt: skip
        backend, config = await DictBackend.init(given)
        config.apply_context()
        self._append: Callable[[bytes], Any] = lambda raw: AppendMessage(raw, datetime.now(UTC), frozenset())
        async with backend.login.demo_user_identity.new_session() as session:
            self._inbox: Any = await session.mailbox_set.get_mailbox(FOLDER)
        callback = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
        self._server = await asyncio.start_server(callback, host, port)
        self.port = int(self._server.sockets[0].getsockname()[1])
        self.folder.mkdir(mode=0o700, exist_ok=True)
        for file in sorted(self.folder.glob("*.eml")):
            await self._inbox.append(self._append(file.read_bytes()))
        for book in self.books.values():
            for filed in book.all():
                self.answer(book, filed)

    def answer(self, book: Book, filed: Filed) -> None:
        """Let the answers to a letter come, each at its time; what has come already does not come again."""
        if filed.channel != "email" or not book.behaviour.answers:
            return
        for letter in answers(book.behaviour, filed, book.scale):
            if not (self.folder / f"{letter.name}.eml").exists():
                task = asyncio.get_running_loop().create_task(self._send(book, filed, letter))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _send(self, book: Book, filed: Filed, letter: Letter) -> None:
        await asyncio.sleep(max(0.0, (letter.at - self.clock()).total_seconds()))
        held = book.by_id(filed.id)
        if held is None or held.withdrawn:
            return
        claims = [list(one) for one in letter.claims]
        book.note("mailed", id=filed.id, reference=filed.reference, kind=letter.kind, name=letter.name, claims=claims)
        write_secret(self.folder / f"{letter.name}.eml", letter.raw)
        await self._inbox.append(self._append(letter.raw))

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        with contextlib.suppress(AttributeError):  # it never listened
            self._server.close()
