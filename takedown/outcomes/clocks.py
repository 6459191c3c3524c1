"""What platforms said of a case, for the clocks of its law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from takedown.ledger.tables import claims


def said_of(db: Connection, case: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The claims about a case, oldest first; none are read of one about which nothing was said."""
    if case["claimed"] == "none":
        return ()
    query = select(claims.c.value, claims.c.reason_code, claims.c.recorded_at).where(claims.c.case == case["id"])
    return [{**row} for row in db.execute(query.order_by(claims.c.id)).mappings()]
