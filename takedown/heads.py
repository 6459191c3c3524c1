"""Heads of the audit chain, copied outside the ledger.

A head is `{ledger, generation, seq, hash, at}`, signed where a key is configured.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import select, text

from takedown.access import newest
from takedown.approval import NoKey, Signature, sign_with_file
from takedown.clock import iso
from takedown.contract import RefusedByPolicy, Temporary, UsageError
from takedown.desk import Desk
from takedown.ledger.book import GENESIS
from takedown.ledger.canonical import canonical
from takedown.ledger.tables import events, heads
from takedown.noted import KEPT, SUBJECT

NAMESPACE = "takedown-head"
BESIDE = "beside the ledger"
"""What the copy is called that is written where no other file is configured."""


class CannotCopy(Temporary):
    """The head of the audit chain cannot be written to {where}: {what}."""

    code, why, do = "TD-1102", "nothing is sent that could be forgotten with the ledger", "mend [audit] copies, then run it again"


class StrangeCopy(UsageError):
    """[audit] copies: nothing is known of {copy}."""

    code, why = "TD-1216", "a head goes to file:FOLDER, to mail:ADDRESS or to rfc3161:https://AUTHORITY"
    do = "mend [audit] copies in takedown.toml"


class NoOutsideCopy(RefusedByPolicy):
    """Heads of the audit chain are kept beside the ledger only."""

    code, why = "TD-0718", "in live nothing is sent that whoever may write the ledger could deny"
    do = 'set [audit] copies to a place that operators cannot write: "file:FOLDER" elsewhere, or "mail:ADDRESS"'


LARGEST = 2**63 - 1
SEEN = 100
"""Newest places of notes among which a machine finds its own."""


@dataclass(frozen=True, slots=True)
class Head:
    """`generation` counts reconciliations: after one, numbers of lost events are given anew."""

    ledger: str
    generation: int
    seq: int
    hash: str
    at: str

    def text(self) -> str:
        return canonical({name: getattr(self, name) for name in self.__slots__})


def write_head(desk: Desk) -> Head:
    """Record the newest event's head and append it to every copy outside. Raises CannotCopy, NoKey."""
    keep_notes(desk)
    head = current(desk)
    signature = sign_head(desk, head)
    row = {"seq": head.seq, "document": head.text(), "signature": signature.signature, "key": signature.key}
    desk.ledger.write(lambda book: book.db.execute(_KEPT, {**row, "at": book.now}) and None)
    for path in copies(desk):
        append(path, line_of(head, signature))
    return head


def keep_notes(desk: Desk) -> None:
    """Tell the chain the place of the last note of who looked, so that the head vouches for it, too."""
    try:
        last = newest(desk.folder)
    except OSError:  # `takedown audit access --verify` tells of it
        return
    if last is None:
        return
    told = asdict(last)
    mine = select(events.c.data).where(events.c.subject == SUBJECT, events.c.kind == KEPT)
    query = mine.order_by(events.c.seq.desc()).limit(SEEN)
    with desk.ledger.read() as db:
        known = canonical(told) in db.execute(query).scalars()
    if not known:
        desk.ledger.write(lambda book: book.record(KEPT, SUBJECT, told))


_KEPT = text(
    "INSERT INTO heads (seq, document, signature, key, at) VALUES (:seq, :document, :signature, :key, :at) ON CONFLICT DO NOTHING"
)
"""Several workers may write the head of one event at once."""


def was_written(desk: Desk) -> bool:
    """Whether this ledger has written any head."""
    with desk.ledger.read() as db:
        return db.execute(select(heads.c.seq).limit(1)).first() is not None


def head_line(desk: Desk, head: Head) -> str:
    """A head with its signature, as it stands in copies. Ed25519 signs the same words the same way. Raises NoKey."""
    return line_of(head, sign_head(desk, head))


def line_of(head: Head, signature: Signature) -> str:
    """A head with a signature that it came with."""
    return canonical({"head": json.loads(head.text()), "signature": signature.signature, "key": signature.key})


def current(desk: Desk) -> Head:
    with desk.ledger.view() as view:
        seq, digest = next(view.rows("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1"), (0, GENESIS))
        held = dict(view.rows("SELECT name, value FROM meta WHERE name IN ('ledger', 'generation')"))
    return Head(held["ledger"], int(held.get("generation", "1")), seq, digest, iso(desk.clock.now()))


def copies(desk: Desk) -> list[Path]:
    """The files that heads are appended to. Raises StrangeCopy."""
    return list(files(desk).values())


def files(desk: Desk) -> dict[str, Path]:
    """Those files by their names in `[audit] copies = ["file:DIR"]`; without any, one beside the ledger. Raises StrangeCopy."""
    if strange := [one for one in desk.settings.audit.copies if not one.startswith(("file:", "mail:", "rfc3161:"))]:
        raise StrangeCopy(copy=strange[0].partition(":")[0])
    name = f"{desk.ledger.name}.heads.jsonl"
    folders = [one for one in desk.settings.audit.copies if one.startswith("file:")]
    found = {one: desk.config.path(one.removeprefix("file:")) / name for one in folders}
    return found or {BESIDE: desk.ledger.folder / name}


def mailboxes(desk: Desk) -> list[str]:
    """The addresses that heads are mailed to: `[audit] copies = ["mail:ADDRESS"]`."""
    return [one.removeprefix("mail:") for one in desk.settings.audit.copies if one.startswith("mail:")]


def require_outside(desk: Desk) -> None:
    """In live at least one copy lies elsewhere; time-stamps are none, since they lie beside the heads. Raises NoOutsideCopy."""
    own = desk.ledger.folder.resolve()
    if desk.live and not mailboxes(desk) and all(path.parent.resolve() == own for path in copies(desk)):
        raise NoOutsideCopy


def authorities(desk: Desk) -> list[str]:
    """The addresses that time-stamp heads: `[audit] copies = ["rfc3161:URL"]`."""
    return [one.removeprefix("rfc3161:") for one in desk.settings.audit.copies if one.startswith("rfc3161:")]


def stamps_beside(heads: Path) -> Path:
    """Where the time-stamps of a file of heads lie: a line `{seq, sha256, authority, response}` each."""
    return heads.with_name(heads.name.replace(".heads.", ".stamps."))


def read(path: Path) -> Iterator[tuple[Head, Signature]]:
    """Every head in a file; a line that was cut by a crash is passed over."""
    try:
        lines = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    yield from heads_in(lines)


def heads_in(lines: str) -> Iterator[tuple[Head, Signature]]:
    """Every line that holds a head, however it came here; nothing says yet that it is genuine."""
    for line in lines.splitlines():
        try:
            told: object = json.loads(line)
        except (ValueError, RecursionError):
            continue
        match told:
            case {
                "head": {
                    "ledger": str(ledger),
                    "generation": int(gen),
                    "seq": int(seq),
                    "hash": str(digest),
                    "at": str(at),
                },
                "key": str(key),
                "signature": str(signature),
            } if 0 <= seq <= LARGEST and 0 <= gen <= LARGEST:
                yield Head(ledger, gen, seq, digest, at), Signature(key, signature)
            case _:
                continue


def own_key(desk: Desk) -> str:
    """The public key that this desk signs heads with; empty where it signs none. Raises NoKey."""
    return sign_head(desk, current(desk)).key


def sign_head(desk: Desk, head: Head) -> Signature:
    """With `[audit] head_key`; empty where there is none. Raises NoKey."""
    key = desk.settings.audit.head_key
    if not key:
        return Signature("", "")

    def no_passphrase() -> str:
        raise NoKey(what="[audit] head_key has a passphrase; heads are written without anybody there")

    return sign_with_file(desk.config.path(key), head.text(), no_passphrase, NAMESPACE)


def append(path: Path, line: str) -> None:
    """Add a line to a copy, on the disk when this returns. Raises CannotCopy."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise CannotCopy(where=path, what=error.strerror) from None
