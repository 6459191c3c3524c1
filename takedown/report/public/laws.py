"""Yearly reports that a law asks for. What the ledger does not know is left open for the authority, and never guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from takedown.contract import Instrument
from takedown.desk import Desk
from takedown.ledger.tables import cases
from takedown.ledger.truths import ACTED
from takedown.report.public.counts import (
    APPEALED,
    REQUESTS,
    REVERSED,
    Counts,
    appealed,
    reversed_on_appeal,
    sent_requests,
    within,
)
from takedown.report.public.document import Document, Period, Sheet
from takedown.report.public.hiding import Shown
from takedown.report.public.record import reconcile
from takedown.report.public.transparency import document

OPEN = "to be filled in by the authority"
HOUR = 3600.0
EXACT = (
    "Exact figures, since the law asks for numbers; none is about a person. Where public figures of the same time are published "
    "too, one that is hidden there can be seen here."
)
AS_SAID = "What was done is what the provider said until this report was made."
DSA_NOTES = (
    AS_SAID,
    EXACT,
    "It goes to the Digital Services Coordinator that awarded the status, and is made public; no personal data may be in it.",
    "Read in November 2026 in a stored copy (streamlex.eu/articles/dsa-en-art-22): the sentences on independence, on where the "
    "report goes, and on personal data. From memory, not compared with the law: that it is due once a year, and (a) to (c).",
)
TCO_NOTES = (
    AS_SAID,
    EXACT,
    "An order is one request that was sent; it can name several items of content.",
    "Leave out what would prejudice national security, or the prevention, detection, investigation or prosecution of terrorism.",
    "Article 8 is told from memory: no stored copy of it was found. Article 21 (1), which asks for like figures for the "
    "Commission by 31 March, was read in German in a stored copy (gesetze.legal/eu/vo_eu_2021_784/21) in November 2026.",
)
READ = (
    cases.c.platform, cases.c.basis, cases.c.fields, cases.c.claimed, cases.c.ground, cases.c.closed, cases.c.request,
    cases.c.sent_at, cases.c.acted_at,
)  # fmt: skip
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Year:
    """What was sent under some legal bases in a period: cases, and requests by platform."""

    rows: Sequence[Row]
    requests: Counter[str]
    appealed: int
    reversed: int


def read_year(db: Connection, bases: Sequence[str], period: Period) -> Year:
    query = select(*READ).where(cases.c.basis.in_(bases), *within(period)).order_by(cases.c.id)
    rows = [{**row} for row in db.execute(query).mappings()]
    sent: Counter[str] = Counter()
    for (basis, platform), counts in sent_requests(db, period).items():
        sent[platform] += counts[REQUESTS] * (basis in bases)
    return Year(rows, +sent, *(_of(query(db, period), bases, name) for query, name in APPEALS))


APPEALS = ((appealed, APPEALED), (reversed_on_appeal, REVERSED))


def _of(counts: Counts, bases: Sequence[str], name: str) -> int:
    return sum(found[name] for (basis, _), found in counts.items() if basis in bases)


def of_law(desk: Desk, number: str, instrument: Instrument) -> list[str]:
    """The packs under a regulation, as 2022/2065, that are of this instrument; an operator's own among them."""
    return [pack.id for pack in desk.packs.values() if number in pack.law and pack.instrument is instrument]


def dsa_22(desk: Desk, period: Period) -> Document:
    """Article 22 (3) of Regulation (EU) 2022/2065: a trusted flagger's report on its notices. Raises DoesNotReconcile."""
    record, _, _ = reconcile(desk, period)
    with desk.ledger.read() as db:
        found = read_year(db, of_law(desk, "2022/2065", Instrument.NOTICE), period)
    items = Counter(row["platform"] for row in found.rows)
    kinds = Counter(_kind(row) for row in found.rows)
    named = sum(bool(str(row["fields"].get("trusted_flagger", "")).strip()) for row in found.rows)
    did = Counter(_action(row) for row in found.rows)
    sheets = [
        Sheet("(a) Notices by provider of hosting services", ("provider", "notices", "items notified"),
              _with_sum([[_title(desk, name), found.requests[name], count] for name, count in sorted(items.items())])),
        Sheet("(b) By type of allegedly illegal content", ("the law that the notices name", "items notified"),
              _with_sum([[name, count] for name, count in sorted(kinds.items())]),
              notes=("As your officers wrote it: sort it into your Coordinator's categories, and leave out any name.",)),
        Sheet("(c) By action that the provider took", ("action, as the provider says", "items notified"),
              _with_sum([[name, count] for name, count in sorted(did.items())])),
        Sheet("Explanations", ("what", "text"), [
            ["Items whose notice named the trusted flagger's status", named],
            ["Procedures that ensure that the trusted flagger keeps its independence", OPEN],
            ["Digital Services Coordinator to which this report is sent", OPEN],
        ]),
    ]  # fmt: skip
    return document(desk, "dsa-22", "Notices of a trusted flagger, Article 22 (3) DSA", period, sheets, DSA_NOTES, record)


def tco_8(desk: Desk, period: Period) -> Document:
    """Article 8 (1) of Regulation (EU) 2021/784: a competent authority's report. Raises DoesNotReconcile."""
    record, _, _ = reconcile(desk, period)
    with desk.ledger.read() as db:
        found = read_year(db, of_law(desk, "2021/784", Instrument.ORDER), period)
    orders: list[list[Shown]] = [
        ["Removal orders issued under Article 3", found.requests.total()],
        ["of these, subject to Article 4 (1): the provider is established in another Member State", _across(found.rows)],
        ["of these, scrutinised under Article 4, and with what result", OPEN],
        ["Items of content that the orders named", len(found.rows)],
    ]
    done = Counter(_implemented(row) for row in found.rows)
    implemented: list[list[Shown]] = [[name, done[name]] for name in IMPLEMENTED]
    fast = sum(row["acted_at"] is not None and row["acted_at"] - row["sent_at"] <= HOUR for row in found.rows)
    sheets = [
        Sheet("(a) Removal orders", ("what", "number"), orders),
        Sheet("(a) How they were implemented", ("items of content", "number"), _with_sum(implemented)),
        Sheet("How fast, for Article 21 (1) (a)", ("items of content", "number"),
              [["known to be removed or disabled within an hour of our sending", fast]],
              notes=("Counted from our sending to the moment at which we learned of it: the provider was as fast or faster.",)),
        Sheet("(b) to (d)", ("what", "number or text"), [
            ["(b) Decisions under Article 5 (4), (6) or (7), their implementation, and the specific measures", OPEN],
            ["Items of content whose order was appealed against, as far as it was recorded here", found.appealed],
            ["of these, reversed", found.reversed],
            ["(c) Orders and decisions under administrative or judicial review, and the outcome", OPEN],
            ["(d) Decisions that imposed penalties under Article 18, and their type", OPEN],
        ]),
    ]  # fmt: skip
    return document(desk, "tco-8", "Removal orders for terrorist content, Article 8 (1) TCO", period, sheets, TCO_NOTES, record)


IMPLEMENTED = ("removed, or access disabled", "not removed and not disabled", "no final answer yet")


def _implemented(row: Row) -> str:
    if row["claimed"] in ACTED:
        return IMPLEMENTED[0]
    return IMPLEMENTED[1] if row["claimed"] in {"declined", "not_found"} else IMPLEMENTED[2]


def _across(rows: Sequence[Row]) -> int:
    """Requests to a provider in another Member State than the issuing one."""
    abroad: set[int] = set()
    for row in rows:
        issuing, other = (str(row["fields"].get(name, "")).strip().upper() for name in ("issuing_state", "establishment_state"))
        if issuing and other and issuing != other:
            abroad.add(row["request"])
    return len(abroad)


def _kind(row: Row) -> str:
    return " ".join(str(row["fields"].get("infringed_law", "")).split()) or "not named"


SAID = {
    "removed": "removed", "restricted": "restricted", "declined": "declined", "not_found": "declined: not found there",
    "needs_information": "asked for more information",
}  # fmt: skip


def _action(row: Row) -> str:
    if row["claimed"] in ACTED:
        under = {"own_rules": "under its own rules", "local_law": "under the law"}.get(row["ground"], "ground not said")
        return f"{SAID[row['claimed']]}, {under}"
    return SAID.get(row["claimed"], "no decision yet")


def _title(desk: Desk, platform: str) -> str:
    return desk.registry.platforms[platform].title if platform in desk.registry.platforms else platform


def _with_sum(rows: Sequence[Sequence[Shown]]) -> list[list[Shown]]:
    width = len(rows[0]) if rows else 2
    sums: Iterator[Shown] = (sum(int(row[at]) for row in rows) for at in range(1, width))
    return [*map(list, rows), ["all", *sums]]
