"""The mailbox on the server: every mail is stored raw, then marked there, then judged. Nothing is deleted or moved.

What was read is known by (UIDVALIDITY, UID) and by sha256, never by a flag: a process may die between any two steps, and a
server may number its mails anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from takedown.delivery.mailboxes import server_of
from takedown.desk import Desk
from takedown.inbox.authenticate import Resolver
from takedown.inbox.store import Place, judge_new, store
from takedown.ledger.tables import messages
from takedown.transport.imap import OpenMailbox, open_mailbox

BATCH = 50
BATCH_BYTES = 20_000_000


@dataclass
class Mailed:
    """How many mails were fetched, how many of them were not known before, and the numbers of those that were judged."""

    fetched: int = 0
    fresh: int = 0
    judged: tuple[int, ...] = ()


def read_mailbox(desk: Desk, resolve: Resolver | None) -> Mailed:
    """Fetch what is not in the ledger, and judge it.

    Raises MailboxFailed, MailboxRefused, MissingExtra, CredentialsMissing, BadConfiguration.
    """
    done, server = Mailed(), server_of(desk, desk.settings.imap, "the mailbox")
    try:
        with open_mailbox(server) as box:
            _fetch(desk, box, f"imap:{server.user}@{server.host}/{server.folder}", done)
    finally:
        done.judged = tuple(judge_new(desk, resolve))
    return done


def _fetch(desk: Desk, box: OpenMailbox, name: str, done: Mailed) -> None:
    known = _known(desk, name, box.uidvalidity)
    unmarked = set(box.unread())
    box.mark(sorted(unmarked & known))  # stored by a process that died before it marked them
    for batch in _batches(box, (uid for uid in box.uids() if uid not in known)):
        stored = store(desk, [(Place(name, box.uidvalidity, uid), raw) for uid, raw in batch])
        box.mark([uid for uid, _ in batch])
        done.fetched += len(stored)
        done.fresh += sum(1 for one in stored if one.fresh)


def _known(desk: Desk, name: str, uidvalidity: int) -> set[int]:
    query = select(messages.c.uid).where(messages.c.mailbox == name, messages.c.uidvalidity == uidvalidity)
    with desk.ledger.read() as db:
        return {int(uid) for uid in db.execute(query).scalars()}


def _batches(box: OpenMailbox, uids: Iterable[int]) -> Iterator[list[tuple[int, bytes]]]:
    """Mails with their UIDs, few enough to be held in memory and committed at once."""
    held: list[tuple[int, bytes]] = []
    for uid in uids:
        raw = box.raw(uid)
        if raw is not None:
            held.append((uid, raw))
        if len(held) >= BATCH or sum(len(one) for _, one in held) >= BATCH_BYTES:
            yield held
            held = []
    if held:
        yield held
