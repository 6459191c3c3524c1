"""IMAP: raw mails as they lie on the server, read without changing them; a keyword tells people what was read.

Messages are taken as bytes: the library's own message objects parse with the standard library, which a mail that is nested
deeply enough makes fail.
"""

from __future__ import annotations

import imaplib
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from takedown.contract import CredentialsMissing, MissingExtra, Temporary
from takedown.transport.trust import Speaks, trust

TLS_PORT = 993
SECONDS = 30.0
"""For each answer of the server."""
READ = "$TakedownRead"
LARGEST = 40_000_000


class MailboxFailed(Temporary):
    """The mailbox on {where} could not be read: {what}."""

    code, why = "TD-0504", "what was read before is kept, and nothing is read twice"
    do = "takedown sync"


class MailboxRefused(CredentialsMissing):
    """The mailbox on {where} refused the login of {user}."""

    code, why, do = "TD-0405", "the server said: {what}", "mend imap.user, imap.password_file or imap.password_command"


@dataclass(frozen=True)
class ImapServer:
    """`loopback`: TLS is not asked for. Port 993 speaks TLS at once, any other one STARTTLS. `readonly`: nothing is marked.

    `ca_file`: the authority whose certificates are believed instead of the system's.
    """

    host: str
    port: int
    user: str
    password: str
    folder: str
    loopback: bool
    readonly: bool = False
    ca_file: Path | None = None

    def __repr__(self) -> str:
        return f"ImapServer({self.user}@{self.host}:{self.port}/{self.folder})"


class OpenMailbox:
    """One folder, selected. UIDs mean something only together with `uidvalidity` (RFC 9051, 2.3.1.1)."""

    def __init__(self, box: Any) -> None:
        self._box = box
        self.uidvalidity = int(self._told("UIDVALIDITY") or 0)
        kept = self._told("PERMANENTFLAGS")
        self.keeps_keywords = b"\\*" in kept or READ.encode() in kept

    def _told(self, name: str) -> bytes:
        """What the server said when the folder was selected; empty when nothing."""
        answers: list[bytes | None] = self._box.client.response(name)[1]
        return next((one for one in answers if one), b"")

    def uids(self, criteria: str = "ALL") -> list[int]:
        return [int(uid) for uid in self._box.uids(criteria, charset=None)]

    def unread(self) -> list[int]:
        """UIDs without our keyword; none where the server keeps no keywords."""
        return self.uids(f"UNKEYWORD {READ}") if self.keeps_keywords else []

    def headers(self, uids: Sequence[int], name: str) -> dict[int, str]:
        """One header of each of these mails by UID, as it stands there; what has gone is left out."""
        found: dict[int, str] = {}
        for start in range(0, len(uids), 500):
            some = ",".join(map(str, uids[start : start + 500]))
            answer: list[Any] = self._box.client.uid("FETCH", some, f"(UID BODY.PEEK[HEADER.FIELDS ({name})])")[1]
            for part in answer:
                if part and not isinstance(part, bytes) and (uid := re.search(rb"UID (\d+)", part[0])):
                    found[int(uid[1])] = part[1].decode("utf-8", "replace").partition(":")[2].strip()
        return found

    def raw(self, uid: int, most: int = LARGEST) -> bytes | None:
        """The mail's bytes, at most so many of them; None when it has gone. Its flags stay as they are (BODY.PEEK)."""
        answer: list[Any] = self._box.client.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{most}>)")[1]
        # A literal comes as (what stands before it, its bytes), what stands after it as bytes of its own (imaplib).
        return next((part[1] for part in answer if part and not isinstance(part, bytes)), None)

    def mark(self, uids: Sequence[int]) -> None:
        """Set our keyword, where the server keeps keywords: it is for people, nothing depends on it."""
        for start in range(0, len(uids) if self.keeps_keywords else 0, 200):
            self._box.flag([str(uid) for uid in uids[start : start + 200]], READ, True)


@contextmanager
def open_mailbox(server: ImapServer) -> Generator[OpenMailbox]:
    """Log in and select the folder. Raises MailboxFailed, MailboxRefused, MissingExtra, BadConfiguration."""
    try:
        from imap_tools import MailBox, MailBoxStartTls, MailBoxUnencrypted
        from imap_tools.errors import ImapToolsError, MailboxLoginError
    except ImportError:
        raise MissingExtra(what="reading a mailbox", extra="mail") from None
    where, box = f"{server.host}:{server.port}", cast("Any", None)
    tls = trust(Speaks.MAIL, server.ca_file)
    try:
        if server.port == TLS_PORT:
            box = MailBox(server.host, server.port, timeout=SECONDS, ssl_context=tls)
        elif server.loopback:
            box = MailBoxUnencrypted(server.host, server.port, timeout=SECONDS)
        else:
            box = MailBoxStartTls(server.host, server.port, timeout=SECONDS, ssl_context=tls)
        box.login(server.user, server.password, initial_folder=None)
        box.folder.set(server.folder, readonly=server.readonly)
        yield OpenMailbox(box)
    except MailboxLoginError as error:
        raise MailboxRefused(where=where, user=server.user, what=str(error)[:200]) from None
    except (ImapToolsError, imaplib.IMAP4.error, OSError, ValueError) as error:
        raise MailboxFailed(where=where, what=(str(error) or type(error).__name__)[:200]) from None
    finally:
        if box is not None:
            with suppress(imaplib.IMAP4.error, OSError):  # what was wanted is done, or has failed already
                box.client.logout()
