"""A plan as its reviewers read it: counts by platform, everything suspicious first, samples, the exact bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from takedown.contract import UsageError
from takedown.ledger.ids import plan_id, request_id
from takedown.ledger.reader import Readable
from takedown.planning.demands import Demands, read_demands
from takedown.planning.looking import Shown, sample_of, shown

SAMPLE, FLAGS = 5, 100
"""How many cases are shown as a sample where none is walked, and how many flagged ones on one screen."""


MINE = "r.plan = :plan AND r.purpose <> 'reminder'"
CARRIED = 'requests r JOIN request_cases k ON k.request = r.id JOIN cases c ON c.id = k."case"'
COUNTED = f"""SELECT r.platform, r.channel, c.basis, c.measure, count(DISTINCT r.id), count(*) FROM {CARRIED} WHERE {MINE}
  GROUP BY r.platform, r.channel, c.basis, c.measure ORDER BY r.platform, r.channel, c.basis, c.measure"""  # noqa: S608 -- of constants
ALIKE = f"SELECT count(*) FROM {CARRIED} WHERE {MINE} GROUP BY c.reason ORDER BY count(*) DESC LIMIT 1"  # noqa: S608
REMINDERS = "SELECT count(*) FROM requests WHERE plan = :plan AND purpose = 'reminder'"
SIGNED = "SELECT name FROM approvals WHERE plan = :plan ORDER BY id"
REQUESTS = f"SELECT r.id, r.reference, r.platform, r.channel, r.cases, r.state, r.sha256 FROM requests r WHERE {MINE} ORDER BY r.position"  # noqa: E501, S608
BODY = "SELECT body FROM requests WHERE id = :request AND plan = :plan"


class ProtectedList(Protocol):
    """See `takedown.policy.schema.Speakers`."""

    @property
    def kind(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def date(self) -> object: ...
    @property
    def entries(self) -> Sequence[str]: ...


class Policy(Protocol):
    """What a reviewer is told of a policy; `takedown.policy.schema` has the whole."""

    @property
    def approvals(self) -> int: ...
    @property
    def protected(self) -> Sequence[ProtectedList]: ...


class NotInPlan(UsageError):
    """{request} is not a request of {plan}."""

    code, why, do = "TD-0015", "a plan's requests are listed by it", "takedown plan show {plan} --json"


@dataclass(frozen=True, slots=True)
class Flag:
    """Something about a case that a reviewer should look at first; `what` is in people's words."""

    case: str
    url: str
    what: str


@dataclass(frozen=True, slots=True)
class Review:
    """A plan for reviewing. `counts`: rows of (platform, channel, basis, measure, requests, cases); `flags`: of the first
    hundred flagged cases; `lists`: the protected lists in force."""

    plan: Mapping[str, Any]
    demands: Demands
    approved_by: tuple[str, ...]
    counts: tuple[tuple[str, str, str, str, int, int], ...]
    reminders: int
    flags: tuple[Flag, ...]
    sample: tuple[Shown, ...]
    same_reasons: int
    lists: tuple[str, ...]


def items(ledger: Readable, plan: int) -> Iterator[dict[str, object]]:
    """The plan's requests in order, frozen reminders apart: `request, platform, channel, cases, bytes_sha256`."""
    names = ("reference", "platform", "channel", "cases", "state", "bytes_sha256")
    with ledger.view() as view:
        for number, *rest in view.stream(REQUESTS, plan=plan):
            yield {"request": request_id(number), **dict(zip(names, rest, strict=True))}


def raw(ledger: Readable, plan: int, request: int) -> bytes:
    """The exact bytes of one request. Raises NotInPlan."""
    with ledger.view() as view:
        body = view.value(BODY, request=request, plan=plan)
    if body is None:
        raise NotInPlan(request=request_id(request), plan=plan_id(plan))
    return bytes(body)


def review(ledger: Readable, row: Mapping[str, Any], policy: Policy) -> Review:
    """What a reviewer needs; the sample is the same for everybody who looks."""
    plan, demands = row["id"], read_demands(row["demands"], policy.approvals)
    with ledger.view() as view:
        urls = [one.url for one in shown(view, tuple(demands.flagged)[:FLAGS])]
        return Review(
            row,
            demands,
            tuple(str(name) for (name,) in view.rows(SIGNED, plan=plan)),
            tuple(view.rows(COUNTED, plan=plan)),
            view.value(REMINDERS, plan=plan),
            tuple(Flag(case, url, what) for (case, why), url in zip(demands.flagged.items(), urls, strict=False) for what in why),
            tuple(shown(view, sample_of(view, row, demands.sample or SAMPLE))),
            view.value(ALIKE, plan=plan) or 0,
            in_force(policy),
        )


def in_force(policy: Policy) -> tuple[str, ...]:
    """The protected lists for a reviewer: kind, size, source, date, a line each."""
    return tuple(f"{one.kind}, {one.source} of {one.date}: {len(one.entries):,}" for one in policy.protected)
