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
from pathlib import Path
from typing import Any

import httpx

from takedown.contract import Reply
from takedown.transport.results import Answered, Held, LookAgain, Lost, NotSent, Result

MAX_BODY = 1_000_000
CONNECTIONS = 10
"""httpx 0.28's pool scans all connections for each request; beyond about ten it slows down instead of up."""


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
    """A client for one lane. `keep_alive` only where a key makes a repeat harmless: a stale connection makes unknowns."""

    def __init__(self, *, keep_alive: bool, proxy: str | None = None, ca_file: Path | None = None) -> None:
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS if keep_alive else 0)
        transport = httpx.AsyncHTTPTransport(verify=context, http1=True, http2=False, limits=limits, proxy=proxy, retries=0)
        # httpx's timeouts are per read and let a slow drip run for ever; `send` sets one deadline over everything.
        never = httpx.Timeout(None)
        self._client = httpx.AsyncClient(transport=transport, trust_env=False, follow_redirects=False, timeout=never)

    async def aclose(self) -> None:
        await self._client.aclose()

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
        headers = {"user-agent": "takedown", "accept": "application/json", "accept-encoding": "identity", **call.headers}
        request = self._client.build_request(call.method, call.url, headers=headers, content=call.body or None)
        request.extensions["trace"] = trace
        response = await self._client.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in response.aiter_raw():  # raw: a compressed answer was not asked for and is not unpacked
                body += chunk
                if len(body) > MAX_BODY:
                    raise ValueError(f"the answer is larger than {MAX_BODY} bytes")
        finally:
            await response.aclose()
        return Reply(response.status_code, {k.lower(): v for k, v in response.headers.items()}, bytes(body), datetime.now(UTC))
