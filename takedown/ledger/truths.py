"""What platforms claim and what we saw, appended and never changed; a case's `claimed` and `observed` sum them up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, RowMapping, bindparam, func, insert, select, update

from takedown.ledger.book import Book
from takedown.ledger.ids import case_id
from takedown.ledger.seals import claim_seal, salts, sighting_seal
from takedown.ledger.states import ACTED as ACTED  # claims are asked for together with what they mean
from takedown.ledger.states import FINAL as FINAL
from takedown.ledger.states import UNREACHABLE as UNREACHABLE
from takedown.ledger.tables import cases, claims, sightings
from takedown.ledger.withdrawals import ANSWERABLE, answered


@dataclass(frozen=True, slots=True)
class Claim:
    """What was said of one case. `source`: status_api, mail or by_hand; `decided_at` in seconds since the epoch."""

    case: int
    value: str
    source: str
    request: int | None = None
    ground: str = ""
    territory: str = ""
    reason_code: str = ""
    reason: str = ""
    decided_at: float | None = None
    by: str = ""
    evidence: str = ""


def add_claims(book: Book, found: list[Claim]) -> int:
    """Append those claims that say something new; returns how many did. One event tells of all of them."""
    last = _newest(book, {one.case for one in found})
    fresh = [one for one in found if _is_news(one, last.get((one.case, one.request)))]
    told: list[list[object]] = []
    for one, salt in zip(fresh, salts(len(fresh)), strict=True):
        row: dict[str, Any] = {name: getattr(one, name) for name in Claim.__slots__}
        row |= {"recorded_at": book.now, "salt": salt}
        row["id"] = book.db.execute(_ADDED, row).scalar_one()
        told.append([case_id(one.case), one.value, one.ground, row["id"], claim_seal(row)])
        book.db.execute(
            _SUMMED_UP[_decides(one)], {"a_case": one.case, "a_value": one.value, "a_ground": one.ground, "a_time": book.now}
        )
    if fresh:
        private = {"by": fresh[0].by} if fresh[0].by else None
        book.record("claims.recorded", case_id(fresh[0].case), {"source": fresh[0].source, "claims": told}, private)
    return len(fresh)


def _decides(one: Claim) -> str:
    return "acted" if one.value in ACTED else "declined" if one.value in FINAL else ""


def _newest(book: Book, numbers: Collection[int]) -> dict[tuple[int, int | None], RowMapping]:
    """The newest claim of each of these cases and each request: two may carry a case, and each has a status of its own."""
    ordered, found = sorted(numbers), dict[tuple[int, int | None], RowMapping]()
    for start in range(0, len(ordered), 500):
        for row in book.db.execute(_SAID, {"numbers": ordered[start : start + 500]}).mappings():
            found[row["case"], row["request"]] = row
    return found


def _is_news(one: Claim, last: RowMapping | None) -> bool:
    return last is None or any(last[name] != getattr(one, name) for name in SAID)


SAID = ("value", "ground", "territory", "reason_code", "reason", "decided_at")
_SAID = (
    select(claims.c.case, claims.c.request, *(claims.c[name] for name in SAID))
    .where(claims.c.case.in_(bindparam("numbers", expanding=True)))
    .order_by(claims.c.id)
)
_ADDED = insert(claims).returning(claims.c.id)
_TIME: BindParameter[float] = bindparam("a_time")
_CLAIMED = (
    update(cases)
    .where(cases.c.id == bindparam("a_case"))
    .values(claimed=bindparam("a_value"), claimed_at=_TIME, updated_at=_TIME)
)
_SUMMED_UP = {
    "": _CLAIMED,
    "acted": _CLAIMED.values(ground=bindparam("a_ground"), acted_at=func.coalesce(cases.c.acted_at, _TIME)),
    "declined": _CLAIMED.values(declined_at=func.coalesce(cases.c.declined_at, _TIME)),
}
"""What a claim leaves with its case besides its value: a final one, on which ground, and when such a claim first came."""


HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one look at one case showed. `vantage`: the country we looked from; `source`: probe or by_hand."""

    case: int
    value: str
    method: str
    trust: str
    vantage: str
    source: str = "probe"
    why: str = ""
    countries: str = ""
    stable_id: str = ""
    final_url: str = ""
    status: int | None = None
    body_sha256: str = ""
    evidence: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A case whose `observed` became another with a sighting."""

    case: int
    was: str
    now: str

    @property
    def came_back(self) -> bool:
        return self.was in UNREACHABLE and self.now == "available"


def observed_after(was: str, earlier: Sequence[Mapping[str, Any]], new: Sighting, now: float, hour: float) -> str:
    """What a case is observed to be after a new sighting. `earlier`: its sightings, oldest first; `hour`: in our seconds.

    A look that failed says nothing against a removal that was confirmed, but it leaves nothing "still up". What a probe finds
    missing counts when it was seen available before, and when the same was found from the same country at least an hour
    earlier with nothing else found in between. A person who looks with evidence counts at once.
    """
    if new.value == "unknown":
        return was if was in UNREACHABLE else "unknown"
    if new.value == "available" or new.source == "by_hand":
        return new.value
    told = [one for one in earlier if one["value"] != "unknown"]
    if not any(one["value"] == "available" for one in told):
        return was if was in UNREACHABLE else "unknown"
    for one in reversed(told):
        if one["value"] == "available":
            break
        alike = one["value"] == new.value and one["vantage"] == new.vantage
        if alike and (one["source"] == "by_hand" or now - one["recorded_at"] >= hour):
            return new.value
    return was or "unknown"


def add_sightings(book: Book, found: Sequence[Sighting], hour: float = HOUR) -> list[Change]:
    """Append what was seen and carry it into the cases; returns the cases that changed. One event tells of all of them."""
    changes: list[Change] = []
    restored: list[int] = []
    told: list[list[object]] = []
    for one, salt in zip(found, salts(len(found)), strict=True):
        history = select(sightings).where(sightings.c.case == one.case)
        earlier = [{**row} for row in book.db.execute(history.order_by(sightings.c.id)).mappings()]
        was, withdrawal = book.db.execute(select(cases.c.observed, cases.c.withdrawal).where(cases.c.id == one.case)).one()
        after = observed_after(was, earlier, one, book.now, hour)
        row: dict[str, Any] = {name: getattr(one, name) for name in Sighting.__slots__}
        row |= {"observed": after, "recorded_at": book.now, "salt": salt}
        row["id"] = book.db.execute(insert(sightings).values(**row).returning(sightings.c.id)).scalar_one()
        told.append([case_id(one.case), one.value, one.evidence, row["id"], sighting_seal(row)])
        if after != was:
            first = {"gone_at": func.coalesce(cases.c.gone_at, book.now)} if after in UNREACHABLE else {}
            book.db.execute(update(cases).where(cases.c.id == one.case).values(observed=after, updated_at=book.now, **first))
            changes.append(Change(one.case, was, after))
        if one.value == "available" and withdrawal in ANSWERABLE:
            restored.append(one.case)
    answered(book, restored, "restored", found[0].source if found else "probe")
    if found:
        data = {"source": found[0].source, "vantage": found[0].vantage, "sightings": told}
        private = {"by": found[0].by} if found[0].by else None
        book.record("sightings.recorded", case_id(found[0].case), data, private)
    return changes
