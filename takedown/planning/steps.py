"""Where a platform wants another step first, a case waits until that step has its answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, RowMapping, select

from takedown.contract import RefusedByPolicy
from takedown.desk import Desk
from takedown.ledger.ids import case_id
from takedown.ledger.states import ACTED, DECLINED
from takedown.ledger.steps import earlier
from takedown.ledger.tables import cases
from takedown.planning.drafting import LeftOut


class FirstStepMissing(RefusedByPolicy):
    """{count} cases cannot be planned: {title} wants another step first."""

    code = "TD-0608"


def needed_step(desk: Desk, platform: str, basis: str) -> str | None:
    """The pack under which the platform wants to have answered before it is asked under this one; None when it wants none."""
    pack = desk.packs.get(basis)
    if pack is None or not pack.waits_for_first_step:
        return None
    first = desk.platform(platform).first_step(desk.channel(platform), pack.instrument)
    return first if first != basis else None


def waiting(desk: Desk, db: Connection, where: Sequence[ColumnElement[bool]]) -> Iterator[tuple[int, LeftOut]]:
    """Of these cases, the numbers of those that wait for a first step, and what each waits for."""
    pairs = db.execute(select(cases.c.platform, cases.c.basis).where(*where).distinct()).all()
    for platform, basis in pairs:
        if needed := needed_step(desk, platform, basis):
            of = (*where, cases.c.platform == platform, cases.c.basis == basis)
            for row in db.execute(select(cases).where(*of).order_by(cases.c.id)).mappings().all():
                if why := _lacks(desk, db, row, needed):
                    yield row["id"], LeftOut(case_id(row["id"]), why)


def refuse(found: Sequence[tuple[int, LeftOut]], desk: Desk, db: Connection) -> None:
    """Raises FirstStepMissing for cases of which none can be planned."""
    number, one = found[0]
    platform = str(db.execute(select(cases.c.platform).where(cases.c.id == number)).scalar_one())
    numbers = " ".join(case_id(n) for n, _ in found[:5]) + (" ..." if len(found) > 5 else "")
    do = f"takedown case first-step {numbers}, then report that one and record the answer; takedown case show {one.case}"
    raise FirstStepMissing(count=len(found), title=desk.platform(platform).title, why=f"{one.case}: {one.why}", do=do)


def _lacks(desk: Desk, db: Connection, row: RowMapping, needed: str) -> str:
    title, case = desk.platform(row["platform"]).title, case_id(row["id"])
    done = next((one for one in earlier(db, row) if one["basis"] == needed), None)
    if done is None:
        return f"{title} wants to be asked under {needed} first: takedown case first-step {case}"
    first, claimed = case_id(done["id"]), done["claimed"]
    if claimed == DECLINED:
        return ""
    if claimed in ACTED:
        return f"{title} has {claimed} it in answer to {first}; nothing is left to ask: takedown case close {case} --as done"
    if done["sent_at"] is None:
        return f"its first step {first} has not been sent yet: takedown case explain {first}"
    return f"{title} has not declined {first} yet; when it has: takedown claim add {first} --value {DECLINED}"
