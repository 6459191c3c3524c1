"""How many must sign a plan, and why it is more than usual."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from takedown.policy.schema import Policy, Reason

SECOND = 2


def reasons(
    policy: Policy, cases: int, emergency: str, worldwide: int, jumps: Sequence[str], flagged: int
) -> Iterator[tuple[Reason, str]]:
    """Everything about a plan that may ask for a second approver, in people's words."""
    if emergency:
        yield "emergency", "it is an emergency"
    if worldwide:
        yield "worldwide", f"{worldwide:,} cases ask for a measure without borders"
    for one in jumps:
        yield "jump", one
    if policy.large and cases > policy.large:
        yield "large", f"it holds more than {policy.large:,} cases"
    if flagged:
        yield "flagged", f"{flagged:,} cases are flagged"


def approvals(policy: Policy, found: Sequence[tuple[Reason, str]]) -> tuple[int, tuple[str, ...]]:
    """How many others must sign, and what asks for more than the policy's usual number.

    Where the sandbox asks for nobody, nothing asks for two; but an emergency never does without a second person.
    """
    if not policy.approvals:
        urgent = tuple(why for reason, why in found if reason == "emergency")
        return (1 if urgent else 0), urgent
    why = tuple(words for reason, words in found if reason in policy.two_for)
    return max(policy.approvals, SECOND if why else 0), why
