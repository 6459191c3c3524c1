"""The ledger compared with the heads that left it, and what happens when it is behind them.

A backup, a snapshot or a copied file takes a ledger back in time: what it calls unsent may have left since. Only something
that did not go back with it can tell.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from sqlalchemy import insert, select, text, update

from takedown.approval import NoKey, Signature, approvers, check_approval, holds
from takedown.clock import iso
from takedown.contract import IntegrityFailed, UsageError
from takedown.desk import Desk
from takedown.heads import NAMESPACE, Head, append, copies, current, files, line_of, own_key, read, sign_head, write_head
from takedown.ledger.book import Book
from takedown.ledger.canonical import canonical
from takedown.ledger.doubting import doubt, keep_back, skip_numbers
from takedown.ledger.reader import numbered
from takedown.ledger.tables import events, meta

DOUBTED = "doubted"
"""The row of `meta` with the head outside for which what is unsent was held."""
LAST = 100
"""How many heads of a copy, from its end, are compared each time; the furthest of all always is."""
COMPARED = "compared"
"""The row of `meta` that says when each copy was last compared: name -> [event, time]."""


class Behind(IntegrityFailed):
    """The ledger is behind {where}: event {outside} was recorded there, the newest here is {here}."""

    code = "TD-1210"
    why = "it was taken back in time; {held} requests that were open are uncertain now, unsent cases in doubt, nothing is sent"
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


class NothingToReconcile(UsageError):
    """The ledger is not behind any of its heads."""

    code, exit, why, do = "TD-1213", 0, "nothing was taken back in time", "takedown status"


@dataclass(frozen=True, slots=True)
class Outside:
    """A head as it was found outside. `where`: the file or mailbox; `to`: the addresses that it was mailed to, if any."""

    where: str
    to: tuple[str, ...]
    head: Head
    signature: Signature


@dataclass(frozen=True, slots=True)
class Compared:
    """A copy, and the newest event and time up to which it was last compared; none when it never was."""

    copy: str
    event: int = 0
    at: str = ""


def check(desk: Desk) -> None:
    """Compare with what this process committed and with the copies in files.

    A ledger behind them holds what is open as uncertain. Raises Behind, Forked, BadHead, CannotCopy, NoKey.
    """
    hold_to_own(desk)
    found: dict[str, Head] = {}
    for name, path in files(desk).items():
        for head in newest(desk, path):
            if compare(desk, path, head):
                found.setdefault(name, head)
    remember(desk, found)


def newest(desk: Desk, path: Path) -> Iterator[Head]:
    """The furthest head of this ledger in a copy, the last one written there, and late ones that the ledger knows otherwise.

    These may be a fork's, past which the ledger has grown. Raises BadHead.
    """
    own = _of_this_ledger(desk, path)
    for head, signature in dict.fromkeys([*sorted(own, key=_reach)[-1:], *own[-1:], *_known_otherwise(desk, own[-LAST:])]):
        if not is_genuine(own_key(desk), head, signature):
            raise BadHead(where=path)
        yield head


def _known_otherwise(desk: Desk, late: list[tuple[Head, Signature]]) -> Iterator[tuple[Head, Signature]]:
    here = current(desk)
    mine = [one for one in late if one[0].generation == here.generation and 0 < one[0].seq <= here.seq]
    with desk.ledger.view() as view:
        known = dict(view.rows(f"SELECT seq, hash FROM events WHERE seq IN {numbered(head.seq for head, _ in mine)}"))  # noqa: S608
    yield from (one for one in mine if known.get(one[0].seq) != one[0].hash)


def _of_this_ledger(desk: Desk, path: Path) -> list[tuple[Head, Signature]]:
    own = desk.ledger.setting("ledger")
    return [one for one in read(path) if one[0].ledger == own]


def _reach(one: tuple[Head, Signature]) -> tuple[int, int]:
    return one[0].generation, one[0].seq


def is_genuine(key: str, head: Head, signature: Signature) -> bool:
    """Whether a head is signed with this key; without a key every head is believed."""
    return not key or (signature.key == key and holds(signature, head.text(), NAMESPACE))


def compare(desk: Desk, where: object, outside: Head) -> bool:
    """Whether the ledger goes on from this head; False for one of before a reconciliation. Raises Behind, Forked."""
    here = current(desk)
    if outside.generation < here.generation:
        return False
    if outside.generation > here.generation or outside.seq > here.seq:
        held = _doubt(desk, outside)
        raise Behind(where=where, outside=outside.seq, here=here.seq, held=held)
    if outside.seq and _hash_of(desk, outside.seq) != outside.hash:
        _doubt(desk, outside)
        raise Forked(where=where, outside=outside.seq)
    return True


def _doubt(desk: Desk, outside: Head) -> int:
    """Hold what is open, and once for each head what is unsent: what was released since stays so. Returns how many requests."""
    told = f"{outside.generation} {outside.seq} {outside.hash}"

    def change(book: Book) -> int:
        held = doubt(book)
        if book.db.execute(select(meta.c.value).where(meta.c.name == DOUBTED)).scalar() != told:
            keep_back(book)
            book.db.execute(_NOTED, {"name": DOUBTED, "value": told})
        return held

    return desk.ledger.write(change)


def hold_to(desk: Desk, told: Outside) -> bool:
    """Compare with a genuine head that came by another way than the files; when the ledger does not go on from it, keep it there.

    So each later start finds it too, until somebody reconciles. Returns and raises as `compare` does; raises CannotCopy.
    """
    try:
        return compare(desk, told.where, told.head)
    except (Behind, Forked):
        _keep_outside(desk, told.head, told.signature)
        raise


def _keep_outside(desk: Desk, head: Head, signature: Signature) -> None:
    for path in copies(desk):
        if (head, signature) not in read(path):
            append(path, line_of(head, signature))


def hold_to_own(desk: Desk) -> None:
    """A server may have failed over to a replica that lacks what this process committed: then nothing else may know of it.

    Raises as `hold_to` does, and NoKey.
    """
    if desk.ledger.committed is None:
        return
    seq, digest = desk.ledger.committed
    if _hash_of(desk, seq) == digest:
        return
    here = current(desk)
    own = Head(here.ledger, here.generation, seq, digest, here.at)
    try:
        compare(desk, "what this process committed", own)
    except (Behind, Forked):  # what is open is held before a key is wanted
        _keep_outside(desk, own, sign_head(desk, own))
        raise


def _hash_of(desk: Desk, event: int) -> str | None:
    with desk.ledger.view() as view:
        return cast("str | None", view.value("SELECT hash FROM events WHERE seq = :event", event=event))


def remember(desk: Desk, found: Mapping[str, Head]) -> None:
    """Note that these copies were compared now, up to these heads."""
    now = iso(desk.clock.now())

    def change(book: Book) -> None:
        held = json.loads(book.db.execute(select(meta.c.value).where(meta.c.name == COMPARED)).scalar() or "{}")
        held |= {name: [head.seq, now] for name, head in found.items()}
        book.db.execute(_NOTED, {"name": COMPARED, "value": canonical(held)})

    if found:
        desk.ledger.write(change)


_NOTED = text("INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
"""Several workers may start at once."""


def last_compared(desk: Desk) -> list[Compared]:
    """Each configured copy, in order, with what starts and comparisons noted; time-stamps are none. Raises StrangeCopy."""
    held = json.loads(desk.ledger.setting(COMPARED) or "{}")
    mailed = [one for one in desk.settings.audit.copies if one.startswith("mail:")]
    return [Compared(name, *held.get(name, ())) for name in (*files(desk), *mailed)]


def compared_with(desk: Desk, mailed: Mapping[str, Outside]) -> list[Compared]:
    """For `audit verify`, which has just compared every file and these mailed copies: as `last_compared`, up to date."""
    now, here = iso(desk.clock.now()), {name: told.head for name, told in mailed.items()}
    for name, path in files(desk).items():
        if own := _of_this_ledger(desk, path):
            here[name] = max(own, key=_reach)[0]
    return [Compared(one.copy, here[one.copy].seq, now) if one.copy in here else one for one in last_compared(desk)]


def problems(desk: Desk, mailed: Iterable[Outside] = ()) -> Iterator[tuple[int, str]]:
    """For `audit verify`: every head outside must be of an event that is still here, with the same hash. Changes nothing."""
    here = current(desk)
    told = [(path.name, head) for path in copies(desk) for head, _ in read(path)] + [(one.where, one.head) for one in mailed]
    with desk.ledger.read() as db:
        for where, head in told:
            if head.ledger != here.ledger or head.generation != here.generation or not head.seq:
                continue
            found = db.execute(select(events.c.hash).where(events.c.seq == head.seq)).scalar()
            if found != head.hash:
                yield head.seq, f"{where} knows another event" if found else f"{where} knows an event that is gone"


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
    said = statement(desk)
    if desk.policy.approvals > 0:
        if signature is None:
            raise NoKey(what="reconciling needs a signature")
        check_approval(desk.who, signature, said, "the reconciliation", "", approvers(desk.policy.approvers))
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
