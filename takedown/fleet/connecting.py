"""How the queue's own connections reach the ledger's server."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import make_url

from takedown.desk import Desk
from takedown.fleet.board import SCHEMA
from takedown.ledger.server import CUT_OFF

LONG = 60.0
"""Seconds after which a connection on which nothing comes is looked at."""


def address(desk: Desk) -> dict[str, Any]:
    """Where the ledger is, as its own connections say it to libpq."""
    url = make_url(desk.settings.ledger.url).set(drivername="postgresql+psycopg")
    _, words = desk.ledger.engine.dialect.create_connect_args(url)
    return {**CUT_OFF, **{name: value for name, value in words.items() if name != "context"}}


def patient() -> type[Any]:
    """By itself the driver wakes ten times a second to see a Ctrl-C, also while it listens: it comes here as a signal."""
    from psycopg import AsyncConnection

    class Patient(AsyncConnection[Any]):
        async def wait(self, *given: Any, **more: Any) -> Any:
            return await super().wait(*given, **{"interval": LONG, **more})

    return Patient


async def in_its_schema(connection: Any) -> None:
    """Said in the session, since poolers take no `options` with the first packet."""
    await connection.execute(f"SET search_path TO {SCHEMA}")
    await connection.commit()
