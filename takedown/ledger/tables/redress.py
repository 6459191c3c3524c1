"""Redress: appeals against what was asked, whether the user was told, and when a measure is looked at again."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Table, Text, text

from takedown.ledger.tables.base import Id, metadata

appeals = Table(
    "appeals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case", Id, ForeignKey("cases.id"), nullable=False, index=True),
    Column("from", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence", Text, nullable=False, server_default=""),
    Column("received_at", Float, nullable=False),
    Column("due_at", Float, nullable=False),
    Column("outcome", Text, nullable=False, server_default=""),
    Column("why", Text, nullable=False, server_default=""),
    Column("decided_at", Float),
    Index("ix_appeals_open", "due_at", sqlite_where=text("outcome = ''")),
)
"""`from`: user, provider or other. `outcome`: empty while it is open, then upheld (the measure stands) or reversed."""

notifications = Table(
    "notifications",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case", Id, ForeignKey("cases.id"), nullable=False, index=True),
    Column("value", Text, nullable=False),
    Column("until", Float),
    Column("basis", Text, nullable=False, server_default=""),
    Column("by", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("newest", Text, nullable=False, server_default="yes"),
    Index(
        "ix_notifications_withheld",
        "until",
        sqlite_where=text("value = 'withheld' AND newest = 'yes'"),
    ),
)
"""Who tells the user of a case: platform, authority, or withheld `until` a time, on a basis. Of a case the newest counts."""
