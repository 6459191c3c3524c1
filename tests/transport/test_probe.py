"""The transport that looks: which addresses it connects to, what it follows, and how little of an answer can hurt it."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from takedown.sandbox.certificate import make_certificate, server_tls
from takedown.transport.probe import Looked, ProbeTransport, may_connect

COUNTED = pytest.mark.figure("looks that lead inside", unit="addresses", how="no connection is opened")

Serve = Callable[[str, asyncio.StreamWriter], Awaitable[None]]
INSIDE = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "100.64.0.1", "169.254.169.254", "172.16.0.1", "192.0.0.9", "192.0.2.1",
    "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
    "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd00::1", "fe80::1", "fe80::1%eth0",
    "ff02::1", "5f00::1", "2606:4700::1%eth0", "not an address", "",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.1.1.1", "192.0.1.1", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"]


@COUNTED
@pytest.mark.parametrize("address", INSIDE)
def test_no_special_address_is_public(address: str) -> None:
    assert not may_connect(address, inside=False)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are(address: str) -> None:
    assert may_connect(address, inside=False)
    assert not may_connect(address, inside=True)


@pytest.mark.parametrize("address", [one for one in INSIDE if one not in {"127.0.0.1", "127.1.2.3", "::1"}])
def test_the_sandbox_reaches_loopback_only(address: str) -> None:
    assert not may_connect(address, inside=True)


def names(*answers: Sequence[str]) -> tuple[Callable[[str, int], Awaitable[Sequence[str]]], list[str]]:
    """A resolver that gives these answers one after the other, and what it was asked."""
    asked, left = list[str](), list(answers)

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve, asked


async def refused(url: str, *answers: Sequence[str]) -> Looked:
    """Look from a live desk; a connection would be stopped by the suite and tell so."""
    resolve, _ = names(*(answers or [["127.0.0.1"]]))
    transport = ProbeTransport(inside=False, resolve=resolve)
    try:
        return await transport.get(url, 5)
    finally:
        await transport.aclose()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "0x7f.1", "0x7f000001", "2130706433", "017700000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "169.254.169.254", "１２７.0.0.1", "localhost", "inside.test",
        "127.0.0.1.", "[::]", "0",
    ],
)  # fmt: skip
@COUNTED
async def test_every_spelling_of_an_inside_host_is_refused(host: str) -> None:
    looked = await refused(f"http://{host}/")
    assert looked.reply is None
    assert "no public address" in looked.why or "not a URL" in looked.why


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://public.test:8080/", "ports 80 and 443"),
        ("http://public.test:22/", "ports 80 and 443"),
        ("ftp://public.test/", "not looked at"),
        ("file:///etc/passwd", "not looked at"),
        ("http://a@public.test/", "user name"),
        ("http://a:b@public.test/", "user name"),
        ("no url", "not a URL"),
    ],
)
@COUNTED
async def test_strange_addresses_are_refused(url: str, why: str) -> None:
    assert why in (await refused(url, ["8.8.8.8"])).why


async def test_one_inside_address_among_public_ones_refuses_the_name() -> None:
    assert "no public address" in (await refused("http://mixed.test/", ["8.8.8.8", "10.0.0.1"])).why


@asynccontextmanager
async def server(serve: Serve) -> AsyncIterator[str]:
    """A page server on loopback; gives its base address."""

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            await serve(head, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    made = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{made.sockets[0].getsockname()[1]}"
    finally:
        made.close()


def answer(status: str, body: bytes = b"", **headers: str) -> bytes:
    told = {"content-length": str(len(body))} | {name.replace("_", "-"): value for name, value in headers.items()}
    return f"HTTP/1.1 {status}\r\n".encode() + "".join(f"{k}: {v}\r\n" for k, v in told.items()).encode() + b"\r\n" + body


def always(whole: bytes) -> Serve:
    async def serve(head: str, writer: asyncio.StreamWriter) -> None:
        writer.write(whole)

    return serve


async def look(url: str, deadline: float = 5, **options: object) -> Looked:
    transport = ProbeTransport(inside=True, **options)  # type: ignore[arg-type]  # options by name
    try:
        return await transport.get(url, deadline)
    finally:
        await transport.aclose()


async def test_a_page_is_read_with_its_chain() -> None:
    async with server(always(answer("200 OK", b"<p>there</p>"))) as base:
        looked = await look(f"{base}/a")
    assert looked.reply
    assert (looked.reply.status, looked.reply.body) == (200, b"<p>there</p>")
    assert [(hop.url, hop.address, hop.status) for hop in looked.chain] == [(f"{base}/a", "127.0.0.1", 200)]


async def test_the_checked_address_is_connected_to_and_the_name_kept() -> None:
    heads: list[str] = []

    async def serve(head: str, writer: asyncio.StreamWriter) -> None:
        heads.append(head)
        writer.write(answer("200 OK", b"x"))

    resolve, asked = names(["127.0.0.1"], ["10.0.0.1"])  # rebinding: the second answer leads elsewhere
    async with server(serve) as base:
        port = base.rpartition(":")[2]
        looked = await look(f"http://name.test:{port}/a", resolve=resolve)
    assert looked.reply is not None
    assert asked == ["name.test"]
    assert f"host: name.test:{port}" in heads[0].lower()


async def test_no_credentials_and_no_cookies_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    heads: list[str] = []
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1/")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1/")

    async def serve(head: str, writer: asyncio.StreamWriter) -> None:
        heads.append(head.lower())
        writer.write(answer("302 Found", set_cookie="a=b", location="/b") if "/a " in head else answer("200 OK", b"x"))

    async with server(serve) as base:
        assert (await look(f"{base}/a")).reply
    assert len(heads) == 2
    assert not any("cookie" in head or "authorization" in head for head in heads)


async def test_every_hop_is_checked_again() -> None:
    async with server(always(answer("302 Found", location="http://169.254.169.254/latest/meta-data"))) as base:
        looked = await look(f"{base}/a")
    assert looked.reply is None
    assert "outside this machine" in looked.why
    assert looked.chain[-1].url == "http://169.254.169.254/latest/meta-data"
    assert looked.chain[-1].address == ""


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "gopher://127.0.0.1/", "http://a:b@127.0.0.1/", "http://[", "//[::2]/"]
)
@COUNTED
async def test_redirects_to_strange_places_end_there(location: str) -> None:
    async with server(always(answer("301 Moved", location=location))) as base:
        assert (await look(f"{base}/a")).reply is None


async def test_five_redirects_and_no_more() -> None:
    async with server(always(answer("302 Found", location="/again"))) as base:
        looked = await look(f"{base}/a")
    assert looked.reply is None
    assert "more than 5" in looked.why
    assert len(looked.chain) == 6


async def test_a_question_with_a_token_is_not_asked_elsewhere() -> None:
    heads: list[str] = []

    async def serve(head: str, writer: asyncio.StreamWriter) -> None:
        heads.append(head)
        writer.write(answer("302 Found", location="/b"))

    async with server(serve) as base:
        transport = ProbeTransport(inside=True)
        looked = await transport.get(f"{base}/a", 5, {"authorization": "Bearer t"})
        await transport.aclose()
    assert looked.reply is None
    assert len(heads) == 1


@pytest.mark.parametrize(
    ("location", "moved"), [("/login", True), ("/a?next=1", True), ("/b", True), ("/a/", False), ("/a#top", False)]
)
async def test_the_answer_of_another_page_is_known_as_such(location: str, moved: bool) -> None:
    count = 0

    async def serve(head: str, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        writer.write(answer("302 Found", location=location) if count == 1 else answer("200 OK", b"please log in"))

    async with server(serve) as base:
        looked = await look(f"{base}/a")
    assert looked.reply
    assert looked.moved is moved


async def test_gzip_is_read() -> None:
    packed = gzip.compress(b"<p>there</p>" * 100)
    async with server(always(answer("200 OK", packed, content_encoding="gzip"))) as base:
        looked = await look(base)
    assert looked.reply
    assert looked.reply.body == b"<p>there</p>" * 100


async def test_a_gzip_bomb_stays_small() -> None:
    bomb = gzip.compress(bytes(200_000_000), 9)
    tracemalloc.start()
    async with server(always(answer("200 OK", bomb, content_encoding="gzip"))) as base:
        looked = await look(base)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert looked.reply is None
    assert "larger than" in looked.why
    assert peak < 20_000_000


@pytest.mark.parametrize(
    "whole",
    [
        answer("200 OK", b"x" * 1_000_001),
        answer("200 OK", gzip.compress(b"gone" * 1000)[:-20], content_encoding="gzip"),
        answer("200 OK", b"not gzip at all", content_encoding="gzip"),
        answer("200 OK", b"x", content_encoding="br"),
        answer("200 OK", b"x", content_encoding="gzip, gzip"),
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n<html>half",
        b"nonsense\r\n\r\n",
        b"",
    ],
    ids=["huge", "cut gzip", "no gzip", "brotli", "twice", "cut body", "no http", "nothing"],
)
async def test_answers_that_cannot_be_read_whole_are_none(whole: bytes) -> None:
    async with server(always(whole)) as base:
        looked = await look(base)
    assert looked.reply is None
    assert looked.why


async def test_a_slow_drip_ends_at_the_deadline() -> None:
    async def serve(head: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        for _ in range(100_000):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with server(serve) as base:
        looked = await look(base, deadline=0.2)
    assert looked.reply is None
    assert "no whole answer within 0.2 s" in looked.why


async def test_nobody_at_home() -> None:
    assert (await look("http://127.0.0.1:1/")).reply is None


@asynccontextmanager
async def secure(folder: Path) -> AsyncIterator[tuple[int, Path]]:
    """A page over TLS with a certificate of our own for localhost; gives its port and the certificate."""
    public, private = make_certificate(folder)

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer("200 OK", b"there"))
        await writer.drain()
        writer.close()

    made = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=server_tls(public, private))
    try:
        yield made.sockets[0].getsockname()[1], public
    finally:
        made.close()


async def test_the_certificate_is_held_against_the_name_not_the_address(tmp_path: Path) -> None:
    resolve, _ = names(["127.0.0.1"])
    async with secure(tmp_path) as (port, certificate):
        right = await look(f"https://localhost:{port}/", ca_file=certificate, resolve=resolve)
        wrong = await look(f"https://standin.test:{port}/", ca_file=certificate, resolve=resolve)
        unknown = await look(f"https://localhost:{port}/", resolve=resolve)
    assert right.reply
    assert right.reply.body == b"there"
    assert wrong.reply is None
    assert unknown.reply is None
    assert "CERTIFICATE_VERIFY_FAILED" in wrong.why
    assert "CERTIFICATE_VERIFY_FAILED" in unknown.why
