"""Plans that were handed to the workers of a fleet."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("plans", sa.Column("handed_at", sa.Float(), nullable=True))
