"""The interface that every platform adapter implements. An adapter does no I/O: it recognises, prepares and reads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, cast
from urllib.parse import quote

from takedown.contract.drafts import Draft, HttpDraft, compact_json
from takedown.contract.replies import Denied, Reading, Receipt, Refusal, Reply, TryLater, Unclear
from takedown.contract.settings import PlatformSettings
from takedown.contract.url import NotATarget, Reason, Url
from takedown.contract.values import Channel, Instrument, Kind, PortalForm, Request, Target


@dataclass(frozen=True, slots=True)
class ChannelTerms:
    """What is known of a channel, with its source. `pace` as in the settings; `form` only for portals."""

    source: str
    verified_on: date | None = None
    cases_per_request: int = 1
    pace: str = "1/s"
    form: PortalForm | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ItemStatus:
    """What the platform says of one case. `status` is a claimed value; `ground` own_rules, local_law or empty.

    `url` tells the case where the request went another way (mail, portal) and the platform never saw our case ids.
    """

    case: str
    status: str
    decided_at: datetime | None = None
    ground: str = ""
    territory: tuple[str, ...] = ()
    reason_code: str = ""
    reason: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """The state of a whole request; items whose status is not a known word are left out.

    reference: the receipt that the answer is about, as it says itself; one about another receipt is not believed.
    withdrawal: what became of a withdrawal: acknowledged, restored, refused, or empty while the platform says nothing of one.
    """

    reference: str
    items: tuple[ItemStatus, ...]
    withdrawal: str = ""


class Platform(ABC):
    """One platform. Made with validated settings; holds no other state."""

    name: ClassVar[str]
    title: ClassVar[str]
    hosts: ClassVar[frozenset[str]]
    schemes: ClassVar[frozenset[str]] = frozenset({"http", "https"})
    mirrors: ClassVar[frozenset[str]] = frozenset()
    """Third-party mirror hosts, refused with a hint instead of `unknown host`."""
    channels: ClassVar[Mapping[Channel, ChannelTerms]]
    default_channel: ClassVar[Channel] = Channel.PORTAL

    class Settings(PlatformSettings):
        """Settings of the platform; the base ones unless an adapter adds its own."""

    def __init__(self, settings: PlatformSettings | None = None) -> None:
        self.settings = settings if settings is not None else self.Settings()

    def owns(self, url: Url) -> bool:
        """Whether the link is this platform's; by exact host unless an adapter knows more (never by suffix text)."""
        return url.scheme in self.schemes and url.host in self.hosts

    @abstractmethod
    def recognise(self, url: Url) -> Target | NotATarget:
        """What the link points to, by grammar only. Called for links that the platform owns."""

    @abstractmethod
    def prepare(self, request: Request) -> Draft:
        """The exact bytes for the request's channel."""

    @abstractmethod
    def read(self, reply: Reply) -> Reading:
        """What an answer to a POST means; the platform's own conventions first, then the plain intake."""

    def barred(self, channel: Channel) -> str | None:
        """Why the platform's rules do not let this configuration use the channel; None when they do."""
        return None if channel in self.channels else f"{self.title} has no {channel} channel"

    def first_step(self, channel: Channel, instrument: Instrument) -> str | None:
        """The legal pack under which the platform wants to have answered before; None where it asks for nothing first.

        A pack whose law leaves no time for it says so itself, and is not asked about.
        """
        del channel, instrument
        return None

    def target(self, kind: Kind, key: str, url: str, identity: str = "") -> Target:
        return Target(self.name, kind, key, url, identity or f"{kind.value}:{key}")

    def refuse(self, reason: Reason, message: str) -> NotATarget:
        return NotATarget(reason, message)


class Trackable(ABC):
    """A receipt's status can be asked for."""

    @abstractmethod
    def status_call(self, receipt: str) -> HttpDraft: ...

    @abstractmethod
    def read_status(self, reply: Reply) -> StatusReport | TryLater | Denied | Unclear: ...

    @abstractmethod
    def status_call_by_reference(self, reference: str) -> HttpDraft:
        """For requests that went another way (mail, portal) and have no receipt of the endpoint's own."""

    @abstractmethod
    def read_status_by_reference(self, reply: Reply, reference: str) -> StatusReport | TryLater | Denied | Unclear: ...


class Searchable(ABC):
    """A request can be found by our reference."""

    @abstractmethod
    def search_call(self, reference: str) -> HttpDraft: ...

    @abstractmethod
    def read_search(self, reply: Reply, reference: str) -> Receipt | TryLater | Denied | Unclear | None:
        """The receipt, or None when the platform says that it has no such request."""


class Retractable(ABC):
    """A sent request can be withdrawn: as a whole, or for the cases that are named where it carries others too."""

    @abstractmethod
    def withdraw_call(self, receipt: str, reason: str, cases: tuple[str, ...] = ()) -> HttpDraft: ...

    @abstractmethod
    def read_withdrawal(self, reply: Reply) -> Reading: ...


WITHDRAWAL_ANSWERS = frozenset({"acknowledged", "restored", "refused"})
WITHDRAWAL_TAKEN = frozenset({"acknowledged", "restored", "received", "withdrawn"})
STATUSES = frozenset({"received", "in_review", "removed", "restricted", "declined", "needs_information", "not_found"})


class SpeaksIntake(Trackable, Searchable, Retractable):
    """The abilities of the takedown intake, version 1, for adapters whose api channel is one."""

    @abstractmethod
    def read(self, reply: Reply) -> Reading: ...

    def status_call(self, receipt: str) -> HttpDraft:
        return HttpDraft("GET", f"/v1/removal-requests/{quote(receipt, safe='')}")

    def search_call(self, reference: str) -> HttpDraft:
        return HttpDraft("GET", f"/v1/removal-requests?reference={quote(reference, safe='')}")

    def withdraw_call(self, receipt: str, reason: str, cases: tuple[str, ...] = ()) -> HttpDraft:
        path = f"/v1/removal-requests/{quote(receipt, safe='')}/withdrawal"
        named = {"items": [{"case": case} for case in cases]} if cases else {}
        return HttpDraft("POST", path, compact_json({"reason": reason, **named}), {"Content-Type": "application/json"})

    def read_status(self, reply: Reply) -> StatusReport | TryLater | Denied | Unclear:
        match self.read(reply):
            case Receipt(reference=reference):
                told = reply.at("withdrawal")
                return StatusReport(reference, tuple(_statuses(reply)), told if told in WITHDRAWAL_ANSWERS else "")
            case Denied(what="endpoint") if reply.status == 404:
                return Unclear("the platform does not know this receipt")
            case TryLater() | Denied() | Unclear() as other:
                return other
            case other:
                return Unclear(f"HTTP {reply.status}: {other.why}")

    def status_call_by_reference(self, reference: str) -> HttpDraft:
        return self.search_call(reference)

    def read_status_by_reference(self, reply: Reply, reference: str) -> StatusReport | TryLater | Denied | Unclear:
        match self.read_search(reply, reference):
            case Receipt():
                found = next(one for one in _results(reply) if one.get("reference") == reference)
                return self.read_status(_as_reply(found, reply))
            case None:
                return Unclear("the platform does not know our reference")
            case other:
                return other

    def error_beside(self, reply: Reply) -> bool:
        """Whether an answer of 200 tells of an error; for platforms that write "no error" into every answer to override."""
        return bool(reply.at("error") or reply.at("errors"))

    def read_search(self, reply: Reply, reference: str) -> Receipt | TryLater | Denied | Unclear | None:
        # A list beside an error is no believable no: what was "not found" would be sent again.
        if reply.status != 200 or not isinstance(reply.at("results"), list) or self.error_beside(reply):
            match self.read(reply):
                case TryLater() | Denied() as other:
                    return other
                case _:
                    return Unclear(f"HTTP {reply.status} to a search")
        for found in _results(reply):
            # A server that ignores the query would list others' requests: only our own reference counts.
            if found.get("reference") == reference:
                match self.read(_as_reply(found, reply)):
                    case Receipt() as receipt:
                        return receipt
                    case _:
                        return Unclear("the search found our reference without a receipt")
        if reply.at("results") or _more(reply):
            return Unclear("the search answered with requests that are not ours, or not with all of them")
        return None

    def read_withdrawal(self, reply: Reply) -> Reading:
        """202 takes it, with or without a word; a 200 has to say what it is about, since a login page says 200 as well."""
        if reply.status not in {200, 202, 204} or self.error_beside(reply):
            return self.read(reply)
        if reply.at("status") == "refused":
            return Refusal("refused", str(reply.at("reason") or "the platform refuses the withdrawal")[:500])
        told = reply.at("id")
        if isinstance(told, str) and 0 < len(told) <= 200:
            return Receipt(told)
        if str(reply.at("status")) in WITHDRAWAL_TAKEN or (reply.status != 200 and reply.body.strip() in {b"", b"{}"}):
            return Receipt("withdrawal")
        return Unclear(f"HTTP {reply.status} to a withdrawal, which does not say what became of it")


def _results(reply: Reply) -> list[dict[str, Any]]:
    found = reply.at("results")
    return (
        [cast("dict[str, Any]", one) for one in cast("list[Any]", found) if isinstance(one, dict)]
        if isinstance(found, list)
        else []
    )


def _more(reply: Reply) -> bool:
    """Whether a list says that it is not the whole of it. The intake has no pages; a gateway in front of it may have."""
    total = reply.at("total")
    return any(bool(reply.at(name)) for name in ("next", "next_cursor", "next_page", "has_more", "more")) or (
        isinstance(total, int) and total > 0
    )


def _as_reply(found: dict[str, Any], around: Reply) -> Reply:
    return Reply(200, around.headers, compact_json(found), around.received_at)


def _statuses(reply: Reply) -> list[ItemStatus]:
    found = reply.at("items")
    made: list[ItemStatus] = []
    for item in cast("list[Any]", found) if isinstance(found, list) else []:
        if not isinstance(item, dict):
            continue
        row = cast("dict[str, Any]", item)
        status, ground = row.get("status"), row.get("ground")
        if not isinstance(status, str) or status not in STATUSES:
            continue
        listed = row.get("territory")
        territory = tuple(str(t) for t in cast("list[Any]", listed)) if isinstance(listed, list) else ()
        ground = ground if ground in ("own_rules", "local_law") else ""
        words = {name: str(row.get(name) or "")[:2000] for name in ("reason_code", "reason", "url")}
        decided = _when(row.get("decided_at"))
        made.append(ItemStatus(str(row.get("case") or ""), status, decided, ground, territory, **words))
    return made


def _when(value: object) -> datetime | None:
    try:
        when = datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
    return when if when and when.tzinfo else None
