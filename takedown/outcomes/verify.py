"""`verify`: look for ourselves whether targets are still there. `sight`: a person looked, and shows what was seen."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from takedown.contract import Platform, Seen
from takedown.delivery.deliver import Halted
from takedown.delivery.hold import Hold
from takedown.delivery.lanes import probe_lane
from takedown.delivery.portal.attachments import keep
from takedown.delivery.run import Progress
from takedown.desk import Desk
from takedown.ledger.cases import no_such
from takedown.ledger.ids import case_id
from takedown.ledger.tables import cases, meta, sightings
from takedown.ledger.truths import Change, Sighting, add_sightings
from takedown.outcomes.looking import Look, Looker, control_of, due_at, hour_of, target_of, unlookable, vantage_of

WIDTH = 10
BATCH = 50
ANYWHERE = frozenset({"XX", "XY"})
"""X's codes for withheld everywhere, and withheld on a copyright notice: developer.x.com, withheld content."""

Work = tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]
"""A case and its sightings, oldest first."""


@dataclass
class Verified:
    """What a run did. `values` counts sightings; `by_eye` cases that no probe may see, by platform and why."""

    values: Counter[str] = field(default_factory=Counter[str])
    changes: list[Change] = field(default_factory=list[Change])
    by_eye: dict[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])
    uncontrolled: dict[str, str] = field(default_factory=dict[str, str])
    unset: dict[str, str] = field(default_factory=dict[str, str])
    later: int = 0
    busy: list[str] = field(default_factory=list[str])

    @property
    def looked(self) -> int:
        return self.values.total()

    @property
    def returned(self) -> list[str]:
        """Cases whose target was gone and is there again: for a person to judge, never filed by itself."""
        return [case_id(one.case) for one in self.changes if one.came_back]

    @property
    def exit(self) -> int:
        if self.later or self.busy or self.uncontrolled:
            return 5
        return 8 if self.returned or self.unset else 0


def verify(desk: Desk, platform: str | None, progress: Progress, *, due: bool) -> Verified:
    """Look at every open case whose platform may be looked at; `due`: only those whose time has come. Raises Halted."""
    if why := desk.ledger.setting("halted"):
        raise Halted(why=why)
    return asyncio.run(_verify(desk, platform, progress, due=due))


async def _verify(desk: Desk, platform: str | None, progress: Progress, *, due: bool) -> Verified:
    done = Verified()
    looks: list[Looking] = []
    for name, work in _work(desk, platform, due=due):
        if why := unlookable(desk, name):
            done.by_eye[name] = Counter({why: len(work)})
        else:
            looks.append(Looking(desk, desk.platform(name), work, done, progress))
    ended = await asyncio.gather(*(one.run() for one in looks), return_exceptions=True)
    for error in ended:
        if isinstance(error, BaseException):
            raise error
    return done


def _work(desk: Desk, platform: str | None, *, due: bool) -> Iterator[tuple[str, list[Work]]]:
    wanted = select(cases).where(cases.c.closed == "").order_by(cases.c.id)
    seen = select(sightings).join(cases, cases.c.id == sightings.c.case).where(cases.c.closed == "").order_by(sightings.c.id)
    if platform:
        desk.platform(platform)
        wanted, seen = wanted.where(cases.c.platform == platform), seen.where(cases.c.platform == platform)
    with desk.ledger.read() as db:
        history: dict[int, list[Mapping[str, Any]]] = {}
        for one in db.execute(seen).mappings():
            history.setdefault(one["case"], []).append({**one})
        found: dict[str, list[Work]] = {}
        for case in db.execute(wanted).mappings():
            row: Mapping[str, Any] = {**case}
            earlier = history.get(row["id"], [])
            at = due_at(row, earlier, hour_of(desk)) if due else 0.0
            if at is not None and at <= desk.clock.now():
                found.setdefault(row["platform"], []).append((row, earlier))
    yield from found.items()


@dataclass
class Looking:
    """One platform's looks, at a pace of their own, between two looks at a target that is surely there."""

    desk: Desk
    adapter: Platform
    work: Sequence[Work]
    done: Verified
    progress: Progress

    async def run(self) -> None:
        lane = probe_lane(self.desk, self.adapter.name)
        self._hold, self._looker = Hold(self.desk.ledger, self.desk.clock, lane), Looker(self.desk, self.adapter)
        if not self._hold.take():
            self.done.busy.append(lane.name)
            return
        try:
            await self._hold.enter()
            work = [one for one in self.work if self._may(one)]
            self.progress.start(lane.name, len(work))
            failed = await self._control() if work else ""
            for start in range(0, len(work), BATCH):
                failed = await self._batch(work[start : start + BATCH], failed)
        finally:
            await self._hold.leave()
            await self._looker.aclose()

    def _may(self, one: Work) -> bool:
        probe = self._looker.probe(target_of(one[0]))
        if isinstance(probe, str):
            self.done.by_eye.setdefault(self.adapter.name, Counter())[probe] += 1
        return not isinstance(probe, str)

    async def _batch(self, work: Sequence[Work], failed: str) -> str:
        """Look, look at the control again, and only then believe it. Returns why the control failed, or nothing."""
        width = asyncio.Semaphore(WIDTH)

        async def one(case: Work) -> Sighting | None:
            async with width:
                found = self._unchecked(case, failed) if failed else await self._case(case)
            self.progress.advance(self.adapter.name + ":probe", "asked")
            return found

        found = [sighting for sighting in await asyncio.gather(*map(one, work)) if sighting]
        if not failed and any(sighting.value != "unknown" for sighting in found) and (failed := await self._control()):
            found = [replace(sighting, value="unknown", why=failed) for sighting in found]
        if found:
            hour = hour_of(self.desk)
            self.done.changes += await self.desk.ledger.awrite(lambda book: add_sightings(book, found, hour))
            self.done.values.update(sighting.value for sighting in found)
        return failed

    async def _case(self, case: Work) -> Sighting | None:
        row, earlier = case
        look = await self._look(target_of(row))
        if isinstance(look, str):
            self.done.later += 1
            return None
        judged = replace(look, seen=_judged(look.seen, row, earlier, vantage_of(self.desk)))
        return judged.sighting(row["id"], vantage_of(self.desk))

    async def _look(self, target: Any) -> Look | str:
        """A look at the lane's pace, or why it must wait."""
        probe = self._looker.probe(target)
        if isinstance(probe, str):
            return probe
        if self.desk.clock.now() < self._hold.not_before:
            return "the platform asked for rest"
        await self._hold.pace.slot()
        halted = select(meta.c.value).where(meta.c.name == "halted")
        if self.desk.ledger.peek(lambda db: db.execute(halted).scalar()):
            return "halted"
        look = await self._looker.look(target, probe)
        reply = look.looked.reply
        if reply and reply.status in {429, 503} and (rest := reply.retry_after):
            until = self.desk.clock.now() + rest.total_seconds()
            await self.desk.ledger.awrite(lambda book: self._hold.rest(book, until, "asked for rest"))
        return look

    async def _control(self) -> str:
        """Why nothing that this platform shows can be believed now; empty when the known-live target was seen."""
        target = control_of(self.adapter)
        if isinstance(target, str):
            self.done.unset[self.adapter.name] = target
            return target
        look = await self._look(target)
        why = look if isinstance(look, str) else "" if look.seen.value == "available" else look.seen.why or look.seen.value
        if why:
            why = f"the control failed: {why}"
            self.done.uncontrolled[self.adapter.name] = why
        return why

    def _unchecked(self, case: Work, why: str) -> Sighting:
        return Sighting(case[0]["id"], "unknown", "control", "low", vantage_of(self.desk), why=why[:500])


def _judged(seen: Seen, case: Mapping[str, Any], earlier: Sequence[Mapping[str, Any]], vantage: str) -> Seen:
    """A reused name is another account, and what is withheld elsewhere is still up here."""
    known = case["platform_id"] or next((one["stable_id"] for one in reversed(earlier) if one["stable_id"]), "")
    if known and seen.stable_id and seen.stable_id != known:
        return replace(seen, value="unknown", why=f"another account has this name now: {seen.stable_id}, not {known}")
    here = {vantage, *str(case["territory"]).replace(";", ",").split(",")} | ANYWHERE
    if seen.value == "withheld" and seen.countries and not here & set(seen.countries):
        return replace(seen, value="available", why=f"withheld only in {', '.join(seen.countries)}")
    return seen


def sight(desk: Desk, case: int, value: str, country: str, evidence: Path) -> Change | None:
    """Record a check by eye, with its evidence kept by sha256. Raises NoSuchCase, NoEvidence."""
    with desk.ledger.read() as db:
        if db.execute(select(cases.c.id).where(cases.c.id == case)).scalar() is None:
            no_such(case)
    one = Sighting(
        case, value, "by_eye", "by_hand", country, source="by_hand", by=desk.who, evidence=keep(desk.ledger, evidence),
        countries=country if value == "withheld" else "",
    )  # fmt: skip
    return next(iter(desk.ledger.write(lambda book: add_sightings(book, [one], hour_of(desk)))), None)
