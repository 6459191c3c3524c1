"""Attempts against the seals that events hold, and requests that are called sent against their attempts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, select

from takedown.audit.chain import FAULTS, Told, tuples
from takedown.ledger.ids import request_id
from takedown.ledger.seals import ATTEMPT, attempt_seal
from takedown.ledger.tables import attempts

TRIED = select(attempts.c.id, *(attempts.c[name] for name in ATTEMPT))


def of_attempts(db: Connection, told: Told, salts: Mapping[int, bytes], sent: Sequence[int]) -> Iterator[str]:
    """Each attempt is one that was recorded, and none is gone; each request of `sent` has one that was.

    `salts`: request -> its salt, empty once it is erased. Of `told`, what was found is taken out: a copy of millions takes long.
    """
    expected, oldest, proven = told.attempts, told.unsealed.get("attempts", 0), set[int]()
    for ident, *values in tuples(db, TRIED):
        request, _, outcome, *_ = values
        if outcome == "sent":
            proven.add(request)
        salt = salts.get(request)
        if not salt or ident <= oldest:
            continue
        try:
            known = expected.pop(attempt_seal(salt, values), None)
        except FAULTS:
            known = None
        if known is None:
            yield f"an attempt of {request_id(request)} is not what was recorded"
    for request in sorted(set(expected.values())):
        if salts.get(request):
            yield f"an attempt of {request_id(request)} that was recorded is gone"
    for request in sorted(set(sent) - proven):
        yield f"{request_id(request)} is sent, but no attempt is recorded that was"
