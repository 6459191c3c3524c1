"""Which legal packs the cases of a batch could meet, and what they lack for the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from takedown.contract import Case
from takedown.ledger.errors import NoSuchBatch
from takedown.ledger.ids import batch_id
from takedown.ledger.rows import to_case
from takedown.ledger.tables import batches, cases
from takedown.notices import Pack, Problem, case_values


@dataclass(frozen=True, slots=True)
class Fit:
    """A case and, by pack, what it lacks: nothing where it is complete. Its own basis may no longer be among the packs."""

    case: Case
    lacks: Mapping[str, Sequence[Problem]]

    @property
    def meets(self) -> tuple[str, ...]:
        return tuple(pack for pack, problems in self.lacks.items() if not problems)

    @property
    def stands(self) -> bool:
        """Whether it is complete under the basis that it names."""
        return self.case.basis in self.meets


@dataclass(frozen=True, slots=True)
class Tally:
    """How many cases are complete under a pack, and how many lack each column, the most frequent first."""

    pack: str
    complete: int
    lacking: Mapping[str, int]


def fits(db: Connection, packs: Mapping[str, Pack], batch: int) -> Iterator[Fit]:
    """Every case of the batch, closed ones included. Raises NoSuchBatch."""
    if not db.execute(select(batches.c.id).where(batches.c.id == batch)).first():
        raise NoSuchBatch(batch=batch_id(batch))
    query = select(cases).where(cases.c.batch == batch).order_by(cases.c.id)
    for row in db.execute(query, execution_options={"yield_per": 1000}).mappings():
        case = to_case(row)
        values = case_values(case)
        yield Fit(case, {name: pack.missing(values, case.measure) for name, pack in packs.items()})


def tally(found: Sequence[Fit], packs: Mapping[str, Pack]) -> list[Tally]:
    return [_tally(found, name) for name in packs]


def _tally(found: Sequence[Fit], pack: str) -> Tally:
    lacking = Counter(name for fit in found for name in dict.fromkeys(one.field for one in fit.lacks[pack]))
    return Tally(pack, sum(not fit.lacks[pack] for fit in found), dict(lacking.most_common()))
