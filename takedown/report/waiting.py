"""What waits: for a person, or only for time. Each matter comes with the command that goes on with it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from takedown.contract.errors import TakedownError
from takedown.ledger.halts import told_halt
from takedown.ledger.ids import plan_id
from takedown.ledger.reader import among
from takedown.ledger.states import DORMANT, State
from takedown.planning.demands import Demands, read_demands
from takedown.report.differences import differences
from takedown.report.differing import DIFFERING
from takedown.report.figures import Figures
from takedown.report.lateness import overdue, past_review
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
    yield from _withdrawals(view)
    yield from _redress(view)
    yield from _of_cases(view, figures)
    yield from differences(view)
    yield from overdue(view)
    if (drafts := figures.delivery["draft"]) and (drafts := drafts - next(view.cases(APART_DRAFTS))[0]):
        yield Matter("draft", "cases in no plan yet", drafts, "case", do=f"takedown plan{view.in_batch}")
    if back := figures.taken_back:
        why = "no answer is waited for, and they are not pending"
        yield Matter("taken_back", "taken back and still open", back, "case", why, "takedown case close CASE --as mistake")


APART = f"({DIFFERING['held']} OR {DIFFERING['doubted']})"
APART_DRAFTS = f"SELECT count(*) FROM cases WHERE {APART} AND delivered = 'draft' AND closed = '' {{mine}}"  # noqa: S608


def for_time(view: View) -> Iterator[Matter]:
    """What goes on by itself, or by the same command later."""
    resting = "SELECT name, not_before, why FROM lanes WHERE not_before > :now ORDER BY not_before"
    for name, until, why in view.ledger.rows(resting, now=view.now):
        yield Matter("resting", f"{name} rests", 1, "lane", why, until=until)
    yield from _later(_due(view))
    yield from _uncertain(view, machine=True)
    if count := _count(view, State.SENDING):
        yield Matter("sending", "being sent now, or left by a process that died", count, "request")


def _halted(view: View) -> Iterator[Matter]:
    if why := view.ledger.setting("halted"):
        yield Matter("halted", "sending is halted", 1, "switch", told_halt(why), "takedown unhalt --as NAME")


def _stopped(view: View) -> Iterator[Matter]:
    shut = "SELECT name, stopped, why, mend FROM lanes WHERE stopped <> '' ORDER BY name"
    for name, what, why, mend in view.ledger.rows(shut):
        yield Matter("stopped", f"{name} stopped: {what}", 1, "lane", why, mend or "takedown doctor --online")


PLANS = """SELECT id, planner, cases, valid_until, demands, environment, planner_signature, created_at,
  (SELECT count(*) FROM approvals WHERE plan = plans.id) FROM plans WHERE state = 'open' {mine} ORDER BY id"""


def _plans(view: View) -> Iterator[Matter]:
    """Plans that wait for their planner, for approval, or with `approvals = 0` to be submitted; emergencies first."""
    found = [(read_demands(row[4], 1), row) for row in view.plans(PLANS)]
    for asked, (number, planner, count, valid_until, _, where, vouched, made, signed) in sorted(
        found, key=lambda one: not one[0].emergency
    ):
        name, needed = plan_id(number), asked.approvals
        urgent, called, by = _urgent(view, name, asked, made)
        if valid_until < view.now:
            do = f"takedown plan discard {name}"
            yield Matter("expired", f"{name} is too old to be sent", count, "case", "[plan] valid_for is over", do)
        elif where == "live" and not vouched:
            do = f"takedown plan sign {name} --as {planner} --key FILE"
            yield Matter(
                "approval",
                f"{urgent}{name} waits for its planner's signature",
                count,
                "case",
                f"planned by {planner}{called}",
                do,
                by or valid_until,
            )
        elif needed:
            why = f"planned by {planner}; {signed} of {needed} approvals given{called}"
            do = f"takedown approve {name} --as NAME"
            yield Matter("approval", f"{urgent}{name} waits for approval", count, "case", why, do, by or valid_until)
        else:
            do = f"takedown submit {name}"
            yield Matter("approval", f"{name} may be sent", count, "case", "approvals = 0", do, valid_until)


def _urgent(view: View, name: str, asked: Demands, made: float) -> tuple[str, str, float | None]:
    """How an emergency is marked, what became of the call for a second person, and by when it is to be signed."""
    if not asked.emergency:
        return "", "", None
    by = made + asked.within
    said = "SELECT data FROM events WHERE subject = :plan AND kind = 'emergency.called' ORDER BY seq DESC LIMIT 1"
    told = next((json.loads(data) for (data,) in view.ledger.rows(said, plan=name)), {"called": 0})
    again = " a second time" if told.get("again") else ""
    called = f"; {told['called']} called by mail{again}" if told["called"] else "; nobody was reached by mail: call somebody"
    return "EMERGENCY, OVERDUE: " if by < view.now else "EMERGENCY: ", called, by


@dataclass(frozen=True, slots=True)
class Due:
    """Approved requests of a plan: untried, tried before and when the first of those may go out again, reminders asleep."""

    plan: int
    fresh: int
    tried: int
    again: float | None
    asleep: int
    handed: float | None


DUE = f"""SELECT plan,
  count(CASE WHEN not_before < {DORMANT} AND attempts = 0 THEN 1 END),
  count(CASE WHEN not_before < {DORMANT} AND attempts > 0 THEN 1 END),
  min(CASE WHEN not_before < {DORMANT} AND attempts > 0 THEN not_before END),
  count(CASE WHEN not_before >= {DORMANT} THEN 1 END),
  (SELECT p.handed_at FROM plans p WHERE p.id = r.plan)
  FROM requests r WHERE state = '{State.APPROVED.value}' {{mine}} GROUP BY plan ORDER BY plan"""  # noqa: S608


def _due(view: View) -> list[Due]:
    return [Due(*row) for row in view.requests(DUE)]


def _unsent(due: list[Due]) -> Iterator[Matter]:
    for one in due:
        if one.fresh and one.handed is None:
            name = plan_id(one.plan)
            yield Matter(
                "approved", f"{name} is approved, not all of it sent", one.fresh, "request", do=f"takedown submit {name}"
            )


def _later(due: list[Due]) -> Iterator[Matter]:
    """What goes on at its time; what the workers have goes on without anybody."""
    for one in due:
        name, why = plan_id(one.plan), "surely not sent the last time"
        if one.fresh and one.handed is not None:
            yield Matter("handed", f"{name} is with the workers", one.fresh, "request")
        if one.tried:
            do = f"takedown submit {name}" if one.handed is None else ""
            yield Matter("retry", f"{name}: to be tried again", one.tried, "request", why, do, one.again)
    if asleep := sum(one.asleep for one in due):
        yield Matter("reminder", "reminders frozen with their plan, for when patience ends", asleep, "request")


IN_FORCE = "(SELECT p.state = 'approved' FROM plans p WHERE p.id = r.plan)"
UNCERTAIN = f"SELECT lane, CASE WHEN {IN_FORCE} THEN key_born END FROM requests r WHERE state = '{State.UNKNOWN.value}' {{mine}}"  # noqa: S608


def _uncertain(view: View, machine: bool) -> Iterator[Matter]:
    """Uncertain sendings: those that a key or a search can settle, or those that only a person can."""
    counts: Counter[bool] = Counter()
    for name, born in view.requests(UNCERTAIN):
        counts[_settles_itself(view, name, born)] += 1
    if machine and counts[True]:
        why = "the same key or a search will tell"
        yield Matter("settling", "sending uncertain, settles itself", counts[True], "request", why, "takedown sync")
    if not machine and counts[False]:
        why = "it may have arrived, and no machine can find out"
        yield Matter("uncertain", "sending uncertain", counts[False], "request", why, "takedown unknown list")


def _settles_itself(view: View, name: str, born: float | None) -> bool:
    from takedown.delivery.lanes import lane_for  # slow to load, and hardly ever needed

    try:
        lane = lane_for(view.desk(), name)
    except TakedownError:  # its adapter is gone or wrongly configured: a person must look
        return False
    return lane.searchable or lane.remembers(born, view.now)


def _packets(view: View) -> Iterator[Matter]:
    if count := _count(view, State.OPERATOR):
        yield Matter(
            "portal", "to file by hand", count, "request", "these portals take no machine's requests", "takedown portal run"
        )


def _numbers(view: View) -> Iterator[Matter]:
    if count := _count(view, State.SENT, "AND receipt = ''"):
        yield Matter("number", "filed by hand, the portal's number is to follow", count, "request", do="takedown portal list")


def _returned(view: View) -> Iterator[Matter]:
    if count := _count(view, State.RETURNED):
        do = f"takedown case list --delivery returned{view.in_batch}"
        yield Matter("returned", "mails came back", count, "request", "the address may be wrong", do)


REFUSED = f"""SELECT r.platform, r.detail, count(*) FROM requests r JOIN (SELECT request FROM cases
  WHERE delivered = '{State.REFUSED.value}' AND closed = '' {{mine}}) c ON c.request = r.id
  WHERE r.state = '{State.REFUSED.value}' GROUP BY r.platform, r.detail"""  # noqa: S608


def _refused(view: View) -> Iterator[Matter]:
    """By the class that the platform gave; cases whose newest request it is, and which are open."""
    found: dict[str, Counter[str]] = {}
    for platform, detail, count in view.cases(REFUSED):
        found.setdefault(detail.partition(":")[0], Counter())[platform] += count
    for code, counts in sorted(found.items()):
        who = ", ".join(f"{platform} {count:,}" for platform, count in sorted(counts.items()))
        do = f"takedown case list --delivery refused{view.in_batch}"
        yield Matter("refused", f"the platform refused the request: {code}", counts.total(), "case", who, do)


REVIEWS = "SELECT count(*) FROM plans WHERE review <> '' AND review = 'due' {mine}"
FOLLOWING = f"""SELECT count(*) FROM cases WHERE withdrawal <> 'none' AND withdrawal = 'requested' {{mine}} AND NOT EXISTS
  (SELECT 1 FROM request_cases k JOIN requests r ON r.id = k.request WHERE k."case" = cases.id AND r.purpose = 'withdrawal'
  AND r.state NOT IN {among([State.REFUSED.value, State.WITHDRAWN.value])})"""  # noqa: S608
REQUESTED = "SELECT 1 FROM cases WHERE withdrawal <> 'none' AND withdrawal = 'requested' {mine} LIMIT 1"
NOT_TAKEN = "SELECT count(*) FROM cases WHERE withdrawal <> 'none' AND withdrawal = 'refused' {mine}"


APPEALS = """SELECT count(*), min(due_at) FROM appeals WHERE outcome = '' {mine}"""
ENDED = """SELECT count(*) FROM notifications WHERE value = 'withheld' AND newest = 'yes' AND until <= :now {mine}"""


def _redress(view: View) -> Iterator[Matter]:
    """Appeals, users who are to be told now, and measures whose time is over."""
    count, due = next(view.of_cases(APPEALS))
    if count:
        why = "the first was due already" if due < view.now else ""
        yield Matter("appeal", "appeals to be decided", count, "appeal", why, "takedown appeal list", due)
    if count := next(view.of_cases(ENDED, now=view.now))[0]:
        why = "it may be withheld no longer"
        yield Matter("notice", "the user is to be told now", count, "case", why, "takedown appeal list")
    yield from past_review(view)


def _withdrawals(view: View) -> Iterator[Matter]:
    """Those that a second person has not looked at, that wait for their sending to end, and that platforms refused."""
    if due := next(view.plans(REVIEWS))[0]:
        why, do = "one person is enough to send them, a second one looks afterwards", "takedown review list"
        yield Matter("review", "withdrawals to be reviewed", due, "plan", why, do)
    if any(view.cases(REQUESTED)) and (count := next(view.cases(FOLLOWING))[0]):
        why = "what is being sent cannot be called back"
        yield Matter("withdrawal", "to be withdrawn once their sending has ended", count, "case", why, "takedown withdraw --due")
    if count := next(view.cases(NOT_TAKEN))[0]:
        do = f"takedown case list --withdrawal refused{view.in_batch}"
        yield Matter("withdrawal", "the platform refused the withdrawal", count, "case", do=do)


ANSWERED = """SELECT count(*) FROM cases WHERE answered_at IS NOT NULL AND claimed = 'needs_information' AND closed = ''
  AND answered_at >= claimed_at {mine}"""


def _of_cases(view: View, figures: Figures) -> Iterator[Matter]:
    listed = f"takedown case list --claimed {{}}{view.in_batch}"
    if (count := figures.claimed["needs_information"]) and (count := count - next(view.cases(ANSWERED))[0]):
        yield Matter("question", "the platform asks a question", count, "case", do=listed.format("needs_information"))
    differing = f"takedown case list --differs {{}}{view.in_batch}"
    if count := figures.contradictions["says_acted_still_up"]:
        yield Matter("contradiction", "platform says done, still up", count, "case", do=differing.format("still_up"))
    if count := figures.contradictions["declined_yet_gone"]:
        yield Matter("contradiction", "platform declined, yet gone", count, "case", do=differing.format("yet_gone"))


COUNT = "SELECT count(*) FROM requests r WHERE state = '{state}' {more} {{mine}}"


def _count(view: View, state: State, more: str = "") -> int:
    return int(next(view.requests(COUNT.format(state=state.value, more=more)))[0])
