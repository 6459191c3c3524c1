"""GET of a public page whose address we do not trust: every address is checked, pinned and kept.

A name is resolved once for each hop, all of its addresses are held against an explicit list, and the connection goes to the
checked address with the name kept in Host and SNI: a second answer of the resolver (DNS rebinding) is never asked for.
Python's `is_global` is no such list: it lets 64:ff9b::7f00:1, 2002:7f00:1:: and 192.0.0.9 pass. No proxy, no cookies, nothing
from the environment.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import ada_url
import httpx

from takedown.contract import Reply
from takedown.transport.trust import Speaks, trust

MAX_BODY, MAX_HOPS = 1_000_000, 5
PORTS = {"http": 80, "https": 443}
REDIRECTS = frozenset({301, 302, 303, 307, 308})

# IANA special-purpose registries; for IPv6 everything outside 2000::/3 is refused, which takes in ::1, fc00::/7, fe80::/10,
# ff00::/8, ::ffff:0:0/96 (mapped) and 64:ff9b::/96 (NAT64).
DENIED_4 = [ipaddress.IPv4Network(one) for one in (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
)]  # fmt: skip
PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
DENIED_6 = [ipaddress.IPv6Network(one) for one in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")]
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class NotLookedAt(Exception):
    """Why an address is not asked, or its answer not read; one phrase."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of the chain. `status` None: no answer came."""

    url: str
    address: str = ""
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look ended with: the last whole answer, or why there is none. `chain` begins with the address asked for."""

    reply: Reply | None
    chain: tuple[Hop, ...]
    why: str = ""

    @property
    def final_url(self) -> str:
        return self.chain[-1].url if self.chain else ""

    @property
    def moved(self) -> bool:
        """Whether the answer is that of another page than the one asked for; a scheme or a leading www. is no other page."""
        return len(self.chain) > 1 and _page(self.chain[0].url) != _page(self.chain[-1].url)


def _page(url: str) -> tuple[str, str, str]:
    found = ada_url.URL(url)
    return found.hostname.removeprefix("www."), found.pathname.rstrip("/").lower(), found.search


async def resolve_name(host: str, port: int) -> Sequence[str]:
    """All addresses of a name, by the system's resolver. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def may_connect(address: str, *, inside: bool) -> bool:
    """Whether an address may be connected to: any public one, or (`inside`, the sandbox) loopback only."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if inside:
        return any(found in network for network in LOOPBACK if network.version == found.version)
    if isinstance(found, ipaddress.IPv4Address):
        return not any(found in network for network in DENIED_4)
    return found.scope_id is None and found in PUBLIC_6 and not any(found in network for network in DENIED_6)


@dataclass
class ProbeTransport:
    """`inside`: reach loopback only, at any port; else public addresses only, at ports 80 and 443."""

    inside: bool
    ca_file: Path | None = None
    resolve: Resolve = resolve_name
    max_body: int = MAX_BODY
    _wire: httpx.AsyncHTTPTransport = field(init=False)

    def __post_init__(self) -> None:
        context = trust(Speaks.HTTP, self.ca_file)
        limits = httpx.Limits(max_connections=20, max_keepalive_connections=0)
        # The bare transport: a client would keep cookies, follow redirects and read the environment.
        self._wire = httpx.AsyncHTTPTransport(verify=context, trust_env=False, http2=False, limits=limits, retries=0)

    async def aclose(self) -> None:
        await self._wire.aclose()

    async def get(self, url: str, deadline: float, headers: Mapping[str, str] | None = None) -> Looked:
        """Look at a page within `deadline` seconds in all. `headers` go to the first host only, and then nothing is followed.

        Never raises for what the network does.
        """
        chain: list[Hop] = []
        try:
            async with asyncio.timeout(deadline):
                return Looked(await self._follow(url, dict(headers or {}), chain), tuple(chain))
        except TimeoutError:
            why = f"no whole answer within {deadline:g} s"
        except NotLookedAt as error:
            why = str(error)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ssl.SSLError, OSError, ValueError, zlib.error) as error:
            why = f"{type(error).__name__}: {error}"[:300]
        return Looked(None, tuple(chain), why)

    async def _follow(self, url: str, headers: Mapping[str, str], chain: list[Hop]) -> Reply:
        for _ in range(MAX_HOPS + 1):
            page = self._checked(url)
            chain.append(Hop(page.href))
            address = await self._address(page)
            chain[-1] = Hop(page.href, address)
            reply = await self._exchange(page, address, headers)
            chain[-1] = Hop(page.href, address, reply.status)
            target = reply.headers.get("location", "")
            if reply.status not in REDIRECTS or not target:
                return reply
            if headers:
                raise NotLookedAt("a question with a token was redirected, and is not asked elsewhere")
            url = _joined(target, page)
        raise NotLookedAt(f"more than {MAX_HOPS} redirects")

    def _checked(self, url: str) -> ada_url.URL:
        try:
            page = ada_url.URL(url)
        except ValueError:
            raise NotLookedAt("the address is not a URL") from None
        if page.protocol not in {"http:", "https:"}:
            raise NotLookedAt(f"{page.protocol} is not looked at")
        if page.username or page.password:
            raise NotLookedAt("the address holds a user name or a password")
        if page.port and not self.inside and int(page.port) not in PORTS.values():
            raise NotLookedAt("only ports 80 and 443 are looked at")
        return page

    async def _address(self, page: ada_url.URL) -> str:
        """The address to connect to. One forbidden address among many is enough to refuse the name."""
        host = page.hostname.strip("[]")
        try:
            found: Sequence[str] = [str(ipaddress.ip_address(host))]
        except ValueError:
            found = await self.resolve(host, _port(page))
        if not found or not all(may_connect(one, inside=self.inside) for one in found):
            raise NotLookedAt("the name leads outside this machine" if self.inside else "the name leads to no public address")
        return found[0]

    async def _exchange(self, page: ada_url.URL, address: str, headers: Mapping[str, str]) -> Reply:
        scheme, name = page.protocol.removesuffix(":"), page.hostname.strip("[]")
        bracketed = f"[{address}]" if ":" in address else address
        sent = {
            "host": page.host, "user-agent": "takedown", "accept": "text/html,application/json", "accept-encoding": "gzip",
            "connection": "close", **headers,
        }  # fmt: skip
        where = f"{scheme}://{bracketed}:{_port(page)}{page.pathname}{page.search}"
        # SNI and the certificate's name are those of the page, whatever address was connected to.
        request = httpx.Request("GET", where, headers=sent, extensions={"sni_hostname": name})
        response = await self._wire.handle_async_request(request)
        try:
            told = {key.lower(): value for key, value in response.headers.items()}
            body = await self._body(response, told.get("content-encoding", "identity").strip().lower())
        finally:
            await response.aclose()
        return Reply(response.status_code, told, body, datetime.now(UTC))

    async def _body(self, response: httpx.Response, coding: str) -> bytes:
        """Raw bytes are unpacked here, under a limit: 189 kB of gzip can hold 200 MB."""
        if coding not in {"", "identity", "gzip", "x-gzip"}:
            raise NotLookedAt(f"the answer is coded as {coding[:40]}, which was not asked for")
        unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if "gzip" in coding else None
        body, raw = bytearray(), 0
        async for chunk in response.aiter_raw():
            raw += len(chunk)
            body += unpack.decompress(chunk, self.max_body + 1 - len(body)) if unpack else chunk
            if raw > self.max_body or len(body) > self.max_body:
                raise NotLookedAt(f"the answer is larger than {self.max_body} bytes")
        if unpack and raw and not unpack.eof:
            raise NotLookedAt("the answer is cut short")
        return bytes(body)


def _port(page: ada_url.URL) -> int:
    return int(page.port) if page.port else PORTS[page.protocol.removesuffix(":")]


def _joined(target: str, page: ada_url.URL) -> str:
    try:
        following = ada_url.URL(target, base=page.href)
    except ValueError:
        raise NotLookedAt("it redirects to no URL") from None
    if page.protocol == "https:" and following.protocol != "https:":
        raise NotLookedAt("it redirects from https to a page without")
    return following.href
