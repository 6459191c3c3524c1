"""Heads of the audit chain, copied outside the ledger, and what happens when the ledger is behind them.

A backup, a snapshot or a copied file takes a ledger back in time: what it calls unsent may have left since. Only something
that did not go back with it can tell. A head is `{ledger, generation, seq, hash, at}`, signed where a key is configured.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sqlalchemy import insert, select, text, update

from takedown.approval import NoKey, Signature, approvers, check_approval, holds, sign_with_file
from takedown.clock import iso
from takedown.contract import IntegrityFailed, RefusedByPolicy, Temporary, UsageError
from takedown.desk import Desk
from takedown.ledger.backup import doubt, skip_numbers
from takedown.ledger.book import GENESIS, Book, canonical
from takedown.ledger.tables import events, meta

NAMESPACE = "takedown-head"


class Behind(IntegrityFailed):
    """The ledger is behind {where}: event {outside} was recorded there, the newest here is {here}."""

    code = "TD-1210"
    why = "it was taken back in time; {held} requests that it called open are uncertain now, and nothing is sent"
    do = "takedown unknown list; when all is understood, another person: takedown reconcile --as NAME"


class Forked(IntegrityFailed):
    """The ledger's event {outside} is not the one that {where} knows."""

    code = "TD-1211"
    why = "the chain was written anew, or two copies of the ledger were used"
    do = "keep both; takedown audit verify; when all is understood: takedown reconcile --as NAME"


class BadHead(IntegrityFailed):
    """{where}: a head's signature does not fit it."""

    code, why, do = (
        "TD-1212",
        "it was edited, or signed with another key than [audit] head_key",
        "look at the file's other copies",
    )


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


class NothingToReconcile(UsageError):
    """The ledger is not behind any of its heads."""

    code, exit, why, do = "TD-1213", 0, "nothing was taken back in time", "takedown status"


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
    head = current(desk)
    signature = _sign(desk, head)
    row = {"seq": head.seq, "document": head.text(), "signature": signature.signature, "key": signature.key}
    desk.ledger.write(lambda book: book.db.execute(_KEPT, {**row, "at": book.now}) and None)
    for path in copies(desk):
        append(path, head_line(desk, head))
    return head


_KEPT = text(
    "INSERT INTO heads (seq, document, signature, key, at) VALUES (:seq, :document, :signature, :key, :at) ON CONFLICT DO NOTHING"
)
"""Several workers may write the head of one event at once."""


def head_line(desk: Desk, head: Head) -> str:
    """A head with its signature, as it stands in copies. Ed25519 signs the same words the same way. Raises NoKey."""
    signature = _sign(desk, head)
    return canonical({"head": json.loads(head.text()), "signature": signature.signature, "key": signature.key})


def current(desk: Desk) -> Head:
    with desk.ledger.read() as db:
        row = db.execute(select(events.c.seq, events.c.hash).order_by(events.c.seq.desc()).limit(1)).first()
        held = dict(db.execute(select(meta.c.name, meta.c.value).where(meta.c.name.in_(["ledger", "generation"]))).all())
    seq, digest = (int(row[0]), str(row[1])) if row else (0, GENESIS)
    return Head(held["ledger"], int(held.get("generation", "1")), seq, digest, iso(desk.clock.now()))


def copies(desk: Desk) -> list[Path]:
    """The files that heads are appended to: `[audit] copies = ["file:DIR"]`, else one beside the ledger. Raises StrangeCopy."""
    if strange := [one for one in desk.settings.audit.copies if not one.startswith(("file:", "mail:", "rfc3161:"))]:
        raise StrangeCopy(copy=strange[0].partition(":")[0])
    folders = [desk.config.path(one.removeprefix("file:")) for one in desk.settings.audit.copies if one.startswith("file:")]
    name = f"{desk.ledger.name}.heads.jsonl"
    return [folder / name for folder in folders] or [desk.ledger.folder / name]


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


def check(desk: Desk) -> None:
    """Compare with the heads outside. A ledger behind them holds everything open as uncertain. Raises Behind, Forked, BadHead."""
    for path in copies(desk):
        for head in newest(desk, path):
            _compare(desk, path, head)


def newest(desk: Desk, path: Path) -> Iterator[Head]:
    """The furthest head of this ledger in a copy, if there is one. Raises BadHead."""
    own = desk.ledger.setting("ledger")
    found = [head for head in read(path) if head[0].ledger == own]
    if not found:
        return
    head, signature = max(found, key=lambda one: (one[0].generation, one[0].seq))
    if desk.settings.audit.head_key and not (signature.key == _sign(desk, head).key and holds(signature, head.text(), NAMESPACE)):
        raise BadHead(where=path)
    yield head


def read(path: Path) -> Iterator[tuple[Head, Signature]]:
    """Every head in a file; a line that was cut by a crash is passed over."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            told = cast("Mapping[str, Any]", json.loads(line))
            yield Head(**told["head"]), Signature(str(told["key"]), str(told["signature"]))
        except (ValueError, KeyError, TypeError):
            continue


def _compare(desk: Desk, path: Path, outside: Head) -> None:
    here = current(desk)
    if outside.generation < here.generation:
        return
    if outside.generation > here.generation or outside.seq > here.seq:
        held = desk.ledger.write(doubt)
        raise Behind(where=path, outside=outside.seq, here=here.seq, held=held)
    with desk.ledger.read() as db:
        same = db.execute(select(events.c.hash).where(events.c.seq == outside.seq)).scalar()
    if outside.seq and same != outside.hash:
        desk.ledger.write(doubt)
        raise Forked(where=path, outside=outside.seq)


def problems(desk: Desk) -> Iterator[tuple[int, str]]:
    """For `audit verify`: every head outside must be of an event that is still here, with the same hash."""
    here = current(desk)
    with desk.ledger.read() as db:
        for path in copies(desk):
            for head, _ in read(path):
                if head.ledger != here.ledger or head.generation != here.generation or not head.seq:
                    continue
                found = db.execute(select(events.c.hash).where(events.c.seq == head.seq)).scalar()
                if found != head.hash:
                    yield head.seq, f"{path.name} knows another event" if found else f"{path.name} knows an event that is gone"


def statement(desk: Desk) -> str:
    """What the person who reconciles signs. Raises NothingToReconcile."""
    try:
        check(desk)
    except (Behind, Forked) as behind:
        here = current(desk)
        return f"takedown-reconcile-v1\n{here.ledger}\n{here.seq}\n{here.hash}\n{behind.facts['outside']}"
    raise NothingToReconcile


def reconcile(desk: Desk, signature: Signature | None) -> int:
    """Go on from here, in a new generation; returns its number.

    Raises NothingToReconcile, NoKey and what check_approval raises.
    """
    text = statement(desk)
    if desk.policy.approvals > 0:
        if signature is None:
            raise NoKey(what="reconciling needs a signature")
        check_approval(desk.who, signature, text, "the reconciliation", "", approvers(desk.policy.approvers))
    furthest = max((head.generation for path in copies(desk) for head in newest(desk, path)), default=1)
    generation = max(furthest, current(desk).generation) + 1

    def change(book: Book) -> None:
        if not book.db.execute(update(meta).where(meta.c.name == "generation").values(value=str(generation))).rowcount:
            book.db.execute(insert(meta).values(name="generation", value=str(generation)))
        skip_numbers(book)
        seal = {"signature": signature.signature, "key": signature.key} if signature else {}
        book.record("ledger.reconciled", "ledger", {"generation": generation, **seal}, {"by": desk.who})

    desk.ledger.write(change)
    write_head(desk)
    return generation


def _sign(desk: Desk, head: Head) -> Signature:
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
