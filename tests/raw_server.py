"""An endpoint that answers with whatever bytes a test says, in whatever pieces, and breaks the line where it says so."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from enum import Enum


class Break(Enum):
    """How a line ends before its time."""

    CLOSE = "closed"
    RESET = "reset"


SILENCE = threading.Event
"""Say nothing more until the other side leaves."""

Piece = bytes | Break | type[threading.Event]
Pieces = Sequence[Piece]


@dataclass(frozen=True)
class Asked:
    """One request as it came. `keys` are its header names in lowercase with their values."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def cases(self) -> list[str]:
        return [one["case"] for one in json.loads(self.body)["items"]]

    @property
    def reference(self) -> str:
        return str(json.loads(self.body)["reference"])


@dataclass
class RawServer:
    """`answer` is asked for each request, once all of it is there. `asked` is what came, in order."""

    answer: Callable[[Asked], Pieces]
    asked: list[Asked] = field(default_factory=list[Asked])
    port: int = 0

    def posts(self) -> list[Asked]:
        return [one for one in self.asked if one.method == "POST"]

    @contextlib.contextmanager
    def open(self) -> Generator[RawServer]:
        mine = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                line: socket.socket = self.request
                with contextlib.suppress(OSError):
                    while (asked := _read(line)) is not None:
                        mine.asked.append(asked)
                        for piece in mine.answer(asked):
                            if isinstance(piece, bytes):
                                line.sendall(piece)
                            elif piece is SILENCE:
                                while line.recv(4096):
                                    pass
                                return
                            else:
                                if piece is Break.RESET:
                                    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                                return

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address, daemon_threads = True, True

        with Server(("127.0.0.1", 0), Handler) as server:
            self.port = int(server.server_address[1])
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


def _read(line: socket.socket) -> Asked | None:
    raw = b""
    while b"\r\n\r\n" not in raw:
        more = line.recv(65536)
        if not more:
            return None
        raw += more
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in rest)}
    while len(body) < int(headers.get("content-length", "0")):
        body += line.recv(65536)
    return Asked(method, path, headers, body)


def http(status: int, body: object = b"", *headers: str, length: int | None = None) -> bytes:
    """A whole answer; `length` is what it says of its body's, where that is not the truth."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    told = [f"HTTP/1.1 {status} X", f"content-length: {len(raw) if length is None else length}", *headers]
    return "\r\n".join(told).encode("latin-1") + b"\r\n\r\n" + raw


def receipt_of(asked: Asked, ident: str) -> dict[str, object]:
    items = [{"case": case, "id": f"{ident}-{n}", "status": "received"} for n, case in enumerate(asked.cases)]
    return {"id": ident, "status": "received", "items": items}


def ident_in(path: str) -> str:
    found = re.search(r"removal-requests/([^/?]+)", path)
    return found[1] if found else ""
