"""The story of one case in sentences: how it came to stand where it stands; `ahead` tells what happens next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from takedown.clocks.hands import Hand, Reading
from takedown.display import words
from takedown.ledger.ids import case_id, plan_id, request_id
from takedown.ledger.states import State
from takedown.report.ahead import Step, ahead, day
from takedown.report.cases import Dossier

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
class Story:
    so_far: tuple[str, ...]
    next: str
    can: tuple[Step, ...]


def tell(file: Dossier, patience: float | None, now: float, clocks: Sequence[Reading] = ()) -> Story:
    """The story. `patience`: seconds that the case's pack allows a platform; None when its pack is not installed."""
    so_far = (*_imported(file), *_sendings(file), *_answers(file), *_seen(file), *_decided(file), *_clocks(clocks))
    happens, can = ahead(file, patience, now)
    return Story(so_far, happens, can)


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
            case "case.held_back":
                yield f"On {when} {who} had everything about it kept: {_told(data, 'reason')}."
            case "case.let_go":
                yield f"On {when} {who} ended that: {_told(data, 'reason')}."
            case "case.released":
                yield f"On {when} {who} released it: {_told(data, 'reason')}."
            case "cases.doubted":
                yield f"On {when} the ledger was taken back in time: it may have been sent since."
            case "cases.cleared":
                yield f"On {when} {who} said that it was not sent since: {_told(data, 'reason')}"
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
            case "question.answered":
                given = f'{_told(data, "how")}: "{_told(data, "text")}"'
                yield f"On {when} {who} wrote down an answer to the platform's question, given by hand, {given}."
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
