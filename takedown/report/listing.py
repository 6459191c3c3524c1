"""Lists of cases that filter and stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from takedown.clock import iso
from takedown.contract.errors import UsageError
from takedown.display.words import WORDS
from takedown.ledger.ids import batch_id, case_id, request_id
from takedown.ledger.reader import Reader, among
from takedown.ledger.states import FINAL, UNREACHABLE, State
from takedown.report.differing import DIFFERING
from takedown.report.figures import CLAIMED, DELIVERY, NOT_LOOKED, OBSERVED

VALUES: Mapping[str, Sequence[str]] = {
    "delivery": DELIVERY,
    "claimed": CLAIMED,
    "observed": OBSERVED,
    "withdrawal": tuple(WORDS["withdrawal"]),
}
COLUMNS = {"delivery": "delivered", "claimed": "claimed", "observed": "observed", "withdrawal": "withdrawal"}
LISTED = """SELECT c.id, c.batch, c.platform, c.kind, c.key, c.url, c.reference, c.delivered, c.claimed, c.observed,
  c.withdrawal, c.closed, c.held, c.doubted_at, c.moved_to, c.request, r.receipt, r.attempts, c.updated_at
  FROM (SELECT * FROM cases WHERE {where}) c LEFT JOIN requests r ON r.id = c.request ORDER BY c.id"""
PROPOSED = "id IN (SELECT \"case\" FROM returns WHERE state = 'open')"
PENDING = f"""delivered = '{State.SENT.value}' AND withdrawal = 'none' AND claimed NOT IN {among(FINAL)}
  AND observed NOT IN {among(UNREACHABLE)}"""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases: open ones, closed ones, or (closed None) both; narrowed by value, platform, batch, or to pending ones.

    withdrawal: of those withdrawn both.

    differs: a word of DIFFERING. proposed: only those of which a return is proposed, open or closed.
    """

    delivery: str | None = None
    claimed: str | None = None
    observed: str | None = None
    platform: str | None = None
    batch: int | None = None
    pending: bool = False
    closed: bool | None = False
    differs: str | None = None
    proposed: bool = False
    withdrawal: str | None = None

    def __post_init__(self) -> None:
        for truth, values in VALUES.items():
            value = getattr(self, truth)
            if value is not None and value not in values:
                raise UsageError(
                    what=f"--{truth} {value!r} is no value", why=f"known are {', '.join(values)}", do="takedown case list"
                )
        if self.differs is not None and self.differs not in DIFFERING:
            known = ", ".join(DIFFERING)
            raise UsageError(what=f"--differs {self.differs!r} is no value", why=f"known are {known}", do="takedown case list")

    @property
    def where(self) -> str:
        """A condition on the columns of `cases`, with `given` as its parameters."""
        found = [f"{column} = :{column}" for column in self.given]
        if self.withdrawal not in {None, "none"}:
            found.append("withdrawal <> 'none'")  # its index is of those alone
        elif self.closed is not None:
            found.append("closed <> ''" if self.closed else "closed = ''")
        if self.pending:
            found.append(PENDING)
        if self.differs is not None:
            found.append(DIFFERING[self.differs])
        if self.proposed:
            found.append(PROPOSED)
        return " AND ".join(found or ["1 = 1"])

    @property
    def given(self) -> dict[str, str | int]:
        """Column -> value that it must have."""
        wanted = {column: getattr(self, truth) for truth, column in COLUMNS.items()}
        if self.observed == NOT_LOOKED:
            wanted["observed"] = ""
        wanted |= {"platform": self.platform, "batch": self.batch}
        return {column: value for column, value in wanted.items() if value is not None}


def count(ledger: Reader, chosen: Filter) -> int:
    return int(ledger.value(f"SELECT count(*) FROM cases WHERE {chosen.where}", **chosen.given))  # noqa: S608 -- of constants


def listed(ledger: Reader, chosen: Filter, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """Cases in the order of their numbers, as items of `case list --json`; streamed, so that any number of them fits."""
    if limit is None:
        rows = ledger.stream(LISTED.format(where=chosen.where), **chosen.given)
    else:
        # Numbers first, from an index that holds what is filtered by: a rare value would else be sought in every row.
        numbers = f"SELECT id FROM cases WHERE {chosen.where} ORDER BY id LIMIT :most"  # noqa: S608 -- of constants
        rows = ledger.rows(LISTED.format(where=f"id IN ({numbers})"), most=limit, **chosen.given)
    return map(_item, rows)


def _item(row: tuple[Any, ...]) -> dict[str, Any]:
    case, batch, platform, kind, key, url, reference, delivered, claimed, observed, withdrawal, closed, *rest = row
    held, doubted_at, moved_to, request, receipt, tries, changed = rest
    return {
        "case": case_id(case),
        "batch": batch_id(batch),
        "platform": platform,
        "kind": kind,
        "key": key,
        "url": url,
        "reference": reference,
        "delivery": delivered,
        "claimed": claimed,
        "observed": observed or NOT_LOOKED,
        "withdrawal": withdrawal,
        "closed": closed,
        "held": held,
        "doubted_at": iso(doubted_at) if doubted_at else None,
        "moved_to": moved_to,
        "request": request_id(request) if request else None,
        "receipt": receipt or None,
        "attempts": tries or 0,
        "updated_at": iso(changed),
    }
