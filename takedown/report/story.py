"""The story of one case in sentences: how it came to stand where it stands, what happens next, what a person can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from takedown.clock import utc
from takedown.clocks.hands import Hand, Reading
from takedown.display import words
from takedown.ledger.ids import case_id, plan_id, request_id
from takedown.ledger.moves import State
from takedown.ledger.questions import ASKED
from takedown.ledger.steps import ANSWERED
from takedown.ledger.truths import ACTED, FINAL, UNREACHABLE
from takedown.outcomes.repairs import FURTHER, repair_of
from takedown.report.cases import Dossier
from takedown.report.figures import contradiction

CHANNELS = {"api": "over its intake endpoint", "email": "by e-mail", "portal": "through its form"}
SAYS = {
    "received": "has confirmed that it received the request",
    "in_review": "is reviewing it",
    "removed": "says that it removed it",
    "restricted": "says that it restricted it",
    "declined": "declined",
    "needs_information": "asks a question",
    "not_found": "says that it does not find it",
}
SAW = {
    "available": "We looked: it is still up.",
    "gone": "We looked: it is gone, for a reason that we cannot see.",
    "suspended": "We looked: its page says that the platform acted.",
    "withheld": "We looked: it is withheld by country.",
    "restricted": "We looked: it is restricted, for a reason that we cannot see.",
    "unknown": "We looked, and could not tell.",
}
GROUNDS = {"own_rules": "under its own rules", "local_law": "under local law"}


@dataclass(frozen=True, slots=True)
class Step:
    """Something a person can do, and the command for it."""

    what: str
    do: str


AGAIN = "takedown resubmit --pending --dry-run"
Ahead = tuple[str, tuple[Step, ...]]
"""What happens next, and what a person can do."""


@dataclass(frozen=True, slots=True)
class Story:
    so_far: tuple[str, ...]
    next: str
    can: tuple[Step, ...]


def tell(file: Dossier, patience: float | None, now: float, clocks: Sequence[Reading] = ()) -> Story:
    """The story. `patience`: seconds that the case's pack allows a platform; None when its pack is not installed."""
    so_far = (*_imported(file), *_sendings(file), *_answers(file), *_seen(file), *_decided(file), *_clocks(clocks))
    happens, can = _differs(file) or (_closed(file) if file.row["closed"] else _taken_back(file) or _open(file, patience, now))
    return Story(so_far, happens, can)


def day(seconds: float) -> str:
    return f"{utc(seconds):%Y-%m-%d %H:%M} UTC"


def _imported(file: Dossier) -> Iterator[str]:
    row = file.row
    target, basis = (
        f"the {row['kind']} {row['key']} on {row['platform']}",
        f"under {row['basis']} with reference {row['reference']}",
    )
    yield f"{case_id(row['id'])} is {target}, reported {basis}."
    yield f"It was imported on {day(row['created_at'])} from {file.batch['file']}."
    for one in file.references:
        yield f"{one['organisation'] or 'Another file'} reported it too, with reference {one['reference']}."


def _sendings(file: Dossier) -> Iterator[str]:
    for one in file.requests:
        name, plan = request_id(one["id"]), plan_id(one["plan"])
        where = CHANNELS.get(one["channel"], one["channel"])
        what = "request" if one["purpose"] == "removal" else one["purpose"]
        yield f"On {day(one['created_at'])} the {what} {name} to {one['platform']} {where} was frozen in plan {plan}."
        for tried in one["tries"]:
            yield f"Attempt {tried['number']} on {day(tried['started_at'])}: {_ended(tried)}."
        if one["state"] == State.SENT.value and one["receipt_at"]:
            given = f"receipt {one['receipt']}" if one["receipt"] else "no receipt"
            yield f"{name} was sent on {day(one['receipt_at'])}, {given}."
        elif one["state"] == State.SENT.value:
            yield f"{name} was filed by hand; the portal's number is to follow."
        if one["excepted"]:
            yield f"The case was left out of {name} when it was filed: {one['excepted']}."


def _ended(tried: Mapping[str, Any]) -> str:
    words = {"sent": "it arrived", "not_sent": "surely not sent", "unknown": "it may have arrived", "refused": "refused"}
    word = words.get(tried["outcome"], "surely not sent")
    return f"{word}, {tried['detail']}" if tried["detail"] and tried["outcome"] != "sent" else word


def _answers(file: Dossier) -> Iterator[str]:
    for one in file.claims:
        ground = f" {GROUNDS[one['ground']]}" if one["ground"] in GROUNDS else ""
        place = f" in {one['territory']}" if one["territory"] else ""
        words = f': "{one["reason"]}"' if one["reason"] else ""
        by = f", written down by {one['by']}" if one["by"] else ""
        says = f"{file.row['platform']} {SAYS.get(one['value'], one['value'])}{ground}{place}"
        yield f"On {day(one['recorded_at'])} we learned that {says}{by}{words}."


def _seen(file: Dossier) -> Iterator[str]:
    for one in file.sightings[-10:]:
        how = f"{one['by']} looked by eye" if one["source"] == "by_hand" else "we looked"
        why = f" ({one['why']})" if one["why"] else ""
        yield f"On {day(one['recorded_at'])} {how} from {one['vantage']}: {words('observed', one['value'])}{why}."
    if file.row["observed"]:
        yield SAW[file.row["observed"]]
    elif file.row["delivered"] == State.SENT.value:
        yield "We have not looked ourselves yet."


def _decided(file: Dossier) -> Iterator[str]:
    for at, kind, data in file.events:
        when, who = at[:16].replace("T", " ") + " UTC", data.get("by") if isinstance(data.get("by"), str) else "somebody"
        match kind:
            case "case.closed":
                yield f"On {when} {who} closed it as {data['as']}."
            case "case.reopened":
                yield f"On {when} {who} opened it again."
            case "case.made":
                yield f"On {when} {who} made it from {data['from']}, to ask for the same target under {data['basis']}."
            case "case.held":
                yield f"On {when} it was held: {_told(data, 'why')}."
            case "case.released":
                yield f"On {when} {who} released it: {_told(data, 'reason')}."
            case "case.moved":
                yield f"On {when} its lasting id was seen at {_told(data, 'to')}."
            case "case.renamed":
                how = "a look at the new address" if data["how"] == "probe" else "what a person read there"
                names = f"{_told(data, 'was')} to {_told(data, 'now')}"
                yield f"On {when} {who} renamed it from {names}; {how} showed the same lasting id."
            case "return.proposed":
                yield f"On {when} it was seen there again after it was gone, and a new case was proposed."
            case "return.dismissed":
                yield f"On {when} {who} made no new case of its return: {_told(data, 'reason')}."
            case "case.withdrawn":
                yield f"On {when} {who} took it back ({data['how']}): {data.get('reason', 'the reason was erased')}"
            case "withdrawal.acknowledged" | "withdrawal.refused":
                yield f"On {when} we learned that {file.row['platform']} {kind.partition('.')[2]} the withdrawal."
            case "question.closed":
                yield f"On {when} {who} closed the platform's question: {data.get('reason', 'the reason was erased')}"
            case "appeal.received":
                yield f"On {when} {who} recorded the appeal {data['appeal']}, from the {data['from']}: {data.get('reason', '')}"
            case "appeal.decided":
                yield f"On {when} {who} recorded that {data['appeal']} was decided, {data['outcome']}: {data.get('reason', '')}"
            case "user.notice":
                until = f" until {str(data['until'])[:10]}, under {data.get('basis', '')}" if "until" in data else ""
                yield f"On {when} {who} recorded of the user's notice: {data['user']}{until}."
            case "case.renewed":
                yield f"On {when} {who} let it stand until {str(data['until'])[:10]}: {data.get('reason', '')}"
            case "withdrawal.restored":
                yield f"On {when} we saw that it is there again."
            case "case.linked":
                yield f"On {when} {who} let it wait for {data['follows']}, which the platform is asked first."
            case _:
                said = data.get("note")
                yield (
                    f"On {when} {who} noted: {said}"
                    if isinstance(said, str)
                    else f"On {when} {who} noted something that was erased."
                )


def _told(data: Mapping[str, Any], name: str) -> str:
    """A private value, unless it was erased."""
    return str(data[name]) if isinstance(data.get(name), str) else "(erased)"


def _clocks(readings: Sequence[Reading]) -> Iterator[str]:
    for one in readings:
        until = f" until {one.until:%Y-%m-%d %H:%M} UTC" if one.until and one.hand is Hand.RUNNING else ""
        since = f" since {one.since:%Y-%m-%d %H:%M} UTC" if one.since and one.hand is not Hand.RUNNING else ""
        why = f" ({one.why})" if one.why else ""
        yield f'Its clock "{one.clock}": {one.hand.value}{until}{since}{why}.'


def _ahead(happens: str, *can: Step) -> Ahead:
    return happens, can


def _differs(file: Dossier) -> Ahead | None:
    """A return that is proposed, a case that is held, a target that has another name: each waits for a person."""
    row, ident = file.row, case_id(file.row["id"])
    rename = Step("follow it to its new address", f"takedown case rename {ident}" + ("" if row["moved_to"] else " URL"))
    if file.returned is not None and file.returned["state"] == "open":
        return _ahead(
            "It was gone and is there again. Nothing is filed for that until a person decides.",
            Step("make a new case of it", f"takedown case accept-return {ident}"),
            Step("make none", f'takedown case dismiss {ident} --reason "..."'),
        )
    if row["closed"]:
        return None
    drop = Step("close it", f"takedown case close {ident} --as out_of_scope")
    if row["held"]:
        free = Step("it is the target all the same: release it", f'takedown case release {ident} --reason "..."')
        return _ahead(f"It is held: {row['held']}. Nothing is planned or sent for it until a person decides.", rename, free, drop)
    return _ahead(f"Its target goes by another address now: {row['moved_to']}.", rename, drop) if row["moved_to"] else None


def _closed(file: Dossier) -> Ahead:
    return _ahead("It is closed; nothing more happens.", Step("open it again", f"takedown case reopen {case_id(file.row['id'])}"))


def _taken_back(file: Dossier) -> Ahead | None:
    row, ident = file.row, case_id(file.row["id"])
    close = Step("close it", f"takedown case close {ident} --as mistake")
    own = [one for one in file.requests if one["purpose"] == "withdrawal" and one["state"] not in {"sent", "withdrawn"}]
    match row["withdrawal"]:
        case "none" if row["delivered"] == State.WITHDRAWN.value:
            return _ahead("It was taken back before it left; nothing more happens.", close)
        case "none":
            return None
        case "requested" if own:
            plan = plan_id(own[-1]["plan"])
            by_hand = own[-1]["state"] == State.OPERATOR.value
            send = Step("file it", "takedown portal run") if by_hand else Step("send it", f"takedown submit {plan}")
            return _ahead(f"Its withdrawal {request_id(own[-1]['id'])} has not left yet.", send)
        case "requested":
            later = Step("go on, once it has ended", "takedown withdraw --due")
            return _ahead("It is withdrawn as soon as it is known what became of its sending.", later)
        case "refused":
            again = Step("try again", f"takedown withdraw {ident} --reason TEXT")
            return _ahead("The platform refused to take the withdrawal. It must be told another way.", again, close)
        case "restored":
            return _ahead("It was withdrawn, and its target is there again. Nothing more is asked.", close)
        case _:
            answer = Step("write down what it answered", f"takedown withdraw {ident} --answered acknowledged")
            return _ahead(
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
        case State.DRAFT if file.answer_before not in {"", ANSWERED}:
            first = case_id(row["follows"])
            waits = f"It waits until the platform has declined {first}, which it is asked first."
            return _ahead(waits, Step("see where that stands", f"takedown case explain {first}"), drop)
        case State.DRAFT | State.WITHDRAWN:
            return _ahead(
                "It is in no plan, and nothing happens until it is.", Step("plan it", f"takedown plan --case {ident}"), drop
            )
        case State.PLANNED:
            look, sign = (
                Step("look at the plan", f"takedown plan show {plan}"),
                Step("sign it", f"takedown approve {plan} --as NAME"),
            )
            return _ahead(f"Plan {plan} waits for approval; nothing leaves before.", look, sign, drop)
        case State.APPROVED:
            again = f", tried again from {day(newest['not_before'])}" if newest and newest["attempts"] else ""
            return _ahead(
                f"It goes out with the next run of {plan}{again}{detail}.", Step("send it", f"takedown submit {plan}"), drop
            )
        case State.SENDING:
            why = "A process is sending it, or died while it was; the next run finds out which."
            return _ahead(why, Step("run it again", f"takedown submit {plan}"))
        case State.UNKNOWN:
            why = "Where a key or a search can tell, submit and sync settle it; else a person decides."
            return _ahead(f"It may have arrived{detail}. {why}", Step("see which", "takedown unknown list"))
        case State.OPERATOR:
            by_hand = "A person files it in the platform's form and types the reference."
            return _ahead(by_hand, Step("file it", "takedown portal run"), drop)
        case State.REFUSED:
            why = f"The platform will not take the request as it was{detail}. The same bytes are never sent again."
            return _ahead(why, Step("plan it anew, once what was missing is there", AGAIN), drop)
        case State.RETURNED:
            return _ahead(f"The mail came back{detail}. The address must be mended before it is planned anew.", drop)
        case State.SENT:
            code = str(file.claims[-1]["reason_code"]) if file.claims else ""
            return _after_sending(row, code, patience, now, drop)


def _after_sending(row: Mapping[str, Any], code: str, patience: float | None, now: float, drop: Step) -> Ahead:
    ident, claimed, observed = case_id(row["id"]), row["claimed"], row["observed"]
    close = Step("close it as done", f"takedown case close {ident} --as done")
    match contradiction(claimed, observed):
        case "says_acted_still_up":
            return _ahead("The platform says that it acted, yet it is still up. That goes back to the platform.", drop)
        case "declined_yet_gone":
            return _ahead("The platform declined, yet it is gone. Nothing more is asked.", close)
        case _:
            pass
    if claimed == ASKED and (row["answered_at"] or 0) < (row["claimed_at"] or 0):
        name = request_id(row["request"]) if row["request"] else "REQUEST"
        question = Step("see the question", f"takedown case show {ident}")
        answer = Step("answer it", f"takedown answer {name} --text FILE")
        close = Step("close it without an answer", f"takedown question close {name} --reason TEXT")
        return _ahead("The platform waits for an answer, and no reminder is sent before.", question, answer, close, drop)
    if claimed in ACTED or observed in UNREACHABLE:
        return _ahead("Nothing more is asked of the platform.", close)
    if claimed in FINAL:
        named = {"case": ident, "request": request_id(row["request"] or 0), "platform": row["platform"]}
        mends = [repair_of(code), *([FURTHER] if repair_of(code).do != FURTHER.do else [])]
        steps = [Step(one.what, one.command(**named)) for one in mends]
        return _ahead("The platform has decided; a new request must bring something new.", *steps, drop)
    return _silent(row, patience, now, drop)


def _silent(row: Mapping[str, Any], patience: float | None, now: float, drop: Step) -> Ahead:
    can = (Step("ask the platform", f"takedown sync --platform {row['platform']}"), Step("remind it", AGAIN), drop)
    if patience is None or not row["sent_at"]:
        return _ahead("We wait for the platform's answer.", *can)
    ends = row["sent_at"] + patience
    if now > ends:
        return _ahead(f"The platform's answer is overdue since {day(ends)}; it may be reminded.", *can)
    return _ahead(f"We wait for the platform's answer until {day(ends)}; then it is overdue, and may be reminded.", *can)
