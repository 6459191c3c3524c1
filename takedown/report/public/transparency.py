"""The public figures: what was asked for under which law, with what outcome, and what went wrong. None picks anybody out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from takedown.desk import Desk
from takedown.notices import Pack
from takedown.report.public.counts import BESIDE, OUTCOMES, Of, counted
from takedown.report.public.document import Document, Period, Record, Sheet
from takedown.report.public.hiding import LESS, SMALL, WITHHELD, Key, Line, Shown, hide
from takedown.report.public.record import DECISIONS, reconcile

Packed = Mapping[str, Pack | None]
ALL: Of = ("all", "all")
SENT = "cases sent"
NO_PACK = ""
INSTRUMENTS: Mapping[str, str] = {
    "order": "Orders", "notice": "Notices", "referral": "Voluntary referrals", NO_PACK: "Bases without a pack",
}  # fmt: skip
NOTES = (
    f"{LESS}: one to {SMALL - 1}. {WITHHELD}: told, it would give a smaller figure away by subtraction. 0 is told.",
    "The unit is the case: one target under one legal basis. A request carries one case or more.",
    "Orders, notices and voluntary referrals are told apart; a referral orders nothing.",
    "Outcomes are what platforms say. What we saw ourselves stands beside it and is never added to it.",
    "Found not to be meant: closed as mistake, duplicate or out of scope. Withdrawn: taken back after it was sent.",
    "Not seen up before: no look showed that the target was reachable, so that its absence proves little.",
    "Figures of overlapping periods can be subtracted from each other: publish one series of periods that share nothing.",
)


def transparency(desk: Desk, period: Period) -> Document:
    """Raises DoesNotReconcile."""
    record, totals, decisions = reconcile(desk, period)
    with desk.ledger.read() as db:
        found = counted(db, period)
    shown = hidden(found)
    packs: Packed = {basis: desk.packs.get(basis) for basis, _ in found}
    sheets = [*_by_instrument(found, shown, packs), _sum(shown), _decisions(decisions, totals), _packs(packs)]
    return document(desk, "transparency", "Requests to platforms for removal: public figures", period, sheets, NOTES, record)


def document(
    desk: Desk, kind: str, title: str, period: Period, sheets: Sequence[Sheet], notes: Sequence[str], record: Record
) -> Document:
    settings = desk.settings
    name = settings.authority.name or "The authority"
    return Document(kind, title, name, period.name, settings.environment == "sandbox", sheets, notes, record)


def hidden(found: Mapping[Of, Counter[str]]) -> dict[Key, Shown]:
    """By (legal basis and platform, figure), and for ALL: each figure as it may be told.

    Where the number of cases is withheld, a larger one that it includes is withheld too: it would bound it from below.
    """
    rows = [*found, ALL]
    figures: dict[Key, int] = {}
    for of, counts in [*found.items(), (ALL, sum(found.values(), Counter[str]()))]:
        figures |= {(of, name): counts[name] for name in (*OUTCOMES, *BESIDE)}
        figures[of, SENT] = sum(counts[name] for name in OUTCOMES)
    across = [Line((of, SENT), tuple((of, name) for name in OUTCOMES)) for of in rows]
    down = [Line((ALL, name), tuple((of, name) for of in found)) for name in (*OUTCOMES, SENT, *BESIDE)]
    also: set[Key] = set()
    while True:
        shown = hide(figures, across, down, also)
        bounding = {(of, name) for of in rows for name in BESIDE if shown[of, SENT] == WITHHELD and figures[of, name] >= SMALL}
        if bounding <= also:
            return shown
        also |= bounding


def small(count: int) -> Shown:
    """A figure that is in no sum."""
    return LESS if 0 < count < SMALL else count


COLUMNS = (SENT, *OUTCOMES, *BESIDE)


def _by_instrument(found: Mapping[Of, Counter[str]], shown: Mapping[Key, Shown], packs: Packed) -> Iterator[Sheet]:
    kinds = {basis: pack.instrument.value if pack else NO_PACK for basis, pack in packs.items()}
    for instrument, title in INSTRUMENTS.items():
        rows = [of for of in found if kinds[of[0]] == instrument]
        if rows or instrument != NO_PACK:
            cells = [[*of, *(shown[of, name] for name in COLUMNS)] for of in rows]
            yield Sheet(title, ("legal basis", "platform", *COLUMNS), cells, 2, () if rows else ("None in this period.",))


def _sum(shown: Mapping[Key, Shown]) -> Sheet:
    return Sheet("All of them", ("figure", "cases"), [[name, shown[ALL, name]] for name in COLUMNS])


def _decisions(decisions: Counter[str], totals: Counter[str]) -> Sheet:
    rows: list[list[Shown]] = [[name, small(decisions[name])] for name in DECISIONS]
    whole: list[Shown] = ["cases recorded in this ledger, of all time, sent or not", small(totals["cases recorded"])]
    return Sheet("Checks and brakes", ("what", "how often"), [*rows, whole])


def _packs(packs: Packed) -> Sheet:
    rows = [[basis, *_standing(pack)] for basis, pack in sorted(packs.items())]
    title = "The legal bases and their texts"
    return Sheet(title, ("legal basis", "law", "where", "text compared with the law", "whose text"), rows, 5)


def _standing(pack: Pack | None) -> Sequence[Shown]:
    if pack is None:
        return ("not among the packs any more", "", "", "")
    law = pack.law if pack.status == "no_law" else f"{pack.law}, {pack.provision}"
    verified = str(pack.verified_on) if pack.verified_on else "not in full"
    return (law, pack.jurisdiction, verified, "the tool's" if pack.shipped else "the authority's own")
