"""HTTP for one lane: look again after connecting, a total deadline, a capped body, no redirects, no environment.

httpcore's trace extension awaits its callback after connecting and before the first byte of a request, on fresh and on
kept-alive connections: an exception raised there leaves nothing on the wire. The same event is the exact line between
"surely not sent" and "unknown", since httpx raises the same RemoteProtocolError on either side of it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx

from takedown.contract import Reply
from takedown.transport.results import Answered, Held, LookAgain, Lost, NotSent, Result

MAX_BODY = 1_000_000
HEADERS = {"user-agent": "takedown", "accept": "application/json", "accept-encoding": "identity"}
CONNECTIONS = 10


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

    Each connection is a transport of its own, since httpx 0.28's pool looks at all that it has for every request, and there
    is no client around them: its cookies, redirects and authentication are what must not happen here.
    secure: False for a lane that speaks http:// alone, which then loads no certificates and could trust nobody.
    """

    def __init__(self, *, keep_alive: bool, proxy: str | None = None, ca_file: Path | None = None, secure: bool = True) -> None:
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None) if secure else _trusting_nobody()
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1 if keep_alive else 0)
        # Last in, first out: what was used last is the least likely to be stale.
        self._idle: asyncio.LifoQueue[httpx.AsyncHTTPTransport] = asyncio.LifoQueue()
        for _ in range(CONNECTIONS):
            self._idle.put_nowait(
                httpx.AsyncHTTPTransport(verify=context, trust_env=False, http2=False, limits=limits, proxy=proxy, retries=0)
            )

    async def aclose(self) -> None:
        while not self._idle.empty():
            await self._idle.get_nowait().aclose()

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
        except TimeoutError:
            why = f"no whole answer within {deadline:g} s"
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ssl.SSLError, OSError, ValueError) as error:
            why = f"{type(error).__name__}: {error}"[:300]
        return Lost(why) if written else NotSent(why)

    async def _exchange(self, call: Call, trace: Any) -> Reply:
        transport = await self._idle.get()
        try:
            # httpx's timeouts are per read and let a slow drip run for ever: none is set, `send` has one over everything.
            request = httpx.Request(
                call.method,
                _url(call.url),
                headers={**HEADERS, **call.headers},
                content=call.body or None,
                extensions={"trace": trace},
            )
            response = await transport.handle_async_request(request)
            try:
                body = bytearray()
                async for chunk in response.aiter_raw():  # raw: a compressed answer was not asked for and is not unpacked
                    body += chunk
                    if len(body) > MAX_BODY:
                        raise ValueError(f"the answer is larger than {MAX_BODY} bytes")
            finally:
                await response.aclose()
        finally:
            self._idle.put_nowait(transport)
        return Reply(response.status_code, {k.lower(): v for k, v in response.headers.items()}, bytes(body), datetime.now(UTC))


@lru_cache(maxsize=256)
def _url(text: str) -> httpx.URL:
    """A lane has few addresses, and reading one takes as long as sending a tenth of a request."""
    return httpx.URL(text)


def _trusting_nobody() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
