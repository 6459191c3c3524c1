"""Batches, cases, and what other agencies call them."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from takedown.ledger.tables.base import Id, metadata

batches = Table(
    "batches",
    metadata,
    Column("id", Id, primary_key=True),
    Column("file", Text, nullable=False),
    Column("sha256", Text, nullable=False, index=True),
    Column("imported_at", Float, nullable=False),
    Column("by", Text, nullable=False),
)

COUNTED = ("platform", "basis", "organisation", "delivered", "claimed", "observed", "closed")
"""What cases are counted by, in the order in which an index lets a million of them be grouped without sorting."""

cases = Table(
    "cases",
    metadata,
    Column("id", Id, primary_key=True),
    Column("batch", Id, ForeignKey("batches.id"), nullable=False),
    Column("platform", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("identity", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("measure", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("proportionality", Text, nullable=False, server_default=""),
    Column("organisation", Text, nullable=False, server_default=""),
    Column("territory", Text, nullable=False, server_default=""),
    Column("platform_id", Text, nullable=False, server_default=""),
    Column("language", Text, nullable=False, server_default=""),
    Column("followers", Integer),
    Column("first_seen", Text, nullable=False, server_default=""),
    Column("notes", Text, nullable=False, server_default=""),
    Column("fields", JSON, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("step", Integer, nullable=False, server_default="1"),
    Column("follows", Id, ForeignKey("cases.id")),
    Column("request", Id),
    Column("delivered", Text, nullable=False, server_default="draft"),
    Column("claimed", Text, nullable=False, server_default="none"),
    Column("observed", Text, nullable=False, server_default=""),
    Column("withdrawal", Text, nullable=False, server_default="none"),
    Column("closed", Text, nullable=False, server_default=""),
    Column("created_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
    Column("sent_at", Float),
    Column("claimed_at", Float),
    Index("ix_cases_truths", *COUNTED, "created_at"),
    Index("ix_cases_batch", "batch", *COUNTED),
    Index("ix_cases_request", "request"),
    Index("ix_cases_draft", "batch", sqlite_where=text("delivered = 'draft'"), postgresql_where=text("delivered = 'draft'")),
    Index(
        "ix_cases_withdrawal",
        "platform",
        "withdrawal",
        "batch",
        sqlite_where=text("withdrawal <> 'none'"),
        postgresql_where=text("withdrawal <> 'none'"),
    ),
    Index(
        "ix_cases_pending",
        "basis",
        "sent_at",
        "claimed",
        "observed",
        "closed",
        "delivered",
        "batch",
        sqlite_where=text("closed = '' AND delivered = 'sent'"),
        postgresql_where=text("closed = '' AND delivered = 'sent'"),
    ),
    Index(
        "uq_cases_open",
        "authority",
        "platform",
        "identity",
        "basis",
        unique=True,
        sqlite_where=text("closed = ''"),
        postgresql_where=text("closed = ''"),
    ),
    Index(
        "ix_cases_follows",
        "follows",
        sqlite_where=text("follows IS NOT NULL"),
        postgresql_where=text("follows IS NOT NULL"),
    ),
)

case_references = Table(
    "case_references",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case", Id, ForeignKey("cases.id"), nullable=False, index=True),
    Column("organisation", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("added_at", Float, nullable=False),
    UniqueConstraint("case", "organisation", "reference"),
)
