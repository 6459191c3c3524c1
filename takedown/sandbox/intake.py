"""The takedown intake, version 1, as a platform would serve it: under /{platform}/v1/removal-requests."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from email.utils import format_datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from takedown.contract import BadJson, strict_json
from takedown.sandbox.behaviour import NOT_TAKEN, Fault, fingerprint
from takedown.sandbox.book import Book, Filed
from takedown.sandbox.dialects import DIALECTS
from takedown.sandbox.documents import RemovalRequest, Withdrawal, check
from takedown.sandbox.wire import Answer, HttpRequest, Manner

KEY = re.compile(r'"?([!#-~]{1,255})"?', re.ASCII)
REFERENCE = re.compile(r"[!-~]{1,200}", re.ASCII)
MANNERS: Mapping[Fault, Manner] = {
    Fault.LOST: Manner.RESET,
    Fault.CUT: Manner.CUT,
    Fault.CUT_SILENT: Manner.CUT_SILENT,
    Fault.DRIP: Manner.DRIP,
}
Sleep = Callable[[float], Awaitable[None]]
_Body = TypeVar("_Body", bound=BaseModel)


class Intake:
    """One platform's endpoint. `url` is its base address, `token` the only bearer token that it takes."""

    def __init__(self, book: Book, token: str, url: str, sleep: Sleep) -> None:
        self.book, self.behaviour, self.token, self.url = book, book.behaviour, token, url
        self.dialect = DIALECTS[book.behaviour.dialect]
        self._sleep = sleep
        self._handling: set[str] = set()
        self._attempts: Counter[str] = Counter()

    async def answer(self, request: HttpRequest, parts: tuple[str, ...]) -> Answer:
        """Answer a call; `parts` is the path below /v1/removal-requests."""
        match parts:
            case ():
                allowed = ["GET", "POST"]
            case (_,):
                allowed = ["GET"]
            case (_, "withdrawal"):
                allowed = ["POST"]
            case _:
                return self.dialect.bad(404, "there is nothing here")
        if request.method not in allowed:
            return self.dialect.bad(405, f"{request.method} has no meaning here", {"allow": ", ".join(allowed)})
        # The token first: who has none learns nothing, and no fault is spent on him.
        if not self._authorised(request):
            return self.dialect.bad(401, "no valid bearer token", {"www-authenticate": 'Bearer realm="intake"'})
        match request.method, parts:
            case "POST", ():
                return await self._file(request)
            case "POST", (ident, *_):
                return self._withdraw(request, ident)
            case _, (ident, *_):
                return await self._status(ident)
            case _:
                return await self._search(request.query.get("reference", ""))

    def _authorised(self, request: HttpRequest) -> bool:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), self.token.encode())

    def _body(self, request: HttpRequest, model: type[_Body]) -> _Body | Answer:
        if request.media_type != "application/json":
            return self.dialect.bad(415, "send application/json")
        try:
            found = check(model, strict_json(request.body))
        except BadJson as error:
            return self.dialect.bad(400, f"the body is not JSON: {error}")
        if isinstance(found, list):
            return self.dialect.bad(422, f"{found[0]['pointer']}: {found[0]['detail']}", problems=found)
        return found

    def _fault(self, weights: Mapping[Fault, float], what: str) -> Fault:
        self._attempts[what] += 1
        return self.behaviour.fault(weights, what, self._attempts[what])

    def _trouble(self, fault: Fault) -> Answer:
        """The answer of a fault in which nothing was taken."""
        wait, now = self.behaviour.wait, self.book.clock()
        match fault:
            case Fault.BUSY:
                return self.dialect.bad(429, "too many requests", {"retry-after": str(wait)})
            case Fault.BUSY_DATE:
                # An HTTP date is a whole second: one more, or the wait is sometimes none.
                date = format_datetime(now + timedelta(seconds=wait + 1), usegmt=True)
                return self.dialect.bad(429, "too many requests", {"retry-after": date})
            case Fault.BUSY_OWN:
                return self.dialect.limit(wait, now)
            case Fault.DOWN:
                return self.dialect.bad(503, "maintenance", {"retry-after": str(wait)})
            case Fault.REDIRECT:
                return self.dialect.bad(307, "moved for now", {"location": f"{self.url}/elsewhere"})
            case Fault.RESET:
                return Answer(200, manner=Manner.RESET)
            case _:
                return self.dialect.bad(503, "unavailable")

    async def _file(self, request: HttpRequest) -> Answer:
        found = KEY.fullmatch(request.headers.get("idempotency-key", "")) if self.behaviour.keyed else None
        if self.behaviour.keyed and "idempotency-key" in request.headers and not found:
            return self.dialect.bad(400, "Idempotency-Key must be 1 to 255 visible characters")
        key = found[1] if found else ""
        body = self._body(request, RemovalRequest)
        if isinstance(body, Answer):
            return body
        fault = self._fault(self.behaviour.faults, "+".join(fingerprint(item.url) for item in body.items))
        if fault in NOT_TAKEN:
            return self._trouble(fault)
        if key and key in self._handling:
            return self.dialect.bad(409, "a request with this key is being handled")
        self._handling.add(key)
        try:
            if fault is Fault.SLOW:
                await self._sleep(self.behaviour.pause)
            return self._take(request, body, key, fault)
        finally:
            self._handling.discard(key)

    def _take(self, request: HttpRequest, body: RemovalRequest, key: str, fault: Fault) -> Answer:
        digest = hashlib.sha256(request.body).hexdigest()
        first = self.book.by_key(key) if key else None
        if first and first.sha256 != digest:
            self.book.note("mismatch", id=first.id, key=key, sha256=digest, reference=body.reference)
            return self.dialect.bad(422, "this key was used for another request")
        if first:
            self.book.note("replayed", id=first.id, key=key, sha256=digest, reference=first.reference, fault=fault.value)
            answer = self.dialect.good(200, self.book.receipt(first))
        else:
            filed = self.book.take(
                "api", body.reference, [(item.case, item.url) for item in body.items],
                key=key, sha256=digest, territory=tuple(body.territory), fault=fault.value,
            )  # fmt: skip
            location = {"location": f"{self.url}/v1/removal-requests/{filed.id}"}
            answer = self.dialect.good(201, self.book.receipt(filed), location)
        return self._send_off(answer, fault)

    def _send_off(self, answer: Answer, fault: Fault) -> Answer:
        """The answer of a request that was taken, as the fault lets it through."""
        if fault is Fault.ERROR:
            return self.dialect.bad(500, "something broke")
        return answer.but(manner=MANNERS.get(fault, Manner.WHOLE), drip=self.behaviour.pause)

    async def _look(self, what: str, tell: Callable[[], dict[str, Any]]) -> Answer:
        """A look at what is known, with the faults of looking."""
        fault = self._fault(self.behaviour.read_faults, what)
        if fault in NOT_TAKEN:
            return self._trouble(fault)
        if fault is Fault.SLOW:
            await self._sleep(self.behaviour.pause)
        return self._send_off(self.dialect.good(200, tell()), fault)

    async def _search(self, reference: str) -> Answer:
        if not self.behaviour.searchable:
            return self.dialect.bad(404, "this endpoint does not search")
        if not REFERENCE.fullmatch(reference):
            return self.dialect.bad(400, "say which: ?reference=, 1 to 200 visible characters")
        return await self._look(
            f"search {reference}", lambda: {"results": [self.book.status(filed) for filed in self.book.by_reference(reference)]}
        )

    def _known(self, ident: str) -> Filed | Answer:
        return self.book.by_id(ident) or self.dialect.bad(404, "no request has this id")

    async def _status(self, ident: str) -> Answer:
        filed = self._known(ident)
        return filed if isinstance(filed, Answer) else await self._look(f"status {ident}", lambda: self.book.status(filed))

    def _withdraw(self, request: HttpRequest, ident: str) -> Answer:
        body = self._body(request, Withdrawal)
        filed = self._known(ident)
        if isinstance(body, Answer):
            return body
        if isinstance(filed, Answer):
            return filed
        named = [item.case for item in body.items or ()]
        if strange := sorted(set(named) - {item.case for item in filed.items}):
            return self.dialect.bad(422, f"the request carries no case {strange[0]}")
        items = [item.id for item in filed.items if not named or item.case in named]
        return self.dialect.good(202, self.book.status(self.book.withdraw(filed, body.reason, items)))
