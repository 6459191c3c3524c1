"""Cases that the policy keeps out of a plan, whoever approves it. Each kind of plan has its own rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from takedown.contract import RefusedByPolicy
from takedown.planning.lists import Listed
from takedown.policy.schema import Policy

Rule = Callable[[Mapping[str, Any]], str]
"""Given a row of `cases`, why it may not be planned, or an empty string."""


class Barred(RefusedByPolicy):
    """{count} cases may not be planned; {case}: {what}."""

    code = "TD-0761"
    why = "the policy keeps them out, whoever approves"
    do = "have somebody outside decide (takedown case close {case} --as out_of_scope), or have the policy changed"


def rules(policy: Policy, purpose: str = "removal") -> tuple[Rule, ...]:
    """The rules of a kind of plan. A withdrawal has none: what was asked wrongly may always be taken back."""
    return (conflict(policy),) if purpose == "removal" else ()


def why_barred(found: Sequence[Rule], case: Mapping[str, Any]) -> str:
    """The first rule's reason; empty when none speaks."""
    return next(filter(None, (rule(case) for rule in found)), "")


def conflict(policy: Policy) -> Rule:
    """Nobody decides about their own house: the target concerns the authority, its staff or its head."""
    listed = Listed(policy.conflicts)

    def rule(case: Mapping[str, Any]) -> str:
        found = listed.of(case)
        return f"it concerns the authority itself ({found[0].kind}), by {found[0].source} of {found[0].date}" if found else ""

    return rule
