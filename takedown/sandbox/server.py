"""The whole sandbox: every stand-in platform behind one HTTP port and one mail port, and a mailbox for what they answer."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import os
import secrets
import signal
import threading
from collections.abc import Callable, Generator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from takedown.contract import RefusedByPolicy
from takedown.sandbox.answers import MX
from takedown.sandbox.behaviour import Behaviour
from takedown.sandbox.book import Book, Filed
from takedown.sandbox.certificate import make_certificate, server_tls, write_secret
from takedown.sandbox.intake import Intake, Sleep
from takedown.sandbox.journal import Journal, read_journal
from takedown.sandbox.mail import MailServer, open_mail
from takedown.sandbox.pages import Pages
from takedown.sandbox.portal import Portal
from takedown.sandbox.post import USER, Post
from takedown.sandbox.wire import MAX_HEAD, Answer, HttpRequest, converse, problem


def _now() -> datetime:
    return datetime.now(UTC)


class Sandbox:
    """Stand-in platforms by name. `folder` gets `journal.jsonl`, `sandbox.json` and `NAME.token` files, all 0600.

    http_port, smtp_port: 0 takes any free port; smtp_port None runs no mail server, imap_port None
    no mailbox for answers (its password is in `imap.password`). scale: the sandbox's hours pass that
    much faster, as `[sandbox] time_scale`. starttls: offer it, with a certificate written to `smtp.crt`. tokens: bearer
    tokens by platform, else drawn. A sandbox started on the folder of an earlier one goes on where that one ended.

    Raises RefusedByPolicy when `host` is not a loopback address.
    """

    def __init__(
        self, folder: Path, behaviours: Mapping[str, Behaviour], *, host: str = "127.0.0.1", http_port: int = 0,
        smtp_port: int | None = 0, imap_port: int | None = None, scale: float = 3600.0,
        starttls: bool = False, tokens: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] = _now, sleep: Sleep = asyncio.sleep,
    ) -> None:  # fmt: skip
        if not _is_loopback(host):
            raise RefusedByPolicy(
                what=f"the sandbox does not listen on {host}",
                why="its platforms are stand-ins and take anything; only this machine may reach them",
                do="use 127.0.0.1 or ::1",
            )
        self.folder, self.behaviours, self.host, self.scale = folder, dict(behaviours), host, scale
        self.http_port, self.smtp_port, self.starttls = http_port, smtp_port, starttls
        self.tokens = {name: (tokens or {}).get(name) or secrets.token_urlsafe(24) for name in behaviours}
        self.books: dict[str, Book] = {}
        self.imap_port, self.post = imap_port, None if imap_port is None else Post(folder / "mail", self.books, clock)
        self.clock = clock
        self._sleep = sleep
        self._journal: Journal | None = None
        self._intakes: dict[str, Intake] = {}
        self._portals: dict[str, Portal] = {}
        self._pages: dict[str, Pages] = {}
        self._servers: list[asyncio.Server | MailServer | Post] = []
        self._talks: set[asyncio.Task[None]] = set()

    @property
    def journal_path(self) -> Path:
        return self.folder / "journal.jsonl"

    def url(self, name: str) -> str:
        """The `base_url` of a platform."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.http_port}/{name}"

    async def start(self) -> None:
        """Listen, and write `sandbox.json` once every port is known."""
        try:
            await self._open()
        except BaseException:
            await self.stop()
            raise

    async def _open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        earlier = list(read_journal(self.journal_path))
        self._journal = journal = Journal(self.journal_path)
        for name, behaviour in self.behaviours.items():
            book = Book(name, behaviour, journal.note, self.clock, self.scale)
            book.restore(earlier)
            self.books[name] = book
        http = await asyncio.start_server(self._meet, self.host, self.http_port, limit=MAX_HEAD)
        self._servers.append(http)
        self.http_port = http.sockets[0].getsockname()[1]
        for name, book in self.books.items():
            self._intakes[name] = Intake(book, self.tokens[name], self.url(name), self._sleep)
            self._portals[name] = Portal(book)
            self._pages[name] = Pages(book)
        if self.post is not None:
            await self.post.open(self.host, self.imap_port or 0)
            self._servers.append(self.post)
            self.imap_port = self.post.port
        if self.smtp_port is not None:
            tls = server_tls(*make_certificate(self.folder)) if self.starttls else None
            smtp = await open_mail(self.books, self.host, self.smtp_port, tls, self._answer_mail)
            self._servers.append(smtp)
            self.smtp_port = smtp.port
        self._publish()

    def _answer_mail(self, book: Book, filed: Filed) -> None:
        if self.post is not None:
            self.post.answer(book, filed)

    async def stop(self) -> None:
        """Stop listening and drop every connection; `sandbox.json` goes, the journal stays."""
        for server in self._servers:
            server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        self._servers.clear()
        if self._journal:
            self._journal.close()
        (self.folder / "sandbox.json").unlink(missing_ok=True)

    async def __aenter__(self) -> Sandbox:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.ensure_future(converse(reader, writer, self._answer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)
        with contextlib.suppress(asyncio.CancelledError):
            await talk

    async def _answer(self, request: HttpRequest) -> Answer:
        match request.parts:
            case (name, "v1", "removal-requests", *rest) if name in self._intakes:
                return await self._intakes[name].answer(request, tuple(rest))
            case (name, "portal") if name in self._portals:
                return await self._portals[name].answer(request)
            case (name, "look") if name in self._pages:
                return await self._pages[name].answer(request)
            case _:
                return problem(404, "no stand-in platform is here")

    def description(self) -> dict[str, Any]:
        """What `sandbox.json` says: ports, tokens and, for each platform, what its behaviour promises."""
        platforms = {
            name: {
                "base_url": self.url(name),
                "portal": f"{self.url(name)}/portal",
                "token": self.tokens[name],
                "token_file": str((self.folder / f"{name}.token").absolute()),
                "look": f"{self.url(name)}/look",
                "mailbox": behaviour.mailbox,
                "idempotency": behaviour.keyed,
                "search": behaviour.searchable,
            }
            for name, behaviour in self.behaviours.items()
        }
        smtp = {
            "host": self.host,
            "port": self.smtp_port,
            "ca_file": str((self.folder / "smtp.crt").absolute()) if self.starttls else None,
        }
        return {
            "schema_version": 1, "pid": os.getpid(), "time_scale": self.scale, "journal": str(self.journal_path.absolute()),
            "http": {"host": self.host, "port": self.http_port}, "smtp": smtp if self.smtp_port is not None else None,
            "imap": self._mailbox(),
            "platforms": platforms,
        }  # fmt: skip

    def _mailbox(self) -> dict[str, Any] | None:
        if self.post is None:
            return None
        password = str((self.folder / "imap.password").absolute())
        return {"host": self.host, "port": self.imap_port, "user": USER, "password_file": password, "authserv_id": MX}

    def _publish(self) -> None:
        if self.post is not None:
            write_secret(self.folder / "imap.password", self.post.password.encode() + b"\n")
        for name, token in self.tokens.items():
            write_secret(self.folder / f"{name}.token", token.encode() + b"\n")
        # Readers wait for this file: it appears whole or not at all.
        write_secret(self.folder / "sandbox.json.new", json.dumps(self.description(), indent=2).encode())
        (self.folder / "sandbox.json.new").rename(self.folder / "sandbox.json")

    def run(self, ready: Callable[[Sandbox], None] | None = None) -> None:
        """Serve until SIGINT or SIGTERM; `ready` is called once all ports listen."""
        asyncio.run(self._serve(ready))

    async def _serve(self, ready: Callable[[Sandbox], None] | None) -> None:
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, ended.set)
        async with self:
            if ready:
                ready(self)
            await ended.wait()

    @contextlib.contextmanager
    def in_background(self) -> Generator[Sandbox]:
        """Serve from a thread of its own while the block runs."""
        loop, begun = asyncio.new_event_loop(), threading.Event()
        failed: list[BaseException] = []
        ended = asyncio.Event()

        async def serve() -> None:
            try:
                await self.start()
            except BaseException as error:
                failed.append(error)
                raise
            finally:
                begun.set()
            await ended.wait()
            await self.stop()

        def work() -> None:
            with contextlib.suppress(Exception):
                loop.run_until_complete(serve())
            loop.close()

        thread = threading.Thread(target=work, name="sandbox", daemon=True)
        thread.start()
        begun.wait()
        if failed:
            raise failed[0]
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(ended.set)
            thread.join()


def _is_loopback(host: str) -> bool:
    # An address, never a name: what a name means is for the resolver to say.
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False
