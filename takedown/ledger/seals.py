"""What the chain commits to besides its own words: a salted hash of each row that a report or a court would rest on.

A seal is `SHA256(salt || canonical JSON of the row's values)`. It stands in an event, the salt beside the row, so that an edited,
removed or added row is found, and a row can be erased (values and salt) while the chain stays valid.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Text, cast, insert, select

from takedown.ledger.book import Book
from takedown.ledger.canonical import canonical
from takedown.ledger.ids import case_id, request_id
from takedown.ledger.prepared import Prepared
from takedown.ledger.tables import attempts, cases, past_seals

SALT = 16
CASE = (
    "authority", "platform", "kind", "key", "identity", "url", "basis", "measure", "reference", "reason", "proportionality",
    "organisation", "territory", "platform_id", "language", "first_seen", "followers", "fields", "evidence",
)  # fmt: skip
"""What is sealed of a case: what was asked for, not what became of it. The last two are JSON."""
CLAIM = (
    "id",
    "case",
    "request",
    "value",
    "ground",
    "territory",
    "reason_code",
    "reason",
    "decided_at",
    "source",
    "by",
    "evidence",
)
SIGHTING = (
    "id", "case", "value", "why", "countries", "stable_id", "method", "trust", "vantage", "final_url", "status", "body_sha256",
    "evidence", "source", "by", "observed",
)  # fmt: skip
ATTEMPT = ("request", "number", "outcome", "status", "detail", "started_at", "ended_at", "reply")


def seal(salt: bytes, values: Sequence[object]) -> bytes:
    """32 bytes over text, whole numbers and None."""
    return hashlib.sha256(salt + canonical(values).encode()).digest()


def case_values(values: Sequence[Any]) -> list[object]:
    """Values in the order of `CASE`, with JSON as canonical text: a ledger that moves writes it with other blanks and escapes."""
    *said, fields, evidence = values
    return [*said, _plain(fields), _plain(evidence)]


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    return canonical(json.loads(text))


def case_seal(row: Mapping[str, Any]) -> str:
    """Of a row as `CASE_ROW` reads it."""
    return seal(row["salt"], case_values([row[name] for name in CASE])).hex()


def claim_values(row: Mapping[str, Any]) -> list[object]:
    return [millis(row[name]) for name in (*CLAIM, "recorded_at")]


def claim_seal(row: Mapping[str, Any]) -> str:
    return seal(row["salt"], claim_values(row)).hex()


def sighting_values(row: Mapping[str, Any]) -> list[object]:
    return [millis(row[name]) for name in (*SIGHTING, "recorded_at")]


def sighting_seal(row: Mapping[str, Any]) -> str:
    return seal(row["salt"], sighting_values(row)).hex()


def attempt_seal(salt: bytes, values: Sequence[Any]) -> str:
    """Of the values in the order of `ATTEMPT`; `salt` is the request's."""
    return seal(salt, attempt_values(values)).hex()


def attempt_values(values: Sequence[Any]) -> list[object]:
    *said, started, ended, reply = values
    answer = None if reply is None else hashlib.sha256(reply).hexdigest()
    return [*said, round(started * 1000), round(ended * 1000), answer]


def millis(value: object) -> object:
    """Times as whole milliseconds, so that no two programs print a row in two ways; anything else as it is."""
    return round(value * 1000) if isinstance(value, float) else value


def salts(count: int) -> Iterator[bytes]:
    drawn = os.urandom(SALT * count)
    return (drawn[at : at + SALT] for at in range(0, len(drawn), SALT))


def add_attempts(book: Book, tries: Sequence[tuple[bytes, Mapping[str, Any]]]) -> None:
    """Write down attempts, each with its request's salt; one event tells of all of them."""
    if not tries:
        return
    rows: list[dict[str, Any]] = [{"status": None, "reply": None, **row} for _, row in tries]
    _TRIED.each(book.db, rows)
    salted = zip((salt for salt, _ in tries), rows, strict=True)
    told = [[row["request"], attempt_seal(salt, [row[name] for name in ATTEMPT])] for salt, row in salted]
    book.record("attempts.recorded", request_id(rows[0]["request"]), {"attempts": told})


_TRIED = Prepared(insert(attempts), names=ATTEMPT)
CASE_ROW = select(
    cases.c.id,
    cases.c.batch,
    cases.c.salt,
    *(cast(cases.c[name], Text).label(name) if name in {"fields", "evidence"} else cases.c[name] for name in CASE),
)


def set_aside(book: Book, number: int) -> None:
    """Keep the seal that a case was made with, before its row is changed or erased: the batch's event is over it."""
    if book.db.execute(select(past_seals.c.case).where(past_seals.c.case == number)).first() is None:
        row = book.db.execute(CASE_ROW.where(cases.c.id == number)).mappings().one()
        book.db.execute(insert(past_seals).values(case=number, seal=case_seal({**row}) if row["salt"] else ""))


def reseal(book: Book, number: int) -> None:
    """Record the seal of a case whose row was changed; `set_aside` was called before it was."""
    row = book.db.execute(CASE_ROW.where(cases.c.id == number)).mappings().one()
    book.record("case.sealed", case_id(number), {"seal": case_seal({**row})})
