"""What makes a clock stand still has an index; how long measures stand is their basis's own."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

STOPPING = "value = 'needs_information' OR reason_code IN ('force_majeure', 'lacks_information', 'manifest_errors')"
STANDING = "delivered = 'sent' AND withdrawal = 'none'"


def upgrade() -> None:
    op.create_index("ix_claims_stopping", "claims", ["case"], sqlite_where=sa.text(STOPPING), postgresql_where=sa.text(STOPPING))
    op.drop_index("ix_cases_standing", "cases")
    columns = ["basis", "sent_at", "reviewed_until", "closed", "delivered", "withdrawal", "batch"]
    op.create_index("ix_cases_standing", "cases", columns, sqlite_where=sa.text(STANDING), postgresql_where=sa.text(STANDING))
