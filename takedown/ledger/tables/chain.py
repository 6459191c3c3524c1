"""The audit chain: events, what opens their commitments, and signed heads."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, LargeBinary, Table, Text

from takedown.ledger.tables.base import Id, metadata

events = Table(
    "events",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("prev", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_events_subject", "subject"),
)

openings = Table(
    "openings",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("value", Text, nullable=False),
)

heads = Table(
    "heads",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("at", Float, nullable=False),
)
