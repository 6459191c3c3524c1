"""Files that the ledger names, those whose time is over, and what is held: as they are read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from takedown.ledger.reader import Readable, Reader

HOLDS = 'SELECT "case", at, "by", reason FROM holds ORDER BY "case"'
FREE = """SELECT id FROM cases WHERE closed_at < :before AND closed <> ''
  AND NOT EXISTS (SELECT 1 FROM holds WHERE holds."case" = cases.id)"""
OF_CASES = (
    "SELECT CAST(evidence AS TEXT), id FROM cases WHERE CAST(evidence AS TEXT) <> '[]'",
    """SELECT CAST(evidence AS TEXT), "case" FROM case_references WHERE CAST(evidence AS TEXT) <> '[]'""",
)
TOLD = (
    """SELECT evidence, "case" FROM claims WHERE evidence <> ''
  AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.sha256 = claims.evidence)""",
    """SELECT evidence, "case" FROM sightings WHERE evidence <> ''""",
    """SELECT evidence, "case" FROM appeals WHERE evidence <> ''""",
)


def holds(ledger: Readable) -> list[dict[str, Any]]:
    """Cases of which nothing is erased: `case, at, by, reason`."""
    with ledger.view() as view:
        return view.records(HOLDS)


def named(ledger: Readable) -> Iterator[tuple[str, int]]:
    """(sha256, case) of every file that a case, a claim, a sighting or an appeal names, and of the originals of redacted copies.

    Not mails, which the ledger holds itself.
    """
    with ledger.view() as view:
        for one, number in _held(view):
            yield one["sha256"], number
            if original := one.get("redacts"):
                yield original, number
        yield from _told(view)


def due(ledger: Readable, closed_before: float) -> list[str]:
    """Files all of whose cases were closed before that time and are not held."""
    kept: set[str] = set()
    over: set[str] = set()
    with ledger.view() as view:
        free = {int(number) for (number,) in view.rows(FREE, before=closed_before)}
        for sha256, case in named(view):
            (over if case in free else kept).add(sha256)
    return sorted(over - kept)


def originals_due(ledger: Readable, redacted_before: str) -> list[str]:
    """Originals of which a redacted copy was made before that moment (as events say it), and that nothing else needs."""
    over: set[str] = set()
    with ledger.view() as view:
        back = {int(one["case"]) for one in holds(view)}
        needed = {sha256 for sha256, _ in _told(view)}
        for one, case in _held(view):
            needed.add(one["sha256"])
            if original := one.get("redacts"):
                free = one.get("redacted_at", "") < redacted_before and case not in back
                (over if free else needed).add(original)
    return sorted(over - needed)


def _held(view: Reader) -> Iterator[tuple[dict[str, str], int]]:
    """Each file as a case holds it, with the case."""
    for query in OF_CASES:
        for text, number in view.stream(query):
            yield from ((one, int(number)) for one in json.loads(text or "[]"))


def _told(view: Reader) -> Iterator[tuple[str, int]]:
    """(sha256, case) of every file that a claim, a sighting or an appeal names."""
    for query in TOLD:
        yield from ((str(sha256), int(number)) for sha256, number in view.stream(query))
