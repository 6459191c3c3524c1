"""The oversight's keys: each one after the first must have been signed for by the one before."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from takedown.audit.chain import Told
from takedown.ledger.oversight import NotTheOversight, oversight_of


def of_oversight(db: Connection, told: Told) -> Iterator[str]:
    """A problem where the oversight key is not the one that was adopted, or one that it signed for."""
    del told
    try:
        oversight_of(db)
    except NotTheOversight as error:
        yield error.message
