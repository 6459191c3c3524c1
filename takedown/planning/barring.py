"""Cases that the policy keeps out of a plan, whoever approves it. Each kind of plan has its own rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from takedown.contract import RefusedByPolicy
from takedown.desk import Desk
from takedown.planning.lists import Listed
from takedown.planning.powers import competent
from takedown.planning.quality import standing
from takedown.policy.schema import Policy

OUTSIDE = "have somebody outside decide: takedown case close {case} --as out_of_scope"
POWERS = "correct the case, or have the policy's oversight list the power (docs/policy.md)"


class Bar(NamedTuple):
    """Why a case is kept out, and what would make it lawful; `do` may name `{case}`."""

    what: str
    do: str


Rule = Callable[[Mapping[str, Any]], Bar | None]
"""Asked about a row of `cases`."""


class Barred(RefusedByPolicy):
    """{count} cases may not be planned; {case}: {what}."""

    code = "TD-0761"
    why, do = "the policy keeps them out, whoever approves", "{do}"


def rules(desk: Desk, purpose: str = "removal") -> tuple[Rule, ...]:
    """The rules of a kind of plan. A withdrawal has none: what was asked wrongly may always be taken back."""
    return (conflict(desk.policy), competence(desk), quality(desk)) if purpose == "removal" else ()


def why_barred(found: Sequence[Rule], case: Mapping[str, Any]) -> Bar | None:
    """What the first rule says that speaks."""
    return next(filter(None, (rule(case) for rule in found)), None)


def conflict(policy: Policy) -> Rule:
    """Nobody decides about their own house: the target concerns the authority, its staff or its head."""
    listed = Listed(policy.conflicts)

    def rule(case: Mapping[str, Any]) -> Bar | None:
        found = listed.of(case)
        told = f"it concerns the authority itself ({found[0].kind}), by {found[0].source} of {found[0].date}" if found else ""
        return Bar(told, OUTSIDE) if told else None

    return rule


def competence(desk: Desk) -> Rule:
    """Who may ask whom for what, where, and by which law; always asked in live, in the sandbox where powers are listed."""
    powers, now, channels = desk.policy.powers, desk.clock.now(), dict[str, str]()

    def rule(case: Mapping[str, Any]) -> Bar | None:
        if not powers and not desk.live:
            return None
        name = str(case["platform"])
        if name not in channels:
            channels[name] = desk.channel(name).value
        why = competent(powers, case, channels[name], now)
        return Bar(why, POWERS) if why else None

    return rule


def quality(desk: Desk) -> Rule:
    """An organisation whose requests are mostly declined looks at its own work before it goes on."""
    low = {one.organisation: one for one in standing(desk) if one.too_low}

    def rule(case: Mapping[str, Any]) -> Bar | None:
        found = low.get(str(case["organisation"]))
        return Bar(found.told(), found.do()) if found else None

    return rule
