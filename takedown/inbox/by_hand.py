"""Claims that people read somewhere and write down: one case after another, or a portal's own list."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

from sqlalchemy import Connection, select

from takedown.contract import InputRejected, NotATarget, TakedownError, UsageError
from takedown.contract.platform import STATUSES
from takedown.desk import Desk
from takedown.inbox.people import request_of
from takedown.intake.territories import read_territory
from takedown.ledger.ids import number
from takedown.ledger.tables import cases, request_cases, requests
from takedown.ledger.truths import Claim, add_claims
from takedown.registry import Recogniser

GROUNDS = ("own_rules", "local_law")
NAMES = ("case", "url", "reference")
COLUMNS = (*NAMES, "value", "ground", "territory", "reason_code", "reason", "at")
LARGEST = 20_000_000


class BadClaim(UsageError):
    """{what} is no claim: {why_not}."""

    code, why, do = "TD-0856", "values are {values}", "takedown claim add CASE --value removed --ground local_law --territory PK"


class BadList(InputRejected):
    """{file} is not taken: {count} rows have a problem, nothing was recorded."""

    code, why, do = "TD-0857", "{problems}", "mend the rows, then run the same command again"


class NotAList(InputRejected):
    """{file} is not a list of claims: {what}."""

    code, why = "TD-0858", "it is CSV in UTF-8 with a column value, and one of case, url, reference"
    do = "takedown claim import FILE, with the columns " + ", ".join(COLUMNS)


@dataclass(frozen=True, slots=True)
class Said:
    """What was read: a claimed value, with ground and territory as they were told. `at`: when it was decided."""

    value: str
    ground: str = ""
    territory: str = ""
    reason_code: str = ""
    reason: str = ""
    at: float | None = None


def said(given: Mapping[str, str], now: float) -> Said:
    """Checked words of a person or a row. Raises BadClaim."""
    value, ground = (given.get(name, "").strip().lower().replace(" ", "_") for name in ("value", "ground"))
    if value not in STATUSES:
        raise _bad(repr(given.get("value", "")), "no platform's answer is called so")
    if ground and ground not in GROUNDS:
        raise _bad(f"ground {ground!r}", f"a ground is {' or '.join(GROUNDS)}")
    territory, stranger = read_territory(given.get("territory", ""))
    if stranger:
        raise _bad(f"territory {stranger!r}", "a territory is a country in two letters, ISO 3166")
    texts = {name: given.get(name, "").strip() for name in ("reason_code", "reason")}
    if len(texts["reason_code"]) > 200 or len(texts["reason"]) > 2000:
        raise _bad("the reason", "it has more than 2,000 characters, or its code more than 200")
    return Said(value, ground, territory, **texts, at=_moment(given.get("at", ""), now))


def _bad(what: str, why_not: str) -> BadClaim:
    return BadClaim(what=what, why_not=why_not, values=", ".join(sorted(STATUSES)))


def _moment(text: str, now: float) -> float | None:
    if not text.strip():
        return None
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        raise _bad(f"at {text!r}", "a time is written 2026-01-02 or 2026-01-02T03:04+05:00") from None
    seconds = (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    if seconds > now + 86_400:
        raise _bad(f"at {text!r}", "it lies in the future")
    return seconds


def add(desk: Desk, numbers: Sequence[int], told: Said, evidence: str) -> int:
    """Record one claim for each case; returns how many were new. `evidence`: sha256 of a kept file, or empty.

    Raises NoSuchCase, NeverSent.
    """
    return record(desk, [(case, told) for case in numbers], evidence)


def record(desk: Desk, found: Sequence[tuple[int, Said]], evidence: str) -> int:
    claims = [_claim(desk, case, told, evidence) for case, told in found]
    return desk.ledger.write(lambda book: add_claims(book, claims))


def _claim(desk: Desk, case: int, told: Said, evidence: str) -> Claim:
    request = request_of(desk, case)
    base = Claim(case, told.value, "by_hand", request.id, told.ground, told.territory, told.reason_code, told.reason, told.at)
    return replace(base, by=desk.who, evidence=evidence)


def read_list(desk: Desk, file: Path) -> list[tuple[int, Said]]:
    """A portal's own list: every row names a case and says what became of it. Raises NotAList, BadList with all problems."""
    found: list[tuple[int, Said]] = []
    problems: list[str] = []
    recognise = Recogniser({name: desk.platform(name) for name in desk.registry.platforms})
    with desk.ledger.read() as db:
        for line, row in _rows(file):
            try:
                told = said(row, desk.clock.now())
                found += [(case, told) for case in _cases(db, row, recognise)]
            except TakedownError as error:
                problems.append(f"line {line}: {error.message}")
    if problems:
        more = f"; and {len(problems) - 20} more" if len(problems) > 20 else ""
        raise BadList(file=file, count=len(problems), problems="; ".join(problems[:20]) + more)
    if not found:
        raise NotAList(file=file, what="it has no rows")
    return found


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        if file.stat().st_size > LARGEST:
            raise NotAList(file=file, what=f"it has more than {LARGEST:,} bytes")
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise NotAList(file=file, what=(error.strerror or "it cannot be read").lower()) from None
    except UnicodeDecodeError:
        raise NotAList(file=file, what="it is not UTF-8") from None
    reader = csv.DictReader(StringIO(text, newline=""), strict=True)
    try:
        head = [name.strip().lower() for name in reader.fieldnames or ()]
        unknown = [name for name in head if name not in COLUMNS]
        if unknown or "value" not in head or not set(NAMES) & set(head) or len(set(head)) < len(head):
            raise NotAList(file=file, what=f"its columns are {', '.join(head)[:200] or 'none'}")
        reader.fieldnames = head
        for row in reader:
            if None in row or None in row.values():
                raise NotAList(file=file, what=f"line {reader.line_num} has another number of cells than the header")
            yield reader.line_num, {name: value.strip() for name, value in row.items()}
    except csv.Error as error:
        raise NotAList(file=file, what=f"line {reader.line_num}: {error}") from None


def _cases(db: Connection, row: Mapping[str, str], recognise: Recogniser) -> list[int]:
    """The open cases that a row names; a reference of ours names all cases of its request."""
    if named := row.get("case"):
        return [number(named, "C")]
    if link := row.get("url"):
        target = recognise(link)
        if isinstance(target, NotATarget):
            raise _bad(link, target.message)
        query = select(cases.c.id).where(
            cases.c.platform == target.platform, cases.c.identity == target.identity, cases.c.closed == ""
        )
        return _the_one(list(db.execute(query).scalars()), link)
    reference = row.get("reference", "")
    carried = select(request_cases.c.case).join(requests, requests.c.id == request_cases.c.request)
    ours = carried.where(requests.c.reference == reference, request_cases.c.excepted == "")
    if reference and (found := list(db.execute(ours).scalars())):
        return found
    theirs = select(cases.c.id).where(cases.c.reference == reference, cases.c.closed == "")
    return _the_one(list(db.execute(theirs).scalars()) if reference else [], reference)


def _the_one(found: list[int], named: str) -> list[int]:
    if len(found) != 1:
        raise _bad(repr(named[:200]), "no open case has it" if not found else f"{len(found)} open cases have it; name the case")
    return found
