"""What waits: for a person, or only for time. Each matter comes with the command that goes on with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, select

from takedown.contract import TakedownError
from takedown.delivery.lanes import lane_for
from takedown.ledger.ids import plan_id
from takedown.ledger.moves import State
from takedown.ledger.tables import approvals, cases, lanes, plans, requests
from takedown.ledger.truths import FINAL, UNREACHABLE
from takedown.planning.demands import read_demands
from takedown.planning.drafting import DORMANT
from takedown.report.differences import differences
from takedown.report.figures import Figures
from takedown.report.matters import Matter, View


def for_people(view: View, figures: Figures) -> Iterator[Matter]:
    """What needs a person, the most urgent first."""
    yield from _halted(view)
    yield from _stopped(view)
    yield from _plans(view)
    yield from _unsent(_due(view))
    yield from _uncertain(view, machine=False)
    yield from _packets(view)
    yield from _numbers(view)
    yield from _returned(view)
    yield from _refused(view)
    yield from _of_cases(view, figures)
    yield from differences(view)
    yield from _overdue(view)
    if drafts := figures.delivery["draft"]:
        yield Matter("draft", "cases in no plan yet", drafts, "case", do=f"takedown plan{view.in_batch}")
    yield from _broken(view)


def for_time(view: View) -> Iterator[Matter]:
    """What goes on by itself, or by the same command later."""
    resting = select(lanes.c.name, lanes.c.not_before, lanes.c.why).where(lanes.c.not_before > view.now)
    for name, until, why in view.db.execute(resting.order_by(lanes.c.not_before)):
        yield Matter("resting", f"{name} rests", 1, "lane", why, until=until)
    yield from _later(_due(view))
    yield from _uncertain(view, machine=True)
    if count := _count(view, requests.c.state == State.SENDING.value):
        yield Matter("sending", "being sent now, or left by a process that died", count, "request")


def _halted(view: View) -> Iterator[Matter]:
    if why := view.desk.ledger.setting("halted"):
        yield Matter("halted", "sending is halted", 1, "switch", why, "takedown unhalt --as NAME")


def _stopped(view: View) -> Iterator[Matter]:
    stopped = select(lanes.c.name, lanes.c.stopped, lanes.c.why).where(lanes.c.stopped != "")
    for name, what, why in view.db.execute(stopped.order_by(lanes.c.name)):
        do = "takedown auth test" if what == "credentials" else f"takedown platforms {name.partition(':')[0]}"
        yield Matter("stopped", f"{name} stopped: {what}", 1, "lane", why, do)


def _broken(view: View) -> Iterator[Matter]:
    for one in view.desk.registry.broken:
        yield Matter("plugin", f"the plugin {one.name} cannot be used", 1, "plugin", one.why, "takedown platforms")


def _plans(view: View) -> Iterator[Matter]:
    """Plans that wait for approval; with `approvals = 0`, to be submitted."""
    given = select(func.count()).where(approvals.c.plan == plans.c.id).scalar_subquery()
    query = select(plans.c.id, plans.c.planner, plans.c.cases, plans.c.valid_until, plans.c.demands, given).where(
        plans.c.state == "open"
    )
    if view.batch is not None:
        query = query.where(select(requests.c.id).where(requests.c.plan == plans.c.id, *view.carrying()).exists())
    for number, planner, count, valid_until, demands, signed in view.db.execute(query.order_by(plans.c.id)):
        asked, name = read_demands(demands, 1), plan_id(number)
        needed = asked.approvals
        if valid_until < view.now:
            do = f"takedown plan discard {name}"
            yield Matter("expired", f"{name} is too old to be sent", count, "case", "[plan] valid_for is over", do)
        elif needed:
            why = f"planned by {planner}; {signed} of {needed} approvals given"
            yield Matter(
                "approval",
                f"{'EMERGENCY: ' if asked.emergency else ''}{name} waits for approval",
                count,
                "case",
                why,
                f"takedown approve {name} --as NAME",
                valid_until,
            )
        else:
            yield Matter(
                "approval", f"{name} may be sent", count, "case", "approvals = 0", f"takedown submit {name}", valid_until
            )


@dataclass(frozen=True, slots=True)
class Due:
    """Approved requests of a plan: untried, tried before and when the first of those may go out again, reminders asleep."""

    plan: int
    fresh: int
    tried: int
    again: float | None
    asleep: int


def _due(view: View) -> list[Due]:
    awake, tried = requests.c.not_before < DORMANT, requests.c.attempts > 0
    again = and_(awake, tried)
    fresh = func.count(case((and_(awake, ~tried), 1)))
    counts = (fresh, func.count(case((again, 1))), func.min(case((again, requests.c.not_before))), func.count(case((~awake, 1))))
    approved = (requests.c.state == State.APPROVED.value, *view.carrying())
    return [Due(*row) for row in view.db.execute(select(requests.c.plan, *counts).where(*approved).group_by(requests.c.plan))]


def _unsent(due: list[Due]) -> Iterator[Matter]:
    for one in due:
        if one.fresh:
            name = plan_id(one.plan)
            yield Matter(
                "approved", f"{name} is approved, not all of it sent", one.fresh, "request", do=f"takedown submit {name}"
            )


def _later(due: list[Due]) -> Iterator[Matter]:
    for one in due:
        if one.tried:
            name, why = plan_id(one.plan), "surely not sent the last time"
            yield Matter("retry", f"{name}: to be tried again", one.tried, "request", why, f"takedown submit {name}", one.again)
    if asleep := sum(one.asleep for one in due):
        yield Matter("reminder", "reminders frozen with their plan, for when patience ends", asleep, "request")


def _uncertain(view: View, machine: bool) -> Iterator[Matter]:
    """Uncertain sendings: those that a key or a search can settle, or those that only a person can."""
    query = select(requests.c.lane, requests.c.key_born).where(requests.c.state == State.UNKNOWN.value, *view.carrying())
    counts: Counter[bool] = Counter()
    for name, born in view.db.execute(query):
        counts[_settles_itself(view, name, born)] += 1
    if machine and counts[True]:
        why = "the same key or a search will tell"
        yield Matter("settling", "sending uncertain, settles itself", counts[True], "request", why, "takedown sync")
    if not machine and counts[False]:
        why = "it may have arrived, and no machine can find out"
        yield Matter("uncertain", "sending uncertain", counts[False], "request", why, "takedown unknown list")


def _settles_itself(view: View, name: str, born: float | None) -> bool:
    try:
        lane = lane_for(view.desk, name)
    except TakedownError:  # its adapter is gone or wrongly configured: a person must look
        return False
    return lane.searchable or (lane.keyed and born is not None and born > view.now - lane.key_life)


def _packets(view: View) -> Iterator[Matter]:
    if count := _count(view, requests.c.state == State.OPERATOR.value):
        yield Matter(
            "portal", "to file by hand", count, "request", "these portals take no machine's requests", "takedown portal run"
        )


def _numbers(view: View) -> Iterator[Matter]:
    if count := _count(view, requests.c.state == State.SENT.value, requests.c.receipt == ""):
        yield Matter("number", "filed by hand, the portal's number is to follow", count, "request", do="takedown portal list")


def _returned(view: View) -> Iterator[Matter]:
    if count := _count(view, requests.c.state == State.RETURNED.value):
        do = f"takedown case list --delivery returned{view.in_batch}"
        yield Matter("returned", "mails came back", count, "request", "the address may be wrong", do)


def _refused(view: View) -> Iterator[Matter]:
    """By the class that the platform gave; cases whose newest request it is, and which are open."""
    joined = requests.join(cases, cases.c.request == requests.c.id)
    mine = (requests.c.state == State.REFUSED.value, cases.c.delivered == State.REFUSED.value, cases.c.closed == "")
    query = select(requests.c.platform, requests.c.detail, func.count()).select_from(joined).where(*mine)
    if view.batch is not None:
        query = query.where(cases.c.batch == view.batch)
    found: dict[str, Counter[str]] = {}
    for platform, detail, count in view.db.execute(query.group_by(requests.c.platform, requests.c.detail)):
        found.setdefault(detail.partition(":")[0], Counter())[platform] += count
    for code, counts in sorted(found.items()):
        who = ", ".join(f"{platform} {count:,}" for platform, count in sorted(counts.items()))
        do = f"takedown case list --delivery refused{view.in_batch}"
        yield Matter("refused", f"the platform refused the request: {code}", counts.total(), "case", who, do)


def _of_cases(view: View, figures: Figures) -> Iterator[Matter]:
    listed = f"takedown case list --claimed {{}}{view.in_batch}"
    if count := figures.claimed["needs_information"]:
        yield Matter("question", "the platform asks a question", count, "case", do=listed.format("needs_information"))
    differing = f"takedown case list --differs {{}}{view.in_batch}"
    if count := figures.contradictions["says_acted_still_up"]:
        yield Matter("contradiction", "platform says done, still up", count, "case", do=differing.format("still_up"))
    if count := figures.contradictions["declined_yet_gone"]:
        yield Matter("contradiction", "platform declined, yet gone", count, "case", do=differing.format("yet_gone"))


def _overdue(view: View) -> Iterator[Matter]:
    """Pending cases beyond their pack's patience. A basis whose pack is not installed has none."""
    waiting = (cases.c.closed == "", cases.c.delivered == State.SENT.value)
    silent = (cases.c.claimed.not_in(sorted(FINAL)), cases.c.observed.not_in(sorted(UNREACHABLE)))
    mine = (cases.c.batch == view.batch,) if view.batch is not None else ()
    for name in sorted(view.desk.packs):
        pack = view.desk.packs[name]
        late = (cases.c.basis == name, cases.c.sent_at < view.now - pack.patience_seconds)
        count = int(view.db.execute(select(func.count()).where(*waiting, *late, *silent, *mine)).scalar() or 0)
        if count:
            why = f"no final answer under {name} within {pack.patience}"
            yield Matter("overdue", "overdue", count, "case", why, "takedown resubmit --pending --dry-run")


def _count(view: View, *where: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(requests).where(*where, *view.carrying())
    return int(view.db.execute(query).scalar() or 0)
