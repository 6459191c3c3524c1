"""What a matter is that waits for a person or for time, and the view of the ledger that it is found in."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select

from takedown.desk import Desk
from takedown.ledger.tables import cases, request_cases, requests


@dataclass(frozen=True, slots=True)
class Matter:
    """`count` things of a `unit` that wait; why; until when (seconds since the epoch); and the command to paste."""

    kind: str
    what: str
    count: int
    unit: str
    why: str = ""
    do: str = ""
    until: float | None = None


@dataclass(frozen=True, slots=True)
class View:
    """What the questions below are asked of: one consistent view of the ledger, at one time, of all cases or one batch's."""

    desk: Desk
    db: Connection
    now: float
    batch: int | None = None

    @property
    def in_batch(self) -> str:
        return f" --batch B-{self.batch}" if self.batch is not None else ""

    def carrying(self) -> list[ColumnElement[bool]]:
        """Only requests that carry a case of the batch."""
        if self.batch is None:
            return []
        joined = request_cases.join(cases, cases.c.id == request_cases.c.case)
        mine = (request_cases.c.request == requests.c.id, cases.c.batch == self.batch)
        return [select(cases.c.id).select_from(joined).where(*mine).exists()]
