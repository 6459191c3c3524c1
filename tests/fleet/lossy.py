"""A line to the server that loses what matters most: the reply to a COMMIT, or the COMMIT itself."""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from enum import Enum
from itertools import count

COMMIT = b"COMMIT\x00"
"""How the driver says it: a simple query (PostgreSQL, Message Formats, Query)."""


class Loses(Enum):
    """Of a COMMIT: its reply, and then the line; the COMMIT itself, and the line; whatever the server ever says again."""

    REPLY = 1
    COMMIT = 2
    EVERYTHING = 3


class Line:
    """Relays between a port here and the server's Unix socket. Each `every`-th COMMIT is lost, none while that is 0."""

    def __init__(self, server: str, loses: Loses, every: int) -> None:
        self._server, self._loses, self.every = server, loses, every
        self._seen, self.lost = count(1), 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._server)
                mute = threading.Event()
                threading.Thread(target=self._out, args=(near, far, mute), daemon=True).start()
                threading.Thread(target=self._back, args=(near, far, mute), daemon=True).start()

    def _out(self, near: socket.socket, far: socket.socket, mute: threading.Event) -> None:
        with suppress(OSError):
            while data := near.recv(65536):
                if COMMIT in data and self.every and next(self._seen) % self.every == 0:
                    self.lost += 1
                    if self._loses is not Loses.COMMIT:
                        mute.set()
                        far.sendall(data)
                    if self._loses is Loses.COMMIT:
                        break
                    continue
                far.sendall(data)
        _end(near, far)

    def _back(self, near: socket.socket, far: socket.socket, mute: threading.Event) -> None:
        with suppress(OSError):
            while data := far.recv(65536):
                if not mute.is_set():
                    near.sendall(data)
                elif self._loses is Loses.REPLY:
                    break  # the server has committed: this was its reply
        _end(near, far)

    def close(self) -> None:
        self._listener.close()


def _end(*ends: socket.socket) -> None:
    for one in ends:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


@contextmanager
def line(server: str, loses: Loses, every: int) -> Generator[Line]:
    made = Line(server, loses, every)
    try:
        yield made
    finally:
        made.close()
