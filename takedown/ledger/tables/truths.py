"""What platforms say and what we saw: claims, sightings and mails. Appended, never changed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, LargeBinary, Table, Text, text

from takedown.ledger.tables.base import Id, metadata

STOPPING = "value = 'needs_information' OR reason_code IN ('force_majeure', 'lacks_information', 'manifest_errors')"
"""A question or an obstacle: what makes a clock of the law stand still."""

claims = Table(
    "claims",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case", Id, ForeignKey("cases.id"), nullable=False, index=True),
    Column("request", Id),
    Column("value", Text, nullable=False),
    Column("ground", Text, nullable=False, server_default=""),
    Column("territory", Text, nullable=False, server_default=""),
    Column("reason_code", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("decided_at", Float),
    Column("source", Text, nullable=False),
    Column("by", Text, nullable=False, server_default=""),
    Column("evidence", Text, nullable=False, server_default=""),
    Column("recorded_at", Float, nullable=False),
    Column("salt", LargeBinary),
    Index("ix_claims_stopping", "case", sqlite_where=text(STOPPING)),
)

sightings = Table(
    "sightings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case", Id, ForeignKey("cases.id"), nullable=False),
    Column("value", Text, nullable=False),
    Column("why", Text, nullable=False, server_default=""),
    Column("countries", Text, nullable=False, server_default=""),
    Column("stable_id", Text, nullable=False, server_default=""),
    Column("method", Text, nullable=False),
    Column("trust", Text, nullable=False),
    Column("vantage", Text, nullable=False),
    Column("final_url", Text, nullable=False, server_default=""),
    Column("status", Integer),
    Column("body_sha256", Text, nullable=False, server_default=""),
    Column("evidence", Text, nullable=False, server_default=""),
    Column("source", Text, nullable=False),
    Column("by", Text, nullable=False, server_default=""),
    Column("observed", Text, nullable=False),
    Column("recorded_at", Float, nullable=False),
    Column("salt", LargeBinary),
    Index("ix_sightings_case", "case", "id"),
    Index("ix_sightings_recorded", "recorded_at"),
    Index("ix_sightings_observed", "observed", "case"),
)
"""Appended, never changed. `observed`: what the case's own value became with this sighting, so that a past one can be told."""

returns = Table(
    "returns",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case", Id, ForeignKey("cases.id"), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("seen_at", Float, nullable=False),
    Column("state", Text, nullable=False, server_default="open"),
    Column("made", Id),
    Column("decided_at", Float),
    Index("ix_returns_open", "case", sqlite_where=text("state = 'open'")),
)
"""Targets that were delivered, gone, and are there again: proposed to a person. `state`: open, accepted, dismissed; `made`: the
case that a person made of it."""

messages = Table(
    "messages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("mailbox", Text, nullable=False),
    Column("uidvalidity", BigInteger),
    Column("uid", BigInteger),
    Column("sha256", Text, nullable=False, unique=True),
    Column("raw", LargeBinary, nullable=False),
    Column("received_at", Float, nullable=False),
    Column("state", Text, nullable=False),
    Column("class", Text, nullable=False, server_default=""),
    Column("sender", Text, nullable=False, server_default=""),
    Column("subject", Text, nullable=False, server_default=""),
    Column("message_id", Text, nullable=False, server_default=""),
    Column("dated", Float),
    Column("request", Id),
    Column("case", Id),
    Column("matched_by", Text, nullable=False, server_default=""),
    Column("matcher", Text, nullable=False, server_default=""),
    Column("verified", Text, nullable=False, server_default=""),
    Column("hint", Text, nullable=False, server_default=""),
    Column("number", Text, nullable=False, server_default=""),
    Column("claims", Integer, nullable=False, server_default="0"),
    Column("reasons", Text, nullable=False, server_default=""),
    Column("judged_at", Float),
    Index("ix_messages_place", "mailbox", "uidvalidity", "uid"),
    Index("ix_messages_request", "request", "message_id"),
    Index("ix_messages_open", "state", sqlite_where=text("state <> 'done'")),
)
"""Mails as they came. `state`: new (stored, not judged), person (somebody must look), done. `case`: the one a person named."""
