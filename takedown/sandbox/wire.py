"""A small HTTP/1.1 server side on asyncio streams, because faults need the socket: reset, cut, drip, a lost answer."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote

MAX_HEAD, MAX_BODY = 64 * 1024, 4_000_000
MAX_DISCARDED = 16 * MAX_BODY


class Manner(StrEnum):
    """How an answer leaves."""

    WHOLE = "whole"
    CUT = "cut"  # half of the body, then the end of the line
    CUT_SILENT = "cut_silent"  # the same without a Content-Length, so that the end looks like the end
    DRIP = "drip"  # byte by byte
    RESET = "reset"  # not at all: TCP reset


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as read. `parts` are the decoded segments of the path; header names are lowercase."""

    method: str
    parts: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and how it leaves. `drip` is the time that a dripping one takes, in seconds."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    manner: Manner = Manner.WHOLE
    drip: float = 0.0
    last: bool = False

    def but(self, **changes: Any) -> Answer:
        return replace(self, **changes)


def json_answer(status: int, document: object, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(
        status, json.dumps(document, ensure_ascii=False).encode(), {"content-type": "application/json", **(headers or {})}
    )


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None, **members: object) -> Answer:
    """A problem document (RFC 9457), with further members such as a platform's own error envelope."""
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **members}
    return json_answer(status, document, {**(headers or {}), "content-type": "application/problem+json"})


Handler = Callable[[HttpRequest], Awaitable[Answer]]


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler) -> None:
    """Answer requests on one connection until either side ends it."""
    try:
        while True:
            request = await _read(reader)
            if request is None:
                return
            answer = await handler(request) if isinstance(request, HttpRequest) else request
            await _write(writer, answer, head_only=isinstance(request, HttpRequest) and request.method == "HEAD")
            closing = isinstance(request, HttpRequest) and request.headers.get("connection", "").lower() == "close"
            if closing or answer.last or answer.manner not in {Manner.WHOLE, Manner.DRIP}:
                return
    except (ConnectionError, asyncio.IncompleteReadError):
        return
    finally:
        writer.close()


async def _read(reader: asyncio.StreamReader) -> HttpRequest | Answer | None:
    """One request; an answer when it cannot be read, after which the line ends; None at the end of the line."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError:
        return problem(431, "the head of the request is too large").but(last=True)
    line, *fields = head[:-4].decode("latin-1").split("\r\n")
    words = line.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        return problem(400, "the request line is not HTTP/1.1").but(last=True)
    headers = {name.strip().lower(): value.strip() for name, _, value in (f.partition(":") for f in fields)}
    if "transfer-encoding" in headers:
        return problem(411, "send the body with a Content-Length").but(last=True)
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        return problem(400, "Content-Length is not a number").but(last=True)
    if int(length) > MAX_BODY:
        return await _too_large(reader, int(length))
    path, _, query = words[1].partition("?")
    parts = tuple(unquote(part) for part in path.split("/") if part)
    pairs = dict(parse_qsl(query, keep_blank_values=True))
    return HttpRequest(words[0], parts, pairs, headers, await reader.readexactly(int(length)))


async def _too_large(reader: asyncio.StreamReader, length: int) -> Answer:
    # Closing over unread bytes sends a reset, which can overtake the answer: read them away first.
    left = min(length, MAX_DISCARDED)
    while left and (chunk := await reader.read(min(left, MAX_HEAD))):
        left -= len(chunk)
    return problem(413, f"at most {MAX_BODY} bytes").but(last=True)


def _head(answer: Answer) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    if answer.last:
        lines.append("connection: close")
    if answer.manner is not Manner.CUT_SILENT:
        lines.append(f"content-length: {len(answer.body)}")
    return "\r\n".join((*lines, "", "")).encode("latin-1")


async def _write(writer: asyncio.StreamWriter, answer: Answer, *, head_only: bool) -> None:
    whole = _head(answer) + (b"" if head_only else answer.body)
    match answer.manner:
        case Manner.RESET:
            reset(writer)
        case Manner.CUT | Manner.CUT_SILENT:
            writer.write(_head(answer) + answer.body[: len(answer.body) // 2])
        case Manner.DRIP:
            for at in range(len(whole)):
                writer.write(whole[at : at + 1])
                await writer.drain()
                await asyncio.sleep(answer.drip / len(whole))
        case Manner.WHOLE:
            writer.write(whole)
    if answer.manner is not Manner.RESET:
        await writer.drain()


def reset(writer: asyncio.StreamWriter) -> None:
    """End the line with a TCP reset: with SO_LINGER at zero seconds, close sends RST instead of FIN."""
    line: socket.socket = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
