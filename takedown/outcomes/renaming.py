"""`case rename`: the same target under another name. Its lasting id says that it is the same; nobody's word alone does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import RowMapping, func, insert, select, update

from takedown.contract import Platform, RefusedByPolicy, Target, Temporary, Url, parse_url, refang
from takedown.delivery.hold import Hold
from takedown.delivery.lanes import probe_lane
from takedown.delivery.portal.attachments import keep
from takedown.desk import Desk
from takedown.ledger.book import Book
from takedown.ledger.cases import OpenTwin, no_such
from takedown.ledger.ids import case_id
from takedown.ledger.seals import reseal, set_aside
from takedown.ledger.tables import cases, former_names, sightings
from takedown.outcomes.differences import case_row, known_id, take_back
from takedown.outcomes.looking import Look, Looker, unlookable


class NotRenamed(RefusedByPolicy):
    """{case} keeps its name."""

    code = "TD-0792"


class LookingElsewhere(Temporary):
    """Another process is looking at {platform}."""

    code, why, do = "TD-0505", "two would not keep its pace", "run the same command again"


@dataclass(frozen=True, slots=True)
class ByHand:
    """What a person read at the new address: the lasting id, and the evidence for it."""

    stable_id: str
    evidence: Path


@dataclass(frozen=True, slots=True)
class Renamed:
    """`was` and `now` are addresses; `how`: probe or by_hand. `taken_back`: requests; `unsent`: nothing ever left."""

    case: int
    was: str
    now: str
    how: str
    taken_back: tuple[int, ...]
    unsent: bool


def rename(desk: Desk, case: int, address: str, seen: ByHand | None) -> Renamed:
    """Give a case the address under which its target is now; empty: the one that `verify` found.

    The lasting id at the new address must be the one on record: by a look, or as a person read it. Requests that had not left
    are taken back, since they name the old address. Raises NoSuchCase, NotRenamed, LookingElsewhere, OpenTwin, NoEvidence.
    """
    row, known = _read(desk, case)
    name = case_id(case)
    if not known:
        why = "no lasting id of its target is on record, so that nothing tells the same target from another"
        raise NotRenamed(case=name, why=why, do=f"takedown case close {name} --as out_of_scope, and import the new address")
    target = _target(desk.platform(row["platform"]), row, address)
    if seen is None:
        look = asyncio.run(_look(desk, row, target))
        if look.seen.stable_id != known:
            why = look.seen.why or (f"the lasting id there is {look.seen.stable_id or 'not told'}, on record is {known}")
            raise NotRenamed(case=name, why=why, do=f"takedown case explain {name}")
        how, evidence = "probe", look.evidence
    else:
        if seen.stable_id != known:
            why = f"the lasting id on record is {known}, not {seen.stable_id}: that is another target"
            raise NotRenamed(case=name, why=why, do=f"takedown case explain {name}")
        how, evidence = "by_hand", keep(desk.ledger, seen.evidence)
    return desk.ledger.write(lambda book: _write(book, desk, case, target, how, evidence))


def _read(desk: Desk, case: int) -> tuple[RowMapping, str]:
    with desk.ledger.read() as db:
        row = db.execute(select(cases).where(cases.c.id == case)).mappings().first()
        if row is None:
            no_such(case)
        told = select(sightings.c.stable_id).where(sightings.c.case == case).order_by(sightings.c.id)
        return row, known_id({**row}, [{"stable_id": one} for one in db.execute(told).scalars()])


def _target(adapter: Platform, row: RowMapping, address: str) -> Target:
    text, name = address or row["moved_to"], case_id(row["id"])
    if not text:
        raise NotRenamed(case=name, why="no new address was found or named", do=f"takedown case rename {name} URL")
    url = parse_url(refang(text))
    found = adapter.recognise(url) if isinstance(url, Url) and adapter.owns(url) else None
    if not isinstance(found, Target) or found.kind.value != row["kind"]:
        why = f"the new address is no {row['kind']} of {adapter.title}"
        raise NotRenamed(case=name, why=why, do="takedown recognise URL")
    if found.identity == row["identity"]:
        raise NotRenamed(case=name, why="it has this name already", do=f"takedown case show {name}")
    return found


async def _look(desk: Desk, row: RowMapping, target: Target) -> Look:
    name, platform = case_id(row["id"]), row["platform"]
    do = f"takedown case rename {name} URL --id ID --evidence FILE"
    if why := unlookable(desk, platform):
        raise NotRenamed(case=name, why=f"{platform} is not looked at: {why}", do=do)
    hold, looker = Hold(desk.ledger, desk.clock, probe_lane(desk, platform)), Looker(desk, desk.platform(platform))
    try:
        probe = looker.probe(target)
        if isinstance(probe, str):
            raise NotRenamed(case=name, why=probe, do=do)
        if not await hold.take():
            raise LookingElsewhere(platform=platform)
        try:
            await looker.open()
            await hold.pace.slot()
            return await looker.look(target, probe)
        finally:
            await hold.leave()
    finally:
        await looker.aclose()


def _write(book: Book, desk: Desk, case: int, target: Target, how: str, evidence: str) -> Renamed:
    row = case_row(book, case)
    same = [cases.c[name] == row[name] for name in ("authority", "platform", "basis")]
    twins = select(func.min(cases.c.id)).where(
        *same, cases.c.identity == target.identity, cases.c.closed == "", cases.c.id != case
    )
    if not row["closed"] and (twin := book.db.execute(twins).scalar()) is not None:
        raise OpenTwin(case=case_id(case), twin=case_id(twin))
    former = {name: row[name] for name in ("key", "identity", "url")}
    book.db.execute(insert(former_names).values(case=case, **former, until=book.now))
    set_aside(book, case)
    values = {"key": target.key, "identity": target.identity, "url": target.url, "held": "", "moved_to": ""}
    book.db.execute(update(cases).where(cases.c.id == case).values(**values, version=row["version"] + 1, updated_at=book.now))
    reseal(book, case)
    taken = take_back(book, case)
    told = {"how": how, "evidence": evidence, "requests": taken}
    book.record("case.renamed", case_id(case), told, {"was": row["url"], "now": target.url, "by": desk.who})
    return Renamed(case, row["url"], target.url, how, tuple(taken), row["sent_at"] is None)
