"""A connection as httpcore reads and writes it, where no host does on demand what it must stand."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import httpcore
import pytest

from takedown.transport.stream import HELD, Stream


class Wire:
    """In the place of asyncio's transport."""

    def __init__(self) -> None:
        self.reading, self.written = True, list[bytes]()
        self.socket, self.other = socket.socketpair()

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def get_extra_info(self, name: str) -> Any:
        return {"socket": self.socket}.get(name)


@pytest.fixture
def wire() -> Iterator[Wire]:
    made = Wire()
    yield made
    made.socket.close()
    made.other.close()


@pytest.fixture
def stream(wire: Wire) -> Stream:
    made = Stream()
    made.connection_made(wire)  # type: ignore[arg-type]
    return made


async def test_what_is_written_waits_until_an_answer_is_asked_for(stream: Stream, wire: Wire) -> None:
    await stream.write(b"head")
    await stream.write(b"body")
    assert wire.written == []
    stream.data_received(b"x")
    await stream.read(9)
    stream.data_received(b"y")
    await stream.read(9)
    assert wire.written == [b"headbody"]


async def test_what_came_before_a_break_is_read_before_the_break_is_told(stream: Stream) -> None:
    stream.data_received(b"HTTP/1.1 413 X\r\n")
    stream.connection_lost(ConnectionResetError("reset"))
    assert await stream.read(5) == b"HTTP/"
    assert await stream.read(99) == b"1.1 413 X\r\n"
    with pytest.raises(httpcore.ReadError, match="reset"):
        await stream.read(99)


async def test_an_end_is_no_break(stream: Stream) -> None:
    stream.eof_received()
    assert await stream.read(99) == b""


async def test_a_host_that_talks_to_nobody_has_to_wait(stream: Stream, wire: Wire) -> None:
    stream.data_received(b"x" * (HELD + 1))
    assert not wire.reading
    await stream.read(HELD)
    assert wire.reading


async def test_an_idle_connection_is_stale_when_the_host_has_said_something_or_left(stream: Stream, wire: Wire) -> None:
    assert not stream.get_extra_info("is_readable")
    wire.other.send(b"x")
    assert stream.get_extra_info("is_readable"), "it lies in the socket"
    wire.socket.recv(1)
    stream.data_received(b"x")
    assert stream.get_extra_info("is_readable"), "it was read already"
    await stream.read(1)
    assert not stream.get_extra_info("is_readable")
    stream.eof_received()
    assert stream.get_extra_info("is_readable")
