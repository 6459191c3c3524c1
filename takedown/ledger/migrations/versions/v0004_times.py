"""What reports count and time cases by: kind, ground, and when a case was first acted on, declined, seen gone and closed."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

COUNTED = ["platform", "kind", "basis", "organisation", "delivered", "claimed", "observed", "closed", "ground"]
TIMES = ["sent_at", "acted_at", "declined_at", "gone_at", "closed_at"]

CLAIMED = """UPDATE cases SET
  acted_at = (SELECT min(recorded_at) FROM claims WHERE claims."case" = cases.id AND value IN ('removed', 'restricted')),
  declined_at = (SELECT min(recorded_at) FROM claims WHERE claims."case" = cases.id AND value = 'declined'),
  ground = coalesce((SELECT ground FROM claims WHERE claims."case" = cases.id AND value IN ('removed', 'restricted')
    ORDER BY id DESC LIMIT 1), '')
  WHERE id IN (SELECT "case" FROM claims)"""
SEEN = """UPDATE cases SET gone_at = (SELECT min(recorded_at) FROM sightings WHERE sightings."case" = cases.id
    AND observed IN ('gone', 'suspended', 'withheld', 'restricted'))
  WHERE id IN (SELECT "case" FROM sightings)"""
CLOSED = """SELECT cases.id, max(events.at) FROM cases JOIN events ON events.subject = 'C-' || cases.id
  WHERE cases.closed <> '' AND events.kind = 'case.closed' GROUP BY cases.id"""


def upgrade() -> None:
    op.add_column("cases", sa.Column("ground", sa.Text(), server_default="", nullable=False))
    for name in TIMES[1:]:
        op.add_column("cases", sa.Column(name, sa.Float(), nullable=True))
    for statement in (CLAIMED, SEEN):
        op.execute(sa.text(statement))
    found = op.get_bind().execute(sa.text(CLOSED)).all()
    if closed := [{"case": case, "at": datetime.fromisoformat(at).timestamp()} for case, at in found]:
        op.get_bind().execute(sa.text("UPDATE cases SET closed_at = :at WHERE id = :case"), closed)
    for name in ("ix_cases_truths", "ix_cases_batch"):
        op.drop_index(name, "cases")
    op.create_index("ix_cases_truths", "cases", [*COUNTED, *TIMES, "created_at", "batch"], unique=False)
    op.create_index("ix_cases_batch", "cases", ["batch", *COUNTED], unique=False)
