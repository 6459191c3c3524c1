"""Rates of requests or accounts instead of cases. What became of a unit is read from its cases.

A request was acted on when all of its cases were, an account when one of its cases was: it is one thing, however often it was
asked for. A request counts with the newest that delivered each case; an account is a target's identity on its platform.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from takedown.ledger.reader import Reader, among
from takedown.ledger.states import ACTED, FINAL, UNREACHABLE, State
from takedown.report.cells import THEN, Rows, Scope, group_name, grouped_by
from takedown.report.figures import GROUNDS, NEVER_MEANT, NOT_SAID, RATES, SEVERAL, Figures, total

CASE, REQUEST, ACCOUNT = "case", "request", "account"
UNITS = (CASE, REQUEST, ACCOUNT)


@dataclass(frozen=True, slots=True)
class Units:
    """Figures whose rates count units; nothing else of them is filled. A unit can stand in several groups, once in `whole`."""

    groups: Mapping[str, Figures]
    whole: Figures


def units(view: Reader, unit: str, by: str, scope: Scope, rows: Rows) -> Units:
    """`unit`: request or account."""
    asked = " UNION ALL ".join(_asked(view, part, unit, by, scope) for part in rows.parts)
    values = {**scope.values, **rows.values}
    groups: dict[str, Figures] = {}
    for row in view.rows(_counted(asked, unit, "name, "), **values):
        _add(groups.setdefault(group_name(row[0], by), Figures(unit=unit)), unit, row[1:])
    if by == "platform":  # no request and no account is of two
        return Units(dict(sorted(groups.items())), total(groups.values()) if groups else Figures(unit=unit))
    whole = Figures(unit=unit)
    for row in view.rows(_counted(asked, unit, ""), **values):
        _add(whole, unit, row)
    return Units(dict(sorted(groups.items())), whole)


SAID, SEEN = f"claimed IN {among(ACTED)}", f"observed IN {among(UNREACHABLE)}"
WAITS = f"closed = '' AND withdrawn_at IS NULL AND claimed NOT IN {among(FINAL)} AND observed NOT IN {among(UNREACHABLE)}"
FLAGS = {"claim": SAID, "observation": SEEN, "agreed": f"{SAID} AND {SEEN}", "pending": WAITS, "unseen": "observed = ''"}
CARRIER = f"""(SELECT max(k.request) FROM request_cases k JOIN requests r ON r.id = k.request WHERE k."case" = c.id
  AND r.state = '{State.SENT.value}' AND r.purpose = 'removal' AND k.excepted = '')"""  # noqa: S608 -- of constants, here and below


def _asked(view: Reader, part: str, unit: str, by: str, scope: Scope) -> str:
    """The delivered cases: group, what the unit is known by, and what became of the case."""
    carrier = "carrier" if part == THEN else CARRIER
    key = "identity AS one, platform AS two" if unit == ACCOUNT else f"{carrier} AS one, '' AS two"
    flags = ", ".join(f"CASE WHEN {flag} THEN 1 ELSE 0 END AS {name}" for name, flag in FLAGS.items())
    return f"""SELECT {grouped_by(view, by)} AS name, {key}, {flags}, CASE WHEN {SAID} OR {SEEN} THEN ground END AS ground
      FROM {part} c WHERE delivered = '{State.SENT.value}' AND closed NOT IN {among(NEVER_MEANT)}{scope.where}"""  # noqa: S608


def _counted(asked: str, unit: str, name: str) -> str:
    """How many units are alike; `name`: by group too."""
    together = "max" if unit == ACCOUNT else "min"
    acted = ", ".join(f"{together}({rate}) AS {rate}" for rate in RATES)
    # One look at one case of an account is a look at it; a request was looked at when all of its cases were.
    unseen = f"{'min' if unit == ACCOUNT else 'max'}(unseen) AS unseen"
    told = f"{acted}, max(pending) AS pending, {unseen}, min(ground) AS least, max(ground) AS most"
    alike = f"{name}{', '.join(RATES)}, pending, unseen, least, most"
    each = f"SELECT {name}{told} FROM ({asked}) asked GROUP BY {name}one, two"  # noqa: S608
    return f"SELECT {alike}, count(*) FROM ({each}) each_unit GROUP BY {alike}"  # noqa: S608


def _add(figures: Figures, unit: str, row: Sequence[Any]) -> None:
    claim, seen, both, waits, unseen, least, most, count = row
    figures.not_looked += count * unseen
    figures.asked += count
    figures.acted_claims += count * claim
    figures.acted_seen += count * seen
    figures.acted_both += count * both
    figures.pending += count * (waits and not (unit == ACCOUNT and (claim or seen)))
    ground = SEVERAL if least != most else least if least in GROUNDS else NOT_SAID
    for name, acted in zip(RATES, (claim, seen, both), strict=True):
        figures.grounds[name, ground] += count * acted
