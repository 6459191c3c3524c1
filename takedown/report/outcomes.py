"""What became of it: figures by group over a window, as they are or as they were, and one paragraph that can be quoted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from takedown.clock import iso, utc
from takedown.contract import TakedownError, UsageError
from takedown.desk import Desk
from takedown.ledger.book import canonical
from takedown.ledger.ids import batch_id
from takedown.ledger.tables import events
from takedown.report.cells import Scope, cells
from takedown.report.figures import Figures, Rate, percent, tally, total
from takedown.report.past import cells_at

QUOTED = "report.quoted"


class ThresholdMissed(TakedownError):
    """The rate agreed by claim and observation is {rate}, {threshold} was asked for."""

    code, exit = "TD-1301", 13
    why, do = "{why}", "takedown status"


class NoSuchQuote(UsageError):
    """No report was quoted as {quote}."""

    code, why, do = "TD-0013", "this ledger has recorded none of that id", "takedown report --brief"


@dataclass(frozen=True, slots=True)
class Report:
    """`at`: the time that the figures are of, seconds since the epoch. `scope.since` bounds the cases' import."""

    ledger: str
    authority: str
    by: str
    scope: Scope
    at: float
    groups: Mapping[str, Figures]

    @property
    def whole(self) -> Figures:
        return total(self.groups.values())

    @property
    def window(self) -> str:
        """`batch B-2, cases imported from 2026-01-01 on, as of 2026-02-01 12:00 UTC`"""
        batch = f"batch {batch_id(self.scope.batch)}" if self.scope.batch is not None else "all batches"
        start = (
            f"cases imported from {utc(self.scope.since):%Y-%m-%d %H:%M} UTC on" if self.scope.since is not None else "all cases"
        )
        return f"{batch}, {start}, as of {utc(self.at):%Y-%m-%d %H:%M} UTC"

    @property
    def id(self) -> str:
        """Of exactly these figures: a prefix of the sha256 over the ledger, the window and every count."""
        counts = {name: _counts(figures) for name, figures in self.groups.items()}
        shaped = {"ledger": self.ledger, "by": self.by, "window": self.window, "at": iso(self.at), "groups": counts}
        return hashlib.sha256(canonical(shaped).encode()).hexdigest()[:12]

    def check(self, threshold: float) -> None:
        """Raise ThresholdMissed unless the agreed rate reaches `threshold`, a fraction in [0, 1]."""
        agreed = self.whole.agreed
        if agreed.value is None:
            raise ThresholdMissed(rate="none", threshold=percent(threshold), why="no case was delivered in this window")
        if agreed.value < threshold:
            seen = "" if looked(self.whole) else "; nobody has looked yet"
            why = f"{agreed.numerator} of {agreed.denominator} delivered cases, {agreed.pending} pending{seen}"
            raise ThresholdMissed(rate=f"{agreed.value:.1%}", threshold=f"{threshold:.1%}", why=why)


def report(desk: Desk, by: str = "platform", scope: Scope | None = None, as_of: float | None = None) -> Report:
    """The figures of now, or as they were at `as_of` (seconds since the epoch; see `past` for what can be made again).

    Raises UsageError for a time that has not come.
    """
    now, wanted = desk.clock.now(), scope or Scope()
    if as_of is not None and as_of > now:
        raise UsageError(what=f"--as-of {iso(as_of)} has not come yet", why="only the past was recorded", do="takedown report")
    with desk.ledger.read() as db:
        found = cells(db, by, wanted) if as_of is None else cells_at(db, as_of, by, wanted)
        groups = tally(found)
    authority = desk.settings.authority.name or "The authority"
    return Report(desk.ledger.setting("ledger"), authority, by, wanted, as_of if as_of is not None else now, groups)


def looked(figures: Figures) -> bool:
    """Whether anything was probed at all; without it a rate by observation says nothing."""
    return any(count for value, count in figures.seen.items() if value != "none")


def brief(found: Report) -> str:
    """One paragraph, with its unit, window, pending cases and id."""
    whole = found.whole
    rates = [f"By claim, platforms acted on {whole.by_claim}"]
    if looked(whole):
        rates += [f"by observation {whole.by_observation}", f"agreed by both {whole.agreed}"]
    unseen = "" if looked(whole) else " No case has been looked at by ourselves yet."
    out = (
        f" {whole.left_out} delivered cases closed as mistake, duplicate or out of scope are in no rate."
        if whole.left_out
        else ""
    )
    return (
        f"{found.authority} recorded {whole.cases} cases and delivered {whole.asked} ({found.window}). {', '.join(rates)}; "
        f"the unit is the case, the denominator the delivered cases, the interval Wilson's at 95 %.{unseen}{out} [{found.id}]"
    )


def quoted(db: Connection, quote: str) -> dict[str, Any]:
    """The text and window recorded under an id. Raises NoSuchQuote."""
    row = db.execute(select(events.c.data, events.c.at).where(events.c.subject == quote, events.c.kind == QUOTED)).first()
    if row is None:
        raise NoSuchQuote(quote=repr(quote))
    return {**json.loads(row[0]), "quoted_at": row[1]}


def quote(desk: Desk, found: Report) -> str:
    """The brief; its text is recorded under its id, so that it can be found again."""
    text = brief(found)
    desk.ledger.write(lambda book: book.record(QUOTED, found.id, {"text": text, "window": found.window}, {"by": desk.who}))
    return text


def rates(figures: Figures) -> dict[str, Rate]:
    return {"claim": figures.by_claim, "observation": figures.by_observation, "agreed": figures.agreed}


def _counts(figures: Figures) -> dict[str, Any]:
    maps = ("delivery", "claimed", "observed", "closed", "said", "seen", "contradictions")
    numbers = ("cases", "asked", "left_out", "pending", "acted_claims", "acted_seen", "acted_both")
    return {**{name: dict(getattr(figures, name)) for name in maps}, **{name: getattr(figures, name) for name in numbers}}
