"""Taking back and sending it in one go: what one command of one person does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from takedown.approval import Signature
from takedown.contract import RefusedByPolicy
from takedown.delivery.budget import Progress
from takedown.delivery.deliver import Delivered, deliver
from takedown.desk import Desk
from takedown.ledger.cases import no_such
from takedown.ledger.moves import WITHDRAWAL, State
from takedown.ledger.states import DORMANT
from takedown.ledger.tables import cases, lanes, plans, requests
from takedown.ledger.withdrawals import answered, asked
from takedown.planning.digest import planner_statement
from takedown.planning.listing import get_plan
from takedown.planning.planner import sign_as_planner

if TYPE_CHECKING:
    from takedown.planning.withdrawing import Withdrawn

Sign = Callable[[str], Signature]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was written down, and how its sending ended: None where nothing was to be sent, or could not be: `why`."""

    done: Withdrawn
    sent: Delivered | None
    why: str = ""


def take_back(
    desk: Desk,
    numbers: Sequence[int],
    reason: str,
    wait: float,
    progress: Progress,
    *,
    for_all: bool = False,
    sign: Sign | None = None,
) -> TakenBack:
    """Withdraw these cases, and send what that takes. Raises what `withdraw`, `sign_as_planner` and `deliver` raise.

    sign: makes the signature of `desk.who`, which live asks for. When sending fails for now, the withdrawal stands in the
    ledger, and `takedown submit` goes on with it.
    """
    from takedown.planning.withdrawing import withdraw

    done = withdraw(desk, numbers, reason, for_all=for_all)
    if done.plan and sign:
        sign_as_planner(desk, done.plan, sign(planner_statement(get_plan(desk.ledger, done.plan)["digest"])))
    return TakenBack(done, _send(desk, done, wait, progress))


def go_on(desk: Desk, wait: float, progress: Progress) -> list[TakenBack]:
    """Withdrawals that had to wait until it was known what became of their requests. One that may not go yet keeps no other."""
    found: list[TakenBack] = []
    for done in follow(desk):
        try:
            found.append(TakenBack(done, _send(desk, done, wait, progress)))
        except RefusedByPolicy as error:  # in live whoever asked for it has to sign it first
            found.append(TakenBack(done, None, f"{error.message}: {error.as_dict()['do']}"))
    return found


def follow(desk: Desk) -> list[Withdrawn]:
    """Plan those withdrawals, and send nothing. Raises what drafting raises, and CasesChanged."""
    with desk.ledger.read() as db:
        if not asked(db):
            return []
    from takedown.planning.withdrawing import follow_up  # drafting loads slowly, and each sending ends here

    return follow_up(desk)


def unsent(desk: Desk) -> list[int]:
    """Plans of withdrawals that nobody has sent nor handed to workers, and for which no stopped lane waits for a person."""
    shut = select(lanes.c.name).where(lanes.c.stopped != "").scalar_subquery()
    ready = (requests.c.state == State.APPROVED.value, requests.c.not_before < DORMANT, requests.c.lane.not_in(shut))
    mine = (plans.c.purpose == WITHDRAWAL, plans.c.state == "approved", plans.c.handed_at.is_(None), *ready)
    query = select(plans.c.id).join_from(plans, requests, requests.c.plan == plans.c.id).where(*mine)
    with desk.ledger.read() as db:
        return [int(one) for one in db.execute(query.distinct().order_by(plans.c.id)).scalars()]


def _send(desk: Desk, done: Withdrawn, wait: float, progress: Progress) -> Delivered | None:
    return deliver(desk, done.plan, wait=wait, limit=None, progress=progress) if done.plan else None


def note_answer(desk: Desk, number: int, value: str, evidence: str) -> bool:
    """What a person read of a platform's answer to a withdrawal; False when that was known or nothing was withdrawn.

    value: acknowledged or refused. Raises NoSuchCase.
    """
    with desk.ledger.read() as db:
        if db.execute(select(cases.c.id).where(cases.c.id == number)).first() is None:
            no_such(number)
    told = {"by": desk.who, "evidence": evidence}
    return bool(desk.ledger.write(lambda book: answered(book, [number], value, "by_hand", **told)))
