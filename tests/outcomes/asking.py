"""Desks that have sent and ask what became of it, and an endpoint that answers whatever a test says."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from desks import QuickClock, Quiet, add_cases, make_desk
from sqlalchemy import select

from takedown.delivery.deliver import deliver
from takedown.ledger.tables import claims, events
from takedown.outcomes.sync import sync
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection


@dataclass
class Platform:
    """Takes everything as FB-1, FB-2, ...; `says` are the items of every status, unless `by_receipt` or `raw` know better."""

    says: Any = field(default_factory=list[Any])
    by_receipt: dict[str, Any] = field(default_factory=dict[str, Any])
    raw: tuple[int, Mapping[str, str], bytes] | None = None
    posts: int = 0
    bodies: list[bytes] = field(default_factory=list[bytes])
    paths: list[str] = field(default_factory=list[str])
    port: int = 0

    def settings(self, **more: object) -> dict[str, dict[str, object]]:
        url = f"http://127.0.0.1:{self.port}/fb"
        return {"facebook": {"channel": "api", "base_url": url, "rate": "20/s", "idempotency": True, **more}}

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        if method == "POST":
            self.posts += 1
            self.bodies.append(body)
            return 201, {}, json.dumps({"id": f"FB-{self.posts}", "status": "received"}).encode()
        self.paths.append(path)
        receipt = path.rpartition("/")[2]
        items = self.by_receipt.get(receipt, self.says)
        return self.raw or (200, {}, json.dumps({"id": receipt, "status": "received", "items": items}).encode())

    @contextlib.contextmanager
    def open(self) -> Generator[Platform]:
        platform = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _do(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                status, headers, told = platform.answer(self.command, self.path, body)
                self.send_response(status)
                for name, value in {**headers, "content-length": str(len(told))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(told)

            do_GET = do_POST = _do  # noqa: N815 -- http.server finds them by these names

            def log_message(self, *words: object) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def sent(folder, platforms, n, platform="facebook", **more):
    """A desk whose n cases were sent."""
    desk = make_desk(folder, platforms, clock=QuickClock(), **more)
    add_cases(desk, platform, range(1, n + 1))
    done = deliver(desk, make_plan(desk, Selection()).plan, wait=20, limit=None, progress=Quiet())
    assert done.exit == 0, done
    return desk


def sync_now(desk, platform=None):
    return sync(desk, platform, Quiet())


def asked(platform):
    return platform.paths


def facts(desk):
    """Everything that a sync might add to."""
    with desk.ledger.read() as db:
        return db.execute(select(events)).all(), db.execute(select(claims)).all()


def claims_of(desk, case):
    with desk.ledger.read() as db:
        return list(db.execute(select(claims.c.value).where(claims.c.case == case).order_by(claims.c.id)).scalars())
