"""HTTP for a lane over real sockets: TLS, proxies, connections that are kept, and what is on the wire when."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from takedown.sandbox.certificate import make_certificate, server_tls
from takedown.transport.http import CONNECTIONS, Call, HttpTransport, _address
from takedown.transport.results import Answered, Held, Lost, NotSent, Result

BODY = b'{"reference": "standin_0042"}'


@dataclass
class Host:
    """Answers each request with 201; `pieces` is what was read from its connections, a piece for each read."""

    ends_after_one: bool = False
    port: int = 0
    pieces: list[bytes] = field(default_factory=list[bytes])
    connections: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while piece := await reader.read(65_536):
            self.pieces.append(piece)
            if BODY in piece:
                writer.write(b"HTTP/1.1 201 X\r\nX-Told: a\r\nx-told: b\r\ncontent-length: 2\r\n\r\n{}")
                await writer.drain()
                if self.ends_after_one:
                    break
        writer.close()
        self.ended.set()

    @asynccontextmanager
    async def open(self, **tls: Any) -> AsyncIterator[Host]:
        made = await asyncio.start_server(self.meet, "127.0.0.1", 0, **tls)
        self.port = made.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            made.close()


@dataclass
class Proxy:
    """Tunnels or forwards to `host`, whatever the name; `asked` is what it was asked for. `refuses`: it lets nothing through."""

    host: Host
    refuses: bool = False
    port: int = 0
    asked: list[bytes] = field(default_factory=list[bytes])

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head)
        if self.refuses:
            writer.write(b"HTTP/1.1 407 Who are you?\r\ncontent-length: 0\r\n\r\n")
            writer.close()
            return
        there, out = await asyncio.open_connection("127.0.0.1", self.host.port)
        if head.startswith(b"CONNECT"):
            writer.write(b"HTTP/1.1 200 There\r\n\r\n")
        else:
            out.write(head)
        await asyncio.gather(_pass_on(reader, out), _pass_on(there, writer))

    @asynccontextmanager
    async def open(self, **tls: Any) -> AsyncIterator[str]:
        made = await asyncio.start_server(self.meet, "127.0.0.1", 0, **tls)
        self.port = made.sockets[0].getsockname()[1]
        try:
            yield f"http://officer:word@127.0.0.1:{self.port}"
        finally:
            made.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(65_536):
        writer.write(piece)
    writer.close()


@asynccontextmanager
async def wired(**how: Any) -> AsyncIterator[HttpTransport]:
    transport = HttpTransport(**{"keep_alive": False, **how})
    try:
        yield transport
    finally:
        await transport.aclose()


async def nothing_against_it() -> None:
    return None


async def posted(transport: HttpTransport, url: str) -> Result:
    return await transport.send(Call("POST", url, {"Authorization": "Bearer x"}, BODY), 5.0, nothing_against_it)


async def test_a_whole_request_leaves_in_one_piece_after_the_look_again() -> None:
    seen = list[int]()
    async with Host().open() as host, wired() as transport:

        async def look_again() -> Held | None:
            seen.append(len(host.pieces))
            return None

        result = await transport.send(Call("POST", f"http://127.0.0.1:{host.port}/in?a=b", {}, BODY), 5.0, look_again)
    assert isinstance(result, Answered)
    assert result.reply.headers == {"x-told": "a, b", "content-length": "2"}
    (piece,) = host.pieces
    assert piece.startswith(b"POST /in?a=b HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" % host.port)
    assert piece.endswith(b"content-length: %d\r\n\r\n" % len(BODY) + BODY)
    assert seen == [0]


@pytest.mark.safeguard("S3")
async def test_what_the_look_again_holds_puts_nothing_on_the_wire_fresh_or_kept_alive() -> None:
    async def held() -> Held:
        return Held("halted")

    async with Host().open() as host, wired(keep_alive=True) as transport:
        url = f"http://127.0.0.1:{host.port}/in"
        for before in (0, 1):
            assert await transport.send(Call("POST", url, {}, BODY), 5.0, held) == Held("halted")
            assert len(host.pieces) == before
            assert isinstance(await posted(transport, url), Answered)


@pytest.mark.parametrize(("keep_alive", "connections"), [(True, 1), (False, 3)])
async def test_connections_are_kept_where_a_key_makes_a_repeat_harmless(keep_alive: bool, connections: int) -> None:
    async with Host().open() as host, wired(keep_alive=keep_alive) as transport:
        for _ in range(3):
            assert isinstance(await posted(transport, f"http://127.0.0.1:{host.port}/in"), Answered)
        assert host.connections == connections


async def test_a_connection_that_the_host_has_ended_is_not_used_again() -> None:
    async with Host(ends_after_one=True).open() as host, wired(keep_alive=True) as transport:
        for n in (1, 2, 3):
            assert isinstance(await posted(transport, f"http://127.0.0.1:{host.port}/in"), Answered)
            await host.ended.wait()
            host.ended.clear()
            assert host.connections == n


async def test_a_kept_connection_carries_nothing_to_another_host() -> None:
    async with Host().open() as one, Host().open() as other, wired(keep_alive=True) as transport:
        for host in (one, other, one):
            assert isinstance(await posted(transport, f"http://127.0.0.1:{host.port}/in"), Answered)
        assert (len(one.pieces), len(other.pieces)) == (2, 1)


async def test_tls_is_held_against_the_name_before_a_byte_of_ours_leaves(tmp_path: Path) -> None:
    public, private = make_certificate(tmp_path)
    async with Host().open(ssl=server_tls(public, private)) as host:
        async with wired(ca_file=public, keep_alive=True) as transport:
            for _ in range(2):
                assert isinstance(await posted(transport, f"https://localhost:{host.port}/in"), Answered)
            assert host.connections == 1
        async with wired() as distrusting:
            result = await posted(distrusting, f"https://localhost:{host.port}/in")
    assert isinstance(result, NotSent)
    assert "CERTIFICATE_VERIFY_FAILED" in result.why
    assert len(host.pieces) == 2


async def test_through_a_proxy_to_a_host_with_tls(tmp_path: Path) -> None:
    public, private = make_certificate(tmp_path)
    looked, call = list[int](), Call("POST", "https://localhost/in", {}, BODY)
    async with (
        Host().open(ssl=server_tls(public, private)) as host,
        Proxy(host).open() as proxy,
        wired(ca_file=public, proxy=proxy) as transport,
    ):

        async def look_again() -> Held | None:
            looked.append(len(host.pieces))
            return None

        assert isinstance(await transport.send(call, 5.0, look_again), Answered)
    assert looked == [0], "not for the proxy's own CONNECT, which carries nothing of ours"
    assert len(host.pieces) == 1


async def test_through_a_proxy_without_tls() -> None:
    async with Host().open() as host:
        other = Proxy(host)
        async with other.open() as proxy, wired(proxy=proxy, secure=False) as transport:
            assert isinstance(await posted(transport, "http://standin.test/in"), Answered)
    told = base64.b64encode(b"officer:word")
    assert other.asked[0].startswith(b"POST http://standin.test/in HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic " + told in other.asked[0]


async def test_a_proxy_that_refuses_has_let_nothing_through(tmp_path: Path) -> None:
    public, _ = make_certificate(tmp_path)
    host = Host()
    async with Proxy(host, refuses=True).open() as proxy, wired(ca_file=public, proxy=proxy) as transport:
        assert isinstance(await posted(transport, "https://localhost/in"), NotSent)


async def test_nobody_listens_and_no_address() -> None:
    async with wired() as transport:
        for url in ("http://127.0.0.1:1/in", "http://127.0.0.1:99999/in", "gopher://127.0.0.1/in", "http:///in"):
            assert isinstance(await posted(transport, url), NotSent)


@pytest.mark.parametrize(
    ("url", "origin", "target", "host"),
    [
        ("http://standin.test", (b"http", b"standin.test", 80), b"/", b"standin.test"),
        ("https://Standin.test:443/in?a=b&c", (b"https", b"standin.test", 443), b"/in?a=b&c", b"standin.test"),
        ("https://standin.test:8443/in", (b"https", b"standin.test", 8443), b"/in", b"standin.test:8443"),
        ("http://[::1]:8080/in", (b"http", b"::1", 8080), b"/in", b"[::1]:8080"),
        (
            "http://standin.test/in box/\u00e4%20?q=a b&r=/?",
            (b"http", b"standin.test", 80),
            b"/in%20box/%C3%A4%20?q=a%20b&r=/?",
            b"standin.test",
        ),
        ("https://m\u00fcller.test/", (b"https", b"xn--mller-kva.test", 443), b"/", b"xn--mller-kva.test"),
    ],
)
def test_addresses(url: str, origin: tuple[bytes, bytes, int], target: bytes, host: bytes) -> None:
    found = _address(url)
    place = found.url.origin
    assert (place.scheme, place.host, place.port) == origin
    assert (found.url.target, found.host) == (target, host)


async def test_a_request_that_is_none_has_surely_not_left() -> None:
    async with Host().open() as host, wired() as transport:
        call = Call("POST", f"http://127.0.0.1:{host.port}/in", {"x-note": "two\nlines"}, BODY)
        assert isinstance(await transport.send(call, 5.0, nothing_against_it), NotSent)
        assert host.pieces == []


async def test_a_proxys_word_may_be_of_any_letters() -> None:
    async with Host().open() as host:
        other = Proxy(host)
        async with (
            other.open() as proxy,
            wired(proxy=proxy.replace("officer:word", "n%C3%A4me:w%C3%B6rd"), secure=False) as transport,
        ):
            assert isinstance(await posted(transport, "http://standin.test/in"), Answered)
    assert b"Basic " + base64.b64encode("n\u00e4me:w\u00f6rd".encode()) in other.asked[0]


async def test_a_proxy_with_tls_is_held_against_the_same_authorities(tmp_path: Path) -> None:
    public, private = make_certificate(tmp_path)
    async with Host().open() as host:
        other = Proxy(host)
        async with other.open(ssl=server_tls(public, private)) as proxy:
            address = proxy.replace("http://", "https://").replace("127.0.0.1", "localhost")
            async with wired(proxy=address, ca_file=public) as transport:
                assert isinstance(await posted(transport, "http://standin.test/in"), Answered)
            async with wired(proxy=address, ca_file=public, secure=False) as transport:
                assert isinstance(await posted(transport, "http://standin.test/in"), Answered)
            async with wired(proxy=address) as distrusting:
                assert isinstance(await posted(distrusting, "http://standin.test/in"), NotSent)


async def test_a_deadline_in_the_middle_of_an_answer_frees_the_connection() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        writer.write(b"HTTP/1.1 201 X\r\ncontent-length: 9\r\n\r\n{")
        await reader.read()
        writer.close()

    made = await asyncio.start_server(silent, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{made.sockets[0].getsockname()[1]}/in"
    async with wired(keep_alive=True) as transport, Host().open() as host:
        calls = [transport.send(Call("POST", url, {}, BODY), 1.0, nothing_against_it) for _ in range(25)]
        ended = [type(one) for one in await asyncio.gather(*calls)]
        assert ended.count(Lost) >= 1
        assert set(ended) <= {Lost, NotSent}
        for _ in range(CONNECTIONS):
            assert isinstance(await posted(transport, f"http://127.0.0.1:{host.port}/in"), Answered)
    made.close()
