"""A mail server that says what it is told to say, at every step of the conversation, and keeps what it was handed."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl
import threading
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

CALM = {
    "GREETING": "220 standin.test ready",
    "EHLO": "250 standin.test",
    "STARTTLS": "220 go ahead",
    "AUTH": "235 2.7.0 welcome",
    "MAIL": "250 2.1.0 Ok",
    "RCPT": "250 2.1.5 Ok",
    "DATA": "354 go on",
    ".": "250 2.0.0 queued as Q1",
    "RSET": "250 Ok",
    "QUIT": "221 bye",
}
DROP, SILENCE = "drop the line", "say nothing"


@dataclass
class PostOffice:
    """`says`: replies by command (a list: one for each time, the last for ever), also to GREETING and to `.`, the final dot."""

    says: Mapping[str, str | list[str]] = field(default_factory=dict[str, str | list[str]])
    tls: ssl.SSLContext | None = None
    offers: tuple[str, ...] = ()
    port: int = 0
    commands: list[str] = field(default_factory=list[str])
    taken: list[bytes] = field(default_factory=list[bytes])
    secure: bool = False

    def __post_init__(self) -> None:
        self._times: dict[str, int] = {}

    @property
    def verbs(self) -> list[str]:
        return [line.split(" ")[0].split(":")[0].upper() for line in self.commands]

    def _reply(self, verb: str) -> str:
        told = self.says.get(verb, CALM.get(verb, "502 5.5.1 what?"))
        if isinstance(told, str):
            return told
        at = self._times[verb] = self._times.get(verb, -1) + 1
        return told[min(at, len(told) - 1)]

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.CancelledError):
            await self._converse(reader, writer)
        writer.transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(verb: str) -> str:
            told = self._reply(verb)
            if told == DROP:
                raise ConnectionResetError
            if told != SILENCE:
                writer.write(told.encode("utf-8", "surrogateescape") + b"\r\n")
                await writer.drain()
            return told

        if not (await say("GREETING")).startswith("2"):
            return
        while line := await reader.readline():
            self.commands.append(line.decode().strip())
            verb = self.verbs[-1]
            if verb == "EHLO" and self.offers and "EHLO" not in self.says:
                lines = ["standin.test", *(o for o in self.offers if not (o == "STARTTLS" and self.secure))]
                writer.write(b"".join(f"250{' ' if o is lines[-1] else '-'}{o}\r\n".encode() for o in lines))
                continue
            told = await say(verb)
            if verb == "STARTTLS" and told.startswith("2") and self.tls:
                await writer.start_tls(self.tls)
                self.secure = True
            if verb == "DATA" and told.startswith("354"):
                message = await reader.readuntil(b"\r\n.\r\n")
                # RFC 5321, 4.5.2: a dot that begins a line was doubled on the way.
                self.taken.append(message[:-3].replace(b"\r\n..", b"\r\n."))
                await say(".")
            if verb == "QUIT":
                return

    @contextlib.contextmanager
    def open(self) -> Generator[PostOffice]:
        """Listen on a free port of 127.0.0.1, from a thread of its own."""
        loop, ready = asyncio.new_event_loop(), threading.Event()
        ended = asyncio.Event()

        async def serve() -> None:
            server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            await ended.wait()
            server.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
        thread.start()
        ready.wait()
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(ended.set)
            thread.join()
            loop.close()


def certificate(folder: Path, *, host: str = "127.0.0.1", expired: bool = False) -> tuple[Path, ssl.SSLContext]:
    """A certificate that signs itself, for one host: (the file to trust, the server's context)."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "standin.test")])
    try:
        place: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        place = x509.DNSName(host)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3))
        .not_valid_after(now - timedelta(days=1) if expired else now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([place]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "post.crt", folder / "post.key"
    public.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(public, private)
    return public, context
