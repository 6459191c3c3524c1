"""The ledger's tables. Times are seconds since the epoch, UTC; the audit events hold them as text.

Ids are integers here and words with a prefix (`C-12`) at the edge; see `ids`. Row states are those of sending.md and
truths.md; `cases.delivered`, `claimed` and `observed` are kept beside the rows they sum up so that a million cases can be
counted by an index, and only `moves` and `truths` write them.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column of the very type INTEGER."""

meta = Table("meta", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

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
        "step",
        unique=True,
        sqlite_where=text("closed = ''"),
        postgresql_where=text("closed = ''"),
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

plans = Table(
    "plans",
    metadata,
    Column("id", Id, primary_key=True),
    Column("state", Text, nullable=False),
    Column("planner", Text, nullable=False),
    Column("planner_key", Text, nullable=False, server_default=""),
    Column("planner_signature", Text, nullable=False, server_default=""),
    Column("environment", Text, nullable=False),
    Column("inputs", Text, nullable=False),
    Column("leaves", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("cases", Integer, nullable=False),
    Column("purpose", Text, nullable=False, server_default="removal"),
    Column("successor_of", Id),
    Column("reason", Text, nullable=False, server_default=""),
    Column("created_at", Float, nullable=False),
    Column("valid_until", Float, nullable=False),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("plan", Id, ForeignKey("plans.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("at", Float, nullable=False),
    UniqueConstraint("plan", "name"),
)

OPEN = "state = 'sending' OR state = 'unknown' OR state = 'operator' OR state = 'returned'"
"""Not `IN (...)`: SQLite sees that `state = 'unknown'` implies an OR with it, but not a list with it (partialindex.html)."""

requests = Table(
    "requests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("plan", Id, ForeignKey("plans.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("purpose", Text, nullable=False, server_default="removal"),
    Column("platform", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reference", Text, nullable=False, unique=True),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("message_id", Text, nullable=False, server_default=""),
    Column("idempotency_key", Text, nullable=False, server_default=""),
    Column("follows", Id),
    Column("method", Text, nullable=False, server_default=""),
    Column("destination", Text, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("cases", Integer, nullable=False),
    Column("respond_by", Float),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", Float, nullable=False, server_default="0"),
    Column("key_born", Float),
    Column("doubt_since", Float),
    Column("owner", Text, nullable=False, server_default=""),
    Column("assigned", Text, nullable=False, server_default=""),
    Column("opened_at", Float),
    Column("lease_until", Float),
    Column("seconds", Float),
    Column("receipt", Text, nullable=False, server_default=""),
    Column("receipt_at", Float),
    Column("detail", Text, nullable=False, server_default=""),
    Column("created_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
    Index("ix_requests_work", "plan", "lane", "state", "position"),
    Index("ix_requests_open", "lane", "state", "key_born", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
    Index(
        "ix_requests_due",
        "plan",
        "attempts",
        "not_before",
        "state",
        sqlite_where=text("state = 'approved'"),
        postgresql_where=text("state = 'approved'"),
    ),
    Index(
        "ix_requests_refused",
        "platform",
        "detail",
        "state",
        sqlite_where=text("state = 'refused'"),
        postgresql_where=text("state = 'refused'"),
    ),
    Index(
        "ix_requests_unnumbered",
        "lane",
        "state",
        "receipt",
        sqlite_where=text("state = 'sent' AND receipt = ''"),
        postgresql_where=text("state = 'sent' AND receipt = ''"),
    ),
    Index("ix_requests_receipt", "receipt", sqlite_where=text("receipt <> ''"), postgresql_where=text("receipt <> ''")),
    Index("ix_requests_message", "message_id", sqlite_where=text("message_id <> ''"), postgresql_where=text("message_id <> ''")),
)

request_cases = Table(
    "request_cases",
    metadata,
    Column("request", Id, ForeignKey("requests.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("case", Id, ForeignKey("cases.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("item", Text, nullable=False, server_default=""),
    Column("excepted", Text, nullable=False, server_default=""),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("request", Id, ForeignKey("requests.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("started_at", Float, nullable=False),
    Column("ended_at", Float, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("status", Integer),
    Column("detail", Text, nullable=False, server_default=""),
    Column("reply", LargeBinary),
)

lanes = Table(
    "lanes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("next_at", Float, nullable=False, server_default="0"),
    Column("not_before", Float, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("stopped", Text, nullable=False, server_default=""),
    Column("why", Text, nullable=False, server_default=""),
    Column("owner", Text, nullable=False, server_default=""),
    Column("lease_until", Float, nullable=False, server_default="0"),
)

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
    Index("ix_sightings_case", "case", "id"),
    Index("ix_sightings_recorded", "recorded_at"),
    Index("ix_sightings_observed", "observed", "case"),
)
"""Appended, never changed. `observed`: what the case's own value became with this sighting, so that a past one can be told."""

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
    Index("ix_messages_open", "state", sqlite_where=text("state <> 'done'"), postgresql_where=text("state <> 'done'")),
)
"""Mails as they came. `state`: new (stored, not judged), person (somebody must look), done. `case`: the one a person named."""

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
