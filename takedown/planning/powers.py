"""The catalogue of powers: which organisation may ask which platform for what, where, under which law, and until when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from takedown.contract import RefusedByPolicy, span
from takedown.desk import Desk
from takedown.ledger.ids import plan_id
from takedown.ledger.tables import volumes
from takedown.policy.schema import Power

DAY = 86400


class PowerEnded(RefusedByPolicy):
    """{plan} asks for what no power in force allows: {organisation} under {basis} on {platform}."""

    code = "TD-0770"
    why, do = "the power was over after the plan was made", "have the oversight renew it in the policy, then plan again"


def competent(powers: Sequence[Power], case: Mapping[str, Any], channel: str, now: float) -> str:
    """Why no power allows a case, a row of `cases`, told from the power that comes nearest; empty when one does."""
    if not powers:
        return "the policy lists no powers"
    nearest, far = "", -1
    for one in powers:
        passed = 0
        for why in _asked(one, case, channel, now):
            if why:
                break
            passed += 1
        else:
            return ""
        if passed > far:
            nearest, far = why, passed
    return nearest


def _asked(one: Power, case: Mapping[str, Any], channel: str, now: float) -> Iterator[str]:
    """One question after the other: empty when it is well, else what is wrong."""
    organisation, basis = str(case["organisation"]), str(case["basis"])
    who = organisation or "the authority itself"
    yield "" if _among(basis, (one.basis,)) else f"no power is listed under {basis}"
    yield "" if _among(organisation, one.organisations) else f"{who} has no power under {basis}"
    yield "" if in_time(one, now) else f"the power of {one.law} was over on {one.valid_until}"
    yield "" if _any(case["platform"], one.platforms) else f"{one.law} gives {who} no power over {case['platform']}"
    beyond = [code for code in str(case["territory"]).split(",") if code not in one.territories]
    yield f"{one.law} does not reach {', '.join(filter(None, beyond)) or 'a case without a territory'}" if beyond else ""
    yield "" if _any(case["kind"], one.kinds) else f"{one.law} is not about a target of the kind {case['kind']}"
    yield "" if _any(case["measure"], one.measures) else f"{one.law} does not allow {case['measure']}"
    yield "" if _any(channel, one.channels) else f"{one.law} is not served over the {channel} channel"
    old = one.max_age is not None and now - float(case["created_at"]) > span(one.max_age)
    yield f"the case is older than the {one.max_age} that {one.law} leaves" if old else ""


def in_time(one: Power, now: float) -> bool:
    """Whether a power is in force; its last day (UTC) counts."""
    if one.valid_until is None:
        return True
    return now < datetime.combine(one.valid_until, datetime.min.time(), UTC).timestamp() + DAY


def check_powers(desk: Desk, plan: int) -> None:
    """Raise PowerEnded when what a plan holds rests on a power that is over by now."""
    powers, now = desk.policy.powers, desk.clock.now()
    if not powers and not desk.live:
        return
    with desk.ledger.read() as db:
        held = db.execute(select(volumes).where(volumes.c.plan == plan)).mappings().all()
    for row in held:
        if not any(_covers(one, {**row}) and in_time(one, now) for one in powers):
            who = row["organisation"] or "the authority itself"
            raise PowerEnded(plan=plan_id(plan), organisation=who, basis=row["basis"], platform=row["platform"])


def _covers(one: Power, row: Mapping[str, Any]) -> bool:
    known = row["basis"] == one.basis and _among(row["organisation"], one.organisations)
    return known and _any(row["platform"], one.platforms)


def _among(value: str, listed: Sequence[str]) -> bool:
    return value in listed


def _any(value: object, listed: Sequence[str]) -> bool:
    return not listed or str(value) in listed
