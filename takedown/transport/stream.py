"""Bytes to and from a host for httpcore, over asyncio itself: what httpcore brings goes through anyio, a third of an exchange.

A whole request leaves in one piece: what is written waits until an answer is asked for.
"""

from __future__ import annotations

import asyncio
import ipaddress
import select
import ssl
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, cast

import httpcore
from typing_extensions import override

ANOTHER_ADDRESS = 0.25
"""Seconds until a host's next address is tried beside the first: RFC 8305, 5."""
HELD = 262_144
"""Bytes that are kept of what nobody has read yet, before the host has to wait."""


class Stream(httpcore.AsyncNetworkStream, asyncio.Protocol):
    """One connection. What came before a break is read before the break is told."""

    def __init__(self) -> None:
        self._to_send, self._came = bytearray(), bytearray()
        self._over = self._paused = False
        self._broken: Exception | None = None
        self._waits: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport

    # as httpcore uses it

    @override
    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._to_send += buffer

    @override
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Empty at the end. Raises httpcore.ReadError when the connection broke."""
        self._leave()
        while not self._came and not self._over:
            self._waits = asyncio.get_running_loop().create_future()
            await self._waits
        if self._came or self._broken is None:
            return self._taken(max_bytes)
        raise httpcore.ReadError(str(self._broken)) from self._broken

    def _leave(self) -> None:
        if self._to_send and not self._over:
            self._transport.write(bytes(self._to_send))
        self._to_send.clear()

    @override
    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Raises httpcore.ConnectError when the two do not agree, or the host is not who it must be."""
        loop = asyncio.get_running_loop()
        try:
            upgraded = await loop.start_tls(self._transport, self, ssl_context, server_hostname=server_hostname)
        except OSError as error:
            self._transport.abort()
            raise httpcore.ConnectError(str(error)) from error
        if upgraded is None:
            raise httpcore.ConnectError("the connection ended before it was secure")
        self._transport = upgraded
        return self

    async def aclose(self) -> None:
        self._transport.abort()  # all of the answer was read, or none of it is wanted

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":  # asked of an idle connection: whether the host has ended it, or says what nobody asked
            return self._over or bool(self._came) or _readable(self._transport.get_extra_info("socket"))
        return self._transport.get_extra_info({"server_addr": "peername", "client_addr": "sockname"}.get(info, info))

    # as asyncio uses it

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._came += data
        if len(self._came) > HELD and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        self._over = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._over, self._broken = True, exc
        self._wake()

    def _wake(self) -> None:
        waits, self._waits = self._waits, None
        if waits is not None and not waits.done():
            waits.set_result(None)

    def _taken(self, most: int) -> bytes:
        taken = bytes(self._came[:most])
        del self._came[:most]
        if self._paused and len(self._came) <= HELD:
            self._paused = False
            self._transport.resume_reading()
        return taken


class Network(httpcore.AsyncNetworkBackend):
    """Opens streams. Their time is bounded by whoever opens them, over connecting, sending and reading together."""

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises httpcore.ConnectError."""
        loop = asyncio.get_running_loop()
        try:
            _, stream = await loop.create_connection(Stream, host, port, happy_eyeballs_delay=_delay(host))
        except (OSError, OverflowError) as error:  # the latter: a port that is none
            raise httpcore.ConnectError(str(error)) from error
        return stream


@lru_cache(maxsize=256)
def _delay(host: str) -> float | None:
    """None where there is but one address, and a race of its own would cost a task."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return ANOTHER_ADDRESS
    return None


def _readable(socket: Any) -> bool:
    look = select.poll()
    look.register(socket, select.POLLIN)
    return bool(look.poll(0))
