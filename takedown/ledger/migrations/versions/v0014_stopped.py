"""What was taken back is watched no longer: reports read when from the index that they read all else from."""

from alembic import op

revision = "0014"
down_revision = "0013"

COUNTED = ["platform", "kind", "basis", "organisation", "delivered", "claimed", "observed", "closed", "ground"]
TIMES = ["sent_at", "acted_at", "declined_at", "gone_at", "closed_at", "withdrawn_at"]


def upgrade() -> None:
    op.drop_index("ix_cases_truths", "cases")
    op.create_index("ix_cases_truths", "cases", [*COUNTED, *TIMES, "created_at", "batch"], unique=False)
