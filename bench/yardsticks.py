"""What sending is measured against: bare loops that record nothing, and the script that a user would write."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import httpx
from sqlalchemy import select
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from takedown.desk import Desk
from takedown.ledger.tables import requests
from takedown.transport.http import Call, HttpTransport
from takedown.transport.results import Answered

Rows = Sequence[Mapping[str, Any]]
ACCEPTED = (201, 202)
CONNECTIONS = 10
"""Where httpx is at its best: its pool looks at every connection for each request."""


def planned(desk: Desk) -> Rows:
    """The requests that lie in the ledger, bytes and all."""
    with desk.ledger.read() as db:
        return [{**row} for row in db.execute(select(requests).order_by(requests.c.id)).mappings()]


def _headers(row: Mapping[str, Any], token: str, script: str) -> dict[str, str]:
    # A key of its own: the stand-in would answer one that it knows without doing the work.
    return {**row["headers"], "authorization": f"Bearer {token}", "idempotency-key": f"{script}-{row['idempotency_key']}"}


async def raw_loop(rows: Rows, token: str, keep_alive: bool) -> None:
    """Ten workers post one after another and read the answer; nothing is written down."""
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS if keep_alive else 0)
    waiting = iter(rows)

    async def work(client: httpx.AsyncClient) -> None:
        for row in waiting:
            answer = await client.post(row["destination"], headers=_headers(row, token, "raw"), content=row["body"])
            _taken(answer)

    never = httpx.Timeout(None)
    async with httpx.AsyncClient(limits=limits, timeout=never, trust_env=False) as client:
        await asyncio.gather(*(work(client) for _ in range(CONNECTIONS)))


async def wire_loop(rows: Rows, token: str, keep_alive: bool) -> None:
    """The same over the connections that a run itself sends on, and still nothing is written down."""
    waiting, transport = iter(rows), HttpTransport(keep_alive=keep_alive, secure=False)

    async def nothing_against_it() -> None:
        return None

    async def work() -> None:
        for row in waiting:
            call = Call(row["method"], row["destination"], _headers(row, token, "wire"), row["body"])
            result = await transport.send(call, 300, nothing_against_it)
            if not isinstance(result, Answered) or result.reply.status not in ACCEPTED or "id" not in result.reply.json:
                raise RuntimeError(f"the stand-in answered {result!r}"[:300])

    try:
        await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
    finally:
        await transport.aclose()


async def naive_script(rows: Rows, token: str) -> None:
    """httpx with 50 connections, tenacity around each request, everything gathered at once, a line of JSON for each."""
    limits = httpx.Limits(max_connections=50, max_keepalive_connections=50)
    with NamedTemporaryFile("w", encoding="utf-8", suffix=".jsonl") as lines:

        async def one(client: httpx.AsyncClient, row: Mapping[str, Any]) -> None:
            trying = AsyncRetrying(
                stop=stop_after_attempt(5), wait=wait_random_exponential(max=10), retry=retry_if_exception_type(httpx.HTTPError)
            )
            async for attempt in trying:
                with attempt:
                    answer = await client.post(row["destination"], headers=_headers(row, token, "naive"), content=row["body"])
                    _taken(answer)
                    lines.write(json.dumps({"request": row["reference"], "status": answer.status_code, **answer.json()}) + "\n")
                    lines.flush()

        async with httpx.AsyncClient(limits=limits, timeout=300) as client:
            await asyncio.gather(*(one(client, row) for row in rows))


def _taken(answer: httpx.Response) -> None:
    if answer.status_code not in ACCEPTED or "id" not in answer.json():
        raise RuntimeError(f"the stand-in answered {answer.status_code}: {answer.text[:200]}")


AUDITED = ("events", "openings", "cases", "requests", "request_cases", "attempts", "claims", "sightings")


def read_and_hash(ledger: Path) -> None:
    """The least that holding rows to a record must do: each is read and hashed once, and compared with nothing."""
    with closing(sqlite3.connect(ledger)) as db:
        for table in AUDITED:
            for row in db.execute(f"SELECT * FROM {table}"):  # noqa: S608 -- a constant
                hashlib.sha256(repr(row).encode()).digest()
