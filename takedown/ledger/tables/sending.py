"""Plans, signatures, requests, attempts to send, and lanes."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, text

from takedown.ledger.tables.base import Id, metadata

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
    Column("demands", Text, nullable=False, server_default=""),
    Column("review", Text, nullable=False, server_default=""),
    Column("created_at", Float, nullable=False),
    Column("valid_until", Float, nullable=False),
    Column("approved_at", Float),
    Column("handed_at", Float),
    Index("ix_plans_approved", "approved_at"),
    Index("ix_plans_review", "review", sqlite_where=text("review <> ''")),
)
"""`reason`: why it ended; of a follow-up, what it says. `review`: due, accepted or rejected, where one person sends and another
looks afterwards.
`handed_at`: since when the workers of a fleet may send it; none when they may not, or a person must mend something first."""

volumes = Table(
    "volumes",
    metadata,
    Column("plan", Id, ForeignKey("plans.id"), primary_key=True),
    Column("platform", Text, primary_key=True),
    Column("organisation", Text, primary_key=True),
    Column("basis", Text, primary_key=True),
    Column("cases", Integer, nullable=False),
)
"""How much of what a plan holds: what daily limits and jumps are read from, a few rows a plan."""

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
    Index("ix_requests_open", "lane", "state", "key_born", sqlite_where=text(OPEN)),
    Index(
        "ix_requests_due",
        "plan",
        "attempts",
        "not_before",
        "state",
        sqlite_where=text("state = 'approved'"),
    ),
    Index(
        "ix_requests_refused",
        "platform",
        "detail",
        "state",
        sqlite_where=text("state = 'refused'"),
    ),
    Index(
        "ix_requests_unnumbered",
        "lane",
        "state",
        "receipt",
        sqlite_where=text("state = 'sent' AND receipt = ''"),
    ),
    Index("ix_requests_receipt", "receipt", sqlite_where=text("receipt <> ''")),
    Index("ix_requests_message", "message_id", sqlite_where=text("message_id <> ''")),
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
    Column("mend", Text, nullable=False, server_default=""),
)
