"""When a case was taken back, and which plans a second person looks at after they were sent."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("cases", sa.Column("withdrawn_at", sa.Float(), nullable=True))
    op.add_column("plans", sa.Column("review", sa.Text(), server_default="", nullable=False))
    where = sa.text("review <> ''")
    op.create_index("ix_plans_review", "plans", ["review"], unique=False, sqlite_where=where, postgresql_where=where)
