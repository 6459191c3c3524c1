"""That a case may have been sent since the ledger was taken back in time is a matter of its own, beside what its target is."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

COLUMNS = ["closed", "platform", "batch", "held", "doubted_at"]
WHERE = "held <> '' OR doubted_at IS NOT NULL"


def upgrade() -> None:
    op.add_column("cases", sa.Column("doubted_at", sa.Float(), nullable=True))
    op.drop_index("ix_cases_held", "cases")
    only = sa.text(WHERE)
    op.create_index("ix_cases_held", "cases", COLUMNS, unique=False, sqlite_where=only, postgresql_where=only)
