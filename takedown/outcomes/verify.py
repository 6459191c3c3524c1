"""`verify`: look for ourselves whether targets are still there. `sight`: a person looked, and shows what was seen."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from takedown.contract import Platform, Seen, Target, Traceable
from takedown.delivery.budget import Progress
from takedown.delivery.deliver import Halted
from takedown.delivery.hold import Hold
from takedown.delivery.lanes import probe_lane
from takedown.delivery.portal.attachments import keep
from takedown.desk import Desk
from takedown.ledger.cases import no_such
from takedown.ledger.halts import told_halt
from takedown.ledger.ids import case_id
from takedown.ledger.tables import cases, meta, sightings
from takedown.ledger.truths import UNREACHABLE, Change, Sighting
from takedown.ledger.withdrawals import ANSWERABLE
from takedown.outcomes.differences import Noticed, known_id, record
from takedown.outcomes.looking import RECHECKS, Look, Looker, control_of, due_at, hour_of, target_of, unlookable, vantage_of

WIDTH = 10
BATCH = 50
ANYWHERE = frozenset({"XX", "XY"})
"""X's codes for withheld everywhere, and withheld on a copyright notice: developer.x.com, withheld content."""

Found = tuple[list[Sighting], Noticed]
Work = tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]
"""A case and its sightings, oldest first."""


@dataclass
class Verified:
    """What a run did. `values` counts sightings; `by_eye` cases that no probe may see, by platform and why."""

    values: Counter[str] = field(default_factory=Counter[str])
    changes: list[Change] = field(default_factory=list[Change])
    noticed: list[Noticed] = field(default_factory=list[Noticed])
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
    def held(self) -> list[str]:
        """Cases for which nothing is sent until a person decides: another has their name, or their address leads elsewhere."""
        return [case_id(one.case) for one in self.noticed if one.why]

    @property
    def renamed(self) -> dict[str, str]:
        """Case -> the address under which its lasting id was found."""
        return {case_id(one.case): one.moved_to for one in self.noticed if one.moved_to}

    @property
    def exit(self) -> int:
        if self.later or self.busy or self.uncontrolled:
            return 5
        return 8 if self.returned or self.held or self.renamed or self.unset else 0


def verify(desk: Desk, platform: str | None, progress: Progress, *, due: bool) -> Verified:
    """Look at every open case whose platform may be looked at; `due`: only those whose time has come. Raises Halted.

    What was closed as done after it was seen gone is looked at too while its re-checks last.
    """
    if why := desk.ledger.setting("halted"):
        raise Halted(why=told_halt(why))
    return look_at(desk, _work(desk, platform, due=due), progress)


def look_at(desk: Desk, chosen: Mapping[str, Sequence[Work]], progress: Progress) -> Verified:
    """Look at these cases, by platform, all platforms at once."""
    return asyncio.run(_look_at(desk, chosen, progress))


async def _look_at(desk: Desk, chosen: Mapping[str, Sequence[Work]], progress: Progress) -> Verified:
    done = Verified()
    looks: list[Looking] = []
    for name, work in chosen.items():
        if why := unlookable(desk, name):
            done.by_eye[name] = Counter({why: len(work)})
        else:
            looks.append(Looking(desk, desk.platform(name), work, done, progress))
    ended = await asyncio.gather(*(one.run() for one in looks), return_exceptions=True)
    for error in ended:
        if isinstance(error, BaseException):
            raise error
    return done


def _work(desk: Desk, platform: str | None, *, due: bool) -> dict[str, list[Work]]:
    now, hour = desk.clock.now(), hour_of(desk)
    watched = and_(cases.c.closed == "done", cases.c.observed.in_(UNREACHABLE))
    still = and_(watched, cases.c.gone_at > now - (RECHECKS[-1] + 1) * 24 * hour)
    # A case is mostly closed when it is taken back, and whether its target is there again is still to be seen.
    taken_back = and_(cases.c.withdrawal != "none", cases.c.withdrawal.in_(sorted(ANSWERABLE)))
    which = [or_(cases.c.closed == "", still, taken_back)]
    if platform:
        desk.platform(platform)
        which.append(cases.c.platform == platform)
    found: dict[str, list[Work]] = {}
    for row, earlier in with_history(desk, which):
        # What is closed is never looked at but on its schedule.
        at = due_at(row, earlier, hour) if due or row["closed"] else 0.0
        if at is not None and at <= now:
            found.setdefault(row["platform"], []).append((row, earlier))
    return found


def with_history(desk: Desk, which: Sequence[ColumnElement[bool]]) -> Iterator[Work]:
    """The chosen cases in the order of their numbers."""
    seen = select(sightings).join(cases, cases.c.id == sightings.c.case).where(*which).order_by(sightings.c.id)
    with desk.ledger.read() as db:
        history: dict[int, list[Mapping[str, Any]]] = {}
        for one in db.execute(seen).mappings():
            history.setdefault(one["case"], []).append({**one})
        for case in db.execute(select(cases).where(*which).order_by(cases.c.id)).mappings():
            yield {**case}, history.get(case["id"], [])


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
        if not await self._hold.take():
            self.done.busy.append(lane.name)
            return
        try:
            await self._looker.open()
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

        async def one(case: Work) -> Found:
            async with width:
                found = self._unchecked(case, failed) if failed else await self._case(case)
            self.progress.advance(self.adapter.name + ":probe", "asked")
            return found

        each = await asyncio.gather(*map(one, work))
        found = [sighting for sightings, _ in each for sighting in sightings]
        noticed = [notice for _, notice in each if notice.why or notice.moved_to]
        if not failed and any(sighting.value != "unknown" for sighting in found) and (failed := await self._control()):
            found, noticed = (
                [replace(sighting, value="unknown", why=failed, stable_id="", final_url="") for sighting in found],
                [],
            )
        if found:
            hour = hour_of(self.desk)
            changes = await self.desk.ledger.awrite(lambda book: record(book, found, noticed, hour))
            self.done.changes += changes
            self.done.noticed += noticed
            self.done.values.update(sighting.value for sighting in found)
        return failed

    async def _case(self, case: Work) -> Found:
        """What was seen of a case; where the name tells too little, its lasting id is asked too."""
        row, earlier = case
        look = await self._look(target_of(row))
        if isinstance(look, str):
            self.done.later += 1
            return [], Noticed(row["id"])
        known, vantage = known_id(row, earlier), vantage_of(self.desk)
        leads_to = self._looker.elsewhere(look, target_of(row))
        if any(one["final_url"] == look.looked.final_url for one in earlier):
            leads_to = ""  # it led there before, and a person knows
        other = look.seen.stable_id if known and look.seen.stable_id not in {"", known} else ""
        first = replace(look, seen=_judged(look.seen, row, known, vantage)).sighting(row["id"], vantage)
        if not known or not (other or look.seen.value == "gone") or not (target := self._lasting(row, known)):
            return [first], Noticed(row["id"], other, leads_to=leads_to)
        asked = await self._look(target)
        if isinstance(asked, str) or asked.seen.value == "unknown":
            why = asked if isinstance(asked, str) else asked.seen.why
            unsure = replace(
                first, value="unknown", why=f"its name is another's or gone, and its lasting id tells nothing: {why}"[:500]
            )
            return [unsure], Noticed(row["id"], other)
        moved_to = self._moved_to(asked, row, known)
        seen = _judged(asked.seen, row, known, vantage)
        second = replace(asked, seen=replace(seen, why=f"it is at {moved_to} now" if moved_to else seen.why)).sighting(
            row["id"], vantage
        )
        # The other account is a sighting of its own; a name that is merely gone says nothing once the id was found.
        return [first, second] if other else [second], Noticed(row["id"], other, moved_to)

    def _lasting(self, row: Mapping[str, Any], known: str) -> Target | None:
        return self.adapter.lasting(target_of(row), known) if isinstance(self.adapter, Traceable) else None

    def _moved_to(self, asked: Look, row: Mapping[str, Any], known: str) -> str:
        """The address of the target under another name; empty where it has none or cannot be seen."""
        if asked.seen.stable_id != known or asked.looked.reply is None or not isinstance(self.adapter, Traceable):
            return ""
        now = self.adapter.named(asked.looked.reply)
        return now.url if now is not None and now.identity != row["identity"] else ""

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

    def _unchecked(self, case: Work, why: str) -> Found:
        ident = case[0]["id"]
        return [Sighting(ident, "unknown", "control", "low", vantage_of(self.desk), why=why[:500])], Noticed(ident)


def _judged(seen: Seen, case: Mapping[str, Any], known: str, vantage: str) -> Seen:
    """A reused name is another account, and what is withheld elsewhere is still up here. `known`: the target's lasting id."""
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
    return next(iter(desk.ledger.write(lambda book: record(book, [one], [], hour_of(desk)))), None)
