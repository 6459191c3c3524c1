"""How much a day may hold, and what is more than usual. A day is one of UTC; what counts are cases of plans approved on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, func, select

from takedown.contract import RefusedByPolicy
from takedown.ledger.tables import plans, volumes
from takedown.policy.schema import Policy, Power

DAY = 86400
WINDOW = 30
"""Days that tell what is usual."""
Held = tuple[str, str, str]
"""Platform, organisation (empty: the authority itself), basis."""


class OverDay(RefusedByPolicy):
    """{plan} would make {count} cases of today, {where}; the policy allows {cap}."""

    code = "TD-0760"
    why = "a limit a day keeps a mistake small"
    do = "plan a part (--case, --platform), take cases out (takedown reject PLAN --case C-N), or go on tomorrow (UTC)"


def today(now: float) -> float:
    """When the day of `now` began; both in seconds since the epoch."""
    return now - now % DAY


def volume(db: Connection, since: float, until: float, but: int = 0) -> Counter[Held]:
    """Cases of plans that were approved in a span of time, by platform, organisation and basis; `but` one plan."""
    keys = (volumes.c.platform, volumes.c.organisation, volumes.c.basis)
    within = (plans.c.approved_at >= since, plans.c.approved_at < until, plans.c.purpose == "removal", plans.c.id != but)
    query = select(*keys, func.sum(volumes.c.cases)).join(plans, plans.c.id == volumes.c.plan).where(*within).group_by(*keys)
    return Counter({(p, o, b): int(n) for p, o, b, n in db.execute(query)})


def held_by(db: Connection, plan: int) -> Counter[Held]:
    """What one plan holds."""
    found = db.execute(select(volumes).where(volumes.c.plan == plan)).mappings()
    return Counter({(row["platform"], row["organisation"], row["basis"]): row["cases"] for row in found})


def check_day(policy: Policy, plan: str, held: Mapping[Held, int], before: Mapping[Held, int]) -> None:
    """Raise OverDay when a plan, with what was approved `before` it on the same day, goes over a limit."""
    limits = (
        (0, "to {}", policy.max_cases_per_platform_and_day),
        (1, "for {}", policy.max_cases_per_organisation_and_day),
    )
    for at, words, cap in limits:
        mine = _by(held, at)
        for name, count in _by(before, at).items() if cap else ():
            if name in mine:
                mine[name] += count
        for name, count in mine.items():
            if cap and count > cap:
                raise OverDay(plan=plan, count=count, where=words.format(name or "the authority itself"), cap=cap)
    for power in policy.powers:
        own, earlier = (sum(n for key, n in some.items() if _under(power, key)) for some in (held, before))
        if power.per_day and own and own + earlier > power.per_day:
            raise OverDay(plan=plan, count=own + earlier, where=f"under {power.law}", cap=power.per_day)


def _under(power: Power, key: Held) -> bool:
    platform, organisation, basis = key
    return basis == power.basis and organisation in power.organisations and (not power.platforms or platform in power.platforms)


def _by(held: Mapping[Held, int], at: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for key, count in held.items():
        found[key[at]] += count
    return found


def jumps(db: Connection, policy: Policy, now: float, held: Mapping[Held, int]) -> Iterator[str]:
    """Where a plan makes today more than `policy.jump` times the usual day, for each organisation and basis.

    The usual is the mean of the days since the first one in the last thirty, today apart; without such a day nothing is usual
    yet, and nothing is a jump.
    """
    start = today(now)
    if not policy.jump:
        return
    first = select(func.min(plans.c.approved_at)).where(plans.c.approved_at >= start - WINDOW * DAY, plans.c.purpose == "removal")
    began = db.execute(first).scalar()
    if began is None or began >= start:
        return
    days = (start - today(float(began))) / DAY
    past, so_far = _lanes(volume(db, start - WINDOW * DAY, start)), _lanes(volume(db, start, now + 1))
    for (organisation, basis), count in sorted(_lanes(held).items()):
        usual, total = past[organisation, basis] / days, so_far[organisation, basis] + count
        if total >= policy.jump_from and total > policy.jump * usual:
            who = organisation or "the authority itself"
            yield f"{total:,} cases today under {basis} for {who}, where {usual:,.0f} a day are usual"


def _lanes(held: Mapping[Held, int]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for (_, organisation, basis), count in held.items():
        found[organisation, basis] += count
    return found
