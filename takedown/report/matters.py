"""What a matter is that waits for a person or for time, and the view of the ledger that it is found in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from takedown.ledger.reader import Reader
from takedown.reading import Reading

if TYPE_CHECKING:
    from takedown.desk import Desk

CARRYING = """ AND EXISTS (SELECT 1 FROM request_cases k JOIN cases c ON c.id = k."case"
  WHERE k.request = r.id AND c.batch = :batch)"""
"""Only requests, as `r`, that carry a case of the batch."""
OF_BATCH = f"AND EXISTS (SELECT 1 FROM requests r WHERE r.plan = plans.id {CARRYING})"  # noqa: S608 -- of constants, here and below


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

    reading: Reading
    ledger: Reader
    desk: Callable[[], Desk]
    now: float
    batch: int | None = None

    @property
    def in_batch(self) -> str:
        return f" --batch B-{self.batch}" if self.batch is not None else ""

    def cases(self, sql: str, **values: object) -> Iterator[tuple[Any, ...]]:
        """`{mine}` in the SQL becomes the condition that a case is of the batch."""
        return self._asked(sql, " AND batch = :batch", values)

    def of_cases(self, sql: str, **values: object) -> Iterator[tuple[Any, ...]]:
        """`{mine}` in the SQL becomes the condition that the row's `case` is of the batch."""
        return self._asked(sql, ' AND "case" IN (SELECT id FROM cases WHERE batch = :batch)', values)

    def requests(self, sql: str, **values: object) -> Iterator[tuple[Any, ...]]:
        """`{mine}` in the SQL becomes the condition that the request `r` carries a case of the batch."""
        return self._asked(sql, CARRYING, values)

    def plans(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """`{mine}` in the SQL becomes the condition that one of the plan's requests carries a case of the batch."""
        return self._asked(sql, OF_BATCH, {})

    def _asked(self, sql: str, mine: str, values: dict[str, object]) -> Iterator[tuple[Any, ...]]:
        if self.batch is None:
            return self.ledger.rows(sql.format(mine=""), **values)
        return self.ledger.rows(sql.format(mine=mine), batch=self.batch, **values)
