"""HTTP for one lane: look again after connecting, a total deadline, a capped body, no redirects, no environment.

httpcore's trace extension awaits its callback after connecting and before the first byte of a request, on fresh and on
kept-alive connections: an exception raised there leaves nothing on the wire. The same event is the exact line between
"surely not sent" and "unknown", since httpcore raises the same RemoteProtocolError on either side of it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlsplit

import httpcore

from takedown.contract import Reply
from takedown.transport.results import Answered, Held, LookAgain, Lost, NotSent, Result
from takedown.transport.stream import Network
from takedown.transport.trust import Speaks, trust, trust_nobody

MAX_BODY = 1_000_000
HEADERS = {"user-agent": "takedown", "accept": "application/json", "accept-encoding": "identity"}
WITH_BODY = {"POST", "PUT", "PATCH"}
PORTS = {"http": 80, "https": 443}
PLAIN = "%:@!$&'()*+,;=~"
"""What stands for itself in a path or a question: RFC 3986, 3.3 and 3.4."""
CONNECTIONS = 10
KEPT = 5.0
"""Seconds that a connection may lie idle; many hosts end theirs a little later."""
Connection = httpcore.AsyncConnectionInterface
BROKEN = (
    httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, httpcore.TimeoutException, httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable, OSError, ValueError,
)  # fmt: skip


class _HeldError(Exception):
    def __init__(self, held: Held) -> None:
        self.held = held


@dataclass
class Call:
    """One request as it goes out. `headers` hold the credentials, so a Call is never printed."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""

    def __repr__(self) -> str:
        return f"Call({self.method} {self.url})"


class HttpTransport:
    """The connections of one lane. `keep_alive` only where a key makes a repeat harmless: a stale one makes unknowns.

    Each is held here and no pool looks for it: httpcore's looks at all that it has for every request. Nor is a client around
    them: its cookies, redirects and authentication are what must not happen here.
    secure: False for a lane that speaks http:// alone, which then loads no certificates and could trust nobody.
    """

    def __init__(self, *, keep_alive: bool, proxy: str | None = None, ca_file: Path | None = None, secure: bool = True) -> None:
        context = trust(Speaks.HTTP, ca_file) if secure or proxy else trust_nobody()
        self._maker = httpcore.AsyncConnectionPool(
            ssl_context=context, proxy=_proxy(proxy, context), keepalive_expiry=KEPT, network_backend=Network()
        )
        self._keep_alive = keep_alive
        # Last in, first out: what was used last is the least likely to be stale. None: not connected.
        self._idle: asyncio.LifoQueue[Connection | None] = asyncio.LifoQueue()
        for _ in range(CONNECTIONS):
            self._idle.put_nowait(None)

    async def aclose(self) -> None:
        while not self._idle.empty():
            if connection := self._idle.get_nowait():
                await connection.aclose()
        await asyncio.sleep(0)  # what was closed leaves the loop in its next round

    async def send(self, call: Call, deadline: float, look_again: LookAgain) -> Result:
        """Send one request within `deadline` seconds in all. Never raises for what the network does."""
        written = False

        async def trace(name: str, info: Mapping[str, Any]) -> None:
            nonlocal written
            if name != "http11.send_request_headers.started" or info["request"].method == b"CONNECT":
                return  # a proxy's CONNECT comes first and carries nothing of ours
            if held := await look_again():
                raise _HeldError(held)
            written = True

        try:
            async with asyncio.timeout(deadline):
                return Answered(await self._exchange(call, trace))
        except _HeldError as stop:
            return stop.held
        except httpcore.LocalProtocolError as error:  # the request is none, and waits in the stream until all of it is written
            return NotSent(f"{type(error).__name__}: {error}"[:300])
        except TimeoutError:
            why = f"no whole answer within {deadline:g} s"
        except BROKEN as error:
            why = f"{type(error).__name__}: {error}"[:300]
        return Lost(why) if written else NotSent(why)

    async def _exchange(self, call: Call, trace: Any) -> Reply:
        request = _request(call, trace)
        connection = await self._idle.get()
        try:
            connection = await self._fit(connection, request.url.origin)
            response = await connection.handle_async_request(request)
            try:
                body = bytearray()
                async for chunk in response.aiter_stream():  # as it is: a compressed answer was not asked for and is not unpacked
                    body += chunk
                    if len(body) > MAX_BODY:
                        raise ValueError(f"the answer is larger than {MAX_BODY} bytes")
            finally:
                await response.aclose()
        finally:
            self._idle.put_nowait(await self._kept(connection))
        return Reply(response.status, _told(response.headers), bytes(body), datetime.now(UTC))

    async def _fit(self, connection: Connection | None, origin: httpcore.Origin) -> Connection:
        """One that goes there and is not stale, as far as can be seen."""
        if connection is not None:
            if connection.can_handle_request(origin) and connection.is_idle() and not connection.has_expired():
                return connection
            await connection.aclose()
        return self._maker.create_connection(origin)

    async def _kept(self, connection: Connection | None) -> Connection | None:
        """For the next request, if it may be used again; an idle one is where the answer was read to its end."""
        if connection is not None and not (self._keep_alive and connection.is_idle()):
            await connection.aclose()
            return None
        return connection


def _request(call: Call, trace: Any) -> httpcore.Request:
    address = _address(call.url)
    told = {**HEADERS, **{name.lower(): value for name, value in call.headers.items()}}
    headers = [(name.encode("ascii"), value.encode("ascii")) for name, value in told.items()]
    if call.body or call.method in WITH_BODY:
        headers.append((b"content-length", b"%d" % len(call.body)))
    # httpcore's timeouts are per read and let a slow drip run for ever: none is set, `send` has one over everything.
    return httpcore.Request(
        call.method, address.url, headers=[(b"Host", address.host), *headers], content=call.body, extensions={"trace": trace}
    )


class Address(NamedTuple):
    url: httpcore.URL
    host: bytes


@lru_cache(maxsize=256)
def _address(text: str) -> Address:
    """A lane has few addresses, and reading one takes as long as sending a tenth of a request. As `check_url` reads them."""
    parts = urlsplit(text)
    host = (parts.hostname or "").encode("ascii" if text.isascii() else "idna")
    if parts.scheme not in PORTS or not host:
        raise ValueError(f"{text[:200]} is no address of a host")
    target = quote(parts.path or "/", safe=f"{PLAIN}/") + (f"?{quote(parts.query, safe=f'{PLAIN}/?')}" if parts.query else "")
    url = httpcore.URL(scheme=parts.scheme, host=host, port=parts.port, target=target.encode("ascii"))
    named = b"[%b]" % host if b":" in host else host
    return Address(url, named if parts.port in {None, PORTS[parts.scheme]} else b"%b:%d" % (named, parts.port))


def _proxy(address: str | None, context: ssl.SSLContext) -> httpcore.Proxy | None:
    if not address:
        return None
    parts, plain = urlsplit(address), _address(address).url
    auth = (unquote(parts.username or "").encode(), unquote(parts.password or "").encode())
    return httpcore.Proxy(plain, auth=auth if any(auth) else None, ssl_context=context if parts.scheme == "https" else None)


def _told(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """By name in lower case; what was told more than once is told in one, as RFC 9110, 5.2 has it."""
    found: dict[str, str] = {}
    for raw_name, raw in headers:
        name, value = raw_name.decode("latin-1").lower(), raw.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found
