"""What follows a request that was sent, to the same place over the same channel: its withdrawal, or the answer to a question.

Drafting only. A withdrawal's bytes can be made again from what the ledger holds, and are, before they leave: one person may send
it, so nobody may pass off anything else as one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, RowMapping, select

from takedown.clock import utc
from takedown.contract import (
    Channel,
    Draft,
    Notice,
    PortalDraft,
    PortalField,
    RefusedByPolicy,
    Request,
    Retractable,
)
from takedown.contract.drafts import compact_json
from takedown.desk import ChannelBarred, Desk
from takedown.ledger.ids import number, reference, request_id
from takedown.ledger.rows import to_case
from takedown.ledger.tables import cases, request_cases, requests
from takedown.notices import render_follow_up
from takedown.planning.drafting import Drafted, Drafter, Versioned

Kind = Literal["withdrawal", "answer"]
TASKS: Mapping[Kind, str] = {
    "withdrawal": "Withdraw at the portal what was filed under this number, for the links below and no others",
    "answer": "Answer at the portal the question about what was filed under this number",
}


class NoWayToSay(RefusedByPolicy):
    """{platform} has no way to be told of {what} over its {channel} channel."""

    code, why = "TD-0780", "the endpoint that took {request} takes no such message"
    do = "tell the platform where it can be told, and write it down: {then}"


@dataclass(frozen=True, slots=True)
class About:
    """A request that was sent (its row), the cases it carries, and those of them that are meant."""

    row: Mapping[str, Any]
    carried: tuple[Versioned, ...]
    meant: tuple[Versioned, ...]

    @property
    def whole(self) -> bool:
        return len(self.meant) == len(self.carried)


def about(db: Connection, row: RowMapping, meant: Collection[int]) -> About:
    """Cases that a person left out while filing were not sent, and are not among those carried."""
    joined = request_cases.join(cases, cases.c.id == request_cases.c.case)
    mine = (request_cases.c.request == row["id"], request_cases.c.excepted == "")
    query = select(cases).select_from(joined).where(*mine).order_by(request_cases.c.position)
    carried = tuple(Versioned(to_case(one), one["version"]) for one in db.execute(query).mappings())
    return About({**row}, carried, tuple(one for one in carried if number(one.case.id, "C") in meant))


def draft_follow_up(drafter: Drafter, kind: Kind, ident: int, of: About, said: str) -> Drafted:
    """The request that says it. Raises NoWayToSay, ChannelBarred, NoSuchPack, and what rendering and pinning raise."""
    desk, row, channel = drafter.desk, of.row, Channel(of.row["channel"])
    platform = desk.platform(row["platform"])
    if why := platform.barred(channel):
        raise ChannelBarred(platform=row["platform"], channel=channel, why=why)
    first = _first(desk, of)
    ref = reference(desk.ledger.secret, ident, 1)
    shown = row["receipt"] if channel is not Channel.EMAIL else ""  # what a mail server called it tells nobody anything
    notice = render_follow_up(
        "withdrawal" if kind == "withdrawal" else "reply",
        desk.packs[first.notice.basis.pack],
        tuple(one.case for one in of.meant),
        first.authority,
        first,
        said,
        reference=ref,
        issued_at=utc(drafter.issued_at),
        receipt=shown,
    )
    request = Request(
        reference=ref,
        platform=first.platform,
        channel=channel,
        cases=tuple(one.case for one in of.meant),
        notice=notice,
        authority=first.authority,
        territory=first.territory,
        issued_at=utc(drafter.issued_at),
        message_id=drafter.message_id(ident) if channel is Channel.EMAIL else "",
        in_reply_to=first.message_id,
        withdraws=first.reference if kind == "withdrawal" else "",
    )
    return drafter.freeze(ident, request, _draft(desk, kind, of, request, said), of.meant, kind, follows=row["id"])


def _first(desk: Desk, of: About) -> Request:
    """The request that is followed, as far as a follow-up speaks of it."""
    case, row = of.carried[0].case, of.row
    pack = desk.packs[case.basis]
    language = pack.language_for(case.language or "en")
    notice = Notice(pack.instrument, pack.basis, "", "", "", pack.redress[language].strip(), language)
    return Request(
        reference=row["reference"],
        platform=row["platform"],
        channel=Channel(row["channel"]),
        cases=tuple(one.case for one in of.carried),
        notice=notice,
        authority=desk.settings.authority.value(),
        territory=case.territory,
        issued_at=utc(row["created_at"]),
        message_id=row["message_id"],
    )


def _draft(desk: Desk, kind: Kind, of: About, request: Request, said: str) -> Draft:
    platform, row = desk.platform(request.platform), of.row
    match request.channel, kind:
        case Channel.EMAIL, _:
            return platform.prepare(request)
        case Channel.PORTAL, _:
            return _packet(kind, row, request)
        case Channel.API, "withdrawal" if isinstance(platform, Retractable):
            named = () if of.whole else tuple(one.case.id for one in of.meant)
            return platform.withdraw_call(row["receipt"], said, named)
        case _:
            case, name = request.cases[0].id, request_id(row["id"])
            then = (
                f"takedown answer {name} --text FILE --sent-by-hand HOW"
                if kind == "answer"
                else f"takedown case note {case} TEXT"
            )
            what = "an answer" if kind == "answer" else "a withdrawal"
            raise NoWayToSay(platform=platform.title, what=what, channel=request.channel.value, request=name, then=then)


def _packet(kind: Kind, row: Mapping[str, Any], request: Request) -> PortalDraft:
    """What a person does at the portal with what was filed there; no layout of a form fits it."""
    told = {
        "What to do": TASKS[kind],
        "Number at the portal": row["receipt"] or "(none; look for our reference)",
        "Our reference then": row["reference"],
        "Our reference now": request.reference,
        "Links": "\n".join(one.target.url for one in request.cases),
        "Text": request.notice.statement,
    }
    fields = tuple(PortalField(label, value) for label, value in told.items())
    packet = {
        "form": kind,
        "url": row["destination"],
        "reference": request.reference,
        "fields": [{"label": one.label, "value": one.value} for one in fields],
        "attachments": [],
        "cases": [{"case": one.id, "url": one.target.url} for one in request.cases],
        "follows": row["reference"],
    }
    return PortalDraft(row["destination"], kind, fields, (), compact_json(packet))


def made_again(desk: Desk, db: Connection, row: Mapping[str, Any], said: str) -> tuple[Drafted, bool]:
    """The withdrawal that this row must be, drafted anew, and whether a case of it changed since it was frozen."""
    joined = request_cases.join(cases, cases.c.id == request_cases.c.case)
    columns = (request_cases.c.case, request_cases.c.version, cases.c.version)
    held = select(*columns).select_from(joined).where(request_cases.c.request == row["id"])
    named = {int(case): (then, now) for case, then, now in db.execute(held).all()}
    first = db.execute(select(requests).where(requests.c.id == row["follows"])).mappings().one()
    drafter = Drafter(desk, row["plan"], row["created_at"], lambda: row["id"])
    drafted = draft_follow_up(drafter, "withdrawal", row["id"], about(db, first, named.keys()), said)
    return drafted, any(then != now for then, now in named.values())
