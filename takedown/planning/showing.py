"""A plan as its reviewers read it: counts by platform, everything suspicious first, samples, the exact bytes."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from takedown.contract import UsageError
from takedown.ledger.ids import case_id, plan_id, request_id
from takedown.ledger.store import Ledger
from takedown.ledger.tables import approvals, cases, plans, request_cases, requests

SAMPLE = 5
MANY_FOLLOWERS = 100_000


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
    """A plan for reviewing. `counts`: rows of (platform, channel, basis, measure, requests, cases)."""

    plan: RowMapping
    approved_by: tuple[str, ...]
    counts: tuple[tuple[str, str, str, str, int, int], ...]
    reminders: int
    flags: tuple[Flag, ...]
    sample: tuple[tuple[str, str, str, str], ...]
    same_reasons: int


def items(ledger: Ledger, plan: int) -> Iterator[dict[str, object]]:
    """The plan's requests in order, frozen reminders apart: `request, platform, channel, cases, bytes_sha256`."""
    query = select(requests).where(requests.c.plan == plan, requests.c.purpose != "reminder").order_by(requests.c.position)
    with ledger.read() as db:
        for row in db.execution_options(yield_per=500).execute(query).mappings():
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


def review(ledger: Ledger, row: RowMapping) -> Review:
    """What a reviewer needs; the sample is drawn by the plan's digest, so that everybody sees the same."""
    plan = row["id"]
    carried = requests.join(request_cases).join(cases, cases.c.id == request_cases.c.case)
    mine = (requests.c.plan == plan, requests.c.purpose != "reminder")
    with ledger.read() as db:
        keys = (requests.c.platform, requests.c.channel, cases.c.basis, cases.c.measure)
        counted = select(*keys, func.count(requests.c.id.distinct()), func.count()).select_from(carried).where(*mine)
        counts = db.execute(counted.group_by(*keys).order_by(*keys)).all()
        every = select(cases).select_from(carried).where(*mine).order_by(requests.c.position, request_cases.c.position)
        found = _read(db.execution_options(yield_per=1000).execute(every).mappings(), row)
        reminders = db.execute(
            select(func.count()).select_from(requests).where(requests.c.plan == plan, requests.c.purpose == "reminder")
        ).scalar()
        names = db.execute(select(approvals.c.name).where(approvals.c.plan == plan).order_by(approvals.c.id))
        signed = tuple(str(one[0]) for one in names)
    flags, sample, same = found
    return Review(row, signed, tuple((*one,) for one in counts), int(reminders or 0), flags, sample, same)


def _read(rows: Iterator[RowMapping], plan: RowMapping) -> tuple[tuple[Flag, ...], tuple[tuple[str, str, str, str], ...], int]:
    rng = random.Random(plan["digest"])  # noqa: S311 -- a sample for people, the same for everybody who looks
    flags: list[Flag] = []
    sample: list[tuple[str, str, str, str]] = []
    reasons: dict[str, int] = {}
    for seen, row in enumerate(rows):
        flags += (Flag(case_id(row["id"]), row["url"], what) for what in suspicious({**row}))
        reasons[row["reason"]] = reasons.get(row["reason"], 0) + 1
        one = (case_id(row["id"]), row["reference"], row["url"], row["reason"])
        if len(sample) < SAMPLE:
            sample.append(one)
        elif (at := rng.randrange(seen + 1)) < SAMPLE:
            sample[at] = one
    return tuple(flags), tuple(sample), max(reasons.values(), default=0)


def suspicious(case: Mapping[str, Any]) -> Iterator[str]:
    """Why a case deserves a look of its own; a hint, never a judgement."""
    for name in ("url", "key", "reference"):
        if odd := code_points(str(case[name])):
            yield f"{name} holds {odd}"
    if case["kind"] == "other":
        yield "its kind is not told by the link" + (
            " (short link, not followed)" if str(case["key"]).startswith("short:") else ""
        )
    if case["followers"] and case["followers"] >= MANY_FOLLOWERS:
        yield f"{case['followers']:,} followers"
    if case["measure"] == "remove_account" and case["kind"] in {"post", "video", "story"}:
        yield "an account-level measure against a single item"


def code_points(text: str) -> str:
    """The letters that may pass for others, as `U+0430 CYRILLIC SMALL LETTER A`; empty for plain text."""
    odd = [char for char in dict.fromkeys(text) if _odd(char)]
    scripts = {unicodedata.name(char, "?").split()[0] for char in text if char.isalpha()}
    if not odd and len(scripts) > 1 and "LATIN" in scripts:
        odd = [char for char in dict.fromkeys(text) if char.isalpha() and not char.isascii()]
    return ", ".join(f"U+{ord(char):04X} {unicodedata.name(char, '(no name)')}" for char in odd[:5])


def _odd(char: str) -> bool:
    category = unicodedata.category(char)
    return category in {"Cf", "Cc", "Co", "Cn", "Cs"} or unicodedata.normalize("NFKC", char) != char


def every(db: Connection) -> list[RowMapping]:
    """All plans, newest first."""
    return list(db.execute(select(plans).where(plans.c.state != "making").order_by(plans.c.id.desc())).mappings())
