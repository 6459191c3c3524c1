"""A plan as its reviewers read it: counts by platform, everything suspicious first, samples, the exact bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import RowMapping, func, select

from takedown.contract import UsageError
from takedown.ledger.ids import plan_id, request_id
from takedown.ledger.store import Ledger
from takedown.ledger.tables import approvals, cases, request_cases, requests
from takedown.planning.demands import Demands, read_demands
from takedown.planning.lists import in_force
from takedown.planning.looking import Shown, sample_of, shown
from takedown.policy.schema import Policy

SAMPLE, FLAGS = 5, 100
"""How many cases are shown as a sample where none is walked, and how many flagged ones on one screen."""


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

    plan: RowMapping
    demands: Demands
    approved_by: tuple[str, ...]
    counts: tuple[tuple[str, str, str, str, int, int], ...]
    reminders: int
    flags: tuple[Flag, ...]
    sample: tuple[Shown, ...]
    same_reasons: int
    lists: tuple[str, ...]


def items(ledger: Ledger, plan: int) -> Iterator[dict[str, object]]:
    """The plan's requests in order, frozen reminders apart: `request, platform, channel, cases, bytes_sha256`."""
    query = select(requests).where(requests.c.plan == plan, requests.c.purpose != "reminder").order_by(requests.c.position)
    with ledger.read() as db:
        for row in db.execute(query, execution_options={"yield_per": 500}).mappings():
            yield {
                "request": request_id(row["id"]),
                "reference": row["reference"],
                "platform": row["platform"],
                "channel": row["channel"],
                "cases": row["cases"],
                "state": row["state"],
                "bytes_sha256": row["sha256"],
            }


def raw(ledger: Ledger, plan: int, request: int) -> bytes:
    """The exact bytes of one request. Raises NotInPlan."""
    with ledger.read() as db:
        body = db.execute(select(requests.c.body).where(requests.c.id == request, requests.c.plan == plan)).scalar()
    if body is None:
        raise NotInPlan(request=request_id(request), plan=plan_id(plan))
    return bytes(body)


def review(ledger: Ledger, row: RowMapping, policy: Policy) -> Review:
    """What a reviewer needs; the sample is the same for everybody who looks."""
    plan, demands = row["id"], read_demands(row["demands"], policy.approvals)
    carried = requests.join(request_cases).join(cases, cases.c.id == request_cases.c.case)
    mine = (requests.c.plan == plan, requests.c.purpose != "reminder")
    with ledger.read() as db:
        keys = (requests.c.platform, requests.c.channel, cases.c.basis, cases.c.measure)
        counted = select(*keys, func.count(requests.c.id.distinct()), func.count()).select_from(carried).where(*mine)
        counts = db.execute(counted.group_by(*keys).order_by(*keys)).all()
        alike = select(func.count()).select_from(carried).where(*mine).group_by(cases.c.reason)
        same = db.execute(alike.order_by(func.count().desc()).limit(1)).scalar()
        reminders = db.execute(
            select(func.count()).select_from(requests).where(requests.c.plan == plan, requests.c.purpose == "reminder")
        ).scalar()
        names = db.execute(select(approvals.c.name).where(approvals.c.plan == plan).order_by(approvals.c.id))
        signed = tuple(str(one[0]) for one in names)
    flagged = [*demands.flagged.items()]
    urls = [one.url for one in shown(ledger, tuple(demands.flagged)[:FLAGS])]
    flags = tuple(Flag(case, url, what) for (case, why), url in zip(flagged, urls, strict=False) for what in why)
    sample = tuple(shown(ledger, sample_of(ledger, row, demands.sample or SAMPLE)))
    return Review(
        row,
        demands,
        signed,
        tuple((*one,) for one in counts),
        int(reminders or 0),
        flags,
        sample,
        int(same or 0),
        in_force(policy),
    )
