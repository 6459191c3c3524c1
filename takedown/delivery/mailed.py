"""Heads that were mailed away, read again where they arrived: in the outside person's mailbox, or in files that came from there.

Anybody can write to a mailbox. So only genuine heads are believed, and of the mails that call themselves a head the furthest are
read first: one that repeats old heads hides no newer one.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from email.utils import getaddresses
from pathlib import Path
from typing import TYPE_CHECKING

from takedown.comparing import BadHead, Outside, check, hold_to, is_genuine, remember
from takedown.contract import IntegrityFailed, UsageError
from takedown.desk import Desk
from takedown.heads import Head, current, heads_in, mailboxes, own_key

if TYPE_CHECKING:
    from takedown.transport.imap import OpenMailbox

NEWEST = 1000
"""Mails of the mailbox whose names are looked at."""
TRIED = 20
"""Mails of those that are read until one is genuine."""
MOST = 100_000
"""Bytes of one mail that are read; a head's has about two thousand."""
LARGEST_FILE = 200_000_000
_NUMBERED = re.compile(r"<head\.([0-9A-Za-z]{1,64})\.([0-9]{1,18})\.([0-9]{1,18})@")


class NothingGenuine(IntegrityFailed):
    """{where}: none of the mails that call themselves heads of this ledger is genuine."""

    code = "TD-1218"
    why = "the newest {tried} are not signed with [audit] head_key: somebody else wrote them, or the key is another now"
    do = "look at that mailbox; takedown audit compare FILE takes the mails that you trust"


class NoHeadThere(UsageError):
    """{files}: there is no head of this ledger in it."""

    code, why = "TD-1219", "{why}"
    do = "give a mail (.eml) or a copy (.heads.jsonl) of this ledger; takedown audit head tells its name"


def compare_all(desk: Desk) -> None:
    """Before anything is sent the ledger must go on from every head that can be read, in files and in a mailbox (`[audit.imap]`).

    Raises what `check`, `hold_to` and `in_mailbox` raise.
    """
    check(desk)
    if (told := in_mailbox(desk)) and hold_to(desk, told):
        remember(desk, dict.fromkeys(copies_of(desk, told), told.head))


def in_mailbox(desk: Desk) -> Outside | None:
    """The furthest genuine head in the mailbox of `[audit.imap]`, which is only read; None where none is configured or has come.

    Raises NothingGenuine, MailboxFailed, MailboxRefused, MissingExtra, CredentialsMissing, Unreachable, BadConfiguration.
    """
    if not desk.settings.audit.imap.host:
        return None
    from takedown.delivery.mailboxes import server_of  # what speaks to mail servers loads slowly
    from takedown.transport.imap import open_mailbox

    server = server_of(desk, desk.settings.audit.imap, "the mailbox that heads are mailed to", readonly=True)
    where = f"the mailbox {server.user}@{server.host}/{server.folder}"
    key, ledger = own_key(desk), desk.ledger.setting("ledger")
    with open_mailbox(server) as box:
        furthest = _furthest_first(box, ledger)[:TRIED]
        for uid in furthest:
            for told in heads_of(where, box.raw(uid, MOST) or b""):
                if told.head.ledger == ledger and is_genuine(key, told.head, told.signature):
                    return told
    if furthest:
        raise NothingGenuine(where=where, tried=len(furthest))
    return None


def _furthest_first(box: OpenMailbox, ledger: str) -> list[int]:
    """UIDs of mails that are called a head of this ledger, by what their Message-ID says of generation and event."""
    uids = sorted(box.uids(f'HEADER Message-ID "head.{ledger}."'))[-NEWEST:]
    named = ((uid, _NUMBERED.search(value)) for uid, value in box.headers(uids, "Message-ID").items())
    ranked = sorted((int(name[2]), int(name[3]), uid) for uid, name in named if name and name[1] == ledger)
    return [uid for *_, uid in reversed(ranked)]


@dataclass(frozen=True, slots=True)
class Received:
    """Heads of this ledger from outside, the furthest first, and the mailed copies that were compared by them."""

    heads: tuple[Outside, ...]
    copies: tuple[str, ...]
    here: Head


def compare_received(desk: Desk, paths: Sequence[Path]) -> Received:
    """Compare with what somebody outside received: files or folders of mails or of copies, every head in them.

    A ledger that does not go on from one of them is held as on start. Raises NoHeadThere, BadHead, Behind, Forked, CannotCopy,
    NoKey, UsageError.
    """
    told = [one for path in paths for file in _files(path) for one in heads_of(file.name, _bytes(file))]
    here, key = current(desk), own_key(desk)
    own = sorted((one for one in told if one.head.ledger == here.ledger), key=_reach, reverse=True)
    if not own:
        others = "it has heads of another ledger" if told else "it has no line that is a head"
        raise NoHeadThere(files=", ".join(map(str, paths)), why=others)
    compared: dict[str, Head] = {}
    for one in own:
        if not is_genuine(key, one.head, one.signature):
            raise BadHead(where=one.where)
    for one in own:
        if hold_to(desk, one):
            compared = dict.fromkeys(copies_of(desk, one), one.head) | compared
    remember(desk, compared)
    return Received(tuple(own), tuple(compared), here)


def _reach(told: Outside) -> tuple[int, int]:
    return told.head.generation, told.head.seq


def heads_of(where: str, raw: bytes) -> Iterator[Outside]:
    """Every head in a mail, however it is encoded or forwarded, or in the plain lines of a file."""
    to: tuple[str, ...] = ()
    texts: list[str] = []
    try:
        mail = email.message_from_bytes(raw, policy=email.policy.compat32)
        to = tuple(address.lower() for _, address in getaddresses(mail.get_all("To", [])) if address)
        texts = [_text(part) for part in mail.walk() if part.get_content_maintype() == "text"]
    except (MessageError, RecursionError, ValueError, LookupError):
        pass  # no mail that can be read as one; its lines may still be heads
    found = dict.fromkeys(one for text in (*texts, raw.decode("utf-8", "replace")) for one in heads_in(text))
    yield from (Outside(where, to, head, signature) for head, signature in found)


def _text(part: Message) -> str:
    body = part.get_payload(decode=True)
    return body.decode("utf-8", "replace") if isinstance(body, bytes) else ""


def copies_of(desk: Desk, told: Outside) -> list[str]:
    """The mailed copies that a head came from: by the address that it was mailed to, or the only one that there is."""
    known = mailboxes(desk)
    found = [one for one in known if one.lower() in told.to]
    return [f"mail:{one}" for one in (found or (known if len(known) == 1 else []))]


def _files(path: Path) -> list[Path]:
    return sorted(filter(Path.is_file, path.iterdir())) if path.is_dir() else [path]


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except OSError as error:
        why, do = error.strerror or "", "look at the path and its permissions"
        raise UsageError(what=f"{path} cannot be read", why=why, do=do) from None
    if len(raw) > LARGEST_FILE:
        what = f"{path} is larger than {LARGEST_FILE:,} bytes"
        raise UsageError(what=what, why="no mail of a head is", do="give the mails alone")
    return raw
