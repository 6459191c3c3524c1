"""A sandbox under the test's hand, and the calls that tests make to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from takedown.sandbox import Sandbox, read_journal


@dataclass
class HandClock:
    """A clock that only the test moves."""

    now: datetime = datetime(2026, 11, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Stand:
    """A running sandbox with one platform, `chirp`, and a client that holds its token."""

    sandbox: Sandbox
    clock: HandClock
    client: httpx.AsyncClient
    pauses: list[float] = field(default_factory=list[float])

    @property
    def filing(self) -> str:
        return f"{self.sandbox.url('chirp')}/v1/removal-requests"

    async def file(self, key: str = "", **changes: Any) -> httpx.Response:
        return await self.client.post(self.filing, json=order(**changes), headers={"Idempotency-Key": key} if key else {})

    def events(self, *names: str) -> list[dict[str, Any]]:
        return [row for row in read_journal(self.sandbox.journal_path) if not names or row["event"] in names]

    async def raw(self) -> bytes:
        """What a bare socket sees after filing `order()`: all bytes until the line ends. Raises ConnectionResetError."""
        reader, writer = await asyncio.open_connection(self.sandbox.host, self.sandbox.http_port)
        sent = json.dumps(order()).encode()
        head = (
            "POST /chirp/v1/removal-requests HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n"
            f"authorization: Bearer {self.sandbox.tokens['chirp']}\r\ncontent-length: {len(sent)}\r\n\r\n"
        )
        writer.write(head.encode() + sent)
        try:
            return await reader.read()
        finally:
            writer.close()


def order(
    url: str = "https://chirp.example/standin_0042", reference: str = "TD-42", case: str = "C-42", **changes: Any
) -> dict[str, Any]:
    item = {"case": case, "url": url, "kind": "account", "key": "k", "measure": "remove_account", "reason": "", "evidence": []}
    return {
        "schema": "takedown-intake/1", "reference": reference, "instrument": "order",
        "legal_basis": {"pack": "pk-peca-37", "law": "", "provision": "", "jurisdiction": "PK"}, "territory": ["PK"],
        "authority": {"name": "A", "unit": "", "contact": "", "email": "desk@authority.example", "country": "PK"},
        "issued_at": "2026-01-02T03:04:05Z", "respond_by": None, "statement": "Reasons.", "redress": "", "items": [item],
        **changes,
    }  # fmt: skip


Open = Callable[..., Awaitable[Stand]]
