"""What happens next in a case, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from takedown.clock import utc
from takedown.ledger.ids import case_id, plan_id, request_id
from takedown.ledger.states import ACTED, ASKED, DECLINED, FINAL, UNREACHABLE, State
from takedown.outcomes.repairs import FURTHER, repair_of
from takedown.report.cases import Dossier
from takedown.report.figures import contradiction


@dataclass(frozen=True, slots=True)
class Step:
    """Something a person can do, and the command for it."""

    what: str
    do: str


AGAIN = "takedown resubmit --pending --dry-run"
Ahead = tuple[str, tuple[Step, ...]]
"""What happens next, and what a person can do."""


def ahead(file: Dossier, patience: float | None, now: float) -> Ahead:
    """`patience`: seconds that the case's pack allows a platform; None when its pack is not installed."""
    return _differs(file) or (_closed(file) if file.row["closed"] else _taken_back(file) or _open(file, patience, now))


def day(seconds: float) -> str:
    return f"{utc(seconds):%Y-%m-%d %H:%M} UTC"


def _told(happens: str, *can: Step) -> Ahead:
    return happens, can


def _differs(file: Dossier) -> Ahead | None:
    """A return that is proposed, a case that is in doubt or held, a target that has another name: each waits for a person."""
    row, ident = file.row, case_id(file.row["id"])
    rename = Step("follow it to its new address", f"takedown case rename {ident}" + ("" if row["moved_to"] else " URL"))
    if file.returned is not None and file.returned["state"] == "open":
        return _told(
            "It was gone and is there again. Nothing is filed for that until a person decides.",
            Step("make a new case of it", f"takedown case accept-return {ident}"),
            Step("make none", f'takedown case dismiss {ident} --reason "..."'),
        )
    if row["closed"]:
        return None
    drop = Step("close it", f"takedown case close {ident} --as out_of_scope")
    if row["doubted_at"]:
        return _told(
            "It is in doubt: the ledger was taken back in time, and it may have been sent since. "
            "Nothing is planned or sent for it until a person has looked.",
            Step(
                "neither the platform nor the sent folder has it: release it",
                f'takedown case release {ident} --restored --reason "..."',
            ),
            Step("it was sent: close it", f"takedown case close {ident} --as done"),
        )
    if row["held"]:
        free = Step("it is the target all the same: release it", f'takedown case release {ident} --reason "..."')
        return _told(f"It is held: {row['held']}. Nothing is planned or sent for it until a person decides.", rename, free, drop)
    return _told(f"Its target goes by another address now: {row['moved_to']}.", rename, drop) if row["moved_to"] else None


def _closed(file: Dossier) -> Ahead:
    return _told("It is closed; nothing more happens.", Step("open it again", f"takedown case reopen {case_id(file.row['id'])}"))


def _taken_back(file: Dossier) -> Ahead | None:
    row, ident = file.row, case_id(file.row["id"])
    close = Step("close it", f"takedown case close {ident} --as mistake")
    own = [one for one in file.requests if one["purpose"] == "withdrawal" and one["state"] not in {"sent", "withdrawn"}]
    match row["withdrawal"]:
        case "none" if row["delivered"] == State.WITHDRAWN.value:
            return _told("It was taken back before it left; nothing more happens.", close)
        case "none":
            return None
        case "requested" if own:
            plan = plan_id(own[-1]["plan"])
            by_hand = own[-1]["state"] == State.OPERATOR.value
            send = Step("file it", "takedown portal run") if by_hand else Step("send it", f"takedown submit {plan}")
            return _told(f"Its withdrawal {request_id(own[-1]['id'])} has not left yet.", send)
        case "requested":
            later = Step("go on, once it has ended", "takedown withdraw --due")
            return _told("It is withdrawn as soon as it is known what became of its sending.", later)
        case "refused":
            again = Step("try again", f"takedown withdraw {ident} --reason TEXT")
            return _told("The platform refused to take the withdrawal. It must be told another way.", again, close)
        case "restored":
            return _told("It was withdrawn, and its target is there again. Nothing more is asked.", close)
        case _:
            answer = Step("write down what it answered", f"takedown withdraw {ident} --answered acknowledged")
            return _told(
                "It is withdrawn; the next looks tell whether it is there again.",
                Step("look", "takedown verify --due"),
                answer,
                close,
            )


def _open(file: Dossier, patience: float | None, now: float) -> Ahead:
    row, newest = file.row, file.newest
    ident = case_id(row["id"])
    drop = Step("close it", f"takedown case close {ident} --as WHY")
    plan = plan_id(newest["plan"]) if newest else "PLAN"
    detail = f": {newest['detail']}" if newest and newest["detail"] else ""
    match State(row["delivered"]):
        case State.DRAFT if file.answer_before not in {"", DECLINED}:
            first = case_id(row["follows"])
            waits = f"It waits until the platform has declined {first}, which it is asked first."
            return _told(waits, Step("see where that stands", f"takedown case explain {first}"), drop)
        case State.DRAFT | State.WITHDRAWN:
            return _told(
                "It is in no plan, and nothing happens until it is.", Step("plan it", f"takedown plan --case {ident}"), drop
            )
        case State.PLANNED:
            look, sign = (
                Step("look at the plan", f"takedown plan show {plan}"),
                Step("sign it", f"takedown approve {plan} --as NAME"),
            )
            return _told(f"Plan {plan} waits for approval; nothing leaves before.", look, sign, drop)
        case State.APPROVED:
            again = f", tried again from {day(newest['not_before'])}" if newest and newest["attempts"] else ""
            return _told(
                f"It goes out with the next run of {plan}{again}{detail}.", Step("send it", f"takedown submit {plan}"), drop
            )
        case State.SENDING:
            why = "A process is sending it, or died while it was; the next run finds out which."
            return _told(why, Step("run it again", f"takedown submit {plan}"))
        case State.UNKNOWN:
            why = "Where a key or a search can tell, submit and sync settle it; else a person decides."
            return _told(f"It may have arrived{detail}. {why}", Step("see which", "takedown unknown list"))
        case State.OPERATOR:
            by_hand = "A person files it in the platform's form and types the reference."
            return _told(by_hand, Step("file it", "takedown portal run"), drop)
        case State.REFUSED:
            why = f"The platform will not take the request as it was{detail}. The same bytes are never sent again."
            return _told(why, Step("plan it anew, once what was missing is there", AGAIN), drop)
        case State.RETURNED:
            return _told(f"The mail came back{detail}. The address must be mended before it is planned anew.", drop)
        case State.SENT:
            code = str(file.claims[-1]["reason_code"]) if file.claims else ""
            if _waits_for_us(row):
                return _asked(file, drop)
            return _after_sending(row, code, patience, now, drop)


def _waits_for_us(row: Mapping[str, Any]) -> bool:
    asked = row["claimed"] == ASKED and (row["answered_at"] or 0) < (row["claimed_at"] or 0)
    return asked and not contradiction(row["claimed"], row["observed"])


def _asked(file: Dossier, drop: Step) -> Ahead:
    """An intake endpoint takes no answers (its contract has no message for one): it is given another way, and written down."""
    row, ident = file.row, case_id(file.row["id"])
    name = request_id(row["request"]) if row["request"] else "REQUEST"
    question = Step("see the question", f"takedown case show {ident}")
    close = Step("close it without an answer", f"takedown question close {name} --reason TEXT")
    by_hand = Step("write down an answer given another way", f"takedown answer {name} --text FILE --sent-by-hand HOW")
    if file.newest and file.newest["channel"] == "api":
        happens = (
            "The platform waits for an answer. Its endpoint takes none: give it where the question can be answered, and write it "
            "down here. No reminder is sent before."
        )
        return _told(happens, question, by_hand, close, drop)
    answer = Step("answer it", f"takedown answer {name} --text FILE")
    return _told("The platform waits for an answer, and no reminder is sent before.", question, answer, by_hand, close, drop)


def _after_sending(row: Mapping[str, Any], code: str, patience: float | None, now: float, drop: Step) -> Ahead:
    ident, claimed, observed = case_id(row["id"]), row["claimed"], row["observed"]
    close = Step("close it as done", f"takedown case close {ident} --as done")
    match contradiction(claimed, observed):
        case "says_acted_still_up":
            return _told("The platform says that it acted, yet it is still up. That goes back to the platform.", drop)
        case "declined_yet_gone":
            return _told("The platform declined, yet it is gone. Nothing more is asked.", close)
        case _:
            pass
    if claimed in ACTED or observed in UNREACHABLE:
        return _told("Nothing more is asked of the platform.", close)
    if claimed in FINAL:
        named = {"case": ident, "request": request_id(row["request"] or 0), "platform": row["platform"]}
        mends = [repair_of(code), *([FURTHER] if repair_of(code).do != FURTHER.do else [])]
        steps = [Step(one.what, one.command(**named)) for one in mends]
        return _told("The platform has decided; a new request must bring something new.", *steps, drop)
    return _silent(row, patience, now, drop)


def _silent(row: Mapping[str, Any], patience: float | None, now: float, drop: Step) -> Ahead:
    can = (Step("ask the platform", f"takedown sync --platform {row['platform']}"), Step("remind it", AGAIN), drop)
    if patience is None or not row["sent_at"]:
        return _told("We wait for the platform's answer.", *can)
    ends = row["sent_at"] + patience
    if now > ends:
        return _told(f"The platform's answer is overdue since {day(ends)}; it may be reminded.", *can)
    return _told(f"We wait for the platform's answer until {day(ends)}; then it is overdue, and may be reminded.", *can)
