"""When a platform's question was answered."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("cases", sa.Column("answered_at", sa.Float(), nullable=True))
    where = sa.text("answered_at IS NOT NULL")
    op.create_index("ix_cases_answered", "cases", ["claimed", "batch"], unique=False, sqlite_where=where, postgresql_where=where)
