"""What a reviewer must have looked at: each flagged case by itself, and above a set size a sample, a verdict for each."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from takedown.contract import RefusedByPolicy, UsageError
from takedown.ledger.ids import case_id
from takedown.ledger.reader import Readable, numbered
from takedown.planning.demands import Demands, doubted, unanswered

NAMED = 5
ANSWER = 40
"""Characters in which nobody answers anything."""
ASKED = (
    "context, speaker, intent, content and form, extent, likelihood of harm; and whether it is journalism, art, research,"
    " education or a warning against the very thing"
)
"""The six parts of the Rabat threshold test (A/HRC/22/17/Add.4, paragraph 29), and Article 1 (3) of Regulation (EU) 2021/784."""


class NotLookedAt(RefusedByPolicy):
    """Flagged cases of {plan} have not been approved one by one ({count}): {cases}."""

    code = "TD-0757"
    why, do = "{reason}; a flagged case is never approved with the others", "look at each, then add {flags}"


class NotWalked(UsageError):
    """Cases of {plan}'s sample have no verdict ({count}): {cases}."""

    code, why, do = "TD-0758", "a plan of this size is not approved unseen", "read each, then add {flags}"


class Doubted(RefusedByPolicy):
    """{cases} of {plan} is not approved, so the plan is not."""

    code, why = "TD-0759", "a plan is approved as a whole"
    do = "takedown reject {plan} --reason TEXT {flags}, and approve the plan that is left"


class Unanswered(RefusedByPolicy):
    """Nothing says why it is lawful to act against protected speakers in {plan} ({count}): {cases}."""

    code = "TD-0773"
    why = "whose words are protected is silenced only for what the law leaves no doubt about; the answer is kept"
    do = "answer in {least} characters or more, of {asked}: add {flags}"


@dataclass(frozen=True, slots=True)
class Looked:
    """A reviewer's verdicts on flagged and on walked cases: case -> approved; `answers`: protected case -> why it is lawful."""

    flagged: Mapping[str, bool] = field(default_factory=dict[str, bool])
    sample: Mapping[str, bool] = field(default_factory=dict[str, bool])
    answers: Mapping[str, str] = field(default_factory=dict[str, str])


NOT_LOOKED = Looked()


@dataclass(frozen=True, slots=True)
class Shown:
    """A case as a reviewer reads it."""

    case: str
    reference: str
    url: str
    reason: str
    measure: str
    basis: str
    territory: str
    proportionality: str


HELD = """SELECT k."case" FROM requests r JOIN request_cases k ON k.request = r.id
  WHERE r.plan = :plan AND r.purpose <> 'reminder' ORDER BY r.position, k.position"""


def sample_of(ledger: Readable, row: Mapping[str, Any], size: int) -> tuple[str, ...]:
    """The cases that are walked, drawn by the plan's digest, so that everybody walks the same ones and nobody picks them."""
    if not size:
        return ()
    with ledger.view() as view:
        held = [int(one) for (one,) in view.rows(HELD, plan=row["id"])]
    rng = random.Random(row["digest"])  # noqa: S311 -- a sample for people, the same for everybody who looks
    return tuple(case_id(one) for one in sorted(rng.sample(held, min(size, len(held)))))


def shown(ledger: Readable, wanted: tuple[str, ...]) -> list[Shown]:
    """The cases with these names, in that order."""
    numbers = [int(one[2:]) for one in wanted]
    told = ", ".join(one.name for one in fields(Shown)[1:])
    with ledger.view() as view:
        rows = view.rows(f"SELECT id, {told} FROM cases WHERE id IN {numbered(numbers)}")  # noqa: S608 -- numbers and names of ours
        found = {int(number): Shown(case_id(number), *map(str, rest)) for number, *rest in rows}
    return [found[number] for number in numbers]


def check_looked(plan: str, demands: Demands, sample: tuple[str, ...], looked: Looked) -> None:
    """Raise Doubted, NotLookedAt, Unanswered or NotWalked unless every case that asks for a look got a good one."""
    if bad := doubted({**looked.sample, **looked.flagged}):
        flags = " ".join(f"--case {case}" for case in bad)
        raise Doubted(plan=plan, cases=", ".join(bad), flags=flags)
    if left := unanswered(tuple(demands.flagged), looked.flagged):
        reason = f"{left[0]}: {'; '.join(demands.flagged[left[0]])}"
        raise NotLookedAt(plan=plan, count=len(left), cases=_named(left), reason=reason, flags=_flags("--flagged", left))
    if left := [case for case in demands.protected if len(looked.answers.get(case, "").strip()) < ANSWER]:
        flags = f'--answer "{left[0]}=TEXT"'
        raise Unanswered(plan=plan, count=len(left), cases=_named(left), least=ANSWER, asked=ASKED, flags=flags)
    if left := unanswered(sample, looked.sample):
        raise NotWalked(plan=plan, count=len(left), cases=_named(left), flags=_flags("--sample", left))


def _named(found: list[str]) -> str:
    return ", ".join(found[:NAMED]) + (" ..." if len(found) > NAMED else "")


def _flags(flag: str, found: list[str]) -> str:
    return " ".join(f"{flag} {case}=yes" for case in found[:NAMED]) + (" ..." if len(found) > NAMED else "")
