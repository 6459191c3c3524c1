"""The two wires behind one call: hand a claimed request to its lane's transport and say what came of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol, TypeVar

from takedown.contract import (
    Channel,
    Denied,
    HttpDraft,
    Receipt,
    Retractable,
    Searchable,
    StatusReport,
    Trackable,
    TryLater,
    Unclear,
)
from takedown.delivery.claims import Claimed
from takedown.delivery.decide import Outcome, Sent, Stopped, Unsure, decide_http, decide_mail
from takedown.delivery.lanes import Lane
from takedown.desk import Desk
from takedown.ledger.moves import WITHDRAWAL
from takedown.planning.destinations import SANDBOX, bounds, check_url, is_loopback
from takedown.secrets import secret
from takedown.transport.http import Call, HttpTransport
from takedown.transport.results import Answered, LookAgain, Result
from takedown.transport.smtp import SmtpServer, SmtpTransport

T = TypeVar("T")
Found = Receipt | TryLater | Stopped | Unsure | None
"""What a search said: the receipt, None for a believable no, anything else leaves it open."""
CASE = re.compile(r"C-[0-9]+")


class Sender(Protocol):
    first_back_off: float
    width: int

    async def send(self, one: Claimed, deadline: float, look_again: LookAgain) -> Result: ...

    def decide(self, one: Claimed, result: Result) -> Outcome: ...

    async def aclose(self) -> None: ...


class ApiSender:
    """An intake endpoint. Ten connections; kept alive only where a key makes a repeat harmless."""

    first_back_off, width = 1.0, 10

    def __init__(self, desk: Desk, lane: Lane) -> None:
        self._platform, self._lane = desk.platform(lane.platform), lane
        settings = self._platform.settings
        self._base = check_url(settings.base_url, lane.platform, bounds(desk)).rstrip("/")
        token = secret(desk.config, settings.token_file, settings.token_command, f"the token of {lane.platform}")
        self._headers = {"authorization": f"Bearer {token}"} if token else {}
        proxy = desk.settings.network.proxy
        secure = not self._base.startswith("http://")
        self._http = HttpTransport(keep_alive=lane.keyed, proxy=proxy, ca_file=desk.config.ca_file, secure=secure)

    async def send(self, one: Claimed, deadline: float, look_again: LookAgain) -> Result:
        headers = {**one.row["headers"], **self._headers, "idempotency-key": one.row["idempotency_key"]}
        call = Call(one.row["method"], one.row["destination"], headers, one.row["body"])
        return await self._http.send(call, deadline, look_again)

    async def call(self, draft: HttpDraft, look_again: LookAgain) -> Result:
        """A question (status, search) or a withdrawal: no key, same credentials."""
        call = Call(draft.method, self._base + draft.path, {**draft.headers, **self._headers}, draft.body)
        return await self._http.send(call, self._lane.deadline, look_again)

    async def search(self, reference: str, look_again: LookAgain) -> Found:
        """Ask for our reference."""
        platform = self._platform
        if not isinstance(platform, Searchable):
            return Unsure(f"{platform.title} cannot be searched")
        result = await self.call(platform.search_call(reference), look_again)
        if not isinstance(result, Answered):
            return Unsure(result.why)
        return _found(self._understood(lambda: platform.read_search(result.reply, reference)))

    async def search_withdrawal(self, receipt: str, look_again: LookAgain) -> Found:
        """Ask for the request that is withdrawn: a withdrawal has no reference of its own at the endpoint."""
        platform = self._platform
        if not isinstance(platform, Trackable):
            return Unsure(f"{platform.title} cannot be asked")
        result = await self.call(platform.status_call(receipt), look_again)
        if not isinstance(result, Answered):
            return Unsure(result.why)
        match self._understood(lambda: platform.read_status(result.reply)):
            case StatusReport(reference=about, withdrawal=told) if about == receipt:
                return Receipt(receipt) if told else None
            case StatusReport():
                return Unsure("it answers for another receipt than it was asked for")
            case other:
                return _found(other)

    def _understood(self, read: Callable[[], T]) -> T | Unclear:
        """What an adapter makes of an answer; one that it cannot read settles nothing, and ends no run."""
        try:
            return read()
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is not an answer
            return Unclear(f"{self._platform.name} could not read the answer: {type(error).__name__}")

    def decide(self, one: Claimed, result: Result) -> Outcome:
        platform = self._platform
        if one.row["purpose"] == WITHDRAWAL and isinstance(platform, Retractable):
            return decide_http(result, platform.name, platform.read_withdrawal)
        return _of_ours(one, decide_http(result, platform.name, platform.read))

    async def aclose(self) -> None:
        await self._http.aclose()


def _found(found: Receipt | TryLater | Denied | Unclear | None) -> Found:
    match found:
        case Denied(what="credentials" as what, why=why):
            return Stopped(what, why)
        case Denied(why=why) | Unclear(why):
            return Unsure(why)
        case _:
            return found


def _of_ours(one: Claimed, outcome: Outcome) -> Outcome:
    """A receipt that names cases which the request does not carry is another request's, as a cache in between would give it."""
    if isinstance(outcome, Sent):
        named = (item.case for item in outcome.items)
        if strange := [name for name in named if CASE.fullmatch(name) and name not in one.cases]:
            return Unsure(f"the receipt {outcome.receipt} is about {strange[0]}, which was not in the request")
    return outcome


class MailSender:
    """The authority's own mail server; what may be claimed ends at the relay that took the message."""

    first_back_off, width = 2.0, 1

    def __init__(self, desk: Desk) -> None:
        smtp = desk.settings.smtp
        loopback = is_loopback(smtp.host)
        if desk.settings.environment == "sandbox":
            check_url(f"http://{smtp.host}:{smtp.port}", "smtp", SANDBOX)
        password = (
            secret(desk.config, smtp.password_file, smtp.password_command, "the password of the mail server") if smtp.user else ""
        )
        self._sender = desk.settings.authority.email
        server = SmtpServer(smtp.host, smtp.port, smtp.starttls, loopback, smtp.user, password)
        self._smtp = SmtpTransport(server, desk.config.ca_file)

    async def send(self, one: Claimed, deadline: float, look_again: LookAgain) -> Result:
        return await self._smtp.send(self._sender, one.row["destination"], one.row["body"], deadline, look_again)

    async def post(self, address: str, message: bytes, deadline: float) -> Result:
        """A mail that is no request: a head of the chain."""

        async def nothing_holds() -> None:
            return None

        return await self._smtp.send(self._sender, address, message, deadline, nothing_holds)

    def decide(self, one: Claimed, result: Result) -> Outcome:
        del one
        return decide_mail(result)

    async def aclose(self) -> None:
        await self._smtp.aclose()


def sender_for(desk: Desk, lane: Lane) -> ApiSender | MailSender:
    """The lane's wire. Raises CredentialsMissing, NotConfigured, Unreachable."""
    return MailSender(desk) if lane.channel is Channel.EMAIL else ApiSender(desk, lane)
