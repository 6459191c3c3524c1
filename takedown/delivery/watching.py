"""Looking, as long as something may be sent, whether the ledger's server has what this process committed to it.

A server that took another's place may lack it, and only who committed it can tell (`takedown.ledger.succession`).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from takedown.comparing import check
from takedown.desk import Desk
from takedown.ledger.errors import LedgerFailed, ReadOnly
from takedown.ledger.succession import SERVER

LOOK = 3.0
"""Seconds between two looks. Others wait longer than that: `succession.QUIET`."""


async def keep_comparing(desk: Desk) -> None:
    """Compare at the first look, when the server is another, and when what was committed is gone; ends when it is cancelled.

    Raises as `check` does. A file has no server. While one is away, whoever wants something of it says so.
    """
    known = ""
    while desk.ledger.engine.dialect.name == "postgresql":
        with suppress(LedgerFailed, ReadOnly):
            known = await asyncio.to_thread(_look, desk, known)
        await asyncio.sleep(LOOK)


def _look(desk: Desk, known: str) -> str:
    """Which server it is now."""
    seq, digest = desk.ledger.committed or (0, None)
    with desk.ledger.view() as view:
        server, there = next(view.rows(_LOOKED, seq=seq))
    if server != known or there != digest:
        check(desk)
    return str(server)


_LOOKED = f"SELECT {SERVER}, (SELECT hash FROM events WHERE seq = :seq)"  # noqa: S608 -- a constant
