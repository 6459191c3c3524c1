"""Batches, cases, and what other agencies call them."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, text

from takedown.ledger.states import ALIKE, COUNTED, TIMES
from takedown.ledger.tables.base import Id, Whole, metadata

batches = Table(
    "batches",
    metadata,
    Column("id", Id, primary_key=True),
    Column("file", Text, nullable=False),
    Column("sha256", Text, nullable=False, index=True),
    Column("imported_at", Float, nullable=False),
    Column("by", Text, nullable=False),
)

DIFFERING = ("closed", "platform", "batch")
BACK = (*ALIKE, "batch", "claimed", "observed", "closed", "gone_at", "created_at", "sent_at")
WAS_GONE = "gone_at IS NOT NULL AND observed = 'available' AND closed = ''"
"""What was gone and is there again: few among a million, and counted whenever figures are."""

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
    Column("followers", Whole),
    Column("first_seen", Text, nullable=False, server_default=""),
    Column("notes", Text, nullable=False, server_default=""),
    Column("fields", JSON, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("salt", LargeBinary),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("step", Integer, nullable=False, server_default="1"),
    Column("follows", Id, ForeignKey("cases.id")),
    Column("request", Id),
    Column("delivered", Text, nullable=False, server_default="draft"),
    Column("claimed", Text, nullable=False, server_default="none"),
    Column("observed", Text, nullable=False, server_default=""),
    Column("withdrawal", Text, nullable=False, server_default="none"),
    Column("closed", Text, nullable=False, server_default=""),
    Column("held", Text, nullable=False, server_default=""),
    Column("doubted_at", Float),
    Column("moved_to", Text, nullable=False, server_default=""),
    Column("ground", Text, nullable=False, server_default=""),
    Column("created_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
    Column("sent_at", Float),
    Column("claimed_at", Float),
    Column("acted_at", Float),
    Column("declined_at", Float),
    Column("gone_at", Float),
    Column("closed_at", Float),
    Column("withdrawn_at", Float),
    Column("answered_at", Float),
    Column("reviewed_until", Float),
    Index("ix_cases_truths", *COUNTED, *TIMES, "created_at", "batch"),
    Index("ix_cases_batch", "batch", *COUNTED),
    Index("ix_cases_request", "request"),
    Index("ix_cases_draft", "batch", sqlite_where=text("delivered = 'draft'")),
    Index(
        "ix_cases_withdrawal",
        "platform",
        "withdrawal",
        "batch",
        sqlite_where=text("withdrawal <> 'none'"),
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
    ),
    Index(
        "uq_cases_open",
        "authority",
        "platform",
        "identity",
        "basis",
        unique=True,
        sqlite_where=text("closed = ''"),
    ),
    Index("ix_cases_held", *DIFFERING, "held", "doubted_at", sqlite_where=text("held <> '' OR doubted_at IS NOT NULL")),
    Index("ix_cases_moved", *DIFFERING, "moved_to", sqlite_where=text("moved_to <> ''")),
    Index("ix_cases_back", *BACK, sqlite_where=text(WAS_GONE)),
    Index("ix_cases_watched", "gone_at", sqlite_where=text("closed = 'done'")),
    Index(
        "ix_cases_standing",
        "basis",
        "sent_at",
        "reviewed_until",
        "closed",
        "delivered",
        "withdrawal",
        "batch",
        sqlite_where=text("delivered = 'sent' AND withdrawal = 'none'"),
    ),
    Index(
        "ix_cases_answered",
        "claimed",
        "batch",
        sqlite_where=text("answered_at IS NOT NULL"),
    ),
    Index(
        "ix_cases_follows",
        "follows",
        sqlite_where=text("follows IS NOT NULL"),
    ),
)
"""`ground`: of the newest claim that the platform acted. `acted_at`, `declined_at`: when a claim first said so; `gone_at`: when
it was first seen gone; `closed_at`: when it was closed, null while it is open; `withdrawn_at`: when somebody first took back what
had been sent. `answered_at`: when our last answer to a question of the platform was sent, or the question was closed.
`reviewed_until`: until when a second person let the measure stand longer. `held`: why nothing may be sent for it until a
person decides; `doubted_at`: when the ledger was taken back in time and called it unsent, until a person says that it is;
`moved_to`: the address under which its lasting id was seen, until a person renames it."""

FREE = (cases.c.held == "", cases.c.doubted_at.is_(None))
"""Nothing keeps it from being planned and sent: its target is the one that is meant, and it was surely not sent."""

former_names = Table(
    "former_names",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case", Id, ForeignKey("cases.id"), nullable=False, index=True),
    Column("key", Text, nullable=False),
    Column("identity", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("until", Float, nullable=False),
)
"""What a renamed target was called: replies to what was sent before still use it."""

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

past_seals = Table(
    "past_seals",
    metadata,
    Column("case", Id, primary_key=True, autoincrement=False),
    Column("seal", Text, nullable=False),
)
"""The seal that a case was made with, where its row was changed or erased since (`seals`)."""

holds = Table(
    "holds",
    metadata,
    Column("case", Id, ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Float, nullable=False),
)
"""Cases of which nothing is erased until somebody releases them."""
